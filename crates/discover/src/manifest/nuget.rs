//! `NuGet`: project files, central versions, `packages.config`, `packages.lock.json`.
//!
//! A version such as `1.2.3` of a reference is a lower bound by its definition, and what `NuGet`
//! takes by its rule of the lowest version; it counts as exact.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::{Dependency, Manifest, is_exact};
use crate::limits::Limits;
use crate::read::xml::{self, Named as _};
use crate::tree::{Fault, Node as Tree};

/// `*.csproj`, `*.fsproj`, `*.vbproj`, `Directory.Build.props`, `Directory.Packages.props`.
pub(super) fn project(text: &str, limits: &Limits) -> Result<Manifest, Fault> {
    let document = xml::read(text, limits)?;
    let root = document.root_element();
    if root.tag_name().name() != "Project" {
        return Err(Fault::at(xml::line(root), "no `Project` at the top of the project file"));
    }
    let properties: BTreeMap<&str, &str> = root
        .descendants()
        .filter(|node| node.has_tag_name_of("PropertyGroup"))
        .flat_map(|group| group.children().filter(Node::is_element))
        .map(|property| (property.tag_name().name(), property.text().unwrap_or_default().trim()))
        .collect();
    let sdk = root.attribute("Sdk").unwrap_or_default();
    let mut manifest = Manifest {
        project: properties
            .get("AssemblyName")
            .filter(|name| !name.contains('$'))
            .map(|name| (*name).to_owned()),
        starts: properties.get("OutputType").is_some_and(|kind| kind.ends_with("Exe"))
            || sdk.ends_with(".Web")
            || sdk.ends_with(".Worker"),
        ..Manifest::default()
    };
    for node in root.descendants().filter(|node| {
        node.has_tag_name_of("PackageReference") || node.has_tag_name_of("PackageVersion")
    }) {
        let Some(name) = node.attribute("Include").or_else(|| node.attribute("Update")) else {
            continue;
        };
        let version = ["VersionOverride", "Version"].iter().find_map(|key| {
            node.attribute(*key).map(str::to_owned).or_else(|| xml::text_of(node, key))
        });
        let version = version.map(|version| resolved(&version, &properties));
        let elsewhere = version.as_deref().is_none_or(|version| version.contains('$'));
        let exact = version.map(|version| exact(&version)).unwrap_or_default();
        for name in name.split(';').filter(|name| !name.trim().is_empty() && name.len() <= 200) {
            manifest.dependencies.push(Dependency {
                name: name.trim().to_owned(),
                line: xml::line(node),
                version: exact.clone(),
                hashed: false,
                elsewhere,
            });
        }
    }
    Ok(manifest)
}

/// `1.2.3` and `[1.2.3]`.
fn exact(version: &str) -> Option<String> {
    let inner = version.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let version = inner.unwrap_or(version).trim();
    is_exact(version).then(|| version.to_owned())
}

fn resolved(text: &str, properties: &BTreeMap<&str, &str>) -> String {
    let name = text.trim().strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    name.and_then(|name| properties.get(name))
        .map_or_else(|| text.trim().to_owned(), |v| (*v).to_owned())
}

/// `packages.config` of older projects.
pub(super) fn packages_config(text: &str, limits: &Limits) -> Result<Manifest, Fault> {
    let document = xml::read(text, limits)?;
    let mut manifest = Manifest::default();
    for node in document.descendants().filter(|node| node.has_tag_name_of("package")) {
        if let Some(name) = node.attribute("id") {
            manifest.add(name, xml::line(node), node.attribute("version").and_then(exact), false);
        }
    }
    Ok(manifest)
}

/// `packages.lock.json`: what was resolved, by target framework.
pub(super) fn lock(root: &Tree) -> Manifest {
    let mut manifest = Manifest::default();
    for (_, packages) in root.get("dependencies").map_or(&[][..], Tree::entries) {
        for (name, package) in packages.entries() {
            if package.get("type").and_then(Tree::text) == Some("Project") {
                continue;
            }
            let version = package.get("resolved").and_then(Tree::text).map(str::to_owned);
            let hashed = package.get("contentHash").is_some();
            manifest.add(name, package.line, version, hashed);
        }
    }
    manifest
}

/// A solution only joins projects.
pub(super) fn solution(text: &str) -> Result<Manifest, Fault> {
    let known = text.contains("Microsoft Visual Studio Solution File")
        || text.trim_start_matches('\u{feff}').trim_start().starts_with('<');
    if !known {
        return Err(Fault::at(1, "not a solution file"));
    }
    Ok(Manifest { workspace: true, ..Manifest::default() })
}

#[cfg(test)]
mod tests {
    use super::super::{ManifestKind, read};
    use crate::limits::Limits;

    fn shown(kind: ManifestKind, text: &str) -> Vec<String> {
        let manifest = read(kind, text, &Limits::default()).expect("read");
        let mut shown = vec![format!("starts {}", manifest.starts)];
        shown.extend(manifest.dependencies.iter().map(|d| {
            format!("{} {} {:?} {} {}", d.name, d.line, d.version, d.hashed, d.elsewhere)
        }));
        shown
    }

    #[test]
    fn references_have_versions_where_the_file_names_them() {
        let text = "\u{feff}<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n<PropertyGroup><Sk>1.30.0</Sk></PropertyGroup>\n<ItemGroup>\n<PackageReference Include=\"Microsoft.SemanticKernel\" Version=\"$(Sk)\" />\n<PackageReference Include=\"OpenAI\"><Version>2.*</Version></PackageReference>\n<PackageReference Include=\"Central\" />\n</ItemGroup></Project>";
        insta::assert_debug_snapshot!(shown(ManifestKind::DotnetProject, text));
    }

    #[test]
    fn lock_and_old_configuration_name_what_is_used() {
        let lock = r#"{"version": 1, "dependencies": {"net8.0": {
"OpenAI": {"type": "Direct", "resolved": "2.1.0", "contentHash": "x"},
"own": {"type": "Project"}}}}"#;
        insta::assert_debug_snapshot!(shown(ManifestKind::NugetLock, lock));
        let old = "<packages>\n<package id=\"OllamaSharp\" version=\"3.0.1\" />\n</packages>";
        insta::assert_debug_snapshot!(shown(ManifestKind::PackagesConfig, old));
    }
}
