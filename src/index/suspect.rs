//! Signs that a query's position is not what its sender meant: swapped axes, the place zero, another coordinate system.

use std::fmt;

use super::edition_map::EditionMap;
use crate::domain::grid::Owners;
use crate::geometry::crs::QueryCrs;
use crate::geometry::point::Point;

/// What looks wrong about a position. A warning, never a reason to answer differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// Longitude 0 and latitude 0: what broken senders give for "unknown".
    ZeroPoint,
    /// With latitude and longitude exchanged it would lie in the data.
    SwappedAxes,
    /// No grid holds it, but one would if it were in the system `likely`.
    CrsMismatch { likely: QueryCrs },
}

impl Suspicion {
    /// The stable code in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Suspicion::ZeroPoint => "zero_point",
            Suspicion::SwappedAxes => "swapped_axes",
            Suspicion::CrsMismatch { .. } => "crs_mismatch",
        }
    }
}

/// What it means and what to look at, in a sentence.
impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Suspicion::ZeroPoint => f.write_str("devices send longitude 0, latitude 0 when they know no position"),
            Suspicion::SwappedAxes => f.write_str(
                "with longitude and latitude exchanged the point would lie in the town; longitude comes first",
            ),
            Suspicion::CrsMismatch { likely } => {
                write!(f, "no grid holds the point, but one would if it were in {}; check crs", likely.as_str())
            }
        }
    }
}

impl EditionMap {
    /// Judges a position `[first, second]` as it was read, before any conversion and also when it is not on Earth:
    /// `[30.8, 116.9]` is no longitude and latitude, but an exchanged pair.
    pub fn suspicion(&self, position: [f64; 2], crs: QueryCrs) -> Option<Suspicion> {
        let [lon, lat] = position;
        if lon == 0.0 && lat == 0.0 {
            return Some(Suspicion::ZeroPoint);
        }
        let place = lattice_of(position, crs);
        if place.is_some_and(|p| self.holds(p)) {
            return None;
        }
        if let Some(swapped) = lattice_of([lat, lon], crs) {
            let moved_into_range = self.in_range(swapped) && !place.is_some_and(|p| self.in_range(p));
            if moved_into_range || self.holds(swapped) {
                return Some(Suspicion::SwappedAxes);
            }
        }
        let likely = [QueryCrs::Wgs84, QueryCrs::Gcj02, QueryCrs::Bd09]
            .into_iter()
            .find(|&other| lattice_of(position, other).is_some_and(|p| self.holds(p)))?;
        Some(Suspicion::CrsMismatch { likely })
    }

    fn holds(&self, p: Point) -> bool {
        self.locate(p) != Owners::default()
    }

    /// Whether the point is in the coordinate range of the edition.
    fn in_range(&self, p: Point) -> bool {
        self.bounds().is_some_and(|bounds| bounds.contains(p))
    }
}

fn lattice_of(position: [f64; 2], crs: QueryCrs) -> Option<Point> {
    let [lon, lat] = crs.to_wgs84(position);
    Point::from_degrees(lon, lat).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::mesh::square_edition;

    #[test]
    fn names_what_looks_wrong() {
        // 0.01° wide: about a kilometre, twice the shift of GCJ-02.
        let town = square_edition([116.90, 30.80], 0.01);
        let inside = [116.905, 30.805];
        assert_eq!(town.suspicion(inside, QueryCrs::Wgs84), None);
        assert_eq!(town.suspicion([0.0, 0.0], QueryCrs::Wgs84), Some(Suspicion::ZeroPoint));
        for crs in QueryCrs::ALL {
            let wide_town = square_edition([116.85, 30.75], 0.1);
            assert_eq!(wide_town.suspicion([30.8, 116.9], crs), Some(Suspicion::SwappedAxes));
            assert_eq!(town.suspicion([12.0, 34.0], crs), None, "far away, and not by a mistake known here");
            assert_eq!(town.suspicion([f64::NAN, 500.0], crs), None);
        }
        // Just inside the east border; what Amap shows for it lies beyond the border.
        let gcj02 = QueryCrs::Gcj02.from_wgs84([116.908, 30.805]);
        assert!(gcj02[0] > 116.91);
        assert_eq!(town.suspicion(gcj02, QueryCrs::Gcj02), None);
        let likely_gcj02 = Some(Suspicion::CrsMismatch { likely: QueryCrs::Gcj02 });
        assert_eq!(town.suspicion(gcj02, QueryCrs::Wgs84), likely_gcj02);
        assert_eq!(town.suspicion(gcj02, QueryCrs::Cgcs2000), likely_gcj02);
        // And the other way about: WGS 84 declared as GCJ-02, near the west border.
        let likely_wgs84 = Some(Suspicion::CrsMismatch { likely: QueryCrs::Wgs84 });
        assert_eq!(town.suspicion([116.902, 30.805], QueryCrs::Gcj02), likely_wgs84);
    }

    #[test]
    fn codes() {
        assert_eq!(Suspicion::ZeroPoint.as_str(), "zero_point");
        assert_eq!(Suspicion::SwappedAxes.as_str(), "swapped_axes");
        assert_eq!(Suspicion::CrsMismatch { likely: QueryCrs::Bd09 }.as_str(), "crs_mismatch");
    }
}
