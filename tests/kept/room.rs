//! The disk runs full under reports: what is refused is not kept, what was acknowledged is, lookups go on, and the rest goes on
//! by itself when there is room again.

use std::sync::{Arc, Mutex};

use super::{Clients, prepared, send, serve};
use crate::stores::{Cluster, SmallDisk};

const PLACE: &str = "/v1/locate?lon=116.91&lat=30.81";
/// What is left when the reports begin to come in.
const LEFT_KIB: u64 = 1_200;

fn the_disk_runs_full(url: &str, disk: &SmallDisk) {
    let (desk, key) = prepared(url);
    let server = serve(&desk);
    let address = server.address().to_owned();
    // What the first report of a month needs is there.
    let first =
        "{\"category\":\"sanitation\",\"description\":\"x\",\"lon\":116.91,\"lat\":30.81,\"external_id\":\"first\"}";
    let first = send(&address, "/v1/reports", &key, first).unwrap();
    assert_eq!(first.0, 201, "{}", first.1);
    disk.fill_up(LEFT_KIB);
    let clients = Clients::start(&Arc::new(Mutex::new(address.clone())), &key);
    clients.acknowledged.lock().unwrap().insert("first".into(), {
        let json: serde_json::Value = serde_json::from_str(&first.1).unwrap();
        json["id"].as_str().unwrap().to_owned()
    });
    let start = std::time::Instant::now();
    while clients.refused_with(507) < 30 {
        let waited = start.elapsed();
        assert!(waited.as_secs() < 60, "{} kept, {:?}", clients.acknowledged(), clients.refused.lock().unwrap());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let full =
        "{\"category\":\"sanitation\",\"description\":\"y\",\"lon\":116.91,\"lat\":30.81,\"external_id\":\"full\"}";
    let (status, text) = send(&address, "/v1/reports", &key, full).unwrap();
    // A page that was left may take one more, which then has to be there.
    match status {
        507 => {
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(json["type"].as_str().unwrap().ends_with("disk-full"), "{text}");
        }
        _ => assert_eq!(status, 201, "{text}"),
    }
    for _ in 0..20 {
        assert_eq!(server.get(PLACE).status, 200, "lookups go on");
    }
    assert_eq!(server.get("/healthz").status, 200);
    let known = clients.acknowledged.lock().unwrap().values().next_back().cloned().unwrap();
    let read = crate::server::ask(&address, "GET", &format!("/v1/reports/{known}"), &key);
    assert_eq!(read.status, 200, "{}", read.text());
    disk.make_room();
    clients.go_on(30);
    // Where the one above was refused, it is sent again; then all of it is of the same kind.
    let (status, text) = send(&address, "/v1/reports", &key, full).unwrap();
    assert_eq!(status, 201, "{text}");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    clients.acknowledged.lock().unwrap().insert("full".into(), json["id"].as_str().unwrap().to_owned());
    clients.end(url);
}

#[test]
fn on_a_file() {
    let disk = SmallDisk::new(24);
    the_disk_runs_full(&format!("sqlite:{}", disk.folder().join("town.gpkg").display()), &disk);
}

#[test]
fn on_postgis() {
    let cluster = Cluster::start();
    let disk = cluster.small_disk(96);
    let database = cluster.database_on(&disk);
    the_disk_runs_full(database.url(), &disk);
    // The cluster ends before its disk goes.
    drop(database);
    drop(cluster);
}
