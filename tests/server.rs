//! A real `gridward serve` on a free port, asked over its socket, and questions without end to put it under load.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Killed when it is dropped.
pub struct Server {
    process: Child,
    address: String,
    _printed: BufReader<ChildStdout>,
}

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    pub took: Duration,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

impl Server {
    /// Of a command such as `gridward serve --listen 127.0.0.1:0`.
    pub fn start(mut command: Command) -> Server {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut printed = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        printed.read_line(&mut line).unwrap();
        let (_, address) = line.trim().rsplit_once("http://").unwrap_or_else(|| panic!("no address in `{line}`"));
        let address = address.trim_end_matches('/').split(['/', ' ', ';']).next().unwrap().to_string();
        Server { process, address, _printed: printed }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn get(&self, path: &str) -> Answer {
        ask(&self.address, "GET", path, "")
    }

    /// Asks again and again until the answer is as it should be.
    #[track_caller]
    pub fn until(&self, path: &str, within: Duration, is_so: impl Fn(&Answer) -> bool) -> Answer {
        let start = Instant::now();
        loop {
            let answer = self.get(path);
            if is_so(&answer) {
                return answer;
            }
            assert!(start.elapsed() < within, "{path} after {:?}: {} {}", start.elapsed(), answer.head, answer.text());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// SIGKILL: no handler runs.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One request on a connection of its own; `headers` are whole lines, each with its line end.
pub fn ask(address: &str, method: &str, path: &str, headers: &str) -> Answer {
    let start = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 0\r\n{headers}\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("an answer has a status");
    let body = answer.split_off(end + 4);
    let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    Answer { status, head, body: if is_chunked { joined(&body) } else { body }, took: start.elapsed() }
}

/// The chunks of a body without their sizes.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line) = chunks.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..line]).unwrap(), 16).unwrap();
        body.extend(&chunks[line + 2..][..size]);
        chunks = &chunks[line + 2 + size + 2..];
    }
    body
}

/// Somebody who asks the same questions one after the other until told to stop, and looks at every answer.
pub struct Load {
    stop: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    asking: Vec<JoinHandle<Duration>>,
}

impl Load {
    /// On each address, each of the paths; `look` fails on an answer that is wrong.
    pub fn start(addresses: &[String], paths: &[String], look: fn(&str, &Answer)) -> Load {
        let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let asking = addresses
            .iter()
            .map(|address| {
                let (address, paths, stop, asked) = (address.clone(), paths.to_vec(), stop.clone(), asked.clone());
                std::thread::spawn(move || {
                    let mut slowest = Duration::ZERO;
                    while !stop.load(Ordering::Relaxed) {
                        for path in &paths {
                            let answer = ask(&address, "GET", path, "");
                            look(path, &answer);
                            asked.fetch_add(1, Ordering::Relaxed);
                            slowest = slowest.max(answer.took);
                        }
                    }
                    slowest
                })
            })
            .collect();
        Load { stop, asked, asking }
    }

    /// Waits until so many more were answered, and rightly.
    #[track_caller]
    pub fn go_on(&self, more: usize) {
        let (before, start) = (self.asked.load(Ordering::Relaxed), Instant::now());
        while self.asked.load(Ordering::Relaxed) < before + more {
            assert!(!self.asking.iter().any(JoinHandle::is_finished), "an answer was wrong");
            assert!(start.elapsed() < Duration::from_secs(120), "it does not go on");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How many were asked, and how long the slowest took.
    pub fn end(self) -> (usize, Duration) {
        self.stop.store(true, Ordering::Relaxed);
        let ends = self.asking.into_iter().map(|asking| asking.join().expect("every answer was right"));
        let slowest = ends.max().unwrap_or_default();
        (self.asked.load(Ordering::Relaxed), slowest)
    }
}
