//! Controls, applicability, risks, suppliers and nonconformities as people work on them.

use annex_isms::Record;
use annex_isms::entity::{Exception, Role};
use annex_operations::{ListQuery, Query, Told};
use axum::http::StatusCode;

use crate::desk::{Desk, encoded};

/// Every page that stands in the navigation, and one of each below it.
const PAGES: [&str; 10] = [
    "/controls",
    "/controls?text=cloud&stands=gap",
    "/controls/A.5.23",
    "/controls/A.5.23/agreement-covers-traffic",
    "/soa",
    "/risks",
    "/risks?stage=residual",
    "/exceptions",
    "/suppliers",
    "/nonconformities",
];

#[tokio::test]
async fn every_page_is_there_for_who_is_signed_in_and_for_nobody_else() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    for path in PAGES {
        let (status, page) = desk.get(path, &cookie).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(page.contains("<h1>") && !page.contains("style=\""), "{path}");
        assert_eq!(desk.get(path, "").await.0, StatusCode::SEE_OTHER, "{path}");
    }
    for path in ["/controls/A.9.9", "/controls/A.5.23/none", "/risks/none", "/suppliers/none"] {
        assert_eq!(desk.get(path, &cookie).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_control_shows_its_questions_and_why_each_result_is_so() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let (_, page) = desk.get("/controls/A.5.23", &cookie).await;
    for words in ["Does the control address AI risk?", "agreement does not permit", "openai"] {
        assert!(page.contains(words), "{words}");
    }
    let result = "/controls/A.5.23/agreement-covers-traffic/supplier:openai";
    let (status, page) = desk.get(result, &cookie).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("What is missing") || page.contains("What is known"), "{page}");
    // Not applicable with a justification, and applicable again.
    let token = desk.token(result, &cookie).await;
    let empty = desk.post(result, &cookie, "form=x&justification=x").await;
    assert_eq!(empty.0, StatusCode::FORBIDDEN);
    let form = format!("form={token}&justification={}", encoded("Only a trial <b>key</b>."));
    assert_eq!(desk.post(result, &cookie, &form).await.0, StatusCode::SEE_OTHER);
    let (_, page) = desk.get(result, &cookie).await;
    assert!(page.contains("Only a trial &lt;b&gt;key&lt;/b&gt;."), "{page}");
    assert!(page.contains("Withdraw the justification"));
    let form = format!("form={token}&justification=");
    assert_eq!(desk.post(result, &cookie, &form).await.0, StatusCode::SEE_OTHER);
    let (_, page) = desk.get(result, &cookie).await;
    assert!(!page.contains("Withdraw the justification"));
}

#[tokio::test]
async fn a_nonconformity_is_raised_worked_on_and_closed_only_when_complete() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let token = desk.token("/controls/A.8.25", &cookie).await;
    let form = format!("form={token}&finding={}", encoded("A change went out unreviewed."));
    let raised = desk.post("/controls/A.8.25/nonconformity", &cookie, &form).await;
    assert_eq!(raised.0, StatusCode::SEE_OTHER, "{}", raised.1);
    let (_, page) = desk.get("/controls/A.8.25", &cookie).await;
    assert!(page.contains("A change went out unreviewed."));
    let row = desk.first("/nonconformities", &cookie).await;
    let fields = desk.fields(&row, &cookie).await;
    let form = |cause: &str, review: &str, status: &str| {
        format!(
            "{fields}&correction=rolled+back&cause={cause}&similar_cases=none\
             &corrective_action=rule&effectiveness_review={review}&status={status}"
        )
    };
    let early = desk.post(&row, &cookie, &form("", "2026-09-01", "closed")).await;
    assert_eq!(early.0, StatusCode::UNPROCESSABLE_ENTITY);
    let future = desk.post(&row, &cookie, &form("haste", "2030-01-01", "closed")).await;
    assert_eq!(future.0, StatusCode::UNPROCESSABLE_ENTITY);
    let whole = desk.post(&row, &cookie, &form("haste", "2026-09-01", "closed")).await;
    assert_eq!(whole.0, StatusCode::SEE_OTHER, "{}", whole.1);
    let (_, page) = desk.get(&row, &cookie).await;
    assert!(page.contains("closed") && page.contains("haste"));
}

#[tokio::test]
async fn a_statement_is_decided_by_one_person_and_approved_by_another() {
    let desk = Desk::new().await;
    let (ines, tomas) = (desk.signed_in("ines-arvid").await, desk.signed_in("tomas-beck").await);
    for person in ["ines-arvid", "tomas-beck"] {
        desk.grants(person, [Role::IsmsManager, Role::Approver]).await;
    }
    let (own, other) = (desk.token("/soa", &ines).await, desk.token("/soa", &tomas).await);
    let decide = |token: &str, controls: &[String], included: &str, more: &str| {
        let controls = controls.join("&control=");
        format!("form={token}&control={controls}&included={included}{more}")
    };
    let (_, page) = desk.get("/soa?decided=no", &ines).await;
    let all: Vec<String> = page
        .split("name=\"control\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().expect("an id").to_owned())
        .collect();
    assert_eq!(all.len(), 93);
    let none = format!("form={own}&included=yes&reason=x");
    assert_eq!(desk.post("/soa/decide", &ines, &none).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let odd = decide(&own, &all[..1], "no", "&reason=x&ground=law");
    assert_eq!(desk.post("/soa/decide", &ines, &odd).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let law = decide(&own, &all[1..], "yes", "&reason=Needed&ground=law&ground=risk");
    assert_eq!(desk.post("/soa/decide", &ines, &law).await.0, StatusCode::SEE_OTHER);
    let (_, page) = desk.get("/soa", &ines).await;
    assert!(page.contains("1 are not") && page.contains("risk, law: Needed"), "{page}");
    // The last decision is another person's: neither of the two can approve.
    let last = decide(&other, &all[..1], "no", "&reason=None+here");
    assert_eq!(desk.post("/soa/decide", &tomas, &last).await.0, StatusCode::SEE_OTHER);
    for (cookie, token) in [(&ines, &own), (&tomas, &other)] {
        let (status, page) = desk.post("/soa/approve", cookie, &format!("form={token}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("someone else must approve"), "{page}");
    }
    let noor = desk.joins("noor-halden", Role::Approver).await;
    let third = desk.fields("/soa", &noor).await;
    // What she saw is not what is there any more, and then it is.
    let again = decide(&other, &all[..1], "no", "&reason=None+here+now");
    assert_eq!(desk.post("/soa/decide", &tomas, &again).await.0, StatusCode::SEE_OTHER);
    assert_eq!(desk.post("/soa/approve", &noor, &third).await.0, StatusCode::CONFLICT);
    let third = desk.fields("/soa", &noor).await;
    let (status, page) = desk.post("/soa/approve", &noor, &third).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    // The next version differs in one row.
    let change = decide(&own, &all[..1], "yes", "&reason=Found+one&ground=contract");
    assert_eq!(desk.post("/soa/decide", &ines, &change).await.0, StatusCode::SEE_OTHER);
    let (_, page) = desk.get("/soa/compare?from=1&to=2", &ines).await;
    assert!(page.contains("1 of 93 controls") && page.contains("contract: Found one"), "{page}");
    let (_, page) = desk.get("/soa/versions/1", &ines).await;
    assert!(page.contains("by noor-halden") && page.contains("None here"), "{page}");
    assert_eq!(desk.get("/soa/versions/3", &ines).await.0, StatusCode::NOT_FOUND);
    // What was approved in version 1 does not bind its authors in version 2.
    let (status, page) = desk.post("/soa/approve", &tomas, &format!("form={other}")).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
}

#[tokio::test]
async fn a_risk_is_reviewed_approved_and_bears_an_exception() {
    let desk = Desk::new().await;
    let (ines, tomas) = (desk.signed_in("ines-arvid").await, desk.signed_in("tomas-beck").await);
    desk.grants("ines-arvid", [Role::IsmsManager, Role::Approver]).await;
    desk.grants("tomas-beck", [Role::ControlOwner, Role::Approver]).await;
    let risk = desk.first("/risks", &ines).await;
    let (own, other) = (desk.token(&risk, &ines).await, desk.token(&risk, &tomas).await);
    let seen = desk.fields(&risk, &ines).await;
    let review = |likelihood: &str| {
        format!(
            "{seen}&likelihood={likelihood}&confidentiality=4&integrity=2&availability=1\
             &treatment=mitigate&plan=Filter+it"
        )
    };
    let to = format!("{risk}/review");
    assert_eq!(desk.post(&to, &ines, &review("6")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(desk.post(&to, &ines, &review("3")).await.0, StatusCode::SEE_OTHER);
    assert_eq!(desk.post(&to, &ines, &review("4")).await.0, StatusCode::CONFLICT, "of before");
    let (_, page) = desk.get("/risks?stage=inherent&likelihood=3&consequence=4", &ines).await;
    assert!(page.contains(&format!("href=\"{risk}\"")) && page.contains("1 of "), "{page}");
    let to = format!("{risk}/residual");
    let residual = |fields: &str| format!("{fields}&likelihood=2&consequence=3");
    let seen = desk.fields(&risk, &ines).await;
    let (status, page) = desk.post(&to, &ines, &residual(&seen)).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("someone else"), "{page}");
    let seen = desk.fields(&risk, &tomas).await;
    assert_eq!(desk.post(&to, &tomas, &residual(&seen)).await.0, StatusCode::SEE_OTHER);
    let (_, page) = desk.get("/risks?stage=residual&likelihood=2&consequence=3", &ines).await;
    assert!(page.contains(&format!("href=\"{risk}\"")), "{page}");
    let (_, page) = desk.get(&risk, &ines).await;
    assert!(page.contains("approved by tomas-beck"), "{page}");
    // An exception for a gap of one of its controls: asked by one, permitted by another.
    let (_, gap) = page.split_once("name=\"gap\"").expect("a choice of gaps");
    let gap = gap.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a gap");
    let to = format!("{risk}/exception");
    let ask = |expires: &str| {
        format!("form={own}&gap={}&reason=Next+release&expires={expires}", encoded(gap))
    };
    assert_eq!(desk.post(&to, &ines, &ask("2020-01-01")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, page) = desk.post(&to, &ines, &ask("2027-01-01")).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (_, page) = desk.get("/exceptions", &tomas).await;
    let (_, after) = page.split_once("action=\"/exceptions/").expect("a form");
    let to = format!("/exceptions/{}", after.split('"').next().expect("an address"));
    let (status, _) = desk.post(&to, &ines, &format!("form={own}")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    // Who asks changes the request while the approver reads it: the approver decides on nothing
    // that they were not shown.
    let shown = |page: &str| {
        let after = page.split_once("name=\"version\" value=\"").expect("a version").1;
        format!("form={other}&version={}", after.split('"').next().expect("a number"))
    };
    let (old, changed) = (shown(&page), format!("{risk}/exception"));
    let again = ask("2027-01-01").replace("Next+release", "Never+mind");
    assert_eq!(desk.post(&changed, &ines, &again).await.0, StatusCode::SEE_OTHER);
    let (status, page) = desk.post(&to, &tomas, &old).await;
    assert!(status == StatusCode::CONFLICT && page.contains("meanwhile"), "{page}");
    let (_, page) = desk.get("/exceptions", &tomas).await;
    assert!(page.contains("Never mind"), "{page}");
    let (status, page) = desk.post(&to, &tomas, &shown(&page)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (_, page) = desk.get("/exceptions", &ines).await;
    assert!(page.contains("permitted") && page.contains("by tomas-beck"), "{page}");
    let (status, _) = desk.post(&to, &tomas, &format!("form={other}")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "it is permitted already");
}

/// The exceptions on record, the oldest first.
async fn exceptions(desk: &Desk) -> Vec<Exception> {
    let query = ListQuery { sort: Some("recorded".to_owned()), ..ListQuery::of("exception") };
    let page = desk.site.operations().list(&query).await.expect("a list");
    let records = page.items.into_iter().filter_map(|listed| listed.entry);
    let exception = |record| match record {
        Record::Exception(exception) => exception,
        other => panic!("{other:?}"),
    };
    records.map(|entry| exception(entry.record)).collect()
}

/// How many approvals of exceptions are asked for outside.
async fn told(desk: &Desk) -> usize {
    let operations = desk.site.operations();
    let told = Told { mail: false, webhooks: vec!["chat".to_owned()], days_before: 1 };
    operations.note(&told).await.expect("noted");
    let (all, _) = operations.notices(None, 0, 200).await.expect("read");
    all.iter().filter(|one| one.record_kind == "exception").count()
}

#[tokio::test]
async fn an_exception_is_refused_with_a_reason_and_asked_for_anew() {
    let desk = Desk::new().await;
    let (ines, tomas) = (desk.signed_in("ines-arvid").await, desk.signed_in("tomas-beck").await);
    desk.grants("ines-arvid", [Role::IsmsManager, Role::Approver]).await;
    desk.grants("tomas-beck", [Role::ControlOwner, Role::Approver]).await;
    let auditor = desk.joins("noor-halden", Role::Auditor).await;
    let risk = desk.first("/risks", &ines).await;
    let (own, other) = (desk.token(&risk, &ines).await, desk.token(&risk, &tomas).await);
    let (_, page) = desk.get(&risk, &ines).await;
    let (_, gap) = page.split_once("name=\"gap\"").expect("a choice of gaps");
    let gap = gap.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a gap");
    let ask = format!("form={own}&gap={}&reason=Later&expires=2027-01-01", encoded(gap));
    let asking = format!("{risk}/exception");
    assert_eq!(desk.post(&asking, &ines, &ask).await.0, StatusCode::SEE_OTHER);
    let first = exceptions(&desk).await.remove(0);
    let refuse = format!("/exceptions/{}/refuse", first.id);
    let why = |token: &str, reason: &str| format!("form={token}&reason={}", encoded(reason));
    let (_, page) = desk.get("/exceptions", &tomas).await;
    assert!(page.contains(&format!("action=\"{refuse}\"")), "{page}");
    for (cookie, who) in [(&ines, "who asked"), (&auditor, "who only reads")] {
        let (_, page) = desk.get("/exceptions", cookie).await;
        assert!(!page.contains("/refuse\""), "{who}: {page}");
    }
    let (status, page) = desk.post(&refuse, &ines, &why(&own, "No.")).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("someone else"), "{page}");
    let (status, page) = desk.post(&refuse, &tomas, &why(&other, " \r\n")).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("say why"), "{page}");
    let token = desk.token("/exceptions", &auditor).await;
    assert_eq!(desk.post(&refuse, &auditor, &why(&token, "No.")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(exceptions(&desk).await, std::slice::from_ref(&first), "nothing was recorded");
    let hostile = "Too <script>alert(1)</script> long.";
    let (status, page) = desk.post(&refuse, &tomas, &why(&other, hostile)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    // Who, when and why are on record and on the page, and nobody is asked any more.
    let refused = exceptions(&desk).await.remove(0);
    let refusal = refused.refusal.clone().expect("a refusal");
    assert_eq!((refusal.by.as_str(), refusal.reason.as_str()), ("tomas-beck", hostile));
    assert_eq!(Exception { refusal: None, ..refused.clone() }, first);
    for path in ["/exceptions", &risk, &format!("/registers/exceptions/{}", first.id)] {
        let (_, page) = desk.get(path, &ines).await;
        for words in ["refused", "tomas-beck", "Too &lt;script&gt;alert(1)"] {
            assert!(page.contains(words), "{path}: {words}: {page}");
        }
    }
    let (_, page) = desk.get("/exceptions", &tomas).await;
    assert!(!page.contains("action=\"/exceptions/"), "nothing waits: {page}");
    assert_eq!(told(&desk).await, 0);
    for (step, form) in [("approve", format!("form={other}")), ("refuse", why(&other, "No."))] {
        let to = format!("/exceptions/{}/{step}", first.id);
        let (status, page) = desk.post(&to, &tomas, &form).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY, "{step}");
        assert!(page.contains("was refused by tomas-beck"), "{step}: {page}");
    }
    let held = async || {
        let assessment = desk.site.operations().assessment(Query::Now).await.expect("judged");
        assessment.gaps.iter().any(|gap| gap.excepted_until.is_some())
    };
    assert!(!held().await, "a refused one is not in force");
    // To ask again is another request; what was refused stays what it was.
    assert_eq!(desk.post(&asking, &ines, &ask).await.0, StatusCode::SEE_OTHER);
    let all = exceptions(&desk).await;
    assert_eq!((all.len(), &all[0]), (2, &refused));
    assert!(all[1].is_waiting() && all[1].id != first.id);
    assert_eq!(desk.post(&asking, &ines, &ask).await.0, StatusCode::SEE_OTHER);
    assert_eq!(exceptions(&desk).await.len(), 2, "it waits already");
    assert_eq!(told(&desk).await, 1);
    let reader = desk.key("ines-arvid", Role::IsmsManager, &["read"]).await;
    let list = "/api/v1/records/exception?refused_by=-";
    let (_, list) = desk.call("GET", list, &reader).await;
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    assert_eq!((&list["total"], &list["items"][0]["key"]), (&1.into(), &all[1].id.as_str().into()));
    let approve = format!("/exceptions/{}/approve", all[1].id);
    assert_eq!(
        desk.post(&approve, &tomas, &format!("form={other}")).await.0,
        StatusCode::SEE_OTHER
    );
    assert!(held().await);
    let refuse = format!("/exceptions/{}/refuse", all[1].id);
    let (status, page) = desk.post(&refuse, &tomas, &why(&other, "No.")).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("is permitted"), "{page}");
}

#[tokio::test]
async fn the_terms_of_an_agreement_decide_the_requirements_of_a_supplier() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let result = "/controls/A.5.23/agreement-terms-complete/supplier:openai";
    let (_, before) = desk.get(result, &cookie).await;
    assert!(before.contains("None of these is so"), "{before}");
    let token = desk.token("/suppliers", &cookie).await;
    let supplier = "&id=openai&name=OpenAI&owner=noor-halden\
                    &certification=Report&certification_expires=2026-01-01";
    let form = format!("form={token}{supplier}");
    assert_eq!(desk.post("/suppliers", &cookie, &form).await.0, StatusCode::SEE_OTHER);
    let agreement = format!(
        "form={token}&id=openai-dpa&title=Terms&signed=2026-05-01&reviewed=2026-05-01\
         &training=true&retention_days=90&classes_known=yes&class=public&regions=eu\
         &sub_processors_none=yes&breach_notice_hours=24"
    );
    let to = "/suppliers/openai/agreement";
    let (status, page) = desk.post(to, &cookie, &agreement).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (_, page) = desk.get("/suppliers/openai", &cookie).await;
    for words in ["expired 2026-01-01", "90 days", "within 24 hours", "are gaps", "noor-halden"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let (_, after) = desk.get(result, &cookie).await;
    assert!(after.contains("does not name the sub-processors"), "{after}");
    for (wrong, why) in [
        (agreement.replace("signed=2026-05-01", "signed=2031-05-01"), "day to come"),
        (format!("{agreement}&expires=2025-01-01"), "ends before"),
        (format!("{agreement}&evidence=sha256%3A{}", "0".repeat(64)), "no evidence"),
    ] {
        let (status, page) = desk.post(to, &cookie, &wrong).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(why), "{why}: {page}");
    }
    let foreign = desk.post("/suppliers/anthropic/agreement", &cookie, &agreement).await;
    assert!(foreign.0 == StatusCode::UNPROCESSABLE_ENTITY && foreign.1.contains("another id"));
    let form = format!("form={token}&exit_deletion_confirmed=false");
    let answered = desk.post("/suppliers/openai/answers", &cookie, &form).await;
    assert_eq!(answered.0, StatusCode::SEE_OTHER, "{}", answered.1);
    let (_, page) = desk.get("/suppliers/openai", &cookie).await;
    assert!(page.contains("On record: <strong>false</strong>"), "{page}");
}
