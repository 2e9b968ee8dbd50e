//! What a gateway enforces: which prompts may be used.

use std::sync::Arc;

use annex_operations::ApprovedPrompt;
use axum::Json;
use axum::extract::State;

use super::Problem;
use crate::Site;

pub(super) async fn approved_prompts(
    State(site): State<Arc<Site>>,
) -> Result<Json<Vec<ApprovedPrompt>>, Problem> {
    Ok(Json(site.operations.approved_prompts().await?))
}
