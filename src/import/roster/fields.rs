//! What stands in single fields: people, roles, phones, days.

use time::{Date, Month};

use super::{COLUMNS, DEPUTY, FROM, NAME, PHONE, ROLE, UNTIL, guard};
use crate::domain::roster::{Person, Role};

/// A longer text is no name of a person or group.
const MAX_FIELD_CHARS: usize = 200;
/// Words that stand for a name where a post is vacant.
const VACANT: [&str; 4] = ["空缺", "暂缺", "待定", "vacant"];

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Text(String),
    /// A cell that a spreadsheet keeps as a date.
    Day(Date),
    /// What it holds cannot be taken as it is: what to mend. Counts only in a column that is read.
    Unusable(String),
}

impl Field {
    pub fn is_empty(&self) -> bool {
        matches!(self, Field::Text(text) if text.trim().is_empty())
    }
}

/// What a row has wrong: the column by its place in [`COLUMNS`], where there is one to name, and what to mend.
pub(super) type RowError = (Option<usize>, String);

/// The text of a field, cleaned.
pub(super) fn text(column: usize, field: &Field) -> Result<&str, RowError> {
    let refused = |message: String| Err((Some(column), message));
    let text = match field {
        Field::Text(text) => guard::plain(text.trim()).trim(),
        Field::Day(_) => return refused("a date stands here; format the cell as text".to_owned()),
        Field::Unusable(message) => return refused(message.clone()),
    };
    if text.chars().count() > MAX_FIELD_CHARS {
        return refused(format!("the text is longer than {MAX_FIELD_CHARS} characters"));
    }
    if text.chars().any(char::is_control) {
        return refused("the text has a line break or another control character in it".to_owned());
    }
    Ok(text)
}

/// The person of a row; `None` when it names nobody.
pub(super) fn person(fields: &[Field; COLUMNS.len()]) -> Result<Option<Person>, RowError> {
    if [ROLE, NAME, PHONE, DEPUTY, FROM, UNTIL].iter().all(|&column| fields[column].is_empty()) {
        return Ok(None);
    }
    let [role, name, phone] = [text(ROLE, &fields[ROLE])?, text(NAME, &fields[NAME])?, text(PHONE, &fields[PHONE])?];
    if name.is_empty() {
        let message = "the name is missing; for a vacant post write 空缺 (vacant)";
        return Err((Some(NAME), message.to_owned()));
    }
    let Some(role) = Role::parse(role) else {
        let roles = Role::ALL.map(|role| format!("{} ({})", role.as_str(), role.zh())).join(", ");
        return Err((Some(ROLE), format!("`{role}` is no role; it is one of {roles}")));
    };
    if !(phone.is_empty() || is_phone(phone)) {
        // The number itself is not repeated: messages end up in logs.
        return Err((Some(PHONE), "a phone number has only digits, spaces and + - ( )".to_owned()));
    }
    let deputy = truth(text(DEPUTY, &fields[DEPUTY])?)
        .ok_or_else(|| (Some(DEPUTY), "whether somebody is a deputy is said by 是 or 否 (yes or no)".to_owned()))?;
    let (serves_from, serves_until) = (day(FROM, &fields[FROM])?, day(UNTIL, &fields[UNTIL])?);
    if let (Some(from), Some(until)) = (serves_from, serves_until)
        && until < from
    {
        return Err((Some(UNTIL), format!("service ends on {until}, before it begins on {from}")));
    }
    if VACANT.contains(&name) && phone.is_empty() {
        return Ok(None);
    }
    let phone = (!phone.is_empty()).then(|| phone.to_owned());
    Ok(Some(Person { deputy, serves_from, serves_until, ..Person::new(role, name, phone) }))
}

fn is_phone(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c)) && text.contains(|c: char| c.is_ascii_digit())
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "是" | "yes" | "true" => Some(true),
        "" | "否" | "no" | "false" => Some(false),
        _ => None,
    }
}

fn day(column: usize, field: &Field) -> Result<Option<Date>, RowError> {
    let day = match field {
        Field::Day(day) => *day,
        _ => {
            let text = text(column, field)?;
            if text.is_empty() {
                return Ok(None);
            }
            day_of(text).ok_or_else(|| {
                let shown: String = text.chars().take(20).collect();
                (Some(column), format!("`{shown}` is no date; write it as 2026-11-25, 2026/11/25 or 2026年11月25日"))
            })?
        }
    };
    match day.year() {
        1900..=2999 => Ok(Some(day)),
        year => Err((Some(column), format!("the year {year} is none in which anybody serves"))),
    }
}

/// `2026-11-25`, `2026/11/25`, `2026.11.25`, `2026年11月25日`, with or without leading zeros, and a midnight behind.
fn day_of(text: &str) -> Option<Date> {
    let text = ["T00:00:00", "00:00:00", "0:00:00", "0:00"]
        .iter()
        .find_map(|midnight| text.strip_suffix(midnight).filter(|day| day.ends_with(' ') || midnight.starts_with('T')))
        .unwrap_or(text)
        .trim_end();
    let parts: Vec<&str> = match text.strip_suffix('日') {
        Some(chinese) => chinese.split(['年', '月']).collect(),
        None => text.split(*['-', '/', '.'].iter().find(|&&mark| text.contains(mark))?).collect(),
    };
    let [year, month, day] = parts[..] else { return None };
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        let is_number = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u16>().ok()).flatten()
    };
    let month = Month::try_from(u8::try_from(number(month, 1..=2)?).ok()?).ok()?;
    Date::from_calendar_date(i32::from(number(year, 4..=4)?), month, u8::try_from(number(day, 1..=2)?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn reads_days_as_offices_write_them() {
        let day = Some(date!(2026 - 01 - 05));
        for text in [
            "2026-01-05",
            "2026/1/5",
            "2026.01.05",
            "2026年1月5日",
            "2026年01月05日",
            "2026-01-05 00:00:00",
            "2026-01-05T00:00:00",
            "2026/1/5 0:00",
        ] {
            assert_eq!(day_of(text), day, "{text}");
        }
        for text in [
            "05/01/2026",
            "2026-13-01",
            "2026-02-30",
            "26-1-5",
            "2026-1",
            "2026-1-5-1",
            "46027",
            "2026年1月",
            "2026-1-500:00:00",
            "日",
            "一",
        ] {
            assert_eq!(day_of(text), None, "{text}");
        }
    }
}
