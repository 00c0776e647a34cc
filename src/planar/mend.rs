//! Repairs of a ring by itself: closing it, repeated points, spikes, loops too small to be meant, rings without area.

use rustc_hash::FxHashMap;

use super::check::shapes::{is_closed, is_collapsed, open_ring};
use super::noding::pass;
use super::shape::{Piece, close, ring_edges};
use super::snap::{Tolerance, tidy};
use crate::domain::problem::Repair;
use crate::geometry::feature::DraftFeature;
use crate::geometry::geodesic::distance_m;
use crate::geometry::point::{IntBox, Point, Ring};

/// Times that spikes and loops of a ring are looked for; one that has both needs two.
const MAX_TURNS: usize = 8;

/// Mends all rings of a feature; those without area are taken out.
pub(super) fn mend(feature: &mut DraftFeature, tolerance: Tolerance, repairs: &mut Vec<Repair>) {
    let code = feature.code.clone().unwrap_or_default();
    let mut say = |action: &str, place: Point, moved_m: f64, message: String| {
        repairs.push(Repair {
            action: action.into(),
            grids: vec![code.clone()],
            place: Some(place.to_degrees()),
            moved_m,
            measure: None,
            source: Some(feature.source.clone()),
            message,
        });
    };
    for polygon in &mut feature.polygons {
        for raw in polygon.iter_mut() {
            let Some(&first) = raw.first() else { continue };
            if !is_closed(raw) {
                let open_m = distance_m(first, raw[raw.len() - 1]);
                say("ring_closed", first, 0.0, format!("a ring of {code} that stood {open_m:.2} m open was closed"));
            }
            let mut ring = open_ring(raw);
            let repeated = raw.len().saturating_sub(ring.len() + 1);
            if repeated > 0 {
                say(
                    "repeated_points_removed",
                    first,
                    0.0,
                    format!("{repeated} repeated point(s) of {code} were removed"),
                );
            }
            let came = ring.clone();
            let taken = if is_collapsed(&ring) { TakenOut::default() } else { take_out(&mut ring, tolerance) };
            if is_collapsed(&ring) {
                say("ring_without_area_removed", first, 0.0, without_area(&code, came));
                raw.clear();
                continue;
            }
            if taken.spike_points > 0 {
                let message = format!("a spike of {} point(s) of {code} was removed", taken.spike_points);
                say("spike_removed", first, 0.0, message);
            }
            if let Some((place, longest_m)) = taken.longest_loop {
                let message = format!("a loop in the border of {code}, {longest_m:.2} m long, was cut off");
                say("loop_removed", place, longest_m, message);
            }
            *raw = close(ring);
        }
        polygon.retain(|ring| !ring.is_empty());
    }
    feature.polygons.retain(|polygon| !polygon.is_empty());
}

fn without_area(code: &str, mut ring: Ring) -> String {
    let extent_m = IntBox::around(&ring).map_or(0.0, |bounds| distance_m(bounds.min, bounds.max));
    ring.sort_unstable();
    ring.dedup();
    let points = ring.len();
    format!(
        "a ring of {code} with {points} different point(s), {extent_m:.1} m from end to end, has no area and was left out"
    )
}

/// What was taken out of a ring.
#[derive(Default)]
struct TakenOut {
    spike_points: usize,
    /// Where the longest loop was, and how far it reached.
    longest_loop: Option<(Point, f64)>,
}

/// Takes spikes and small loops out of a ring until there are none. Where that does not end, or leads too far loop by loop,
/// the ring stays as it came: a part of it would go on when the ring is repaired again.
fn take_out(ring: &mut Ring, tolerance: Tolerance) -> TakenOut {
    let mut taken = TakenOut::default();
    let mut now = ring.clone();
    let mut reached = Reached::default();
    for _ in 0..MAX_TURNS {
        let before = now.len();
        tidy(&mut now);
        taken.spike_points += before - now.len();
        match cut_loops(&mut now, tolerance, &mut reached) {
            Cut::Nothing => {
                *ring = now;
                return taken;
            }
            Cut::Loops(place, longest_m) => {
                if taken.longest_loop.is_none_or(|(_, known_m)| longest_m > known_m) {
                    taken.longest_loop = Some((place, longest_m));
                }
            }
            Cut::TooFar => break,
        }
    }
    TakenOut::default()
}

/// How far what was cut off at a point reached from there.
type Reached = FxHashMap<Point, f64>;

/// What came of looking for loops.
enum Cut {
    Nothing,
    /// Where the longest was, and how far it reached.
    Loops(Point, f64),
    /// A loop is small now, and was not before other ones were cut off it.
    TooFar,
}

/// Cuts off loops of which no point is further than the tolerance from where the ring crosses or touches itself.
fn cut_loops(ring: &mut Ring, tolerance: Tolerance, reached: &mut Reached) -> Cut {
    let edges: Vec<Piece> = ring_edges(ring).collect();
    let found = pass(&edges);
    if found.splits.is_empty() && !repeats(ring) {
        return Cut::Nothing;
    }
    let mut splits = found.splits.into_iter().peekable();
    let mut walk: Ring = Vec::with_capacity(ring.len());
    for (i, &(a, _)) in (0u32..).zip(&edges) {
        walk.push(a);
        walk.extend(splits.next_if(|split| split.segment == i).into_iter().flat_map(|split| split.through));
    }
    let mut cut = cut_along(&mut walk, tolerance, reached);
    if matches!(cut, Cut::Nothing) {
        // A loop may lie where the ring begins and ends.
        let half = walk.len() / 2;
        walk.rotate_left(half);
        cut = cut_along(&mut walk, tolerance, reached);
    }
    if matches!(cut, Cut::Loops(..)) {
        *ring = walk;
    }
    cut
}

/// Cuts off the small loops between the ends of a walk that goes through all points where it meets itself.
fn cut_along(walk: &mut Ring, tolerance: Tolerance, reached: &mut Reached) -> Cut {
    let mut path: Ring = Vec::with_capacity(walk.len());
    let mut at: FxHashMap<Point, usize> = FxHashMap::default();
    let mut longest: Option<(Point, f64)> = None;
    for &p in walk.iter() {
        if let Some(&from) = at.get(&p).filter(|&&from| path.len() - from < walk.len() / 2) {
            let distance = |q: &Point| tolerance.distance2(p, *q).sqrt();
            let farthest = path[from..].iter().map(distance).fold(0.0, f64::max);
            if tolerance.reaches(farthest * farthest) {
                let with_loops = |q: &Point| distance(q) + reached.get(q).copied().unwrap_or_default();
                let farthest = path[from..].iter().map(with_loops).fold(0.0, f64::max);
                if !tolerance.reaches(farthest * farthest) {
                    return Cut::TooFar;
                }
                if longest.is_none_or(|(_, longest)| farthest > longest) {
                    longest = Some((p, farthest));
                }
                reached.insert(p, farthest);
                for q in path.drain(from..) {
                    at.remove(&q);
                }
            }
        }
        at.insert(p, path.len());
        path.push(p);
    }
    match longest {
        Some((place, farthest_m)) if !is_collapsed(&path) => {
            *walk = path;
            Cut::Loops(place, farthest_m)
        }
        _ => Cut::Nothing,
    }
}

/// Whether the ring comes back to a point of its own.
pub(super) fn repeats(ring: &[Point]) -> bool {
    let mut points = ring.to_vec();
    points.sort_unstable();
    points.windows(2).any(|pair| pair[0] == pair[1])
}
