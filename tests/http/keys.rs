//! Keys: who is let in, who is not, and what each sees.

use axum::body::Body;
use axum::http::Method;
use gridward::http::Settings;
use gridward::keys::Keys;

use super::office::Office;
use super::town::{ask, empty_store, get, get_with, run, town, town_store};
use crate::contract::suite;

#[test]
fn without_a_key_that_holds_nothing_is_written() {
    let unknown = format!("Bearer gw_0123456789ab_{}", "A".repeat(43));
    for key in ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer x", "Bearer gw_0123456789ab_short", &unknown] {
        for (method, uri) in [(Method::POST, "/v1/rollback"), (Method::DELETE, "/v1/editions/demo")] {
            let answer = run(ask(&town(), method, uri, &[("authorization", key)], Body::empty()));
            assert_eq!(answer.problem(401), "unauthenticated", "{key} {uri}");
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"gridward\"");
        }
    }
    assert_eq!(run(ask(&town(), Method::POST, "/v1/rollback", &[], Body::empty())).problem(401), "unauthenticated");
    // A wrong key is not taken for none, and a lookup, for which nobody needs one, is not refused for it.
    assert_eq!(get_with("/v1/editions", &[("authorization", &unknown)]).problem(401), "unauthenticated");
    assert_eq!(get_with("/v1/locate?lon=1&lat=1", &[("authorization", &unknown)]).status, 200);
    let answer = get_with("/v1/editions", &[("authorization", &unknown), ("authorization", &unknown)]);
    assert_eq!(answer.problem(401), "unauthenticated");
}

#[test]
fn a_key_opens_until_it_is_revoked() {
    run(async {
        let office = Office::on(town_store().await, Settings::default()).await;
        let draft = suite::draft_only(&*office.store, "spring").await;
        let names = |answer: &super::town::Answer| -> Vec<String> {
            let all = answer.json()["editions"].as_array().unwrap().clone();
            all.iter().map(|edition| edition["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&office.get("/v1/editions").await), ["before", "demo", "spring"]);
        let public = async |uri: &str| ask(&office.service, Method::GET, uri, &[], Body::empty()).await;
        assert_eq!(names(&public("/v1/editions").await), ["before", "demo"]);
        for uri in ["/v1/editions/spring", "/v1/editions/spring/report", "/v1/editions/autumn"] {
            assert_eq!(public(uri).await.problem(404), "no-such-edition", "a draft and nothing look the same");
        }
        let spring = office.get("/v1/editions/spring").await.json();
        assert_eq!((spring["state"].as_str(), spring["in_force"].as_bool()), (Some("draft"), Some(false)));
        assert_eq!(spring["grids"], serde_json::json!({"tier1": 0, "tier2": 0, "tier3": 1}));
        assert_eq!(spring["publications"], serde_json::json!([]));
        assert_eq!(office.get("/v1/editions/spring/report").await.json()["counts"]["errors"], 0);

        let id = office.key.split('_').nth(1).unwrap();
        // Another process revokes it.
        Keys::new(office.store.clone()).revoke(id).await.unwrap();
        assert_eq!(office.get("/v1/editions").await.problem(401), "unauthenticated");
        assert_eq!(office.post("/v1/rollback").await.problem(401), "unauthenticated");
        assert!(office.store.draft_features(draft).await.is_ok());
    });
}

#[test]
fn nobody_is_let_in_while_the_store_is_away() {
    run(async {
        let store = empty_store().await;
        suite::publish(&*store, "a", 2).await;
        let office = Office::on(store, Settings::default()).await;
        assert_eq!(office.get("/v1/editions").await.status, 200);
        // Whether a cookie is still somebody's, nobody can say without the store.
        let cookie = format!("gridward={}", "A".repeat(43));
        let signed = [("cookie", &*cookie)];
        let with_cookie = async |uri: &str| ask(&office.service, Method::GET, uri, &signed, Body::empty()).await;
        assert_eq!(with_cookie("/v1/session").await.json()["via"], "nobody");
        let tile = "/tiles/a/grids/0/0/0.mvt";
        let drawn = with_cookie(tile).await.status;
        office.store.close().await;
        for uri in ["/v1/session", "/v1/keys", "/v1/rules", "/v1/reports", "/v1/stats"] {
            let answer = with_cookie(uri).await;
            assert_eq!(answer.problem(503), "store-unavailable", "{uri}");
        }
        assert_eq!(with_cookie("/v1/locate?lon=1&lat=1").await.status, 200);
        assert_eq!(with_cookie(tile).await.status, drawn, "what is public is answered from memory");

        let answer = office.post("/v1/rollback").await;
        assert_eq!((answer.problem(503).as_str(), answer.header("retry-after")), ("store-unavailable", "5"));
        assert_eq!(office.get("/v1/editions").await.problem(503), "store-unavailable");
        let located = ask(&office.service, Method::GET, "/v1/locate?lon=1&lat=1", &[], Body::empty()).await;
        assert_eq!(located.status, 200);
    });
}

#[test]
fn drafts_are_forgotten_and_published_editions_are_not() {
    run(async {
        let office = Office::on(town_store().await, Settings::default()).await;
        suite::draft_only(&*office.store, "spring").await;
        let forget =
            async |name: &str| office.ask(Method::DELETE, &format!("/v1/editions/{name}"), &[], Body::empty()).await;
        assert_eq!(forget("spring").await.status, 204);
        assert_eq!(forget("spring").await.problem(404), "no-such-edition");
        assert_eq!(forget("demo").await.problem(409), "edition-published");
        assert_eq!(office.get("/v1/editions/demo").await.json()["in_force"], true);
    });
}

#[test]
fn a_rollback_is_seen_at_once_and_leads_back() {
    run(async {
        let office = Office::on(town_store().await, Settings::default()).await;
        let edition =
            async || office.get("/v1/locate?lon=116.9&lat=30.8").await.json()["edition"].as_str().unwrap().to_owned();
        assert_eq!(edition().await, "demo");
        for expected in ["before", "demo"] {
            let answer = office.post("/v1/rollback").await.json();
            assert_eq!((answer["name"].as_str(), answer["in_force"].as_bool()), (Some(expected), Some(true)));
            assert_eq!(edition().await, expected);
            assert_eq!(office.get("/tiles/demo/grids/14/13512/6717.mvt").await.status, 200, "old tiles go on");
        }
        let alone = empty_store().await;
        suite::publish(&*alone, "a", 2).await;
        let office = Office::on(alone, Settings::default()).await;
        assert_eq!(office.post("/v1/rollback").await.problem(409), "nothing-before");
    });
}

#[test]
fn reports_as_json_and_as_features() {
    let report = get("/v1/editions/demo/report").json();
    assert_eq!(report["counts"]["errors"], 0);
    assert!(report["problems"].is_array() && report["repairs"].is_array());
    let features = get("/v1/editions/demo/report?f=geojson");
    assert_eq!(features.header("content-type"), "application/geo+json");
    assert_eq!(features.json()["type"], "FeatureCollection");
    assert_eq!(get("/v1/editions/demo/report?f=xml").fields(), ["f"]);
}

#[test]
fn another_page_may_send_a_key() {
    let asked = [
        ("origin", "https://other.example"),
        ("access-control-request-method", "DELETE"),
        ("access-control-request-headers", "authorization"),
    ];
    let preflight = run(ask(&town(), Method::OPTIONS, "/v1/editions/demo", &asked, Body::empty()));
    assert!(preflight.header("access-control-allow-headers").contains("authorization"));
    assert!(preflight.header("access-control-allow-methods").contains("DELETE"));
    assert_eq!(preflight.header("access-control-allow-credentials"), "");
    let scheme = &get("/openapi.json").json()["components"]["securitySchemes"]["key"];
    assert_eq!((scheme["type"].as_str(), scheme["scheme"].as_str()), (Some("http"), Some("bearer")));
}
