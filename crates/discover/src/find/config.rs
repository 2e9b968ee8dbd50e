//! Settings: models, stores, interfaces and gateways that a configuration file names.

use annex_isms::{AssetKind, Value as Attribute};

use super::keys::{
    default_of, is_translation, says_address, says_dataset, says_hub, says_model, says_store,
    says_task, snake,
};
use super::models::EDGE;
use super::names::{self, Named};
use super::{
    clients, containers, endpoints, mcp, options, platforms, prompts, secrets, stores,
    typed_settings,
};
use crate::findings::{Finding, Findings, Key, Place, Trait};
use crate::known::Index;
use crate::tree::{Kind, Node};
use crate::walk::has_end;

/// Reads a settings file, whatever its syntax.
pub(crate) fn document(index: &Index<'_>, path: &str, root: &Node, text: &str, out: &mut Findings) {
    if mcp::config(path, root, out) {
        return;
    }
    if containers::is_compose(path) && root.get("services").is_some() {
        containers::compose(index, path, root, out);
        return;
    }
    if red_team(path, root, out) {
        return;
    }
    if prompts::document(path, root, text, out) {
        return;
    }
    if root
        .get("model_list")
        .is_some_and(|list| list.items().iter().any(|item| item.get("litellm_params").is_some()))
    {
        let line = root.get("model_list").map_or(1, |list| list.line);
        out.assets.push(containers::gateway("litellm", Place::new(path, line)));
    }
    worker(index, path, root, out);
    clients::find(index, path, "", root, out);
    let mut remote_code = None;
    let before = out.assets.len();
    root.visit(&mut |keys, node| setting(index, path, keys, node, &mut remote_code, out));
    // Code of a model's own is trusted for every model that the same settings name.
    if let Some((trusted, line)) = remote_code {
        let place = Place::new(path, line);
        out.application.push(("remote_code_trusted", Attribute::Bool(trusted), place));
        for finding in out.assets.iter_mut().skip(before) {
            let hub = matches!(&finding.key, Key::World(key) if key.starts_with("huggingface/"));
            if hub {
                finding.attributes.push(("remote_code_trusted", Attribute::Bool(trusted)));
            }
        }
    }
}

fn setting(
    index: &Index<'_>,
    path: &str,
    keys: &[&str],
    node: &Node,
    remote_code: &mut Option<(bool, u32)>,
    out: &mut Findings,
) {
    let Some(key) = keys.last() else { return };
    let key = snake(key);
    if key == "trust_remote_code"
        && let Some(value) = node.bool()
    {
        *remote_code = Some((value, node.line));
    }
    if key == "fallbacks"
        && keys.iter().any(|key| key.contains("settings"))
        && !node.items().is_empty()
    {
        out.traits.push(Trait {
            attribute: "fallback_in_source",
            value: Some(true),
            place: Place::new(path, node.line),
        });
    }
    if key == "uses"
        && let Some(action) = node.text().and_then(|text| text.split('@').next())
        && CODING_AGENTS.contains(&action)
    {
        let name = action.rsplit('/').next().unwrap_or(action);
        let place = Place::new(path, node.line);
        let key = Key::World(format!("github-action/{action}"));
        out.beside.push(Finding::new(AssetKind::Agent, key, name, place));
    }
    if key == "models" {
        models(index, path, keys, node, out);
    }
    clients::find(index, path, &key, node, out);
    choices(index, path, &key, node, out);
    datasets(keys, &key, node, &Place::new(path, node.line), out);
    document_of(path, node, out);
    crew(path, &key, node, out);
    let Some(text) = node.text() else { return };
    let value = default_of(text);
    let place = Place::new(path, node.line);
    // `chat.model.id` and `model: {name: …}` say of the same thing what `chat.model` says.
    let above = keys.split_last().map_or(keys, |(_, above)| above);
    let within = matches!(key.as_str(), "id" | "name")
        && above.last().is_some_and(|above| snake(above) == "model");
    let (keys, key) = if within { (above, "model".to_owned()) } else { (keys, key) };
    if says_model(&key) {
        let parent = platforms::provider(index, keys)
            .or_else(|| owner(index, keys))
            .or_else(|| names::provider_word(index, key.strip_suffix("_model")?));
        model(index, keys, &key, value, parent.as_deref(), &place, out);
    }
    if says_store(keys, &key)
        && let Some(product) = stores::product_of_word(value)
    {
        out.assets.push(stores::store(product, None, place.clone()));
    }
    address(index, keys, &key, value, &place, out);
    platforms::setting(index, keys, node, &place, out);
    typed_settings::setting(index, keys, node, &place, out);
    if secrets::holds_key(text) {
        out.application.push(("key_in_source", Attribute::Bool(true), place.clone()));
    }
    if prompts::says_prompt(&key)
        && !is_translation(path)
        && prompts::is_instruction(text, prompts::NAMED_CHARS_MIN)
    {
        let system = key.contains("system") || key.contains("instruction");
        out.assets.push(prompts::prompt(&key, &key, text, system, false, place));
    }
}

/// `"x.model": {"type": "string", "enum": ["…"], "default": "…"}`: what a setting can be.
fn choices(index: &Index<'_>, path: &str, key: &str, node: &Node, out: &mut Findings) {
    let last = key.rsplit('.').next().unwrap_or(key);
    if !says_model(last) || node.get("type").and_then(Node::text) != Some("string") {
        return;
    }
    let listed = node.get("enum").map_or(&[][..], Node::items);
    for item in listed.iter().chain(node.get("default")) {
        let Some(text) = item.text() else { continue };
        let place = Place::new(path, item.line);
        model(index, &[last], last, text, None, &place, out);
    }
}

/// The settings that an extension of an editor contributes, in its manifest.
pub(crate) fn contributed(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) {
    if let Some(contributes) = root.get("contributes") {
        contributes.visit(&mut |keys, node| {
            if let Some(key) = keys.last() {
                choices(index, path, &snake(key), node, out);
            }
        });
    }
}

/// Bindings of a worker of Cloudflare: its models, its store.
fn worker(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) {
    let name = path.rsplit('/').next().unwrap_or(path);
    if !name.starts_with("wrangler.") {
        return;
    }
    if let Some(ai) = root.get("ai").filter(|ai| ai.get("binding").is_some()) {
        out.assets.push(names::interface(index, EDGE, Place::new(path, ai.line)));
    }
    for item in root.get("vectorize").map_or(&[][..], Node::items) {
        let index_name = item.get("index_name").and_then(Node::text);
        let place = Place::new(path, item.line);
        out.assets.push(stores::store("cloudflare-vectorize", index_name, place));
    }
}

/// A document that settings name for a program to load: `classpath:/docs/terms.pdf`.
fn document_of(path: &str, node: &Node, out: &mut Findings) {
    let name = node
        .text()
        .and_then(|text| ["classpath:", "file:"].iter().find_map(|start| text.strip_prefix(start)));
    let name = name.map(|name| name.rsplit('/').next().unwrap_or(name));
    if let Some(name) =
        name.filter(|name| has_end(name, &[".pdf", ".docx", ".txt", ".md", ".html"]))
    {
        let key = Key::System { name: name.to_owned(), folder: String::new() };
        let place = Place::new(path, node.line);
        out.beside.push(Finding::new(AssetKind::Corpus, key, name, place));
    }
}

/// Agents and tasks of a crew, as their settings describe them: each is instructions to a model.
fn crew(path: &str, key: &str, node: &Node, out: &mut Findings) {
    let text = |key: &str| node.get(key).and_then(Node::text);
    let described = match (text("role"), text("goal"), text("backstory")) {
        (Some(role), Some(goal), Some(backstory)) => Some(format!("{role}\n{goal}\n{backstory}")),
        _ => text("description").zip(text("expected_output")).map(|(d, e)| format!("{d}\n{e}")),
    };
    if let Some(described) = described {
        let place = Place::new(path, node.line);
        out.assets.push(prompts::prompt(key, key, &described, true, false, place));
    }
}

/// Steps of a build that let an agent work on the repository.
const CODING_AGENTS: [&str; 6] = [
    "anthropics/claude-code-action",
    "anthropics/claude-code-base-action",
    "google-gemini/gemini-cli-action",
    "google-github-actions/run-gemini-cli",
    "openai/codex-action",
    "actions/ai-inference",
];

/// A value under a path of keys.
pub(crate) fn one(index: &Index<'_>, path: &str, keys: &[&str], node: &Node, out: &mut Findings) {
    setting(index, path, keys, node, &mut None, out);
}

/// The provider that a path of keys means, the innermost first.
pub(crate) fn owner(index: &Index<'_>, keys: &[&str]) -> Option<String> {
    keys.iter().rev().skip(1).find_map(|key| provider_of_key(index, key))
}

/// A data set of a hub: the value of a key that says so, an entry of a list of them, or the key of
/// a mixture with its weight.
fn datasets(keys: &[&str], key: &str, node: &Node, place: &Place, out: &mut Findings) {
    let below = keys.iter().rev().skip(1).any(|key| says_dataset(&snake(key)));
    let named = says_dataset(key)
        || (below && matches!(key, "id" | "path" | "name" | "repo_id" | "hf_id" | "dataset"));
    if let Some(text) = node.text().filter(|_| named) {
        out.assets.extend(options::dataset(text, place));
    }
    for item in node.items().iter().filter(|_| says_dataset(key)) {
        let found = item.text().and_then(|text| {
            options::dataset(text, &Place { line: Some(item.line), path: place.path.clone() })
        });
        out.assets.extend(found);
    }
    if let Some(name) = keys.last().filter(|_| below) {
        out.assets.extend(options::dataset(name, place));
    }
}

fn model(
    index: &Index<'_>,
    keys: &[&str],
    key: &str,
    value: &str,
    parent: Option<&str>,
    place: &Place,
    out: &mut Findings,
) {
    let embedding = keys.iter().any(|key| key.to_ascii_lowercase().contains("embed"));
    let routed = value.split_once(['/', ':']).map_or(value, |(_, name)| name);
    let explained = index.provider_of_model(value).is_some()
        || index.provider_of_model(routed).is_some()
        || parent.is_some()
        || (names::is_hub_name(value) && says_hub(key));
    if !explained {
        // A key that can only name a model, with a name that no provider's pattern explains.
        if says_task(key) && names::is_name(value) {
            let owner = keys.iter().rev().nth(1).map_or(key, |key| *key).to_ascii_lowercase();
            let named = Named { owner, name: value.to_owned() };
            out.assets.push(names::finding(index, &named, embedding, place.clone()));
        }
        return;
    }
    let platform = platforms::provider(index, keys);
    // Weights are loaded from the hub, whoever else serves a model under that name.
    let weights = key.ends_with("name_or_path") || key == "base_model";
    let hub = (weights && names::is_hub_name(value)).then_some(names::HUB);
    let hint = hub
        .or(platform.as_deref())
        .or_else(|| parent.filter(|_| index.provider_of_model(value).is_none()));
    if let Some(named) = names::named(index, value, hint) {
        let named = if embedding
            && names::is_hub_name(value)
            && named.owner != names::HUB
            && index.provider(&named.owner).is_none()
        {
            Named { owner: names::HUB.to_owned(), name: value.to_owned() }
        } else {
            named
        };
        out.assets.push(names::finding(index, &named, embedding, place.clone()));
    }
}

/// Keys of an entry of a list that name its model, the surest first.
const IDENTITIES: [&str; 5] = ["id", "model", "model_id", "modelId", "name"];

/// A table or list of models, under a key that is a provider or beside one that names it.
fn models(index: &Index<'_>, path: &str, keys: &[&str], node: &Node, out: &mut Findings) {
    let parent = keys.iter().rev().nth(1).and_then(|key| provider_of_key(index, key));
    let mut add = |name: &str, line: u32, owner: Option<&str>| {
        let explained = index.provider_of_model(name).is_some() || names::is_routed(index, name);
        let owner = owner.or(parent.as_deref());
        if owner.is_none() && !explained {
            return;
        }
        if let Some(named) = names::named(index, name, owner) {
            out.assets.push(names::finding(index, &named, false, Place::new(path, line)));
        }
    };
    for (name, value) in node.entries() {
        if matches!(value.kind, Kind::Map(_)) {
            add(name, value.line, None);
        }
        for item in value.items() {
            add(item.text().unwrap_or_default(), item.line, None);
        }
    }
    for item in node.items() {
        let named = IDENTITIES.iter().find_map(|key| item.get(key).filter(|n| n.text().is_some()));
        let text = item.text().or_else(|| named?.text());
        let owner = ["providerId", "provider_id", "provider"]
            .iter()
            .find_map(|key| provider_of_key(index, item.get(key)?.text()?));
        let line = named.map_or(item.line, |node| node.line);
        add(text.unwrap_or_default(), line, owner.as_deref());
    }
}

/// The provider that a key of a setting means.
pub(super) fn provider_of_key(index: &Index<'_>, key: &str) -> Option<String> {
    let word = key.to_ascii_lowercase().replace('_', "-");
    names::provider_word(index, &word)
}

fn address(
    index: &Index<'_>,
    keys: &[&str],
    key: &str,
    value: &str,
    place: &Place,
    out: &mut Findings,
) {
    let Some(host) = endpoints::host(value) else {
        return;
    };
    if let Some(product) = endpoints::gateway(&host.name) {
        out.assets.push(Finding::new(
            AssetKind::Gateway,
            Key::World(product.to_owned()),
            product,
            place.clone(),
        ));
    } else if index.provider_of_host(&host.name).is_some() {
        out.assets.push(endpoints::of_host(index, &host, place.clone()));
    } else {
        let about_models = keys.iter().any(|part| {
            let part = part.to_ascii_lowercase();
            provider_of_key(index, &part).is_some()
                || ["llm", "openai", "ollama", "vllm", "model", "embedding", "chat"]
                    .iter()
                    .any(|word| part.contains(word))
        });
        if says_address(key) && about_models {
            out.assets.push(endpoints::of_host(index, &host, place.clone()));
        }
    }
}

/// Settings of tools that attack the system to test it.
fn red_team(path: &str, root: &Node, out: &mut Findings) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let promptfoo = name.starts_with("promptfooconfig")
        || (root.get("redteam").is_some()
            && root.get("targets").or(root.get("providers")).is_some());
    let attacks = promptfoo && root.get("redteam").is_some();
    if attacks || name.starts_with("garak") {
        out.traits.push(Trait {
            attribute: "security_tests_present",
            value: Some(true),
            place: Place::whole(path),
        });
    }
    promptfoo
}
