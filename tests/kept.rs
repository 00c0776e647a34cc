//! Nothing lost, nothing doubled: servers and databases are killed, stopped and run out of room while reports come in and are
//! acted on, and the power fails. Afterwards every report that was acknowledged is there once, with its decision, its history,
//! its events and its rows of the audit log.

mod power;
mod replays;
mod room;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gridward::domain::audit;
use gridward::store::reports::ReportFilter;

use crate::cli::{Desk, lines, town};
use crate::server::Server;
use crate::stores::{Cluster, TestStore};

/// `make test-long` makes many rounds; a few otherwise.
const LONG: &str = "GRIDWARD_TEST_ROUNDS";
const SENDERS: usize = 6;

fn rounds() -> usize {
    std::env::var(LONG).ok().map_or(5, |text| text.parse().expect("a number of rounds"))
}

/// A request on a connection of its own; `None` where no whole answer came.
fn send(address: &str, path: &str, headers: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n{headers}\r\n{body}"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    if length.and_then(|length| length.trim().parse::<usize>().ok()) != Some(body.len()) {
        return None;
    }
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

/// Clients who send reports, each again under its key until it is acknowledged, and accept every third.
struct Clients {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<BTreeMap<String, String>>>,
    accepted: Arc<Mutex<BTreeSet<String>>>,
    tries: Arc<AtomicUsize>,
    /// How often each status was answered that asks to come again.
    refused: Arc<Mutex<BTreeMap<u16, usize>>>,
    sending: Vec<std::thread::JoinHandle<()>>,
}

impl Clients {
    fn start(address: &Arc<Mutex<String>>, key: &str) -> Clients {
        let (stop, tries) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (acknowledged, accepted, refused) = (Arc::default(), Arc::default(), Arc::default());
        let clients = (0..SENDERS).map(|sender| {
            let (address, key) = (address.clone(), key.to_owned());
            let (stop, tries) = (stop.clone(), tries.clone());
            let acknowledged: Arc<Mutex<BTreeMap<String, String>>> = Arc::clone(&acknowledged);
            let accepted: Arc<Mutex<BTreeSet<String>>> = Arc::clone(&accepted);
            let refused: Arc<Mutex<BTreeMap<u16, usize>>> = Arc::clone(&refused);
            std::thread::spawn(move || {
                for number in 0.. {
                    let word = format!("{sender}-{number}");
                    let body = format!(
                        "{{\"category\":\"sanitation\",\"description\":\"{word}\",\"lon\":116.91,\"lat\":30.81,\
                         \"external_id\":\"{word}\"}}"
                    );
                    let headers = format!("{key}Idempotency-Key: {word}\r\n");
                    let id = loop {
                        let there = address.lock().unwrap().clone();
                        tries.fetch_add(1, Ordering::Relaxed);
                        match send(&there, "/v1/reports", &headers, &body) {
                            Some((201, text)) => {
                                let json: serde_json::Value = serde_json::from_str(&text).unwrap();
                                break json["id"].as_str().unwrap().to_owned();
                            }
                            None => std::thread::sleep(Duration::from_millis(20)),
                            Some((status @ (429 | 503 | 504 | 507), _)) => {
                                *refused.lock().unwrap().entry(status).or_default() += 1;
                                std::thread::sleep(Duration::from_millis(20));
                            }
                            Some((status, text)) => panic!("{status} {text}"),
                        }
                    };
                    let before = acknowledged.lock().unwrap().insert(word, id.clone());
                    assert_eq!(before, None);
                    if number % 3 == 0 {
                        let there = address.lock().unwrap().clone();
                        // Not tried again: whether an unanswered one was kept is for the history to say.
                        if let Some((200, _)) = send(&there, &format!("/v1/reports/{id}/accept"), &key, "{}") {
                            accepted.lock().unwrap().insert(id);
                        }
                    }
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                }
            })
        });
        let sending = clients.collect();
        Clients { stop, acknowledged, accepted, tries, refused, sending }
    }

    fn acknowledged(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    fn refused_with(&self, status: u16) -> usize {
        self.refused.lock().unwrap().get(&status).copied().unwrap_or_default()
    }

    /// Waits until as many more were acknowledged.
    #[track_caller]
    fn go_on(&self, more: usize) {
        let (before, start) = (self.acknowledged(), std::time::Instant::now());
        while self.acknowledged() < before + more {
            assert!(start.elapsed() < Duration::from_secs(60), "it does not go on: {:?}", self.refused.lock().unwrap());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the sending, and holds the store to what was acknowledged.
    fn end(self, url: &str) {
        self.stop.store(true, Ordering::Relaxed);
        self.sending.into_iter().for_each(|sending| sending.join().expect("every answer was one to expect"));
        let (acknowledged, accepted) = (self.acknowledged.lock().unwrap(), self.accepted.lock().unwrap());
        println!(
            "{} reports acknowledged after {} tries, {} accepted",
            acknowledged.len(),
            self.tries.load(Ordering::Relaxed),
            accepted.len()
        );
        assert!(acknowledged.len() > 20, "too few to prove anything");
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let store = gridward::store::open(url).await.unwrap();
            let all = store.find_reports(&ReportFilter::default(), u32::MAX >> 1).await.unwrap();
            let by_word: BTreeMap<&str, &str> =
                all.iter().map(|report| (report.external_id.as_deref().unwrap(), &*report.id)).collect();
            assert_eq!(by_word.len(), all.len(), "each was kept once");
            for (word, id) in acknowledged.iter() {
                assert_eq!(
                    by_word.get(word.as_str()),
                    Some(&id.as_str()),
                    "{word} is the report that was acknowledged"
                );
            }
            // Every sender had at most one more on its way.
            assert!(all.len() <= acknowledged.len() + SENDERS);
            let events = store.events(0, u32::MAX >> 1).await.unwrap();
            let numbers = events.iter().map(|event| event.number);
            assert!(numbers.eq(1..=events.len() as i64), "the outbox has no gap");
            assert_eq!(store.last_event().await.unwrap(), events.len() as i64);
            let mut told: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
            events.iter().for_each(|event| told.entry(&event.report).or_default().push(event.step));
            let log = store.audit_after(0, u32::MAX >> 1).await.unwrap();
            let mut logged: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for row in &log {
                logged.entry(&row.subject).or_default().push(&row.action);
            }
            for report in &all {
                let steps = store.steps(&report.id).await.unwrap();
                let numbers: Vec<i64> = steps.iter().map(|step| step.number).collect();
                assert_eq!(numbers, (1..=report.version).collect::<Vec<_>>(), "{}", report.id);
                assert_eq!(told.get(&*report.id), Some(&numbers), "one event for each step, in their order");
                let actions: Vec<&str> = steps.iter().map(|step| audit::step(step.action)).collect();
                assert_eq!(logged.get(&*report.id), Some(&actions), "one row of the audit log for each step");
                assert_eq!(steps[0].assignment.as_ref(), Some(&report.assignment));
                assert_eq!(steps.last().map(|step| step.status), Some(report.status));
                assert!(!accepted.contains(&report.id) || report.version == 2, "an acknowledged step is kept");
            }
            store.close().await;
        });
    }
}

fn prepared(url: &str) -> (Desk, String) {
    let desk = Desk::on(url);
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition spring --publish").ended(0);
    let key = desk.run("key create --role dispatcher --json").ended(0).json();
    (desk, format!("Authorization: Bearer {}\r\n", key["key"].as_str().expect("the key is printed once")))
}

fn serve(desk: &Desk) -> Server {
    Server::start(desk.command("serve --listen 127.0.0.1:0"))
}

/// Rounds of serving for a while, and a kill at a moment that is another each time.
fn servers_are_killed(url: &str) {
    let (desk, key) = prepared(url);
    let mut server = serve(&desk);
    let address = Arc::new(Mutex::new(server.address().to_owned()));
    let clients = Clients::start(&address, &key);
    for round in 0..rounds() {
        std::thread::sleep(Duration::from_millis(300 + 137 * (round as u64 % 7)));
        server.kill();
        server = serve(&desk);
        *address.lock().unwrap() = server.address().to_owned();
    }
    clients.go_on(21);
    clients.end(url);
}

#[test]
fn on_a_file_while_the_server_is_killed() {
    let store = TestStore::embedded();
    servers_are_killed(store.url());
}

#[test]
fn on_postgis_while_the_server_is_killed() {
    let store = TestStore::postgis();
    servers_are_killed(store.url());
}

/// Two servers on one database, which goes away under them and comes back, in one way each time.
fn the_database_goes_away(away: fn(&Cluster)) {
    let cluster = Cluster::start();
    let database = cluster.database();
    let (desk, key) = prepared(database.url());
    // Two servers: half of the clients' answers come from each in turn.
    let servers = [serve(&desk), serve(&desk)];
    let address = Arc::new(Mutex::new(servers[0].address().to_owned()));
    let clients = Clients::start(&address, &key);
    for round in 0..rounds().div_ceil(2).min(20) {
        std::thread::sleep(Duration::from_millis(700 + 211 * (round as u64 % 5)));
        away(&cluster);
        std::thread::sleep(Duration::from_millis(300));
        cluster.start_again();
        *address.lock().unwrap() = servers[round % 2].address().to_owned();
        clients.go_on(1);
    }
    clients.go_on(20);
    clients.end(database.url());
}

#[test]
fn on_postgis_while_postgresql_is_killed() {
    the_database_goes_away(Cluster::crash);
}

#[test]
fn on_postgis_while_postgresql_is_stopped() {
    the_database_goes_away(Cluster::shut_down);
}
