//! Notices: put once, shown to who manages and administers, and tried anew by them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use annex_isms::Record;
use annex_isms::entity::Role;
use annex_operations::{Caller, Command, ListQuery, NoticeState, Told};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};

use crate::desk::{Desk, HOUR, read};

const HOSTILE: &str = "<script>alert(1)</script>\r\nBcc: all@example.org";

fn told() -> Told {
    Told { mail: true, webhooks: vec!["chat".to_owned()], days_before: 40 }
}

/// Gives someone an address, and an agreement a hostile title and an end that is near.
async fn prepare(desk: &Desk) {
    let operations = desk.site.operations();
    let by = Caller::of_folder("test");
    let email = Command::AddPerson {
        id: "ines-arvid".parse().expect("an id"),
        name: "Ines Arvid".to_owned(),
        roles: std::collections::BTreeSet::new(),
        email: Some("ines@example.org".parse().expect("an address")),
    };
    operations.execute(email, &by).await.expect("recorded");
    let listed = operations.list(&ListQuery::of("agreement")).await.expect("a list");
    let entry = listed.items.into_iter().next().and_then(|one| one.entry).expect("an agreement");
    let Record::Agreement(mut agreement) = entry.record else { panic!("{:?}", entry.record) };
    HOSTILE.clone_into(&mut agreement.title);
    let soon = operations.now().microseconds() + 3 * 24 * HOUR;
    agreement.expires = Some(annex_isms::Instant::from_microseconds(soon).date());
    let command = Command::PutAgreement { agreement: Box::new(agreement) };
    operations.execute(command, &by).await.expect("recorded");
}

/// Has every notice tried, without success.
async fn fail(desk: &Desk, for_good: bool) {
    let operations = desk.site.operations();
    for notice in operations.claim_notices(1000).await.expect("claimed") {
        let fault = ("<b>nobody</b> there".to_owned(), for_good);
        operations.settle_notice(notice, Err(fault), 60).await.expect("settled");
    }
}

#[tokio::test]
async fn what_is_due_is_put_once_and_tried_ever_more_seldom() {
    let desk = Desk::new().await;
    prepare(&desk).await;
    let operations = desk.site.operations();
    let put = operations.note(&told()).await.expect("noted").put;
    assert!(put > 3, "{put}");
    assert_eq!(operations.note(&told()).await.expect("noted").put, 0, "nothing is put twice");
    let (all, total) = operations.notices(None, 0, 200).await.expect("read");
    assert_eq!(usize::try_from(total).expect("few"), put);
    assert!(all.iter().any(|one| one.kind == "agreement-expires" && one.title == HOSTILE));
    assert!(all.iter().all(|one| one.recipient == "ines-arvid" || one.recipient == "chat"));
    // A day later what is due is the same, and no notice of it is new.
    desk.clock.0.fetch_add(24 * HOUR, Ordering::SeqCst);
    assert_eq!(operations.note(&told()).await.expect("noted").put, 0);
    let mut pauses = Vec::new();
    for _ in 0..8 {
        fail(&desk, false).await;
        let now = operations.now().microseconds();
        let (waiting, _) =
            operations.notices(Some(NoticeState::Waiting), 0, 1).await.expect("read");
        let Some(first) = waiting.first() else { break };
        let pause = first.at.microseconds() - now;
        pauses.push((pause + 999_999) / 1_000_000);
        assert!(operations.claim_notices(9).await.expect("claimed").is_empty(), "not before");
        desk.clock.0.fetch_add(pause + 1_000_000, Ordering::SeqCst);
    }
    assert_eq!(pauses, [60, 240, 960, 3840, 15_360, 21_600, 21_600]);
    let (failed, count) = operations.notices(Some(NoticeState::Failed), 0, 1).await.expect("read");
    assert_eq!((count, failed[0].tries), (total, 8));
}

#[tokio::test]
async fn who_manages_sees_what_failed_and_has_it_tried_again() {
    let (mut desk, there) = (Desk::new().await, Desk::of_another().await);
    prepare(&desk).await;
    prepare(&there).await;
    for one in [&desk, &there] {
        one.site.operations().note(&told()).await.expect("noted");
        fail(one, true).await;
    }
    let cookie = desk.signed_in("ines-arvid").await;
    let (status, page) = desk.get("/notices?state=failed", &cookie).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>"), "{page}");
    assert!(page.contains("&lt;b&gt;nobody") && !page.contains("<b>nobody"), "{page}");
    assert_eq!(desk.get("/notices?state=none-such", &cookie).await.0, StatusCode::NOT_FOUND);
    let first = |one: (Vec<annex_operations::Notice>, u64)| one.0[0].id.clone();
    let id = first(desk.site.operations().notices(None, 0, 1).await.expect("read"));
    let path = format!("/notices/{id}/retry");
    let token = desk.token("/notices", &cookie).await;
    let form = format!("form={token}");
    assert_eq!(desk.post(&path, &cookie, "form=x").await.0, StatusCode::FORBIDDEN);
    assert_eq!(desk.post(&path, &cookie, &form).await.0, StatusCode::SEE_OTHER);
    assert_eq!(desk.post(&path, &cookie, &form).await.0, StatusCode::NOT_FOUND, "it waits now");
    let (waiting, _) =
        desk.site.operations().notices(Some(NoticeState::Waiting), 0, 9).await.expect("read");
    assert_eq!((waiting.len(), waiting[0].tries), (1, 0));

    // The same by the programming interface.
    let key = desk.key("ines-arvid", Role::IsmsManager, &["read-notices", "retry-notice"]).await;
    let (status, body) = desk.call("GET", "/api/v1/notices?state=failed&limit=1", &key).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let list: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let next = list["items"][0]["id"].as_str().expect("an id").to_owned();
    assert!(list["items"][0]["fault"].as_str().is_some_and(|fault| fault.contains("nobody")));
    for wrong in ["/api/v1/notices?state=x", "/api/v1/notices?limit=0", "/api/v1/notices?x=1"] {
        assert_eq!(desk.call("GET", wrong, &key).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let retry = |id: String, key: String| {
        let desk = &desk;
        async move {
            let request = Request::post("/api/v1/notices/retries")
                .header(header::AUTHORIZATION, format!("Bearer {key}"))
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(format!("{{\"id\":\"{id}\"}}")));
            read(desk.send(request.expect("a request")).await).await.0
        }
    };
    assert_eq!(retry(next.clone(), key.clone()).await, StatusCode::OK);
    assert_eq!(retry(next, key.clone()).await, StatusCode::NOT_FOUND);

    // Figures, for who watches.
    let mut figures = Request::get("/metrics").body(Body::empty()).expect("a request");
    let local: SocketAddr = "127.0.0.1:9".parse().expect("an address");
    figures.extensions_mut().insert(ConnectInfo(local));
    let (_, figures) = read(desk.send(figures).await).await;
    assert!(figures.contains("annex_notices{state=\"waiting\"} 2"), "{figures}");
    assert!(!figures.contains("annex_notices{state=\"failed\"} 0"), "{figures}");

    // What is of another organisation is nobody's here.
    let foreign = first(there.site.operations().notices(None, 0, 1).await.expect("read"));
    let unknown = desk.post("/notices/no-such/retry", &cookie, &form).await.0;
    assert_eq!(unknown, StatusCode::NOT_FOUND);
    let both = [Arc::clone(&desk.site), Arc::clone(&there.site)];
    let theirs = there.site.operations().count_notices().await.expect("read");
    desk.router = annex_web::installation(&both);
    // Ids follow from what they are of, so the same one may be there as well; it stays as it is.
    desk.post(&format!("/notices/{foreign}/retry"), &cookie, &form).await;
    assert_eq!(there.site.operations().count_notices().await.expect("read"), theirs);

    // Nobody else sees them.
    for role in [Role::Auditor, Role::Engineer, Role::ControlOwner, Role::Approver] {
        desk.grant("ines-arvid", role).await;
        assert_eq!(desk.get("/notices", &cookie).await.0, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(desk.post(&path, &cookie, &form).await.0, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(desk.call("GET", "/api/v1/notices", &key).await.0, StatusCode::FORBIDDEN);
    }
}
