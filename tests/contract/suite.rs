//! The promises. Each takes an empty store.

use gridward::domain::edition::{EditionId, EditionState};
use gridward::domain::grid::Grid;
use gridward::domain::problem::{CheckReport, ProblemCode, Repair};
use gridward::domain::roster::{Person, Role, RosterEntry};
use gridward::domain::tier::Tier;
use gridward::geometry::feature::{DraftFeature, GridFeature};
use gridward::geometry::point::{Point, Polygon};
use gridward::store::{NewDraft, NewPublication, Store, StoreError};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

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

fn draft(name: &str, count: usize) -> NewDraft {
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
        in_force_from: from,
        code_changes: Vec::new(),
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
    store.replace_roster(&roster("王某"), from).await.unwrap();
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
    let error = store.put_in_force(id, OffsetDateTime::now_utc()).await.unwrap_err();
    assert!(matches!(error, StoreError::NotPublished(name) if name == "a"));
    let error = store.put_in_force(EditionId(99), OffsetDateTime::now_utc()).await.unwrap_err();
    assert!(matches!(error, StoreError::NoSuchEdition(_)));
    assert!(store.publications().await.unwrap().is_empty());
}

pub async fn publications_come_in_the_order_they_were_recorded(store: &dyn Store) {
    let future = datetime!(2099-01-01 8:00 +8);
    let a = store.save_draft(&draft("a", 1)).await.unwrap().id;
    store.publish(a, &publication(1, future)).await.unwrap();
    let b = store.save_draft(&draft("b", 1)).await.unwrap().id;
    store.publish(b, &publication(1, datetime!(2020-05-05 1:02:03.000004 UTC))).await.unwrap();
    store.put_in_force(a, datetime!(2021-01-01 0:00 UTC)).await.unwrap();
    let found = store.publications().await.unwrap();
    assert_eq!(found.iter().map(|p| p.edition).collect::<Vec<_>>(), [a, b, a]);
    assert_eq!(found[0].in_force_from, future);
    assert_eq!(found[1].in_force_from, datetime!(2020-05-05 1:02:03.000004 UTC));
    assert!(found.iter().all(|p| (OffsetDateTime::now_utc() - p.recorded_at).abs() < Duration::minutes(5)));
}

pub async fn rosters_keep_their_history(store: &dyn Store) {
    let (early, late) = (datetime!(2026-01-01 0:00 UTC), datetime!(2026-06-01 0:00 UTC));
    store.replace_roster(&roster("王某"), early).await.unwrap();
    store.replace_roster(&roster("孙某"), late).await.unwrap();
    store.replace_roster(&roster("周某"), late).await.unwrap();
    let before = early - Duration::SECOND;
    assert!(store.roster(before).await.unwrap().is_empty());
    assert_eq!(store.roster(early).await.unwrap(), roster("王某"));
    assert_eq!(store.roster(late - Duration::MICROSECOND).await.unwrap(), roster("王某"));
    assert_eq!(store.roster(late).await.unwrap(), roster("周某"), "of two from one moment the last recorded counts");
    assert_eq!(store.roster_moments().await.unwrap(), [early, late, late]);
    let twice = [roster("吴某"), roster("郑某")].concat();
    assert!(matches!(store.replace_roster(&twice, late).await.unwrap_err(), StoreError::Refused(_)));
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

/// The bound is wide enough for a busy machine and a build without optimisation, and too narrow for a statement that does
/// not use its index.
pub async fn a_hundred_thousand_grids_in_seconds(store: &dyn Store) {
    let count = 100_000;
    let draft = NewDraft { features: draft("a", count).features, ..draft("large", 0) };
    let publication = publication(count, OffsetDateTime::now_utc());
    let start = std::time::Instant::now();
    let id = store.save_draft(&draft).await.unwrap().id;
    assert_eq!(store.draft_features(id).await.unwrap().len(), count);
    store.publish(id, &publication).await.unwrap();
    assert_eq!(store.grids(id).await.unwrap().len(), count);
    let taken = start.elapsed();
    println!("a draft and a publication of {count} grids, written and read: {taken:.1?}");
    assert!(taken < std::time::Duration::from_secs(90), "{taken:?}");
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
    store.put_in_force(id, OffsetDateTime::now_utc()).await.unwrap();
    rises("a rollback").await;
    replace_roster(store).await;
    rises("a roster").await;
}

pub async fn unknown_editions_are_named(store: &dyn Store) {
    let error = store.edition("2026-01").await.unwrap_err();
    assert!(matches!(error, StoreError::NoSuchEdition(name) if name == "2026-01"));
    assert!(matches!(store.report(EditionId(7)).await.unwrap_err(), StoreError::NoSuchEdition(_)));
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
