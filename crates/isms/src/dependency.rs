//! Packages that an AI system is built from, as its manifests and lock files name them.
//!
//! A dependency without an exact version is kept as such: nothing may be said about its
//! vulnerabilities, and that is an answer of its own.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::observation::Location;
use crate::scale::words;

words! {
    /// Where packages of one naming and versioning scheme are published.
    Ecosystem, "an ecosystem", "snake_case" {
        /// The Python Package Index.
        Pypi = "pypi",
        /// npm and its mirrors.
        Npm = "npm",
        /// crates.io.
        Crates = "crates",
        /// Modules of Go.
        Go = "go",
        /// Maven Central and other Maven repositories; names are `group:artifact`.
        Maven = "maven",
        /// `NuGet`.
        Nuget = "nuget",
    }
}

impl Ecosystem {
    /// The spelling in records of the OSV schema.
    pub const fn osv(self) -> &'static str {
        match self {
            Self::Pypi => "PyPI",
            Self::Npm => "npm",
            Self::Crates => "crates.io",
            Self::Go => "Go",
            Self::Maven => "Maven",
            Self::Nuget => "NuGet",
        }
    }

    /// The ecosystem of an OSV record; a suffix after `:` names a release or a repository.
    pub fn from_osv(text: &str) -> Option<Self> {
        let base = text.split(':').next().unwrap_or(text);
        Self::ALL.iter().copied().find(|ecosystem| ecosystem.osv() == base)
    }

    /// The type in a package URL.
    pub const fn purl_type(self) -> &'static str {
        match self {
            Self::Pypi => "pypi",
            Self::Npm => "npm",
            Self::Crates => "cargo",
            Self::Go => "golang",
            Self::Maven => "maven",
            Self::Nuget => "nuget",
        }
    }

    /// The ecosystem of a package URL's type.
    pub fn from_purl_type(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        Self::ALL.iter().copied().find(|ecosystem| ecosystem.purl_type() == text)
    }

    /// The one spelling of a package's name.
    ///
    /// Python: lower case, runs of `-`, `_` and `.` are one `-` (PEP 503). `NuGet`: lower case.
    /// The others are compared as they are: old packages of npm differ by case alone, paths of
    /// Go modules and Maven coordinates do, and lock files of Cargo hold the published spelling.
    pub fn normalised(self, name: &str) -> String {
        let name = name.trim();
        match self {
            Self::Pypi => {
                let mut out = String::with_capacity(name.len());
                for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
                    if !out.is_empty() {
                        out.push('-');
                    }
                    out.push_str(&part.to_ascii_lowercase());
                }
                out
            }
            Self::Nuget => name.to_ascii_lowercase(),
            Self::Npm | Self::Crates | Self::Go | Self::Maven => name.to_owned(),
        }
    }
}

/// A package that a system depends on.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Dependency {
    /// Where it is published.
    pub ecosystem: Ecosystem,
    /// Its name, as [`Ecosystem::normalised`] spells it.
    pub name: String,
    /// The exact version; `None` when none is fixed.
    #[serde(default)]
    pub version: Option<String>,
    /// What is asked for instead of an exact version: a range, or the place it is fetched from.
    #[serde(default)]
    pub constraint: Option<String>,
    /// Where it is named.
    #[serde(default)]
    pub locations: BTreeSet<Location>,
    /// Whether the project names it itself; `None` when the file does not tell.
    #[serde(default)]
    pub direct: Option<bool>,
    /// Whether it is only used to build or test.
    #[serde(default)]
    pub development: bool,
}

impl Dependency {
    /// A dependency under its normalised name, without a place.
    pub fn new(ecosystem: Ecosystem, name: &str, version: Option<&str>) -> Self {
        Self {
            ecosystem,
            name: ecosystem.normalised(name),
            version: version.map(|version| version.trim().to_owned()),
            constraint: None,
            locations: BTreeSet::new(),
            direct: None,
            development: false,
        }
    }

    /// The package URL, with the version when it is known.
    pub fn purl(&self) -> String {
        let mut purl = format!("pkg:{}/", self.ecosystem.purl_type());
        // Maven separates group and artifact by `:`, the others by `/` where they have parts.
        let separator = if self.ecosystem == Ecosystem::Maven { ':' } else { '/' };
        for (at, part) in self.name.split(separator).enumerate() {
            if at > 0 {
                purl.push('/');
            }
            encode(&mut purl, part);
        }
        if let Some(version) = &self.version {
            purl.push('@');
            encode(&mut purl, version);
        }
        purl
    }
}

/// Percent-encodes what a package URL does not allow as it is; `:` stays, as its rules say.
fn encode(out: &mut String, text: &str) {
    use std::fmt::Write as _;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b':') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling_and_package_urls_follow_it() {
        let purl = |ecosystem, name, version| Dependency::new(ecosystem, name, version).purl();
        assert_eq!(
            purl(Ecosystem::Pypi, "Lang_Chain..core", Some("1.0+cu118")),
            "pkg:pypi/lang-chain-core@1.0%2Bcu118"
        );
        assert_eq!(
            purl(Ecosystem::Npm, "@langchain/core", Some("0.1.5")),
            "pkg:npm/%40langchain/core@0.1.5"
        );
        assert_eq!(
            purl(Ecosystem::Go, "github.com/Masterminds/semver", None),
            "pkg:golang/github.com/Masterminds/semver"
        );
        assert_eq!(
            purl(Ecosystem::Maven, "org.apache.logging.log4j:log4j-core", Some("2.14.1")),
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"
        );
        assert_eq!(
            purl(Ecosystem::Crates, "serde_json", Some("1.0.0")),
            "pkg:cargo/serde_json@1.0.0"
        );
    }

    #[test]
    fn ecosystems_are_read_in_every_spelling() {
        for ecosystem in Ecosystem::ALL.iter().copied() {
            assert_eq!(Ecosystem::from_osv(ecosystem.osv()), Some(ecosystem));
            assert_eq!(Ecosystem::from_purl_type(ecosystem.purl_type()), Some(ecosystem));
            assert_eq!(ecosystem.as_str().parse(), Ok(ecosystem));
        }
        assert_eq!(Ecosystem::from_osv("Maven:https://repo.example"), Some(Ecosystem::Maven));
        assert_eq!(Ecosystem::from_osv("Debian:11"), None);
    }

    #[test]
    fn a_dependency_reads_back() {
        let mut dependency = Dependency::new(Ecosystem::Pypi, "torch", None);
        dependency.constraint = Some(">=2".to_owned());
        dependency.locations.insert("requirements.txt:3".parse().expect("a place"));
        let text = serde_json::to_string(&dependency).expect("json");
        assert_eq!(serde_json::from_str::<Dependency>(&text).expect("read"), dependency);
    }
}
