//! .NET: `packages.lock.json`, `packages.config`, project files and central package versions.
//!
//! `Version="1.2.3"` in a project asks for at least 1.2.3, and a direct reference resolves to
//! just that, because the lowest version that fits is taken. A project that is restored with a
//! lock file is better read from that.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::text::{self, Lines, Object};
use super::xml::{self, Element};
use super::{Collector, Fault, Pin};

#[derive(Deserialize)]
struct Document<'t> {
    #[serde(borrow)]
    dependencies: BTreeMap<Cow<'t, str>, Object<'t>>,
}

#[derive(Deserialize)]
struct Package<'t> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'t, str>,
    #[serde(borrow, default)]
    resolved: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    requested: Option<Cow<'t, str>>,
}

pub(super) fn lock(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let lines = Lines::new(text);
    let document: Document<'_> = text::json(text)?;
    for packages in document.dependencies.values() {
        for (name, raw) in packages {
            let package: Package<'_> = text::part(raw, &lines)?;
            // Another project of the same solution.
            if package.kind == "Project" {
                continue;
            }
            let pin = match (&package.resolved, &package.requested) {
                (Some(version), _) => Pin::Exact(version),
                (None, requested) => Pin::Range(requested.as_deref().unwrap_or_default()),
            };
            out.add(lines.of(raw.get()), name, &pin, Some(package.kind == "Direct"), false);
        }
    }
    Ok(())
}

pub(super) fn config(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let root = xml::read(text, out.limits)?;
    for row in root.children.iter().filter(|row| row.name == "package") {
        let Some(name) = row.attribute("id") else {
            out.note(Some(row.line), "a package without `id`");
            continue;
        };
        let pin = row.attribute("version").map_or(Pin::Range(""), Pin::Exact);
        let development = row.attribute("developmentDependency") == Some("true");
        out.add(row.line, name, &pin, None, development);
    }
    Ok(())
}

/// `PackageReference` of a project, `PackageVersion` and `GlobalPackageReference` of a solution.
pub(super) fn project(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let root = xml::read(text, out.limits)?;
    let mut rows: Vec<&Element> = Vec::new();
    root.walk(&mut |element| {
        let known = ["PackageReference", "PackageVersion", "GlobalPackageReference"];
        if known.contains(&element.name.as_str()) {
            rows.push(element);
        }
    });
    for row in rows {
        let field = |name| row.attribute(name).or_else(|| row.value(name));
        let Some(name) = field("Include").or_else(|| field("Update")) else {
            // `Remove` takes a reference away again.
            out.note(Some(row.line), "a reference without `Include`: not read");
            continue;
        };
        let version = field("VersionOverride").or_else(|| field("Version"));
        let pin = version.map_or(Pin::Range("decided in Directory.Packages.props"), exact);
        let development =
            field("PrivateAssets").is_some_and(|part| part.eq_ignore_ascii_case("all"));
        out.add(row.line, name, &pin, Some(true), development);
    }
    Ok(())
}

/// `1.2.3` and `[1.2.3]` are exact; a property is not resolved, and a range stays one.
fn exact(version: &str) -> Pin<'_> {
    let inner = version.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let inner = inner.unwrap_or(version).trim();
    if inner.contains(['[', ']', '(', ')', ',', '*', '$']) {
        Pin::Range(version)
    } else {
        Pin::Exact(inner)
    }
}
