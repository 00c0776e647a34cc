//! How a comparison of two editions is written: as JSON, and its strips as GeoJSON. The command line prints the same.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::assign::compare::{self, ChangedPlace, Comparison, PlaceChanges};
use crate::domain::edition::{EditionInfo, EditionState};
use crate::domain::grid::{Grid, GridId};
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::point::IntBox;
use crate::http::geojson;
use crate::planar::diff::{Difference, Strip};

/// Longer lists end here; `summary` has the whole numbers.
pub(crate) const MAX_ROWS: usize = 10_000;

/// What the newer of two editions would do, or did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiffAnswer {
    old: ComparedEdition,
    new: ComparedEdition,
    summary: Summary,
    /// Codes that only the new edition has.
    added: Vec<AddedGrid>,
    /// Codes that only the old edition has, with the grids that hold their land now.
    removed: Vec<RemovedGrid>,
    /// The same place under another code: at least 95 % of either lies in the other.
    recoded: Vec<RecodedGrid>,
    renamed: Vec<RenamedGrid>,
    /// Grids below another grid than before.
    reparented: Vec<ReparentedGrid>,
    /// Grids with other borders, those that change most first.
    moved: Vec<MovedGrid>,
    /// Land for which others answer, by the roster in force now, the largest first.
    hand_overs: Vec<HandOver>,
    /// Land that changes hands, by tier, `from` and `to`.
    strips: Vec<StripRow>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ComparedEdition {
    name: String,
    /// `draft` or `published`.
    #[schema(value_type = String)]
    state: EditionState,
}

/// How many there are of each kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Summary {
    pub added: usize,
    pub removed: usize,
    pub recoded: usize,
    pub renamed: usize,
    pub reparented: usize,
    pub moved: usize,
    /// Square kilometres that change hands in each tier.
    pub changed_km2: ByTier<f64>,
    pub hand_overs: usize,
}

/// A value of each tier.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ByTier<T> {
    pub tier1: T,
    pub tier2: T,
    pub tier3: T,
}

impl<T> From<PerTier<T>> for ByTier<T> {
    fn from(PerTier([tier1, tier2, tier3]): PerTier<T>) -> ByTier<T> {
        ByTier { tier1, tier2, tier3 }
    }
}

/// A grid that shares land with another one.
#[derive(Debug, Serialize, ToSchema)]
struct Share {
    code: String,
    name: String,
    /// 0 to 1.
    share: f64,
}

#[derive(Debug, Serialize, ToSchema)]
struct AddedGrid {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    code: String,
    name: String,
    parent: Option<String>,
    area_km2: f64,
    /// Grids of the old edition whose land it has, with the parts of its own area.
    out_of: Vec<Share>,
    /// West, south, east, north.
    #[schema(min_items = 4, max_items = 4)]
    bbox: Option<[f64; 4]>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RemovedGrid {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    code: String,
    name: String,
    area_km2: f64,
    /// Grids of the new edition that hold its land, with the parts of its area.
    into: Vec<Share>,
    /// West, south, east, north.
    #[schema(min_items = 4, max_items = 4)]
    bbox: Option<[f64; 4]>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RecodedGrid {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    from: String,
    to: String,
    /// In the new edition.
    name: String,
    /// West, south, east, north.
    #[schema(min_items = 4, max_items = 4)]
    bbox: Option<[f64; 4]>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RenamedGrid {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    /// In the new edition.
    code: String,
    from: String,
    to: String,
    /// West, south, east, north.
    #[schema(min_items = 4, max_items = 4)]
    bbox: Option<[f64; 4]>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ReparentedGrid {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    /// In the new edition.
    code: String,
    name: String,
    from: Option<String>,
    to: Option<String>,
    /// West, south, east, north.
    #[schema(min_items = 4, max_items = 4)]
    bbox: Option<[f64; 4]>,
}

#[derive(Debug, Serialize, ToSchema)]
struct MovedGrid {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    /// In the new edition.
    code: String,
    name: String,
    old_area_km2: f64,
    new_area_km2: f64,
    gained_km2: f64,
    lost_km2: f64,
    /// Of the old area.
    gained_percent: f64,
    lost_percent: f64,
    /// West, south, east, north.
    #[schema(min_items = 4, max_items = 4)]
    bbox: Option<[f64; 4]>,
}

/// Who answers: a party group (党小组) and its leader (网格长).
#[derive(Debug, PartialEq, Serialize, ToSchema)]
struct Answering {
    party_group: Option<String>,
    leader: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct HandOver {
    /// Null where nobody answers.
    from: Option<Answering>,
    to: Option<Answering>,
    area_km2: f64,
}

#[derive(Debug, Serialize, ToSchema)]
struct StripRow {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    /// Code of the owner in the old edition; null where nobody owned it.
    from: Option<String>,
    /// Code of the owner in the new edition.
    to: Option<String>,
    area_m2: f64,
    /// West, south, east, north.
    #[schema(min_items = 4, max_items = 4)]
    bbox: [f64; 4],
}

/// The strips of land that change hands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StripCollection {
    #[serde(rename = "type")]
    #[schema(example = "FeatureCollection")]
    kind: &'static str,
    old: String,
    new: String,
    /// Strips that are left out because there are so many.
    left_out: usize,
    features: Vec<StripFeature>,
}

#[derive(Debug, Serialize, ToSchema)]
struct StripFeature {
    #[serde(rename = "type")]
    #[schema(example = "Feature")]
    kind: &'static str,
    #[schema(min_items = 4, max_items = 4)]
    bbox: [f64; 4],
    /// A MultiPolygon.
    #[schema(value_type = Object)]
    geometry: Box<RawValue>,
    properties: StripProperties,
}

#[derive(Debug, Serialize, ToSchema)]
struct StripProperties {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    from: Option<String>,
    to: Option<String>,
    from_name: Option<String>,
    to_name: Option<String>,
    area_m2: f64,
}

impl DiffAnswer {
    pub(crate) fn new(comparison: &Comparison) -> DiffAnswer {
        let (old, new) = (&comparison.old.edition.planar, &comparison.new.edition.planar);
        let fate = &comparison.difference.fate;
        let (before, after) = (|id: GridId| old.grid(id), |id: GridId| new.grid(id));
        let share = |grid: &Grid, share: f64| Share {
            code: grid.code.clone(),
            name: grid.name.clone(),
            share: rounded(share, 6),
        };
        let hand_overs = comparison.hand_overs();
        let mut moved: Vec<_> = fate.moved.iter().collect();
        moved.sort_by(|a, b| {
            before(a.old)
                .tier
                .cmp(&before(b.old).tier)
                .then((b.gained_m2 + b.lost_m2).total_cmp(&(a.gained_m2 + a.lost_m2)))
        });
        DiffAnswer {
            old: ComparedEdition::of(&comparison.old.edition.info),
            new: ComparedEdition::of(&comparison.new.edition.info),
            summary: Summary::of(&comparison.difference, hand_overs.len()),
            added: listed(&fate.added, |added| AddedGrid {
                tier: after(added.grid).tier.number(),
                code: after(added.grid).code.clone(),
                name: after(added.grid).name.clone(),
                parent: after(added.grid).parent.clone(),
                area_km2: km2(added.area_m2),
                out_of: added.out_of.iter().map(|&(id, part)| share(before(id), part)).collect(),
                bbox: new.bounds_of(added.grid).map(geojson::bbox),
            }),
            removed: listed(&fate.removed, |removed| RemovedGrid {
                tier: before(removed.grid).tier.number(),
                code: before(removed.grid).code.clone(),
                name: before(removed.grid).name.clone(),
                area_km2: km2(removed.area_m2),
                into: removed.into.iter().map(|&(id, part)| share(after(id), part)).collect(),
                bbox: old.bounds_of(removed.grid).map(geojson::bbox),
            }),
            recoded: listed(&fate.recoded, |&(a, b)| RecodedGrid {
                tier: after(b).tier.number(),
                from: before(a).code.clone(),
                to: after(b).code.clone(),
                name: after(b).name.clone(),
                bbox: new.bounds_of(b).map(geojson::bbox),
            }),
            renamed: listed(&fate.renamed, |&(a, b)| RenamedGrid {
                tier: after(b).tier.number(),
                code: after(b).code.clone(),
                from: before(a).name.clone(),
                to: after(b).name.clone(),
                bbox: new.bounds_of(b).map(geojson::bbox),
            }),
            reparented: listed(&fate.reparented, |&(a, b)| ReparentedGrid {
                tier: after(b).tier.number(),
                code: after(b).code.clone(),
                name: after(b).name.clone(),
                from: before(a).parent.clone(),
                to: after(b).parent.clone(),
                bbox: new.bounds_of(b).map(geojson::bbox),
            }),
            moved: listed(&moved, |moved| {
                let percent = |part_m2: f64| rounded(100.0 * part_m2 / moved.old_area_m2.max(1e-6), 4);
                MovedGrid {
                    tier: after(moved.new).tier.number(),
                    code: after(moved.new).code.clone(),
                    name: after(moved.new).name.clone(),
                    old_area_km2: km2(moved.old_area_m2),
                    new_area_km2: km2(moved.new_area_m2),
                    gained_km2: km2(moved.gained_m2),
                    lost_km2: km2(moved.lost_m2),
                    gained_percent: percent(moved.gained_m2),
                    lost_percent: percent(moved.lost_m2),
                    bbox: new.bounds_of(moved.new).map(geojson::bbox),
                }
            }),
            hand_overs: listed(&hand_overs, |over| HandOver {
                from: Answering::of(over.from.as_ref()),
                to: Answering::of(over.to.as_ref()),
                area_km2: km2(over.area_m2),
            }),
            strips: listed(&comparison.difference.strips, |strip| StripRow {
                tier: strip.tier.number(),
                from: strip.from.map(|id| before(id).code.clone()),
                to: strip.to.map(|id| after(id).code.clone()),
                area_m2: rounded(strip.area_m2, 2),
                bbox: bounds(strip),
            }),
        }
    }
}

impl ComparedEdition {
    fn of(info: &EditionInfo) -> ComparedEdition {
        ComparedEdition { name: info.name.clone(), state: info.state }
    }
}

impl Summary {
    pub(crate) fn of(difference: &Difference, hand_overs: usize) -> Summary {
        let fate = &difference.fate;
        let changed_m2 = |tier: Tier| difference.strips_of(tier).map(|strip| strip.area_m2).sum::<f64>();
        Summary {
            added: fate.added.len(),
            removed: fate.removed.len(),
            recoded: fate.recoded.len(),
            renamed: fate.renamed.len(),
            reparented: fate.reparented.len(),
            moved: fate.moved.len(),
            changed_km2: PerTier(Tier::ALL.map(|tier| km2(changed_m2(tier)))).into(),
            hand_overs,
        }
    }
}

impl Answering {
    fn of(answering: Option<&compare::Answering>) -> Option<Answering> {
        answering.map(|who| Answering { party_group: who.party_group.clone(), leader: who.leader.clone() })
    }
}

impl StripCollection {
    pub(crate) fn new(comparison: &Comparison) -> StripCollection {
        let (old, new) = (&comparison.old.edition, &comparison.new.edition);
        let strips = &comparison.difference.strips;
        StripCollection {
            kind: "FeatureCollection",
            old: old.info.name.clone(),
            new: new.info.name.clone(),
            left_out: strips.len().saturating_sub(MAX_ROWS),
            features: listed(strips, |strip| {
                let (from, to) = (strip.from.map(|id| old.planar.grid(id)), strip.to.map(|id| new.planar.grid(id)));
                StripFeature {
                    kind: "Feature",
                    bbox: bounds(strip),
                    geometry: geojson::geometry(&strip.shape),
                    properties: StripProperties {
                        tier: strip.tier.number(),
                        from: from.map(|grid| grid.code.clone()),
                        to: to.map(|grid| grid.code.clone()),
                        from_name: from.map(|grid| grid.name.clone()),
                        to_name: to.map(|grid| grid.name.clone()),
                        area_m2: rounded(strip.area_m2, 2),
                    },
                }
            }),
        }
    }
}

/// What would become of known places.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlacesAnswer {
    old: String,
    new: String,
    rows: u64,
    /// Rows without a position that can be read.
    errors: u64,
    /// The first of them and what is wrong with it.
    first_error: Option<String>,
    /// Places outside every grid of both editions.
    outside: u64,
    /// Places that another grid would own.
    changed: ChangedCounts,
    /// Places for which another party group or leader would answer, by the roster in force now.
    handed_over: u64,
    /// The places that would change hands, as far as they are named.
    places: Vec<PlaceRow>,
    /// Places that would change hands and are not named, because there are so many.
    left_out: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct ChangedCounts {
    any: u64,
    tier1: u64,
    tier2: u64,
    tier3: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct PlaceRow {
    /// The row in the table; the header's is 1.
    row: u64,
    /// What the table calls the place.
    label: Option<String>,
    lon: f64,
    lat: f64,
    /// Codes of the owners in the old edition.
    from: ByTier<Option<String>>,
    to: ByTier<Option<String>>,
    answered_by: Option<Answering>,
    answers: Option<Answering>,
}

impl PlacesAnswer {
    pub(crate) fn new(comparison: &Comparison, found: PlaceChanges) -> PlacesAnswer {
        let left_out = found.changed_in_any - found.places.len() as u64;
        let row = |place: ChangedPlace| PlaceRow {
            row: place.row,
            label: place.label,
            lon: place.lon,
            lat: place.lat,
            from: place.from.into(),
            to: place.to.into(),
            answered_by: Answering::of(place.answered_by.as_ref()),
            answers: Answering::of(place.answers.as_ref()),
        };
        let [tier1, tier2, tier3] = found.changed.0;
        PlacesAnswer {
            old: comparison.old.edition.info.name.clone(),
            new: comparison.new.edition.info.name.clone(),
            rows: found.rows,
            errors: found.errors,
            first_error: found.first_error,
            outside: found.outside,
            changed: ChangedCounts { any: found.changed_in_any, tier1, tier2, tier3 },
            handed_over: found.handed_over,
            places: found.places.into_iter().map(row).collect(),
            left_out,
        }
    }
}

fn listed<T, R>(rows: &[T], row: impl Fn(&T) -> R) -> Vec<R> {
    rows.iter().take(MAX_ROWS).map(row).collect()
}

fn bounds(strip: &Strip) -> [f64; 4] {
    let points = strip.shape.iter().flat_map(|polygon| &polygon.shell);
    geojson::bbox(IntBox::around(points).expect("a strip has an area"))
}

/// To the square metre.
pub(crate) fn km2(area_m2: f64) -> f64 {
    rounded(area_m2 / 1e6, 6)
}

fn rounded(number: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    // Adding 0 makes 0 of -0, which sums of nothing are.
    (number * scale).round() / scale + 0.0
}
