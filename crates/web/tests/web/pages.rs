//! The pages as a browser meets them: sessions, forms, and what they refuse.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::desk::{Desk, HOUR, PASSWORD};

const PAGES: [&str; 5] = ["/", "/gaps", "/requests", "/registers/assets", "/registers/stage2"];

#[tokio::test]
async fn nothing_is_shown_to_who_is_not_signed_in() {
    let desk = Desk::new().await;
    for path in PAGES.into_iter().chain(["/gaps/none", "/requests/none"]) {
        for cookie in ["", "annex_session=1", &format!("annex_session={}", "a".repeat(64))] {
            let (status, page) = desk.get(path, cookie).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{path} {cookie}");
            assert!(page.is_empty());
        }
    }
    for path in ["/assess", "/gaps/x/close", "/requests/x/answer", "/sign-out"] {
        let (status, _) = desk.post(path, "", "form=x&verification=x").await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}");
    }
    let (status, page) = desk.get("/sign-in", "").await;
    assert!(status == StatusCode::OK && page.contains("type=\"password\""));
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    for path in PAGES.into_iter().chain(["/sign-in", "/style.css", "/healthz", "/nowhere"]) {
        let request = Request::get(path).header(header::COOKIE, &cookie);
        let answer = desk.send(request.body(Body::empty()).expect("a request")).await;
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{path}");
        assert!(policy.contains("trusted-types 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    }
    assert_eq!(desk.get("/nowhere", &cookie).await.0, StatusCode::NOT_FOUND);
    assert_eq!(desk.get("/registers/none", &cookie).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn wrong_passwords_lock_and_a_session_ends() {
    let desk = Desk::new().await;
    for (person, password) in [("ines-arvid", "wrong"), ("nobody", "wrong"), ("no such id!", "")] {
        let form = format!("person={}&password={password}", person.replace(' ', "+"));
        let (status, page) = desk.post("/sign-in", "", &form).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert!(page.contains("do not go together"), "the same words for all");
    }
    // Also at once: none is counted for another.
    let wrong = || desk.post("/sign-in", "", "person=ines-arvid&password=wrong");
    tokio::join!(wrong(), wrong(), wrong(), wrong());
    let right = format!("person=ines-arvid&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(desk.post("/sign-in", "", &right).await.0, StatusCode::UNAUTHORIZED, "locked");
    desk.clock.0.fetch_add(HOUR, Ordering::SeqCst);
    let cookie = desk.signed_in("ines-arvid").await;
    assert_eq!(desk.get("/gaps", &cookie).await.0, StatusCode::OK);
    let token = desk.token("/", &cookie).await;
    let (status, _) = desk.post("/sign-out", &cookie, &format!("form={token}")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(desk.get("/gaps", &cookie).await.0, StatusCode::SEE_OTHER, "signed out");
    let cookie = desk.signed_in("ines-arvid").await;
    desk.clock.0.fetch_add(13 * HOUR, Ordering::SeqCst);
    assert_eq!(desk.get("/gaps", &cookie).await.0, StatusCode::SEE_OTHER, "too old");
}

#[tokio::test]
async fn a_gap_is_assigned_done_and_closed_by_someone_else() {
    let desk = Desk::new().await;
    let (tomas, ines) = (desk.signed_in("tomas-beck").await, desk.signed_in("ines-arvid").await);
    let gap = desk.first("/gaps", &tomas).await;
    let seen = desk.fields(&gap, &tomas).await;
    let hostile = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let form = format!("{seen}&owner=tomas-beck&due=2027-03-01&plan={hostile}");
    let (status, page) = desk.post(&format!("{gap}/assign"), &tomas, &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (_, page) = desk.get(&gap, &tomas).await;
    assert!(page.contains("2027-03-01") && page.contains("tomas-beck"));
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>"), "{page}");
    let (_, mine) = desk.get("/gaps?mine=yes", &tomas).await;
    assert!(mine.contains(&format!("href=\"{gap}\"")));
    // What was made from an older state of it is refused, and nothing is lost.
    let (status, page) = desk.post(&format!("{gap}/assign"), &tomas, &form).await;
    assert!(status == StatusCode::CONFLICT && page.contains("meanwhile"), "{page}");
    // Not done yet, so it cannot be closed.
    let close = format!("{}&verification=seen", desk.fields(&gap, &ines).await);
    let (status, page) = desk.post(&format!("{gap}/close"), &ines, &close).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("ready to verify"));
    let seen = desk.fields(&gap, &tomas).await;
    let (status, _) = desk.post(&format!("{gap}/ready"), &tomas, &seen).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let own = format!("{}&verification=seen", desk.fields(&gap, &tomas).await);
    let (status, page) = desk.post(&format!("{gap}/close"), &tomas, &own).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("someone else"), "{page}");
    let close = format!("{}&verification=seen", desk.fields(&gap, &ines).await);
    let (status, _) = desk.post(&format!("{gap}/close"), &ines, &close).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = desk.get(&gap, &ines).await;
    assert!(page.contains("verified by ines-arvid") && page.contains("opens it again"), "{page}");
}

#[tokio::test]
async fn a_request_is_answered() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let request = desk.first("/requests?people=yes", &cookie).await;
    let (_, page) = desk.get(&request, &cookie).await;
    let token = desk.token(&request, &cookie).await;
    let empty = desk.post(&format!("{request}/answer"), &cookie, &format!("form={token}")).await;
    assert_eq!(empty.0, StatusCode::UNPROCESSABLE_ENTITY);
    let field = page.split("<input name=\"").nth(1).and_then(|rest| rest.split('"').next());
    let example = page.split("placeholder=\"").nth(1).and_then(|rest| rest.split('"').next());
    let (field, example) = (field.expect("a field"), example.expect("an example"));
    let example = example.replace(' ', "+").replace(',', "%2C").replace('&', "%26");
    let form = format!("form={token}&{field}={example}");
    let (status, page) = desk.post(&format!("{request}/answer"), &cookie, &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{field}={example}: {page}");
    let unknown = format!("form={token}&no_such_field=1");
    let (status, _) = desk.post(&format!("{request}/answer"), &cookie, &unknown).await;
    assert_ne!(status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_of_another_session_or_site_is_refused() {
    let desk = Desk::new().await;
    let (tomas, ines) = (desk.signed_in("tomas-beck").await, desk.signed_in("ines-arvid").await);
    let gap = desk.first("/gaps", &ines).await;
    let foreign = desk.token(&gap, &tomas).await;
    for token in [foreign.as_str(), "", "x"] {
        let (status, _) = desk.post("/assess", &ines, &format!("form={token}")).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{token}");
        let (status, _) = desk.post("/sign-out", &ines, &format!("form={token}")).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{token}");
    }
    let token = desk.token(&gap, &ines).await;
    let request = Request::post("/assess")
        .header(header::COOKIE, &ines)
        .header(header::HOST, "127.0.0.1:8600")
        .header(header::ORIGIN, "https://evil.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer =
        desk.send(request.body(Body::from(format!("form={token}"))).expect("a request")).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let (status, _) = desk.post("/assess", &ines, &format!("form={token}")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}
