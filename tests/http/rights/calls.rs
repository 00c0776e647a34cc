//! A request for every operation that succeeds for whoever may do it: each time with something new to do it to.

use std::sync::atomic::{AtomicU64, Ordering};

use gridward::domain::job::{Job, JobKind, JobState};
use gridward::domain::webhook::{HookFormat, Webhook};
use gridward::store::Store;
use serde_json::{Value, json};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

use super::super::office::{BOUNDARY, Form};
use super::super::photos::png;
use super::super::reports::report;
use super::*;
use crate::contract::suite;

const SIGN_IN: &str = "wang";
const PASSWORD: &str = "a long password 7";
const NEW_PASSWORD: &str = "another password 8";

const TOWN: &[u8] = br#"{"type":"Feature","properties":{"code":"a","name":"a","tier":1},"geometry":{"type":"Polygon",
"coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}"#;

/// A request without who sends it.
pub struct Call {
    pub method: Method,
    pub uri: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// The demo town with everybody who may call.
pub struct World {
    office: Office,
    /// As [`CALLERS`] names them.
    pub keys: Vec<Option<String>>,
    place: (f64, f64),
    numbers: AtomicU64,
}

impl World {
    pub async fn new(store: Arc<dyn Store>, (lon, lat, code): (f64, f64, String)) -> World {
        let mut settings = Settings { max_jobs: 100, ..Settings::default() };
        // Nobody listens there: what is tried out fails at once.
        settings.webhooks.allowed = gridward::hooks::Allowed::new(["127.0.0.1".into()]);
        let office = Office::on(store.clone(), settings).await;
        let keys = Keys::new(store.clone());
        let key = async |role, grid: Option<&str>| {
            Some(format!("Bearer {}", keys.create(role, "test", grid).await.unwrap().text))
        };
        let keys = vec![
            None,
            key(KeyRole::Viewer, None).await,
            key(KeyRole::Reporter, None).await,
            key(KeyRole::Leader, Some(&code[..12])).await,
            key(KeyRole::Leader, Some("340881106219")).await,
            key(KeyRole::Dispatcher, None).await,
            Some(office.key.clone()),
        ];
        assert_ne!(&code[..12], "340881106219");
        Accounts::new(store).create(SIGN_IN, "王某", KeyRole::Dispatcher, None, Some(PASSWORD)).await.unwrap();
        // The standard rules are kept with the first question, by the program itself.
        assert_eq!(office.get("/v1/rules").await.status, 200);
        World { office, keys, place: (lon, lat), numbers: AtomicU64::new(1) }
    }

    /// The actions in the audit log, in their order.
    pub async fn log(&self) -> Vec<String> {
        let (mut all, mut last) = (Vec::new(), 0);
        loop {
            let rows = self.office.store.audit_after(last, 1_000).await.unwrap();
            let Some(row) = rows.last() else { return all };
            last = row.number;
            all.extend(rows.into_iter().map(|row| row.action));
        }
    }

    /// Waits for the job, where one was started.
    pub async fn ask(&self, call: &Call, key: Option<&str>) -> Answer {
        self.send(call, key.map(|key| ("authorization", key))).await
    }

    pub async fn ask_signed_in(&self, call: &Call, cookie: Option<&str>) -> Answer {
        self.send(call, cookie.map(|cookie| ("cookie", cookie))).await
    }

    async fn send(&self, call: &Call, by: Option<(&str, &str)>) -> Answer {
        let mut headers: Vec<(&str, &str)> = call.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        headers.push(("x-gridward", "1"));
        headers.extend(by);
        let answer = ask(&self.office.service, call.method.clone(), &call.uri, &headers, call.body.clone()).await;
        if answer.status == 202 && call.method == Method::POST {
            let job = self.office.end_of(answer.header("location")).await;
            assert_eq!(job["state"], "done", "{job}");
        }
        answer
    }

    /// The cookie of somebody who has just signed in.
    pub async fn cookie(&self) -> String {
        let body = json!({"sign_in": SIGN_IN, "password": PASSWORD});
        let answer = ask(&self.office.service, Method::POST, "/v1/session", &[], body.to_string()).await;
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// What the next call needs is put back.
    pub async fn restore(&self, method: &str, path: &str, status: u16) {
        if (method, path) == ("post", "/v1/rollback") && status == 200 {
            assert_eq!(self.office.post("/v1/rollback").await.status, 200);
        }
    }

    /// A request that succeeds for whoever may do it.
    pub async fn call(&self, method: &str, path: &str) -> Call {
        let store = &self.office.store;
        let (lon, lat) = self.place;
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let name = format!("n{number}");
        let mut uri = path.to_owned();
        let mut set = |parameter: &str, value: &str| uri = uri.replace(&format!("{{{parameter}}}"), value);
        let (mut headers, mut body) = (Vec::new(), Vec::new());
        let json =
            |value: Value| (vec![("content-type", "application/json".to_owned())], value.to_string().into_bytes());
        match (method, path) {
            (_, "/tiles/grids/{z}/{x}/{y}.mvt" | "/tiles/{edition}/grids/{z}/{x}/{y}.mvt") => {
                [("z", "14"), ("x", "13512"), ("y", "6717"), ("edition", "demo")]
                    .into_iter()
                    .for_each(|(name, value)| set(name, value));
            }
            ("get", _) if path.contains("{edition}") => set("edition", "demo"),
            (_, path) if path.starts_with("/v1/editions/{old}/diff/{new}") => {
                [("old", "before"), ("new", "demo")].into_iter().for_each(|(name, value)| set(name, value));
                if method == "post" {
                    (headers, body) = (vec![("content-type", "text/csv".into())], b"lon,lat\n116.9,30.8\n".to_vec());
                }
            }
            (_, "/v1/grids/{code}" | "/v1/grids/{code}/children" | "/v1/grids/{code}/neighbors") => {
                set("code", "340881106202");
            }
            (_, "/open311/v2/services/{code}.{format}") => {
                [("code", "sanitation"), ("format", "json")].into_iter().for_each(|(name, value)| set(name, value))
            }
            (_, "/open311/v2/requests/{id}.{format}" | "/open311/v2/tokens/{token}.{format}") => {
                let sent = self.office.post_json("/v1/reports", report(lon, lat)).await.json();
                let id = sent["id"].as_str().unwrap();
                [("id", id), ("token", id), ("format", "json")].into_iter().for_each(|(name, value)| set(name, value));
            }
            ("post", "/open311/v2/requests.{format}") => {
                set("format", "json");
                headers = vec![("content-type", "application/x-www-form-urlencoded".into())];
                body = format!("service_code=sanitation&lat={lat}&long={lon}&description=a").into_bytes();
            }
            ("get", _) if path.starts_with("/open311/") => set("format", "json"),
            ("post", "/v1/reports:batch") => {
                headers = vec![("content-type", "application/x-ndjson".into())];
                body = format!("{}\n", report(lon, lat)).into_bytes();
            }
            ("get", "/v1/locate") => uri = format!("/v1/locate?lon={lon}&lat={lat}"),
            ("post", "/v1/locate") => {
                (headers, body) = (vec![("content-type", "text/csv".into())], b"lon,lat\n116.9,30.8\n".to_vec());
            }
            ("post", "/v1/accounts") => {
                (headers, body) = json(json!({"sign_in": name, "name": "李某", "role": "admin"}));
            }
            (_, "/v1/accounts/{id}" | "/v1/accounts/{id}/password") => {
                let kept = crate::contract::access::account(&name, &name);
                store.add_account(&kept).await.unwrap();
                set("id", &name);
            }
            ("post", "/v1/assign" | "/v1/reports") => (headers, body) = json(report(lon, lat)),
            ("post", "/v1/editions") => {
                headers = vec![("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))];
                body = Form::default().file("town.geojson", TOWN).bytes();
            }
            ("delete", "/v1/editions/{edition}") | ("post", "/v1/editions/{edition}/repair") => {
                suite::draft_only(&**store, &name).await;
                set("edition", &name);
            }
            ("post", "/v1/editions/{edition}/publish") => {
                let form = Form::default().file("town.geojson", TOWN).field("edition", &name);
                self.office.end_of(self.office.upload(&form).await.header("location")).await;
                set("edition", &name);
                (headers, body) = json(json!({"from": "2090-01-01T00:00:00Z", "confirm": true}));
            }
            ("post", "/v1/editions/{edition}/withdraw") => {
                let moment = OffsetDateTime::now_utc() + Duration::days(10_000) + Duration::minutes(number as i64);
                suite::publish_from(&**store, &name, 1, moment).await;
                set("edition", &name);
            }
            (_, "/v1/jobs/{id}") => {
                store.put_job(&job(&name)).await.unwrap();
                set("id", &name);
            }
            ("post", "/v1/keys") => (headers, body) = json(json!({"role": "viewer"})),
            (_, "/v1/keys/{id}") => {
                store.add_key(&suite::key(&name)).await.unwrap();
                set("id", &name);
            }
            ("put", "/v1/rules") => {
                let mut rules = self.office.get("/v1/rules").await.json();
                rules.as_object_mut().unwrap().remove("revision");
                (headers, body) = json(rules);
            }
            ("post", "/v1/session") => (headers, body) = json(json!({"sign_in": SIGN_IN, "password": PASSWORD})),
            ("post", "/v1/session/password") => {
                (headers, body) = json(json!({"password": PASSWORD, "new_password": NEW_PASSWORD}));
            }
            ("post", "/v1/webhooks") => {
                (headers, body) = json(json!({"url": "http://127.0.0.1:1/hook", "name": name}));
            }
            (_, "/v1/webhooks/{id}/deliveries/{event}/replay") => {
                let webhook = store.add_webhook(&webhook(&name), Some(0)).await.unwrap();
                let now = OffsetDateTime::now_utc();
                assert!(store.add_deliveries(&webhook, 1, &[(1, "")], now).await.unwrap());
                [("id", &*name), ("event", "1")].into_iter().for_each(|(name, value)| set(name, value));
            }
            _ if path.starts_with("/v1/webhooks/{id}") => {
                store.add_webhook(&webhook(&name), None).await.unwrap();
                set("id", &name);
            }
            _ if path.starts_with("/v1/reports/{id}") => {
                let sent = ask(
                    &self.office.service,
                    Method::POST,
                    "/v1/reports",
                    &[("content-type", "application/json")],
                    report(lon, lat).to_string(),
                );
                let sent = sent.await.json();
                let (id, token) = (sent["id"].as_str().unwrap(), sent["token"].as_str().unwrap());
                let png_media = [("content-type", "image/png")];
                if path.contains("{number}") {
                    let photos = format!("/v1/reports/{id}/photos?token={token}");
                    let kept = ask(&self.office.service, Method::POST, &photos, &png_media, png(1)).await;
                    assert_eq!(kept.status, 201, "{}", kept.text());
                }
                [("id", id), ("number", "1"), ("action", "accept")]
                    .into_iter()
                    .for_each(|(name, value)| set(name, value));
                if path == "/v1/reports/{id}/photos" && method == "post" {
                    (headers, body) = (vec![("content-type", "image/png".into())], png(2));
                }
            }
            _ => {}
        }
        assert!(!uri.contains('{'), "{method} {path}: what stands for {uri}?");
        Call { method: method.to_uppercase().parse().unwrap(), uri, headers, body }
    }
}

/// One that runs in another process.
fn job(id: &str) -> Job {
    let now = OffsetDateTime::now_utc();
    Job {
        id: id.into(),
        kind: JobKind::Import,
        state: JobState::Running,
        stage: "reading".into(),
        progress: 0.0,
        edition: None,
        created_at: now,
        updated_at: now,
        cancel_requested: false,
        outcome: None,
    }
}

fn webhook(id: &str) -> Webhook {
    Webhook {
        id: id.into(),
        name: "区平台".into(),
        url: "http://127.0.0.1:1/hook".into(),
        format: HookFormat::Cloudevents,
        kinds: Vec::new(),
        grid: None,
        secret: None,
        created_at: suite::key(id).key.created_at,
        told: 0,
    }
}
