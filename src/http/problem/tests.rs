//! Every kind has its own type, and what libraries answer is dressed.

use super::*;
use axum::http::header::ALLOW;

#[test]
fn every_kind_has_its_own_type_and_a_title_in_both_languages() {
    let mut types: Vec<String> = Kind::ALL.into_iter().map(Kind::uri).collect();
    types.sort();
    types.dedup();
    assert_eq!(types.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        let (status, _, title) = kind.row();
        assert!(status.is_client_error() || status.is_server_error());
        let (zh, en) = title.split_once(" · ").unwrap();
        assert!(!zh.is_ascii() && en.is_ascii(), "{title}");
    }
}

#[test]
fn database_text_does_not_reach_the_client() {
    let problem = Problem::from(StoreError::Damaged("no such table: secrets".into()));
    assert_eq!(problem.kind(), Kind::Internal);
    assert!(!problem.detail.unwrap().contains("secrets"));
}

#[test]
fn what_libraries_answer_becomes_a_problem() {
    let mut refusal = (StatusCode::METHOD_NOT_ALLOWED, "no").into_response();
    refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET,HEAD"));
    let response = dressed(refusal);
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[ALLOW], "GET,HEAD");
    assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
    assert_eq!(dressed(StatusCode::IM_A_TEAPOT.into_response()).status(), StatusCode::BAD_REQUEST);
    assert_eq!(dressed(StatusCode::NOT_MODIFIED.into_response()).status(), StatusCode::NOT_MODIFIED);
}
