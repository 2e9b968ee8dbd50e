//! Dockerfiles and compose files: what runs beside the application, on which ports, as whom.

use annex_isms::{AssetKind, Value as Attribute};

use super::names::{self, Named};
use super::servers::Word;
use super::workloads::{self, Workload};
use super::{classes, endpoints, flags};
use crate::findings::{Finding, Findings, Key, Place};
use crate::known::Index;
use crate::read::env::Setting;
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
    let mut stage = Workload::default();
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
                    stage = Workload::default();
                    stage.image = Some((image(&base).0, line));
                }
                if let [_, as_word, name] = rest.as_slice()
                    && as_word.eq_ignore_ascii_case("as")
                {
                    stages.push((*name).to_owned());
                }
            }
            Some("USER") => user = words.next().map(|user| (user.to_owned(), line)),
            Some("ENV") => stage.settings.extend(environment(content, line)),
            Some(word @ ("CMD" | "ENTRYPOINT" | "RUN")) => {
                flags::find(index, content, true, &Place::new(path, line), out);
                let text = content.trim().get(word.len()..).unwrap_or_default().trim();
                let words = instruction(text, line);
                if word == "RUN" {
                    workloads::add(index, path, &Workload { words, ..Workload::default() }, out);
                } else {
                    stage.words.extend(words);
                }
            }
            _ => {}
        }
    }
    // What builds something alone does not run.
    workloads::add(index, path, &stage, out);
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

/// `NAME=value …` or `NAME value`.
fn environment(content: &str, line: u32) -> Vec<Setting> {
    let rest = content.trim().get("ENV".len()..).unwrap_or_default().trim();
    if let Some((name, value)) = rest.split_once(' ').filter(|(name, _)| !name.contains('=')) {
        return vec![Setting { line, name: name.to_owned(), value: value.trim().to_owned() }];
    }
    let pairs = rest.split_whitespace().filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| Setting {
            line,
            name: name.to_owned(),
            value: value.trim_matches(['"', '\'']).to_owned(),
        })
        .collect()
}

/// The words of an instruction: a list in JSON, or a command line.
fn instruction(text: &str, line: u32) -> Vec<Word> {
    let listed: Option<Vec<String>> =
        text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten();
    let words = listed.unwrap_or_else(|| vec![text.trim_end_matches('\\').to_owned()]);
    words.into_iter().map(|text| Word { text, line }).collect()
}

/// Whether a file is a compose file, by its name.
pub(crate) fn is_compose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.to_ascii_lowercase();
    name.contains("compose") && has_end(&name, &[".yml", ".yaml"])
}

/// Reads a compose file.
pub(crate) fn compose(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) {
    for (name, service) in root.get("services").map_or(&[][..], Node::entries) {
        let mut workload = workloads::read(service);
        workload.published = Some(published(service));
        workload.names.push(name.clone());
        for key in ["container_name", "hostname"] {
            workload.names.extend(service.get(key).and_then(Node::text).map(str::to_owned));
        }
        workload.ports = ports(service);
        let before = out.assets.len();
        workloads::add(index, path, &workload, out);
        classes::labels(path, service, before, out);
    }
    // Models that the engine itself runs.
    for (_, model) in root.get("models").map_or(&[][..], Node::entries) {
        let Some(image) = model.get("model") else { continue };
        let (name, _) = self::image(image.text().unwrap_or_default());
        let place = Place::new(path, image.line);
        if names::is_name(&name) {
            let named = match name.strip_prefix("hf.co/") {
                Some(name) => Named { owner: names::HUB.to_owned(), name: name.to_owned() },
                None => Named { owner: "docker".to_owned(), name },
            };
            out.assets.push(names::finding(index, &named, false, place.clone()));
            out.assets.push(names::interface(index, "docker-model-runner", place));
        }
    }
}

pub(crate) fn gateway(product: &str, place: Place) -> Finding {
    Finding::new(AssetKind::Gateway, Key::World(product.to_owned()), product, place)
}

/// Ports of the machine that lead to a service: `8080:80`, `127.0.0.1:8080:80`.
fn ports(service: &Node) -> Vec<String> {
    let all = service.get("ports").map_or(&[][..], Node::items).iter().filter_map(|port| {
        if let Some(published) = port.get("published") {
            return published.scalar();
        }
        let text = port.scalar()?;
        let (before, _) = text.rsplit_once(':')?;
        Some(before.rsplit(':').next().unwrap_or(before).to_owned())
    });
    all.collect()
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
