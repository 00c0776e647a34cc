//! `POST /v1/reports:batch`: rows in order, each kept once, bad ones in their places, answered while they come.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Method;
use futures_util::StreamExt;
use gridward::domain::key::KeyRole;
use gridward::http::{AppState, Settings, router};
use gridward::keys::Keys;
use gridward::live::Live;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::reports::{Desk, report};
use super::town::{Answer, ask, run, somewhere, town_store};

const URI: &str = "/v1/reports:batch";
const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

async fn send(desk: &Desk, key: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let headers: Vec<_> = [NDJSON, ("authorization", key)].into_iter().chain(headers.iter().copied()).collect();
    ask(&desk.office.service, Method::POST, URI, &headers, body).await
}

#[track_caller]
fn rows(answer: &Answer) -> Vec<Value> {
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "application/x-ndjson"),
        "{}",
        answer.text()
    );
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn row(at: &(f64, f64, String), n: usize) -> Value {
    let mut row = report(at.0, at.1);
    row["external_id"] = json!(format!("H-{n}"));
    row
}

#[test]
fn rows_in_order_and_kept_once_however_often_they_are_sent() {
    let at = somewhere();
    let code = &at.2;
    run(async {
        let desk = Desk::new().await;
        let key = desk.key(KeyRole::Reporter, None).await;
        let body: String = (0..300).map(|n| format!("{}\n", row(&at, n))).collect();
        // In pieces that end in the midst of rows.
        let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
            body.as_bytes().chunks(1009).map(|piece| Ok(piece.to_vec())).collect();
        let first = rows(&send(&desk, &key, &[], Body::from_stream(futures_util::stream::iter(pieces))).await);
        assert_eq!(first.len(), 300);
        for (n, row) in first.iter().enumerate() {
            assert_eq!((&row["row"], &row["status"]), (&json!(n + 1), &json!(201)), "{row}");
            assert_eq!((&row["external_id"], &row["replayed"]), (&json!(format!("H-{n}")), &json!(false)));
            assert_eq!(
                (&row["rule"], &row["level"], &row["grid"]),
                (&json!("contained"), &json!("tier3"), &json!(code))
            );
        }
        let again = rows(&send(&desk, &key, &[], body).await);
        for (before, after) in first.iter().zip(&again) {
            assert_eq!((&after["id"], &after["replayed"]), (&before["id"], &json!(true)));
        }
        let listed = desk.get("/v1/reports?limit=500", &key).await.json();
        assert_eq!(listed["reports"].as_array().unwrap().len(), 300);
        let events = desk.get("/v1/events?after=0&limit=1000", &key).await.json();
        let told = events["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "report.report").count();
        assert_eq!(told, 300, "one event for each");
    });
}

#[test]
fn bad_rows_are_answered_in_their_places() {
    let at = somewhere();
    run(async {
        let desk = Desk::new().await;
        let key = desk.key(KeyRole::Reporter, None).await;
        let mut other = row(&at, 1);
        other["description"] = json!("别的");
        let mut wrong = row(&at, 2);
        (wrong["lat"], wrong["category"], wrong["mail"]) = (json!("x"), json!(7), json!("a"));
        let long = format!("{{\"description\": \"{}\"}}", "长".repeat(60_000));
        let lines = [
            format!("\u{feff}{}", row(&at, 1)),
            String::new(),
            "[1, 2]".into(),
            "{".into(),
            wrong.to_string(),
            other.to_string(),
            long,
            row(&at, 3).to_string(),
        ];
        let answers = rows(&send(&desk, &key, &[], lines.join("\r\n")).await);
        let told: Vec<(u64, u64, &str)> = answers
            .iter()
            .map(|row| {
                let kind = row["type"].as_str().unwrap_or("urn:gridward:problem:");
                (row["row"].as_u64().unwrap(), row["status"].as_u64().unwrap(), &kind[21..])
            })
            .collect();
        assert_eq!(
            told,
            [
                (1, 201, ""),
                (3, 400, "bad-request"),
                (4, 400, "bad-request"),
                (5, 400, "bad-parameter"),
                (6, 409, "external-id-taken"),
                (7, 413, "payload-too-large"),
                (8, 201, "")
            ]
        );
        let fields: Vec<&Value> =
            answers[3]["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(fields, ["category", "lat", "mail"]);
        assert_eq!(answers[4]["external_id"], "H-1");
        assert_eq!(rows(&send(&desk, &key, &[], "").await), Vec::<Value>::new());
    });
}

#[test]
fn of_rows_with_one_external_id_the_first_is_kept() {
    let at = somewhere();
    run(async {
        let desk = Desk::new().await;
        let key = desk.key(KeyRole::Reporter, None).await;
        // Forty ids, each in five rows that lie side by side, with another text in each; more than the rows in flight.
        let told = |n: usize| {
            let mut row = row(&at, n / 5);
            row["description"] = json!(format!("第 {n} 行"));
            format!("{row}\n")
        };
        let answers = rows(&send(&desk, &key, &[], (0..200).map(told).collect::<String>()).await);
        for (n, answer) in answers.iter().enumerate() {
            assert_eq!(answer["status"], if n % 5 == 0 { 201 } else { 409 }, "{answer}");
        }
        assert_eq!(answers.len(), 200);
    });
}

#[test]
fn an_idempotency_key_stands_for_one_of_each_row() {
    let (lon, lat, _) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let key = desk.key(KeyRole::Reporter, None).await;
        let body = format!("{0}\n{0}\n", report(lon, lat));
        let header = [("idempotency-key", "night of 25 November")];
        let first = rows(&send(&desk, &key, &header, body.clone()).await);
        assert_ne!(first[0]["id"], first[1]["id"]);
        let again = rows(&send(&desk, &key, &header, body).await);
        assert_eq!((&again[0]["id"], &again[1]["id"]), (&first[0]["id"], &first[1]["id"]));
        assert_eq!(again[1]["replayed"], true);
        let long = "x".repeat(240);
        let answer = send(&desk, &key, &[("idempotency-key", &long)], "").await;
        assert_eq!(
            (answer.problem(400), answer.fields()),
            ("bad-parameter".into(), vec!["Idempotency-Key".to_owned()])
        );
    });
}

#[test]
fn only_for_those_who_may_and_only_lines_of_json() {
    run(async {
        let desk = Desk::new().await;
        let nobody = ask(&desk.office.service, Method::POST, URI, &[NDJSON], "").await;
        assert_eq!(nobody.problem(401), "unauthenticated");
        let viewer = desk.key(KeyRole::Viewer, None).await;
        assert_eq!(send(&desk, &viewer, &[], "").await.problem(403), "forbidden");
        let reporter = desk.key(KeyRole::Reporter, None).await;
        for media in ["text/csv", "application/json", "application/x-ndjson; charset=gbk"] {
            let headers = [("content-type", media), ("authorization", &*reporter)];
            let answer = ask(&desk.office.service, Method::POST, URI, &headers, "").await;
            assert_eq!(answer.problem(415), "unsupported-media-type", "{media}");
        }
        let get = ask(&desk.office.service, Method::GET, URI, &[("authorization", &*reporter)], Body::empty()).await;
        assert_eq!(get.problem(405), "method-not-allowed");
    });
}

/// The first answers are there before the last rows are sent, and rows that stop coming end the answer.
#[test]
fn answers_come_while_rows_come() {
    let at = somewhere();
    run(async {
        let settings = Settings { batch_idle_timeout: Duration::from_secs(4), ..Settings::default() };
        let store = town_store().await;
        let key = Keys::new(store.clone()).create(KeyRole::Reporter, "hotline", None).await.unwrap();
        let service = router(AppState::new(Live::open(store).await.unwrap(), settings));
        // What the first report of a store, and of a month, needs is there.
        let media = [("content-type", "application/json")];
        let first = ask(&service, Method::POST, "/v1/reports", &media, report(at.0, at.1).to_string()).await;
        assert_eq!(first.status, 201, "{}", first.text());
        let (sender, coming) = tokio::sync::mpsc::channel::<Result<String, std::io::Error>>(1);
        let body = Body::from_stream(futures_util::stream::unfold(coming, async |mut coming| {
            let piece = coming.recv().await?;
            Some((piece, coming))
        }));
        let request = axum::http::Request::post(URI)
            .header(NDJSON.0, NDJSON.1)
            .header("authorization", format!("Bearer {}", key.text))
            .body(body)
            .unwrap();
        sender.send(Ok(format!("{}\n", row(&at, 1)))).await.unwrap();
        let mut answers = service.oneshot(request).await.unwrap().into_body().into_data_stream();
        let first: Value = serde_json::from_slice(&answers.next().await.unwrap().unwrap()).unwrap();
        assert_eq!((&first["row"], &first["status"]), (&json!(1), &json!(201)));
        sender.send(Ok(format!("{}\n", row(&at, 2)))).await.unwrap();
        let second: Value = serde_json::from_slice(&answers.next().await.unwrap().unwrap()).unwrap();
        assert_eq!(second["row"], 2);
        let last: Value = serde_json::from_slice(&answers.next().await.unwrap().unwrap()).unwrap();
        assert_eq!((&last["row"], &last["status"]), (&json!(3), &json!(408)), "{last}");
        assert!(answers.next().await.is_none());
    });
}

#[test]
fn a_store_that_is_away_is_said_row_by_row() {
    let at = somewhere();
    run(async {
        let desk = Desk::new().await;
        let key = desk.key(KeyRole::Reporter, None).await;
        let store = desk.office.store.clone();
        let (sender, coming) = tokio::sync::mpsc::channel::<Result<String, std::io::Error>>(1);
        let body = Body::from_stream(futures_util::stream::unfold(coming, async |mut coming| {
            let piece = coming.recv().await?;
            Some((piece, coming))
        }));
        let feed = async {
            sender.send(Ok(format!("{}\n", row(&at, 1)))).await.unwrap();
            // Until the first row is kept.
            while store.last_event().await.unwrap() < 3 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            store.close().await;
            sender.send(Ok(format!("{}\n{}\n", row(&at, 2), row(&at, 3)))).await.unwrap();
            drop(sender);
        };
        let (answer, ()) = tokio::join!(send(&desk, &key, &[], body), feed);
        let told: Vec<u64> = rows(&answer).iter().map(|row| row["status"].as_u64().unwrap()).collect();
        assert_eq!(told, [201, 503, 503], "{}", answer.text());
    });
}

#[test]
fn rows_count_against_the_rate_and_wait_for_it() {
    let at = somewhere();
    run(async {
        // One request a second: of 60 at once, the batch itself takes one.
        let settings = Settings { caller_requests_per_minute: 60, ..Settings::default() };
        let desk = Desk { office: super::office::Office::on(town_store().await, settings).await };
        let key = desk.key(KeyRole::Reporter, None).await;
        let body: String = (0..605).map(|n| format!("{}\n", row(&at, n))).collect();
        let begun = Instant::now();
        let answers = rows(&send(&desk, &key, &[], body).await);
        assert!(answers.iter().all(|row| row["status"] == 201), "none is refused");
        assert_eq!(answers.len(), 605);
        // 61 requests of the rate for the rows: two or more of them had to wait a second, less what came back meanwhile.
        let one_more = desk.get("/v1/reports", &key).await;
        let took = begun.elapsed();
        assert!(took > Duration::from_secs(1), "{took:?}");
        assert!(one_more.status == 200 || one_more.status == 429);
    });
}
