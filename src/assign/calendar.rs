//! Working days in China: Monday to Friday, but for what the State Council moves each year, and when a deadline ends.

use std::collections::BTreeMap;

use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, Weekday};

use crate::domain::roster::CHINA;

/// The days that are not as their weekday says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    is_working: BTreeMap<Date, bool>,
}

/// A line of a calendar that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: `{text}` is no day such as `2026-10-01,off` or `2026-10-10,working`")]
pub struct BadLine {
    pub line: usize,
    pub text: String,
}

/// No holiday is as long; beyond it the calendar is taken to be wrong rather than waited out.
const MAX_DAYS_OFF: u16 = 60;

/// The State Council names the holidays of a year in the autumn before it.
const WARN_BEFORE_END: Duration = Duration::days(60);

impl Calendar {
    /// The calendar that comes with the program (`data/working-days.csv`).
    pub fn standard() -> Calendar {
        Calendar::parse(include_str!("../../data/working-days.csv"))
            .expect("a test reads the calendar that comes with us")
    }

    /// Reads lines `day,is`: `off` for a weekday without work, `working` for a weekend with it.
    pub fn parse(text: &str) -> Result<Calendar, BadLine> {
        let mut is_working = BTreeMap::new();
        let text = text.trim_start_matches('\u{feff}');
        for (i, line) in text.lines().enumerate().filter(|(i, line)| *i > 0 && !line.trim().is_empty()) {
            let bad = || BadLine { line: i + 1, text: line.chars().take(60).collect() };
            let (day, is) = line.trim().split_once(',').ok_or_else(bad)?;
            let day = Date::parse(day.trim(), format_description!("[year]-[month]-[day]")).map_err(|_| bad())?;
            let working = match is.trim() {
                "working" => true,
                "off" => false,
                _ => return Err(bad()),
            };
            is_working.insert(day, working);
        }
        Ok(Calendar { is_working })
    }

    pub fn is_working_day(&self, day: Date) -> bool {
        let by_weekday = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.is_working.get(&day).copied().unwrap_or(by_weekday)
    }

    /// The last year whose holidays are known; later ones are taken to have none.
    pub fn known_until(&self) -> Option<i32> {
        self.is_working.keys().next_back().map(|day| day.year())
    }

    /// The known year, if it ends so soon after that moment, or has ended, that the next one's holidays are wanted.
    pub fn wants_another_year(&self, at: OffsetDateTime) -> Option<i32> {
        let known = self.known_until().unwrap_or(0);
        let soon = at.to_offset(CHINA).date().checked_add(WARN_BEFORE_END).unwrap_or(Date::MAX);
        (soon.year() > known).then_some(known)
    }

    /// When what begins at `from` and has so many working days has to be done: at the end, in China, of the last of them.
    /// The day on which it begins does not count; without any days it is due at the end of that day, working or not.
    pub fn due_at(&self, from: OffsetDateTime, working_days: u16) -> OffsetDateTime {
        let mut day = from.to_offset(CHINA).date();
        let mut left = working_days;
        let mut off = 0;
        while left > 0 && off < MAX_DAYS_OFF {
            let Some(next) = day.next_day() else { break };
            day = next;
            if self.is_working_day(day) {
                (left, off) = (left - 1, 0);
            } else {
                off += 1;
            }
        }
        let end = day.next_day().unwrap_or(day);
        end.midnight().assume_offset(CHINA).to_offset(time::UtcOffset::UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn the_state_council_moves_days() {
        let calendar = Calendar::standard();
        let days = [
            (date!(2026 - 01 - 01), false),
            (date!(2026 - 01 - 04), true),
            (date!(2026 - 02 - 16), false),
            (date!(2026 - 02 - 28), true),
            (date!(2026 - 10 - 07), false),
            (date!(2026 - 10 - 08), true),
            (date!(2026 - 10 - 10), true),
            (date!(2026 - 11 - 25), true),
            (date!(2026 - 11 - 28), false),
        ];
        for (day, works) in days {
            assert_eq!(calendar.is_working_day(day), works, "{day}");
        }
        assert_eq!(calendar.known_until(), Some(2026));
    }

    #[test]
    fn deadlines_end_with_a_working_day_in_china() {
        let calendar = Calendar::standard();
        let due = |from, days| calendar.due_at(from, days).to_offset(CHINA);
        assert_eq!(due(datetime!(2026-11-25 10:00 +8), 1), datetime!(2026-11-27 0:00 +8));
        assert_eq!(due(datetime!(2026-11-27 10:00 +8), 1), datetime!(2026-12-01 0:00 +8), "over a weekend");
        assert_eq!(due(datetime!(2026-11-25 23:30 UTC), 0), datetime!(2026-11-27 0:00 +8), "the day in China");
        assert_eq!(due(datetime!(2026-09-30 10:00 +8), 1), datetime!(2026-10-09 0:00 +8), "over the national holidays");
        assert_eq!(due(datetime!(2026-10-09 10:00 +8), 1), datetime!(2026-10-11 0:00 +8), "a Saturday with work");
        assert_eq!(due(datetime!(2026-10-01 10:00 +8), 0), datetime!(2026-10-02 0:00 +8));
    }

    #[test]
    fn another_year_is_wanted_in_time() {
        let calendar = Calendar::standard();
        assert_eq!(calendar.wants_another_year(datetime!(2026-11-01 23:59 +8)), None);
        assert_eq!(calendar.wants_another_year(datetime!(2026-11-02 00:00 +8)), Some(2026), "60 days before 2027");
        assert_eq!(calendar.wants_another_year(datetime!(2030-01-01 00:00 +8)), Some(2026));
        assert_eq!(Calendar::parse("").unwrap().wants_another_year(datetime!(2026-01-01 00:00 +8)), Some(0));
    }

    #[test]
    fn bad_lines_are_named() {
        assert_eq!(Calendar::parse("day,is\n2026-10-01,off\n2026-13-01,off\n").unwrap_err().line, 3);
        assert!(Calendar::parse("day,is\n2026-10-01,maybe").is_err());
        assert!(Calendar::parse("").unwrap().is_working_day(date!(2026 - 10 - 01)));
    }
}
