//! What a batch saw, as assets and flows of the register.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::entity::{Asset, Flow};
use annex_isms::observation::{Location, SeenAsset};
use annex_isms::{AssetId, AssetKind, Basis, FlowId, ObservationBatch, SupplierId, SystemId};

use crate::alias::{Aliases, seen_keys};
use crate::project::scope_name;

/// An asset as a batch saw it; under several keys perhaps, which are then put together.
#[derive(Debug)]
pub(super) struct Seen {
    kind: AssetKind,
    key: String,
    name: String,
    supplier: Option<SupplierId>,
    pub(super) systems: BTreeSet<SystemId>,
    pub(super) locations: BTreeSet<Location>,
}

/// Flows as a batch saw them, by id.
pub(super) type SeenFlows = BTreeMap<FlowId, Flow>;

/// The assets of a batch by id. `aliases` learns their keys.
pub(super) fn assets(batch: &ObservationBatch, aliases: &mut Aliases) -> BTreeMap<AssetId, Seen> {
    let mut found: BTreeMap<AssetId, Seen> = BTreeMap::new();
    for asset in &batch.assets {
        let id = aliases.asset(asset);
        for key in seen_keys(asset) {
            aliases.learn(asset.key.kind, key, &id);
        }
        match found.get_mut(&id) {
            Some(seen) => seen.add(asset),
            None => {
                found.insert(id, Seen::new(asset));
            }
        }
    }
    found
}

impl Seen {
    fn new(asset: &SeenAsset) -> Self {
        Self {
            kind: asset.key.kind,
            key: asset.key.key.clone(),
            name: asset.name.clone(),
            supplier: asset.supplier.clone(),
            systems: asset.systems.clone(),
            locations: asset.locations.clone(),
        }
    }

    fn add(&mut self, asset: &SeenAsset) {
        self.supplier = self.supplier.take().or_else(|| asset.supplier.clone());
        self.systems.extend(asset.systems.iter().cloned());
        self.locations.extend(asset.locations.iter().cloned());
    }

    /// The asset as it is to be recorded. It leaves the systems that only `before`, the last
    /// batch of the same scope, put it in.
    pub(super) fn asset(
        &self,
        id: &AssetId,
        batch: &ObservationBatch,
        known: Option<&Asset>,
        before: Option<&Seen>,
    ) -> Asset {
        let mut asset = known.cloned().unwrap_or_else(|| Asset {
            id: id.clone(),
            kind: self.kind,
            key: self.key.clone(),
            name: String::new(),
            supplier: None,
            systems: BTreeSet::new(),
            locations: BTreeSet::new(),
            seen_in: String::new(),
            present: true,
            registration: None,
            owner: None,
            classification: None,
        });
        asset.name.clone_from(&self.name);
        if self.supplier.is_some() {
            asset.supplier.clone_from(&self.supplier);
        }
        if let Some(before) = before {
            asset.systems = &asset.systems - &before.systems;
        }
        asset.systems.extend(self.systems.iter().cloned());
        asset.locations.clone_from(&self.locations);
        asset.seen_in = scope_name(batch);
        asset.present = true;
        asset
    }
}

/// The flows of a batch by id.
pub(super) fn flows(batch: &ObservationBatch, aliases: &Aliases) -> SeenFlows {
    let mut found = SeenFlows::new();
    for seen in &batch.flows {
        let (from, to) = (aliases.key(&seen.from), aliases.key(&seen.to));
        let id = FlowId::derive(&from, &to);
        let flow = found.entry(id.clone()).or_insert_with(|| Flow {
            id,
            from,
            to,
            carries: seen.carries.clone(),
            classes: BTreeSet::new(),
            basis: basis(&batch.scope.kind),
            locations: BTreeSet::new(),
            present: true,
        });
        flow.classes.extend(&seen.classes);
        flow.locations.extend(seen.locations.iter().cloned());
    }
    found
}

/// The flow as it is to be recorded. Classes that are known by something stronger stay.
pub(super) fn flow(seen: &Flow, known: Option<&Flow>) -> Flow {
    let mut flow = seen.clone();
    if let Some(known) = known
        && !known.classes.is_empty()
        && (flow.classes.is_empty() || known.basis > flow.basis)
    {
        flow.classes.clone_from(&known.classes);
        flow.basis = known.basis;
    }
    flow
}

/// How well a place of this kind shows what travels on a flow.
fn basis(scope_kind: &str) -> Basis {
    match scope_kind {
        "repository" => Basis::Source,
        "document" => Basis::Document,
        "deployment" | "host" => Basis::Deployment,
        "runtime" => Basis::Runtime,
        _ => Basis::Statement,
    }
}
