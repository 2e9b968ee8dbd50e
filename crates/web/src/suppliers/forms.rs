//! What the forms of a supplier and its agreements record.

use std::collections::BTreeSet;
use std::sync::Arc;

use annex_isms::entity::{Agreement, Certification, Person, Supplier};
use annex_isms::{DataClass, SupplierId};
use annex_operations::Command;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};

use crate::error::Failure;
use crate::parts::{Pairs, field, optional};
use crate::session::Visitor;
use crate::{Site, layout};

/// Empty rows for further certificates.
const ROWS_MORE: usize = 2;

/// The form that adds or changes a supplier.
pub(super) fn supplier_form(
    visitor: &Visitor,
    known: Option<&Supplier>,
    seen: Option<u64>,
    people: &[Person],
) -> Markup {
    let own = known.map(|own| own.certifications.as_slice()).unwrap_or_default();
    html! {
        details {
            summary { @if known.is_some() { "Change the supplier" } @else { "Add a supplier" } }
            form.stack method="post" action="/suppliers" {
                (layout::form_token(visitor))
                (layout::version(visitor, seen))
                @match known {
                    Some(known) => { input type="hidden" name="id" value=(known.id); }
                    None => { label { "Id: lower-case letters, digits, hyphens" input name="id" required pattern="[a-z0-9]+(-[a-z0-9]+)*"; } }
                }
                label { "Name" input name="name" required value=(known.map(|own| own.name.as_str()).unwrap_or_default()); }
                (crate::parts::people("Owner", "owner", people, known.and_then(|own| own.owner.as_ref()), true))
                @for row in 0..own.len() + ROWS_MORE {
                    @let certification = own.get(row);
                    fieldset.stack {
                        legend { "Certificate or report " (row + 1) }
                        label { "Name" input name="certification" value=(certification.map(|own| own.name.as_str()).unwrap_or_default()); }
                        label { "Last day" input type="date" name="certification_expires" value=[certification.and_then(|own| own.expires)]; }
                    }
                }
                button { "Record the supplier" }
            }
        }
    }
}

/// Records a supplier.
pub(crate) async fn put(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let id: SupplierId = field("Id", pairs.one("id"))?;
    let mut certifications = Vec::new();
    for (name, expires) in pairs.all("certification").zip(pairs.all("certification_expires")) {
        if !name.trim().is_empty() {
            let expires = optional("Last day", expires)?;
            certifications.push(Certification { name: name.trim().to_owned(), expires });
        }
    }
    let supplier = Supplier {
        id: id.clone(),
        name: pairs.one("name").trim().to_owned(),
        owner: optional("Owner", pairs.one("owner"))?,
        certifications,
    };
    visitor
        .execute_on(&site, pairs.one("form"), pairs.version()?, Command::PutSupplier { supplier })
        .await?;
    Ok(Redirect::to(&format!("/suppliers/{id}")))
}

/// Records an agreement.
pub(crate) async fn put_agreement(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let supplier: SupplierId = id.parse().map_err(|_| Failure::NotFound)?;
    let classes = if pairs.one("classes_known").is_empty() {
        None
    } else {
        let classes = pairs.all("class").map(|text| field("Data class", text));
        Some(classes.collect::<Result<BTreeSet<DataClass>, _>>()?)
    };
    let agreement = Box::new(Agreement {
        id: field("Id", pairs.one("id"))?,
        supplier: supplier.clone(),
        title: pairs.one("title").trim().to_owned(),
        signed: optional("Signed", pairs.one("signed"))?,
        expires: optional("Last day in force", pairs.one("expires"))?,
        reviewed: optional("Last reviewed", pairs.one("reviewed"))?,
        review_days: optional("Reviewed again after days", pairs.one("review_days"))?,
        training_on_our_data: optional("Training", pairs.one("training"))?,
        retention_days: optional("Days it keeps what we send", pairs.one("retention_days"))?,
        permitted_classes: classes,
        regions: list(&pairs, "regions"),
        sub_processors: list(&pairs, "sub_processors"),
        breach_notice_hours: optional("Hours until notice", pairs.one("breach_notice_hours"))?,
        evidence: optional("Digest of the signed text", pairs.one("evidence"))?,
    });
    visitor
        .execute_on(&site, pairs.one("form"), pairs.version()?, Command::PutAgreement { agreement })
        .await?;
    Ok(Redirect::to(&format!("/suppliers/{supplier}")))
}

/// A list of words; an empty field is not known, unless none is said to be named.
fn list(pairs: &Pairs, name: &str) -> Option<BTreeSet<String>> {
    let words = pairs.one(name).split(',').map(str::trim).filter(|word| !word.is_empty());
    let words: BTreeSet<String> = words.map(str::to_owned).collect();
    let none = !pairs.one(&format!("{name}_none")).is_empty();
    (none || !words.is_empty()).then_some(words)
}
