//! What the server tells of itself, and to whom.

use std::net::SocketAddr;
use std::sync::Arc;

use annex_web::Site;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use tower::ServiceExt as _;

use crate::desk::{Desk, read};

/// A request for the figures, from an address, with further headers.
fn figures(from: Option<&str>, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::get("/metrics");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).expect("a request");
    if let Some(from) = from {
        let from: SocketAddr = from.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(from));
    }
    request
}

#[tokio::test]
async fn requests_are_counted_by_the_template_of_their_route() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    for path in ["/gaps/none", "/gaps/other?text=secret", "/wp-login.php", "/.env", "/"] {
        desk.get(path, &cookie).await;
    }
    let odd = Request::builder().method("BREW").uri("/sign-in").body(Body::empty());
    let first = desk.send(odd.expect("a request")).await;
    let second = desk.send(figures(Some("127.0.0.1:50000"), &[])).await;
    let id = |answer: &axum::http::Response<Body>| answer.headers()["x-request-id"].clone();
    assert_ne!(id(&first), id(&second));
    let (status, text) = read(second).await;
    assert_eq!(status, StatusCode::OK);
    for line in [
        "annex_http_requests_total{method=\"GET\",route=\"/gaps/{id}\",status=\"404\"} 2",
        "annex_http_requests_total{method=\"GET\",route=\"(none)\",status=\"404\"} 2",
        "annex_http_requests_total{method=\"(other)\",route=\"/sign-in\",status=\"405\"} 1",
        "annex_http_request_duration_seconds_count{route=\"/gaps/{id}\"} 2",
        "annex_http_request_duration_seconds_bucket{le=\"0.1\",route=\"/\"}",
        "annex_assessment_age_seconds ",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    let entries = text.lines().find_map(|line| line.strip_prefix("annex_ledger_entries "));
    assert!(entries.expect("entries").parse::<u64>().expect("a number") > 100, "{text}");
    for hidden in ["secret", "wp-login", "BREW", "none/", "ines-arvid"] {
        assert!(!text.contains(hidden), "{hidden} in\n{text}");
    }
}

#[tokio::test]
async fn the_figures_are_for_this_machine_or_who_has_the_token() {
    let desk = Desk::new().await;
    for (from, headers, answered) in [
        (Some("127.0.0.1:1"), &[][..], true),
        (Some("[::1]:1"), &[], true),
        (Some("[::ffff:127.0.0.1]:1"), &[], true),
        (Some("192.0.2.7:1"), &[], false),
        (None, &[], false),
        (Some("127.0.0.1:1"), &[("x-forwarded-for", "192.0.2.7")], false),
        (Some("127.0.0.1:1"), &[("forwarded", "for=192.0.2.7")], false),
        (Some("192.0.2.7:1"), &[("authorization", "Bearer guessed")], false),
    ] {
        let (status, text) = read(desk.send(figures(from, headers)).await).await;
        let wanted = if answered { StatusCode::OK } else { StatusCode::NOT_FOUND };
        assert_eq!(status, wanted, "{from:?} {headers:?}: {text}");
    }
    let Desk { site, router, .. } = desk;
    drop(router);
    let operations = Arc::into_inner(site).expect("the only one").into_operations();
    let site = Site::new(operations).with_metrics_token(Some("a long token"));
    let router = annex_web::router(Arc::new(site));
    for (headers, wanted) in [
        (&[][..], StatusCode::NOT_FOUND),
        (&[("authorization", "Bearer a long toke")], StatusCode::NOT_FOUND),
        (&[("authorization", "Basic a long token")], StatusCode::NOT_FOUND),
        (&[("authorization", "Bearer a long token")], StatusCode::OK),
    ] {
        let request = figures(Some("127.0.0.1:1"), headers);
        let answer = router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), wanted, "{headers:?}");
    }
}

#[tokio::test]
async fn it_is_ready_as_long_as_the_register_can_be_read() {
    let desk = Desk::new().await;
    let (status, text) = desk.get("/readyz", "").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "ready\n"));
    desk.lose_the_register().await;
    let (status, text) = desk.get("/readyz", "").await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && text.contains("cannot be read"), "{text}");
    assert_eq!(desk.get("/healthz", "").await.0, StatusCode::OK, "the process itself goes on");
}
