//! Files of continuous integration: keys of interfaces, scripts that call models, services.
//!
//! The agents that work on a repository are found by the steps that use them, as other settings are.

use super::servers::Word;
use super::workloads::{self, Around, Workload};
use crate::find::names;
use crate::findings::{Findings, Place};
use crate::known::Index;
use crate::tree::{Kind, Node};
use crate::walk::has_end;

/// Whether a file is one, by where it lies.
pub(crate) fn is_pipeline(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    lower.contains(".github/workflows/")
        || lower.starts_with(".github/actions/")
        || matches!(name, "action.yml" | "action.yaml" | "azure-pipelines.yml")
        || has_end(name, &[".gitlab-ci.yml", ".gitlab-ci.yaml"])
        || lower.contains(".circleci/")
}

/// Finds what a pipeline uses.
pub(crate) fn find(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) {
    let around = Around::infrastructure(path);
    workloads::find(index, around, root, out);
    steps(index, path, root, out);
}

fn steps(index: &Index<'_>, path: &str, node: &Node, out: &mut Findings) {
    match &node.kind {
        Kind::Map(entries) => {
            for (key, value) in entries {
                match key.as_str() {
                    "run" | "script" | "before_script" | "after_script" => {
                        let lines = value.items().iter().chain([value]);
                        for line in lines.filter(|line| line.text().is_some()) {
                            script(index, path, line, out);
                        }
                    }
                    // A step's inputs are named as the variables that they are filled with.
                    "with" => inputs(index, path, value, out),
                    _ => {}
                }
                steps(index, path, value, out);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| steps(index, path, item, out)),
        _ => {}
    }
}

fn script(index: &Index<'_>, path: &str, node: &Node, out: &mut Findings) {
    let text = node.text().unwrap_or_default().to_owned();
    let words = vec![Word { text, line: node.line }];
    let workload = Workload { words, ..Workload::default() };
    workloads::add(index, path, &workload, out);
}

/// `anthropic_api_key: ${{ secrets.… }}`.
fn inputs(index: &Index<'_>, path: &str, node: &Node, out: &mut Findings) {
    for (name, value) in node.entries() {
        let variable = name.replace('-', "_").to_ascii_uppercase();
        if let Some(provider) = index.provider_of_key(&variable) {
            out.assets.push(names::interface(index, &provider.id, Place::new(path, value.line)));
        }
    }
}
