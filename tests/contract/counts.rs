//! What is told by kept counts is what counting report by report tells, after whatever was done with the reports.

use std::collections::BTreeMap;

use gridward::domain::assignment::AssignedGrid;
use gridward::domain::level::Level;
use gridward::domain::report::{Report, Status, new_id};
use gridward::domain::tier::Tier;
use gridward::store::Store;
use gridward::store::reports::{Added, Count, CountBy, NewReport, ReportChange, ReportFilter, Written};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::reports::{BEGIN, accepted, new};
use crate::stores::TestStore;

/// Ten months of reports, of which the first begins in the night of China and the day before of the rest of the world.
const DAYS: i64 = 300;
const WAYS: [CountBy; 6] = [
    CountBy::All,
    CountBy::Tier(Tier::One),
    CountBy::Tier(Tier::Two),
    CountBy::Tier(Tier::Three),
    CountBy::Category,
    CountBy::Day,
];

fn some_report(n: i64, random: &mut Pcg64) -> NewReport {
    let grid = ["aaa", "aab", "aba", "baa", "bab"][random.random_range(0..5)];
    let mut one = new(n, grid, &[]);
    let at = BEGIN - Duration::hours(10) + Duration::seconds(random.random_range(0..DAYS * 86_400));
    (one.report.id, one.report.created_at, one.step.at) = (new_id(at, random.random_range(0..=u64::MAX)), at, at);
    one.report.updated_at = at;
    one.report.category = ["sanitation", "dispute", "fire"][random.random_range(0..3)].into();
    let grids = &mut one.report.assignment.grids;
    match random.random_range(0..10) {
        // Outside every grid; in one of two tiers only; where a smaller grid lies across the larger ones.
        0 => grids.clear(),
        1 => grids.truncate(2),
        2 => grids[0] = AssignedGrid { tier: Tier::One, code: "c".into(), name: "网格".into() },
        _ => {}
    }
    one
}

/// A further step, to any state: what the store is told, it keeps.
fn some_step(report: &Report, random: &mut Pcg64) -> ReportChange {
    let mut change = accepted(report);
    // From seconds to weeks, as likely at each order of magnitude.
    let took = Duration::seconds_f64(5.0 * 1.5_f64.powf(random.random_range(0.0..33.0)));
    let took = Duration::seconds(took.whole_seconds());
    let after = &mut change.report;
    after.status = Status::ALL[random.random_range(0..Status::ALL.len())];
    let is_settled = after.status.is_settled();
    after.settled_level = is_settled.then(|| Level::ALL[random.random_range(0..4)]);
    after.settled_at = is_settled.then(|| after.created_at + took);
    after.overdue_since = (random.random_range(0..5) == 0).then_some(BEGIN);
    if random.random_range(0..6) == 0 {
        after.assignment.grids = new(0, "bbb", &[]).report.assignment.grids;
        after.category = "other".into();
    }
    change.step.status = after.status;
    change
}

type About = Option<String>;
type Counted = (BTreeMap<(About, &'static str, Option<&'static str>), (u64, u64)>, BTreeMap<About, f64>);

fn by_key(counts: &[Count]) -> Counted {
    let (mut reports_by_key, mut medians) = (BTreeMap::new(), BTreeMap::new());
    for count in counts.iter().cloned() {
        match count {
            Count::Reports { about, status, settled_level, reports, late } => {
                assert_eq!(
                    reports_by_key.insert((about, status.as_str(), settled_level.map(Level::as_str)), (reports, late)),
                    None
                );
            }
            Count::Median { about, seconds } => assert_eq!(medians.insert(about, seconds), None),
        }
    }
    (reports_by_key, medians)
}

fn about(report: &Report, way: CountBy) -> About {
    match way {
        CountBy::All => Some(String::new()),
        CountBy::Tier(tier) => report.assignment.code_of(tier).map(str::to_owned),
        CountBy::Category => Some(report.category.clone()),
        CountBy::Day => Some(report.id[..6].to_owned()),
    }
}

/// Reports of ten months, acted on again and again; how each stands at the end.
async fn lively(store: &dyn Store) -> Vec<Report> {
    let mut random = Pcg64::seed_from_u64(20_261_125);
    let all: Vec<NewReport> = (0..900).map(|n| some_report(n, &mut random)).collect();
    for some in all.chunks(250) {
        assert!(store.add_reports(some).await.unwrap().iter().all(|fate| *fate == Added::Kept));
    }
    let mut reports: Vec<Report> = all.into_iter().map(|new| new.report).collect();
    for round in 0..24 {
        let mut changes = Vec::new();
        for _ in 0..50 {
            let at = random.random_range(0..reports.len());
            let change = some_step(&reports[at], &mut random);
            if changes.iter().all(|other: &ReportChange| other.report.id != change.report.id) {
                reports[at] = change.report.clone();
                changes.push(change);
            }
        }
        // A second step from the same version is one too late, and counts for nothing.
        let late = some_step(&Report { version: changes[0].report.version - 1, ..reports[0].clone() }, &mut random);
        let late = ReportChange { report: Report { id: changes[0].report.id.clone(), ..late.report }, ..late };
        let kept = changes.len();
        changes.push(late);
        let new = if round % 3 == 0 { vec![some_report(2_000 + round, &mut random)] } else { Vec::new() };
        let written = store.write_reports(&new, &changes).await.unwrap();
        let mut changed = vec![true; kept];
        changed.push(false);
        assert_eq!(written, Written { added: vec![Added::Kept; new.len()], changed });
        reports.extend(new.into_iter().map(|new| new.report));
    }
    reports
}

pub async fn kept_counts_are_those_of_counting(store: &dyn Store) {
    let reports = lively(store).await;
    let day = datetime!(2026-11-25 0:00 +8);
    let noon = day + Duration::hours(12);
    let months = [datetime!(2026-12-01 0:00 +8), datetime!(2027-03-01 0:00 +8)].map(Some);
    // The moment of the last one: with it, and without.
    let last = reports.iter().map(|report| report.created_at).max();
    let after_last = last.map(|at| at + Duration::MICROSECOND);
    let times: [[Option<OffsetDateTime>; 2]; 12] = [
        [None, None],
        months,
        [months[0], None],
        [None, months[1]],
        [Some(noon), Some(noon + Duration::days(200))],
        [Some(noon), Some(noon + Duration::hours(3))],
        [Some(day), Some(day + Duration::days(40))],
        [Some(noon + Duration::days(900)), None],
        [Some(noon), Some(noon - Duration::days(1))],
        [months[0], last],
        [months[0], after_last],
        [Some(noon), Some(day + Duration::days(DAYS + 3))],
    ];
    let grids = [(None, None), (Some("a"), None), (None, Some("aa")), (Some("aab"), Some("a")), (Some("b"), Some("a"))];
    let mut asked = 0;
    for [since, until] in times {
        for (grid, scope) in grids {
            let (grid, scope) = (grid.map(str::to_owned), scope.map(str::to_owned));
            let filter = ReportFilter { since, until, grid, scope, ..ReportFilter::default() };
            let lies_in = |report: &Report, code: &Option<String>| {
                code.as_ref().is_none_or(|code| report.assignment.grids.iter().any(|grid| grid.code == *code))
            };
            let here = reports.iter().filter(|report| {
                since.is_none_or(|since| report.created_at >= since)
                    && until.is_none_or(|until| report.created_at < until)
                    && lies_in(report, &filter.grid)
                    && lies_in(report, &filter.scope)
            });
            let here: Vec<&Report> = here.collect();
            let exact = store.count_reports(&filter, &WAYS, u64::MAX).await.unwrap();
            let kept = store.count_reports(&filter, &WAYS, 0).await.unwrap();
            assert_eq!((exact.len(), kept.len()), (WAYS.len(), WAYS.len()));
            for (way, (exact, kept)) in WAYS.iter().zip(exact.iter().zip(&kept)) {
                let ((exact, medians), (kept, told)) = (by_key(exact), by_key(kept));
                assert_eq!(kept, exact, "{filter:?} by {way:?}");
                assert!(medians.keys().eq(told.keys()), "{filter:?} by {way:?}");
                let mut settling: BTreeMap<About, Vec<f64>> = BTreeMap::new();
                for report in here.iter().filter(|report| report.settled_at.is_some()) {
                    let took = report.settled_at.unwrap() - report.created_at;
                    settling.entry(about(report, *way)).or_default().push(took.as_seconds_f64());
                }
                assert!(settling.keys().eq(told.keys()), "{filter:?} by {way:?}");
                for (key, mut took) in settling {
                    took.sort_by(f64::total_cmp);
                    // Of an even number either of the two in the middle, or what lies between them.
                    let (lower, upper) = (took[(took.len() - 1) / 2], took[took.len() / 2]);
                    let exact = medians[&key];
                    assert!((exact - (lower + upper) / 2.0).abs() < 0.01, "{filter:?} by {way:?}: {key:?}");
                    let is_near = (told[&key] - lower).abs() <= (lower / 11.0).max(60.0);
                    assert!(is_near, "{filter:?} by {way:?}: {key:?} {lower} {}", told[&key]);
                }
                asked += exact.len();
            }
            let counted = by_key(&kept[0]).0;
            assert_eq!(counted.values().map(|(reports, _)| reports).sum::<u64>(), here.len() as u64, "{filter:?}");
        }
    }
    assert!(asked > 2_000, "{asked} groups prove little");
}

/// A store that had reports before they were counted as they came in counts the same of them afterwards, and goes on from there.
async fn reports_from_before_are_counted(test: TestStore, before: &str, schema: &str) {
    let store = test.open().await;
    let reports = lively(&*store).await;
    store.close().await;
    let counts = || {
        let tables = ["report_counts", "settling_counts"].map(|table| {
            let mut rows: Vec<String> = test
                .sql(&format!("SELECT * FROM {schema}{table} WHERE reports <> 0"))
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect();
            rows.sort();
            rows
        });
        assert!(tables.iter().all(|rows| rows.len() > 100), "{tables:?}");
        tables
    };
    let indexes = || {
        let there = match schema {
            "" => "SELECT sql FROM sqlite_schema WHERE name LIKE 'reports\\_by%' ESCAPE '\\' ORDER BY name",
            _ => "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'reports\\_by%' ORDER BY indexname",
        };
        test.sql(there).unwrap()
    };
    let (as_they_came, indexes_before) = (counts(), indexes());
    test.sql(before).unwrap();
    assert_ne!(indexes(), indexes_before);
    assert!(test.sql(&format!("SELECT * FROM {schema}report_counts")).is_err());
    let store = test.open().await;
    assert_eq!(counts(), as_they_came);
    assert_eq!(indexes(), indexes_before);
    let mut random = Pcg64::seed_from_u64(1);
    let change = some_step(&reports[7], &mut random);
    assert!(store.change_report(&change).await.unwrap());
    let filter = ReportFilter::default();
    let exact = store.count_reports(&filter, &WAYS, u64::MAX).await.unwrap();
    let kept = store.count_reports(&filter, &WAYS, 0).await.unwrap();
    for (exact, kept) in exact.iter().zip(&kept) {
        assert_eq!(by_key(kept).0, by_key(exact).0);
    }
    store.close().await;
}

#[tokio::test]
async fn an_embedded_store_counts_its_reports_from_before() {
    let before = include_str!("../data/before_counts/gpkg.sql");
    reports_from_before_are_counted(TestStore::embedded(), before, "").await;
}

#[tokio::test]
async fn a_postgis_store_counts_its_reports_from_before() {
    let before = include_str!("../data/before_counts/postgis.sql");
    reports_from_before_are_counted(TestStore::postgis(), before, "gridward.").await;
}
