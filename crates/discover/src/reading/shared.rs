//! What files say to others: scripts and modules by name, constants of Terraform, values of charts.
//! They are read first, so that a name in one file can be followed to another.

use std::collections::{HashMap, HashSet};

use super::{Reader, includes, text};
use crate::across;
use crate::find::cloud::{self, Folder, Modules};
use crate::findings::Findings;
use crate::limits::Limits;
use crate::read::{self, Syntax, template};
use crate::source::usings::{self, Using};
use crate::tree::Node;
use crate::walk::{Class, File};

/// All of it.
#[derive(Default)]
pub(super) struct Shared {
    /// Source files, as documents name them.
    pub(super) scripts: Vec<String>,
    /// What C# projects import for all their files.
    pub(super) usings: Vec<Using>,
    /// Modules that lie in the repository.
    pub(super) modules: HashSet<String>,
    terraform: Folder,
    bicep: Modules,
    /// Values of charts by their folder.
    charts: HashMap<String, Node>,
}

impl Shared {
    pub(super) fn of(files: &[File], limits: &Limits) -> Self {
        let mut shared = Self {
            scripts: includes::scripts(files),
            usings: usings::of_projects(files, limits),
            modules: across::modules(files.iter().map(|file| file.path.as_str())),
            ..Self::default()
        };
        for file in files {
            let (folder, name) = parted(&file.path);
            match file.class {
                // Files that cannot be read are listed when their turn comes.
                Class::Terraform => {
                    if let Ok(text) = text(file, limits.file_bytes_max) {
                        let constants = shared.terraform.entry(folder.to_owned()).or_default();
                        cloud::constants(&file.path, &text, limits, constants);
                    }
                }
                Class::Bicep => {
                    if let Ok(text) = text(file, limits.file_bytes_max) {
                        let types = cloud::module_types(&text, limits);
                        shared.bicep.insert(file.path.clone(), types);
                    }
                }
                Class::Config(Syntax::Yaml) if matches!(name, "Chart.yaml" | "Chart.yml") => {
                    let values = files.iter().find(|other| {
                        matches!(parted(&other.path), (of, "values.yaml" | "values.yml") if of == folder)
                    });
                    let read = values
                        .and_then(|file| text(file, limits.file_bytes_max).ok())
                        .and_then(|text| read::yaml::read(&text, limits).ok());
                    shared.charts.insert(folder.to_owned(), read.unwrap_or(Node::NULL));
                }
                _ => {}
            }
        }
        shared
    }

    /// The values of the chart whose template a file is.
    fn values(&self, path: &str) -> Option<&Node> {
        let (folder, rest) = path
            .rsplit_once("/templates/")
            .or_else(|| path.strip_prefix("templates/").map(|rest| ("", rest)))?;
        self.charts.get(folder).filter(|_| !rest.is_empty())
    }
}

fn parted(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Reads a document of settings; a template is read with its holes filled in, as far as values are
/// known. What keeps a part of it from being read stands beside it.
pub(super) fn document(
    syntax: Syntax,
    path: &str,
    text: &str,
    shared: &Shared,
    limits: &Limits,
) -> Result<(Node, Option<String>), String> {
    let values = shared.values(path);
    let plain = read::document(syntax, text, limits);
    match plain {
        Ok(root) if values.is_none() => Ok((root, None)),
        Ok(_) | Err(_) if syntax == Syntax::Yaml && text.contains("{{") => {
            let (root, fault) = template::yaml(text, values, limits);
            let words = fault.map(|fault| {
                format!("a template that is no YAML without what is filled in: {fault}; what could be read before it was")
            });
            Ok((root, words))
        }
        Ok(root) => Ok((root, None)),
        Err(fault) => Err(fault.to_string()),
    }
}

impl Reader<'_> {
    pub(super) fn infrastructure(&mut self, file: &File, text: &str) -> Result<(), String> {
        let path = file.path.as_str();
        let mut unused = Findings::default();
        let out = if file.is_test() || super::is_document(path) {
            &mut unused
        } else {
            &mut self.reading.findings
        };
        out.infrastructure.insert(path.to_owned());
        let unread = if file.class == Class::Bicep {
            cloud::bicep(self.index, path, text, &self.shared.bicep, self.limits, out)
        } else {
            let folder = self.shared.terraform.get(parted(path).0);
            cloud::terraform(self.index, path, text, folder, self.limits, out)
        };
        unread.map_or(Ok(()), Err)
    }
}
