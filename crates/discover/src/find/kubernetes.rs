//! Kubernetes: workloads with what publishes them, and the kinds that operators of models bring.

use annex_isms::AssetKind;

use super::names::{self, HUB, Named};
use super::servers::{self, PRODUCTS};
use super::workloads::{self, Around};
use super::{classes, config, containers, stores};
use crate::findings::{Finding, Findings, Key, Place};
use crate::known::Index;
use crate::limits::Limits;
use crate::read::env::Setting;
use crate::read::{self, Syntax};
use crate::tree::{Kind, Node};

/// The objects of a file, if it holds any.
pub(crate) fn objects(root: &Node) -> Vec<&Node> {
    let documents: Vec<&Node> = match &root.kind {
        Kind::List(items) => items.iter().collect(),
        _ => vec![root],
    };
    let mut all = Vec::new();
    for document in documents.into_iter().filter(|node| is_object(node)) {
        let items = document.get("items").map_or(&[][..], Node::items);
        if kind(document) == "List" {
            all.extend(items.iter().filter(|node| is_object(node)));
        } else {
            all.push(document);
        }
    }
    all
}

fn is_object(node: &Node) -> bool {
    let text = |key: &str| node.get(key).and_then(Node::text).is_some();
    text("apiVersion") && text("kind")
}

fn kind(object: &Node) -> &str {
    object.get("kind").and_then(Node::text).unwrap_or_default()
}

/// Finds what the objects of a file run. Files within it that cannot be read are `unread`.
pub(crate) fn find(
    index: &Index<'_>,
    path: &str,
    objects: &[&Node],
    limits: &Limits,
    unread: &mut Vec<String>,
    out: &mut Findings,
) {
    let mut files = Files { index, path, limits, unread };
    for object in objects {
        let before = out.assets.len();
        let published = published(object, objects).then_some(true);
        let names = names_of(object, objects);
        let around = Around { published, names: &names, ..Around::infrastructure(path) };
        match kind(object) {
            "ConfigMap" | "Secret" => files.data(object, out),
            _ => workloads::find(index, around, object, out),
        }
        of_operators(&mut files, object, out);
        classes::labels(path, object, before, out);
    }
}

/// The services of the same file that lead to a workload.
fn services<'n>(object: &Node, all: &[&'n Node]) -> Vec<&'n Node> {
    let template = object.at(&["spec", "template"]).unwrap_or(object);
    let labels = template.at(&["metadata", "labels"]).map_or(&[][..], Node::entries);
    let leads = |service: &&&Node| {
        let selector = service.at(&["spec", "selector"]).map_or(&[][..], Node::entries);
        let has = |(key, value): &(String, Node)| {
            labels.iter().any(|(name, own)| name == key && own.scalar() == value.scalar())
        };
        kind(service) == "Service" && !selector.is_empty() && selector.iter().all(has)
    };
    all.iter().filter(leads).copied().collect()
}

fn name_of(object: &Node) -> Option<&str> {
    object.at(&["metadata", "name"]).and_then(Node::text)
}

/// Names under which a workload can be reached within the cluster.
fn names_of(object: &Node, all: &[&Node]) -> Vec<String> {
    services(object, all).into_iter().filter_map(name_of).map(str::to_owned).collect()
}

/// Whether something of the same file makes a workload reachable from beyond the cluster. What
/// other files publish is not seen, so nothing is ever said to be closed.
fn published(object: &Node, all: &[&Node]) -> bool {
    let template = object.at(&["spec", "template"]).unwrap_or(object);
    let host = template.at(&["spec", "hostNetwork"]).and_then(Node::bool) == Some(true);
    host || services(object, all).into_iter().any(|service| {
        let open = matches!(
            service.at(&["spec", "type"]).and_then(Node::text),
            Some("LoadBalancer" | "NodePort")
        );
        open || all.iter().any(|other| {
            matches!(kind(other), "Ingress" | "HTTPRoute" | "Gateway" | "VirtualService")
                && name_of(service).is_some_and(|name| names_service(other, name))
        })
    })
}

/// Whether a route leads to a service.
fn names_service(route: &Node, service: &str) -> bool {
    let mut found = false;
    route.visit(&mut |keys, node| {
        let key = keys.last().copied().unwrap_or_default();
        let at_service = keys
            .iter()
            .rev()
            .nth(1)
            .is_some_and(|above| matches!(*above, "service" | "backendRefs" | "destination"));
        found |= (key == "serviceName" || key == "host" || (key == "name" && at_service))
            && node.text() == Some(service);
    });
    found
}

/// Files that stand as texts within an object.
struct Files<'a> {
    index: &'a Index<'a>,
    path: &'a str,
    limits: &'a Limits,
    unread: &'a mut Vec<String>,
}

impl Files<'_> {
    /// Settings that a container is given: names with values, and whole files.
    fn data(&mut self, object: &Node, out: &mut Findings) {
        let mut settings = Vec::new();
        for table in ["data", "stringData"].iter().filter_map(|key| object.get(key)) {
            for (name, value) in table.entries() {
                let Some(text) = value.scalar() else { continue };
                match Syntax::of(name) {
                    Some(syntax) => self.nested(syntax, name, value, out),
                    None if kind(object) == "ConfigMap" => {
                        settings.push(Setting {
                            line: value.line,
                            name: name.clone(),
                            value: text,
                        });
                    }
                    None => {}
                }
            }
        }
        super::environment::find(self.index, self.path, &settings, out);
    }

    fn nested(&mut self, syntax: Syntax, name: &str, value: &Node, out: &mut Findings) {
        let text = value.text().unwrap_or_default();
        match read::document(syntax, text, self.limits) {
            Ok(mut root) => {
                root.moved(value.line);
                config::document(self.index, self.path, &root, text, out);
            }
            Err(fault) => {
                let line = value.line.saturating_add(fault.line.map_or(0, |line| line - 1));
                self.unread.push(format!("line {line}: in `{name}`: {}", fault.words));
            }
        }
    }
}

/// Kinds of objects that operators bring.
fn of_operators(files: &mut Files<'_>, object: &Node, out: &mut Findings) {
    let (index, path) = (files.index, files.path);
    let group = object.get("apiVersion").and_then(Node::text).unwrap_or_default();
    let group = group.split('/').next().unwrap_or_default();
    let line = object.get("kind").map_or(object.line, |node| node.line);
    let place = Place::new(path, line);
    let name = object.at(&["metadata", "name"]).and_then(Node::text).unwrap_or(kind(object));
    let in_system =
        |kind: AssetKind| Finding::new(kind, Key::in_system(name, path), name, place.clone());
    match (group, kind(object)) {
        ("serving.kserve.io", "InferenceService" | "LLMInferenceService") => {
            out.assets.push(names::interface(index, "kserve", place));
            addresses(index, path, object, out);
        }
        ("machinelearning.seldon.io", "SeldonDeployment") | ("mlops.seldon.io", "Model") => {
            out.assets.push(names::interface(index, "seldon", place));
            addresses(index, path, object, out);
        }
        ("kubeai.org", "Model") => addresses(index, path, object, out),
        ("ray.io", "RayService") => {
            out.assets.push(names::interface(index, "ray-serve", place));
            if let Some(text) = object.at(&["spec", "serveConfigV2"]) {
                files.nested(Syntax::Yaml, "serveConfigV2", text, out);
            }
        }
        ("kaito.sh", _) => {
            if let Some(preset) = object.at(&["inference", "preset", "name"]) {
                let place = Place::new(path, preset.line);
                let preset = preset.text().unwrap_or_default();
                let named = Named { owner: "kaito".to_owned(), name: preset.to_owned() };
                if names::is_name(preset) {
                    out.assets.push(names::finding(index, &named, false, place));
                }
            }
        }
        ("milvus.io", "Milvus") => out.assets.push(stores::store("milvus", None, place)),
        ("aigateway.envoyproxy.io", "AIGatewayRoute") => {
            out.assets.push(containers::gateway("envoy-ai-gateway", place));
        }
        ("configuration.konghq.com", "KongPlugin" | "KongClusterPlugin")
            if object.get("plugin").and_then(Node::text).is_some_and(|p| p.starts_with("ai-")) =>
        {
            out.assets.push(containers::gateway("kong-ai-gateway", place));
        }
        ("kagent.dev", "Agent") => out.assets.push(in_system(AssetKind::Agent)),
        ("kagent.dev", "MCPServer" | "RemoteMCPServer" | "ToolServer") => {
            out.assets.push(in_system(AssetKind::McpServer));
        }
        (group, "Model") if group.starts_with("ollama.") => {
            if let Some(image) = object.at(&["spec", "image"]) {
                let ollama = PRODUCTS.iter().find(|product| product.id == "ollama");
                let text = image.text().unwrap_or_default();
                let place = Place::new(path, image.line);
                let found = ollama.and_then(|ollama| servers::loaded(index, ollama, text, &place));
                out.assets.extend(found);
            }
        }
        _ => {}
    }
}

/// Addresses of weights: `storageUri: hf://org/name`.
fn addresses(index: &Index<'_>, path: &str, object: &Node, out: &mut Findings) {
    object.visit(&mut |keys, node| {
        let key = keys.last().copied().unwrap_or_default();
        if !matches!(key, "storageUri" | "modelUri" | "uri" | "url") {
            return;
        }
        let text = node.text().unwrap_or_default();
        let place = Place::new(path, node.line);
        let of = |owner: &str, name: &str| {
            // The first part says the hub, a query says how it is loaded.
            let name = name.split('?').next().unwrap_or(name);
            let named = Named { owner: owner.to_owned(), name: name.to_owned() };
            let finding = names::finding(index, &named, embeds(object), place.clone());
            if owner == HUB { finding.with("version_pinned", false) } else { finding }
        };
        if let Some(address) = text.split_once("://").filter(|_| !text.contains('$')) {
            out.assets.extend(servers::by_address(address, &of, &place));
        }
    });
}

fn embeds(object: &Node) -> bool {
    let features = object.at(&["spec", "features"]).map_or(&[][..], Node::items);
    features.iter().any(|feature| feature.text() == Some("TextEmbedding"))
}
