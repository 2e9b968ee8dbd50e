//! Namespaces that a project of C# imports for all its files: `global using` in a file whose name
//! says so, `<Using Include="…"/>` in a project file.

use std::fs::File as Handle;
use std::io::Read as _;

use super::facts::{Facts, Import};
use crate::limits::Limits;
use crate::walk::{File, has_end};

/// How many are kept.
const USINGS_MAX: usize = 4_000;

/// A namespace, and the folder whose files see it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Using {
    folder: String,
    namespace: String,
}

/// Those of all projects. A file that cannot be read here is listed where it is read as a source.
pub(crate) fn of_projects(files: &[File], limits: &Limits) -> Vec<Using> {
    let mut found = Vec::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let source = has_end(name, &["Usings.cs", "GlobalUsing.cs", "Imports.cs", "Globals.cs"]);
        if !source && !has_end(name, &[".csproj", "Directory.Build.props"]) {
            continue;
        }
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        // Such files often lie in a folder of the project's own properties.
        let folder = folder.strip_suffix("/Properties").unwrap_or(folder);
        let mut text = String::new();
        let read = Handle::open(&file.full)
            .and_then(|handle| handle.take(limits.file_bytes_max).read_to_string(&mut text));
        if read.is_ok() {
            found.extend(namespaces(&text).into_iter().map(|namespace| Using {
                folder: folder.to_owned(),
                namespace: namespace.to_owned(),
            }));
        }
        found.truncate(USINGS_MAX);
    }
    found
}

fn namespaces(text: &str) -> Vec<&str> {
    let plain = |name: &&str| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'))
    };
    let lines = text.lines().map(|line| line.trim().trim_start_matches('\u{feff}'));
    lines
        .filter_map(|line| {
            let code = line.strip_prefix("global using ").and_then(|rest| rest.strip_suffix(';'));
            let project = || line.strip_prefix("<Using Include=\"")?.split('"').next();
            code.or_else(project)
        })
        .filter(plain)
        .collect()
}

/// Adds to the facts of a file what its project imports.
pub(crate) fn add(usings: &[Using], path: &str, facts: &mut Facts) {
    for using in usings {
        let inside = using.folder.is_empty()
            || path.strip_prefix(&using.folder).is_some_and(|rest| rest.starts_with('/'));
        let known = facts.imports.iter().any(|import| import.module == using.namespace);
        if inside && !known {
            facts.imports.push(Import {
                module: using.namespace.clone(),
                names: Vec::new(),
                line: 0,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_see_what_their_own_project_imports() {
        let text = "\u{feff}global using OpenAI;\nglobal using static A.B;\nusing Local;\n  <Using Include=\"Azure.AI.OpenAI\" />\n";
        assert_eq!(namespaces(text), ["OpenAI", "Azure.AI.OpenAI"]);
        let usings = [Using { folder: "src/app".to_owned(), namespace: "OpenAI".to_owned() }];
        let seen = |path: &str| {
            let mut facts = Facts::default();
            add(&usings, path, &mut facts);
            facts.imports.len()
        };
        assert_eq!((seen("src/app/a/B.cs"), seen("src/application/B.cs")), (1, 0));
    }
}
