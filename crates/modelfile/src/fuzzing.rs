//! Single readers for the fuzzer, which would rarely get past the detection of formats.

use crate::bytes::Window;
use crate::limits::Limits;
use crate::pickle::{self, After};
use crate::report::Verdict;
use crate::scan::Scan;
use crate::stream::Stream;
use crate::{
    coreml, dispatch, gguf, hdf5, java, jinja, msgpack, npy, onnx, paddle, safetensors, tar,
    tensorflow, textual, tflite, zip,
};

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
    /// `MessagePack`.
    Msgpack,
    /// Paddle, Core ML and TensorFlow Lite: the first byte chooses.
    Graph,
    /// Objects of Java.
    Java,
    /// Compressed streams, whichever the first bytes say.
    Packed,
    /// Texts: the first byte chooses the name, and with it the reader.
    Text,
}

/// One name for each way in which a text is read.
const NAMES: [&str; 14] = [
    "config.json",
    "m.yaml",
    "MLmodel",
    "modeling_m.py",
    "code/__torch__.py",
    "saved_model.pbtxt",
    "config.pbtxt",
    "deploy.prototxt",
    "m.pmml",
    "modules.json",
    "model_index.json",
    "model-settings.json",
    "m-symbol.json",
    "MAR-INF/MANIFEST.json",
];

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
        Part::Msgpack => msgpack::scan(stream, &mut scan),
        Part::Java => java::scan(stream, &mut scan),
        Part::Graph => match stream.byte() {
            Ok(Some(first)) if first % 3 == 0 => paddle::scan(stream, &mut scan),
            Ok(Some(first)) if first % 3 == 1 => coreml::scan(stream, &mut scan),
            _ => tflite::scan(stream, &mut scan),
        },
        Part::Packed => {
            dispatch::window("m.joblib", window, &mut scan);
            Ok(())
        }
        Part::Text => {
            let first = usize::from(bytes.first().copied().unwrap_or_default());
            textual::scan(NAMES[first % NAMES.len()], window.from(1), &mut scan);
            Ok(())
        }
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
