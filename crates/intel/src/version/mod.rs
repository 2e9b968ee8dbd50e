//! Versions, ordered as each ecosystem orders them.
//!
//! | scheme | ecosystems | order |
//! | --- | --- | --- |
//! | PEP 440 | `PyPI` | epochs, pre-, post- and dev-releases, local versions |
//! | semantic versions | npm, crates.io, Go, and every range of type `SEMVER` | precedence of Semantic Versioning 2.0; build metadata (`+incompatible` too) does not count |
//! | `NuGet` | `NuGet` | a fourth number, pre-releases without case |
//! | Maven | Maven | `ComparableVersion` of Maven 4 |
//!
//! A text that its scheme does not understand is an error, never a guess: what cannot be
//! compared is reported as unknown by the caller.

mod maven;
mod semantic;

use std::cmp::Ordering;

use annex_isms::Ecosystem;

use maven::MavenVersion;
use semantic::SemanticVersion;

/// The longest text that is read as a version.
pub const VERSION_BYTES_MAX: usize = 256;

/// How versions are written and ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Python.
    Pep440,
    /// Three numbers, pre-release, build metadata.
    Semantic,
    /// Four numbers, pre-release without case.
    Nuget,
    /// Maven's items and qualifiers.
    Maven,
}

impl Scheme {
    /// The scheme of an ecosystem.
    pub const fn of(ecosystem: Ecosystem) -> Self {
        match ecosystem {
            Ecosystem::Pypi => Self::Pep440,
            Ecosystem::Npm | Ecosystem::Crates | Ecosystem::Go => Self::Semantic,
            Ecosystem::Nuget => Self::Nuget,
            Ecosystem::Maven => Self::Maven,
        }
    }
}

/// A version of one scheme.
#[derive(Debug, Clone)]
pub struct Version(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Pep440(pep440_rs::Version),
    Semantic(SemanticVersion),
    Maven(MavenVersion),
}

/// A text that is no version of its scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a version: {why}")]
pub struct VersionError {
    text: String,
    why: String,
}

impl Version {
    /// Reads a version.
    ///
    /// Semantic versions may have a leading `v` or `=` and fewer than three numbers, the missing
    /// ones being 0: lock files and advisories contain both.
    ///
    /// # Errors
    /// When the scheme does not know the text, or it is longer than [`VERSION_BYTES_MAX`].
    pub fn parse(scheme: Scheme, text: &str) -> Result<Self, VersionError> {
        let text = text.trim();
        let error = |why: String| {
            let shown: String = text.chars().take(64).collect();
            VersionError { text: shown, why }
        };
        if text.len() > VERSION_BYTES_MAX {
            return Err(error(format!("longer than {VERSION_BYTES_MAX} bytes")));
        }
        Ok(Self(match scheme {
            Scheme::Pep440 => {
                let version = text.parse::<pep440_rs::Version>();
                Kind::Pep440(version.map_err(|cause| error(first_line(&cause.to_string())))?)
            }
            Scheme::Semantic => Kind::Semantic(
                SemanticVersion::parse(text, false).map_err(|why| error(why.into()))?,
            ),
            Scheme::Nuget => {
                Kind::Semantic(SemanticVersion::parse(text, true).map_err(|why| error(why.into()))?)
            }
            Scheme::Maven => {
                Kind::Maven(MavenVersion::parse(text).map_err(|why| error(why.into()))?)
            }
        }))
    }

    /// The order of two versions; `None` when their schemes differ.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(match (&self.0, &other.0) {
            (Kind::Pep440(left), Kind::Pep440(right)) => left.cmp(right),
            (Kind::Semantic(left), Kind::Semantic(right)) => left.cmp(right),
            (Kind::Maven(left), Kind::Maven(right)) => left.cmp(right),
            _ => return None,
        })
    }

    /// The order of a version that is in use against one that an advisory names.
    ///
    /// Where the advisory names a public version of Python, the local part of the one in use
    /// does not count (`2.1.0+cu118` is a build of `2.1.0`), as PEP 440 says of specifiers.
    pub fn compare_to_named(&self, named: &Self) -> Option<Ordering> {
        match (self.public(), &named.0) {
            (Some(public), Kind::Pep440(version)) if !version.is_local() => public.compare(named),
            _ => self.compare(named),
        }
    }

    /// The version of Python that a local one is a build of.
    fn public(&self) -> Option<Self> {
        match &self.0 {
            Kind::Pep440(version) if version.is_local() => {
                Some(Self(Kind::Pep440(version.clone().without_local())))
            }
            _ => None,
        }
    }
}

/// Versions that an advisory lists, to be asked whether one in use is among them.
#[derive(Debug)]
pub(crate) enum Versions {
    Sorted(Vec<Version>),
    /// Of Maven, whose order does not always carry over, so that nothing may be sorted by it.
    Unsorted(Vec<Version>),
}

impl Versions {
    pub(crate) fn new(scheme: Scheme, mut versions: Vec<Version>) -> Self {
        if scheme == Scheme::Maven {
            return Self::Unsorted(versions);
        }
        versions.sort_by(|left, right| left.compare(right).unwrap_or(Ordering::Equal));
        Self::Sorted(versions)
    }

    /// Whether the version in use is one of them: `1.0` is also `1.0.0`, and `1.0+cpu` is too.
    pub(crate) fn hold(&self, used: &Version) -> bool {
        match (self, used.public()) {
            (Self::Unsorted(all), _) => {
                all.iter().any(|one| one.compare(used) == Some(Ordering::Equal))
            }
            (Self::Sorted(all), None) => has(all, used),
            (Self::Sorted(all), Some(public)) => has(all, used) || has(all, &public),
        }
    }
}

fn has(sorted: &[Version], version: &Version) -> bool {
    sorted.binary_search_by(|one| one.compare(version).unwrap_or(Ordering::Less)).is_ok()
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod facts;
#[cfg(test)]
mod tests;
