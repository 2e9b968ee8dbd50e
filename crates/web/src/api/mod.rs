//! The programming interface: JSON under `/api/v1`, described by `/api/openapi.json`.
//!
//! ```text
//!  Authorization: Bearer annex_… ─▶ Caller ─▶ endpoint ─┬─ reads: records, assessment, ledger
//!                                                       └─ POST /commands ─▶ Operations::execute
//! ```
//!
//! What pages and the command line do is a [`Command`](annex_operations::Command), so one endpoint
//! takes them all, and no action exists that it does not take. Records have one form for every
//! kind: what was recorded, when, by whom, and its version, which is the index of its ledger entry
//! and its `ETag`. A command with `If-Match` is refused when the thing was changed since, and one
//! with an `Idempotency-Key` is carried out once.
//!
//! The table below makes the routes and the document. A browser's session is not taken here, so no
//! other site can use it.

mod audit;
mod endpoints;
mod imports;
mod notices;
mod openapi;
mod problem;
mod prompts;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, header};
use axum::routing::{MethodRouter, get, post};

use crate::Site;
use crate::import;
use crate::routes::{Access, Door, Route};
use openapi::{Content, Parameter, schema};
pub(crate) use problem::Problem;

/// An endpoint: its route, what serves it, and what the document says of it.
pub(crate) struct Endpoint {
    pub(crate) route: Route,
    pub(crate) handler: MethodRouter<Arc<Site>>,
    summary: &'static str,
    parameters: &'static [Parameter],
    body: Option<Content>,
    answer: Content,
}

const KIND: Parameter = Parameter::path("kind", "A kind of record, such as `gap`");
const KEY: Parameter = Parameter::path("key", "What identifies the record within its kind");
const INDEX: Parameter = Parameter::number_in_path("index", "The index of an entry, from 0");
const DIGEST: Parameter = Parameter::path("digest", "`sha256:` and 64 hexadecimal digits");
const AT: Parameter = Parameter::instant(
    "at",
    "An instant (RFC 3339, UTC) at which the register is read; without it, now",
);
const TEXT: Parameter = Parameter::query("text", "What id or name contain");
const SORT: Parameter = Parameter::query("sort", "A field of the list to sort by");
const DESCENDING: Parameter = Parameter::flag("descending", "The last first");
const OFFSET: Parameter = Parameter::number("offset", "How many to pass over");
const LIMIT: Parameter = Parameter::limit("limit", "How many to give; without it 50");
const FIELDS: Parameter = Parameter::fields(
    "fields",
    "Fields of the list and the values asked for, such as `status=open`",
);
const OF_KIND: Parameter = Parameter::query("kind", "Only this kind of record");
const FROM: Parameter = Parameter::instant("from", "The beginning of the period").required();
const TO: Parameter = Parameter::instant("to", "The end of the period, which is in it").required();
const KIND_OF: Parameter = Parameter::query("kind", "The kind of record").required();
const SORT_OF: Parameter =
    Parameter::query("sort", "Only evidence of this sort").of::<annex_isms::entity::EvidenceKind>();
const CONTROLS: Parameter =
    Parameter::query("controls", "Only what concerns one of these, such as `A.5.7,A.8.16`");
const FIRST_DAY: Parameter = Parameter::day("from", "The first day of the period");
const LAST_DAY: Parameter = Parameter::day("to", "The last day of the period");
const PERSON: Parameter =
    Parameter::query("person", "Only of this person").of::<annex_isms::PersonId>();
const SAMPLE: Parameter = Parameter::path("id", "The id of a sample");
const STATE: Parameter =
    Parameter::query("state", "Only in this state").pattern("^(waiting|sent|failed)$");
const IF_MATCH: Parameter =
    Parameter::header("If-Match", "The `ETag` of the thing to be changed, as it was read")
        .pattern("^\"?[0-9]{1,19}\"?$");
const ONCE: Parameter = Parameter::header(
    "Idempotency-Key",
    "What the sender draws for each command: one that is sent again with the same key within a week is not carried out again",
)
.pattern("^[!-~]{1,200}$");

/// Every endpoint.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use endpoints as e;
    let read = Access::Action("read");
    let audits = Access::Action("audit");
    let mut endpoints = vec![
        reads(
            "/api/v1/me",
            Access::SignedIn,
            "Whose key this is, and what it is good for",
            &[],
            schema::<e::Me>(),
            get(e::me),
        ),
        reads(
            "/api/v1/records/{kind}",
            read,
            "A list of records",
            &[KIND, TEXT, SORT, DESCENDING, OFFSET, LIMIT, FIELDS],
            schema::<e::Records>(),
            get(e::records),
        ),
        reads(
            "/api/v1/records/{kind}/{key}",
            read,
            "A record as it is now",
            &[KIND, KEY],
            schema::<e::Recorded>(),
            get(e::record),
        ),
        reads(
            "/api/v1/records/{kind}/{key}/history",
            read,
            "What became of a record, the oldest first",
            &[KIND, KEY, OFFSET, LIMIT],
            schema::<e::Records>(),
            get(e::history),
        ),
        reads(
            "/api/v1/assessment",
            read,
            "What follows from the register",
            &[AT],
            schema::<annex_isms::Assessment>(),
            get(e::assessment),
        ),
        reads(
            "/api/v1/evidence/{digest}",
            read,
            "The bytes of a piece of evidence",
            &[DIGEST],
            Content::Bytes,
            get(e::evidence),
        ),
        writes(
            "/api/v1/evidence",
            Access::Action("add-evidence"),
            "Keeps bytes, for a command that then names them by their digest",
            &[],
            Content::Bytes,
            schema::<e::Kept>(),
            post(e::keep).layer(DefaultBodyLimit::disable()),
        ),
        reads(
            "/api/v1/ledger/checkpoint",
            audits,
            "The newest signed checkpoint",
            &[],
            Content::Text,
            get(e::checkpoint),
        ),
        reads(
            "/api/v1/ledger/key",
            audits,
            "The public key of the ledger",
            &[],
            Content::Text,
            get(e::key),
        ),
        reads(
            "/api/v1/ledger/verification",
            audits,
            "Whether ledger, register and evidence fit together",
            &[],
            schema::<annex_operations::Verified>(),
            get(e::verification),
        ),
        reads(
            "/api/v1/ledger/entries",
            audits,
            "What was recorded in a period, and how much of it there is",
            &[OF_KIND, FROM, TO, OFFSET, LIMIT],
            schema::<e::Records>(),
            get(e::entries),
        ),
        reads(
            "/api/v1/ledger/entries/{index}",
            audits,
            "An entry of the ledger, with its proof",
            &[INDEX],
            schema::<e::Proven>(),
            get(e::entry),
        ),
        reads(
            "/api/v1/sign-ins",
            Access::Action("read-access"),
            "Attempts to sign in, the newest first; they are kept for a year",
            &[PERSON, OFFSET, LIMIT],
            schema::<e::Attempts>(),
            get(e::sign_ins),
        ),
        writes(
            "/api/v1/commands",
            Access::SignedIn,
            "Carries out a command",
            &[IF_MATCH, ONCE],
            schema::<annex_operations::Command>(),
            schema::<annex_operations::Reply>(),
            post(e::command).layer(DefaultBodyLimit::max(e::COMMAND_BYTES_MAX)),
        ),
    ];
    endpoints.extend(of_audits());
    endpoints.extend(of_imports());
    endpoints.extend(of_notices());
    endpoints.push(of_prompts());
    endpoints
}

/// An endpoint that reads.
const fn reads(
    path: &'static str,
    access: Access,
    summary: &'static str,
    parameters: &'static [Parameter],
    answer: Content,
    handler: MethodRouter<Arc<Site>>,
) -> Endpoint {
    let route = Route { method: "GET", path, access, door: Door::Api };
    Endpoint { route, handler, summary, parameters, body: None, answer }
}

/// An endpoint that takes a body.
const fn writes(
    path: &'static str,
    access: Access,
    summary: &'static str,
    parameters: &'static [Parameter],
    body: Content,
    answer: Content,
    handler: MethodRouter<Arc<Site>>,
) -> Endpoint {
    let route = Route { method: "POST", path, access, door: Door::Api };
    Endpoint { route, handler, summary, parameters, body: Some(body), answer }
}

/// What a gateway enforces.
fn of_prompts() -> Endpoint {
    reads(
        "/api/v1/prompts/approved",
        Access::Action("read"),
        "The versions of prompt templates that may be used now, with the digest of their text",
        &[],
        schema::<Vec<annex_operations::ApprovedPrompt>>(),
        get(prompts::approved_prompts),
    )
}

/// What is told outside.
fn of_notices() -> [Endpoint; 2] {
    use notices as e;
    [
        reads(
            "/api/v1/notices",
            Access::Action("read-notices"),
            "What was told by mail and to webhooks, waits or failed, the latest first",
            &[STATE, OFFSET, LIMIT],
            schema::<e::Notices>(),
            get(e::notices),
        ),
        writes(
            "/api/v1/notices/retries",
            Access::Action("retry-notice"),
            "Lets a notice that failed be tried anew",
            &[],
            schema::<e::Retried>(),
            schema::<e::Retried>(),
            post(e::retry),
        ),
    ]
}

/// What auditors see.
fn of_audits() -> [Endpoint; 3] {
    let audits = Access::Action("audit");
    [
        reads(
            "/api/v1/audit/population",
            audits,
            "A population to sample from, with its count and by what its completeness is known",
            &[KIND_OF, FIRST_DAY, LAST_DAY, SORT_OF, CONTROLS, OFFSET, LIMIT],
            schema::<audit::Population>(),
            get(audit::population),
        ),
        reads(
            "/api/v1/audit/days",
            audits,
            "Where each control stood on the days of a period",
            &[FIRST_DAY, LAST_DAY],
            schema::<annex_operations::DaysOfControls>(),
            get(audit::days),
        ),
        reads(
            "/api/v1/audit/samples/{id}/verification",
            audits,
            "Whether a sample is what it says: the same population, and the same items of it",
            &[SAMPLE],
            schema::<audit::Verification>(),
            get(audit::verification),
        ),
    ]
}

/// What files of registers would do.
fn of_imports() -> impl Iterator<Item = Endpoint> {
    import::REGISTERS.iter().map(|own| {
        writes(
            own.api,
            Access::Action(own.action),
            "What a CSV file would change in a register, row by row, and the command that does it",
            &[],
            Content::Csv,
            schema::<import::Plan>(),
            post(imports::plan).layer(DefaultBodyLimit::max(import::UPLOAD_BYTES_MAX)),
        )
    })
}

/// The document, which anyone may read: it says nothing of what is on record.
pub(crate) fn document() -> Endpoint {
    Endpoint {
        route: Route {
            method: "GET",
            path: "/api/openapi.json",
            access: Access::Everyone,
            door: Door::Api,
        },
        handler: get(openapi::serve),
        summary: "This document",
        parameters: &[],
        body: None,
        answer: schema::<serde_json::Value>(),
    }
}

/// The key that a request brings.
pub(crate) fn key(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}
