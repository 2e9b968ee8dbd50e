//! Reading layers of files, with every fault by file and line.

use std::fmt;
use std::path::{Path, PathBuf};

use annex_isms::Digest;
use include_dir::{Dir, include_dir};

use crate::check;
use crate::model::Catalogue;
use crate::row::File;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../catalog");

/// The largest catalogue file.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// The most files in a layer.
const FILES_MAX: usize = 10_000;
/// The deepest folder in a layer.
const DEPTH_MAX: usize = 16;

/// Something wrong in a catalogue file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 concerns the catalogue as a whole.
    pub line: u32,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file, self.message)
        } else {
            write!(f, "{}:{}: {}", self.file, self.line, self.message)
        }
    }
}

/// Why there is no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A file or folder cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A limit was reached.
    #[error("{}: {what}", path.display())]
    Limit {
        /// Where.
        path: PathBuf,
        /// Which limit.
        what: String,
    },
    /// The content has faults; all of them.
    #[error("the catalogue has {} fault(s):\n{}", .0.len(), .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<Fault>),
}

/// Files that belong together; a later layer overrides an earlier one by id.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    files: Vec<(String, String)>,
}

impl Layer {
    /// The catalogue that is built in.
    pub fn embedded() -> Self {
        let mut files = Vec::new();
        let mut open = vec![&EMBEDDED];
        while let Some(folder) = open.pop() {
            open.extend(folder.dirs());
            for file in folder.files() {
                if file.path().extension().is_some_and(|extension| extension == "toml") {
                    let text = file.contents_utf8().unwrap_or_default().to_owned();
                    files.push((format!("catalog/{}", file.path().display()), text));
                }
            }
        }
        files.sort();
        Self { files }
    }

    /// Every `*.toml` below `folder`. Links are not followed.
    ///
    /// # Errors
    /// When something cannot be read, or a file is too large, not UTF-8 or too deep.
    pub fn folder(folder: &Path) -> Result<Self, CatalogueError> {
        let mut files = Vec::new();
        let mut open = vec![(folder.to_path_buf(), 0)];
        while let Some((path, depth)) = open.pop() {
            let read = |source| CatalogueError::Read { path: path.clone(), source };
            let limit =
                |what: &str| CatalogueError::Limit { path: path.clone(), what: what.to_owned() };
            if depth > DEPTH_MAX {
                return Err(limit("folders are nested more than 16 deep"));
            }
            for entry in std::fs::read_dir(&path).map_err(read)? {
                let entry = entry.map_err(read)?;
                let kind = entry.file_type().map_err(read)?;
                let entry_path = entry.path();
                if kind.is_dir() {
                    open.push((entry_path, depth + 1));
                } else if kind.is_file() && entry_path.extension().is_some_and(|e| e == "toml") {
                    files.push(read_file(&entry_path)?);
                }
            }
            if files.len() > FILES_MAX {
                return Err(limit("more than 10000 files"));
            }
        }
        if files.is_empty() {
            return Err(CatalogueError::Limit {
                path: folder.to_path_buf(),
                what: "there is no *.toml file; a catalogue is a folder of such files".to_owned(),
            });
        }
        files.sort();
        Ok(Self { files })
    }

    /// Files given by name and content.
    pub fn files(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort();
        Self { files }
    }
}

impl Catalogue {
    /// The catalogue that is built in.
    ///
    /// # Errors
    /// Only when this build embeds a catalogue with faults, which its tests refuse.
    pub fn embedded() -> Result<Self, CatalogueError> {
        Self::load(&[Layer::embedded()])
    }

    /// Loads layers, the later over the earlier, and checks the whole.
    ///
    /// # Errors
    /// All faults, by file and line.
    pub fn load(layers: &[Layer]) -> Result<Self, CatalogueError> {
        let mut faults = Vec::new();
        let mut parsed = Vec::new();
        let mut parts = Vec::new();
        for layer in layers {
            let mut files = Vec::new();
            for (name, text) in &layer.files {
                parts.push(name.as_str());
                parts.push(text.as_str());
                match toml::from_str::<File>(text) {
                    Ok(file) => files.push(Source { name, text, file }),
                    Err(error) => faults.push(Fault {
                        file: name.clone(),
                        line: error.span().map_or(0, |span| line_of(text, span.start)),
                        message: error.message().to_owned(),
                    }),
                }
            }
            parsed.push(files);
        }
        let digest = Digest::of_parts(parts);
        let catalogue = check::merge(parsed, digest, &mut faults);
        if faults.is_empty() {
            Ok(catalogue)
        } else {
            faults.sort();
            faults.dedup();
            Err(CatalogueError::Faults(faults))
        }
    }
}

/// A file that was parsed.
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    pub(crate) file: File,
}

/// The line of a byte offset, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let lines = before.split(|byte| *byte == b'\n').count();
    u32::try_from(lines).unwrap_or(u32::MAX)
}

fn read_file(path: &Path) -> Result<(String, String), CatalogueError> {
    let read = |source| CatalogueError::Read { path: path.to_path_buf(), source };
    let bytes = std::fs::metadata(path).map_err(read)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(CatalogueError::Limit {
            path: path.to_path_buf(),
            what: format!("has {bytes} bytes; a catalogue file has at most {FILE_BYTES_MAX}"),
        });
    }
    let text = std::fs::read_to_string(path).map_err(read)?;
    Ok((path.display().to_string(), text))
}
