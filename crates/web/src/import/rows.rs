//! From a row of a file to what it asks for, by register.

use std::collections::BTreeSet;

use annex_isms::entity::{Consequence, Registration, Supplier};
use annex_isms::{DataClass, PersonId, Record, Score, SupplierId, SystemId};
use annex_operations::{Command, NewAsset, RiskJudgement};

use super::plan::{Ground, Reading};

const PERSON: &str = "person";

/// Who answers for it; the word for nobody takes the owner away where that can be done.
fn owner(row: &mut Reading<'_>, ground: &Ground) -> Option<PersonId> {
    row.one_of("owner", &ground.people, PERSON)
}

/// In scope or out of it.
fn in_scope(row: &mut Reading<'_>) -> Option<bool> {
    match row.take("in_scope")? {
        "in scope" | "yes" => Some(true),
        "out of scope" | "no" => Some(false),
        other => {
            row.wrong(
                Some("in_scope"),
                format!("`{other}` is neither `in scope` nor `out of scope`"),
            );
            None
        }
    }
}

/// An asset that is known gets a decision, an owner or a classification; one without an id is new.
pub(super) fn asset(row: &mut Reading<'_>, ground: &Ground) -> Option<Command> {
    match row.record {
        Some(Record::Asset(known)) => {
            let scope = in_scope(row);
            let reason = row.take("reason");
            let owner = owner(row, ground);
            let classification: Option<DataClass> = row.parse("classification");
            if row.changes.is_empty() {
                return None;
            }
            let before = known.registration.as_ref();
            let Some(in_scope) = scope.or(before.map(|own| own.in_scope)) else {
                if !row.has_fault("in_scope") {
                    row.wrong(Some("in_scope"), "decide whether it is in scope with the rest");
                }
                return None;
            };
            let turns = before.is_some_and(|own| own.in_scope != in_scope);
            let kept = before.map(|own| own.reason.as_str()).unwrap_or_default();
            if turns && reason.is_none() && !kept.is_empty() {
                row.note("reason", "");
            }
            let reason = reason.unwrap_or(if turns { "" } else { kept }).to_owned();
            if !in_scope && reason.is_empty() {
                row.wrong(Some("reason"), "what is out of scope needs a reason");
            }
            Some(Command::RegisterAsset {
                assets: vec![known.id.to_string()],
                all_of_system: None,
                in_scope,
                reason,
                owner,
                classification,
            })
        }
        _ if row.id.is_empty() => Some(new_asset(row, ground)?),
        _ => {
            row.wrong(Some("id"), "no asset has this id; leave it empty to add one");
            None
        }
    }
}

fn new_asset(row: &mut Reading<'_>, ground: &Ground) -> Option<Command> {
    let kind = row.parse("kind");
    let key = row.take("key");
    let name = row.take("name");
    let systems = systems(row, ground);
    let supplier: Option<SupplierId> = row.one_of("supplier", &ground.suppliers, "supplier");
    let scope = in_scope(row);
    let reason = row.take("reason").unwrap_or_default();
    let owner = owner(row, ground);
    let classification = row.parse("classification");
    match scope {
        None if !reason.is_empty() => {
            row.wrong(Some("reason"), "a reason is of a decision on the scope");
        }
        Some(false) if reason.is_empty() => {
            row.wrong(Some("reason"), "what is out of scope needs a reason");
        }
        _ => {}
    }
    for (column, missing) in [("kind", kind.is_none()), ("key", key.is_none())] {
        if missing && !row.has_fault(column) {
            row.wrong(Some(column), "a new asset needs it");
        }
    }
    let (kind, key) = (kind?, key?);
    let registration = scope.map(|in_scope| Registration { in_scope, reason: reason.to_owned() });
    let asset = NewAsset {
        kind,
        key: key.to_owned(),
        name: name.unwrap_or(key).to_owned(),
        systems,
        supplier,
        registration,
        owner,
        classification,
    };
    Some(Command::AddAsset { asset: Box::new(asset) })
}

fn systems(row: &mut Reading<'_>, ground: &Ground) -> BTreeSet<SystemId> {
    let mut systems = BTreeSet::new();
    let named = row.take("systems").unwrap_or_default().split(',').map(str::trim);
    for name in named.filter(|name| !name.is_empty()) {
        match name.parse() {
            Ok(system) if ground.systems.contains(name) => {
                systems.insert(system);
            }
            _ => row.wrong(Some("systems"), format!("no AI system `{name}` is on record")),
        }
    }
    systems
}

/// A supplier, known or new.
pub(super) fn supplier(row: &mut Reading<'_>, ground: &Ground) -> Option<Command> {
    let known = match row.record {
        Some(Record::Supplier(known)) => Some(known),
        _ => None,
    };
    let name = row.take("name");
    let leaves = row.gives("owner") == Some("nobody");
    let owner = if leaves {
        row.take("owner");
        None
    } else {
        owner(row, ground)
    };
    if known.is_some() && row.changes.is_empty() {
        return None;
    }
    let id: SupplierId = match row.id.parse() {
        Ok(id) => id,
        Err(error) => {
            row.wrong(Some("id"), format!("{error}"));
            return None;
        }
    };
    let Some(name) = name.or(known.map(|known| known.name.as_str())) else {
        row.wrong(Some("name"), "a new supplier needs it");
        return None;
    };
    let kept = known.and_then(|known| known.owner.clone()).filter(|_| !leaves);
    let supplier = Supplier {
        id,
        name: name.to_owned(),
        owner: owner.or(kept),
        certifications: known.map(|known| known.certifications.clone()).unwrap_or_default(),
    };
    Some(Command::PutSupplier { supplier })
}

/// A review of a risk: what the row does not say is as it was judged last.
pub(super) fn risk(row: &mut Reading<'_>, ground: &Ground) -> Option<Command> {
    let Some(Record::Risk(known)) = row.record else {
        row.wrong(Some("id"), "no risk has this id; risks are found by assessing");
        return None;
    };
    let last = known.review.as_ref();
    let treatment = row.parse("treatment");
    let plan = row.take("plan");
    let scores = ["likelihood", "confidentiality", "integrity", "availability"]
        .map(|column| (column, row.parse::<Score>(column)));
    if row.changes.is_empty() {
        return None;
    }
    let [likelihood, confidentiality, integrity, availability] = scores;
    let mut score = |(column, given): (&'static str, Option<Score>), before: Option<Score>| {
        let score = given.or(before);
        if score.is_none() && !row.has_fault(column) {
            row.wrong(Some(column), "a first review judges it: 1 to 5");
        }
        score
    };
    let consequence = last.map(|last| last.consequence);
    let likelihood = score(likelihood, last.map(|last| last.likelihood));
    let confidentiality = score(confidentiality, consequence.map(|own| own.confidentiality));
    let integrity = score(integrity, consequence.map(|own| own.integrity));
    let availability = score(availability, consequence.map(|own| own.availability));
    let treatment = treatment.or(last.map(|last| last.treatment));
    let plan = plan.or(last.map(|last| last.plan.as_str()));
    for (column, missing) in [("treatment", treatment.is_none()), ("plan", plan.is_none())] {
        if missing && !row.has_fault(column) {
            row.wrong(Some(column), "a first review says it");
        }
    }
    let Some(by) = ground.person() else {
        row.wrong(None, "only a person on record reviews a risk");
        return None;
    };
    if !ground.reviews_all && known.owner.as_ref().is_some_and(|owner| *owner != by) {
        row.wrong(Some("owner"), "it is someone else's risk; its owner reviews it");
    }
    if known.owner.as_ref() != Some(&by) {
        row.note("owner", by.as_str());
    }
    if last.is_some_and(|last| last.residual.is_some()) {
        row.note("residual", "");
    }
    let judgement = RiskJudgement {
        by,
        likelihood: likelihood?,
        consequence: Consequence {
            confidentiality: confidentiality?,
            integrity: integrity?,
            availability: availability?,
        },
        treatment: treatment?,
        plan: plan?.to_owned(),
    };
    Some(Command::ReviewRisk { risk: known.id.to_string(), judgement: Box::new(judgement) })
}
