//! Paddle: a program of blocks of operators, of which one calls Python.

use crate::protobuf::{Field, each, text};
use crate::rules;
use crate::scan::{Halt, Scan, Step, printable};
use crate::stream::Stream;

const NAME_BYTES_MAX: u64 = 4096;
/// Operators that call a function of Python by its number, or load a library.
const PYTHON: [&str; 3] = ["py_func", "py_layer", "custom_operator"];

/// Scans a file.
pub(crate) fn scan(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("paddle-program");
    let mut blocks = 0_u64;
    let mut operators = 0_u64;
    each(stream, u64::MAX, &mut |stream, field| match field {
        Field::Bytes(1, length) => {
            blocks += 1;
            each(stream, length, &mut |stream, field| match field {
                Field::Bytes(4, length) => {
                    operators += 1;
                    operator(stream, length, scan)
                }
                _ => Ok(()),
            })
        }
        _ => Ok(()),
    })?;
    if blocks == 0 {
        return Err(Halt::malformed(0, "a program without a block"));
    }
    scan.say("operators", operators.to_string());
    Ok(())
}

fn operator(stream: &mut Stream<'_>, length: u64, scan: &mut Scan<'_>) -> Step<()> {
    let at = stream.offset();
    each(stream, length, &mut |stream, field| {
        if let Field::Bytes(3, length) = field {
            let kind = text(stream, length, NAME_BYTES_MAX)?;
            if PYTHON.contains(&kind.as_str()) {
                let words = format!("the operator `{}`", printable(&kind));
                scan.find(&rules::OPERATOR_PYTHON, at, words);
            }
        }
        Ok(())
    })
}
