//! `Cargo.lock`. What has no source is the workspace itself.

use serde::Deserialize;
use toml::Spanned;

use super::text::{self, Lines};
use super::{Collector, Fault, Pin};

/// The sources that are crates.io.
const REGISTRY: [&str; 2] =
    ["registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/"];

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: Spanned<String>,
    version: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

pub(super) fn read(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let lines = Lines::new(text);
    let document: Document = text::toml(text, &lines)?;
    let own = document.package.iter().filter(|package| package.source.is_none());
    let direct: std::collections::BTreeSet<&str> =
        own.flat_map(|package| &package.dependencies).map(|entry| first_word(entry)).collect();
    for package in &document.package {
        let line = lines.line(package.name.span().start);
        let name = package.name.get_ref();
        let pin = match package.source.as_deref() {
            None => continue,
            Some(source) if REGISTRY.contains(&source) => Pin::Exact(&package.version),
            Some(source) => Pin::Elsewhere(source),
        };
        out.add(line, name, &pin, Some(direct.contains(name.as_str())), false);
    }
    Ok(())
}

fn first_word(entry: &str) -> &str {
    entry.split(' ').next().unwrap_or(entry)
}
