//! Documents that users hand in and that the same code puts into an index: a corpus that no folder
//! of the repository holds.

use annex_isms::AssetKind;

use super::Source;
use crate::findings::{Finding, Findings, Key};
use crate::source::facts::{Call, Shape, last};

/// Calls that take a file from a user: the ends of their names.
const TAKING: [&str; 16] = [
    "file_uploader",
    "UploadButton",
    "Files",
    "AskFileMessage",
    "FormFile",
    "ParseMultipartForm",
    "MultipartReader",
    "multer",
    "formidable",
    "IncomingForm",
    "upload.single",
    "upload.array",
    "request.formData",
    "req.formData",
    "formData.get",
    "getPart",
];

/// Types and names of modules for a file from a user.
const TYPES: [&str; 5] =
    ["UploadFile", "MultipartFile", "IFormFile", "IFormFileCollection", "FileUpload"];

/// Words in the names of calls that put a text into an index.
const INDEXING: [&str; 14] = [
    "embed",
    "upsert",
    "vectorstore",
    "vector_store",
    "from_documents",
    "fromdocuments",
    "add_documents",
    "adddocuments",
    "splitdocuments",
    "split_documents",
    "splittext",
    "split_text",
    "ingest",
    "load_data",
];

/// Finds them.
pub(super) fn find(source: &Source<'_>, out: &mut Findings) {
    let indexes = || {
        source.facts.calls.iter().any(|call| {
            let lower = call.callee.to_ascii_lowercase();
            INDEXING.iter().any(|word| lower.contains(word))
        })
    };
    let taken = source
        .facts
        .calls
        .iter()
        .find(|call| TAKING.iter().any(|end| is_end(&call.callee, end)))
        .map(|call| call.line)
        .or_else(|| {
            let of = |name: &str| TYPES.contains(&last(name));
            let declared = source.facts.declared.iter().find(|declared| of(&declared.of));
            declared.map(|declared| declared.line).or_else(|| {
                let mut imports = source.facts.imports.iter();
                imports.find(|import| import.names.iter().any(|(_, name)| of(name))).map(|i| i.line)
            })
        });
    let kept = source.facts.calls.iter().find(|call| is_for_assistants(source, call));
    let line = match (taken, kept) {
        (_, Some(call)) => call.line,
        (Some(line), None) if indexes() => line,
        _ => return,
    };
    let key = Key::System { name: "uploads".to_owned(), folder: String::new() };
    out.beside.push(Finding::new(AssetKind::Corpus, key, "uploads", source.place(line)));
}

fn is_end(callee: &str, end: &str) -> bool {
    callee.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// `openai.files.create({ purpose: "assistants" })`: a file that a provider indexes.
fn is_for_assistants(source: &Source<'_>, call: &Call) -> bool {
    let purpose = call.named("purpose").map(|value| &value.shape);
    is_end(&call.callee, "files.create")
        && !source.packages.is_empty()
        && matches!(purpose, Some(Shape::Text { text, .. }) if matches!(text.as_str(), "assistants" | "user_data"))
}
