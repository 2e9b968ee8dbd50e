//! One's own second factor: setting it up, its recovery codes, turning it off.

use std::sync::Arc;

use annex_operations::Enrolment;
use axum::Form;
use axum::extract::State;
use axum::response::{Html, Redirect};
use maud::{Markup, PreEscaped, html};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::Deserialize;

use crate::error::Failure;
use crate::session::Visitor;
use crate::{Site, layout};

/// The least width of the picture, in pixels.
const PICTURE_PIXELS_MIN: u32 = 240;

/// What the page of the account says of it: how many recovery codes are left, if it is on.
pub(crate) fn section(visitor: &Visitor, codes: Option<u64>) -> Markup {
    html! {
        h2 { "Second factor" }
        @if let Some(codes) = codes {
            p { (layout::chip("good", "✓", "on")) " " (codes) " recovery codes are left." }
            @if codes == 0 { p { "Turn it off and set it up again to get new ones." } }
            form.stack method="post" action="/account/second-factor/off" {
                (layout::form_token(visitor))
                (password())
                label { "Code, or a recovery code" input name="code" autocomplete="one-time-code" required; }
                button.quiet { "Turn it off" }
            }
        } @else {
            p { "An app on your phone makes a code every half minute. With it, a password that someone has stolen opens nothing." }
            form.stack method="post" action="/account/second-factor" {
                (layout::form_token(visitor))
                (password())
                button { "Set it up" }
            }
        }
    }
}

fn password() -> Markup {
    html! {
        label { "Present password" input name="present" type="password" autocomplete="current-password" required; }
    }
}

/// What the forms hold.
#[derive(Deserialize)]
pub(crate) struct Given {
    form: String,
    #[serde(default)]
    present: String,
    #[serde(default)]
    code: String,
}

/// Draws a secret and shows it.
pub(crate) async fn begin(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(given): Form<Given>,
) -> Result<Html<String>, Failure> {
    visitor.own_form(&given.form)?;
    let _turn = site.signing_in.lock().await;
    let from = visitor.caller().actor().from.clone();
    let enrolment = site.operations.begin_second_factor(&visitor.0, &given.present, from).await?;
    let body = html! {
        p.beside { a href="/account" { "Your account" } " / Second factor" }
        h1 { "Set up the second factor" }
        p { "Scan this with the app that makes your codes, or type the secret into it. It is shown only now." }
        (picture(&enrolment))
        p { code { (enrolment.secret) } }
        form.stack method="post" action="/account/second-factor/confirm" {
            (layout::form_token(&visitor))
            label { "The code that it shows now" input name="code" inputmode="numeric" autocomplete="one-time-code" required; }
            button { "Turn it on" }
        }
    };
    Ok(Html(layout::page(&visitor, "/account", "Second factor", &body)))
}

/// The address as a picture; without one, the secret beside it does as well.
fn picture(enrolment: &Enrolment) -> Markup {
    let code = QrCode::with_error_correction_level(&enrolment.address, EcLevel::M);
    let Ok(code) = code else { return html! {} };
    let size = PICTURE_PIXELS_MIN;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(size, size).build();
    // Made of numbers alone: nothing of the address is in its text.
    let svg = drawn.find("<svg").and_then(|start| drawn.get(start..)).unwrap_or_default();
    html! { div role="img" aria-label="The secret as a QR code" { (PreEscaped(svg)) } }
}

/// Turns it on by its first code, and shows the recovery codes.
pub(crate) async fn confirm(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(given): Form<Given>,
) -> Result<Html<String>, Failure> {
    visitor.own_form(&given.form)?;
    let codes = site.operations.confirm_second_factor(&visitor.0, &given.code).await?;
    let body = html! {
        h1 { "The second factor is on" }
        p { "Keep these recovery codes where you keep what is dear to you. Each stands in for a code once. They are shown only now." }
        ul { @for code in codes { li { code { (code) } } } }
        p { a href="/account" { "I have kept them" } }
    };
    Ok(Html(layout::page(&visitor, "/account", "Recovery codes", &body)))
}

/// Turns it off.
pub(crate) async fn end(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(given): Form<Given>,
) -> Result<Redirect, Failure> {
    visitor.own_form(&given.form)?;
    let _turn = site.signing_in.lock().await;
    let from = visitor.caller().actor().from.clone();
    let (password, code) = (&given.present, &given.code);
    site.operations.end_second_factor(&visitor.0, password, code, from).await?;
    Ok(Redirect::to("/account"))
}
