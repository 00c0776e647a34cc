//! The promises. Each takes an empty store.

use gridward::domain::edition::{CodeChange, EditionId, EditionState};
use gridward::domain::grid::Grid;
use gridward::domain::job::{Job, JobKind, JobState};
use gridward::domain::key::{ApiKey, KeptKey, KeyRole};
use gridward::domain::problem::{CheckReport, ProblemCode, Repair};
use gridward::domain::roster::{Person, Role, RosterEntry};
use gridward::domain::tier::Tier;
use gridward::geometry::feature::{DraftFeature, GridFeature};
use gridward::geometry::point::{Point, Polygon};
use gridward::store::copy::copy;
use gridward::store::hooks::DeliveryFilter;
use gridward::store::{Before, NewDraft, NewPublication, Store, StoreError};
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};

use crate::stores::TestStore;

fn square(i: usize) -> Vec<Point> {
    let (x, y, side) =
        (1_169_000_000 + 100_000 * (i as i32 % 5_000), 308_000_000 + 100_000 * (i as i32 / 5_000), 100_000);
    [(x, y), (x + side, y), (x + side, y + side), (x, y + side)].map(|(x, y)| Point::new(x, y)).to_vec()
}

/// A row of `count` tier-3 squares.
fn features(count: usize) -> Vec<GridFeature> {
    let feature = |i: usize| GridFeature {
        grid: Grid { code: format!("{i:05}"), name: format!("第{i}网格"), tier: Tier::Three, parent: None },
        shape: vec![Polygon { shell: square(i), holes: Vec::new() }],
    };
    (0..count).map(feature).collect()
}

pub fn draft(name: &str, count: usize) -> NewDraft {
    let feature = |i: usize| {
        let mut ring = square(i);
        ring.push(ring[0]);
        DraftFeature {
            code: Some(format!("{i:05}")),
            name: Some(format!("第{i}网格")),
            tier: Some(Tier::Three),
            parent: None,
            was: Vec::new(),
            polygons: vec![vec![ring]],
            source: format!("town.geojsonl line {}", i + 1),
            out_of_range: Vec::new(),
        }
    };
    NewDraft {
        name: name.into(),
        source: "town.geojsonl".into(),
        features: (0..count).map(feature).collect(),
        report: CheckReport::default(),
    }
}

fn publication(count: usize, from: OffsetDateTime) -> NewPublication {
    NewPublication {
        features: features(count),
        accepted: vec![ProblemCode::Overlap],
        report: CheckReport::default(),
        in_force_from: Some(from),
        code_changes: Vec::new(),
        before: Before::Any,
    }
}

/// Publishes an edition of that many grids now.
pub async fn publish(store: &dyn Store, name: &str, count: usize) -> EditionId {
    publish_from(store, name, count, OffsetDateTime::now_utc()).await
}

/// Publishes an edition of that many grids, in force from a moment on.
pub async fn publish_from(store: &dyn Store, name: &str, count: usize, from: OffsetDateTime) -> EditionId {
    let id = draft_only(store, name).await;
    store.publish(id, &publication(count, from)).await.unwrap();
    id
}

/// Drafts and publishes an edition, both of that many grids.
pub async fn publish_all(store: &dyn Store, name: &str, count: usize) {
    let id = store.save_draft(&draft(name, count)).await.unwrap().id;
    store.publish(id, &publication(count, OffsetDateTime::now_utc())).await.unwrap();
}

/// Keeps a draft.
pub async fn draft_only(store: &dyn Store, name: &str) -> EditionId {
    store.save_draft(&draft(name, 1)).await.unwrap().id
}

fn roster(name: &str) -> Vec<RosterEntry> {
    let person = |role, name: &str, phone: Option<&str>| Person::new(role, name, phone.map(String::from));
    vec![
        RosterEntry {
            grid: "00000".into(),
            party_group: Some("第一党小组".into()),
            people: vec![
                person(Role::Inspector, "李某", None),
                person(Role::Leader, name, Some("13800000000")),
                person(Role::Mediator, "赵某", Some("13800000001")),
            ],
        },
        RosterEntry { grid: "00001".into(), party_group: None, people: Vec::new() },
    ]
}

/// Puts a roster in force now.
pub async fn replace_roster(store: &dyn Store) {
    replace_roster_from(store, OffsetDateTime::now_utc()).await;
}

/// Puts a roster in force from a moment on.
pub async fn replace_roster_from(store: &dyn Store, from: OffsetDateTime) {
    store.replace_roster(&roster("王某"), Some(from)).await.unwrap();
}

pub async fn a_draft_comes_back_as_it_was_read(store: &dyn Store) {
    let mut new = draft("a", 3);
    new.features[0] = DraftFeature {
        // Nothing about it is right, and it is kept all the same.
        polygons: vec![vec![vec![Point::new(5, 5)], Vec::new()], Vec::new()],
        source: "town.geojsonl line 1".into(),
        out_of_range: vec![[716.9, -91.25]],
        ..DraftFeature::default()
    };
    new.report.repairs.push(Repair {
        action: "ring_closed".into(),
        grids: vec!["0001".into()],
        place: Some([116.9, 30.8]),
        moved_m: 0.25,
        measure: None,
        source: None,
        message: "closed".into(),
    });
    let saved = store.save_draft(&new).await.unwrap();
    assert_eq!((saved.name.as_str(), saved.state, saved.counts[Tier::Three]), ("a", EditionState::Draft, 2));
    assert_eq!(saved, store.edition("a").await.unwrap());
    assert_eq!(store.draft_features(saved.id).await.unwrap(), new.features);
    assert_eq!(store.report(saved.id).await.unwrap(), new.report);
    assert!(store.publications().await.unwrap().is_empty());
}

pub async fn a_name_is_taken_once(store: &dyn Store) {
    store.save_draft(&draft("a", 1)).await.unwrap();
    let before = store.revision().await.unwrap();
    let error = store.save_draft(&draft("a", 2)).await.unwrap_err();
    assert!(matches!(error, StoreError::NameTaken(name) if name == "a"));
    assert_eq!(store.editions().await.unwrap().len(), 1);
    assert_eq!(store.revision().await.unwrap(), before, "a write that failed is no write");
}

pub async fn a_published_edition_comes_back_and_is_never_changed(store: &dyn Store) {
    let id = store.save_draft(&draft("a", 3)).await.unwrap().id;
    let info = store.publish(id, &publication(2, datetime!(2026-01-01 0:00 UTC))).await.unwrap();
    assert_eq!((info.state, info.counts[Tier::Three]), (EditionState::Published, 2));
    assert_eq!(info.accepted, [ProblemCode::Overlap]);
    let [west, south, east, north] = info.bounds.unwrap();
    assert_eq!([west, south, east, north], [116.9, 30.8, 116.92, 30.81]);
    assert_eq!(store.grids(id).await.unwrap(), features(2));
    assert!(store.draft_features(id).await.unwrap().is_empty());
    let error = store.publish(id, &publication(3, datetime!(2026-02-01 0:00 UTC))).await.unwrap_err();
    assert!(matches!(error, StoreError::AlreadyPublished(name) if name == "a"));
    assert_eq!(store.grids(id).await.unwrap(), features(2));
    assert_eq!(store.publications().await.unwrap().len(), 1);
}

pub async fn only_what_is_published_can_be_in_force(store: &dyn Store) {
    let id = store.save_draft(&draft("a", 1)).await.unwrap().id;
    let error = store.put_in_force(id, Some(OffsetDateTime::now_utc())).await.unwrap_err();
    assert!(matches!(error, StoreError::NotPublished(name) if name == "a"));
    let error = store.put_in_force(EditionId(99), Some(OffsetDateTime::now_utc())).await.unwrap_err();
    assert!(matches!(error, StoreError::NoSuchEdition(_)));
    assert!(store.publications().await.unwrap().is_empty());
}

pub async fn publications_come_in_the_order_they_were_recorded(store: &dyn Store) {
    let future = datetime!(2099-01-01 8:00 +8);
    let a = store.save_draft(&draft("a", 1)).await.unwrap().id;
    store.publish(a, &publication(1, future)).await.unwrap();
    let b = store.save_draft(&draft("b", 1)).await.unwrap().id;
    store.publish(b, &publication(1, datetime!(2020-05-05 1:02:03.000004 UTC))).await.unwrap();
    store.put_in_force(a, Some(datetime!(2021-01-01 0:00 UTC))).await.unwrap();
    let found = store.publications().await.unwrap();
    assert_eq!(found.iter().map(|p| p.edition).collect::<Vec<_>>(), [a, b, a]);
    assert_eq!(found[0].in_force_from, future);
    assert_eq!(found[1].in_force_from, datetime!(2020-05-05 1:02:03.000004 UTC));
    assert!(found.iter().all(|p| (OffsetDateTime::now_utc() - p.recorded_at).abs() < Duration::minutes(5)));
}

/// What is said of codes is about the edition before, so nothing is published behind another one.
pub async fn a_publication_that_was_overtaken_is_refused(store: &dyn Store) {
    let moment = |day: i64| datetime!(2026-01-01 0:00 UTC) + Duration::days(day);
    let draft_b = draft("b", 1);
    let b = store.save_draft(&draft_b).await.unwrap().id;
    let behind = |before| NewPublication { before: Before::Exactly(before), ..publication(2, moment(10)) };
    let a = publish_from(store, "a", 1, moment(0)).await;
    let revision = store.revision().await.unwrap();
    assert!(matches!(store.publish(b, &behind(None)).await, Err(StoreError::Overtaken)));
    assert!(matches!(store.publish(b, &behind(Some(b))).await, Err(StoreError::Overtaken)));
    assert_eq!(store.draft_features(b).await.unwrap(), draft_b.features);
    assert_eq!((store.revision().await.unwrap(), store.publications().await.unwrap().len()), (revision, 1));
    // What comes into force later is not before it.
    publish_from(store, "later", 1, moment(20)).await;
    assert_eq!(store.publish(b, &behind(Some(a))).await.unwrap().state, EditionState::Published);
}

/// Whoever says no moment means now: the moment of the record, so that of two writes the later one counts whatever they waited for.
pub async fn what_begins_now_begins_in_the_order_of_the_records(place: &TestStore) {
    let (here, there) = (place.open().await, place.open().await);
    let a = publish(&*here, "a", 1).await;
    let begun = OffsetDateTime::now_utc();
    let writes = (0..40).map(|i| {
        let store = if i % 2 == 0 { here.clone() } else { there.clone() };
        tokio::spawn(async move {
            store.put_in_force(a, None).await.unwrap();
            store.replace_roster(&roster("王某"), None).await.unwrap();
        })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.unwrap();
    }
    let publications = here.publications().await.unwrap();
    let now = &publications[1..];
    assert_eq!(now.len(), 40);
    assert!(now.iter().all(|p| p.in_force_from == p.recorded_at && p.recorded_at >= begun - Duration::SECOND));
    assert!(now.is_sorted_by_key(|p| p.in_force_from), "{now:?}");
    let rosters = there.rosters().await.unwrap();
    assert!(rosters.iter().all(|kept| kept.in_force_from == kept.recorded_at));
    assert!(rosters.len() == 40 && rosters.is_sorted_by_key(|kept| kept.in_force_from), "{rosters:?}");
    here.close().await;
    there.close().await;
}

pub async fn rosters_keep_their_history(store: &dyn Store) {
    let (early, late) = (datetime!(2026-01-01 0:00 UTC), datetime!(2026-06-01 0:00 UTC));
    store.replace_roster(&roster("王某"), Some(early)).await.unwrap();
    store.replace_roster(&roster("孙某"), Some(late)).await.unwrap();
    store.replace_roster(&roster("周某"), Some(late)).await.unwrap();
    let before = early - Duration::SECOND;
    assert!(store.roster(before).await.unwrap().is_empty());
    assert_eq!(store.roster(early).await.unwrap(), roster("王某"));
    assert_eq!(store.roster(late - Duration::MICROSECOND).await.unwrap(), roster("王某"));
    assert_eq!(store.roster(late).await.unwrap(), roster("周某"), "of two from one moment the last recorded counts");
    assert_eq!(store.roster_moments().await.unwrap(), [early, late, late]);
    let twice = [roster("吴某"), roster("郑某")].concat();
    assert!(matches!(store.replace_roster(&twice, Some(late)).await.unwrap_err(), StoreError::Refused(_)));
    assert_eq!(store.roster(late).await.unwrap(), roster("周某"), "a roster that names a grid twice is no roster");
}

pub async fn a_refused_publication_leaves_the_draft(store: &dyn Store) {
    let draft = draft("a", 3);
    let id = store.save_draft(&draft).await.unwrap().id;
    let before = store.revision().await.unwrap();
    let mut twice = publication(1_200, OffsetDateTime::now_utc());
    twice.features[1_100].grid.code = "00007".into();
    assert!(matches!(store.publish(id, &twice).await.unwrap_err(), StoreError::Refused(_)));
    assert_eq!(store.edition("a").await.unwrap().state, EditionState::Draft);
    assert_eq!(store.draft_features(id).await.unwrap(), draft.features);
    assert!(store.grids(id).await.unwrap().is_empty() && store.publications().await.unwrap().is_empty());
    assert_eq!(store.revision().await.unwrap(), before);
    store.publish(id, &publication(2, OffsetDateTime::now_utc())).await.expect("a sound one is taken after all");
}

pub async fn grids_come_by_tier_and_code(store: &dyn Store) {
    let id = draft_only(store, "a").await;
    let mut mixed = publication(6, OffsetDateTime::now_utc());
    for (feature, (tier, code)) in mixed.features.iter_mut().zip([
        (Tier::Three, "11"),
        (Tier::One, "9"),
        (Tier::Three, "101"),
        (Tier::Two, "é"),
        (Tier::Two, "网格"),
        (Tier::One, "10"),
    ]) {
        (feature.grid.tier, feature.grid.code) = (tier, code.into());
    }
    // A part with a hole, and an island.
    let hole = square(2).into_iter().rev().map(|p| Point::new(p.x / 2 + 584_600_000, p.y / 2 + 154_020_000)).collect();
    mixed.features[2].shape[0].holes.push(hole);
    mixed.features[2].shape.push(Polygon { shell: square(9), holes: Vec::new() });
    store.publish(id, &mixed).await.unwrap();
    mixed.features.sort_by_key(|feature| (feature.grid.tier, feature.grid.code.clone()));
    assert_eq!(store.grids(id).await.unwrap(), mixed.features);
}

/// A grid that was left without area by what was accepted.
pub async fn a_grid_without_a_shape_is_kept(store: &dyn Store) {
    let id = draft_only(store, "a").await;
    let mut one_empty = publication(3, OffsetDateTime::now_utc());
    one_empty.features[1].shape.clear();
    store.publish(id, &one_empty).await.unwrap();
    assert_eq!(store.grids(id).await.unwrap(), one_empty.features);
}

/// In seconds, or else in no more than 40 times of what a tenth takes on this machine, however slow it is: a statement that does
/// not use its index takes a hundred times as long.
pub async fn a_hundred_thousand_grids_in_seconds(store: &dyn Store) {
    let taken = async |count: usize| {
        let draft = NewDraft { features: draft("a", count).features, ..draft(&format!("of {count}"), 0) };
        let publication = publication(count, OffsetDateTime::now_utc());
        let start = std::time::Instant::now();
        let id = store.save_draft(&draft).await.unwrap().id;
        assert_eq!(store.draft_features(id).await.unwrap().len(), count);
        store.publish(id, &publication).await.unwrap();
        assert_eq!(store.grids(id).await.unwrap().len(), count);
        start.elapsed()
    };
    let (tenth, whole) = (taken(10_000).await, taken(100_000).await);
    println!("a draft and a publication of 100,000 grids, written and read: {whole:.1?}; of a tenth: {tenth:.1?}");
    assert!(whole < std::time::Duration::from_secs(90).max(tenth * 40), "{whole:?}, and a tenth {tenth:?}");
}

pub async fn every_write_raises_the_revision(store: &dyn Store) {
    let mut last = store.revision().await.unwrap();
    let id = store.save_draft(&draft("a", 1)).await.unwrap().id;
    let mut rises = async |what: &str| {
        let now = store.revision().await.unwrap();
        assert!(now > last, "{what}");
        last = now;
    };
    rises("a draft").await;
    store.publish(id, &publication(1, OffsetDateTime::now_utc())).await.unwrap();
    rises("a publication").await;
    store.put_in_force(id, Some(OffsetDateTime::now_utc())).await.unwrap();
    rises("a rollback").await;
    replace_roster(store).await;
    rises("a roster").await;
}

pub async fn unknown_editions_are_named(store: &dyn Store) {
    let error = store.edition("2026-01").await.unwrap_err();
    assert!(matches!(error, StoreError::NoSuchEdition(name) if name == "2026-01"));
    assert!(matches!(store.report(EditionId(7)).await.unwrap_err(), StoreError::NoSuchEdition(_)));
    // What no text of a store can hold is not there either.
    let nothing = "\0";
    assert!(matches!(store.edition(nothing).await.unwrap_err(), StoreError::NoSuchEdition(_)));
    assert_eq!((store.key(nothing).await.unwrap(), store.job(nothing).await.unwrap()), (None, None));
    assert!(!store.revoke_key(nothing, OffsetDateTime::now_utc()).await.unwrap());
    assert!(!store.request_cancel(nothing).await.unwrap());
    assert!(store.grids(EditionId(7)).await.unwrap().is_empty());
}

pub async fn readers_see_a_publication_whole_or_not_at_all(store: &dyn Store) {
    let count = 2_000;
    let id = store.save_draft(&draft("a", count)).await.unwrap().id;
    let writing = async {
        store.publish(id, &publication(count, OffsetDateTime::now_utc())).await.unwrap();
    };
    let reading = async {
        let mut seen = Vec::new();
        loop {
            let grids = store.grids(id).await.unwrap().len();
            seen.push(grids);
            assert!(grids == 0 || grids == count, "{grids} of {count}");
            if grids == count {
                return seen;
            }
            tokio::task::yield_now().await;
        }
    };
    let ((), seen) = tokio::join!(writing, reading);
    assert_eq!(seen.last(), Some(&count));
}

pub async fn another_process_sees_the_revision_rise(place: &TestStore) {
    let (store, other) = (place.open().await, place.open().await);
    let before = other.revision().await.unwrap();
    publish(&*store, "a", 2).await;
    assert_eq!(other.revision().await.unwrap(), before + 2);
    assert_eq!(other.editions().await.unwrap(), store.editions().await.unwrap());
    tokio::join!(store.close(), other.close());
}

pub async fn two_processes_write_in_turn(place: &TestStore) {
    let (store, other) = (place.open().await, place.open().await);
    let write = async |store: &dyn Store, who: &str| {
        for i in 0..20 {
            draft_only(store, &format!("{who}{i}")).await;
        }
    };
    tokio::join!(write(&*store, "a"), write(&*other, "b"));
    assert_eq!(store.editions().await.unwrap().len(), 40);
    assert_eq!(other.revision().await.unwrap(), 40);
    tokio::join!(store.close(), other.close());
}

pub async fn several_processes_make_one_new_store(place: &TestStore) {
    let (a, b, c) = tokio::join!(place.open(), place.open(), place.open());
    draft_only(&*a, "a").await;
    assert_eq!(b.editions().await.unwrap(), c.editions().await.unwrap());
    assert_eq!(c.revision().await.unwrap(), 1);
    tokio::join!(a.close(), b.close(), c.close());
}

pub async fn deputies_terms_and_the_order_of_people_come_back(store: &dyn Store) {
    let from = datetime!(2026-03-01 0:00 UTC);
    let mut entries = roster("王某");
    entries[0].people.push(Person {
        deputy: true,
        serves_from: Some(date!(2026 - 02 - 28)),
        serves_until: Some(date!(2028 - 02 - 29)),
        ..Person::new(Role::Leader, "副某", None)
    });
    store.replace_roster(&entries, Some(from)).await.unwrap();
    assert_eq!(store.roster(from).await.unwrap(), entries);
    let kept = store.rosters().await.unwrap();
    assert_eq!(kept.iter().map(|roster| roster.in_force_from).collect::<Vec<_>>(), [from]);
    assert_eq!(store.roster_by_number(kept[0].number).await.unwrap(), entries);
}

pub async fn codes_that_changed_are_kept_with_their_edition(store: &dyn Store) {
    let change = |old: &str, new: &str, share| CodeChange { old: old.into(), new: new.into(), share };
    let a = draft_only(store, "a").await;
    let first = vec![change("9", "1", 0.75), change("9", "2", 0.25), change("3", "4", 1.0)];
    let with = |code_changes: &[CodeChange]| NewPublication {
        code_changes: code_changes.to_vec(),
        ..publication(1, OffsetDateTime::now_utc())
    };
    store.publish(a, &with(&first)).await.unwrap();
    let b = draft_only(store, "b").await;
    let many: Vec<CodeChange> = (0..1_200).map(|i| change(&format!("{i}"), "网格", 1.0 / 3.0)).collect();
    store.publish(b, &with(&many)).await.unwrap();
    let expected: Vec<(EditionId, CodeChange)> =
        first.into_iter().map(|c| (a, c)).chain(many.into_iter().map(|c| (b, c))).collect();
    assert_eq!(store.code_changes().await.unwrap(), expected);
    let c = draft_only(store, "c").await;
    let wrong = store.publish(c, &with(&[change("1", "2", 1.5)])).await.unwrap_err();
    assert!(matches!(wrong, StoreError::Refused(_)), "{wrong}");
    assert_eq!(store.edition("c").await.unwrap().state, EditionState::Draft);
}

pub async fn a_draft_is_forgotten_and_an_edition_is_not(store: &dyn Store) {
    let draft = draft_only(store, "a").await;
    let published = publish(store, "b", 1).await;
    store.discard_draft(draft).await.unwrap();
    assert!(matches!(store.edition("a").await.unwrap_err(), StoreError::NoSuchEdition(_)));
    assert!(store.draft_features(draft).await.unwrap().is_empty());
    assert!(matches!(store.discard_draft(draft).await.unwrap_err(), StoreError::NoSuchEdition(_)));
    assert!(matches!(store.discard_draft(published).await.unwrap_err(), StoreError::AlreadyPublished(_)));
    let again = draft_only(store, "a").await;
    assert!(again > published, "no number is given twice");
}

pub fn key(id: &str) -> KeptKey {
    let created_at = datetime!(2026-11-25 8:00:00.000007 +8);
    let key = ApiKey {
        id: id.into(),
        name: "镇网格办".into(),
        role: KeyRole::Leader,
        grid: Some("00001".into()),
        created_at,
        revoked_at: None,
    };
    KeptKey { key, hash: std::array::from_fn(|i| i as u8) }
}

pub async fn keys_are_kept_and_revoked_once(store: &dyn Store) {
    store.add_key(&key("b")).await.unwrap();
    store.add_key(&key("a")).await.unwrap();
    assert_eq!(store.keys().await.unwrap(), [key("a"), key("b")]);
    assert!(matches!(store.add_key(&key("a")).await.unwrap_err(), StoreError::Refused(_)));
    let (first, later) = (datetime!(2026-12-01 0:00 UTC), datetime!(2026-12-02 0:00 UTC));
    assert!(store.revoke_key("a", first).await.unwrap());
    assert!(store.revoke_key("a", later).await.unwrap());
    assert!(!store.revoke_key("c", later).await.unwrap());
    assert_eq!(store.key("a").await.unwrap().unwrap().key.revoked_at, Some(first));
    assert_eq!(store.key("b").await.unwrap(), Some(key("b")));
    assert_eq!(store.key("c").await.unwrap(), None);
    let pepper = store.pepper().await.unwrap();
    assert!(pepper != [0; 32] && pepper == store.pepper().await.unwrap());
}

pub async fn jobs_go_on_and_are_asked_to_end(store: &dyn Store) {
    let before = store.revision().await.unwrap();
    let start = datetime!(2026-11-25 0:00 UTC);
    let mut first = Job {
        id: "one".into(),
        kind: JobKind::Import,
        state: JobState::Running,
        stage: "reading".into(),
        progress: 0.0,
        edition: None,
        created_at: start,
        updated_at: start,
        cancel_requested: false,
        outcome: None,
    };
    store.put_job(&first).await.unwrap();
    let second = Job { id: "two".into(), created_at: start + Duration::SECOND, ..first.clone() };
    store.put_job(&second).await.unwrap();
    assert_eq!(store.jobs(10).await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(store.jobs(1).await.unwrap(), [second]);
    assert!(store.request_cancel("one").await.unwrap());
    assert!(!store.request_cancel("three").await.unwrap());
    first.progress = 1.0 / 3.0;
    first.state = JobState::Cancelled;
    (first.edition, first.outcome) = (Some("a".into()), Some(r#"{"type":"x","text":"网格"}"#.into()));
    store.put_job(&first).await.unwrap();
    first.cancel_requested = true;
    assert_eq!(store.job("one").await.unwrap(), Some(first), "the wish stays");
    assert_eq!(store.job("three").await.unwrap(), None);
    assert_eq!(store.revision().await.unwrap(), before, "nothing that is served depends on jobs");
}

/// PostgreSQL cannot keep it, so no store does.
pub async fn a_text_with_nul_is_refused_and_named(store: &dyn Store) {
    let mut bad = draft("a", 3);
    bad.features[1].name = Some("a\0b".into());
    let error = store.save_draft(&bad).await.unwrap_err();
    assert!(matches!(&error, StoreError::Refused(why) if why.contains("town.geojsonl line 2: `name`")), "{error}");
    assert!(store.editions().await.unwrap().is_empty());
}

/// A store with something of everything.
pub async fn furnish(store: &dyn Store) {
    let start = datetime!(2026-01-01 0:00 UTC);
    publish_from(store, "spring", 3, start).await;
    let gone = draft_only(store, "gone").await;
    store.discard_draft(gone).await.unwrap();
    let mut odd = draft("draft", 2);
    odd.features[1].out_of_range = vec![[716.9, -91.25]];
    odd.features[1].was = vec!["旧".into()];
    odd.report.repairs.push(Repair {
        action: "ring_closed".into(),
        grids: vec!["0001".into()],
        place: Some([116.9, 30.8]),
        moved_m: 0.1,
        measure: None,
        source: None,
        message: "closed".into(),
    });
    store.save_draft(&odd).await.unwrap();
    let autumn = draft_only(store, "autumn").await;
    let codes = vec![CodeChange { old: "00002".into(), new: "00001".into(), share: 0.625 }];
    store
        .publish(autumn, &NewPublication { code_changes: codes, ..publication(1_200, start + Duration::days(200)) })
        .await
        .unwrap();
    let spring = store.edition("spring").await.unwrap().id;
    store.put_in_force(spring, Some(start + Duration::days(210))).await.unwrap();
    store.put_in_force(spring, Some(start + Duration::days(220))).await.unwrap();
    store.withdraw(spring, &[start + Duration::days(220)]).await.unwrap();
    for name in ["王某", "孙某"] {
        store.replace_roster(&roster(name), Some(start)).await.unwrap();
    }
    super::reports::furnish(store).await;
    store.add_key(&key("a")).await.unwrap();
    store.revoke_key("a", start).await.unwrap();
    store.add_key(&key("b")).await.unwrap();
    store.add_account(&super::access::account("a", "wang")).await.unwrap();
    store.add_session(&super::access::session(1, "a")).await.unwrap();
    super::telling::furnish(store).await;
}

/// Copies to another store and back to a third.
pub async fn a_copy_has_everything(from: &TestStore, to: &TestStore, back: &TestStore) {
    let (one, two, three) = (from.open().await, to.open().await, back.open().await);
    furnish(&*one).await;
    let mut steps = Vec::new();
    let there = copy(&*one, &*two, |step| steps.push(step)).await.unwrap();
    assert_eq!((there.editions, there.features, there.publications), (3, 1_205, 5));
    assert_eq!((there.rosters, there.code_changes, there.keys, there.accounts, there.webhooks), (2, 1, 2, 1, 1));
    assert_eq!((there.rules, there.reports, there.events, there.deliveries), (2, 3, 4 + 5, 4));
    let log = one.audit_after(0, 100).await.unwrap();
    assert_eq!((there.audit, &log), (24, &two.audit_after(0, 100).await.unwrap()));
    assert_eq!(two.session(&[1; 32]).await.unwrap(), None, "who was signed in has to do it again");
    assert!(steps.iter().any(|step| step.is_comparing && step.features == step.total), "{steps:?}");
    assert_eq!(copy(&*two, &*three, |_| ()).await.unwrap(), there);
    assert_eq!(three.audit_after(0, 100).await.unwrap(), log);
    let events = two.events(0, 100).await.unwrap();
    assert_eq!(events.iter().map(|event| event.number).collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
    assert_eq!(two.rosters().await.unwrap(), one.rosters().await.unwrap(), "decisions name them by number");
    // The copy compares by itself; this is by what a server asks.
    let now = OffsetDateTime::now_utc();
    assert_eq!(one.editions().await.unwrap(), three.editions().await.unwrap());
    assert_eq!(one.publications().await.unwrap(), three.publications().await.unwrap());
    assert_eq!(one.roster(now).await.unwrap(), three.roster(now).await.unwrap());
    assert_eq!(one.keys().await.unwrap(), three.keys().await.unwrap());
    assert_eq!(one.pepper().await.unwrap(), three.pepper().await.unwrap());
    assert_eq!(one.webhooks().await.unwrap(), three.webhooks().await.unwrap());
    let deliveries = async |store: &dyn Store| store.deliveries("wh_a", DeliveryFilter::default(), 10).await.unwrap();
    let mut told = deliveries(&*three).await;
    for delivery in &mut told {
        delivery.event = one.events(delivery.event.number - 1, 1).await.unwrap().remove(0);
    }
    assert_eq!(told, deliveries(&*one).await);
    for info in one.editions().await.unwrap() {
        assert_eq!(one.grids(info.id).await.unwrap(), three.grids(info.id).await.unwrap());
        assert_eq!(one.draft_features(info.id).await.unwrap(), three.draft_features(info.id).await.unwrap());
    }
    // What is there is not overwritten, and the copy goes on as a store of its own.
    assert!(matches!(copy(&*one, &*two, |_| ()).await.unwrap_err(), StoreError::NotEmpty));
    let next = draft_only(&*two, "next").await;
    assert!(one.editions().await.unwrap().iter().all(|info| info.id < next));
    let more = two.audit_after(0, 100).await.unwrap();
    assert_eq!((&more[..log.len()], more.len()), (&log[..], log.len() + 1));
    tokio::join!(one.close(), two.close(), three.close());
}

/// A copy that is dropped half way leaves nothing.
pub async fn a_copy_that_breaks_off_leaves_the_store_empty(place: &TestStore) {
    let store = place.open().await;
    let source = TestStore::embedded();
    let from = source.open().await;
    furnish(&*from).await;
    let mut filling = store.fill().await.unwrap();
    let info = from.edition("spring").await.unwrap();
    let content = gridward::store::EditionContent::Published(from.grids(info.id).await.unwrap());
    filling.edition(&info, &CheckReport::default(), &content).await.unwrap();
    drop(filling);
    assert!(store.editions().await.unwrap().is_empty());
    copy(&*from, &*store, |_| ()).await.expect("it is as empty as before");
    tokio::join!(store.close(), from.close());
}
