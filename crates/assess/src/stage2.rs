//! The Stage 2 checklist: what an auditor will ask to see.

use annex_catalog::{Catalogue, Stage2Need};
use annex_isms::assessment::{Presence, Stage2Evidence, Stage2Item};
use annex_isms::entity::Evidence;
use annex_isms::{Basis, Instant, Snapshot};

pub(crate) fn items(catalogue: &Catalogue, snapshot: &Snapshot) -> Vec<Stage2Item> {
    let item = |item: &annex_catalog::Stage2| {
        let evidence: Vec<Stage2Evidence> =
            item.needs.iter().map(|need| newest(snapshot, *need)).collect();
        Stage2Item {
            id: item.id.clone(),
            title: item.title.clone(),
            presence: evidence.iter().map(|e| e.presence).max().unwrap_or(Presence::Missing),
            evidence,
            role: item.role.clone(),
            owner: snapshot
                .people
                .iter()
                .find(|person| person.roles.contains(&item.role))
                .map(|person| person.id.clone()),
        }
    };
    catalogue.stage2.iter().map(item).collect()
}

/// The newest evidence of a kind. A statement is no evidence.
fn newest(snapshot: &Snapshot, need: Stage2Need) -> Stage2Evidence {
    let newest = snapshot
        .evidence
        .iter()
        .filter(|evidence| evidence.kind == need.kind && evidence.basis > Basis::Statement)
        .max_by_key(|evidence| (evidence.period.to, evidence.digest));
    let Some(evidence) = newest else {
        return Stage2Evidence {
            kind: need.kind,
            presence: Presence::Missing,
            digest: None,
            date: None,
            collected_by: None,
        };
    };
    let stale = is_stale(evidence, need.fresh_days, snapshot.at);
    Stage2Evidence {
        kind: need.kind,
        presence: if stale { Presence::Stale } else { Presence::Present },
        digest: Some(evidence.digest),
        date: Some(evidence.period.to),
        collected_by: Some(evidence.collected_by.clone()),
    }
}

fn is_stale(evidence: &Evidence, fresh_days: u32, at: Instant) -> bool {
    evidence.expires.is_some_and(|day| day.end() < at)
        || at > evidence.period.to.date().plus_days(fresh_days).end()
}
