//! kill -9 in the middle of a job, of the server or of PostgreSQL: nothing by halves, and the job says so.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gridward::jobs::LOST_AFTER;
use serde_json::Value;

use crate::cli::{Desk, lines, town};
use crate::stores::{Cluster, TestStore};

/// A server on a free port, killed when it is dropped.
struct Server {
    process: Child,
    address: String,
    key: String,
}

impl Server {
    fn start(desk: &Desk, key: &str) -> Server {
        let mut command = desk.command("serve --listen 127.0.0.1:0 --json --upload-folder uploads");
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut printed = String::new();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        while !printed.contains('}') {
            assert!(out.read_line(&mut printed).unwrap() > 0, "{printed}");
        }
        let said: Value = serde_json::from_str(&printed).unwrap();
        let address = said["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
        Server { process, address, key: key.to_owned() }
    }

    fn ask(&self, method: &str, path: &str, body: &[u8]) -> Value {
        let (status, answer) = self.try_ask(method, path, body);
        assert!((200..300).contains(&status), "{status} {answer}");
        answer
    }

    fn try_ask(&self, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (key, length) = (&self.key, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {key}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap())
    }

    fn names(&self) -> Vec<String> {
        let all = self.ask("GET", "/v1/editions", b"");
        let names =
            all["editions"].as_array().unwrap().iter().map(|edition| edition["name"].as_str().unwrap().to_owned());
        names.collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_killed_job_leaves_no_half_draft_and_says_so_after_a_restart() {
    let place = TestStore::any();
    let is_embedded = place.url().starts_with("sqlite:");
    let desk = Desk::on(place.url());
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition spring --publish").ended(0);
    desk.run("generate --grids 1500 -o large.geojsonl").ended(0);
    let large = std::fs::read(desk.path("large.geojsonl")).unwrap();
    let key = desk.run("key create --role admin").ended(0).out.trim().to_owned();
    let (mut killed, mut delay) = (0, Duration::from_millis(1));
    let begun = Instant::now();
    for round in 0.. {
        let name = format!("large{round}");
        let server = Server::start(&desk, &key);
        let job = server.ask("POST", &format!("/v1/editions?edition={name}"), &large);
        std::thread::sleep(delay);
        let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
        drop(server);
        let died = Instant::now();
        let server = Server::start(&desk, &key);
        // What the killed process held is removed, though not before the first answers.
        let left = || std::fs::read_dir(desk.path("uploads")).unwrap().count();
        let since = Instant::now();
        while left() > 0 {
            assert!(since.elapsed() < Duration::from_secs(20), "it is not removed");
            std::thread::sleep(Duration::from_millis(20));
        }
        let found = server.ask("GET", &path, b"");
        let drafts = server.names();
        if found["state"] == "done" {
            assert!(drafts.contains(&name));
            break;
        }
        killed += 1;
        let found = if is_embedded {
            // At once: no other process holds the lock beside the file.
            found
        } else {
            let is_known = died.elapsed() > LOST_AFTER / 2 && found["state"] != "running";
            assert!(is_known || found["state"] == "running", "nobody can know yet: {found}");
            // Half a minute later.
            let later = "UPDATE gridward.jobs SET updated_at = '2026-01-01T00:00:00.000Z' WHERE state = 'running'";
            place.sql(later).unwrap();
            server.ask("GET", &path, b"")
        };
        assert_eq!(
            (found["state"].as_str(), found["problem"]["type"].as_str()),
            (Some("failed"), Some("urn:gridward:problem:job-lost"))
        );
        // It may have been killed between storing the draft and saying so; then the draft is whole.
        if drafts.contains(&name) {
            let edition = server.ask("GET", &format!("/v1/editions/{name}"), b"");
            assert_eq!(edition["grids"]["tier3"], 1500);
        }
        assert_eq!(server.ask("GET", "/v1/locate?lon=116.91&lat=30.81", b"")["edition"], "spring");
        delay = delay.mul_f64(2.0);
        assert!(begun.elapsed() < Duration::from_secs(200), "it never ends");
    }
    assert!(killed > 2, "only {killed} were killed");
}

/// The server lives on: its jobs end one way or the other, and say which it was.
#[test]
fn jobs_end_when_postgresql_is_killed_under_them() {
    let cluster = Cluster::start();
    let database = cluster.database();
    let desk = Desk::on(database.url());
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition spring --publish").ended(0);
    desk.run("generate --grids 1500 -o large.geojsonl").ended(0);
    let large = std::fs::read(desk.path("large.geojsonl")).unwrap();
    let key = desk.run("key create --role admin").ended(0).out.trim().to_owned();
    let server = Server::start(&desk, &key);
    let mut failed = 0;
    let begun = Instant::now();
    // The first job brings a draft in, the second puts it in force.
    for publishes in [false, true] {
        let (mut delay, mut away) = (Duration::from_millis(5), Duration::ZERO);
        for round in 0.. {
            let name = if publishes { "large".to_owned() } else { format!("large{round}") };
            let path = if publishes {
                "/v1/editions/large/publish".to_owned()
            } else {
                format!("/v1/editions?edition={name}")
            };
            let job = server.ask("POST", &path, if publishes { b"" } else { &large });
            let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
            std::thread::sleep(delay);
            cluster.crash();
            std::thread::sleep(away);
            cluster.start_again();
            let ended = loop {
                assert!(begun.elapsed() < Duration::from_secs(400), "it never ends");
                let (status, found) = server.try_ask("GET", &path, b"");
                assert!(status == 200 || status == 503, "{status} {found}");
                if status == 200 && found["state"] != "running" {
                    break found;
                }
                std::thread::sleep(Duration::from_millis(50));
            };
            let edition = server.try_ask("GET", &format!("/v1/editions/{name}"), b"");
            // It may have been made durable, and the answer lost.
            if edition.0 == 200 {
                assert_eq!(edition.1["grids"]["tier3"], 1500, "{}", edition.1);
            }
            if ended["state"] == "done" {
                assert_eq!((edition.0, edition.1["state"] == "published"), (200, publishes), "{}", edition.1);
                if failed > 0 {
                    break;
                }
                // PostgreSQL was back before the job needed it: then it stays away for longer.
                (delay, away) = (Duration::from_millis(5), (away * 2).max(Duration::from_secs(1)));
                continue;
            }
            failed += 1;
            let kind = ended["problem"]["type"].as_str().unwrap_or_default();
            assert_eq!((ended["state"].as_str(), kind), (Some("failed"), "urn:gridward:problem:store-unavailable"));
            if publishes && edition.1["state"] == "published" {
                break;
            }
            delay = delay.mul_f64(2.0);
        }
        if !publishes {
            desk.run("import large.geojsonl --edition large").ended(0);
        }
    }
    // How many depends on the machine.
    println!("{failed} jobs failed");
}

#[test]
fn a_server_that_is_told_to_stop_ends_its_jobs_first() {
    let place = TestStore::any();
    let desk = Desk::on(place.url());
    let key = desk.run("key create --role admin").ended(0).out.trim().to_owned();
    desk.write("town.geojsonl", &lines(&town()));
    let mut server = Server::start(&desk, &key);
    server.ask("POST", "/v1/editions?edition=spring", lines(&town()).as_bytes());
    let stopped = Command::new("kill").args(["-TERM", &server.process.id().to_string()]).status().unwrap();
    assert!(stopped.success() && server.process.wait().unwrap().success());
    assert!(desk.run("editions").ended(0).says("spring"), "the job was finished");
    assert_eq!(std::fs::read_dir(desk.path("uploads")).unwrap().count(), 0);
}
