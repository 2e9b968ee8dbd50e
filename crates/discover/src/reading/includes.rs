//! What one file says of others: included requirements, scripts that documents start.

use super::{Reader, text};
use crate::find::prompts;
use crate::manifest::ManifestKind;
use crate::walk::{Class, File, Skip};

impl Reader<'_> {
    /// Requirement files that are included and have a name that does not say so.
    pub(super) fn included(&mut self, files: &[File]) {
        let mut known: Vec<String> =
            self.reading.manifests.iter().map(|found| found.path.clone()).collect();
        let mut at = 0;
        while let Some(found) = self.reading.manifests.get(at) {
            at += 1;
            let folder = found.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            let (from, includes) = (found.path.clone(), found.manifest.includes.clone());
            for include in includes {
                let Some(path) = joined(&folder, &include) else {
                    let reason = format!("included by {from}, lies outside the scope");
                    self.skips.push(Skip::new(include, reason, true));
                    continue;
                };
                if known.contains(&path) || include.contains("://") {
                    continue;
                }
                known.push(path.clone());
                let file = files.iter().find(|file| file.path == path);
                let Some(file) = file else {
                    let reason = format!("included by {from}, is not there");
                    self.skips.push(Skip::new(path, reason, true));
                    continue;
                };
                if !matches!(file.class, Class::Manifest(_)) {
                    match text(file, self.limits.manifest_bytes_max) {
                        Ok(text) => {
                            let read = self.manifest(file, ManifestKind::Requirements, &text);
                            if let Err(reason) = read {
                                self.skip(file, reason);
                            }
                        }
                        Err(reason) => self.skip(file, reason),
                    }
                }
            }
        }
    }
}

/// A path within the scope, seen from a folder of it; `None` when it leads out.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if path.starts_with('/') {
        return None;
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Source files by path and by name, as a command in a document would write them.
pub(super) fn scripts(files: &[File]) -> Vec<String> {
    let mut names: Vec<String> = files
        .iter()
        .filter(|file| matches!(file.class, Class::Source(_)))
        .flat_map(|file| {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            [file.path.clone(), name.to_owned()]
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Whether prose is read: documents that start scripts, and prompts.
pub(super) fn is_asked(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    (prompts::is_prompt_file(path) && !is_document(path)) || name.starts_with("readme")
}

/// Whether a path belongs to documentation.
pub(super) fn is_document(path: &str) -> bool {
    path.split('/')
        .rev()
        .skip(1)
        .any(|part| matches!(part, "docs" | "doc" | "documentation" | "website"))
}
