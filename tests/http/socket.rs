//! Over a real socket: streaming both ways, time-outs, and stopping without dropping what runs.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gridward::http::{AppState, Settings, serve};
use gridward::live::Live;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::town::{empty_store, run};

/// A service on a port of its own, and the end of a line to stop it by.
struct Served {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

async fn served(settings: Settings) -> Served {
    let store = empty_store().await;
    crate::contract::suite::publish(&*store, "a", 2).await;
    let live = Live::open(store).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let told = async move { drop(stopped.await) };
    let serving = tokio::spawn(serve(listener, AppState::new(live, settings), told));
    Served { address, stop, serving }
}

/// A batch whose points are sent one by one.
struct SlowBatch(TcpStream);

impl SlowBatch {
    async fn open(address: std::net::SocketAddr, media: &str) -> SlowBatch {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /v1/locate HTTP/1.1\r\nhost: here\r\ncontent-type: {media}\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        SlowBatch(stream)
    }

    /// With its first points in the same piece as the head: however slow the machine is, they do not come too late.
    async fn with(address: std::net::SocketAddr, media: &str, points: &str) -> SlowBatch {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /v1/locate HTTP/1.1\r\nhost: here\r\ncontent-type: {media}\r\ntransfer-encoding: chunked\r\n\r\n\
             {:x}\r\n{points}\r\n",
            points.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        SlowBatch(stream)
    }

    async fn send(&mut self, points: &str) {
        let chunk = format!("{:x}\r\n{points}\r\n", points.len());
        self.0.write_all(chunk.as_bytes()).await.unwrap();
    }

    async fn end(&mut self) {
        self.0.write_all(b"0\r\n\r\n").await.unwrap();
    }

    /// Reads until `text` has come; answers everything that came.
    async fn until(&mut self, text: &str) -> String {
        let mut all = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let wait = Duration::from_secs(20);
            let got = tokio::time::timeout(wait, self.0.read(&mut piece)).await.expect("an answer in time").unwrap();
            all.extend_from_slice(&piece[..got]);
            let so_far = String::from_utf8_lossy(&all).into_owned();
            if so_far.contains(text) {
                return so_far;
            }
            assert!(got > 0, "the answer ended without `{text}`: {so_far}");
        }
    }

    /// Everything up to the end of the connection.
    async fn rest(&mut self) -> String {
        let mut all = Vec::new();
        // A connection that breaks off is an end too.
        let _ =
            tokio::time::timeout(Duration::from_secs(20), self.0.read_to_end(&mut all)).await.expect("an end in time");
        String::from_utf8_lossy(&all).into_owned()
    }
}

#[test]
fn points_are_answered_while_others_are_still_to_come() {
    run(async {
        let served = served(Settings::default()).await;
        let mut batch = SlowBatch::open(served.address, "application/x-ndjson").await;
        for n in 0..3 {
            batch.send(&format!("{{\"n\":{n},\"lon\":1,\"lat\":1}}\n")).await;
            batch.until(&format!("\"n\":{n},")).await;
        }
        batch.end().await;
        batch.until("0\r\n\r\n").await;
        served.stop.send(()).unwrap();
        served.serving.await.unwrap().unwrap();
    });
}

#[test]
fn a_running_batch_is_finished_after_the_service_was_told_to_stop() {
    run(async {
        let served = served(Settings::default()).await;
        let mut batch = SlowBatch::open(served.address, "text/csv").await;
        batch.send("n,lon,lat\nfirst,1,1\n").await;
        batch.until("first,").await;
        served.stop.send(()).unwrap();
        let told = Instant::now();
        while TcpStream::connect(served.address).await.is_ok() {
            assert!(told.elapsed() < Duration::from_secs(20), "new connections are taken");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!served.serving.is_finished());
        batch.send("last,1,1\n").await;
        batch.end().await;
        let rest = batch.rest().await;
        assert!(rest.contains("last,1,1,") && rest.ends_with("0\r\n\r\n"), "{rest}");
        served.serving.await.unwrap().unwrap();
    });
}

#[test]
fn stopping_takes_no_longer_than_the_grace() {
    run(async {
        let grace = Duration::from_millis(400);
        let served = served(Settings { shutdown_grace: grace, ..Settings::default() }).await;
        let mut batch = SlowBatch::open(served.address, "text/csv").await;
        batch.send("n,lon,lat\nfirst,1,1\n").await;
        batch.until("first,").await;
        let told = Instant::now();
        served.stop.send(()).unwrap();
        served.serving.await.unwrap().unwrap();
        // Less than the batch would be waited for.
        let longest = Settings::default().batch_idle_timeout / 2;
        assert!((grace..longest).contains(&told.elapsed()), "{:?}", told.elapsed());
    });
}

#[test]
fn points_that_stop_coming_end_the_answer() {
    run(async {
        let idle = Duration::from_secs(1);
        let served = served(Settings { batch_idle_timeout: idle, ..Settings::default() }).await;
        let mut silent = SlowBatch::open(served.address, "text/csv").await;
        let said = silent.until("body-timeout").await;
        assert!(said.starts_with("HTTP/1.1 408"), "{said}");
        let mut lines = SlowBatch::with(served.address, "application/x-ndjson", "[1,1]\n").await;
        lines.until("{\"error\":\"no points came").await;
        let mut document = SlowBatch::with(served.address, "application/json", "{\"points\":[[1,1],").await;
        document.until("\"error\":\"the document ends in the middle").await;
        let mut table = SlowBatch::with(served.address, "text/csv", "lon,lat\n1,1\n").await;
        let rest = table.rest().await;
        assert!(rest.contains("1,1,") && !rest.ends_with("0\r\n\r\n"), "a table that breaks off is not a whole one");
    });
}

#[test]
fn a_connection_without_a_whole_request_is_closed_in_time() {
    run(async {
        let limit = Duration::from_secs(2);
        let served = served(Settings { header_timeout: limit, ..Settings::default() }).await;
        let mut silent = TcpStream::connect(served.address).await.unwrap();
        let mut half = TcpStream::connect(served.address).await.unwrap();
        half.write_all(b"GET /healthz HTTP/1.1\r\nhost: he").await.unwrap();
        let mut kept = TcpStream::connect(served.address).await.unwrap();
        kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
        for stream in [&mut silent, &mut half, &mut kept] {
            let mut said = Vec::new();
            // A connection that is reset is closed too.
            let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut said)).await.expect("an end");
        }
        // Nobody else is kept waiting by it.
        let mut batch = SlowBatch::open(served.address, "application/x-ndjson").await;
        tokio::time::sleep(limit + Duration::from_secs(1)).await;
        batch.send("{\"n\":1,\"lon\":1,\"lat\":1}\n").await;
        batch.until("\"n\":1,").await;
    });
}

#[test]
fn an_answer_that_nobody_takes_does_not_end_as_if_it_were_whole() {
    run(async {
        let idle = Duration::from_secs(1);
        let served = served(Settings { batch_idle_timeout: idle, ..Settings::default() }).await;
        let SlowBatch(stream) = SlowBatch::with(served.address, "text/csv", "lon,lat\n1,1\n").await;
        let (mut reader, mut writer) = stream.into_split();
        // More than the buffers between the two ends hold, so that the service has to wait for its reader.
        let written = Arc::new(AtomicUsize::new(0));
        let so_far = written.clone();
        let writing = tokio::spawn(async move {
            let rows = "1,1\n".repeat(5_000);
            let chunk = format!("{:x}\r\n{rows}\r\n", rows.len());
            for _ in 0..2_000 {
                if writer.write_all(chunk.as_bytes()).await.is_err() {
                    return;
                }
                so_far.fetch_add(1, Ordering::Relaxed);
            }
            let _ = writer.write_all(b"0\r\n\r\n").await;
        });
        // Once nothing was taken from the writer for that long, the service has given its reader up.
        let (mut last, mut since) = (0, Instant::now());
        while since.elapsed() < idle * 4 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let now = written.load(Ordering::Relaxed);
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
        let mut answer = Vec::new();
        let _ = reader.read_to_end(&mut answer).await;
        assert!(answer.starts_with(b"HTTP/1.1 200"));
        assert!(!answer.ends_with(b"0\r\n\r\n"), "{} bytes were said to be all", answer.len());
        writing.abort();
    });
}

#[test]
fn the_process_serves_the_demo_town_and_ends_cleanly_when_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("town.gpkg").display());
    let mut server = Command::new(env!("CARGO_BIN_EXE_gridward"))
        .args(["serve", "--demo", "--store", &store, "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(server.stdout.take().unwrap()), &mut line).unwrap();
    assert!(line.starts_with("serving edition demo at http://"), "{line}");
    let address = line.split("http://").nth(1).unwrap().split([';', ' ', '\n']).next().unwrap().to_owned();
    let readiness = run(async {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    assert!(readiness.starts_with("HTTP/1.1 200") && readiness.contains("\"edition\":\"demo\""), "{readiness}");
    let taken = Command::new(env!("CARGO_BIN_EXE_gridward"))
        .args(["serve", "--store", &store, "--listen", &address])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&taken.stderr).into_owned();
    assert_eq!(taken.status.code(), Some(1));
    assert!(said.contains("is in use already") && said.contains("--listen"), "{said}");
    assert!(Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap().success());
    assert_eq!(server.wait().unwrap().code(), Some(0));
}
