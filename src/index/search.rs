//! Finding grids by words: code, name, party group and leader; in Chinese, in pinyin and by pinyin's initials.

use std::collections::BTreeSet;

use pinyin::{Pinyin, ToPinyinMulti};

use super::roster::Roster;
use crate::domain::grid::GridId;
use crate::planar::map::PlanarMap;

/// How well a grid answers to a query, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// The query is the grid's code.
    Code,
    /// It is a whole name, in characters, pinyin or initials.
    Whole,
    /// It is the beginning of one.
    Beginning,
    /// It is somewhere within one.
    Within,
}

/// A grid that a query found. Ordered as answers are: the better match first, then by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    pub matched: Match,
    pub grid: GridId,
}

/// The words of all grids of an edition with a roster.
#[derive(Debug)]
pub struct SearchIndex {
    /// By [`GridId`]: every word between two [`BREAK`]s, the code first.
    words: Vec<Box<str>>,
}

/// Between words; [`plain`] leaves none in a query.
const BREAK: char = '\n';

/// Longer queries are cut: no name is longer.
const MAX_QUERY_CHARS: usize = 100;

/// A name with many characters of several readings has its first ones only.
const MAX_READINGS: usize = 8;

impl SearchIndex {
    pub fn new(map: &PlanarMap, roster: &Roster) -> SearchIndex {
        let words = map
            .grids()
            .iter()
            .map(|grid| {
                let entry = roster.of(&grid.code);
                let party_group = entry.and_then(|entry| entry.party_group.as_deref());
                let leader = entry.and_then(|entry| entry.leader()).map(|person| person.name.as_str());
                let mut words = format!("{BREAK}{}{BREAK}", plain(&grid.code));
                for word in [Some(grid.name.as_str()), party_group, leader].into_iter().flatten().flat_map(spellings) {
                    words.push_str(&word);
                    words.push(BREAK);
                }
                words.into_boxed_str()
            })
            .collect();
        SearchIndex { words }
    }

    /// The best hits among the grids that `wanted` lets pass, in their order: at most `limit`, and only those behind
    /// `after`, which is the last hit of the page before.
    pub fn search(&self, query: &str, after: Option<Hit>, limit: usize, wanted: impl Fn(GridId) -> bool) -> Vec<Hit> {
        let query: String = plain(query).chars().take(MAX_QUERY_CHARS).collect();
        if query.is_empty() {
            return Vec::new();
        }
        let mut best = BTreeSet::new();
        for (id, words) in (0u32..).zip(&self.words) {
            let Some(matched) = match_in(words, &query) else { continue };
            let hit = Hit { matched, grid: GridId(id) };
            if after.is_some_and(|after| hit <= after) || !wanted(hit.grid) {
                continue;
            }
            best.insert(hit);
            if best.len() > limit {
                best.pop_last();
            }
        }
        best.into_iter().collect()
    }
}

fn match_in(words: &str, query: &str) -> Option<Match> {
    words
        .match_indices(query)
        .map(|(at, _)| {
            let from_start = words[..at].ends_with(BREAK);
            let to_end = words[at + query.len()..].starts_with(BREAK);
            match (from_start, to_end) {
                (true, true) if at == BREAK.len_utf8() => Match::Code,
                (true, true) => Match::Whole,
                (true, false) => Match::Beginning,
                (false, _) => Match::Within,
            }
        })
        .min()
}

/// Without white space, in lower case, full-width Latin letters and digits made half-width, ü as the v that input
/// methods take for it.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).expect("a full-width form has a half-width one"),
            c => c,
        })
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ü' { 'v' } else { c })
        .collect()
}

/// The text itself, its pinyin and its initials, with all readings of characters that have several.
fn spellings(text: &str) -> Vec<String> {
    let text = plain(text);
    let mut readings = vec![(String::new(), String::new())];
    for c in text.chars() {
        let mut syllables: Vec<String> = match c.to_pinyin_multi() {
            Some(known) => known.into_iter().map(Pinyin::plain).map(plain).collect(),
            None => vec![c.to_string()],
        };
        syllables.dedup();
        // The first reading is the common one: with it all variants so far go on, with the others as many as fit.
        let mut longer = Vec::new();
        for syllable in &syllables {
            for (full, initials) in &readings {
                if longer.len() < MAX_READINGS {
                    let initial = syllable.chars().take(1);
                    longer.push((format!("{full}{syllable}"), initials.chars().chain(initial).collect()));
                }
            }
        }
        readings = longer;
    }
    let mut all: Vec<String> = readings.into_iter().flat_map(|(full, initials)| [full, initials]).collect();
    all.push(text);
    all.retain(|word| !word.is_empty());
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::grid::Grid;
    use crate::domain::roster::{Person, Role, RosterEntry};
    use crate::domain::tier::Tier;
    use crate::geometry::feature::GridFeature;

    fn index() -> SearchIndex {
        let grid = |tier, code: &str, name: &str| GridFeature {
            grid: Grid { code: code.into(), name: name.into(), tier, parent: None },
            shape: Vec::new(),
        };
        let map = PlanarMap::from_partition(vec![
            grid(Tier::One, "340881106202", "乔庄村"),
            grid(Tier::One, "340881106207", "高山村"),
            grid(Tier::Three, "340881106202001003", "第３ 网格"),
            grid(Tier::Three, "340881106207001001", "乐园"),
        ])
        .unwrap();
        let entry = |grid: &str, party_group: &str, leader: &str| RosterEntry {
            grid: grid.into(),
            party_group: Some(party_group.into()),
            people: vec![Person::new(Role::Leader, leader, Some("13800000000".into()))],
        };
        let entries = vec![
            entry("340881106202001003", "乔庄第三党小组", "吕山"),
            entry("340881106207001001", "高山第一党小组", "Smith John"),
        ];
        let roster = Roster::at(entries, time::OffsetDateTime::UNIX_EPOCH);
        SearchIndex::new(&map, &roster)
    }

    fn codes(query: &str) -> Vec<u32> {
        index().search(query, None, 10, |_| true).into_iter().map(|hit| hit.grid.0).collect()
    }

    #[test]
    fn finds_every_field_in_every_spelling() {
        assert_eq!(codes("340881106202"), [0, 2]);
        assert_eq!(codes("乔庄"), [0, 2]);
        assert_eq!(codes("qiaozhuang"), [0, 2]);
        assert_eq!(codes("Qiao Zhuang cun"), [0]);
        assert_eq!(codes("qzc"), [0]);
        assert_eq!(codes("第3网格"), [2]);
        assert_eq!(codes("di3wangge"), [2]);
        assert_eq!(codes("一党小组"), [3]);
        assert_eq!(codes("吕山"), [2]);
        assert_eq!(codes("lvshan"), [2]);
        assert_eq!(codes("lüshan"), [2]);
        assert_eq!(codes("john"), [3]);
        assert_eq!(codes("leyuan"), [3]);
        assert_eq!(codes("yueyuan"), [3], "the other reading of 乐");
    }

    #[test]
    fn finds_no_phone_and_nothing_for_nothing() {
        assert!(codes("13800000000").is_empty());
        assert!(codes("  ").is_empty());
        assert!(codes("\n").is_empty());
        assert!(codes("nowhere").is_empty());
        assert!(codes(&"长".repeat(100_000)).is_empty());
    }

    #[test]
    fn better_matches_come_first_and_pages_join() {
        // 高山村 begins with it, the party group's grid 3 too; the leader 吕山 ends with it.
        assert_eq!(codes("高山"), [1, 3]);
        assert_eq!(codes("山"), [1, 2, 3]);
        let index = index();
        let all = index.search("3408", None, 10, |_| true);
        let mut paged = Vec::new();
        while let Some(&hit) = index.search("3408", paged.last().copied(), 1, |_| true).first() {
            paged.push(hit);
        }
        assert_eq!(paged, all);
        assert_eq!(all.len(), 4);
        assert_eq!(index.search("3408", None, 10, |grid| grid.0 == 3).len(), 1);
        assert_eq!(index.search("340881106202", None, 10, |_| true)[0].matched, Match::Code);
    }

    #[test]
    fn many_readings_stay_bounded() {
        assert!(spellings(&"乐重行长".repeat(50)).len() <= 2 * MAX_READINGS + 1);
    }
}
