//! Containers wherever they are described: compose files, Kubernetes, charts, tasks of clouds.
//!
//! ```text
//!  a map with an image ─▶ Workload ─┬─ image, program ─▶ server, gateway, store, log
//!                                   ├─ arguments, environment ─▶ the model that it loads
//!                                   └─ environment ─▶ keys, addresses, tracing
//! ```
//!
//! The forms differ in a few words only (`args`, `command`, `env`, `environment`), so one reader
//! takes them all.

use annex_isms::AssetKind;

use super::servers::{self, Product, Word};
use super::{containers, flags, keys, mcp, names};
use crate::findings::{Finding, Findings, Key, Place};
use crate::known::Index;
use crate::read::env::Setting;
use crate::tree::{Kind, Node};

/// What stands for a value that a secret holds.
const SECRET: &str = "$(secret)";

/// What is known of a container.
#[derive(Debug, Default)]
pub(crate) struct Workload {
    /// The image without its tag, and its line.
    pub(crate) image: Option<(String, u32)>,
    /// Whether the image has a version.
    pub(crate) versioned: bool,
    pub(crate) words: Vec<Word>,
    pub(crate) settings: Vec<Setting>,
    /// Whether a port can be reached from beyond the machine; `None` when it is not known.
    pub(crate) published: Option<bool>,
    /// Files that are not read could hold settings, too.
    pub(crate) elsewhere: bool,
    /// Names under which others reach it.
    pub(crate) names: Vec<String>,
    /// Ports of the machine that lead to it.
    pub(crate) ports: Vec<String>,
}

/// Where a document belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) path: &'a str,
    /// It describes what runs somewhere, so that every environment in it counts.
    pub(crate) infrastructure: bool,
    pub(crate) published: Option<bool>,
    /// Names under which others reach its containers.
    pub(crate) names: &'a [String],
}

impl<'a> Around<'a> {
    /// A document that describes what runs somewhere.
    pub(crate) const fn infrastructure(path: &'a str) -> Self {
        Self { path, infrastructure: true, published: None, names: &[] }
    }
}

/// Finds the containers of a document.
pub(crate) fn find(index: &Index<'_>, around: Around<'_>, node: &Node, out: &mut Findings) {
    match &node.kind {
        Kind::Map(entries) => {
            let here = map(index, around, node, out);
            for (key, value) in entries {
                if !(here && is_environment(key)) {
                    find(index, around, value, out);
                }
            }
        }
        Kind::List(items) => items.iter().for_each(|item| find(index, around, item, out)),
        _ => {}
    }
}

/// Whether the map was a container, or had an environment.
fn map(index: &Index<'_>, around: Around<'_>, node: &Node, out: &mut Findings) -> bool {
    let mut workload = read(node);
    // Elsewhere a key `image` can mean a picture.
    if !around.infrastructure
        && workload.image.as_ref().is_none_or(|(name, _)| servers::of_image(name).is_none())
    {
        return false;
    }
    if workload.image.is_none() && workload.words.is_empty() && workload.settings.is_empty() {
        return false;
    }
    workload.published = if has_host_port(node) { Some(true) } else { around.published };
    workload.names = around.names.to_vec();
    add(index, around.path, &workload, out);
    true
}

/// What a map says of a container.
pub(crate) fn read(node: &Node) -> Workload {
    let image = image(node).map(|(text, line)| (containers::image(&text), line));
    Workload {
        versioned: image.as_ref().is_some_and(|((_, versioned), _)| *versioned),
        image: image.map(|((name, _), line)| (name, line)),
        words: words(node),
        settings: settings(node),
        elsewhere: elsewhere(node),
        ..Workload::default()
    }
}

/// Where a server or a gateway can be reached.
fn reached(product: &Product, workload: &Workload, out: &mut Findings) {
    if matches!(product.what, servers::What::Server | servers::What::Gateway) {
        for name in &workload.names {
            out.services.named(name, product.id);
        }
        for port in &workload.ports {
            out.services.published(port, product.id);
        }
    }
}

/// What a container shows.
pub(crate) fn add(index: &Index<'_>, path: &str, workload: &Workload, out: &mut Findings) {
    // Weights are fetched with these; that says nothing of an interface.
    let fetching = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"];
    let settings: Vec<Setting> = (workload.settings.iter())
        .filter(|setting| !fetching.contains(&setting.name.as_str()))
        .cloned()
        .collect();
    super::environment::find(index, path, &settings, out);
    let image =
        workload.image.as_ref().map(|(name, line)| (name.as_str(), Place::new(path, *line)));
    let by_image = image.as_ref().and_then(|(name, _)| servers::of_image(name));
    let commands = servers::commands(&workload.words);
    if let (Some(product), Some((_, place))) = (by_image, &image) {
        let whole = commands.concat();
        reached(product, workload, out);
        out.assets.push(product_finding(index, product, workload, &whole, place.clone()));
        // The program is the image's own: all words are its arguments.
        if !commands.iter().any(|words| servers::of_command(words).is_some()) {
            servers::models(index, product, &whole, &workload.settings, path, out);
        }
    } else if let Some((name, place)) = &image {
        others(name, workload.versioned, place, out);
    }
    for words in &commands {
        if let Some(product) = servers::of_command(words) {
            let place = words.first().map(|word| Place::new(path, word.line));
            if by_image.is_none_or(|known| known.id != product.id)
                && let Some(place) = place
            {
                reached(product, workload, out);
                out.assets.push(product_finding(index, product, workload, words, place));
            }
            servers::models(index, product, words, &workload.settings, path, out);
        } else if by_image.is_none() {
            options(index, path, words, &workload.settings, out);
        }
    }
}

/// Options of a program that is not known: only what names a model by itself counts.
fn options(
    index: &Index<'_>,
    path: &str,
    words: &[Word],
    settings: &[Setting],
    out: &mut Findings,
) {
    for (at, word) in words.iter().enumerate().filter(|(_, word)| word.text.starts_with("--")) {
        let next = words.get(at + 1).map_or("", |next| next.text.as_str());
        let text = match word.text.split_once('=') {
            Some((option, value)) => format!("{option} {}", servers::expanded(value, settings)),
            None => format!("{} {}", word.text, servers::expanded(next, settings)),
        };
        flags::find(index, &text, true, &Place::new(path, word.line), out);
    }
}

/// A product as an asset, with what is known of its callers.
pub(crate) fn product_finding(
    index: &Index<'_>,
    product: &Product,
    workload: &Workload,
    words: &[Word],
    place: Place,
) -> Finding {
    let mut finding = servers::finding(index, product, place);
    let open = matches!(product.what, servers::What::Server | servers::What::Store);
    if let Some(published) = workload.published.filter(|_| open) {
        finding = finding.with("port_published", published);
    }
    let keys = servers::authentication(product, words, &workload.settings, workload.elsewhere);
    if let Some(authenticated) = keys.filter(|_| open) {
        finding = finding.with("authentication_configured", authenticated);
    }
    finding
}

/// Images that say by their name what they hold.
fn others(image: &str, versioned: bool, place: &Place, out: &mut Findings) {
    // One image holds one model: `nvcr.io/nim/meta/llama-3.1-8b-instruct`.
    if let Some((_, model)) = image.split_once("nvcr.io/nim/").filter(|(_, m)| m.contains('/')) {
        let key = Key::World(format!("nvidia/{model}"));
        out.assets.push(
            Finding::new(
                if names::says_embedding(model) {
                    AssetKind::EmbeddingModel
                } else {
                    AssetKind::Model
                },
                key,
                model,
                place.clone(),
            )
            .with("version_pinned", versioned),
        );
        let key = Key::World("nvidia-nim".to_owned());
        out.assets.push(Finding::new(AssetKind::ModelApi, key, "NVIDIA NIM", place.clone()));
    } else if mcp::is_image(image) {
        let name = image.rsplit('/').next().unwrap_or(image);
        let key = Key::World(format!("docker/{image}"));
        out.assets.push(
            Finding::new(AssetKind::McpServer, key, name, place.clone())
                .with("version_pinned", versioned),
        );
    }
}

/// The image of a map: a text, or name and tag apart as charts have them.
fn image(node: &Node) -> Option<(String, u32)> {
    let get = |node: &Node, keys: &[&str]| -> Option<(String, u32)> {
        let found = keys.iter().find_map(|key| node.get(key))?;
        let text = keys::default_of(found.text()?).trim();
        (!text.is_empty()).then(|| (text.to_owned(), found.line))
    };
    let apart = |node: &Node| -> Option<(String, u32)> {
        let (name, line) = get(node, &["repository", "repo"])?;
        let registry = get(node, &["registry"]).map(|(text, _)| format!("{text}/"));
        let tag = node.get("tag").and_then(Node::scalar).filter(|tag| !tag.is_empty());
        let tag = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
        Some((format!("{}{name}{tag}", registry.unwrap_or_default()), line))
    };
    let whole = get(node, &["image", "Image", "container_image", "image_uri"])
        .or_else(|| apart(node.get("image")?))
        // A map of repository and tag alone is an image only if it is a known one.
        .or_else(|| apart(node).filter(|(name, _)| known(name)));
    whole.filter(|(text, _)| !text.contains(char::is_whitespace))
}

fn known(image: &str) -> bool {
    let (name, _) = containers::image(image);
    servers::of_image(&name).is_some()
}

fn words(node: &Node) -> Vec<Word> {
    let keys = ["entrypoint", "entryPoint", "EntryPoint", "command", "Command", "args", "Args"];
    let mut all = Vec::new();
    for value in keys.iter().filter_map(|key| node.get(key)) {
        let mut add = |node: &Node| {
            if let Some(text) = node.scalar() {
                all.push(Word { text, line: node.line });
            }
        };
        add(value);
        value.items().iter().for_each(&mut add);
    }
    all
}

fn is_environment(key: &str) -> bool {
    matches!(
        key.to_ascii_lowercase().replace('_', "").as_str(),
        "env"
            | "environment"
            | "envvars"
            | "extraenv"
            | "environmentvariables"
            | "variables"
            | "extraenvvars"
    )
}

/// The environment, in whichever form: `NAME: value`, `NAME=value`, `{name: …, value: …}`.
pub(crate) fn settings(node: &Node) -> Vec<Setting> {
    let mut all = Vec::new();
    for (_, value) in node.entries().iter().filter(|(key, _)| is_environment(key)) {
        environment(value, &mut all);
    }
    all
}

fn environment(node: &Node, all: &mut Vec<Setting>) {
    if let Some(name) = name(node) {
        let value = ["value", "Value"].iter().find_map(|key| node.get(key));
        let line = value.map_or(node.line, |value| value.line);
        let text = value.and_then(Node::scalar);
        push(all, name, line, text.as_deref().unwrap_or(SECRET));
        return;
    }
    for (name, value) in node.entries() {
        match &value.kind {
            // `variables: { … }` within `environment`, as functions of clouds have it.
            Kind::Map(_) if is_environment(name) => environment(value, all),
            Kind::Map(_) | Kind::Null => push(all, name, value.line, SECRET),
            _ => push(all, name, value.line, &value.scalar().unwrap_or_default()),
        }
    }
    for item in node.items() {
        if let Some(text) = item.text() {
            let (name, value) = text.split_once('=').unwrap_or((text, SECRET));
            push(all, name, item.line, value);
        } else if name(item).is_some() {
            environment(item, all);
        }
    }
}

fn name(node: &Node) -> Option<&str> {
    ["name", "Name"].iter().find_map(|key| node.get(key)?.text())
}

fn push(all: &mut Vec<Setting>, name: &str, line: u32, value: &str) {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain && !name.is_empty() {
        let value = keys::default_of(value).to_owned();
        all.push(Setting { line, name: name.to_owned(), value });
    }
}

/// Whether files that are mounted or named could hold settings.
fn elsewhere(node: &Node) -> bool {
    let files = ["env_file", "envFrom", "env_from", "secrets"];
    let mounts = ["volumes", "volumeMounts", "volume_mount", "mountPoints"];
    files.iter().any(|key| node.get(key).is_some())
        || mounts.iter().filter_map(|key| node.get(key)).any(|volumes| {
            let told = |text: &str| {
                text.contains(".yaml") || text.contains(".yml") || text.contains("conf")
            };
            volumes.items().iter().any(|volume| {
                volume.text().is_some_and(told)
                    || volume.entries().iter().any(|(_, value)| value.text().is_some_and(told))
            })
        })
}

fn has_host_port(node: &Node) -> bool {
    node.get("ports").map_or(&[][..], Node::items).iter().any(|port| port.get("hostPort").is_some())
}
