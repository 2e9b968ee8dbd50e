//! Data flows between the assets of a system. Only such as follow from what the assets are for;
//! where several could be meant, the same file has to show them together.
//!
//! ```text
//!  application ─▶ gateway ─▶ model            corpus ──▶ vector store ◀── embedding model
//!       ├───────▶ interface, model            dataset ─▶ model
//!       ├───────▶ vector store ◀─ retriever   agent ───▶ tool
//!       └───────▶ MCP server, log
//! ```
//!
//! A flow has the classes of data that something in the repository names ([`classes`]); where
//! nothing does, the set is empty and means that nothing is known.

mod classes;

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::observation::{AssetKey, Location, Seen, SeenFlow};
use annex_isms::{AssetKind, DataClass, Value};

use crate::batch::{Assembly, Draft};
use crate::findings::Shown;
use crate::systems::{System, Systems};

/// A flow before it is written out.
#[derive(Debug, Default)]
struct Flow {
    carries: &'static str,
    locations: BTreeSet<Location>,
    classes: BTreeSet<DataClass>,
    /// What names the classes, and where.
    fields: BTreeSet<String>,
    shown: BTreeSet<Location>,
}

/// By both ends.
type Flows = BTreeMap<(AssetKey, AssetKey), Flow>;

/// The flows, sorted by their ends. What names their classes is observed of them.
pub(crate) fn find(assembly: &mut Assembly, systems: &Systems, shown: &[Shown]) -> Vec<SeenFlow> {
    let mut flows = Flows::new();
    for system in &systems.all {
        of_system(assembly, system, &mut flows);
    }
    classes::attach(&mut flows, assembly, systems, shown);
    written(assembly, flows)
}

/// Flows between assets that one place shows, and no others: what lies on one machine need not
/// belong together.
pub(crate) fn at_one_place(assembly: &mut Assembly) -> Vec<SeenFlow> {
    let mut flows = Flows::new();
    pairs(&assembly.assets.iter().collect::<Vec<_>>(), false, &mut flows);
    written(assembly, flows)
}

fn written(assembly: &mut Assembly, flows: Flows) -> Vec<SeenFlow> {
    let mut all = Vec::new();
    for ((from, to), mut flow) in flows {
        if !flow.fields.is_empty() {
            let subject = Seen::Flow { from: from.clone(), to: to.clone() };
            let fields = Value::Set(flow.fields);
            assembly.observe_at(subject, "sensitive_fields", fields, &flow.shown);
        }
        flow.locations.append(&mut flow.shown);
        all.push(SeenFlow {
            from,
            to,
            carries: flow.carries.to_owned(),
            classes: flow.classes,
            locations: flow.locations,
        });
    }
    all
}

/// The asset that a system is itself.
pub(crate) fn application(system: &System) -> AssetKey {
    AssetKey { kind: AssetKind::Application, key: system.application.clone() }
}

/// What the application of a system sends, and to whom.
const SENT: [(AssetKind, &str); 7] = [
    (AssetKind::Model, "prompts"),
    (AssetKind::ModelApi, "prompts"),
    (AssetKind::Gateway, "prompts"),
    (AssetKind::VectorStore, "queries"),
    (AssetKind::EmbeddingModel, "texts to embed"),
    (AssetKind::McpServer, "tool calls"),
    (AssetKind::LogStore, "conversations"),
];

/// What flows between two assets that one file shows, or that are the only ones of their kinds.
const PAIRS: [(AssetKind, AssetKind, &str); 4] = [
    (AssetKind::Corpus, AssetKind::VectorStore, "documents"),
    (AssetKind::EmbeddingModel, AssetKind::VectorStore, "embeddings"),
    (AssetKind::Dataset, AssetKind::Model, "training data"),
    (AssetKind::Gateway, AssetKind::Model, "prompts"),
];

fn of_system(assembly: &Assembly, system: &System, flows: &mut Flows) {
    let own: Vec<(&AssetKey, &Draft)> =
        assembly.assets.iter().filter(|(_, draft)| draft.systems.contains(&system.id)).collect();
    let of = |kind: AssetKind| own.iter().copied().filter(move |(key, _)| key.kind == kind);
    let mut add = |from: &AssetKey, to: &AssetKey, carries, at: &BTreeSet<Location>| {
        note(flows, from, to, carries, at);
    };
    for (kind, carries) in SENT {
        for (key, draft) in of(kind) {
            // What every file reaches through a gateway is sent to the gateway alone.
            let behind = kind == AssetKind::Model
                && of(AssetKind::Gateway).any(|(_, gateway)| surrounds(gateway, draft));
            if !behind {
                add(&application(system), key, carries, &draft.locations);
            }
        }
    }
    for (tool, draft) in of(AssetKind::Tool).filter(|(tool, _)| retrieves(tool)) {
        for (store, other) in of(AssetKind::VectorStore) {
            let at = together(draft, other);
            if !at.is_empty() {
                add(tool, store, "queries", &at);
            }
        }
    }
    for (agent, draft) in of(AssetKind::Agent) {
        for (tool, other) in of(AssetKind::Tool) {
            if draft.tools.contains(last(tool)) {
                add(agent, tool, "tool calls", &other.locations);
            }
        }
    }
    pairs(&own, true, flows);
}

fn note(
    flows: &mut Flows,
    from: &AssetKey,
    to: &AssetKey,
    carries: &'static str,
    at: &BTreeSet<Location>,
) {
    let flow = flows.entry((from.clone(), to.clone())).or_default();
    flow.carries = carries;
    flow.locations.extend(at.iter().cloned());
}

/// The flows of [`PAIRS`]. `alone`: the only ones of their kinds belong together.
fn pairs(own: &[(&AssetKey, &Draft)], alone: bool, flows: &mut Flows) {
    let of = |kind: AssetKind| own.iter().copied().filter(move |(key, _)| key.kind == kind);
    for (from, to, carries) in PAIRS {
        let (sources, targets): (Vec<_>, Vec<_>) = (of(from).collect(), of(to).collect());
        let only = alone && sources.len() == 1 && targets.len() == 1;
        for (source, one) in &sources {
            for (target, other) in &targets {
                let at = together(one, other);
                if only || !at.is_empty() {
                    let at = if at.is_empty() { &other.locations } else { &at };
                    note(flows, source, target, carries, at);
                }
            }
        }
    }
}

/// A name without the system that it lies in.
fn last(key: &AssetKey) -> &str {
    key.key.rsplit('/').next().unwrap_or(&key.key)
}

/// Whether a tool says by its name that it reads a store.
fn retrieves(tool: &AssetKey) -> bool {
    last(tool).to_ascii_lowercase().contains("retriev")
}

/// The places of both in files that show both.
fn together(one: &Draft, other: &Draft) -> BTreeSet<Location> {
    let paths: BTreeSet<_> = one.locations.iter().map(|location| &location.path).collect();
    other.locations.iter().filter(|location| paths.contains(&location.path)).cloned().collect()
}

/// Whether every file that shows one asset shows the other, too.
fn surrounds(other: &Draft, one: &Draft) -> bool {
    let paths: BTreeSet<_> = other.locations.iter().map(|location| &location.path).collect();
    one.locations.iter().all(|location| paths.contains(&location.path))
}
