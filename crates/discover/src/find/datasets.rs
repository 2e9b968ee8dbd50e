//! Data sets that models are trained on or measured with, and corpora that retrieval reads.

use std::collections::BTreeMap;

use annex_isms::AssetKind;

use super::Source;
use super::{names, prompts};
use crate::findings::{Finding, Findings, Key, Place};
use crate::source::facts::{Call, Shape, last};
use crate::walk::has_end;

/// Loaders whose first argument is a folder, a file or an address of documents.
const LOADERS: [&str; 38] = [
    "DirectoryLoader",
    "SimpleDirectoryReader",
    "PyPDFDirectoryLoader",
    "PyPDFLoader",
    "PDFLoader",
    "TextLoader",
    "WebBaseLoader",
    "CheerioWebBaseLoader",
    "SitemapLoader",
    "RecursiveUrlLoader",
    "RecursiveURLLoader",
    "CSVLoader",
    "JSONLoader",
    "UnstructuredFileLoader",
    "UnstructuredMarkdownLoader",
    "UnstructuredDirectoryLoader",
    "Docx2txtLoader",
    "NotionDirectoryLoader",
    "ObsidianLoader",
    "GitLoader",
    "GithubRepoLoader",
    "S3DirectoryLoader",
    "S3FileLoader",
    "ConfluenceLoader",
    "UnstructuredPDFLoader",
    "PlaywrightURLLoader",
    "UnstructuredURLLoader",
    "BSHTMLLoader",
    "EPubLoader",
    "DocxLoader",
    "FileSystemDocumentLoader",
    "ClassPathDocumentLoader",
    "UrlDocumentLoader",
    "PagePdfDocumentReader",
    "ParagraphPdfDocumentReader",
    "TikaDocumentReader",
    "TextReader",
    "MarkdownDocumentReader",
];

/// Builders of the datasets library that read files.
const BUILDERS: [&str; 7] = ["json", "csv", "text", "parquet", "arrow", "imagefolder", "pandas"];

/// Finds them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    for call in &source.facts.calls {
        match call.last() {
            "load_dataset" | "load_dataset_builder" => dataset(source, call, out),
            "hf_hub_download" | "snapshot_download"
                if text(source, call, "repo_type").as_deref() == Some("dataset") =>
            {
                dataset(source, call, out);
            }
            _ => {}
        }
        if call.callee.ends_with("fine_tuning.jobs.create")
            || call.callee.ends_with("fineTuning.jobs.create")
        {
            for name in ["training_file", "validation_file"] {
                files(source, call, name, out);
            }
        }
        corpus(source, call, out);
        evaluated(source, call, out);
    }
}

/// A data set that a service keeps for evaluations: `evaluate(run, data="name")`.
fn evaluated(source: &Source<'_>, call: &Call, out: &mut Findings) {
    if !source.has_role(&["telemetry", "evaluation"]) {
        return;
    }
    let value = call.named("dataset_name").or_else(|| call.named("datasetName")).or_else(|| {
        let evaluates = matches!(call.last(), "evaluate" | "aevaluate");
        let made = matches!(
            call.last(),
            "create_dataset" | "createDataset" | "read_dataset" | "readDataset" | "get_dataset"
        );
        (if evaluates { call.named("data") } else { None })
            .or_else(|| made.then(|| call.positional(0)).flatten())
    });
    let Some(value) = value else { return };
    for literal in source.facts.literals(value, call.scope) {
        if !literal.holes && (2..=120).contains(&literal.text.len()) {
            let key = Key::System { name: literal.text.clone(), folder: String::new() };
            let place = source.place(literal.line);
            out.assets.push(Finding::new(AssetKind::Dataset, key, literal.text, place));
        }
    }
}

fn text(source: &Source<'_>, call: &Call, name: &str) -> Option<String> {
    let value = call.named(name)?;
    source.facts.literal(value, call.scope).map(|literal| literal.text)
}

fn dataset(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let Some(value) = call.any_named(&["path", "repo_id"]).or_else(|| call.positional(0)) else {
        return;
    };
    for literal in source.facts.literals(value, call.scope) {
        if BUILDERS.contains(&literal.text.as_str()) {
            files(source, call, "data_files", out);
        } else if !literal.holes && names::is_name(&literal.text) {
            let revision = text(source, call, "revision");
            let pinned =
                revision.is_some_and(|r| r.len() == 40 && r.bytes().all(|b| b.is_ascii_hexdigit()));
            let key = format!("{}/{}", names::HUB, literal.text);
            out.assets.push(
                Finding::new(
                    AssetKind::Dataset,
                    Key::World(key),
                    literal.text,
                    source.place(literal.line),
                )
                .with("version_pinned", pinned),
            );
        }
    }
}

/// Files named in an argument; a name that is also a data set of the hub is reported where it is loaded.
fn files(source: &Source<'_>, call: &Call, argument: &str, out: &mut Findings) {
    let Some(value) = call.named(argument) else {
        return;
    };
    for literal in source.facts.literals(value, call.scope) {
        let lower = literal.text.to_ascii_lowercase();
        if [".json", ".jsonl", ".csv", ".tsv", ".parquet", ".txt"]
            .iter()
            .any(|end| lower.ends_with(end))
            && !literal.holes
        {
            out.assets.push(file_finding(&literal.text, source.place(literal.line)));
        }
    }
}

fn file_finding(path: &str, place: Place) -> Finding {
    let name = path.rsplit('/').next().unwrap_or(path);
    let key = Key::System { name: name.to_owned(), folder: String::new() };
    Finding::new(AssetKind::Dataset, key, path.trim_start_matches("./"), place)
}

/// Whether a name is that of a file that data can be in.
fn is_data(path: &str) -> bool {
    has_end(path, &[".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".arrow"])
}

/// A data file that is not there to be looked at, by its name or the folder that it lies in.
pub(crate) fn absent(path: &str) -> Option<Finding> {
    let words = [
        "data",
        "dataset",
        "datasets",
        "train",
        "training",
        "finetune",
        "finetuning",
        "sft",
        "eval",
        "evals",
        "evaluation",
        "ground",
        "benchmark",
    ];
    let lower = path.to_ascii_lowercase();
    let named = lower.split(['_', '-', '.', '/']).any(|word| words.contains(&word));
    (is_data(path) && named).then(|| file_finding(path, Place::whole(path)))
}

/// Names of fields that only data for training or measuring a model has together.
const RECORDS: [&[&str]; 6] = [
    &["instruction", "output"],
    &["messages", "role", "content"],
    &["prompt", "completion"],
    &["prompt", "chosen", "rejected"],
    &["conversations", "from", "value"],
    &["input", "ideal"],
];

/// Fields of what a model is asked, and of what it answers or should.
const ASKED: [&str; 14] = [
    "question",
    "questions",
    "prompt",
    "instruction",
    "input",
    "query",
    "problem",
    "text",
    "sentence",
    "document",
    "context",
    "messages",
    "dialogue",
    "article",
];
const ANSWERED: [&str; 24] = [
    "answer",
    "answers",
    "response",
    "responses",
    "output",
    "completion",
    "expected",
    "expected_output",
    "ground_truth",
    "groundtruth",
    "truth",
    "label",
    "labels",
    "reference",
    "references",
    "ideal",
    "target",
    "chosen",
    "solution",
    "choices",
    "summary",
    "generation",
    "score",
    "category",
];

/// A data file, by how it begins. Whether it was one.
pub(crate) fn file(path: &str, head: &str, out: &mut Findings) -> bool {
    let start = head.trim_start();
    let list = has_end(path, &[".json"]) && start.starts_with('[');
    let lines = has_end(path, &[".jsonl", ".ndjson"]) && start.starts_with('{');
    let table = has_end(path, &[".csv", ".tsv"]);
    let fields = if table {
        let first = head.lines().next().unwrap_or_default().to_ascii_lowercase();
        first.split([',', '\t']).map(|column| column.trim().trim_matches('"').to_owned()).collect()
    } else if list || lines {
        keys(start)
    } else if has_end(path, &[".parquet", ".arrow"]) {
        out.beside.push(file_finding(path, Place::whole(path)));
        return true;
    } else {
        return false;
    };
    let has = |name: &str| fields.iter().any(|field| field == name);
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    if lines && (has("prompt_template") || has("system_prompt")) {
        out.assets.push(prompts::prompt(
            super::stem(path),
            path,
            head,
            false,
            true,
            Place::whole(path),
        ));
        return true;
    }
    let sure = RECORDS.iter().any(|names| names.iter().all(|name| has(name)));
    let asked = any(&ASKED) && (lines || any(&ANSWERED));
    if sure {
        out.assets.push(file_finding(path, Place::whole(path)));
    } else if asked && (!table || any(&ANSWERED)) {
        // Questions and answers are data for a model where there is one.
        out.beside.push(file_finding(path, Place::whole(path)));
    }
    sure || asked
}

/// The names of the fields at the beginning of a list of records.
fn keys(start: &str) -> Vec<String> {
    let start: String = start.chars().take(HEAD_CHARS_MAX).collect();
    let mut found = Vec::new();
    let mut parts = start.split('"').skip(1);
    // Between quotes stands a text, behind them what it is followed by: `:` makes it a key.
    while let (Some(text), Some(behind)) = (parts.next(), parts.next()) {
        if behind.trim_start().starts_with(':') && text.len() <= 40 {
            found.push(text.to_ascii_lowercase());
        }
    }
    found.sort();
    found.dedup();
    found
}

/// How much of a data file is looked at for the names of its fields.
const HEAD_CHARS_MAX: usize = 4_000;

/// Folders with more data files than this are one data set each.
const FILES_MAX: usize = 6;

/// Makes one data set of the many files of a folder.
pub(crate) fn group(findings: &mut Vec<Finding>) {
    let folder_of = |finding: &Finding| {
        let data = finding.kind == AssetKind::Dataset
            && finding.place.line.is_none()
            && matches!(finding.key, Key::System { .. });
        let (folder, _) = finding.place.path.rsplit_once('/').filter(|_| data)?;
        Some(folder.to_owned())
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for folder in findings.iter().filter_map(folder_of) {
        *counts.entry(folder).or_default() += 1;
    }
    for finding in findings {
        let Some(folder) = folder_of(finding).filter(|f| counts.get(f) > Some(&FILES_MAX)) else {
            continue;
        };
        finding.key = Key::System { name: folder.clone(), folder: String::new() };
        finding.name = folder;
    }
}

fn corpus(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let real = source.real_name(&call.callee);
    let class = call.callee.split('.').find(|part| LOADERS.contains(part)).map(str::to_owned);
    let loader = LOADERS.contains(&real.as_str()) || class.is_some();
    if !loader
        || source.package_of(&call.callee).is_none()
        || matches!(call.last(), "load" | "load_data" | "lazy_load" | "loadData" | "load_and_split")
    {
        return;
    }
    let value = call
        .any_named(&[
            "path",
            "input_dir",
            "input_files",
            "file_path",
            "web_path",
            "web_paths",
            "url",
            "directory",
            "repo_path",
            "bucket",
            "space_key",
        ])
        .or_else(|| call.positional(0));
    let Some(value) = value else { return };
    if let Shape::Name(given) = &value.shape
        && source.facts.literals(value, call.scope).is_empty()
        && source.facts.elements(value, call.scope).is_empty()
    {
        // Only known at run time: what users or callers hand in.
        let name = source.function_around(call.scope).unwrap_or_else(|| last(given).to_owned());
        // The reader of one sort of files within another loader.
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return;
        }
        let place = source.place(call.line);
        let key = Key::in_system(name.clone(), &place.path);
        out.assets.push(Finding::new(AssetKind::Corpus, key, name, place));
        return;
    }
    let mut literals = source.facts.literals(value, call.scope);
    if let Shape::List(items) = &value.shape {
        literals.extend(items.iter().flat_map(|item| source.facts.literals(item, call.scope)));
    }
    for literal in literals {
        let name = literal.text.trim().trim_start_matches("./").trim_end_matches('/');
        if !literal.holes
            && !name.is_empty()
            && name.len() <= 200
            && !name.contains(char::is_whitespace)
        {
            let key = Key::System { name: name.to_owned(), folder: String::new() };
            out.assets.push(Finding::new(AssetKind::Corpus, key, name, source.place(literal.line)));
        }
    }
}
