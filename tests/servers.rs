//! Several servers on one PostGIS while editions are published one after the other: no answer and no map view mixes editions,
//! and tiles of an old edition go on answering, the same from every server.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fast_mvt::MvtReaderRef;
use serde_json::Value;

use crate::cli::{Desk, town};
use crate::server::{Answer, Load, Server, ask};
use crate::stores::TestStore;

const SERVERS: usize = 3;
const EDITIONS: usize = 8;

/// The town in which every name says which edition it is of.
fn edition(number: usize) -> String {
    let named = |mut feature: Value| {
        feature["properties"]["name"] = Value::from(format!("网格 of e{number}"));
        format!("{feature}\n")
    };
    town().into_iter().map(named).collect()
}

/// The editions that the names in an answer are of.
fn editions_in(text: &str) -> BTreeSet<String> {
    let names = text.split("网格 of ").skip(1);
    names.map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
}

/// Editions that were answered from, by all servers together.
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn is_of_one_edition(path: &str, answer: &Answer) {
    assert!(answer.status == 200, "{path}: {} {}", answer.head, answer.text());
    let mut editions = editions_in(&answer.text());
    if path.starts_with("/v1/locate") {
        editions.insert(answer.json()["edition"].as_str().unwrap().to_owned());
    }
    if path == "/tiles/grids.json" {
        map_view(answer);
        return;
    }
    if path.starts_with("/tiles/") {
        // Names of grids stand in a tile as they are.
        assert!(MvtReaderRef::new(&answer.body).is_ok(), "{path}");
    }
    assert_eq!(editions.len(), 1, "{path}: {editions:?}: {}", answer.text());
    if path.starts_with("/tiles/e0/") {
        assert!(editions.contains("e0"), "{path}: {editions:?}");
    }
    SEEN.lock().unwrap().extend(editions);
}

/// What a map does: it reads the TileJSON of one server and then takes tiles by its URLs, here from the same server later on.
fn map_view(tile_json: &Answer) {
    let url = tile_json.json()["tiles"][0].as_str().unwrap().to_owned();
    let (_, rest) = url.split_once("://").expect("the URL has a host");
    let (address, path) = rest.split_once('/').expect("the URL has a path");
    let mut editions = BTreeSet::new();
    for [x, y] in [[13512, 6717], [13513, 6717], [13512, 6716], [13513, 6716]] {
        let tile = path.replace("{z}", "14").replace("{x}", &x.to_string()).replace("{y}", &y.to_string());
        let answer = ask(address, "GET", &format!("/{tile}"), "");
        assert!(answer.status == 200 || answer.status == 204, "{}", answer.head);
        editions.extend(editions_in(&answer.text()));
    }
    assert_eq!(editions.len(), 1, "one map view: {editions:?}");
}

#[test]
fn no_answer_and_no_map_view_mixes_editions() {
    let database = TestStore::postgis();
    let desk = Desk::on(database.url());
    for number in 0..EDITIONS {
        desk.write(&format!("{number}.geojsonl"), &edition(number));
    }
    desk.run("import 0.geojsonl --edition e0 --publish").ended(0);
    let servers: Vec<Server> =
        (0..SERVERS).map(|_| Server::start(desk.command("serve --listen 127.0.0.1:0"))).collect();
    let addresses: Vec<String> = servers.iter().map(|server| server.address().to_owned()).collect();
    let old_tile = "/tiles/e0/grids/14/13512/6717.mvt";
    let before: Vec<Answer> = servers.iter().map(|server| server.get(old_tile)).collect();
    assert!(before.iter().all(|answer| answer.status == 200 && answer.body == before[0].body));

    let paths = [
        "/v1/locate?lon=116.91&lat=30.81",
        "/v1/locate?lon=116.93&lat=30.83",
        "/v1/grids?tier=3",
        "/v1/grids/111",
        "/tiles/grids/14/13512/6717.mvt",
        "/tiles/grids/13/6756/3358.mvt",
        old_tile,
        "/tiles/grids.json",
    ];
    let load = Load::start(&addresses, &paths.map(String::from), is_of_one_edition);
    for number in 1..EDITIONS {
        desk.run(&format!("import {number}.geojsonl --edition e{number} --publish")).ended(0);
        for server in &servers {
            server.until(paths[0], Duration::from_secs(60), |answer| answer.json()["edition"] == format!("e{number}"));
        }
        // Whoever asks gets round to each edition, however slow the machine is.
        let start = Instant::now();
        while !SEEN.lock().unwrap().contains(&format!("e{number}")) {
            assert!(start.elapsed() < Duration::from_secs(60), "nobody was answered from e{number}");
            std::thread::sleep(Duration::from_millis(10));
        }
        if number == 3 {
            desk.run("rollback").ended(0);
        }
    }
    load.go_on(100 * SERVERS);
    let (asked, slowest) = load.end();
    println!("{asked} answers of {SERVERS} servers during {} publications, the slowest in {slowest:?}", EDITIONS - 1);
    let seen = SEEN.lock().unwrap().clone();
    assert!((0..EDITIONS).all(|number| seen.contains(&format!("e{number}"))), "{seen:?}");
    for server in &servers {
        let after = server.get(old_tile);
        assert_eq!(
            (after.status, &after.body),
            (200, &before[0].body),
            "tiles of the old edition still answer, the same"
        );
    }
}
