//! `/v1/grids` and what hangs below.

use std::collections::BTreeSet;

use serde_json::Value;

use super::town::{get, get_with, somewhere};

/// All pages of a list, gathered.
fn pages(uri: &str) -> Vec<String> {
    let mut codes = Vec::new();
    let mut next = String::new();
    loop {
        let page = get(&format!("{uri}{next}")).json();
        let grids = page["grids"].as_array().unwrap();
        codes.extend(grids.iter().map(|grid| grid["code"].as_str().unwrap().to_owned()));
        match &page["next"] {
            Value::String(cursor) => next = format!("&cursor={cursor}"),
            _ => return codes,
        }
        assert!(!grids.is_empty() && codes.len() <= 1000, "pages without end");
    }
}

#[test]
fn pages_lead_through_everything_once() {
    for (tier, count) in [(1, 22), (2, 50), (3, 165)] {
        let codes = pages(&format!("/v1/grids?tier={tier}&limit=7"));
        assert_eq!(codes.len(), count);
        assert!(codes.is_sorted() && codes.iter().collect::<BTreeSet<_>>().len() == count);
    }
    assert_eq!(pages("/v1/grids?limit=1000").len(), 237);
}

#[test]
fn children_and_neighbors() {
    let (_, _, code) = somewhere();
    let grid = get(&format!("/v1/grids/{code}")).json();
    assert_eq!((grid["code"].as_str(), grid["tier"].as_u64()), (Some(&*code), Some(3)));
    let parent = grid["parent"].as_str().unwrap();
    let children = pages(&format!("/v1/grids/{parent}/children?limit=2"));
    assert!(children.contains(&code));
    assert_eq!(children, pages(&format!("/v1/grids?parent={parent}")));
    let neighbors = pages(&format!("/v1/grids/{code}/neighbors?limit=1"));
    assert!(!neighbors.is_empty() && !neighbors.contains(&code));
    for neighbor in &neighbors {
        assert!(pages(&format!("/v1/grids/{neighbor}/neighbors?limit=100")).contains(&code), "{neighbor}");
    }
}

#[test]
fn found_by_box() {
    let (lon, lat, code) = somewhere();
    let found = pages(&format!("/v1/grids?tier=3&bbox={lon},{lat},{lon},{lat}"));
    assert!(found.contains(&code) && found.len() < 10, "{found:?}");
    assert_eq!(pages("/v1/grids?bbox=0,0,1,1"), Vec::<String>::new());
    // East about through the antimeridian to just west of the town.
    assert_eq!(pages("/v1/grids?bbox=118,30,110,31"), Vec::<String>::new());
    assert_eq!(pages("/v1/grids?limit=1000&bbox=118,30,117.99,31").len(), 237);
}

#[test]
fn found_by_words() {
    for word in ["%E4%B9%94%E5%BA%84", "qiaozhuang", "qz", "340881106202"] {
        let page = get(&format!("/v1/grids?tier=1&q={word}")).json();
        let codes: Vec<&str> = page["grids"].as_array().unwrap().iter().map(|g| g["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"340881106202"), "{word}: {codes:?}");
    }
    let all = pages("/v1/grids?q=34088110620&limit=1000");
    assert_eq!(pages("/v1/grids?q=34088110620&limit=9"), all);
    assert!(all.len() > 20);
    assert_eq!(pages("/v1/grids?q=%F0%9F%90%BC"), Vec::<String>::new());
}

#[test]
fn json_or_geojson() {
    let (_, _, code) = somewhere();
    for (uri, accept, expected) in [
        ("/v1/grids?limit=3", "application/json", "application/json"),
        ("/v1/grids?limit=3", "*/*", "application/json"),
        ("/v1/grids?limit=3", "text/html,*/*;q=0.8", "application/json"),
        ("/v1/grids?limit=3", "application/geo+json", "application/geo+json"),
        ("/v1/grids?limit=3", "application/geo+json, application/json;q=0.9", "application/geo+json"),
        ("/v1/grids?limit=3&f=json", "application/geo+json", "application/json"),
        ("/v1/grids?limit=3&f=geojson", "application/json", "application/geo+json"),
    ] {
        let answer = get_with(uri, &[("accept", accept)]);
        assert_eq!(answer.header("content-type"), expected, "{uri} {accept}");
        assert!(answer.header("vary").contains("accept"));
    }
    let page = get("/v1/grids?limit=3&f=geojson").json();
    assert_eq!((page["type"].as_str(), page["features"].as_array().unwrap().len()), (Some("FeatureCollection"), 3));
    assert!(page["next"].is_string());
    let feature = get(&format!("/v1/grids/{code}?f=geojson")).json();
    assert_eq!((feature["type"].as_str(), feature["id"].as_str()), (Some("Feature"), Some(&*code)));
    assert_eq!(feature["properties"]["code"], code);
    // An independent reader of GeoJSON.
    let read: geojson::Feature = serde_json::from_value(feature).unwrap();
    assert!(read.geometry.is_some());
}

#[test]
fn a_cursor_stays_in_its_edition() {
    // `0|0|before`: the first page of the edition before ended with its only grid.
    let cursor: String = "0|0|before".bytes().map(|byte| format!("{byte:02x}")).collect();
    let page = get(&format!("/v1/grids?cursor={cursor}")).json();
    assert_eq!((page["edition"].as_str(), page["grids"].as_array().unwrap().len()), (Some("before"), 0));
    let gone: String = "0|0|gone".bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(get(&format!("/v1/grids?cursor={gone}")).problem(404), "no-such-edition");
}

/// The square of the edition before is a code of the town no more; most of its land is in one of the villages.
#[test]
fn an_old_code_leads_to_who_has_its_land() {
    let answer = get("/v1/grids/old?f=geojson");
    assert_eq!(answer.status, 302, "{}", answer.text());
    let body = answer.json();
    assert_eq!((&body["code"], &body["edition"], &body["since"]), (&"old".into(), &"demo".into(), &"demo".into()));
    let leads = body["leads_to"].as_array().unwrap();
    assert!(leads.iter().all(|lead| lead["tier"] == 1 && lead["share"].as_f64().unwrap() > 0.0));
    assert!(leads.is_sorted_by(|a, b| a["share"].as_f64() >= b["share"].as_f64()));
    let first = leads[0]["code"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/v1/grids/{first}?f=geojson"));
    assert_eq!(get(answer.header("location")).json()["id"], first);
    for below in ["children", "neighbors"] {
        let answer = get(&format!("/v1/grids/old/{below}?limit=3"));
        assert_eq!(answer.status, 302);
        assert_eq!(answer.header("location"), format!("/v1/grids/{first}/{below}?limit=3"));
    }
    assert_eq!(get("/v1/grids/never").problem(404), "no-such-grid");
}

#[test]
fn the_grids_of_another_time() {
    let then = "2025-01-01T00:00:00Z";
    let page = get(&format!("/v1/grids?at={then}")).json();
    assert_eq!((&page["edition"], &page["grids"][0]["code"]), (&"before".into(), &"old".into()));
    assert_eq!(page["grids"].as_array().unwrap().len(), 1);
    assert_eq!(get(&format!("/v1/grids/old?at={then}")).json()["edition"], "before");
    assert_eq!(get(&format!("/v1/grids/old/children?at={then}")).json()["grids"], serde_json::json!([]));
    assert_eq!(get(&format!("/v1/grids/old/neighbors?at={then}")).json()["edition"], "before");
    assert_eq!(get("/v1/grids?at=1999-01-01T00:00:00Z").problem(404), "no-such-edition");
    assert_eq!(get("/v1/grids/old?at=yesterday").fields(), ["at"]);
    // A code of a later edition leads back.
    let (_, _, code) = somewhere();
    let village = code[..12].to_owned();
    let back = get(&format!("/v1/grids/{village}?at={then}"));
    assert_eq!((back.status.as_u16(), back.header("location")), (302, format!("/v1/grids/old?at={then}").as_str()));
}
