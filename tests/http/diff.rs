//! `/v1/editions/{a}/diff/{b}`: the demo town against the square that was in force before it.

use axum::body::{Body, Bytes};
use axum::http::Method;

use gridward::assign::calendar::Calendar;
use gridward::assign::desk::Desk as Counter;
use gridward::domain::key::KeyRole;
use gridward::domain::problem::CheckReport;
use gridward::http::{AppState, Settings, router};
use gridward::import::{Reading, demo};
use gridward::live::Live;
use gridward::store::{NewDraft, Store};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::office::Office;
use super::reports::{Desk, report};
use super::town::{Answer, BEFORE, ask, empty_store, get, publish, run, somewhere, town};

fn post(uri: &str, media: &str, body: impl Into<Body>) -> Answer {
    run(ask(&town(), Method::POST, uri, &[("content-type", media)], body))
}

#[test]
fn says_what_became_of_every_grid() {
    let diff = get(&format!("/v1/editions/{BEFORE}/diff/demo")).json();
    assert_eq!((&diff["old"]["name"], &diff["new"]["state"]), (&BEFORE.into(), &"published".into()));
    assert_eq!(diff["summary"]["removed"], 1);
    assert_eq!(diff["summary"]["added"], 22 + 50 + 165);
    assert_eq!(diff["summary"]["moved"], 0);
    let removed = &diff["removed"][0];
    assert_eq!((&removed["code"], &removed["tier"]), (&"old".into(), &1.into()));
    let into = removed["into"].as_array().unwrap();
    assert!(into.len() > 3, "{removed}");
    let share: f64 = into.iter().map(|part| part["share"].as_f64().unwrap()).sum();
    assert!(share > 0.1 && share <= 1.0, "{share}");
    // Everything of tier 3 is new, and the roster names people for it.
    assert!(diff["hand_overs"].as_array().unwrap().iter().all(|over| over["from"].is_null()));
    assert!(!diff["hand_overs"].as_array().unwrap().is_empty());
    assert!(!get(&format!("/v1/editions/{BEFORE}/diff/demo")).text().contains("phone"));
}

#[test]
fn strips_are_geojson_with_their_owners() {
    let answer = get(&format!("/v1/editions/{BEFORE}/diff/demo?f=geojson"));
    assert_eq!(answer.header("content-type"), "application/geo+json");
    let strips = answer.json();
    let features = strips["features"].as_array().unwrap();
    assert_eq!(strips["left_out"], 0);
    let rows = get(&format!("/v1/editions/{BEFORE}/diff/demo")).json();
    assert_eq!(rows["strips"].as_array().unwrap().len(), features.len());
    for feature in features {
        assert_eq!(feature["geometry"]["type"], "MultiPolygon");
        assert!(feature["properties"]["area_m2"].as_f64().unwrap() > 0.0);
        assert!(feature["properties"]["from"] != feature["properties"]["to"]);
    }
    let same = get("/v1/editions/demo/diff/demo").json();
    assert_eq!((&same["strips"], &same["moved"]), (&serde_json::json!([]), &serde_json::json!([])));
}

#[test]
fn counts_the_places_that_change_hands() {
    let (lon, lat, code) = somewhere();
    let uri = format!("/v1/editions/{BEFORE}/diff/demo");
    let table = format!("\u{feff}id,LON,lat\r\nhall,{lon},{lat}\r\nfar,10,10\r\nbad,x,1\r\n");
    let found = post(&uri, "text/csv; charset=utf-8", table).json();
    assert_eq!((&found["rows"], &found["errors"], &found["outside"]), (&3.into(), &1.into(), &1.into()));
    assert_eq!(found["first_error"], "row 4: lon `x` is not a number");
    assert_eq!((&found["changed"]["any"], &found["changed"]["tier3"]), (&1.into(), &1.into()));
    let place = &found["places"][0];
    assert_eq!((&place["label"], &place["row"], &place["to"]["tier3"]), (&"hall".into(), &2.into(), &code.into()));
    assert!(place["from"]["tier3"].is_null() && !place["to"]["tier1"].is_null());
    assert_eq!(
        post("/v1/editions/demo/diff/demo", "text/csv", format!("lon,lat\n{lon},{lat}\n")).json()["changed"]["any"],
        0
    );
}

#[test]
fn says_what_is_wrong() {
    let uri = format!("/v1/editions/{BEFORE}/diff/demo");
    assert_eq!(get("/v1/editions/nowhere/diff/demo").problem(404), "no-such-edition");
    assert_eq!(get(&format!("{uri}?f=xml")).fields(), ["f"]);
    assert_eq!(post(&uri, "application/json", "{}").problem(415), "unsupported-media-type");
    assert_eq!(post(&uri, "text/csv", "").problem(422), "unreadable-points");
    assert_eq!(post(&uri, "text/csv", "lon;lat\n1;2\n").problem(422), "unreadable-points");
    let endless = format!("lon,lat,name\n1,2,\"{}", "x".repeat(3 << 20));
    assert_eq!(post(&uri, "text/csv", endless).problem(422), "unreadable-points");
    let broken = futures_util::stream::iter([
        Ok::<_, std::io::Error>(Bytes::from_static(b"lon,lat\n1,2\n")),
        Err(std::io::Error::other("gone")),
    ]);
    assert_eq!(post(&uri, "text/csv", Body::from_stream(broken)).problem(400), "bad-request");
}

#[test]
fn names_the_tiles_that_change() {
    let uri = format!("/v1/editions/{BEFORE}/diff/demo/tiles");
    let all = get(&uri).json();
    let zooms = all["zooms"].as_array().unwrap();
    assert_eq!(zooms.len(), 15);
    assert_eq!(zooms[0], serde_json::json!({"zoom": 0, "more": false, "tiles": [[0, 0]]}));
    let one = get(&format!("{uri}?zoom=12")).json();
    assert_eq!(one["zooms"], serde_json::json!([zooms[12]]));
    assert!(zooms[12]["tiles"].as_array().unwrap().len() > 4);
    assert_eq!(get(&format!("{uri}?zoom=30")).fields(), ["zoom"]);
    let same = get("/v1/editions/demo/diff/demo/tiles").json();
    assert!(same["zooms"].as_array().unwrap().iter().all(|zoom| zoom["tiles"] == serde_json::json!([])));
}

/// Drafts are compared and drawn for whoever has a key, as publishing makes them; for others they are not there.
#[test]
fn drafts_are_for_administrators() {
    run(async {
        let office = Office::on(empty_store().await, Settings::default()).await;
        let square = |east: f64| {
            format!(
                r#"{{"type":"Feature","properties":{{"code":"v","name":"村","tier":1}},"geometry":{{"type":"Polygon","coordinates":[[[116.8,30.7],[{east},30.7],[{east},30.9],[116.8,30.9],[116.8,30.7]]]}}}}"#
            )
        };
        for (name, east) in [("old", 117.0), ("new", 117.1)] {
            draft(&*office.store, name, &square(east)).await;
        }
        let get = async |uri: &str, key: bool| {
            if key { office.get(uri).await } else { ask(&office.service, Method::GET, uri, &[], Body::empty()).await }
        };
        for uri in [
            "/v1/editions/old/diff/new",
            "/v1/editions/old/diff/new/tiles",
            "/tiles/new/grids.json",
            "/tiles/new/grids/0/0/0.mvt",
        ] {
            assert_eq!(get(uri, false).await.problem(404), "no-such-edition");
            let answer = get(uri, true).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("cache-control")),
                (200, "no-store"),
                "{uri}: {}",
                answer.text()
            );
        }
        let diff = get("/v1/editions/old/diff/new", true).await.json();
        assert_eq!((&diff["new"]["state"], &diff["summary"]["moved"]), (&"draft".into(), &1.into()));
        let tile = get("/tiles/new/grids/3/6/3.mvt", true).await.body;
        gridward::import::edition::publish(&*office.store, "new", None, &[]).await.unwrap();
        let published = get("/tiles/new/grids/3/6/3.mvt", false).await;
        assert_eq!(published.body, tile, "the draft's tiles are those of the published edition");
        assert!(published.header("cache-control").contains("immutable"));
    });
}

/// Cells beside one another from 116.9° E on: code and eastern end.
fn cells(cells: &[(&str, f64)]) -> String {
    let mut west = 116.9;
    let feature = |&(code, east): &(&str, f64)| {
        let ring = json!([[west, 30.0], [east, 30.0], [east, 30.1], [west, 30.1], [west, 30.0]]);
        west = east;
        let properties = json!({"code": code, "name": format!("{code} 网格"), "tier": 3});
        json!({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    cells.iter().map(feature).map(|feature: Value| feature.to_string() + "\n").collect()
}

async fn draft(store: &dyn Store, name: &str, features: &str) {
    let mut reading = Reading::default();
    reading.read_geojson(name, features.as_bytes());
    let (report, source) = (CheckReport::default(), name.to_owned());
    store.save_draft(&NewDraft { name: name.into(), source, features: reading.features, report }).await.unwrap();
}

/// The border between a and b moves east, c gets another code: reports there would lie in another grid, and no others.
#[test]
fn counts_the_reports_that_would_lie_in_another_grid() {
    run(async {
        let desk = Desk { office: Office::on(empty_store().await, Settings::default()).await };
        let (store, admin) = (desk.office.store.clone(), desk.office.key.clone());
        publish(&*store, "one", cells(&[("a", 117.0), ("b", 117.1), ("c", 117.2)]).as_bytes(), Duration::days(9)).await;
        let roster = b"grid,party_group,role,name,phone\na,A,leader,\xe7\x8e\x8b,\nb,B,leader,\xe6\x9d\x8e,\n";
        let roster = gridward::import::roster::read(roster).unwrap();
        store.replace_roster(&roster.entries, Some(OffsetDateTime::now_utc() - Duration::days(9))).await.unwrap();
        draft(&*store, "two", &cells(&[("a", 117.025), ("b", 117.1), ("e", 117.2)])).await;
        let live = Live::open(store.clone()).await.unwrap();
        let desk = Desk { office: Office { service: router(AppState::new(live, Settings::default())), ..desk.office } };
        let mut ids = Vec::new();
        for (lon, source) in [
            (116.95, "device"),
            (117.01, "map"),
            (117.02, "map"),
            (117.05, "map"),
            (117.15, "map"),
            (118.0, "map"),
            (117.01, "fuzzy"),
        ] {
            let mut body = report(lon, 30.05);
            body["source"] = source.into();
            let sent = desk.post("/v1/reports", "", &[], &body).await;
            assert_eq!(sent.status, 201, "{}", sent.text());
            ids.push(sent.json()["id"].as_str().unwrap().to_owned());
        }
        assert_eq!(desk.post("/v1/reports", "", &[], &report(0.0, 0.0)).await.status, 201);
        for action in ["accept", "resolve"] {
            let done = desk.post(&format!("/v1/reports/{}/{action}", ids[2]), &admin, &[], &json!({})).await;
            assert_eq!(done.status, 200, "{}", done.text());
        }
        let uri = "/v1/editions/one/diff/two/reports";
        let answer = desk.get(uri, &admin).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{}", answer.text());
        let found = answer.json();
        let count = |all: u64, open: u64| json!({"all": all, "open": open});
        for (field, expected) in [
            ("looked_at", count(8, 7)),
            ("without_position", count(2, 2)),
            ("outside", count(1, 1)),
            ("changed", json!({"tier1": count(0, 0), "tier2": count(0, 0), "tier3": count(3, 2)})),
            ("another_grid", count(3, 2)),
            ("recoded", count(1, 1)),
            ("handed_over", count(2, 1)),
            ("back_to", Value::Null),
            ("left_out", json!(0)),
        ] {
            assert_eq!(found[field], expected, "{field}: {found}");
        }
        let grid = |code: &str| json!({"tier": 3, "code": code, "name": format!("{code} 网格")});
        let pair = |from: &str, to: &str, reports: Value, recoded: bool, bbox: [f64; 4]| json!({"from": grid(from), "to": grid(to), "reports": reports, "recoded": recoded, "bbox": bbox});
        let pairs = [
            pair("b", "a", count(2, 1), false, [116.9, 30.0, 117.025, 30.1]),
            pair("c", "e", count(1, 1), true, [117.1, 30.0, 117.2, 30.1]),
        ];
        assert_eq!(found["pairs"], json!(pairs));
        assert!(ids.iter().all(|id| !answer.text().contains(id.as_str())), "no report is named");

        // Nobody else counts them, and drafts are there for administrators alone.
        assert_eq!(desk.get(uri, "").await.problem(401), "unauthenticated");
        let system = desk.key(KeyRole::Reporter, None).await;
        assert_eq!(desk.get(uri, &system).await.problem(403), "forbidden");
        let leader = desk.key(KeyRole::Leader, Some("b")).await;
        assert_eq!(desk.get(uri, &leader).await.problem(404), "no-such-edition");
        gridward::import::edition::publish(&*store, "two", None, &[]).await.unwrap();
        // A leader counts what came in for its grid.
        let theirs = desk.get(uri, &leader).await.json();
        assert_eq!((&theirs["looked_at"], &theirs["another_grid"]), (&count(3, 2), &count(2, 1)), "{theirs}");
        assert_eq!(theirs["pairs"], json!(pairs[..1]));
        let same = desk.get("/v1/editions/two/diff/two/reports", &admin).await.json();
        assert_eq!((&same["looked_at"], &same["another_grid"]), (&count(8, 7), &count(0, 0)));
    });
}

/// The demo's 144 reports, against the list of them counted as a table of places, and against counting them by grid.
#[test]
fn counts_the_reports_of_the_demo() {
    run(async {
        let desk = Desk::new().await;
        let (store, key) = (desk.office.store.clone(), desk.office.key.clone());
        let counter = Counter::new(Live::open(store.clone()).await.unwrap(), Calendar::standard());
        gridward::assign::scenario::bring_in(&counter).await.unwrap();
        let list = desk.get("/v1/reports?limit=500", &key).await.json();
        let list = list["reports"].as_array().unwrap();
        let given = |report: &Value| report["assignment"]["given"].clone();
        let rows = list.iter().map(|report| format!("{},{}\n", given(report)["lon"], given(report)["lat"]));
        let table = format!("lon,lat\n{}", rows.collect::<String>());
        let uri = format!("/v1/editions/{BEFORE}/diff/demo");
        let headers = [("content-type", "text/csv"), ("authorization", &*key)];
        let places = ask(&desk.office.service, Method::POST, &uri, &headers, table).await.json();
        let found = desk.get(&format!("{uri}/reports"), &key).await.json();
        assert_eq!((&found["looked_at"]["all"], &places["rows"]), (&json!(144), &json!(144)));
        for (tier, changed) in places["changed"].as_object().unwrap().iter().filter(|(tier, _)| *tier != "any") {
            assert_eq!(&found["changed"][tier]["all"], changed, "{tier}");
        }
        assert_eq!(
            (&found["handed_over"]["all"], &found["outside"]["all"]),
            (&places["handed_over"], &places["outside"])
        );
        assert_eq!(found["another_grid"], json!({"all": 144, "open": 0}), "every one is settled");

        // The grid with the most reports gets another code.
        let mut by_grid = std::collections::BTreeMap::<&str, u64>::new();
        for report in list {
            *by_grid.entry(report["assignment"]["grids"][2]["code"].as_str().unwrap()).or_default() += 1;
        }
        let (code, count) = by_grid.into_iter().max_by_key(|(_, count)| *count).unwrap();
        let grids = String::from_utf8(demo::GRIDS.to_vec()).unwrap();
        assert!(grids.contains(&format!("\"{code}\"")) && count > 1, "{code}");
        draft(&*store, "next", &grids.replace(&format!("\"{code}\""), "\"n-1\"")).await;
        let found = desk.get("/v1/editions/demo/diff/next/reports", &key).await.json();
        let moved = json!({"all": count, "open": 0});
        assert_eq!((&found["another_grid"], &found["recoded"]), (&moved, &moved), "{found}");
        assert_eq!(
            (&found["pairs"][0]["from"]["code"], &found["pairs"][0]["to"]["code"]),
            (&json!(code), &json!("n-1"))
        );
        assert_eq!(found["changed"]["tier1"]["all"], 0);
    });
}
