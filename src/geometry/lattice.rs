//! Degrees to the lattice of 1e-7 degree and back.

use super::point::{Lattice, Point};

/// Lattice units in one degree; one unit is about 1.1 cm of latitude.
pub const UNITS_PER_DEGREE: f64 = 1e7;

/// Not a longitude and latitude: not finite, or out of ±180, ±90.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NotOnEarth {
    #[error("longitude {0} is not between -180 and 180")]
    Longitude(f64),
    #[error("latitude {0} is not between -90 and 90")]
    Latitude(f64),
}

impl Point<Lattice> {
    /// The lattice point nearest to a longitude and latitude in degrees.
    pub fn from_degrees(lon: f64, lat: f64) -> Result<Self, NotOnEarth> {
        // Written so that NaN fails too.
        if !(-180.0..=180.0).contains(&lon) {
            return Err(NotOnEarth::Longitude(lon));
        }
        if !(-90.0..=90.0).contains(&lat) {
            return Err(NotOnEarth::Latitude(lat));
        }
        Ok(Point::new((lon * UNITS_PER_DEGREE).round() as i32, (lat * UNITS_PER_DEGREE).round() as i32))
    }

    /// Longitude and latitude; [`Point::from_degrees`] gives back the same point.
    pub fn to_degrees(self) -> [f64; 2] {
        [self.lon(), self.lat()]
    }

    pub fn lon(self) -> f64 {
        f64::from(self.x) / UNITS_PER_DEGREE
    }

    pub fn lat(self) -> f64 {
        f64::from(self.y) / UNITS_PER_DEGREE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn degrees_and_back(x in -1_800_000_000i32..=1_800_000_000, y in -900_000_000i32..=900_000_000) {
            let p = Point::<Lattice>::new(x, y);
            let [lon, lat] = p.to_degrees();
            prop_assert_eq!(Point::from_degrees(lon, lat), Ok(p));
        }
    }

    #[test]
    fn refuses_what_is_not_on_earth() {
        assert!(Point::from_degrees(f64::NAN, 0.0).is_err());
        assert!(Point::from_degrees(0.0, f64::INFINITY).is_err());
        assert!(Point::from_degrees(180.1, 0.0).is_err());
        assert!(Point::from_degrees(0.0, -90.0001).is_err());
    }
}
