//! Documents that users hand in, to be put into an index by the same code or by their kind: a corpus
//! that no folder of the repository holds.

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

/// Files that are documents, as a form or a check names them.
const DOCUMENTS: [&str; 4] = [".pdf", "application/pdf", "pdf", ".docx"];

/// Finds them.
pub(super) fn find(source: &Source<'_>, out: &mut Findings) {
    let of = |name: &str| TYPES.contains(&last(name));
    let (calls, declared) = (&source.facts.calls, &source.facts.declared);
    let mut lines: Vec<u32> = calls
        .iter()
        .filter(|call| TAKING.iter().any(|end| is_end(&call.callee, end)))
        .map(|call| call.line)
        .chain(declared.iter().filter(|declared| of(&declared.of)).map(|declared| declared.line))
        .collect();
    let imported = source.facts.imports.iter().find(|i| i.names.iter().any(|(_, name)| of(name)));
    if lines.is_empty() {
        lines.extend(imported.map(|import| import.line));
    }
    let indexes = || {
        calls.iter().any(|call| {
            let lower = call.callee.to_ascii_lowercase();
            INDEXING.iter().any(|word| lower.contains(word))
        })
    };
    let documents = || source.facts.texts.iter().any(|t| DOCUMENTS.contains(&t.content.as_str()));
    if !lines.is_empty() && !indexes() && !documents() {
        lines.clear();
    }
    let kept = calls.iter().filter(|call| is_for_assistants(source, call));
    lines.extend(kept.map(|call| call.line));
    for line in lines {
        let key = Key::System { name: "uploads".to_owned(), folder: String::new() };
        out.beside.push(Finding::new(AssetKind::Corpus, key, "uploads", source.place(line)));
    }
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
