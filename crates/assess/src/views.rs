//! What the snapshot holds, as the assessment shows it.

use annex_isms::assessment::{AssetView, FlowView, LookedAt, ScopeView, SystemView};
use annex_isms::observation::Skipped;
use annex_isms::{AssetKind, Snapshot, Subject};

use crate::diagram;
use crate::facts::Facts;
use crate::index::Index;

pub(crate) fn scope(snapshot: &Snapshot) -> ScopeView {
    // What a person said looks at nothing.
    let looked = snapshot.batches.iter().filter(|batch| batch.scope.kind != "person");
    let looked_at = looked.map(|batch| LookedAt {
        collector: format!("{} {}", batch.collector.name, batch.collector.version),
        scope: batch.scope.clone(),
        at: batch.period.to,
        coverage: batch.coverage.clone(),
        skipped: u64::try_from(batch.skipped.len()).unwrap_or(u64::MAX),
    });
    ScopeView {
        statement: snapshot.organisation.scope.clone(),
        interfaces: snapshot.organisation.interfaces.clone(),
        looked_at: looked_at.collect(),
    }
}

pub(crate) fn systems(index: &Index<'_>) -> Vec<SystemView> {
    let view = |system: &annex_isms::entity::AiSystem| {
        let parts: Vec<_> =
            index.assets_of(&system.id).iter().filter(|asset| asset.present).collect();
        let mut classes = system.classes.clone();
        let flows = parts.iter().flat_map(|asset| index.flows_from(&asset.id));
        for flow in flows.filter(|flow| flow.present) {
            classes.extend(&flow.classes);
        }
        SystemView {
            id: system.id.clone(),
            name: system.name.clone(),
            purpose: system.purpose.clone(),
            owner: system.owner.clone(),
            models: parts
                .iter()
                .filter(|a| matches!(a.kind, AssetKind::Model | AssetKind::EmbeddingModel))
                .map(|asset| asset.name.clone())
                .collect(),
            suppliers: parts.iter().filter_map(|asset| asset.supplier.clone()).collect(),
            classes,
            assets: parts.iter().map(|asset| asset.id.clone()).collect(),
            diagram: diagram(index, &system.id),
        }
    };
    index.snapshot.systems.iter().map(view).collect()
}

pub(crate) fn assets(snapshot: &Snapshot, facts: &Facts<'_>) -> Vec<AssetView> {
    let view = |asset: &annex_isms::entity::Asset| AssetView {
        id: asset.id.clone(),
        kind: asset.kind,
        name: asset.name.clone(),
        locations: asset.locations.clone(),
        systems: asset.systems.clone(),
        supplier: asset.supplier.clone(),
        present: asset.present,
        registration: asset.registration.clone(),
        owner: asset.owner.clone(),
        classification: asset.classification,
        attributes: facts.newest(&Subject::Asset(asset.id.clone())),
    };
    snapshot.assets.iter().map(view).collect()
}

pub(crate) fn flows(snapshot: &Snapshot) -> Vec<FlowView> {
    let view = |flow: &annex_isms::entity::Flow| FlowView {
        id: flow.id.clone(),
        from: flow.from.clone(),
        to: flow.to.clone(),
        carries: flow.carries.clone(),
        classes: flow.classes.clone(),
        basis: flow.basis,
        locations: flow.locations.clone(),
    };
    snapshot.flows.iter().filter(|flow| flow.present).map(view).collect()
}

pub(crate) fn skipped(snapshot: &Snapshot) -> Vec<Skipped> {
    let all = snapshot.batches.iter().flat_map(|batch| {
        batch.skipped.iter().map(|skipped| Skipped {
            path: format!("{}: {}", batch.scope.name, skipped.path),
            reason: skipped.reason.clone(),
            deliberate: skipped.deliberate,
        })
    });
    all.collect()
}
