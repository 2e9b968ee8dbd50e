//! What went wrong, as `application/problem+json` (RFC 9457).

use annex_operations::{Exit, OperationError};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

/// Why a request was not carried out.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Problem {
    /// Which sort of problem.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem");
        Self { title, status: status.as_u16(), detail: detail.into() }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no such {what}"))
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "send `Authorization: Bearer annex_…` with a key that has neither ended nor been withdrawn",
        )
    }

    pub(crate) fn forbidden(action: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            format!("Your roles do not permit this ({action}), or the key is not for it"),
        )
    }
}

impl From<OperationError> for Problem {
    fn from(error: OperationError) -> Self {
        let status = match &error {
            OperationError::Forbidden(_) => StatusCode::FORBIDDEN,
            OperationError::NotFound(_) => StatusCode::NOT_FOUND,
            _ if error.is_stale() => StatusCode::PRECONDITION_FAILED,
            _ if error.is_away() => {
                tracing::error!(error = %crate::error::chain(&error), "the register is away");
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ if error.exit() == Exit::Input => StatusCode::UNPROCESSABLE_ENTITY,
            _ => {
                tracing::error!(error = %crate::error::chain(&error), "a request failed");
                let detail = "the register could not be read or written; nothing was recorded, and the log of the server says why";
                return Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail);
            }
        };
        Self::new(status, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let challenge = (status == StatusCode::UNAUTHORIZED)
            .then_some([(header::WWW_AUTHENTICATE, "Bearer realm=\"annex\"")]);
        let kind: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/problem+json")];
        match challenge {
            Some(challenge) => (status, challenge, kind, body).into_response(),
            None => (status, kind, body).into_response(),
        }
    }
}
