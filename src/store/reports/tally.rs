//! Counting many reports: which part of a time whole months or days cover, whose counts are kept, and which part is counted
//! report by report; and both put together.

use std::collections::BTreeMap;

use time::{Date, OffsetDateTime, Time};

use super::{Count, CountBy, ReportFilter};
use crate::domain::level::Level;
use crate::domain::report::Status;
use crate::domain::roster::CHINA;

/// Comes after every span, as `~` comes after every digit.
const END: &str = "~";

/// What a row of kept counts is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    /// A month at the same places.
    Month,
    /// A day of one category.
    Day,
}

impl Kind {
    pub(in crate::store) fn as_str(self) -> &'static str {
        match self {
            Kind::Month => "month",
            Kind::Day => "day",
        }
    }

    /// The kind that tells this; `None` where each report has to be read.
    fn that_tells(by: CountBy, has_places: bool) -> Option<Kind> {
        match by {
            CountBy::Tier(_) => Some(Kind::Month),
            CountBy::All if has_places => Some(Kind::Month),
            CountBy::Category | CountBy::Day if has_places => None,
            CountBy::All | CountBy::Category | CountBy::Day => Some(Kind::Day),
        }
    }

    fn span(self, day: Date) -> String {
        let (year, month) = (day.year() - 2000, u8::from(day.month()));
        match self {
            _ if year < 0 => String::new(),
            _ if year > 99 => END.into(),
            Kind::Month => format!("{year:02}{month:02}"),
            Kind::Day => format!("{year:02}{month:02}{:02}", day.day()),
        }
    }

    /// The first day of the span that holds a day, and of the one after.
    fn bounds(self, day: Date) -> (Date, Date) {
        let next_day = |day: Date| day.next_day().unwrap_or(day);
        match self {
            Kind::Day => (day, next_day(day)),
            Kind::Month => {
                let at = |day: u8, of: Date| of.replace_day(day).unwrap_or(of);
                let last = at(time::util::days_in_month(day.month(), day.year()), day);
                (at(1, day), next_day(last))
            }
        }
    }

    /// From which span on and before which one there may be reports of a time.
    pub(in crate::store) fn touched(self, filter: &ReportFilter) -> (String, String) {
        let from = filter.since.map_or_else(String::new, |at| self.span(day(at)));
        let to = filter.until.map_or_else(|| END.into(), |at| format!("{}{END}", self.span(day(at))));
        (from, to)
    }
}

/// From the one moment on, before the other; without an end where there is none.
pub(in crate::store) type Times = (Option<OffsetDateTime>, Option<OffsetDateTime>);

/// The parts of a time.
#[derive(Debug, PartialEq)]
pub(in crate::store) struct Parts {
    /// From which span on and before which one the kept counts tell everything.
    pub kept: Option<(Kind, String, String)>,
    pub rest: Vec<Times>,
}

impl Parts {
    pub(in crate::store) fn of(filter: &ReportFilter, by: CountBy) -> Parts {
        let has_places = filter.grid.is_some() || filter.scope.is_some();
        let (since, until) = (filter.since, filter.until);
        let all_by_itself = || Parts { kept: None, rest: vec![(since, until)] };
        let Some(kind) = Kind::that_tells(by, has_places) else { return all_by_itself() };
        // The first span that begins no earlier than `since`, and the one that begins no later than `until` ends.
        let first = since.map(|at| {
            let (begins, next) = kind.bounds(day(at));
            if midnight(begins) == at { begins } else { next }
        });
        let end = until.map(|at| kind.bounds(day(at)).0);
        if let (Some(first), Some(end)) = (first, end)
            && first >= end
        {
            return all_by_itself();
        }
        let before = since.zip(first.map(midnight)).filter(|(since, first)| since < first);
        let after = end.map(midnight).zip(until).filter(|(end, until)| end < until);
        let kept = (
            kind,
            first.map_or_else(String::new, |day| kind.span(day)),
            end.map_or_else(|| END.into(), |day| kind.span(day)),
        );
        let rest = before.into_iter().chain(after).map(|(from, to)| (Some(from), Some(to))).collect();
        Parts { kept: Some(kept), rest }
    }
}

fn day(at: OffsetDateTime) -> Date {
    at.checked_to_offset(CHINA).unwrap_or(at).date()
}

fn midnight(day: Date) -> OffsetDateTime {
    day.with_time(Time::MIDNIGHT).assume_offset(CHINA)
}

/// So many reports that are alike in this.
#[derive(Debug)]
pub(in crate::store) struct Tally {
    pub about: Option<String>,
    /// Nothing where only the time to settle is told.
    pub status: Option<Status>,
    pub settled_level: Option<Level>,
    pub late: bool,
    /// What the span begins with that the time to settle lies in.
    pub from_seconds: Option<i64>,
    pub reports: u64,
}

type About = Option<String>;

#[derive(Debug)]
struct Alike {
    status: Status,
    settled_level: Option<Level>,
    reports: u64,
    late: u64,
}

/// Tallies put together.
#[derive(Debug, Default)]
pub(in crate::store) struct Tallies {
    /// By what they are about, status and level, of which the words sort.
    counts: BTreeMap<(About, &'static str, Option<&'static str>), Alike>,
    settling: BTreeMap<About, BTreeMap<i64, u64>>,
}

impl Tallies {
    pub(in crate::store) fn add(&mut self, tally: Tally) {
        if let Some(from_seconds) = tally.from_seconds {
            *self.settling.entry(tally.about.clone()).or_default().entry(from_seconds).or_default() += tally.reports;
        }
        if let Some(status) = tally.status {
            let settled_level = tally.settled_level;
            let key = (tally.about, status.as_str(), settled_level.map(Level::as_str));
            let alike = self.counts.entry(key).or_insert(Alike { status, settled_level, reports: 0, late: 0 });
            alike.reports += tally.reports;
            alike.late += if tally.late { tally.reports } else { 0 };
        }
    }

    /// What they come to; medians lie in the right one of the spans, which begin with `bins`, and are weighed within it.
    pub(in crate::store) fn counts(self, bins: &[i64]) -> Vec<Count> {
        let counts = self.counts.into_iter().map(|((about, ..), alike)| {
            let Alike { status, settled_level, reports, late } = alike;
            Count::Reports { about, status, settled_level, reports, late }
        });
        let medians = self
            .settling
            .into_iter()
            .filter_map(|(about, settling)| median(&settling, bins).map(|seconds| Count::Median { about, seconds }));
        counts.chain(medians).collect()
    }
}

fn median(settling: &BTreeMap<i64, u64>, bins: &[i64]) -> Option<f64> {
    let half = settling.values().sum::<u64>() as f64 / 2.0;
    let mut before = 0.0;
    for (&from, &reports) in settling {
        let reports = reports as f64;
        if reports > 0.0 && before + reports >= half {
            let next = bins.iter().copied().find(|&bin| bin > from).unwrap_or(2 * from);
            return Some(from as f64 + (next - from) as f64 * (half - before) / reports);
        }
        before += reports;
    }
    None
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::domain::tier::Tier;

    fn parts(since: Option<OffsetDateTime>, until: Option<OffsetDateTime>, by: CountBy) -> Parts {
        Parts::of(&ReportFilter { since, until, ..ReportFilter::default() }, by)
    }

    #[test]
    fn whole_months_and_days_are_told_by_the_kept_counts() {
        let tier = CountBy::Tier(Tier::One);
        let whole = |kind, from: &str, to: &str| Some((kind, from.to_owned(), to.to_owned()));
        let year = (Some(datetime!(2025-01-01 0:00 +8)), Some(datetime!(2025-12-31 16:00 UTC)));
        assert_eq!(parts(year.0, year.1, tier), Parts { kept: whole(Kind::Month, "2501", "2601"), rest: Vec::new() });
        assert_eq!(parts(None, None, CountBy::Day), Parts { kept: whole(Kind::Day, "", "~"), rest: Vec::new() });
        let (since, until) = (datetime!(2025-01-31 18:30 +8), datetime!(2025-03-01 0:00:01 +8));
        let ends = |first, end| vec![(Some(since), Some(first)), (Some(end), Some(until))];
        let months = ends(datetime!(2025-02-01 0:00 +8), datetime!(2025-03-01 0:00 +8));
        assert_eq!(
            parts(Some(since), Some(until), tier),
            Parts { kept: whole(Kind::Month, "2502", "2503"), rest: months }
        );
        let days = ends(datetime!(2025-02-01 0:00 +8), datetime!(2025-03-01 0:00 +8));
        assert_eq!(
            parts(Some(since), Some(until), CountBy::All),
            Parts { kept: whole(Kind::Day, "250201", "250301"), rest: days }
        );
        // No whole one between them, or nothing at all.
        for until in [datetime!(2025-02-27 0:00 +8), datetime!(2024-12-01 0:00 +8)] {
            let all = Parts { kept: None, rest: vec![(Some(since), Some(until))] };
            assert_eq!(parts(Some(since), Some(until), tier), all);
        }
        let here = ReportFilter { grid: Some("1".into()), ..ReportFilter::default() };
        assert_eq!(Parts::of(&here, CountBy::Day), Parts { kept: None, rest: vec![(None, None)] });
        assert_eq!(Parts::of(&here, CountBy::All).kept, whole(Kind::Month, "", "~"));
        let far = parts(Some(datetime!(1990-01-01 0:00 +8)), Some(datetime!(9999-12-31 23:59 +8)), CountBy::Day);
        assert_eq!(far.kept, whole(Kind::Day, "", "~"));
    }

    #[test]
    fn the_median_lies_in_its_span() {
        let bins = [0, 60, 120, 240];
        assert_eq!(median(&BTreeMap::new(), &bins), None);
        assert_eq!(median(&BTreeMap::from([(60, 4)]), &bins), Some(90.0));
        assert_eq!(median(&BTreeMap::from([(0, 1), (60, 0), (120, 3)]), &bins), Some(160.0));
        assert_eq!(median(&BTreeMap::from([(240, 1)]), &bins), Some(360.0));
    }
}
