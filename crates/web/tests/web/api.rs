//! The programming interface as a program meets it.

use std::sync::atomic::Ordering;

use annex_isms::entity::Role;
use annex_operations::{Caller, Command};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::desk::{Desk, EVIDENCE_BYTES_MAX, HOUR};

/// Asks, and gives status, `ETag` and body.
async fn ask(desk: &Desk, request: Request<Body>) -> (StatusCode, Option<String>, Value) {
    let answer = desk.send(request).await;
    let status = answer.status();
    let tag = answer.headers().get(header::ETAG).map(|tag| tag.to_str().expect("text").to_owned());
    let kind = answer.headers()[header::CONTENT_TYPE].to_str().expect("text").to_owned();
    let expected =
        if status.is_success() { "application/json" } else { "application/problem+json" };
    assert_eq!(kind, expected);
    let bytes = to_bytes(answer.into_body(), 1 << 26).await.expect("a body");
    (status, tag, serde_json::from_slice(&bytes).expect("JSON"))
}

async fn get(desk: &Desk, path: &str, key: &str) -> (StatusCode, Option<String>, Value) {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {key}"));
    ask(desk, request.body(Body::empty()).expect("a request")).await
}

async fn command(desk: &Desk, key: &str, tag: Option<&str>, body: &Value) -> (StatusCode, Value) {
    command_with(desk, key, tag.map(|tag| (header::IF_MATCH.as_str(), tag)), body).await
}

async fn command_with(
    desk: &Desk,
    key: &str,
    headers: impl IntoIterator<Item = (&str, &str)>,
    body: &Value,
) -> (StatusCode, Value) {
    let mut request = Request::post("/api/v1/commands")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let (status, _, reply) =
        ask(desk, request.body(Body::from(body.to_string())).expect("a request")).await;
    (status, reply)
}

#[tokio::test]
async fn a_key_reads_lists_records_and_their_history() {
    let desk = Desk::new().await;
    let key = desk.key("reader", Role::Service, &["read"]).await;
    let (status, _, me) = get(&desk, "/api/v1/me", &key).await;
    assert_eq!((status, &me), (StatusCode::OK, &json!({ "name": "reader", "actions": ["read"] })));
    let (_, _, list) = get(&desk, "/api/v1/records/gap?limit=1&sort=due&status=open", &key).await;
    let total = list["total"].as_u64().expect("a number");
    assert!(total > 1 && list["items"].as_array().is_some_and(|items| items.len() == 1), "{list}");
    let (_, _, rest) = get(&desk, &format!("/api/v1/records/gap?offset={total}"), &key).await;
    assert_eq!(rest["items"], json!([]));
    let id = list["items"][0]["key"].as_str().expect("a key");
    let (_, tag, gap) = get(&desk, &format!("/api/v1/records/gap/{id}"), &key).await;
    assert_eq!(tag.as_deref(), Some(format!("\"{}\"", gap["version"]).as_str()));
    assert_eq!(gap["entry"]["record"]["value"]["id"], id);
    let (_, _, history) = get(&desk, &format!("/api/v1/records/gap/{id}/history"), &key).await;
    assert_eq!(history["total"], 1);
    let (_, _, assessment) = get(&desk, "/api/v1/assessment", &key).await;
    assert!(assessment["gaps"].as_array().is_some_and(|gaps| gaps.len() as u64 >= total));
    for (path, expected) in [
        ("/api/v1/records/gap/none", StatusCode::NOT_FOUND),
        ("/api/v1/records/none", StatusCode::NOT_FOUND),
        ("/api/v1/records/gap?limit=100000", StatusCode::BAD_REQUEST),
        ("/api/v1/records/gap?offset=-1", StatusCode::BAD_REQUEST),
        ("/api/v1/records/gap?colour=red", StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/records/gap/%FF", StatusCode::BAD_REQUEST),
        ("/api/v1/ledger/entries/0", StatusCode::FORBIDDEN),
        ("/api/v1/records/grant", StatusCode::FORBIDDEN),
        ("/api/v1/records/grant/reader", StatusCode::FORBIDDEN),
        ("/api/v1/records/token/t-1/history", StatusCode::FORBIDDEN),
        ("/api/v1/assessment?at=yesterday", StatusCode::BAD_REQUEST),
        ("/api/v1/evidence/none", StatusCode::NOT_FOUND),
    ] {
        let (status, _, problem) = get(&desk, path, &key).await;
        assert_eq!(status, expected, "{path}: {problem}");
        assert_eq!(problem["status"], expected.as_u16());
    }
}

#[tokio::test]
async fn a_command_is_carried_out_on_what_was_read_or_not_at_all() {
    let desk = Desk::new().await;
    let key = desk.key("tomas-beck", Role::IsmsManager, &["read", "assign-gap", "close-gap"]).await;
    let (_, _, list) = get(&desk, "/api/v1/records/gap?limit=1", &key).await;
    let id = list["items"][0]["key"].as_str().expect("a key").to_owned();
    let path = format!("/api/v1/records/gap/{id}");
    let tag = get(&desk, &path, &key).await.1.expect("an ETag");
    let assign = json!({ "command": "assign-gap", "gap": id, "owner": "tomas-beck", "due": null, "plan": "soon" });
    let (status, reply) = command(&desk, &key, Some(&tag), &assign).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    let later =
        json!({ "command": "assign-gap", "gap": id, "owner": null, "due": null, "plan": "later" });
    let (status, _) = command(&desk, &key, Some(&tag), &later).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    let (_, _, gap) = get(&desk, &path, &key).await;
    assert_eq!(gap["entry"]["record"]["value"]["plan"], "soon");
    assert_eq!(gap["entry"]["actor"]["name"], "tomas-beck");
    assert!(gap["entry"]["actor"]["via"].as_str().is_some_and(|via| via.starts_with("key t-")));
    let close =
        json!({ "command": "close-gap", "gap": id, "by": "ines-arvid", "verification": "seen" });
    let (status, problem) = command(&desk, &key, None, &close).await;
    assert!(
        status == StatusCode::FORBIDDEN
            && problem["detail"].as_str().is_some_and(|d| d.contains("speak for"))
    );
    let scope = json!({ "command": "ready-gap", "gap": id });
    assert_eq!(
        command(&desk, &key, None, &scope).await.0,
        StatusCode::FORBIDDEN,
        "not in its scope"
    );
    let unknown = json!({ "command": "fly" });
    assert_eq!(command(&desk, &key, None, &unknown).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(command(&desk, &key, Some("yes"), &later).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_command_that_is_sent_again_is_carried_out_once() {
    let desk = Desk::new().await;
    let key = desk.key("tomas-beck", Role::IsmsManager, &["raise-nonconformity"]).await;
    let raise = |finding: &str| json!({ "command": "raise-nonconformity", "control": "A.8.16", "finding": finding, "by": "tomas-beck" });
    let again = [("Idempotency-Key", "first")];
    let (status, first) = command_with(&desk, &key, again, &raise("nobody looks")).await;
    assert_eq!((status, &first["entries"]), (StatusCode::OK, &json!(1)), "{first}");
    let (status, second) = command_with(&desk, &key, again, &raise("nobody looks")).await;
    assert_eq!((status, &second["entries"]), (StatusCode::OK, &json!(0)), "{second}");
    assert_eq!(second["ledger_size"], first["ledger_size"]);
    assert!(second["what"].as_str().is_some_and(|what| what.contains("before")), "{second}");
    let (status, problem) = command_with(&desk, &key, again, &raise("another")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let other = desk.key("lars-winther", Role::IsmsManager, &["raise-nonconformity"]).await;
    let theirs = json!({ "command": "raise-nonconformity", "control": "A.8.16", "finding": "nobody looks", "by": "lars-winther" });
    let (status, reply) = command_with(&desk, &other, again, &theirs).await;
    assert_eq!((status, &reply["entries"]), (StatusCode::OK, &json!(1)), "{reply}");
    // What was refused may be sent again.
    let wrong = json!({ "command": "raise-nonconformity", "control": "A.8.16", "finding": "", "by": "tomas-beck" });
    let later = [("Idempotency-Key", "later")];
    let (status, _) = command_with(&desk, &key, later, &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, reply) = command_with(&desk, &key, later, &raise("written")).await;
    assert_eq!((status, &reply["entries"]), (StatusCode::OK, &json!(1)), "{reply}");
    for bad in ["", &"k".repeat(201)] {
        let (status, _) =
            command_with(&desk, &key, [("Idempotency-Key", bad)], &raise("written")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn bytes_are_kept_named_and_given_back() {
    let desk = Desk::new().await;
    let key = desk.key("a-collector", Role::Service, &["read", "add-evidence"]).await;
    let send = |bytes: Vec<u8>| {
        let request = Request::post("/api/v1/evidence")
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/octet-stream");
        ask(&desk, request.body(Body::from(bytes)).expect("a request"))
    };
    let bytes = b"<script>alert(1)</script>";
    let (status, _, kept) = send(bytes.to_vec()).await;
    assert_eq!((status, &kept["bytes"]), (StatusCode::OK, &json!(bytes.len())), "{kept}");
    let digest = kept["digest"].as_str().expect("a digest");
    let path = format!("/api/v1/evidence/{digest}");
    assert_eq!(get(&desk, &path, &key).await.0, StatusCode::NOT_FOUND, "no record names it");
    let add = json!({ "command": "add-evidence", "evidence": {
        "digest": digest, "bytes": bytes.len(), "name": "a.html", "kind": "record",
        "description": "", "period": null, "basis": "document", "population": "",
        "expires": null, "controls": [], "subject": null,
    }});
    let (status, reply) = command(&desk, &key, None, &add).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    let request = Request::get(&path).header(header::AUTHORIZATION, format!("Bearer {key}"));
    let answer = desk.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/octet-stream");
    assert_eq!(answer.headers()[header::CONTENT_SECURITY_POLICY], "sandbox; default-src 'none'");
    assert_eq!(to_bytes(answer.into_body(), 1 << 20).await.expect("bytes"), &bytes[..]);
    assert_eq!(send(Vec::new()).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let large = vec![7; usize::try_from(EVIDENCE_BYTES_MAX).expect("a size") + 1];
    assert_eq!(send(large).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_key_that_ended_was_withdrawn_or_was_never_one_opens_nothing() {
    let desk = Desk::new().await;
    let good = desk.key("reader", Role::Service, &["read"]).await;
    let other = desk.key("reader", Role::Service, &["read"]).await;
    let cookie = desk.signed_in("ines-arvid").await;
    let session = cookie.split_once('.').expect("a pair").1.to_owned();
    let (id, secret) = good.rsplit_once('_').expect("a key");
    let mixed = format!("{id}_{}", other.rsplit_once('_').expect("a key").1);
    for wrong in ["", "annex_", "annex_t-1_", id, secret, &mixed, &session] {
        let (status, _, _) = get(&desk, "/api/v1/me", wrong).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    let request = Request::get("/api/v1/me").header(header::COOKIE, &cookie);
    let (status, _, _) = ask(&desk, request.body(Body::empty()).expect("a request")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "a session is no key");
    let (_, page) = desk.get("/", &format!("annex_session={good}")).await;
    assert!(page.is_empty(), "a key is no session");
    let token = other.split('_').nth(2).expect("an id").parse().expect("an id");
    let revoke = Command::RevokeToken { token };
    let by = Caller::of_folder("test");
    desk.site.operations().execute(revoke, &by).await.expect("withdrawn");
    assert_eq!(get(&desk, "/api/v1/me", &other).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(get(&desk, "/api/v1/me", &good).await.0, StatusCode::OK);
    desk.clock.0.fetch_add(2 * HOUR, Ordering::SeqCst);
    assert_eq!(get(&desk, "/api/v1/me", &good).await.0, StatusCode::UNAUTHORIZED, "ended");
}

#[tokio::test]
async fn the_document_names_every_route() {
    let desk = Desk::new().await;
    let (status, text) = desk.get("/api/openapi.json", "").await;
    assert_eq!(status, StatusCode::OK);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    for route in annex_web::routes().iter().filter(|route| route.door == annex_web::Door::Api) {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        assert!(operation["operationId"].is_string(), "{}", route.path);
    }
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let mut names: Vec<&str> = text
        .split("#/components/schemas/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() > 50 && names.iter().all(|name| schemas.contains_key(*name)));
}
