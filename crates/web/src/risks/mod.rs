//! Risks: the register with its matrix, and a scenario with its review, residual risk and
//! exceptions.

mod exceptions;
mod forms;
mod matrix;
mod page;

use std::sync::Arc;

use annex_isms::Score;
use annex_isms::assessment::{ReviewState, RiskView};
use axum::extract::{Query as Asked, State};
use axum::response::Html;
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::{Part, Search};
use crate::session::Visitor;
use crate::{Site, layout};

pub(crate) use exceptions::{
    approve as approve_exception, list as exceptions, refuse as refuse_exception, request,
};
pub(crate) use forms::{approve, review};
pub(crate) use page::page;

use matrix::{Cells, Stage};

/// Which risks to list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    text: String,
    review: String,
    stage: String,
    likelihood: String,
    consequence: String,
    page: Option<usize>,
}

/// Where a risk stands in the matrix at a stage.
fn place(risk: &RiskView, stage: Stage) -> Option<(Score, Score)> {
    let inherent = risk.inherent?;
    let worst = inherent.consequence.worst();
    match stage {
        Stage::Inherent => Some((inherent.likelihood, worst)),
        Stage::Current => Some((risk.current_likelihood?, worst)),
        Stage::Residual => {
            risk.residual.map(|residual| (residual.likelihood, residual.consequence))
        }
    }
}

/// The matrix and the list.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let stage = Stage::of(&filter.stage);
    let risks = assessment.risks.iter();
    let placed: Vec<_> = risks.map(|risk| (risk, place(risk, stage))).collect();
    let search = Search::new(&filter.text);
    let cell = crate::parts::optional::<Score>("Likelihood", &filter.likelihood)?
        .zip(crate::parts::optional::<Score>("Consequence", &filter.consequence)?);
    let chosen: Vec<&RiskView> = placed
        .iter()
        .filter(|(risk, place)| {
            (filter.review.is_empty() || risk.review.as_str() == filter.review)
                && (cell.is_none() || *place == cell)
                && (search.fits(&risk.title) || search.fits(risk.system.as_str()))
        })
        .map(|(risk, _)| *risk)
        .collect();
    let part = Part::new(filter.page.unwrap_or(1), chosen.len());
    let scales = &site.operations.catalogue().scales;
    let cells = Cells::new(placed.iter().filter_map(|(_, place)| *place));
    let address = crate::parts::query(
        "/risks",
        &[
            ("text", &filter.text),
            ("review", &filter.review),
            ("stage", &filter.stage),
            ("likelihood", &filter.likelihood),
            ("consequence", &filter.consequence),
        ],
    );
    let body = html! {
        h1 { "Risks" }
        (matrix::choice(stage))
        (matrix::figure(&cells, stage, placed.len(), assessment.criteria.accept_score_max, scales))
        p { a href="/exceptions" { "Exceptions" } " are permitted departures that a risk bears." }
        h2 id="list" { "Register" }
        form.filter method="get" action="/risks#list" role="search" {
            input type="hidden" name="stage" value=(stage.word());
            label { "Contains" input name="text" value=(filter.text); }
            label { "Review" select name="review" {
                option value="" { "any" }
                @for state in ReviewState::ALL {
                    option value=(state) selected[state.as_str() == filter.review] { (state.as_str().replace('_', " ")) }
                }
            } }
            button { "Show" }
        }
        p.beside { (chosen.len()) " of " (placed.len())
            @if let Some((likelihood, consequence)) = cell {
                " with likelihood " (likelihood.get()) " and consequence " (consequence.get()) " (" (stage.word()) "). " a href="/risks#list" { "All" }
            }
            (crate::import::link(&visitor, "risks"))
        }
        @if chosen.is_empty() { p { "No risk fits." } } @else {
            (table(&chosen[part.range()]))
            (part.links(&address))
        }
    };
    Ok(Html(layout::page(&visitor, "/risks", "Risks", &body)))
}

fn table(risks: &[&RiskView]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Risks" { table {
            thead { tr {
                th scope="col" { "Scenario" } th scope="col" { "System" } th scope="col" { "Owner" } th scope="col" { "Review" }
                th.number scope="col" { "Inherent" } th.number scope="col" { "Current" } th.number scope="col" { "Residual" }
                th scope="col" { "Treatment" } th scope="col" { "Acceptable" }
            } }
            tbody { @for risk in risks { tr {
                th scope="row" { a href=(format!("/risks/{}", risk.id)) { (risk.title) } }
                td { (risk.system) }
                td { @match &risk.owner { Some(owner) => (owner), None => span.open { "nobody" } } }
                td { (review_state(risk.review)) }
                td.number { (score(inherent_score(risk))) }
                td.number { (score(risk.current_score)) }
                td.number { (score(risk.residual_score)) }
                td { @match risk.treatment { Some(treatment) => (treatment), None => span.muted { "none" } } }
                td { (acceptable(risk.acceptable)) }
            } } }
        } }
    }
}

fn inherent_score(risk: &RiskView) -> Option<u8> {
    risk.inherent.map(|inherent| inherent.likelihood.get() * inherent.consequence.worst().get())
}

fn score(score: Option<u8>) -> Markup {
    html! { @match score { Some(score) => (score), None => span.muted title="not judged" { "–" } } }
}

/// Whether a review counts.
fn review_state(state: ReviewState) -> Markup {
    match state {
        ReviewState::Reviewed => layout::chip("good", "✓", "reviewed"),
        ReviewState::Outdated => layout::chip("open", "!", "review outdated"),
        ReviewState::NotReviewed => layout::chip("open", "?", "not reviewed"),
    }
}

/// Whether a score is within the criteria.
fn acceptable(within: Option<bool>) -> Markup {
    match within {
        Some(true) => layout::chip("good", "✓", "acceptable"),
        Some(false) => layout::chip("bad", "✗", "not acceptable"),
        None => layout::chip("open", "?", "not judged"),
    }
}
