//! One report is sent a hundred times at once, to several servers: it is kept once, and answered a hundred times alike.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use gridward::store::reports::ReportFilter;

use super::{prepared, rounds, send, serve};
use crate::stores::TestStore;

const AT_ONCE: usize = 100;
const SERVERS: usize = 3;

/// Sends it again while the answer is to come again: a slow machine cannot serve a hundred within the time that each waits for the
/// database.
fn answered(address: &str, headers: &str, body: &str) -> (u16, String) {
    let begun = Instant::now();
    loop {
        match send(address, "/v1/reports", headers, body) {
            Some((503 | 504, _)) | None => std::thread::sleep(Duration::from_millis(50)),
            Some(answer) => return answer,
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it is not answered");
    }
}

#[test]
fn a_hundred_at_once_over_several_servers() {
    let store = TestStore::postgis();
    let (desk, key) = prepared(store.url());
    let servers: Vec<_> = (0..SERVERS).map(|_| serve(&desk)).collect();
    let mut kept = Vec::new();
    for round in 0..rounds() {
        // By its key, by its number in the sender's system, by both.
        let (has_key, has_number) = (round % 3 != 1, round % 3 != 0);
        let headers = if has_key { format!("{key}Idempotency-Key: round-{round}\r\n") } else { key.clone() };
        let number = if has_number { format!("\"round-{round}\"") } else { "null".into() };
        let body = format!(
            "{{\"category\":\"sanitation\",\"description\":\"第 {round} 轮\",\"lon\":116.91,\"lat\":30.81,\"external_id\":{number}}}"
        );
        let barrier = Barrier::new(AT_ONCE);
        let answers: Vec<(u16, String)> = std::thread::scope(|scope| {
            let clients = (0..AT_ONCE).map(|client| {
                let (barrier, headers, body) = (&barrier, &headers, &body);
                let address = servers[client % SERVERS].address();
                scope.spawn(move || {
                    barrier.wait();
                    answered(address, headers, body)
                })
            });
            let clients: Vec<_> = clients.collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        let first = &answers[0];
        assert_eq!(first.0, 201, "{}", first.1);
        for answer in &answers {
            assert_eq!(answer, first, "all are answered alike");
        }
        let json: serde_json::Value = serde_json::from_str(&first.1).unwrap();
        kept.push(json["id"].as_str().unwrap().to_owned());
        // Another content under the same words is refused, by every server.
        for server in &servers {
            let other = body.replace("轮", "次");
            let (status, text) = answered(server.address(), &headers, &other);
            assert_eq!(status, if has_key { 422 } else { 409 }, "{text}");
        }
    }
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = store.open().await;
        let all = store.find_reports(&ReportFilter::default(), u32::MAX >> 1).await.unwrap();
        let ids: BTreeSet<&String> = all.iter().map(|report| &report.id).collect();
        assert_eq!((all.len(), ids), (kept.len(), kept.iter().collect()));
        let events = store.events(0, u32::MAX >> 1).await.unwrap();
        let told: Vec<_> = events.iter().filter(|event| event.step > 0).map(|event| &event.report).collect();
        assert_eq!(told, kept.iter().collect::<Vec<_>>());
        assert!(events.iter().map(|event| event.number).eq(1..=events.len() as i64));
        for id in &kept {
            assert_eq!(store.steps(id).await.unwrap().len(), 1);
        }
        store.close().await;
    });
}
