//! Reports under load: as many a second as are wanted, each held to its moment whether or not the ones before were answered, on
//! a served store of either kind, with the load on the same machine. Afterwards the store is held to every answer: none lost,
//! none doubled, the steps and events of each report in order, no number of an event missing. Run by `make bench-reports`, or
//! `cargo bench --bench reports -- postgis 1000 60`, or `… -- PATH/OF/A/FILE.gpkg 300 60`; benches/README.md has the figures.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use gridward::store::reports::ReportFilter;

/// Connections that send reports, and those on which whoever answers for the places takes steps.
const SENDERS: usize = 200;
const LEADERS: usize = 8;
/// Every so many reports one is sent again under its key, and one is accepted and settled.
const AGAIN: usize = 50;
const SETTLED: usize = 20;
/// Rows read from the store at once.
const PAGE: u32 = 2_000;
const GRIDWARD: &str = env!("CARGO_BIN_EXE_gridward");

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number = |at: usize, otherwise: usize| arguments.get(at).map_or(Ok(otherwise), |text| text.parse());
    let kind = arguments.first().map_or("sqlite", String::as_str);
    let rate = number(1, if kind == "postgis" { 1_000 } else { 300 }).expect("reports a second");
    let seconds = number(2, 60).expect("seconds");
    let folder = tempfile::tempdir().expect("a temporary folder");
    // PostgreSQL with its promises kept: fsync is on.
    let cluster = (kind == "postgis").then(|| Cluster::start(&folder.path().join("cluster")));
    let url = match (&cluster, kind) {
        (Some(cluster), _) => cluster.url.clone(),
        (None, "sqlite") => format!("sqlite:{}", folder.path().join("town.gpkg").display()),
        (None, path) => format!("sqlite:{path}"),
    };
    let server = Server::start(&url);
    let town = Town::of(&server, &url);
    println!("{rate} reports a second for {seconds} s on {}", if cluster.is_some() { "PostGIS" } else { "a file" });
    let sent = send_all(&server.address, &town, rate, seconds);
    sent.tell();
    println!("  the server used {:.1} s of the cores' time", server.cpu_seconds());
    if let Some(cluster) = &cluster {
        println!("  PostgreSQL used {:.1} s, for all of its clients", cluster.cpu_seconds());
    }
    tokio::runtime::Runtime::new().expect("a runtime").block_on(hold_to(&url, &sent));
    assert!(sent.refused.is_empty(), "{} were refused, such as {}", sent.refused.len(), sent.refused[0]);
}

/// What came of the sending.
#[derive(Default)]
struct Sent {
    /// The id of each report by its number, with whether it was settled.
    ids: HashMap<usize, String>,
    settled: HashMap<String, i64>,
    refused: Vec<String>,
    /// From the moment a report was to be sent to its answer, in milliseconds.
    reports_ms: Vec<f64>,
    steps_ms: Vec<f64>,
    took: Duration,
}

impl Sent {
    fn tell(&self) {
        let rate = self.ids.len() as f64 / self.took.as_secs_f64();
        println!("  {} reports acknowledged in {:.1} s, {rate:.0} a second", self.ids.len(), self.took.as_secs_f64());
        for (what, all) in [("reports", &self.reports_ms), ("steps", &self.steps_ms)] {
            let mut all = all.clone();
            all.sort_by(f64::total_cmp);
            let at = |share: f64| all.get((all.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
            let (p50, p90, p99, worst) = (at(0.5), at(0.9), at(0.99), all.last().copied().unwrap_or(f64::NAN));
            println!(
                "  {what}: {} in p50 {p50:.1} ms, p90 {p90:.1} ms, p99 {p99:.1} ms, at worst {worst:.1} ms",
                all.len()
            );
        }
    }
}

/// Sends each report at its moment, whether or not earlier ones were answered: what waits for a free connection counts as
/// waiting for the service.
fn send_all(address: &str, town: &Town, rate: usize, seconds: usize) -> Sent {
    let (next, sent) = (AtomicUsize::new(0), Mutex::new(Sent::default()));
    let (settle, to_settle) = mpsc::channel::<String>();
    let to_settle = Arc::new(Mutex::new(to_settle));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            let (next, sent, settle) = (&next, &sent, settle.clone());
            scope.spawn(move || {
                let mut line = Line::to(address, &town.key);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= rate * seconds {
                        return;
                    }
                    let due = start + Duration::from_secs_f64(number as f64 / rate as f64);
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    let (body, key) = (town.report(number), format!("Idempotency-Key: load-{number}\r\n"));
                    let answer = line.send("/v1/reports", &key, &body);
                    let took_ms = due.elapsed().as_secs_f64() * 1e3;
                    let id = match &answer {
                        Ok((201, text)) => id_of(text),
                        other => {
                            sent.lock().expect("no sender panics").refused.push(format!("{other:?}"));
                            continue;
                        }
                    };
                    if number.is_multiple_of(AGAIN) {
                        let (status, text) = line.send("/v1/reports", &key, &body).expect("an answer");
                        assert_eq!((status, id_of(&text)), (201, id.clone()), "the same report is answered again");
                    }
                    if number.is_multiple_of(SETTLED) {
                        settle.send(id.clone()).expect("leaders work until the end");
                    }
                    let mut sent = sent.lock().expect("no sender panics");
                    sent.reports_ms.push(took_ms);
                    assert_eq!(sent.ids.insert(number, id), None);
                }
            });
        }
        drop(settle);
        for _ in 0..LEADERS {
            let (to_settle, sent) = (to_settle.clone(), &sent);
            scope.spawn(move || {
                let mut line = Line::to(address, &town.key);
                loop {
                    let Ok(id) = to_settle.lock().expect("no leader panics").recv() else { return };
                    for (action, version) in [("accept", 1), ("resolve", 2)] {
                        let begin = Instant::now();
                        let answer = line.send(
                            &format!("/v1/reports/{id}/{action}"),
                            &format!("If-Match: \"{version}\"\r\n"),
                            "{}",
                        );
                        let mut sent = sent.lock().expect("no sender panics");
                        match answer {
                            Ok((200, _)) => sent.settled.insert(id.clone(), version + 1),
                            other => {
                                sent.refused.push(format!("{action}: {other:?}"));
                                break;
                            }
                        };
                        sent.steps_ms.push(begin.elapsed().as_secs_f64() * 1e3);
                    }
                }
            });
        }
    });
    let mut sent = sent.into_inner().expect("no sender panics");
    sent.took = start.elapsed();
    sent
}

fn id_of(text: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(text).expect("an answer is JSON");
    json["id"].as_str().expect("a report has an id").to_owned()
}

/// Holds the store to what was answered.
async fn hold_to(url: &str, sent: &Sent) {
    let begin = Instant::now();
    let store = gridward::store::open(url).await.expect("the store opens");
    let (mut reports, mut after) = (HashMap::new(), String::new());
    loop {
        let page = store.reports_after(&after, PAGE).await.expect("reports are read");
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
        let ours = page.into_iter().filter_map(|report| Some((report.external_id.clone()?, report)));
        for (external_id, report) in ours.filter(|(external_id, _)| external_id.starts_with("load-")) {
            assert!(reports.insert(external_id.clone(), report).is_none(), "{external_id} is there twice");
        }
    }
    for (number, id) in &sent.ids {
        let report = reports.get(&format!("load-{number}")).unwrap_or_else(|| panic!("report {number} is lost"));
        assert_eq!(&report.id, id);
        assert!(!report.assignment.edition.is_empty());
        let version = sent.settled.get(id).copied().unwrap_or(1);
        assert_eq!(report.version, version, "every acknowledged step of {id} is kept");
    }
    assert!(reports.len() <= sent.ids.len() + sent.refused.len(), "more are there than were sent");
    let (mut told, mut last): (HashMap<String, i64>, i64) = (HashMap::new(), 0);
    loop {
        let page = store.events(last, PAGE).await.expect("events are read");
        if page.is_empty() {
            break;
        }
        for event in page {
            last += 1;
            assert_eq!(event.number, last, "no number is missing");
            let steps = told.entry(event.report).or_default();
            *steps += i64::from(event.step > 0);
            assert!(event.step == 0 || event.step == *steps, "the events of a report are in the order of its steps");
        }
    }
    assert_eq!(store.last_event().await.expect("events are counted"), last);
    for (count, report) in reports.values().enumerate() {
        assert_eq!(told.get(&report.id), Some(&report.version), "one event for each step of {}", report.id);
        // One by one this takes long: all that were acted on, and one of ten of the others.
        if report.version > 1 || count.is_multiple_of(10) {
            let steps = store.steps(&report.id).await.expect("steps are read");
            assert!(steps.iter().map(|step| step.number).eq(1..=report.version), "the history of {}", report.id);
            assert_eq!(steps[0].assignment.as_ref().map(|first| &first.edition), Some(&report.assignment.edition));
        }
    }
    assert_eq!(store.find_reports(&ReportFilter::default(), 1).await.expect("reports are found").len(), 1);
    store.close().await;
    println!(
        "  {} reports and {last} events are as they were answered (looked in {:.1?})",
        reports.len(),
        begin.elapsed()
    );
}

/// A connection that stays open.
struct Line {
    address: String,
    headers: String,
    stream: BufReader<TcpStream>,
}

impl Line {
    fn to(address: &str, key: &str) -> Line {
        let stream = TcpStream::connect(address).expect("the server is there");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
        let headers = format!("Host: {address}\r\nContent-Type: application/json\r\nAuthorization: Bearer {key}\r\n");
        Line { address: address.to_owned(), headers, stream: BufReader::new(stream) }
    }

    fn send(&mut self, path: &str, more: &str, body: &str) -> std::io::Result<(u16, String)> {
        let (method, length) = (if body.is_empty() { "GET" } else { "POST" }, body.len());
        let text = format!("{method} {path} HTTP/1.1\r\n{}Content-Length: {length}\r\n{more}\r\n{body}", self.headers);
        self.stream.get_mut().write_all(text.as_bytes())?;
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(std::io::Error::other(format!("{} hung up", self.address)));
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            } else if status == 0 {
                status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_default();
            } else if let Some(bytes) = line.strip_prefix("content-length: ") {
                length = bytes.parse().expect("a length is a number");
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }
}

/// Where reports are made up, and who makes them.
struct Town {
    key: String,
    bounds: [f64; 4],
}

impl Town {
    fn of(server: &Server, url: &str) -> Town {
        let made = Command::new(GRIDWARD)
            .args(["key", "create", "--role", "dispatcher", "--name", "load", "--json", "--store", url])
            .output()
            .expect("the command line runs");
        let made: serde_json::Value = serde_json::from_slice(&made.stdout).expect("a key is made");
        let key = made["key"].as_str().expect("a key is printed once").to_owned();
        let (_, tiles) = Line::to(&server.address, &key).send("/tiles/grids.json", "", "").expect("an answer");
        let tiles: serde_json::Value = serde_json::from_str(&tiles).expect("TileJSON");
        let bounds = [0, 1, 2, 3].map(|at| tiles["bounds"][at].as_f64().expect("a town has bounds"));
        Town { key, bounds }
    }

    /// Report number so and so: another place and category than the one before.
    fn report(&self, number: usize) -> String {
        const CATEGORIES: [&str; 4] = ["sanitation", "public_facilities", "dispute", "other"];
        let [west, south, east, north] = self.bounds;
        let share = |step: f64| (number as f64 * step).fract();
        let (lon, lat) = (west + (east - west) * share(0.618_034), south + (north - south) * share(0.754_877));
        let category = CATEGORIES[number % CATEGORIES.len()];
        format!(
            "{{\"category\":\"{category}\",\"description\":\"路边垃圾未清运，第 {number} 件\",\"lon\":{lon:.7},\"lat\":{lat:.7},\
             \"accuracy\":15,\"source\":\"device\",\"reporter\":{{\"name\":\"王某\",\"phone\":\"13912345678\"}},\
             \"external_id\":\"load-{number}\"}}"
        )
    }
}

/// A `gridward serve` of the demo town; killed when it is dropped.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(url: &str) -> Server {
        let mut process = Command::new(GRIDWARD)
            .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--store", url])
            .env("GRIDWARD_RATE_LIMIT", "0")
            .env("GRIDWARD_KEY_RATE_LIMIT", "0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let mut printed = BufReader::new(process.stdout.take().expect("its output is piped"));
        while !line.contains("http://") {
            line.clear();
            assert!(printed.read_line(&mut line).expect("its output is read") > 0, "the server ended");
        }
        let (_, address) = line.trim().rsplit_once("http://").expect("it tells its address");
        let address = address.split(['/', ' ', ';']).next().expect("it tells its address").to_owned();
        // What it prints later goes nowhere, and never holds it up.
        std::thread::spawn(move || printed.lines().for_each(drop));
        Server { process, address }
    }

    fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.process.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a process and its ended children used of the cores, as Linux counts it in hundredths.
fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    after_name.split(' ').skip(11).take(4).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A PostgreSQL of this run's own.
struct Cluster {
    folder: String,
    url: String,
}

impl Cluster {
    fn start(folder: &Path) -> Cluster {
        let folder = folder.display().to_string();
        // The user postgres has to get there.
        let parent = Path::new(&folder).parent().expect("a folder in a temporary one");
        let opened = Command::new("chmod").arg("755").arg(parent).status().expect("chmod is there");
        assert!(opened.success());
        let url = script(&["start", &folder, "durable"]);
        let url = format!("{}/with_postgis", url.trim().trim_end_matches("/postgres"));
        Cluster { folder, url }
    }

    fn cpu_seconds(&self) -> f64 {
        let file = std::fs::read_to_string(format!("{}/data/postmaster.pid", self.folder)).unwrap_or_default();
        let postmaster = file.lines().next().unwrap_or_default().to_owned();
        let listed = Command::new("ps").args(["-o", "pid=", "--ppid", &postmaster]).output().expect("ps is there");
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        listed.split_whitespace().chain([&*postmaster]).filter_map(|id| id.parse().ok()).map(cpu_seconds).sum()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script(&["stop", &self.folder]);
    }
}

fn script(arguments: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgis.sh");
    let output = Command::new(script).args(arguments).output().expect("the script runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
