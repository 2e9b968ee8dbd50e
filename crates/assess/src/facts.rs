//! What is known of each subject, and which of it counts for a requirement.

use std::collections::BTreeMap;

use annex_catalog::Need;
use annex_isms::assessment::{KnownValue, Missing};
use annex_isms::{
    Attribute, Basis, Digest, Instant, RecordedObservation, Snapshot, Subject, Value,
};

const DAY_MICROSECONDS: i64 = 86_400_000_000;

/// The observations of every subject, by attribute.
pub(crate) struct Facts<'a> {
    at: Instant,
    by_subject: BTreeMap<&'a Subject, BTreeMap<&'a Attribute, Vec<&'a RecordedObservation>>>,
    changed: BTreeMap<&'a Subject, Instant>,
    expiry: BTreeMap<Digest, Instant>,
}

/// What is known of one attribute under one need.
pub(crate) struct Known<'a> {
    /// One observation per distinct value, the strongest basis first; empty when nothing counts.
    pub(crate) candidates: Vec<&'a RecordedObservation>,
    /// What keeps the attribute from counting towards `met`.
    pub(crate) missing: Option<Missing>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, derived: &'a [RecordedObservation]) -> Self {
        let mut by_subject: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for observation in snapshot.observations.iter().chain(derived) {
            by_subject
                .entry(&observation.subject)
                .or_default()
                .entry(&observation.attribute)
                .or_default()
                .push(observation);
        }
        for observations in by_subject.values_mut().flat_map(BTreeMap::values_mut) {
            drop_resolved(observations);
        }
        let expiry = snapshot
            .evidence
            .iter()
            .filter_map(|evidence| Some((evidence.digest, evidence.expires?.end())))
            .collect();
        let changed = snapshot.changed.iter().map(|(subject, at)| (subject, *at)).collect();
        Self { at: snapshot.at, by_subject, changed, expiry }
    }

    /// Every attribute of a subject on which the sources agree, whatever its age.
    pub(crate) fn undisputed(&self, subject: &Subject) -> BTreeMap<&'a Attribute, &'a Value> {
        let attributes = self.by_subject.get(subject).into_iter().flatten();
        attributes
            .filter(|(_, seen)| seen.windows(2).all(|pair| pair[0].value == pair[1].value))
            .filter_map(|(name, seen)| Some((*name, &seen.first()?.value)))
            .collect()
    }

    /// The newest value of every attribute of a subject, for showing.
    pub(crate) fn newest(&self, subject: &Subject) -> BTreeMap<Attribute, KnownValue> {
        let attributes = self.by_subject.get(subject).into_iter().flatten();
        attributes
            .filter_map(|(name, seen)| {
                let newest =
                    seen.iter().max_by_key(|o| (o.basis > Basis::Statement, o.period.to))?;
                Some(((*name).clone(), known_value(newest)))
            })
            .collect()
    }

    /// What counts of an attribute of a subject under a need.
    pub(crate) fn known(&self, subject: &Subject, name: &Attribute, need: Need) -> Known<'a> {
        let seen = self
            .by_subject
            .get(subject)
            .and_then(|attributes| attributes.get(name))
            .map_or(&[][..], Vec::as_slice);
        let changed_at = self.changed.get(subject).copied().filter(|_| need.after_change);
        let mut fresh: Vec<&RecordedObservation> = Vec::new();
        let mut newest_stale: Option<(Instant, Missing)> = None;
        for observation in seen {
            let seen_at = observation.period.to;
            let missing = if let Some(changed_at) = changed_at.filter(|at| seen_at < *at) {
                Missing::BeforeChange { seen_at, changed_at }
            } else if self.is_stale(observation, need.fresh_days) {
                Missing::Stale { seen_at, fresh_days: need.fresh_days }
            } else {
                fresh.push(observation);
                continue;
            };
            if newest_stale.as_ref().is_none_or(|(at, _)| *at < seen_at) {
                newest_stale = Some((seen_at, missing));
            }
        }
        if fresh.iter().any(|observation| observation.basis > Basis::Statement) {
            fresh.retain(|observation| observation.basis > Basis::Statement);
        }
        fresh.sort_by(|a, b| {
            (b.basis, b.period.to, &a.source).cmp(&(a.basis, a.period.to, &b.source))
        });
        let missing = match fresh.first() {
            None => Some(newest_stale.map_or(Missing::NeverObserved, |(_, missing)| missing)),
            Some(strongest) if strongest.basis < need.basis => {
                Some(Missing::WeakBasis { have: strongest.basis, need: need.basis })
            }
            Some(_) => None,
        };
        let mut candidates: Vec<&RecordedObservation> = Vec::new();
        for observation in fresh {
            if candidates.iter().all(|candidate| candidate.value != observation.value) {
                candidates.push(observation);
            }
        }
        Known { candidates, missing }
    }

    fn is_stale(&self, observation: &RecordedObservation, fresh_days: u32) -> bool {
        let age = self.at.microseconds().saturating_sub(observation.period.to.microseconds());
        let expired = observation
            .evidence
            .and_then(|digest| self.expiry.get(&digest))
            .is_some_and(|expiry| *expiry < self.at);
        expired || age > i64::from(fresh_days).saturating_mul(DAY_MICROSECONDS)
    }
}

/// A value with where it comes from.
pub(crate) fn known_value(observation: &RecordedObservation) -> KnownValue {
    KnownValue {
        value: observation.value.clone(),
        basis: observation.basis,
        source: observation.source.clone(),
        seen_at: observation.period.to,
        locations: observation.locations.clone(),
        evidence: observation.evidence,
    }
}

/// A resolution by a person stands for everything that was recorded before it.
fn drop_resolved(observations: &mut Vec<&RecordedObservation>) {
    let resolved = observations.iter().filter(|o| o.resolves).map(|o| o.recorded_at).max();
    if let Some(resolved) = resolved {
        observations.retain(|o| o.recorded_at >= resolved);
    }
}
