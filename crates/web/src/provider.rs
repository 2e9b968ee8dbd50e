//! Signing in by a provider of identities: the way out, and the way back.
//!
//! ```text
//!  /sign-in ─ link ─▶ /sign-in/provider ─ cookie ─▶ provider ─▶ /sign-in/callback ─▶ session
//! ```
//!
//! The cookie of the way may come with a request that another site caused, as the way back is one;
//! that of the session never does. So the way back ends in a page of ours that goes on by itself:
//! from there the session's cookie is sent. The cookie names the organisation that began, and what
//! the provider sends back fits no other.

use std::sync::Arc;

use annex_identity::{Answered, INTENT_SECONDS_MAX, Intent, Provider, ProviderError};
use annex_operations::Vouched;
use axum::extract::{Query as Asked, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};

use crate::error::Failure;
use crate::session::{self, Of, address};
use crate::{Site, layout};

const COOKIE: &str = "annex_way";

/// A provider of identities, and what is done with what it says.
pub struct SignInBy {
    /// The provider.
    pub provider: Provider,
    /// The words of the way to it.
    pub label: String,
    /// Whether a person may be linked by an address that it has verified.
    pub link_by_email: bool,
}

/// The way to the provider, where there is one.
pub(crate) fn link(site: &Site, of: &Of) -> Markup {
    html! {
        @if let (Some(by), true) = (&site.provider, of.is_here(site)) {
            p { a.button href=(of.query("/sign-in/provider", site)) { (by.label) } }
            p.beside { "or with a password:" }
        }
    }
}

/// The organisation whose way to the provider a browser is on.
pub(crate) fn organisation(headers: &HeaderMap) -> Option<String> {
    intent(headers).map(|intent| intent.organisation().to_string())
}

fn intent(headers: &HeaderMap) -> Option<Intent> {
    session::cookies(headers)
        .find(|(name, _)| *name == COOKIE)
        .and_then(|(_, kept)| Intent::parse(kept))
}

fn cookie(kept: &str, seconds: i64) -> String {
    format!("{COOKIE}={kept}; Path=/sign-in; HttpOnly; Secure; SameSite=Lax; Max-Age={seconds}")
}

/// Sends a browser to the provider.
pub(crate) async fn begin(
    State(site): State<Arc<Site>>,
    Asked(of): Asked<Of>,
    request: Request,
) -> Result<Response, Failure> {
    let by = site.provider.as_ref().filter(|_| of.is_here(&site)).ok_or(Failure::NotFound)?;
    if let Some(refusal) = turned_away(&site, &request) {
        return Ok(refusal);
    }
    let now = site.operations.now();
    let organisation = site.operations.organisation().clone();
    let intent = Intent::new(organisation, now, site.operations.random());
    match by.provider.address(&intent, now).await {
        Ok(address) => {
            let cookie = cookie(&intent.kept(), INTENT_SECONDS_MAX);
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&address)).into_response())
        }
        Err(error) => Ok(refused(&site, &request, &error)),
    }
}

/// Takes what the provider sent a browser back with.
pub(crate) async fn callback(
    State(site): State<Arc<Site>>,
    Asked(answered): Asked<Answered>,
    request: Request,
) -> Result<Response, Failure> {
    let by = site.provider.as_ref().ok_or(Failure::NotFound)?;
    if let Some(refusal) = turned_away(&site, &request) {
        return Ok(refusal);
    }
    let here = |intent: &Intent| intent.organisation() == site.operations.organisation();
    let Some(intent) = intent(request.headers()).filter(here) else {
        return Ok(refused(&site, &request, &ProviderError::State));
    };
    let identified = match by.provider.identify(&intent, answered, site.operations.now()).await {
        Ok(identified) => identified,
        Err(error) => return Ok(refused(&site, &request, &error)),
    };
    let from = address(&site, &request).map(|from| from.to_string());
    let vouched = Vouched {
        issuer: identified.issuer,
        subject: identified.subject,
        email: identified.email.filter(|_| by.link_by_email),
    };
    let Some(signed_in) = site.operations.sign_in_by_provider(&vouched, from).await? else {
        site.figures.by_provider("unknown");
        tracing::warn!(subject = vouched.subject, "a sign-in by the provider is linked to nobody");
        count(&site, &request);
        let why = html! {
            "The provider of identities knows you, and here you are linked to nobody. An administrator can link you; give them this name: "
            code { (vouched.subject) }
        };
        return Ok(page(StatusCode::FORBIDDEN, &why));
    };
    site.figures.by_provider("in");
    if let Some((_, before)) = session::cookie(request.headers()) {
        // The session that the browser had is nobody's any more.
        site.operations.sign_out(before).await?;
    }
    let cookies = AppendHeaders([
        (header::SET_COOKIE, session::cookie_of(&site, &signed_in.token)),
        (header::SET_COOKIE, cookie("", 0)),
    ]);
    Ok((cookies, Html(layout::going_on("/", "You are signed in").into_string())).into_response())
}

/// The answer to an address that tried too often.
fn turned_away(site: &Site, request: &Request) -> Option<Response> {
    let many = site.limiter.check(address(site, request)?, site.operations.now()).err()?;
    site.figures.by_provider("out-of-turn");
    let wait = [(header::RETRY_AFTER, many.wait_seconds.to_string())];
    let why = html! { (session::TOO_MANY) };
    Some((wait, page(StatusCode::TOO_MANY_REQUESTS, &why)).into_response())
}

fn count(site: &Site, request: &Request) {
    if let Some(from) = address(site, request) {
        site.limiter.refuse(from, site.operations.now());
    }
}

/// Says why nobody was signed in, and counts it.
fn refused(site: &Site, request: &Request, error: &ProviderError) -> Response {
    site.figures.by_provider(error.word());
    tracing::warn!(error = %crate::error::chain(error), "a sign-in by the provider was refused");
    // That the provider is away is nobody's trying.
    let status = if matches!(error, ProviderError::Away(_)) {
        StatusCode::BAD_GATEWAY
    } else {
        count(site, request);
        StatusCode::UNAUTHORIZED
    };
    let mut why = error.to_string();
    if let Some(first) = why.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    page(status, &html! { (why) "." })
}

fn page(status: StatusCode, why: &Markup) -> Response {
    let body = html! {
        main.narrow.card id="main" {
            h1 { "You are not signed in" }
            p { (why) }
            p { a href="/sign-in" { "To the sign-in" } }
        }
    };
    let forgotten = [(header::SET_COOKIE, cookie("", 0))];
    let text = layout::document("You are not signed in", &body).into_string();
    (status, forgotten, Html(text)).into_response()
}
