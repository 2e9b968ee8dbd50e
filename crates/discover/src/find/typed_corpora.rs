//! Documents that Java programs load into a store: resources that a framework fills in, files that
//! a method of the program is called with.

use annex_isms::AssetKind;

use super::Source;
use crate::findings::{Finding, Findings, Key};
use crate::source::facts::{Call, Literal, Shape};
use crate::walk::has_end;

/// Classes that put documents into a store.
const INGESTORS: [&str; 12] = [
    "EmbeddingStoreIngestor",
    "TokenTextSplitter",
    "DocumentSplitters",
    "TikaDocumentReader",
    "TextReader",
    "JsonReader",
    "PagePdfDocumentReader",
    "ParagraphPdfDocumentReader",
    "MarkdownDocumentReader",
    "JsoupDocumentReader",
    "FileSystemDocumentLoader",
    "ClassPathDocumentLoader",
];

/// The files that the function around a loader is called with, within its file.
pub(super) fn passed(source: &Source<'_>, loader: &Call) -> Vec<Literal> {
    let Some(around) = source.function_around(loader.scope) else { return Vec::new() };
    let calls = source.facts.calls.iter().filter(|call| call.last() == around);
    let given = calls.flat_map(|call| {
        call.args.iter().flat_map(|arg| source.facts.literals(&arg.value, call.scope))
    });
    given.filter(|literal| is_document(&literal.text)).collect()
}

/// Files of documents by the ends of their names.
pub(super) fn is_document(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = [".txt", ".md", ".pdf", ".docx", ".doc", ".html", ".csv", ".json", ".adoc", ".pptx"];
    has_end(&lower, &ends) && !lower.contains("prompt")
}

/// `@Value("classpath:/docs/terms.txt") Resource terms` in a file that fills a store.
pub(super) fn resources(source: &Source<'_>, out: &mut Findings) {
    let fills = source.language.is_typed()
        && source.facts.calls.iter().any(|call| {
            call.callee.split('.').any(|part| INGESTORS.contains(&part))
                && source.package_of(&call.callee).is_some()
        });
    if !fills {
        return;
    }
    for binding in &source.facts.bindings {
        let Shape::Text { text, holes: false } = &binding.value.shape else { continue };
        let path = ["classpath:", "file:"].iter().find_map(|start| text.strip_prefix(start));
        let path = path.map(|path| path.trim_start_matches('/').trim_start_matches("./"));
        if let Some(path) = path.filter(|path| is_document(path) || path.ends_with('*')) {
            let key = Key::System { name: path.to_owned(), folder: String::new() };
            let place = source.place(binding.value.line);
            out.assets.push(Finding::new(AssetKind::Corpus, key, path, place));
        }
    }
}
