//! `POST /v1/locate`.

use axum::body::Body;
use axum::http::Method;
use serde_json::Value;

use super::town::{Answer, ask, get, run, somewhere, town};

fn post(query: &str, media: &str, body: impl Into<Body>) -> Answer {
    run(ask(&town(), Method::POST, &format!("/v1/locate{query}"), &[("content-type", media)], body))
}

#[test]
fn csv_in_order_with_bad_rows_in_their_places() {
    let (lon, lat, code) = somewhere();
    let answer =
        post("", "text/csv; charset=UTF-8", format!("id,lon,lat\n甲,{lon},{lat}\n乙,x,1\n丙,0,0\n丁,{lon},{lat}\n"));
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/csv; charset=utf-8"));
    let text = answer.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "id,lon,lat,tier1,tier2,tier3,party_group,leader,error");
    assert!(lines[1].starts_with(&format!("甲,{lon},{lat},")) && lines[1].contains(&code));
    assert!(lines[2].starts_with("乙,x,1,") && lines[2].contains("not a number"));
    assert_eq!(lines[3], "丙,0,0,,,,,,");
    assert_eq!(lines[4].replacen('丁', "甲", 1), lines[1]);
}

#[test]
fn one_answer_for_single_points_and_batches() {
    let (lon, lat, _) = somewhere();
    let single = get(&format!("/v1/locate?lon={lon}&lat={lat}&crs=bd09")).json();
    let codes: Vec<&Value> = single["grids"].as_array().unwrap().iter().map(|grid| &grid["code"]).collect();
    let batch = post("?crs=bd09", "application/json", format!(r#"{{"points":[[{lon},{lat}]]}}"#)).json();
    let row = &batch["answers"][0];
    assert_eq!(batch["edition"], "demo");
    assert_eq!(
        [&row["tier1"], &row["tier2"], &row["tier3"]].map(Clone::clone).to_vec(),
        codes.into_iter().cloned().collect::<Vec<_>>()
    );
    assert_eq!(row["leader"], single["responsible"]["leader"]["name"]);
}

#[test]
fn ndjson_of_many_chunks() {
    let (lon, lat, code) = somewhere();
    let line = format!("{{\"n\":1,\"lon\":{lon},\"lat\":{lat}}}\n");
    let all = line.repeat(5000);
    let chunks: Vec<Result<Vec<u8>, std::io::Error>> =
        all.as_bytes().chunks(997).map(|chunk| Ok(chunk.to_vec())).collect();
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    let answer = post("", "application/x-ndjson", body);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let text = answer.text();
    assert_eq!(text.lines().count(), 5000);
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        assert_eq!((row["n"].as_u64(), row["tier3"].as_str()), (Some(1), Some(&*code)));
    }
}

#[test]
fn what_cannot_be_read_at_all_is_a_problem() {
    for (media, body) in [
        ("text/csv", ""),
        ("text/csv", "a,b\n1,2\n"),
        ("text/csv", "lon,lat,lon\n"),
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", r#"{"crs":"gcj02","points":[]}"#),
    ] {
        assert_eq!(post("", media, body).problem(422), "unreadable-points", "{media} {body}");
    }
    assert_eq!(post("?crs=mars&tiers=1", "text/csv", "").fields(), ["crs", "tiers"]);
    assert_eq!(post("", "application/json", r#"{"points":[]}"#).json()["answers"], serde_json::json!([]));
}

#[test]
fn an_error_in_the_middle_closes_the_document() {
    let rows = "[116.9,30.8],".repeat(20_000);
    let chunks = [format!("{{\"points\":[{rows}"), "[1,2]".to_owned()].map(Ok::<_, std::io::Error>);
    let answer = post("", "application/json", Body::from_stream(futures_util::stream::iter(chunks)));
    assert_eq!(answer.status, 200, "the answer had begun");
    let document = answer.json();
    assert_eq!(document["answers"].as_array().unwrap().len(), 20_000);
    assert!(document["error"].as_str().unwrap().contains("ends in the middle"), "{}", document["error"]);
}
