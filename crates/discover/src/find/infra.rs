//! Files of infrastructure: which form a document has, and who reads it.

use super::workloads::{self, Around};
use super::{charts, ci, cloud, containers, kubernetes, stores};
use crate::findings::{Findings, Place};
use crate::known::Index;
use crate::limits::Limits;
use crate::tree::Node;
use crate::walk::has_end;

/// Finds what a document of settings says of infrastructure. Files within it that cannot be read
/// are `unread`.
pub(crate) fn document(
    index: &Index<'_>,
    path: &str,
    root: &Node,
    limits: &Limits,
    unread: &mut Vec<String>,
    out: &mut Findings,
) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let schema = root.get("$schema").and_then(Node::text).unwrap_or_default();
    let schema = schema.trim_end_matches('#').to_ascii_lowercase();
    let compose = containers::is_compose(path) && root.get("services").is_some();
    let objects = kubernetes::objects(root);
    let known = if compose {
        true
    } else if has_end(&schema, &["deploymentparameters.json"]) {
        cloud::parameters(index, path, root, out);
        true
    } else if has_end(&schema, &["deploymenttemplate.json"]) {
        cloud::template(index, path, root, out);
        true
    } else if cloud::stack(index, path, root, out) {
        true
    } else if ci::is_pipeline(path) {
        ci::find(index, path, root, out);
        true
    } else if matches!(name, "Chart.yaml" | "Chart.yml") {
        charts::chart(index, path, root, out);
        true
    } else if matches!(name, "kustomization.yaml" | "kustomization.yml") {
        charts::kustomization(index, path, root, out);
        true
    } else if !objects.is_empty() {
        kubernetes::find(index, path, &objects, limits, unread, out);
        true
    } else if name.starts_with("values") && has_end(name, &[".yaml", ".yml"]) {
        charts::values(index, path, root, out);
        true
    } else {
        let tasks = root.get("containerDefinitions").is_some();
        let functions = name.starts_with("serverless.") && root.get("provider").is_some();
        let infrastructure = tasks || functions;
        let around = Around { infrastructure, ..Around::infrastructure(path) };
        workloads::find(index, around, root, out);
        infrastructure
    };
    mappings(path, root, out);
    if known {
        out.infrastructure.insert(path.to_owned());
    }
}

/// Mappings of an index that keeps vectors beside its documents.
fn mappings(path: &str, root: &Node, out: &mut Findings) {
    root.visit(&mut |keys, node| {
        let product = match (keys.last(), node.text()) {
            (Some(&"type"), Some("dense_vector")) => "elasticsearch",
            (Some(&"type"), Some("knn_vector")) => "opensearch",
            _ => return,
        };
        out.assets.push(stores::store(product, None, Place::new(path, node.line)));
    });
}
