//! Helm and kustomize: what a chart depends on, and values that its templates are filled with.

use std::collections::BTreeMap;

use super::servers;
use super::workloads::{self, Around};
use crate::findings::{Findings, Place};
use crate::known::Index;
use crate::manifest::is_exact;
use crate::tree::Node;

/// `Chart.yaml`: the charts that it brings.
pub(crate) fn chart(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) {
    for dependency in root.get("dependencies").map_or(&[][..], Node::items) {
        one(index, path, dependency, out);
    }
}

/// A chart that is installed, by name and version.
fn one(index: &Index<'_>, path: &str, dependency: &Node, out: &mut Findings) {
    let Some(name) = dependency.get("name").or(dependency.get("chart")) else { return };
    // `oci://registry/charts/qdrant`.
    let chart = name.text().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let Some(product) = servers::of_chart(chart) else { return };
    let mut finding = servers::finding(index, product, Place::new(path, name.line));
    let version = dependency.get("version").and_then(Node::scalar);
    if let Some(version) = version.filter(|version| !version.contains('$')) {
        finding = finding.with("version_pinned", is_exact(&version));
    }
    out.assets.push(finding);
}

/// A chart that Terraform, Flux or Argo installs.
pub(crate) fn installed(index: &Index<'_>, path: &str, node: &Node, out: &mut Findings) {
    one(index, path, node, out);
}

/// `kustomization.yaml`: charts, images and settings.
pub(crate) fn kustomization(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) {
    for chart in root.get("helmCharts").map_or(&[][..], Node::items) {
        one(index, path, chart, out);
    }
    for image in root.get("images").map_or(&[][..], Node::items) {
        let name = image.get("newName").or(image.get("name"));
        let text = name.and_then(Node::text).unwrap_or_default();
        if let (Some(product), Some(name)) = (servers::of_image(text), name) {
            out.assets.push(servers::finding(index, product, Place::new(path, name.line)));
        }
    }
    for generator in root.get("configMapGenerator").map_or(&[][..], Node::items) {
        let mut settings = BTreeMap::new();
        for literal in generator.get("literals").map_or(&[][..], Node::items) {
            if let Some((name, value)) = literal.text().and_then(|text| text.split_once('=')) {
                settings.insert(name.to_owned(), (value.to_owned(), literal.line));
            }
        }
        let settings: Vec<_> = settings
            .into_iter()
            .map(|(name, (value, line))| crate::read::env::Setting { line, name, value })
            .collect();
        super::environment::find(index, path, &settings, out);
    }
}

/// `values.yaml`.
pub(crate) fn values(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) {
    let around = Around::infrastructure(path);
    workloads::find(index, around, root, out);
    // `modelURL: org/name`, as the charts of model servers have it.
    root.visit(&mut |keys, node| {
        let key = keys.last().copied().unwrap_or_default();
        if !matches!(key, "modelURL" | "modelUrl" | "modelURI" | "modelUri" | "modelArtifactName") {
            return;
        }
        let vllm = servers::PRODUCTS.iter().find(|product| product.id == "vllm");
        let text = node.text().unwrap_or_default();
        let place = Place::new(path, node.line);
        out.assets.extend(vllm.and_then(|vllm| servers::loaded(index, vllm, text, &place)));
    });
}
