//! The level (层级) that answers for a place, from the smallest grid up to the town.

use serde::{Deserialize, Serialize};

use super::tier::Tier;

/// Who a matter lies with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum Level {
    Tier(Tier),
    /// 镇级网格办
    Town,
}

impl Level {
    /// From the smallest grid up.
    pub const ALL: [Level; 4] = [Level::Tier(Tier::Three), Level::Tier(Tier::Two), Level::Tier(Tier::One), Level::Town];

    pub fn as_str(self) -> &'static str {
        match self {
            Level::Tier(Tier::One) => "tier1",
            Level::Tier(Tier::Two) => "tier2",
            Level::Tier(Tier::Three) => "tier3",
            Level::Town => "town",
        }
    }

    /// 0 for the smallest grid, 3 for the town: a higher level has the larger number.
    pub fn rank(self) -> usize {
        match self {
            Level::Tier(tier) => 2 - tier.index(),
            Level::Town => 3,
        }
    }

    /// The next level up; none above the town.
    pub fn above(self) -> Option<Level> {
        Level::ALL.get(self.rank() + 1).copied()
    }

    /// The tier whose grids are this level; none for the town.
    pub fn tier(self) -> Option<Tier> {
        match self {
            Level::Tier(tier) => Some(tier),
            Level::Town => None,
        }
    }
}

impl From<Level> for &'static str {
    fn from(level: Level) -> &'static str {
        level.as_str()
    }
}

impl std::str::FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Level, String> {
        let found = Level::ALL.into_iter().find(|level| level.as_str() == text);
        found.ok_or_else(|| "no such level; the levels are: tier3, tier2, tier1, town".into())
    }
}

impl TryFrom<String> for Level {
    type Error = String;

    fn try_from(text: String) -> Result<Level, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_up_to_the_town() {
        let up: Vec<&str> =
            std::iter::successors(Some(Level::Tier(Tier::Three)), |level| level.above()).map(Level::as_str).collect();
        assert_eq!(up, ["tier3", "tier2", "tier1", "town"]);
        assert!(Level::ALL.into_iter().enumerate().all(|(rank, level)| level.rank() == rank));
        assert!(Level::ALL.into_iter().all(|level| level.as_str().parse() == Ok(level)));
        assert!("village".parse::<Level>().is_err());
    }
}
