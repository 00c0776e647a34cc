//! The three tiers (级) and values kept per tier.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// One of the three nested tiers; tier 1 is the largest (the village), tier 3 the party group's own area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Tier {
    One,
    Two,
    Three,
}

impl Tier {
    /// Largest first.
    pub const ALL: [Tier; 3] = [Tier::One, Tier::Two, Tier::Three];

    /// 1, 2 or 3.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// 0, 1 or 2, for arrays in the order of [`Tier::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The next larger tier; none above tier 1.
    pub fn above(self) -> Option<Tier> {
        match self {
            Tier::One => None,
            Tier::Two => Some(Tier::One),
            Tier::Three => Some(Tier::Two),
        }
    }
}

/// The number was not 1, 2 or 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tier is 1, 2 or 3, not {0}")]
pub struct NotATier(pub i64);

impl TryFrom<u8> for Tier {
    type Error = NotATier;

    fn try_from(number: u8) -> Result<Tier, NotATier> {
        Tier::try_from(i64::from(number))
    }
}

impl TryFrom<i64> for Tier {
    type Error = NotATier;

    fn try_from(number: i64) -> Result<Tier, NotATier> {
        match number {
            1 => Ok(Tier::One),
            2 => Ok(Tier::Two),
            3 => Ok(Tier::Three),
            other => Err(NotATier(other)),
        }
    }
}

impl From<Tier> for u8 {
    fn from(tier: Tier) -> u8 {
        tier.number()
    }
}

impl std::fmt::Display for Tier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.number())
    }
}

/// One value for each tier, indexed by [`Tier`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PerTier<T>(pub [T; 3]);

impl<T> PerTier<T> {
    /// Pairs of tier and value, largest tier first.
    pub fn iter(&self) -> impl Iterator<Item = (Tier, &T)> {
        Tier::ALL.into_iter().zip(self.0.iter())
    }
}

impl<T> Index<Tier> for PerTier<T> {
    type Output = T;

    fn index(&self, tier: Tier) -> &T {
        &self.0[tier.index()]
    }
}

impl<T> IndexMut<Tier> for PerTier<T> {
    fn index_mut(&mut self, tier: Tier) -> &mut T {
        &mut self.0[tier.index()]
    }
}
