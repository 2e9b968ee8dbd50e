//! The lock files of npm (versions 1 to 3) and Bun.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::text::{self, Lines, Object};
use super::{Collector, Fault, Pin};

#[derive(Deserialize)]
struct Document<'t> {
    #[serde(borrow, default)]
    packages: Option<Object<'t>>,
    #[serde(borrow, default)]
    dependencies: Option<Object<'t>>,
}

#[derive(Deserialize)]
struct Package<'t> {
    /// The real name, where the folder has another.
    #[serde(borrow, default)]
    name: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    version: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    resolved: Option<RawOrText<'t>>,
    /// A link to a folder of the project itself.
    #[serde(default)]
    link: bool,
    #[serde(default)]
    dev: bool,
    #[serde(borrow, default)]
    dependencies: Option<Object<'t>>,
}

/// `resolved` is an address, or `true` for what is bundled.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawOrText<'t> {
    Text(#[serde(borrow)] Cow<'t, str>),
    Other(serde::de::IgnoredAny),
}

/// What the project itself asks for.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked<'t> {
    #[serde(borrow, default)]
    dependencies: Object<'t>,
    #[serde(borrow, default)]
    dev_dependencies: Object<'t>,
    #[serde(borrow, default)]
    optional_dependencies: Object<'t>,
    #[serde(borrow, default)]
    peer_dependencies: Object<'t>,
}

impl<'t> Asked<'t> {
    fn names(&self) -> BTreeSet<&str> {
        [
            &self.dependencies,
            &self.dev_dependencies,
            &self.optional_dependencies,
            &self.peer_dependencies,
        ]
        .into_iter()
        .flat_map(|table: &Object<'t>| table.keys().map(AsRef::as_ref))
        .collect()
    }
}

pub(super) fn package_lock(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let lines = Lines::new(text);
    let document: Document<'_> = text::json(text)?;
    match (&document.packages, &document.dependencies) {
        (Some(packages), _) => folders(out, packages, &lines),
        (None, Some(tree)) => nested(out, tree, &lines, 0),
        (None, None) => Err(Fault::new(None, "has neither `packages` nor `dependencies`")),
    }
}

/// Versions 2 and 3: a package is named by the folder in which it lies.
fn folders(out: &mut Collector<'_>, packages: &Object<'_>, lines: &Lines<'_>) -> Result<(), Fault> {
    let asked: Asked<'_> = match packages.get("") {
        Some(root) => text::part(root, lines)?,
        None => Asked::default(),
    };
    let asked = asked.names();
    for (folder, raw) in packages {
        // What lies elsewhere is a member of the workspace.
        let Some(at) = folder.rfind("node_modules/") else { continue };
        let package: Package<'_> = text::part(raw, lines)?;
        if package.link {
            continue;
        }
        let last = &folder[at + "node_modules/".len()..];
        let direct = at == 0 && asked.contains(last);
        one(out, last, &package, lines.of(raw.get()), Some(direct));
    }
    Ok(())
}

/// Version 1: packages lie in one another.
fn nested(
    out: &mut Collector<'_>,
    tree: &Object<'_>,
    lines: &Lines<'_>,
    depth: usize,
) -> Result<(), Fault> {
    if depth > out.limits.lock_depth_max {
        let words = format!("nested deeper than {} (lock_depth_max)", out.limits.lock_depth_max);
        return Err(Fault::new(tree.values().next().map(|raw| lines.of(raw.get())), words));
    }
    for (name, raw) in tree {
        let package: Package<'_> = text::part(raw, lines)?;
        one(out, name, &package, lines.of(raw.get()), None);
        if let Some(inner) = &package.dependencies {
            nested(out, inner, lines, depth + 1)?;
        }
    }
    Ok(())
}

fn one(
    out: &mut Collector<'_>,
    name: &str,
    package: &Package<'_>,
    line: u32,
    direct: Option<bool>,
) {
    let name = package.name.as_deref().unwrap_or(name);
    let version = package.version.as_deref().unwrap_or_default();
    let resolved = match &package.resolved {
        Some(RawOrText::Text(text)) => text.as_ref(),
        _ => "",
    };
    // An alias of version 1: `npm:real@1.0.0`.
    let alias = version.strip_prefix("npm:").and_then(|rest| rest.rsplit_once('@'));
    let (name, version) = alias.unwrap_or((name, version));
    let pin = if elsewhere(version) {
        Pin::Elsewhere(version)
    } else if elsewhere(resolved) && !resolved.starts_with("http") {
        Pin::Elsewhere(resolved)
    } else if version.is_empty() {
        Pin::Range("")
    } else {
        Pin::Exact(version)
    };
    out.add(line, name, &pin, direct, package.dev);
}

/// Whether a version or an address says that a package does not come from a registry.
pub(super) fn elsewhere(text: &str) -> bool {
    const STARTS: [&str; 11] = [
        "git+",
        "git:",
        "git@",
        "github:",
        "gitlab:",
        "bitbucket:",
        "gist:",
        "file:",
        "link:",
        "portal:",
        "http",
    ];
    STARTS.iter().any(|start| text.starts_with(start))
}

#[derive(Deserialize)]
struct Bun<'t> {
    #[serde(borrow)]
    packages: Object<'t>,
    #[serde(borrow, default)]
    workspaces: Object<'t>,
}

/// Bun: the first item of each list is `name@version`.
pub(super) fn bun(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let plain = text::plain_json(text);
    let lines = Lines::new(&plain);
    let document: Bun<'_> = text::json(&plain)?;
    let root: Asked<'_> = match document.workspaces.get("") {
        Some(root) => text::part(root, &lines)?,
        None => Asked::default(),
    };
    let asked = root.names();
    for (key, raw) in &document.packages {
        let line = lines.of(raw.get());
        let items: Vec<&RawValue> = text::part(raw, &lines)?;
        let first = items.first().ok_or_else(|| Fault::new(Some(line), "an empty package"))?;
        let first: Cow<'_, str> = text::part(first, &lines)?;
        let split = first.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1);
        let (name, version) = match split {
            Some(at) => (&first[..at], &first[at + 1..]),
            None => return Err(Fault::new(Some(line), format!("`{first}` has no version"))),
        };
        if version.starts_with("workspace:") || version.starts_with("root:") {
            continue;
        }
        let pin = if elsewhere(version) { Pin::Elsewhere(version) } else { Pin::Exact(version) };
        out.add(line, name, &pin, Some(asked.contains(key.as_ref())), false);
    }
    Ok(())
}
