//! Accounts and access as people meet them: passwords, sessions, sign-ins, keys, roles.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use annex_isms::entity::Role;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};

use crate::desk::{Desk, HOUR, PASSWORD, PROXY};

const NEW: &str = "another long password";

fn plus(text: &str) -> String {
    text.replace(' ', "+")
}

/// Tries to sign in from an address, with a cookie that the browser has already.
async fn attempt(
    desk: &Desk,
    person: &str,
    password: &str,
    from: &str,
    cookie: &str,
) -> (StatusCode, Option<String>) {
    let mut request = Request::post("/sign-in")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("person={person}&password={}", plus(password))))
        .expect("a request");
    let address: SocketAddr = format!("{from}:4000").parse().expect("an address");
    request.extensions_mut().insert(ConnectInfo(address));
    let answer = desk.send(request).await;
    let cookie = answer.headers().get(header::SET_COOKIE);
    let cookie = cookie.map(|value| value.to_str().expect("text").split(';').next());
    (answer.status(), cookie.flatten().map(str::to_owned))
}

async fn list(desk: &Desk, path: &str, key: &str) -> serde_json::Value {
    let (status, body) = desk.call("GET", path, key).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    serde_json::from_str(&body).expect("JSON")
}

fn after<'a>(page: &'a str, start: &str) -> &'a str {
    let (_, rest) = page.split_once(start).unwrap_or_else(|| panic!("no {start} in {page}"));
    rest.split('"').next().expect("a value")
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_ends_other_sessions() {
    let desk = Desk::new().await;
    let (here, there) = (desk.signed_in("ines-arvid").await, desk.signed_in("ines-arvid").await);
    let token = desk.token("/account", &here).await;
    let change = |present: &str, new: &str, again: &str| {
        format!("form={token}&present={}&new={}&again={}", plus(present), plus(new), plus(again))
    };
    for wrong in [
        change("wrong", NEW, NEW),
        change(PASSWORD, NEW, "not the same at all"),
        change(PASSWORD, "short", "short"),
    ] {
        let (status, page) = desk.post("/account/password", &here, &wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    }
    let foreign = change(PASSWORD, NEW, NEW).replace(&token, "x");
    assert_eq!(desk.post("/account/password", &here, &foreign).await.0, StatusCode::FORBIDDEN);
    assert_eq!(desk.get("/account", &there).await.0, StatusCode::OK);
    let (status, page) = desk.post("/account/password", &here, &change(PASSWORD, NEW, NEW)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    assert_eq!(desk.get("/account", &here).await.0, StatusCode::OK, "its own session goes on");
    assert_eq!(desk.get("/account", &there).await.0, StatusCode::SEE_OTHER, "the other ended");
    let (old, _) = attempt(&desk, "ines-arvid", PASSWORD, "192.0.2.1", "").await;
    let (new, _) = attempt(&desk, "ines-arvid", NEW, "192.0.2.1", "").await;
    assert_eq!((old, new), (StatusCode::UNAUTHORIZED, StatusCode::SEE_OTHER));
    // Who found the session open cannot try passwords with it for long.
    for _ in 0..5 {
        desk.post("/account/password", &here, &change("wrong", NEW, NEW)).await;
    }
    let locked = desk.post("/account/password", &here, &change(NEW, PASSWORD, PASSWORD)).await;
    assert_eq!(locked.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn sessions_are_seen_and_ended_by_their_owner_alone() {
    let desk = Desk::new().await;
    let (_, here) = attempt(&desk, "ines-arvid", PASSWORD, "192.0.2.1", "").await;
    let (_, there) = attempt(&desk, "ines-arvid", PASSWORD, "192.0.2.2", "").await;
    let (here, there) = (here.expect("a cookie"), there.expect("a cookie"));
    let tomas = desk.signed_in("tomas-beck").await;
    let (_, page) = desk.get("/account", &here).await;
    assert!(page.contains("this one") && page.contains("192.0.2.2"), "{page}");
    let other = after(&page, "name=\"session\" value=\"");
    let end = |token: String| format!("form={token}&session={}", other.replace(':', "%3A"));
    let foreign = end(desk.token("/account", &tomas).await);
    desk.post("/account/sessions/end", &tomas, &foreign).await;
    assert_eq!(desk.get("/account", &there).await.0, StatusCode::OK, "not hers to end");
    let own = end(desk.token("/account", &here).await);
    let (status, _) = desk.post("/account/sessions/end", &here, &own).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(desk.get("/account", &there).await.0, StatusCode::SEE_OTHER);
    assert_eq!(desk.get("/account", &here).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_session_that_was_there_before_is_not_the_one_after_signing_in() {
    let desk = Desk::new().await;
    let planted = desk.signed_in("tomas-beck").await;
    let unknown = planted.split_once('.').expect("a cookie").0.to_owned() + "." + &"a".repeat(64);
    for before in [planted.as_str(), &unknown] {
        let (status, own) = attempt(&desk, "ines-arvid", PASSWORD, "192.0.2.1", before).await;
        let own = own.expect("a cookie");
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_ne!(own, before);
        assert_eq!(desk.get("/account", before).await.0, StatusCode::SEE_OTHER, "it opens nothing");
        assert!(desk.get("/account", &own).await.1.contains("ines-arvid"));
    }
    // What was signed out opens nothing when it is sent again.
    let cookie = desk.signed_in("ines-arvid").await;
    let token = desk.token("/account", &cookie).await;
    desk.post("/sign-out", &cookie, &format!("form={token}")).await;
    assert_eq!(desk.get("/account", &cookie).await.0, StatusCode::SEE_OTHER);
    let again = format!("form={token}&present={0}&new={0}&again={0}", plus(PASSWORD));
    assert_eq!(desk.post("/account/password", &cookie, &again).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_attempt_is_listed_to_its_person_and_to_who_audits_access() {
    let desk = Desk::new().await;
    attempt(&desk, "tomas-beck", "wrong", "192.0.2.9", "").await;
    attempt(&desk, "nobody-at-all", "wrong", "192.0.2.9", "").await;
    for _ in 0..5 {
        attempt(&desk, "ines-arvid", "wrong", "192.0.2.9", "").await;
    }
    attempt(&desk, "ines-arvid", PASSWORD, "192.0.2.9", "").await;
    desk.clock.0.fetch_add(HOUR, Ordering::SeqCst);
    let (_, cookie) = attempt(&desk, "ines-arvid", PASSWORD, "192.0.2.1", "").await;
    let (_, page) = desk.get("/account", &cookie.expect("a cookie")).await;
    for words in ["signed in", "wrong password", "locked", "192.0.2.9", "192.0.2.1"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let key = desk.key("checker", Role::Service, &["read", "read-access"]).await;
    let (status, _) = desk.call("GET", "/api/v1/sign-ins", &key).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a program has not that right");
    let key = desk.key("tomas-beck", Role::Auditor, &["read-access"]).await;
    let mine = list(&desk, "/api/v1/sign-ins?person=ines-arvid&limit=2", &key).await;
    assert_eq!(mine["total"], 7);
    let outcomes: Vec<_> =
        mine["items"].as_array().expect("rows").iter().map(|row| row["outcome"].clone()).collect();
    assert_eq!(outcomes, ["in", "locked"]);
    let all = list(&desk, "/api/v1/sign-ins", &key).await;
    assert_eq!(all["total"], 8, "nobody on record is not listed");
    let (status, _) = desk.call("GET", "/api/v1/sign-ins?limit=1000", &key).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    // After a year they are gone.
    desk.clock.0.fetch_add(367 * 24 * HOUR, Ordering::SeqCst);
    attempt(&desk, "ines-arvid", "wrong", "192.0.2.1", "").await;
    let (rows, total) = desk.site.operations().sign_ins(None, 0, 50).await.expect("read");
    assert_eq!((rows.len(), total), (1, 1));
}

#[tokio::test]
async fn a_key_of_ones_own_is_shown_once_works_and_is_withdrawn() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let token = desk.token("/account", &cookie).await;
    let make = |days: &str| format!("form={token}&description=a+report&days={days}&action=read");
    for wrong in ["0", "1000", "x", "9223372036854775807"] {
        let (status, page) = desk.post("/account/keys", &cookie, &make(wrong)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {page}");
    }
    let (status, page) = desk.post("/account/keys", &cookie, &make("30")).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let (_, key) = page.split_once("<code>annex_").expect("the key");
    let key = format!("annex_{}", key.split('<').next().expect("a key"));
    assert_eq!(desk.call("GET", "/api/v1/me", &key).await.0, StatusCode::OK);
    let (_, page) = desk.get("/account", &cookie).await;
    let secret = key.rsplit_once('_').expect("a key").1;
    assert!(page.contains("a report") && !page.contains(secret), "it is not shown again");
    let id = after(&page, "name=\"key\" value=\"");
    let withdraw = format!("form={token}&key={id}");
    // Another person cannot withdraw it, and makes none in her name.
    let tomas = desk.signed_in("tomas-beck").await;
    let foreign = format!("form={}&key={id}", desk.token("/account", &tomas).await);
    assert_eq!(
        desk.post("/account/keys/withdraw", &tomas, &foreign).await.0,
        StatusCode::FORBIDDEN
    );
    let (status, page) = desk.post("/account/keys/withdraw", &cookie, &withdraw).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    assert_eq!(desk.call("GET", "/api/v1/me", &key).await.0, StatusCode::UNAUTHORIZED);
    assert!(desk.get("/account", &cookie).await.1.contains("withdrawn"));
}

#[tokio::test]
async fn an_administrator_gives_access_and_an_auditor_sees_it() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let (_, page) = desk.get("/gaps", &cookie).await;
    assert!(!page.contains("href=\"/access\""), "no way to where she may not go");
    desk.grant("ines-arvid", Role::Administrator).await;
    let (_, page) = desk.get("/access", &cookie).await;
    assert!(page.contains("href=\"/access/tomas-beck\"") && page.contains("control-owner"));
    let (_, own) = desk.get("/access/ines-arvid", &cookie).await;
    assert!(!own.contains("name=\"role\""), "nobody changes their own access");
    let fields = desk.fields("/access/tomas-beck", &cookie).await;
    let grant = |more: &str| format!("{fields}&holder=tomas-beck{more}");
    let form = grant("&role=approver&role=engineer");
    let (status, page) = desk.post("/access/grant", &cookie, &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (_, page) = desk.get("/access/tomas-beck", &cookie).await;
    assert!(page.contains("engineer, approver"), "{page}");
    let (status, _) = desk.post("/access/grant", &cookie, &grant("")).await;
    assert_eq!(status, StatusCode::CONFLICT, "it was changed since");
    let token = desk.token("/access", &cookie).await;
    let self_grant = format!("form={token}&holder=ines-arvid&role=approver");
    let (status, _) = desk.post("/access/grant", &cookie, &self_grant).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    // A program, and a key for it.
    let program = format!("form={token}&holder=ci&role=service");
    assert_eq!(desk.post("/access/grant", &cookie, &program).await.0, StatusCode::SEE_OTHER);
    let key = format!("form={token}&holder=ci&description=builds&days=5&action=read&action=ingest");
    let (status, page) = desk.post("/access/keys", &cookie, &key).await;
    assert!(status == StatusCode::OK && page.contains("<code>annex_"), "{page}");
    let (_, page) = desk.get("/access", &cookie).await;
    let id = after(&page, "name=\"key\" value=\"").to_owned();
    desk.grant("ines-arvid", Role::Auditor).await;
    let (status, page) = desk.get("/access", &cookie).await;
    assert!(status == StatusCode::OK && page.contains(&id));
    assert!(!page.contains("name=\"holder\"") && !page.contains("name=\"key\""), "only to look");
    let withdraw = format!("form={token}&key={id}");
    let (status, _) = desk.post("/access/keys/withdraw", &cookie, &withdraw).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(desk.get("/access/nobody-here", &cookie).await.0, StatusCode::NOT_FOUND);
    assert_eq!(desk.get("/sign-ins?person=no+such+id!", &cookie).await.0, StatusCode::NOT_FOUND);
    assert_eq!(desk.get("/sign-ins?person=ines-arvid", &cookie).await.0, StatusCode::OK);
}

/// Tries to sign in through a proxy that names where it comes from.
async fn through(desk: &Desk, from: &str, named: &str) -> (StatusCode, Option<String>) {
    let mut request = Request::post("/sign-in")
        .header("x-forwarded-for", named)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("person=tomas-beck&password=wrong"))
        .expect("a request");
    let address: SocketAddr = format!("{from}:4000").parse().expect("an address");
    request.extensions_mut().insert(ConnectInfo(address));
    let answer = desk.send(request).await;
    let wait = answer.headers().get(header::RETRY_AFTER);
    (answer.status(), wait.map(|wait| wait.to_str().expect("text").to_owned()))
}

#[tokio::test]
async fn an_address_that_tries_too_often_waits_and_no_other_does() {
    let desk = Desk::new().await;
    for number in 0..20 {
        let name = format!("name-{number}");
        let (status, _) = attempt(&desk, &name, "wrong", "192.0.2.66", "").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{number}");
    }
    for _ in 0..2 {
        // Not even the right password is looked at.
        let (status, cookie) = attempt(&desk, "ines-arvid", PASSWORD, "192.0.2.66", "").await;
        assert!(status == StatusCode::TOO_MANY_REQUESTS && cookie.is_none());
    }
    let (rows, total) = desk.site.operations().sign_ins(None, 0, 9).await.expect("read");
    assert_eq!(total, 1, "that it was turned away is kept once");
    assert_eq!(rows[0].outcome.as_str(), "out-of-turn");
    // Who says to come from elsewhere comes from where they are; whom the proxy names, from there.
    let (status, wait) = through(&desk, "192.0.2.66", "198.51.100.1").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u32 = wait.expect("Retry-After").parse().expect("seconds");
    assert!((1..=300).contains(&wait));
    let (status, _) = through(&desk, PROXY, "192.0.2.1, 192.0.2.66").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "the last name is the proxy's own");
    let (status, _) = through(&desk, PROXY, "192.0.2.66, 198.51.100.1").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, _) = attempt(&desk, "ines-arvid", PASSWORD, "192.0.2.67", "").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    desk.clock.0.fetch_add(HOUR, Ordering::SeqCst);
    let (status, _) = attempt(&desk, "ines-arvid", PASSWORD, "192.0.2.66", "").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}
