//! Bicep files: parameters and variables are the constants that resources are followed to.

use std::collections::HashMap;

use annex_isms::AssetKind;

use super::table::{KINDS, RESOURCES, What};
use super::{Cloud, Resource, azure, for_models, resource};
use crate::find::{names, stores};
use crate::findings::{Findings, Place};
use crate::known::Index;
use crate::limits::Limits;
use crate::read;
use crate::read::bicep::looped;
use crate::read::expr::{Constants, Resolver, elements};
use crate::tree::Node;

/// The types of the resources of each file, for the modules that it is used as.
pub(crate) type Modules = HashMap<String, Vec<String>>;

/// The types of the resources that a file makes.
pub(crate) fn module_types(text: &str, limits: &Limits) -> Vec<String> {
    let file = read::bicep::read(text, limits);
    let made = file.declared.iter().filter(|declared| !declared.module && !declared.existing);
    made.map(|declared| type_of(&declared.of)).collect()
}

/// A type without its version.
fn type_of(of: &str) -> String {
    of.split('@').next().unwrap_or_default().to_ascii_lowercase()
}

/// Reads a file; gives what kept a part of it from being read.
pub(crate) fn bicep(
    index: &Index<'_>,
    path: &str,
    text: &str,
    modules: &Modules,
    limits: &Limits,
    out: &mut Findings,
) -> Option<String> {
    let file = read::bicep::read(text, limits);
    let mut used = Findings::default();
    let constants: Constants = file.constants.iter().cloned().collect();
    let mut resolver = Resolver::new(&constants);
    for declared in file.declared.iter().filter(|declared| !declared.existing) {
        let (body, each) = looped(&declared.body);
        let bodies = match each {
            Some((name, of)) => {
                let of = resolver.values(of);
                resolver.with(name, elements(of), |resolver| resolver.values(body))
            }
            None => resolver.values(body),
        };
        for body in &bodies {
            if declared.module {
                let place = Place::new(path, declared.line);
                module(index, path, &declared.of, &place, body, modules, &mut used);
            } else {
                let of = type_of(&declared.of);
                let made = Resource { of, name: &declared.name, line: declared.line, body };
                with_children(index, path, &made, &mut used);
            }
        }
    }
    for (name, value) in &file.constants {
        for value in resolver.values(value) {
            // What a resource was followed to has been reported with its owner.
            let place = Place::new(path, value.line);
            if !used.assets.iter().any(|finding| finding.place == place) {
                azure::constant(index, path, name, &value, out);
            }
        }
    }
    out.append(used);
    file.fault.map(|fault| format!("{fault}; what could be read around it was"))
}

/// A resource, and those that are written within it.
fn with_children(index: &Index<'_>, path: &str, made: &Resource<'_>, out: &mut Findings) {
    resource(index, path, Cloud::Azure, made, out);
    for (key, body) in made.body.entries() {
        if let Some(of) = key.strip_prefix("resource ") {
            let of = format!("{}/{}", made.of, type_of(of));
            for body in body.items().iter().chain([body]).filter(|b| !b.entries().is_empty()) {
                let line = body.line;
                with_children(index, path, &Resource { of: of.clone(), name: "", line, body }, out);
            }
        }
    }
}

/// A module is given what its resources are made of: the kind of an account, models to deploy.
fn module(
    index: &Index<'_>,
    path: &str,
    of: &str,
    place: &Place,
    body: &Node,
    modules: &Modules,
    out: &mut Findings,
) {
    let none = Node::NULL;
    let params = body.get("params").unwrap_or(&none);
    let before = out.assets.len();
    let mut account = None;
    for (_, kind) in params.entries().iter().filter(|(key, _)| key == "kind") {
        account = account.or_else(|| KINDS.iter().find(|(name, _)| kind.text() == Some(name)));
    }
    for_models(index, path, Cloud::Azure, params, &mut Vec::new(), out);
    // Models are deployed in an account of that service.
    let deploys = out.assets[before..].iter().any(|finding| {
        finding.kind != AssetKind::ModelApi && finding.supplier.as_deref() == Some("azure-openai")
    });
    if let Some((_, id)) = account {
        out.assets.push(names::interface(index, id, place.clone()));
    } else if deploys {
        out.assets.push(names::interface(index, "azure-openai", place.clone()));
    }
    let made = file_of(path, of).and_then(|path| modules.get(&path));
    for (_, what) in RESOURCES.iter().filter(|(row, _)| {
        made.is_some_and(|made| made.iter().any(|of| of == row)) || is_public(of, row)
    }) {
        if let What::Store(product) = what {
            out.assets.push(stores::store(product, None, place.clone()));
        }
    }
}

/// A public module for one type: `br/public:avm/res/search/search-service:1.0`.
fn is_public(of: &str, row: &str) -> bool {
    let plain = |text: &str| text.replace('-', "");
    let name = of.strip_prefix("br/public:avm/res/").and_then(|rest| rest.split(':').next());
    name.is_some_and(|name| {
        row.strip_prefix("microsoft.").is_some_and(|row| row.trim_end_matches('s') == plain(name))
    })
}

/// The file of a module that lies in the repository, seen from the file that uses it.
fn file_of(path: &str, of: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in of.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
