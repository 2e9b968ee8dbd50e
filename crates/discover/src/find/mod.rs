//! Facts and settings → findings. Each finder looks for one sort of thing and asks for evidence:
//! a call into a known package, an argument that names a model, a setting whose key says so.

mod abilities;
pub(crate) mod agents;
mod asked;
mod charts;
mod choices;
mod ci;
pub(crate) mod classes;
mod clients;
pub(crate) mod cloud;
pub(crate) mod config;
mod constants;
pub(crate) mod containers;
pub(crate) mod conversations;
pub(crate) mod data_files;
pub(crate) mod datasets;
mod described;
pub(crate) mod embedded;
pub(crate) mod endpoints;
pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod flags;
pub(crate) mod functions;
mod handed;
pub(crate) mod infra;
pub(crate) mod keys;
mod kubernetes;
pub(crate) mod mcp;
pub(crate) mod models;
pub(crate) mod names;
pub(crate) mod namespaces;
mod native;
pub(crate) mod options;
pub(crate) mod packages;
pub(crate) mod platforms;
pub(crate) mod practice;
pub(crate) mod prompts;
pub(crate) mod secrets;
pub(crate) mod servers;
mod services;
pub(crate) mod shell;
pub(crate) mod stores;
pub(crate) mod tools;
pub(crate) mod typed;
mod typed_agents;
mod typed_corpora;
mod typed_prompts;
mod typed_settings;
mod typed_stores;
mod uploads;
pub(crate) mod workloads;

#[cfg(test)]
mod tests;

pub(crate) use abilities::is_executor;

use std::collections::HashSet;

use crate::across;
use crate::findings::{Findings, Place};
use crate::known::{Index, KnownPackage};
use crate::source::Language;
use crate::source::facts::{Call, Facts};
use crate::source::notebook::Code;

/// A source file under examination.
pub(crate) struct Source<'a> {
    pub(crate) path: &'a str,
    pub(crate) language: Language,
    pub(crate) facts: &'a Facts,
    pub(crate) index: &'a Index<'a>,
    /// For a notebook: where its lines are in the file.
    pub(crate) notebook: Option<&'a Code>,
    /// The packages of its imports.
    pub(crate) packages: Vec<Imported<'a>>,
}

/// A known package that a file imports.
#[derive(Clone, Copy)]
pub(crate) struct Imported<'a> {
    pub(crate) package: &'a KnownPackage,
    /// The module, as it is imported.
    pub(crate) module: &'a str,
    pub(crate) line: u32,
}

impl<'a> Source<'a> {
    pub(crate) fn new(
        path: &'a str,
        language: Language,
        facts: &'a Facts,
        index: &'a Index<'a>,
        notebook: Option<&'a Code>,
        modules: &HashSet<String>,
    ) -> Self {
        let packages = facts
            .imports
            .iter()
            .filter(|import| {
                language != Language::Python || !across::is_own(modules, path, &import.module)
            })
            .filter_map(|import| {
                let package = packages::of_module(index, language, &import.module)?;
                Some(Imported { package, module: &import.module, line: import.line })
            })
            .collect();
        Self { path, language, facts, index, notebook, packages }
    }

    /// The place of a line of the code.
    pub(crate) fn place(&self, line: u32) -> Place {
        let line = self.notebook.map_or(line, |code| code.line(line));
        Place::new(self.path, line)
    }

    /// The known package that a callee comes from, by the import of its first part.
    pub(crate) fn package_of(&self, callee: &str) -> Option<&'a KnownPackage> {
        match self.facts.imported(callee) {
            Some((module, _)) => packages::of_module(self.index, self.language, module),
            // Rust also calls a crate by its path, without an import.
            None if self.language == Language::Rust => {
                let (krate, _) = callee.split_once('.')?;
                packages::of_module(self.index, self.language, krate)
            }
            None if self.language.is_typed() => {
                typed::of_class(self.index, self.language, self.facts, callee)
            }
            None => None,
        }
    }

    /// The same, also when the callee is a method of something made by that package.
    pub(crate) fn package_behind(&self, call: &Call) -> Option<&'a KnownPackage> {
        if let Some(package) = self.package_of(&call.callee) {
            return Some(package);
        }
        let maker = self.maker(call)?;
        self.package_of(&maker.callee)
    }

    /// The construction of what a method is called on.
    pub(crate) fn maker(&self, call: &Call) -> Option<&'a Call> {
        let mut parts: Vec<_> = call.callee.split('.').collect();
        while parts.len() > 1 {
            parts.pop();
            if let Some(maker) = self.facts.made_by(&parts.join("."), call.scope) {
                return Some(maker);
            }
        }
        None
    }

    /// What a local name is really called: `Chat` in `import { ChatOpenAI as Chat }`.
    pub(crate) fn real_name(&self, callee: &str) -> String {
        let last = crate::source::facts::last(callee);
        match self.facts.imported(callee) {
            Some((_, original))
                if !callee.contains('.') && !original.is_empty() && original != "default" =>
            {
                original.to_owned()
            }
            _ => last.to_owned(),
        }
    }

    /// Whether the file imports a package of one of these roles.
    pub(crate) fn has_role(&self, roles: &[&str]) -> bool {
        self.packages.iter().any(|imported| roles.contains(&imported.package.role.as_str()))
    }

    /// A name for a thing made by a call: what it is bound to, or the function around it, or the file.
    pub(crate) fn name_for(&self, call: &Call) -> String {
        let bound = self.facts.bindings.iter().find(|binding| {
            matches!(&binding.value.shape, crate::source::facts::Shape::Call(made) if made.line == call.line && made.callee == call.callee)
        });
        if let Some(binding) = bound {
            return crate::source::facts::last(&binding.name).to_owned();
        }
        self.function_around(call.scope).unwrap_or_else(|| stem(self.path).to_owned())
    }

    /// The nearest named function around a scope.
    pub(crate) fn function_around(&self, scope: usize) -> Option<String> {
        let mut scope = scope;
        while scope != 0 {
            let function = self.facts.functions.iter().find(|f| f.scope == scope)?;
            if !function.name.is_empty() {
                return Some(function.name.clone());
            }
            scope = function.parent;
        }
        None
    }
}

/// A file's name without folder and end.
pub(crate) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.split_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// Runs every finder over a source file.
pub(crate) fn source(source: &Source<'_>, out: &mut Findings) {
    let before = out.assets.len();
    models::find(source, out);
    endpoints::find(source, out);
    stores::find(source, out);
    prompts::find(source, out);
    tools::find(source, out);
    agents::find(source, out);
    datasets::find(source, out);
    uploads::find(source, out);
    conversations::find(source, out);
    mcp::find(source, out);
    packages::find(source, out);
    practice::find(source, out);
    flags::usage(source, out);
    functions::find(source, out);
    options::find(source, out);
    files::find(source, out);
    typed_agents::find(source, out);
    native::find(source, out);
    choices::find(source, out);
    let mut shown = Vec::new();
    classes::find(source, out.assets.get(before..).unwrap_or_default(), &mut shown);
    out.shown.append(&mut shown);
}
