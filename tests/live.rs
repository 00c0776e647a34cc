//! What a server answers from follows the store: at once, whole, and by the clock.

use std::sync::Arc;

use gridward::live::Live;
use gridward::store::Store;
use time::{Duration, OffsetDateTime};

use crate::contract::suite;
use crate::stores::TestStore;

async fn store() -> (TestStore, Arc<dyn Store>) {
    let place = TestStore::any();
    let store = place.open().await;
    (place, store)
}

fn serving(live: &Live) -> Option<String> {
    live.snapshot().map(|snapshot| snapshot.edition.info.name.clone())
}

#[tokio::test]
async fn follows_publications_rollbacks_and_rosters() {
    let (_place, store) = store().await;
    let live = Live::open(store.clone()).await.unwrap();
    assert_eq!(serving(&live), None);
    let a = suite::publish(&*store, "a", 2).await;
    assert!(live.refresh().await.unwrap());
    assert_eq!(serving(&live).as_deref(), Some("a"));
    assert!(!live.refresh().await.unwrap(), "nothing changed");
    suite::publish(&*store, "b", 3).await;
    let before = live.snapshot().unwrap();
    live.refresh().await.unwrap();
    assert_eq!(serving(&live).as_deref(), Some("b"));
    assert_eq!(before.edition.info.name, "a", "whoever took the old snapshot keeps it");
    store.put_in_force(a, Some(OffsetDateTime::now_utc())).await.unwrap();
    live.refresh().await.unwrap();
    assert_eq!(serving(&live).as_deref(), Some("a"));
    assert!(live.snapshot().unwrap().roster.of("00000").is_none());
    suite::replace_roster(&*store).await;
    live.refresh().await.unwrap();
    assert!(live.snapshot().unwrap().roster.of("00000").is_some());
    assert_eq!(live.status().last_error, None);
}

#[tokio::test]
async fn an_edition_comes_into_force_by_the_clock() {
    // Longer ahead where publishing and opening take a slow machine longer than that.
    let (_place, live, soon) = 'opened: {
        for ahead in [1_500, 6_000, 24_000] {
            let (place, store) = store().await;
            suite::publish(&*store, "now", 2).await;
            let soon = OffsetDateTime::now_utc() + Duration::milliseconds(ahead);
            suite::publish_from(&*store, "soon", 2, soon).await;
            let live = Live::open(store).await.unwrap();
            if OffsetDateTime::now_utc() < soon {
                break 'opened (place, live, soon);
            }
        }
        panic!("publishing and opening two grids takes longer than 24 s");
    };
    assert_eq!(serving(&live).as_deref(), Some("now"));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let following = tokio::spawn(live.clone().follow(std::time::Duration::from_millis(50), async {
        let _ = stopped.await;
    }));
    while serving(&live).as_deref() == Some("now") {
        assert!(OffsetDateTime::now_utc() < soon + Duration::seconds(60));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(OffsetDateTime::now_utc() >= soon);
    assert_eq!(serving(&live).as_deref(), Some("soon"));
    stop.send(()).unwrap();
    following.await.unwrap();
}

#[tokio::test]
async fn a_roster_comes_into_force_by_the_clock() {
    let (_place, store) = store().await;
    suite::publish(&*store, "now", 2).await;
    let soon = OffsetDateTime::now_utc() + Duration::milliseconds(500);
    suite::replace_roster_from(&*store, soon).await;
    let live = Live::open(store).await.unwrap();
    if OffsetDateTime::now_utc() < soon {
        assert!(live.snapshot().unwrap().roster.of("00000").is_none());
    }
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    live.refresh().await.unwrap();
    assert!(live.snapshot().unwrap().roster.of("00000").is_some());
    assert!(!live.refresh().await.unwrap(), "nothing changed");
}

#[tokio::test]
async fn answers_for_the_past_and_for_named_editions() {
    let (_place, store) = store().await;
    let start = OffsetDateTime::now_utc() - Duration::days(100);
    for (name, day) in [("a", 0), ("b", 10), ("c", 20)] {
        suite::publish_from(&*store, name, 2, start + Duration::days(day)).await;
    }
    suite::draft_only(&*store, "d").await;
    let live = Live::open(store).await.unwrap();
    let at = async |day: i64| {
        let snapshot = live.at(start + Duration::days(day)).await.unwrap();
        snapshot.map(|snapshot| snapshot.edition.info.name.clone())
    };
    assert_eq!(at(-1).await, None);
    assert_eq!(at(5).await.as_deref(), Some("a"));
    assert_eq!(at(10).await.as_deref(), Some("b"));
    assert_eq!(at(90).await.as_deref(), Some("c"));
    let (first, second) = tokio::join!(live.edition("a"), live.edition("a"));
    assert!(Arc::ptr_eq(&first.unwrap().unwrap(), &second.unwrap().unwrap()), "built once for both");
    assert!(live.edition("nowhere").await.unwrap().is_none());
    assert!(live.edition("d").await.unwrap().is_none(), "a draft is not served");
}

#[tokio::test]
async fn what_was_in_force_goes_on_when_the_store_fails() {
    let (_place, store) = store().await;
    suite::publish(&*store, "a", 2).await;
    let live = Live::open(store.clone()).await.unwrap();
    store.close().await;
    assert!(live.refresh().await.is_err());
    assert_eq!(serving(&live).as_deref(), Some("a"));
    assert!(live.status().last_error.is_some());
}
