//! Comments: who says what of a thing, to whom it is shown, and what is refused.

use annex_isms::Record;
use annex_isms::comment::{About, AboutKind, COMMENT_CHARS_MAX, Comment};
use annex_isms::entity::Role;
use annex_operations::{Caller, Command, ListQuery, OperationError};
use axum::http::StatusCode;

use crate::desk::{Desk, encoded};

const HOSTILE: &str = "</p><script>alert(1)</script>\r\n<img src=x onerror=alert(1)>";

/// A form that says something.
fn form(token: &str, kind: &str, key: &str, text: &str) -> String {
    format!("form={token}&kind={kind}&key={}&text={}", encoded(key), encoded(text))
}

/// What was said, the oldest first.
async fn said(desk: &Desk) -> Vec<Comment> {
    let page = desk.site.operations().list(&ListQuery::of("comment")).await.expect("a list");
    let records = page.items.into_iter().filter_map(|listed| listed.entry);
    let comment = |record| match record {
        Record::Comment(comment) => comment,
        other => panic!("{other:?}"),
    };
    records.map(|entry| comment(entry.record)).collect()
}

#[tokio::test]
async fn two_people_talk_on_a_gap_and_disturb_no_open_form() {
    let desk = Desk::new().await;
    let (ines, tomas) = (desk.signed_in("ines-arvid").await, desk.signed_in("tomas-beck").await);
    let gap = desk.first("/gaps", &ines).await;
    let id = gap.rsplit('/').next().expect("an id");
    let (own, other) = (desk.token(&gap, &ines).await, desk.token(&gap, &tomas).await);
    let (_, page) = desk.get(&gap, &ines).await;
    assert!(page.contains("Nobody has said anything yet"), "{page}");
    let open = desk.fields(&gap, &ines).await;
    for (cookie, token, text) in [
        (&ines, &own, "Who has the log?\r\nI have none."),
        (&tomas, &other, " I do, from Monday on. "),
        (&ines, &own, HOSTILE),
    ] {
        let (status, page) = desk.post("/comments", cookie, &form(token, "gap", id, text)).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    }
    let (_, page) = desk.get(&gap, &tomas).await;
    let first = page.find("Who has the log?\nI have none.").expect("with its line break");
    let second = page.find(">I do, from Monday on.<").expect("without what is around it");
    assert!(first < second, "the oldest first");
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>"), "{page}");
    assert!(page.contains("<strong>tomas-beck</strong>"), "{page}");
    assert!(!page.contains("name not verified"), "{page}");
    // Each leads to its entry.
    let listed = desk.site.operations().list(&ListQuery::of("comment")).await.expect("a list");
    for item in &listed.items {
        let entry = format!("/ledger/{}", item.index);
        assert!(page.contains(&format!("href=\"{entry}\"")), "{entry}");
        let (status, page) = desk.get(&entry, &tomas).await;
        assert!(status == StatusCode::OK && page.contains(&item.key), "{page}");
    }
    // They are beside the record in its register as well, and a comment from there leads there.
    let record = format!("/registers/gaps/{id}");
    let (_, page) = desk.get(&record, &ines).await;
    assert!(page.contains("Who has the log?") && page.contains("name=\"register\""), "{page}");
    // The form that was open all the while is as new as it was.
    let assign = format!("{open}&owner=tomas-beck&due=2027-01-01&plan=Keep+it");
    let (status, page) = desk.post(&format!("{gap}/assign"), &ines, &assign).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    assert_eq!(said(&desk).await.len(), 3);
}

#[tokio::test]
async fn what_is_about_something_else_or_nothing_is_not_recorded() {
    let (desk, there) = (Desk::new().await, Desk::of_another().await);
    let cookie = desk.signed_in("ines-arvid").await;
    let gap = desk.first("/gaps", &cookie).await;
    let id = gap.rsplit('/').next().expect("an id");
    let token = desk.token(&gap, &cookie).await;
    let theirs = there.site.operations().list(&ListQuery::of("gap")).await.expect("a list").items;
    let mut foreign = None;
    for listed in theirs {
        let own = desk.site.operations().version("gap", &listed.key).await.expect("read");
        if own.is_none() {
            foreign = Some(listed.key);
        }
    }
    let foreign = foreign.expect("a gap of the other organisation alone");
    for (kind, key) in [
        ("gap", foreign.as_str()),
        ("gap", ""),
        ("gap", id.get(..4).expect("a beginning")),
        ("gap", "//evil.example/x"),
        ("risk", id),
    ] {
        let (status, page) =
            desk.post("/comments", &cookie, &form(&token, kind, key, "Well?")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{kind} {key}: {page}");
    }
    let long = "é".repeat(COMMENT_CHARS_MAX + 1);
    for (kind, text, why) in [
        ("gap", "", "1 to 4000 characters"),
        ("gap", " \r\n\t ", "1 to 4000 characters"),
        ("gap", long.as_str(), "1 to 4000 characters"),
        ("person", "Well?", "is not a kind of record that is commented on"),
        ("view", "Well?", "is not a kind of record that is commented on"),
    ] {
        let (status, page) = desk.post("/comments", &cookie, &form(&token, kind, id, text)).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(why), "{why}: {page}");
    }
    let (status, _) = desk.post("/comments", &cookie, &form("x", "gap", id, "Well?")).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a form of no page");
    assert_eq!(said(&desk).await, []);
    let most = "é".repeat(COMMENT_CHARS_MAX);
    let (status, page) = desk.post("/comments", &cookie, &form(&token, "gap", id, &most)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    assert_eq!(said(&desk).await[0].text, most);
}

#[tokio::test]
async fn who_only_reads_says_nothing_and_nobody_speaks_for_another() {
    let desk = Desk::new().await;
    let ines = desk.signed_in("ines-arvid").await;
    let gap = desk.first("/gaps", &ines).await;
    let id = gap.rsplit('/').next().expect("an id");
    let auditor = desk.joins("noor-halden", Role::Auditor).await;
    let (_, page) = desk.get(&gap, &auditor).await;
    assert!(page.contains("Comments") && !page.contains("Your comment"), "{page}");
    let token = desk.token(&gap, &auditor).await;
    let (status, _) = desk.post("/comments", &auditor, &form(&token, "gap", id, "Well?")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let token = ines.split_once('.').expect("a pair").1;
    let caller = desk.site.operations().signed_in(token).await.expect("read");
    let caller = caller.expect("signed in").caller(None);
    let comment = |by: &str, key: &str| Command::Comment {
        about: About { kind: AboutKind::Gap, key: key.to_owned() },
        text: "Well?".to_owned(),
        by: by.parse().expect("an id"),
    };
    let operations = desk.site.operations();
    let outcome = operations.execute(comment("tomas-beck", id), &caller).await;
    assert!(matches!(outcome, Err(OperationError::Forbidden(_))), "{outcome:?}");
    let folder = Caller::of_folder("test");
    for (by, key) in [("nobody", id), ("tomas-beck", "g-none")] {
        operations.execute(comment(by, key), &folder).await.expect_err("not on record");
    }
    assert_eq!(said(&desk).await, []);
    // By the folder itself a beginning is enough, and the page says that nobody verified the name.
    let beginning = id.get(..id.len() - 1).expect("a beginning");
    operations.execute(comment("tomas-beck", beginning), &folder).await.expect("recorded");
    assert_eq!(said(&desk).await[0].about.key, id);
    let (_, page) = desk.get(&gap, &ines).await;
    assert!(page.contains("tomas-beck</strong> (name not verified)"), "{page}");
}

#[tokio::test]
async fn everything_that_is_worked_on_is_talked_about() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    desk.grants("ines-arvid", [Role::IsmsManager, Role::Approver]).await;
    let token = desk.token("/prompts", &cookie).await;
    for (path, fields) in [
        ("/prompts", "system=helpdesk&name=Answer&text=Help.&change=new"),
        (
            "/decisions",
            "system=helpdesk&question=Reset%3F&proposal=Yes.&deadline=2026-12-01T10:00&on_expiry=reject",
        ),
        ("/controls/A.8.25/nonconformity", "finding=Unreviewed."),
        ("/controls/A.8.25/implementation", "statement=By+hand.&owner=&since=&status=partial"),
    ] {
        let (status, page) = desk.post(path, &cookie, &format!("form={token}&{fields}")).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}: {page}");
    }
    let (risk, request) =
        (desk.first("/risks", &cookie).await, desk.first("/requests", &cookie).await);
    let (_, page) = desk.get(&risk, &cookie).await;
    let (_, gap) = page.split_once("name=\"gap\"").expect("a choice of gaps");
    let gap = gap.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a gap");
    let ask = format!("form={token}&gap={}&reason=Later&expires=2027-01-01", encoded(gap));
    let asked = desk.post(&format!("{risk}/exception"), &cookie, &ask).await;
    assert_eq!(asked.0, StatusCode::SEE_OTHER, "{}", asked.1);
    let exception = ListQuery::of("exception");
    let exception = desk.site.operations().list(&exception).await.expect("a list");
    let pages = [
        ("gap", desk.first("/gaps", &cookie).await),
        ("request", request),
        ("risk", risk),
        ("exception", format!("/registers/exceptions/{}", exception.items[0].key)),
        ("nonconformity", desk.first("/nonconformities", &cookie).await),
        ("supplier", desk.first("/suppliers", &cookie).await),
        ("prompt", desk.first("/prompts", &cookie).await),
        ("decision", desk.first("/decisions", &cookie).await),
        ("implementation", "/controls/A.8.25".to_owned()),
    ];
    let kinds: Vec<&str> = AboutKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds, pages.each_ref().map(|(kind, _)| *kind), "every kind is here");
    for (kind, path) in pages {
        let key = path.rsplit('/').next().expect("a key");
        let (_, page) = desk.get(&path, &cookie).await;
        assert!(page.contains("Your comment"), "{path}: {page}");
        let text = format!("Of the {kind}.");
        let (status, page) = desk.post("/comments", &cookie, &form(&token, kind, key, &text)).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}: {page}");
        let (_, page) = desk.get(&path, &cookie).await;
        assert!(page.contains(&text), "{path}: {page}");
        let reader = desk.key("ines-arvid", Role::IsmsManager, &["read"]).await;
        let list = format!("/api/v1/records/comment?about_kind={kind}&about_key={key}");
        let (status, list) = desk.call("GET", &list, &reader).await;
        assert_eq!(status, StatusCode::OK, "{list}");
        let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
        assert_eq!(list["total"], 1, "{list}");
        assert_eq!(list["items"][0]["entry"]["record"]["value"]["text"], text, "{list}");
    }
}
