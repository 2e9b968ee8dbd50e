//! The overview: the controls that AI changes with their three questions, and what waits.

use std::sync::Arc;

use annex_isms::ControlId;
use annex_isms::assessment::ControlStatus;
use annex_operations::Command;
use annex_report::PRINCIPAL_CONTROLS;
use axum::Form;
use axum::extract::State;
use axum::response::{Html, Redirect};
use maud::html;

use crate::error::Failure;
use crate::session::{Token, Visitor};
use crate::{Site, layout, outlook};

/// The page.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let summary = &assessment.summary;
    let counts = &summary.counts;
    let behind = assessment.behind(site.operations.ledger_size().await?);
    let today = assessment.at.date();
    let principal = |control: &&annex_isms::assessment::ControlView| {
        matches!(control.id, ControlId::AnnexA(clause, number)
            if PRINCIPAL_CONTROLS.contains(&(clause, number)))
    };
    let others = |control: &&annex_isms::assessment::ControlView| {
        !principal(control) && control.status != ControlStatus::NotAssessed
    };
    let controls = assessment.controls.iter().filter(principal);
    let controls = controls.chain(assessment.controls.iter().filter(others));
    let body = html! {
        h1 { (assessment.organisation) }
        p.beside { "As of " (assessment.at.date()) ". Unknown is never counted as met." }
        @if behind > 0 {
            p.problem { (behind) " entries of the ledger are newer and not judged yet. Judging takes long here and is done beside the pages." }
        }
        dl.figures {
            (layout::fact("Met", &html! { (counts.met) }))
            (layout::fact("Gaps", &html! { a href="/gaps" { (assessment.gaps.len()) } }))
            (layout::fact("Overdue", &html! { a href="/gaps?overdue=yes" { (summary.overdue) } }))
            (layout::fact("Unknown", &html! { (counts.unknown) }))
            (layout::fact("Requests", &html! { a href="/requests" { (assessment.requests.len()) } }))
            (layout::fact("Mine", &html! { a href="/gaps?mine=yes" {
                (summary.owned(&visitor.0.person))
            } }))
        }
        form method="post" action="/assess" {
            (layout::form_token(&visitor))
            button { "Assess and record" }
            " " span.beside { "records this judgement in the ledger, with new gaps, requests and risks" }
        }
        h2 { "Controls" }
        div.scroll tabindex="0" role="region" aria-label="Controls" { table {
            thead { tr {
                th scope="col" { "Control" }
                th scope="col" { "Addresses AI risk" }
                th scope="col" { "AI parts registered" }
                th scope="col" { "Threats in the risk register" }
                th scope="col" { "Stands" }
            } }
            tbody { @for control in controls { tr {
                th scope="row" { (crate::controls::link(&control.id, &control.title)) }
                @for number in 1..=3_u8 {
                    td {
                        @if let Some(question) = control.questions.iter().find(|q| q.number == number) {
                            (layout::answer(question.answer))
                            p.reason { (question.reason) }
                        }
                    }
                }
                td { (layout::status(control.status)) }
            } } }
        } }
        p { a href="/controls" { "All controls" } }
        (outlook::work_section(&summary.work))
        (outlook::evidence_section(&site, today).await?)
        (outlook::stage2_section(&assessment))
        (outlook::trend_section(&site).await?)
    };
    Ok(Html(layout::page(&visitor, "/", "Overview", &body)))
}

/// Records an assessment.
pub(crate) async fn assess(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(token): Form<Token>,
) -> Result<Redirect, Failure> {
    visitor.execute(&site, &token.form, Command::Assess).await?;
    Ok(Redirect::to("/"))
}
