//! The answer to one point: its grids, who answers there, how far the border is, and what an inaccurate position may
//! mean. A pure function on a snapshot; the HTTP service and the command line only dress it.

use crate::domain::grid::{GridId, Owners};
use crate::domain::roster::RosterEntry;
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::crs::QueryCrs;
use crate::geometry::lattice::NotOnEarth;
use crate::geometry::point::Point;
use crate::index::edition_map::CircleShares;
use crate::index::roster::Answering;
use crate::index::snapshot::Snapshot;
use crate::index::suspect::Suspicion;

/// The largest accuracy circle that is answered. Positions from a network address are as bad as this; a larger one
/// says nothing about a grid, and its shares would cost as much as it is large.
pub const MAX_ACCURACY_M: f64 = 100_000.0;

/// A point as somebody asks for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Query {
    /// Degrees, in `crs`.
    pub lon: f64,
    pub lat: f64,
    pub crs: QueryCrs,
    /// Radius in metres of the circle that the true place lies in.
    pub accuracy_m: Option<f64>,
    /// The tiers whose grids are wanted in `owners`; who answers is always decided from all.
    pub tiers: PerTier<bool>,
}

impl Query {
    /// Asks for all tiers of a point in WGS 84 that is taken as exact.
    pub fn at(lon: f64, lat: f64) -> Query {
        Query { lon, lat, crs: QueryCrs::Wgs84, accuracy_m: None, tiers: PerTier([true; 3]) }
    }
}

/// A query that cannot be answered; [`QueryError::field`] is the parameter to mend.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum QueryError {
    #[error("{0}")]
    Place(NotOnEarth),
    #[error("{0}; longitude comes first, and with the two exchanged the point would lie in the town")]
    Swapped(NotOnEarth),
    #[error("accuracy {0} is not a number of metres from 0 to {MAX_ACCURACY_M}")]
    Accuracy(f64),
}

impl QueryError {
    /// The name of the parameter, as the command line and the HTTP service have it.
    pub fn field(&self) -> &'static str {
        match self {
            QueryError::Place(NotOnEarth::Longitude(_)) | QueryError::Swapped(NotOnEarth::Longitude(_)) => "lon",
            QueryError::Place(NotOnEarth::Latitude(_)) | QueryError::Swapped(NotOnEarth::Latitude(_)) => "lat",
            QueryError::Accuracy(_) => "accuracy",
        }
    }
}

/// What is known of a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<'s> {
    /// Where the point was looked up.
    pub point: Point,
    /// The same in degrees, `[longitude, latitude]`, WGS 84.
    pub wgs84: [f64; 2],
    /// Its grid in every tier that was asked for.
    pub owners: Owners,
    /// No tier has a grid there, asked for or not.
    pub outside: bool,
    /// The roster's entry of the smallest tier that has one there.
    pub responsible: Option<&'s RosterEntry>,
    /// Who answers there, up the tiers to the town office.
    pub answers: Option<Answering<'s>>,
    /// Metres to the nearest border of any tier; `None` in an edition without borders.
    pub border_distance_m: Option<f64>,
    /// What the accuracy circle meets; `None` when the query named no accuracy.
    pub candidates: Option<CircleShares>,
    /// Outside every grid: the nearest grid of the smallest tier and its distance in metres.
    pub nearest: Option<(GridId, f64)>,
    /// A sign that the position is not the one that was meant; the answer is the same with it.
    pub suspicion: Option<Suspicion>,
}

/// Answers a query from one snapshot.
pub fn locate<'s>(snapshot: &'s Snapshot, query: &Query) -> Result<Located<'s>, QueryError> {
    let map = &snapshot.edition;
    let suspicion = map.suspicion([query.lon, query.lat], query.crs);
    let point = place(query.lon, query.lat, query.crs).map_err(|error| match suspicion {
        Some(Suspicion::SwappedAxes) => QueryError::Swapped(error),
        _ => QueryError::Place(error),
    })?;
    if let Some(accuracy_m) = query.accuracy_m
        && !(0.0..=MAX_ACCURACY_M).contains(&accuracy_m)
    {
        return Err(QueryError::Accuracy(accuracy_m));
    }
    let owners = map.locate(point);
    let outside = owners.0.iter().all(Option::is_none);
    Ok(Located {
        point,
        wgs84: point.to_degrees(),
        owners: PerTier(Tier::ALL.map(|tier| owners[tier].filter(|_| query.tiers[tier]))),
        outside,
        responsible: snapshot.responsible(&owners),
        answers: snapshot.answers(&owners),
        border_distance_m: map.border_distance_m(point),
        candidates: query.accuracy_m.map(|radius_m| map.circle_shares(point, radius_m)),
        nearest: if outside { map.nearest(point) } else { None },
        suspicion,
    })
}

/// The lattice point of a position in `crs`: the one way from a question to a place, for single points and for bulk.
pub fn place(lon: f64, lat: f64, crs: QueryCrs) -> Result<Point, NotOnEarth> {
    // First what came in, so that the message shows the number that was sent.
    let given = Point::from_degrees(lon, lat)?;
    match crs {
        QueryCrs::Wgs84 | QueryCrs::Cgcs2000 => Ok(given),
        QueryCrs::Gcj02 | QueryCrs::Bd09 => {
            let [lon, lat] = crs.to_wgs84([lon, lat]);
            Point::from_degrees(lon, lat)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::town::town;

    fn codes(snapshot: &Snapshot, located: &Located<'_>) -> [Option<String>; 3] {
        located.owners.0.map(|owner| owner.map(|id| snapshot.edition.planar.grid(id).code.clone()))
    }

    #[test]
    fn names_the_grids_and_who_answers() {
        let town = town();
        let inside = locate(&town, &Query::at(116.905, 30.805)).unwrap();
        assert_eq!(codes(&town, &inside), ["v", "v1", "v1a"].map(|code| Some(code.to_owned())));
        assert_eq!(inside.responsible.unwrap().grid, "v1a");
        assert_eq!((inside.outside, inside.nearest, inside.suspicion), (false, None, None));
        assert_eq!(inside.candidates, None);
        assert_eq!(locate(&town, &Query::at(116.905, 30.815)).unwrap().responsible.unwrap().grid, "v");
        assert_eq!(locate(&town, &Query::at(116.915, 30.805)).unwrap().responsible.unwrap().grid, "v2");
    }

    #[test]
    fn tiers_choose_what_is_shown_and_not_who_answers() {
        let town = town();
        let query = Query { tiers: PerTier([false, true, false]), ..Query::at(116.905, 30.805) };
        let located = locate(&town, &query).unwrap();
        assert_eq!(codes(&town, &located), [None, Some("v1".to_owned()), None]);
        assert_eq!(located.responsible.unwrap().grid, "v1a");
        assert!(!located.outside);
    }

    #[test]
    fn west_and_south_borders_are_in_and_east_and_north_out() {
        let town = town();
        let at = |lon, lat| codes(&town, &locate(&town, &Query::at(lon, lat)).unwrap())[2].clone();
        assert_eq!(at(116.90, 30.80).as_deref(), Some("v1a"));
        assert_eq!(at(116.91, 30.81).as_deref(), Some("v2b"));
        assert_eq!(at(116.92, 30.81), None);
        assert_eq!(at(116.91, 30.82), None);
    }

    #[test]
    fn measures_the_border_the_circle_and_the_way_to_the_nearest_grid() {
        let town = town();
        let grid = |code| town.edition.planar.find(code).unwrap();
        // 0.001 degree of latitude south of the border between v1a and v1b: 110.87 m on the ellipsoid.
        let near_border = locate(&town, &Query { accuracy_m: Some(200.0), ..Query::at(116.905, 30.809) }).unwrap();
        let distance_m = near_border.border_distance_m.unwrap();
        assert!((distance_m - 110.87).abs() < 0.05, "{distance_m}");
        let shares = near_border.candidates.unwrap();
        assert_eq!(shares.grids.iter().map(|&(id, _)| id).collect::<Vec<_>>(), [grid("v1a"), grid("v1b")]);
        // The segment cut off at h = d / r of a circle: (acos h - h sqrt(1 - h²)) / π.
        let h = distance_m / 200.0;
        let segment = (h.acos() - h * (1.0 - h * h).sqrt()) / std::f64::consts::PI;
        assert!((shares.grids[1].1 - segment).abs() < 1e-4, "{shares:?} {segment}");
        assert!(shares.outside.abs() < 1e-9);
        let outside = locate(&town, &Query::at(116.905, 30.799)).unwrap();
        let (nearest, distance_m) = outside.nearest.unwrap();
        assert_eq!(nearest, grid("v1a"));
        assert!((distance_m - 110.87).abs() < 0.05, "{distance_m}");
        assert!(outside.outside && outside.responsible.is_none());
    }

    #[test]
    fn refuses_what_is_no_place_by_the_name_of_its_field() {
        let town = town();
        let refused = |query: Query| locate(&town, &query).unwrap_err();
        for (lon, lat, field) in
            [(f64::NAN, 0.0, "lon"), (181.0, 0.0, "lon"), (0.0, f64::INFINITY, "lat"), (0.0, -90.1, "lat")]
        {
            assert_eq!(refused(Query::at(lon, lat)).field(), field);
        }
        for accuracy_m in [-1.0, f64::NAN, f64::INFINITY, MAX_ACCURACY_M * 1.01] {
            let query = Query { accuracy_m: Some(accuracy_m), ..Query::at(116.9, 30.8) };
            assert_eq!(refused(query).field(), "accuracy");
        }
        let swapped = refused(Query::at(30.805, 116.905));
        assert_eq!(swapped, QueryError::Swapped(NotOnEarth::Latitude(116.905)));
        assert!(swapped.to_string().contains("exchanged"));
    }

    #[test]
    fn looks_up_the_converted_point_and_warns_of_the_unconverted() {
        let town = town();
        let [lon, lat] = QueryCrs::Gcj02.from_wgs84([116.9195, 30.8051]);
        let converted = locate(&town, &Query { crs: QueryCrs::Gcj02, ..Query::at(lon, lat) }).unwrap();
        assert_eq!(converted.point, Point::from_degrees(116.9195, 30.8051).unwrap());
        assert!(!converted.outside);
        let unconverted = locate(&town, &Query::at(lon, lat)).unwrap();
        assert!(unconverted.outside);
        assert_eq!(unconverted.suspicion, Some(Suspicion::CrsMismatch { likely: QueryCrs::Gcj02 }));
    }
}
