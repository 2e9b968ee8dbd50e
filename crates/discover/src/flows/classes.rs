//! Which flow carries what the repository shows of classes of data.
//!
//! A field of a prompt travels to the models that its file calls, or to the only one of its
//! system; a field of a tool to the tool; a folder's documents to the store. What could travel on
//! several flows, and no file says on which, is put on none.

use std::collections::BTreeSet;

use annex_isms::AssetKind;
use annex_isms::observation::AssetKey;

use super::{Flow, Flows, application, last};
use crate::batch::{Assembly, location};
use crate::find::classes;
use crate::findings::{Key, On, Shown};
use crate::systems::Systems;

/// Puts classes on the flows that carry them.
pub(super) fn attach(flows: &mut Flows, assembly: &Assembly, systems: &Systems, shown: &[Shown]) {
    for one in shown {
        for system in systems
            .all
            .iter()
            .filter(|system| systems.of_path(&one.place.path).contains(&system.id))
        {
            let application = application(system);
            for ends in carriers(flows, one, &application) {
                if let Some(flow) = flows.get_mut(&ends) {
                    put(flow, one);
                }
            }
        }
    }
    // What folders of documents are called.
    for ((from, _), flow) in
        flows.iter_mut().filter(|((from, _), _)| from.kind == AssetKind::Corpus)
    {
        let name = assembly.assets.get(from).map_or("", |draft| draft.name.as_str());
        if let Some((word, class)) = classes::of_folder(name) {
            flow.classes.insert(class);
            flow.fields.insert(word);
            flow.shown.extend(
                assembly
                    .assets
                    .get(from)
                    .into_iter()
                    .flat_map(|draft| draft.locations.iter().cloned()),
            );
        }
    }
}

fn put(flow: &mut Flow, shown: &Shown) {
    flow.classes.insert(shown.class);
    flow.fields.insert(shown.field.clone());
    flow.shown.insert(location(&shown.place));
}

/// The flows that carry what was shown.
fn carriers(flows: &Flows, shown: &Shown, application: &AssetKey) -> Vec<(AssetKey, AssetKey)> {
    use AssetKind as K;
    let path = shown.place.path.as_str();
    let sent = |kind: K| nearest(flows, application, kind, path);
    match &shown.on {
        On::Prompt => [K::Model, K::ModelApi, K::Gateway].into_iter().flat_map(sent).collect(),
        On::Store => sent(K::VectorStore),
        On::Tool(name) => matching(flows, |from, to| {
            from.kind == K::Agent && to.kind == K::Tool && last(to) == name
        }),
        On::Records => flows
            .iter()
            .filter(|((from, to), flow)| {
                from.kind == K::Dataset && to.kind == K::Model && at(flow, from, path)
            })
            .map(|(ends, _)| ends.clone())
            .collect(),
        On::Asset(kind, key) => matching(flows, |from, to| {
            [from, to].into_iter().any(|end| end.kind == *kind && is(end, key))
        }),
    }
}

/// Whether a dataset is the file itself.
fn at(flow: &Flow, from: &AssetKey, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    last(from) == name || flow.locations.iter().any(|location| location.path == path)
}

fn is(asset: &AssetKey, key: &Key) -> bool {
    match key {
        Key::World(key) => {
            // A store is seen as its collection where one is known.
            asset.key == *key
                || asset.key.strip_prefix(key.as_str()).is_some_and(|r| r.starts_with('/'))
        }
        Key::System { name, .. } => last(asset) == name,
    }
}

fn matching(
    flows: &Flows,
    fits: impl Fn(&AssetKey, &AssetKey) -> bool,
) -> Vec<(AssetKey, AssetKey)> {
    flows.keys().filter(|(from, to)| fits(from, to)).cloned().collect()
}

/// From the application to those of a kind that the file shows, else to the only one.
fn nearest(
    flows: &Flows,
    application: &AssetKey,
    kind: AssetKind,
    path: &str,
) -> Vec<(AssetKey, AssetKey)> {
    let all: Vec<_> =
        flows.iter().filter(|((from, to), _)| from == application && to.kind == kind).collect();
    let here: BTreeSet<_> = all
        .iter()
        .filter(|(_, flow)| flow.locations.iter().any(|location| location.path == path))
        .map(|(ends, _)| (*ends).clone())
        .collect();
    match (here.is_empty(), all.as_slice()) {
        (true, [(ends, _)]) => vec![(*ends).clone()],
        _ => here.into_iter().collect(),
    }
}
