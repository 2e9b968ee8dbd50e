//! Evidence that a browser sends: kept as it is, bounded, and never half of it.

use std::path::Path;

use annex_isms::Digest;
use annex_operations::ListQuery;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};

use crate::desk::{Desk, EVIDENCE_BYTES_MAX};

/// A form with a file, as a browser sends it.
fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        let part = format!(
            "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
        );
        body.extend_from_slice(part.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--line--\r\n");
    body
}

async fn send(desk: &Desk, path: &str, cookie: &str, body: Body) -> (StatusCode, String) {
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line");
    let answer = desk.send(request.body(body).expect("a request")).await;
    let status = answer.status();
    let to = answer.headers().get(header::LOCATION).map(|to| to.to_str().expect("text").to_owned());
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 24).await.expect("a body");
    (status, to.unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned()))
}

/// How many bytes lie in a folder.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let metadata = entry.metadata().expect("metadata");
            if metadata.is_dir() { size(&entry.path()) } else { metadata.len() }
        })
        .sum()
}

async fn count(desk: &Desk) -> u64 {
    desk.site.operations().list(&ListQuery::of("evidence")).await.expect("a list").total
}

#[tokio::test]
async fn a_file_is_kept_as_it_is_under_a_name_that_is_only_a_name() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let token = desk.token("/evidence/new", &cookie).await;
    // The beginning of an archive that would be unpacked for ever: here it is bytes.
    let bytes = b"PK\x03\x04<script>alert(1)</script>";
    let fields = [
        ("form", token.as_str()),
        ("evidence-kind", "drill"),
        ("evidence-description", "<script>alert(2)</script>"),
        ("evidence-from", "2026-01-01"),
        ("evidence-to", "2026-02-01"),
        ("evidence-controls", "A.5.7, A.8.16"),
        ("evidence-population", "all drills of the year"),
    ];
    let body = form(&fields, Some(("../../etc/cron.d/x", bytes)));
    let (status, to) = send(&desk, "/evidence/new", &cookie, Body::from(body)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
    assert_eq!(to, format!("/registers/evidence/{}", Digest::of(bytes)));
    let (status, page) = desk.get(&to, &cookie).await;
    assert_eq!(status, StatusCode::OK);
    for part in ["<h1>x</h1>", "A.5.7, A.8.16", "all drills of the year", "2026-02-01"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<script>"), "{page}");
    let (status, same) = desk.get(&format!("{to}/bytes"), &cookie).await;
    assert!(status == StatusCode::OK && same.as_bytes() == bytes);
}

#[tokio::test]
async fn a_request_is_answered_with_evidence() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let request = desk.first("/requests?people=yes", &cookie).await;
    let (_, page) = desk.get(&request, &cookie).await;
    let token = desk.token(&request, &cookie).await;
    let after = |mark: &str| page.split(mark).nth(1).and_then(|rest| rest.split('"').next());
    let field = after("<input name=\"").expect("a field");
    let example = after("placeholder=\"").expect("an example");
    let before = count(&desk).await;
    let body = form(&[("form", &token), (field, example)], Some(("plan.txt", b"the plan")));
    let (status, to) = send(&desk, &format!("{request}/answer"), &cookie, Body::from(body)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
    assert_eq!(count(&desk).await, before + 1);
}

#[tokio::test]
async fn what_is_too_large_cut_off_or_not_ours_leaves_nothing_behind() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let token = desk.token("/evidence/new", &cookie).await;
    let blobs = desk.site.operations().scratch_folder().to_owned();
    let (before, evidence) = (size(&blobs), count(&desk).await);

    // Two gigabytes, made while they are read: who sends them is stopped at the limit.
    let head = form(&[("form", &token)], Some(("huge.bin", b"")));
    let head = head.strip_suffix(b"\r\n--line--\r\n").expect("an end").to_vec();
    let sent = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counted = std::sync::Arc::clone(&sent);
    let piece = Bytes::from(vec![7; 1 << 20]);
    let pieces = (0..2048_u32).map(move |number| {
        counted.fetch_add(1 << 20, std::sync::atomic::Ordering::SeqCst);
        let bytes = if number == 0 { Bytes::from(head.clone()) } else { piece.clone() };
        Ok::<_, std::io::Error>(bytes)
    });
    let body = Body::from_stream(tokio_stream::iter(pieces));
    let (status, page) = send(&desk, "/evidence/new", &cookie, body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    assert!(page.contains(&EVIDENCE_BYTES_MAX.to_string()), "{page}");
    let sent = sent.load(std::sync::atomic::Ordering::SeqCst);
    assert!(sent < EVIDENCE_BYTES_MAX + (16 << 20), "{sent} bytes were taken");

    let whole = form(&[("form", &token)], Some(("cut.bin", &[7; 4096])));
    let foreign = form(&[("form", "x")], Some(("foreign.bin", b"foreign")));
    let no_token = form(&[], Some(("foreign.bin", b"foreign")));
    let no_file = form(&[("form", &token)], None);
    let no_name = form(&[("form", &token)], Some(("", b"")));
    let long = "x".repeat(70_000);
    let long = form(&[("form", &token), ("evidence-description", &long)], None);
    for (what, body, expected) in [
        ("cut off", whole[..whole.len() - 100].to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
        ("foreign", foreign, StatusCode::FORBIDDEN),
        ("without a token", no_token, StatusCode::FORBIDDEN),
        ("without a file", no_file, StatusCode::UNPROCESSABLE_ENTITY),
        ("without a name", no_name, StatusCode::UNPROCESSABLE_ENTITY),
        ("a long field", long, StatusCode::UNPROCESSABLE_ENTITY),
        ("no form", b"no form".to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let (status, page) = send(&desk, "/evidence/new", &cookie, Body::from(body)).await;
        assert_eq!(status, expected, "{what}: {page}");
    }
    assert_eq!((size(&blobs), count(&desk).await), (before, evidence));
}
