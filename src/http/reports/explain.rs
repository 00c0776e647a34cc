//! `GET /v1/reports/{id}/explain`: why a report went where it went, in words, and decided once more from what it was
//! decided from then.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::read::{TokenParameters, TokenParams};
use super::readable;
use super::wire::AssignmentDetail;
use crate::assign::words::explain as in_words;
use crate::domain::caller::Caller;
use crate::http::editions::unkept;
use crate::http::params::Asked;
use crate::http::phones::Phones;
use crate::http::problem::{Problem, ProblemDetails};
use crate::http::state::AppState;

/// All decisions about a report, the first one first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Explanation {
    id: String,
    decisions: Vec<ExplainedDecision>,
}

/// A decision, and the same one made again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplainedDecision {
    /// The number of the step that decided.
    step: i64,
    /// Sentence by sentence.
    words: Vec<Words>,
    assignment: AssignmentDetail,
    /// Whether deciding again, now, from the same edition, roster and rules gave the same; null where the store has not got
    /// one of them.
    same_again: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExplainedSentence)]
pub(crate) struct Words {
    zh: String,
    en: String,
}

/// Why a report went where it went
#[utoipa::path(
    get, path = "/v1/reports/{id}/explain", tag = "reports", operation_id = "explainReport", security((), ("key" = [])),
    params(("id" = String, Path, description = "The report's id"), TokenParams),
    responses(
        (status = 200, description = "Every decision, in words, and made again", body = Explanation),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such report", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn explain(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(token): Asked<TokenParameters>,
) -> Result<Response, Problem> {
    let report = readable(&state, &caller, &id, token.text()).await?;
    // Whom to call is asked of the report itself; this is about why.
    let mut masked = Phones::masked();
    let mut decisions = Vec::new();
    for step in state.live.store().steps(&id).await? {
        let Some(assignment) = step.assignment else { continue };
        let again = state.desk.decide_again(&report, &assignment).await?;
        let rules = state.live.store().rules_by_revision(assignment.rules).await?;
        let words = in_words(&assignment, rules.as_ref().map(|kept| &kept.rules));
        decisions.push(ExplainedDecision {
            step: step.number,
            words: words.into_iter().map(|said| Words { zh: said.zh, en: said.en }).collect(),
            same_again: again.map(|again| again == assignment),
            assignment: AssignmentDetail::new(&assignment, &mut masked.at(&assignment, None)),
        });
    }
    Ok(unkept(Explanation { id: report.id, decisions }))
}
