//! `POST /v1/editions`: good files, broken ones, hostile ones, and what is left of them.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use gridward::domain::edition::EditionState;
use gridward::http::Settings;
use gridward::import::demo;

use super::office::{BOUNDARY, Form, Office};
use super::town::{ask, empty_store, run, town};
use crate::cli::{lines, town as small_town};

async fn office() -> Office {
    Office::on(empty_store().await, Settings::default()).await
}

#[test]
fn a_file_becomes_a_draft_with_its_report() {
    run(async {
        let office = office().await;
        let form = Form::default().file("青草镇.geojsonl", demo::GRIDS).field("edition", "spring");
        let job = office.ended(office.upload(&form).await, "done").await;
        assert_eq!((job["kind"].as_str(), job["progress"].as_f64()), (Some("import"), Some(1.0)));
        let result = &job["result"];
        assert_eq!((result["edition"]["name"].as_str(), result["publishable"].as_bool()), (Some("spring"), Some(true)));
        assert_eq!(result["edition"]["grids"], serde_json::json!({"tier1": 22, "tier2": 50, "tier3": 165}));
        assert_eq!(result["edition"]["source"], "青草镇.geojsonl");
        let report = office.get("/v1/editions/spring/report").await.json();
        assert_eq!((&report["counts"], &report["notes"]), (&result["counts"], &serde_json::json!([])));
        assert_eq!(office.store.edition("spring").await.unwrap().state, EditionState::Draft);
        assert_eq!(office.left_behind(), Vec::<String>::new());
        // Without a name it is called by the day; of two at once each gets its own.
        let unnamed = Form::default().file("a.geojsonl", demo::GRIDS);
        let (a, b) = tokio::join!(office.upload(&unnamed), office.upload(&unnamed));
        let (a, b) = (office.ended(a, "done").await, office.ended(b, "done").await);
        assert_ne!(a["edition"], b["edition"]);
        assert_eq!(office.names().await.len(), 3);
        let listed = office.get("/v1/jobs?limit=2").await.json();
        assert_eq!(listed["jobs"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn a_file_as_the_body() {
    run(async {
        let office = office().await;
        let uri = "/v1/editions?file=town.geojsonl&edition=spring&repair=true";
        let answer = office.ask(Method::POST, uri, &[("content-type", "application/geo+json")], demo::GRIDS).await;
        let job = office.ended(answer, "done").await;
        assert_eq!(job["result"]["edition"]["source"], "town.geojsonl");
        assert_eq!(office.ask(Method::POST, uri, &[], demo::GRIDS).await.problem(409), "name-taken");
        assert_eq!(office.ask(Method::POST, "/v1/editions", &[], "").await.fields(), ["file"]);
    });
}

#[test]
fn several_files_each_with_its_tier() {
    run(async {
        let office = office().await;
        let of_tier = |tier: u64| -> Vec<u8> {
            let features = small_town().into_iter().filter(|feature| feature["properties"]["tier"] == tier);
            let without = features.map(|mut feature| {
                feature["properties"].as_object_mut().unwrap().remove("tier");
                feature["geometry"]["coordinates"][0][0].as_array_mut().unwrap().push(12.into());
                feature
            });
            lines(&without.collect::<Vec<_>>()).into_bytes()
        };
        let form = Form::default()
            .file("v.geojsonl", &of_tier(1))
            .file("g.geojsonl", &of_tier(2))
            .file("s.geojsonl", &of_tier(3))
            .field("tier", "1,2,3");
        let job = office.ended(office.upload(&form).await, "done").await;
        assert_eq!(job["result"]["edition"]["grids"], serde_json::json!({"tier1": 1, "tier2": 2, "tier3": 4}));
        assert_eq!(job["result"]["edition"]["source"], "v.geojsonl, g.geojsonl, s.geojsonl");
        // What was seen in them stays with the draft.
        let name = job["result"]["edition"]["name"].as_str().unwrap();
        let report = office.get(&format!("/v1/editions/{name}/report")).await.json();
        assert!(report["notes"][0].as_str().unwrap().starts_with("7 position(s) have a height"), "{report}");
        assert_eq!(report["notes"], job["result"]["notes"]);
        assert_eq!(office.upload(&form.clone().field("crs", "wgs84,gcj02")).await.fields(), ["crs"]);
    });
}

/// The upper tiers of a file that has only the smallest grids are made of these, as `gridward import --dissolve` does.
#[test]
fn tiers_that_are_in_no_file_are_dissolved() {
    run(async {
        let office = office().await;
        let of_tier_3: Vec<&str> =
            std::str::from_utf8(demo::GRIDS).unwrap().lines().filter(|line| line.contains(r#""tier":3,"#)).collect();
        let form = Form::default().file("smallest.geojsonl", of_tier_3.join("\n").as_bytes());
        let job = office.ended(office.upload(&form.clone().field("edition", "alone")).await, "done").await;
        assert_eq!(job["result"]["edition"]["grids"], serde_json::json!({"tier1": 0, "tier2": 0, "tier3": 165}));
        let form = form.field("dissolve", "true").field("edition", "dissolved");
        let job = office.ended(office.upload(&form).await, "done").await;
        assert_eq!(job["result"]["edition"]["grids"], serde_json::json!({"tier1": 22, "tier2": 50, "tier3": 165}));
        assert_eq!(job["result"]["publishable"], true);
        let report = office.get("/v1/editions/dissolved/report").await.json();
        let made = |repair: &&serde_json::Value| repair["action"] == "tier_dissolved";
        assert_eq!(report["repairs"].as_array().unwrap().iter().filter(made).count(), 72);
    });
}

#[test]
fn what_cannot_be_read_is_named_and_nothing_is_stored() {
    run(async {
        let office = office().await;
        let broken =
            "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]}}\n{no\n";
        let form = Form::default().file("a.geojsonl", demo::GRIDS).file("town.geojsonl", broken.as_bytes());
        let job = office.ended(office.upload(&form).await, "failed").await;
        let problem = &job["problem"];
        assert_eq!(
            (problem["type"].as_str(), problem["status"].as_u64()),
            (Some("urn:gridward:problem:unreadable-files"), Some(422))
        );
        let errors = problem["errors"].as_array().unwrap();
        assert!(errors.iter().all(|error| error["source"].as_str().unwrap().starts_with("town.geojsonl")), "{problem}");
        assert!(
            errors.iter().any(|error| error["source"] == "town.geojsonl line 1" && error["field"] == "geometry.type")
        );
        assert_eq!(office.names().await, Vec::<String>::new());
        assert_eq!(office.left_behind(), Vec::<String>::new());
    });
}

#[test]
fn every_wrong_option_is_named() {
    run(async {
        let office = office().await;
        let one = || Form::default().file("a.geojsonl", demo::GRIDS);
        for (form, fields) in [
            (one().field("edition", "a/b"), vec!["edition"]),
            (one().field("edition", &"x".repeat(200)), vec!["edition"]),
            (one().field("tier", "4"), vec!["tier"]),
            (one().field("crs", "mars"), vec!["crs"]),
            (one().field("repair", "yes").field("colour", "red"), vec!["repair", "colour"]),
            (one().field("code", "a").field("code", "b"), vec!["code"]),
            (one().field("code", &"a".repeat(5000)), vec!["code"]),
            (one().field("publish", "true"), vec!["publish"]),
            (one().field("repair", "true").field("tolerance_m", "-1"), vec!["tolerance_m"]),
            (one().field("tolerance_m", "1"), vec!["tolerance_m"]),
            (one().field("dissolve", "2"), vec!["dissolve"]),
            (one().field("parent_name", "village"), vec!["parent_name"]),
            (Form::default().field("edition", "spring"), vec!["file"]),
            (Form::default().file("a.geojsonl", b""), vec!["file"]),
            (one().file("A.GEOJSONL", demo::GRIDS), vec!["file"]),
        ] {
            let answer = office.upload(&form).await;
            assert_eq!(answer.problem(400), "bad-parameter");
            assert_eq!(answer.fields(), fields);
        }
        let form = (0..33).fold(Form::default(), |form, n| form.file(&format!("{n}.geojsonl"), b"x"));
        assert_eq!(office.upload(&form).await.fields(), ["file"]);
        let form = (0..70).fold(Form::default(), |form, n| form.field(&format!("x{n}"), "y"));
        assert_eq!(office.upload(&form).await.problem(400), "bad-parameter");
        assert_eq!(office.left_behind(), Vec::<String>::new());
        assert_eq!(office.get("/v1/jobs").await.json()["jobs"], serde_json::json!([]));
    });
}

#[test]
fn hostile_forms_are_refused() {
    run(async {
        let office = office().await;
        let media = format!("multipart/form-data; boundary={BOUNDARY}");
        let endless_head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; x=\"").into_bytes();
        let endless = [endless_head, vec![b'a'; 3 << 20]].concat();
        let cut = Form::default().file("a.geojsonl", demo::GRIDS).bytes();
        for body in [b"".to_vec(), b"no form".to_vec(), cut[..cut.len() / 2].to_vec(), endless] {
            let answer = office.ask(Method::POST, "/v1/editions", &[("content-type", &media)], body).await;
            assert_eq!(answer.problem(400), "bad-request", "{}", answer.text());
            assert!(answer.text().contains("curl -F file=@FILE"), "{}", answer.text());
        }
        for media in ["multipart/form-data", "multipart/form-data; boundary="] {
            let answer = office.ask(Method::POST, "/v1/editions", &[("content-type", media)], "x").await;
            assert_eq!(answer.problem(400), "bad-request");
        }
        let packed = [("content-encoding", "gzip")];
        let answer = office.ask(Method::POST, "/v1/editions", &packed, demo::GRIDS).await;
        assert_eq!(answer.problem(415), "unsupported-media-type");
        // A name that would lead elsewhere leads nowhere.
        let form = Form::default().file("../../../../tmp/escaped.geojsonl", demo::GRIDS).field("edition", "spring");
        let job = office.ended(office.upload(&form).await, "done").await;
        assert_eq!(job["result"]["edition"]["source"], "escaped.geojsonl");
        assert_eq!(office.left_behind(), Vec::<String>::new());
    });
}

#[test]
fn an_upload_is_bounded_in_size_and_in_time() {
    run(async {
        // Each bound by itself, so that a slow machine meets no other one.
        let store = empty_store().await;
        let office = Office::on(store.clone(), Settings { max_upload_bytes: 100_000, ..Settings::default() }).await;
        let large = Form::default().file("a.geojsonl", &[b' '; 60_000]).file("b.geojsonl", &[b' '; 60_000]);
        assert_eq!(office.upload(&large).await.problem(413), "payload-too-large");
        assert_eq!(office.left_behind(), Vec::<String>::new());
        let idle = Settings { batch_idle_timeout: Duration::from_millis(200), ..Settings::default() };
        let office = Office::on(store.clone(), idle).await;
        let stalled = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let answer = office.ask(Method::POST, "/v1/editions", &[], stalled).await;
        assert_eq!(answer.problem(408), "body-timeout");
        assert!(answer.text().contains("nothing came for 0.2 s"), "{}", answer.text());
        assert_eq!(office.left_behind(), Vec::<String>::new());
        let whole = Settings { max_upload_time: Duration::from_secs(2), ..Settings::default() };
        let office = Office::on(store, whole).await;
        // A byte now and then is not idle, and still not for ever.
        let dripping = Body::from_stream(futures_util::stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Some((Ok::<_, std::io::Error>(b" ".to_vec()), ()))
        }));
        let answer = office.ask(Method::POST, "/v1/editions", &[], dripping).await;
        assert_eq!(answer.problem(408), "body-timeout");
        assert!(answer.text().contains("has to be here after 2 s"), "{}", answer.text());
        assert_eq!(office.left_behind(), Vec::<String>::new());
    });
}

#[test]
fn so_many_jobs_are_taken_on() {
    run(async {
        let settings = Settings { max_jobs: 1, ..Settings::default() };
        let office = Office::on(empty_store().await, settings).await;
        let (more, pieces) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(1);
        let body = Body::from_stream(futures_util::stream::unfold(pieces, async |mut pieces| {
            Some((pieces.recv().await?, pieces))
        }));
        let slow = office.ask(Method::POST, "/v1/editions?edition=slow", &[], body);
        let other = async {
            more.send(Ok(demo::GRIDS[..500].to_vec())).await.unwrap();
            // There is room for the second when the first is read, which is after the place was taken.
            more.send(Ok(demo::GRIDS[500..1000].to_vec())).await.unwrap();
            let answer = office.ask(Method::POST, "/v1/editions", &[], demo::GRIDS).await;
            assert_eq!((answer.problem(503).as_str(), answer.header("retry-after")), ("overloaded", "5"));
            more.send(Ok(demo::GRIDS[1000..].to_vec())).await.unwrap();
            drop(more);
        };
        let (answer, ()) = tokio::join!(slow, other);
        office.ended(answer, "done").await;
        let answer = office.ask(Method::POST, "/v1/editions?edition=next", &[], demo::GRIDS).await;
        office.ended(answer, "done").await;
    });
}

#[test]
fn a_cancelled_job_keeps_nothing() {
    run(async {
        let office = office().await;
        let mut cancelled = 0;
        // At every moment of its life, as far as waiting finds them; at once, where each was done before it heard of it.
        for round in 0..60 {
            if round >= 12 && cancelled > 0 {
                break;
            }
            let form = Form::default().file("a.geojsonl", demo::GRIDS).field("edition", &format!("e{round}"));
            let answer = office.upload(&form).await;
            let location = answer.header("location").to_owned();
            if round < 12 {
                tokio::time::sleep(Duration::from_millis(round * 25)).await;
            }
            assert_eq!(office.delete(&location).await.status, 202);
            let job = office.end_of(&location).await;
            let kept = office.names().await.contains(&format!("e{round}"));
            match job["state"].as_str().unwrap() {
                "cancelled" => {
                    cancelled += 1;
                    assert!(!kept && job.get("result").is_none() && job["cancel_requested"] == true, "{job}");
                }
                "done" => assert!(kept),
                other => panic!("{other}: {job}"),
            }
        }
        assert!(cancelled > 0);
        assert_eq!(office.left_behind(), Vec::<String>::new());
        assert_eq!(office.get("/v1/jobs/none").await.problem(404), "no-such-job");
        assert_eq!(office.delete("/v1/jobs/none").await.problem(404), "no-such-job");
    });
}

#[test]
fn nothing_is_taken_in_without_a_key() {
    let body = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let answer = run(ask(&town(), Method::POST, "/v1/editions", &[], body));
    assert_eq!(answer.problem(401), "unauthenticated");
    assert_eq!(run(ask(&town(), Method::GET, "/v1/jobs", &[], Body::empty())).problem(401), "unauthenticated");
}
