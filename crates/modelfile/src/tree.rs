//! A folder: every file that is or may be a model file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::limits::Limits;
use crate::report::{FileReport, Progress, SkippedPath, TreeReport, Verdict};
use crate::{detect, rules, scan_file, scan_plain, textual};

/// Why a folder cannot be scanned at all.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// It cannot be read.
    #[error("cannot read the folder `{}`; give a folder that exists and that you may read", .path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
}

/// Formats that are no models by themselves.
const TEXTS: [&str; 5] = ["json", "yaml", "xml", "python", "chat-template"];

/// Scans every file below the folder `root`. Links are not followed, but for those of a hub's
/// cache: one that leads to a file below `root` gives it the name under which it is scanned.
///
/// # Errors
/// When the folder cannot be read. What cannot be read below it is listed in the report instead.
pub fn scan_tree(
    root: &Path,
    limits: &Limits,
    progress: &mut dyn FnMut(Progress),
) -> Result<TreeReport, ModelFileError> {
    let mut report = TreeReport { files: Vec::new(), ignored: 0, skipped: Vec::new() };
    let files = walk(root, limits, &mut report)?;
    let files_total = files.len() as u64;
    let mut remote = BTreeSet::new();
    let mut code = Vec::new();
    for (files_done, path) in (0..).zip(files) {
        progress(Progress { files_done, files_total });
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        if detect::extension(&name) == "py" {
            code.push(path);
            continue;
        }
        let file = scan_plain(&path, limits);
        if file.findings.iter().any(|finding| finding.code == rules::REMOTE_CODE.code) {
            remote.extend(path.parent().map(Path::to_owned));
        }
        keep(&name, file, &mut report);
    }
    raw_numbers(&mut report.files);
    // Code counts where a configuration beside it makes a loader run it.
    for path in code {
        let named = path.parent().is_some_and(|folder| remote.contains(folder));
        let loaded = path.file_name().is_some_and(|name| is_loaded(&name.to_string_lossy()));
        let file = (named || loaded).then(|| scan_file(&path, limits));
        match file.filter(|file| named || file.verdict == Verdict::Malicious) {
            Some(file) => report.files.push(file),
            None => report.ignored += 1,
        }
    }
    report.files.sort_by(|a, b| a.path.cmp(&b.path));
    progress(Progress { files_done: files_total, files_total });
    Ok(report)
}

/// Names under which loaders and servers run a model's own code without being told to.
fn is_loaded(name: &str) -> bool {
    const NAMES: [&str; 3] = ["hubconf.py", "handler.py", "inference.py"];
    const STARTS: [&str; 8] = [
        "modeling_",
        "modular_",
        "configuration_",
        "tokenization_",
        "processing_",
        "image_processing_",
        "feature_extraction_",
        "pipeline_",
    ];
    NAMES.contains(&name) || STARTS.iter().any(|start| name.starts_with(start))
}

/// A file of unknown content is the plain numbers of a model beside it, where that names it so.
fn raw_numbers(files: &mut [FileReport]) {
    let named: BTreeSet<PathBuf> = files
        .iter()
        .filter_map(|file| Some((file.path.parent()?, &file.beside)))
        .flat_map(|(folder, beside)| beside.iter().map(|name| folder.join(name)))
        .collect();
    for file in files {
        let unknown = file.findings.iter().all(|f| f.code == rules::FORMAT_UNKNOWN.code);
        if unknown && file.formats.is_empty() && named.contains(&file.path) {
            file.findings.clear();
            file.formats.insert("onnx-external-data");
            file.verdict = Verdict::Clean;
        }
    }
}

fn keep(name: &str, file: FileReport, report: &mut TreeReport) {
    let named = detect::is_model_name(name);
    let unknown = file.formats.is_empty()
        && file.findings.iter().all(|finding| {
            finding.code == rules::FORMAT_UNKNOWN.code || finding.code == rules::EMPTY.code
        });
    let text = !file.formats.is_empty() && file.formats.iter().all(|f| TEXTS.contains(f));
    let quiet = text && file.findings.iter().all(|f| f.verdict <= crate::Verdict::Unreadable);
    if !named && !textual::is_model_text_name(name) && (unknown || quiet) {
        report.ignored += 1;
    } else {
        report.files.push(file);
    }
}

/// The files below a folder in the order of their paths.
fn walk(
    root: &Path,
    limits: &Limits,
    report: &mut TreeReport,
) -> Result<Vec<PathBuf>, ModelFileError> {
    std::fs::read_dir(root)
        .map_err(|source| ModelFileError::Unreadable { path: root.to_owned(), source })?;
    let mut skipped = |path: &Path, reason: String| {
        report.skipped.push(SkippedPath { path: path.to_owned(), reason });
    };
    let (mut files, mut links) = (Vec::new(), Vec::new());
    let mut open = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                skipped(&folder, format!("cannot be read: {error}"));
                continue;
            }
        };
        for entry in entries {
            let (path, kind) = match entry.and_then(|e| e.file_type().map(|kind| (e.path(), kind)))
            {
                Ok(found) => found,
                Err(error) => {
                    skipped(&folder, format!("an entry cannot be read: {error}"));
                    continue;
                }
            };
            if kind.is_symlink() {
                links.push(path);
            } else if kind.is_dir() && depth >= limits.folders_max {
                skipped(&path, format!("deeper than {} folders", limits.folders_max));
            } else if kind.is_dir() {
                open.push((path, depth + 1));
            } else if !kind.is_file() {
                skipped(&path, "no regular file".to_owned());
            } else if (files.len() + links.len()) as u64 >= limits.files_max {
                skipped(&path, format!("more than {} files", limits.files_max));
                return Ok(files);
            } else {
                files.push(path);
            }
        }
    }
    for path in named(root, &mut files, links) {
        skipped(&path, "a link is not followed".to_owned());
    }
    files.sort();
    Ok(files)
}

/// Puts links in the place of the files that they lead to and whose own names say nothing, such
/// as digests; gives back the other links.
fn named(root: &Path, files: &mut Vec<PathBuf>, mut links: Vec<PathBuf>) -> Vec<PathBuf> {
    let Ok(whole) = root.canonicalize() else { return links };
    let own = |path: &Path| Some(whole.join(path.strip_prefix(root).ok()?));
    let known: BTreeSet<PathBuf> = files.iter().filter_map(|path| own(path)).collect();
    let (mut targets, mut names) = (BTreeSet::new(), Vec::new());
    links.retain(|link| match link.canonicalize() {
        Ok(target) if known.contains(&target) && !is_named(&target) => {
            names.push(link.clone());
            targets.insert(target);
            false
        }
        _ => true,
    });
    files.retain(|path| own(path).is_none_or(|path| !targets.contains(&path)));
    files.append(&mut names);
    links
}

fn is_named(path: &Path) -> bool {
    path.file_name().is_some_and(|name| detect::is_model_name(&name.to_string_lossy()))
}
