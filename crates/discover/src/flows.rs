//! Data flows between the assets of a system. Only such as follow from what the assets are for;
//! where several could be meant, the same file has to show them together.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::AssetKind;
use annex_isms::observation::{AssetKey, Location, SeenFlow};

use crate::batch::{Assembly, Draft};
use crate::systems::Systems;

/// The flows, sorted by their ends.
pub(crate) fn find(assembly: &Assembly, systems: &Systems) -> Vec<SeenFlow> {
    let mut flows: BTreeMap<(AssetKey, AssetKey), (String, BTreeSet<Location>)> = BTreeMap::new();
    for system in &systems.all {
        let application =
            AssetKey { kind: AssetKind::Application, key: system.application.clone() };
        let own: Vec<(&AssetKey, &Draft)> = assembly
            .assets
            .iter()
            .filter(|(_, draft)| draft.systems.contains(&system.id))
            .collect();
        let of = |kind: AssetKind| own.iter().copied().filter(move |(key, _)| key.kind == kind);
        let mut add = |from: &AssetKey, to: &AssetKey, carries: &str, at: &BTreeSet<Location>| {
            let flow = flows
                .entry((from.clone(), to.clone()))
                .or_insert_with(|| (carries.to_owned(), BTreeSet::new()));
            flow.1.extend(at.iter().cloned());
        };
        for (kind, carries) in [
            (AssetKind::Model, "prompts"),
            (AssetKind::ModelApi, "prompts"),
            (AssetKind::Gateway, "prompts"),
            (AssetKind::VectorStore, "queries"),
            (AssetKind::EmbeddingModel, "texts to embed"),
            (AssetKind::McpServer, "tool calls"),
            (AssetKind::LogStore, "conversations"),
        ] {
            for (key, draft) in of(kind) {
                add(&application, key, carries, &draft.locations);
            }
        }
        let mut pairs = |from: AssetKind, to: AssetKind, carries: &str| {
            let (sources, targets): (Vec<_>, Vec<_>) = (of(from).collect(), of(to).collect());
            for (source, one) in &sources {
                for (target, other) in &targets {
                    let at = together(one, other);
                    let only = sources.len() == 1 && targets.len() == 1;
                    if only || !at.is_empty() {
                        add(
                            source,
                            target,
                            carries,
                            if at.is_empty() { &other.locations } else { &at },
                        );
                    }
                }
            }
        };
        pairs(AssetKind::Corpus, AssetKind::VectorStore, "documents");
        pairs(AssetKind::EmbeddingModel, AssetKind::VectorStore, "embeddings");
        pairs(AssetKind::Dataset, AssetKind::Model, "training data");
        for (agent, draft) in of(AssetKind::Agent) {
            for (tool, other) in of(AssetKind::Tool) {
                let name = tool.key.rsplit('/').next().unwrap_or(&tool.key);
                if draft.tools.contains(name) {
                    add(agent, tool, "tool calls", &other.locations);
                }
            }
        }
    }
    flows
        .into_iter()
        .map(|((from, to), (carries, locations))| SeenFlow {
            from,
            to,
            carries,
            classes: BTreeSet::new(),
            locations,
        })
        .collect()
}

/// The places of both in files that show both.
fn together(one: &Draft, other: &Draft) -> BTreeSet<Location> {
    let paths: BTreeSet<_> = one.locations.iter().map(|location| &location.path).collect();
    other.locations.iter().filter(|location| paths.contains(&location.path)).cloned().collect()
}
