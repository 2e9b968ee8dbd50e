//! Files that code which works with models reads by a fixed path: instructions, or what is embedded.

use std::collections::BTreeSet;

use annex_isms::AssetKind;

use super::{Source, prompts};
use crate::findings::{Finding, Findings, Key, Place};
use crate::limits::Limits;
use crate::walk::{File, has_end};

/// Calls that read a file or list a folder, by their last part.
const READERS: [&str; 30] = [
    "readFile",
    "readFileSync",
    "readdir",
    "readdirSync",
    "open",
    "read_text",
    "listdir",
    "scandir",
    "iterdir",
    "glob",
    "rglob",
    "Path",
    "ReadAllText",
    "ReadAllTextAsync",
    "ReadAllLines",
    "ReadAllLinesAsync",
    "GetFiles",
    "EnumerateFiles",
    "OpenRead",
    "OpenText",
    "ReadFile",
    "ReadDir",
    "read_to_string",
    "read_dir",
    "readString",
    "readAllLines",
    "readAllBytes",
    "ClassPathResource",
    "getResourceAsStream",
    "join",
];

/// A path that is read, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    /// The file that reads.
    by: String,
    line: u32,
    path: String,
    /// The file that reads puts texts into a store.
    embeds: bool,
}

/// How many paths of one file are followed.
const READS_MAX: usize = 50;
/// How many files of a folder are looked at.
const FILES_MAX: usize = 200;
/// Files that hold texts.
const TEXTS: [&str; 8] =
    [".txt", ".md", ".prompt", ".j2", ".jinja", ".jinja2", ".tmpl", ".mustache"];
/// Files that can be what retrieval reads.
const DOCUMENTS: [&str; 10] =
    [".txt", ".md", ".mdx", ".pdf", ".csv", ".json", ".jsonl", ".html", ".docx", ".xml"];

/// Collects them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    if source.packages.is_empty() {
        return;
    }
    let embeds = source.has_role(&["vector_store", "embedding"])
        || source.facts.calls.iter().any(|call| {
            let lower = call.callee.to_ascii_lowercase();
            lower.contains("embedding") || lower.ends_with("embed")
        });
    for call in source.facts.calls.iter().filter(|call| READERS.contains(&call.last())) {
        for argument in &call.args {
            for literal in source.facts.literals(&argument.value, call.scope) {
                let path = literal.text.split('{').next().unwrap_or_default();
                let path = path.trim_start_matches("./").trim_end_matches('/');
                let plain = (3..=160).contains(&path.len())
                    && !path.starts_with(['/', '.', '-'])
                    && path.bytes().all(|b| {
                        b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-' | b' ')
                    });
                if plain && out.reads.len() < READS_MAX {
                    out.reads.push(Read {
                        by: source.path.to_owned(),
                        line: call.line,
                        path: path.to_owned(),
                        embeds,
                    });
                }
            }
        }
    }
}

/// What a folder of documents for retrieval is called.
const FOLDERS: [&str; 17] = [
    "knowledge",
    "knowledge_base",
    "knowledge-base",
    "knowledgebase",
    "kb",
    "corpus",
    "corpora",
    "rag_data",
    "rag-data",
    "source_documents",
    "source-documents",
    "sample_documents",
    "sample-documents",
    "sample_docs",
    "sample-docs",
    "sample_files",
    "sample-files",
];

/// Folders of documents that are called after what they are for.
fn folders(files: &[File], findings: &mut Findings) {
    let mut done = BTreeSet::new();
    for file in files.iter().filter(|file| !file.is_test() && has_end(&file.path, &DOCUMENTS)) {
        let mut end = 0;
        for part in file.path.split('/') {
            end += part.len();
            let folder = file.path.get(..end).unwrap_or_default();
            if FOLDERS.contains(&part.to_ascii_lowercase().as_str()) && folder != file.path {
                if done.insert(folder.to_owned()) {
                    let key = Key::System { name: part.to_owned(), folder: String::new() };
                    let place = Place::whole(&file.path);
                    findings.beside.push(Finding::new(AssetKind::Corpus, key, folder, place));
                }
                break;
            }
            end += 1;
        }
    }
}

/// Tells what the files are that were read.
pub(crate) fn resolve(files: &[File], limits: &Limits, findings: &mut Findings) {
    folders(files, findings);
    let reads = std::mem::take(&mut findings.reads);
    let known: BTreeSet<String> =
        findings.assets.iter().map(|finding| finding.place.path.clone()).collect();
    let mut done = BTreeSet::new();
    for read in reads {
        let inside = format!("/{}/", read.path);
        let named = |file: &File| {
            file.path == read.path
                || has_end(&file.path, &[&format!("/{}", read.path)])
                || format!("/{}", file.path).contains(&inside)
        };
        let meant: Vec<&File> =
            files.iter().filter(|f| !f.is_test() && named(f)).take(FILES_MAX).collect();
        let documents = meant.iter().any(|file| has_end(&file.path, &DOCUMENTS));
        if read.embeds && documents && done.insert(read.path.clone()) {
            let key = Key::System { name: read.path.clone(), folder: String::new() };
            let place = Place::new(&read.by, read.line);
            let mut found = Finding::new(AssetKind::Corpus, key.clone(), read.path.clone(), place);
            findings.assets.push(found.clone());
            if let [file] = meant.as_slice() {
                found.place = Place::whole(&file.path);
                findings.assets.push(found);
            }
        }
        let texts: Vec<(&str, String)> = meant
            .iter()
            .filter(|file| has_end(&file.path, &TEXTS) && file.bytes <= limits.sniff_bytes_max)
            .filter(|file| !known.contains(&file.path) && done.insert(file.path.clone()))
            .filter_map(|file| {
                Some((file.path.as_str(), std::fs::read_to_string(&file.full).ok()?))
            })
            .collect();
        // Texts of one folder are of one kind.
        if texts.iter().any(|(_, text)| prompts::addresses_model(text)) {
            for (path, text) in texts {
                prompts::file(path, &text, findings);
            }
        }
    }
}
