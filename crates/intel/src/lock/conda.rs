//! conda: only what pip installs is matched; what conda itself installs is counted and noted,
//! because its packages have names and builds of their own.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_saphyr::Spanned;

use super::{Collector, Fault, Pin, requirements, text};

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: Spanned<String>,
    version: String,
    #[serde(default)]
    manager: String,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    source: Option<IgnoredAny>,
    #[serde(default)]
    url: String,
}

pub(super) fn lock(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let mut foreign = 0_u64;
    for document in text::yaml::<Lock>(text, out.limits)? {
        for package in document.package {
            if package.manager != "pip" {
                foreign += 1;
                continue;
            }
            let pin = match package.source {
                Some(_) => Pin::Elsewhere(&package.url),
                None => Pin::Exact(&package.version),
            };
            let development = package.category.is_some_and(|category| category != "main");
            out.add(line(&package.name), &package.name.value, &pin, None, development);
        }
    }
    counted(out, foreign);
    Ok(())
}

#[derive(Deserialize)]
struct Environment {
    #[serde(default)]
    dependencies: Vec<Entry>,
}

/// A package of conda, or the list of pip's.
enum Entry {
    Pip(Vec<Spanned<String>>),
    Other,
}

/// By hand: to try one form after the other would lose the lines.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a package or the list of pip's packages")
            }

            fn visit_str<E>(self, _: &str) -> Result<Entry, E> {
                Ok(Entry::Other)
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Entry, M::Error> {
                let mut entry = Entry::Other;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "pip" {
                        entry = Entry::Pip(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(entry)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

pub(super) fn environment(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let mut foreign = 0_u64;
    for document in text::yaml::<Environment>(text, out.limits)? {
        for entry in document.dependencies {
            match entry {
                Entry::Pip(pip) => {
                    for row in pip {
                        requirements::line(out, line(&row), &row.value);
                    }
                }
                Entry::Other => foreign += 1,
            }
        }
    }
    counted(out, foreign);
    Ok(())
}

fn line(value: &Spanned<String>) -> u32 {
    u32::try_from(value.referenced.line()).unwrap_or(u32::MAX).max(1)
}

fn counted(out: &mut Collector<'_>, foreign: u64) {
    if foreign > 0 {
        out.note(None, &format!("{foreign} packages of conda itself are not matched"));
    }
}
