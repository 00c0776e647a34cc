//! A grid together with its shape: as a file gave it (draft), and as an edition holds it.

use super::point::{MultiPolygon, Point};
use crate::domain::grid::Grid;
use crate::domain::tier::Tier;

/// A grid of a sound edition: its shape is made of the edition's arcs, vertex for vertex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridFeature {
    pub grid: Grid,
    pub shape: MultiPolygon,
}

/// A ring as it was read: points in file order, the closing point still there where the file had one.
pub type RawRing = Vec<Point>;

/// A feature as it was read, on the lattice but otherwise untouched, so that a check of the file and a check of the
/// stored draft are the same check. What could not even be put on the lattice is in
/// `out_of_range`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftFeature {
    pub code: Option<String>,
    pub name: Option<String>,
    pub tier: Option<Tier>,
    pub parent: Option<String>,
    /// Codes that the grid had in earlier editions, where the file names them.
    pub was: Vec<String>,
    /// Polygons, each a list of rings, the first of them its shell.
    pub polygons: Vec<Vec<RawRing>>,
    /// File and line or feature number, such as `us.geojsonl line 12`.
    pub source: String,
    /// Positions out of the range of longitude and latitude, as read; the ring leaves them out.
    pub out_of_range: Vec<[f64; 2]>,
}
