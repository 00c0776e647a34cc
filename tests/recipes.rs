//! Every program of docs/recipes.md, as it stands there, against a real service: what it prints, and what the service has then.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli::Desk;
use crate::server::Server;
use crate::stores::TestStore;

const LANGUAGES: [&str; 4] = ["sh", "python", "js", "java"];

/// The program of a language in the section of a heading.
fn program(heading: &str, language: &str) -> String {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recipes.md")).unwrap();
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect(heading);
    let (_, rest) =
        section.split_once(&format!("\n```{language}\n")).unwrap_or_else(|| panic!("{heading}: {language}"));
    rest.split_once("\n```\n").expect("a block has an end").0.to_owned()
}

/// A folder for one language, and what its programs are told.
struct Kitchen {
    language: &'static str,
    folder: tempfile::TempDir,
    key: String,
}

impl Kitchen {
    fn command(&self, heading: &str, address: &str) -> Command {
        let code = program(heading, self.language);
        let class = code.split_once("public class ").map(|(_, rest)| rest.split(' ').next().unwrap().to_owned());
        let (file, tool) = match self.language {
            "sh" => ("recipe.sh".to_owned(), "bash"),
            "python" => ("recipe.py".to_owned(), "python3"),
            "js" => ("recipe.mjs".to_owned(), "node"),
            _ => (format!("{}.java", class.expect("a program in Java is a class")), "java"),
        };
        std::fs::write(self.path(&file), code).unwrap();
        let mut command = Command::new(tool);
        if self.language == "sh" {
            command.args(["-eu", "-o", "pipefail"]);
        }
        if self.language == "java" {
            // It is a short program: no time for the second compiler.
            command.args(["-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8"]);
        }
        command
            .arg(file)
            .current_dir(self.folder.path())
            .env("GRIDWARD", format!("http://{address}"))
            .env("KEY", &self.key);
        command
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    #[track_caller]
    fn run(&self, heading: &str, address: &str) -> String {
        let output =
            self.command(heading, address).output().expect("bash, python3, node and java are installed: `make tools`");
        let (out, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{heading}, {}: {out}\n{said}", self.language);
        out
    }
}

/// Head and body of a request or an answer, as they are; `None` where the other side closed.
fn message(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = header(&head, "content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut is_more = header(&head, "transfer-encoding").is_some();
    while is_more {
        // The chunks as they are, with their sizes.
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let size = usize::from_str_radix(line.trim_end(), 16).unwrap();
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).ok()?;
        body.extend([line.as_bytes(), &chunk].concat());
        is_more = size > 0;
    }
    Some((head, body))
}

fn header(head: &str, name: &str) -> Option<String> {
    let named = |line: &&str| line.split(':').next().is_some_and(|given| given.eq_ignore_ascii_case(name));
    Some(head.lines().find(named)?.split_once(':')?.1.trim().to_owned())
}

/// A network that loses the first answer; the heads of all answers.
fn lossy(server: String) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heads: Arc<Mutex<Vec<String>>> = Arc::default();
    let all = heads.clone();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let Some((head, body)) = message(&mut client) else { continue };
            let mut upstream = TcpStream::connect(&server).unwrap();
            upstream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
            let (head, body) = message(&mut upstream).unwrap();
            let mut heads = all.lock().unwrap();
            heads.push(head.clone());
            if heads.len() > 1 {
                let _ = client.write_all(&[head.as_bytes(), &body].concat());
            }
        }
    });
    (address, heads)
}

fn post(address: &str, key: &str, path: &str, body: &Value) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    serde_json::from_slice(&message(&mut stream).unwrap().1).unwrap()
}

/// A webhook's message as the service sent it, and its secret.
fn told(server: &Server, admin: &str) -> (String, String, Vec<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let hook = post(server.address(), admin, "/v1/webhooks", &json!({"url": url, "kinds": ["report.report"]}));
    let secret = hook["secret"].as_str().unwrap_or_else(|| panic!("{hook}")).to_owned();
    let report = json!({"category": "other", "description": "x", "lon": 116.9, "lat": 30.8});
    post(server.address(), admin, "/v1/reports", &report);
    let (mut stream, _) = listener.accept().unwrap();
    let (head, body) = message(&mut stream).unwrap();
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    (secret, head, body)
}

struct Receiver(Child);

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn verifies(kitchen: &Kitchen, secret: &str, head: &str, body: &[u8]) {
    const HEADING: &str = "Verify a webhook";
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let [id, timestamp, signature] = names.map(|name| header(head, name).unwrap());
    let forged = [body, b" "].concat();
    if kitchen.language == "sh" {
        for (body, status, said) in [(body, 0, "verified\n"), (&forged, 1, "forged\n")] {
            std::fs::write(kitchen.path("body"), body).unwrap();
            let mut shell = kitchen.command(HEADING, "");
            shell.env("SECRET", secret).env("ID", &id).env("TIMESTAMP", &timestamp).env("SIGNATURE", &signature);
            let output = shell.output().unwrap();
            assert_eq!((output.status.code(), &*output.stdout), (Some(status), said.as_bytes()));
        }
        return;
    }
    let start = || {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = kitchen.command(HEADING, "");
        command.env("SECRET", secret).env("PORT", free.port().to_string()).stdout(Stdio::piped()).stderr(Stdio::null());
        (Receiver(command.spawn().unwrap()), free)
    };
    let (mut receiver, mut free) = start();
    let begun = Instant::now();
    let mut send = |body: &[u8]| loop {
        if let Ok(mut stream) = TcpStream::connect(free) {
            let head = format!(
                "POST / HTTP/1.1\r\nhost: {free}\r\nwebhook-id: {id}\r\nwebhook-timestamp: {timestamp}\r\n\
                 webhook-signature: {signature}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            break answer.split(' ').nth(1).unwrap().to_owned();
        }
        if receiver.0.try_wait().unwrap().is_some() {
            // Somebody else was given the port meanwhile.
            (receiver, free) = start();
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{} does not listen", kitchen.language);
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!((send(&forged), send(body)), ("400".to_owned(), "204".to_owned()), "{}", kitchen.language);
    let mut line = String::new();
    BufReader::new(receiver.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let event: Value = serde_json::from_slice(body).unwrap();
    assert!(line.contains("gridward.report.report") && line.contains(event["subject"].as_str().unwrap()), "{line}");
}

#[test]
fn every_program_does_what_the_page_says() {
    let place = TestStore::any();
    let desk = Desk::on(place.url());
    let server = Server::start(desk.command("serve --demo --listen 127.0.0.1:0 --allow-webhook-host 127.0.0.1"));
    let admin = desk.run("key create --role admin").ended(0).out.trim().to_owned();
    let found = server.get("/v1/locate?lon=116.9&lat=30.8").json();
    let code = found["grids"][2]["code"].as_str().unwrap();
    let party_group = found["responsible"]["party_group"].as_str().unwrap();
    let (secret, head, body) = told(&server, &admin);
    let kitchens = LANGUAGES.map(|language| Kitchen {
        language,
        folder: tempfile::tempdir().unwrap(),
        key: desk.run("key create --role reporter").ended(0).out.trim().to_owned(),
    });
    std::thread::scope(|scope| {
        for kitchen in &kitchens {
            let (address, secret, head, body) = (server.address(), &secret, &head, &body);
            scope.spawn(move || {
                verifies(kitchen, secret, head, body);
                let out = kitchen.run("Look up a place", address);
                assert!(out.contains(code) && out.contains(party_group), "{}: {out}", kitchen.language);
                let out = kitchen.run("See where a report would go", address);
                assert!(out.contains("contained") && out.contains("tier3") && out.contains(code), "{out}");

                let (network, heads) = lossy(address.to_owned());
                let out = kitchen.run("Report, and be sure", &network);
                let replayed: Vec<bool> =
                    heads.lock().unwrap().iter().map(|head| header(head, "idempotency-replayed").is_some()).collect();
                assert_eq!(replayed, [false, true], "kept, and answered again: {}", kitchen.language);
                let mine = format!("authorization: Bearer {}\r\n", kitchen.key);
                let listed = || crate::server::ask(address, "GET", "/v1/reports", &mine).json()["reports"].clone();
                let kept = listed();
                let (kept, id) = (kept.as_array().unwrap(), kept[0]["id"].as_str().unwrap().to_owned());
                assert_eq!((kept.len(), &kept[0]["external_id"]), (1, &json!(format!("12345-{}", kitchen.language))));
                assert!(out.contains(&id) && out.contains(code), "{}: {out}", kitchen.language);

                let out = kitchen.run("Send many reports", address);
                let ids: Vec<String> = listed()
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|report| report["id"].as_str().unwrap().to_owned())
                    .collect();
                assert_eq!((ids.len(), out.lines().count()), (3, 3), "{}: {out}", kitchen.language);
                assert!(ids.iter().all(|kept| out.contains(kept) || *kept == id), "{out}");
                assert!(out.lines().nth(1).unwrap().contains("latitude 93"), "{out}");

                let out = kitchen.run("Follow what happens", address);
                assert!(ids.iter().all(|id| out.contains(id)) && out.contains("report.report"), "{out}");
            });
        }
    });
}
