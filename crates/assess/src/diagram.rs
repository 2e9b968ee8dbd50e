//! The data-flow diagram of an AI system as Mermaid text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use annex_isms::entity::Asset;
use annex_isms::{AssetId, AssetKind, DataClass, SystemId};

use crate::index::Index;

/// The data flows of a system; framework packages take no part in them and are left out.
///
/// Empty when the system has no flow.
pub fn diagram(index: &Index<'_>, system: &SystemId) -> String {
    let own: BTreeMap<&AssetId, &Asset> = index
        .assets_of(system)
        .iter()
        .filter(|asset| asset.present)
        .map(|asset| (&asset.id, *asset))
        .collect();
    let mut flows: Vec<_> = own
        .keys()
        .flat_map(|asset| index.flows_from(asset))
        .filter(|flow| flow.present && own.contains_key(&flow.to))
        .collect();
    flows.sort_by(|a, b| a.id.cmp(&b.id));
    if flows.is_empty() {
        return String::new();
    }
    let mut text = "flowchart LR\n".to_owned();
    let mut numbers: BTreeMap<&AssetId, usize> = BTreeMap::new();
    for id in flows.iter().flat_map(|flow| [&flow.from, &flow.to]) {
        let next = numbers.len();
        numbers.entry(id).or_insert(next);
    }
    for (id, number) in &numbers {
        let asset = own[*id];
        let label = format!("{}<br/><small>{}</small>", escape(&asset.name), asset.kind);
        let _ = match asset.kind {
            AssetKind::VectorStore
            | AssetKind::Dataset
            | AssetKind::Corpus
            | AssetKind::LogStore => {
                writeln!(text, "  n{number}[(\"{label}\")]")
            }
            AssetKind::ModelApi | AssetKind::Gateway => {
                writeln!(text, "  n{number}([\"{label}\"])")
            }
            _ => writeln!(text, "  n{number}[\"{label}\"]"),
        };
    }
    for flow in flows {
        let classes = if flow.classes.is_empty() {
            "classes unknown".to_owned()
        } else {
            flow.classes
                .iter()
                .map(|class: &DataClass| class.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let _ = writeln!(
            text,
            "  n{} -->|\"{} ({classes})\"| n{}",
            numbers[&flow.from],
            escape(&flow.carries),
            numbers[&flow.to]
        );
    }
    text
}

/// Mermaid ends a label at a quote and reads `#` as an entity.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("#quot;"),
            '#' => escaped.push_str("#35;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}
