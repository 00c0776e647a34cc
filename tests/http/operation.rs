//! Health, figures, request ids, CORS, and the description of it all.

use axum::body::Body;
use axum::http::Method;
use serde_json::Value;

use super::town::{ask, empty_store, get, get_with, run, town};
use gridward::http::{AppState, Settings, router};
use gridward::live::Live;

#[test]
fn readiness_tells_the_truth_about_the_store() {
    let ready = get("/readyz").json();
    assert_eq!((ready["status"].as_str(), ready["edition"].as_str()), (Some("ready"), Some("demo")));
    assert_eq!(get("/healthz").json()["status"], "ok");
    run(async {
        let store = empty_store().await;
        crate::contract::suite::publish(&*store, "a", 2).await;
        let live = Live::open(store.clone()).await.unwrap();
        let service = router(AppState::new(live.clone(), Settings::default()));
        store.close().await;
        assert!(live.refresh().await.is_err());
        let answer = ask(&service, Method::GET, "/readyz", &[], Body::empty()).await;
        let said = answer.json();
        assert_eq!((answer.status.as_u16(), said["status"].as_str()), (200, Some("degraded")));
        assert_eq!((said["store"].as_str(), said["edition"].as_str()), (Some("unreachable"), Some("a")));
        let located = ask(&service, Method::GET, "/v1/locate?lon=1&lat=1", &[], Body::empty()).await;
        assert_eq!(located.status, 200, "what was in force goes on being answered");
        let known = "/v1/locate?lon=1&lat=1&at=2099-01-01T00:00:00Z";
        let located = ask(&service, Method::GET, known, &[], Body::empty()).await;
        assert_eq!(located.status, 200, "and so is a time whose edition and roster are known");
        let unknown = "/tiles/nowhere/grids/0/0/0.mvt";
        assert_eq!(ask(&service, Method::GET, unknown, &[], Body::empty()).await.problem(503), "store-unavailable");
    });
}

#[test]
fn figures_count_routes_and_not_places() {
    get("/v1/locate?lon=116.9123456&lat=30.8");
    get("/v1/grids/nowhere-to-be-counted");
    let answer = get("/metrics");
    assert!(answer.header("content-type").starts_with("text/plain"));
    let text = answer.text();
    assert!(text.contains(r#"gridward_http_requests_total{method="GET",route="/v1/locate",status="200"}"#), "{text}");
    assert!(text.contains("gridward_http_seconds_bucket"));
    assert!(!text.contains("116.91") && !text.contains("nowhere"));
}

#[test]
fn request_ids() {
    assert_eq!(get_with("/healthz", &[("x-request-id", "abc-1")]).header("x-request-id"), "abc-1");
    let own = |sent: &str| get_with("/nowhere", &[("x-request-id", sent)]).header("x-request-id").to_owned();
    for unfit in ["", "a b", "<script>", &"x".repeat(100)] {
        let id = own(unfit);
        assert!(!id.is_empty() && id != unfit, "{id}");
    }
    assert_ne!(own(""), own(""));
}

#[test]
fn any_page_may_ask_without_credentials() {
    let answer = get_with("/v1/locate?lon=1&lat=1", &[("origin", "https://other.example")]);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let asked = [
        ("origin", "https://other.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let preflight = run(ask(&town(), Method::OPTIONS, "/v1/locate", &asked, Body::empty()));
    assert_eq!(preflight.status, 200);
    let words =
        |header: &str| -> Vec<String> { preflight.header(header).split(',').map(|word| word.trim().into()).collect() };
    for method in ["GET", "POST", "PUT", "DELETE"] {
        assert!(words("access-control-allow-methods").iter().any(|word| word == method), "{method}");
    }
    for name in ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "last-event-id"] {
        assert!(words("access-control-allow-headers").iter().any(|word| word == name), "{name}");
    }
    let exposed = answer.header("access-control-expose-headers");
    for name in ["etag", "location", "retry-after", "ratelimit", "ratelimit-policy", "idempotency-replayed", "allow"] {
        assert!(exposed.split(',').any(|word| word.trim() == name), "{name}: {exposed}");
    }
}

#[test]
fn answers_are_compressed_when_asked_for() {
    let plain = get("/v1/grids?limit=200");
    let answer = get_with("/v1/grids?limit=200", &[("accept-encoding", "gzip")]);
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert!(answer.body.len() < plain.body.len() / 2);
}

/// Everything the contract's sections 4 and 5 name that is for programs.
const DESCRIBED: &[(&str, &str)] = &[
    ("get", "/v1/locate"),
    ("post", "/v1/locate"),
    ("get", "/v1/grids"),
    ("get", "/v1/grids/{code}"),
    ("get", "/v1/grids/{code}/children"),
    ("get", "/v1/grids/{code}/neighbors"),
    ("get", "/v1/editions"),
    ("get", "/v1/editions/{edition}"),
    ("delete", "/v1/editions/{edition}"),
    ("get", "/v1/editions/{edition}/report"),
    ("get", "/v1/editions/{old}/diff/{new}"),
    ("get", "/v1/editions/{old}/diff/{new}/reports"),
    ("get", "/v1/editions/{old}/diff/{new}/tiles"),
    ("post", "/v1/editions/{old}/diff/{new}"),
    ("post", "/v1/rollback"),
    ("post", "/v1/editions"),
    ("post", "/v1/editions/{edition}/publish"),
    ("post", "/v1/editions/{edition}/repair"),
    ("post", "/v1/editions/{edition}/withdraw"),
    ("get", "/v1/jobs"),
    ("get", "/v1/jobs/{id}"),
    ("delete", "/v1/jobs/{id}"),
    ("get", "/v1/events"),
    ("get", "/v1/webhooks"),
    ("post", "/v1/webhooks"),
    ("get", "/v1/webhooks/{id}"),
    ("delete", "/v1/webhooks/{id}"),
    ("get", "/v1/webhooks/{id}/deliveries"),
    ("post", "/v1/webhooks/{id}/deliveries/{event}/replay"),
    ("post", "/v1/webhooks/{id}/test"),
    ("get", "/tiles/grids.json"),
    ("get", "/tiles/grids/{z}/{x}/{y}.mvt"),
    ("get", "/tiles/{edition}/grids.json"),
    ("get", "/tiles/{edition}/grids/{z}/{x}/{y}.mvt"),
    ("get", "/style.json"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("get", "/"),
    ("get", "/m"),
    ("get", "/overview"),
    ("get", "/login"),
    ("get", "/v1/accounts"),
    ("post", "/v1/accounts"),
    ("delete", "/v1/accounts/{id}"),
    ("post", "/v1/accounts/{id}/password"),
    ("post", "/v1/assign"),
    ("get", "/v1/audit"),
    ("get", "/v1/categories"),
    ("get", "/v1/keys"),
    ("post", "/v1/keys"),
    ("delete", "/v1/keys/{id}"),
    ("get", "/open311/v2/discovery.{format}"),
    ("get", "/open311/v2/services.{format}"),
    ("get", "/open311/v2/services/{code}.{format}"),
    ("get", "/open311/v2/requests.{format}"),
    ("post", "/open311/v2/requests.{format}"),
    ("get", "/open311/v2/requests/{id}.{format}"),
    ("get", "/open311/v2/tokens/{token}.{format}"),
    ("get", "/v1/reports"),
    ("post", "/v1/reports"),
    ("get", "/v1/reports/{id}"),
    ("get", "/v1/reports/{id}/duplicates"),
    ("get", "/v1/reports/{id}/explain"),
    ("get", "/v1/reports/{id}/photos"),
    ("post", "/v1/reports:batch"),
    ("post", "/v1/reports/{id}/photos"),
    ("get", "/v1/reports/{id}/photos/{number}"),
    ("get", "/v1/reports/{id}/photos/{number}/thumbnail"),
    ("post", "/v1/reports/{id}/{action}"),
    ("get", "/v1/rules"),
    ("put", "/v1/rules"),
    ("delete", "/v1/session"),
    ("get", "/v1/session"),
    ("post", "/v1/session"),
    ("post", "/v1/session/password"),
    ("get", "/v1/stats"),
];

#[test]
fn openapi_describes_every_route_with_its_problems() {
    let document = get("/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    let mut described: Vec<(String, String)> = Vec::new();
    let mut called = std::collections::BTreeSet::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            described.push((method.clone(), path.clone()));
            assert!(operation["summary"].is_string(), "{method} {path}");
            // Generated clients name their functions so.
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path}"));
            assert!(called.insert(id.to_owned()), "{method} {path} is called {id} like another");
            for (status, response) in operation["responses"].as_object().unwrap() {
                if status.parse::<u16>().unwrap() >= 400 && path != "/readyz" {
                    // GeoReport has a form of its own for what is wrong.
                    let (said, form) = match path.starts_with("/open311/") {
                        true => ("/application~1json/schema/items/$ref", "#/components/schemas/Open311Error"),
                        false => ("/application~1problem+json/schema/$ref", "#/components/schemas/ProblemDetails"),
                    };
                    assert_eq!(response["content"].pointer(said), Some(&form.into()), "{method} {path} {status}");
                }
            }
        }
    }
    described.sort();
    let mut expected = DESCRIBED.iter().map(|&(method, path)| (method.to_owned(), path.to_owned())).collect::<Vec<_>>();
    expected.sort();
    assert_eq!(described, expected);
    assert_eq!(unresolved(&document, &document), Vec::<String>::new());
}

#[test]
fn openapi_asks_for_no_more_than_the_place() {
    let document = get("/openapi.json").json();
    for (method, required) in [("get", vec!["lon", "lat"]), ("post", Vec::new())] {
        let parameters = document["paths"]["/v1/locate"][method]["parameters"].as_array().unwrap();
        let asked = parameters.iter().filter(|parameter| parameter["required"] == true);
        assert_eq!(
            asked.map(|parameter| parameter["name"].as_str().unwrap()).collect::<Vec<_>>(),
            required,
            "{method}"
        );
    }
}

/// References that lead nowhere.
fn unresolved(document: &Value, part: &Value) -> Vec<String> {
    match part {
        Value::Object(members) => {
            let here = members
                .get("$ref")
                .and_then(Value::as_str)
                .filter(|reference| document.pointer(reference.trim_start_matches('#')).is_none());
            let below = members.values().flat_map(|value| unresolved(document, value));
            here.map(str::to_owned).into_iter().chain(below).collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| unresolved(document, item)).collect(),
        _ => Vec::new(),
    }
}
