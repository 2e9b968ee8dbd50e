//! Files of weights (GGUF, safetensors) → models, with what their headers say of them.
//!
//! The headers are read by `annex-modelfile`; the numbers behind them are passed over. A model in
//! several files (`model-00001-of-00003.safetensors`) is one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use annex_isms::{AssetKind, Value};
use annex_modelfile::{FileReport, Verdict};

use crate::find::names;
use crate::findings::{Finding, Key, Place};

/// The largest header that is read here. Headers of real models have a few megabytes.
const HEADER_BYTES_MAX: u64 = 16 << 20;
/// How much of a file is read to tell a pointer of Git LFS.
const POINTER_BYTES_MAX: u64 = 1024;
/// The longest text of a header that is kept.
const TEXT_CHARS_MAX: usize = 120;

/// A file of weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weights {
    /// Where it lies in the scope, `/`-separated.
    pub(crate) path: String,
    pub(crate) format: &'static str,
    /// Its header was read to the end, so that what is not in it is not there.
    pub(crate) whole: bool,
    /// What its header says.
    pub(crate) told: BTreeMap<&'static str, String>,
    /// The SHA-256 of its content, where something beside it says so.
    pub(crate) digest: Option<String>,
}

/// What kept a file from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) reason: String,
    /// The file only stands for one that lies elsewhere.
    pub(crate) pointer: bool,
}

/// The format that a name promises.
pub(crate) fn format_of(name: &str) -> Option<&'static str> {
    let (_, end) = name.rsplit_once('.')?;
    match end.to_ascii_lowercase().as_str() {
        "gguf" => Some("gguf"),
        "safetensors" => Some("safetensors"),
        _ => None,
    }
}

/// Reads the header of a file. There can be weights although a part of it could not be read.
pub(crate) fn read(path: &str, full: &Path) -> (Option<Weights>, Option<Unread>) {
    if let Some(digest) = pointer(full) {
        let weights = format_of(path).map(|format| Weights {
            path: path.to_owned(),
            format,
            whole: false,
            told: BTreeMap::new(),
            digest: Some(digest),
        });
        let reason = "a pointer of Git LFS: fetch the file to have its header read".to_owned();
        return (weights, Some(Unread { reason, pointer: true }));
    }
    let limits =
        annex_modelfile::Limits { header_bytes_max: HEADER_BYTES_MAX, ..Default::default() };
    of_report(path, annex_modelfile::scan_file(full, &limits))
}

fn of_report(path: &str, report: FileReport) -> (Option<Weights>, Option<Unread>) {
    let format = ["gguf", "safetensors"].into_iter().find(|name| report.formats.contains(name));
    let unread = report
        .findings
        .iter()
        .find(|finding| finding.verdict == Verdict::Unreadable)
        .map(|finding| Unread { reason: finding.reason.clone(), pointer: false });
    let Some(format) = format else {
        let reason =
            unread.map_or("its content is neither GGUF nor safetensors".to_owned(), |u| u.reason);
        return (None, Some(Unread { reason, pointer: false }));
    };
    let (path, told) = (path.to_owned(), report.metadata);
    (Some(Weights { path, format, whole: unread.is_none(), told, digest: None }), unread)
}

/// The digest that a pointer of Git LFS names.
fn pointer(full: &Path) -> Option<String> {
    if std::fs::symlink_metadata(full).ok()?.len() > POINTER_BYTES_MAX {
        return None;
    }
    let mut text = String::new();
    File::open(full).ok()?.take(POINTER_BYTES_MAX).read_to_string(&mut text).ok()?;
    let rest = text.strip_prefix("version https://git-lfs.github.com/spec/")?;
    let digest = rest.lines().find_map(|line| line.strip_prefix("oid sha256:"))?;
    let plain = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
    plain.then(|| format!("sha256:{digest}"))
}

/// A folder and a name without the number of a part: files of one model share both.
fn group(path: &str) -> (&str, &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let digits = |text: &str| text.len() >= 2 && text.bytes().all(|b| b.is_ascii_digit());
    let whole =
        stem.rsplit_once("-of-").filter(|(_, count)| digits(count)).and_then(|(rest, _)| {
            let (base, number) = rest.rsplit_once('-')?;
            digits(number).then_some(base)
        });
    (folder, whole.unwrap_or(stem))
}

/// Names that every model's files have: the folder says which it is.
const ORDINARY: [&str; 9] = [
    "model",
    "pytorch_model",
    "adapter_model",
    "diffusion_pytorch_model",
    "consolidated",
    "weights",
    "ggml-model",
    "tf_model",
    "open_clip_model",
];

/// The name of a model by its files.
pub(crate) fn name(path: &str) -> String {
    let (folder, stem) = group(path);
    let plain = stem.split('.').next().unwrap_or(stem);
    let last = folder.rsplit('/').next().unwrap_or_default();
    if ORDINARY.contains(&plain) && !last.is_empty() { last.to_owned() } else { stem.to_owned() }
}

/// The models that files are. `known` gives the key of a model whose folder says whose it is.
pub(crate) fn findings(
    all: &[Weights],
    known: &dyn Fn(&Weights) -> Option<(Key, String)>,
) -> Vec<Finding> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Weights>> = BTreeMap::new();
    for weights in all {
        groups.entry(group(&weights.path)).or_default().push(weights);
    }
    let mut found = Vec::new();
    for files in groups.values() {
        let Some(first) = files.first() else { continue };
        let (key, name) = known(first).unwrap_or_else(|| {
            let name = name(&first.path);
            (Key::in_system(name.clone(), &first.path), name)
        });
        let kind = if embeds(first, &name) { AssetKind::EmbeddingModel } else { AssetKind::Model };
        let mut finding = Finding::new(kind, key, name, Place::whole(&first.path));
        finding.attributes = attributes(files);
        for other in files.iter().skip(1) {
            let mut more = finding.clone();
            more.place = Place::whole(&other.path);
            more.attributes.clear();
            found.push(more);
        }
        found.push(finding);
    }
    found
}

fn embeds(weights: &Weights, name: &str) -> bool {
    let architecture = weights.told.get("architecture").map_or("", String::as_str);
    names::says_embedding(name) || matches!(architecture, "bert" | "nomic-bert" | "jina-bert-v2")
}

/// What the headers of one model's files say.
pub(crate) fn attributes(files: &[&Weights]) -> Vec<(&'static str, Value)> {
    let mut all = Vec::new();
    let Some(first) = files.first() else { return all };
    all.push(("model_format", Value::Text(first.format.to_owned())));
    let told = |key: &str| files.iter().find_map(|file| file.told.get(key));
    for (key, attribute) in [
        ("architecture", "architecture"),
        ("quantisation", "quantisation"),
        ("element_type", "element_type"),
        ("licence", "licence"),
        ("base_model", "base_model"),
    ] {
        if let Some(text) = told(key) {
            all.push((attribute, Value::Text(text.chars().take(TEXT_CHARS_MAX).collect())));
        }
    }
    let number = |text: &String| text.parse::<i64>().ok();
    if let Some(length) = told("context_length").and_then(number) {
        all.push(("context_length", Value::Long(length)));
    }
    // All parts or none: a sum over some would be wrong.
    let parts: Option<Vec<i64>> =
        files.iter().map(|file| file.told.get("parameters").and_then(number)).collect();
    let sum = parts.and_then(|parts| parts.into_iter().try_fold(0_i64, i64::checked_add));
    if let Some(sum) = sum {
        all.push(("parameters", Value::Long(sum)));
    }
    let template = told("chat_template").is_some();
    if first.format == "gguf" && (template || files.iter().all(|file| file.whole)) {
        all.push(("chat_template_present", template.into()));
    }
    let digests: Option<Vec<&str>> = files.iter().map(|file| file.digest.as_deref()).collect();
    if let Some(digests) = digests {
        let digest = match digests.as_slice() {
            [one] => (*one).to_owned(),
            several => annex_isms::Digest::of_parts(several.iter().copied()).to_string(),
        };
        all.push(("content_digest", Value::Text(digest)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(path: &str, parameters: &str) -> Weights {
        Weights {
            path: path.to_owned(),
            format: "safetensors",
            whole: true,
            told: BTreeMap::from([("parameters", parameters.to_owned())]),
            digest: None,
        }
    }

    #[test]
    fn files_of_one_model_are_one_and_named_by_what_tells_them_apart() {
        let all = [
            weights("w/acme-7b/model-00001-of-00002.safetensors", "5"),
            weights("w/acme-7b/model-00002-of-00002.safetensors", "7"),
            weights("w/other/adapter_model.safetensors", "1"),
            weights("w/help.Q4.safetensors", "2"),
        ];
        let found = findings(&all, &|_| None);
        let mut shown: Vec<_> = found
            .iter()
            .map(|f| {
                let sum = f.attributes.iter().find(|(name, _)| *name == "parameters");
                (f.name.as_str(), sum.map(|(_, value)| value.to_string()))
            })
            .collect();
        shown.sort();
        assert_eq!(
            shown,
            [
                ("acme-7b", None),
                ("acme-7b", Some("12".to_owned())),
                ("help.Q4", Some("2".to_owned())),
                ("other", Some("1".to_owned())),
            ]
        );
    }

    #[test]
    fn a_pointer_names_its_digest() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("m.gguf");
        let digest = "a".repeat(64);
        let text =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 9\n");
        std::fs::write(&path, text).expect("a file");
        let (weights, unread) = read("m.gguf", &path);
        assert_eq!(weights.and_then(|w| w.digest), Some(format!("sha256:{digest}")));
        assert!(unread.is_some_and(|unread| unread.pointer));
        std::fs::write(&path, "nothing of a model").expect("a file");
        let (weights, unread) = read("m.gguf", &path);
        assert_eq!((weights, unread.is_some_and(|unread| !unread.pointer)), (None, true));
    }
}
