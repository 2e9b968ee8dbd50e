//! What a scan says of models that are known by name, as observations.
//!
//! `model_files_harmful` counts the files of a model that are malicious or suspicious. It is 0
//! only when every file of the model was read; where no file can be told to be of a model,
//! nothing is said of it.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use annex_isms::observation::{
    AssetKey, BATCH_SCHEMA, Collector, Coverage, Location, Observation, Period, Scope, Seen,
    Skipped,
};
use annex_isms::{Basis, Digest, Instant, ObservationBatch, Value};

use crate::report::{TreeReport, Verdict};

/// A scan, and the models that its files may be of.
#[derive(Debug, Clone, Copy)]
pub struct Scanned<'a> {
    /// The folder, or the one file.
    pub root: &'a Path,
    /// What was found there.
    pub report: &'a TreeReport,
    /// The models that are looked for.
    pub models: &'a [AssetKey],
    /// Whether every file is of every one of these models, whatever its folder is called.
    pub whole: bool,
}

impl Scanned<'_> {
    /// The observations that the scan gives. `evidence` is the digest of the stored verdicts.
    pub fn observe(self, at: Instant, evidence: Digest) -> ObservationBatch {
        let period = Period { from: at, to: at };
        let mut observations = Vec::new();
        for model in self.models {
            let (Some((harmful, locations)), Ok(attribute)) =
                (self.harmful(model), "model_files_harmful".parse())
            else {
                continue;
            };
            observations.push(Observation {
                subject: Seen::Asset(model.clone()),
                attribute,
                value: Value::Long(harmful),
                basis: Basis::Source,
                period,
                evidence: Some(evidence),
                locations,
                resolves: false,
            });
        }
        let files = &self.report.files;
        let read = files.iter().filter(|file| file.verdict != Verdict::Unreadable);
        let skipped = self.report.skipped.iter().map(|skipped| Skipped {
            path: self.place(&skipped.path),
            reason: skipped.reason.clone(),
            deliberate: false,
        });
        ObservationBatch {
            schema: BATCH_SCHEMA,
            collector: Collector {
                name: "modelfile".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            scope: Scope {
                kind: "model-files".to_owned(),
                name: self.name(),
                commit: None,
                modified: false,
            },
            period,
            coverage: Coverage {
                files_seen: files.len() as u64 + self.report.ignored,
                files_read: read.count() as u64,
                files_ignored: self.report.ignored,
                bytes_read: files.iter().map(|file| file.bytes).sum(),
            },
            skipped: skipped.collect(),
            systems: Vec::new(),
            assets: Vec::new(),
            flows: Vec::new(),
            observations,
        }
    }

    /// What the scan speaks for, in words.
    pub fn population(self) -> String {
        let named = |seen: bool| {
            let names: Vec<&str> = self
                .models
                .iter()
                .filter(|model| self.files_of(model).next().is_some() == seen)
                .map(|model| model.key.as_str())
                .collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        };
        format!(
            "{} model files in {}, {} paths not scanned. Models with files there: {}; without: {}",
            self.report.files.len(),
            self.name(),
            self.report.skipped.len(),
            named(true),
            named(false)
        )
    }

    fn harmful(self, model: &AssetKey) -> Option<(i64, BTreeSet<Location>)> {
        let verdicts: Vec<_> = self.files_of(model).collect();
        let harmful: BTreeSet<Location> = verdicts
            .iter()
            .filter(|(_, verdict)| matches!(verdict, Verdict::Malicious | Verdict::Suspicious))
            .map(|(path, _)| Location { path: self.place(path), line: None })
            .collect();
        let unread = verdicts.iter().any(|(_, verdict)| *verdict == Verdict::Unreadable);
        if verdicts.is_empty() || (harmful.is_empty() && unread) {
            return None;
        }
        Some((i64::try_from(harmful.len()).unwrap_or(i64::MAX), harmful))
    }

    /// The files of a model; what was not scanned is unreadable.
    fn files_of<'s>(&'s self, model: &'s AssetKey) -> impl Iterator<Item = (&'s Path, Verdict)> {
        let files = self.report.files.iter().map(|file| (file.path.as_path(), file.verdict));
        let skipped = self.report.skipped.iter();
        let skipped = skipped.map(|skipped| (skipped.path.as_path(), Verdict::Unreadable));
        files.chain(skipped).filter(move |(path, _)| self.whole || is_of(path, &model.key))
    }

    fn place(&self, path: &Path) -> String {
        let below = path.strip_prefix(self.root).unwrap_or(path);
        let parts: Vec<_> =
            below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    }

    /// The folder's own name: a path differs from machine to machine.
    fn name(&self) -> String {
        let whole = self.root.canonicalize();
        let name = whole.as_deref().unwrap_or(self.root).file_name();
        name.map_or_else(|| "files".to_owned(), |name| name.to_string_lossy().into_owned())
    }
}

/// Whether a path lies in the folder that a hub's cache gives a model: `models--acme--help-7b` for
/// `huggingface/acme/help-7b`.
fn is_of(path: &Path, key: &str) -> bool {
    let Some(name) = key.strip_prefix("huggingface/") else { return false };
    let folder = format!("models--{}", name.replace('/', "--"));
    path.components().any(|part| matches!(part, Component::Normal(part) if *part == *folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileReport, SkippedPath};

    fn file(path: &str, verdict: Verdict) -> FileReport {
        let harmless = crate::scan_bytes("a.npy", b"", &crate::Limits::default());
        FileReport { path: path.into(), verdict, ..harmless }
    }

    fn said(files: Vec<FileReport>, skipped: &[&str], whole: bool) -> Option<(Value, Vec<String>)> {
        let skipped = skipped
            .iter()
            .map(|path| SkippedPath { path: path.into(), reason: "cannot be read".to_owned() });
        let report = TreeReport { files, ignored: 0, skipped: skipped.collect() };
        let key = "huggingface/acme/help-7b".to_owned();
        let models = [AssetKey { kind: annex_isms::AssetKind::Model, key }];
        let scanned = Scanned { root: Path::new("hub"), report: &report, models: &models, whole };
        let at = "2026-06-15T00:00:00Z".parse().unwrap();
        let mut batch = scanned.observe(at, Digest::of(b"x"));
        let seen = batch.observations.pop()?;
        Some((seen.value, seen.locations.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn a_model_is_told_by_the_folder_of_the_cache_and_is_clean_only_when_all_was_read() {
        use Verdict::{Clean, Malicious, Suspicious, Unreadable};
        const OWN: &str = "hub/models--acme--help-7b/blobs/1";
        let other = || file("hub/models--acme--help-70b/blobs/1", Malicious);
        assert_eq!(said(vec![other()], &[], false), None);
        assert_eq!(said(vec![file(OWN, Clean), other()], &[], false), Some((0.into(), vec![])));
        assert_eq!(said(vec![file(OWN, Unreadable), other()], &[], false), None);
        assert_eq!(said(vec![file(OWN, Clean)], &[OWN], false), None);
        let own = || vec!["models--acme--help-7b/blobs/1".to_owned()];
        for verdict in [Malicious, Suspicious] {
            assert_eq!(said(vec![file(OWN, verdict)], &[OWN], false), Some((1.into(), own())));
        }
        let both = said(vec![file(OWN, Clean), other()], &[], true);
        assert_eq!(both, Some((1.into(), vec!["models--acme--help-70b/blobs/1".to_owned()])));
    }
}
