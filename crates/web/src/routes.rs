//! Every route, what it takes to use it, and what serves it, in one table.
//!
//! The router is made of it, the tests try each row with every role, and no page or action is
//! reached by another way.

use std::sync::Arc;

use annex_operations::Caller;
use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;

use crate::api::Problem;
use crate::error::Failure;
use crate::session::Visitor;
use crate::{
    Site, api, audit, comments, controls, decisions, error, gaps, guard, import, ledger, live,
    nonconformities, notices, observe, overview, prompts, provider, registers, requests, results,
    risks, session, soa, style, suppliers, upload,
};
use crate::{access, account, second_factor, sign_ins};

/// What it takes to use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Everyone,
    /// A session.
    SignedIn,
    /// A session whose roles permit this action, at least on what is one's own.
    Action(&'static str),
}

/// By which door a route is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// By a browser, with a session.
    Page,
    /// By a program, with a key.
    Api,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// What it takes.
    pub access: Access,
    /// How it is reached.
    pub door: Door,
}

type Place = (Route, MethodRouter<Arc<Site>>);

/// A page.
fn page<H: Handler<T, Arc<Site>>, T: 'static>(path: &'static str, handler: H) -> Place {
    let route = Route { method: "GET", path, access: Access::Action("read"), door: Door::Page };
    (route, axum::routing::get(handler))
}

/// What a form asks to be done.
fn form<H: Handler<T, Arc<Site>>, T: 'static>(
    path: &'static str,
    action: &'static str,
    handler: H,
) -> Place {
    let route = Route { method: "POST", path, access: Access::Action(action), door: Door::Page };
    (route, axum::routing::post(handler))
}

/// The same, with another access.
fn with(access: Access, (route, handler): Place) -> Place {
    (Route { access, ..route }, handler)
}

/// The same, with a file that its handler bounds.
fn with_file((route, handler): Place) -> Place {
    (route, handler.layer(axum::extract::DefaultBodyLimit::disable()))
}

/// The same, with so many bytes at most.
fn with_bytes(bytes_max: usize, (route, handler): Place) -> Place {
    (route, handler.layer(axum::extract::DefaultBodyLimit::max(bytes_max)))
}

fn places() -> Vec<Place> {
    let mut places = vec![
        page("/", overview::page),
        form("/assess", "assess", overview::assess),
        page("/controls", controls::list),
        page("/controls/{control}", controls::page),
        form("/controls/{control}/nonconformity", "raise-nonconformity", controls::raise),
        form("/controls/{control}/implementation", "declare-implementation", controls::declare),
        page("/controls/{control}/{requirement}", results::list),
        page("/controls/{control}/{requirement}/{subject}", results::page),
        form("/controls/{control}/{requirement}/{subject}", "not-applicable", results::justify),
        page("/soa", soa::page),
        form("/soa/decide", "decide-soa", soa::decide),
        form("/soa/approve", "approve-soa", soa::approve),
        page("/soa/versions/{number}", soa::version),
        page("/soa/compare", soa::compare),
        page("/risks", risks::list),
        page("/risks/{id}", risks::page),
        form("/risks/{id}/review", "review-risk", risks::review),
        form("/risks/{id}/residual", "approve-residual", risks::approve),
        form("/risks/{id}/exception", "request-exception", risks::request),
        page("/exceptions", risks::exceptions),
        form("/exceptions/{id}/approve", "approve-exception", risks::approve_exception),
        form("/exceptions/{id}/refuse", "refuse-exception", risks::refuse_exception),
        page("/suppliers", suppliers::list),
        form("/suppliers", "put-supplier", suppliers::put),
        page("/suppliers/{id}", suppliers::page),
        form("/suppliers/{id}/agreement", "put-agreement", suppliers::put_agreement),
        form("/suppliers/{id}/answers", "answer", suppliers::answer),
        page("/prompts", prompts::list),
        form("/prompts", "add-prompt-version", prompts::add),
        page("/prompts/{id}", prompts::page),
        form("/prompts/{id}/{version}/review", "review-prompt", prompts::review),
        form("/prompts/{id}/{version}/approve", "approve-prompt", prompts::approve),
        form("/prompts/{id}/{version}/withdraw", "withdraw-prompt", prompts::withdraw),
        page("/decisions", decisions::list),
        form("/decisions", "put-decision", decisions::put),
        form("/decisions/expire", "expire-decisions", decisions::expire),
        page("/decisions/{id}", decisions::page),
        form("/decisions/{id}", "decide", decisions::decide),
        page("/nonconformities", nonconformities::list),
        form("/nonconformities", "raise-nonconformity", nonconformities::raise),
        page("/nonconformities/{id}", nonconformities::page),
        form("/nonconformities/{id}", "update-nonconformity", nonconformities::update),
        page("/gaps", gaps::list),
        page("/gaps/{id}", gaps::page),
        form("/gaps/{id}/assign", "assign-gap", gaps::assign),
        form("/gaps/{id}/ready", "ready-gap", gaps::ready),
        form("/gaps/{id}/close", "close-gap", gaps::close),
        form("/comments", "comment", comments::add),
        page("/requests", requests::list),
        page("/requests/{id}", requests::page),
        with_file(form("/requests/{id}/answer", "answer", requests::answer)),
        page("/evidence/new", upload::form),
        with_file(form("/evidence/new", "add-evidence", upload::add)),
        page("/registers", registers::list::index),
        page("/registers/{register}", registers::list::page),
        page("/registers/{register}/export.csv", registers::export::csv),
        page("/registers/{register}/export.xlsx", registers::export::xlsx),
        page("/registers/{register}/{id}", registers::entity::page),
        page("/registers/evidence/{id}/bytes", registers::entity::bytes),
        form("/views", "save-view", registers::views::save),
        form("/views/remove", "remove-view", registers::views::remove),
        form("/edit/assets", "register-asset", registers::edit::assets),
        page("/ledger/{index}", ledger::page),
        with(Access::Action("audit"), page("/audit", audit::page)),
        with(Access::Action("audit"), page("/audit/population", audit::population)),
        with(Access::Action("audit"), page("/audit/controls/{control}", audit::control)),
        form("/audit/samples", "draw-sample", audit::draw),
        with(Access::Action("audit"), page("/audit/samples/{id}", audit::sample)),
        with(Access::Action("audit"), page("/audit/samples/{id}/sample.csv", audit::csv)),
        with(Access::Action("audit"), page("/audit/samples/{id}/entries.txt", audit::entries)),
        with(Access::SignedIn, page("/account", account::page)),
        with(Access::SignedIn, form("/account/password", "", account::change_password)),
        with(Access::SignedIn, form("/account/second-factor", "", second_factor::begin)),
        with(Access::SignedIn, form("/account/second-factor/confirm", "", second_factor::confirm)),
        with(Access::SignedIn, form("/account/second-factor/off", "", second_factor::end)),
        with(Access::SignedIn, form("/account/sessions/end", "", account::end_session)),
        with(Access::SignedIn, form("/account/keys", "", account::make_key)),
        with(Access::SignedIn, form("/account/keys/withdraw", "", account::withdraw_key)),
        with(Access::Action("read-access"), page("/access", access::page)),
        with(Access::Action("read-access"), page("/access/{holder}", access::holder)),
        with(Access::Action("read-access"), page("/sign-ins", sign_ins::list)),
        with(Access::Action("read-notices"), page("/notices", notices::list)),
        form("/notices/{id}/retry", "retry-notice", notices::retry),
        form("/access/grant", "grant-access", access::grant),
        form("/access/address", "add-person", access::set_address),
        form("/access/identity", "link-identity", access::link),
        form("/access/identity/end", "end-identity", access::end_link),
        form("/access/keys", "create-token", access::make_key),
        form("/access/keys/withdraw", "revoke-token", access::withdraw_key),
        with(Access::Everyone, page("/sign-in", session::form)),
        with(Access::Everyone, form("/sign-in", "", session::sign_in)),
        with(Access::Everyone, page("/sign-in/provider", provider::begin)),
        with(Access::Everyone, page("/sign-in/callback", provider::callback)),
        with(Access::SignedIn, form("/sign-out", "", session::sign_out)),
        with(Access::Everyone, page("/style.css", style)),
        with(Access::Everyone, page("/live.js", live::script)),
        page("/live", live::stream),
        with(Access::Everyone, page("/healthz", || async { "ok\n" })),
        with(Access::Everyone, page("/readyz", observe::ready)),
        with(Access::Everyone, page("/metrics", observe::metrics)),
    ];
    for (path, confirm, action) in
        import::REGISTERS.map(|own| (own.address, own.confirm, own.action))
    {
        places.push(with(Access::Action(action), page(path, import::form)));
        places.push(with_bytes(import::UPLOAD_BYTES_MAX, form(path, action, import::preview)));
        places.push(with_bytes(import::CONFIRM_BYTES_MAX, form(confirm, action, import::confirm)));
    }
    let api = api::endpoints().into_iter().chain([api::document()]);
    places.extend(api.map(|endpoint| (endpoint.route, endpoint.handler)));
    places
}

/// The table, without what serves it.
pub fn routes() -> Vec<Route> {
    places().into_iter().map(|(route, _)| route).collect()
}

/// What serves all routes.
pub fn router(site: Arc<Site>) -> Router {
    let mut router = Router::new();
    for (route, handler) in places() {
        let handler = match route.access {
            Access::Everyone => handler,
            _ => handler.layer(from_fn_with_state((Arc::clone(&site), route), permit)),
        };
        router = router.route(route.path, handler);
    }
    router
        .fallback(error::nowhere)
        .layer(from_fn(guard::guard))
        .layer(from_fn_with_state(Arc::clone(&site), observe::observe))
        .with_state(site)
}

/// Lets through who is known and may; who they are goes along with the request.
async fn permit(
    State((site, route)): State<(Arc<Site>, Route)>,
    mut request: Request,
    next: Next,
) -> Response {
    let from = session::address(&site, &request).map(|from| from.to_string());
    let refused = |caller: &Caller| match route.access {
        Access::Action(action) if !caller.may(action, true) && !caller.may(action, false) => {
            Some(action)
        }
        _ => None,
    };
    match route.door {
        Door::Page => {
            let of = session::cookie(request.headers());
            let here = of.filter(|(of, _)| *of == site.operations.organisation().as_str());
            let token = here.map(|(_, token)| token.to_owned());
            let visitor = match Visitor::of(&site, token, from).await {
                Ok(visitor) => visitor,
                Err(elsewhere) => return elsewhere,
            };
            if let Some(action) = refused(visitor.caller()) {
                return Failure::Forbidden(format!(
                    "Your roles do not permit this ({action}). An administrator grants roles."
                ))
                .into_response();
            }
            request.extensions_mut().insert(visitor);
        }
        Door::Api => {
            let key = api::key(request.headers()).map(str::to_owned);
            let caller = match site.operations.key_holder(&key.unwrap_or_default(), from).await {
                Ok(Some(caller)) => caller,
                Ok(None) => return Problem::unauthorized().into_response(),
                Err(error) => return Problem::from(error).into_response(),
            };
            if let Some(action) = refused(&caller) {
                return Problem::forbidden(action).into_response();
            }
            request.extensions_mut().insert(caller);
        }
    }
    next.run(request).await
}
