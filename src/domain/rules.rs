//! The town's rules (规则): the categories of reports, at which level each begins, and in how many working days each level
//! has to be done. They are kept in revisions, for a decision has to be explained years later by the rules of its day.

use serde::{Deserialize, Serialize};

use super::level::Level;

/// Working days by level; what has 0 is due on the day itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    pub tier3: u16,
    pub tier2: u16,
    pub tier1: u16,
    pub town: u16,
}

impl Deadlines {
    pub fn of(&self, level: Level) -> u16 {
        [self.tier3, self.tier2, self.tier1, self.town][level.rank()]
    }
}

/// A kind of report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// What programs call it.
    pub code: String,
    pub zh: String,
    pub en: String,
    /// For who chooses among them.
    #[serde(default)]
    pub description: String,
    /// The level that has it at first, where there is somebody; a higher one where there is not.
    #[serde(default = "smallest")]
    pub starts_at: Level,
    /// In place of [`Rules::deadlines`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadlines: Option<Deadlines>,
}

fn smallest() -> Level {
    Level::ALL[0]
}

/// All rules of one revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub categories: Vec<Category>,
    pub deadlines: Deadlines,
    /// Whoever has a report is warned so many hours before it is due.
    pub warn_hours: u16,
    /// Outside every grid, a report goes to the nearest one when that is no further than this; 0: a person places it.
    #[serde(default)]
    pub nearest_within_m: f64,
    /// Two reports of one category are proposed as one when they are no further apart than this…
    pub duplicate_within_m: f64,
    /// …and no more than so many hours.
    pub duplicate_within_hours: u16,
}

impl Rules {
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.code == code)
    }

    /// Working days that a level has for a category.
    pub fn days(&self, category: &str, level: Level) -> u16 {
        let of_category = self.category(category).and_then(|category| category.deadlines);
        of_category.unwrap_or(self.deadlines).of(level)
    }
}

/// The rules with their revision.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptRules {
    /// Counted from 1; 0 of rules that no store has kept yet.
    pub revision: i64,
    pub rules: Rules,
}
