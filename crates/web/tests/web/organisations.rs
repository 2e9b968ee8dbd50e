//! Two organisations in one installation: nothing of one is reached from the other.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;
use std::sync::Arc;

use annex_isms::approval::ExpiryDefault;
use annex_isms::entity::{EvidenceKind, Role, Supplier};
use annex_isms::sample::SampleFrame;
use annex_isms::{Basis, Instant, PersonId, Record, SystemId};
use annex_operations::{Caller, Command, ListQuery, NewEvidence, NoticeState, SampleChoice, Told};
use annex_web::{Access, Door, Site};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::desk::{Desk, HOUR, PASSWORD, read};

/// Every route whose form is about one thing: the kind of the thing, and what the form holds.
const FORMS: [(&str, &str, &str); 18] = [
    ("/controls/{control}/{requirement}/{subject}", "asset", "justification=so"),
    (
        "/risks/{id}/review",
        "risk",
        "likelihood=3&confidentiality=3&integrity=3&availability=3&treatment=mitigate&plan=so",
    ),
    ("/risks/{id}/residual", "risk", "likelihood=1&consequence=1"),
    (
        "/risks/{id}/exception",
        "risk",
        "gap=A.5.23%2Fagreement-covers-traffic+organisation&reason=so&expires=2027-01-01",
    ),
    ("/exceptions/{id}/approve", "exception", ""),
    ("/exceptions/{id}/refuse", "exception", "reason=so"),
    ("/suppliers/{id}/agreement", "supplier", "id=theirs&title=Theirs"),
    ("/suppliers/{id}/answers", "supplier", "incident_contact=so"),
    (
        "/prompts/{id}/{version}/review",
        "prompt",
        "untrusted-apart=true&no-secrets=true&limits-stated=true&output-checked=true&least-access=true&attacks-tried=true&note=so",
    ),
    ("/prompts/{id}/{version}/approve", "prompt", ""),
    ("/prompts/{id}/{version}/withdraw", "prompt", "reason=so"),
    ("/decisions/{id}", "decision", "choice=approve&reason=so"),
    (
        "/nonconformities/{id}",
        "nonconformity",
        "correction=&cause=&similar_cases=&corrective_action=&effectiveness_review=&status=open",
    ),
    ("/gaps/{id}/assign", "gap", "owner=ines-arvid&due=2027-01-01&plan=so"),
    ("/gaps/{id}/ready", "gap", ""),
    ("/gaps/{id}/close", "gap", "verification=so"),
    ("/requests/{id}/answer", "request", ""),
    ("/notices/{id}/retry", "notice", ""),
];

/// Of which kind the ids of these routes are.
const OF_KIND: [(&str, &str); 13] = [
    ("/controls/", "supplier"),
    ("/risks/", "risk"),
    ("/suppliers/", "supplier"),
    ("/nonconformities/", "nonconformity"),
    ("/prompts/", "prompt"),
    ("/decisions/", "decision"),
    ("/gaps/", "gap"),
    ("/requests/", "request"),
    ("/access/", "person"),
    ("/registers/evidence/", "evidence"),
    ("/api/v1/evidence/", "evidence"),
    ("/audit/samples/", "sample"),
    ("/api/v1/audit/samples/", "sample"),
];

/// The register of a kind, where it has one.
fn register(kind: &str) -> Option<String> {
    match kind {
        "person" => Some("people".to_owned()),
        "evidence" => Some(kind.to_owned()),
        "nonconformity" => Some("nonconformities".to_owned()),
        "asset" | "system" | "flow" | "supplier" | "agreement" | "document" | "risk" | "gap"
        | "request" | "exception" | "implementation" => Some(format!("{kind}s")),
        _ => None,
    }
}

/// Routes whose parameter is no id: a name or a number that means the same or its own everywhere.
const NO_IDS: [&str; 10] = [
    "/audit/controls/{control}",
    "/controls/{control}",
    "/controls/{control}/{requirement}",
    "/soa/versions/{number}",
    "/registers/{register}",
    "/registers/{register}/export.csv",
    "/registers/{register}/export.xlsx",
    "/ledger/{index}",
    "/api/v1/records/{kind}",
    "/api/v1/ledger/entries/{index}",
];

/// The keys of all records of a kind.
async fn keys(site: &Site, kind: &str) -> BTreeSet<String> {
    let page = site.operations().list(&ListQuery::of(kind)).await.expect("a list");
    page.items.into_iter().map(|listed| listed.key).collect()
}

/// Both desks behind one door; the first is the one that requests are sent to.
async fn two() -> (Desk, Desk) {
    let (mut here, there) = (Desk::new().await, Desk::of_another().await);
    let operations = there.site.operations();
    let stored = operations.store_bytes(b"of the other organisation alone").expect("stored");
    let evidence = NewEvidence {
        digest: stored.digest,
        bytes: stored.bytes,
        name: "alone.txt".to_owned(),
        kind: EvidenceKind::Playbook,
        description: String::new(),
        period: None,
        basis: Basis::Document,
        population: String::new(),
        expires: None,
        controls: BTreeSet::new(),
        subject: None,
    };
    let by = Caller::of_folder("test");
    let system = keys(&there.site, "system")
        .await
        .difference(&keys(&here.site, "system").await)
        .next()
        .expect("a system of its own")
        .parse::<SystemId>()
        .expect("an id");
    let person = PersonId::from_str("ines-arvid").expect("an id");
    let today = operations.now().date();
    for command in [
        Command::AddEvidence { evidence },
        Command::PutSupplier {
            supplier: Supplier {
                id: "only-there".parse().expect("an id"),
                name: "Only there".to_owned(),
                owner: None,
                certifications: Vec::new(),
            },
        },
        Command::RaiseNonconformity {
            control: "A.8.25".parse().expect("an id"),
            finding: "Only there.".to_owned(),
            by: person.clone(),
        },
        Command::AddPromptVersion {
            system: system.clone(),
            name: "Only there".to_owned(),
            digest: stored.digest,
            change: "The first".to_owned(),
            by: person.clone(),
        },
        Command::PutDecision {
            system,
            question: "Only there?".to_owned(),
            proposal: "Yes.".to_owned(),
            deadline: Instant::from_microseconds(operations.now().microseconds() + HOUR),
            on_expiry: ExpiryDefault::Reject,
        },
        Command::SaveView {
            kind: "asset".to_owned(),
            name: "Only there".to_owned(),
            text: "only there".to_owned(),
            filters: BTreeMap::new(),
            sort: None,
            descending: false,
            by: person.clone(),
        },
        Command::DrawSample {
            frame: SampleFrame {
                kind: "decision".to_owned(),
                evidence_kinds: BTreeSet::new(),
                from: today,
                to: today,
                controls: BTreeSet::new(),
            },
            choice: SampleChoice::Draw { size: 1, seed: None },
            note: String::new(),
            by: person,
        },
    ] {
        operations.execute(command, &by).await.expect("recorded");
    }
    here.router = annex_web::installation(&[Arc::clone(&here.site), Arc::clone(&there.site)]);
    (here, there)
}

#[tokio::test]
async fn an_id_of_another_organisation_is_no_id() {
    let (here, there) = two().await;
    let all: Vec<String> = annex_operations::actions().expect("actions").into_iter().collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    // Whose key and cookie these are is known here; what is tried is of the other.
    let cookie = here.signed_in_at("/sign-in?organisation=velmora", "ines-arvid").await;
    let key = here.key("ines-arvid", Role::Auditor, &all).await;
    let mut tried = BTreeSet::new();
    for kind in Record::KINDS {
        let foreign: Vec<String> = keys(&there.site, kind)
            .await
            .difference(&keys(&here.site, kind).await)
            .cloned()
            .collect();
        let Some(foreign) = foreign.first() else { continue };
        let foreign = foreign.replace('/', "%2F").replace(' ', "%20");
        for route in annex_web::routes() {
            let path = route.path.replace("{kind}", kind);
            let path = match register(kind) {
                Some(register) => path.replace("{register}", &register),
                None if path.contains("{register}") => continue,
                None => path,
            };
            let of = OF_KIND.iter().find(|(start, _)| route.path.starts_with(start));
            let fits = path != route.path || of.is_some_and(|(_, of)| of == kind);
            if !fits || route.method != "GET" || NO_IDS.contains(&route.path) {
                continue;
            }
            // A result is named by its requirement, which is the same everywhere, and its subject.
            let path = path.replace("{control}/{requirement}", "A.5.23/agreement-covers-traffic");
            let parameter = path.split(['{', '}']).nth(1).expect("one more parameter");
            let id =
                if parameter == "subject" { format!("{kind}:{foreign}") } else { foreign.clone() };
            let path = path.replace(&format!("{{{parameter}}}"), &id);
            let (status, page) = match route.door {
                Door::Page => here.get(&path, &cookie).await,
                Door::Api => here.call(route.method, &path, &key).await,
            };
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {page}");
            tried.insert(route.path);
        }
    }
    // Every route that takes an id is tried.
    for route in annex_web::routes() {
        let takes =
            route.path.contains('{') && route.method == "GET" && route.access != Access::Everyone;
        assert!(
            !takes || tried.contains(route.path) || NO_IDS.contains(&route.path),
            "{}",
            route.path
        );
    }
}

#[tokio::test]
async fn a_form_about_a_thing_of_another_organisation_finds_nothing() {
    let (here, there) = two().await;
    let all: BTreeSet<Role> =
        Role::ALL.iter().copied().filter(|role| *role != Role::Service).collect();
    let holder = PersonId::from_str("ines-arvid").expect("an id");
    let by = Caller::of_folder("test");
    let grant = Command::GrantAccess { holder: holder.clone(), roles: all };
    here.site.operations().execute(grant, &by).await.expect("granted");
    let cookie = here.signed_in_at("/sign-in?organisation=velmora", "ines-arvid").await;
    let actions: Vec<String> = annex_operations::actions().expect("actions").into_iter().collect();
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let token = here.token("/account", &cookie).await;

    // There: an exception that was asked for, and a notice that failed.
    let operations = there.site.operations();
    let gap = operations.list(&ListQuery::of("gap")).await.expect("a list").items;
    let gap = gap.into_iter().next().and_then(|listed| listed.entry).expect("a gap").record;
    let Record::Gap(gap) = gap else { panic!("{gap:?}") };
    let exception = Command::RequestException {
        risk: keys(&there.site, "risk").await.first().expect("a risk").clone(),
        requirement: gap.requirement,
        subject: gap.subject.to_string(),
        reason: "so".to_owned(),
        expires: operations.now().date().plus_days(30),
        by: holder,
    };
    operations.execute(exception, &by).await.expect("recorded");
    let told = Told { mail: false, webhooks: vec!["chat".to_owned()], days_before: 40 };
    operations.note(&told).await.expect("noted");
    for notice in operations.claim_notices(1).await.expect("claimed") {
        let fault = Err(("away".to_owned(), true));
        operations.settle_notice(notice, fault, 60).await.expect("settled");
    }
    let failed = operations.notices(Some(NoticeState::Failed), 0, 1).await.expect("read").0;
    let size = operations.ledger_size().await.expect("read");
    let key = here.key("tomas-beck", Role::IsmsManager, &actions).await;
    let here_size = here.site.operations().ledger_size().await.expect("read");

    for (route, kind, fields) in FORMS {
        let foreign = if kind == "notice" {
            failed[0].id.clone()
        } else {
            let foreign = keys(&there.site, kind).await;
            let own = keys(&here.site, kind).await;
            foreign.difference(&own).next().expect(kind).clone()
        };
        let path = route
            .replace("{control}/{requirement}", "A.5.23/agreement-covers-traffic")
            .replace("{subject}", &format!("{kind}:{foreign}"))
            .replace("{version}", "1")
            .replace("{id}", &foreign);
        let (status, page) = if route.starts_with("/requests/") {
            let parts = format!(
                "--line\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{token}\r\n--line\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ntrue\r\n--line--\r\n"
            );
            let request = Request::post(&path)
                .header(header::COOKIE, &cookie)
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line");
            read(here.send(request.body(Body::from(parts)).expect("a request")).await).await
        } else {
            let form = format!("form={token}&version=1&{fields}");
            here.post(&path, &cookie, form.trim_end_matches('&')).await
        };
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {page}");
    }
    // The same by the programming interface.
    let foreign = keys(&there.site, "gap").await;
    let foreign = foreign.difference(&keys(&here.site, "gap").await).next().expect("a gap").clone();
    let gap = Command::ReadyGap { gap: foreign };
    for (path, body) in [
        ("/api/v1/commands", serde_json::to_string(&gap).expect("JSON")),
        ("/api/v1/notices/retries", format!("{{\"id\":\"{}\"}}", failed[0].id)),
    ] {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json");
        let (status, answer) =
            read(here.send(request.body(Body::from(body)).expect("a request")).await).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {answer}");
    }
    assert_eq!(operations.ledger_size().await.expect("read"), size);
    assert_eq!(here.site.operations().ledger_size().await.expect("read"), here_size);
    // Every such route is tried.
    for route in annex_web::routes().iter().filter(|route| route.method == "POST") {
        let takes = ["{id}", "{subject}"].iter().any(|name| route.path.contains(name));
        assert!(!takes || FORMS.iter().any(|(path, ..)| *path == route.path), "{}", route.path);
    }
}

#[tokio::test]
async fn a_session_or_key_of_one_opens_nothing_of_the_other() {
    let (here, there) = two().await;
    let cookie = here.signed_in_at("/sign-in?organisation=other", "ines-arvid").await;
    assert!(cookie.starts_with("annex_session=other."), "{cookie}");
    let (_, page) = here.get("/registers/assets", &cookie).await;
    assert!(!page.is_empty());
    // The same session under the name of the other organisation.
    let forged = cookie.replace("=other.", "=velmora.");
    assert_eq!(here.get("/", &forged).await.0, StatusCode::SEE_OTHER);
    let key = there.key("ines-arvid", Role::IsmsManager, &["read"]).await;
    assert_eq!(here.call("GET", "/api/v1/records/person/only-there", &key).await.0, StatusCode::OK);
    let forged = key.replace("annex_other_", "annex_velmora_");
    let (status, _) = here.call("GET", "/api/v1/me", &forged).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(there.get("/", "annex_session=nobody.1").await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_organisation_that_is_not_here_is_answered_like_a_wrong_name() {
    let (here, _there) = two().await;
    let (status, page) = here.get("/sign-in", "").await;
    assert!(status == StatusCode::OK && page.contains("name=\"organisation\""));
    let (_, known) = here.get("/sign-in?organisation=other", "").await;
    let (_, unknown) = here.get("/sign-in?organisation=nobodys", "").await;
    assert_eq!(known.replace("other", ""), unknown.replace("nobodys", ""));
    let form = format!("person=ines-arvid&password={}", PASSWORD.replace(' ', "+"));
    for path in ["/sign-in?organisation=nobodys", "/sign-in", "/sign-in?organisation="] {
        assert_eq!(here.post(path, "", &form).await.0, StatusCode::UNAUTHORIZED, "{path}");
    }
}
