//! Who has access: people and programs, their roles, their keys and their sign-ins.

mod identity;

use std::collections::BTreeSet;
use std::sync::Arc;

use annex_isms::PersonId;
use annex_isms::entity::Role;
use annex_operations::{Command, Holder};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};

use crate::error::Failure;
use crate::parts::Pairs;
use crate::session::Visitor;
use crate::sign_ins::{ROWS_MAX, when};
pub(crate) use identity::{end_link, link, set_address};

use crate::{Site, keys, layout, sign_ins};

/// What the newest sign-ins are shown of.
const NEWEST_MAX: u64 = 10;

/// The page of everyone.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Result<Html<String>, Failure> {
    let holders = site.operations.holders().await?;
    let (programs, people): (Vec<&Holder>, Vec<&Holder>) =
        holders.iter().partition(|holder| holder.name.is_none());
    let tokens = site.operations.keys(None).await?;
    let (attempts, total) = site.operations.sign_ins(None, 0, NEWEST_MAX).await?;
    let withdraw = visitor.caller().may("revoke-token", false).then_some("/access/keys/withdraw");
    let body = html! {
        h1 { "Access" }
        p { "What each role may do is the same everywhere. Nobody changes their own access, and an administrator approves nothing." }
        h2 { "People" }
        (list(&people))
        h2 { "Programs" }
        @if programs.is_empty() { p { "No program has access." } } @else { (list(&programs)) }
        @if visitor.may("grant-access") {
            h3 { "Give a program access" }
            form.stack method="post" action="/access/grant" {
                (layout::form_token(&visitor))
                input type="hidden" name="role" value=(Role::Service);
                label { "Its name" input name="holder" required pattern="[a-z0-9][a-z0-9-]*" placeholder="ci"; }
                button { "Give access" }
            }
        }
        h2 { "Keys" }
        (keys::table(&visitor, &tokens, site.operations.now(), withdraw))
        h2 { "Newest sign-ins" }
        (sign_ins::table(&attempts, true))
        p { a href="/sign-ins" { "All " (total) } }
    };
    Ok(Html(layout::page(&visitor, "/access", "Access", &body)))
}

fn list(holders: &[&Holder]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Who has access" { table {
            thead { tr {
                th scope="col" { "Id" } th scope="col" { "Name" } th scope="col" { "Roles" } th scope="col" { "Signs in" }
            } }
            tbody { @for holder in holders { tr {
                th scope="row" { a href=(format!("/access/{}", holder.id)) { (holder.id) } }
                td { (holder.name.as_deref().unwrap_or("a program")) }
                td { (roles(&holder.roles)) }
                td { (signs_in(holder)) }
            } } }
        } }
    }
}

fn roles(roles: &BTreeSet<Role>) -> String {
    if roles.is_empty() {
        return "no access".to_owned();
    }
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}

fn signs_in(holder: &Holder) -> Markup {
    html! {
        @match (holder.account, holder.locked_until) {
            (false, _) if holder.provider => "by the provider of identities",
            (false, _) => "no",
            (true, None) if holder.provider && holder.second_factor => "with a password and a code, or by the provider of identities",
            (true, None) if holder.provider => "with a password alone, or by the provider of identities",
            (true, None) if holder.second_factor => "with a password and a code",
            (true, None) => "with a password alone",
            (true, Some(until)) => { (layout::chip("open", "–", "locked until")) " " (when(until)) },
        }
    }
}

/// The page of one of them.
pub(crate) async fn holder(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let holders = site.operations.holders().await?;
    let found = holders.iter().find(|holder| holder.id.as_str() == id);
    let holder = found.ok_or(Failure::NotFound)?;
    let version = site.operations.version("grant", &id).await?;
    let tokens = site.operations.keys(Some(&holder.id)).await?;
    let (attempts, _) = site.operations.sign_ins(Some(&holder.id), 0, ROWS_MAX).await?;
    let program = holder.name.is_none();
    let identities = site.operations.identities(Some(&holder.id)).await?;
    let person = site.operations.person(&holder.id).await?;
    let withdraw = visitor.caller().may("revoke-token", false).then_some("/access/keys/withdraw");
    let body = html! {
        p.beside { a href="/access" { "Access" } " / " (holder.id) }
        h1 { (holder.name.as_deref().unwrap_or(holder.id.as_str())) }
        dl.facts {
            (layout::fact("Roles", &html! { (roles(&holder.roles)) }))
            @if !program { (layout::fact("Signs in", &signs_in(holder))) }
        }
        @if visitor.may("grant-access") && visitor.0.person != holder.id {
            h2 { "Roles" }
            form.stack method="post" action="/access/grant" {
                (layout::form_token(&visitor))
                input type="hidden" name="holder" value=(holder.id);
                @if let Some(version) = version { (layout::version(&visitor, version)) }
                fieldset {
                    legend { "What they may do; none is no access" }
                    @for role in Role::ALL.iter().filter(|role| (**role == Role::Service) == program) {
                        label.check { input type="checkbox" name="role" value=(role) checked[holder.roles.contains(role)]; (role) }
                    }
                }
                button { "Record" }
            }
        }
        @if let Some(person) = &person {
            (identity::address(&visitor, person))
            (identity::section(&site, &visitor, person, &identities))
        }
        h2 { "Keys" }
        (keys::table(&visitor, &tokens, site.operations.now(), withdraw))
        @if program && visitor.caller().may("create-token", false) && holder.roles.contains(&Role::Service) {
            h3 { "Make a key" }
            (keys::form(&visitor, "/access/keys", &holder.id, &annex_operations::permitted(&holder.roles)?))
        }
        @if !program {
            h2 { "Sign-ins" }
            (sign_ins::table(&attempts, false))
        }
    };
    Ok(Html(layout::page(&visitor, "/access", &holder.id.to_string(), &body)))
}

/// Says what someone may do.
pub(crate) async fn grant(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(fields): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let holder = named(&fields)?;
    let roles: Result<BTreeSet<Role>, _> = fields.all("role").map(str::parse).collect();
    let roles = roles.map_err(|error| Failure::Refused(format!("{error}")))?;
    let to = format!("/access/{holder}");
    let command = Command::GrantAccess { holder, roles };
    visitor.execute_on(&site, fields.one("form"), fields.version()?, command).await?;
    Ok(Redirect::to(&to))
}

fn named(fields: &Pairs) -> Result<PersonId, Failure> {
    let name = fields.one("holder").trim().parse();
    name.map_err(|error| Failure::Refused(format!("The name does not fit: {error}")))
}

/// Makes a key for a program and shows it.
pub(crate) async fn make_key(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(fields): Form<Pairs>,
) -> Result<Html<String>, Failure> {
    let holder = named(&fields)?;
    let back = format!("/access/{holder}");
    keys::make(&site, &visitor, holder, &fields, &back).await
}

/// Withdraws a key of anyone.
pub(crate) async fn withdraw_key(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(fields): Form<Pairs>,
) -> Result<Redirect, Failure> {
    keys::withdraw(&site, &visitor, &fields).await?;
    Ok(Redirect::to("/access"))
}
