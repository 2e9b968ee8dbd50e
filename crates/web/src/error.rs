//! What went wrong, as a page.

use annex_operations::{Exit, OperationError};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::html;

use crate::layout;

/// An answer that is none.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such thing, or not for this person.
    NotFound,
    /// What was to be changed is not on record; says what lists such things.
    Missing(String),
    /// What was sent is wrong; says what, and what to do.
    Refused(String),
    /// What was asked cannot be answered; says what can.
    Asked(String),
    /// This person may not; says what, and who can change that.
    Forbidden(String),
    /// It was changed meanwhile.
    Stale,
    /// The form does not belong to the session.
    Foreign,
    /// The register is away or busy; says what became of what was tried.
    Away(String),
    /// It could not be carried out.
    Internal(OperationError),
}

impl From<OperationError> for Failure {
    fn from(error: OperationError) -> Self {
        match &error {
            OperationError::Forbidden(why) => Self::Forbidden(why.clone()),
            OperationError::NotFound(what) => Self::Missing(what.clone()),
            _ if error.is_stale() => Self::Stale,
            _ if error.is_asked() => Self::Asked(error.to_string()),
            _ if error.is_away() => {
                tracing::error!(error = %chain(&error), "the register is away");
                Self::Away(error.to_string())
            }
            _ if error.exit() == Exit::Input => Self::Refused(error.to_string()),
            _ => Self::Internal(error),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, title, text) = match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "There is no such page",
                "It was not found. It may have been closed or removed since you saw the link."
                    .to_owned(),
            ),
            Self::Missing(text) => (StatusCode::NOT_FOUND, "That was not recorded", text),
            Self::Refused(text) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "That was not recorded", text)
            }
            Self::Asked(text) => (StatusCode::UNPROCESSABLE_ENTITY, "That cannot be shown", text),
            Self::Forbidden(text) => (StatusCode::FORBIDDEN, "You may not do this", text),
            Self::Stale => (
                StatusCode::CONFLICT,
                "Someone else changed this meanwhile",
                "Nothing was recorded. Go back and reload the page to see what it says now; then record your change again if it still fits.".to_owned(),
            ),
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "That was not recorded",
                "The form is not of your present session. Open its page again and send it anew."
                    .to_owned(),
            ),
            Self::Away(text) => {
                (StatusCode::SERVICE_UNAVAILABLE, "The register is not there just now", text)
            }
            Self::Internal(error) => {
                // Causes can hold paths of the machine: they are for its administrator.
                tracing::error!(error = %chain(&error), "a request failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "That could not be done",
                    "Annex could not read or write its register. Nothing was recorded. The log of the server says why.".to_owned(),
                )
            }
        };
        let body = html! { main.narrow.card id="main" { h1 { (title) } p { (text) } p { a href="/" { "To the overview" } } } };
        (status, Html(layout::document(title, &body).into_string())).into_response()
    }
}

pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut at = error.source();
    while let Some(cause) = at {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        at = cause.source();
    }
    text
}

/// Where no route leads.
pub(crate) async fn nowhere() -> Failure {
    Failure::NotFound
}
