//! One's own account: password, second factor, sessions, sign-ins, keys.

use std::sync::Arc;

use annex_isms::Digest;
use annex_operations::{OwnSession, SignIn};
use axum::Form;
use axum::extract::State;
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::Pairs;
use crate::session::Visitor;
use crate::sign_ins::{ROWS_MAX, when};
use crate::{Site, keys, layout, second_factor, sign_ins};

/// The page.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Result<Html<String>, Failure> {
    let operations = &site.operations;
    let person = &visitor.0.person;
    let sessions = operations.sessions(&visitor.0).await?;
    let (attempts, _) = operations.sign_ins(Some(person), 0, ROWS_MAX).await?;
    let codes = operations.second_factor(person).await?;
    let has_password = operations.has_password(person).await?;
    let own = operations.keys(Some(person)).await?;
    let actions = annex_operations::permitted(&visitor.0.roles)?;
    let roles: Vec<&str> = visitor.0.roles.iter().map(|role| role.as_str()).collect();
    let body = html! {
        h1 { "Your account" }
        dl.facts {
            (layout::fact("Name", &html! { (visitor.0.name) }))
            (layout::fact("Signs in as", &html! { (person) }))
            (layout::fact("Roles", &html! { @if roles.is_empty() { "none" } @else { (roles.join(", ")) } }))
        }
        @if has_password {
            h2 { "Password" }
            form.stack method="post" action="/account/password" {
                (layout::form_token(&visitor))
                input type="text" name="person" value=(person) autocomplete="username" hidden readonly;
                label { "Present password" input name="present" type="password" autocomplete="current-password" required; }
                label { "New password, 12 characters or more" input name="new" type="password" autocomplete="new-password" required minlength="12"; }
                label { "Once more" input name="again" type="password" autocomplete="new-password" required minlength="12"; }
                button { "Change it" }
            }
            p.beside { "All your other sessions end with it." }
            (second_factor::section(&visitor, codes))
        } @else {
            p { "You sign in by the provider of identities; password and second factor are kept there." }
        }
        h2 { "Sessions" }
        (open_sessions(&visitor, &sessions, &attempts))
        h2 { "Sign-ins" }
        p { "If one of these was not you, change your password and tell an administrator." }
        (sign_ins::table(&attempts, false))
        h2 { "Keys" }
        p { "A program that holds one of these acts in your name." }
        (keys::table(&visitor, &own, operations.now(), Some("/account/keys/withdraw")))
        @if !actions.is_empty() {
            h3 { "Make a key" }
            (keys::form(&visitor, "/account/keys", person, &actions))
        }
    };
    Ok(Html(layout::page(&visitor, "/account", "Your account", &body)))
}

fn open_sessions(visitor: &Visitor, sessions: &[OwnSession], attempts: &[SignIn]) -> Markup {
    // A session begins at the instant of the sign-in that began it.
    let from = |session: &OwnSession| {
        let attempt = attempts.iter().find(|attempt| attempt.at == session.began_at);
        attempt.and_then(|attempt| attempt.address.as_deref()).unwrap_or("unknown")
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="Sessions" { table {
            thead { tr {
                th scope="col" { "Since" } th scope="col" { "From" } th scope="col" { "Until" } th scope="col" { "End it" }
            } }
            tbody { @for session in sessions { tr {
                td { (when(session.began_at)) }
                td { (from(session)) }
                td { (when(session.ends_at)) }
                td {
                    @if session.present { "this one" } @else {
                        form method="post" action="/account/sessions/end" {
                            (layout::form_token(visitor))
                            input type="hidden" name="session" value=(session.id);
                            button.quiet aria-label=(format!("End the session since {}", session.began_at)) { "End" }
                        }
                    }
                }
            } } }
        } }
    }
}

/// What changes a password.
#[derive(Deserialize)]
pub(crate) struct Change {
    form: String,
    present: String,
    new: String,
    again: String,
}

/// Changes the password.
pub(crate) async fn change_password(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(given): Form<Change>,
) -> Result<Redirect, Failure> {
    visitor.own_form(&given.form)?;
    if given.new != given.again {
        return Err(Failure::Refused("The two new passwords are not the same.".to_owned()));
    }
    let _turn = site.signing_in.lock().await;
    let from = visitor.caller().actor().from.clone();
    site.operations.change_password(&visitor.0, &given.present, &given.new, from).await?;
    Ok(Redirect::to("/account"))
}

/// Which session to end.
#[derive(Deserialize)]
pub(crate) struct Ended {
    form: String,
    session: String,
}

/// Ends another session of one's own.
pub(crate) async fn end_session(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(given): Form<Ended>,
) -> Result<Redirect, Failure> {
    visitor.own_form(&given.form)?;
    let id: Digest = given.session.parse().map_err(|_| Failure::NotFound)?;
    site.operations.end_session(&visitor.0, &id).await?;
    Ok(Redirect::to("/account"))
}

/// Makes a key of one's own and shows it.
pub(crate) async fn make_key(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(fields): Form<Pairs>,
) -> Result<Html<String>, Failure> {
    let holder = visitor.0.person.clone();
    keys::make(&site, &visitor, holder, &fields, "/account").await
}

/// Withdraws a key of one's own.
pub(crate) async fn withdraw_key(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(fields): Form<Pairs>,
) -> Result<Redirect, Failure> {
    keys::withdraw(&site, &visitor, &fields).await?;
    Ok(Redirect::to("/account"))
}
