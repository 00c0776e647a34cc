//! The answer to one point: its grids, who answers there, how far the border is, and what an inaccurate position may
//! mean. A pure function on a snapshot; the HTTP service and the command line only dress it.

use crate::domain::grid::{GridId, Owners};
use crate::domain::roster::RosterEntry;
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::crs::QueryCrs;
use crate::geometry::lattice::NotOnEarth;
use crate::geometry::point::Point;
use crate::index::edition_map::CircleShares;
use crate::index::snapshot::Snapshot;

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
    #[error(transparent)]
    Place(#[from] NotOnEarth),
    #[error("accuracy {0} is not a number of metres above 0 and up to {MAX_ACCURACY_M}")]
    Accuracy(f64),
}

impl QueryError {
    /// The name of the parameter, as the command line and the HTTP service have it.
    pub fn field(&self) -> &'static str {
        match self {
            QueryError::Place(NotOnEarth::Longitude(_)) => "lon",
            QueryError::Place(NotOnEarth::Latitude(_)) => "lat",
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
    /// Metres to the nearest border of any tier; `None` in an edition without borders.
    pub border_distance_m: Option<f64>,
    /// What the accuracy circle meets; `None` when the query named no accuracy.
    pub candidates: Option<CircleShares>,
    /// Outside every grid: the nearest grid of the smallest tier and its distance in metres.
    pub nearest: Option<(GridId, f64)>,
}

/// Answers a query from one snapshot.
pub fn locate<'s>(snapshot: &'s Snapshot, query: &Query) -> Result<Located<'s>, QueryError> {
    let point = place(query.lon, query.lat, query.crs)?;
    if let Some(accuracy_m) = query.accuracy_m
        && !(accuracy_m > 0.0 && accuracy_m <= MAX_ACCURACY_M)
    {
        return Err(QueryError::Accuracy(accuracy_m));
    }
    let map = &snapshot.edition;
    let owners = map.locate(point);
    let outside = owners.0.iter().all(Option::is_none);
    Ok(Located {
        point,
        wgs84: point.to_degrees(),
        owners: PerTier(Tier::ALL.map(|tier| owners[tier].filter(|_| query.tiers[tier]))),
        outside,
        responsible: snapshot.responsible(&owners),
        border_distance_m: map.border_distance_m(point),
        candidates: query.accuracy_m.map(|radius_m| map.circle_shares(point, radius_m)),
        nearest: if outside { map.nearest(point) } else { None },
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
