//! Whether the data lie where swapped axes or another coordinate system would put them.

use super::{problem, problem_at};
use crate::domain::problem::{Measure, Problem, ProblemCode};
use crate::geometry::crs::{QueryCrs, zones};
use crate::geometry::feature::{DraftFeature, GridFeature};
use crate::geometry::geodesic::distance_m;
use crate::geometry::point::{IntBox, Point};

/// China's latitudes and longitudes, taken the wrong way round, so far as that is still on Earth.
const CHINA_SWAPPED: IntBox =
    IntBox { min: Point::new(30_000_000, 730_000_000), max: Point::new(540_000_000, 900_000_000) };

/// Most positions are out of range and would not be with the axes swapped, or all lie where China would.
pub(crate) fn swapped_axes(features: &[DraftFeature], problems: &mut Vec<Problem>) {
    let points = || features.iter().flat_map(|f| f.polygons.iter().flatten().flatten());
    let exchanged = |position: &&[f64; 2]| zones::is_exchanged(**position);
    let fitting: Vec<&[f64; 2]> = features.iter().flat_map(|f| &f.out_of_range).filter(exchanged).collect();
    let in_range = points().count();
    let place = if fitting.len() > in_range {
        [fitting[0][1], fitting[0][0]]
    } else if in_range > 0 && points().all(|&p| CHINA_SWAPPED.contains(p)) {
        let [lon, lat] = points().next().expect("there are points").to_degrees();
        [lat, lon]
    } else {
        return;
    };
    problems.push(Problem {
        place: Some(place),
        measure: Some(Measure::Count(fitting.len().max(in_range) as u64)),
        ..problem(
            ProblemCode::SuspectedCrs,
            features.iter().filter_map(|f| f.code.clone()).take(10).collect(),
            "the positions look like latitude, longitude; longitude comes first".into(),
        )
    });
}

/// Compares grids with those of the same code in the edition in force: when most of them are off by what reading
/// GCJ-02 or BD-09 as WGS 84 does (some 500 m and 1,200 m), that is what happened. The measure is the median shift.
pub fn shifted_crs(features: &[GridFeature], reference: &[GridFeature]) -> Option<Problem> {
    let centre = |feature: &GridFeature| {
        let bounds = IntBox::around(feature.shape.iter().flat_map(|polygon| &polygon.shell))?;
        Some(Point::new(bounds.min.x.midpoint(bounds.max.x), bounds.min.y.midpoint(bounds.max.y)))
    };
    let known: rustc_hash::FxHashMap<&str, Point> =
        reference.iter().filter_map(|f| Some((f.grid.code.as_str(), centre(f)?))).collect();
    let pairs: Vec<(&str, Point, Point)> = features
        .iter()
        .filter_map(|f| Some((f.grid.code.as_str(), *known.get(f.grid.code.as_str())?, centre(f)?)))
        .collect();
    [QueryCrs::Gcj02, QueryCrs::Bd09].into_iter().find_map(|crs| {
        let mut shifts: Vec<f64> = Vec::new();
        for &(_, then, now) in &pairs {
            let [lon, lat] = crs.from_wgs84(then.to_degrees());
            let expected = Point::from_degrees(lon, lat).ok()?;
            let shift = distance_m(then, expected);
            if shift > 1.0 && distance_m(expected, now) < shift / 4.0 {
                shifts.push(distance_m(then, now));
            }
        }
        if shifts.is_empty() || shifts.len() * 2 <= pairs.len() {
            return None;
        }
        shifts.sort_by(f64::total_cmp);
        let median = shifts[shifts.len() / 2];
        Some(problem_at(
            ProblemCode::SuspectedCrs,
            pairs.iter().take(10).map(|(code, ..)| code.to_string()).collect(),
            pairs[0].2,
            Measure::LengthM(median),
            format!(
                "{} of {} grids lie {median:.0} m from where they are in force, just where {crs} read as WGS 84 would put \
                 them; import with --crs {crs}",
                shifts.len(),
                pairs.len(),
                crs = crs.as_str()
            ),
        ))
    })
}
