//! How a person is reached and signs in besides: mail address, names at providers of identities.

use std::sync::Arc;

use annex_isms::entity::{Identity, Person};
use annex_isms::{IdentityId, PersonId};
use annex_operations::Command;
use axum::Form;
use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};

use crate::error::Failure;
use crate::parts::{Pairs, field};
use crate::session::Visitor;
use crate::{Site, layout};

/// The mail address, with the form that changes it.
pub(super) fn address(visitor: &Visitor, person: &Person) -> Markup {
    html! {
        h2 { "Mail" }
        p { @match &person.email {
            Some(email) => (email),
            None => "No address is on record, so no mail is sent to them.",
        } }
        @if visitor.caller().may("add-person", false) {
            form.stack method="post" action="/access/address" {
                (layout::form_token(visitor))
                input type="hidden" name="holder" value=(person.id);
                label { "Mail address" input name="email" type="email" value=[&person.email] required; }
                button { "Record" }
            }
        }
    }
}

/// The names at providers, with the forms that link and end them.
pub(super) fn section(
    site: &Site,
    visitor: &Visitor,
    person: &Person,
    identities: &[Identity],
) -> Markup {
    let ends = visitor.caller().may("end-identity", false);
    html! {
        @if site.provider.is_some() || !identities.is_empty() {
            h2 { "Provider of identities" }
            @if identities.is_empty() { p { "They are linked to no name there." } } @else { (table(visitor, identities, ends)) }
            @if let (Some(by), true) = (&site.provider, visitor.caller().may("link-identity", false)) {
                h3 { "Link a name there" }
                p { "Whoever the provider calls so gets what this person has. Take the name from the provider itself, not from who asks." }
                form.stack method="post" action="/access/identity" {
                    (layout::form_token(visitor))
                    input type="hidden" name="holder" value=(person.id);
                    label { "Provider" input name="issuer" value=(by.provider.issuer()) required; }
                    label { "Name at the provider (" (by.provider.claim()) ")" input name="subject" required maxlength="255"; }
                    button { "Link" }
                }
            }
        }
    }
}

fn table(visitor: &Visitor, identities: &[Identity], ends: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Names at providers" { table {
            thead { tr {
                th scope="col" { "Name there" } th scope="col" { "Provider" } th scope="col" { "Lets in" }
            } }
            tbody { @for identity in identities { tr {
                td { (identity.subject) }
                td { (identity.issuer) }
                td {
                    @if identity.ended { (layout::chip("muted", "–", "ended")) } @else {
                        (layout::chip("good", "✓", "yes"))
                        @if ends {
                            form method="post" action="/access/identity/end" {
                                (layout::form_token(visitor))
                                input type="hidden" name="holder" value=(identity.person);
                                input type="hidden" name="identity" value=(identity.id);
                                button.quiet aria-label=(format!("End {} of {}", identity.subject, identity.issuer)) { "End" }
                            }
                        }
                    }
                }
            } } }
        } }
    }
}

/// Says where mail reaches someone.
pub(crate) async fn set_address(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(fields): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let id: PersonId = fields.one("holder").parse().map_err(|_| Failure::NotFound)?;
    let person = site.operations.person(&id).await?.ok_or(Failure::NotFound)?;
    let email = Some(field("Mail address", fields.one("email"))?);
    let command = Command::AddPerson { id, name: person.name, roles: person.roles, email };
    visitor.execute(&site, fields.one("form"), command).await?;
    Ok(back(&person.id))
}

/// Links someone to a name at the provider.
pub(crate) async fn link(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(fields): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let person: PersonId = field("Person", fields.one("holder"))?;
    let to = back(&person);
    let command = Command::LinkIdentity {
        person,
        issuer: fields.one("issuer").to_owned(),
        subject: fields.one("subject").to_owned(),
    };
    visitor.execute(&site, fields.one("form"), command).await?;
    Ok(to)
}

/// Ends such a link.
pub(crate) async fn end_link(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(fields): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let identity: IdentityId = fields.one("identity").parse().map_err(|_| Failure::NotFound)?;
    let person: PersonId = field("Person", fields.one("holder"))?;
    let command = Command::EndIdentity { identity };
    visitor.execute(&site, fields.one("form"), command).await?;
    Ok(back(&person))
}

fn back(person: &PersonId) -> Redirect {
    Redirect::to(&format!("/access/{person}"))
}
