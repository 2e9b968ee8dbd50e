//! What is looked up over and over in a snapshot, by what it is looked up by.
//!
//! A register has thousands of systems with tens of thousands of assets: who went through all
//! assets for each system would not be done in an hour.

use std::collections::BTreeMap;

use annex_isms::entity::{Agreement, AiSystem, Asset, Document, Evidence, Flow, Risk, Supplier};
use annex_isms::{
    AgreementId, AssetId, Digest, DocumentId, FlowId, Instant, Snapshot, Subject, SupplierId,
    SystemId, ThreatId,
};

/// A snapshot, and the ways into it.
pub struct Index<'a> {
    pub(crate) snapshot: &'a Snapshot,
    assets: BTreeMap<&'a SystemId, Vec<&'a Asset>>,
    flows: BTreeMap<&'a AssetId, Vec<&'a Flow>>,
    risks: BTreeMap<(&'a SystemId, &'a ThreatId), &'a Risk>,
    changed: BTreeMap<&'a Subject, Instant>,
}

impl<'a> Index<'a> {
    /// Goes through a snapshot once.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let mut assets: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for asset in &snapshot.assets {
            for system in &asset.systems {
                assets.entry(system).or_default().push(asset);
            }
        }
        let mut flows: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for flow in &snapshot.flows {
            flows.entry(&flow.from).or_default().push(flow);
        }
        let mut risks = BTreeMap::new();
        for risk in &snapshot.risks {
            risks.entry((&risk.system, &risk.threat)).or_insert(risk);
        }
        let changed = snapshot.changed.iter().map(|(subject, at)| (subject, *at)).collect();
        Self { snapshot, assets, flows, risks, changed }
    }

    /// The assets of a system, by id.
    pub(crate) fn assets_of(&self, system: &SystemId) -> &[&'a Asset] {
        self.assets.get(system).map_or(&[], Vec::as_slice)
    }

    /// The flows that begin at an asset, by id.
    pub(crate) fn flows_from(&self, asset: &AssetId) -> &[&'a Flow] {
        self.flows.get(asset).map_or(&[], Vec::as_slice)
    }

    /// The risk on record of a threat on a system.
    pub(crate) fn risk(&self, system: &SystemId, threat: &ThreatId) -> Option<&'a Risk> {
        self.risks.get(&(system, threat)).copied()
    }

    /// When a subject last changed in a way that makes older tests of it stale.
    pub(crate) fn changed(&self, subject: &Subject) -> Option<Instant> {
        self.changed.get(subject).copied()
    }

    pub(crate) fn system(&self, id: &SystemId) -> Option<&'a AiSystem> {
        found(&self.snapshot.systems, id, |system| &system.id)
    }

    pub(crate) fn asset(&self, id: &AssetId) -> Option<&'a Asset> {
        found(&self.snapshot.assets, id, |asset| &asset.id)
    }

    pub(crate) fn flow(&self, id: &FlowId) -> Option<&'a Flow> {
        found(&self.snapshot.flows, id, |flow| &flow.id)
    }

    pub(crate) fn supplier(&self, id: &SupplierId) -> Option<&'a Supplier> {
        found(&self.snapshot.suppliers, id, |supplier| &supplier.id)
    }

    pub(crate) fn evidence(&self, digest: &Digest) -> Option<&'a Evidence> {
        found(&self.snapshot.evidence, digest, |evidence| &evidence.digest)
    }

    /// The name of a subject for people; its id when it has none.
    pub(crate) fn name(&self, subject: &Subject) -> String {
        let agreement = |id: &AgreementId| -> Option<&'a Agreement> {
            found(&self.snapshot.agreements, id, |agreement| &agreement.id)
        };
        let document = |id: &DocumentId| -> Option<&'a Document> {
            found(&self.snapshot.documents, id, |document| &document.id)
        };
        let name = match subject {
            Subject::Organisation => Some(&self.snapshot.organisation.name),
            Subject::System(id) => self.system(id).map(|system| &system.name),
            Subject::Asset(id) => self.asset(id).map(|asset| &asset.name),
            Subject::Flow(_) => None,
            Subject::Supplier(id) => self.supplier(id).map(|supplier| &supplier.name),
            Subject::Agreement(id) => agreement(id).map(|agreement| &agreement.title),
            Subject::Document(id) => document(id).map(|document| &document.title),
        };
        name.cloned().unwrap_or_else(|| subject.id().to_owned())
    }
}

/// The one with an id, in a list that is ordered by it.
fn found<'a, T, I: Ord>(list: &'a [T], id: &I, of: impl Fn(&T) -> &I) -> Option<&'a T> {
    list.binary_search_by(|own| of(own).cmp(id)).ok().map(|index| &list[index])
}
