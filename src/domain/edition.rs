//! An edition (版本): a whole, immutable set of grids, and the moments from which editions are in force.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::problem::ProblemCode;
use super::tier::PerTier;

/// An edition's number in its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EditionId(pub i64);

/// Characters of an edition's name.
pub const MAX_NAME_CHARS: usize = 100;

/// The name that an edition is to get, as it was written but for blanks around it: one that can stand in a path and in a list.
pub fn edition_name(text: &str) -> Result<String, String> {
    // Not to be seen, so that two names would look the same, or turning the text after them round.
    let unseen =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let unfit = |c: char| c.is_control() || unseen(c) || c == '/' || c == '\\';
    let name = text.trim();
    if name.chars().count() > MAX_NAME_CHARS || name.contains(unfit) || name.trim_matches('.').is_empty() {
        return Err(format!(
            "a name has 1 to {MAX_NAME_CHARS} characters, no slashes and none that cannot be seen, and is not made of dots alone; \
             write one such as 2026-01"
        ));
    }
    Ok(name.to_owned())
}

/// A draft holds what was imported, with its problems; a published edition is an exact partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditionState {
    Draft,
    Published,
}

/// What is known of an edition without loading it.
#[derive(Clone, Debug, PartialEq)]
pub struct EditionInfo {
    pub id: EditionId,
    /// Unique in the store; what people and URLs call it, such as `2026-01`.
    pub name: String,
    pub state: EditionState,
    /// The files it came from, for people.
    pub source: String,
    pub created_at: OffsetDateTime,
    /// Errors that were accepted by name when it was published.
    pub accepted: Vec<ProblemCode>,
    /// Number of grids in each tier.
    pub counts: PerTier<u32>,
    /// The coordinate range of its grids `[west, south, east, north]` in degrees; `None` when it has no shape.
    pub bounds: Option<[f64; 4]>,
}

/// A grid that is called otherwise since an edition, or was merged or split in it: the old code leads to the new one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeChange {
    pub old: String,
    pub new: String,
    /// Part of the old grid's area that the new one holds, 0 to 1; the largest is where the old code leads.
    pub share: f64,
}

/// From `in_force_from` on, until a later publication, `edition` is in force; or a withdrawal, which takes back what was
/// recorded before of the same edition from the same moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    pub edition: EditionId,
    pub in_force_from: OffsetDateTime,
    pub recorded_at: OffsetDateTime,
    pub withdraws: bool,
}

/// Publications that were not taken back, in the order they were recorded, as `publications` are.
pub fn standing(publications: &[Publication]) -> Vec<&Publication> {
    let mut standing: Vec<&Publication> = Vec::with_capacity(publications.len());
    for next in publications {
        if next.withdraws {
            standing.retain(|one| (one.edition, one.in_force_from) != (next.edition, next.in_force_from));
        } else {
            standing.push(next);
        }
    }
    standing
}

/// The edition in force at a time: that of the standing publication with the greatest `in_force_from` not after it, the last
/// recorded where several are equal. `publications` are in the order they were recorded.
pub fn in_force(publications: &[Publication], at: OffsetDateTime) -> Option<EditionId> {
    let begun = standing(publications).into_iter().filter(|publication| publication.in_force_from <= at);
    begun.max_by_key(|publication| publication.in_force_from).map(|publication| publication.edition)
}

/// The moments at which another edition came or will come into force, in order, each with that edition. Publications that change
/// nothing are none of them.
fn turns(publications: &[Publication]) -> Vec<(OffsetDateTime, EditionId)> {
    // Of those from one moment the last recorded is kept, as a map does.
    let by_moment: BTreeMap<OffsetDateTime, EditionId> = standing(publications)
        .into_iter()
        .map(|publication| (publication.in_force_from, publication.edition))
        .collect();
    let mut turns: Vec<_> = by_moment.into_iter().collect();
    turns.dedup_by_key(|&mut (_, edition)| edition);
    turns
}

/// The turns to come after `now`.
pub fn to_come(publications: &[Publication], now: OffsetDateTime) -> Vec<(OffsetDateTime, EditionId)> {
    turns(publications).into_iter().filter(|&(from, _)| from > now).collect()
}

/// The editions in force one after the other up to a time, the same one never twice in a row.
pub fn history(publications: &[Publication], until: OffsetDateTime) -> Vec<EditionId> {
    turns(publications).into_iter().filter(|&(from, _)| from <= until).map(|(_, edition)| edition).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn names_of_editions() {
        for name in ["2026-01", "网格 2026", "a.b", "demo%2F", "..a", "-1", &"网".repeat(100)] {
            assert_eq!(edition_name(name).as_deref(), Ok(name));
        }
        assert_eq!(edition_name(" 2026 \n").as_deref(), Ok("2026"));
        for name in [
            "",
            " ",
            ".",
            " .. ",
            "a/b",
            "../../x",
            "a\\b",
            "a\nb",
            "a\u{7f}b",
            "a\u{202e}b",
            "a\u{200b}",
            &"x".repeat(101),
        ] {
            assert!(edition_name(name).is_err_and(|why| why.contains("such as 2026-01")), "{name}");
        }
    }

    #[test]
    fn the_latest_beginning_counts_and_of_equals_the_last_recorded() {
        let publication = |edition, day| Publication {
            edition: EditionId(edition),
            in_force_from: datetime!(2026-01-01 0:00 UTC) + time::Duration::days(day),
            recorded_at: datetime!(2026-01-01 0:00 UTC),
            withdraws: false,
        };
        let all = [publication(1, 0), publication(2, 30), publication(3, 10), publication(4, 10)];
        let at = |day| in_force(&all, datetime!(2026-01-01 0:00 UTC) + time::Duration::days(day)).map(|id| id.0);
        assert_eq!([at(-1), at(0), at(9), at(10), at(29), at(30)], [None, Some(1), Some(1), Some(4), Some(4), Some(2)]);
        let again = [all.as_slice(), &[publication(2, 40)]].concat();
        assert_eq!(history(&again, datetime!(2026-06-01 0:00 UTC)), [1, 4, 2].map(EditionId));
        assert_eq!(history(&again, datetime!(2026-01-01 0:00 UTC)), [EditionId(1)]);
    }

    #[test]
    fn what_was_taken_back_neither_comes_nor_was() {
        let day = |day| datetime!(2026-01-01 0:00 UTC) + time::Duration::days(day);
        let row = |edition, from, withdraws| Publication {
            edition: EditionId(edition),
            in_force_from: day(from),
            recorded_at: day(0),
            withdraws,
        };
        let publication = |edition, from| row(edition, from, false);
        let scheduled = [publication(1, 0), publication(2, 10), publication(3, 20)];
        assert_eq!(to_come(&scheduled, day(5)), [(day(10), EditionId(2)), (day(20), EditionId(3))]);
        let taken_back = [scheduled.as_slice(), &[row(2, 10, true)]].concat();
        assert_eq!(to_come(&taken_back, day(5)), [(day(20), EditionId(3))]);
        // A rollback on the 30th leads to 1, for 2 was never in force.
        assert_eq!(history(&taken_back, day(30)), [1, 3].map(EditionId));
        // What is published later and before that moment stays: nothing is left there that would bring another edition.
        let later = [taken_back.as_slice(), &[publication(4, 5)]].concat();
        assert_eq!([7, 15, 25].map(|at| in_force(&later, day(at)).unwrap().0), [4, 4, 3]);
        // It is as if it had never been scheduled: what it had replaced comes, and it can be scheduled again.
        let replaced = [publication(1, 0), publication(2, 10), publication(3, 10), row(3, 10, true)];
        assert_eq!(to_come(&replaced, day(5)), [(day(10), EditionId(2))]);
        let again = [replaced.as_slice(), &[publication(3, 10)]].concat();
        assert_eq!(to_come(&again, day(5)), [(day(10), EditionId(3))]);
    }
}
