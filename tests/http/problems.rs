//! Whatever comes in, the answer is what was asked for or a problem that names what is wrong; never a 500.

use axum::body::Body;
use axum::http::Method;

use super::town::{ask, get, get_with, nothing, run, town};

#[test]
fn every_bad_parameter_is_named() {
    for (uri, fields) in [
        ("/v1/locate", vec!["lon", "lat"]),
        ("/v1/locate?lon=1", vec!["lat"]),
        ("/v1/locate?lon=x&lat=y", vec!["lon", "lat"]),
        ("/v1/locate?lon=1&lat=91", vec!["lat"]),
        ("/v1/locate?lon=1&lat=1&lat=2", vec!["lat"]),
        ("/v1/locate?lon=1&lat=1&crs=mars", vec!["crs"]),
        ("/v1/locate?lon=1&lat=1&accuracy=-1", vec!["accuracy"]),
        ("/v1/locate?lon=1&lat=1&accuracy=1e9", vec!["accuracy"]),
        ("/v1/locate?lon=1&lat=1&at=yesterday", vec!["at"]),
        ("/v1/locate?lon=1&lat=1&at=9999-12-31T23:59:59-01:00", vec!["at"]),
        ("/v1/locate?lon=1&lat=1&at=9999-12-31T23:00:00Z", vec!["at"]),
        ("/v1/locate?lon=1&lat=1&at=0000-06-01T00:00:00Z", vec!["at"]),
        ("/v1/grids?at=9999-12-31T23:00:00Z", vec!["at"]),
        ("/v1/locate?lon=1&lat=1&tiers=4", vec!["tiers"]),
        ("/v1/locate?lon=1&lat=1&tiers=", vec!["tiers"]),
        ("/v1/locate?lon=1&lat=1&geometry=yes", vec!["geometry"]),
        ("/v1/locate?lon=1&lat=1&acuracy=3", vec!["acuracy"]),
        ("/v1/grids?tier=0", vec!["tier"]),
        ("/v1/grids?bbox=1,2,3", vec!["bbox"]),
        ("/v1/grids?bbox=1,9,2,3", vec!["bbox"]),
        ("/v1/grids?limit=0", vec!["limit"]),
        ("/v1/grids?limit=1001&cursor=zz&f=xml", vec!["limit", "cursor", "f"]),
        ("/v1/grids/none?x=1", vec!["x"]),
        ("/tiles/grids.json?x=1", vec!["x"]),
        ("/style.json?theme=pink", vec!["theme"]),
    ] {
        let answer = get(uri);
        assert_eq!(answer.problem(400), "bad-parameter", "{uri}");
        assert_eq!(answer.fields(), fields, "{uri}");
    }
}

#[test]
fn a_problem_in_place_of_a_compressed_error_is_not_said_to_be_compressed() {
    let answer = get_with("/v1/grids/%ff", &[("accept-encoding", "gzip")]);
    assert_eq!(answer.headers.get("content-encoding"), None);
    assert_eq!(answer.problem(400), "bad-request");
}

#[test]
fn hostile_input_is_refused() {
    let long = "9".repeat(5000);
    let values = [
        "NaN",
        "nan",
        "inf",
        "-inf",
        "1e400",
        "-1e400",
        "1e-400x",
        "",
        "%20",
        "+1",
        "0x10",
        "١٢",
        "%D9%A1",
        "%ff%fe",
        "%",
        "%4",
        "%00",
        "1%002",
        "1;2",
        "1,2",
        "--1",
        "1e",
        "null",
        "[]",
        "{}",
        "%F0%9F%92%A9",
        "9007199254740993",
        long.as_str(),
    ];
    for value in values {
        for uri in [
            format!("/v1/locate?lon={value}&lat=30.8"),
            format!("/v1/locate?lon=116.9&lat={value}"),
            format!("/v1/locate?lon=116.9&lat=30.8&accuracy={value}"),
            format!("/v1/locate?lon=116.9&lat=30.8&at={value}"),
            format!("/v1/locate?lon=116.9&lat=30.8&tiers={value}"),
            format!("/v1/locate?lon=116.9&lat=30.8&{value}={value}"),
            format!("/v1/grids?bbox={value},{value},{value},{value}"),
            format!("/v1/grids?q={value}"),
            format!("/v1/grids?limit={value}&cursor={value}"),
            format!("/v1/grids?parent={value}&tier={value}"),
            format!("/v1/grids/{value}"),
            format!("/v1/grids/{value}/neighbors"),
            format!("/tiles/grids/{value}/0/0.mvt"),
            format!("/tiles/grids/0/{value}/{value}.mvt"),
            format!("/tiles/{value}/grids/0/0/0.mvt"),
            format!("/assets/{value}"),
            format!("/assets/../{value}"),
            format!("/docs/{value}"),
            format!("/{value}"),
        ] {
            if uri.parse::<axum::http::Uri>().is_err() {
                continue; // the server refuses it before we see it
            }
            let answer = get(&uri);
            assert!(answer.status.as_u16() < 500, "{uri}: {} {}", answer.status, answer.text());
            if answer.status.is_client_error() {
                answer.problem(answer.status.as_u16());
                assert!(answer.body.len() < 4000, "{uri}: {}", answer.body.len());
            }
        }
    }
}

#[test]
fn what_is_not_there() {
    assert_eq!(get("/nowhere").problem(404), "no-such-path");
    assert_eq!(get("/assets/nothing.js").problem(404), "no-such-path");
    assert_eq!(get("/docs/nothing.js").problem(404), "no-such-path");
    assert_eq!(get("/v1/grids/nowhere").problem(404), "no-such-grid");
    assert_eq!(get("/v1/grids/nowhere/children").problem(404), "no-such-grid");
    assert_eq!(get("/v1/grids/%ff").problem(400), "bad-request");
    assert_eq!(get("/tiles/nowhere/grids/0/0/0.mvt").problem(404), "no-such-edition");
}

#[test]
fn methods_that_are_not_allowed_say_which_are() {
    for (method, uri, allowed) in [
        (Method::PUT, "/v1/locate", "POST"),
        (Method::DELETE, "/v1/grids", "GET,HEAD"),
        (Method::POST, "/tiles/grids/0/0/0.mvt", "GET,HEAD"),
        (Method::PATCH, "/healthz", "GET,HEAD"),
    ] {
        let answer = run(ask(&town(), method, uri, &[], Body::empty()));
        assert_eq!(answer.problem(405), "method-not-allowed");
        assert!(answer.header("allow").contains(allowed), "{uri}: {}", answer.header("allow"));
        let (said, methods) = (answer.json()["detail"].as_str().unwrap().to_owned(), answer.header("allow").split(','));
        assert!(methods.clone().count() > 0 && methods.into_iter().all(|method| said.contains(method)), "{said}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
}

#[test]
fn large_bodies_and_types_that_are_no_points() {
    let large = vec![b' '; 2 << 20];
    let length = large.len().to_string();
    let answer = run(ask(&town(), Method::GET, "/v1/grids", &[("content-length", &length)], large));
    assert_eq!(answer.problem(413), "payload-too-large");
    for headers in [
        vec![],
        vec![("content-type", "application/xml")],
        vec![("content-type", "text/csv; charset=gbk")],
        vec![("content-type", "text/csv"), ("content-encoding", "gzip")],
    ] {
        let answer = run(ask(&town(), Method::POST, "/v1/locate", &headers, "lon,lat\n"));
        assert_eq!(answer.problem(415), "unsupported-media-type");
    }
}

#[test]
fn before_anything_is_published() {
    run(async {
        let service = nothing().await;
        for uri in [
            "/v1/locate?lon=1&lat=1",
            "/v1/grids",
            "/v1/grids/x",
            "/tiles/grids.json",
            "/tiles/grids/0/0/0.mvt",
            "/style.json",
        ] {
            let answer = ask(&service, Method::GET, uri, &[], Body::empty()).await;
            assert_eq!(answer.problem(503), "nothing-published", "{uri}");
            assert!(answer.text().contains("gridward import"), "{}", answer.text());
            assert_eq!(answer.header("retry-after"), "5");
        }
        let answer = ask(&service, Method::GET, "/readyz", &[], Body::empty()).await;
        assert_eq!((answer.status.as_u16(), answer.json()["status"].as_str()), (503, Some("not_ready")));
        assert_eq!(ask(&service, Method::GET, "/healthz", &[], Body::empty()).await.status, 200);
    });
}
