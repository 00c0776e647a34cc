//! The same question with the same `at` gets the same bytes for ever: whatever is published, put back, scheduled, taken
//! back or discarded later, and whichever process answers.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Method;
use gridward::domain::problem::CheckReport;
use gridward::domain::roster::{Person, Role, RosterEntry};
use gridward::http::{AppState, Settings, router};
use gridward::import::edition::{roll_back, withdraw};
use gridward::live::Live;
use gridward::store::{Before, NewDraft, NewPublication, Store};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::diff::cells::{Cells, cells_of, edits};
use crate::http::town::{ask, empty_store};
use crate::stores::TestStore;

async fn publish(store: &dyn Store, name: &str, cells: &Cells, from: OffsetDateTime) {
    let (report, source) = (CheckReport::default(), String::new());
    let draft = NewDraft { name: name.into(), source, features: Vec::new(), report: report.clone() };
    let draft = store.save_draft(&draft).await.unwrap();
    let features = cells.features();
    let publication = NewPublication {
        features,
        accepted: Vec::new(),
        report,
        in_force_from: Some(from),
        code_changes: Vec::new(),
        before: Before::Any,
    };
    store.publish(draft.id, &publication).await.unwrap();
}

async fn roster(store: &dyn Store, word: &str, from: OffsetDateTime) {
    let entry = |i: usize| RosterEntry {
        grid: format!("3-{i:02}"),
        party_group: Some(format!("{word}第{i}党小组")),
        people: vec![Person::new(Role::Leader, format!("{word}{i}"), Some("13800000000".into()))],
    };
    store.replace_roster(&(1..=11).map(entry).collect::<Vec<_>>(), Some(from)).await.unwrap();
}

/// What is answered to many questions about many times.
async fn answers(store: &Arc<dyn Store>, times: &[OffsetDateTime]) -> Vec<(String, u16, Vec<u8>)> {
    let service = router(AppState::new(Live::open(store.clone()).await.unwrap(), Settings::default()));
    let mut questions = Vec::new();
    for at in times {
        let at = at.format(&Rfc3339).unwrap();
        for i in 0..40 {
            let (lon, lat) = (116.9 + f64::from(i % 8) * 0.009 + 0.001, 30.8 + f64::from(i / 8) * 0.013 + 0.002);
            questions.push(format!("/v1/locate?lon={lon}&lat={lat}&accuracy=300&geometry=true&at={at}"));
        }
        questions.push(format!("/v1/grids?limit=1000&f=geojson&at={at}"));
        questions.push(format!("/v1/grids/3-01?at={at}"));
        questions.push(format!("/v1/grids/3-02/neighbors?at={at}"));
        questions.push(format!("/tiles/grids.json?at={at}"));
        questions.push(format!("/tiles/grids/9/422/209.mvt?at={at}"));
    }
    let mut answers = Vec::new();
    for question in questions {
        let answer = ask(&service, Method::GET, &question, &[], Body::empty()).await;
        answers.push((question, answer.status.as_u16(), answer.body));
    }
    answers
}

pub async fn the_past_stays_as_it_was(store: Arc<dyn Store>) {
    let mut runner = TestRunner::deterministic();
    let first = cells_of(100_000..100_001).new_tree(&mut runner).unwrap().current();
    let mut editions = vec![first];
    for _ in 0..5 {
        let next = editions.last().unwrap().edited(&edits().new_tree(&mut runner).unwrap().current());
        editions.push(next);
    }
    let now = OffsetDateTime::now_utc();
    let ago = |days: i64| now - Duration::days(days);
    publish(&*store, "a", &editions[0], ago(100)).await;
    publish(&*store, "b", &editions[1], ago(60)).await;
    roster(&*store, "甲", ago(90)).await;
    roster(&*store, "乙", ago(50)).await;
    let times = [ago(200), ago(95), ago(80), ago(60), ago(55), ago(49), ago(1)];
    let recorded = answers(&store, &times).await;
    assert!(recorded.iter().filter(|(_, status, _)| *status == 200).count() > 200);
    assert!(recorded.iter().any(|(_, _, body)| String::from_utf8_lossy(body).contains("甲")));

    for (i, cells) in editions[2..].iter().enumerate() {
        publish(&*store, &format!("later {i}"), cells, OffsetDateTime::now_utc()).await;
        roster(&*store, &format!("丙{i}"), OffsetDateTime::now_utc()).await;
    }
    roll_back(&*store).await.unwrap().unwrap();
    roll_back(&*store).await.unwrap().unwrap();
    publish(&*store, "scheduled", &editions[0], OffsetDateTime::now_utc() + Duration::days(10)).await;
    let scheduled = store.edition("scheduled").await.unwrap().id;
    assert_eq!(withdraw(&*store, scheduled).await.unwrap().len(), 1);
    assert!(withdraw(&*store, scheduled).await.unwrap().is_empty());
    let draft =
        NewDraft { name: "draft".into(), source: String::new(), features: Vec::new(), report: CheckReport::default() };
    let draft = store.save_draft(&draft).await.unwrap().id;
    store.discard_draft(draft).await.unwrap();
    roster(&*store, "丁", OffsetDateTime::now_utc() + Duration::days(5)).await;

    let again = answers(&store, &times).await;
    for (before, after) in recorded.iter().zip(&again) {
        assert!(before == after, "{} was answered otherwise before", before.0);
    }
}

#[tokio::test]
async fn the_past_stays_as_it_was_in_the_embedded_store() {
    the_past_stays_as_it_was(empty_store().await).await;
}

/// Many questions about many old editions at once: few are built at the same time, few are kept, all are answered; and what is
/// ready is answered while the store is away.
#[tokio::test(flavor = "multi_thread")]
async fn many_old_editions_at_once() {
    let store = empty_store().await;
    let now = OffsetDateTime::now_utc();
    let cells = cells_of(100_000..100_001).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    for i in 0..12 {
        publish(&*store, &format!("e{i}"), &cells, now - Duration::days(100 - i)).await;
    }
    let live = Live::open(store.clone()).await.unwrap();
    let asked = (0..120i64).map(|i| {
        let live = live.clone();
        tokio::spawn(async move {
            let day = i % 12;
            let snapshot = live.at(now - Duration::days(100 - day) + Duration::hours(1)).await.unwrap().unwrap();
            assert_eq!(snapshot.edition.info.name, format!("e{day}"));
        })
    });
    for asked in asked.collect::<Vec<_>>() {
        asked.await.unwrap();
    }
    let name = (0..12).map(|i| format!("e{i}")).collect::<Vec<_>>();
    let before = live.edition(&name[5]).await.unwrap().unwrap();
    store.close().await;
    let ready = live.edition(&name[5]).await.expect("an edition that is ready needs no store").unwrap();
    assert!(Arc::ptr_eq(&before, &ready));
    let mut away = 0;
    for name in &name {
        away += usize::from(live.edition(name).await.is_err());
    }
    assert!(away >= 7, "{away} of 12: no more than four are kept besides the one in force");
}

#[tokio::test]
async fn the_past_stays_as_it_was_in_postgis() {
    let test = TestStore::postgis();
    let store = test.open().await;
    the_past_stays_as_it_was(store.clone()).await;
    store.close().await;
}
