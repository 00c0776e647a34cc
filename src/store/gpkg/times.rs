//! Times as the store keeps them: UTC text that sorts.

use time::Date;
use time::OffsetDateTime;
use time::UtcOffset;
use time::format_description::FormatItem;
use time::macros::format_description;

use crate::store::StoreError;

const FORMAT: &[FormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// `2026-11-23T20:40:00.000000Z`; anything below a microsecond is cut off.
pub(in crate::store) fn to_text(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).format(&FORMAT).expect("all parts of the format are there")
}

pub(super) fn from_text(text: &str) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
        .map_err(|_| StoreError::Damaged(format!("`{text}` is no time")))
}

const DAY: &[FormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// `2026-11-23`.
pub(super) fn day_to_text(day: Date) -> String {
    day.format(&DAY).expect("all parts of the format are there")
}

pub(super) fn day_from_text(text: &str) -> Result<Date, StoreError> {
    Date::parse(text, &DAY).map_err(|_| StoreError::Damaged(format!("`{text}` is no day")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn sorts_as_text_and_comes_back() {
        let times = [
            datetime!(2026-11-23 20:40 UTC),
            datetime!(2026-11-23 20:40:00.000001 UTC),
            datetime!(2026-11-24 04:41 +8),
            datetime!(2026-12-01 0:00 UTC),
        ];
        let texts = times.map(to_text);
        assert!(texts.is_sorted());
        assert_eq!(times.map(|at| at.to_offset(UtcOffset::UTC)), texts.map(|text| from_text(&text).unwrap()));
    }
}
