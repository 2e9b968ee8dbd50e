//! `pom.xml`: dependencies with the properties and the management of the same file. What a
//! parent, an imported bill of materials or a profile decides is not known here, and a version
//! that depends on it is none.

use std::collections::BTreeMap;

use super::xml::{self, Element};
use super::{Collector, Fault, Pin};

/// How often a property may name another.
const STEPS_MAX: usize = 8;

pub(super) fn pom(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let root = xml::read(text, out.limits)?;
    if root.name != "project" {
        return Err(Fault::new(Some(root.line), "expected `project` at the top"));
    }
    let properties = properties(&root);
    let mut managed = BTreeMap::new();
    for row in dependencies(root.child("dependencyManagement")) {
        let imported = row.value("scope") == Some("import");
        if let (false, Some(name)) = (imported, name(row, &properties)) {
            managed.insert(name, row);
        }
    }
    let profiles = root.child("profiles").map_or(&[][..], |profiles| &profiles.children);
    let rows = std::iter::once(&root).chain(profiles).flat_map(|part| dependencies(Some(part)));
    for row in rows {
        let Some(name) = name(row, &properties) else {
            out.note(Some(row.line), "a dependency whose name is not known in this file");
            continue;
        };
        let managed = managed.get(&name);
        let own = |field| row.value(field).or_else(|| managed.and_then(|row| row.value(field)));
        let development = own("scope") == Some("test");
        if own("scope") == Some("system") {
            out.add(
                row.line,
                &name,
                &Pin::Elsewhere("a file of the system"),
                Some(true),
                development,
            );
            continue;
        }
        let asked = own("version");
        let version = asked.and_then(|version| resolved(version, &properties));
        let pin = match (&version, asked) {
            (Some(version), _) if range(version) => Pin::Range(version),
            (Some(version), _) => Pin::Exact(version),
            (None, Some(asked)) => Pin::Range(asked),
            (None, None) => Pin::Range("decided by a parent or an imported bill of materials"),
        };
        out.add(row.line, &name, &pin, Some(true), development);
    }
    Ok(())
}

/// `[1.0,2.0)` is a range, and so are the words for whichever is newest.
fn range(version: &str) -> bool {
    version.starts_with(['[', '(']) || matches!(version, "LATEST" | "RELEASE")
}

fn dependencies(part: Option<&Element>) -> impl Iterator<Item = &Element> {
    let list = part.and_then(|part| part.child("dependencies"));
    list.into_iter().flat_map(|list| &list.children).filter(|row| row.name == "dependency")
}

fn name(row: &Element, properties: &BTreeMap<String, String>) -> Option<String> {
    let group = resolved(row.value("groupId")?, properties)?;
    let artifact = resolved(row.value("artifactId")?, properties)?;
    Some(format!("{group}:{artifact}"))
}

fn properties(root: &Element) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for field in ["groupId", "artifactId", "version"] {
        // Group and version come from the parent where the project has none.
        let parent = || root.child("parent")?.value(field);
        if let Some(value) = root.value(field).or_else(parent) {
            out.insert(format!("project.{field}"), value.to_owned());
            out.insert(format!("pom.{field}"), value.to_owned());
        }
        if let Some(value) = parent() {
            out.insert(format!("project.parent.{field}"), value.to_owned());
        }
    }
    for property in root.child("properties").map_or(&[][..], |table| &table.children) {
        out.insert(property.name.clone(), property.text.trim().to_owned());
    }
    out
}

/// A text with its properties put in; `None` when one is not known, or they go round.
fn resolved(text: &str, properties: &BTreeMap<String, String>) -> Option<String> {
    const TEXT_BYTES_MAX: usize = 1_024;
    let mut text = text.to_owned();
    for _ in 0..STEPS_MAX {
        let Some(start) = text.find("${") else { return Some(text) };
        let end = start + text[start..].find('}')?;
        let value = properties.get(&text[start + 2..end])?;
        text.replace_range(start..=end, value);
        if text.len() > TEXT_BYTES_MAX {
            return None;
        }
    }
    None
}
