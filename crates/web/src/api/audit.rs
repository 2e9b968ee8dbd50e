//! The auditor's view for programs: populations, days of controls, and samples verified.
//!
//! Samples themselves are records of the kind `sample`, drawn by the command `draw-sample`.

use std::collections::BTreeSet;
use std::sync::Arc;

use annex_isms::entity::EvidenceKind;
use annex_isms::sample::{Sample, SampleCount, SampleFrame};
use annex_isms::{ControlId, Date, IdError};
use annex_operations::{Caller, DaysOfControls, OperationError};
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Extension, Path, Query as Asked, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::endpoints::{Recorded, bad_request, limited, may_read, whole_page};
use crate::Site;

/// Part of a population.
#[derive(Serialize, JsonSchema)]
pub(super) struct Population {
    /// What it is.
    frame: SampleFrame,
    /// How much it has, and by what that is known.
    count: SampleCount,
    /// The part that was asked for, in the order of the ledger.
    items: Vec<Recorded>,
}

/// Whether a sample is what it says.
#[derive(Serialize, JsonSchema)]
pub(super) struct Verification {
    /// What does not hold; `null` when everything does.
    fault: Option<String>,
}

/// Which population.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    kind: String,
    from: Date,
    to: Date,
    sort: Option<EvidenceKind>,
    controls: Option<String>,
    #[serde(default)]
    offset: u64,
    #[serde(default = "whole_page")]
    limit: u64,
}

/// Which days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Between {
    from: Date,
    to: Date,
}

pub(super) async fn population(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    asked: Result<Asked<Which>, QueryRejection>,
) -> Result<Json<Population>, Problem> {
    let Asked(Which { kind, from, to, sort, controls, offset, limit }) =
        asked.map_err(bad_request)?;
    may_read(&caller, &kind)?;
    let controls = controls.unwrap_or_default();
    let controls = controls.split(',').map(str::trim).filter(|control| !control.is_empty());
    let controls: BTreeSet<ControlId> = controls
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|error: IdError| OperationError::Input(error.to_string()))?;
    let frame =
        SampleFrame { kind, evidence_kinds: sort.into_iter().collect(), from, to, controls };
    let framed = site.operations.framed_part(&frame, offset, limited(limit)?).await?;
    let items = site.operations.entries_at(&framed.items).await?;
    let items = items.into_iter().map(Recorded::from).collect();
    Ok(Json(Population { frame, count: framed.count, items }))
}

pub(super) async fn days(
    State(site): State<Arc<Site>>,
    asked: Result<Asked<Between>, QueryRejection>,
) -> Result<Json<DaysOfControls>, Problem> {
    let Asked(Between { from, to }) = asked.map_err(bad_request)?;
    Ok(Json(site.operations.days_of_controls(from, to).await?))
}

pub(super) async fn verification(
    State(site): State<Arc<Site>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<Verification>, Problem> {
    let Path(id) = path.map_err(bad_request)?;
    let sample: Option<Sample> = site.operations.look_up(&id).await?;
    let sample = sample.ok_or_else(|| Problem::not_found("sample"))?;
    Ok(Json(Verification { fault: site.operations.sample_fault(&sample).await? }))
}
