//! Who is looking: the cookie, the pages that sign in and out, and the token of forms.

use std::sync::Arc;

use annex_isms::Digest;
use annex_operations::{Caller, Command, SignedIn};
use axum::Form;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

use crate::error::Failure;
use crate::{Site, layout};

const COOKIE: &str = "annex_session";

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

    /// Carries out what a form asks for, in this person's name.
    pub(crate) async fn execute(
        &self,
        site: &Site,
        form: &str,
        command: Command,
    ) -> Result<(), Failure> {
        // Both are digests of a secret, so how far they agree tells nothing of it.
        if form != self.form_token() {
            return Err(Failure::Foreign);
        }
        site.operations.execute(command, &self.1).await?;
        Ok(())
    }

    /// The same, unless what it changes was changed since the form was shown.
    pub(crate) async fn execute_on(
        &self,
        site: &Site,
        form: &str,
        version: u64,
        command: Command,
    ) -> Result<(), Failure> {
        if form != self.form_token() {
            return Err(Failure::Foreign);
        }
        site.operations.execute_on(version, command, &self.1).await?;
        Ok(())
    }
}

/// Where a request comes from.
pub(crate) fn address(request: &Request) -> Option<String> {
    let info = request.extensions().get::<ConnectInfo<std::net::SocketAddr>>();
    info.map(|ConnectInfo(address)| address.ip().to_string())
}

/// The token of the session cookie, if it can be one.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.split_once('='));
    let (_, token) = pairs.find(|(name, _)| name.trim() == COOKIE)?;
    let token = token.trim();
    (token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit())).then_some(token)
}

/// The form that signs in.
pub(crate) async fn form() -> Html<String> {
    page("", false)
}

fn page(person: &str, wrong: bool) -> Html<String> {
    let body = html! {
        main.narrow id="main" {
            h1 { "Sign in" }
            @if wrong {
                p.problem role="alert" {
                    "Name and password do not go together, or the account is locked for a quarter of an hour after five wrong passwords."
                }
            }
            form.stack method="post" action="/sign-in" {
                label { "Name" input name="person" value=(person) autocomplete="username" required autofocus[!wrong]; }
                label { "Password" input name="password" type="password" autocomplete="current-password" required autofocus[wrong]; }
                button { "Sign in" }
            }
            p.beside { "An account is made on the server: " code { "annexd account NAME" } }
        }
    };
    Html(layout::document("Sign in", &body).into_string())
}

/// Name and password.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    person: String,
    password: String,
}

/// Signs in.
pub(crate) async fn sign_in(
    State(site): State<Arc<Site>>,
    Form(given): Form<Credentials>,
) -> Result<Response, Failure> {
    let person = given.person.trim();
    let turn = site.signing_in.lock().await;
    let signed_in = site.operations.sign_in(person, &given.password).await?;
    drop(turn);
    let Some(signed_in) = signed_in else {
        tracing::warn!("a sign-in was refused");
        return Ok((StatusCode::UNAUTHORIZED, page(person, true)).into_response());
    };
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; Secure; SameSite=Strict", signed_in.token);
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
    if token.form != visitor.form_token() {
        return Err(Failure::Foreign);
    }
    site.operations.sign_out(&visitor.0.token).await?;
    let cookie = format!("{COOKIE}=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}
