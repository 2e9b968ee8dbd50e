//! `pnpm-lock.yaml`, versions 5 to 9. A package is a key: `/name/1.0.0` in 5, `/name@1.0.0(peer)`
//! in 6, `name@1.0.0` in 9; a key of another form has its name and version as fields.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_saphyr::Spanned;

use super::npm::elsewhere;
use super::{Collector, Fault, Pin, text};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    packages: Option<Entries<Package>>,
    #[serde(default)]
    importers: Option<Entries<Importer>>,
    #[serde(flatten)]
    root: Importer,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    resolution: Option<Resolution>,
}

#[derive(Deserialize)]
struct Resolution {
    #[serde(default)]
    repo: Option<String>,
    #[serde(default)]
    directory: Option<String>,
}

/// What a member of the workspace asks for.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Importer {
    #[serde(default)]
    dependencies: Option<Entries<IgnoredAny>>,
    #[serde(default)]
    dev_dependencies: Option<Entries<IgnoredAny>>,
    #[serde(default)]
    optional_dependencies: Option<Entries<IgnoredAny>>,
}

/// A mapping in the order of the file, with the lines of its keys.
struct Entries<T>(Vec<(Spanned<String>, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut rows = Vec::new();
                while let Some(row) = map.next_entry()? {
                    rows.push(row);
                }
                Ok(Entries(rows))
            }
        }

        deserializer.deserialize_map(Rows(std::marker::PhantomData))
    }
}

pub(super) fn read(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    // With several documents, the first holds what pnpm itself is made of.
    let documents = text::yaml::<Document>(text, out.limits)?;
    let Some(document) = documents.into_iter().next_back() else {
        return Err(Fault::new(None, "is empty"));
    };
    let mut direct = BTreeSet::new();
    asked(&document.root, &mut direct);
    for (_, importer) in document.importers.iter().flat_map(|importers| &importers.0) {
        asked(importer, &mut direct);
    }
    for (key, package) in document.packages.iter().flat_map(|packages| &packages.0) {
        let line = u32::try_from(key.referenced.line()).unwrap_or(u32::MAX).max(1);
        one(out, line, &key.value, package, &direct);
    }
    Ok(())
}

fn asked(importer: &Importer, names: &mut BTreeSet<String>) {
    let tables =
        [&importer.dependencies, &importer.dev_dependencies, &importer.optional_dependencies];
    for table in tables.into_iter().flatten() {
        names.extend(table.0.iter().map(|(name, _)| name.value.clone()));
    }
}

fn one(
    out: &mut Collector<'_>,
    line: u32,
    key: &str,
    package: &Package,
    direct: &BTreeSet<String>,
) {
    let from = package.resolution.as_ref().and_then(|r| r.repo.as_ref().or(r.directory.as_ref()));
    let (name, version) = match (&package.name, split(key)) {
        (Some(name), found) => {
            let version = found.map(|(_, version)| version);
            (name.as_str(), package.version.as_deref().or(version).unwrap_or_default())
        }
        (None, Some(found)) => found,
        (None, None) => {
            return out.note(Some(line), &format!("`{key}` is no package with a version"));
        }
    };
    let pin = match from {
        Some(from) => Pin::Elsewhere(from),
        // A key that is an address: what its fields say is not what a registry says.
        None if elsewhere(version) || key.contains("://") => Pin::Elsewhere(key),
        None if package.name.is_some() && !key.starts_with('/') => Pin::Elsewhere(key),
        None => Pin::Exact(version),
    };
    out.add(line, name, &pin, Some(direct.contains(name)), package.dev);
}

/// The name and the version of a key of any of the three forms. What comes first after the
/// scope and the name, `@` or `/`, tells which form it is.
fn split(key: &str) -> Option<(&str, &str)> {
    let old = key.starts_with('/');
    let key = key.trim_start_matches('/');
    let scope = if key.starts_with('@') { key.find('/')? + 1 } else { 0 };
    let end = scope + key[scope..].find(['@', '/'])?;
    let (name, version) = (&key[..end], &key[end + 1..]);
    let version = version.split('(').next().unwrap_or(version);
    // Version 5 names the peers after `_`.
    let version = match (old, key.as_bytes().get(end)) {
        (true, Some(b'/')) => version.split('_').next().unwrap_or(version),
        (false, Some(b'/')) => return None,
        _ => version,
    };
    (!name.is_empty() && !version.is_empty()).then_some((name, version))
}
