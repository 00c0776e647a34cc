//! The promises about telling others: events of editions, webhooks, their deliveries, and the lease. Each takes an empty store.

use gridward::domain::audit::AuditFilter;
use gridward::domain::webhook::{Delivery, DeliveryCounts, DeliveryState, HookFormat, Tried, Webhook};
use gridward::store::hooks::DeliveryFilter;
use gridward::store::{Store, StoreError};
use time::{Duration, OffsetDateTime};

use super::reports::{BEGIN, accepted, new};
use super::suite;

pub fn webhook(id: &str) -> Webhook {
    Webhook {
        id: id.into(),
        name: "一村群".into(),
        url: "https://example.org/hook?key=1".into(),
        format: HookFormat::Dingtalk,
        kinds: vec!["report.*".into(), "edition.published".into()],
        grid: Some("a".into()),
        secret: Some("SECabc".into()),
        created_at: BEGIN,
        told: 0,
    }
}

/// Deliveries in every state, of a webhook that has not been told of all events yet.
pub async fn furnish(store: &dyn Store) {
    let hook = store.add_webhook(&webhook("wh_a"), Some(0)).await.unwrap();
    let events = store.events(0, 10).await.unwrap();
    let wanted: Vec<(i64, &str)> = events[..4].iter().map(|event| (event.number, event.report.as_str())).collect();
    assert!(store.add_deliveries(&hook, 5, &wanted, BEGIN).await.unwrap());
    let all = store.deliveries(&hook.id, DeliveryFilter::default(), 10).await.unwrap();
    let states = [(DeliveryState::Done, None), (DeliveryState::Dead, None), (DeliveryState::Waiting, Some(BEGIN))];
    let outcomes: Vec<Tried> =
        all.iter().zip(states).map(|(delivery, (state, next_at))| tried(delivery, state, next_at, BEGIN)).collect();
    store.settle_deliveries(&outcomes).await.unwrap();
}

/// A webhook with deliveries of the events of three reports, the first of them accepted: 1, 2, 3, and 4 of the first again.
async fn with_deliveries(store: &dyn Store) -> (Webhook, [String; 3]) {
    let reports = [new(1, "aaa", &[]), new(2, "aab", &[]), new(3, "aac", &[])];
    store.add_reports(&reports).await.unwrap();
    assert!(store.change_report(&accepted(&reports[0].report)).await.unwrap());
    let hook = store.add_webhook(&webhook("wh_a"), Some(0)).await.unwrap();
    let events = store.events(0, 10).await.unwrap();
    let wanted: Vec<(i64, &str)> = events.iter().map(|event| (event.number, &*event.report)).collect();
    assert!(store.add_deliveries(&hook, 4, &wanted, BEGIN).await.unwrap());
    (hook, reports.map(|new| new.report.id))
}

fn numbers(deliveries: &[Delivery]) -> Vec<i64> {
    deliveries.iter().map(|delivery| delivery.event.number).collect()
}

fn tried(delivery: &Delivery, state: DeliveryState, next_at: Option<OffsetDateTime>, at: OffsetDateTime) -> Tried {
    Tried {
        webhook: delivery.webhook.clone(),
        event: delivery.event.number,
        report: delivery.event.report.clone(),
        state,
        tries: delivery.tries + 1,
        next_at,
        at,
        status: Some(503),
        error: Some("answered with status 503".into()),
    }
}

pub async fn editions_are_told_of_in_their_own_transaction(store: &dyn Store) {
    let edition = suite::publish(store, "a", 2).await;
    store.put_in_force(edition, None).await.unwrap();
    // What is refused is not told.
    assert!(store.put_in_force(suite::draft_only(store, "b").await, None).await.is_err());
    let events = store.events(0, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| (event.number, &*event.kind, &*event.report, event.step)).collect();
    assert_eq!(told, [(1, "edition.published", "", 0), (2, "edition.put_in_force", "", 0)]);
    assert!(events.iter().all(|event| event.grids.is_empty() && event.origin.is_empty()));
    let data: serde_json::Value = serde_json::from_str(&events[0].data).unwrap();
    assert_eq!(data["edition"], "a");
    assert!(data["in_force_from"].as_str().unwrap().ends_with('Z'), "{data}");
    assert_eq!(store.last_event().await.unwrap(), 2);
    // The events of reports say who sent them.
    store.add_reports(&[new(1, "aaa", &[])]).await.unwrap();
    assert_eq!(store.events(2, 10).await.unwrap()[0].origin, "key:a");
}

pub async fn webhooks_are_kept_and_forgotten_with_their_deliveries(store: &dyn Store) {
    let (hook, _) = with_deliveries(store).await;
    let revision = store.revision().await.unwrap();
    let kept = Webhook { told: 4, ..hook.clone() };
    assert_eq!(store.webhook("wh_a").await.unwrap().as_ref(), Some(&kept));
    // From now on, and from before the beginning and after the end of what there is.
    let mut all = vec![kept];
    for (id, told, is) in [("wh_b", None, 4), ("wh_c", Some(2), 2), ("wh_d", Some(99), 4)] {
        let plain = Webhook { created_at: BEGIN + Duration::minutes(is), ..webhook(id) };
        let plain = Webhook { kinds: Vec::new(), grid: None, secret: None, format: HookFormat::Cloudevents, ..plain };
        let added = store.add_webhook(&plain, told).await.unwrap();
        assert_eq!(added, Webhook { told: is, ..plain });
        all.push(added);
    }
    all.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    assert_eq!(store.webhooks().await.unwrap(), all);
    assert_eq!(store.count_deliveries("wh_a").await.unwrap(), DeliveryCounts { waiting: 4, dead: 0 });
    assert!(store.remove_webhook("wh_a").await.unwrap());
    assert!(!store.remove_webhook("wh_a").await.unwrap() && !store.remove_webhook("\0").await.unwrap());
    assert_eq!(store.webhook("wh_a").await.unwrap(), None);
    assert_eq!(store.deliveries("wh_a", DeliveryFilter::default(), 10).await.unwrap(), []);
    assert_eq!(store.count_deliveries("wh_a").await.unwrap(), DeliveryCounts::default());
    // Whoever made deliveries meanwhile keeps none.
    assert!(!store.add_deliveries(&Webhook { told: 4, ..hook }, 5, &[(4, "x")], BEGIN).await.unwrap());
    assert_eq!(store.revision().await.unwrap(), revision, "nothing that is served from memory changed");
    let log =
        store.audit_log(&AuditFilter { action: Some("webhook".into()), ..AuditFilter::default() }, 10).await.unwrap();
    let done: Vec<_> = log.iter().map(|entry| (entry.action.as_str(), entry.subject.as_str())).collect();
    assert_eq!(done[0], ("webhook.remove", "wh_a"));
    assert_eq!(done.len(), 5);
    let secrets = ["SECabc", "example.org"];
    assert!(log.iter().all(|entry| !secrets.iter().any(|secret| entry.details.contains(secret))), "{log:?}");
    let nul = Webhook { name: "a\0".into(), ..webhook("wh_e") };
    assert!(matches!(store.add_webhook(&nul, None).await, Err(StoreError::Refused(_))));
}

pub async fn deliveries_of_a_report_come_one_after_the_other(store: &dyn Store) {
    let (hook, ids) = with_deliveries(store).await;
    let due = async |at| store.due_deliveries(&hook.id, at, 10).await.unwrap();
    assert_eq!(due(BEGIN - Duration::seconds(1)).await, []);
    let first = due(BEGIN).await;
    assert_eq!(numbers(&first), [1, 2, 3], "4 tells of the report of 1, and waits");
    assert_eq!(numbers(&store.due_deliveries(&hook.id, BEGIN, 2).await.unwrap()), [1, 2]);
    assert_eq!((first[0].tries, first[0].next_at, &first[0].event.report), (0, Some(BEGIN), &ids[0]));
    // The first fails, and so both wait; the second is given up; the third is done.
    let later = BEGIN + Duration::minutes(5);
    let outcomes = [
        tried(&first[0], DeliveryState::Waiting, Some(later), BEGIN),
        tried(&first[1], DeliveryState::Dead, None, BEGIN),
        Tried { status: Some(204), error: None, ..tried(&first[2], DeliveryState::Done, None, BEGIN) },
    ];
    store.settle_deliveries(&outcomes).await.unwrap();
    assert_eq!(due(later - Duration::seconds(1)).await, []);
    let again = due(later).await;
    assert_eq!(numbers(&again), [1]);
    assert_eq!((again[0].tries, again[0].last_at, again[0].last_status), (1, Some(BEGIN), Some(503)));
    assert_eq!(again[0].last_error.as_deref(), Some("answered with status 503"));
    assert_eq!(store.count_deliveries(&hook.id).await.unwrap(), DeliveryCounts { waiting: 2, dead: 1 });
    // Once it is done, the one after it is due at once.
    store.settle_deliveries(&[tried(&again[0], DeliveryState::Done, None, later)]).await.unwrap();
    assert_eq!(numbers(&due(later).await), [4]);
}

pub async fn deliveries_are_made_once_and_replayed(store: &dyn Store) {
    let (hook, _) = with_deliveries(store).await;
    // Whoever knew of less makes none again, and keeps nothing.
    assert!(!store.add_deliveries(&hook, 5, &[(3, "x")], BEGIN).await.unwrap());
    let hook = store.webhook(&hook.id).await.unwrap().unwrap();
    assert_eq!(hook.told, 4);
    assert!(store.add_deliveries(&hook, 7, &[], BEGIN).await.unwrap(), "of nothing that it wants");
    assert_eq!(store.webhook(&hook.id).await.unwrap().unwrap().told, 7);
    let due = store.due_deliveries(&hook.id, BEGIN, 10).await.unwrap();
    let outcomes = [tried(&due[1], DeliveryState::Dead, None, BEGIN), tried(&due[2], DeliveryState::Done, None, BEGIN)];
    store.settle_deliveries(&outcomes).await.unwrap();
    let listed = async |state, before, limit| {
        numbers(&store.deliveries(&hook.id, DeliveryFilter { state, before }, limit).await.unwrap())
    };
    assert_eq!(listed(None, None, 10).await, [4, 3, 2, 1]);
    assert_eq!(listed(None, Some(4), 2).await, [3, 2]);
    assert_eq!(listed(Some(DeliveryState::Dead), None, 10).await, [2]);
    assert_eq!(listed(Some(DeliveryState::Waiting), None, 10).await, [4, 1]);
    assert!(store.replay_delivery(&hook.id, 2, BEGIN).await.unwrap());
    assert!(store.replay_delivery(&hook.id, 3, BEGIN).await.unwrap());
    assert!(!store.replay_delivery(&hook.id, 9, BEGIN).await.unwrap());
    assert!(!store.replay_delivery("\0", 2, BEGIN).await.unwrap());
    let again = store.delivery(&hook.id, 2).await.unwrap().unwrap();
    assert_eq!((again.state, again.tries, again.next_at), (DeliveryState::Waiting, 0, Some(BEGIN)));
    assert_eq!(numbers(&store.due_deliveries(&hook.id, BEGIN, 10).await.unwrap()), [1, 2, 3]);
    assert_eq!(store.delivery(&hook.id, 9).await.unwrap(), None);
    // Asked for again while a try is under way: that it failed is of no matter, that it came through is.
    let before = store.due_deliveries(&hook.id, BEGIN, 10).await.unwrap().remove(0);
    store.settle_deliveries(&[tried(&before, DeliveryState::Waiting, Some(BEGIN), BEGIN)]).await.unwrap();
    let second = store.delivery(&hook.id, 1).await.unwrap().unwrap();
    assert!(store.replay_delivery(&hook.id, 1, BEGIN).await.unwrap());
    store.settle_deliveries(&[tried(&second, DeliveryState::Dead, None, BEGIN)]).await.unwrap();
    let now = store.delivery(&hook.id, 1).await.unwrap().unwrap();
    assert_eq!((now.state, now.tries), (DeliveryState::Waiting, 0));
    store.settle_deliveries(&[tried(&second, DeliveryState::Done, None, BEGIN)]).await.unwrap();
    assert_eq!(store.delivery(&hook.id, 1).await.unwrap().unwrap().state, DeliveryState::Done);
}

pub async fn old_deliveries_are_forgotten(store: &dyn Store) {
    let (hook, _) = with_deliveries(store).await;
    let due = store.due_deliveries(&hook.id, BEGIN, 10).await.unwrap();
    let outcomes = [
        tried(&due[0], DeliveryState::Done, None, BEGIN),
        tried(&due[1], DeliveryState::Done, None, BEGIN + Duration::days(1)),
        tried(&due[2], DeliveryState::Dead, None, BEGIN),
    ];
    store.settle_deliveries(&outcomes).await.unwrap();
    assert_eq!(store.forget_deliveries(BEGIN, 10).await.unwrap(), 0);
    assert_eq!(store.forget_deliveries(BEGIN + Duration::days(2), 1).await.unwrap(), 1);
    assert_eq!(store.forget_deliveries(BEGIN + Duration::days(2), 10).await.unwrap(), 1);
    let left = store.deliveries(&hook.id, DeliveryFilter::default(), 10).await.unwrap();
    assert_eq!(numbers(&left), [4, 3], "what waits and what was given up stays");
}

pub async fn a_lease_is_held_by_one_at_a_time(store: &dyn Store) {
    let take = async |holder: &str, seconds| store.take_lease("work", holder, seconds).await.unwrap();
    assert!(take("a", 60).await && take("a", 60).await, "whoever has it prolongs it");
    assert!(!take("b", 60).await);
    store.end_lease("work", "b").await.unwrap();
    assert!(!take("b", 60).await, "only its holder ends it");
    assert!(store.take_lease("other work", "b", 60).await.unwrap());
    assert!(take("a", 4).await);
    tokio::time::sleep(std::time::Duration::from_millis(4_100)).await;
    assert!(take("b", 60).await, "it was over");
    assert!(!take("a", 60).await);
    store.end_lease("work", "b").await.unwrap();
    assert!(take("a", 60).await);
}
