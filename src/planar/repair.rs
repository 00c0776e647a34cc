//! `--repair`: mends what has one right answer, and says what it did.
//!
//! First each ring by itself (`mend.rs`). Then the borders of all, in rounds until one changes nothing: vertices and edges that
//! miss each other meet (`snap.rs`), thin gaps and overlaps go to one of the grids beside them, and the borders of a tier
//! follow those of the tier below (`thin.rs`). In the end every grid is compared with what it was: one that would have
//! moved further than the tolerance is left as it came, and the rest is done again without it; then all of it once more, until
//! it stays. What was left is said, and where it does not come to stay.

use rustc_hash::FxHashSet;

use super::check::attributes;
use super::mend;
use super::near::Near;
use super::snap::{GridRing, Tolerance, snap};
use super::stop::{StopFlag, Stopped, unstopped};
use super::thin::{self, Closed};
use crate::domain::grid::Grid;
use crate::domain::problem::{Measure, Repair};
use crate::geometry::feature::DraftFeature;
use crate::geometry::geodesic::segment_distance_m;
use crate::geometry::point::{Point, Ring};

/// How far borders may miss each other to be made to meet, unless the user says otherwise.
pub const DEFAULT_TOLERANCE_M: f64 = 0.5;

/// Rounds after which repairing ends even if the last one still changed something; two or three are usual.
const MAX_ROUNDS: usize = 8;

/// Times that it begins anew without the grids that would have moved too far, before it leaves all borders alone.
const MAX_ATTEMPTS: usize = 6;

/// Times that what was mended with some grids left as they came is repaired again, to see whether it stays. It ends sooner: fewer
/// grids change each time.
const MAX_ATTEMPTS_AGAIN: usize = 8;

/// Of so many grids one may be left as it came for the others to be repaired again. Where more are, the noise is everywhere, and
/// that would come to no end either.
const GRIDS_TO_ONE_LEFT: usize = 20;

/// What rounding to the lattice may add to a move, in lattice units.
const ROUNDING_UNITS: f64 = 2.0;

/// The polygons of one grid, each a list of rings, the first of them its shell; rings without closing point.
pub(super) type Shape = Vec<Vec<Ring>>;

/// Closes rings, takes out repeated points, spikes and rings without area, and makes borders that miss each other by
/// less than `tolerance_m` one border. No vertex moves further than that, and repairing again changes nothing, unless
/// [`Repaired::left`] says that it would. Directions need no repair: the even-odd rule and the planar map do not look at them.
pub fn repair(features: Vec<DraftFeature>, tolerance_m: f64) -> (Vec<DraftFeature>, Vec<Repair>) {
    let Repaired { features, repairs, .. } = unstopped(|stop| repair_until(features, tolerance_m, stop));
    (features, repairs)
}

/// What repairing came to.
pub struct Repaired {
    pub features: Vec<DraftFeature>,
    pub repairs: Vec<Repair>,
    /// Says what was left as it came because it would have moved too far.
    pub left: Option<String>,
}

/// The same, unless somebody asks for the end before it is done.
pub fn repair_until(mut features: Vec<DraftFeature>, tolerance_m: f64, stop: &StopFlag) -> Result<Repaired, Stopped> {
    let mut repairs = Vec::new();
    let tolerance = Tolerance::metres(tolerance_m);
    let (mending, settling) = (stop.part(0.0, 0.1), stop.part(0.1, 1.0));
    let count = features.len();
    for (done, feature) in features.iter_mut().enumerate() {
        mending.go_on_at(done, count)?;
        mend::mend(feature, tolerance, &mut repairs);
    }
    let mut ignored = Vec::new();
    let table = attributes::table(&features, &mut ignored);
    let grids: Vec<Grid> = table.iter().map(|row| row.grid.clone()).collect();
    let opened = |raw: &Ring| {
        let mut ring = raw.clone();
        ring.pop();
        ring
    };
    let before: Vec<Shape> = table
        .iter()
        .map(|row| {
            let polygons = &features[row.feature].polygons;
            polygons.iter().map(|rings| rings.iter().map(opened).collect()).collect()
        })
        .collect();
    let Settled { shapes: after, closed, moved, left } = settle(&before, &grids, tolerance_m, &settling)?;
    for ((row, before), after) in table.iter().zip(&before).zip(after) {
        if *before != after {
            features[row.feature].polygons =
                after.into_iter().map(|rings| rings.into_iter().map(mend::closed).collect()).collect();
        }
    }
    for m in moved {
        let row = &table[m.grid as usize];
        let code = &row.grid.code;
        let message = format!("{} point(s) of the border of {code} were moved, put in or left out", m.points);
        repairs.push(Repair {
            action: "border_snapped".into(),
            grids: vec![code.clone()],
            place: Some(m.place.to_degrees()),
            moved_m: m.longest_m,
            measure: None,
            source: Some(features[row.feature].source.clone()),
            message,
        });
    }
    repairs.extend(closed.into_iter().map(|closed| closed.told(&grids)));
    let left = left.map(|left| left.told(grids.len(), tolerance_m));
    Ok(Repaired { features, repairs, left })
}

/// What was done to one grid.
struct Moved {
    grid: u32,
    /// Points that it has now and had not, or had and has not.
    points: usize,
    /// Where the longest move was.
    place: Point,
    longest_m: f64,
}

/// Grids that would have moved too far.
enum Left {
    /// So many, and the others were mended.
    Some(usize),
    /// The same, but there is no end within the tolerance at which repairing again would change nothing.
    Unsettled(usize),
    /// So many that no border was touched.
    All(usize),
}

impl Left {
    fn count(&self) -> usize {
        let (Left::Some(count) | Left::Unsettled(count) | Left::All(count)) = self;
        *count
    }

    fn told(&self, grids: usize, tolerance_m: f64) -> String {
        match self {
            Left::Some(count) => format!(
                "{count} of the {grids} grids would have to move further than the tolerance of {tolerance_m} m, so some of \
                 their borders were left as they came; a larger tolerance mends more"
            ),
            Left::Unsettled(count) => format!(
                "{count} of the {grids} grids would have to move further than the tolerance of {tolerance_m} m, so some of \
                 their borders were left as they came, and repairing again would go on from there; a larger tolerance \
                 mends more"
            ),
            Left::All(count) => format!(
                "{count} of the {grids} grids would have to move further than the tolerance of {tolerance_m} m, so no \
                 border was touched; a larger tolerance mends more"
            ),
        }
    }
}

/// The shapes with their borders made to meet, the gaps and overlaps that were closed, and how far grids moved.
struct Settled {
    shapes: Vec<Shape>,
    closed: Vec<Closed>,
    moved: Vec<Moved>,
    left: Option<Left>,
}

fn settle(before: &[Shape], grids: &[Grid], tolerance_m: f64, stop: &StopFlag) -> Result<Settled, Stopped> {
    let (once, further) = (stop.part(0.0, 0.5), stop.part(0.5, 1.0));
    let first = attempt(before, grids, tolerance_m, &once)?;
    let Some(Left::Some(count)) = first.left else { return Ok(first) };
    if count * GRIDS_TO_ONE_LEFT > grids.len() {
        return Ok(Settled { left: Some(Left::Unsettled(count)), ..first });
    }
    // What was held back may go on from where it is now, and would if it were repaired again. So it is, until nothing changes.
    let mut shapes = first.shapes.clone();
    let mut closed = Vec::new();
    for stop in further.halves().take(MAX_ATTEMPTS_AGAIN) {
        let again = attempt(&shapes, grids, tolerance_m, &stop)?;
        let is_stable = again.shapes == shapes;
        closed.extend(again.closed);
        shapes = again.shapes;
        if is_stable {
            let changed = (0u32..).zip(before.iter().zip(&shapes)).filter(|(_, (was, is))| was != is);
            let moved =
                changed.map(|(id, (was, is))| measure(id, was, is, tolerance_m)).collect::<Option<Vec<Moved>>>();
            let Some(moved) = moved else { break };
            closed.splice(0..0, first.closed);
            let left = again.left.as_ref().map(|left| Left::Some(left.count()));
            return Ok(Settled { shapes, closed, moved, left });
        }
    }
    Ok(Settled { left: Some(Left::Unsettled(count)), ..first })
}

impl Settled {
    fn untouched(before: &[Shape], would_move: usize) -> Settled {
        Settled { shapes: before.to_vec(), closed: Vec::new(), moved: Vec::new(), left: Some(Left::All(would_move)) }
    }
}

fn attempt(before: &[Shape], grids: &[Grid], tolerance_m: f64, stop: &StopFlag) -> Result<Settled, Stopped> {
    let tolerance = Tolerance::metres(tolerance_m);
    let mut fixed: FxHashSet<u32> = FxHashSet::default();
    for stop in stop.halves().take(MAX_ATTEMPTS) {
        let mut closed = Vec::new();
        let after = rounds(before, grids, tolerance, &fixed, &mut closed, &stop)?;
        let mut moved = Vec::new();
        let fixed_before = fixed.len();
        for (id, (was, is)) in (0u32..).zip(before.iter().zip(&after)).filter(|(_, (was, is))| was != is) {
            stop.go_on()?;
            match measure(id, was, is, tolerance_m) {
                Some(found) => moved.push(found),
                None => _ = fixed.insert(id),
            }
        }
        if fixed.len() == fixed_before {
            let left = (!fixed.is_empty()).then_some(Left::Some(fixed.len()));
            return Ok(Settled { shapes: after, closed, moved, left });
        }
    }
    Ok(Settled::untouched(before, fixed.len()))
}

fn rounds(
    before: &[Shape],
    grids: &[Grid],
    tolerance: Tolerance,
    fixed: &FxHashSet<u32>,
    closed: &mut Vec<Closed>,
    stop: &StopFlag,
) -> Result<Vec<Shape>, Stopped> {
    let mut shapes = before.to_vec();
    let mut ambiguous = thin::Ambiguous::new(before, tolerance, fixed);
    for stop in stop.halves().take(MAX_ROUNDS) {
        let at_first = shapes.clone();
        let mut rings = flat(&shapes, grids);
        snap(&mut rings, tolerance, fixed, &stop.part(0.0, 0.3))?;
        put_back(&mut shapes, rings);
        let thin = tolerance.less(ROUNDING_UNITS);
        thin::close(&mut shapes, grids, thin, &mut ambiguous, closed, &stop.part(0.3, 1.0))?;
        if shapes == at_first {
            break;
        }
    }
    Ok(shapes)
}

/// All rings in the order of the shapes.
fn flat(shapes: &[Shape], grids: &[Grid]) -> Vec<GridRing> {
    let of_grid = |(id, shape): (u32, &Shape)| -> Vec<GridRing> {
        let tier = grids[id as usize].tier;
        shape.iter().flatten().map(|ring| GridRing { grid: id, tier, points: ring.clone() }).collect()
    };
    (0u32..).zip(shapes).flat_map(of_grid).collect()
}

/// The rings that [`flat`] gave; those of which nothing is left go.
fn put_back(shapes: &mut [Shape], rings: Vec<GridRing>) {
    let mut rings = rings.into_iter();
    for shape in shapes {
        for ring in shape.iter_mut().flatten() {
            *ring = rings.next().expect("as many rings come back as went").points;
        }
        for polygon in shape.iter_mut() {
            polygon.retain(|ring| !ring.is_empty());
        }
        shape.retain(|polygon| !polygon.is_empty());
    }
}

/// How far the borders of a grid moved: its new vertices from the old borders and its old vertices from the new ones. None
/// where one is further away than the tolerance.
fn measure(grid: u32, was: &Shape, is: &Shape, tolerance_m: f64) -> Option<Moved> {
    let (old, new) = (edges(was), edges(is));
    let vertices = |edges: &[(Point, Point)]| edges.iter().map(|&(a, _)| a).collect::<FxHashSet<Point>>();
    let (old_vertices, new_vertices) = (vertices(&old), vertices(&new));
    let mut moved = Moved { grid, points: 0, place: *old_vertices.iter().min()?, longest_m: 0.0 };
    for (from, known, to) in [(&new_vertices, &old_vertices, &old), (&old_vertices, &new_vertices, &new)] {
        let near = Near::new(to, Tolerance::metres(tolerance_m).less(-ROUNDING_UNITS));
        let mut others: Vec<Point> = from.difference(known).copied().collect();
        others.sort_unstable();
        for p in others {
            let (a, b) = near.nearest(p)?;
            moved.points += 1;
            let distance_m = segment_distance_m(p, a, b);
            if distance_m > tolerance_m {
                return None;
            }
            if distance_m > moved.longest_m {
                (moved.longest_m, moved.place) = (distance_m, p);
            }
        }
    }
    Some(moved)
}

/// The edges of all rings.
pub(super) fn edges(shape: &Shape) -> Vec<(Point, Point)> {
    let of_ring = |ring: &Ring| (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])).collect::<Vec<_>>();
    shape.iter().flatten().flat_map(of_ring).collect()
}

impl Closed {
    fn told(self, grids: &[Grid]) -> Repair {
        let codes: Vec<String> = self.grids.iter().map(|&id| grids[id as usize].code.clone()).collect();
        let (what, action) = match self.kind {
            thin::Kind::Gap => (format!("{} gap(s) between them went to {}", self.places, codes[0]), "gap_closed"),
            thin::Kind::Overlap => {
                (format!("{} overlap(s) of them went to {}", self.places, codes[0]), "overlap_closed")
            }
            thin::Kind::Apart => (
                format!("the border of {} was laid on those of the grids in it, in {} place(s)", codes[0], self.places),
                "tier_aligned",
            ),
        };
        Repair {
            action: action.into(),
            message: format!("{}: {what}, {:.1} m² in all", codes.join(", "), self.area_m2),
            grids: codes,
            place: Some(self.place.to_degrees()),
            moved_m: self.widest_m,
            measure: Some(Measure::AreaM2(self.area_m2)),
            source: None,
        }
    }
}
