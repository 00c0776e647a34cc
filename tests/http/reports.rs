//! Reports: they come in, go to who answers, are acted on, and stay explained.

use axum::body::Body;
use axum::http::Method;
use gridward::domain::key::KeyRole;
use gridward::http::Settings;
use gridward::keys::Keys;
use serde_json::{Value, json};

use super::office::Office;
use super::town::{Answer, ask, run, somewhere, town_store};

/// The demo town with keys of all kinds.
pub struct Desk {
    pub office: Office,
}

impl Desk {
    pub async fn new() -> Desk {
        Desk { office: Office::on(town_store().await, Settings::default()).await }
    }

    /// A key, as it is sent.
    pub async fn key(&self, role: KeyRole, grid: Option<&str>) -> String {
        let made = Keys::new(self.office.store.clone()).create(role, "test", grid).await.unwrap();
        format!("Bearer {}", made.text)
    }

    /// Sends JSON with a key, or with none.
    pub async fn post(&self, uri: &str, key: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        if !key.is_empty() {
            all.push(("authorization", key));
        }
        ask(&self.office.service, Method::POST, uri, &all, body.to_string()).await
    }

    pub async fn get(&self, uri: &str, key: &str) -> Answer {
        let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("authorization", key)] };
        ask(&self.office.service, Method::GET, uri, headers, Body::empty()).await
    }
}

pub fn report(lon: f64, lat: f64) -> Value {
    json!({"category": "sanitation", "description": "路边垃圾未清运", "lon": lon, "lat": lat,
           "reporter": {"name": "王某", "phone": "13912345678"}})
}

#[test]
fn from_the_resident_to_the_village_and_back() {
    let (lon, lat, code) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let sent = desk.post("/v1/reports", "", &[], &report(lon, lat)).await;
        assert_eq!(sent.status, 201, "{}", sent.text());
        let stored = sent.json();
        let id = stored["id"].as_str().unwrap().to_owned();
        assert_eq!(sent.header("location"), format!("/v1/reports/{id}"));
        assert_eq!(sent.header("etag"), "\"1\"");
        let assignment = &stored["assignment"];
        assert_eq!((&assignment["rule"], &assignment["level"]), (&json!("contained"), &json!("tier3")));
        assert_eq!((&assignment["grid"], &stored["grid"]), (&json!(code), &json!(code)));
        assert_eq!(assignment["grids"].as_array().unwrap().len(), 3);
        assert!(assignment["leader"]["phone"].as_str().unwrap().contains("****"), "{assignment}");
        assert_eq!(stored["reporter"], Value::Null, "not even to whoever sent it, who may be anybody");

        // Nobody else reads it; its sender does by the token.
        let uri = format!("/v1/reports/{id}");
        assert_eq!(desk.get(&uri, "").await.problem(401), "unauthenticated");
        let token = stored["token"].as_str().unwrap();
        assert_eq!(desk.get(&format!("{uri}?token={token}"), "").await.json()["id"], json!(id));
        assert_eq!(desk.get(&format!("{uri}?token=x{token}"), "").await.problem(401), "unauthenticated");

        let leader = desk.key(KeyRole::Leader, Some(&code)).await;
        let village = desk.key(KeyRole::Leader, Some(&code[..12])).await;
        let elsewhere = desk.key(KeyRole::Leader, Some("340881106219")).await;
        let system = desk.key(KeyRole::Reporter, None).await;
        let seen = desk.get(&uri, &leader).await.json();
        assert_eq!(seen["reporter"], json!({"name": "王某", "phone": "13912345678"}));
        assert_eq!(seen["actions"], json!(["accept", "forward", "reject", "merge"].map(String::from)));
        for key in [&elsewhere, &system] {
            assert_eq!(desk.get(&uri, key).await.problem(404), "no-such-report");
        }
        assert_eq!(desk.get("/v1/reports", &leader).await.json()["reports"].as_array().unwrap().len(), 1);
        assert_eq!(desk.get("/v1/reports", &elsewhere).await.json()["reports"], json!([]));
        assert_eq!(desk.get("/v1/reports", &system).await.json()["reports"], json!([]));
        assert_eq!(desk.get("/v1/reports", "").await.problem(401), "unauthenticated");

        let act = async |action: &str, key: &str, headers: &[(&str, &str)], body: Value| {
            desk.post(&format!("{uri}/{action}"), key, headers, &body).await
        };
        assert_eq!(act("resolve", &leader, &[], json!({})).await.problem(409), "step-refused");
        assert_eq!(act("accept", &elsewhere, &[], json!({})).await.problem(404), "no-such-report");
        assert_eq!(act("accept", &system, &[], json!({})).await.problem(403), "forbidden");
        let accepted = act("accept", &leader, &[("if-match", "\"1\"")], json!({"note": "收到"})).await;
        assert_eq!((accepted.status.as_u16(), accepted.header("etag")), (200, "\"2\""), "{}", accepted.text());
        assert_eq!(act("forward", &leader, &[("if-match", "\"1\"")], json!({})).await.problem(412), "version-changed");
        let forwarded = act("forward", &leader, &[], json!({"to": "tier1", "note": "需要村里协调"})).await.json();
        assert_eq!((&forwarded["level"], &forwarded["grid"]), (&json!("tier1"), &json!(code[..12])));
        // Who was called then stays in the decision; who is called now is told beside it.
        assert_eq!((&seen["holder"]["level"], &seen["holder"]["grid"]["code"]), (&json!("tier3"), &json!(code)));
        assert_eq!(seen["holder"]["leader"], seen["assignment"]["leader"]);
        let holder = &forwarded["holder"];
        assert_eq!((&holder["level"], &holder["grid"]["code"]), (&json!("tier1"), &json!(code[..12])));
        let of_village =
            desk.get(&format!("/v1/grids/{}?f=json", &code[..12]), &leader).await.json()["responsible"].clone();
        assert_eq!(holder["leader"]["name"], of_village["leader"]["name"]);
        assert_eq!(holder["party_group"], of_village["party_group"]);
        assert_ne!(holder["leader"]["name"], forwarded["assignment"]["leader"]["name"]);
        let listed = desk.get("/v1/reports", &village).await.json()["reports"][0]["holder"].clone();
        assert_eq!(listed["leader"]["name"], holder["leader"]["name"]);
        assert!(listed["leader"]["phone"].as_str().unwrap().contains("****"), "{listed}");
        assert_eq!(act("accept", &leader, &[], json!({})).await.problem(403), "forbidden");
        assert_eq!(act("accept", &village, &[], json!({})).await.status, 200);
        assert_eq!(act("resolve", &village, &[], json!({"note": "已清运"})).await.json()["settled_level"], "tier1");
        assert_eq!(act("verify", &village, &[], json!({})).await.problem(403), "forbidden");
        let closed = act("verify", &desk.office.key, &[], json!({})).await.json();
        assert_eq!((&closed["status"], &closed["due_at"]), (&json!("closed"), &Value::Null));

        let story = desk.get(&uri, &village).await.json();
        let steps: Vec<&str> =
            story["history"].as_array().unwrap().iter().map(|step| step["action"].as_str().unwrap()).collect();
        assert_eq!(steps, ["report", "accept", "forward", "accept", "resolve", "verify"]);
        assert_eq!(story["history"][2]["note"], "需要村里协调");
        assert_eq!(desk.office.store.last_event().await.unwrap(), 2 + 6, "one event for each edition and step");
    });
}

#[test]
fn what_is_sent_again_is_answered_the_same() {
    let (lon, lat, _) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let send =
            async |key: &str, body: &Value| desk.post("/v1/reports", "", &[("idempotency-key", key)], body).await;
        let body = report(lon, lat);
        let first = send("k-1", &body).await;
        let id = first.json()["id"].as_str().unwrap().to_owned();
        desk.post(&format!("/v1/reports/{id}/accept"), &desk.office.key, &[], &json!({})).await;
        let again = send("k-1", &body).await;
        assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
        assert_eq!(again.json(), first.json(), "also after somebody acted on it");
        let mut other = body.clone();
        other["description"] = json!("别的");
        assert_eq!(send("k-1", &other).await.problem(422), "idempotency-key-reused");
        let parallel = futures_util::future::join_all((0..100).map(|_| send("k-2", &body))).await;
        let mut ids: Vec<String> =
            parallel.iter().map(|answer| answer.json()["id"].as_str().unwrap().to_owned()).collect();
        ids.dedup();
        assert_eq!(ids.len(), 1);
        let system = desk.key(KeyRole::Reporter, None).await;
        let mut hotline = body.clone();
        hotline["external_id"] = json!("12345-0001");
        let one = desk.post("/v1/reports", &system, &[], &hotline).await.json();
        assert_eq!(desk.post("/v1/reports", &system, &[], &hotline).await.json(), one);
        hotline["lat"] = json!(lat + 0.0001);
        assert_eq!(desk.post("/v1/reports", &system, &[], &hotline).await.problem(409), "external-id-taken");
        let other_system = desk.key(KeyRole::Reporter, None).await;
        assert_eq!(desk.post("/v1/reports", &other_system, &[], &hotline).await.status, 201);
        assert_eq!(desk.get("/v1/reports", &system).await.json()["reports"].as_array().unwrap().len(), 1);
        assert_eq!(desk.get("/v1/reports", &desk.office.key).await.json()["reports"].as_array().unwrap().len(), 4);
        // Many at once under a new key, and each with an external id that something else has: all hear the same.
        let sent = (0..40).map(|_| desk.post("/v1/reports", &system, &[("idempotency-key", "k-3")], &hotline));
        for answer in futures_util::future::join_all(sent).await {
            assert_eq!(answer.problem(409), "external-id-taken");
        }
        // Also once its category is gone from the rules.
        let key = &desk.office.key;
        let mut rules = desk.get("/v1/rules", key).await.json();
        rules.as_object_mut().unwrap().remove("revision");
        rules["categories"].as_array_mut().unwrap().retain(|category| category["code"] != "sanitation");
        let headers = [("content-type", "application/json"), ("authorization", &**key)];
        let put = ask(&desk.office.service, Method::PUT, "/v1/rules", &headers, rules.to_string()).await;
        assert_eq!(put.status, 200, "{}", put.text());
        let again = send("k-1", &body).await;
        assert_eq!((again.header("idempotency-replayed"), again.json()), ("true", first.json()));
        assert_eq!(send("k-4", &body).await.fields(), ["category"]);
    });
}

#[test]
fn every_wrong_field_is_named() {
    run(async {
        let desk = Desk::new().await;
        let bad = json!({"category": "nothing", "description": " ", "lon": "x", "lat": 91, "crs": "mars", "accuracy": -1,
                         "reporter": {"phone": 7, "mail": "a"}, "extra": 1});
        let answer = desk.post("/v1/reports", "", &[], &bad).await;
        assert_eq!(answer.problem(400), "bad-parameter");
        assert_eq!(answer.fields(), ["lon", "crs", "reporter.phone", "reporter.mail", "extra"]);
        let bad = json!({"category": "nothing", "description": " ", "lon": 116.9, "lat": 91, "accuracy": -1,
                         "external_id": "a\0b"});
        let answer = desk.post("/v1/reports", "", &[], &bad).await;
        assert_eq!(answer.problem(400), "bad-parameter");
        assert_eq!(answer.fields(), ["category", "description", "external_id", "accuracy", "lat"]);
        // The ends of the calendar: a store that kept them could not be read any more.
        for beyond in ["0000-01-01T00:00:00+08:00", "-0001-01-01T00:00:00Z", "9999-12-31T23:00:00Z"] {
            let mut body = report(116.9, 30.8);
            body["occurred_at"] = json!(beyond);
            let answer = desk.post("/v1/reports", "", &[], &body).await;
            assert_eq!(
                (answer.problem(400), answer.fields()),
                ("bad-parameter".into(), vec!["occurred_at".into()]),
                "{beyond}"
            );
        }
        let mut earliest = report(116.9, 30.8);
        earliest["occurred_at"] = json!("0001-01-01T00:00:00Z");
        assert_eq!(desk.post("/v1/reports", "", &[], &earliest).await.status, 201);
        let key = desk.office.key.clone();
        let listed = desk.get("/v1/reports?since=0001-01-01T00:00:00Z&until=9998-12-31T00:00:00Z", &key).await.json();
        assert_eq!(listed["reports"][0]["occurred_at"], "0001-01-01T00:00:00Z");
        assert_eq!(desk.get("/v1/reports?since=9999-12-31T23:00:00Z", &key).await.problem(400), "bad-parameter");
        for (body, media, status, kind) in [
            ("[]", "application/json", 400, "bad-request"),
            ("{", "application/json", 400, "bad-request"),
            ("", "application/json", 400, "bad-parameter"),
            ("{}", "text/plain", 415, "unsupported-media-type"),
        ] {
            let headers = [("content-type", media)];
            let answer = ask(&desk.office.service, Method::POST, "/v1/reports", &headers, body).await;
            assert_eq!(answer.problem(status), kind, "{body}");
        }
    });
}

#[test]
fn outside_and_in_doubt_the_town_office_places_it() {
    let (lon, lat, code) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let outside = desk.post("/v1/reports", "", &[], &report(10.0, 50.0)).await.json();
        assert_eq!(
            (&outside["assignment"]["rule"], &outside["level"], &outside["grid"]),
            (&json!("unassigned"), &json!("town"), &Value::Null)
        );
        assert!(outside["assignment"]["nearest"]["distance_m"].as_f64().unwrap() > 1e6);
        let mut fuzzy = report(lon, lat);
        fuzzy["source"] = json!("fuzzy");
        assert_eq!(desk.post("/v1/assign", "", &[], &fuzzy).await.json()["rule"], "unassigned");
        let uri = format!("/v1/reports/{}", outside["id"].as_str().unwrap());
        let placed = desk.post(&format!("{uri}/reassign"), &desk.office.key, &[], &json!({"grid": code})).await.json();
        assert_eq!((&placed["assignment"]["rule"], &placed["grid"]), (&json!("manual"), &json!(code)), "{placed}");
        let answer = desk.post(&format!("{uri}/reassign"), &desk.office.key, &[], &json!({"grid": "x"})).await;
        assert_eq!((answer.problem(400), answer.fields()), ("bad-parameter".into(), vec!["grid".to_owned()]));
        let explained = desk.get(&format!("{uri}/explain"), &desk.office.key).await.json();
        let again: Vec<&Value> =
            explained["decisions"].as_array().unwrap().iter().map(|decision| &decision["same_again"]).collect();
        assert_eq!(again, [&json!(true), &json!(true)], "{explained}");
    });
}

#[test]
fn an_old_decision_stays_explained_after_other_editions_rosters_and_rules() {
    let (lon, lat, code) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let sent = desk.post("/v1/reports", "", &[], &report(lon, lat)).await.json();
        let uri = format!("/v1/reports/{}/explain", sent["id"].as_str().unwrap());
        let before = desk.get(&uri, &desk.office.key).await.json();
        assert_eq!(before["decisions"][0]["same_again"], json!(true), "{before}");
        assert_eq!(before["decisions"][0]["assignment"]["grid"], json!(code));
        assert!(before["decisions"][0]["words"].as_array().unwrap().len() >= 3);
        // The edition before is in force again, nobody is on the roster, and every category goes to the town.
        assert_eq!(desk.office.post("/v1/rollback").await.status, 200);
        desk.office.store.replace_roster(&[], None).await.unwrap();
        let mut rules = desk.get("/v1/rules", &desk.office.key).await.json();
        rules.as_object_mut().unwrap().remove("revision");
        for category in rules["categories"].as_array_mut().unwrap() {
            category["starts_at"] = json!("town");
        }
        let headers = [("content-type", "application/json"), ("authorization", &*desk.office.key)];
        let put = ask(&desk.office.service, Method::PUT, "/v1/rules", &headers, rules.to_string()).await;
        assert_eq!((put.status.as_u16(), put.json()["revision"].clone()), (200, json!(2)), "{}", put.text());
        let other = desk.post("/v1/reports", "", &[], &report(lon, lat)).await.json();
        assert_eq!(other["level"], "town");
        assert_eq!(desk.get(&uri, &desk.office.key).await.json(), before);
    });
}

#[test]
fn whoever_had_it_hears_that_it_goes_to_another_grid() {
    let (lon, lat, code) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let sent = desk.post("/v1/reports", "", &[], &report(lon, lat)).await.json();
        let uri = format!("/v1/reports/{}", sent["id"].as_str().unwrap());
        let all = desk.office.get("/v1/grids?tier=3&limit=500").await.json();
        let mut codes = all["grids"].as_array().unwrap().iter().map(|grid| grid["code"].as_str().unwrap());
        let other = codes.find(|other| other[..12] != code[..12]).unwrap();
        let (old, new) = (desk.key(KeyRole::Leader, Some(&code)).await, desk.key(KeyRole::Leader, Some(other)).await);
        let moved = desk.post(&format!("{uri}/reassign"), &desk.office.key, &[], &json!({"grid": other})).await;
        assert_eq!(moved.json()["grid"], json!(other), "{}", moved.text());
        desk.post(&format!("{uri}/accept"), &new, &[], &json!({})).await;
        let told = async |key: &str| -> Vec<(String, Value)> {
            let page = desk.get("/v1/events", key).await.json();
            let of_reports = page["events"].as_array().unwrap().iter().filter(|event| event["report"] == sent["id"]);
            of_reports
                .map(|event| (event["kind"].as_str().unwrap().to_owned(), event["data"]["left"].clone()))
                .collect()
        };
        let (by_old, by_new) = (told(&old).await, told(&new).await);
        let kinds = |told: &[(String, Value)]| told.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>();
        assert_eq!(kinds(&by_old), ["report.report", "report.reassign"], "and nothing of what follows");
        assert_eq!(kinds(&by_new), ["report.reassign", "report.accept"]);
        let left = by_old[1].1.as_array().unwrap();
        assert!(left.contains(&json!(code)) && left.contains(&json!(code[..12])) && !left.contains(&json!(other)));
        assert_eq!((&by_old[0].1, &by_new[1].1), (&Value::Null, &Value::Null));
        assert_eq!(desk.get(&uri, &old).await.problem(404), "no-such-report");
    });
}
