//! The Statement of Applicability: the draft, what people decide in it, and its approved versions.

use std::sync::Arc;

use annex_isms::ControlId;
use annex_isms::assessment::SoaRow;
use annex_isms::entity::{Ground, Person, SoaDecision, SoaVersion};
use annex_operations::Command;
use axum::Form;
use axum::extract::{Path, Query as Asked, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::{Pairs, Search, field};
use crate::session::Visitor;
use crate::{Site, layout};

/// Which rows to list, and whether their boxes are ticked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    text: String,
    decided: String,
    tick: String,
}

/// What `decided` can be.
const DECIDED: [(&str, &str); 5] = [
    ("", "any"),
    ("no", "not decided"),
    ("proposed", "not decided, and the register has a reason"),
    ("included", "included"),
    ("excluded", "excluded"),
];

impl Filter {
    fn takes(&self, row: &SoaRow, decision: Option<&SoaDecision>) -> bool {
        let decided = match self.decided.as_str() {
            "no" => decision.is_none(),
            "proposed" => decision.is_none() && !row.reasons.is_empty(),
            "included" => decision.is_some_and(|decision| decision.included),
            "excluded" => decision.is_some_and(|decision| !decision.included),
            _ => true,
        };
        let named = format!("{} {}", row.control, row.title);
        decided && Search::new(&self.text).fits(&named)
    }
}

/// The versions, newest first.
async fn versions(site: &Site) -> Result<Vec<SoaVersion>, Failure> {
    let mut versions: Vec<SoaVersion> = site.operations.all_of().await?;
    versions.sort_by_key(|version| std::cmp::Reverse(version.version));
    Ok(versions)
}

/// The newest version with what was measured, and the forms that decide and approve.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let versions = versions(&site).await?;
    let people: Vec<Person> = site.operations.all_of().await?;
    let newest = versions.first();
    let seen = match newest {
        Some(version) => site.operations.version("soa", &version.version.to_string()).await?,
        None => None,
    };
    let decision = |control: &ControlId| newest.and_then(|version| version.decisions.get(control));
    let rows: Vec<&SoaRow> =
        assessment.soa.iter().filter(|row| filter.takes(row, decision(&row.control))).collect();
    let open = assessment.soa.iter().filter(|row| decision(&row.control).is_none()).count();
    let ticked = crate::parts::query(
        "/soa",
        &[("text", &filter.text), ("decided", &filter.decided), ("tick", "yes")],
    );
    let body = html! {
        h1 { "Statement of Applicability" }
        p { "Drafted from the register, decided by people. What is measured stands beside it and decides nothing." }
        dl.facts {
            (layout::fact("Newest version", &html! { @match newest { Some(version) => (standing(version)), None => "none yet: the first decision begins version 1" } }))
            (layout::fact("Not decided yet", &html! { a href="/soa?decided=no" { (open) } " of " (assessment.soa.len()) }))
        }
        form.filter method="get" action="/soa" role="search" {
            label { "Contains" input name="text" value=(filter.text); }
            label { "Decision" select name="decided" {
                @for (value, words) in DECIDED { option value=(value) selected[value == filter.decided] { (words) } }
            } }
            button { "Show" }
        }
        p.beside { (rows.len()) " of " (assessment.soa.len())
            @if !rows.is_empty() && filter.tick.is_empty() { ". " a href=(ticked.trim_end_matches('&')) { "Tick all of these" } }
        }
        @if rows.is_empty() { p { "No control fits." } } @else {
            form method="post" action="/soa/decide" {
                (layout::form_token(&visitor))
                (layout::version(&visitor, seen))
                div.scroll tabindex="0" role="region" aria-label="Controls" { table {
                    thead { tr {
                        th scope="col" { "Decide" } th scope="col" { "Control" } th scope="col" { "Decision" }
                        th scope="col" { "The register says" } th scope="col" { "Declared" } th scope="col" { "Measured" }
                    } }
                    tbody { @for row in rows { tr {
                        td { input type="checkbox" name="control" value=(row.control) checked[!filter.tick.is_empty()] aria-label=(format!("Decide on {}", row.control)); }
                        th scope="row" { (crate::controls::link(&row.control, &row.title)) }
                        td { (decided(decision(&row.control))) }
                        td { @if row.reasons.is_empty() { span.muted { "nothing for or against it" } } @for reason in &row.reasons { p.plain { (reason) } } }
                        td { (declared(row)) }
                        td { (layout::status(row.measured)) @if row.counts.total() > 0 { p.reason { (layout::counts(&row.counts)) } } }
                    } } }
                } }
                @if visitor.may("decide-soa") { (decide_fields()) }
            }
        }
        @if visitor.may("approve-soa") { (approve_form(&visitor, newest, seen, open, &people)) }
        (list(&versions))
    };
    Ok(Html(layout::page(&visitor, "/soa", "Statement of Applicability", &body)))
}

fn standing(version: &SoaVersion) -> Markup {
    html! {
        a href=(format!("/soa/versions/{}", version.version)) { "Version " (version.version) } " "
        @match &version.approval {
            Some(approval) => {
                (layout::chip("good", "✓", "approved")) " by " (approval.by) ", " (approval.at.date())
                @if !approval.compensating_review.is_empty() { p.reason { "In place of a second person: " (approval.compensating_review) } }
            }
            None => { (layout::chip("open", "◑", "draft")) " by " (version.author) }
        }
    }
}

fn decided(decision: Option<&SoaDecision>) -> Markup {
    html! {
        @match decision {
            None => (layout::chip("open", "?", "not decided")),
            Some(decision) => {
                @if decision.included { (layout::chip("good", "✓", "included")) } @else { (layout::chip("muted", "–", "excluded")) }
                p.reason {
                    @if !decision.grounds.is_empty() {
                        (decision.grounds.iter().map(|ground| ground.as_str()).collect::<Vec<_>>().join(", ")) ": "
                    }
                    (decision.reason)
                }
                @if let Some(by) = &decision.by { p.reason { "decided by " (by) } }
            }
        }
    }
}

fn declared(row: &SoaRow) -> Markup {
    html! {
        @match &row.implementation {
            Some(declared) => { (declared.status) p.reason { (declared.statement) } }
            None => span.open { "no implementation is declared" },
        }
    }
}

fn decide_fields() -> Markup {
    html! {
        fieldset.stack {
            legend { "Decide on what is ticked" }
            label { "Decision" select name="included" {
                option value="yes" { "included: it is necessary" }
                option value="no" { "excluded: it is not necessary" }
            } }
            div role="group" aria-labelledby="grounds" {
                span id="grounds" { "Included because of" }
                @for ground in Ground::ALL {
                    label.check { input type="checkbox" name="ground" value=(ground); (ground) }
                }
            }
            label { "Reason" textarea name="reason" rows="2" required {} }
            button { "Record the decision" }
        }
    }
}

fn approve_form(
    visitor: &Visitor,
    newest: Option<&SoaVersion>,
    seen: Option<u64>,
    open: usize,
    people: &[Person],
) -> Markup {
    let Some(draft) = newest.filter(|version| version.approval.is_none()) else { return html! {} };
    html! {
        h2 { "Approve version " (draft.version) }
        @if open > 0 {
            p { "Each control is decided on first; " a href="/soa?decided=no" { (open) " are not" } "." }
        } @else {
            form.stack method="post" action="/soa/approve" {
                (layout::form_token(visitor))
                (layout::version(visitor, seen))
                (crate::parts::compensating_review(people))
                button { "Approve as " (visitor.0.name) }
            }
            p.beside { "Who decided something in this version cannot approve it." }
        }
    }
}

fn list(versions: &[SoaVersion]) -> Markup {
    html! {
        h2 { "Versions" }
        @if versions.is_empty() { p.beside { "None yet." } } @else {
            ul { @for version in versions { li {
                (standing(version)) ", " (version.decisions.len()) " decisions"
                @if version.version > 1 { ", " a href=(format!("/soa/compare?from={}&to={}", version.version - 1, version.version)) { "compared with the one before" } }
            } } }
        }
        @if versions.len() > 1 {
            form.filter method="get" action="/soa/compare" {
                @for (label, name, chosen) in [("From", "from", 1), ("To", "to", 0)] {
                    label { (label) select name=(name) {
                        @for (place, version) in versions.iter().enumerate() {
                            option value=(version.version) selected[place == chosen] { "version " (version.version) }
                        }
                    } }
                }
                button { "Compare" }
            }
        }
    }
}

/// One version, as it was decided.
pub(crate) async fn version(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(number): Path<u32>,
) -> Result<Html<String>, Failure> {
    let version: Option<SoaVersion> = site.operations.look_up(&number.to_string()).await?;
    let version = version.ok_or(Failure::NotFound)?;
    let title = format!("Statement of Applicability, version {number}");
    let catalogue = site.operations.catalogue();
    let body = html! {
        p.beside { a href="/soa" { "Statement of Applicability" } " / version " (number) }
        h1 { (title) }
        p { (standing(&version)) }
        div.scroll tabindex="0" role="region" aria-label="Decisions" { table {
            thead { tr { th scope="col" { "Control" } th scope="col" { "Decision" } } }
            tbody { @for (id, control) in &catalogue.controls { tr {
                th scope="row" { (crate::controls::link(id, &control.title)) }
                td { (decided(version.decisions.get(id))) }
            } } }
        } }
    };
    Ok(Html(layout::page(&visitor, "/soa", &title, &body)))
}

/// Which versions to compare.
#[derive(Deserialize)]
pub(crate) struct Pair {
    from: u32,
    to: u32,
}

/// Two versions, row by row, where they differ.
pub(crate) async fn compare(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(pair): Asked<Pair>,
) -> Result<Html<String>, Failure> {
    let from: Option<SoaVersion> = site.operations.look_up(&pair.from.to_string()).await?;
    let to: Option<SoaVersion> = site.operations.look_up(&pair.to.to_string()).await?;
    let (from, to) = from.zip(to).ok_or(Failure::NotFound)?;
    let catalogue = site.operations.catalogue();
    let content = |version: &SoaVersion, id: &ControlId| {
        let decision = version.decisions.get(id);
        decision.map(|own| (own.included, own.grounds.clone(), own.reason.clone()))
    };
    let different: Vec<_> = catalogue
        .controls
        .iter()
        .filter(|(id, _)| content(&from, id) != content(&to, id))
        .collect();
    let title = format!("Version {} compared with {}", pair.to, pair.from);
    let body = html! {
        p.beside { a href="/soa" { "Statement of Applicability" } " / compare" }
        h1 { (title) }
        p { (different.len()) " of " (catalogue.controls.len()) " controls are decided differently." }
        @if !different.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Differences" { table {
                thead { tr {
                    th scope="col" { "Control" } th scope="col" { "Version " (pair.from) } th scope="col" { "Version " (pair.to) }
                } }
                tbody { @for (id, control) in different { tr {
                    th scope="row" { (crate::controls::link(id, &control.title)) }
                    td { (decided(from.decisions.get(id))) }
                    td { (decided(to.decisions.get(id))) }
                } } }
            } }
        }
    };
    Ok(Html(layout::page(&visitor, "/soa", &title, &body)))
}

/// Records a decision on what is ticked.
pub(crate) async fn decide(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let controls =
        pairs.all("control").map(|text| field("Control", text)).collect::<Result<Vec<_>, _>>()?;
    if controls.is_empty() {
        return Err(Failure::Refused("No control is ticked.".to_owned()));
    }
    let included = pairs.one("included") == "yes";
    let grounds =
        pairs.all("ground").map(|text| field("Ground", text)).collect::<Result<_, Failure>>()?;
    let reason = pairs.one("reason").to_owned();
    let by = visitor.0.person.clone();
    let command = Command::DecideSoa { controls, included, grounds, reason, by };
    visitor.execute_on(&site, pairs.one("form"), pairs.version()?, command).await?;
    Ok(Redirect::to("/soa"))
}

/// Approves the draft, as who is signed in.
pub(crate) async fn approve(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let command = Command::ApproveSoa {
        by: visitor.0.person.clone(),
        compensating_review: pairs.one("compensating_review").to_owned(),
    };
    visitor.execute_on(&site, pairs.one("form"), pairs.version()?, command).await?;
    Ok(Redirect::to("/soa"))
}
