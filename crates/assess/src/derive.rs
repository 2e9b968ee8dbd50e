//! What the register itself knows: counts and existence as named attributes.
//!
//! An agreement's facts are as strong as what backs them: a document when its signed text is
//! on record, a statement otherwise. What nobody recorded is absent, not false.

use std::collections::BTreeSet;

use annex_catalog::Catalogue;
use annex_isms::entity::Agreement;
use annex_isms::observation::Period;
use annex_isms::{Basis, Instant, RecordedObservation, Snapshot, Subject, SupplierId, Value};

use crate::index::Index;
use crate::risks;

/// The source of derived attributes.
pub(crate) const SOURCE: &str = "register";
/// Whether a found asset was decided on.
pub(crate) const REGISTERED: &str = "registered";
/// Whether a person confirmed who answers for an asset.
pub(crate) const OWNER_CONFIRMED: &str = "owner_confirmed";

/// Everything that is derived, in a fixed order.
pub(crate) fn observations(index: &Index<'_>, catalogue: &Catalogue) -> Vec<RecordedObservation> {
    let snapshot = index.snapshot;
    let mut derived = Derived { index, snapshot, catalogue, observations: Vec::new() };
    derived.assets();
    derived.systems();
    for supplier in &snapshot.suppliers {
        derived.supplier(&supplier.id);
    }
    derived.observations
}

struct Derived<'a> {
    index: &'a Index<'a>,
    snapshot: &'a Snapshot,
    catalogue: &'a Catalogue,
    observations: Vec<RecordedObservation>,
}

impl Derived<'_> {
    fn put(&mut self, subject: &Subject, name: &str, value: Value, basis: Basis, at: Instant) {
        // A catalogue may leave an attribute out; then nothing can ask for it.
        let Ok(attribute) = name.parse() else { return };
        if self.catalogue.table.get(subject.kind(), &attribute).is_none() {
            return;
        }
        self.observations.push(RecordedObservation {
            subject: subject.clone(),
            attribute,
            value,
            basis,
            source: SOURCE.to_owned(),
            period: Period { from: at, to: at },
            recorded_at: at,
            evidence: None,
            locations: BTreeSet::new(),
            resolves: false,
        });
    }

    fn assets(&mut self) {
        let at = self.snapshot.at;
        for asset in self.snapshot.assets.iter().filter(|asset| asset.present) {
            let subject = Subject::Asset(asset.id.clone());
            let confirmed = asset.owner.as_ref().is_some_and(|owner| owner.confirmed);
            for (name, value) in [
                (REGISTERED, asset.registration.is_some()),
                (OWNER_CONFIRMED, confirmed),
                ("classified", asset.classification.is_some()),
            ] {
                self.put(&subject, name, value.into(), Basis::Document, at);
            }
        }
    }

    fn systems(&mut self) {
        let at = self.snapshot.at;
        for system in &self.snapshot.systems {
            let subject = Subject::System(system.id.clone());
            let threats = risks::applicable_threats(self.catalogue, self.index, &system.id);
            let reviewed = threats
                .iter()
                .filter(|threat| {
                    let risk = self.index.risk(&system.id, &threat.id);
                    risks::review_state(self.index, &system.id, risk)
                        == annex_isms::assessment::ReviewState::Reviewed
                })
                .count();
            let count = |number: usize| Value::Long(i64::try_from(number).unwrap_or(i64::MAX));
            self.put(&subject, "risks_identified", count(threats.len()), Basis::Document, at);
            let unreviewed = count(threats.len() - reviewed);
            self.put(&subject, "risks_unreviewed", unreviewed, Basis::Document, at);
            self.put(&subject, "owner_named", system.owner.is_some().into(), Basis::Document, at);
            let declared = !system.classes.is_empty();
            self.put(&subject, "classes_declared", declared.into(), Basis::Document, at);
        }
    }

    fn supplier(&mut self, id: &SupplierId) {
        let at = self.snapshot.at;
        let subject = Subject::Supplier(id.clone());
        self.sent_classes(id, &subject);
        let Some(agreement) = in_force(self.snapshot, id) else { return };
        let text = agreement.evidence.as_ref();
        let backed = text.is_some_and(|digest| self.index.evidence(digest).is_some());
        let basis = if backed { Basis::Document } else { Basis::Statement };
        let mut put = |name: &str, value: Value| self.put(&subject, name, value, basis, at);
        put("agreement_signed", agreement.signed.is_some().into());
        let unexpired = agreement.expires.is_none_or(|day| day.end() >= at);
        put("agreement_unexpired", unexpired.into());
        if let Some(training) = agreement.training_on_our_data {
            put("agreement_forbids_training", (!training).into());
        }
        if let Some(classes) = &agreement.permitted_classes {
            put("agreement_permitted_classes", words(classes.iter().map(|class| class.as_str())));
        }
        if let Some(reviewed) = agreement.reviewed {
            put("agreement_reviewed_days", Value::Long(at.days_since(reviewed.start())));
        }
        if let Some(days) = agreement.retention_days {
            put("agreement_retention_days", Value::Long(days));
        }
        if let Some(regions) = &agreement.regions {
            put("agreement_regions", words(regions.iter().map(String::as_str)));
        }
        if let Some(named) = &agreement.sub_processors {
            put("agreement_sub_processors_named", (!named.is_empty()).into());
        }
        if let Some(hours) = agreement.breach_notice_hours {
            put("agreement_breach_notice_hours", Value::Long(hours));
        }
    }

    /// The classes on flows that lead to what a supplier provides, and those that people
    /// declared for systems which use it.
    fn sent_classes(&mut self, id: &SupplierId, subject: &Subject) {
        let theirs: BTreeSet<_> = self
            .snapshot
            .assets
            .iter()
            .filter(|asset| asset.present && asset.supplier.as_ref() == Some(id))
            .map(|asset| &asset.id)
            .collect();
        let mut weakest = None;
        let mut classes = BTreeSet::new();
        for flow in self.snapshot.flows.iter().filter(|f| f.present && theirs.contains(&f.to)) {
            if !flow.classes.is_empty() {
                classes.extend(flow.classes.iter().map(|class| class.as_str()));
                // Names in code show some of what is sent: that can be too much, never all.
                let basis = if flow.basis == Basis::Source { Basis::Statement } else { flow.basis };
                weakest = Some(weakest.map_or(basis, |known: Basis| known.min(basis)));
            }
        }
        for system in &self.snapshot.systems {
            let uses = self.index.assets_of(&system.id);
            let uses = uses.iter().any(|asset| theirs.contains(&asset.id));
            if uses && !system.classes.is_empty() {
                classes.extend(system.classes.iter().map(|class| class.as_str()));
                weakest = Some(Basis::Statement);
            }
        }
        if let Some(basis) = weakest {
            let at = self.snapshot.at;
            self.put(subject, "sent_classes", words(classes), basis, at);
        }
    }
}

/// The agreement that counts: the one signed last, else the first on record.
fn in_force<'a>(snapshot: &'a Snapshot, supplier: &SupplierId) -> Option<&'a Agreement> {
    snapshot
        .agreements
        .iter()
        .filter(|agreement| agreement.supplier == *supplier)
        .max_by_key(|agreement| (agreement.signed, std::cmp::Reverse(agreement.id.clone())))
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    Value::Set(words.into_iter().map(str::to_owned).collect())
}
