//! From a draft to being in force and back, over HTTP.

use axum::body::Body;
use axum::http::Method;
use gridward::http::Settings;
use gridward::import::{demo, edition};
use gridward::store::StoreError;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::office::{Form, Office};
use super::town::{ask, empty_store, run, town_store};
use crate::cli::{lines, town, town_with_overlap};

/// A draft of that name.
async fn draft(office: &Office, name: &str, features: &[Value]) {
    let form = Form::default().file("town.geojsonl", lines(features).as_bytes()).field("edition", name);
    office.ended(office.upload(&form).await, "done").await;
}

async fn edition_at_a_place(office: &Office) -> Value {
    office.get("/v1/locate?lon=116.91&lat=30.81").await.json()["edition"].clone()
}

#[test]
fn a_draft_comes_into_force_at_once_and_the_one_before_goes_on() {
    run(async {
        let office = Office::on(town_store().await, Settings::default()).await;
        draft(&office, "spring", &town()).await;
        assert_eq!(edition_at_a_place(&office).await, "demo");
        let job = office.ended(office.post("/v1/editions/spring/publish").await, "done").await;
        assert_eq!((job["kind"].as_str(), job["edition"].as_str()), (Some("publish"), Some("spring")));
        let edition = &job["result"]["edition"];
        assert_eq!((edition["state"].as_str(), edition["in_force"].as_bool()), (Some("published"), Some(true)));
        assert_eq!(edition_at_a_place(&office).await, "spring");
        assert_eq!(office.get("/tiles/demo/grids/14/13512/6717.mvt").await.status, 200);
        assert_eq!(office.post("/v1/rollback").await.json()["name"], "demo");
        assert_eq!(edition_at_a_place(&office).await, "demo");
        // Published already: only put in force again, from a moment on.
        let later = json!({"from": "2099-01-01T00:00:00+08:00"});
        let job = office.ended(office.post_json("/v1/editions/spring/publish", later).await, "done").await;
        let publications = job["result"]["edition"]["publications"].as_array().unwrap();
        assert_eq!(publications.last().unwrap()["in_force_from"], "2098-12-31T16:00:00Z");
        assert_eq!(edition_at_a_place(&office).await, "demo");
    });
}

#[test]
fn errors_forbid_it_until_they_are_accepted_and_confirmed() {
    run(async {
        let office = Office::on(empty_store().await, Settings::default()).await;
        draft(&office, "spring", &town_with_overlap()).await;
        let uri = "/v1/editions/spring/publish";
        let answer = office.post(uri).await;
        assert_eq!(answer.problem(409), "publication-forbidden");
        assert_eq!(answer.json()["counts"], json!({"overlap": 1}));
        assert!(answer.text().contains("accept what can be: overlap"), "{}", answer.text());
        let answer = office.post_json(uri, json!({"allow": ["overlap"]})).await;
        assert_eq!(answer.problem(409), "confirmation-needed");
        assert_eq!(answer.json()["counts"], json!({"overlap": 1}));
        let answer = office.post_json(uri, json!({"allow": ["overlap"], "confirm": false})).await;
        assert_eq!(answer.problem(409), "confirmation-needed");
        let answer = office.post_json(uri, json!({"allow": ["overlap"], "confirm": true})).await;
        let job = office.ended(answer, "done").await;
        assert_eq!(job["result"]["edition"]["accepted"], json!(["overlap"]));
        // What has no error needs no confirmation, whatever is allowed.
        draft(&office, "autumn", &town()).await;
        let answer = office.post_json("/v1/editions/autumn/publish", json!({"allow": ["overlap"]})).await;
        assert_eq!(office.ended(answer, "done").await["result"]["edition"]["accepted"], json!([]));
    });
}

/// Whoever has a key sees a draft on the map; what was drawn of it is not taken for what it is published as, nor for
/// another draft.
#[test]
fn a_draft_is_drawn_for_whoever_has_a_key() {
    run(async {
        let office = Office::on(empty_store().await, Settings::default()).await;
        let tile = |name: &str| format!("/tiles/{name}/grids/0/0/0.mvt");
        let mut other = town();
        other[0]["properties"]["name"] = json!("旧名");
        draft(&office, "spring", &other).await;
        for uri in ["/style.json?edition=spring", "/tiles/spring/grids.json", &tile("spring")] {
            assert_eq!(
                ask(&office.service, Method::GET, uri, &[], Body::empty()).await.problem(404),
                "no-such-edition"
            );
            let answer = office.get(uri).await;
            assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{uri}");
        }
        let drawn = office.get(&tile("spring")).await.body;
        assert_eq!(office.delete("/v1/editions/spring").await.status, 204);
        draft(&office, "autumn", &town()).await;
        assert_ne!(office.get(&tile("autumn")).await.body, drawn);
        office.ended(office.post("/v1/editions/autumn/publish").await, "done").await;
        for uri in ["/tiles/grids.json", "/tiles/grids/0/0/0.mvt", &tile("autumn"), "/style.json?edition=autumn"] {
            let answer = ask(&office.service, Method::GET, uri, &[], Body::empty()).await;
            assert_eq!(answer.status, 200, "{uri}");
            assert!(answer.header("cache-control").starts_with("public"), "{uri}: {}", answer.header("cache-control"));
        }
    });
}

#[test]
fn the_past_changes_only_if_that_is_confirmed() {
    run(async {
        let office = Office::on(town_store().await, Settings::default()).await;
        draft(&office, "spring", &town()).await;
        let then = "/v1/locate?lon=116.91&lat=30.81&at=2026-11-25T00:00:00Z";
        let yesterday = |confirm: bool| json!({"from": "2020-01-01T00:00:00Z", "confirm": confirm});
        // Nothing was in force in 2020, and so nothing that was answered changes.
        office.ended(office.post_json("/v1/editions/before/publish", yesterday(false)).await, "done").await;
        let before = office.get(then).await.json()["edition"].clone();
        let answer = office.post_json("/v1/editions/spring/publish", yesterday(false)).await;
        assert_eq!(answer.problem(409), "confirmation-needed");
        assert!(answer.json()["detail"].as_str().unwrap().contains("confirm"), "{}", answer.text());
        assert_eq!(office.get(then).await.json()["edition"], before);
        office.ended(office.post_json("/v1/editions/spring/publish", yesterday(true)).await, "done").await;
        // The same edition once more changes nothing.
        office.ended(office.post_json("/v1/editions/spring/publish", yesterday(false)).await, "done").await;
    });
}

/// Each gives a grid another code: whichever comes second says what became of the code of the first.
#[test]
fn editions_published_at_once_follow_one_another() {
    run(async {
        let office = Office::on(empty_store().await, Settings::default()).await;
        draft(&office, "first", &town()).await;
        office.ended(office.post("/v1/editions/first/publish").await, "done").await;
        for name in ["a", "b"] {
            let mut renumbered = town();
            let grid = renumbered.iter_mut().find(|feature| feature["properties"]["code"] == "111").unwrap();
            grid["properties"]["code"] = json!(name);
            draft(&office, name, &renumbered).await;
        }
        let (a, b) = tokio::join!(office.post("/v1/editions/a/publish"), office.post("/v1/editions/b/publish"));
        tokio::join!(office.ended(a, "done"), office.ended(b, "done"));
        let mut statuses = Vec::new();
        for code in ["111", "a", "b"] {
            statuses.push(office.get(&format!("/v1/grids/{code}")).await.status.as_u16());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 302, 302], "one of them is in force, and the others lead there");
    });
}

#[test]
fn wishes_that_cannot_be_met_are_named() {
    run(async {
        let office = Office::on(empty_store().await, Settings::default()).await;
        draft(&office, "spring", &town()).await;
        for (wish, fields) in [
            (json!({"from": "tomorrow"}), vec!["from"]),
            (json!({"from": 5, "confirm": "yes"}), vec!["from", "confirm"]),
            (json!({"allow": "overlap"}), vec!["allow"]),
            (json!({"allow": ["gap"]}), vec!["allow"]),
            (json!({"allow": ["nonsense"]}), vec!["allow"]),
            (json!({"force": true}), vec!["force"]),
        ] {
            let answer = office.post_json("/v1/editions/spring/publish", wish).await;
            assert_eq!(answer.problem(400), "bad-parameter");
            assert_eq!(answer.fields(), fields);
        }
        for (wish, fields) in [
            (json!({"tolerance_m": -1}), vec!["tolerance_m"]),
            (json!({"tolerance_m": 1e9}), vec!["tolerance_m"]),
            (json!({"edition": "a/b"}), vec!["edition"]),
        ] {
            assert_eq!(office.post_json("/v1/editions/spring/repair", wish).await.fields(), fields);
        }
        for body in ["[]", "{", "1", "\u{1}"] {
            let answer = office.ask(axum::http::Method::POST, "/v1/editions/spring/publish", &[], body).await;
            assert_eq!(answer.problem(400), "bad-request");
        }
        let answer = office.ask(axum::http::Method::POST, "/v1/editions/spring/publish", &[], " ".repeat(20_000)).await;
        assert_eq!(answer.problem(413), "payload-too-large");
        assert_eq!(office.post("/v1/editions/none/publish").await.problem(404), "no-such-edition");
        assert_eq!(office.post("/v1/editions/none/repair").await.problem(404), "no-such-edition");
    });
}

#[test]
fn what_is_scheduled_is_taken_back() {
    run(async {
        let office = Office::on(empty_store().await, Settings::default()).await;
        draft(&office, "spring", &town()).await;
        office.ended(office.post("/v1/editions/spring/publish").await, "done").await;
        draft(&office, "summer", &town()).await;
        assert_eq!(office.post("/v1/editions/summer/withdraw").await.problem(409), "nothing-scheduled", "a draft");
        let wish = json!({"from": "2090-06-01T00:00:00Z"});
        office.ended(office.post_json("/v1/editions/summer/publish", wish.clone()).await, "done").await;
        let state = async || {
            gridward::domain::edition::to_come(&office.store.publications().await.unwrap(), OffsetDateTime::now_utc())
        };
        assert_eq!(state().await.len(), 1);
        let taken = office.post("/v1/editions/summer/withdraw").await;
        assert_eq!((taken.status.as_u16(), &taken.json()["in_force"]), (200, &json!(false)), "{}", taken.text());
        assert_eq!(state().await, []);
        assert_eq!(office.get("/v1/editions/spring").await.json()["in_force"], true);
        assert_eq!(office.post("/v1/editions/summer/withdraw").await.problem(409), "nothing-scheduled");
        assert_eq!(
            office.post("/v1/editions/spring/withdraw").await.problem(409),
            "nothing-scheduled",
            "it is in force"
        );
        assert_eq!(office.post("/v1/editions/autumn/withdraw").await.problem(404), "no-such-edition");
        // It can be scheduled again.
        office.ended(office.post_json("/v1/editions/summer/publish", wish).await, "done").await;
        assert_eq!(state().await.len(), 1);
    });
}

#[test]
fn of_two_who_publish_at_once_one_does() {
    run(async {
        let office = Office::on(empty_store().await, Settings::default()).await;
        draft(&office, "spring", &town()).await;
        let before = office.store.edition("spring").await.unwrap();
        let uri = "/v1/editions/spring/publish";
        let (a, b) = tokio::join!(office.post(uri), office.post(uri));
        let ends = [office.end_of(a.header("location")).await, office.end_of(b.header("location")).await];
        assert!(ends.iter().any(|job| job["state"] == "done"), "{ends:?}");
        for job in ends.iter().filter(|job| job["state"] != "done") {
            assert_eq!(job["problem"]["type"], "urn:gridward:problem:edition-published");
        }
        let edition = office.get("/v1/editions/spring").await.json();
        assert_eq!(edition["in_force"], true);
        assert_eq!(office.delete("/v1/editions/spring").await.problem(409), "edition-published");
        assert_eq!(office.post("/v1/editions/spring/repair").await.problem(409), "edition-published");
        // Whoever comes so late that its features are gone hears the same, and not that it has no grid.
        let late = edition::build_draft(&*office.store, &before, &[]).await.map(|_| ());
        assert!(matches!(&late, Err(StoreError::AlreadyPublished(name)) if name == "spring"), "{late:?}");
    });
}

#[test]
fn a_draft_is_repaired_into_another_one() {
    run(async {
        let office = Office::on(empty_store().await, Settings::default()).await;
        // The east border of 111 and 112 lies a quarter of a metre west of where their neighbours have it.
        let mut features = town();
        for at in [3, 4] {
            let text = features[at].to_string().replace("116.92", "116.9199975");
            features[at] = serde_json::from_str(&text).unwrap();
        }
        draft(&office, "spring", &features).await;
        let before = office.get("/v1/editions/spring/report").await.json();
        assert!(before["counts"]["codes"]["sliver"].as_u64() > Some(0), "{before}");
        let answer = office.post_json("/v1/editions/spring/repair", json!({"tolerance_m": 0.5})).await;
        let job = office.ended(answer, "done").await;
        assert_eq!((job["kind"].as_str(), job["edition"].as_str()), (Some("repair"), Some("spring-repaired")));
        let after = office.get("/v1/editions/spring-repaired/report").await.json();
        assert_eq!(after["counts"]["codes"].get("sliver"), None, "{after}");
        let moved = after["repairs"].as_array().unwrap().iter().map(|repair| repair["moved_m"].as_f64().unwrap());
        let longest = moved.fold(0.0, f64::max);
        assert!((0.1..=0.5).contains(&longest), "{longest}");
        assert_eq!(office.get("/v1/editions/spring/report").await.json(), before, "the draft stays as it is");
        // The same as a choice on import; a tolerance that is too small mends nothing.
        for (tolerance_m, mended) in [("0.5", true), ("0.05", false)] {
            let form = Form::default().file("town.geojsonl", lines(&features).as_bytes()).field("repair", "true");
            let form = form.field("tolerance_m", tolerance_m).field("edition", &format!("within-{tolerance_m}"));
            let job = office.ended(office.upload(&form).await, "done").await;
            assert_eq!(job["result"]["counts"]["codes"].get("sliver").is_none(), mended, "{job}");
        }
        let again = office.ended(office.post("/v1/editions/spring/repair").await, "done").await;
        assert_eq!(again["edition"], "spring-repaired-2");
        let taken = office.post_json("/v1/editions/spring/repair", json!({"edition": "spring"})).await;
        assert_eq!(taken.problem(409), "name-taken");
    });
}

#[test]
fn the_whole_way_by_the_demo_town() {
    run(async {
        let office = Office::on(empty_store().await, Settings::default()).await;
        let form = Form::default().file("qingcao.geojsonl", demo::GRIDS).field("edition", "2026-01");
        office.ended(office.upload(&form).await, "done").await;
        office.ended(office.post("/v1/editions/2026-01/publish").await, "done").await;
        let public =
            ask(&office.service, axum::http::Method::GET, "/v1/editions", &[], axum::body::Body::empty()).await;
        assert_eq!(public.json()["editions"][0]["in_force"], true);
        let grids = office.get("/v1/grids?tier=3&limit=1000").await.json()["grids"].as_array().unwrap().len();
        assert_eq!(grids, 165);
    });
}
