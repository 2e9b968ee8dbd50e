//! What holds of every request and every answer.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// What a browser may do with an answer.
const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Refuses what another site sends, and sets the headers of the answer.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = if reads || is_ours(request.headers()) {
        next.run(request).await
    } else {
        let why = "This request comes from another site and was not carried out.\n";
        (StatusCode::FORBIDDEN, why).into_response()
    };
    for (name, value) in HEADERS {
        // What is stricter stays.
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Whether a browser says that a page of this very site sends it. What is no browser says nothing.
fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let host = text(header::HOST);
    let origin = text(header::ORIGIN);
    let same = origin.is_none_or(|origin| {
        origin.split_once("://").map(|(_, authority)| authority) == host && host.is_some()
    });
    same && site.is_none_or(|site| matches!(site, "same-origin" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_ours_may_send() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            is_ours(&headers.collect())
        };
        let host = ("host", "annex.example:8600");
        assert!(of(&[host]));
        assert!(of(&[host, ("origin", "https://annex.example:8600")]));
        assert!(!of(&[host, ("origin", "https://evil.example")]));
        assert!(!of(&[host, ("origin", "null")]));
        assert!(!of(&[("origin", "https://annex.example:8600")]));
        assert!(!of(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(!of(&[host, ("sec-fetch-site", "same-site")]));
    }
}
