//! What the endpoints do.

use std::collections::BTreeSet;
use std::sync::Arc;

use annex_isms::entity::Evidence;
use annex_isms::{Assessment, Digest, Entry, Instant, PersonId};
use annex_operations::{
    Caller, Command, LIST_ROWS_MAX, ListQuery, Listed, Page, Population, Query, Reply, Verified,
};
use axum::Json;
use axum::body::{Body, HttpBody as _};
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Extension, Path, Query as Asked, State};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::Site;

/// The most bytes of a command.
pub(super) const COMMAND_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Whose key it is.
#[derive(Serialize, JsonSchema)]
pub(super) struct Me {
    /// The name that the ledger gets.
    name: String,
    /// What the key is good for now.
    actions: BTreeSet<String>,
}

/// A record, as it was recorded.
#[derive(Serialize, JsonSchema)]
pub(super) struct Recorded {
    /// The index of its entry in the ledger: its version.
    version: u64,
    /// The kind.
    kind: String,
    /// What identifies it within its kind.
    key: String,
    /// When it was recorded.
    at: Instant,
    /// What was recorded and by whom; absent when it was erased.
    entry: Option<Entry>,
}

impl From<Listed> for Recorded {
    fn from(listed: Listed) -> Self {
        let Listed { index, kind, key, at, entry } = listed;
        Self { version: index, kind, key, at, entry }
    }
}

/// Part of a list.
#[derive(Serialize, JsonSchema)]
pub(super) struct Records {
    /// How many the whole list has.
    total: u64,
    /// The part that was asked for, in order.
    items: Vec<Recorded>,
}

impl From<Page> for Records {
    fn from(page: Page) -> Self {
        Self { total: page.total, items: page.items.into_iter().map(Recorded::from).collect() }
    }
}

/// An entry of the ledger, and what proves that it is there.
#[derive(Serialize, JsonSchema)]
pub(super) struct Proven {
    /// What was recorded.
    recorded: Recorded,
    /// The hash of its leaf.
    leaf: String,
    /// The hashes beside the way from the leaf to the root, as in C2SP tlog-proof.
    path: Vec<String>,
    /// The signed checkpoint that names the root.
    checkpoint: String,
    /// What does not hold; `null` when everything does.
    fault: Option<String>,
}

/// Which part of a list.
#[derive(Deserialize)]
pub(super) struct Part {
    #[serde(default)]
    offset: u64,
    #[serde(default = "whole_page")]
    limit: u64,
}

pub(super) const fn whole_page() -> u64 {
    50
}

/// Which entries: of a kind, recorded in a period.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recent {
    kind: Option<String>,
    from: Instant,
    to: Instant,
    #[serde(default)]
    offset: u64,
    #[serde(default = "whole_page")]
    limit: u64,
}

/// An attempt to sign in.
#[derive(Serialize, JsonSchema)]
pub(super) struct Attempted {
    /// As whom.
    person: PersonId,
    /// When.
    at: Instant,
    /// `in`, `wrong`, `code` (right password, wrong code), `locked` or `out-of-turn`.
    outcome: String,
    /// `password`, `code`, `recovery` or `provider`.
    means: String,
    /// From where.
    address: Option<String>,
}

/// Part of the attempts to sign in.
#[derive(Serialize, JsonSchema)]
pub(super) struct Attempts {
    /// How many there are.
    total: u64,
    /// The part that was asked for, the newest first.
    items: Vec<Attempted>,
}

/// Which attempts to sign in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Whose {
    person: Option<PersonId>,
    #[serde(default)]
    offset: u64,
    #[serde(default = "whole_page")]
    limit: u64,
}

/// When the register is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct At {
    at: Option<Instant>,
}

pub(super) async fn me(Extension(caller): Extension<Caller>) -> Result<Json<Me>, Problem> {
    let mut actions = annex_operations::actions()?;
    actions.retain(|action| caller.may(action, true) || caller.may(action, false));
    Ok(Json(Me { name: caller.actor().name.clone(), actions }))
}

/// A list: what is no part of it asks for a field of the records.
pub(super) async fn records(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<String>, PathRejection>,
    asked: Result<Asked<Vec<(String, String)>>, QueryRejection>,
) -> Result<Json<Records>, Problem> {
    let Path(kind) = path.map_err(bad_request)?;
    if !annex_isms::Record::KINDS.contains(&kind.as_str()) {
        return Err(Problem::not_found("kind of record"));
    }
    may_read(&caller, &kind)?;
    let Asked(asked) = asked.map_err(bad_request)?;
    let mut query = ListQuery { limit: whole_page(), ..ListQuery::of(&kind) };
    for (name, value) in asked {
        match name.as_str() {
            "text" => query.text = value,
            "sort" => query.sort = Some(value),
            "descending" => query.descending = number(&name, &value)?,
            "offset" => query.offset = number(&name, &value)?,
            "limit" => query.limit = limited(number(&name, &value)?)?,
            _ => query.filters.push((name, value)),
        }
    }
    Ok(Json(site.operations.list(&query).await?.into()))
}

pub(super) async fn record(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    let Path((kind, key)) = path.map_err(bad_request)?;
    may_read(&caller, &kind)?;
    let recorded = Recorded::from(latest(&site, &kind, key).await?);
    let tag = HeaderValue::from_str(&format!("\"{}\"", recorded.version)).map_err(bad_request)?;
    Ok(([(header::ETAG, tag)], Json(recorded)).into_response())
}

pub(super) async fn history(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<(String, String)>, PathRejection>,
    part: Result<Asked<Part>, QueryRejection>,
) -> Result<Json<Records>, Problem> {
    let Path((kind, key)) = path.map_err(bad_request)?;
    may_read(&caller, &kind)?;
    let Asked(Part { offset, limit }) = part.map_err(bad_request)?;
    let limit = limited(limit)?;
    let page = site.operations.history(&kind, &key, offset, limit).await?;
    if page.total == 0 {
        return Err(Problem::not_found("record"));
    }
    Ok(Json(page.into()))
}

pub(super) async fn entries(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    asked: Result<Asked<Recent>, QueryRejection>,
) -> Result<Json<Records>, Problem> {
    let Asked(Recent { kind, from, to, offset, limit }) = asked.map_err(bad_request)?;
    // Of all kinds is also of those that say who may do what.
    match &kind {
        Some(kind) => may_read(&caller, kind)?,
        None => may_read(&caller, "grant")?,
    }
    let asked = Population { kind, from, to, offset, limit: limited(limit)? };
    Ok(Json(site.operations.population(&asked).await?.into()))
}

pub(super) async fn entry(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<u64>, PathRejection>,
) -> Result<Json<Proven>, Problem> {
    let Path(index) = path.map_err(bad_request)?;
    let proof = site.operations.proof(index).await?;
    let proof = proof.ok_or_else(|| Problem::not_found("entry"))?;
    may_read(&caller, &proof.entry.kind)?;
    let entry = proof.entry.entry().map_err(annex_operations::OperationError::from)?;
    let stored = proof.entry;
    Ok(Json(Proven {
        recorded: Recorded {
            version: stored.index,
            kind: stored.kind,
            key: stored.key,
            at: stored.recorded_at,
            entry,
        },
        leaf: proof.leaf,
        path: proof.path.path.iter().map(ToString::to_string).collect(),
        checkpoint: proof.checkpoint,
        fault: proof.fault,
    }))
}

pub(super) async fn sign_ins(
    State(site): State<Arc<Site>>,
    asked: Result<Asked<Whose>, QueryRejection>,
) -> Result<Json<Attempts>, Problem> {
    let Asked(Whose { person, offset, limit }) = asked.map_err(bad_request)?;
    let (rows, total) = site.operations.sign_ins(person.as_ref(), offset, limited(limit)?).await?;
    let items = rows.into_iter().map(|row| Attempted {
        person: row.person,
        at: row.at,
        outcome: row.outcome.as_str().to_owned(),
        means: row.means.as_str().to_owned(),
        address: row.address,
    });
    Ok(Json(Attempts { total, items: items.collect() }))
}

/// Refuses who may not read records of a kind.
pub(super) fn may_read(caller: &Caller, kind: &str) -> Result<(), Problem> {
    let action = annex_operations::reading(kind);
    if caller.may(action, false) { Ok(()) } else { Err(Problem::forbidden(action)) }
}

async fn latest(site: &Site, kind: &str, key: String) -> Result<Listed, Problem> {
    let found = site.operations.find(kind, &[key]).await?;
    found.into_iter().next().ok_or_else(|| Problem::not_found("record"))
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Problem> {
    value.parse().map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST, format!("`{name}={value}` is not of its type"))
    })
}

pub(super) fn limited(limit: u64) -> Result<u64, Problem> {
    if (1..=LIST_ROWS_MAX).contains(&limit) {
        return Ok(limit);
    }
    let detail = format!("`limit` is 1 to {LIST_ROWS_MAX}");
    Err(Problem::new(StatusCode::BAD_REQUEST, detail))
}

pub(super) async fn assessment(
    State(site): State<Arc<Site>>,
    asked: Result<Asked<At>, QueryRejection>,
) -> Result<Json<Assessment>, Problem> {
    let Asked(At { at }) = asked.map_err(bad_request)?;
    Ok(Json(match at {
        None => Assessment::clone(&*site.assessment().await?),
        Some(at) => site.operations.assessment(Query::At(at)).await?,
    }))
}

pub(super) async fn evidence(
    State(site): State<Arc<Site>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(digest) = path.map_err(bad_request)?;
    let digest: Digest = digest.parse().map_err(|_| Problem::not_found("evidence"))?;
    let evidence: Option<Evidence> = site.operations.look_up(&digest.to_string()).await?;
    let evidence = evidence.ok_or_else(|| Problem::not_found("evidence"))?;
    Ok(crate::registers::file(&site, digest, &evidence.name).await?)
}

/// Bytes that are kept for a command to name.
#[derive(Serialize, JsonSchema)]
pub(super) struct Kept {
    /// Their digest.
    digest: Digest,
    /// How many there are.
    bytes: u64,
}

pub(super) async fn keep(
    State(site): State<Arc<Site>>,
    request: Request<Body>,
) -> Result<Json<Kept>, Problem> {
    if request.body().is_end_stream() {
        let detail = "there are no bytes; send the evidence as the body";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let mut pieces = request.into_body().into_data_stream();
    let kept = crate::upload::keep(&site, &mut pieces).await?;
    let kept = kept.ok_or_else(|| bad_request("the bytes are cut off; send them again"))?;
    Ok(Json(Kept { digest: kept.digest, bytes: kept.bytes }))
}

pub(super) async fn checkpoint(State(site): State<Arc<Site>>) -> Result<Response, Problem> {
    Ok(text(site.operations.checkpoint().await?))
}

pub(super) async fn key(State(site): State<Arc<Site>>) -> Result<Response, Problem> {
    Ok(text(format!("{}\n", site.operations.verifying_key()?).into_bytes()))
}

pub(super) async fn verification(State(site): State<Arc<Site>>) -> Result<Json<Verified>, Problem> {
    let key = site.operations.verifying_key()?;
    Ok(Json(site.operations.verify(&key, None).await?))
}

pub(super) async fn command(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    command: Result<Json<Command>, JsonRejection>,
) -> Result<Json<Reply>, Problem> {
    let Json(command) = command.map_err(|rejection| {
        let status = rejection.status();
        Problem::new(status, rejection.body_text())
    })?;
    let version = headers.get(header::IF_MATCH).map(version).transpose()?;
    let once = headers.get("idempotency-key").map(HeaderValue::to_str).transpose();
    let once = once.map_err(|_| bad_request("`Idempotency-Key` is text of ASCII"))?;
    Ok(Json(match (once, version) {
        (Some(key), version) => {
            site.operations.execute_once(key, version, command, &caller).await?
        }
        (None, Some(version)) => site.operations.execute_on(version, command, &caller).await?,
        (None, None) => site.operations.execute(command, &caller).await?,
    }))
}

/// The version that an `ETag` names.
fn version(tag: &HeaderValue) -> Result<u64, Problem> {
    let digits = tag.to_str().ok().map(|tag| tag.trim().trim_matches('"'));
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "`If-Match` is the `ETag` of a record, such as \"12\"",
        )
    })
}

fn text(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], bytes).into_response()
}

pub(super) fn bad_request(error: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, error.to_string())
}
