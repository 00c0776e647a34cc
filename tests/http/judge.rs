//! The service judged by its own description: PyPI `schemathesis` reads `/openapi.json`, sends what fits it and what does
//! not, and checks that every answer is one that is described.

use std::process::Command;

use gridward::domain::key::KeyRole;
use gridward::http::{AppState, Settings, serve};
use gridward::keys::Keys;
use gridward::live::Live;
use tokio::net::TcpListener;

use super::town::{run, state, town_store};

/// Of each kind, for each operation: half a minute in all.
const EXAMPLES: &str = "25";

/// Fewer, for those with a key reach further.
const EXAMPLES_WITH_A_KEY: &str = "12";

#[test]
fn answers_are_what_the_description_says() {
    run(async { judge(state(), &["--max-examples", EXAMPLES]).await });
}

/// On a town of its own: whoever has a key changes it.
#[test]
fn answers_to_an_administrator_are_what_the_description_says() {
    run(async {
        let store = town_store().await;
        let key = Keys::new(store.clone()).create(KeyRole::Admin, "judge", None).await.unwrap();
        let uploads = tempfile::tempdir().unwrap();
        let settings = Settings { upload_folder: uploads.path().to_owned(), max_jobs: 100, ..Settings::default() };
        let state = AppState::new(Live::open(store).await.unwrap(), settings);
        let header = format!("Authorization: Bearer {}", key.text);
        judge(state, &["--max-examples", EXAMPLES_WITH_A_KEY, "-H", &header]).await;
    });
}

async fn judge(state: AppState, more: &[&str]) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/openapi.json", listener.local_addr().unwrap());
    let more: Vec<String> = more.iter().map(|&text| text.to_owned()).collect();
    let serving = tokio::spawn(serve(listener, state, std::future::pending()));
    let judged = tokio::task::spawn_blocking(move || {
        Command::new("schemathesis")
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges"))
            .args(["run", &url, "--seed", "1", "--no-color"])
            .args(["--phases", "examples,coverage,fuzzing"])
            .args(["--generation-database", "none", "--request-timeout", "20"])
            .args(more)
            .output()
    });
    let output = judged.await.unwrap().expect("schemathesis is installed: `make test` does it (tests/judges)");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    serving.abort();
}
