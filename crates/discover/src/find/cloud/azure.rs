//! Azure: accounts by kind, deployments of models, templates and parameters of its resource manager.

use annex_isms::Value as Attribute;

use super::table::KINDS;
use super::{Cloud, Resource, field, resource};
use crate::find::keys;
use crate::find::names::{self, Named};
use crate::findings::{Findings, Place};
use crate::known::Index;
use crate::tree::{Kind, Node};

const OWNER: &str = "azure-openai";

/// The service of an account, at the line that names its kind.
pub(super) fn account(index: &Index<'_>, path: &str, body: &Node, out: &mut Findings) {
    for (_, kind) in body.entries().iter().filter(|(key, _)| key == "kind") {
        let named = KINDS.iter().find(|(name, _)| kind.text() == Some(name));
        if let Some((_, id)) = named {
            out.assets.push(names::interface(index, id, Place::new(path, kind.line)));
        }
    }
}

/// `model: { format: 'OpenAI', name: …, version: … }` of a deployment.
pub(super) fn model(
    index: &Index<'_>,
    path: &str,
    model: &Node,
    around: &Node,
    out: &mut Findings,
) -> bool {
    let formatted = model.get("format").is_some() || model.get("version").is_some();
    let all = model.entries().iter().filter(|(key, _)| key == "name").map(|(_, name)| name);
    let mut found = false;
    for name in all.filter(|_| formatted) {
        let text = name.text().unwrap_or_default();
        if !names::is_name(text) {
            continue;
        }
        found = true;
        let named = Named { owner: OWNER.to_owned(), name: text.to_owned() };
        let mut finding = names::finding(index, &named, false, Place::new(path, name.line));
        if let Some(version) = model.get("version").and_then(Node::scalar) {
            finding.attributes.retain(|(name, _)| *name != "version_pinned");
            // Without a word on it, a deployment moves on when the default version does.
            let upgrade = field(around, "version_upgrade_option").and_then(Node::text);
            let stays = matches!(upgrade, Some("NoAutoUpgrade" | "OnceCurrentVersionExpired"));
            finding = finding.with("version_pinned", stays && !version.is_empty());
            if !version.is_empty() && !version.contains("${") {
                finding = finding.with("version", Attribute::Text(version));
            }
        }
        out.assets.push(finding);
    }
    found
}

/// Whether a name says that its value is a model, or is deployed under the name of one.
pub(super) fn says_model(name: &str) -> bool {
    let key = keys::snake(name);
    keys::says_model(&key) || key.ends_with("_deployment")
}

/// A parameter or variable that names a model by its own name: `chatModelName = 'gpt-4o'`. It is
/// Azure's, unless it is filled from a variable of the other provider.
pub(super) fn constant(
    index: &Index<'_>,
    path: &str,
    name: &str,
    value: &Node,
    out: &mut Findings,
) {
    let given = value.text().unwrap_or_default();
    let text = keys::default_of(given);
    let Some(own) = index.provider_of_model(text).filter(|_| says_model(name)) else { return };
    let direct = given.starts_with(&format!("${{{}_", own.id.to_ascii_uppercase()));
    let owner = if direct { own.id.as_str() } else { OWNER };
    let named = Named { owner: owner.to_owned(), name: text.to_owned() };
    let embedding = keys::snake(name).contains("embed");
    out.assets.push(names::finding(index, &named, embedding, Place::new(path, value.line)));
}

/// A file of parameters: `"chatModel": { "value": "${CHAT_MODEL=gpt-4o}" }`.
pub(crate) fn parameters(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) {
    for (name, parameter) in root.get("parameters").map_or(&[][..], Node::entries) {
        let Some(value) = parameter.get("value") else { continue };
        constant(index, path, name, value, out);
        // `${OPENAI_API_KEY}`: the key of an interface comes from there.
        let variable = value.text().and_then(|text| text.strip_prefix("${"));
        let variable = variable.and_then(|rest| rest.split(['=', '}']).next());
        if let Some(provider) = variable.and_then(|name| index.provider_of_key(name)) {
            out.assets.push(names::interface(index, &provider.id, Place::new(path, value.line)));
        }
    }
}

/// A template in JSON.
pub(crate) fn template(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) {
    let constants = |node: &Node| -> Option<Node> {
        let text = node.text()?.strip_prefix('[')?.strip_suffix(']')?;
        let (table, rest) = text.split_once('(')?;
        let name = rest.strip_suffix(')')?.trim().trim_matches('\'');
        match table {
            "parameters" => root.get("parameters")?.get(name)?.get("defaultValue").cloned(),
            "variables" => root.get("variables")?.get(name).cloned(),
            _ => None,
        }
    };
    for (name, parameter) in root.get("parameters").map_or(&[][..], Node::entries) {
        if let Some(value) = parameter.get("defaultValue") {
            constant(index, path, name, value, out);
        }
    }
    resources(index, path, root, &constants, out);
}

fn resources(
    index: &Index<'_>,
    path: &str,
    node: &Node,
    constants: &dyn Fn(&Node) -> Option<Node>,
    out: &mut Findings,
) {
    let Some(list) = node.get("resources") else { return };
    // A list, or in newer templates a map by name.
    let all = list.items().iter().chain(list.entries().iter().map(|(_, resource)| resource));
    for declared in all {
        let of = declared.get("type").and_then(Node::text).unwrap_or_default();
        let body = filled(declared, constants);
        let name = body.get("name").and_then(Node::text).unwrap_or_default();
        let line = declared.get("type").map_or(declared.line, |of| of.line);
        let of = of.to_ascii_lowercase();
        let declared_here = Resource { of, name, line, body: &body };
        resource(index, path, Cloud::Azure, &declared_here, out);
        resources(index, path, declared, constants, out);
        // A deployment that brings a template of its own.
        if let Some(inner) = declared.at(&["properties", "template"]) {
            resources(index, path, inner, constants, out);
        }
    }
}

/// The node with names followed once.
fn filled(node: &Node, constants: &dyn Fn(&Node) -> Option<Node>) -> Node {
    let kind = match &node.kind {
        Kind::Map(entries) => Kind::Map(
            entries
                .iter()
                .filter(|(key, _)| key != "resources" && key != "template")
                .map(|(key, value)| (key.clone(), filled(value, constants)))
                .collect(),
        ),
        Kind::List(items) => Kind::List(items.iter().map(|item| filled(item, constants)).collect()),
        _ => return constants(node).unwrap_or_else(|| node.clone()),
    };
    Node::new(node.line, kind)
}
