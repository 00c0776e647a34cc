//! Moments as people and programs write them.

use std::ops::RangeInclusive;

use time::format_description::FormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, Time, UtcOffset};

use super::roster::CHINA;

/// Of a moment in UTC. What is reckoned from it, such as its day in China or a span around it, then has a year of four digits, as
/// stores and RFC 3339 write it.
const YEARS: RangeInclusive<i32> = 1..=9998;

/// A moment in RFC 3339; `None` where it is none, or beyond the years that can be reckoned with.
pub fn moment(text: &str) -> Option<OffsetDateTime> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    within_years(at.checked_to_offset(UtcOffset::UTC)?)
}

/// The moment, unless it is beyond the years that can be reckoned with.
pub fn within_years(at: OffsetDateTime) -> Option<OffsetDateTime> {
    let year = at.checked_to_offset(UtcOffset::UTC)?.year();
    YEARS.contains(&year).then_some(at)
}

const DAY: &[FormatItem<'_>] = format_description!("[year]-[month]-[day]");
const MINUTE: &[FormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]");

/// As people in China read it: `2026-11-27 18:00`.
pub fn minute_in_china(at: OffsetDateTime) -> String {
    at.to_offset(CHINA).format(MINUTE).expect("all parts of the format are there")
}

/// A moment by which something is to be done: the end of a day is told as that day's, `2026-11-27 24:00`, for `2026-11-28 00:00`
/// is read as a day more.
pub fn deadline_in_china(at: OffsetDateTime) -> String {
    let there = at.to_offset(CHINA);
    if there.time() != Time::MIDNIGHT {
        return minute_in_china(at);
    }
    let day = (there - Duration::DAY).date();
    format!("{} 24:00", day.format(DAY).expect("all parts of the format are there"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_end_of_a_day_is_told_as_that_days() {
        assert_eq!(deadline_in_china(datetime!(2026-11-27 16:00 UTC)), "2026-11-27 24:00");
        assert_eq!(deadline_in_china(datetime!(2026-02-28 16:00 UTC)), "2026-02-28 24:00");
        assert_eq!(deadline_in_china(datetime!(2026-11-27 10:00 UTC)), "2026-11-27 18:00");
    }

    #[test]
    fn the_ends_of_the_calendar_are_no_moments() {
        assert_eq!(moment("2026-11-26T08:00:00+08:00"), Some(datetime!(2026-11-26 0:00 UTC)));
        assert_eq!(moment("0001-01-01T00:00:00Z"), Some(datetime!(0001-01-01 0:00 UTC)));
        assert_eq!(moment("9998-12-31T23:59:59Z"), Some(datetime!(9998-12-31 23:59:59 UTC)));
        for beyond in [
            "0000-01-01T00:00:00+08:00",
            "0000-06-01T00:00:00Z",
            "0001-01-01T00:00:00+08:00",
            "9999-01-01T00:00:00Z",
            "9999-12-31T23:00:00Z",
            "9999-12-31T23:59:59-23:59",
            "2026-11-26",
            "",
        ] {
            assert_eq!(moment(beyond), None, "{beyond}");
        }
    }
}
