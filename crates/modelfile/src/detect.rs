//! Which format bytes are in: by content first, by name only where the content does not say.

use crate::scan::Scan;
use crate::{frames, java, json, msgpack, npy, onnx, pickle, tar, tensorflow, textual};

/// A format, as far as the first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Pickle,
    Zip,
    Tar,
    Gzip,
    Zlib,
    /// Zlib behind the length that joblib before 0.10 wrote in text.
    Zfile,
    Bzip2,
    Xz,
    Lzma,
    Zstd,
    Lz4,
    /// Recognised and not read: 7z, RAR, old GGML, CAB and the like.
    Unread(&'static str),
    Npy,
    Safetensors,
    Gguf,
    Hdf5,
    Onnx,
    Tensorflow,
    Tflite,
    CoreMl,
    Paddle,
    Msgpack,
    Java,
    Executable,
    /// A script for a command shell, or by its name for another interpreter of the system.
    Script,
    /// Any text; its name says what to look for.
    Text,
    /// Recognised and without anything that could run: weights in plain numbers or trees.
    Plain(&'static str),
    Unknown,
}

impl Kind {
    /// Whether it is one compressed stream, with one file inside.
    pub(crate) fn is_compressed(self) -> bool {
        use Kind::{Bzip2, Gzip, Lz4, Lzma, Xz, Zfile, Zlib, Zstd};
        matches!(self, Gzip | Zlib | Zfile | Bzip2 | Xz | Lzma | Zstd | Lz4)
    }
}

/// How much of the beginning is looked at.
pub(crate) const HEAD_BYTES: usize = 8192;

/// The kind of the bytes that begin with `head`; `whole` when that is all of them.
pub(crate) fn detect(name: &str, head: &[u8], whole: bool, scan: &mut Scan<'_>) -> Kind {
    if let Some(kind) = by_magic(head) {
        return kind;
    }
    let extension = extension(name);
    let extension = extension.as_str();
    if tar::is_header(head) || tar::is_marked(head) {
        return Kind::Tar;
    }
    if is_safetensors(head) {
        return Kind::Safetensors;
    }
    if matches!(extension, "onnx" | "ort") || (!is_pickle_name(name) && onnx::is_probable(head)) {
        return Kind::Onnx;
    }
    if extension == "pb"
        || tensorflow::is_meta_graph(name, head)
        || (!is_pickle_name(name) && tensorflow::is_probable(head))
    {
        return Kind::Tensorflow;
    }
    if matches!(extension, "mlmodel" | "espresso") {
        return Kind::CoreMl;
    }
    if extension == "pdmodel" && head.first() == Some(&0x0a) {
        return Kind::Paddle;
    }
    if pickle::is_probable(head, whole, scan) {
        return Kind::Pickle;
    }
    // Magic numbers of two bytes come after what reads well as something else.
    if matches!(head, [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..]) {
        return Kind::Zlib;
    }
    if textual::is_text(head, whole) {
        let script = head.starts_with(b"#!/") || matches!(extension, "sh" | "bat" | "cmd" | "ps1");
        return match () {
            () if is_pickle_name(name) => Kind::Pickle,
            () if script => Kind::Script,
            () => Kind::Text,
        };
    }
    if word_vectors(head) {
        return Kind::Plain("word2vec");
    }
    if msgpack::is_probable(head) || (whole && head == [0x80]) {
        return Kind::Msgpack;
    }
    if is_pickle_name(name) { Kind::Pickle } else { Kind::Unknown }
}

fn by_magic(head: &[u8]) -> Option<Kind> {
    const MAGICS: [(&[u8], Kind); 38] = [
        (b"PK\x03\x04", Kind::Zip),
        (b"PK\x05\x06", Kind::Zip),
        (npy::MAGIC, Kind::Npy),
        (b"GGUF", Kind::Gguf),
        (b"FUGG", Kind::Gguf),
        (b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
        (b"\x1f\x8b", Kind::Gzip),
        (b"ZF0x", Kind::Zfile),
        (b"\xfd7zXZ\x00", Kind::Xz),
        (b"\x5d\x00\x00", Kind::Lzma),
        (b"\x28\xb5\x2f\xfd", Kind::Zstd),
        (b"\x04\x22\x4d\x18", Kind::Lz4),
        (b"7z\xbc\xaf\x27\x1c", Kind::Unread("7z")),
        (b"Rar!\x1a\x07", Kind::Unread("rar")),
        (b"MSCF", Kind::Unread("cab")),
        (b"lmgg", Kind::Unread("ggml")),
        (b"tjgg", Kind::Unread("ggjt")),
        (b"fmgg", Kind::Unread("ggmf")),
        (b"algg", Kind::Unread("ggla")),
        (b"\x7fELF", Kind::Executable),
        (b"\xcf\xfa\xed\xfe", Kind::Executable),
        (b"\xce\xfa\xed\xfe", Kind::Executable),
        (b"\xfe\xed\xfa\xce", Kind::Executable),
        (b"\xfe\xed\xfa\xcf", Kind::Executable),
        (b"\xca\xfe\xba\xbe\0\0\0", Kind::Executable),
        (b"\x1bLua", Kind::Executable),
        (b"\x1bLJ", Kind::Executable),
        (b"\0asm\x01\0\0\0", Kind::Executable),
        (java::MAGIC, Kind::Java),
        (b"\xff\x06\0\0sNaPpY", Kind::Unread("snappy")),
        (b"\x1f\x9d", Kind::Unread("compress")),
        (b"RDX2\n", Kind::Unread("r-workspace")),
        (b"RDX3\n", Kind::Unread("r-workspace")),
        (b"X\n\0\0\0\x02\0", Kind::Unread("r-object")),
        (b"X\n\0\0\0\x03\0", Kind::Unread("r-object")),
        (b"CBM1", Kind::Plain("catboost")),
        (b"binf", Kind::Plain("xgboost")),
        (b"PAR1", Kind::Plain("parquet")),
    ];
    if let Some((_, kind)) = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(*kind);
    }
    match head {
        [0x80, version, ..] if *version <= 5 => Some(Kind::Pickle),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => Some(Kind::Bzip2),
        [_, _, _, _, b'T', b'F', b'L', b'3', ..] => Some(Kind::Tflite),
        // Python's bytecode: a version, then a break of a line as two systems write it.
        [_, 0x0c | 0x0d, b'\r', b'\n', 0..=3, 0, 0, 0, ..] => Some(Kind::Executable),
        // A piece of text with its score, the first of a tokenizer of SentencePiece.
        [0x0a, _, 0x0a, length, rest @ ..] if rest.get(usize::from(*length)) == Some(&0x15) => {
            Some(Kind::Plain("sentencepiece"))
        }
        _ if frames::is_skippable(head) => Some(packed_by_next_frame(head)),
        _ if head.get(64..68) == Some(b"\xef\xbe\xad\xde") => Some(Kind::Plain("coreml-weights")),
        [b'{', b'L', ..] if head.windows(7).take(64).any(|part| part == b"learner") => {
            Some(Kind::Plain("xgboost"))
        }
        [b'M', b'Z', ..] if is_windows_program(head) => Some(Kind::Executable),
        _ if [512, 1024, 2048, 4096].iter().any(|at| {
            head.get(*at..).is_some_and(|rest| rest.starts_with(b"\x89HDF\r\n\x1a\n"))
        }) =>
        {
            Some(Kind::Hdf5)
        }
        _ => None,
    }
}

/// Vectors of words: how many and how long, a line, then each word with its numbers.
fn word_vectors(head: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', &head[..head.len().min(32)]) else {
        return false;
    };
    let mut numbers = head[..end].split(|byte| *byte == b' ');
    let number = |part: Option<&[u8]>| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    number(numbers.next()) && number(numbers.next()) && numbers.next().is_none()
}

/// Which frames follow the first, which is passed over.
fn packed_by_next_frame(head: &[u8]) -> Kind {
    let length = head.get(4..8).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    let next = length.and_then(|length| head.get(usize::try_from(length).ok()?.checked_add(8)?..));
    match next {
        Some([0x04, ..]) => Kind::Lz4,
        _ => Kind::Zstd,
    }
}

fn is_windows_program(head: &[u8]) -> bool {
    // What every linker writes, where the rest is cut off.
    if head[2..].starts_with(b"\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0") {
        return true;
    }
    let at = head.get(0x3c..0x40).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    at.and_then(|at| head.get(usize::try_from(at).ok()?..))
        .is_some_and(|rest| rest.starts_with(b"PE\0\0"))
}

/// A length of eight bytes and then an object of JSON.
fn is_safetensors(head: &[u8]) -> bool {
    let Some((length, rest)) = head.split_first_chunk::<8>() else {
        return false;
    };
    let length = u64::from_le_bytes(*length);
    (2..1 << 40).contains(&length) && rest.first() == Some(&b'{') && json::begins_object(&rest[1..])
}

/// The end of a name, in lower case.
pub(crate) fn extension(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match file.rsplit_once('.') {
        Some((_, extension)) => extension.to_ascii_lowercase(),
        None => String::new(),
    }
}

/// Whether loaders take a file of that name for a pickle.
pub(crate) fn is_pickle_name(name: &str) -> bool {
    matches!(
        extension(name).as_str(),
        "pkl" | "pickle" | "pck" | "pcl" | "p" | "dill" | "joblib" | "cloudpickle" | "pkl2"
    )
}

/// What content a name promises; none where any is usual.
fn promised(extension: &str) -> Option<&'static [Kind]> {
    use Kind::{Bzip2, CoreMl, Gguf, Gzip, Hdf5, Lz4, Lzma, Npy, Onnx, Pickle, Safetensors, Tar};
    use Kind::{Msgpack, Paddle, Tensorflow, Text, Tflite, Xz, Zfile, Zip, Zlib, Zstd};
    Some(match extension {
        "safetensors" => &[Safetensors],
        "gguf" | "ggml" => &[Gguf],
        "onnx" | "ort" => &[Onnx],
        "npy" => &[Npy],
        "npz" | "skops" | "mar" | "zip" => &[Zip],
        "h5" | "hdf5" | "he5" => &[Hdf5],
        "keras" => &[Zip, Hdf5],
        "pt" | "pth" | "ckpt" | "pt2" | "ptl" | "pts" => &[Zip, Pickle, Tar, Tensorflow],
        "pkl" | "pickle" | "joblib" | "dill" => {
            &[Pickle, Gzip, Zlib, Zfile, Bzip2, Xz, Lzma, Zstd, Lz4, Zip]
        }
        "pb" => &[Tensorflow],
        "tflite" | "lite" => &[Tflite],
        "mlmodel" => &[CoreMl],
        "pdmodel" => &[Paddle, Text],
        "msgpack" => &[Msgpack],
        "json" | "txt" | "md" | "yaml" | "yml" | "jinja" | "xml" | "pmml" | "csv" | "toml" => {
            &[Text]
        }
        "gz" => &[Gzip, Zlib],
        "tgz" => &[Gzip],
        "tar" => &[Tar],
        "nemo" => &[Tar, Gzip],
        _ => return None,
    })
}

/// Whether a name is that of a model or an archive, and not of a text.
pub(crate) fn promises(name: &str) -> bool {
    promised(&extension(name)).is_some_and(|kinds| kinds != [Kind::Text])
}

/// What the name promises, where the content is something else that can be told.
pub(crate) fn misleads(name: &str, kind: Kind) -> bool {
    let told = !matches!(kind, Kind::Unknown | Kind::Plain(_));
    told && promised(&extension(name)).is_some_and(|kinds| !kinds.contains(&kind))
}

/// Whether a name is that of a model file, whatever the content.
pub(crate) fn is_model_name(name: &str) -> bool {
    let extension = extension(name);
    let text = matches!(
        extension.as_str(),
        "json"
            | "txt"
            | "md"
            | "yaml"
            | "yml"
            | "jinja"
            | "xml"
            | "csv"
            | "toml"
            | "gz"
            | "tgz"
            | "zip"
            | "tar"
    );
    (!text && promised(&extension).is_some())
        || textual::is_model_text_name(name)
        || matches!(
            extension.as_str(),
            "bin"
                | "pickle"
                | "p"
                | "model"
                | "params"
                | "weights"
                | "ot"
                | "mlpackage"
                | "pmml"
                | "ubj"
                | "cbm"
                | "t7"
                | "rds"
                | "engine"
                | "trt"
                | "plan"
                | "caffemodel"
                | "dnn"
                | "pdparams"
        )
}
