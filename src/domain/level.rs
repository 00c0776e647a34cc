//! The level (层级) that answers for a place, from the smallest grid up to the town.

use super::tier::Tier;

/// Who a matter lies with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    Tier(Tier),
    /// 镇级网格办
    Town,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Tier(Tier::One) => "tier1",
            Level::Tier(Tier::Two) => "tier2",
            Level::Tier(Tier::Three) => "tier3",
            Level::Town => "town",
        }
    }
}
