//! Saved views of a list: one's own, each a link and a button that deletes it, and the form that
//! saves the list as it is.

use std::sync::Arc;

use annex_isms::view::View;
use annex_operations::Command;
use axum::Form;
use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};

use super::kinds::Kind;
use super::query::Asked;
use crate::Site;
use crate::error::Failure;
use crate::layout;
use crate::parts::{Pairs, field};
use crate::session::Visitor;

/// The views of a register and the form under its filter.
pub(super) async fn section(
    site: &Site,
    visitor: &Visitor,
    kind: &Kind,
    asked: &Asked,
) -> Result<Markup, Failure> {
    let mut views = site.operations.views_of(&visitor.0.person).await?;
    views.retain(|view| view.kind == kind.record);
    let mut now = asked.on(0);
    now.filters.sort();
    let saves = visitor.may("save-view") && (now.narrows() || now.sort.is_some());
    Ok(html! {
        @if !views.is_empty() {
            nav.views aria-label="Saved views" {
                span.beside { "Saved views" }
                ul { @for view in &views { li {
                    @let own = Asked::of(view);
                    a href=(own.address(&format!("/registers/{}", kind.path))) aria-current=[(own == now).then_some("page")] { (view.name) }
                    @if visitor.may("remove-view") {
                        form method="post" action="/views/remove" {
                            (layout::form_token(visitor))
                            input type="hidden" name="register" value=(kind.path);
                            input type="hidden" name="view" value=(view.id);
                            button.quiet aria-label=(format!("Delete the view {}", view.name)) { "Delete" }
                        }
                    }
                } } }
            }
        }
        @if saves {
            details {
                summary { "Save this view" }
                form.filter method="post" action="/views" {
                    (layout::form_token(visitor))
                    input type="hidden" name="register" value=(kind.path);
                    input type="hidden" name="asked" value=(now.address(""));
                    label { "Name" input name="name" required maxlength="80"; }
                    button { "Save" }
                }
                p.beside { "Search, filters and sorting are saved under this name, for you alone. The same name replaces it." }
            }
        }
    })
}

impl Asked {
    /// What a view asks for.
    fn of(view: &View) -> Self {
        Self {
            text: view.text.clone(),
            filters: view.filters.clone().into_iter().collect(),
            sort: view.sort.clone(),
            descending: view.descending,
            page: 0,
        }
    }
}

/// Saves a view and shows it.
pub(crate) async fn save(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let kind = Kind::at(pairs.one("register")).ok_or(Failure::NotFound)?;
    let asked = pairs.one("asked").trim_start_matches('?');
    let mut asked = Asked::read(form_urlencoded::parse(asked.as_bytes()).into_owned().collect())?;
    asked.filters.sort();
    let to = asked.on(0).address(&format!("/registers/{}", kind.path));
    let command = Command::SaveView {
        kind: kind.record.to_owned(),
        name: pairs.one("name").to_owned(),
        text: asked.text,
        filters: asked.filters.into_iter().collect(),
        sort: asked.sort,
        descending: asked.descending,
        by: visitor.0.person.clone(),
    };
    visitor.execute(&site, pairs.one("form"), command).await?;
    Ok(Redirect::to(&to))
}

/// Deletes a view.
pub(crate) async fn remove(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let kind = Kind::at(pairs.one("register")).ok_or(Failure::NotFound)?;
    let view = field("View", pairs.one("view"))?;
    let by = visitor.0.person.clone();
    visitor.execute(&site, pairs.one("form"), Command::RemoveView { view, by }).await?;
    Ok(Redirect::to(&format!("/registers/{}", kind.path)))
}
