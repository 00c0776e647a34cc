//! `/v1/editions/{a}/diff/{b}`: the demo town against the square that was in force before it.

use axum::body::{Body, Bytes};
use axum::http::Method;

use super::town::{Answer, BEFORE, ask, get, run, somewhere, town};

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
