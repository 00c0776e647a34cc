//! Known reports in two editions: against owners told cell by cell, on reports of a store, and as the command line says it.

use std::collections::BTreeMap;
use std::sync::Arc;

use gridward::assign::compare::{Comparison, ReportCount, ReportTally, compare_reports};
use gridward::domain::assignment::{GivenPosition, PositionSource};
use gridward::domain::edition::{EditionId, EditionInfo, EditionState};
use gridward::domain::report::{Status, new_id};
use gridward::domain::tier::PerTier;
use gridward::geometry::point::Point;
use gridward::index::edition_map::EditionMap;
use gridward::index::snapshot::Snapshot;
use gridward::planar::map::PlanarMap;
use gridward::store::reports::{NewReport, ReportPlace};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::cells::{self, Cells, cells, edits};
use crate::cli::Desk;
use crate::contract::reports::{BEGIN, accepted, new};
use crate::stores::TestStore;

fn snapshot(name: &str, planar: PlanarMap) -> Snapshot {
    let info = EditionInfo {
        id: EditionId(1),
        name: name.into(),
        state: EditionState::Published,
        source: String::new(),
        created_at: OffsetDateTime::UNIX_EPOCH,
        accepted: Vec::new(),
        counts: PerTier::default(),
        bounds: None,
    };
    Snapshot::new(Arc::new(EditionMap::new(info, planar)), Arc::default())
}

fn at(lon: f64, lat: f64) -> GivenPosition {
    GivenPosition { lon, lat, crs: "wgs84".into(), accuracy_m: None, source: None }
}

fn one(status: Status) -> ReportCount {
    ReportCount { all: 1, open: u64::from([Status::Reported, Status::Accepted].contains(&status)) }
}

fn add(to: &mut ReportCount, count: ReportCount) {
    (to.all, to.open) = (to.all + count.all, to.open + count.open);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// On random edits: every count is that of asking the cells who owned each report's place, and who would.
    #[test]
    fn agrees_with_the_owners_of_every_report(
        before in cells(), edits in edits(),
        reports in prop::collection::vec((0.0..1.0f64, 0.0..1.0f64, 0usize..6, 0u8..8), 300),
    ) {
        let after = before.edited(&edits);
        let comparison = Comparison::of(snapshot("old", before.map()), snapshot("new", after.map()));
        let side = f64::from(before.cell_units) * (cells::SIDE as f64 + 0.6);
        let along = |share: f64| (share * side - f64::from(before.cell_units) * 0.3) as i32;
        let mut places = Vec::new();
        let (mut looked_at, mut nowhere, mut outside, mut moved) = <(ReportCount, ReportCount, ReportCount, ReportCount)>::default();
        let mut changed = [ReportCount::default(); 3];
        let mut pairs: BTreeMap<(Option<&str>, Option<&str>), ReportCount> = BTreeMap::new();
        for (x, y, status, kind) in reports {
            let p = Point::new(1_169_000_000 + along(x), 308_000_000 + along(y));
            let (Some(owners), Some(owners_after)) = (before.owners(p), after.owners(p)) else { continue };
            let [lon, lat] = p.to_degrees();
            let (status, in_grid) = (Status::ALL[status], kind != 7);
            let mut given = if kind == 6 { at(0.0, 0.0) } else { at(lon, lat) };
            given.source = (kind == 5).then_some(PositionSource::Fuzzy);
            places.push(ReportPlace { id: String::new(), given, status, in_grid });
            if !in_grid {
                continue;
            }
            add(&mut looked_at, one(status));
            if [5, 6].contains(&kind) {
                add(&mut nowhere, one(status));
                continue;
            }
            for tier in (0..3).filter(|&tier| owners[tier] != owners_after[tier]) {
                add(&mut changed[tier], one(status));
            }
            let (from, to) = (owners[2].or(owners[1]).or(owners[0]), owners_after[2].or(owners_after[1]).or(owners_after[0]));
            if from.is_none() && to.is_none() {
                add(&mut outside, one(status));
            }
            if from != to {
                add(&mut moved, one(status));
                add(pairs.entry((from, to)).or_default(), one(status));
            }
        }
        let mut tally = ReportTally::default();
        for page in places.chunks(7) {
            tally.add(&comparison, page);
        }
        let found = tally.changes(&comparison);
        prop_assert_eq!((found.looked_at, found.without_position, found.outside), (looked_at, nowhere, outside));
        prop_assert_eq!((found.changed.0, found.another_grid), (changed, moved));
        let (old, new) = (&comparison.old.edition.planar, &comparison.new.edition.planar);
        let named: BTreeMap<_, _> = found.pairs.iter().map(|pair| {
            let codes = (pair.from.map(|id| old.grid(id).code.as_str()), pair.to.map(|id| new.grid(id).code.as_str()));
            (codes, pair.reports)
        }).collect();
        prop_assert_eq!((named.len(), &named), (found.pairs.len(), &pairs));
        let order: Vec<_> = found.pairs.iter().map(|pair| (pair.reports.open, pair.reports.all)).collect();
        prop_assert!(order.is_sorted_by(|a, b| a >= b), "{:?}", order);
        let of_recoded: u64 = found.pairs.iter().filter(|pair| pair.recoded).map(|pair| pair.reports.all).sum();
        prop_assert_eq!((found.recoded.all, found.handed_over), (of_recoded, ReportCount::default()));
    }
}

/// Reports of four days, a minute apart, at one place.
fn many(count: i64, lon: f64, lat: f64) -> Vec<NewReport> {
    let report = |n: i64| {
        let mut new = new(n, "aaa", &[]);
        new.report.assignment.given = at(lon, lat);
        new
    };
    (0..count).map(report).collect()
}

/// More than a page; where the time is up, the latest were looked at, and it is said how far back.
#[tokio::test]
async fn looks_back_as_far_as_the_time_allows() {
    let place = TestStore::any();
    let store = place.open().await;
    let cells: Cells = cells().new_tree(&mut proptest::test_runner::TestRunner::deterministic()).unwrap().current();
    let comparison = Comparison::of(snapshot("old", cells.map()), snapshot("new", cells.map()));
    for some in many(5_000, 1.0, 1.0).chunks(1_000) {
        store.add_reports(some).await.unwrap();
    }
    let all = compare_reports(&comparison, &*store, None, None).await.unwrap();
    assert_eq!((all.looked_at.all, all.outside.open, all.back_to), (5_000, 5_000, None));
    let hurried = compare_reports(&comparison, &*store, Some("aa"), Some(std::time::Duration::ZERO)).await.unwrap();
    // The 4,000th from the end.
    let day = (BEGIN + Duration::minutes(1_000)).to_offset(time::macros::offset!(+8)).date();
    assert_eq!((hurried.looked_at.all, hurried.back_to), (4_000, Some(day)));
    assert_eq!(compare_reports(&comparison, &*store, Some("b"), None).await.unwrap().looked_at.all, 0);
}

/// The border between 甲 and 乙 moves, 丙 gets another code.
#[test]
fn the_command_line_says_which_reports_would_move() {
    let place = TestStore::any();
    let desk = Desk::on(place.url());
    const NONE: &[&str] = &[];
    let before = [("a", "甲", NONE, 0.1), ("b", "乙", NONE, 0.1), ("c", "丙", NONE, 0.1)];
    let after = [("a", "甲", NONE, 0.125), ("b", "乙", NONE, 0.075), ("e", "丙", NONE, 0.1)];
    desk.write("a.geojsonl", &super::cli::row(&before)).write("b.geojsonl", &super::cli::row(&after));
    desk.run("import a.geojsonl --edition one --publish").ended(0);
    desk.run("import b.geojsonl --edition two").ended(0);
    let nothing = desk.run("diff one two").ended(0);
    assert!(nothing.says("上报 reports: 没有 none are known"), "{nothing:?}");
    let lons = [116.95, 117.01, 117.02, 117.05, 117.15, 118.0, 0.0];
    let reports = (0i64..).zip(lons).map(|(n, lon)| {
        let mut one = new(n, "aaa", &[]);
        (one.report.id, one.report.assignment.given) =
            (new_id(BEGIN, n as u64), at(lon, if lon == 0.0 { 0.0 } else { 30.05 }));
        one
    });
    let reports: Vec<NewReport> = reports.collect();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = place.open().await;
        store.add_reports(&reports).await.unwrap();
        let mut done = accepted(&reports[2].report);
        (done.report.status, done.step.status) = (Status::Closed, Status::Closed);
        assert!(store.change_report(&done).await.unwrap());
        store.close().await;
    });
    let text = desk.run("diff one two").ended(0);
    for said in [
        "reports: 3 of 7 go to another grid (tier 1 0, tier 2 0, tier 3 3), 1 of them under a new code only",
        "1 have no position to decide from, 1 lie outside",
        "在办 open reports: 2 of 6 go to another grid, 1 of them",
        "tier 3 b 乙 → tier 3 a 甲: 2, 在办 open 1",
        "tier 3 c 丙 → tier 3 e 丙: 1, 在办 open 1",
    ] {
        assert!(text.says(said), "{said}: {}", text.out);
    }
    let all = desk.run("diff one two --json").ended(0).json();
    assert_eq!(all["reports"]["another_grid"], json!({"all": 3, "open": 2}));
    assert_eq!(all["reports"]["pairs"][0]["to"], json!({"tier": 3, "code": "a", "name": "甲"}));
    let back = desk.run("diff two one --json").ended(0).json();
    assert_eq!(back["reports"]["pairs"][0]["from"]["code"], "a");
    desk.run("diff one two --format geojson -o strips.geojson").ended(0);
}
