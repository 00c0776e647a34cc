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
    Place,
    /// A month of one category.
    Category,
    /// A day of one category.
    Day,
}

impl Kind {
    pub(in crate::store) fn as_str(self) -> &'static str {
        match self {
            Kind::Place => "place",
            Kind::Category => "category",
            Kind::Day => "day",
        }
    }

    /// The kinds that tell this, the one with the longest spans first; none where each report has to be read.
    fn that_tell(by: CountBy, has_places: bool) -> &'static [Kind] {
        match by {
            CountBy::Tier(_) => &[Kind::Place],
            CountBy::All if has_places => &[Kind::Place],
            CountBy::Category | CountBy::Day if has_places => &[],
            CountBy::All | CountBy::Category => &[Kind::Category, Kind::Day],
            CountBy::Day => &[Kind::Day],
        }
    }

    fn span(self, day: Date) -> String {
        let (year, month) = (day.year() - 2000, u8::from(day.month()));
        match self {
            _ if year < 0 => String::new(),
            _ if year > 99 => END.into(),
            Kind::Place | Kind::Category => format!("{year:02}{month:02}"),
            Kind::Day => format!("{year:02}{month:02}{:02}", day.day()),
        }
    }

    /// The first day of the span that holds a day, and of the one after.
    fn bounds(self, day: Date) -> (Date, Date) {
        let next_day = |day: Date| day.next_day().unwrap_or(day);
        match self {
            Kind::Day => (day, next_day(day)),
            Kind::Place | Kind::Category => {
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
#[derive(Debug, Default, PartialEq)]
pub(in crate::store) struct Parts {
    /// From which span on and before which one the kept counts of a kind tell everything.
    pub kept: Vec<(Kind, String, String)>,
    /// When reports came in that are to be read.
    pub rest: Vec<Times>,
}

impl Parts {
    pub(in crate::store) fn of(filter: &ReportFilter, by: CountBy) -> Parts {
        let has_places = filter.grid.is_some() || filter.scope.is_some();
        let mut parts = Parts::default();
        parts.split((filter.since, filter.until), Kind::that_tell(by, has_places));
        parts
    }

    fn split(&mut self, (since, until): Times, kinds: &[Kind]) {
        let Some((&kind, others)) = kinds.split_first() else {
            self.rest.push((since, until));
            return;
        };
        // The first span that begins no earlier than `since`, and the one in which `until` lies.
        let first = since.map(|at| {
            let (begins, next) = kind.bounds(day(at));
            if midnight(begins) == at { begins } else { next }
        });
        let end = until.map(|at| kind.bounds(day(at)).0);
        if first.zip(end).is_some_and(|(first, end)| first >= end) {
            return self.split((since, until), others);
        }
        let from = first.map_or_else(String::new, |day| kind.span(day));
        self.kept.push((kind, from, end.map_or_else(|| END.into(), |day| kind.span(day))));
        let before = since.zip(first.map(midnight));
        let after = end.map(midnight).zip(until);
        for (from, to) in before.into_iter().chain(after).filter(|(from, to)| from < to) {
            self.split((Some(from), Some(to)), others);
        }
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
        let whole = |kind, from: &str, to: &str| (kind, from.to_owned(), to.to_owned());
        let year = (Some(datetime!(2025-01-01 0:00 +8)), Some(datetime!(2025-12-31 16:00 UTC)));
        let kept = |parts: Parts| {
            assert_eq!(parts.rest, []);
            parts.kept
        };
        assert_eq!(kept(parts(year.0, year.1, tier)), [whole(Kind::Place, "2501", "2601")]);
        assert_eq!(kept(parts(year.0, year.1, CountBy::All)), [whole(Kind::Category, "2501", "2601")]);
        assert_eq!(kept(parts(None, None, CountBy::Day)), [whole(Kind::Day, "", "~")]);
        // Months, then days, then what is left.
        let (since, until) = (datetime!(2025-01-30 18:30 +8), datetime!(2025-03-02 0:00:01 +8));
        let at = |text: OffsetDateTime| Some(text);
        let months = Parts {
            kept: vec![whole(Kind::Place, "2502", "2503")],
            rest: vec![
                (Some(since), at(datetime!(2025-02-01 0:00 +8))),
                (at(datetime!(2025-03-01 0:00 +8)), Some(until)),
            ],
        };
        assert_eq!(parts(Some(since), Some(until), tier), months);
        let days = Parts {
            kept: vec![
                whole(Kind::Category, "2502", "2503"),
                whole(Kind::Day, "250131", "250201"),
                whole(Kind::Day, "250301", "250302"),
            ],
            rest: vec![
                (Some(since), at(datetime!(2025-01-31 0:00 +8))),
                (at(datetime!(2025-03-02 0:00 +8)), Some(until)),
            ],
        };
        assert_eq!(parts(Some(since), Some(until), CountBy::Category), days);
        // No whole one between them, or nothing at all.
        for until in [datetime!(2025-02-27 0:00 +8), datetime!(2024-12-01 0:00 +8)] {
            let all = Parts { kept: Vec::new(), rest: vec![(Some(since), Some(until))] };
            assert_eq!(parts(Some(since), Some(until), tier), all);
        }
        let here = ReportFilter { grid: Some("1".into()), ..ReportFilter::default() };
        assert_eq!(Parts::of(&here, CountBy::Day), Parts { kept: Vec::new(), rest: vec![(None, None)] });
        assert_eq!(Parts::of(&here, CountBy::All).kept, [whole(Kind::Place, "", "~")]);
        let far = parts(Some(datetime!(1990-01-01 0:00 +8)), Some(datetime!(9999-12-31 23:59 +8)), CountBy::Day);
        assert_eq!(far.kept, [whole(Kind::Day, "", "~")]);
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
