//! What is told outside, by the programming interface.

use std::sync::Arc;

use annex_isms::{Date, Instant};
use annex_operations::NoticeState;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query as Asked, State};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::endpoints::{bad_request, limited, whole_page};
use crate::Site;

/// A notice, and what became of it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Noticed {
    /// What tells it apart.
    id: String,
    /// What it says, as a word: `gap-due`, `gap-overdue`, `evidence-expires`, `agreement-expires`,
    /// `approval-asked`.
    kind: String,
    /// `mail` or `webhook`.
    way: String,
    /// The person, or the name of the webhook.
    recipient: String,
    /// The record that it is about.
    record: RecordName,
    /// What the record is called.
    title: String,
    /// The day that it is about.
    due: Option<Date>,
    /// `waiting`, `sent` or `failed`.
    state: String,
    /// How often it was tried.
    tries: u32,
    /// When it is tried, while it waits; else when it was tried last.
    at: Instant,
    /// Why the last try failed.
    fault: Option<String>,
    /// The page of the record.
    url: String,
}

/// What names a record.
#[derive(Serialize, JsonSchema)]
pub(super) struct RecordName {
    /// Its kind.
    kind: String,
    /// Its key.
    key: String,
}

/// Part of the notices.
#[derive(Serialize, JsonSchema)]
pub(super) struct Notices {
    /// How many there are.
    total: u64,
    /// The part that was asked for, the latest first.
    items: Vec<Noticed>,
}

/// Which notices.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InState {
    state: Option<String>,
    #[serde(default)]
    offset: u64,
    #[serde(default = "whole_page")]
    limit: u64,
}

/// A notice to be tried anew.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Retried {
    /// What tells it apart.
    id: String,
}

pub(super) async fn notices(
    State(site): State<Arc<Site>>,
    asked: Result<Asked<InState>, QueryRejection>,
) -> Result<Json<Notices>, Problem> {
    let Asked(InState { state, offset, limit }) = asked.map_err(bad_request)?;
    let limit = limited(limit)?;
    let found = |word: &String| NoticeState::ALL.iter().find(|state| state.as_str() == word);
    let state = match &state {
        None => None,
        Some(word) => Some(*found(word).ok_or_else(|| bad_request("`state` is no state"))?),
    };
    let (rows, total) = site.operations.notices(state, offset, limit).await?;
    let items = rows.into_iter().map(|row| Noticed {
        url: annex_operations::page_of(&row),
        id: row.id,
        kind: row.kind,
        way: row.way.as_str().to_owned(),
        recipient: row.recipient,
        record: RecordName { kind: row.record_kind, key: row.record_key },
        title: row.title,
        due: row.due,
        state: row.state.as_str().to_owned(),
        tries: row.tries,
        at: row.at,
        fault: row.fault,
    });
    Ok(Json(Notices { total, items: items.collect() }))
}

pub(super) async fn retry(
    State(site): State<Arc<Site>>,
    notice: Result<Json<Retried>, JsonRejection>,
) -> Result<Json<Retried>, Problem> {
    let Json(notice) = notice.map_err(|rejection| {
        let status = rejection.status();
        Problem::new(status, rejection.body_text())
    })?;
    if site.operations.retry_notice(&notice.id).await? {
        return Ok(Json(notice));
    }
    let detail = "no notice of this id has failed";
    Err(Problem::new(StatusCode::NOT_FOUND, detail))
}
