//! Web Mercator: the lattice on the square world of map tiles, and the tiles themselves.

use std::f64::consts::{PI, TAU};

use super::lattice::UNITS_PER_DEGREE;
use super::point::{IntBox, Lattice, Point};

/// The deepest zoom that tiles are addressed at.
pub const MAX_ZOOM: u8 = 22;

/// Where a lattice point lies on the world's unit square: x grows to the east, y to the **south**. Latitudes beyond
/// ±85.0511° lie outside of 0 to 1; the poles, which Mercator has at infinity, are taken as ±89.9°.
pub fn world_of(p: Point) -> [f64; 2] {
    let lat = p.lat().clamp(-89.9, 89.9).to_radians();
    [p.lon() / 360.0 + 0.5, 0.5 - lat.tan().asinh() / TAU]
}

/// Longitude and latitude in degrees of a place on the unit square.
pub fn degrees_of_world([x, y]: [f64; 2]) -> [f64; 2] {
    [(x - 0.5) * 360.0, ((0.5 - y) * TAU).sinh().atan().to_degrees()]
}

/// The lattice point nearest to a place on the unit square; places off the square go to its rim.
pub fn lattice_of_world([x, y]: [f64; 2]) -> Point {
    let [lon, lat] = degrees_of_world([x.clamp(0.0, 1.0), y.clamp(0.0, 1.0)]);
    Point::new((lon * UNITS_PER_DEGREE).round() as i32, (lat * UNITS_PER_DEGREE).round() as i32)
}

/// A tile: zoom, column from the west, row from the north. Always one that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileCoord {
    z: u8,
    x: u32,
    y: u32,
}

/// There is no tile with those numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no tile {z}/{x}/{y}: z is at most {MAX_ZOOM}, x and y are below 2^z")]
pub struct NoSuchTile {
    pub z: u8,
    pub x: u32,
    pub y: u32,
}

impl TileCoord {
    pub fn new(z: u8, x: u32, y: u32) -> Result<TileCoord, NoSuchTile> {
        if z > MAX_ZOOM || x >= 1 << z || y >= 1 << z {
            return Err(NoSuchTile { z, x, y });
        }
        Ok(TileCoord { z, x, y })
    }

    /// The one tile of a zoom that holds the point. West and north edges are inside a tile; points beyond the world's
    /// rim belong to the tile at the rim. `None` for a zoom that is too deep.
    pub fn holding(z: u8, p: Point) -> Option<TileCoord> {
        if z > MAX_ZOOM {
            return None;
        }
        let tiles = f64::from(1u32 << z);
        // A cast saturates at 0.
        let number = |place: f64| ((place * tiles).floor() as u32).min((1 << z) - 1);
        let [x, y] = world_of(p);
        Some(TileCoord { z, x: number(x), y: number(y) })
    }

    pub fn z(self) -> u8 {
        self.z
    }

    pub fn x(self) -> u32 {
        self.x
    }

    pub fn y(self) -> u32 {
        self.y
    }

    /// Length of the tile's side on the unit square.
    pub fn world_size(self) -> f64 {
        1.0 / f64::from(1u32 << self.z)
    }

    /// The north-west corner on the unit square. Exact: both numbers are multiples of a power of two.
    pub fn world_origin(self) -> [f64; 2] {
        [f64::from(self.x) * self.world_size(), f64::from(self.y) * self.world_size()]
    }

    /// The tile on the lattice, widened on each side by `margin` of its own size (0.0 for none) and rounded outwards,
    /// so that it holds every lattice point of the tile. Rows at the rim reach to the poles.
    pub fn bounds(self, margin: f64) -> IntBox<Lattice> {
        let (size, [west, north]) = (self.world_size(), self.world_origin());
        let reach = |x: f64, y: f64| {
            let [lon, lat] = degrees_of_world([x.clamp(0.0, 1.0), y.clamp(0.0, 1.0)]);
            [lon * UNITS_PER_DEGREE, lat * UNITS_PER_DEGREE]
        };
        // One unit more on each side: the sum of all roundings on the way is far below it.
        let [min_x, max_y] = reach(west - margin * size, north - margin * size);
        let [max_x, min_y] = reach(west + (1.0 + margin) * size, north + (1.0 + margin) * size);
        let last_row = (1 << self.z) - 1;
        IntBox {
            min: Point::new(
                (min_x.floor() as i32 - 1).max(-1_800_000_000),
                if self.y == last_row { -900_000_000 } else { min_y.floor() as i32 - 1 },
            ),
            max: Point::new(
                (max_x.ceil() as i32 + 1).min(1_800_000_000),
                if self.y == 0 { 900_000_000 } else { max_y.ceil() as i32 + 1 },
            ),
        }
    }
}

impl std::fmt::Display for TileCoord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

/// Metres on the ground along one side of a tile at that latitude, for choosing zooms by size.
pub fn tile_side_m(z: u8, lat: f64) -> f64 {
    const EQUATOR_M: f64 = 2.0 * PI * 6_378_137.0;
    EQUATOR_M * lat.to_radians().cos() / f64::from(1u32 << z.min(MAX_ZOOM))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_tiles() {
        // 桐城, by the published formula of slippy map names.
        let p = Point::from_degrees(116.9, 30.8).unwrap();
        assert_eq!(TileCoord::holding(14, p), TileCoord::new(14, 13512, 6717).ok());
        assert_eq!(TileCoord::holding(0, p), TileCoord::new(0, 0, 0).ok());
        let world = TileCoord::new(0, 0, 0).unwrap().bounds(0.0);
        assert_eq!(world.min, Point::new(-1_800_000_000, -900_000_000));
        assert_eq!(world.max, Point::new(1_800_000_000, 900_000_000));
        let north_west = TileCoord::new(1, 0, 0).unwrap().bounds(0.0);
        assert!((-1..=0).contains(&north_west.min.y) && (0..=1).contains(&north_west.max.x));
    }

    #[test]
    fn only_tiles_that_exist() {
        assert!(TileCoord::new(0, 1, 0).is_err());
        assert!(TileCoord::new(3, 0, 8).is_err());
        assert!(TileCoord::new(23, 0, 0).is_err());
        assert!(TileCoord::new(255, 0, 0).is_err());
        assert!(TileCoord::new(22, (1 << 22) - 1, 0).is_ok());
    }

    proptest! {
        #[test]
        fn world_and_back(x in -1_800_000_000i32..=1_800_000_000, y in -850_000_000i32..=850_000_000) {
            let p = Point::new(x, y);
            prop_assert_eq!(lattice_of_world(world_of(p)), p);
        }

        #[test]
        fn a_tile_holds_its_points(
            x in -1_800_000_000i32..=1_800_000_000,
            y in -900_000_000i32..=900_000_000,
            z in 0u8..=MAX_ZOOM,
        ) {
            let p = Point::new(x, y);
            let tile = TileCoord::holding(z, p).unwrap();
            prop_assert!(tile.bounds(0.0).contains(p), "{} {:?}", tile, tile.bounds(0.0));
            prop_assert!(tile.bounds(0.1).contains(p));
        }
    }
}
