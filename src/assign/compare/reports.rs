//! Known reports: how many would lie in another grid. Read page by page, the latest first, in memory that does not grow with them.

use std::time::{Duration, Instant};

use rustc_hash::{FxHashMap, FxHashSet};
use time::Date;

use super::Comparison;
use super::people::Answering;
use crate::assign::locate::place;
use crate::domain::grid::{GridId, Owners};
use crate::domain::report::day_of;
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::crs::QueryCrs;
use crate::planar::map::PlanarMap;
use crate::store::reports::ReportPlace;
use crate::store::{Store, StoreResult};

/// Reports that are read at a time: milliseconds of looking up.
const PAGE: u32 = 4_000;

/// So many reports, and of them those with which somebody still has something to do (在办).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportCount {
    pub all: u64,
    pub open: u64,
}

impl ReportCount {
    fn add(&mut self, other: ReportCount) {
        self.all += other.all;
        self.open += other.open;
    }
}

/// What would become of known reports, had they come in under the other edition. Where somebody was named by hand since, it is
/// the place that counts all the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportChanges {
    pub looked_at: ReportCount,
    /// The time was up: what came in before that day in China was not looked at, nor all of that day. `None`: all were.
    pub back_to: Option<Date>,
    /// Without a position to decide from ([`crate::domain::assignment::GivenPosition::doubt`]): no edition places them.
    pub without_position: ReportCount,
    /// Outside every grid of both editions.
    pub outside: ReportCount,
    /// Those that a grid of another code would own, in each tier.
    pub changed: PerTier<ReportCount>,
    /// Those whose smallest grid has another code.
    pub another_grid: ReportCount,
    /// Of them those whose grid is the same place under another code.
    pub recoded: ReportCount,
    /// Those for which another party group or leader would answer.
    pub handed_over: ReportCount,
    /// From which grid to which, those with the most open reports first.
    pub pairs: Vec<ReportPair>,
}

/// Reports that would go from one grid to another; `None` is outside every grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportPair {
    /// In the old edition.
    pub from: Option<GridId>,
    /// In the new one.
    pub to: Option<GridId>,
    pub reports: ReportCount,
    /// The same place under another code.
    pub recoded: bool,
}

/// Looks the reports of a store up in both editions: all, or those in a grid. It ends when the time is up, where there is a
/// bound, and says how far back it came.
pub async fn compare_reports(
    comparison: &Comparison,
    store: &dyn Store,
    grid: Option<&str>,
    within: Option<Duration>,
) -> StoreResult<ReportChanges> {
    let begun = Instant::now();
    let (mut tally, mut before) = (ReportTally::default(), None::<String>);
    let back_to = loop {
        let page = store.report_places(before.as_deref(), grid, PAGE).await?;
        let last = page.last().filter(|_| page.len() == PAGE as usize).map(|last| last.id.clone());
        tally = aside(comparison, tally, page).await;
        let Some(last) = last else { break None };
        if within.is_some_and(|within| begun.elapsed() >= within) {
            break day_of(&last);
        }
        before = Some(last);
    };
    let comparison = comparison.clone();
    let read = tokio::task::spawn_blocking(move || tally.changes(&comparison));
    let changes = read.await.expect("adding up does not panic, and whoever waits keeps the runtime");
    Ok(ReportChanges { back_to, ..changes })
}

/// Looks a page up where it holds up nobody else.
async fn aside(comparison: &Comparison, mut tally: ReportTally, page: Vec<ReportPlace>) -> ReportTally {
    let comparison = comparison.clone();
    let looked_up = tokio::task::spawn_blocking(move || {
        tally.add(&comparison, &page);
        tally
    });
    looked_up.await.expect("looking up does not panic, and whoever waits keeps the runtime")
}

/// Reports by their owners before and after: as many groups as grids overlap, however many reports there are.
#[derive(Clone, Debug, Default)]
pub struct ReportTally {
    looked_at: ReportCount,
    without_position: ReportCount,
    owned: FxHashMap<(Owners, Owners), ReportCount>,
}

impl ReportTally {
    /// Adds those that lie in the grid that was asked for.
    pub fn add(&mut self, comparison: &Comparison, reports: &[ReportPlace]) {
        for report in reports.iter().filter(|report| report.in_grid) {
            let one = ReportCount { all: 1, open: u64::from(report.status.is_open()) };
            self.looked_at.add(one);
            let given = &report.given;
            let crs = given.crs.parse::<QueryCrs>().unwrap_or(QueryCrs::Wgs84);
            let point = place(given.lon, given.lat, crs).ok().filter(|_| given.doubt().is_none());
            let Some(point) = point else {
                self.without_position.add(one);
                continue;
            };
            let owners = (comparison.old.edition.locate(point), comparison.new.edition.locate(point));
            self.owned.entry(owners).or_default().add(one);
        }
    }

    /// What all of them together come to.
    pub fn changes(&self, comparison: &Comparison) -> ReportChanges {
        let Comparison { old, new, difference } = comparison;
        let mut found = ReportChanges {
            looked_at: self.looked_at,
            without_position: self.without_position,
            ..ReportChanges::default()
        };
        let recoded: FxHashSet<(GridId, GridId)> = difference.fate.recoded.iter().copied().collect();
        let mut pairs: FxHashMap<(Option<GridId>, Option<GridId>), ReportCount> = FxHashMap::default();
        for ((before, after), &count) in &self.owned {
            let from = PerTier(before.0.map(|id| code(&old.edition.planar, id)));
            let to = PerTier(after.0.map(|id| code(&new.edition.planar, id)));
            if from == to {
                if from == PerTier::default() {
                    found.outside.add(count);
                }
                // Both sides have the same roster, so the same people answer.
                continue;
            }
            for tier in Tier::ALL.into_iter().filter(|&tier| from[tier] != to[tier]) {
                found.changed[tier].add(count);
            }
            if Answering::at(old, before) != Answering::at(new, after) {
                found.handed_over.add(count);
            }
            let [smallest_before, smallest_after] = [before, after].map(smallest);
            if code(&old.edition.planar, smallest_before) != code(&new.edition.planar, smallest_after) {
                pairs.entry((smallest_before, smallest_after)).or_default().add(count);
            }
        }
        for ((from, to), reports) in pairs {
            let recoded = from.zip(to).is_some_and(|pair| recoded.contains(&pair));
            found.another_grid.add(reports);
            if recoded {
                found.recoded.add(reports);
            }
            found.pairs.push(ReportPair { from, to, reports, recoded });
        }
        // Grids are numbered by tier and code.
        found.pairs.sort_by_key(|pair| {
            let ReportCount { all, open } = pair.reports;
            (std::cmp::Reverse((open, all)), pair.from.map(|id| id.0), pair.to.map(|id| id.0))
        });
        found
    }
}

fn smallest(owners: &Owners) -> Option<GridId> {
    owners.0.into_iter().flatten().next_back()
}

fn code(map: &PlanarMap, id: Option<GridId>) -> Option<&str> {
    id.map(|id| map.grid(id).code.as_str())
}
