//! Several assets at once: what the boxes of a list select is decided together, or not at all.

use std::sync::Arc;

use annex_isms::DataClass;
use annex_operations::Command;
use axum::Form;
use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};

use crate::error::Failure;
use crate::session::Visitor;
use crate::{Site, layout};

/// The fields under a list whose boxes select.
pub(super) fn fields(visitor: &Visitor) -> Markup {
    html! {
        (layout::form_token(visitor))
        fieldset.filter {
            legend { "Decide for those that are selected" }
            label { "Scope" select name="in_scope" {
                option value="yes" { "in scope" }
                option value="no" { "out of scope" }
            } }
            label { "Reason" input name="reason" placeholder="needed when out of scope"; }
            label { "Owner" input name="owner" list="all-person" placeholder="as it is" autocomplete="off"; }
            label { "Classification" select name="classification" {
                option value="" { "as it is" }
                @for class in DataClass::ALL { option value=(class) { (class) } }
            } }
            button { "Record" }
        }
    }
}

/// Decides.
pub(crate) async fn assets(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, Failure> {
    let one = |name: &str| {
        let value = pairs.iter().find(|(own, _)| own == name);
        value.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    };
    let refused =
        |field: &str, error: &dyn std::fmt::Display| Failure::Refused(format!("{field}: {error}"));
    let selected = pairs.iter().filter(|(name, _)| name == "asset").map(|(_, id)| id.clone());
    let assets: Vec<String> = selected.collect();
    if assets.is_empty() {
        return Err(Failure::Refused("Select the assets first.".to_owned()));
    }
    let owner = one("owner").map(str::parse).transpose();
    let classification = one("classification").map(str::parse).transpose();
    let command = Command::RegisterAsset {
        assets,
        all_of_system: None,
        in_scope: match one("in_scope") {
            Some("yes") => true,
            Some("no") => false,
            _ => return Err(Failure::Refused("Say whether they are in scope.".to_owned())),
        },
        reason: one("reason").unwrap_or_default().to_owned(),
        owner: owner.map_err(|error| refused("Owner", &error))?,
        classification: classification.map_err(|error| refused("Classification", &error))?,
    };
    visitor.execute(&site, one("form").unwrap_or_default(), command).await?;
    Ok(Redirect::to("/registers/assets"))
}
