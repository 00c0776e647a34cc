//! Who may do what: roles, grids, whole phone numbers, accounts and sessions, the audit log, and rate limits.

use std::net::SocketAddr;
use std::time::Instant;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Method;
use axum::{Extension, Router};
use gridward::domain::key::KeyRole;
use gridward::http::{AppState, Settings, router};
use gridward::keys::{Accounts, Keys};
use gridward::live::Live;
use serde_json::{Value, json};

use super::office::Office;
use super::town::{Answer, ask, run, town_store};

const PLACE: &str = "/v1/locate?lon=116.9&lat=30.8";
const PASSWORD: &str = "a long password 7";

async fn office() -> Office {
    Office::on(town_store().await, Settings::default()).await
}

async fn key(office: &Office, role: KeyRole, grid: Option<&str>) -> String {
    let made = Keys::new(office.store.clone()).create(role, "another", grid).await.unwrap();
    format!("Bearer {}", made.text)
}

async fn get_as(office: &Office, uri: &str, key: &str) -> Answer {
    ask(&office.service, Method::GET, uri, &[("authorization", key)], Body::empty()).await
}

fn phone(answer: &Answer) -> String {
    answer.json()["answers"]["phone"].as_str().unwrap().to_owned()
}

fn is_masked(phone: &str) -> bool {
    phone.contains('*')
}

async fn log(office: &Office, query: &str) -> Vec<Value> {
    let page = office.get(&format!("/v1/audit{query}")).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.json()["rows"].as_array().unwrap().clone()
}

#[test]
fn phones_are_whole_for_who_may_see_them_there_and_each_is_in_the_log() {
    run(async {
        let office = office().await;
        let public = ask(&office.service, Method::GET, PLACE, &[], Body::empty()).await;
        assert!(is_masked(&phone(&public)) && public.header("cache-control").is_empty());
        let codes: Vec<String> = public.json()["grids"]
            .as_array()
            .unwrap()
            .iter()
            .map(|grid| grid["code"].as_str().unwrap().to_owned())
            .collect();
        let answering = public.json()["answers"]["grid"].as_str().unwrap().to_owned();
        assert_eq!(log(&office, "?action=phone").await.len(), 0);
        // On the smallest grid's leader every grid of the chain that is its own or above it.
        for code in codes.iter().filter(|code| answering.starts_with(code.as_str())) {
            let leader = key(&office, KeyRole::Leader, Some(code)).await;
            let answer = get_as(&office, PLACE, &leader).await;
            assert!(!is_masked(&phone(&answer)), "{code}");
            assert_eq!(answer.header("cache-control"), "no-store");
            let grid = get_as(&office, &format!("/v1/grids/{answering}"), &leader).await;
            assert!(!is_masked(grid.json()["responsible"]["leader"]["phone"].as_str().unwrap()));
            assert_eq!(grid.header("cache-control"), "no-store");
            let rows = log(&office, "?action=phone.reveal&limit=2").await;
            let id = leader.split('_').nth(1).unwrap();
            assert!(rows.iter().all(|row| row["actor"] == id && row["via"] == "key"), "{rows:?}");
            let whole = phone(&answer);
            assert!(rows.iter().all(|row| !row.to_string().contains(&whole)), "the log holds a number");
            let shown = rows[1]["details"]["phones"].as_array().unwrap().clone();
            let leaders = shown.iter().filter(|shown| shown["role"] == "leader" && shown["grid"] == answering.as_str());
            assert!(leaders.clone().any(|shown| shown["phone"] == public.json()["answers"]["phone"]), "{shown:?}");
        }
        // Another village's leader, a reporter, a viewer, and a key that does not hold: as everybody.
        let before = log(&office, "?action=phone").await.len();
        let elsewhere = office.get("/v1/grids?tier=1&limit=50").await.json()["grids"]
            .as_array()
            .unwrap()
            .iter()
            .map(|grid| grid["code"].as_str().unwrap().to_owned())
            .find(|code| !codes.contains(code))
            .unwrap();
        let wrong = format!("Bearer gw_0123456789ab_{}", "A".repeat(43));
        for key in [
            key(&office, KeyRole::Leader, Some(&elsewhere)).await,
            key(&office, KeyRole::Reporter, None).await,
            key(&office, KeyRole::Viewer, None).await,
            wrong,
        ] {
            assert_eq!(get_as(&office, PLACE, &key).await.json(), public.json());
        }
        assert_eq!(log(&office, "?action=phone").await.len(), before);
        let dispatcher = key(&office, KeyRole::Dispatcher, None).await;
        for key in [&dispatcher, &office.key] {
            assert!(!is_masked(&phone(&get_as(&office, PLACE, key).await)));
        }
    });
}

#[test]
fn only_an_administrator_makes_keys_and_accounts_and_reads_the_log() {
    run(async {
        let office = office().await;
        let village = office.get("/v1/grids?tier=1&limit=1").await.json()["grids"][0]["code"].clone();
        for role in [KeyRole::Viewer, KeyRole::Reporter, KeyRole::Leader, KeyRole::Dispatcher] {
            let grid = (role == KeyRole::Leader).then(|| village.as_str().unwrap());
            let key = key(&office, role, grid).await;
            for (method, uri) in [
                (Method::GET, "/v1/keys"),
                (Method::POST, "/v1/keys"),
                (Method::DELETE, "/v1/keys/x"),
                (Method::GET, "/v1/accounts"),
                (Method::POST, "/v1/accounts"),
                (Method::DELETE, "/v1/accounts/x"),
                (Method::POST, "/v1/accounts/x/password"),
                (Method::GET, "/v1/audit"),
                (Method::GET, "/v1/jobs"),
                (Method::POST, "/v1/rollback"),
            ] {
                let answer = ask(&office.service, method.clone(), uri, &[("authorization", &key)], "{}").await;
                assert_eq!(answer.problem(403), "forbidden", "{role:?} {uri}");
                assert_eq!(ask(&office.service, method, uri, &[], "{}").await.problem(401), "unauthenticated");
            }
        }
        let made = office.post_json("/v1/keys", json!({"role": "leader", "name": "王某", "grid": village})).await;
        assert_eq!((made.status.as_u16(), made.header("cache-control")), (201, "no-store"));
        let made = made.json();
        let bearer = format!("Bearer {}", made["key"].as_str().unwrap());
        let who = get_as(&office, "/v1/session", &bearer).await.json();
        assert_eq!((&who["via"], &who["role"], &who["grid"]), (&json!("key"), &json!("leader"), &village));
        assert_eq!(who["name"], "王某");
        let listed = office.get("/v1/keys").await.json();
        let row = listed["keys"].as_array().unwrap().iter().find(|row| row["id"] == made["id"]).unwrap().clone();
        assert!(row.get("key").is_none() && row["revoked_at"].is_null());
        let revoked = office.delete(&format!("/v1/keys/{}", made["id"].as_str().unwrap())).await;
        assert!(revoked.json()["revoked_at"].is_string());
        assert_eq!(get_as(&office, "/v1/session", &bearer).await.problem(401), "unauthenticated");
        assert_eq!(office.delete("/v1/keys/nothing").await.problem(404), "no-such-key");
        for (wish, field) in [
            (json!({}), "role"),
            (json!({"role": "owner"}), "role"),
            (json!({"role": "leader"}), "grid"),
            (json!({"role": "leader", "grid": "nowhere"}), "grid"),
            (json!({"role": "admin", "grid": village}), "grid"),
            (json!({"role": "admin", "name": "a\nb"}), "name"),
            (json!({"role": "admin", "more": 1}), "more"),
        ] {
            let answer = office.post_json("/v1/keys", wish).await;
            assert_eq!(answer.problem(400), "bad-parameter");
            assert_eq!(answer.fields(), [field]);
        }
        let did = log(&office, "?action=key&limit=2").await;
        assert_eq!((did[0]["action"].as_str(), did[1]["action"].as_str()), (Some("key.revoke"), Some("key.create")));
        assert_eq!((&did[0]["subject"], &did[0]["name"]), (&made["id"], &json!("office")));
    });
}

#[test]
fn the_log_is_paged_to_its_end() {
    run(async {
        let office = office().await;
        let all: Vec<Value> = log(&office, "?limit=1000").await;
        assert!(all.len() >= 6 && all.iter().any(|row| row["action"] == "edition.publish"), "{all:?}");
        let (mut paged, mut uri) = (Vec::new(), "/v1/audit?limit=2".to_owned());
        loop {
            let page = office.get(&uri).await.json();
            paged.extend(page["rows"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            uri = format!("/v1/audit?limit=2&cursor={next}");
        }
        assert_eq!(paged, all);
        assert_eq!(office.get("/v1/audit?cursor=xyz&limit=0&since=now").await.fields(), ["since", "cursor", "limit"]);
    });
}

/// The cookie that an answer sets, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

async fn sign_in(office: &Office, headers: &[(&str, &str)], name: &str, password: &str) -> Answer {
    sign_in_at(&office.service, headers, name, password).await
}

async fn sign_in_at(service: &Router, headers: &[(&str, &str)], name: &str, password: &str) -> Answer {
    let body = json!({"sign_in": name, "password": password}).to_string();
    let headers: Vec<(&str, &str)> = headers.iter().copied().chain([("content-type", "application/json")]).collect();
    ask(service, Method::POST, "/v1/session", &headers, body).await
}

#[test]
fn people_sign_in_act_and_sign_out() {
    run(async {
        let office = office().await;
        let wish = json!({"sign_in": "Wang", "name": "王某", "role": "admin", "password": PASSWORD});
        let made = office.post_json("/v1/accounts", wish.clone()).await;
        assert_eq!(made.status, 201, "{}", made.text());
        assert!(made.json().get("password").is_none());
        assert_eq!(office.post_json("/v1/accounts", wish).await.problem(409), "sign-in-taken");
        for (name, password) in [("wang", "wrong password 7"), ("nobody", PASSWORD)] {
            assert_eq!(sign_in(&office, &[], name, password).await.problem(401), "sign-in-failed");
        }
        let signed = sign_in(&office, &[], "wang", PASSWORD).await;
        assert_eq!((signed.status.as_u16(), signed.header("cache-control")), (200, "no-store"));
        let set = signed.header("set-cookie");
        assert!(set.starts_with("gridward=") && set.contains("; HttpOnly; SameSite=Strict"), "{set}");
        assert!(set.contains("; Path=/;") && set.contains("Max-Age=43200") && !set.contains("Secure"), "{set}");
        let cookie = cookie(&signed);
        let with = async |method: Method, uri: &str, more: &[(&str, &str)]| {
            let headers: Vec<(&str, &str)> = more.iter().copied().chain([("cookie", &*cookie)]).collect();
            ask(&office.service, method, uri, &headers, Body::empty()).await
        };
        let who = with(Method::GET, "/v1/session", &[]).await.json();
        assert_eq!((&who["via"], &who["name"], &who["role"]), (&json!("session"), &json!("王某"), &json!("admin")));
        assert_eq!(with(Method::GET, "/v1/keys", &[]).await.status, 200);
        // What changes something has to come from a page of this service.
        let own = [("sec-fetch-site", "same-origin")];
        for other in [
            &[][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "http://town.example")],
            &[("origin", "null")],
        ] {
            assert_eq!(with(Method::POST, "/v1/rollback", other).await.problem(403), "cross-site", "{other:?}");
        }
        let edition = async || with(Method::GET, PLACE, &[]).await.json()["edition"].clone();
        assert_eq!(edition().await, "demo");
        assert_eq!(with(Method::POST, "/v1/rollback", &own).await.status, 200);
        assert_eq!(edition().await, "before");
        assert_eq!(with(Method::POST, "/v1/rollback", &[("origin", "http://town.example:8080")]).await.status, 200);
        assert_eq!(with(Method::POST, "/v1/rollback", &[("x-gridward", "1")]).await.status, 200);
        let did = log(&office, "?action=edition.put_in_force&limit=1").await;
        let who = (&did[0]["via"], &did[0]["actor"], &did[0]["name"]);
        assert_eq!(who, (&json!("session"), &made.json()["id"], &json!("王某")));
        // A key counts before a cookie, also one that does not hold.
        assert_eq!(
            with(Method::GET, "/v1/keys", &[("authorization", "Bearer x")]).await.problem(401),
            "unauthenticated"
        );

        assert_eq!(with(Method::DELETE, "/v1/session", &[]).await.problem(403), "cross-site");
        let out = with(Method::DELETE, "/v1/session", &own).await;
        assert_eq!(out.status, 204);
        assert!(out.header("set-cookie").contains("Max-Age=0"));
        assert_eq!(with(Method::GET, "/v1/keys", &[]).await.problem(401), "unauthenticated");
        assert_eq!(with(Method::GET, PLACE, &[]).await.status, 200, "a cookie that ended keeps nobody from a lookup");
        assert_eq!(with(Method::GET, "/v1/session", &[]).await.json()["via"], "nobody");
        let did: Vec<String> = log(&office, "?action=session")
            .await
            .iter()
            .map(|row| row["action"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(did, ["session.end", "session.begin", "session.refuse", "session.refuse"]);
    });
}

#[test]
fn nobody_signs_in_from_another_site_and_guessing_is_slowed() {
    run(async {
        let office = office().await;
        Accounts::new(office.store.clone())
            .create("wang", "王某", KeyRole::Dispatcher, None, Some(PASSWORD))
            .await
            .unwrap();
        let other = [("origin", "https://evil.example")];
        assert_eq!(sign_in(&office, &other, "wang", PASSWORD).await.problem(403), "cross-site");
        // Hashing may take longer than the first waits, and the right password may come when the wait is just over: then
        // another service, which remembers nothing, is tried.
        let mut refused = None;
        for _ in 0..5 {
            let service = from(&office, "192.0.2.9", Settings::default()).await;
            let mut guesses = 0;
            loop {
                let answer = sign_in_at(&service, &[], "wang", "wrong password 7").await;
                if answer.status == 429 {
                    break;
                }
                assert_eq!(answer.problem(401), "sign-in-failed");
                guesses += 1;
                assert!(guesses < 20);
            }
            assert!(guesses >= 5, "{guesses}");
            let answer = sign_in_at(&service, &[], "wang", PASSWORD).await;
            if answer.status == 429 {
                refused = Some(answer);
                break;
            }
        }
        let refused = refused.expect("the right password comes too early as well");
        assert_eq!(refused.problem(429), "too-many-requests");
        assert!((1..=900).contains(&refused.header("retry-after").parse().unwrap()));
        assert!(!refused.text().contains(PASSWORD));
        for bad in [json!({}), json!({"sign_in": 7, "password": null})] {
            let answer = ask(&office.service, Method::POST, "/v1/session", &[], bad.to_string()).await;
            assert_eq!(answer.fields(), ["sign_in", "password"]);
        }
    });
}

#[test]
fn sessions_end_when_the_account_is_disabled_or_its_password_changes() {
    run(async {
        let office = office().await;
        let accounts = Accounts::new(office.store.clone());
        accounts.create("wang", "王某", KeyRole::Dispatcher, None, Some(PASSWORD)).await.unwrap();
        let via = async |cookie: &str| {
            let answer = ask(&office.service, Method::GET, "/v1/session", &[("cookie", cookie)], Body::empty()).await;
            answer.json()["via"].as_str().unwrap().to_owned()
        };
        let first = cookie(&sign_in(&office, &[], "wang", PASSWORD).await);
        let second = cookie(&sign_in(&office, &[], "wang", PASSWORD).await);
        assert_eq!((via(&first).await, via(&second).await), ("session".into(), "session".into()));
        let set = office.post_json("/v1/accounts/wang/password", json!({})).await.json();
        let password = set["password"].as_str().unwrap().to_owned();
        assert_eq!((via(&first).await, via(&second).await), ("nobody".into(), "nobody".into()));
        assert_eq!(sign_in(&office, &[], "wang", PASSWORD).await.problem(401), "sign-in-failed");
        let third = cookie(&sign_in(&office, &[], "wang", &password).await);
        assert_eq!(via(&third).await, "session");
        assert!(office.delete("/v1/accounts/wang").await.json()["disabled_at"].is_string());
        assert_eq!(via(&third).await, "nobody");
        assert_eq!(sign_in(&office, &[], "wang", &password).await.problem(401), "sign-in-failed");
        assert_eq!(office.delete("/v1/accounts/nobody").await.problem(404), "no-such-account");
        let weak = office.post_json("/v1/accounts/wang/password", json!({"password": "short"})).await;
        assert_eq!(weak.fields(), ["password"]);
    });
}

#[test]
fn people_change_their_own_password_and_their_other_sessions_end() {
    run(async {
        let office = office().await;
        let accounts = Accounts::new(office.store.clone());
        accounts.create("wang", "王某", KeyRole::Dispatcher, None, Some(PASSWORD)).await.unwrap();
        let mine = cookie(&sign_in(&office, &[], "wang", PASSWORD).await);
        let other = cookie(&sign_in(&office, &[], "wang", PASSWORD).await);
        let change = async |headers: &[(&str, &str)], current: &str, new: &str| {
            let body = json!({"password": current, "new_password": new}).to_string();
            ask(&office.service, Method::POST, "/v1/session/password", headers, body).await
        };
        let (own, new) = ([("cookie", &*mine), ("sec-fetch-site", "same-origin")], "another password 8");
        assert_eq!(change(&[], PASSWORD, new).await.problem(401), "unauthenticated");
        assert_eq!(change(&[("authorization", &office.key)], PASSWORD, new).await.problem(403), "forbidden");
        assert_eq!(change(&own[..1], PASSWORD, new).await.problem(403), "cross-site");
        assert_eq!(change(&own, "wrong password 7", new).await.fields(), ["password"]);
        assert_eq!(change(&own, PASSWORD, "short").await.fields(), ["new_password"]);
        let changed = change(&own, PASSWORD, new).await;
        assert_eq!(
            (changed.status.as_u16(), changed.json()["via"].as_str()),
            (200, Some("session")),
            "{}",
            changed.text()
        );
        let now = cookie(&changed);
        let via = async |cookie: &str| {
            let answer = ask(&office.service, Method::GET, "/v1/session", &[("cookie", cookie)], Body::empty()).await;
            answer.json()["via"].as_str().unwrap().to_owned()
        };
        assert_eq!([via(&now).await, via(&mine).await, via(&other).await], ["session", "nobody", "nobody"]);
        assert_eq!(sign_in(&office, &[], "wang", PASSWORD).await.problem(401), "sign-in-failed");
        assert_eq!(sign_in(&office, &[], "wang", new).await.status, 200);
        // Whoever has somebody's session guesses their password no faster than anybody.
        let guessing = [("cookie", &*now), ("x-gridward", "1")];
        let mut guesses = 0;
        // Hashing may take longer than the first waits.
        let refused = loop {
            let answer = change(&guessing, "wrong password 7", PASSWORD).await;
            if answer.status == 429 {
                break answer;
            }
            assert_eq!(answer.fields(), ["password"]);
            guesses += 1;
            assert!(guesses < 20);
        };
        assert!(guesses >= 5 && refused.problem(429) == "too-many-requests", "{guesses}");
        let rows = log(&office, "?action=account.password").await;
        assert_eq!((rows.len(), rows[0]["via"].as_str(), rows[0]["name"].as_str()), (1, Some("session"), Some("王某")));
    });
}

#[test]
fn numbers_in_a_report_are_whole_for_who_answers_there_and_each_is_in_the_log() {
    let (lon, lat, code) = super::town::somewhere();
    run(async {
        let office = office().await;
        let number = "13912345678";
        let media = [("content-type", "application/json")];
        let body = super::reports::report(lon, lat).to_string();
        let sent = ask(&office.service, Method::POST, "/v1/reports", &media, body).await.json();
        let uri = format!("/v1/reports/{}", sent["id"].as_str().unwrap());
        let leader = key(&office, KeyRole::Leader, Some(&code)).await;
        // Whoever turns pages, or asks why, has not asked for a number.
        for uri in ["/v1/reports".to_owned(), format!("{uri}/explain"), format!("{uri}/duplicates")] {
            let answer = get_as(&office, &uri, &leader).await;
            assert_eq!(answer.status, 200, "{uri}");
            assert!(!answer.text().contains(number), "{uri}");
        }
        assert_eq!(log(&office, "?action=phone").await, [] as [Value; 0]);
        let seen = get_as(&office, &uri, &leader).await.json();
        assert_eq!(seen["reporter"]["phone"], number);
        let called = seen["assignment"]["leader"]["phone"].as_str().unwrap().to_owned();
        assert!(!is_masked(&called));
        let rows = log(&office, "?action=phone").await;
        assert_eq!(
            (rows.len(), &rows[0]["subject"], rows[0]["actor"].as_str()),
            (1, &sent["id"], leader.split('_').nth(1))
        );
        let shown = rows[0]["details"]["phones"].as_array().unwrap();
        let roles: Vec<&str> = shown.iter().map(|shown| shown["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["reporter", "leader"]);
        assert!(shown.iter().all(|shown| is_masked(shown["phone"].as_str().unwrap()) && shown["report"] == sent["id"]));
        // So is the answer to a step.
        let headers = [("authorization", &*leader)];
        let step = ask(&office.service, Method::POST, &format!("{uri}/accept"), &headers, Body::empty()).await;
        assert_eq!(step.json()["reporter"]["phone"], number, "{}", step.text());
        let rows = log(&office, "?limit=2").await;
        assert_eq!([&rows[0]["action"], &rows[1]["action"]], ["phone.reveal", "report.accept"]);
        assert_eq!((&rows[1]["subject"], &rows[1]["details"]["step"]), (&sent["id"], &json!(2)));
    });
}

#[test]
fn a_key_says_when_its_grid_is_gone() {
    run(async {
        let office = office().await;
        let made = office.post_json("/v1/keys", json!({"role": "leader", "grid": "340881106202"})).await.json();
        assert_eq!(made["grid_in_force"], true);
        let leader = format!("Bearer {}", made["key"].as_str().unwrap());
        let who = async || get_as(&office, "/v1/session", &leader).await.json()["grid_in_force"].clone();
        assert_eq!(who().await, true);
        assert_eq!(office.post("/v1/rollback").await.status, 200);
        assert_eq!(who().await, false);
        let listed = office.get("/v1/keys").await.json();
        for key in listed["keys"].as_array().unwrap() {
            let expected = if key["role"] == "leader" { json!(false) } else { Value::Null };
            assert_eq!(key["grid_in_force"], expected, "{key}");
        }
    });
}

/// The office's service as a peer at an address reaches it.
async fn from(office: &Office, address: &str, settings: Settings) -> Router {
    let state = AppState::new(Live::open(office.store.clone()).await.unwrap(), settings);
    router(state).layer(Extension(ConnectInfo(SocketAddr::new(address.parse().unwrap(), 1))))
}

#[test]
fn behind_a_proxy_that_is_trusted_cookies_are_for_https_and_addresses_those_of_clients() {
    run(async {
        let office = office().await;
        Accounts::new(office.store.clone())
            .create("wang", "王某", KeyRole::Dispatcher, None, Some(PASSWORD))
            .await
            .unwrap();
        let settings = Settings { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..Settings::default() };
        let body = || json!({"sign_in": "wang", "password": PASSWORD}).to_string();
        let forwarded = [("x-forwarded-for", "192.0.2.66, 198.51.100.7"), ("x-forwarded-proto", "https")];
        let proxy = from(&office, "10.0.0.1", settings.clone()).await;
        let signed = ask(&proxy, Method::POST, "/v1/session", &forwarded, body()).await;
        let set = signed.header("set-cookie");
        assert!(set.starts_with("__Host-gridward=") && set.ends_with("; Secure") && set.contains("Path=/;"), "{set}");
        assert_eq!(log(&office, "?action=session.begin&limit=1").await[0]["address"], "198.51.100.7");
        let stranger = from(&office, "203.0.113.5", settings).await;
        let signed = ask(&stranger, Method::POST, "/v1/session", &forwarded, body()).await;
        assert!(signed.header("set-cookie").starts_with("gridward="));
        assert_eq!(log(&office, "?action=session.begin&limit=1").await[0]["address"], "203.0.113.5");
    });
}

/// Asks until it is refused, `begun` before the first. As many pass as there may be in a minute, and what came back meanwhile,
/// however fast the machine is.
async fn refused(ask: impl AsyncFn() -> Answer, status: u16, passed: u32, quota: u32, begun: Instant) -> Answer {
    for passed in passed..200 {
        let answer = ask().await;
        if answer.status == 429 {
            let back = (begun.elapsed().as_secs_f64() * f64::from(quota) / 60.0) as u32;
            assert!((quota..=quota + back).contains(&passed), "{passed} of {quota}, and {back} that came back");
            return answer;
        }
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    panic!("200 are not refused");
}

#[test]
fn rates_are_limited_by_address_and_by_key_and_told() {
    run(async {
        let office = office().await;
        let settings =
            Settings { address_requests_per_minute: 20, caller_requests_per_minute: 30, ..Settings::default() };
        let service = from(&office, "192.0.2.1", settings).await;
        let get =
            async |uri: &str, headers: &[(&str, &str)]| ask(&service, Method::GET, uri, headers, Body::empty()).await;
        let begun = Instant::now();
        let first = get(PLACE, &[]).await;
        assert_eq!(first.header("ratelimit-policy"), "\"address\";q=20;w=60");
        assert_eq!(first.header("ratelimit"), "\"address\";r=19;t=3");
        let answer = refused(async || get(PLACE, &[]).await, 200, 1, 20, begun).await;
        assert_eq!(answer.problem(429), "too-many-requests");
        assert!((1..=3).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
        assert!(answer.header("ratelimit").starts_with("\"address\";r=0;t="));
        assert!(
            get(PLACE, &[("origin", "https://a.example")])
                .await
                .header("access-control-expose-headers")
                .contains("ratelimit")
        );
        // Pages and tiles go on, and who has a key has a rate of their own.
        for uri in ["/", "/m", "/login", "/healthz", "/tiles/grids.json", "/tiles/grids/14/13512/6717.mvt"] {
            let answer = get(uri, &[]).await;
            assert_eq!((answer.status.as_u16(), answer.header("ratelimit")), (200, ""), "{uri}");
        }
        let (key, begun) = ([("authorization", &*office.key)], Instant::now());
        let answer = get("/v1/editions", &key).await;
        assert_eq!((answer.status.as_u16(), answer.header("ratelimit")), (200, "\"caller\";r=29;t=2"));
        let answer = refused(async || get("/v1/editions", &key).await, 200, 1, 30, begun).await;
        assert_eq!(answer.problem(429), "too-many-requests");
        // A table of places is as much as ten lookups.
        let service =
            from(&office, "192.0.2.2", Settings { address_requests_per_minute: 20, ..Settings::default() }).await;
        let batch =
            ask(&service, Method::POST, "/v1/locate", &[("content-type", "text/csv")], "lon,lat\n116.9,30.8\n").await;
        assert_eq!((batch.status.as_u16(), batch.header("ratelimit")), (200, "\"address\";r=10;t=30"));
        // Keys that do not hold are not tried for ever.
        let wrong = format!("Bearer gw_0123456789ab_{}", "A".repeat(43));
        let service =
            from(&office, "192.0.2.3", Settings { address_requests_per_minute: 1_000, ..Settings::default() }).await;
        let (wrong, begun) = ([("authorization", &*wrong)], Instant::now());
        let try_one = async || ask(&service, Method::GET, "/v1/editions", &wrong, Body::empty()).await;
        let answer = refused(try_one, 401, 0, 60, begun).await;
        assert_eq!(answer.problem(429), "too-many-requests");
    });
}
