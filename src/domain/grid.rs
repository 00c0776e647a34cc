//! A grid (网格): its code, name, tier and parent. Its shape lives in `geometry::feature`.

use serde::{Deserialize, Serialize};

use super::tier::{PerTier, Tier};

/// One area of one tier. The code is opaque text and unique within an edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    pub code: String,
    pub name: String,
    pub tier: Tier,
    /// Code of the grid of the tier above; none on tier 1.
    pub parent: Option<String>,
}

/// A grid's position in an edition's table, which is sorted by (tier, code): within a tier the lower id has the
/// lower code. Ids mean nothing outside their edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GridId(pub u32);

impl GridId {
    /// As an index into the edition's table.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The owner of a place in each tier; `None` where a tier leaves it uncovered.
pub type Owners = PerTier<Option<GridId>>;
