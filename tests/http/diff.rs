//! `/v1/editions/{a}/diff/{b}`: the demo town against the square that was in force before it.

use axum::body::{Body, Bytes};
use axum::http::Method;

use gridward::domain::problem::CheckReport;
use gridward::http::Settings;
use gridward::store::NewDraft;

use super::office::Office;
use super::town::{Answer, BEFORE, ask, empty_store, get, run, somewhere, town};

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
            let mut reading = gridward::import::Reading::default();
            reading.read_geojson(name, square(east).as_bytes());
            let (report, source) = (CheckReport::default(), name.to_owned());
            let draft = NewDraft { name: name.into(), source, features: reading.features, report };
            office.store.save_draft(&draft).await.unwrap();
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
        let draft = get("/v1/editions/old/diff/new", true).await.json();
        assert_eq!((&draft["new"]["state"], &draft["summary"]["moved"]), (&"draft".into(), &1.into()));
        let tile = get("/tiles/new/grids/3/6/3.mvt", true).await.body;
        gridward::import::edition::publish(&*office.store, "new", None, &[]).await.unwrap();
        let published = get("/tiles/new/grids/3/6/3.mvt", false).await;
        assert_eq!(published.body, tile, "the draft's tiles are those of the published edition");
        assert!(published.header("cache-control").contains("immutable"));
    });
}
