//! What another edition would do: the strips of land that change hands, tier by tier, and what becomes of each grid.
//!
//! ```text
//! arcs of both ─ equal ones cancel ─► grids with a border that differs ─ their whole borders, old and new ─►
//!                pairs.rs              differing.rs
//! noding ─► arrangement ─► faces whose old and new owner differ ─► strips ─► added, removed, recoded, moved …
//!                                                                  strips.rs  fate.rs
//! ```
//!
//! A border that is the same in both editions, with the same codes on both sides, is looked at once and takes part in
//! nothing more. So a small edit in a nation costs one pass over its arcs.

mod codes;
mod differing;
mod fate;
mod pairs;
mod strips;

pub use codes::code_changes;
pub use fate::{Added, Fate, Moved, Removed, SAME_PLACE_SHARE};

use self::pairs::Pairs;
use super::map::PlanarMap;
use crate::domain::grid::GridId;
use crate::domain::tier::Tier;
use crate::geometry::point::MultiPolygon;

/// Land that changes hands in one tier. At least one of `from` and `to` is there, and they are not the same code.
#[derive(Clone, Debug, PartialEq)]
pub struct Strip {
    pub tier: Tier,
    /// The owner in the old edition, as a number there; `None` where nobody owned it.
    pub from: Option<GridId>,
    /// The owner in the new edition, as a number there.
    pub to: Option<GridId>,
    /// All of it, in as many parts as there are.
    pub shape: MultiPolygon,
    pub area_m2: f64,
}

/// Everything that differs between two editions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Sorted by tier, then the code of `from`, then that of `to`; nobody first.
    pub strips: Vec<Strip>,
    pub fate: Fate,
    /// Grids of either edition with a piece of border that the other does not have as it is, as numbers there; all
    /// others have the same shape in both.
    pub redrawn: (Vec<GridId>, Vec<GridId>),
}

impl Difference {
    /// Compares two editions. A strip's border is exact but for where an old and a new border cross: there it is
    /// rounded to the lattice.
    pub fn between(old: &PlanarMap, new: &PlanarMap) -> Difference {
        let pairs = Pairs::of(old, new);
        let mut strips = Vec::new();
        let mut redrawn = (Vec::new(), Vec::new());
        for tier in Tier::ALL {
            let affected = differing::affected(old, new, &pairs, tier);
            strips.extend(strips::of_tier(old, new, &pairs, tier, &affected));
            for (pair, _) in pairs.grids.iter().zip(affected).filter(|(_, affected)| *affected) {
                redrawn.0.extend(pair.0);
                redrawn.1.extend(pair.1);
            }
        }
        let fate = Fate::of(old, new, &pairs, &strips);
        Difference { strips, fate, redrawn }
    }

    /// The strips of one tier.
    pub fn strips_of(&self, tier: Tier) -> impl Iterator<Item = &Strip> {
        self.strips.iter().filter(move |strip| strip.tier == tier)
    }
}
