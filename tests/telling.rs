//! Events told to a receiver that is not ours (`tests/judges/webhooks.py`: the official packages), while the service is killed
//! again and again: every event of a report arrives, verified, and those of one report in order.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli::Desk;
use crate::server::Server;
use crate::stores::TestStore;

const KILLS: usize = 3;
const REPORTS_A_KILL: usize = 12;

/// The judge, with what it took so far.
struct Judge {
    process: Child,
    port: u16,
    lines: Arc<Mutex<Vec<Value>>>,
}

impl Judge {
    fn start() -> Judge {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
        let mut process = Command::new("python3")
            .arg("webhooks.py")
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed: run `make tools` once");
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let mut port = String::new();
        out.read_line(&mut port).unwrap();
        let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
        let all = lines.clone();
        std::thread::spawn(move || {
            for line in out.lines() {
                all.lock().unwrap().push(serde_json::from_str(&line.unwrap()).unwrap());
            }
        });
        let port = port.trim().parse().expect("the judges are installed: run `make tools` once");
        Judge { process, port, lines }
    }

    fn is_told(&mut self, secret: &str) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{secret}").unwrap();
    }

    fn took(&self) -> Vec<Value> {
        self.lines.lock().unwrap().clone()
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One request with a body; `None` where the service is away.
fn send(address: &str, key: &str, path: &str, headers: &str, body: &Value) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let body = body.to_string();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

fn serve(desk: &Desk) -> Server {
    Server::start(desk.command("serve --demo --listen 127.0.0.1:0 --allow-webhook-host 127.0.0.1 --webhook-lease 4"))
}

fn nothing_is_lost(place: &TestStore) {
    let desk = Desk::on(place.url());
    let mut server = serve(&desk);
    let key = desk.run("key create --role admin").ended(0).out.trim().to_owned();
    let mut judge = Judge::start();
    let hook = json!({"url": format!("http://127.0.0.1:{}/hook", judge.port), "kinds": ["report.*"]});
    let (status, made) = send(server.address(), &key, "/v1/webhooks", "", &hook).unwrap();
    assert_eq!(status, 201, "{made}");
    judge.is_told(made["secret"].as_str().unwrap());
    let authorization = format!("authorization: Bearer {key}\r\n");
    let ask = |server: &Server, path: &str| crate::server::ask(server.address(), "GET", path, &authorization).json();
    let grids = ask(&server, "/v1/grids?tier=3&limit=1");
    let (lon, lat) = (&grids["grids"][0]["label"][0], &grids["grids"][0]["label"][1]);
    let mut acknowledged = Vec::new();
    for kill in 0..=KILLS {
        for n in 0..REPORTS_A_KILL {
            let body = json!({"category": "sanitation", "description": "路边垃圾", "lon": lon, "lat": lat});
            let header = format!("idempotency-key: {kill}-{n}\r\n");
            let (status, report) = send(server.address(), &key, "/v1/reports", &header, &body).unwrap();
            assert_eq!(status, 201, "{report}");
            let id = report["id"].as_str().unwrap().to_owned();
            let (status, _) =
                send(server.address(), &key, &format!("/v1/reports/{id}/accept"), "", &json!({})).unwrap();
            assert_eq!(status, 200);
            acknowledged.push(id);
        }
        if kill < KILLS {
            // In the midst of what these reports set off.
            std::thread::sleep(Duration::from_millis(15 * kill as u64));
            server.kill();
            server = serve(&desk);
        }
    }
    // Of the demo town's own reports it is not told: they were there before.
    let events = ask(&server, &format!("/v1/events?limit=1000&after={}", made["told"]));
    let of_reports = events["events"].as_array().unwrap().iter().filter(|event| !event["report"].is_null());
    let expected: BTreeSet<String> = of_reports.map(|event| event["number"].to_string()).collect();
    assert_eq!(expected.len(), 2 * acknowledged.len());
    let begun = Instant::now();
    let took = loop {
        let took = judge.took();
        let wrong: Vec<&Value> = took.iter().filter(|line| !line["wrong"].is_null()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        let came: BTreeSet<String> = took.iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
        assert!(came.is_subset(&expected));
        if came == expected {
            break took;
        }
        assert!(begun.elapsed() < Duration::from_secs(180), "{} of {}", came.len(), expected.len());
        std::thread::sleep(Duration::from_millis(100));
    };
    let mut stories: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in &took {
        let story = stories.entry(line["subject"].as_str().unwrap()).or_default();
        // What was sent again is known by its id.
        let sequence = line["sequence"].as_str().unwrap();
        if !story.contains(&sequence) {
            story.push(sequence);
        }
        assert_eq!(line["data"]["id"], line["subject"]);
        assert!(line["source"].as_str().unwrap().starts_with("urn:gridward:"), "{line}");
        assert!(line["message"].as_str().unwrap().ends_with(&format!("-{}", line["id"].as_str().unwrap())));
    }
    assert_eq!(stories.len(), acknowledged.len());
    assert!(stories.values().all(|story| story.len() == 2 && story.is_sorted()), "{stories:?}");
    println!("{} events, {} messages taken, {KILLS} kills", expected.len(), took.len());
}

#[test]
fn every_event_arrives_in_order_though_the_service_is_killed() {
    nothing_is_lost(&TestStore::any());
}

/// The reader of the guide, as it stands there, run by Node.js.
#[test]
fn the_reader_of_the_guide_follows() {
    let place = TestStore::any();
    let desk = Desk::on(place.url());
    let server = serve(&desk);
    let key = desk.run("key create --role dispatcher").ended(0).out.trim().to_owned();
    let mut last = 0;
    let before = loop {
        let authorization = format!("authorization: Bearer {key}\r\n");
        let page =
            crate::server::ask(server.address(), "GET", &format!("/v1/events?after={last}"), &authorization).json();
        let next = page["next"].as_i64().unwrap();
        if next == last {
            break last - 1;
        }
        last = next;
    };
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/integrators.md")).unwrap();
    let reader = guide.split("```js\n").nth(1).unwrap().split("```").next().unwrap();
    let url = format!("http://{}/v1/events", server.address());
    let script =
        format!("{reader}\nfollow({url:?}, {key:?}, (event) => console.log(event.number, event.kind), {before});\n");
    let mut node =
        Command::new("node").arg("--eval").arg(script).stdout(Stdio::piped()).spawn().expect("node is installed");
    let mut out = BufReader::new(node.stdout.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    assert!(line().starts_with(&format!("{last} ")), "the last of the demo town's");
    let (lon, lat) = (116.9, 30.8);
    let body = json!({"category": "sanitation", "description": "路边垃圾", "lon": lon, "lat": lat});
    // Each is told; what else the machine is busy with may hold up one of them, not all.
    let mut waits = Vec::new();
    while !waits.iter().any(|wait| *wait < Duration::from_secs(5)) {
        assert!(waits.len() < 8, "{waits:?}");
        let posted = Instant::now();
        assert_eq!(send(server.address(), &key, "/v1/reports", "", &body).unwrap().0, 201);
        last += 1;
        assert_eq!(line(), format!("{last} report.report"));
        waits.push(posted.elapsed());
    }
    node.kill().unwrap();
    node.wait().unwrap();
}
