//! What a scan knows by name: packages and providers, as the catalogue lists them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A package of an ecosystem that has to do with AI.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KnownPackage {
    /// `pypi`, `npm`, `crates`, `go`, `maven` or `nuget`.
    pub ecosystem: String,
    /// Its name, as its ecosystem spells it; `*` stands for any text, for packages of one family.
    pub name: String,
    /// What it is for: `sdk`, `framework`, `agent`, `vector_store`, `guardrail`, …
    pub role: String,
    /// The provider that it talks to, when it talks to one.
    #[serde(default)]
    pub provider: Option<String>,
}

/// A provider of models, or a server for models on one's own machines.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KnownProvider {
    /// Its id, which is also the id of the supplier.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Host names of its interfaces; `*` stands for any text.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Names of the environment variables that hold its keys or, for a server of one's own, its address.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Patterns of the names of its models; `*` stands for any text.
    #[serde(default)]
    pub models: Vec<String>,
    /// Whether it runs on one's own machines, so that nobody supplies it as a service.
    #[serde(default)]
    pub local: bool,
}

/// Everything that a scan knows by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The packages.
    pub packages: Vec<KnownPackage>,
    /// The providers.
    pub providers: Vec<KnownProvider>,
}

/// The same, ready for look-ups.
pub(crate) struct Index<'k> {
    packages: BTreeMap<(&'k str, String), &'k KnownPackage>,
    /// Patterns of families, normalised, the longest first.
    families: Vec<(String, &'k KnownPackage)>,
    providers: &'k [KnownProvider],
    /// Providers by the letters of their ids.
    spellings: BTreeMap<String, &'k KnownProvider>,
}

impl<'k> Index<'k> {
    pub(crate) fn new(known: &'k Known) -> Self {
        let mut families: Vec<_> = known
            .packages
            .iter()
            .filter(|package| package.name.contains('*'))
            .map(|package| (normalised(&package.ecosystem, &package.name), package))
            .collect();
        families.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.len()));
        Self {
            families,
            packages: known
                .packages
                .iter()
                .map(|package| {
                    let ecosystem = package.ecosystem.as_str();
                    ((ecosystem, normalised(ecosystem, &package.name)), package)
                })
                .collect(),
            providers: &known.providers,
            spellings: known.providers.iter().map(|one| (letters(&one.id), one)).collect(),
        }
    }

    pub(crate) fn package(&self, ecosystem: &'k str, name: &str) -> Option<&'k KnownPackage> {
        self.packages.get(&(ecosystem, normalised(ecosystem, name))).copied()
    }

    /// The package, or the family that its name belongs to. For names of packages alone: a module
    /// of a package is called as if it were one of its family.
    pub(crate) fn family(&self, ecosystem: &'k str, name: &str) -> Option<&'k KnownPackage> {
        self.package(ecosystem, name).or_else(|| {
            let name = normalised(ecosystem, name);
            self.families
                .iter()
                .find(|(pattern, of)| of.ecosystem == ecosystem && glob(pattern, &name))
                .map(|(_, package)| *package)
        })
    }

    /// A provider by its id, however that is written: `LlamaCpp`, `AZURE_OPENAI`.
    pub(crate) fn provider_spelled(&self, name: &str) -> Option<&'k KnownProvider> {
        self.spellings.get(&letters(name)).copied()
    }

    pub(crate) fn provider(&self, id: &str) -> Option<&'k KnownProvider> {
        self.providers.iter().find(|provider| provider.id == id)
    }

    /// The provider that serves under this host name.
    pub(crate) fn provider_of_host(&self, host: &str) -> Option<&'k KnownProvider> {
        let host = host.to_ascii_lowercase();
        self.providers
            .iter()
            .find(|provider| provider.hosts.iter().any(|pattern| glob(pattern, &host)))
    }

    /// The provider whose key is in this environment variable.
    pub(crate) fn provider_of_key(&self, variable: &str) -> Option<&'k KnownProvider> {
        self.providers.iter().find(|provider| provider.keys.iter().any(|key| key == variable))
    }

    /// The provider whose models are named like this; the longest pattern decides. Names such as
    /// `org/name` belong to a hub and match only patterns that have a `/` themselves.
    pub(crate) fn provider_of_model(&self, name: &str) -> Option<&'k KnownProvider> {
        self.providers
            .iter()
            .flat_map(|provider| provider.models.iter().map(move |model| (model, provider)))
            .filter(|(pattern, _)| pattern.contains('/') == name.contains('/'))
            .filter(|(pattern, _)| glob(pattern, name))
            .max_by_key(|(pattern, _)| pattern.len())
            .map(|(_, provider)| provider)
    }
}

/// The letters and digits of a name, in lower case.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// A package's name in the one spelling that its ecosystem compares by.
pub(crate) fn normalised(ecosystem: &str, name: &str) -> String {
    match ecosystem {
        // PEP 503: runs of `-`, `_` and `.` are one hyphen, case does not count.
        "pypi" => {
            let mut out = String::with_capacity(name.len());
            for character in name.trim().chars() {
                if matches!(character, '-' | '_' | '.') {
                    if !out.ends_with('-') {
                        out.push('-');
                    }
                } else {
                    out.push(character.to_ascii_lowercase());
                }
            }
            out
        }
        "nuget" => name.trim().to_ascii_lowercase(),
        "crates" => name.trim().replace('_', "-").to_ascii_lowercase(),
        // A Go module's major version is a suffix of its path.
        "go" => {
            let name = name.trim();
            match name.rsplit_once("/v") {
                Some((path, major))
                    if !major.is_empty() && major.bytes().all(|b| b.is_ascii_digit()) =>
                {
                    path.to_owned()
                }
                _ => name.to_owned(),
            }
        }
        _ => name.trim().to_owned(),
    }
}

/// Whether `text` has the form of `pattern`, where `*` stands for any text.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            match rest.find(middle) {
                Some(at) => rest = &rest[at + middle.len()..],
                None => return false,
            }
        }
    }
    match last {
        Some(end) => rest.ends_with(end),
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_their_ecosystem_does() {
        assert_eq!(normalised("pypi", "LlamaIndex_Core"), "llamaindex-core");
        assert_eq!(normalised("pypi", "a.-_b"), "a-b");
        assert_eq!(normalised("go", "github.com/x/y/v3"), "github.com/x/y");
        assert_eq!(normalised("npm", "@ai-sdk/openai"), "@ai-sdk/openai");
    }

    #[test]
    fn stars_stand_for_any_text() {
        assert!(glob("gpt-*", "gpt-4o"));
        assert!(glob("*.openai.azure.com", "x.openai.azure.com"));
        assert!(glob("a*b*c", "a1b2c"));
        assert!(glob("exact", "exact"));
        assert!(!glob("exact", "exactly"));
        assert!(!glob("gpt-*", "my-gpt-4"));
        assert!(!glob("a*b*c", "a1c"));
    }
}
