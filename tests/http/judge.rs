//! The service judged by its own description: PyPI `schemathesis` reads `/openapi.json`, sends what fits it and what does
//! not, and checks that every answer is one that is described. Once without a key, once with a key of each role, which must
//! not reach further than `rights.rs` says.

use std::process::{Command, Output};

use gridward::domain::key::KeyRole;
use gridward::http::{AppState, Settings, serve};
use gridward::keys::Keys;
use gridward::live::Live;
use tokio::net::TcpListener;

use super::rights::forbidden_to;
use super::town::{run, state, town_store};

/// Of each kind, for each operation: half a minute in all. `make test-long` asks for more.
const EXAMPLES: usize = 25;
/// Fewer, for an administrator's key reaches further.
const EXAMPLES_OF_AN_ADMINISTRATOR: usize = 12;
/// Fewer still: most of what the other roles are answered was answered to those two.
const EXAMPLES_OF_OTHERS: usize = 3;

fn examples(usual: usize) -> String {
    let asked = std::env::var("GRIDWARD_TEST_EXAMPLES").ok().map(|text| text.parse().expect("it is a number"));
    asked.unwrap_or(usual).to_string()
}

#[test]
fn answers_are_what_the_description_says() {
    run(async { passes(&judge(state(), &["--max-examples", &examples(EXAMPLES)], &[]).await) });
}

#[test]
fn answers_to_a_viewer_are_what_the_description_says() {
    run(judge_role(KeyRole::Viewer, None, EXAMPLES_OF_OTHERS));
}

#[test]
fn answers_to_a_reporter_are_what_the_description_says() {
    run(judge_role(KeyRole::Reporter, None, EXAMPLES_OF_OTHERS));
}

#[test]
fn answers_to_a_leader_are_what_the_description_says() {
    run(judge_role(KeyRole::Leader, Some("340881106202"), EXAMPLES_OF_OTHERS));
}

#[test]
fn answers_to_a_dispatcher_are_what_the_description_says() {
    run(judge_role(KeyRole::Dispatcher, None, EXAMPLES_OF_OTHERS));
}

#[test]
fn answers_to_an_administrator_are_what_the_description_says() {
    run(judge_role(KeyRole::Admin, None, EXAMPLES_OF_AN_ADMINISTRATOR));
}

#[test]
fn the_judge_notices_whoever_reaches_too_far() {
    run(async {
        let (state, header, _uploads) = with_key(KeyRole::Admin, None).await;
        let more = ["--max-examples", "1", "--include-path", "/v1/audit", "-H", &header];
        let output = judge(state, &more, &["GET /v1/audit".into()]).await;
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success() && said.contains("GET /v1/audit is not for this role"), "{said}");
    });
}

async fn judge_role(role: KeyRole, grid: Option<&'static str>, usual: usize) {
    let (state, header, _uploads) = with_key(role, grid).await;
    let more = ["--max-examples", &examples(usual), "-H", &header];
    passes(&judge(state, &more, &forbidden_to(role)).await);
}

/// On a town of its own, for whoever has a key changes it; with the header that has the key, and where uploads are kept.
async fn with_key(role: KeyRole, grid: Option<&str>) -> (AppState, String, tempfile::TempDir) {
    let store = town_store().await;
    let key = Keys::new(store.clone()).create(role, "judge", grid).await.unwrap();
    let uploads = tempfile::tempdir().unwrap();
    let settings = Settings { upload_folder: uploads.path().to_owned(), max_jobs: 100, ..Settings::default() };
    let state = AppState::new(Live::open(store).await.unwrap(), settings);
    (state, format!("Authorization: Bearer {}", key.text), uploads)
}

async fn judge(state: AppState, more: &[&str], forbidden: &[String]) -> Output {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/openapi.json", listener.local_addr().unwrap());
    let more: Vec<String> = more.iter().map(|&text| text.to_owned()).collect();
    let forbidden = serde_json::to_string(forbidden).unwrap();
    let serving = tokio::spawn(serve(listener, state, std::future::pending()));
    let judged = tokio::task::spawn_blocking(move || {
        Command::new("schemathesis")
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges"))
            .env("GRIDWARD_FORBIDDEN", forbidden)
            .args(["run", &url, "--seed", "1", "--no-color"])
            .args(["--phases", "examples,coverage,fuzzing"])
            .args(["--generation-database", "none", "--request-timeout", "20"])
            .args(more)
            .output()
    });
    let output = judged.await.unwrap().expect("schemathesis is installed: `make test` does it (tests/judges)");
    serving.abort();
    output
}

#[track_caller]
fn passes(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
