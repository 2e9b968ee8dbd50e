//! Gaps: what someone must change, by whom and when, and whether someone else has seen it done.

use std::sync::Arc;

use annex_isms::Date;
use annex_isms::assessment::GapView;
use annex_isms::comment::AboutKind;
use annex_isms::entity::{Gap, GapStatus, Person};
use annex_operations::Command;
use axum::Form;
use axum::extract::{Path, Query as Asked, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::Part;
use crate::session::Visitor;
use crate::{Site, comments, layout};

/// Which gaps to list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    mine: String,
    overdue: String,
    text: String,
    page: Option<usize>,
}

impl Filter {
    fn takes(&self, gap: &GapView, visitor: &Visitor, today: Date) -> bool {
        let mine = gap.owner.as_ref().is_some_and(|owner| owner.person == visitor.0.person);
        (self.mine.is_empty() || mine) && (self.overdue.is_empty() || gap.due < today)
    }
}

/// The list, worst first.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let (today, has_text) = (assessment.at.date(), assessment.gap_rows.with(&filter.text));
    let gaps = assessment.gaps.iter().enumerate();
    let gaps = gaps.filter(|(row, gap)| has_text(*row) && filter.takes(gap, &visitor, today));
    let gaps: Vec<&GapView> = gaps.map(|(_, gap)| gap).collect();
    let part = Part::new(filter.page.unwrap_or(1), gaps.len());
    let fields = [("text", &*filter.text), ("mine", &*filter.mine), ("overdue", &*filter.overdue)];
    let address = crate::parts::query("/gaps", &fields);
    let body = html! {
        h1 { "Gaps" }
        form.filter method="get" action="/gaps" role="search" {
            label { "Contains" input name="text" value=(filter.text); }
            label.check { input type="checkbox" name="mine" value="yes" checked[!filter.mine.is_empty()]; "Mine" }
            label.check { input type="checkbox" name="overdue" value="yes" checked[!filter.overdue.is_empty()]; "Overdue" }
            button { "Show" }
        }
        p.beside { (gaps.len()) " of " (assessment.gaps.len()) }
        @if gaps.is_empty() {
            p { "No gap is known that fits. What is not known is not in this list: see " a href="/requests" { "Requests" } "." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Gaps" { table {
                thead { tr {
                    th scope="col" { "Severity" } th scope="col" { "Gap" } th scope="col" { "About" }
                    th scope="col" { "Owner" } th scope="col" { "Due" } th scope="col" { "Stands" }
                } }
                tbody { @for gap in gaps.get(part.range()).unwrap_or_default() { tr {
                    td { (layout::severity(gap.severity)) }
                    td { a href=(format!("/gaps/{}", gap.id)) { (gap.title) } " " span.beside { (gap.requirement) } }
                    td { (gap.subject_name) }
                    td { (owner(gap)) }
                    td.overdue[gap.due < today] { (gap.due) @if gap.due < today { " overdue" } }
                    td { (layout::gap_status(gap.status)) }
                } } }
            } }
            (part.links(&address))
        }
    };
    Ok(Html(layout::page(&visitor, "/gaps", "Gaps", &body)))
}

fn owner(gap: &GapView) -> Markup {
    html! {
        @match &gap.owner {
            Some(owner) if owner.confirmed => (owner.person),
            Some(owner) => { (owner.person) " " span.beside { "(proposed)" } },
            None => span.open { "nobody, " (gap.role) " is asked" },
        }
    }
}

/// One gap, and what can be done with it.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let gap = assessment.gap_rows.find(&assessment.gaps, &id).ok_or(Failure::NotFound)?;
    let recorded: Option<Gap> = site.operations.look_up(gap.id.as_str()).await?;
    let people: Vec<Person> = site.operations.all_of().await?;
    let version = site.operations.version("gap", gap.id.as_str()).await?.unwrap_or_default();
    let body = html! {
        p.beside { a href="/gaps" { "Gaps" } " / " (gap.requirement) }
        h1 { (gap.title) }
        dl.facts {
            (layout::fact("Severity", &layout::severity(gap.severity)))
            (layout::fact("About", &html! { (gap.subject_name) }))
            (layout::fact("Owner", &owner(gap)))
            (layout::fact("Due", &html! { (gap.due) }))
            (layout::fact("Stands", &layout::gap_status(gap.status)))
        }
        h2 { "Why it is a gap" }
        ul { @for reason in &gap.reasons { li { (reason) } } }
        @if !gap.locations.is_empty() {
            p.beside { "Seen at " @for place in &gap.locations { code { (place) } " " } }
        }
        h2 { "What to do" }
        p { (gap.remedy) }
        @if let Some(recorded) = &recorded {
            @if let (GapStatus::Closed, Some(who)) = (recorded.status, &recorded.closed_by) {
                p.problem {
                    "Closed, verified by " (who) ": " (recorded.verification)
                    " It is still measured as a gap, so the next assessment opens it again."
                }
            }
            @if !recorded.plan.is_empty() { h2 { "Plan" } p { (recorded.plan) } }
            (forms(&visitor, gap, recorded, version, &people))
            (comments::on(&site, &visitor, AboutKind::Gap, &id).await?)
        } @else {
            p.problem { "This gap is not on record yet. Record an assessment from the " a href="/" { "overview" } ", then it can be assigned." }
        }
    };
    Ok(Html(layout::page(&visitor, "/gaps", &gap.title, &body)))
}

fn forms(
    visitor: &Visitor,
    gap: &GapView,
    recorded: &Gap,
    version: u64,
    people: &[Person],
) -> Markup {
    let to = |what: &str| format!("/gaps/{}/{what}", gap.id);
    let owner = recorded.owner.as_ref().map(|owner| &owner.person);
    html! {
        @if visitor.may("assign-gap") {
        h2 { "Assign" }
        form.stack method="post" action=(to("assign")) {
            (layout::form_token(visitor))
            (layout::version(visitor, version))
            label { "Owner" select name="owner" {
                @for person in people {
                    option value=(person.id) selected[owner == Some(&person.id)] { (person.name) }
                }
            } }
            label { "Due" input type="date" name="due" value=(recorded.due) required; }
            label { "Planned implementation" textarea name="plan" rows="3" { (recorded.plan) } }
            button { "Record" }
        }
        }
        @if recorded.status == GapStatus::ReadyToVerify && visitor.may("close-gap") {
            h2 { "Verify and close" }
            @if owner == Some(&visitor.0.person) && people.len() > 1 {
                p { "You own this gap, so someone else has to verify it." }
            } @else {
                form.stack method="post" action=(to("close")) {
                    (layout::form_token(visitor))
                    (layout::version(visitor, version))
                    label { "What you saw" textarea name="verification" rows="3" required {} }
                    button { "Close, verified by " (visitor.0.name) }
                }
            }
        } @else if recorded.status == GapStatus::Open && visitor.may("ready-gap") && recorded.owner.as_ref().is_some_and(|owner| owner.confirmed) {
            h2 { "Done" }
            form method="post" action=(to("ready")) {
                (layout::form_token(visitor))
                (layout::version(visitor, version))
                button { "It is done: ready to verify" }
            }
        }
    }
}

/// Who, when, how.
#[derive(Deserialize)]
pub(crate) struct Assignment {
    form: String,
    version: u64,
    owner: String,
    due: String,
    plan: String,
}

/// Assigns.
pub(crate) async fn assign(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(given): Form<Assignment>,
) -> Result<Redirect, Failure> {
    let refused =
        |field: &str, error: &dyn std::fmt::Display| Failure::Refused(format!("{field}: {error}"));
    let command = Command::AssignGap {
        gap: id.clone(),
        owner: Some(given.owner.parse().map_err(|error| refused("Owner", &error))?),
        due: Some(given.due.parse().map_err(|error| refused("Due", &error))?),
        plan: Some(given.plan),
    };
    visitor.execute_on(&site, &given.form, given.version, command).await?;
    Ok(Redirect::to(&format!("/gaps/{id}")))
}

/// What a form says that has no other field.
#[derive(Deserialize)]
pub(crate) struct Seen {
    form: String,
    version: u64,
}

/// Says that it is done.
pub(crate) async fn ready(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(given): Form<Seen>,
) -> Result<Redirect, Failure> {
    let command = Command::ReadyGap { gap: id.clone() };
    visitor.execute_on(&site, &given.form, given.version, command).await?;
    Ok(Redirect::to(&format!("/gaps/{id}")))
}

/// What was seen.
#[derive(Deserialize)]
pub(crate) struct Closure {
    form: String,
    version: u64,
    verification: String,
}

/// Closes, verified by who is signed in.
pub(crate) async fn close(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(given): Form<Closure>,
) -> Result<Redirect, Failure> {
    let command = Command::CloseGap {
        gap: id,
        by: visitor.0.person.clone(),
        verification: given.verification,
    };
    visitor.execute_on(&site, &given.form, given.version, command).await?;
    Ok(Redirect::to("/gaps"))
}
