//! Files of data, by their name, their place or how they begin: what models are trained on or
//! measured with.

use std::collections::BTreeMap;

use annex_isms::AssetKind;

use super::prompts;
use crate::findings::{Finding, Findings, Key, Place};
use crate::walk::has_end;

/// A data set that is a file.
pub(super) fn file_finding(path: &str, place: Place) -> Finding {
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
