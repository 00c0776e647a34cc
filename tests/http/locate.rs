//! `GET /v1/locate`.

use super::town::{get, somewhere};

#[test]
fn answers_as_the_contract_says() {
    let (lon, lat, code) = somewhere();
    let answer = get(&format!("/v1/locate?lon={lon}&lat={lat}")).json();
    let names: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(names, ["query", "edition", "grids", "responsible", "answers", "border_distance_m", "nearest"]);
    assert_eq!(answer["query"], serde_json::json!({"lon": lon, "lat": lat, "crs": "wgs84"}));
    assert_eq!(answer["edition"], "demo");
    let grids = answer["grids"].as_array().unwrap();
    assert_eq!(grids.iter().map(|grid| grid["tier"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(grids[2]["code"], code);
    assert!(code.starts_with(grids[1]["code"].as_str().unwrap()), "the demo's codes start with their parent's");
    assert_eq!(answer["responsible"]["grid"], code);
    assert!(answer["responsible"]["leader"]["name"].is_string());
    let answers: Vec<&String> = answer["answers"].as_object().unwrap().keys().collect();
    assert_eq!(answers, ["level", "grid", "name", "phone", "role", "deputy"]);
    assert_eq!((&answer["answers"]["level"], &answer["answers"]["grid"]), (&"tier3".into(), &code.clone().into()));
    assert_eq!(answer["answers"]["name"], answer["responsible"]["leader"]["name"]);
    assert!(answer["border_distance_m"].as_f64().unwrap() > 10.0);
    assert!(answer["nearest"].is_null());
}

#[test]
fn phones_are_masked() {
    let (lon, lat, code) = somewhere();
    for uri in [format!("/v1/locate?lon={lon}&lat={lat}"), format!("/v1/grids/{code}")] {
        let answer = get(&uri).json();
        let leader = answer["responsible"]["leader"]["phone"].as_str().unwrap();
        assert!(leader.starts_with("000****"), "{leader}");
        assert!(answer["answers"]["phone"].as_str().unwrap().starts_with("000****"), "{answer}");
        for person in answer["responsible"]["staff"].as_array().unwrap() {
            assert!(person["phone"].as_str().unwrap().contains("****"), "{person}");
        }
    }
}

#[test]
fn outside_every_grid_the_nearest_is_named() {
    let answer = get("/v1/locate?lon=116.9&lat=31.5");
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    assert_eq!(answer["grids"], serde_json::json!([]));
    assert!(answer["responsible"].is_null() && answer["answers"].is_null());
    assert!(answer["nearest"]["code"].is_string() && answer["nearest"]["name"].is_string());
    // The town ends some 70 km south of there.
    assert!((40_000.0..90_000.0).contains(&answer["nearest"]["distance_m"].as_f64().unwrap()), "{answer}");
}

#[test]
fn candidates_of_an_inaccurate_position() {
    let (lon, lat, code) = somewhere();
    let answer = get(&format!("/v1/locate?lon={lon}&lat={lat}&accuracy=1500")).json();
    let candidates = answer["candidates"].as_array().unwrap();
    assert!(candidates.len() > 1);
    let shares: Vec<f64> = candidates.iter().map(|candidate| candidate["share"].as_f64().unwrap()).collect();
    assert!(shares.is_sorted_by(|a, b| a >= b) && shares.iter().sum::<f64>() <= 1.0 + 1e-9, "{shares:?}");
    assert!(candidates.iter().any(|candidate| candidate["code"] == code));
    assert_eq!(answer["query"]["accuracy"], 1500.0);
    let exact = get(&format!("/v1/locate?lon={lon}&lat={lat}&accuracy=0")).json();
    assert_eq!(
        (exact["candidates"][0]["code"].as_str(), exact["candidates"][0]["share"].as_f64()),
        (Some(&*code), Some(1.0))
    );
}

#[test]
fn tiers_geometry_and_crs() {
    let (lon, lat, code) = somewhere();
    let answer = get(&format!("/v1/locate?lon={lon}&lat={lat}&tiers=3,1&geometry=true")).json();
    let grids = answer["grids"].as_array().unwrap();
    assert_eq!(grids.iter().map(|grid| grid["tier"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(grids[1]["geometry"]["type"], "MultiPolygon");
    let ring = grids[1]["geometry"]["coordinates"][0][0].as_array().unwrap();
    assert!(ring.len() >= 4 && ring.first() == ring.last());
    // GCJ-02 lies half a kilometre to the south-east: the same numbers mean another place.
    let shifted = get(&format!("/v1/locate?lon={}&lat={}&crs=gcj02", lon + 0.005_05, lat - 0.002_44)).json();
    assert_eq!(shifted["query"]["crs"], "gcj02");
    assert_eq!(shifted["grids"][2]["code"], code);
}

#[test]
fn warns_of_exchanged_axes() {
    let answer = get("/v1/locate?lon=30.8&lat=85").json();
    assert_eq!(answer.get("warnings"), None);
    let answer = get("/v1/locate?lon=0&lat=0").json();
    assert_eq!(answer["warnings"][0]["code"], "zero_point");
    let refused = get("/v1/locate?lon=30.8&lat=116.9");
    assert_eq!(refused.problem(400), "bad-parameter");
    assert_eq!(refused.fields(), ["lat"]);
    assert!(refused.text().contains("exchanged"));
}

#[test]
fn answers_for_the_past() {
    let moment = time::OffsetDateTime::now_utc() - time::Duration::days(30);
    let text = moment.format(&time::format_description::well_known::Rfc3339).unwrap();
    let answer = get(&format!("/v1/locate?lon=116.9&lat=30.8&at={text}")).json();
    assert_eq!((answer["edition"].as_str(), answer["grids"][0]["code"].as_str()), (Some("before"), Some("old")));
    assert!(answer["responsible"].is_null(), "there was no roster yet");
    // A plus that nobody escaped is a space.
    let answer = get("/v1/locate?lon=116.9&lat=30.8&at=2099-01-01T08:00:00+08:00").json();
    assert_eq!(answer["edition"], "demo");
    assert_eq!(get("/v1/locate?lon=116.9&lat=30.8&at=1999-01-01T00:00:00Z").problem(404), "no-such-edition");
}

/// The demo has grids without a leader, with and without a deputy.
#[test]
fn somebody_answers_in_every_grid() {
    let page = get("/v1/grids?tier=3&limit=1000").json();
    let grids = page["grids"].as_array().unwrap();
    assert_eq!(grids.len(), 165);
    let (mut deputies, mut above) = (0, 0);
    for grid in grids {
        let (code, label) = (&grid["code"], &grid["label"]);
        let answer = get(&format!("/v1/locate?lon={}&lat={}", label[0], label[1])).json();
        let (responsible, answers) = (&answer["responsible"], &answer["answers"]);
        assert_eq!(&responsible["grid"], code);
        assert_eq!(answers, &get(&format!("/v1/grids/{}", code.as_str().unwrap())).json()["answers"]);
        assert_eq!(responsible["leader"].is_object(), answers["level"] == "tier3" && answers["deputy"] == false);
        deputies += usize::from(answers["deputy"] == true);
        above += usize::from(answers["level"] == "tier2");
        if answers["deputy"] == true {
            let staff = responsible["staff"].as_array().unwrap();
            assert!(
                staff.iter().any(|person| person["deputy"] == true && person["name"] == answers["name"]),
                "{responsible}"
            );
        }
    }
    assert!(deputies > 2 && above > 2, "{deputies} {above}");
}
