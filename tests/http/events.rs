//! Events: who is told what, page by page, and as a stream over a real socket that breaks off and goes on.

use std::time::{Duration, Instant};

use axum::http::Method;
use gridward::domain::key::KeyRole;
use gridward::http::{AppState, Settings, serve};
use gridward::keys::Keys;
use gridward::live::Live;
use gridward::store::Store;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::reports::{Desk, report};
use super::town::{ask, get, get_with, run, somewhere, town_store};

/// For what comes at once, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

fn kinds(page: &Value) -> Vec<String> {
    let events = page["events"].as_array().unwrap_or_else(|| panic!("{page}"));
    events.iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn everybody_is_told_of_what_is_theirs() {
    let (lon, lat, code) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let system = desk.key(KeyRole::Reporter, None).await;
        let other_system = desk.key(KeyRole::Reporter, None).await;
        let leader = desk.key(KeyRole::Leader, Some(&code)).await;
        let village = desk.key(KeyRole::Leader, Some(&code[..12])).await;
        let elsewhere = desk.key(KeyRole::Leader, Some("340881106219")).await;
        let dispatcher = desk.key(KeyRole::Dispatcher, None).await;
        let sent = desk.post("/v1/reports", &system, &[], &report(lon, lat)).await.json();
        let uri = format!("/v1/reports/{}/accept", sent["id"].as_str().unwrap());
        assert_eq!(desk.post(&uri, &leader, &[], &json!({"note": "秘密：13912345678"})).await.status, 200);
        let editions = ["edition.published", "edition.published"];
        let all = [&editions[..], &["report.report", "report.accept"]].concat();
        for (key, told) in [
            (&desk.office.key, &all[..]),
            (&dispatcher, &all[..]),
            (&leader, &all[..]),
            (&village, &all[..]),
            (&system, &all[..]),
            (&other_system, &editions[..]),
            (&elsewhere, &editions[..]),
            (&String::new(), &editions[..]),
        ] {
            let page = desk.get("/v1/events", key).await;
            assert_eq!(kinds(&page.json()), told, "{}", page.text());
            assert_eq!(page.json()["next"], 4, "what was passed over need not be looked at again");
            for secret in ["13912345678", "王某", "秘密", "路边垃圾"] {
                assert!(!page.text().contains(secret), "{secret}: {}", page.text());
            }
        }
        let page = desk.get("/v1/events?after=2&limit=1", &leader).await.json();
        let event = &page["events"][0];
        assert_eq!((&event["number"], &event["step"], &page["next"]), (&json!(3), &json!(1), &json!(3)));
        assert_eq!((&event["report"], &event["data"]["grid"]), (&sent["id"], &json!(code)));
        assert_eq!(desk.get("/v1/events?after=4", &leader).await.json(), json!({"events": [], "next": 4}));
        // Whoever is ahead of the store, because a backup was put back, goes on from its end and passes over nothing.
        assert_eq!(desk.get("/v1/events?after=999999", &leader).await.json(), json!({"events": [], "next": 4}));
        let edition = desk.get("/v1/events?limit=1", "").await.json()["events"][0].clone();
        assert_eq!((&edition["report"], &edition["data"]["edition"]), (&Value::Null, &json!("before")));
    });
}

#[test]
fn what_is_asked_wrongly_is_named() {
    for (uri, fields) in [
        ("/v1/events?after=x&limit=0&kind=a", vec!["after", "limit", "kind"]),
        ("/v1/events?after=-1", vec!["after"]),
        ("/v1/events?last_event_id=1.5&limit=1001", vec!["last_event_id", "limit"]),
    ] {
        let answer = get(uri);
        assert_eq!(answer.problem(400), "bad-parameter");
        assert_eq!(answer.fields(), fields);
    }
    let stream = [("accept", "text/event-stream"), ("last-event-id", "yesterday")];
    assert_eq!(get_with("/v1/events", &stream).fields(), ["Last-Event-ID"]);
    assert_eq!(get_with("/v1/events", &[("accept", "text/html")]).problem(406), "not-acceptable");
    assert_eq!(get_with("/v1/events", &[("accept", "text/html, */*;q=0.1")]).status, 200);
}

/// A service on a port of its own.
pub struct Served {
    pub address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Served {
    pub async fn on(store: std::sync::Arc<dyn Store>, settings: Settings) -> Served {
        let live = Live::open(store).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let told = async move { drop(stopped.await) };
        let serving = tokio::spawn(serve(listener, AppState::new(live, settings), told));
        Served { address, stop: Some(stop), serving }
    }

    /// How long it took to stop.
    pub async fn stop(mut self) -> Duration {
        let begun = Instant::now();
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.await.unwrap().unwrap();
        begun.elapsed()
    }
}

/// An open stream.
struct Listener {
    stream: TcpStream,
    came: String,
}

impl Listener {
    async fn open(address: std::net::SocketAddr, query: &str, headers: &str) -> Listener {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET /v1/events{query} HTTP/1.1\r\nhost: here\r\naccept: text/event-stream\r\naccept-encoding: gzip\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut listener = Listener { stream, came: String::new() };
        listener.until("\nid: ").await;
        listener
    }

    /// Reads until `text` has come.
    async fn until(&mut self, text: &str) -> &str {
        let mut piece = [0; 4096];
        while !self.came.contains(text) {
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut piece));
            let got = read.await.unwrap_or_else(|_| panic!("`{text}` in time: {}", self.came)).unwrap();
            assert!(got > 0, "the stream ended without `{text}`: {}", self.came);
            self.came.push_str(&String::from_utf8_lossy(&piece[..got]));
        }
        &self.came
    }

    /// The numbers of the events that came, in order, once there are so many.
    async fn numbers(&mut self, count: usize) -> Vec<i64> {
        loop {
            let whole = self.came.rfind("\n\n").map_or("", |end| &self.came[..end]).to_owned();
            let blocks = whole.split("\n\n").filter(|block| block.contains("data: "));
            let number = |block: &str| {
                let id = block.lines().find_map(|line| line.trim().strip_prefix("id: ")).unwrap().to_owned();
                id.trim().parse().unwrap()
            };
            let numbers: Vec<i64> = blocks.map(number).collect();
            if numbers.len() >= count {
                return numbers;
            }
            let mut piece = [0; 4096];
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut piece)).await;
            let got = read.unwrap_or_else(|_| panic!("{count} events in time: {}", self.came)).unwrap();
            assert!(got > 0, "the stream ended: {}", self.came);
            self.came.push_str(&String::from_utf8_lossy(&piece[..got]));
        }
    }
}

#[test]
fn a_stream_goes_on_where_it_broke_off() {
    let (lon, lat, code) = somewhere();
    run(async {
        let store = town_store().await;
        let served = Served::on(store.clone(), Settings::default()).await;
        let keys = Keys::new(store.clone());
        let key = async |grid: &str| {
            let made = keys.create(KeyRole::Leader, "", Some(grid)).await.unwrap();
            format!("authorization: Bearer {}\r\n", made.text)
        };
        let (leader, elsewhere) = (key(&code).await, key("340881106219").await);
        let service =
            gridward::http::router(AppState::new(Live::open(store.clone()).await.unwrap(), Settings::default()));
        let post = async || {
            let headers = [("content-type", "application/json")];
            let sent = ask(&service, Method::POST, "/v1/reports", &headers, report(lon, lat).to_string()).await;
            assert_eq!(sent.status, 201, "{}", sent.text());
            Instant::now()
        };
        let mut listening = Listener::open(served.address, "", &leader).await;
        let mut stranger = Listener::open(served.address, "", &elsewhere).await;
        let mut passer_by = Listener::open(served.address, "?last_event_id=0", "").await;
        let head = listening.came.to_ascii_lowercase();
        assert!(head.contains("content-type: text/event-stream") && !head.contains("content-encoding"), "{head}");
        assert!(head.contains("cache-control: no-store") && head.contains("id: 2\n") && head.contains("retry: 2000"));
        // Written by another instance on the same store: on PostGIS as another process writes.
        post().await;
        assert_eq!(listening.numbers(1).await, [3]);
        assert!(
            listening.came.contains("event: report.report") && listening.came.contains(&format!("\"grid\":\"{code}\""))
        );
        drop(listening);
        for _ in 0..3 {
            post().await;
        }
        let mut again =
            Listener::open(served.address, "?last_event_id=0", &format!("{leader}last-event-id: 3\r\n")).await;
        assert_eq!(again.numbers(3).await, [4, 5, 6], "each once, in order");
        post().await;
        assert_eq!(again.numbers(4).await, [4, 5, 6, 7]);
        // From the beginning, past what is in memory.
        let mut all = Listener::open(served.address, "?last_event_id=0", &leader).await;
        assert_eq!(all.numbers(7).await, [1, 2, 3, 4, 5, 6, 7]);
        // A number from another store is no reason to wait for ever.
        let mut ahead = Listener::open(served.address, "", &format!("{leader}last-event-id: 99\r\n")).await;
        let posted = post().await;
        assert_eq!(ahead.numbers(1).await, [8]);
        // It is told soon. What else the machine is busy with may hold up one, not each.
        let mut waits = vec![posted.elapsed()];
        while !waits.iter().any(|wait| *wait < Duration::from_secs(3)) {
            assert!(waits.len() < 8, "{waits:?}");
            let posted = post().await;
            assert_eq!(ahead.numbers(1 + waits.len()).await.last(), Some(&(8 + waits.len() as i64)));
            waits.push(posted.elapsed());
        }
        assert_eq!(passer_by.numbers(2).await, [1, 2], "editions are for everybody");
        assert!(!stranger.came.contains("report.") && !passer_by.came.contains("report."));
        let took = served.stop().await;
        assert!(took < Settings::default().shutdown_grace / 2, "open streams hold up the end: {took:?}");
        let mut rest = Vec::new();
        let _ = stranger.stream.read_to_end(&mut rest).await;
        assert!(!String::from_utf8_lossy(&rest).contains("report."));
    });
}

#[test]
fn no_more_streams_than_there_may_be() {
    run(async {
        let served = Served::on(town_store().await, Settings { max_streams: 1, ..Settings::default() }).await;
        let first = Listener::open(served.address, "", "").await;
        let mut second = TcpStream::connect(served.address).await.unwrap();
        let head = "GET /v1/events HTTP/1.1\r\nhost: here\r\naccept: text/event-stream\r\nconnection: close\r\n\r\n";
        second.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        second.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("overloaded"), "{answer}");
        drop(first);
        // Its place is free once the service has noticed.
        served.stop().await;
    });
}
