//! An assignment (派单): the decision who a report goes to, with everything it was decided from. It is kept with the report
//! and is never changed: what was decided stays explainable when borders, roster and rules are others.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::level::Level;
use super::roster::mask_phone;
use super::tier::Tier;

/// By which of the four ways the grid was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentRule {
    /// The grids hold the point.
    Contained,
    /// Outside every grid, and nearer to one than the rules ask for.
    Nearest,
    /// A person named the grid.
    Manual,
    /// No grid was found: a person of the town office has to place it.
    Unassigned,
}

impl AssignmentRule {
    pub fn as_str(self) -> &'static str {
        match self {
            AssignmentRule::Contained => "contained",
            AssignmentRule::Nearest => "nearest",
            AssignmentRule::Manual => "manual",
            AssignmentRule::Unassigned => "unassigned",
        }
    }
}

/// How a position was got, as far as whoever sends it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionSource {
    /// A satellite receiver, or whatever else the device measured.
    Device,
    /// Pointed at on a map.
    Map,
    /// Found from an address.
    Address,
    /// Blurred on purpose, such as WeChat's `getFuzzyLocation`: never assigned without a person.
    Fuzzy,
}

impl PositionSource {
    pub const ALL: [PositionSource; 4] =
        [PositionSource::Device, PositionSource::Map, PositionSource::Address, PositionSource::Fuzzy];

    pub fn as_str(self) -> &'static str {
        match self {
            PositionSource::Device => "device",
            PositionSource::Map => "map",
            PositionSource::Address => "address",
            PositionSource::Fuzzy => "fuzzy",
        }
    }
}

/// The position as it came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GivenPosition {
    /// Degrees in `crs`.
    pub lon: f64,
    pub lat: f64,
    /// `wgs84`, `cgcs2000`, `gcj02` or `bd09`.
    pub crs: String,
    /// Radius in metres of the circle that the true place lies in.
    pub accuracy_m: Option<f64>,
    pub source: Option<PositionSource>,
}

impl GivenPosition {
    /// Why nobody is found by it, where it is no position: (0, 0) is sent by programs that have none, and what is blurred lies
    /// anywhere near.
    pub fn doubt(&self) -> Option<Reason> {
        if self.lon == 0.0 && self.lat == 0.0 {
            Some(Reason::NoPosition)
        } else if self.source == Some(PositionSource::Fuzzy) {
            Some(Reason::FuzzyPosition)
        } else {
            None
        }
    }
}

/// A grid of a tier, as it was called then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedGrid {
    pub tier: Tier,
    pub code: String,
    pub name: String,
}

/// A grid that the accuracy circle meets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub code: String,
    /// Part of the circle's area, 0 to 1.
    pub share: f64,
}

/// The grid nearest to a point outside every grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearestGrid {
    pub code: String,
    pub name: String,
    pub distance_m: f64,
}

/// A person as the roster had them. The number is personal data: `Debug` masks it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedPerson {
    pub name: String,
    pub phone: Option<String>,
    /// Stands in for the leader.
    pub deputy: bool,
}

impl std::fmt::Debug for AssignedPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AssignedPerson({} {:?})", self.name, self.phone.as_deref().map(mask_phone))
    }
}

/// Why the report lies with its level and no other, in the order in which it was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// The smallest grid at the place is of this tier.
    SmallestGrid { tier: Tier, grid: String },
    /// No grid of any tier holds the point.
    OutsideEveryGrid,
    /// The position is blurred on purpose.
    FuzzyPosition,
    /// The position is (0, 0), which is what programs send that have none.
    NoPosition,
    /// The rules send the category to this level at once.
    CategoryStartsAt { category: String, level: Level },
    /// Nobody serves as leader or deputy of this grid.
    Vacant { tier: Tier, grid: String },
    /// No grid further up has anybody who leads it.
    ReachedTheTown,
    /// The roster has nobody at the town office either.
    NobodyAnywhere,
    /// A person named this grid.
    NamedByPerson { grid: String },
}

/// The decision, and what it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    pub rule: AssignmentRule,
    /// Who it lies with at first.
    pub level: Level,
    /// The grid of that level; none for the town.
    pub grid: Option<String>,
    /// The grids at the place, tier 1 first; a tier without one is left out.
    pub grids: Vec<AssignedGrid>,
    /// 党小组 of the smallest grid at the place that has a roster entry.
    pub party_group: Option<String>,
    /// Who is called: the leader or deputy of `grid`, or the town office's.
    pub leader: Option<AssignedPerson>,
    /// Metres to the nearest border of any tier.
    pub border_distance_m: Option<f64>,
    /// The accuracy circle meets more than one smallest grid, or ground outside all.
    pub ambiguous: bool,
    pub candidates: Vec<Candidate>,
    /// Outside every grid only.
    pub nearest: Option<NearestGrid>,
    pub reasons: Vec<Reason>,
    /// What it was decided from.
    pub given: GivenPosition,
    /// The position in degrees of WGS 84, on the lattice that lookups work on.
    pub wgs84: [f64; 2],
    pub edition: String,
    /// Its number in the store; none where there was no roster.
    pub roster: Option<i64>,
    /// The revision of the rules.
    pub rules: i64,
    #[serde(with = "time::serde::rfc3339")]
    pub decided_at: OffsetDateTime,
}

impl Assignment {
    /// The code of the grid of a tier at the place.
    pub fn code_of(&self, tier: Tier) -> Option<&str> {
        self.grids.iter().find(|grid| grid.tier == tier).map(|grid| grid.code.as_str())
    }

    /// The codes at the place, the smallest grid first: whoever leads one of them has a say.
    pub fn codes_upwards(&self) -> impl Iterator<Item = &str> {
        self.grids.iter().rev().map(|grid| grid.code.as_str())
    }
}
