//! Saved views: one's own, found again, and gone when they are deleted.

use annex_isms::entity::Role;
use annex_isms::view::View;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::desk::{Desk, encoded, read};

const HOSTILE: &str = "<script>alert(1)</script>";
const ASKED: &str = "?text=a%26b&kind=model&sort=name&order=desc";

async fn views(desk: &Desk, person: &str) -> Vec<View> {
    let person = person.parse().expect("an id");
    desk.site.operations().views_of(&person).await.expect("views")
}

#[tokio::test]
async fn a_list_is_found_again_by_its_name_until_it_is_deleted() {
    let desk = Desk::new().await;
    let (ines, tomas) = (desk.signed_in("ines-arvid").await, desk.signed_in("tomas-beck").await);
    let here = format!("/registers/assets{ASKED}");
    let (_, plain) = desk.get("/registers/assets", &ines).await;
    assert!(!plain.contains("Save this view"), "there is nothing to save");
    let (_, page) = desk.get(&format!("{here}&page=2"), &ines).await;
    assert!(page.contains("Save this view"), "{page}");
    let token = desk.token(&here, &ines).await;
    let form = |name: &str, asked: &str| {
        format!("form={token}&register=assets&name={}&asked={}", encoded(name), encoded(asked))
    };
    let (status, page) = desk.post("/views", &ines, &form(HOSTILE, ASKED)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (_, page) = desk.get("/registers/assets", &ines).await;
    assert!(page.contains("href=\"/registers/assets?text=a%26b&amp;kind=model&amp;sort=name&amp;order=desc\">&lt;script&gt;"), "{page}");
    assert!(!page.contains("<script>"), "{page}");
    let (_, page) = desk.get(&here, &ines).await;
    assert!(
        page.contains("aria-current=\"page\">&lt;script&gt;"),
        "it is the one that is shown: {page}"
    );
    // Nobody else has it, and another register has not.
    for (path, cookie) in [("/registers/assets", &tomas), ("/registers/gaps", &ines)] {
        assert!(!desk.get(path, cookie).await.1.contains("Saved views"), "{path}");
    }
    // The same name replaces it.
    let other = desk.post("/views", &ines, &form(HOSTILE, "?owner=-")).await;
    assert_eq!(other.0, StatusCode::SEE_OTHER, "{}", other.1);
    let own = views(&desk, "ines-arvid").await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].filters.get("owner").map(String::as_str), Some("-"));
    for (name, asked) in [
        ("", ASKED),
        (&"x".repeat(81), ASKED),
        ("x", "?colour=red"),
        ("x", "?sort=body"),
        ("x", "?in_scope=maybe"),
        ("x", &format!("?text={}", "y".repeat(401))),
    ] {
        let (status, page) = desk.post("/views", &ines, &form(name, asked)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{asked}: {page}");
    }
    let (status, _) = desk.post("/views", &tomas, &form("x", ASKED)).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a form of another session");
    // Only its owner deletes it.
    let token_of = |cookie: String| {
        let desk = &desk;
        async move { desk.token("/registers/assets?sort=name", &cookie).await }
    };
    let remove = |token: String| format!("form={token}&register=assets&view={}", own[0].id);
    let (status, page) =
        desk.post("/views/remove", &tomas, &remove(token_of(tomas.clone()).await)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    let own_token = token_of(ines.clone()).await;
    let (status, _) = desk.post("/views/remove", &ines, &remove(own_token.clone())).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(views(&desk, "ines-arvid").await.is_empty());
    let (status, _) = desk.post("/views/remove", &ines, &remove(own_token)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "it is gone");
    assert!(!desk.get("/registers/assets", &ines).await.1.contains("Saved views"));
}

#[tokio::test]
async fn everyone_who_reads_keeps_views_also_by_a_program_and_in_no_one_elses_name() {
    let desk = Desk::new().await;
    desk.grant("ines-arvid", Role::Auditor).await;
    let key = desk.key("ines-arvid", Role::Auditor, &["read", "save-view", "remove-view"]).await;
    let command = |body: serde_json::Value| {
        let request = Request::post("/api/v1/commands")
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body.to_string())).expect("a request");
        let desk = &desk;
        async move { read(desk.send(request).await).await }
    };
    let save = |by: &str| {
        serde_json::json!({
            "command": "save-view", "kind": "gap", "name": "Late", "by": by,
            "filters": { "due_before": "2026-12-01" }, "sort": "due",
        })
    };
    let (status, reply) = command(save("ines-arvid")).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    assert_eq!(command(save("tomas-beck")).await.0, StatusCode::FORBIDDEN);
    let view = views(&desk, "ines-arvid").await.pop().expect("saved");
    let cookie = desk.signed_in("ines-arvid").await;
    let (_, page) = desk.get("/registers/gaps", &cookie).await;
    assert!(page.contains("/registers/gaps?due_before=2026-12-01&amp;sort=due\">Late"), "{page}");
    let remove =
        |by: &str| serde_json::json!({ "command": "remove-view", "view": view.id, "by": by });
    assert_eq!(command(remove("tomas-beck")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(command(remove("ines-arvid")).await.0, StatusCode::OK);
    assert!(views(&desk, "ines-arvid").await.is_empty());
}
