//! Registers: lists, files, the page of each record, and what hostile text does there.

use std::io::Read as _;

use annex_operations::{Caller, Command, ListQuery, NewEvidence};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};

use crate::desk::Desk;

const KINDS: [&str; 14] = [
    "assets",
    "systems",
    "flows",
    "suppliers",
    "agreements",
    "documents",
    "people",
    "evidence",
    "risks",
    "gaps",
    "requests",
    "exceptions",
    "nonconformities",
    "implementations",
];

const HOSTILE: &str = "<script>alert(1)</script>\"=cmd|' /C calc'!A0";

/// The bytes of an answer, with its headers.
async fn fetch(desk: &Desk, path: &str, cookie: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = Request::get(path).header(header::COOKIE, cookie);
    let answer = desk.send(request.body(Body::empty()).expect("a request")).await;
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, 1 << 24).await.expect("a body");
    (parts.status, parts.headers, bytes.to_vec())
}

/// The keys of the records of a kind.
async fn keys(desk: &Desk, kind: &str) -> Vec<String> {
    let page = desk.site.operations().list(&ListQuery::of(kind)).await.expect("a list");
    page.items.into_iter().map(|item| item.key).collect()
}

/// Records evidence with these bytes under a name, and gives its digest.
async fn evidence(desk: &Desk, name: &str, bytes: &[u8]) -> String {
    let stored = desk.site.operations().store_bytes(bytes).expect("stored");
    let evidence = NewEvidence {
        digest: stored.digest,
        bytes: stored.bytes,
        name: name.to_owned(),
        kind: annex_isms::entity::EvidenceKind::Record,
        description: HOSTILE.to_owned(),
        period: None,
        basis: annex_isms::Basis::Document,
        population: String::new(),
        expires: None,
        controls: std::collections::BTreeSet::new(),
        subject: None,
    };
    let by = Caller::of_folder("test");
    let add = Command::AddEvidence { evidence };
    desk.site.operations().execute(add, &by).await.expect("recorded");
    stored.digest.to_string()
}

#[tokio::test]
async fn every_register_has_a_list_two_files_and_pages_of_its_records() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let (status, index) = desk.get("/registers", &cookie).await;
    assert_eq!(status, StatusCode::OK);
    for kind in KINDS {
        let here = format!("/registers/{kind}");
        assert!(index.contains(&format!("href=\"{here}\"")), "{kind}");
        let (status, page) = desk.get(&here, &cookie).await;
        assert_eq!(status, StatusCode::OK, "{kind}");
        for part in page.split("aria-label=\"").skip(1) {
            assert!(!part.starts_with('"'), "{kind}: an empty label");
        }
        let start = format!("<a href=\"{here}/");
        let records: Vec<&str> = page
            .split(&start)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|id| !id.contains("export."))
            .collect();
        for id in records.into_iter().take(3) {
            let (status, page) = desk.get(&format!("{here}/{id}"), &cookie).await;
            assert_eq!(status, StatusCode::OK, "{here}/{id}");
            for part in ["History", "recorded for the first time", "Proof", "✓", "/ledger/"] {
                assert!(page.contains(part), "{here}/{id} without {part}: {page}");
            }
        }
        let (status, headers, csv) = fetch(&desk, &format!("{here}/export.csv"), &cookie).await;
        assert_eq!(status, StatusCode::OK, "{kind}");
        assert_eq!(
            headers[header::CONTENT_DISPOSITION],
            format!("attachment; filename=\"{kind}.csv\"")
        );
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let (status, _, xlsx) = fetch(&desk, &format!("{here}/export.xlsx"), &cookie).await;
        assert!(status == StatusCode::OK && xlsx.starts_with(b"PK"), "{kind}");
        assert!(csv.contains(&b','), "{kind}");
    }
    for (path, status) in [
        ("/registers/none", StatusCode::NOT_FOUND),
        ("/registers/assets/none", StatusCode::NOT_FOUND),
        ("/registers/none/none", StatusCode::NOT_FOUND),
        ("/registers/none/export.csv", StatusCode::NOT_FOUND),
        ("/registers/evidence/none/bytes", StatusCode::NOT_FOUND),
        ("/registers/stage2", StatusCode::OK),
        ("/registers/soa", StatusCode::NOT_FOUND),
        ("/registers/assets?page=0", StatusCode::UNPROCESSABLE_ENTITY),
        ("/registers/assets?page=18446744073709551615", StatusCode::OK),
        ("/registers/assets?body=x", StatusCode::UNPROCESSABLE_ENTITY),
        ("/registers/assets?sort=body", StatusCode::UNPROCESSABLE_ENTITY),
        ("/registers/gaps?due_before=soon", StatusCode::UNPROCESSABLE_ENTITY),
        ("/ledger/0", StatusCode::OK),
        ("/ledger/99999999", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(desk.get(path, &cookie).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn a_list_is_searched_filtered_sorted_and_taken_along_as_a_file() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let assets = keys(&desk, "asset").await;
    assert!(assets.len() > 1, "the example has assets");
    let (_, page) = desk.get("/registers/assets", &cookie).await;
    assert!(page.contains(&format!("1–{0} of {0}", assets.len())), "{page}");
    assert!(page.contains("<th scope=\"col\" aria-sort=\"ascending\"><a href=\"/registers/assets?sort=name&amp;order=desc\">Name"), "{page}");
    let (_, down) = desk.get("/registers/assets?sort=name&order=desc", &cookie).await;
    assert!(down.contains("aria-sort=\"descending\""));
    let place = |page: &str, id: &str| page.find(&format!("/registers/assets/{id}\""));
    let (first, last) = (&assets[0], &assets[assets.len() - 1]);
    assert!(place(&page, first) < place(&page, last) && place(&down, first) > place(&down, last));
    let (_, found) = desk.get(&format!("/registers/assets?text={first}"), &cookie).await;
    assert!(place(&found, first).is_some() && place(&found, last).is_none());
    assert!(found.contains("export.csv?text="), "the file is of what is shown");
    let (_, _, csv) =
        fetch(&desk, &format!("/registers/assets/export.csv?text={first}"), &cookie).await;
    let csv = String::from_utf8(csv).expect("UTF-8");
    assert!(csv.contains(first.as_str()) && !csv.contains(last.as_str()), "{csv}");
    let (_, none) = desk.get("/registers/assets?owner=nobody-at-all", &cookie).await;
    assert!(none.contains("Nothing on record fits."));
    let hostile = "/registers/assets?text=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let (status, page) = desk.get(hostile, &cookie).await;
    assert!(status == StatusCode::OK && !page.contains("<script>"), "{page}");
}

#[tokio::test]
async fn hostile_names_are_text_in_pages_files_and_headers() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let name = "=HYPERLINK(\"http://evil\")\r\nX-Evil: 1<script>alert(1)</script>";
    let digest = evidence(&desk, name, b"<script>alert(1)</script>").await;
    let here = format!("/registers/evidence/{digest}");
    for path in ["/registers/evidence", here.as_str()] {
        let (status, page) = desk.get(path, &cookie).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"), "{page}");
    }
    let (_, _, csv) = fetch(&desk, "/registers/evidence/export.csv", &cookie).await;
    let csv = String::from_utf8(csv).expect("UTF-8");
    let cell = csv.find("HYPERLINK").and_then(|at| csv.get(at.checked_sub(2)?..at));
    assert_eq!(cell, Some("'="), "{csv}");
    let (_, _, xlsx) = fetch(&desk, "/registers/evidence/export.xlsx", &cookie).await;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(xlsx)).expect("an archive");
    let mut sheet = String::new();
    let mut file = archive.by_name("xl/worksheets/sheet1.xml").expect("a sheet");
    file.read_to_string(&mut sheet).expect("text");
    assert!(sheet.contains("HYPERLINK") && !sheet.contains("<f>"), "{sheet}");

    let (status, headers, bytes) = fetch(&desk, &format!("{here}/bytes"), &cookie).await;
    assert!(status == StatusCode::OK && bytes == b"<script>alert(1)</script>");
    assert_eq!(headers[header::CONTENT_TYPE], "application/octet-stream");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::CONTENT_SECURITY_POLICY], "sandbox; default-src 'none'");
    assert!(headers.get("x-evil").is_none());
    let disposition = headers[header::CONTENT_DISPOSITION].to_str().expect("text");
    assert!(disposition.starts_with("attachment; filename=\"_HYPERLINK"), "{disposition}");
    assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
}

#[tokio::test]
async fn a_history_says_who_changed_what() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let asset = keys(&desk, "asset").await.remove(0);
    let by = Caller::of_folder("test");
    let register = Command::RegisterAsset {
        assets: vec![asset.clone()],
        all_of_system: None,
        in_scope: false,
        reason: HOSTILE.to_owned(),
        owner: Some("tomas-beck".parse().expect("an id")),
        classification: None,
    };
    desk.site.operations().execute(register, &by).await.expect("recorded");
    let here = format!("/registers/assets/{asset}");
    let (_, page) = desk.get(&here, &cookie).await;
    assert!(page.contains("name not verified"), "{page}");
    assert!(
        page.contains("registration › reason: ") && page.contains("→ &lt;script&gt;"),
        "{page}"
    );
    assert!(page.contains("out of scope") && !page.contains("<script>"), "{page}");
    let (_, list) = desk.get("/registers/assets?owner=tomas-beck&in_scope=no", &cookie).await;
    assert!(list.contains(&format!("href=\"{here}\"")), "{list}");
    let (_, rest) = page.split_once("href=\"/ledger/").expect("a link");
    let entry = rest.split('"').next().expect("an index");
    let (status, page) = desk.get(&format!("/ledger/{entry}"), &cookie).await;
    assert_eq!(status, StatusCode::OK);
    for part in ["Verified", "✓", "Checkpoint", "Leaf", &here] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn several_assets_are_decided_together_or_not_at_all() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let assets = keys(&desk, "asset").await;
    let (first, other) = (&assets[0], &assets[assets.len() - 1]);
    let token = desk.token("/registers/assets", &cookie).await;
    let size = desk.site.operations().ledger_size().await.expect("a size");
    let both = format!("form={token}&asset={first}&asset={other}");
    for (form, expected) in [
        (format!("form={token}&in_scope=yes"), StatusCode::UNPROCESSABLE_ENTITY),
        (format!("{both}&in_scope=no"), StatusCode::UNPROCESSABLE_ENTITY),
        (format!("{both}&in_scope=perhaps"), StatusCode::UNPROCESSABLE_ENTITY),
        (format!("{both}&asset=none&in_scope=yes"), StatusCode::NOT_FOUND),
        (format!("{both}&in_scope=yes&owner=nobody"), StatusCode::UNPROCESSABLE_ENTITY),
        (format!("asset={first}&in_scope=yes"), StatusCode::FORBIDDEN),
    ] {
        let (status, page) = desk.post("/edit/assets", &cookie, &form).await;
        assert_eq!(status, expected, "{form}: {page}");
    }
    assert_eq!(desk.site.operations().ledger_size().await.expect("a size"), size);
    let form =
        format!("{both}&in_scope=no&reason=Tried&owner=ines-arvid&classification=restricted");
    let (status, page) = desk.post("/edit/assets", &cookie, &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (_, list) = desk
        .get("/registers/assets?owner=ines-arvid&in_scope=no&classification=restricted", &cookie)
        .await;
    for id in [first, other] {
        assert!(list.contains(&format!("href=\"/registers/assets/{id}\"")), "{list}");
    }
}
