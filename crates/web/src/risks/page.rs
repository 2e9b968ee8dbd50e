//! One risk: the scenario, how it stands and why, and what people decided on it.

use std::sync::Arc;

use annex_catalog::Threat;
use annex_isms::Assessment;
use annex_isms::assessment::RiskView;
use annex_isms::comment::AboutKind;
use annex_isms::entity::{Exception, Person, Risk};
use axum::extract::{Path, State};
use axum::response::Html;
use maud::{Markup, html};

use super::{acceptable, exceptions, forms, inherent_score, matrix, review_state, score};
use crate::error::Failure;
use crate::session::Visitor;
use crate::{Site, comments, layout};

/// The page.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let view = assessment.risks.iter().find(|risk| risk.id.as_str() == id);
    let view = view.ok_or(Failure::NotFound)?;
    let catalogue = site.operations.catalogue();
    let threat = catalogue.threats.iter().find(|threat| threat.id == view.threat);
    let recorded: Option<Risk> = site.operations.look_up(&id).await?;
    let seen = site.operations.version("risk", &id).await?;
    let people: Vec<Person> = site.operations.all_of().await?;
    let borne: Vec<Exception> = site.operations.all_of().await?;
    let borne: Vec<&Exception> = borne.iter().filter(|own| own.risk == view.id).collect();
    let body = html! {
        p.beside { a href="/risks" { "Risks" } " / " (view.id) }
        h1 { (view.title) }
        p.beside { "on " (crate::controls::subject_name(&assessment, &annex_isms::Subject::System(view.system.clone()))) }
        @if let Some(threat) = threat { p { (threat.words) } }
        dl.facts {
            (layout::fact("Owner", &html! { @match &view.owner { Some(owner) => (owner), None => span.open { "nobody" } } }))
            (layout::fact("Review", &review_state(view.review)))
            (layout::fact("Inherent", &score(inherent_score(view))))
            (layout::fact("Current", &html! { (score(view.current_score)) " " (acceptable(view.acceptable)) }))
            (layout::fact("Residual, approved", &score(view.residual_score)))
        }
        (moved(view))
        @if let Some(review) = recorded.as_ref().and_then(|risk| risk.review.as_ref()) { (forms::last_review(review)) }
        (parts(&assessment, view))
        @if let Some(threat) = threat { (controls(&assessment, threat)) }
        @if recorded.is_none() {
            p.problem { "This risk is not on record yet. Record an assessment from the " a href="/" { "overview" } ", then it can be reviewed." }
        } @else {
            @if visitor.may("review-risk") { (forms::review_form(&visitor, view, (recorded.as_ref(), seen), threat, &catalogue.scales)) }
            details {
                summary { "What the steps mean, for this scenario and in general" }
                @if let Some(threat) = threat {
                    h3 { "Likelihood of this scenario" }
                    ol { @for words in &threat.likelihood { li { (words) } } }
                }
                (matrix::steps(&catalogue.scales))
            }
            @if visitor.may("approve-residual") { (forms::residual_form(&visitor, recorded.as_ref(), seen, &people, &catalogue.scales)) }
            (exceptions::of_risk(&visitor, &assessment, view, threat, &borne))
            (comments::on(&site, &visitor, AboutKind::Risk, &id).await?)
        }
    };
    Ok(Html(layout::page(&visitor, "/risks", &view.title, &body)))
}

fn moved(view: &RiskView) -> Markup {
    html! {
        @if view.inherent.is_some() {
            h2 { "What moved the likelihood" }
            @if view.steps.is_empty() { p { "Nothing that was measured: it stands as it was judged." } } @else {
                ul { @for step in &view.steps { li {
                    @if step.by > 0 { "One step up" } @else { "One step down" }
                    " by " a href=(format!("/controls/{}", step.control)) { (step.control) } ": " (step.reason)
                } } }
            }
        }
    }
}

/// The most assets of a scenario on its page.
const ASSETS_MAX: usize = 50;

fn parts(assessment: &Assessment, view: &RiskView) -> Markup {
    html! {
        @if !view.assets.is_empty() {
            h2 { "Where it can happen" }
            ul { @for asset in view.assets.iter().take(ASSETS_MAX) { li {
                (crate::controls::subject_name(assessment, &annex_isms::Subject::Asset(asset.clone())))
            } } }
            @if view.assets.len() > ASSETS_MAX { p.beside { "and " (view.assets.len() - ASSETS_MAX) " more" } }
        }
    }
}

fn controls(assessment: &Assessment, threat: &Threat) -> Markup {
    let own = assessment.controls.iter().filter(|control| threat.controls.contains(&control.id));
    html! {
        h2 { "Controls that bear on it" }
        ul { @for control in own { li { (crate::controls::link(&control.id, &control.title)) " " (layout::status(control.status)) } } }
    }
}
