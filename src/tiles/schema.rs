//! What is in a tile: layers, fields, and one tile's content before it is encoded.
//!
//! | layer | geometry | fields |
//! |---|---|---|
//! | `tier1` `tier2` `tier3` | polygon, id = [`feature_id`] | `code`, `name`, `parent`, `color` |
//! | `borders` | lines | `tier`, `left`, `right` |
//! | `labels` | point, id = [`feature_id`] | `tier`, `code`, `name` |

use xxhash_rust::xxh3::xxh3_64;

use crate::domain::grid::GridId;
use crate::domain::tier::Tier;
use crate::geometry::point::{MultiPolygon, Point, TileGrid};

/// Name of the polygon layer of a tier.
pub fn area_layer(tier: Tier) -> &'static str {
    match tier {
        Tier::One => "tier1",
        Tier::Two => "tier2",
        Tier::Three => "tier3",
    }
}

/// Every border line once.
pub const BORDERS: &str = "borders";

/// One point per grid.
pub const LABELS: &str = "labels";

/// A grid's number in its tiles, made of its code: the same in every tile and in every edition, and never 0. 49 bits,
/// which take 7 bytes in a tile and are whole numbers in JavaScript; of a million codes, two have the same number once in
/// a thousand times.
pub fn feature_id(code: &str) -> u64 {
    (xxh3_64(code.as_bytes()) >> 15).max(1)
}

/// The part of a grid in one tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    pub tier: Tier,
    pub grid: GridId,
    /// Shells with a positive area by the shoelace formula in the tile's own coordinates (y to the south), as the
    /// Mapbox Vector Tile specification asks; holes with a negative one.
    pub shape: MultiPolygon<TileGrid>,
}

/// The border between two grids in one tile, or a grid's outer border.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Border {
    /// The highest tier it parts.
    pub tier: Tier,
    /// The grid of that tier on the left of the lines' direction, as seen on the map: the lower id of the two.
    pub left: GridId,
    /// The grid of that tier on the right; none where that is outside of the tier.
    pub right: Option<GridId>,
    pub lines: Vec<Vec<Point<TileGrid>>>,
}

/// A place inside the grid for its name. In exactly one tile of a zoom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    pub grid: GridId,
    pub at: Point<TileGrid>,
}

/// Everything in one tile. Sorted, so that equal content is equal bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TileContent {
    pub areas: Vec<Area>,
    pub borders: Vec<Border>,
    pub labels: Vec<Label>,
}

impl TileContent {
    /// Nothing of the edition is here.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty() && self.borders.is_empty() && self.labels.is_empty()
    }
}
