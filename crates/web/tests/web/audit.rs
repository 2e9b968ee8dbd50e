//! The auditor's view: complete populations, samples that anyone can draw again, and days.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use annex_isms::approval::ExpiryDefault;
use annex_isms::entity::Role;
use annex_isms::sample::{Sample, SampleMethod, draw};
use annex_isms::{Digest, Instant};
use annex_operations::{Caller, Command};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::desk::{Desk, HOUR, encoded, read};

const HOSTILE: &str = "<script>alert(1)</script>=cmd";

/// Puts so many decisions to people, and gives the day.
async fn decisions(desk: &Desk, count: usize) -> String {
    let operations = desk.site.operations();
    for number in 0..count {
        let command = Command::PutDecision {
            system: "helpdesk".parse().expect("an id"),
            question: format!("{HOSTILE} {number}"),
            proposal: "Yes.".to_owned(),
            deadline: Instant::from_microseconds(operations.now().microseconds() + HOUR),
            on_expiry: ExpiryDefault::Reject,
        };
        operations.execute(command, &Caller::of_folder("=SUM(A1)")).await.expect("put");
    }
    operations.now().date().to_string()
}

async fn samples(desk: &Desk) -> Vec<Sample> {
    desk.site.operations().all_of().await.expect("samples")
}

#[tokio::test]
async fn a_sample_is_drawn_from_all_that_was_recorded_and_can_be_drawn_again() {
    let desk = Desk::new().await;
    let auditor = desk.joins("lars-winther", Role::Auditor).await;
    let day = decisions(&desk, 60).await;
    let (_, view) = desk.get(&format!("/audit?from={day}&to={day}"), &auditor).await;
    assert!(view.contains("none is missing") && view.contains("was not over"), "{view}");
    let of = format!("from={day}&to={day}&of=decision");
    let (status, page) = desk.get(&format!("/audit/population?{of}"), &auditor).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<dd>60</dd>") && page.contains("1 to 50 of 60"), "{page}");
    let (_, second) = desk.get(&format!("/audit/population?{of}&page=2"), &auditor).await;
    assert_eq!((page + &second).matches("aria-label=\"Select entry").count(), 60);
    let token = desk.token(&format!("/audit/population?{of}"), &auditor).await;
    let form =
        format!("form={token}&{of}&choice=draw&size=7&seed=autumn-2026&note={}", encoded(HOSTILE));
    let (status, refused) = desk.post("/audit/samples", &auditor, &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{refused}");
    let drawn = samples(&desk).await.pop().expect("a sample");
    assert_eq!(drawn.count.items, 60);
    assert_eq!(drawn.by.as_str(), "lars-winther");
    // Another who knows the population and the seed has the same.
    let query = annex_operations::Population {
        kind: Some("decision".to_owned()),
        from: drawn.frame.from.start(),
        to: drawn.frame.to.end(),
        offset: 0,
        limit: 200,
    };
    let listed = desk.site.operations().population(&query).await.expect("entries");
    let indexes: Vec<u64> = listed.items.iter().map(|item| item.index).collect();
    assert_eq!(draw(&indexes, "autumn-2026", 7), drawn.chosen);
    // What comes later changes neither the sample nor what it was drawn from.
    decisions(&desk, 3).await;
    let here = format!("/audit/samples/{}", drawn.id);
    let (_, page) = desk.get(&format!("{here}?verify=yes"), &auditor).await;
    assert_eq!(page.matches("✓</span> verified</span>").count(), 7, "{page}");
    assert!(page.contains("the same population, and the same items of it"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>"), "{page}");
    assert!(page.contains("autumn-2026") && page.contains(&drawn.count.ledger_root.hex()));
    let request = Request::get(format!("{here}/sample.csv")).header(header::COOKIE, &auditor);
    let answer = desk.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(
        answer.headers()[header::CONTENT_DISPOSITION],
        format!("attachment; filename=\"{}.csv\"", drawn.id)
    );
    let (_, csv) = read(answer).await;
    assert_eq!(csv.lines().count(), 8, "{csv}");
    assert!(csv.contains(",'=SUM(A1),command-line,no,"), "{csv}");
    // The numbers that the seed was drawn from, as they were then.
    let (status, text) = desk.get(&format!("{here}/entries.txt"), &auditor).await;
    assert_eq!(status, StatusCode::OK);
    let numbers: Vec<u64> = text.lines().map(|line| line.parse().expect("a number")).collect();
    assert_eq!(numbers, indexes);
    // Without a seed one is drawn, and it is on record.
    let form = format!("form={token}&{of}&choice=draw&size=2&seed=");
    assert_eq!(desk.post("/audit/samples", &auditor, &form).await.0, StatusCode::SEE_OTHER);
    let own = samples(&desk).await.into_iter().find(|own| own.chosen.len() == 2).expect("drawn");
    assert!(matches!(&own.method, SampleMethod::Drawn { seed, given: false } if seed.len() == 32));
    for wrong in ["choice=draw&size=0", "choice=draw&size=64", "choice=draw&size=1&seed=a+b"] {
        let form = format!("form={token}&{of}&{wrong}");
        let (status, page) = desk.post("/audit/samples", &auditor, &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {page}");
    }
}

#[tokio::test]
async fn items_are_picked_from_the_population_and_from_nowhere_else() {
    let desk = Desk::new().await;
    let auditor = desk.joins("lars-winther", Role::Auditor).await;
    let day = decisions(&desk, 3).await;
    let of = format!("from={day}&to={day}&of=decision");
    let token = desk.token(&format!("/audit/population?{of}"), &auditor).await;
    let last = desk.site.operations().ledger_size().await.expect("a size") - 1;
    let pick = |entries: &str| format!("form={token}&{of}&choice=pick&{entries}");
    for wrong in ["", "entry=0", "entries=x", &format!("entry={last}&entries=999999")] {
        let (status, page) = desk.post("/audit/samples", &auditor, &pick(wrong)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {page}");
    }
    let form = pick(&format!("entry={last}&entries={},+{last}", last - 1));
    assert_eq!(desk.post("/audit/samples", &auditor, &form).await.0, StatusCode::SEE_OTHER);
    let mut picked = samples(&desk).await.pop().expect("a sample");
    assert_eq!(picked.chosen, BTreeSet::from([last - 1, last]));
    assert_eq!(picked.method, SampleMethod::Picked);
    // What does not hold is said.
    let operations = desk.site.operations();
    assert_eq!(operations.sample_fault(&picked).await.expect("read"), None);
    picked.chosen.insert(0);
    let fault = operations.sample_fault(&picked).await.expect("read");
    assert!(fault.is_some_and(|fault| fault.contains("entry 0 is not")));
    picked.chosen.remove(&0);
    picked.method = SampleMethod::Drawn { seed: "other".to_owned(), given: true };
    picked.chosen.remove(&last);
    let seeds = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let mut faults = Vec::new();
    for seed in seeds {
        picked.method = SampleMethod::Drawn { seed: seed.to_owned(), given: true };
        faults.push(operations.sample_fault(&picked).await.expect("read"));
    }
    assert!(faults.iter().any(Option::is_some), "no seed chooses anything else");
    picked.count.items += 1;
    let fault = operations.sample_fault(&picked).await.expect("read");
    assert!(fault.is_some_and(|fault| fault.contains("and had 4")));
    picked.count.ledger_root = Digest::of(b"another");
    let fault = operations.sample_fault(&picked).await.expect("read");
    assert!(fault.is_some_and(|fault| fault.contains("root")));
}

#[tokio::test]
async fn an_auditor_looks_and_samples_and_others_only_look() {
    let desk = Desk::new().await;
    let manager = desk.signed_in("ines-arvid").await;
    let auditor = desk.joins("lars-winther", Role::Auditor).await;
    let day = decisions(&desk, 2).await;
    let of = |kind: &str| format!("from={day}&to={day}&of={kind}");
    let (_, page) = desk.get(&format!("/audit/population?{}", of("decision")), &manager).await;
    assert!(page.contains("<dd>2</dd>") && !page.contains("Draw and record"), "{page}");
    let (_, view) = desk.get("/audit", &manager).await;
    assert!(!view.contains("Access grants") && view.contains("Prompt changes"));
    let token = desk.token("/", &manager).await;
    let form = format!("form={token}&{}&choice=draw&size=1", of("decision"));
    assert_eq!(desk.post("/audit/samples", &manager, &form).await.0, StatusCode::FORBIDDEN);
    // Who may do what is not everybody's to know.
    let grants = format!("/audit/population?{}", of("grant"));
    assert_eq!(desk.get(&grants, &manager).await.0, StatusCode::FORBIDDEN);
    let (_, page) = desk.get(&grants, &auditor).await;
    assert!(page.contains("href=\"/access/ines-arvid\""), "{page}");
    let token = desk.token(&grants, &auditor).await;
    let form = format!("form={token}&{}&choice=draw&size=1&seed=x", of("grant"));
    assert_eq!(desk.post("/audit/samples", &auditor, &form).await.0, StatusCode::SEE_OTHER);
    let id = samples(&desk).await.pop().expect("a sample").id;
    for end in ["", "/sample.csv", "/entries.txt"] {
        let path = format!("/audit/samples/{id}{end}");
        assert_eq!(desk.get(&path, &auditor).await.0, StatusCode::OK);
        assert_eq!(desk.get(&path, &manager).await.0, StatusCode::FORBIDDEN);
    }
    let owner = desk.signed_in("tomas-beck").await;
    assert_eq!(desk.get("/audit", &owner).await.0, StatusCode::FORBIDDEN);
    let (_, page) = desk.get("/", &owner).await;
    assert!(!page.contains("href=\"/audit\""));
    // And nothing else of writes but what an auditor always might.
    let form = format!("form={}", desk.token("/audit", &auditor).await);
    for path in ["/assess", "/soa/decide", "/suppliers", "/edit/assets", "/decisions"] {
        assert_eq!(desk.post(path, &auditor, &form).await.0, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_population_is_narrowed_to_controls_where_records_say_which_they_concern() {
    let desk = Desk::new().await;
    let auditor = desk.joins("lars-winther", Role::Auditor).await;
    let total = |page: &str| -> u64 {
        let (_, after) = page.split_once("<dd>").expect("a figure");
        after.split('<').next().expect("a number").parse().expect("a number")
    };
    let (_, all) = desk.get("/audit/population?of=gap", &auditor).await;
    let (_, some) = desk.get("/audit/population?of=gap&controls=A.5.23", &auditor).await;
    assert!(total(&some) > 0 && total(&some) < total(&all), "{some}");
    let (_, evidence) = desk.get("/audit/population?of=evidence", &auditor).await;
    let (_, drills) = desk.get("/audit/population?of=evidence&sort=drill", &auditor).await;
    assert!(total(&drills) < total(&evidence) && drills.contains("Nothing of this was recorded"));
    for (path, status) in [
        ("/audit/population?of=prompt&controls=A.5.7", StatusCode::UNPROCESSABLE_ENTITY),
        ("/audit/population?of=gap&controls=A.99.1", StatusCode::UNPROCESSABLE_ENTITY),
        ("/audit/population?of=gap&sort=drill", StatusCode::UNPROCESSABLE_ENTITY),
        ("/audit/population?of=evidence&sort=none", StatusCode::UNPROCESSABLE_ENTITY),
        ("/audit/population?of=none", StatusCode::NOT_FOUND),
        ("/audit/population", StatusCode::NOT_FOUND),
        ("/audit?from=soon", StatusCode::UNPROCESSABLE_ENTITY),
        ("/audit?from=2026-09-02&to=2026-09-01", StatusCode::UNPROCESSABLE_ENTITY),
        ("/audit?from=1926-09-02", StatusCode::UNPROCESSABLE_ENTITY),
        ("/audit?from=9999-12-31&to=9999-12-31", StatusCode::OK),
        ("/audit?controls=A.5.7,A.8.16", StatusCode::OK),
        ("/audit/controls/A.5.7", StatusCode::OK),
        ("/audit/controls/none", StatusCode::NOT_FOUND),
        ("/audit/samples/none", StatusCode::NOT_FOUND),
        ("/audit/samples/none/sample.csv", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(desk.get(path, &auditor).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn a_day_without_an_assessment_is_unknown() {
    let desk = Desk::new().await;
    let assessed = desk.site.operations().now().date();
    desk.clock.0.fetch_add(3 * 24 * HOUR, Ordering::SeqCst);
    let today = desk.site.operations().now().date();
    let auditor = desk.joins("lars-winther", Role::Auditor).await;
    let days = desk.site.operations().days_of_controls(assessed, today).await.expect("days");
    assert_eq!(days.assessments.len(), 1);
    let mut assessed_as = BTreeSet::new();
    for own in &days.controls {
        let [first, rest] = own.stretches.as_slice() else {
            panic!("{own:?}");
        };
        assert!(first.assessed && first.days == 1 && !rest.assessed && rest.days == 3);
        assert_eq!(rest.status.as_str(), "unknown");
        assessed_as.insert(first.status.as_str());
    }
    assert!(assessed_as.contains("gap") && assessed_as.contains("not_assessed"));
    let to = today.plus_days(9);
    let (_, page) =
        desk.get(&format!("/audit/controls/A.5.23?from={assessed}&to={to}"), &auditor).await;
    assert!(page.contains("no assessment"), "{page}");
    assert!(page.contains("<dt>Days unknown</dt><dd>3</dd>"), "{page}");
    let (_, next) = desk.get(&format!("/audit/controls/A.5.23?from={to}&to={to}"), &auditor).await;
    assert!(next.contains("no day that is over"), "{next}");
}

#[tokio::test]
async fn programs_see_and_draw_the_same() {
    let desk = Desk::new().await;
    decisions(&desk, 4).await;
    let key = desk.key("ines-arvid", Role::Auditor, &["read", "audit", "draw-sample"]).await;
    let path = "/api/v1/audit/population?kind=decision&from=2026-01-01&to=2027-12-31&limit=3";
    let (status, text) = desk.call("GET", path, &key).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let population: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(population["count"]["items"], 4);
    assert_eq!(population["items"].as_array().map(Vec::len), Some(3));
    let body = serde_json::json!({
        "command": "draw-sample",
        "frame": population["frame"],
        "choice": { "choice": "draw", "size": 2, "seed": "s" },
        "by": "ines-arvid",
    });
    let request = Request::post("/api/v1/commands")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/json");
    let request = request.body(Body::from(body.to_string())).expect("a request");
    let (status, reply) = read(desk.send(request).await).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    let id = samples(&desk).await.pop().expect("a sample").id;
    let path = format!("/api/v1/audit/samples/{id}/verification");
    let (_, text) = desk.call("GET", &path, &key).await;
    assert_eq!(text, "{\"fault\":null}");
    let (_, text) =
        desk.call("GET", "/api/v1/audit/days?from=2026-09-01&to=2026-09-30", &key).await;
    assert!(text.contains("\"stretches\""), "{text}");
    for (path, status) in [
        (
            "/api/v1/audit/population?kind=grant&from=2026-01-01&to=2027-12-31",
            StatusCode::FORBIDDEN,
        ),
        ("/api/v1/audit/population?kind=gap&from=soon&to=2027-12-31", StatusCode::BAD_REQUEST),
        (
            "/api/v1/audit/population?kind=none&from=2026-01-01&to=2027-12-31",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        ("/api/v1/audit/days?from=1926-01-01&to=2027-12-31", StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/audit/samples/none/verification", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(desk.call("GET", path, &key).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn entries_that_say_who_may_do_what_ask_for_the_right_to_read_that() {
    let desk = Desk::new().await;
    let key = desk.key("ines-arvid", Role::IsmsManager, &["read", "audit"]).await;
    let granted = desk.site.operations().version("grant", "ines-arvid").await.expect("read");
    let period = "from=2026-01-01&to=2027-12-31";
    for (path, status) in [
        (format!("/api/v1/ledger/entries?kind=gap&{period}"), StatusCode::OK),
        (format!("/api/v1/ledger/entries?kind=grant&{period}"), StatusCode::FORBIDDEN),
        (format!("/api/v1/ledger/entries?{period}"), StatusCode::FORBIDDEN),
        ("/api/v1/ledger/entries/0".to_owned(), StatusCode::OK),
        (format!("/api/v1/ledger/entries/{}", granted.expect("an entry")), StatusCode::FORBIDDEN),
    ] {
        assert_eq!(desk.call("GET", &path, &key).await.0, status, "{path}");
    }
    let key = desk.key("ines-arvid", Role::Auditor, &["audit", "read-access"]).await;
    let path = format!("/api/v1/ledger/entries?{period}");
    assert_eq!(desk.call("GET", &path, &key).await.0, StatusCode::OK);
}
