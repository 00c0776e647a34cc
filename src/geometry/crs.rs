//! Coordinate systems a query may come in, to WGS 84 and back: GCJ-02 (Amap, Tencent) and BD-09 (Baidu) by formula.
//! Below it those that only files come in: the EPSG register, projections, and the text of a `.prj`.
//!
//! The formulas are the ones everybody uses since they became known around 2013; npm `gcoord` judges them in
//! `tests/judges.rs`. All positions are `[longitude, latitude]` in degrees.

pub mod epsg;
pub mod projection;
pub mod wkt;
pub mod zones;

use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

/// A coordinate system of the parameter `crs=`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum QueryCrs {
    #[default]
    Wgs84,
    /// Taken as equal to WGS 84: they differ by centimetres.
    Cgcs2000,
    Gcj02,
    Bd09,
}

/// The word names no coordinate system that a query may come in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a coordinate system known here; use wgs84, cgcs2000, gcj02 or bd09")]
pub struct UnknownCrs(pub String);

impl QueryCrs {
    pub const ALL: [QueryCrs; 4] = [QueryCrs::Wgs84, QueryCrs::Cgcs2000, QueryCrs::Gcj02, QueryCrs::Bd09];

    /// The word in parameters and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            QueryCrs::Wgs84 => "wgs84",
            QueryCrs::Cgcs2000 => "cgcs2000",
            QueryCrs::Gcj02 => "gcj02",
            QueryCrs::Bd09 => "bd09",
        }
    }

    /// From this system to WGS 84. Inside China the inverse is exact: [`QueryCrs::from_wgs84`] leads back to within
    /// 1e-7 m. Outside it is the identity, and so it is for anything that is not a number.
    pub fn to_wgs84(self, position: [f64; 2]) -> [f64; 2] {
        match self {
            QueryCrs::Gcj02 if in_china(position) => invert(gcj02_of_wgs84, position),
            QueryCrs::Bd09 if in_china(position) => invert(|wgs| bd09_of_gcj02(gcj02_of_wgs84(wgs)), position),
            _ => position,
        }
    }

    /// From WGS 84 to this system; outside China the identity.
    pub fn from_wgs84(self, position: [f64; 2]) -> [f64; 2] {
        match self {
            QueryCrs::Gcj02 if in_china(position) => gcj02_of_wgs84(position),
            QueryCrs::Bd09 if in_china(position) => bd09_of_gcj02(gcj02_of_wgs84(position)),
            _ => position,
        }
    }
}

impl FromStr for QueryCrs {
    type Err = UnknownCrs;

    fn from_str(text: &str) -> Result<QueryCrs, UnknownCrs> {
        QueryCrs::ALL
            .into_iter()
            .find(|crs| crs.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownCrs(text.chars().take(40).collect()))
    }
}

impl fmt::Display for QueryCrs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The box in which the two systems are applied, the same as in `gcoord` and most map kits. It reaches into the
/// neighbouring countries: only a convention, but one that all share.
fn in_china([lon, lat]: [f64; 2]) -> bool {
    (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat)
}

/// Semi-major axis (metres) and squared eccentricity of the ellipsoid in the GCJ-02 formula (Krasovsky 1940).
const KRASOVSKY_A_M: f64 = 6_378_245.0;
const KRASOVSKY_E2: f64 = 0.006_693_421_622_965_943;

fn gcj02_of_wgs84([lon, lat]: [f64; 2]) -> [f64; 2] {
    let (x, y) = (lon - 105.0, lat - 35.0);
    let common = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let east_m = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + common
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let north_m = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + common
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let (sin, cos) = lat.to_radians().sin_cos();
    let w2 = 1.0 - KRASOVSKY_E2 * sin * sin;
    let w = w2.sqrt();
    [
        lon + (east_m / (KRASOVSKY_A_M / w * cos)).to_degrees(),
        lat + (north_m / (KRASOVSKY_A_M * (1.0 - KRASOVSKY_E2) / (w2 * w))).to_degrees(),
    ]
}

fn bd09_of_gcj02([lon, lat]: [f64; 2]) -> [f64; 2] {
    const FACTOR: f64 = PI * 3000.0 / 180.0;
    let radius = lon.hypot(lat) + 0.000_02 * (lat * FACTOR).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * FACTOR).cos();
    [radius * angle.cos() + 0.0065, radius * angle.sin() + 0.006]
}

/// The position that `forward` takes to `target`, by fixed-point iteration: the shift changes so slowly that each
/// step gains two digits or more. The cap is for the few positions within a micrometre of 105° east, where the
/// formula's root has no bounded slope.
fn invert(forward: impl Fn([f64; 2]) -> [f64; 2], target: [f64; 2]) -> [f64; 2] {
    const MAX_STEPS: u32 = 12;
    /// A hundredth of the promised 1e-7 m, in degrees; about the resolution of a double there.
    const CLOSE_ENOUGH: f64 = 2e-14;
    let mut guess = target;
    for _ in 0..MAX_STEPS {
        let image = forward(guess);
        let miss = [image[0] - target[0], image[1] - target[1]];
        guess = [guess[0] - miss[0], guess[1] - miss[1]];
        if miss[0].abs() < CLOSE_ENOUGH && miss[1].abs() < CLOSE_ENOUGH {
            break;
        }
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn assert_near(a: [f64; 2], b: [f64; 2], tolerance_degrees: f64) {
        assert!((a[0] - b[0]).abs() < tolerance_degrees && (a[1] - b[1]).abs() < tolerance_degrees, "{a:?} {b:?}");
    }

    #[test]
    fn golden_vectors() {
        let wgs84 = [116.85, 30.85];
        let gcj02 = [116.855_028_80, 30.847_566_32];
        let bd09 = [116.861_512_17, 30.853_659_53];
        assert_near(QueryCrs::Gcj02.from_wgs84(wgs84), gcj02, 6e-9);
        assert_near(QueryCrs::Bd09.from_wgs84(wgs84), bd09, 6e-9);
        assert_near(QueryCrs::Gcj02.to_wgs84(gcj02), wgs84, 1e-8);
        assert_near(QueryCrs::Bd09.to_wgs84(bd09), wgs84, 1e-8);
        assert_eq!(QueryCrs::Cgcs2000.to_wgs84(wgs84), wgs84);
    }

    #[test]
    fn identity_outside_china_and_for_what_is_no_number() {
        for crs in QueryCrs::ALL {
            for place in [[-96.0, 41.0], [0.0, 0.0], [139.7, 35.7], [116.0, -30.0]] {
                assert_eq!(crs.to_wgs84(place), place);
                assert_eq!(crs.from_wgs84(place), place);
            }
            assert!(crs.to_wgs84([f64::NAN, 30.0])[0].is_nan());
        }
    }

    #[test]
    fn words() {
        assert_eq!("GCJ02".parse(), Ok(QueryCrs::Gcj02));
        assert_eq!(" wgs84 ".parse(), Ok(QueryCrs::Wgs84));
        assert!("EPSG:4326".parse::<QueryCrs>().unwrap_err().to_string().contains("bd09"));
        for crs in QueryCrs::ALL {
            assert_eq!(crs.as_str().parse(), Ok(crs));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn inverse_is_exact_by_the_forward_formula(lon in 73.0..137.0f64, lat in 2.0..55.0f64) {
            // 1e-7 m is 9e-13 degree of latitude.
            for crs in [QueryCrs::Gcj02, QueryCrs::Bd09] {
                let back = crs.from_wgs84(crs.to_wgs84([lon, lat]));
                prop_assert!((back[0] - lon).abs() < 9e-13 && (back[1] - lat).abs() < 9e-13, "{crs} {back:?}");
            }
        }
    }
}
