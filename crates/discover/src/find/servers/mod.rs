//! Servers of models, gateways, stores and logs: by the image that is run, by the program that is
//! started, by the chart that is installed. And the model that a server is told to load.
//!
//! Repositories and hosts use the same table: what a manifest says will run, and what does run.

mod command;
mod table;

use annex_isms::AssetKind;

use super::names::{self, HUB, Named};
use super::{containers, stores};
use crate::findings::{Finding, Findings, Key, Place};
use crate::known::{Index, glob};
use crate::read::env::Setting;
use crate::walk::has_end;
use crate::weights;

pub(crate) use command::{Word, base, commands, unwrapped, value};
pub(crate) use table::{Keys, Names, PRODUCTS, Product, What};

/// The product that an image runs.
pub(crate) fn of_image(name: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.images.iter().any(|image| is_image(name, image)))
}

/// `ghcr.io/a/b` is the image `a/b`.
fn is_image(name: &str, image: &str) -> bool {
    name.strip_suffix(image).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// The product that a chart installs.
pub(crate) fn of_chart(name: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.charts.contains(&name))
}

/// The product whose program begins a command.
pub(crate) fn of_command(words: &[Word]) -> Option<&'static Product> {
    let path = words.first()?.text.as_str();
    let program = base(path);
    if RUNNERS.contains(&program) {
        // A word alone can be the value of an option.
        let named = words.iter().skip(1).filter(|word| word.text.contains('.'));
        return named.map(|word| word.text.as_str()).find_map(|word| of_program(word, "", ""));
    }
    let verb = words.get(1).map_or("", |word| word.text.as_str());
    // A program with an ordinary name is known by its verb or its folder.
    let above = path.strip_suffix(".py").unwrap_or(path).rsplit('/').nth(1).unwrap_or_default();
    of_program(program, &format!("{program} {verb}"), &format!("{above}/{program}"))
}

/// Programs that run an application which one of their words names.
const RUNNERS: [&str; 4] = ["java", "uvicorn", "gunicorn", "hypercorn"];

fn of_program(program: &str, verb: &str, placed: &str) -> Option<&'static Product> {
    let is = |name: &str| glob(name, program) || name == verb || name == placed;
    PRODUCTS.iter().find(|product| product.programs.iter().any(|name| is(name)))
}

/// The product that listens on a port unless told otherwise.
pub(crate) fn of_port(port: u16) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.ports.contains(&port))
}

/// A product as an asset.
pub(crate) fn finding(index: &Index<'_>, product: &Product, place: Place) -> Finding {
    match product.what {
        What::Server => names::interface(index, product.id, place),
        What::Gateway => containers::gateway(product.id, place),
        What::Store => stores::store(product.id, None, place),
        What::Log => {
            let key = Key::World(product.id.to_owned());
            Finding::new(AssetKind::LogStore, key, product.id, place)
        }
    }
}

/// The models that a server's arguments and environment name.
pub(crate) fn models(
    index: &Index<'_>,
    product: &Product,
    words: &[Word],
    settings: &[Setting],
    path: &str,
    out: &mut Findings,
) {
    let mut add = |text: &str, line: u32| {
        let found = loaded(index, product, &expanded(text, settings), &Place::new(path, line));
        if let Some(mut finding) = found {
            if finding.kind != AssetKind::Dataset && is_hub(&finding) {
                let revision = command::value(words, &["--revision"]);
                finding.attributes.retain(|(name, _)| *name != "version_pinned");
                let pinned = revision.is_some_and(|word| is_commit(&word.text));
                finding = finding.with("version_pinned", pinned);
                if words.iter().any(|word| word.text == "--trust-remote-code") {
                    finding = finding.with("remote_code_trusted", true);
                }
            }
            out.assets.push(finding);
        }
    };
    if let Some(word) = command::value(words, product.options) {
        add(&word.text, word.line);
    }
    if let Some(word) = command::behind_verb(words, product.verbs) {
        add(&word.text, word.line);
    }
    for setting in settings.iter().filter(|s| product.variables.contains(&s.name.as_str())) {
        for name in setting.value.split([',', ' ']).filter(|name| !name.is_empty()) {
            add(name, setting.line);
        }
    }
}

fn is_hub(finding: &Finding) -> bool {
    matches!(&finding.key, Key::World(key) if key.starts_with("huggingface/"))
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The model behind a name that a server was given.
pub(crate) fn loaded(
    index: &Index<'_>,
    product: &Product,
    text: &str,
    place: &Place,
) -> Option<Finding> {
    let embedding = matches!(product.id, "tei" | "infinity");
    let of = |owner: &str, name: &str| {
        let named = Named { owner: owner.to_owned(), name: name.to_owned() };
        names::finding(index, &named, embedding, place.clone())
    };
    if text.is_empty() || text.contains(['$', '{', '<', '*', ' ']) {
        return None;
    }
    if let Some(address) = text.split_once("://") {
        return by_address(address, &of, place);
    }
    let path = text.starts_with(['/', '.', '~']) || has_end(text, &[".gguf", ".safetensors"]);
    match product.names {
        Names::Ollama if names::is_name(text) => Some(of("ollama", text)),
        Names::Hub if !path && product.what == What::Gateway => {
            names::named(index, text, None).map(|named| of(&named.owner, &named.name))
        }
        Names::Hub if !path && names::is_name(text) => {
            // `org/name:Q4_K_M` names one of several files of a model.
            let name = text.split_once(':').map_or(text, |(name, _)| name);
            let plain = !name.contains('/') || names::is_hub_name(name);
            if plain { Some(of(HUB, name)) } else { Some(at_path(name, place)) }
        }
        Names::Hub | Names::Paths if path || text.contains('/') => Some(at_path(text, place)),
        _ => None,
    }
}

/// `hf://org/name`, `s3://bucket/model`.
pub(crate) fn by_address(
    (scheme, rest): (&str, &str),
    of: &dyn Fn(&str, &str) -> Finding,
    place: &Place,
) -> Option<Finding> {
    let rest = rest.trim_end_matches('/');
    match scheme {
        "hf" | "huggingface" => {
            let name = rest.split_once(':').map_or(rest, |(name, _)| name);
            names::is_hub_name(name).then(|| of(HUB, name))
        }
        "ollama" => names::is_name(rest).then(|| of("ollama", rest)),
        "s3" | "gs" | "gcs" | "oci" | "https" | "azureml" | "ngc" | "wasbs" | "abfs" => {
            // A login and a signature are no part of the name, and no one's to read.
            let rest = rest.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit('@').next().unwrap_or(host);
            let name = rest.rsplit(['/', '@']).next().filter(|name| !name.is_empty())?;
            let whole = format!("{scheme}://{host}/{path}");
            let key = Key::World(whole.trim_end_matches('/').to_owned());
            Some(Finding::new(AssetKind::Model, key, name, place.clone()))
        }
        // A volume that is claimed, a file of the container.
        "pvc" | "file" => Some(at_path(rest, place)),
        _ => None,
    }
}

/// A model that lies in a folder or file of the machine, by the name that its files give it.
fn at_path(path: &str, place: &Place) -> Finding {
    let path = path.trim_end_matches('/');
    let name = match weights::format_of(path) {
        Some(_) => weights::name(path),
        None => path.rsplit('/').next().unwrap_or(path).to_owned(),
    };
    Finding::new(AssetKind::Model, Key::in_system(name.clone(), &place.path), name, place.clone())
}

/// Whether a product asks who calls; `None` when nothing can be said. `elsewhere`: something that
/// is not read could say so, too.
pub(crate) fn authentication(
    product: &Product,
    words: &[Word],
    settings: &[Setting],
    elsewhere: bool,
) -> Option<bool> {
    let (options, variables) = match product.keys {
        Keys::Unknown => return None,
        Keys::Never => return Some(false),
        Keys::By(options, variables) => (options, variables),
    };
    let value = |name: &str| settings.iter().find(|s| s.name == name).map(|s| s.value.as_str());
    let yes = command::value(words, options).is_some()
        || variables.iter().any(|name| match (product.id, value(name)) {
            (_, None) => false,
            ("weaviate", Some(value)) => value.eq_ignore_ascii_case("true"),
            (_, Some(value)) => !value.is_empty(),
        });
    let yes = yes && value("POSTGRES_HOST_AUTH_METHOD") != Some("trust");
    (yes || !elsewhere).then_some(yes)
}

/// `$(NAME)`, `${NAME}`, `$NAME` of the same container, and `${NAME:-default}`.
pub(crate) fn expanded(text: &str, settings: &[Setting]) -> String {
    let Some(rest) = text.strip_prefix('$') else { return text.to_owned() };
    let inner = rest
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .or_else(|| rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')))
        .unwrap_or(rest);
    let (name, default) = match inner.split_once(":-").or_else(|| inner.split_once('=')) {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    let set = settings.iter().find(|setting| setting.name == name && !setting.value.is_empty());
    set.map(|setting| setting.value.as_str()).or(default).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests;
