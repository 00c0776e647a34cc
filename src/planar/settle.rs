//! Borders are moved in rounds until one changes nothing, and never further than the tolerance.
//!
//! A round makes vertices and edges that miss each other meet (`snap.rs`) and closes what is thin (`thin.rs`). A vertex that is
//! within the tolerance of where it came from after one step may be beyond it after the next. Where that happens everything
//! around is *held*, left as it came, and the rest is done again: since it was all there as before, doing it again comes to
//! the same, here and also when the result is repaired another time. Whether it does is looked at, not believed: what
//! [`settle`] gives is what it would give again.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::mend;
use super::near::Near;
use super::shape::{Piece, Shape, closed, edges, opened};
use super::snap::{GridRing, Tolerance, snap};
use super::stop::{StopFlag, Stopped};
use super::thin::{self, Found};
use crate::domain::grid::Grid;
use crate::geometry::feature::DraftFeature;
use crate::geometry::geodesic::segment_distance_m;
use crate::geometry::point::Point;

/// Rounds after which what still changes is held; three or four are usual.
const MAX_ROUNDS: usize = 8;

/// Times that what would move too far is held and the rest done again, before all is left as it came. Each time there is less.
const MAX_HOLDS: usize = 12;

/// Times that what was repaired is repaired again, to see whether it stays; one or two are usual.
const MAX_REPAIRS: usize = 4;

/// Proposals that are tried; the first is good where no noise is as large as the tolerance.
const MAX_PROPOSALS: usize = 6;

/// What lies within so many times the tolerance of a held piece of border stays as it came: all that could have been a cause.
const HELD_AROUND: f64 = 4.0;

/// What rounding to the lattice may add to a move, in lattice units.
const ROUNDING_UNITS: f64 = 2.0;

/// What moving the borders came to.
pub(super) struct Settled {
    pub shapes: Vec<Shape>,
    pub found: Vec<Found>,
    pub moved: Vec<Moved>,
    /// How many grids would have moved too far, so that some of their borders are as they came.
    pub held: usize,
    /// Whether no border was moved.
    pub is_untouched: bool,
}

/// What was done to one grid.
pub(super) struct Moved {
    pub grid: u32,
    /// Points that it has now and had not, or had and has not.
    pub points: usize,
    /// Where the longest move was.
    pub place: Point,
    pub longest_m: f64,
}

/// Makes the borders meet; what it gives, it gives again. Each of what [`proposed`] proposes is tried for that. Where one moves on,
/// it is gone on from there, or, where that leads too far from where it came step by step, that is held from the start; and where that
/// does not help either, all stays as it came.
pub(super) fn settle(before: &[Shape], grids: &[Grid], tolerance_m: f64, stop: &StopFlag) -> Result<Settled, Stopped> {
    let propose = |from: &[Shape], hold: &[Piece], stop: &StopFlag| proposed(from, grids, tolerance_m, hold, stop);
    let mut hold: Vec<Piece> = Vec::new();
    let mut too_far: FxHashSet<u32> = FxHashSet::default();
    let mut now = propose(before, &hold, &stop.part(0.0, 0.5))?;
    let mut tried = Vec::new();
    for stop in stop.part(0.5, 1.0).halves().take(MAX_PROPOSALS) {
        too_far.extend(&now.too_far);
        let mended = mended(before, &now.shapes, tolerance_m, &stop)?;
        let next = if now.stays { None } else { Some(propose(&mended, &[], &stop.part(0.0, 0.5))?) };
        let Some(next) = next.filter(|next| next.shapes != now.shapes || mended != now.shapes) else {
            let Measured { moved, .. } = measure_all(before, &now.shapes, tolerance_m, &stop)?;
            let is_untouched = now.shapes == before;
            // What was found then went one way and back.
            let found = if is_untouched { Vec::new() } else { now.found };
            return Ok(Settled { shapes: now.shapes, found, moved, held: now.too_far.len(), is_untouched });
        };
        let beyond = measure_all(before, &next.shapes, tolerance_m, &stop)?.too_far;
        if beyond.is_empty() {
            now.found.extend(next.found);
            now = Proposal { found: now.found, ..next };
            continue;
        }
        if !hold.is_empty() {
            // Holding pieces was not enough: then all of these grids.
            let ids: BTreeSet<u32> = beyond.iter().map(|&(id, _)| id).collect();
            hold.extend(ids.into_iter().flat_map(|id| edges(&before[id as usize])));
        }
        hold.extend(beyond.into_iter().map(|(_, piece)| piece));
        let another = propose(before, &hold, &stop.part(0.5, 1.0))?;
        tried.push(std::mem::replace(&mut now, another).shapes);
        if tried.contains(&now.shapes) {
            // The same would follow.
            break;
        }
    }
    let shapes = before.to_vec();
    Ok(Settled { shapes, found: Vec::new(), moved: Vec::new(), held: too_far.len(), is_untouched: true })
}

/// What may be given.
struct Proposal {
    shapes: Vec<Shape>,
    found: Vec<Found>,
    /// The grids that were held somewhere.
    too_far: FxHashSet<u32>,
    /// Whether the same comes of it again.
    stays: bool,
}

/// Moves the borders, and moves them again until they stay: what was held may go on from where its neighbours are after the first time.
/// Where that leads further than the tolerance, or to no end, what does so is held from the start.
fn proposed(
    before: &[Shape],
    grids: &[Grid],
    tolerance_m: f64,
    hold: &[Piece],
    stop: &StopFlag,
) -> Result<Proposal, Stopped> {
    let (moving, holding) = (stop.part(0.0, 0.75), stop.part(0.75, 1.0));
    let mut times = moving.halves();
    let mut next = || times.next().expect("halves have no end");
    let Attempt { mut shapes, mut found, too_far } = attempt(before, grids, tolerance_m, hold, &next())?;
    if shapes == before && hold.is_empty() {
        return Ok(Proposal { shapes, found, too_far, stays: true });
    }
    let mut beyond = Vec::new();
    for stop in (0..MAX_REPAIRS).map(|_| next()) {
        let mended = mended(before, &shapes, tolerance_m, &stop)?;
        let again = attempt(&mended, grids, tolerance_m, &[], &stop)?;
        if mended == shapes && again.shapes == shapes {
            beyond = measure_all(before, &shapes, tolerance_m, &stop)?.too_far;
            if beyond.is_empty() {
                return Ok(Proposal { shapes, found, too_far: again.too_far, stays: true });
            }
            break;
        }
        beyond = changes(&shapes, &mended);
        beyond.extend(changes(&mended, &again.shapes));
        shapes = again.shapes;
        found.extend(again.found);
    }
    let mut hold = hold.to_vec();
    hold.extend(beyond.iter().map(|&(_, piece)| piece));
    let Attempt { shapes, found, mut too_far } = attempt(before, grids, tolerance_m, &hold, &holding)?;
    too_far.extend(beyond.iter().map(|&(id, _)| id));
    Ok(Proposal { shapes, found, too_far, stays: false })
}

/// The shapes that differ from what they were, each ring repaired by itself as it would be if it came from a file.
fn mended(before: &[Shape], shapes: &[Shape], tolerance_m: f64, stop: &StopFlag) -> Result<Vec<Shape>, Stopped> {
    let mend = |(was, is): (&Shape, &Shape)| {
        if was == is {
            return Ok(is.clone());
        }
        stop.go_on()?;
        let mut feature = DraftFeature { polygons: closed(is.clone()), ..DraftFeature::default() };
        mend::mend(&mut feature, Tolerance::metres(tolerance_m), &mut Vec::new());
        Ok(opened(&feature.polygons))
    };
    before.iter().zip(shapes).map(mend).collect()
}

/// What comes of moving the borders once.
struct Attempt {
    shapes: Vec<Shape>,
    found: Vec<Found>,
    /// The grids that were held somewhere.
    too_far: FxHashSet<u32>,
}

/// Moves the borders, but for those beside pieces to hold and those that would move too far.
fn attempt(
    before: &[Shape],
    grids: &[Grid],
    tolerance_m: f64,
    hold: &[Piece],
    stop: &StopFlag,
) -> Result<Attempt, Stopped> {
    let mut held = hold.to_vec();
    let mut whole: BTreeSet<u32> = BTreeSet::new();
    let mut too_far: FxHashSet<u32> = FxHashSet::default();
    for stop in stop.halves().take(MAX_HOLDS) {
        held.sort_unstable();
        held.dedup();
        let near_held = Near::new(&held, Tolerance::metres(HELD_AROUND * tolerance_m));
        let Rounds { shapes, found, restless } = rounds(before, grids, tolerance_m, &near_held, &whole, &stop)?;
        let mut beyond = measure_all(before, &shapes, tolerance_m, &stop)?.too_far;
        beyond.extend(restless);
        if beyond.is_empty() {
            return Ok(Attempt { shapes, found, too_far });
        }
        let known: FxHashSet<Piece> = held.iter().copied().collect();
        for (id, piece) in beyond {
            too_far.insert(id);
            if !known.contains(&piece) {
                held.push(piece);
            } else if whole.insert(id) {
                // It was held, and that was not enough: then all of the grid.
                held.extend(edges(&before[id as usize]));
            }
        }
    }
    Ok(Attempt { shapes: before.to_vec(), found: Vec::new(), too_far })
}

/// What comes of rounds.
struct Rounds {
    shapes: Vec<Shape>,
    found: Vec<Found>,
    /// What the last round still changed.
    restless: Vec<(u32, Piece)>,
}

fn rounds(
    before: &[Shape],
    grids: &[Grid],
    tolerance_m: f64,
    held: &Near<'_>,
    whole: &BTreeSet<u32>,
    stop: &StopFlag,
) -> Result<Rounds, Stopped> {
    let tolerance = Tolerance::metres(tolerance_m);
    let mut all = Rounds { shapes: before.to_vec(), found: Vec::new(), restless: Vec::new() };
    let mut ambiguous = thin::Ambiguous::new(before, tolerance, whole);
    for stop in stop.halves().take(MAX_ROUNDS) {
        let at_first = all.shapes.clone();
        let mut rings = flat(&all.shapes, grids);
        snap(&mut rings, tolerance, held, &stop.part(0.0, 0.3))?;
        put_back(&mut all.shapes, rings);
        let thin = tolerance.less(ROUNDING_UNITS);
        let found = thin::close(&mut all.shapes, grids, thin, &mut ambiguous, held, &stop.part(0.3, 1.0))?;
        all.restless = changes(&at_first, &all.shapes);
        if all.shapes == at_first {
            // What was found, then, went one way and back.
            break;
        }
        all.found.extend(found);
    }
    Ok(all)
}

/// The vertices that grids have and had not, or had and have not; all edges of a grid of which only the rings are other ones.
fn changes(was: &[Shape], is: &[Shape]) -> Vec<(u32, Piece)> {
    let vertices = |shape: &Shape| shape.iter().flatten().flatten().copied().collect::<FxHashSet<Point>>();
    let changed = (0u32..).zip(was.iter().zip(is)).filter(|(_, (was, is))| was != is);
    let of_grid = |(id, (was, is)): (u32, (&Shape, &Shape))| {
        let (had, has) = (vertices(was), vertices(is));
        let mut pieces: Vec<Piece> = had.symmetric_difference(&has).map(|&p| (p, p)).collect();
        if pieces.is_empty() {
            pieces = edges(was);
        }
        pieces.into_iter().map(|piece| (id, piece)).collect::<Vec<_>>()
    };
    changed.flat_map(of_grid).collect()
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

/// How far the grids moved that did.
#[derive(Default)]
struct Measured {
    moved: Vec<Moved>,
    /// What moved too far, of which grids.
    too_far: Vec<(u32, Piece)>,
}

fn measure_all(before: &[Shape], after: &[Shape], tolerance_m: f64, stop: &StopFlag) -> Result<Measured, Stopped> {
    let mut all = Measured::default();
    for (id, (was, is)) in (0u32..).zip(before.iter().zip(after)).filter(|(_, (was, is))| was != is) {
        stop.go_on()?;
        match measure(id, was, is, tolerance_m) {
            Ok(found) => all.moved.push(found),
            Err(pieces) => all.too_far.extend(pieces.into_iter().map(|piece| (id, piece))),
        }
    }
    Ok(all)
}

/// How far the borders of a grid moved: its new vertices from the old borders and its old vertices from the new ones. Where
/// some are further away than the tolerance, those, and the pieces of the old borders there.
fn measure(grid: u32, was: &Shape, is: &Shape, tolerance_m: f64) -> Result<Moved, Vec<Piece>> {
    let (old, new) = (edges(was), edges(is));
    let vertices = |edges: &[Piece]| edges.iter().map(|&(a, _)| a).collect::<FxHashSet<Point>>();
    let (old_vertices, new_vertices) = (vertices(&old), vertices(&new));
    let Some(&(place, _)) = old.first() else { return Err(new) };
    let mut moved = Moved { grid, points: 0, place, longest_m: 0.0 };
    let mut too_far = Vec::new();
    for (from, known, to) in [(&new_vertices, &old_vertices, &old), (&old_vertices, &new_vertices, &new)] {
        let near = Near::new(to, Tolerance::metres(tolerance_m).less(-ROUNDING_UNITS));
        let mut others: Vec<Point> = from.difference(known).copied().collect();
        others.sort_unstable();
        for p in others {
            let distance_m = near.nearest(p).map(|(a, b)| segment_distance_m(p, a, b));
            let Some(distance_m) = distance_m.filter(|&distance_m| distance_m <= tolerance_m) else {
                too_far.push(p);
                continue;
            };
            moved.points += 1;
            if distance_m > moved.longest_m {
                (moved.longest_m, moved.place) = (distance_m, p);
            }
        }
    }
    if too_far.is_empty() {
        return Ok(moved);
    }
    let near = Near::new(&old, Tolerance::metres(HELD_AROUND * tolerance_m));
    let pieces = too_far.into_iter().flat_map(|p| near.nearest(p).into_iter().chain([(p, p)]));
    Err(pieces.collect())
}
