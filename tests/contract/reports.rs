//! The promises about reports. Each takes an empty store.

pub use super::counts::kept_counts_are_those_of_counting;
use gridward::domain::assignment::{AssignedGrid, Assignment, AssignmentRule, GivenPosition, PositionSource};
use gridward::domain::caller::Caller;
use gridward::domain::level::Level;
use gridward::domain::report::{Action, Actor, Report, Reporter, Status, Step, new_id};
use gridward::domain::tier::Tier;
use gridward::store::reports::{
    Added, NewEvent, NewReport, ReportChange, ReportFilter, ReportPlace, SenderKey, SenderKeyKind,
};
use gridward::store::{Store, StoreError};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

pub const BEGIN: OffsetDateTime = datetime!(2026-11-25 02:00 UTC);

fn assignment(grid: &str) -> Assignment {
    let of = |tier, code: &str| AssignedGrid { tier, code: code.into(), name: "网格".into() };
    Assignment {
        rule: AssignmentRule::Contained,
        level: Level::Tier(Tier::Three),
        grid: Some(grid.into()),
        grids: vec![of(Tier::One, &grid[..1]), of(Tier::Two, &grid[..2]), of(Tier::Three, grid)],
        party_group: Some("第一党小组".into()),
        leader: None,
        border_distance_m: Some(12.5),
        ambiguous: false,
        candidates: Vec::new(),
        nearest: None,
        reasons: Vec::new(),
        given: GivenPosition { lon: 116.9, lat: 30.8, crs: "wgs84".into(), accuracy_m: Some(0.1 + 0.2), source: None },
        wgs84: [116.9012345, 30.8],
        edition: "2026-01".into(),
        roster: Some(1),
        rules: 1,
        decided_at: BEGIN,
    }
}

/// A report number `n` that comes in `n` minutes after the beginning, in grid `grid`.
pub fn new(n: i64, grid: &str, keys: &[(SenderKeyKind, &str, u8)]) -> NewReport {
    let at = BEGIN + Duration::minutes(n);
    let assignment = assignment(grid);
    let report = Report {
        id: new_id(at, n as u64),
        created_at: at,
        updated_at: at,
        version: 1,
        status: Status::Reported,
        level: assignment.level,
        grid: assignment.grid.clone(),
        category: "sanitation".into(),
        description: format!("第 {n} 件：路边“垃圾”"),
        occurred_at: None,
        reporter: Reporter { name: Some("王某".into()), phone: None },
        origin: "key:a".into(),
        external_id: None,
        assignment: assignment.clone(),
        due_at: Some(at + Duration::days(1)),
        warned_at: None,
        overdue_since: None,
        settled_level: None,
        settled_at: None,
        merged_into: None,
    };
    let step = Step {
        number: 1,
        at,
        action: Action::Report,
        actor: Actor::of(&Caller::nobody(None)),
        note: None,
        status: report.status,
        level: report.level,
        grid: report.grid.clone(),
        due_at: report.due_at,
        assignment: Some(assignment),
    };
    let key = |&(kind, key, hash): &(SenderKeyKind, &str, u8)| SenderKey {
        kind,
        origin: "key:a".into(),
        key: key.into(),
        body_hash: [hash; 32],
    };
    NewReport { event: event("report.report", n), keys: keys.iter().map(key).collect(), report, step }
}

fn event(kind: &str, n: i64) -> NewEvent {
    NewEvent { kind: kind.into(), data: format!("{{\"n\":{n}}}"), left: Vec::new() }
}

/// The report after it was accepted.
pub fn accepted(report: &Report) -> ReportChange {
    let at = report.updated_at + Duration::minutes(30);
    let after = Report { status: Status::Accepted, version: report.version + 1, updated_at: at, ..report.clone() };
    let step = Step {
        number: after.version,
        at,
        action: Action::Accept,
        actor: Actor::of(&Caller::program()),
        note: Some("收到".into()),
        status: after.status,
        level: after.level,
        grid: after.grid.clone(),
        due_at: after.due_at,
        assignment: None,
    };
    ReportChange { report: after, step, event: event("report.accept", 0) }
}

pub async fn reports_come_back_with_their_history_and_events(store: &dyn Store) {
    let all = [new(1, "aaa", &[]), new(2, "aab", &[])];
    assert_eq!(store.add_reports(&all).await.unwrap(), [Added::Kept, Added::Kept]);
    let revision = store.revision().await.unwrap();
    let first = &all[0].report;
    assert_eq!(store.report_by_id(&first.id).await.unwrap().as_ref(), Some(first));
    assert_eq!(store.steps(&first.id).await.unwrap(), [all[0].step.clone()]);
    let change = accepted(first);
    assert!(store.change_report(&change).await.unwrap());
    assert_eq!(store.report_by_id(&first.id).await.unwrap(), Some(change.report.clone()));
    assert_eq!(store.steps(&first.id).await.unwrap(), [all[0].step.clone(), change.step.clone()]);
    // Whoever comes from an older version changes nothing.
    assert!(!store.change_report(&change).await.unwrap());
    let stale = ReportChange { report: Report { version: 7, ..change.report.clone() }, ..change.clone() };
    assert!(!store.change_report(&stale).await.unwrap());
    assert_eq!(store.steps(&first.id).await.unwrap().len(), 2);
    let events = store.events(0, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| (event.number, &*event.kind, &*event.report, event.step)).collect();
    let second = &all[1].report;
    assert_eq!(
        told,
        [
            (1, "report.report", &*first.id, 1),
            (2, "report.report", &*second.id, 1),
            (3, "report.accept", &*first.id, 2)
        ]
    );
    assert_eq!((events[1].at, &events[1].grids), (second.created_at, &["a", "aa", "aab"].map(String::from).to_vec()));
    assert_eq!(events[1].data.replace(' ', ""), "{\"n\":2}");
    assert_eq!(store.events(1, 1).await.unwrap(), events[1..2]);
    assert_eq!(store.last_event().await.unwrap(), 3);
    assert_eq!(store.report_by_id("261125-000000000000").await.unwrap(), None);
    assert_eq!(store.report_by_id("\0").await.unwrap(), None);
    assert_eq!(store.revision().await.unwrap(), revision, "nothing that is served from memory changed");
}

pub async fn what_is_sent_twice_is_kept_once(store: &dyn Store) {
    use SenderKeyKind::{External, Idempotency};
    let first = new(1, "aaa", &[(Idempotency, "k", 1), (External, "e", 1)]);
    // Of two in one batch under one key the first has it.
    let batch = [first.clone(), new(2, "aaa", &[(Idempotency, "k", 1)]), new(3, "aaa", &[(Idempotency, "l", 1)])];
    let id = first.report.id.clone();
    let fates = store.add_reports(&batch).await.unwrap();
    assert_eq!(fates, [Added::Kept, Added::Replayed(id.clone()), Added::Kept]);
    let again = [
        new(4, "aaa", &[(Idempotency, "k", 1)]),
        new(5, "aaa", &[(Idempotency, "k", 2)]),
        new(6, "aaa", &[(External, "e", 1)]),
        new(7, "aaa", &[(External, "e", 2)]),
        // Its first key is new; the other forbids it, and the first is free again.
        new(8, "aaa", &[(Idempotency, "free", 1), (External, "e", 2)]),
    ];
    let fates = store.add_reports(&again).await.unwrap();
    assert_eq!(
        fates,
        [
            Added::Replayed(id.clone()),
            Added::KeyTaken(Idempotency, id.clone()),
            Added::Replayed(id.clone()),
            Added::KeyTaken(External, id.clone()),
            Added::KeyTaken(External, id),
        ]
    );
    assert_eq!(store.add_reports(&[new(9, "aaa", &[(Idempotency, "free", 3)])]).await.unwrap(), [Added::Kept]);
    // Twice at once, and forbidden: both hear of what forbids it, and not that the other is there.
    let twice = [10, 11].map(|n| new(n, "aaa", &[(Idempotency, "twice", 2), (External, "e", 2)]));
    let forbidden = Added::KeyTaken(External, first.report.id.clone());
    assert_eq!(store.add_reports(&twice).await.unwrap(), [forbidden.clone(), forbidden]);
    let key = |kind, key: &str| SenderKey { kind, origin: "key:a".into(), key: key.into(), body_hash: [1; 32] };
    let held = store.key_holder(&key(External, "e")).await.unwrap().unwrap();
    assert_eq!((&held.report, held.is_same_as(&key(External, "e"))), (&first.report.id, true));
    assert!(!held.is_same_as(&SenderKey { body_hash: [2; 32], ..key(External, "e") }));
    for nobodys in ["e", "a\0b", ""] {
        assert_eq!(store.key_holder(&key(Idempotency, nobodys)).await.unwrap(), None, "{nobodys:?}");
    }
    let logged = store.audit_after(0, 100).await.unwrap();
    assert_eq!(logged.len(), 3, "what was sent again is not in the audit log again");
    assert_eq!(store.find_reports(&ReportFilter::default(), 100).await.unwrap().len(), 3);
    assert_eq!(store.last_event().await.unwrap(), 3);
}

pub async fn reports_are_found_by_place_time_and_state(store: &dyn Store) {
    let grids = ["aaa", "aab", "aba", "baa"];
    let all: Vec<NewReport> = (0..40).map(|n| new(n, grids[n as usize % 4], &[])).collect();
    store.add_reports(&all).await.unwrap();
    let change = accepted(&all[4].report);
    store.change_report(&change).await.unwrap();
    let found = async |filter: ReportFilter| {
        let found = store.find_reports(&filter, 100).await.unwrap();
        assert!(found.is_sorted_by(|a, b| (a.created_at, &a.id) > (b.created_at, &b.id)), "the latest first");
        found.len()
    };
    let any = ReportFilter::default;
    assert_eq!(found(any()).await, 40);
    for (grid, count) in [("aaa", 10), ("aa", 20), ("a", 30), ("b", 10), ("c", 0), ("\0", 0)] {
        assert_eq!(found(ReportFilter { grid: Some(grid.into()), ..any() }).await, count, "{grid}");
        assert_eq!(found(ReportFilter { scope: Some(grid.into()), ..any() }).await, count, "{grid}");
    }
    let both = ReportFilter { grid: Some("a".into()), scope: Some("aab".into()), ..any() };
    assert_eq!(found(both).await, 10);
    assert_eq!(found(ReportFilter { statuses: vec![Status::Accepted, Status::Closed], ..any() }).await, 1);
    assert_eq!(found(ReportFilter { levels: vec![Level::Town], ..any() }).await, 0);
    assert_eq!(found(ReportFilter { categories: vec!["sanitation".into(), "fire".into()], ..any() }).await, 40);
    assert_eq!(found(ReportFilter { origin: Some("key:b".into()), ..any() }).await, 0);
    let since = Some(BEGIN + Duration::minutes(10));
    assert_eq!(found(ReportFilter { since, until: Some(BEGIN + Duration::minutes(12)), ..any() }).await, 2);
    assert_eq!(found(ReportFilter { bbox: Some([116.9, 30.8, 116.91, 30.8]), ..any() }).await, 40);
    assert_eq!(found(ReportFilter { bbox: Some([116.0, 30.0, 116.9, 30.9]), ..any() }).await, 0);
    assert_eq!(found(ReportFilter { text: Some("第 17 件".into()), ..any() }).await, 1);
    assert_eq!(found(ReportFilter { text: Some("%".into()), ..any() }).await, 0);
    assert_eq!(found(ReportFilter { ids: vec![all[3].report.id.clone()], ..any() }).await, 1);
    assert_eq!(found(ReportFilter { overdue: true, ..any() }).await, 0);
    // Page by page nothing is left out and nothing comes twice.
    let (mut filter, mut ids) = (any(), Vec::new());
    loop {
        let page = store.find_reports(&filter, 7).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.after = Some((last.created_at, last.id.clone()));
        ids.extend(page.into_iter().map(|report| report.id));
    }
    let mut expected: Vec<String> = all.iter().map(|new| new.report.id.clone()).collect();
    expected.reverse();
    assert_eq!(ids, expected);
    let skipped = store.find_reports(&ReportFilter { skip: 38, ..any() }, 7).await.unwrap();
    assert_eq!(skipped.iter().map(|report| &report.id).collect::<Vec<_>>(), expected[38..].iter().collect::<Vec<_>>());
    let due = store.due_reports(BEGIN + Duration::hours(25), BEGIN + Duration::hours(24), 100).await.unwrap();
    assert_eq!(due.len(), 40, "to be warned");
    let late = BEGIN + Duration::hours(24) + Duration::seconds(30);
    assert_eq!(store.due_reports(BEGIN, late, 100).await.unwrap().len(), 1, "late");
}

pub async fn what_is_merged_is_merged_into_what_stays_open(store: &dyn Store) {
    let all = [new(1, "aaa", &[]), new(2, "aab", &[]), new(3, "aac", &[])];
    store.add_reports(&all).await.unwrap();
    let merged = |report: &Report, into: &Report| {
        let mut change = accepted(report);
        (change.report.status, change.step.status) = (Status::Merged, Status::Merged);
        (change.report.merged_into, change.step.action) = (Some(into.id.clone()), Action::Merge);
        change
    };
    let [a, b, c] = all.map(|new| new.report);
    // Into each other, in one write: at most one of them.
    let both = store.write_reports(&[], &[merged(&a, &b), merged(&b, &a)]).await.unwrap().changed;
    assert!(both.len() == 2 && both != [true, true], "{both:?}");
    let open = async |report: &Report| {
        let now = store.report_by_id(&report.id).await.unwrap().unwrap();
        now.status.is_open().then_some(now)
    };
    let (stays, goes) = match (open(&a).await, open(&b).await) {
        (Some(a), b) => (a, b),
        (None, b) => (b.expect("one of them stays open"), None),
    };
    if let Some(goes) = goes {
        assert!(store.change_report(&merged(&goes, &stays)).await.unwrap(), "one after the other");
    }
    let gone = if stays.id == a.id { &b } else { &a };
    assert!(!store.change_report(&merged(&c, gone)).await.unwrap(), "nobody looks after that one");
    assert!(!store.change_report(&merged(&stays, gone)).await.unwrap());
    assert!(store.change_report(&merged(&c, &stays)).await.unwrap());
}

pub async fn reports_of_many_months(store: &dyn Store) {
    let at = |n: i64| BEGIN + Duration::days(29 * n);
    let reports = (0..14).map(|n| {
        let mut one = new(n, "aaa", &[]);
        (one.report.id, one.report.created_at, one.step.at) = (new_id(at(n), 1), at(n), at(n));
        one
    });
    let all: Vec<NewReport> = reports.collect();
    store.add_reports(&all).await.unwrap();
    let count = async |filter| store.find_reports(&filter, 100).await.unwrap().len();
    assert_eq!(count(ReportFilter::default()).await, 14);
    assert_eq!(count(ReportFilter { since: Some(at(3)), until: Some(at(6)), ..ReportFilter::default() }).await, 3);
    assert_eq!(store.steps(&all[13].report.id).await.unwrap().len(), 1);
    // What was made ready before, and what is there already.
    for n in [40, 0] {
        store.make_room_for(at(n)).await.unwrap();
    }
    let mut one = new(99, "aaa", &[]);
    (one.report.id, one.report.created_at, one.step.at) = (new_id(at(40), 1), at(40), at(40));
    assert_eq!(store.add_reports(&[one]).await.unwrap(), [Added::Kept]);
}

/// Page by page from the last one on, nothing is left out, and what lies elsewhere comes too.
pub async fn places_of_reports_come_from_the_last_on(store: &dyn Store) {
    assert_eq!(store.report_places(None, None, 10).await.unwrap(), []);
    let grids = ["aaa", "aab", "aba", "baa"];
    let reports = (0..14).map(|n| {
        let mut one = new(n, grids[n as usize % 4], &[]);
        let at = BEGIN + Duration::days(11 * n);
        (one.report.id, one.report.created_at, one.step.at) = (new_id(at, 1), at, at);
        one.report.assignment.given.lon += n as f64 / 7.0;
        one.report.assignment.given.source = (n % 3 == 0).then_some(PositionSource::Fuzzy);
        if n == 5 {
            one.report.assignment.grids.clear();
        }
        one
    });
    let mut all: Vec<NewReport> = reports.collect();
    store.add_reports(&all).await.unwrap();
    store.change_report(&accepted(&all[3].report)).await.unwrap();
    all.reverse();
    for grid in [None, Some("aaa"), Some("aa"), Some("b"), Some("c")] {
        let (mut found, mut before) = (Vec::new(), None::<String>);
        loop {
            let page = store.report_places(before.as_deref(), grid, 4).await.unwrap();
            before = page.last().map(|last| last.id.clone());
            found.extend(page);
            if before.is_none() {
                break;
            }
        }
        let expected: Vec<ReportPlace> = all
            .iter()
            .map(|NewReport { report, .. }| ReportPlace {
                id: report.id.clone(),
                given: report.assignment.given.clone(),
                status: if report.id == all[10].report.id { Status::Accepted } else { Status::Reported },
                in_grid: grid.is_none_or(|grid| report.assignment.codes_upwards().any(|code| code == grid)),
            })
            .collect();
        assert_eq!(found, expected, "{grid:?}");
    }
    assert_eq!(store.report_places(Some("\0"), None, 4).await.unwrap(), []);
}

pub async fn rules_are_kept_in_revisions(store: &dyn Store) {
    assert_eq!(store.rules().await.unwrap(), None);
    let rules = gridward::assign::rules::standard();
    let revision = store.revision().await.unwrap();
    assert_eq!(store.add_rules(&rules, 0).await.unwrap(), Some(1));
    assert!(store.revision().await.unwrap() > revision, "rules are served from memory");
    assert_eq!(store.add_rules(&rules, 0).await.unwrap(), None, "somebody was faster");
    let mut others = rules.clone();
    others.nearest_within_m = 12.5;
    assert_eq!(store.add_rules(&others, 1).await.unwrap(), Some(2));
    let kept = store.rules().await.unwrap().unwrap();
    assert_eq!((kept.revision, &kept.rules), (2, &others));
    assert_eq!(store.rules_by_revision(1).await.unwrap().unwrap().rules, rules);
    assert_eq!(store.rules_by_revision(3).await.unwrap(), None);
}

pub async fn one_bad_report_keeps_nothing_of_its_batch(store: &dyn Store) {
    let mut bad = new(2, "aaa", &[]);
    bad.report.id = "no id".into();
    bad.event.data = "no JSON".into();
    assert!(matches!(store.add_reports(&[new(1, "aaa", &[]), bad]).await, Err(StoreError::Refused(_))));
    assert_eq!(store.find_reports(&ReportFilter::default(), 10).await.unwrap(), []);
    assert_eq!((store.last_event().await.unwrap(), store.events(0, 10).await.unwrap()), (0, Vec::new()));
}

/// Reports of two months with histories, keys, rules and events, for a store that is copied.
pub async fn furnish(store: &dyn Store) {
    let rules = gridward::assign::rules::standard();
    store.add_rules(&rules, 0).await.unwrap();
    store.add_rules(&gridward::domain::rules::Rules { warn_hours: 9, ..rules }, 1).await.unwrap();
    let keys = [(SenderKeyKind::Idempotency, "k", 1), (SenderKeyKind::External, "e\u{4e00}", 2)];
    let mut later = new(7, "bab", &[]);
    let at = BEGIN + Duration::days(40);
    (later.report.id, later.report.created_at, later.step.at) = (new_id(at, 1), at, at);
    let all = [new(1, "aaa", &keys), new(2, "aab", &[]), later];
    store.add_reports(&all).await.unwrap();
    store.change_report(&accepted(&all[0].report)).await.unwrap();
}
