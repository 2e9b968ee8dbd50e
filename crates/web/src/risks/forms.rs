//! Reviewing a risk and approving what remains of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use annex_catalog::{Scale, Threat};
use annex_isms::Score;
use annex_isms::assessment::RiskView;
use annex_isms::entity::{Consequence, Person, Risk, RiskReview, Treatment};
use annex_operations::{Command, ResidualRisk, RiskJudgement};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::field;
use crate::session::Visitor;
use crate::{Site, layout};

type Scales = BTreeMap<String, Scale>;

/// A choice of one step of a scale. `own` are the words of the scenario for each step.
fn steps(
    label: &str,
    name: &str,
    scale: &str,
    scales: &Scales,
    own: Option<&[String; 5]>,
    chosen: Option<Score>,
) -> Markup {
    html! {
        label { (label) select name=(name) required {
            @if chosen.is_none() { option value="" { "choose a step" } }
            @for level in 1..=5_u8 {
                @let place = usize::from(level) - 1;
                @let words = own.map(|own| own[place].as_str());
                @let named = scales.get(scale).map(|scale| scale.levels[place].name.as_str()).unwrap_or_default();
                option value=(level) selected[chosen.is_some_and(|score| score.get() == level)] {
                    (level) " " (named) @if let Some(words) = words { ": " (words) }
                }
            }
        } }
    }
}

/// What was judged last.
pub(super) fn last_review(review: &RiskReview) -> Markup {
    html! {
        h2 { "Last review" }
        p { "By " (review.by) " on " (review.at.date()) ": likelihood " (review.likelihood.get())
            ", confidentiality " (review.consequence.confidentiality.get())
            ", integrity " (review.consequence.integrity.get())
            ", availability " (review.consequence.availability.get()) "; " (review.treatment) "." }
        p { (review.plan) }
        @if let Some(residual) = &review.residual {
            p { "Residual: likelihood " (residual.likelihood.get()) ", consequence " (residual.consequence.get())
                @match &residual.approved_by { Some(by) => { ", approved by " (by) "." }, None => ", not approved." }
            }
            @if !residual.compensating_review.is_empty() { p.beside { "In place of a second person: " (residual.compensating_review) } }
        }
    }
}

/// The form of the owner's review.
pub(super) fn review_form(
    visitor: &Visitor,
    view: &RiskView,
    (recorded, seen): (Option<&Risk>, Option<u64>),
    threat: Option<&Threat>,
    scales: &Scales,
) -> Markup {
    let last = recorded.and_then(|risk| risk.review.as_ref());
    let consequence = last.map(|review| review.consequence);
    html! {
        h2 { "Review" }
        form.stack method="post" action=(format!("/risks/{}/review", view.id)) {
            (layout::form_token(visitor))
            (layout::version(visitor, seen))
            (steps("Likelihood before any control", "likelihood", "likelihood", scales, threat.map(|threat| &threat.likelihood), last.map(|review| review.likelihood)))
            @for (label, name, words, chosen) in [
                ("Consequence for confidentiality", "confidentiality", threat.map(|threat| &threat.confidentiality), consequence.map(|own| own.confidentiality)),
                ("Consequence for integrity", "integrity", threat.map(|threat| &threat.integrity), consequence.map(|own| own.integrity)),
                ("Consequence for availability", "availability", threat.map(|threat| &threat.availability), consequence.map(|own| own.availability)),
            ] {
                @if let Some(words) = words { p.beside { (words) } }
                (steps(label, name, "consequence", scales, None, chosen))
            }
            label { "Treatment" select name="treatment" {
                @for treatment in Treatment::ALL {
                    option value=(treatment) selected[last.is_some_and(|review| review.treatment == *treatment)] { (treatment) }
                }
            } }
            label { "What is done about it, or why nothing is" textarea name="plan" rows="3" required { (last.map(|review| review.plan.as_str()).unwrap_or_default()) } }
            button { "Record my review" }
        }
        p.beside { "Who reviews a risk becomes its owner. A new review takes back the approval of the residual risk." }
    }
}

/// The form of who approves the residual risk.
pub(super) fn residual_form(
    visitor: &Visitor,
    recorded: Option<&Risk>,
    seen: Option<u64>,
    people: &[Person],
    scales: &Scales,
) -> Markup {
    let Some((risk, review)) = recorded.and_then(|risk| Some((risk, risk.review.as_ref()?))) else {
        return html! {};
    };
    html! {
        h2 { "Approve the residual risk" }
        @if review.by == visitor.0.person && people.len() > 1 {
            p { "You reviewed this risk, so someone else approves what remains of it." }
        } @else {
            form.stack method="post" action=(format!("/risks/{}/residual", risk.id)) {
                (layout::form_token(visitor))
                (layout::version(visitor, seen))
                (steps("Likelihood after treatment", "likelihood", "likelihood", scales, None, None))
                (steps("Consequence after treatment", "consequence", "consequence", scales, None, None))
                (crate::parts::compensating_review(people))
                button { "Approve as " (visitor.0.name) }
            }
        }
    }
}

/// A review as sent.
#[derive(Deserialize)]
pub(crate) struct Review {
    form: String,
    version: u64,
    likelihood: String,
    confidentiality: String,
    integrity: String,
    availability: String,
    treatment: String,
    plan: String,
}

/// Records a review.
pub(crate) async fn review(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(given): Form<Review>,
) -> Result<Redirect, Failure> {
    let judgement = Box::new(RiskJudgement {
        by: visitor.0.person.clone(),
        likelihood: field("Likelihood", &given.likelihood)?,
        consequence: Consequence {
            confidentiality: field("Confidentiality", &given.confidentiality)?,
            integrity: field("Integrity", &given.integrity)?,
            availability: field("Availability", &given.availability)?,
        },
        treatment: field("Treatment", &given.treatment)?,
        plan: given.plan,
    });
    let to = format!("/risks/{id}");
    let command = Command::ReviewRisk { risk: id, judgement };
    visitor.execute_on(&site, &given.form, given.version, command).await?;
    Ok(Redirect::to(&to))
}

/// A residual risk as sent.
#[derive(Deserialize)]
pub(crate) struct Residual {
    form: String,
    version: u64,
    likelihood: String,
    consequence: String,
    #[serde(default)]
    compensating_review: String,
}

/// Approves the residual risk, as who is signed in.
pub(crate) async fn approve(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(given): Form<Residual>,
) -> Result<Redirect, Failure> {
    let residual = ResidualRisk {
        likelihood: field("Likelihood", &given.likelihood)?,
        consequence: field("Consequence", &given.consequence)?,
        by: visitor.0.person.clone(),
        compensating_review: given.compensating_review,
    };
    let to = format!("/risks/{id}");
    let command = Command::ApproveResidual { risk: id, residual };
    visitor.execute_on(&site, &given.form, given.version, command).await?;
    Ok(Redirect::to(&to))
}
