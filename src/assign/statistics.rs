//! How reports stand: counts by status and by the level that settled them, the completion rate, and the time it took.

use std::collections::BTreeMap;

use crate::domain::level::Level;
use crate::domain::report::Status;
use crate::store::reports::Count;

/// The reports of one group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    pub reports: u64,
    /// In the order of [`Status::ALL`].
    pub by_status: [u64; 6],
    /// Settled ones by the level that settled them, in the order of [`Level::ALL`].
    pub settled_by: [u64; 4],
    /// Late at the level that holds them.
    pub late: u64,
    /// From coming in to being settled.
    pub median_seconds: Option<f64>,
}

impl Group {
    pub fn of_status(&self, status: Status) -> u64 {
        self.by_status[status as usize]
    }

    pub fn settled(&self) -> u64 {
        self.of_status(Status::Resolved) + self.of_status(Status::Closed)
    }

    /// Settled ones of those that are to be settled, which rejected and merged ones are not; `None` of nothing.
    pub fn completion_rate(&self) -> Option<f64> {
        let to_settle = self.reports - self.of_status(Status::Rejected) - self.of_status(Status::Merged);
        (to_settle > 0).then(|| self.settled() as f64 / to_settle as f64)
    }
}

/// The groups by what they are about, in its order.
pub fn groups(counts: &[Count]) -> BTreeMap<Option<String>, Group> {
    let mut groups: BTreeMap<Option<String>, Group> = BTreeMap::new();
    for count in counts {
        match count {
            Count::Reports { about, status, settled_level, reports, late } => {
                let group = groups.entry(about.clone()).or_default();
                group.reports += reports;
                group.late += late;
                group.by_status[*status as usize] += reports;
                if let Some(level) = settled_level.filter(|_| status.is_settled()) {
                    group.settled_by[level.rank()] += reports;
                }
            }
            Count::Median { about, seconds } => {
                groups.entry(about.clone()).or_default().median_seconds = Some(*seconds);
            }
        }
    }
    groups
}

/// The word of a level in [`Group::settled_by`].
pub fn settled_levels() -> [&'static str; 4] {
    Level::ALL.map(Level::as_str)
}
