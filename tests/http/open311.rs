//! Open311 GeoReport v2: by PyPI `georeport` as a client, and what that cannot ask.

use std::process::Command;

use axum::body::Body;
use axum::http::Method;
use gridward::domain::key::KeyRole;
use gridward::http::{AppState, Settings, router, serve};
use gridward::keys::Keys;
use gridward::live::Live;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::reports::Desk;
use super::town::{Answer, ask, nothing, run, somewhere, town_store};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");

async fn post(desk: &Desk, headers: &[(&str, &str)], form: &str) -> Answer {
    let headers: Vec<_> = [FORM].into_iter().chain(headers.iter().copied()).collect();
    ask(&desk.office.service, Method::POST, "/open311/v2/requests.json", &headers, form.to_owned()).await
}

/// The errors as GeoReport words them.
#[track_caller]
fn errors(answer: &Answer, status: u16) -> Vec<String> {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    let errors = answer.json();
    let errors = errors.as_array().unwrap();
    assert!(errors.iter().all(|error| error["code"] == status), "{errors:?}");
    errors.iter().map(|error| error["description"].as_str().unwrap().to_owned()).collect()
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()[0]["service_request_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_client_that_knows_the_standard_gets_on_with_it() {
    let (lon, lat, code) = somewhere();
    run(async {
        let store = town_store().await;
        let key = Keys::new(store.clone()).create(KeyRole::Dispatcher, "judge", None).await.unwrap();
        let state = AppState::new(Live::open(store).await.unwrap(), Settings::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(serve(listener, state, std::future::pending()));
        let judged = tokio::task::spawn_blocking(move || {
            Command::new("python3")
                .arg("open311.py")
                .args([&address, &key.text, &lon.to_string(), &lat.to_string(), &code])
                .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges"))
                .output()
        });
        let output = judged.await.unwrap().expect("python3 is installed: run `make tools` once");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        let found: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((&found["services"], &found["requests"]), (&json!(13), &json!(2)));
        serving.abort();
    });
}

#[test]
fn it_goes_the_way_of_every_report() {
    let (lon, lat, code) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let key = desk.key(KeyRole::Reporter, None).await;
        let text = key.strip_prefix("Bearer ").unwrap();
        let form = format!(
            "api_key={text}&service_code=sanitation&lat={lat}&long={lon}&description=a%0Ab&first_name=%E6%9F%90&last_name=%E7%8E%8B\
             &phone=13912345678&attribute%5Baccuracy%5D=15&attribute%5Bsource%5D=map&attribute%5Bcrs%5D=&unknown=1\
             &media_url=http%3A%2F%2Fx.example%2Fy.jpg"
        );
        let sent = post(&desk, &[], &form).await;
        let id = id(&sent);
        assert_eq!(
            sent.header("location"),
            format!("/open311/v2/requests/{id}.json"),
            "whoever has a key needs no token"
        );
        let kept = desk.get(&format!("/v1/reports/{id}"), &desk.office.key).await.json();
        assert_eq!((&kept["grid"], &kept["category"]), (&json!(code), &json!("sanitation")));
        assert_eq!(kept["description"], "a\nb\n附件 · media: http://x.example/y.jpg");
        assert_eq!(kept["reporter"], json!({"name": "王某", "phone": "13912345678"}));
        assert_eq!(kept["assignment"]["given"]["accuracy_m"], 15.0);
        assert_eq!(kept["history"][0]["actor"]["via"], "key");
        // Whoever sent it by a key sees all of it, and another key does not.
        let whole = desk.get(&format!("/open311/v2/requests/{id}.json?api_key={text}"), "").await.json();
        assert_eq!(whole[0]["description"], kept["description"]);
        let other = desk.key(KeyRole::Reporter, None).await;
        let seen = desk.get(&format!("/open311/v2/requests/{id}.json"), &other).await.json();
        assert_eq!(seen[0]["description"], Value::Null);
        // What becomes of it.
        for (action, status, notes) in [
            ("accept", "open", "办理中 · being worked on"),
            ("resolve", "closed", "待核实 · settled, to be verified"),
            ("verify", "closed", "已办结 · settled and verified"),
        ] {
            desk.post(&format!("/v1/reports/{id}/{action}"), &desk.office.key, &[], &json!({})).await;
            let seen = desk.get(&format!("/open311/v2/requests.json?service_request_id={id}"), "").await.json();
            assert_eq!((&seen[0]["status"], &seen[0]["status_notes"]), (&json!(status), &json!(notes)));
        }
        let again = [("idempotency-key", "k")];
        let first = post(&desk, &again, &form).await.json();
        assert_eq!(post(&desk, &again, &form).await.json(), first);
        assert_eq!(errors(&post(&desk, &again, &format!("{form}%21")).await, 422).len(), 1);
    });
}

#[test]
fn places_that_are_not_given_by_degrees() {
    let (_, _, code) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let kept = async |form: &str| {
            let id = id(&post(&desk, &[], &format!("service_code=sanitation&{form}")).await);
            desk.get(&format!("/v1/reports/{id}"), &desk.office.key).await.json()
        };
        let by_grid = kept(&format!("address_id={code}")).await;
        assert_eq!((&by_grid["grid"], &by_grid["assignment"]["rule"]), (&json!(code), &json!("contained")));
        // Nobody knows where an address is: a person places it.
        let by_address = kept("address_string=%E4%B9%94%E5%BA%84%E8%B7%AF%E5%8F%A3").await;
        assert_eq!((&by_address["level"], &by_address["assignment"]["rule"]), (&json!("town"), &json!("unassigned")));
        assert_eq!(by_address["description"], "（无说明 · no description）\n地址 · address: 乔庄路口");
        let said = errors(&post(&desk, &[], "service_code=sanitation&address_id=nowhere").await, 400);
        assert!(said[0].starts_with("address_id: "), "{said:?}");
    });
}

#[test]
fn every_problem_is_worded_as_the_standard_has_it() {
    let (lon, lat, _) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let said = errors(&post(&desk, &[], "lat=x&long=1&attribute[crs]=mars").await, 400);
        let names: Vec<&str> = said.iter().map(|error| error.split(':').next().unwrap()).collect();
        assert_eq!(names, ["service_code", "lat", "attribute[crs]"], "{said:?}");
        let at = format!("lat={lat}&long={lon}");
        for (form, status, said) in [
            (format!("service_code=nothing&{at}"), 404, "没有这个类别"),
            ("service_code=other&lat=91&long=0".to_owned(), 400, "lat: "),
            (format!("service_code=other&{at}&phone={}", "1".repeat(60)), 400, "phone: "),
            (format!("service_code=other&{at}&description={}", "x".repeat(4_001)), 400, "description: "),
            (format!("service_code=other&{at}&description=a%00b"), 400, "description: "),
            (format!("service_code=other&{at}&description=%ff"), 400, "description: "),
            (format!("service_code=other&{at}&api_key=gw_0123456789ab_x"), 403, "未登录"),
            ("&".repeat(100), 400, "service_code: "),
        ] {
            let answered = errors(&post(&desk, &[], &form).await, status);
            assert!(answered[0].contains(said) || said == "未登录", "{answered:?}");
        }
        let service = &desk.office.service;
        let json = [("content-type", "application/json")];
        let answer = ask(service, Method::POST, "/open311/v2/requests.json", &json, "{}").await;
        assert_eq!(errors(&answer, 415).len(), 1);
        let answer = ask(service, Method::DELETE, "/open311/v2/services.json", &[], Body::empty()).await;
        assert_eq!(errors(&answer, 405).len(), 1);
        let accepts = [("accept", "application/json"), ("accept-encoding", "gzip")];
        let answer = ask(service, Method::GET, "/open311/nowhere", &accepts, Body::empty()).await;
        assert_eq!(errors(&answer, 404).len(), 1);
        let large = "x".repeat(3 << 20);
        assert_eq!(errors(&post(&desk, &[], &large).await, 413).len(), 1);
        let wrong = [("authorization", "Bearer gw_wrong"), ("accept", "application/json")];
        let answer = ask(service, Method::GET, "/open311/v2/requests", &wrong, Body::empty()).await;
        assert_eq!(errors(&answer, 403).len(), 1);
        for query in [
            "page=102&page_size=1000",
            "page_size=1001",
            "page=-1",
            "status=open,lost",
            "start_date=yesterday",
            "start_date=2026-01-02&end_date=2026-01-01",
            "end_date=9999-12-31T23:59:59Z",
            "end_date=9999-12-31T22:00:00Z",
            "end_date=9999-12-31",
            "start_date=0000-01-01",
            "status=open&status=closed",
        ] {
            let answer = desk.get(&format!("/open311/v2/requests.json?{query}"), "").await;
            assert_eq!(errors(&answer, 400).len(), 1, "{query}");
        }
        for nothing_there in
            ["service_code=%00", "service_request_id=%00,x", "service_code=nothing", "start_date=0001-01-02"]
        {
            let answer = desk.get(&format!("/open311/v2/requests.json?{nothing_there}"), "").await;
            assert_eq!((answer.status.as_u16(), answer.json()), (200, json!([])), "{nothing_there}");
        }
        let empty = nothing().await;
        let answer =
            ask(&empty, Method::POST, "/open311/v2/requests.json", &[FORM], format!("service_code=other&{at}")).await;
        assert_eq!(errors(&answer, 503).len(), 1);
    });
}

#[test]
fn a_store_that_is_away_and_a_rate_that_is_used_up() {
    run(async {
        let settings = Settings { address_requests_per_minute: 1, ..Settings::default() };
        let store = town_store().await;
        let service = router(AppState::new(Live::open(store.clone()).await.unwrap(), settings));
        let peer = axum::extract::ConnectInfo(std::net::SocketAddr::from(([192, 0, 2, 1], 4321)));
        let service = service.layer(axum::Extension(peer));
        let get = async || ask(&service, Method::GET, "/open311/v2/services.json", &[], Body::empty()).await;
        assert_eq!(get().await.status, 200);
        let refused = get().await;
        assert!(!refused.header("retry-after").is_empty() && !refused.header("ratelimit").is_empty());
        assert_eq!(errors(&refused, 429).len(), 1);
        let service = router(AppState::new(Live::open(store.clone()).await.unwrap(), Settings::default()));
        store.close().await;
        let answer = ask(&service, Method::GET, "/open311/v2/requests.json", &[], Body::empty()).await;
        assert_eq!(errors(&answer, 503).len(), 1);
    });
}
