//! The polygons of one grid while its borders are moved.

use crate::geometry::point::{Point, Ring};

/// Polygons, each a list of rings, the first of them its shell; rings without closing point.
pub(super) type Shape = Vec<Vec<Ring>>;

/// A piece of border; a place where both ends are the same.
pub(super) type Piece = (Point, Point);

/// The edges of all rings.
pub(super) fn edges(shape: &Shape) -> Vec<Piece> {
    shape.iter().flatten().flat_map(|ring| ring_edges(ring)).collect()
}

pub(super) fn ring_edges(ring: &[Point]) -> impl Iterator<Item = Piece> {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

/// A shape of rings that end with their first point.
pub(super) fn opened(polygons: &[Vec<Ring>]) -> Shape {
    let open = |ring: &Ring| ring[..ring.len().saturating_sub(1)].to_vec();
    polygons.iter().map(|rings| rings.iter().map(open).collect()).collect()
}

/// The rings of a shape with their first point again at their ends.
pub(super) fn closed(shape: Shape) -> Vec<Vec<Ring>> {
    shape.into_iter().map(|rings| rings.into_iter().map(close).collect()).collect()
}

/// With its first point again at its end.
pub(super) fn close(mut ring: Ring) -> Ring {
    ring.extend(ring.first().copied());
    ring
}
