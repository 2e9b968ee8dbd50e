//! Gradle: `gradle.lockfile`, and the version catalogue `libs.versions.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::text::{self, Lines};
use super::{Collector, Fault, Pin};

/// `group:artifact:version=configurations`.
pub(super) fn lockfile(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    for (line, full) in (1..).zip(text.lines()) {
        let row = full.trim();
        if row.is_empty() || row.starts_with('#') || row.starts_with("empty=") {
            continue;
        }
        let fault = || Fault::new(Some(line), "expected group:artifact:version=configurations");
        let (package, configurations) = row.split_once('=').ok_or_else(fault)?;
        let (name, version) = package.rsplit_once(':').ok_or_else(fault)?;
        if !name.contains(':') {
            return Err(fault());
        }
        let mut names = configurations.split(',').map(str::trim).filter(|name| !name.is_empty());
        let development = !configurations.trim().is_empty()
            && names.all(|name| name.to_ascii_lowercase().contains("test"));
        out.add(line, name, &Pin::Exact(version), None, development);
    }
    Ok(())
}

#[derive(Deserialize)]
struct Catalog {
    #[serde(default)]
    versions: BTreeMap<String, Value>,
    #[serde(default)]
    libraries: BTreeMap<Spanned<String>, Value>,
}

pub(super) fn catalog(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let lines = Lines::new(text);
    let catalog: Catalog = text::toml(text, &lines)?;
    for (key, library) in &catalog.libraries {
        let line = lines.line(key.span().start);
        let field = |name: &str| library.get(name).and_then(Value::as_str);
        // `"group:artifact:version"`, or a table.
        let short = library.as_str().and_then(|text| text.rsplit_once(':'));
        let named = match (short, field("module"), field("group").zip(field("name"))) {
            (Some((name, _)), ..) | (None, Some(name), _) => Some(name.to_owned()),
            (None, None, Some((group, name))) => Some(format!("{group}:{name}")),
            (None, None, None) => None,
        };
        let Some(name) = named else {
            out.note(Some(line), &format!("`{}` names no module", key.get_ref()));
            continue;
        };
        let version = library.get("version");
        let reference = version.and_then(|version| version.get("ref")).and_then(Value::as_str);
        let version = match reference {
            Some(reference) => catalog.versions.get(reference),
            None => version,
        };
        let pin = match (short, version) {
            (Some((_, version)), _) => exact(version),
            (None, Some(version)) => rich(version),
            (None, None) => Pin::Range(reference.unwrap_or_default()),
        };
        out.add(line, &name, &pin, Some(true), false);
    }
    Ok(())
}

fn exact(version: &str) -> Pin<'_> {
    if version.contains(['[', '(', ']', ')', '+']) || version.starts_with("latest.") {
        Pin::Range(version)
    } else {
        Pin::Exact(version)
    }
}

/// A version, or a table of which `strictly` alone fixes one.
fn rich(version: &Value) -> Pin<'_> {
    let field = |name: &str| version.get(name).and_then(Value::as_str);
    match (version.as_str(), field("strictly"), field("require").or_else(|| field("prefer"))) {
        (Some(version), ..) | (None, Some(version), _) => exact(version),
        (None, None, Some(version)) => Pin::Range(version),
        (None, None, None) => Pin::Range(""),
    }
}
