//! The service judged by its own description: PyPI `schemathesis` reads `/openapi.json`, sends what fits it and what does
//! not, and checks that every answer is one that is described.

use std::process::Command;

use gridward::http::serve;
use tokio::net::TcpListener;

use super::town::{run, state};

/// Of each kind, for each operation: half a minute in all.
const EXAMPLES: &str = "25";

#[test]
fn answers_are_what_the_description_says() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/openapi.json", listener.local_addr().unwrap());
        let serving = tokio::spawn(serve(listener, state(), std::future::pending()));
        let judged = tokio::task::spawn_blocking(move || {
            Command::new("schemathesis")
                .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges"))
                .args(["run", &url, "--max-examples", EXAMPLES, "--seed", "1", "--no-color"])
                .args(["--phases", "examples,coverage,fuzzing"])
                .args(["--generation-database", "none", "--request-timeout", "20"])
                .output()
        });
        let output = judged.await.unwrap().expect("schemathesis is installed: `make test` does it (tests/judges)");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        serving.abort();
    });
}
