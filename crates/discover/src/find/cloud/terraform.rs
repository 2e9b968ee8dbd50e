//! Terraform: variables and locals of a folder are the constants of all its files.

use std::collections::HashMap;

use super::{Cloud, Resource, for_models, resource};
use crate::find::config;
use crate::find::workloads::{self, Around};
use crate::findings::Findings;
use crate::known::Index;
use crate::limits::Limits;
use crate::read;
use crate::read::expr::{Constants, Expr, Resolver, Shape, elements};
use crate::read::hcl::{Block, File};
use crate::tree::{Kind, Node};

/// Constants by the folder in which they hold.
pub(crate) type Folder = HashMap<String, Constants>;

/// What a file says to the others of its folder: defaults of variables, locals, and in files of
/// values what the variables are.
pub(crate) fn constants(path: &str, text: &str, limits: &Limits, into: &mut Constants) {
    let file = read::hcl::read(text, limits);
    if crate::walk::has_end(path, &[".tfvars"]) {
        for (name, value) in file.attributes {
            into.insert(format!("var.{name}"), value);
        }
        return;
    }
    for (name, value) in own(&file) {
        into.entry(name).or_insert(value);
    }
}

/// The constants of one file.
fn own(file: &File) -> Vec<(String, Expr)> {
    let mut all = Vec::new();
    for block in &file.blocks {
        match (block.kind.as_str(), &block.body.shape) {
            ("variable", _) => {
                if let (Some(name), Some(default)) =
                    (block.labels.first(), block.body.get("default"))
                {
                    all.push((format!("var.{name}"), default.clone()));
                }
            }
            ("locals", Shape::Map(entries)) => {
                all.extend(
                    entries.iter().map(|(name, value)| (format!("local.{name}"), value.clone())),
                );
            }
            _ => {}
        }
    }
    all
}

/// Reads a file; gives what kept a part of it from being read.
pub(crate) fn terraform(
    index: &Index<'_>,
    path: &str,
    text: &str,
    folder: Option<&Constants>,
    limits: &Limits,
    out: &mut Findings,
) -> Option<String> {
    let file = read::hcl::read(text, limits);
    // A default that a file of values replaces does not hold.
    let holds = |name: &str, value: &Expr| {
        folder.and_then(|folder| folder.get(name)).is_none_or(|other| other == value)
    };
    let constants: Constants =
        own(&file).into_iter().filter(|(name, value)| holds(name, value)).collect();
    let mut resolver = Resolver::new(&constants).and(folder);
    let mut used = Findings::default();
    for block in &file.blocks {
        made(index, path, block, &mut resolver, &mut used);
    }
    let mut named = Findings::default();
    for block in &file.blocks {
        constant(index, path, block, &mut resolver, &mut named);
    }
    // A file of values.
    for (name, value) in &file.attributes {
        for value in resolver.values(value) {
            setting(index, path, name, &value, &mut named);
        }
    }
    // What a resource was followed to has been reported with its owner.
    named.assets.retain(|finding| !used.assets.iter().any(|other| other.place == finding.place));
    used.append(named);
    out.append(used);
    file.fault.map(|fault| format!("{fault}; what could be read around it was"))
}

/// What a block orders.
fn made(
    index: &Index<'_>,
    path: &str,
    block: &Block,
    resolver: &mut Resolver<'_>,
    out: &mut Findings,
) {
    let labels = (block.labels.first().map_or("", String::as_str), block.labels.get(1));
    match (block.kind.as_str(), labels) {
        ("resource" | "data", (of, Some(name))) => {
            let of = of.to_ascii_lowercase();
            for body in bodies(block, resolver) {
                let declared = Resource { of: of.clone(), name, line: block.line, body: &body };
                let cloud = if of.starts_with("azurerm_") { Cloud::Azure } else { Cloud::Any };
                resource(index, path, cloud, &declared, out);
            }
        }
        ("module" | "provider", _) => {
            for body in bodies(block, resolver) {
                for_models(index, path, Cloud::Any, &body, &mut Vec::new(), out);
            }
        }
        ("job", _) => {
            let around = Around::infrastructure(path);
            for body in bodies(block, resolver) {
                workloads::find(index, around, &body, out);
            }
        }
        _ => {}
    }
}

/// A constant that names a model by its own name.
fn constant(
    index: &Index<'_>,
    path: &str,
    block: &Block,
    resolver: &mut Resolver<'_>,
    out: &mut Findings,
) {
    match (block.kind.as_str(), block.labels.as_slice()) {
        ("variable", [name]) => {
            for value in block.body.get("default").map(|d| resolver.values(d)).unwrap_or_default() {
                setting(index, path, name, &value, out);
            }
        }
        ("locals", []) => {
            for body in resolver.values(&block.body) {
                for (name, value) in body.entries() {
                    setting(index, path, name, value, out);
                }
            }
        }
        _ => {}
    }
}

/// A constant that names a model by its own name, or holds settings that do.
fn setting(index: &Index<'_>, path: &str, name: &str, value: &Node, out: &mut Findings) {
    match &value.kind {
        Kind::Text(_) => config::one(index, path, &[name], value, out),
        Kind::Map(_) | Kind::List(_) => {
            for_models(index, path, Cloud::Any, value, &mut vec![name.to_owned()], out);
        }
        _ => {}
    }
}

/// The body of a block, once for each element that it is made for.
fn bodies(block: &Block, resolver: &mut Resolver<'_>) -> Vec<Node> {
    let Some(of) = block.body.get("for_each") else {
        return resolver.values(&block.body);
    };
    let of = resolver.values(of);
    let keys = of.iter().flat_map(|node| match &node.kind {
        Kind::Map(entries) => entries
            .iter()
            .map(|(key, value)| Node::new(value.line, Kind::Text(key.clone())))
            .collect(),
        Kind::List(items) => items.clone(),
        _ => Vec::new(),
    });
    let keys: Vec<Node> = keys.collect();
    let values = elements(of);
    let keys: Vec<Node> = keys.into_iter().take(values.len()).collect();
    if keys.len() != values.len() {
        return resolver.values(&block.body);
    }
    let mut all = Vec::new();
    for (key, value) in keys.into_iter().zip(values) {
        let made = resolver.with("each.key", vec![key], |resolver| {
            resolver.with("each.value", vec![value], |resolver| resolver.values(&block.body))
        });
        all.extend(made);
    }
    if all.is_empty() { resolver.values(&block.body) } else { all }
}
