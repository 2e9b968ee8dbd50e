//! Package URLs: made of an asset's key, and taken apart for comparison.

use annex_isms::AssetKind;
use annex_isms::observation::AssetKey;

use crate::iri::encoded;

/// The hub whose models have package URLs, as it stands before a model's key.
const HUB: &str = "huggingface";

/// The package URL of an asset, when its key names a package of an ecosystem or a model of the
/// hub; with its version, when that is known.
pub(crate) fn of(asset: &AssetKey, version: Option<&str>) -> Option<String> {
    let (ecosystem, name) = asset.key.split_once('/')?;
    let kind = match (asset.kind, ecosystem) {
        (AssetKind::Model | AssetKind::EmbeddingModel | AssetKind::Dataset, HUB) => {
            // A dataset of the hub shares its names with models and has no type of its own.
            if asset.kind == AssetKind::Dataset {
                return None;
            }
            HUB
        }
        (AssetKind::Framework | AssetKind::McpServer, _) => package_type(ecosystem)?,
        _ => return None,
    };
    let path = match kind {
        "pypi" => name.to_ascii_lowercase().replace(['_', '.'], "-"),
        "golang" => name.to_ascii_lowercase(),
        // `group:artifact`, as build files spell it.
        "maven" => name.replacen(':', "/", 1),
        _ => name.to_owned(),
    };
    let segments: Vec<String> = path.split('/').map(encoded).collect();
    if segments.iter().any(String::is_empty) {
        return None;
    }
    let version = version.map(|version| format!("@{}", encoded(version))).unwrap_or_default();
    Some(format!("pkg:{kind}/{}{version}", segments.join("/")))
}

fn package_type(ecosystem: &str) -> Option<&'static str> {
    Some(match ecosystem {
        "pypi" => "pypi",
        "npm" => "npm",
        "crates" => "cargo",
        "go" => "golang",
        "maven" => "maven",
        "nuget" => "nuget",
        _ => return None,
    })
}

/// The page of a hub's model, from which it is downloaded.
pub(crate) fn hub_page(asset: &AssetKey) -> Option<String> {
    of(asset, None)?
        .strip_prefix("pkg:huggingface/")
        .map(|path| format!("https://huggingface.co/{path}"))
}

/// A package URL without its version, and the version.
///
/// The version begins at the last `@` after the last `/` of the path, so that an npm scope that
/// was left unencoded is no version.
pub(crate) fn unversioned(purl: &str) -> (String, Option<&str>) {
    let end = purl.find(['?', '#']).unwrap_or(purl.len());
    let (path, qualifiers) = purl.split_at(end);
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[name..].rfind('@').filter(|at| *at > 0) {
        Some(at) => {
            let (bare, version) = path.split_at(name + at);
            (format!("{bare}{qualifiers}"), Some(&version[1..]))
        }
        None => (purl.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(kind: AssetKind, key: &str, version: Option<&str>) -> Option<String> {
        of(&AssetKey { kind, key: key.to_owned() }, version)
    }

    #[test]
    fn packages_and_models_of_the_hub_have_one() {
        use AssetKind::{EmbeddingModel, Framework, McpServer, Model, Prompt};
        for (kind, key, version, expected) in [
            (
                Framework,
                "pypi/Zope.Interface_x",
                Some("1.0+l"),
                "pkg:pypi/zope-interface-x@1.0%2Bl",
            ),
            (Framework, "npm/@langchain/core", Some("0.3.1"), "pkg:npm/%40langchain/core@0.3.1"),
            (Framework, "crates/async-openai", None, "pkg:cargo/async-openai"),
            (Framework, "go/github.com/A/b", Some("v1.2.3"), "pkg:golang/github.com/a/b@v1.2.3"),
            (Framework, "maven/dev.l4j:core", Some("1"), "pkg:maven/dev.l4j/core@1"),
            (Framework, "nuget/Azure.AI.OpenAI", None, "pkg:nuget/Azure.AI.OpenAI"),
            (McpServer, "npm/@m/server", None, "pkg:npm/%40m/server"),
            (Model, "huggingface/Org/Name", Some("ab12"), "pkg:huggingface/Org/Name@ab12"),
            (EmbeddingModel, "huggingface/a/b c", None, "pkg:huggingface/a/b%20c"),
        ] {
            assert_eq!(made(kind, key, version).as_deref(), Some(expected));
        }
        for (kind, key) in
            [(Model, "openai/gpt-4o"), (Prompt, "pypi/x"), (Framework, "npm//x"), (Framework, "x")]
        {
            assert_eq!(made(kind, key, None), None, "{key}");
        }
    }

    #[test]
    fn a_version_is_taken_off_wherever_it_is_one() {
        for (purl, bare, version) in [
            ("pkg:npm/@a/b@1.0", "pkg:npm/@a/b", Some("1.0")),
            ("pkg:npm/@a/b", "pkg:npm/@a/b", None),
            ("pkg:npm/@b", "pkg:npm/@b", None),
            ("pkg:pypi/a@1?arch=x#s@2", "pkg:pypi/a?arch=x#s@2", Some("1")),
            ("", "", None),
            ("é@1", "é", Some("1")),
        ] {
            assert_eq!(unversioned(purl), (bare.to_owned(), version), "{purl}");
        }
    }
}
