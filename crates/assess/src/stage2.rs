//! The Stage 2 checklist: what an auditor will ask to see.

use annex_catalog::{Catalogue, Stage2, Stage2Need};
use annex_isms::assessment::{Presence, Stage2Evidence, Stage2Item};
use annex_isms::entity::{Evidence, EvidenceKind};
use annex_isms::{Basis, Snapshot};

use crate::judge::concerns;

pub(crate) fn items(catalogue: &Catalogue, snapshot: &Snapshot) -> Vec<Stage2Item> {
    catalogue.stage2.iter().map(|item| view(item, snapshot)).collect()
}

fn view(item: &Stage2, snapshot: &Snapshot) -> Stage2Item {
    let evidence: Vec<Stage2Evidence> = item
        .needs
        .iter()
        .flat_map(|need| match need.kind {
            EvidenceKind::Agreement => agreements(snapshot, *need),
            _ => vec![newest(snapshot, *need)],
        })
        .collect();
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
}

/// One agreement for every supplier whose parts are in use; with no supplier, any.
fn agreements(snapshot: &Snapshot, need: Stage2Need) -> Vec<Stage2Evidence> {
    let used = snapshot.suppliers.iter().filter(|supplier| {
        snapshot.assets.iter().any(|a| concerns(a) && a.supplier.as_ref() == Some(&supplier.id))
    });
    let each: Vec<Stage2Evidence> = used
        .map(|supplier| {
            let texts: Vec<_> = snapshot
                .agreements
                .iter()
                .filter(|a| a.supplier == supplier.id && a.signed.is_some())
                .filter(|a| a.expires.is_none_or(|day| day.end() >= snapshot.at))
                .filter_map(|agreement| agreement.evidence)
                .collect();
            let found = snapshot.evidence.iter().find(|evidence| texts.contains(&evidence.digest));
            shown(snapshot, need, found, Some(supplier.name.clone()))
        })
        .collect();
    if each.is_empty() { vec![newest(snapshot, need)] } else { each }
}

/// The newest evidence of a kind. A statement is no evidence.
fn newest(snapshot: &Snapshot, need: Stage2Need) -> Stage2Evidence {
    let newest = snapshot
        .evidence
        .iter()
        .filter(|evidence| evidence.kind == need.kind && evidence.basis > Basis::Statement)
        .max_by_key(|evidence| (evidence.period.to, evidence.digest));
    shown(snapshot, need, newest, None)
}

fn shown(
    snapshot: &Snapshot,
    need: Stage2Need,
    evidence: Option<&Evidence>,
    of: Option<String>,
) -> Stage2Evidence {
    let presence = evidence.map_or(Presence::Missing, |evidence| {
        let expired = evidence.expires.is_some_and(|day| day.end() < snapshot.at);
        let old = snapshot.at > evidence.period.to.date().plus_days(need.fresh_days).end();
        if expired || old { Presence::Stale } else { Presence::Present }
    });
    Stage2Evidence {
        kind: need.kind,
        of,
        presence,
        digest: evidence.map(|evidence| evidence.digest),
        date: evidence.map(|evidence| evidence.period.to),
        collected_by: evidence.map(|evidence| evidence.collected_by.clone()),
    }
}
