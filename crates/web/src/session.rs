//! Who is looking: the cookie, the pages that sign in and out, and the token of forms.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use annex_isms::Digest;
use annex_operations::{Attempt, Caller, Command, SignedIn};
use axum::Form;
use axum::extract::{
    ConnectInfo, FromRequest as _, FromRequestParts, Query as Asked, Request, State,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

use crate::error::Failure;
use crate::{Site, layout, provider};

const FORWARDED_FOR: &str = "x-forwarded-for";

const COOKIE: &str = "annex_session";

/// What a refused sign-in is told: the same, whatever was wrong.
const REFUSED: &str = "Name, password and code do not go together, or the account is locked for a quarter of an hour after five wrong ones.";
pub(crate) const TOO_MANY: &str =
    "Too many attempts came from your address. Wait some minutes, then try again.";

/// How long a refused sign-in takes at least: a name that nobody has is written nowhere, and would
/// be refused earlier than one that somebody has.
const REFUSAL_MS_MIN: u64 = 250;

/// A person who is signed in, and what they may do.
#[derive(Debug, Clone)]
pub(crate) struct Visitor(pub(crate) SignedIn, Caller);

impl FromRequestParts<Arc<Site>> for Visitor {
    type Rejection = Response;

    /// The one whom the table of routes let through.
    async fn from_request_parts(parts: &mut Parts, _: &Arc<Site>) -> Result<Self, Self::Rejection> {
        let visitor = parts.extensions.get::<Self>().cloned();
        visitor.ok_or_else(|| Redirect::to("/sign-in").into_response())
    }
}

impl Visitor {
    /// Who sends a request; without a session, the way to the form that signs in.
    pub(crate) async fn of(
        site: &Site,
        token: Option<String>,
        from: Option<String>,
    ) -> Result<Self, Response> {
        let Some(token) = token else {
            return Err(Redirect::to("/sign-in").into_response());
        };
        match site.operations.signed_in(&token).await {
            Ok(Some(person)) => {
                let caller = person.caller(from);
                Ok(Self(person, caller))
            }
            Ok(None) => Err(Redirect::to("/sign-in").into_response()),
            Err(error) => Err(Failure::from(error).into_response()),
        }
    }

    /// Who asks.
    pub(crate) const fn caller(&self) -> &Caller {
        &self.1
    }

    /// Whether their roles permit an action, on what is theirs or on what is not.
    pub(crate) fn may(&self, action: &str) -> bool {
        self.1.may(action, true) || self.1.may(action, false)
    }

    /// What a form of this session holds, so that no other page can send it.
    pub(crate) fn form_token(&self) -> String {
        Digest::of(format!("annex form {}", self.0.token).as_bytes()).to_string()
    }

    /// Refuses a form that is not of this session.
    pub(crate) fn own_form(&self, form: &str) -> Result<(), Failure> {
        // Both are digests of a secret, so how far they agree tells nothing of it.
        if form == self.form_token() { Ok(()) } else { Err(Failure::Foreign) }
    }

    /// Carries out what a form asks for, in this person's name.
    pub(crate) async fn execute(
        &self,
        site: &Site,
        form: &str,
        command: Command,
    ) -> Result<(), Failure> {
        self.own_form(form)?;
        site.operations.execute(command, &self.1).await?;
        Ok(())
    }

    /// The same, unless what it changes was changed since the form was shown; what is new has no
    /// version.
    pub(crate) async fn execute_on(
        &self,
        site: &Site,
        form: &str,
        version: impl Into<Option<u64>>,
        command: Command,
    ) -> Result<(), Failure> {
        let Some(version) = version.into() else { return self.execute(site, form, command).await };
        self.own_form(form)?;
        site.operations.execute_on(version, command, &self.1).await?;
        Ok(())
    }
}

/// Where a request comes from: who is connected, or whom a proxy that is trusted names. Of several
/// names the last that no trusted proxy has is true; what stands before it anyone may have written.
pub(crate) fn address(site: &Site, request: &Request) -> Option<IpAddr> {
    let info = request.extensions().get::<ConnectInfo<std::net::SocketAddr>>();
    let mut address = info.map(|ConnectInfo(address)| address.ip().to_canonical())?;
    let trusted = site.operations.trusted_proxies();
    let named = request.headers().get_all(FORWARDED_FOR).iter();
    let named: Vec<&str> =
        named.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    for name in named.into_iter().rev() {
        if !trusted.contains(&address) {
            break;
        }
        let Ok(before) = name.trim().parse::<IpAddr>() else { break };
        address = before.to_canonical();
    }
    Some(address)
}

/// The cookies of a request, by name.
pub(crate) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim(), value.trim()))
}

/// The cookie of a session that begins.
pub(crate) fn cookie_of(site: &Site, token: &str) -> String {
    let organisation = site.operations.organisation();
    format!("{COOKIE}={organisation}.{token}; Path=/; HttpOnly; Secure; SameSite=Strict")
}

/// The organisation and the token of the session cookie, if it can be one.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<(&str, &str)> {
    let (_, token) = cookies(headers).find(|(name, _)| *name == COOKIE)?;
    let (organisation, token) = token.rsplit_once('.')?;
    let is_token = token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit());
    is_token.then_some((organisation, token))
}

/// The form that signs in.
pub(crate) async fn form(State(site): State<Arc<Site>>, asked: Asked<Of>) -> Html<String> {
    page(&site, &asked.0, "", None)
}

/// Of which organisation, where there are several.
#[derive(Default, Deserialize)]
pub(crate) struct Of {
    organisation: Option<String>,
}

impl Of {
    /// Whether it is this one.
    pub(crate) fn is_here(&self, site: &Site) -> bool {
        !site.is_one_of_several()
            || self.organisation.as_deref() == Some(site.operations.organisation().as_str())
    }

    /// A path of this organisation.
    pub(crate) fn query(&self, path: &str, site: &Site) -> String {
        match &self.organisation {
            Some(organisation) if site.is_one_of_several() => {
                format!("{path}?organisation={}", slug(organisation))
            }
            _ => path.to_owned(),
        }
    }
}

/// The form that asks for the organisation.
pub(crate) fn choose() -> Html<String> {
    let body = html! {
        main.narrow id="main" {
            h1 { "Sign in" }
            form.stack method="get" action="/sign-in" {
                label { "Organisation" input name="organisation" required autofocus autocomplete="organization"; }
                button { "Go on" }
            }
        }
    };
    Html(layout::document("Sign in", &body).into_string())
}

fn page(site: &Site, of: &Of, person: &str, wrong: Option<&str>) -> Html<String> {
    let action = of.query("/sign-in", site);
    let body = html! {
        main.narrow.card id="main" {
            p { span.brand { "Annex" } }
            h1 { "Sign in" }
            @if let Some(wrong) = wrong { p.problem role="alert" { (wrong) } }
            (provider::link(site, of))
            form.stack method="post" action=(action) {
                label { "Name" input name="person" value=(person) autocomplete="username" required autofocus[wrong.is_none()]; }
                label { "Password" input name="password" type="password" autocomplete="current-password" required autofocus[wrong.is_some()]; }
                label { "Code, if you have set up a second factor" input name="code" autocomplete="one-time-code"; }
                button { "Sign in" }
            }
            p.beside { "An account is made on the server: " code { "annexd account NAME" } }
        }
    };
    Html(layout::document("Sign in", &body).into_string())
}

/// What of a text can be an id, so that it can stand in an address.
fn slug(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect()
}

/// Name and password.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    person: String,
    password: String,
    #[serde(default)]
    code: String,
}

/// Signs in.
pub(crate) async fn sign_in(
    State(site): State<Arc<Site>>,
    Asked(of): Asked<Of>,
    request: Request,
) -> Result<Response, Failure> {
    let from = address(&site, &request);
    let before = cookie(request.headers()).map(|(_, token)| token.to_owned());
    let given = Form::<Credentials>::from_request(request, &()).await;
    let Form(given) = match given {
        Ok(given) => given,
        Err(rejection) => return Ok(rejection.into_response()),
    };
    let person = given.person.trim();
    // Whatever is wrong, the answer comes no earlier than this.
    let pause = tokio::time::sleep(Duration::from_millis(REFUSAL_MS_MIN));
    let turn = site.signing_in.lock().await;
    // An organisation that is not here is answered like a name that nobody has.
    let who = if of.is_here(&site) { person } else { "" };
    let attempt = Attempt {
        person: who.to_owned(),
        password: given.password,
        code: given.code,
        from: from.map(|from| from.to_string()),
    };
    let now = site.operations.now();
    if let Some(from) = from
        && let Err(many) = site.limiter.check(from, now)
    {
        if many.first {
            site.operations.turn_away(&attempt).await?;
        }
        let wait = [(header::RETRY_AFTER, many.wait_seconds.to_string())];
        let body = page(&site, &of, person, Some(TOO_MANY));
        return Ok((StatusCode::TOO_MANY_REQUESTS, wait, body).into_response());
    }
    let signed_in = site.operations.sign_in(&attempt).await?;
    drop(turn);
    let Some(signed_in) = signed_in else {
        tracing::warn!("a sign-in was refused");
        if let Some(from) = from {
            site.limiter.refuse(from, now);
        }
        pause.await;
        return Ok(
            (StatusCode::UNAUTHORIZED, page(&site, &of, person, Some(REFUSED))).into_response()
        );
    };
    if let Some(before) = before {
        // The session that the browser had is nobody's any more.
        site.operations.sign_out(&before).await?;
    }
    let cookie = cookie_of(&site, &signed_in.token);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

/// The token of a form that has nothing else.
#[derive(Deserialize)]
pub(crate) struct Token {
    pub(crate) form: String,
}

/// Signs out.
pub(crate) async fn sign_out(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(token): Form<Token>,
) -> Result<Response, Failure> {
    visitor.own_form(&token.form)?;
    site.operations.sign_out(&visitor.0.token).await?;
    let cookie = format!("{COOKIE}=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_form_is_of_no_version_that_came_after_its_page_began() {
        let person = SignedIn {
            person: "ada".parse().expect("an id"),
            name: "Ada".to_owned(),
            roles: BTreeSet::new(),
            token: "0".repeat(64),
            ledger_size: 5,
        };
        let visitor = Visitor(person.clone(), person.caller(None));
        let field = |version: Option<u64>| layout::version(&visitor, version).into_string();
        assert!(field(Some(3)).contains("value=\"3\""));
        assert!(field(Some(4)).contains("value=\"4\""));
        assert!(field(Some(7)).contains("value=\"4\""), "not 7, which the page may not show");
        assert!(field(None).is_empty());
    }
}
