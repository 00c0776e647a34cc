//! The two integer grids between the lattice and a tile. In both, x grows to the east and y to the south.

use crate::geometry::mercator::world_of;
use crate::geometry::point::{Point, Space};

/// Bits of one side of the Mercator square in [`World`]: a unit is under 4 cm, a quarter of the finest tile's.
pub(super) const WORLD_BITS: u8 = 30;

/// Bits of one side of a tile: its grid has 4,096 units.
pub(super) const TILE_BITS: u8 = 12;

/// Units along one side of a tile, MVT's `extent`.
pub(crate) const EXTENT: i32 = 1 << TILE_BITS;

/// The Mercator square of the whole world, 2^30 units a side, origin in its north-west corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct World;
impl Space for World {}

/// All tiles of one zoom side by side: 4,096 · 2^z units. A tile's own grid is a window of it, so what two tiles have
/// in common is rounded alike in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ZoomGrid;
impl Space for ZoomGrid {}

/// A lattice point in Mercator.
pub(super) fn to_world(p: Point) -> Point<World> {
    let [x, y] = world_of(p);
    let side = f64::from(1u32 << WORLD_BITS);
    Point::new((x * side).round() as i32, (y * side).round() as i32)
}

/// The nearest point of a zoom's grid, halves to the south-east.
pub(super) fn to_zoom(p: Point<World>, z: u8) -> Point<ZoomGrid> {
    let shift = WORLD_BITS - TILE_BITS - z;
    let round = |v: i32| if shift == 0 { v } else { (v + (1 << (shift - 1))) >> shift };
    Point::new(round(p.x), round(p.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_the_nearest() {
        let p = |x, y| Point::<World>::new(x, y);
        // At zoom 16 a unit of the zoom's grid is four units of the world.
        assert_eq!(to_zoom(p(5, 6), 16), Point::new(1, 2));
        assert_eq!(to_zoom(p(-1, -3), 16), Point::new(0, -1));
        let middle = to_world(Point::new(0, 0));
        assert_eq!(middle, p(1 << 29, 1 << 29));
        assert_eq!(to_zoom(middle, 0), Point::new(2048, 2048));
    }
}
