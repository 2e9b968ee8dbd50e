//! Several organisations in one installation, strictly apart.
//!
//! ```text
//!                   ┌─ key names acme ───────┐
//!  request ─▶ which ┼─ cookie names acme ────┼─▶ the pages and the interface of acme, which
//!                   ├─ sign-in asks for acme ┤   have no way to another organisation's register
//!                   └─ sign-in began at acme ┘
//! ```
//!
//! Each organisation has a router of its own over a workplace of its own. What a request says of
//! its organisation only chooses between them; whether it opens anything is decided there, by the
//! session or key, which are of that organisation alone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;

use crate::guard::guard;
use crate::{Site, api, provider, routes, session};

/// The routers, by organisation.
struct Installation {
    routers: BTreeMap<String, Router>,
    /// For what is the same everywhere, and for who is nobody's.
    any: Router,
}

/// What serves these organisations. With one, nobody is asked which.
pub fn installation(sites: &[Arc<Site>]) -> Router {
    let mut routers: BTreeMap<String, Router> = BTreeMap::new();
    let several = sites.len() > 1;
    for site in sites {
        site.several.store(several, Ordering::Relaxed);
        let organisation = site.operations.organisation().to_string();
        routers.insert(organisation, routes::router(Arc::clone(site)));
    }
    let mut all = routers.values().cloned();
    match (all.next(), all.next()) {
        (None, _) => Router::new(),
        (Some(only), None) => only,
        (Some(any), Some(_)) => Router::new()
            .fallback(dispatch)
            .with_state(Arc::new(Installation { routers, any }))
            .layer(axum::middleware::from_fn(guard)),
    }
}

async fn dispatch(State(installation): State<Arc<Installation>>, request: Request) -> Response {
    let path = request.uri().path();
    let signing_in = matches!(path, "/sign-in" | "/sign-in/provider");
    let coming_back = path == "/sign-in/callback";
    let asked = asked_organisation(&request);
    if path == "/sign-in" && asked.is_none() && request.method() == Method::GET {
        return session::choose().into_response();
    }
    let of = if signing_in {
        asked
    } else if coming_back {
        provider::organisation(request.headers())
    } else {
        let key = api::key(request.headers()).and_then(annex_operations::organisation_of);
        let cookie = session::cookie(request.headers()).map(|(organisation, _)| organisation);
        key.or(cookie).map(str::to_owned)
    };
    let router = of.and_then(|of| installation.routers.get(&of)).unwrap_or(&installation.any);
    match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The organisation that the form asks for.
fn asked_organisation(request: &Request) -> Option<String> {
    let pairs = request.uri().query()?.split('&').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, value)| *name == "organisation" && !value.is_empty());
    named.next().map(|(_, organisation)| organisation.to_owned())
}
