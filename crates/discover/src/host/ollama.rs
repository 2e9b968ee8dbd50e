//! The store of Ollama → models.
//!
//! ```text
//!  manifests/registry.ollama.ai/library/llama3.2/1b   JSON: layers, each with type, digest, size
//!  blobs/sha256-<hex>                                 the weights are a GGUF
//! ```
//!
//! The version is the SHA-256 of the manifest, whose beginning `ollama list` shows as the id.

use std::fs;
use std::path::{Path, PathBuf};

use annex_isms::{Digest, Value};
use serde::Deserialize;

use super::{Reader, bytes, folder, is_absent, is_plain, unread};
use crate::find::names::{self, HUB, Named};
use crate::findings::Place;
use crate::weights;

/// The largest manifest.
const MANIFEST_BYTES_MAX: u64 = 1 << 20;
/// How deep manifests may lie: host, namespace, name, tag.
const DEPTH_MAX: usize = 8;
/// The host and the namespace that are left out of names.
const REGISTRY: &str = "registry.ollama.ai";
const LIBRARY: &str = "library";
/// The type of the layer that holds the weights.
const WEIGHTS: &str = "application/vnd.ollama.image.model";

/// What a manifest says; as distribution manifests of OCI, with types of Ollama.
#[derive(Debug, Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Layer>,
}

#[derive(Debug, Deserialize)]
struct Layer {
    #[serde(rename = "mediaType", default)]
    media_type: String,
    #[serde(default)]
    digest: String,
    #[serde(default)]
    size: u64,
}

/// Reads a store.
pub(super) fn read(reader: &mut Reader<'_>, store: &Path) {
    if let Some(manifests) = reader.below(store, "manifests") {
        models(reader, store, &manifests);
    }
    let Some(blobs) = reader.below(store, "blobs") else { return };
    let parts = reader.entries(&blobs).into_iter().filter(|blob| blob.name.contains("-partial"));
    let count = parts.count();
    if count > 0 {
        let reason = format!(
            "parts of downloads that were not finished: {count}; of which models is not said"
        );
        reader.leave(format!("{}/*-partial", reader.shown(&blobs)), reason);
    }
}

fn models(reader: &mut Reader<'_>, store: &Path, manifests: &Path) {
    let mut open = vec![(manifests.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        for entry in reader.entries(&folder) {
            if entry.kind.is_dir() && depth < DEPTH_MAX {
                open.push((entry.path, depth + 1));
                continue;
            }
            let shown = reader.shown(&entry.path);
            let inner = entry.path.strip_prefix(manifests).unwrap_or(&entry.path);
            let Some(named) = named(inner).filter(|_| entry.kind.is_file()) else {
                reader.skip(shown, "no manifest of a model");
                continue;
            };
            let read = bytes(&entry.path, MANIFEST_BYTES_MAX)
                .map_err(|error| unread(&error))
                .and_then(|bytes| Ok((manifest(&bytes)?, Digest::of(&bytes))));
            match read {
                Ok((manifest, digest)) => {
                    reader.coverage.files_read += 1;
                    model(reader, store, &shown, named, &manifest, digest);
                }
                Err(reason) => reader.skip(shown, reason),
            }
        }
    }
}

fn manifest(bytes: &[u8]) -> Result<Manifest, String> {
    serde_json::from_slice(bytes)
        .map_err(|error| format!("no manifest of a model: {error}; pull the model again"))
}

/// A model by the path of its manifest, and by what else it may be called.
fn named(inner: &Path) -> Option<(Named, Option<String>)> {
    let parts: Option<Vec<&str>> = inner.iter().map(|part| part.to_str()).collect();
    let parts = parts?;
    let [host, middle @ .., name, tag] = parts.as_slice() else { return None };
    let namespace = middle.join("/");
    if *host == "hf.co" || *host == "huggingface.co" {
        let name = format!("{namespace}/{name}");
        return is_plain(&name).then(|| (Named { owner: HUB.to_owned(), name }, None));
    }
    let mut whole = (*name).to_owned();
    if namespace != LIBRARY {
        whole = format!("{namespace}/{whole}");
    }
    if *host != REGISTRY {
        whole = format!("{host}/{whole}");
    }
    let tagged = format!("{whole}:{tag}");
    let of = |name| Named { owner: "ollama".to_owned(), name };
    // Without a tag the latest is meant.
    let (name, alias) =
        if *tag == "latest" { (whole, Some(format!("ollama/{tagged}"))) } else { (tagged, None) };
    is_plain(&name).then(|| (of(name), alias))
}

fn model(
    reader: &mut Reader<'_>,
    store: &Path,
    shown: &str,
    (named, alias): (Named, Option<String>),
    manifest: &Manifest,
    digest: Digest,
) {
    let mut finding = names::finding(reader.index, &named, false, Place::whole(shown));
    finding.attributes.retain(|(name, _)| *name != "version_pinned");
    finding.alias = alias;
    let (mut bytes, mut complete, mut found) = (0_u64, true, Vec::new());
    for layer in &manifest.layers {
        bytes = bytes.saturating_add(layer.size);
        let Some(hex) = hex(&layer.digest) else {
            reader.skip(shown, "a layer of it has no digest that can be read");
            continue;
        };
        let full = match blob(store, hex) {
            Ok(Some(full)) => full,
            Ok(None) => {
                reader.skip(shown, "its blob is a link out of the store, which is not followed");
                continue;
            }
            Err(error) if is_absent(&error) => {
                complete = false;
                continue;
            }
            Err(error) => {
                reader.skip(shown, format!("its blob {}", unread(&error)));
                continue;
            }
        };
        complete &= fs::metadata(&full).is_ok_and(|data| data.len() == layer.size);
        if layer.media_type == WEIGHTS
            && let Some(mut weights) = reader.weights(shown, &full)
        {
            weights.digest = Some(format!("sha256:{hex}"));
            let known = (finding.key.clone(), finding.name.clone());
            found.append(&mut weights::findings(&[weights], &|_| Some(known.clone())));
        }
    }
    finding = finding
        .with("version", Value::Text(digest.to_string()))
        .with("stored_bytes", folder::stored(bytes))
        .with("download_complete", complete);
    reader.keep(finding, found);
}

/// The digits of a SHA-256.
fn hex(digest: &str) -> Option<&str> {
    let hex = digest.strip_prefix("sha256:")?;
    (hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit())).then_some(hex)
}

/// The file of a digest; `None` where it lies outside of the store.
fn blob(store: &Path, hex: &str) -> std::io::Result<Option<PathBuf>> {
    let full = store.join("blobs").join(format!("sha256-{hex}")).canonicalize()?;
    Ok(full.starts_with(store).then_some(full))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn models_are_called_as_ollama_calls_them() {
        let key = |path: &str| {
            named(Path::new(path))
                .map(|(named, alias)| (format!("{}/{}", named.owner, named.name), alias))
        };
        let plain = |key: &str| Some((key.to_owned(), None));
        assert_eq!(key("registry.ollama.ai/library/llama3.2/1b"), plain("ollama/llama3.2:1b"));
        assert_eq!(
            key("registry.ollama.ai/library/llama3.2/latest"),
            Some(("ollama/llama3.2".to_owned(), Some("ollama/llama3.2:latest".to_owned())))
        );
        assert_eq!(key("registry.ollama.ai/acme/help/7b"), plain("ollama/acme/help:7b"));
        assert_eq!(key("hf.co/acme/help-GGUF/Q4_K_M"), plain("huggingface/acme/help-GGUF"));
        assert_eq!(
            key("models.example.org/acme/help/1"),
            plain("ollama/models.example.org/acme/help:1")
        );
        for none in ["", "a", "a/b", "registry.ollama.ai/library/-/\u{7f}"] {
            assert_eq!(key(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn bytes_are_a_manifest_or_a_reason(bytes: Vec<u8>) {
            if let Err(reason) = manifest(&bytes) {
                prop_assert!(reason.starts_with("no manifest of a model: "));
            }
        }

        #[test]
        fn any_path_has_a_name_or_none(path in "[a-z./:@-]{0,40}") {
            if let Some((named, _)) = named(Path::new(&path)) {
                prop_assert!(is_plain(&named.name));
            }
        }
    }
}
