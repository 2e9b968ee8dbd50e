//! What is told of the server itself: a line of the log for each request, figures for Prometheus,
//! and whether it is ready.
//!
//! # Design
//!
//! - **A request is told by the template of its route** (`/gaps/{id}`), never by its path, its
//!   query or its cookies: they hold what people asked for, and who they are.
//! - **Nobody makes a new series**: methods that are not ours count as one, as do unknown paths.
//! - **`/metrics` is answered to who knows the token; without a token, to this machine alone**,
//!   and not through a proxy on it, because the request of a proxy is someone else's.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use annex_isms::Digest;
use annex_operations::OperationError;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tracing::Instrument as _;

use crate::Site;
use crate::error::Failure;

/// The upper ends of the buckets of the latency, in seconds.
const LATENCY_SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 10.0];

/// Where no route leads.
const NO_ROUTE: &str = "(none)";

/// The header that tells an answer's line in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Routed {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CameOf {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

/// The figures, since the server began.
pub(crate) struct Figures {
    registry: Registry,
    requests: Family<Answered, Counter>,
    latency: Family<Routed, Histogram, fn() -> Histogram>,
    by_provider: Family<CameOf, Counter>,
    notices: Family<InState, Gauge>,
    ledger: Gauge,
    assessment_age: Gauge,
    /// Tells requests apart: when the server began, and which request it is.
    began: i64,
    count: AtomicU64,
    token: Option<Digest>,
}

impl Figures {
    /// None yet.
    pub(crate) fn new(began: i64) -> Self {
        let latency: fn() -> Histogram = || Histogram::new(LATENCY_SECONDS);
        let mut figures = Self {
            registry: Registry::with_prefix("annex"),
            requests: Family::default(),
            latency: Family::new_with_constructor(latency),
            by_provider: Family::default(),
            notices: Family::default(),
            ledger: Gauge::default(),
            assessment_age: Gauge::default(),
            began,
            count: AtomicU64::new(0),
            token: None,
        };
        let registry = &mut figures.registry;
        registry.register(
            "http_requests",
            "Requests by method, template of the route and status",
            figures.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "How long requests took, by template of the route",
            Unit::Seconds,
            figures.latency.clone(),
        );
        registry.register(
            "provider_sign_ins",
            "Sign-ins by the provider of identities, by what came of them",
            figures.by_provider.clone(),
        );
        registry.register(
            "notices",
            "Notices by state; one that failed waits for a person",
            figures.notices.clone(),
        );
        registry.register("ledger_entries", "Entries of the ledger", figures.ledger.clone());
        registry.register_with_unit(
            "assessment_age",
            "The age of the assessment that pages show",
            Unit::Seconds,
            figures.assessment_age.clone(),
        );
        figures
    }

    /// Counts a sign-in by the provider of identities.
    pub(crate) fn by_provider(&self, outcome: &'static str) {
        self.by_provider.get_or_create(&CameOf { outcome }).inc();
    }

    /// Asks for a token before the figures are told.
    pub(crate) fn ask_for(&mut self, token: Option<&str>) {
        self.token = token.map(|token| Digest::of(token.as_bytes()));
    }

    /// Whether who sent this may read the figures.
    fn may_read(&self, headers: &HeaderMap, extensions: &Extensions) -> bool {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        if let Some(token) = &self.token {
            // Digests are compared, so how far the two agree tells nothing of the token.
            let given = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
            return given.is_some_and(|given| Digest::of(given.trim().as_bytes()) == *token);
        }
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let here = peer.is_some_and(|ConnectInfo(peer)| is_here(peer.ip()));
        let through = [header::FORWARDED, header::VIA]
            .into_iter()
            .chain([HeaderName::from_static("x-forwarded-for")])
            .any(|name| headers.contains_key(name));
        here && !through
    }
}

fn is_here(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

/// Counts a request, and writes its line.
pub(crate) async fn observe(
    State(site): State<Arc<Site>>,
    request: Request,
    next: Next,
) -> Response {
    let figures = &site.figures;
    let number = figures.count.fetch_add(1, Ordering::Relaxed);
    let id = format!("{:x}-{number:x}", figures.began);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| NO_ROUTE.to_owned(), |path| path.as_str().to_owned());
    let method = known(request.method());
    let began = site.operations.now().microseconds();
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = site.operations.now().microseconds().saturating_sub(began).max(0);
    let status = response.status().as_u16();
    let milliseconds = took / 1000;
    span.in_scope(|| tracing::info!(method, route, status, milliseconds, "answered"));
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a request are few")]
    let seconds = took as f64 / 1e6;
    figures.latency.get_or_create(&Routed { route: route.clone() }).observe(seconds);
    figures.requests.get_or_create(&Answered { method, route, status }).inc();
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "(other)",
    }
}

/// The figures, in the format of Prometheus.
pub(crate) async fn metrics(
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Response, Failure> {
    let figures = &site.figures;
    if !figures.may_read(request.headers(), request.extensions()) {
        return Err(Failure::NotFound);
    }
    let entries = site.operations.ledger_size().await?;
    figures.ledger.set(i64::try_from(entries).unwrap_or(i64::MAX));
    for (state, count) in site.operations.count_notices().await? {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        figures.notices.get_or_create(&InState { state: state.as_str() }).set(count);
    }
    // Before the first page there is none, which reads as no age and not as a fresh one.
    if let Some(at) = site.assessed.at() {
        let age = site.operations.now().microseconds().saturating_sub(at.microseconds());
        figures.assessment_age.set(age / 1_000_000);
    } else {
        figures.assessment_age.set(-1);
    }
    let mut text = String::new();
    encode(&mut text, &figures.registry)
        .map_err(|error| OperationError::Internal(error.to_string()))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// Whether pages can be made: the register can be read.
pub(crate) async fn ready(State(site): State<Arc<Site>>) -> Response {
    match site.operations.ledger_size().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            let why = "not ready: the register cannot be read; the log of the server says why\n";
            (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
        }
    }
}
