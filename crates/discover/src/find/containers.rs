//! Dockerfiles and compose files: what runs beside the application, on which ports, as whom.

use annex_isms::{AssetKind, Value as Attribute};

use super::{endpoints, flags, stores};
use crate::findings::{Finding, Findings, Key, Place};
use crate::known::Index;
use crate::tree::Node;
use crate::walk::has_end;

/// Base images whose own user is root, as their makers publish them.
const ROOT_IMAGES: [&str; 18] = [
    "python",
    "node",
    "golang",
    "rust",
    "ubuntu",
    "debian",
    "alpine",
    "openjdk",
    "ruby",
    "nginx",
    "busybox",
    "nvidia/cuda",
    "pytorch/pytorch",
    "continuumio/miniconda3",
    "oven/bun",
    "amazonlinux",
    "fedora",
    "centos",
];

/// Name without tag, and whether one version is named.
pub(crate) fn image(text: &str) -> (String, bool) {
    if let Some((name, _)) = text.split_once("@sha256:") {
        return (untagged(name).0.to_owned(), true);
    }
    let (name, tag) = untagged(text);
    let version = tag.is_some_and(|tag| {
        tag.starts_with(|c: char| c.is_ascii_digit() || c == 'v')
            && tag.bytes().any(|b| b.is_ascii_digit())
    });
    (name.to_owned(), version)
}

fn untagged(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (text, None),
    }
}

/// Reads a Dockerfile.
pub(crate) fn dockerfile(index: &Index<'_>, path: &str, text: &str, out: &mut Findings) {
    let mut stages: Vec<String> = Vec::new();
    let (mut base, mut base_line) = (String::new(), 1);
    let mut user: Option<(String, u32)> = None;
    for (line, content) in (1..).zip(text.lines()) {
        let mut words = content.split_whitespace();
        match words.next().map(str::to_ascii_uppercase).as_deref() {
            Some("FROM") => {
                let rest: Vec<_> = words.filter(|word| !word.starts_with("--")).collect();
                base = rest.first().map_or(String::new(), |image| (*image).to_owned());
                base_line = line;
                // A stage that builds on an earlier one keeps its user.
                if !stages.contains(&base) {
                    user = None;
                }
                if let [_, as_word, name] = rest.as_slice()
                    && as_word.eq_ignore_ascii_case("as")
                {
                    stages.push((*name).to_owned());
                }
            }
            Some("USER") => user = words.next().map(|user| (user.to_owned(), line)),
            Some("CMD" | "ENTRYPOINT" | "RUN") => {
                flags::find(index, content, true, &Place::new(path, line), out);
            }
            _ => {}
        }
    }
    let root = if let Some((user, line)) = &user {
        let name = user.split(':').next().unwrap_or_default();
        (!name.contains('$')).then_some((matches!(name, "root" | "0"), *line))
    } else {
        let (name, _) = image(&base);
        let name = name.strip_prefix("docker.io/").unwrap_or(&name);
        let name = name.strip_prefix("library/").unwrap_or(name);
        ROOT_IMAGES.contains(&name).then_some((true, base_line))
    };
    if let Some((root, line)) = root {
        out.application.push(("runs_as_root", Attribute::Bool(root), Place::new(path, line)));
    }
}

/// Whether a file is a compose file, by its name.
pub(crate) fn is_compose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.to_ascii_lowercase();
    name.contains("compose") && has_end(&name, &[".yml", ".yaml"])
}

/// Reads a compose file.
pub(crate) fn compose(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) {
    for (_, service) in root.get("services").map_or(&[][..], Node::entries) {
        let Some(image_node) = service.get("image") else {
            commands(index, path, service, out);
            continue;
        };
        let (name, _) = image(image_node.text().unwrap_or_default());
        let place = Place::new(path, image_node.line);
        if let Some(product) = store_of_image(&name) {
            let mut finding = stores::store(product, None, place);
            finding = finding.with("port_published", published(service));
            if let Some(authenticated) = authentication(product, service) {
                finding = finding.with("authentication_configured", authenticated);
            }
            out.assets.push(finding);
        } else if let Some(product) = server_of_image(&name) {
            out.assets.push(super::names::interface(index, product, place));
        } else if name.ends_with("berriai/litellm") || name.ends_with("berriai/litellm-database") {
            out.assets.push(gateway("litellm", place));
        } else if name.ends_with("portkeyai/gateway") {
            out.assets.push(gateway("portkey", place));
        } else if let Some(product) = log_of_image(&name) {
            out.assets.push(Finding::new(
                AssetKind::LogStore,
                Key::World(product.to_owned()),
                product,
                place,
            ));
        }
        commands(index, path, service, out);
    }
}

pub(crate) fn gateway(product: &str, place: Place) -> Finding {
    Finding::new(AssetKind::Gateway, Key::World(product.to_owned()), product, place)
}

fn commands(index: &Index<'_>, path: &str, service: &Node, out: &mut Findings) {
    for key in ["command", "entrypoint"] {
        let Some(command) = service.get(key) else {
            continue;
        };
        let words: Vec<String> = command.items().iter().filter_map(Node::scalar).collect();
        let text = command.scalar().unwrap_or_else(|| words.join(" "));
        flags::find(index, &text, true, &Place::new(path, command.line), out);
    }
}

fn store_of_image(name: &str) -> Option<&'static str> {
    let products: [(&str, &str); 11] = [
        ("qdrant/qdrant", "qdrant"),
        ("chromadb/chroma", "chroma"),
        ("chroma-core/chroma", "chroma"),
        ("semitechnologies/weaviate", "weaviate"),
        ("weaviate/weaviate", "weaviate"),
        ("milvusdb/milvus", "milvus"),
        ("pgvector/pgvector", "pgvector"),
        ("ankane/pgvector", "pgvector"),
        ("redis/redis-stack", "redis"),
        ("redis/redis-stack-server", "redis"),
        ("vespaengine/vespa", "vespa"),
    ];
    products.iter().find(|(image, _)| name.ends_with(image)).map(|(_, product)| *product)
}

fn server_of_image(name: &str) -> Option<&'static str> {
    let products: [(&str, &str); 6] = [
        ("ollama/ollama", "ollama"),
        ("vllm/vllm-openai", "vllm"),
        ("huggingface/text-generation-inference", "tgi"),
        ("huggingface/text-embeddings-inference", "tei"),
        ("localai/localai", "localai"),
        ("ggml-org/llama.cpp", "llama-cpp"),
    ];
    products.iter().find(|(image, _)| name.ends_with(image)).map(|(_, product)| *product)
}

fn log_of_image(name: &str) -> Option<&'static str> {
    let products = [("langfuse/langfuse", "langfuse"), ("arizephoenix/phoenix", "phoenix")];
    products.iter().find(|(image, _)| name.ends_with(image)).map(|(_, product)| *product)
}

/// Whether a port is open beyond the machine.
fn published(service: &Node) -> bool {
    if service.get("network_mode").and_then(Node::text) == Some("host") {
        return true;
    }
    service.get("ports").map_or(&[][..], Node::items).iter().any(|port| {
        let bound = port.get("host_ip").and_then(Node::scalar);
        match (port.scalar(), bound) {
            (Some(text), _) => !text.starts_with("127.0.0.1:") && !text.starts_with("localhost:"),
            (None, Some(address)) => !endpoints::is_loopback(&address),
            (None, None) => true,
        }
    })
}

/// Whether a store asks who calls; `None` when a file that is not read could say so.
fn authentication(product: &str, service: &Node) -> Option<bool> {
    let mut settings: Vec<(String, String)> = Vec::new();
    if let Some(environment) = service.get("environment") {
        for (key, value) in environment.entries() {
            settings.push((key.clone(), value.scalar().unwrap_or_default()));
        }
        for item in environment.items() {
            if let Some((key, value)) = item.text().and_then(|text| text.split_once('=')) {
                settings.push((key.to_owned(), value.to_owned()));
            }
        }
    }
    let value =
        |key: &str| settings.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    let yes = match product {
        "qdrant" => value("QDRANT__SERVICE__API_KEY").is_some_and(|value| !value.is_empty()),
        "chroma" => {
            value("CHROMA_SERVER_AUTHN_PROVIDER").or(value("CHROMA_SERVER_AUTH_PROVIDER")).is_some()
        }
        "weaviate" => {
            value("AUTHENTICATION_APIKEY_ENABLED") == Some("true")
                || value("AUTHENTICATION_OIDC_ENABLED") == Some("true")
        }
        "pgvector" => {
            value("POSTGRES_PASSWORD").is_some()
                && value("POSTGRES_HOST_AUTH_METHOD") != Some("trust")
        }
        _ => return None,
    };
    let elsewhere = service.get("env_file").is_some()
        || service.get("volumes").is_some_and(|v| {
            v.items().iter().any(|v| {
                v.text().is_some_and(|text| {
                    text.contains(".yaml") || text.contains(".yml") || text.contains("config")
                })
            })
        });
    (yes || !elsewhere).then_some(yes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Known;

    #[test]
    fn the_user_is_told_only_when_it_is_known() {
        let known = Known::default();
        let index = Index::new(&known);
        let root = |text| {
            let mut out = Findings::default();
            dockerfile(&index, "Dockerfile", text, &mut out);
            out.application
                .into_iter()
                .map(|(_, value, place)| (value.to_string(), place.line))
                .next()
        };
        assert_eq!(root("FROM python:3.12\nRUN x\n"), Some(("true".to_owned(), Some(1))));
        assert_eq!(
            root("FROM python:3.12 AS a\nUSER app\nFROM a\n"),
            Some(("false".to_owned(), Some(2)))
        );
        assert_eq!(root("FROM node:20\nUSER 0\n"), Some(("true".to_owned(), Some(2))));
        assert_eq!(root("FROM acme/base\n"), None);
    }

    #[test]
    fn images_have_names_and_versions() {
        assert_eq!(image("ghcr.io:5000/a/b"), ("ghcr.io:5000/a/b".to_owned(), false));
        assert_eq!(image("a/b:1.2"), ("a/b".to_owned(), true));
        assert_eq!(image("a/b:latest"), ("a/b".to_owned(), false));
    }
}
