//! The database goes away and comes back: what is answered meanwhile, how soon the rest is refused, and that servers recover.

use std::time::{Duration, Instant};

use time::macros::datetime;

use crate::cli::{Desk, lines, town};
use crate::contract::suite;
use crate::server::{Answer, Load, Server, ask};
use crate::stores::Cluster;

const PLACE: &str = "/v1/locate?lon=116.91&lat=30.81";
const TILE: &str = "/tiles/grids/14/13512/6717.mvt";
/// What was asked before goes on being answered: another edition, another time.
const OLD_TILE: &str = "/tiles/spring/grids/14/13512/6717.mvt";
const THEN: &str = "/v1/locate?lon=116.91&lat=30.81&at=2025-03-05T00:00:00Z";
/// Nobody asked for these times before, and other rosters held then; one for each way to be away.
const EARLIER: [&str; 2] = [
    "/v1/locate?lon=116.91&lat=30.81&at=2025-01-05T00:00:00Z",
    "/v1/locate?lon=116.91&lat=30.81&at=2025-01-20T00:00:00Z",
];

/// A server waits for its database for a few seconds; on a machine that is busy with other things that is more, and still far
/// from waiting for ever.
const IN_TIME: Duration = Duration::from_secs(20);

fn well(path: &str, answer: &Answer) {
    assert_eq!(answer.status, 200, "{path}: {} {}", answer.head, answer.text());
}

#[test]
fn answers_go_on_while_the_database_is_away_and_servers_recover() {
    let cluster = Cluster::start();
    let database = cluster.database();
    let desk = Desk::on(database.url());
    desk.write("town.geojsonl", &lines(&town()));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = database.open().await;
        for from in [datetime!(2025-01-01 0:00 UTC), datetime!(2025-01-15 0:00 UTC), datetime!(2025-02-01 0:00 UTC)] {
            suite::replace_roster_from(&*store, from).await;
        }
        store.close().await;
    });
    desk.run("import town.geojsonl --edition spring").ended(0);
    desk.run("publish spring --from 2025-01-01T00:00:00Z").ended(0);
    desk.run("import town.geojsonl --edition autumn").ended(0);
    desk.run("publish autumn --from 2025-08-01T00:00:00Z").ended(0);
    let key = desk.run("key create --role admin --json").ended(0).json();
    let key = format!("Authorization: Bearer {}\r\n", key["key"].as_str().expect("the key is printed once"));
    let server = Server::start(desk.command("serve --listen 127.0.0.1:0"));
    let address = server.address().to_owned();
    for path in [PLACE, TILE, OLD_TILE, THEN] {
        well(path, &server.get(path));
    }
    assert_eq!(server.get("/readyz").json()["status"], "ready");

    type Act = fn(&Cluster);
    let ways: [(&str, Act, Act); 2] =
        [("crashed", Cluster::crash, Cluster::start_again), ("frozen", Cluster::freeze, Cluster::thaw)];
    for (number, (how, away, back)) in ways.into_iter().enumerate() {
        let earlier = EARLIER[number];
        let load =
            Load::start(&[address.clone(), address.clone()], &[PLACE, TILE, OLD_TILE, THEN].map(String::from), well);
        load.go_on(8);
        away(&cluster);
        let degraded = server.until("/readyz", Duration::from_secs(60), |answer| answer.json()["status"] == "degraded");
        assert_eq!((degraded.status, degraded.json()["store"].as_str()), (200, Some("unreachable")), "{how}");
        well("/healthz", &server.get("/healthz"));
        // What needs the store says so, in time and with a word on when to come again.
        let writes = |path: &str| ask(&address, "POST", path, &key);
        let refused = [
            (earlier, server.get(earlier)),
            ("/tiles/winter/", server.get("/tiles/winter/grids/14/13512/6717.mvt")),
            ("rollback", writes("/v1/rollback")),
        ];
        for (what, answer) in refused {
            assert_eq!(answer.status, 503, "{how}: {what}: {}", answer.text());
            assert!(answer.head.to_lowercase().contains("retry-after:"), "{}", answer.head);
            assert!(answer.took < IN_TIME, "{how}: {what} took {:?}", answer.took);
            assert!(!answer.text().contains("postgres"), "{}", answer.text());
        }
        let start = Instant::now();
        let run = desk.run("editions").ended(1);
        assert!(start.elapsed() < IN_TIME && run.says("cannot be reached"), "{how}: {run:?}");
        assert!(!run.says("not-to-be-seen"), "{run:?}");
        load.go_on(50);

        back(&cluster);
        server.until("/readyz", Duration::from_secs(60), |answer| answer.json()["status"] == "ready");
        let (asked, slowest) = load.end();
        println!("{how}: {asked} answers meanwhile, the slowest in {slowest:?}");
        assert!(slowest < IN_TIME, "{how}: {slowest:?}");
        // And it follows again.
        let name = format!("after{number}");
        desk.run(&format!("import town.geojsonl --edition {name} --publish")).ended(0);
        server.until(PLACE, Duration::from_secs(60), |answer| answer.json()["edition"] == name.as_str());
        well(earlier, &server.get(earlier));
        assert_eq!(writes_back(&address, &key), 200, "{how}");
        server.until(PLACE, Duration::from_secs(60), |answer| answer.json()["edition"] != name.as_str());
    }
}

fn writes_back(address: &str, key: &str) -> u16 {
    ask(address, "POST", "/v1/rollback", key).status
}

#[test]
fn a_server_that_starts_without_its_database_waits_for_it() {
    let cluster = Cluster::start();
    let database = cluster.database();
    let desk = Desk::on(database.url());
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition spring --publish").ended(0);
    cluster.crash();
    assert!(desk.run("serve --demo --listen 127.0.0.1:0").ended(1).says("cannot be reached"));
    let server = Server::start(desk.command("serve --listen 127.0.0.1:0"));
    let ready = server.get("/readyz");
    assert_eq!((ready.status, ready.json()["status"].as_str()), (503, Some("not_ready")));
    assert_eq!(server.get("/healthz").status, 200);
    for path in [PLACE, THEN, TILE] {
        let answer = server.get(path);
        assert_eq!(answer.status, 503, "{path}: {}", answer.text());
        assert!(answer.json()["type"].as_str().unwrap().ends_with("store-unavailable"), "{}", answer.text());
    }
    cluster.start_again();
    server.until("/readyz", Duration::from_secs(60), |answer| answer.status == 200);
    well(PLACE, &server.get(PLACE));
}
