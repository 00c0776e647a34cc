//! Directed edges back to polygons.

use crate::geometry::point::{MultiPolygon, Point, Space};

/// Traces directed edges, each with the area on its left, into valid polygons: shells counter-clockwise, holes
/// clockwise (y up), every ring simple, rings touching each other in points at most. The edges must be noded, and as
/// many must leave each point as arrive.
pub fn polygons<S: Space>(edges: &[(Point<S>, Point<S>)]) -> MultiPolygon<S> {
    let _ = edges;
    Vec::new()
}
