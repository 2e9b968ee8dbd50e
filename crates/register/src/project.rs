//! From a record to its rows: pure, so that writing and verifying cannot differ.
//!
//! A record has up to two sorts of rows. Those that a later record of the same entity replaces
//! ([`replaceable`]), and those that stay ([`lasting`]): the keys of assets and the observations
//! of a batch.

use annex_isms::entity::Owner;
use annex_isms::observation::ObservationBatch;
use annex_isms::{AssetId, Date, Instant, OrganisationId, Record, record};
use serde::Serialize;

use crate::RegisterError;
use crate::alias::{Aliases, seen_keys};
use crate::table::{self, Rows};

/// The entry that rows come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) organisation: &'a OrganisationId,
    pub(crate) entry_index: i64,
    pub(crate) recorded_at: Instant,
}

/// The rows that stand for the entity until it is recorded again.
pub(crate) fn replaceable(place: Place<'_>, record: &Record, rows: &mut Rows) {
    let organisation = place.organisation.to_string();
    let entry_index = place.entry_index;
    match record {
        Record::Organisation(e) => rows.organisation.push(table::organisation::Model {
            organisation,
            name: e.name.clone(),
            entry_index,
        }),
        Record::System(e) => rows.ai_system.push(table::ai_system::Model {
            organisation,
            id: e.id.to_string(),
            name: e.name.clone(),
            owner: text(e.owner.as_ref()),
            entry_index,
        }),
        Record::Asset(e) => {
            rows.asset_system.extend(e.systems.iter().map(|system| table::asset_system::Model {
                organisation: organisation.clone(),
                asset: e.id.to_string(),
                system: system.to_string(),
                entry_index,
            }));
            rows.asset.push(table::asset::Model {
                organisation,
                id: e.id.to_string(),
                kind: e.kind.to_string(),
                key: e.key.clone(),
                name: e.name.clone(),
                supplier: text(e.supplier.as_ref()),
                seen_in: e.seen_in.clone(),
                present: e.present,
                in_scope: e.registration.as_ref().map(|registration| registration.in_scope),
                owner: person(e.owner.as_ref()),
                owner_confirmed: confirmed(e.owner.as_ref()),
                classification: text(e.classification),
                entry_index,
            });
        }
        Record::Flow(e) => rows.flow.push(table::flow::Model {
            organisation,
            id: e.id.to_string(),
            from_asset: e.from.to_string(),
            to_asset: e.to.to_string(),
            basis: e.basis.to_string(),
            present: e.present,
            entry_index,
        }),
        Record::Supplier(e) => rows.supplier.push(table::supplier::Model {
            organisation,
            id: e.id.to_string(),
            name: e.name.clone(),
            owner: text(e.owner.as_ref()),
            entry_index,
        }),
        Record::Agreement(e) => rows.agreement.push(table::agreement::Model {
            organisation,
            id: e.id.to_string(),
            supplier: e.supplier.to_string(),
            title: e.title.clone(),
            signed: date(e.signed),
            expires: date(e.expires),
            reviewed: date(e.reviewed),
            entry_index,
        }),
        Record::Document(e) => rows.document.push(table::document::Model {
            organisation,
            id: e.id.to_string(),
            title: e.title.clone(),
            owner: text(e.owner.as_ref()),
            approved: date(e.approved),
            entry_index,
        }),
        Record::Implementation(e) => rows.implementation.push(table::implementation::Model {
            organisation,
            control: e.control.to_string(),
            owner: text(e.owner.as_ref()),
            since: date(e.since),
            status: e.status.to_string(),
            entry_index,
        }),
        Record::Person(e) => rows.person.push(table::person::Model {
            organisation,
            id: e.id.to_string(),
            name: e.name.clone(),
            entry_index,
        }),
        Record::Batch(e) => rows.batch.push(table::batch::Model {
            organisation,
            digest: e.digest.to_string(),
            collector: e.batch.collector.name.clone(),
            collector_version: e.batch.collector.version.clone(),
            scope_kind: e.batch.scope.kind.clone(),
            scope_name: e.batch.scope.name.clone(),
            scope_commit: e.batch.scope.commit.clone(),
            period_from: e.batch.period.from.to_string(),
            period_to: e.batch.period.to.to_string(),
            recorded_at: place.recorded_at.to_string(),
            entry_index,
        }),
        Record::Evidence(e) => rows.evidence.push(table::evidence::Model {
            organisation,
            digest: e.digest.to_string(),
            name: e.name.clone(),
            kind: e.kind.to_string(),
            subject_kind: e.subject.kind().to_string(),
            subject_id: e.subject.id().to_owned(),
            basis: e.basis.to_string(),
            period_from: e.period.from.to_string(),
            period_to: e.period.to.to_string(),
            collected_at: e.collected_at.to_string(),
            expires: date(e.expires),
            entry_index,
        }),
        record => work(organisation, entry_index, record, rows),
    }
}

/// The rows of what people decide and have to do.
fn work(organisation: String, entry_index: i64, record: &Record, rows: &mut Rows) {
    match record {
        Record::Request(e) => rows.request.push(table::request::Model {
            organisation,
            id: e.id.to_string(),
            requirement: e.requirement.to_string(),
            subject_kind: e.subject.kind().to_string(),
            subject_id: e.subject.id().to_owned(),
            owner: person(e.owner.as_ref()),
            owner_confirmed: confirmed(e.owner.as_ref()),
            due: e.due.to_string(),
            status: e.status.to_string(),
            opened_at: e.opened_at.to_string(),
            entry_index,
        }),
        Record::Gap(e) => rows.gap.push(table::gap::Model {
            organisation,
            id: e.id.to_string(),
            requirement: e.requirement.to_string(),
            subject_kind: e.subject.kind().to_string(),
            subject_id: e.subject.id().to_owned(),
            owner: person(e.owner.as_ref()),
            owner_confirmed: confirmed(e.owner.as_ref()),
            due: e.due.to_string(),
            severity: e.severity.to_string(),
            status: e.status.to_string(),
            opened_at: e.opened_at.to_string(),
            closed_by: text(e.closed_by.as_ref()),
            entry_index,
        }),
        Record::Risk(e) => rows.risk.push(table::risk::Model {
            organisation,
            id: e.id.to_string(),
            system: e.system.to_string(),
            threat: e.threat.to_string(),
            owner: text(e.owner.as_ref()),
            identified_at: e.identified_at.to_string(),
            reviewed_at: text(e.review.as_ref().map(|review| review.at)),
            treatment: text(e.review.as_ref().map(|review| review.treatment)),
            entry_index,
        }),
        Record::Exception(e) => rows.exception.push(table::exception::Model {
            organisation,
            id: e.id.to_string(),
            risk: e.risk.to_string(),
            requirement: e.requirement.to_string(),
            subject_kind: e.subject.kind().to_string(),
            subject_id: e.subject.id().to_owned(),
            expires: e.expires.to_string(),
            requested_by: e.requested_by.to_string(),
            approved_by: text(e.approved_by.as_ref()),
            refused_by: text(e.refusal.as_ref().map(|refusal| &refusal.by)),
            entry_index,
        }),
        Record::Nonconformity(e) => rows.nonconformity.push(table::nonconformity::Model {
            organisation,
            id: e.id.to_string(),
            control: e.control.to_string(),
            raised_by: e.raised_by.to_string(),
            raised: e.raised.to_string(),
            effectiveness_review: date(e.effectiveness_review),
            status: e.status.to_string(),
            entry_index,
        }),
        Record::Soa(e) => rows.soa_version.push(table::soa_version::Model {
            organisation,
            version: e.version.into(),
            author: e.author.to_string(),
            approved_by: text(e.approval.as_ref().map(|approval| &approval.by)),
            approved_at: text(e.approval.as_ref().map(|approval| approval.at)),
            entry_index,
        }),
        Record::Inapplicability(e) => rows.inapplicability.push(table::inapplicability::Model {
            organisation,
            requirement: e.requirement.to_string(),
            subject_kind: e.subject.kind().to_string(),
            subject_id: e.subject.id().to_owned(),
            justified_by: e.by.to_string(),
            withdrawn: e.justification.is_empty(),
            entry_index,
        }),
        Record::Assessment(e) => rows.assessment.push(table::assessment::Model {
            organisation,
            digest: e.digest.to_string(),
            at: e.at.to_string(),
            catalogue: e.catalogue.to_string(),
            entry_index,
        }),
        Record::Comment(e) => rows.comment.push(table::comment::Model {
            organisation,
            id: e.id.to_string(),
            about_kind: e.about.kind.to_string(),
            about_key: e.about.key.clone(),
            by: e.by.to_string(),
            at: e.at.to_string(),
            entry_index,
        }),
        _ => {}
    }
}

/// The rows that stay whatever is recorded later: keys of assets, and observations.
///
/// `aliases` must hold what is known of every key that the record names; it learns the new ones.
pub(crate) fn lasting(
    place: Place<'_>,
    record: &Record,
    aliases: &mut Aliases,
    rows: &mut Rows,
) -> Result<(), RegisterError> {
    let alias =
        |kind: annex_isms::AssetKind, key: &str, asset: &AssetId| table::asset_alias::Model {
            organisation: place.organisation.to_string(),
            kind: kind.to_string(),
            key: key.to_owned(),
            asset: asset.to_string(),
            entry_index: place.entry_index,
        };
    match record {
        Record::Asset(asset) => {
            if aliases.learn(asset.kind, &asset.key, &asset.id) {
                rows.asset_alias.push(alias(asset.kind, &asset.key, &asset.id));
            } else if let Some(other) =
                aliases.get(asset.kind, &asset.key).filter(|other| **other != asset.id)
            {
                let (id, kind, key) = (&asset.id, asset.kind, &asset.key);
                let what = format!("{kind} `{key}` is known as asset {other}, not as {id}");
                return Err(RegisterError::Conflict { what });
            }
        }
        Record::Batch(record::Batch { batch, .. }) => {
            for seen in &batch.assets {
                let asset = aliases.asset(seen);
                for key in seen_keys(seen) {
                    if aliases.learn(seen.key.kind, key, &asset) {
                        rows.asset_alias.push(alias(seen.key.kind, key, &asset));
                    }
                }
            }
            observations(place, batch, aliases, rows)?;
        }
        _ => {}
    }
    Ok(())
}

fn observations(
    place: Place<'_>,
    batch: &ObservationBatch,
    aliases: &Aliases,
    rows: &mut Rows,
) -> Result<(), RegisterError> {
    let source = source(batch);
    let recorded_at = place.recorded_at.to_string();
    rows.observation.reserve(batch.observations.len());
    for (position, observation) in (0..).zip(&batch.observations) {
        let subject = aliases.subject(&observation.subject);
        rows.observation.push(table::observation::Model {
            organisation: place.organisation.to_string(),
            entry_index: place.entry_index,
            position,
            subject_kind: subject.kind().to_string(),
            subject_id: subject.id().to_owned(),
            attribute: observation.attribute.to_string(),
            value: json(&observation.value)?,
            basis: observation.basis.to_string(),
            source: source.clone(),
            period_from: observation.period.from.to_string(),
            period_to: observation.period.to.to_string(),
            recorded_at: recorded_at.clone(),
            evidence: text(observation.evidence),
            locations: json(&observation.locations)?,
            resolves: observation.resolves,
        });
    }
    Ok(())
}

/// The name of a collector with its scope, as observations carry it.
pub(crate) fn source(batch: &ObservationBatch) -> String {
    format!("{} {}", batch.collector.name, scope_name(batch))
}

/// The name of a scope, as [`Asset::seen_in`](annex_isms::entity::Asset::seen_in) carries it.
pub(crate) fn scope_name(batch: &ObservationBatch) -> String {
    format!("{}/{}", batch.scope.kind, batch.scope.name)
}

fn json<T: Serialize>(value: &T) -> Result<String, RegisterError> {
    serde_json::to_string(value)
        .map_err(|error| RegisterError::Conflict { what: format!("no JSON: {error}") })
}

fn text<T: ToString>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn date(date: Option<Date>) -> Option<String> {
    text(date)
}

fn person(owner: Option<&Owner>) -> Option<String> {
    owner.map(|owner| owner.person.to_string())
}

fn confirmed(owner: Option<&Owner>) -> Option<bool> {
    owner.map(|owner| owner.confirmed)
}
