//! Single readers for the fuzzer, which would rarely get past the detection of formats.

use crate::bytes::Window;
use crate::limits::Limits;
use crate::pickle::{self, After};
use crate::report::Verdict;
use crate::scan::Scan;
use crate::stream::Stream;
use crate::{gguf, hdf5, jinja, npy, onnx, safetensors, tar, tensorflow, zip};

/// A reader of one format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Pickles.
    Pickle,
    /// Zip archives.
    Zip,
    /// Tar archives.
    Tar,
    /// GGUF.
    Gguf,
    /// Safetensors.
    Safetensors,
    /// HDF5.
    Hdf5,
    /// ONNX, then TensorFlow.
    Protobuf,
    /// `NumPy` arrays.
    Npy,
    /// Chat templates.
    Jinja,
}

/// Reads bytes as a format, whatever they look like, and gives the verdict and the codes.
pub fn scan_part(part: Part, bytes: &[u8], limits: &Limits) -> (Verdict, Vec<&'static str>) {
    let mut scan = Scan::new(limits);
    let window = Window::new(&bytes);
    let stream = &mut Stream::of_window(window);
    let done = match part {
        Part::Pickle => pickle::scan(stream, After::Nothing, &mut scan),
        Part::Zip => {
            zip::scan(window, &mut scan);
            Ok(())
        }
        Part::Tar => tar::scan(stream, &mut scan),
        Part::Gguf => gguf::scan(stream, &mut scan),
        Part::Safetensors => safetensors::scan(stream, &mut scan),
        Part::Hdf5 => hdf5::scan(window, &mut scan),
        Part::Protobuf => onnx::scan(stream, &mut scan).or_else(|halt| {
            scan.halted(halt);
            tensorflow::scan("saved_model.pb", &mut Stream::of_window(window), &mut scan)
        }),
        Part::Npy => npy::scan(stream, &mut scan),
        Part::Jinja => {
            jinja::check(&String::from_utf8_lossy(bytes), 0, &mut scan);
            Ok(())
        }
    };
    if let Err(halt) = done {
        scan.halted(halt);
    }
    (scan.verdict(), scan.findings.iter().map(|finding| finding.code).collect())
}
