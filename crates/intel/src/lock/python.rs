//! The lock files of Python's tools: Poetry, uv, PDM, `pylock.toml` (PEP 751) and Pipenv.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::{Spanned, Value};

use super::text::{self, Lines, Object};
use super::{Collector, Fault, Pin};

#[derive(Deserialize)]
struct Document {
    #[serde(default, alias = "packages")]
    package: Vec<Package>,
}

/// A package of any of them; each tool uses some of the fields.
#[derive(Deserialize)]
struct Package {
    name: Spanned<String>,
    #[serde(default)]
    version: Option<String>,
    /// Poetry before 1.5: `main` or `dev`.
    #[serde(default)]
    category: Option<String>,
    /// Poetry from 2 and PDM: the groups that need it.
    #[serde(default)]
    groups: Vec<String>,
    /// Poetry: a table with `type`; uv: a table with the sort of source as its key.
    #[serde(default)]
    source: BTreeMap<String, Value>,
    #[serde(default)]
    dependencies: Needs,
    /// PDM names these beside the package, `pylock.toml` as tables.
    #[serde(default)]
    git: Option<Value>,
    #[serde(default)]
    url: Option<Value>,
    #[serde(default)]
    path: Option<Value>,
    #[serde(default)]
    vcs: Option<Value>,
    #[serde(default)]
    directory: Option<Value>,
    #[serde(default)]
    archive: Option<Value>,
}

/// What a package needs: a list in uv and PDM, a table in Poetry.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Needs {
    List(Vec<Value>),
    Other(serde::de::IgnoredAny),
    #[default]
    None,
}

pub(super) fn poetry(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    locked(out, text, |package| {
        let kind = package.source.get("type").and_then(Value::as_str)?;
        // A registry of its own still holds published packages of that name.
        (kind != "legacy").then(|| {
            let url = package.source.get("url").and_then(Value::as_str).unwrap_or_default();
            format!("{kind} {url}")
        })
    })
}

pub(super) fn pdm(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    locked(out, text, |package| {
        let rows = [("git", &package.git), ("url", &package.url), ("path", &package.path)];
        rows.into_iter().find_map(|(kind, value)| value.as_ref().map(|value| said(kind, value)))
    })
}

pub(super) fn pylock(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    locked(out, text, |package| {
        let rows = [
            ("vcs", &package.vcs),
            ("directory", &package.directory),
            ("archive", &package.archive),
        ];
        rows.into_iter().find_map(|(kind, value)| value.as_ref().map(|value| said(kind, value)))
    })
}

fn said(kind: &str, value: &Value) -> String {
    let text = value.as_str().or_else(|| value.get("url")?.as_str());
    let text = text.or_else(|| value.get("path")?.as_str());
    format!("{kind} {}", text.unwrap_or_default()).trim_end().to_owned()
}

/// Reads `[[package]]` tables; `elsewhere` says where one comes from, if not from a registry.
fn locked(
    out: &mut Collector<'_>,
    text: &str,
    elsewhere: fn(&Package) -> Option<String>,
) -> Result<(), Fault> {
    let lines = Lines::new(text);
    let document: Document = text::toml(text, &lines)?;
    for package in &document.package {
        let elsewhere = elsewhere(package);
        let pin = match (&elsewhere, &package.version) {
            (Some(place), _) => Pin::Elsewhere(place),
            (None, Some(version)) => Pin::Exact(version),
            (None, None) => Pin::Range(""),
        };
        let main = |group: &String| matches!(group.as_str(), "main" | "default");
        let development = package.category.as_deref() == Some("dev")
            || (!package.groups.is_empty() && !package.groups.iter().any(main));
        out.add(
            lines.line(package.name.span().start),
            package.name.get_ref(),
            &pin,
            None,
            development,
        );
    }
    Ok(())
}

/// uv: the project and the members of its workspace are packages too, and tell what is direct.
pub(super) fn uv(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let lines = Lines::new(text);
    let document: Document = text::toml(text, &lines)?;
    let mut direct = BTreeSet::new();
    let own = |package: &Package| {
        ["virtual", "editable"].iter().any(|kind| package.source.contains_key(*kind))
    };
    for package in document.package.iter().filter(|package| own(package)) {
        if let Needs::List(rows) = &package.dependencies {
            let names = rows.iter().filter_map(|row| row.get("name")?.as_str());
            direct.extend(names.map(str::to_owned));
        }
    }
    for package in document.package.iter().filter(|package| !own(package)) {
        let elsewhere = ["git", "url", "path", "directory"]
            .iter()
            .find_map(|kind| package.source.get(*kind).map(|value| said(kind, value)));
        let pin = match (&elsewhere, &package.version) {
            (Some(place), _) => Pin::Elsewhere(place),
            (None, Some(version)) => Pin::Exact(version),
            (None, None) => Pin::Range(""),
        };
        let name = package.name.get_ref();
        let line = lines.line(package.name.span().start);
        out.add(line, name, &pin, Some(direct.contains(name)), false);
    }
    Ok(())
}

#[derive(Deserialize)]
struct Pipfile<'t> {
    #[serde(borrow, default)]
    default: Object<'t>,
    #[serde(borrow, default)]
    develop: Object<'t>,
}

#[derive(Deserialize)]
struct Piped {
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    git: Option<String>,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    path: Option<String>,
}

pub(super) fn pipfile(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let lines = Lines::new(text);
    let document: Pipfile<'_> = text::json(text)?;
    for (table, development) in [(&document.default, false), (&document.develop, true)] {
        for (name, raw) in table {
            let package: Piped = text::part(raw, &lines)?;
            let elsewhere = package.git.or(package.file).or(package.path);
            let version = package.version.unwrap_or_default();
            let pin = match (&elsewhere, version.strip_prefix("==")) {
                (Some(place), _) => Pin::Elsewhere(place),
                (None, Some(exact)) if !exact.contains('*') => Pin::Exact(exact),
                (None, _) => Pin::Range(&version),
            };
            out.add(lines.of(raw.get()), name, &pin, None, development);
        }
    }
    Ok(())
}
