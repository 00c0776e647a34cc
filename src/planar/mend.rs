//! Repairs of a ring by itself: closing it, repeated points, spikes, loops too small to be meant, rings without area.

use rustc_hash::FxHashMap;

use super::check::shapes::{is_closed, is_collapsed, open_ring};
use super::noding::pass;
use super::shape::close;
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
            let without_area = without_area(&code, &ring);
            if is_collapsed(&ring) {
                say("ring_without_area_removed", first, 0.0, without_area);
                raw.clear();
                continue;
            }
            // A loop that is cut off may leave a spike, and the other way round.
            for _ in 0..MAX_TURNS {
                let before = ring.len();
                tidy(&mut ring);
                if ring.len() < before {
                    let message = format!("a spike of {} point(s) of {code} was removed", before - ring.len());
                    say("spike_removed", first, 0.0, message);
                }
                let Some((place, longest_m)) = cut_loops(&mut ring, tolerance) else { break };
                let message = format!("a loop in the border of {code}, {longest_m:.2} m long, was cut off");
                say("loop_removed", place, longest_m, message);
            }
            if is_collapsed(&ring) {
                say("ring_without_area_removed", first, 0.0, without_area);
                raw.clear();
                continue;
            }
            *raw = close(ring);
        }
        polygon.retain(|ring| !ring.is_empty());
    }
    feature.polygons.retain(|polygon| !polygon.is_empty());
}

fn without_area(code: &str, ring: &[Point]) -> String {
    let extent_m = IntBox::around(ring).map_or(0.0, |bounds| distance_m(bounds.min, bounds.max));
    let points = ring.len();
    format!(
        "a ring of {code} with {points} different point(s), {extent_m:.1} m from end to end, has no area and was left out"
    )
}

/// Cuts off loops of which no point is further than the tolerance from where the ring crosses or touches itself. Answers
/// where the longest was, and how far it reached.
fn cut_loops(ring: &mut Ring, tolerance: Tolerance) -> Option<(Point, f64)> {
    let edges: Vec<(Point, Point)> = (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])).collect();
    let found = pass(&edges);
    if found.splits.is_empty() && !repeats(ring) {
        return None;
    }
    let mut splits = found.splits.into_iter().peekable();
    let mut walk: Ring = Vec::with_capacity(ring.len());
    for (i, &(a, _)) in (0u32..).zip(&edges) {
        walk.push(a);
        walk.extend(splits.next_if(|split| split.segment == i).into_iter().flat_map(|split| split.through));
    }
    let mut path: Ring = Vec::with_capacity(walk.len());
    let mut at: FxHashMap<Point, usize> = FxHashMap::default();
    let mut longest: Option<(Point, f64)> = None;
    for &p in &walk {
        if let Some(&from) = at.get(&p) {
            let small = path.len() - from < walk.len() / 2
                && path[from..].iter().all(|&q| tolerance.reaches(tolerance.distance2(p, q)));
            if small {
                let length_m = path[from..].iter().map(|&q| distance_m(p, q)).fold(0.0, f64::max);
                if longest.is_none_or(|(_, longest_m)| length_m > longest_m) {
                    longest = Some((p, length_m));
                }
                for q in path.drain(from..) {
                    at.remove(&q);
                }
            }
        }
        at.insert(p, path.len());
        path.push(p);
    }
    if longest.is_some() && !is_collapsed(&path) {
        *ring = path;
        return longest;
    }
    None
}

/// Whether the ring comes back to a point of its own.
pub(super) fn repeats(ring: &[Point]) -> bool {
    let mut points = ring.to_vec();
    points.sort_unstable();
    points.windows(2).any(|pair| pair[0] == pair[1])
}
