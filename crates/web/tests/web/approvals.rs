//! Prompt templates and decisions: what one person writes or asks, and another approves.

use std::sync::atomic::Ordering;

use annex_isms::Digest;
use annex_isms::entity::Role;
use axum::http::StatusCode;

use crate::desk::{Desk, HOUR, encoded};

const CHECKS: [&str; 6] = [
    "untrusted-apart",
    "no-secrets",
    "limits-stated",
    "output-checked",
    "least-access",
    "attacks-tried",
];

/// The answers to the checklist, of which one may not hold.
fn review(fields: &str, fails: &str) -> String {
    let checks: Vec<String> = CHECKS
        .iter()
        .map(|id| format!("{id}={}", if *id == fails { "false" } else { "true" }))
        .collect();
    format!("{fields}&{}&note=read+it", checks.join("&"))
}

#[tokio::test]
async fn a_prompt_is_used_once_someone_else_reviewed_and_approved_it() {
    let desk = Desk::new().await;
    for person in ["ines-arvid", "tomas-beck"] {
        desk.grants(person, [Role::IsmsManager, Role::Approver]).await;
    }
    let (ines, tomas) = (desk.signed_in("ines-arvid").await, desk.signed_in("tomas-beck").await);
    let token = desk.token("/prompts", &ines).await;
    let add = |fields: &str, text: &str| {
        format!("{fields}&system=helpdesk&name=Answer&text={}&change=for+a+test", encoded(text))
    };
    let first = add(&format!("form={token}"), "You help.\r\n<script>alert(1)</script>\r\n");
    assert_eq!(desk.post("/prompts", &ines, &first).await.0, StatusCode::SEE_OTHER);
    let again = desk.post("/prompts", &ines, &first).await;
    assert!(again.0 == StatusCode::UNPROCESSABLE_ENTITY && again.1.contains("newest version"));
    for wrong in [
        first.replace("system=helpdesk", "system=none"),
        first.replace("name=Answer", "name=+"),
        add(&format!("form={token}"), " \r\n"),
    ] {
        let (status, page) = desk.post("/prompts", &ines, &wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    }
    let prompt = desk.first("/prompts", &ines).await;
    let (_, page) = desk.get(&prompt, &ines).await;
    let digest = Digest::of(b"You help.\n<script>alert(1)</script>\n").to_string();
    assert!(page.contains(&digest) && page.contains("not reviewed"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>"), "{page}");
    // Neither reviewed by its author, nor approved without a review, nor with a fault.
    let own = desk.fields(&prompt, &ines).await;
    let to = |version: u32, step: &str| format!("{prompt}/{version}/{step}");
    let (status, page) = desk.post(&to(1, "review"), &ines, &review(&own, "")).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("someone else"), "{page}");
    let other = desk.fields(&prompt, &tomas).await;
    let (status, page) = desk.post(&to(1, "approve"), &tomas, &other).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("no security review"));
    let short = format!("{other}&no-secrets=true&note=x");
    let (status, _) = desk.post(&to(1, "review"), &tomas, &short).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let faulty = review(&other, "no-secrets");
    assert_eq!(desk.post(&to(1, "review"), &tomas, &faulty).await.0, StatusCode::SEE_OTHER);
    let other = desk.fields(&prompt, &tomas).await;
    let (status, page) = desk.post(&to(1, "approve"), &tomas, &other).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("no-secrets"), "{page}");
    assert!(desk.site.operations().approved_prompts().await.expect("read").is_empty());
    // The next version shows what changed, and is approved.
    let own = desk.fields(&prompt, &ines).await;
    let second = add(&own, "You help.\r\nYou refuse the rest.\r\n");
    assert_eq!(desk.post("/prompts", &ines, &second).await.0, StatusCode::SEE_OTHER);
    assert_eq!(desk.post("/prompts", &ines, &add(&own, "x")).await.0, StatusCode::CONFLICT);
    let (_, page) = desk.get(&prompt, &tomas).await;
    assert!(page.contains("added: </span><code>You refuse the rest."), "{page}");
    assert!(page.contains("removed: </span><code>&lt;script&gt;"), "{page}");
    let other = desk.fields(&prompt, &tomas).await;
    let (status, page) = desk.post(&to(2, "review"), &tomas, &review(&other, "")).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let own = desk.fields(&prompt, &ines).await;
    let (status, _) = desk.post(&to(2, "approve"), &ines, &own).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "its author");
    let other = desk.fields(&prompt, &tomas).await;
    let (status, page) = desk.post(&to(2, "approve"), &tomas, &other).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let approved = desk.site.operations().approved_prompts().await.expect("read");
    assert_eq!(approved.len(), 1);
    assert_eq!(approved[0].digest, Digest::of(b"You help.\nYou refuse the rest.\n"));
    let key = desk.key("gateway", Role::Service, &["read"]).await;
    let (status, told) = desk.call("GET", "/api/v1/prompts/approved", &key).await;
    assert_eq!(status, StatusCode::OK);
    let told: Vec<annex_operations::ApprovedPrompt> = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told, approved);
    let other = desk.fields(&prompt, &tomas).await;
    let back = format!("{other}&reason=It+leaked");
    assert_eq!(desk.post(&to(2, "withdraw"), &tomas, &back).await.0, StatusCode::SEE_OTHER);
    assert!(desk.site.operations().approved_prompts().await.expect("read").is_empty());
    let (_, page) = desk.get(&prompt, &tomas).await;
    assert!(page.contains("It leaked"), "{page}");
    assert_eq!(desk.get(&format!("{prompt}?version=9"), &tomas).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_decision_is_made_in_time_or_its_default_holds() {
    let desk = Desk::new().await;
    desk.grants("ines-arvid", [Role::IsmsManager, Role::Approver]).await;
    desk.grants("tomas-beck", [Role::IsmsManager, Role::Approver]).await;
    let (ines, tomas) = (desk.signed_in("ines-arvid").await, desk.signed_in("tomas-beck").await);
    let (own, other) =
        (desk.token("/decisions", &ines).await, desk.token("/decisions", &tomas).await);
    // The desk's clock stands in September 2026.
    let put = |deadline: &str, default: &str| {
        format!(
            "form={own}&system=helpdesk&question=Reset+the+account%3F&proposal=Reset+it.\
             &deadline={}&on_expiry={default}",
            encoded(deadline)
        )
    };
    let past = desk.post("/decisions", &ines, &put("2026-01-01T10:00", "reject")).await;
    assert_eq!(past.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, page) = desk.post("/decisions", &ines, &put("2026-12-01T10:00", "reject")).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let decision = desk.first("/decisions", &ines).await;
    let seen = desk.fields(&decision, &tomas).await;
    let (status, page) =
        desk.post(&decision, &ines, &format!("form={own}&choice=approve&reason=")).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("someone else"), "{page}");
    let (status, _) = desk.post(&decision, &tomas, &format!("{seen}&choice=reject&reason=")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "without a reason");
    let edit = format!("{seen}&choice=edit&answer=Ask+first.&reason=Too+fast");
    assert_eq!(desk.post(&decision, &tomas, &edit).await.0, StatusCode::SEE_OTHER);
    let (status, _) = desk.post(&decision, &tomas, &edit).await;
    assert_eq!(status, StatusCode::CONFLICT, "it is decided");
    let (_, page) = desk.get(&decision, &ines).await;
    assert!(page.contains("Ask first.") && page.contains("approved with changes"), "{page}");
    // Nobody decides these two in time.
    let soon = desk.site.operations().now().microseconds() + HOUR;
    let soon = annex_isms::Instant::from_microseconds(soon).to_string();
    for default in ["approve", "reject"] {
        let form = put(soon.get(..19).expect("seconds"), default);
        let (status, page) = desk.post("/decisions", &ines, &form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    }
    let early = desk.post("/decisions/expire", &tomas, &format!("form={other}")).await;
    assert_eq!(early.0, StatusCode::UNPROCESSABLE_ENTITY);
    desk.clock.0.fetch_add(2 * HOUR, Ordering::SeqCst);
    let (_, page) = desk.get("/decisions?state=expired", &tomas).await;
    assert!(page.contains("2 of 3") && page.contains("Record that 2 expired"), "{page}");
    let late = desk.first("/decisions?state=expired", &tomas).await;
    let (status, page) =
        desk.post(&late, &tomas, &format!("form={other}&choice=approve&reason=")).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("expired"), "{page}");
    let recorded = desk.post("/decisions/expire", &tomas, &format!("form={other}")).await;
    assert_eq!(recorded.0, StatusCode::SEE_OTHER, "{}", recorded.1);
    let (_, page) = desk.get("/decisions?state=expired", &tomas).await;
    assert!(page.contains("2 of 3") && !page.contains("Record that"), "{page}");
    let (_, page) = desk.get(&late, &tomas).await;
    assert!(page.contains("Nobody decided by"), "{page}");
}

#[tokio::test]
async fn the_overview_says_who_has_what_to_do_and_how_results_went() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let (_, page) = desk.get("/", &cookie).await;
    for words in ["Work by owner and day", "Evidence that expires", "Stage 2"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("from the second recorded assessment on"));
    let form = format!("form={}", desk.token("/", &cookie).await);
    // Something has to differ, else the second assessment is the same as the first.
    desk.clock.0.fetch_add(HOUR, Ordering::SeqCst);
    assert_eq!(desk.post("/assess", &cookie, &form).await.0, StatusCode::SEE_OTHER);
    let (_, page) = desk.get("/", &cookie).await;
    assert!(page.contains("<polyline") && page.contains("The same as a table"), "{page}");
}
