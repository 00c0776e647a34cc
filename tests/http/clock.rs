//! Deadlines, and what may be told twice. The clock is turned by the tests.

use gridward::assign::calendar::Calendar;
use gridward::assign::clock::Looked;
use gridward::assign::desk::Desk as Counter;
use gridward::domain::key::KeyRole;
use gridward::domain::level::Level;
use gridward::domain::report::{Action, Report};
use gridward::live::Live;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::reports::{Desk, report};
use super::town::{run, somewhere};

#[test]
fn what_is_late_goes_up_once_however_many_servers_look() {
    let (lon, lat, code) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let store = desk.office.store.clone();
        let counters = [
            Counter::new(Live::open(store.clone()).await.unwrap(), Calendar::standard()),
            Counter::new(Live::open(store.clone()).await.unwrap(), Calendar::standard()),
        ];
        let sent = desk.post("/v1/reports", "", &[], &report(lon, lat)).await.json();
        let id = sent["id"].as_str().unwrap();
        for counter in &counters {
            counter.live().refresh().await.unwrap();
        }
        let now = async || -> Report { store.report_by_id(id).await.unwrap().unwrap() };
        // Both servers look at the same moment; together they do it once.
        let look = async |at: OffsetDateTime| {
            let [a, b] = &counters;
            let (a, b) = tokio::join!(a.look_at_the_clock(at), b.look_at_the_clock(at));
            let (a, b) = (a.unwrap(), b.unwrap());
            Looked { warned: a.warned + b.warned, overdue: a.overdue + b.overdue }
        };
        let due_at = now().await.due_at.unwrap();
        assert_eq!(look(due_at - Duration::hours(5)).await, Looked::default());
        assert_eq!(look(due_at - Duration::hours(1)).await, Looked { warned: 1, overdue: 0 });
        assert_eq!(look(due_at - Duration::minutes(1)).await, Looked::default());
        let mut levels = vec![now().await.level.as_str()];
        for round in 1.. {
            let due_at = now().await.due_at.unwrap();
            let looked = look(due_at).await;
            if looked == Looked::default() {
                break;
            }
            assert_eq!(looked, Looked { warned: 0, overdue: 1 });
            levels.push(now().await.level.as_str());
            assert!(round < 6);
        }
        assert_eq!(levels, ["tier3", "tier2", "tier1", "town", "town"]);
        let late = now().await;
        assert_eq!((late.overdue_since, late.grid), (late.due_at, None));
        let steps = store.steps(id).await.unwrap();
        let taken: Vec<Action> = steps.iter().map(|step| step.action).collect();
        let escalated = [Action::Escalate; 4];
        assert_eq!(taken, [&[Action::Report, Action::Warn][..], &escalated].concat());
        assert_eq!(steps[2].grid.as_deref(), Some(&code[..15]));
        assert_eq!(store.last_event().await.unwrap(), 2 + 6, "one event for each edition and step");
        // Whoever settles it late is not late any more.
        let uri = format!("/v1/reports/{id}");
        assert_eq!(desk.get("/v1/reports?overdue=true", &desk.office.key).await.json()["reports"][0]["id"], json!(id));
        desk.post(&format!("{uri}/accept"), &desk.office.key, &[], &json!({})).await;
        desk.post(&format!("{uri}/resolve"), &desk.office.key, &[], &json!({})).await;
        assert_eq!(look(OffsetDateTime::now_utc() + Duration::days(100)).await, Looked::default());
        assert_eq!(desk.get("/v1/reports?overdue=true", &desk.office.key).await.json()["reports"], json!([]));
    });
}

/// More than one look at the store takes, late at the town and never warned: the others' turn comes all the same.
#[test]
fn what_the_clock_is_done_with_keeps_nothing_from_it() {
    let (lon, lat, _) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let store = desk.office.store.clone();
        let counter = Counter::new(Live::open(store.clone()).await.unwrap(), Calendar::standard());
        let sent = desk.post("/v1/reports", "", &[], &report(lon, lat)).await.json();
        let later = store.report_by_id(sent["id"].as_str().unwrap()).await.unwrap().unwrap();
        let due_at = later.due_at.unwrap();
        let late = (0..201).map(|n| {
            let mut new = crate::contract::reports::new(n, "aaa", &[]);
            (new.report.level, new.report.grid) = (Level::Town, None);
            (new.report.due_at, new.report.overdue_since) = (Some(due_at - Duration::hours(1)), Some(due_at));
            new
        });
        store.add_reports(&late.collect::<Vec<_>>()).await.unwrap();
        counter.live().refresh().await.unwrap();
        assert_eq!(counter.look_at_the_clock(due_at).await.unwrap(), Looked { warned: 0, overdue: 1 });
        assert_eq!(store.report_by_id(&later.id).await.unwrap().unwrap().level.as_str(), "tier2");
    });
}

#[test]
fn what_is_near_recent_and_of_one_kind_is_proposed_and_merged_by_a_person() {
    let (lon, lat, code) = somewhere();
    run(async {
        let desk = Desk::new().await;
        let send = async |lon: f64, category: &str| {
            let mut body = report(lon, lat);
            body["category"] = json!(category);
            desk.post("/v1/reports", "", &[], &body).await.json()["id"].as_str().unwrap().to_owned()
        };
        let first = send(lon, "sanitation").await;
        let near = send(lon + 0.000_5, "sanitation").await;
        let nearer = send(lon + 0.000_2, "sanitation").await;
        let _far = send(lon + 0.002, "sanitation").await;
        let _other = send(lon, "dispute").await;
        let uri = format!("/v1/reports/{first}/duplicates");
        assert_eq!(desk.get(&uri, "").await.problem(401), "unauthenticated");
        let found = desk.get(&uri, &desk.office.key).await.json();
        let found: Vec<(&str, f64)> = found["duplicates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| (found["report"]["id"].as_str().unwrap(), found["distance_m"].as_f64().unwrap()))
            .collect();
        assert_eq!(found.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [&nearer, &near]);
        assert!((found[0].1 - 19.1).abs() < 0.3 && (found[1].1 - 47.8).abs() < 0.5, "{found:?}");
        let leader = desk.key(KeyRole::Leader, Some(&code)).await;
        let merge = async |into: &str| {
            desk.post(&format!("/v1/reports/{near}/merge"), &leader, &[], &json!({"into": into})).await
        };
        assert_eq!(merge(&near).await.problem(400), "bad-parameter");
        assert_eq!(merge(&_other).await.problem(400), "bad-parameter");
        // Into what lies where the leader has no say: as if it were not there.
        let (foreign_lon, foreign_lat) = (116.995, 30.985);
        let foreign = desk.post("/v1/reports", "", &[], &report(foreign_lon, foreign_lat)).await.json();
        let foreign_id = foreign["id"].as_str().unwrap();
        assert_ne!(foreign["grid"], json!(code));
        assert_eq!(desk.get(&format!("/v1/reports/{foreign_id}"), &leader).await.problem(404), "no-such-report");
        assert_eq!(merge(foreign_id).await.problem(400), "bad-parameter");
        let merged = merge(&first).await.json();
        assert_eq!((&merged["status"], &merged["merged_into"]), (&json!("merged"), &json!(first)), "{merged}");
        assert_eq!(desk.get(&uri, &leader).await.json()["duplicates"].as_array().unwrap().len(), 1);
        // What was merged by mistake is taken up again from above.
        let reopen = format!("/v1/reports/{near}/reopen");
        assert_eq!(desk.post(&reopen, &leader, &[], &json!({})).await.problem(403), "forbidden");
        let again = desk.post(&reopen, &desk.office.key, &[], &json!({})).await.json();
        assert_eq!((&again["status"], &again["merged_into"]), (&json!("reported"), &json!(null)), "{again}");
    });
}

/// However it comes out, one of them is there for somebody to settle.
#[test]
fn of_two_that_are_merged_into_each_other_at_once_one_stays() {
    let (lon, lat, _) = somewhere();
    run(async {
        let desk = Desk::new().await;
        for _ in 0..20 {
            let mut ids = Vec::new();
            for _ in 0..2 {
                let sent = desk.post("/v1/reports", "", &[], &report(lon, lat)).await.json();
                ids.push(sent["id"].as_str().unwrap().to_owned());
            }
            let merge = async |of: usize, into: usize| {
                let uri = format!("/v1/reports/{}/merge", ids[of]);
                desk.post(&uri, &desk.office.key, &[], &json!({"into": ids[into]})).await
            };
            let (a, b) = tokio::join!(merge(0, 1), merge(1, 0));
            let mut statuses = [a.status.as_u16(), b.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 400], "{} {}", a.text(), b.text());
        }
    });
}
