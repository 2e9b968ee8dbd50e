//! What a CSV file would do, for programs: nothing is recorded, and the command that would do it is
//! in the answer.

use std::sync::Arc;

use annex_operations::Caller;
use annex_report::Sheet;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::{StatusCode, Uri};

use super::Problem;
use crate::Site;
use crate::error::Failure;
use crate::import::{self, Plan};

pub(super) async fn plan(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    address: Uri,
    file: Result<Bytes, BytesRejection>,
) -> Result<Json<Plan>, Problem> {
    let file = file.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
    let kind = import::register(&address).map_err(problem)?;
    let sheet = Sheet::read(&file);
    let sheet =
        sheet.map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    Ok(Json(import::plan(&site, &caller, kind, &sheet).await.map_err(problem)?))
}

fn problem(failure: Failure) -> Problem {
    match failure {
        Failure::NotFound => Problem::not_found("register"),
        Failure::Missing(what) => Problem::new(StatusCode::NOT_FOUND, what),
        Failure::Refused(why) | Failure::Asked(why) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why)
        }
        Failure::Away(why) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, why),
        Failure::Internal(error) => Problem::from(error),
        Failure::Forbidden(why) => Problem::new(StatusCode::FORBIDDEN, why),
        Failure::Stale | Failure::Foreign => {
            Problem::new(StatusCode::CONFLICT, "it was changed meanwhile; ask again")
        }
    }
}
