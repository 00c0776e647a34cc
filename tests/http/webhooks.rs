//! Webhooks: made, tried out, delivered in order to a real receiver, given up, replayed; and where nothing is ever sent.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use gridward::domain::key::KeyRole;
use gridward::http::{AppState, Settings};
use gridward::live::Live;
use gridward::store::Store;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::events::Served;
use super::office::Office;
use super::reports::report;
use super::town::{run, somewhere, town_store};

/// What came.
#[derive(Clone, Debug)]
struct Message {
    uri: String,
    headers: HeaderMap,
    body: Value,
}

type Answer = dyn Fn(&Message, usize) -> Response + Send + Sync;

/// Somebody who is told, and answers as a test wants: `answer` gets the message, and how often its id came before.
#[derive(Clone)]
struct Receiver {
    address: std::net::SocketAddr,
    came: Arc<Mutex<Vec<Message>>>,
}

impl Receiver {
    async fn start(answer: impl Fn(&Message, usize) -> Response + Send + Sync + 'static) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Receiver { address: listener.local_addr().unwrap(), came: Arc::default() };
        let state: (Receiver, Arc<Answer>) = (receiver.clone(), Arc::new(answer));
        let take = async |State((receiver, answer)): State<(Receiver, Arc<Answer>)>,
                          uri: Uri,
                          headers: HeaderMap,
                          body: Bytes| {
            let body = serde_json::from_slice(&body).unwrap();
            let message = Message { uri: uri.to_string(), headers, body };
            let mut came = receiver.came.lock().unwrap();
            let before = came.iter().filter(|earlier| earlier.body["id"] == message.body["id"]).count();
            came.push(message.clone());
            answer(&message, before)
        };
        let service = Router::new().fallback(take).with_state(state);
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        receiver
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn came(&self) -> Vec<Message> {
        self.came.lock().unwrap().clone()
    }

    /// Waits until everything came that is waited for.
    async fn until(&self, is_all: impl Fn(&[Message]) -> bool) -> Vec<Message> {
        let begun = Instant::now();
        loop {
            let came = self.came();
            if is_all(&came) {
                return came;
            }
            assert!(begun.elapsed() < PATIENCE, "all in time: {came:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Longer than a lease: a try that a busy machine cut off is made again.
const PATIENCE: Duration = Duration::from_secs(120);

/// The events that messages are of. A message is sent at least once: one may come again.
fn events(came: &[Message]) -> BTreeSet<String> {
    came.iter().map(|message| message.body["id"].as_str().unwrap().to_owned()).collect()
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.webhooks.allowed = gridward::hooks::Allowed::new(["127.0.0.1".into()]);
    settings
}

/// An office that is asked in process, and a service on the same store that delivers.
async fn delivering() -> (Office, Served) {
    let store = town_store().await;
    (Office::on(store.clone(), settings()).await, Served::on(store, settings()).await)
}

async fn post_reports(office: &Office, count: usize) -> Vec<String> {
    let (lon, lat) = *PLACE.get().unwrap();
    let mut ids = Vec::new();
    for _ in 0..count {
        let sent = office.post_json("/v1/reports", report(lon, lat)).await;
        assert_eq!(sent.status, 201, "{}", sent.text());
        ids.push(sent.json()["id"].as_str().unwrap().to_owned());
    }
    ids
}

static PLACE: std::sync::OnceLock<(f64, f64)> = std::sync::OnceLock::new();

fn place() -> String {
    let (lon, lat, code) = somewhere();
    PLACE.get_or_init(|| (lon, lat));
    code
}

/// Waits until a delivery is as it should be.
async fn delivery(office: &Office, uri: &str, event: u64, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let page = office.get(&format!("{uri}/deliveries")).await.json();
        let found = page["deliveries"].as_array().unwrap().iter().find(|one| one["event"] == event).cloned();
        if let Some(found) = found.filter(&is_so) {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn a_later_event_of_a_report_waits_for_the_earlier_one() {
    place();
    run(async {
        let (office, served) = delivering().await;
        // Everything that tells of a first step fails twice, and is taken then.
        let receiver = Receiver::start(|message, before| {
            let fails = message.body["type"] == "gridward.report.report" && before < 2;
            if fails { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }.into_response()
        });
        let receiver = receiver.await;
        let made = office.post_json("/v1/webhooks", json!({"url": receiver.url("/hook?key=1"), "name": "平台"})).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let hook = made.json();
        assert_eq!(made.header("location"), format!("/v1/webhooks/{}", hook["id"].as_str().unwrap()));
        assert!(hook["secret"].as_str().unwrap().starts_with("whsec_"));
        assert_eq!((&hook["told"], hook["url"].as_str().unwrap()), (&json!(2), &*receiver.url("/hook?key=…")));
        let uri = format!("/v1/webhooks/{}", hook["id"].as_str().unwrap());
        let again = office.get(&uri).await;
        assert!(!again.text().contains("whsec_"), "shown once: {}", again.text());
        let ids = post_reports(&office, 3).await;
        for id in &ids {
            assert_eq!(office.post_json(&format!("/v1/reports/{id}/accept"), json!({})).await.status, 200);
            assert_eq!(office.post_json(&format!("/v1/reports/{id}/resolve"), json!({})).await.status, 200);
        }
        let came = receiver.until(|came| events(came).len() == 3 * 3).await;
        let mut taken: HashMap<String, Vec<(String, usize)>> = HashMap::new();
        for message in &came {
            let of = |name: &str| message.body[name].as_str().unwrap().to_owned();
            let story = taken.entry(of("subject")).or_default();
            match story.last_mut().filter(|(kind, _)| *kind == of("type")) {
                Some((_, tries)) => *tries += 1,
                None => story.push((of("type"), 1)),
            }
        }
        let expected = ["report", "accept", "resolve"].map(|kind| format!("gridward.report.{kind}"));
        for id in &ids {
            let kinds: Vec<&String> = taken[id].iter().map(|(kind, _)| kind).collect();
            assert_eq!(kinds, expected.iter().collect::<Vec<_>>(), "each when the one before it is taken");
            assert!(taken[id][0].1 >= 3, "two tries of the first step fail: {:?}", taken[id]);
        }
        let first = &came[0];
        assert_eq!(first.uri, "/hook?key=1");
        assert_eq!(first.headers["content-type"], "application/cloudevents+json");
        let id = first.headers["webhook-id"].to_str().unwrap();
        assert_eq!(id, format!("{}-{}", hook["id"].as_str().unwrap(), first.body["id"].as_str().unwrap()));
        let state = delivery(&office, &uri, 11, |one| one["state"] == "done").await;
        assert_eq!((&state["last_status"], &state["last_error"]), (&json!(204), &Value::Null));
        assert!(state["tries"].as_u64() >= Some(1), "{state}");
        // What was taken is written down a moment later.
        let begun = Instant::now();
        let counted = loop {
            let counted = office.get("/v1/webhooks").await.json()["webhooks"][0].clone();
            if counted["waiting"] == 0 || begun.elapsed() > PATIENCE {
                break counted;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert_eq!((&counted["waiting"], &counted["dead"], &counted["told"]), (&json!(0), &json!(0), &json!(11)));
        assert_eq!(office.delete(&uri).await.status, 204);
        assert_eq!(office.delete(&uri).await.problem(404), "no-such-webhook");
        post_reports(&office, 1).await;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert_eq!(events(&receiver.came()), events(&came), "of nothing more");
        served.stop().await;
    });
}

#[test]
fn what_was_given_up_is_seen_and_replayed() {
    place();
    run(async {
        let (office, served) = delivering().await;
        let gone = Arc::new(AtomicBool::new(true));
        let is_gone = gone.clone();
        let receiver = Receiver::start(move |message, _| {
            let gone = message.body["type"] == "gridward.report.report" && is_gone.load(Ordering::Relaxed);
            if gone { StatusCode::GONE } else { StatusCode::OK }.into_response()
        });
        let receiver = receiver.await;
        // What happened before can be asked for.
        let body = json!({"url": receiver.url("/"), "kinds": ["report.*"], "after": 0});
        let uri = office.post_json("/v1/webhooks", body).await.header("location").to_owned();
        post_reports(&office, 1).await;
        let dead = delivery(&office, &uri, 3, |one| one["state"] == "dead").await;
        assert_eq!(dead["last_status"], 410);
        assert!(dead["tries"].as_u64() >= Some(1), "{dead}");
        assert_eq!(dead["last_error"], "answered with status 410");
        let found = office.get(&format!("{uri}/deliveries?state=dead")).await.json();
        assert_eq!((found["deliveries"].as_array().unwrap().len(), &found["next"]), (1, &Value::Null));
        gone.store(false, Ordering::Relaxed);
        let replayed = office.post(&format!("{uri}/deliveries/3/replay")).await;
        assert_eq!(
            (replayed.status.as_u16(), replayed.json()["tries"].clone()),
            (200, json!(0)),
            "{}",
            replayed.text()
        );
        delivery(&office, &uri, 3, |one| one["state"] == "done").await;
        let came = receiver.came();
        assert!(came.len() >= 2);
        for again in &came[1..] {
            assert_eq!(again.body, came[0].body, "the same again");
            assert_eq!(again.headers["webhook-id"], came[0].headers["webhook-id"]);
        }
        assert_eq!(office.post(&format!("{uri}/deliveries/9/replay")).await.problem(404), "no-such-delivery");
        assert_eq!(office.post(&format!("{uri}/deliveries/x/replay")).await.problem(404), "no-such-delivery");
        assert_eq!(office.get("/v1/webhooks/x/deliveries").await.problem(404), "no-such-webhook");
        served.stop().await;
    });
}

#[test]
fn robots_are_told_what_happens_in_their_grid() {
    let code = place();
    run(async {
        let (office, served) = delivering().await;
        let receiver = Receiver::start(|message, _| {
            // A robot says 200 to everything.
            let errcode = if message.uri.contains("wrong") { 310_000 } else { 0 };
            axum::Json(json!({"errcode": errcode, "errmsg": "13912345678"})).into_response()
        });
        let receiver = receiver.await;
        let make = async |format: &str, path: &str, grid: &str, secret: Option<&str>| {
            let body = json!({"url": receiver.url(path), "format": format, "grid": grid, "secret": secret});
            let made = office.post_json("/v1/webhooks", body).await;
            assert_eq!(made.status, 201, "{}", made.text());
            assert_eq!(
                (made.json()["secret"].clone(), made.json()["kinds"].clone()),
                (Value::Null, json!(["report.*"]))
            );
            made.header("location").to_owned()
        };
        make("wecom", "/wecom?key=k", &code[..12], None).await;
        make("dingtalk", "/dingtalk?access_token=t", &code, Some("SECabc")).await;
        make("wecom", "/elsewhere", "340881106219", None).await;
        let wrong = make("dingtalk", "/wrong?access_token=t", &code, None).await;
        post_reports(&office, 1).await;
        let told = ["/wecom", "/dingtalk", "/wrong"];
        let came = receiver
            .until(|came| told.iter().all(|path| came.iter().any(|message| message.uri.starts_with(path))))
            .await;
        let at = |path: &str| came.iter().find(|message| message.uri.starts_with(path)).unwrap().clone();
        let wecom = at("/wecom");
        assert_eq!(wecom.body["msgtype"], "markdown");
        let said = wecom.body["markdown"]["content"].as_str().unwrap();
        assert!(said.starts_with("**新上报事件**\n>类别：环境卫生") && said.contains("三级网格"), "{said}");
        let dingtalk = at("/dingtalk");
        assert!(dingtalk.uri.starts_with("/dingtalk?access_token=t&timestamp=") && dingtalk.uri.contains("&sign="));
        assert_eq!(dingtalk.body["markdown"]["title"], "新上报事件");
        for message in &came {
            for secret in ["13912345678", "王某", "路边垃圾"] {
                assert!(!message.body.to_string().contains(secret), "{secret}: {message:?}");
            }
            assert!(!message.uri.starts_with("/elsewhere"));
            assert!(!message.headers.contains_key("webhook-signature"));
        }
        let failed = delivery(&office, &wrong, 3, |one| one["tries"].as_u64() >= Some(1)).await;
        assert_eq!((&failed["state"], &failed["last_error"]), (&json!("waiting"), &json!("the robot's error 310000")));
        served.stop().await;
    });
}

/// What a service answers that has allowed nothing, to each address: refused when it is made, or when it is sent to.
#[test]
fn nothing_is_sent_where_it_may_not_go() {
    run(async {
        let office = Office::on(town_store().await, Settings::default()).await;
        let refuse = async |url: &str, why: &str| {
            let answer = office.post_json("/v1/webhooks", json!({"url": url})).await;
            assert_eq!(
                (answer.problem(400), answer.fields()),
                ("bad-parameter".into(), vec!["url".to_owned()]),
                "{url}"
            );
            assert!(answer.text().contains(why), "{url}: {}", answer.text());
        };
        for url in [
            "https://127.0.0.1/",
            "https://localhost/",
            "https://[::1]/",
            "https://10.1.2.3/",
            "https://192.168.1.1:8443/x",
            "https://172.20.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://100.64.1.1/",
            "https://0.0.0.0/",
            "https://224.0.0.1/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://127.1/",
        ] {
            refuse(url, "not public").await;
        }
        for url in ["http://example.org/", "ftp://example.org/"] {
            refuse(url, "https://").await;
        }
        refuse("https://user:word@example.org/", "password").await;
        refuse("nonsense", "no URL").await;
        let missing = office
            .post_json(
                "/v1/webhooks",
                json!({"name": "x", "kinds": ["a"], "format": "fax", "grid": "nowhere", "colour": 1}),
            )
            .await;
        assert_eq!(missing.problem(400), "bad-parameter");
        assert_eq!(missing.fields(), ["url", "format", "kinds", "colour"]);
        assert_eq!(office.get("/v1/webhooks").await.json(), json!({"webhooks": []}));
    });
}

/// One that the operator allowed when it was made, and does not allow any more; one that leads elsewhere by a redirect; one
/// that never answers; one that answers without end.
#[test]
fn a_trial_says_what_is_wrong_and_nothing_of_what_was_answered() {
    place();
    run(async {
        let store = town_store().await;
        let allowing = Office::on(store.clone(), settings()).await;
        let elsewhere = Receiver::start(|_, _| StatusCode::OK.into_response()).await;
        let target = elsewhere.url("/");
        let receiver = Receiver::start(move |message, _| match &*message.uri {
            "/redirect" => (StatusCode::TEMPORARY_REDIRECT, [("location", target.clone())]).into_response(),
            "/error" => (StatusCode::INTERNAL_SERVER_ERROR, "root:x:0:0").into_response(),
            "/robot" => "root:x:0:0".repeat(100_000).into_response(),
            _ => StatusCode::ACCEPTED.into_response(),
        });
        let receiver = receiver.await;
        let made = async |url: String, format: &str| {
            allowing
                .post_json("/v1/webhooks", json!({"url": url, "format": format}))
                .await
                .header("location")
                .to_owned()
        };
        let good = made(receiver.url("/good"), "cloudevents").await;
        let tried = allowing.post(&format!("{good}/test")).await.json();
        assert_eq!((&tried["delivered"], &tried["status"], &tried["error"]), (&json!(true), &json!(202), &Value::Null));
        assert_eq!(receiver.came()[0].body["type"], "gridward.webhook.test");
        for (path, format, error) in [
            ("/redirect", "cloudevents", "answered with status 307; a redirect is not followed"),
            ("/error", "cloudevents", "answered with status 500"),
            ("/robot", "wecom", "the robot's answer cannot be read"),
        ] {
            let uri = made(receiver.url(path), format).await;
            let tried = allowing.post(&format!("{uri}/test")).await;
            assert_eq!((&tried.json()["delivered"], &tried.json()["error"]), (&json!(false), &json!(error)));
            assert!(!tried.text().contains("root"), "{}", tried.text());
        }
        assert_eq!(elsewhere.came().len(), 0);
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = made(format!("http://{}/", silent.local_addr().unwrap()), "cloudevents").await;
        let mut short = settings();
        short.webhooks.lease_seconds = 4;
        let hasty = Office::on(store.clone(), short).await;
        let tried = hasty.post(&format!("{uri}/test")).await.json();
        assert!(tried["error"].as_str().unwrap().starts_with("no answer within"), "{tried}");
        drop(silent);
        let tried = hasty.post(&format!("{uri}/test")).await.json();
        assert_eq!(tried["error"], "no connection to the address");
        let strict = Office::on(store, Settings::default()).await;
        let tried = strict.post(&format!("{good}/test")).await.json();
        assert_eq!(tried["error"], "the address has to begin with https://");
        assert_eq!(strict.post("/v1/webhooks/none/test").await.problem(404), "no-such-webhook");
    });
}

#[test]
fn only_administrators_have_webhooks() {
    run(async {
        let desk = super::reports::Desk::new().await;
        for role in [KeyRole::Reporter, KeyRole::Dispatcher] {
            let key = desk.key(role, None).await;
            assert_eq!(desk.get("/v1/webhooks", &key).await.problem(403), "forbidden");
            let made = desk.post("/v1/webhooks", &key, &[], &json!({"url": "https://example.org/"})).await;
            assert_eq!(made.problem(403), "forbidden");
        }
        assert_eq!(desk.get("/v1/webhooks", "").await.problem(401), "unauthenticated");
        assert_eq!(desk.get("/v1/webhooks/x/deliveries", "").await.problem(401), "unauthenticated");
    });
}

/// Two services on one store: everything is delivered once while both run, and the other goes on when one stops.
#[test]
fn one_of_two_services_delivers() {
    place();
    run(async {
        let store: Arc<dyn Store> = town_store().await;
        let office = Office::on(store.clone(), settings()).await;
        let (one, other) = (Served::on(store.clone(), settings()).await, Served::on(store.clone(), settings()).await);
        let receiver = Receiver::start(|_, _| StatusCode::OK.into_response()).await;
        office.post_json("/v1/webhooks", json!({"url": receiver.url("/"), "kinds": ["report.*"]})).await;
        post_reports(&office, 10).await;
        receiver.until(|came| events(came).len() == 10).await;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let came = receiver.came().len();
        assert!(came < 2 * 10, "one delivers, not both: {came} for 10, of which one may have come again");
        one.stop().await;
        post_reports(&office, 5).await;
        receiver.until(|came| events(came).len() == 15).await;
        other.stop().await;
        assert_eq!(events(&receiver.came()).len(), 15);
        let live = Live::open(store).await.unwrap();
        drop(AppState::new(live, settings()));
    });
}
