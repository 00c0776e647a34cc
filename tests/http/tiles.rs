//! `/tiles/…` and `/style.json`.

use std::io::Read;

use serde_json::Value;

use super::town::{get, get_with};

/// A tile of the demo town, without the service's name: `/tiles/demo/grids/z/x/y.mvt?v=…`.
fn tile_url() -> String {
    let tilejson = get("/tiles/grids.json").json();
    let (lon, lat) = (116.9f64, 30.8f64);
    let zoom = 12u32;
    let tiles = f64::from(1 << zoom);
    let x = ((lon + 180.0) / 360.0 * tiles) as u32;
    let y = ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * tiles) as u32;
    let template = tilejson["tiles"][0].as_str().unwrap().strip_prefix("http://town.example:8080").unwrap();
    template.replace("{z}", &zoom.to_string()).replace("{x}", &x.to_string()).replace("{y}", &y.to_string())
}

fn layers(bytes: &[u8]) -> Vec<String> {
    let tile = fast_mvt::MvtReaderRef::new(bytes).unwrap();
    tile.layers().map(|layer| layer.name().to_owned()).collect()
}

#[test]
fn tilejson_names_the_edition() {
    let tilejson = get("/tiles/grids.json");
    assert!(tilejson.header("cache-control").contains("max-age=60"));
    let document = tilejson.json();
    assert_eq!((document["tilejson"].as_str(), document["name"].as_str()), (Some("3.0.0"), Some("demo")));
    let url = document["tiles"][0].as_str().unwrap();
    assert!(url.starts_with("http://town.example:8080/tiles/demo/grids/{z}/{x}/{y}.mvt"), "{url}");
    let behind_tls = get_with("/tiles/grids.json", &[("x-forwarded-proto", "https")]).json();
    assert!(behind_tls["tiles"][0].as_str().unwrap().starts_with("https://town.example:8080/"));
    let ids: Vec<&Value> = document["vector_layers"].as_array().unwrap().iter().map(|layer| &layer["id"]).collect();
    assert_eq!(ids, ["tier1", "tier2", "tier3", "borders", "labels"]);
}

#[test]
fn every_encoding_holds_the_same_tile() {
    let url = tile_url();
    let plain = get(&url);
    assert_eq!((plain.status.as_u16(), plain.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    assert!(layers(&plain.body).contains(&"tier1".to_owned()));
    for (coding, header) in [("gzip", "gzip"), ("br", "gzip, deflate, br"), ("zstd", "zstd, gzip;q=0.5")] {
        let answer = get_with(&url, &[("accept-encoding", header)]);
        assert_eq!(answer.header("content-encoding"), coding);
        let mut decoded = Vec::new();
        match coding {
            "gzip" => drop(flate2::read::GzDecoder::new(&answer.body[..]).read_to_end(&mut decoded).unwrap()),
            "br" => drop(brotli::Decompressor::new(&answer.body[..], 4096).read_to_end(&mut decoded).unwrap()),
            _ => decoded = zstd::decode_all(&answer.body[..]).unwrap(),
        }
        assert_eq!(decoded, plain.body, "{coding}");
        assert_ne!(answer.header("etag"), plain.header("etag"), "a strong tag is of one form");
    }
    assert_eq!(get_with(&url, &[("accept-encoding", "identity;q=0")]).problem(406), "not-acceptable");
}

#[test]
fn what_is_known_is_not_sent_again() {
    let url = tile_url();
    let etag = get(&url).header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    for known in [etag.clone(), format!("\"x\", W/{etag}"), "*".to_owned()] {
        let answer = get_with(&url, &[("if-none-match", &known)]);
        assert_eq!((answer.status.as_u16(), answer.body.len(), answer.header("etag")), (304, 0, &*etag));
        assert!(answer.header("cache-control").contains("immutable"));
    }
    assert_eq!(get_with(&url, &[("if-none-match", "\"other\"")]).status, 200);
    // Another form is another thing.
    assert_eq!(get_with(&url, &[("if-none-match", &etag), ("accept-encoding", "br")]).status, 200);
}

#[test]
fn editions_are_immutable_and_the_one_in_force_is_not() {
    let named = get(&tile_url());
    assert!(named.header("cache-control").contains("immutable"));
    let current = get(&tile_url().replace("/tiles/demo/", "/tiles/"));
    assert_eq!((current.body == named.body, current.header("etag")), (true, named.header("etag")));
    assert_eq!(current.header("cache-control"), "public, max-age=60, must-revalidate");
    let before = get("/tiles/before/grids/0/0/0.mvt");
    assert_eq!(layers(&before.body), ["tier1", "borders", "labels"]);
}

#[test]
fn tiles_that_are_empty_and_tiles_that_are_not() {
    let empty = get("/tiles/grids/3/0/0.mvt");
    assert_eq!((empty.status.as_u16(), empty.body.len()), (204, 0));
    assert_eq!(get_with("/tiles/grids/3/0/0.mvt", &[("accept-encoding", "br")]).status, 204);
    let last = get("/tiles/grids.json").json()["maxzoom"].as_u64().unwrap();
    for path in [
        "3/8/0.mvt".to_owned(),
        "3/0/8.mvt".into(),
        "3/-1/0.mvt".into(),
        "3/0/0".into(),
        "3/0/0.pbf".into(),
        "3/0/.mvt".into(),
        "x/0/0.mvt".into(),
        "256/0/0.mvt".into(),
        "3/99999999999/0.mvt".into(),
        "+3/0/0.mvt".into(),
        format!("{}/0/0.mvt", last + 1),
    ] {
        assert_eq!(get(&format!("/tiles/grids/{path}")).problem(404), "no-such-tile", "{path}");
    }
    assert_eq!(get(&format!("/tiles/grids/{last}/0/0.mvt")).status, 204);
}

#[test]
fn the_style_asks_nobody_else() {
    for theme in ["", "?theme=light", "?theme=dark"] {
        let style = get(&format!("/style.json{theme}")).json();
        assert_eq!(style["version"], 8);
        assert_eq!(style["sources"]["grids"]["url"], "http://town.example:8080/tiles/grids.json");
        assert!(style.get("glyphs").is_none() && style.get("sprite").is_none());
    }
}

/// A viewer draws an edition that is not in force with its own zooms.
#[test]
fn a_named_edition_has_a_style_and_a_tilejson_of_its_own() {
    let style = get("/style.json?theme=dark&edition=before").json();
    assert_eq!(style["sources"]["grids"]["url"], "http://town.example:8080/tiles/before/grids.json");
    assert!(!style.to_string().contains("tier2"), "{style}");
    let document = get("/tiles/before/grids.json").json();
    assert_eq!(document["name"], "before");
    let url = document["tiles"][0].as_str().unwrap();
    assert!(url.starts_with("http://town.example:8080/tiles/before/grids/{z}/{x}/{y}.mvt"), "{url}");
    for unknown in ["/style.json?edition=nowhere", "/style.json?edition=", "/tiles/nowhere/grids.json"] {
        assert_eq!(get(unknown).problem(404), "no-such-edition", "{unknown}");
    }
}

#[test]
fn tiles_of_another_time() {
    let then = "2025-01-01T00:00:00Z";
    let json = get(&format!("/tiles/grids.json?at={then}")).json();
    assert_eq!(json["name"], "before");
    let then_tile = get(&format!("/tiles/grids/0/0/0.mvt?at={then}"));
    assert_eq!(then_tile.body, get("/tiles/before/grids/0/0/0.mvt").body);
    assert_ne!(then_tile.body, get("/tiles/grids/0/0/0.mvt").body);
    assert_eq!(get("/tiles/grids/0/0/0.mvt?at=1999-01-01T00:00:00Z").problem(404), "no-such-edition");
    assert_eq!(get("/tiles/grids.json?at=now").fields(), ["at"]);
}
