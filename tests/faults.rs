//! Killed and out of room: whatever happens while something is written, the store opens and serves what was in force.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gridward::domain::edition::{EditionState, in_force};
use gridward::live::Live;
use gridward::store::{Store, open};
use rand::{RngExt, SeedableRng};
use time::OffsetDateTime;

use crate::cli::{Desk, lines, town};
use crate::contract::suite;
use crate::server::Server;
use crate::stores::TestStore;

/// Grids of every edition that [`write_without_end`] makes.
const GRIDS: usize = 1_500;
/// Tells the test binary that it is the process to be killed, and on which store.
const VICTIM: &str = "GRIDWARD_TEST_VICTIM";

/// Not a test of its own: the process that the next one kills. It drafts, publishes and replaces the roster.
#[tokio::test]
async fn write_without_end() {
    let Ok(url) = std::env::var(VICTIM) else { return };
    let store = open(&url).await.unwrap();
    for number in 0.. {
        suite::publish_all(&*store, &format!("{}-{number}", std::process::id()), GRIDS).await;
        suite::replace_roster(&*store).await;
    }
}

#[tokio::test]
async fn a_writer_killed_at_any_moment_leaves_all_or_nothing_of_each_write() {
    let place = TestStore::embedded();
    kill_writers(&place).await;
    assert_eq!(place.sql("PRAGMA integrity_check; PRAGMA foreign_key_check").as_deref(), Ok("ok"));
}

#[tokio::test]
async fn a_writer_to_postgis_killed_at_any_moment_leaves_all_or_nothing_of_each_write() {
    kill_writers(&TestStore::postgis()).await;
}

async fn kill_writers(place: &TestStore) {
    let mut random = rand_pcg::Pcg64::seed_from_u64(20_261_123);
    let (mut published, mut longest_ms) = (0, 700);
    for round in 0.. {
        if round >= 25 && published > 0 {
            break;
        }
        assert!(round < 50, "nothing was published before a kill: the kills come too early to prove anything");
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "faults::write_without_end"])
            .env(VICTIM, place.url())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The first kills come while the store itself is made.
        let delay_ms = if round < 8 { 4 * round } else { random.random_range(30..longest_ms) };
        std::thread::sleep(Duration::from_millis(delay_ms));
        victim.kill().unwrap();
        victim.wait().unwrap();
        let store = open(place.url()).await.unwrap_or_else(|error| panic!("round {round}: {error}"));
        let before = published;
        published = check_whole(&*store).await;
        assert!(published >= before, "round {round}: what was published is gone");
        store.close().await;
        // A slow machine needs longer for one publication.
        if round >= 8 && published == 0 {
            longest_ms = (longest_ms * 5 / 4).min(30_000);
        }
    }
}

/// Every edition has all its features or grids, and what is in force can be served. Answers how many are published.
async fn check_whole(store: &dyn Store) -> usize {
    let mut published = 0;
    for info in store.editions().await.unwrap() {
        match info.state {
            EditionState::Draft => assert_eq!(store.draft_features(info.id).await.unwrap().len(), GRIDS),
            EditionState::Published => {
                assert_eq!(store.grids(info.id).await.unwrap().len(), GRIDS);
                assert!(store.draft_features(info.id).await.unwrap().is_empty());
                published += 1;
            }
        }
    }
    let publications = store.publications().await.unwrap();
    assert_eq!(publications.len(), published, "an edition is published and put in force in one");
    let now = OffsetDateTime::now_utc();
    assert_eq!(in_force(&publications, now), publications.last().map(|publication| publication.edition));
    let roster = store.roster(now).await.unwrap();
    assert!(roster.is_empty() || (roster.len() == 2 && roster[0].people.len() == 3), "{roster:?}");
    published
}

#[test]
fn a_killed_server_serves_the_same_when_it_starts_again() {
    const PLACE: &str = "/v1/locate?lon=116.91&lat=30.81";
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition one --publish").ended(0);
    for round in 2..5 {
        let mut server = Server::start(desk.command("serve --listen 127.0.0.1:0"));
        let name = format!("edition{round}");
        // It follows while another process publishes, and dies without a word at some moment of that.
        let mut import = desk
            .command(&format!("import town.geojsonl --edition {name} --publish"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(120 * (round - 2)));
        assert!(server.get(PLACE).text().contains("\"111\""));
        server.kill();
        assert!(import.wait().unwrap().success(), "a server that dies takes no writer with it");
        let server = Server::start(desk.command("serve --listen 127.0.0.1:0"));
        let answer = server.get(PLACE).text();
        assert!(answer.contains(&format!("\"{name}\"")) && answer.contains("\"111\""), "{answer}");
        assert_eq!(server.get("/readyz").status, 200, "ready");
    }
}

#[test]
fn a_killed_publish_leaves_the_edition_in_force() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition spring --publish").ended(0);
    desk.run("generate --grids 1000 -o large.geojsonl").ended(0);
    desk.run("import large.geojsonl --edition large").ended(0);
    let in_force = || {
        let editions = desk.run("editions --json").ended(0).json();
        let held = editions.as_array().unwrap().iter().find(|edition| edition["in_force"] == true).unwrap();
        held["name"].as_str().unwrap().to_string()
    };
    let start = Instant::now();
    // From before the process has opened the store.
    let mut delay = Duration::from_millis(1);
    let mut killed = 0;
    loop {
        let mut publish = desk.command("publish large").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(delay);
        publish.kill().unwrap();
        let (succeeded, found) = (publish.wait().unwrap().success(), in_force());
        if succeeded || found == "large" {
            break;
        }
        assert_eq!(found, "spring");
        killed += 1;
        delay *= 2;
        assert!(start.elapsed() < Duration::from_secs(600), "it never ends");
    }
    assert!(killed > 3, "only {killed} were killed");
    assert_eq!(in_force(), "large");
    desk.run("rollback").ended(0);
    assert_eq!(in_force(), "spring");
}

/// A file that may not grow stands for a disk that is full; the store's own tests have SQLite's "full".
#[tokio::test]
async fn a_write_that_finds_no_room_says_so_and_keeps_nothing() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition spring --publish").ended(0);
    desk.run("generate --grids 4000 -o large.geojsonl").ended(0);
    let blocks = std::fs::metadata(desk.path("gridward.gpkg")).unwrap().len() / 1024 + 200;
    let limited = Command::new("bash")
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" import large.geojsonl --edition large"))
        .arg(env!("CARGO_BIN_EXE_gridward"))
        .current_dir(desk.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&limited.stderr);
    assert_eq!(limited.status.code(), Some(1), "{said}");
    assert!(said.contains("disk") && said.lines().count() < 5, "{said}");
    let store = open(&format!("sqlite:{}", Path::new(&desk.path("gridward.gpkg")).display())).await.unwrap();
    assert_eq!(store.editions().await.unwrap().len(), 1);
    let live = Live::open(store).await.unwrap();
    assert_eq!(live.snapshot().unwrap().edition.info.name, "spring");
    desk.run("import large.geojsonl --edition large --publish").ended(0);
}
