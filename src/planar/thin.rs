//! Gaps and overlaps that are thin everywhere, and tiers that run beside each other: given to one of the grids there.
//!
//! ```text
//!   A ╱╲__╱╲__   border of A        A ────────   A and B share one border now: that of the grid
//!     ╲╱‾‾╲╱‾‾   border of B        B            with the lower code, where it can be either's
//! ```
//!
//! No vertex is invented: a grid that gains or loses a thin area follows the border on its other side.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::check::attributes::next_tier_above;
use super::check::coverage::find_parents;
use super::faces;
use super::labels::LabelSet;
use super::mend;
use super::near::{Near, follow};
use super::noding::pass;
use super::overlay::Overlay;
use super::shape::{Piece, Shape, edges};
use super::snap::Tolerance;
use super::stop::{StopFlag, Stopped, unstopped};
use crate::domain::grid::Grid;
use crate::domain::problem::CheckReport;
use crate::domain::tier::Tier;
use crate::geometry::geodesic::{distance_m, metres_per_unit, ring_area_m2};
use crate::geometry::interior::interior_point;
use crate::geometry::point::{MultiPolygon, Point, Polygon, Ring, ring_area2};

/// What was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Gap,
    Overlap,
    /// Between the border of a grid and those of the grids in it.
    Apart,
}

/// A thin area that was given to a grid.
#[derive(Clone, Debug)]
pub(super) struct Found {
    kind: Kind,
    /// The one that got it first.
    grids: Vec<u32>,
    /// In it.
    place: Point,
    area_m2: f64,
    /// On average.
    width_m: f64,
}

/// What was closed between the same grids.
#[derive(Clone, Debug)]
pub(super) struct Closed {
    pub kind: Kind,
    /// The one that got it first.
    pub grids: Vec<u32>,
    pub places: usize,
    pub area_m2: f64,
    /// The place of the widest, and its width on average.
    pub place: Point,
    pub widest_m: f64,
}

/// Grids whose own shape has more than one reading, and those that are to stay as they are as a whole.
pub(super) struct Ambiguous<'a> {
    before: &'a [Shape],
    tolerance: Tolerance,
    known: FxHashMap<u32, bool>,
}

impl<'a> Ambiguous<'a> {
    pub(super) fn new(before: &'a [Shape], tolerance: Tolerance, whole: &BTreeSet<u32>) -> Ambiguous<'a> {
        Ambiguous { before, tolerance, known: whole.iter().map(|&id| (id, true)).collect() }
    }

    fn holds(&mut self, id: u32) -> bool {
        *self.known.entry(id).or_insert_with(|| is_ambiguous(&self.before[id as usize], self.tolerance))
    }
}

/// Whether the even-odd rule reads another area than the rings say, shells less their holes, by more than a square of
/// twice the tolerance: where rings cross each other or themselves by so little, either reading is as good.
fn is_ambiguous(shape: &Shape, tolerance: Tolerance) -> bool {
    let own = edges(shape);
    let mut said = 0i128;
    for polygon in shape {
        for (i, ring) in polygon.iter().enumerate() {
            let area = ring_area2(ring).abs();
            said += if i == 0 { area } else { -area };
        }
    }
    let read: i128 = even_odd(&own).iter().flat_map(|polygon| polygon.rings()).map(|ring| ring_area2(ring)).sum();
    let Some(&(first, _)) = own.first() else { return false };
    let [east, north] = metres_per_unit(first.lat());
    let square = 2.0 * (2.0 * tolerance.in_metres()).powi(2) / (east * north).max(f64::MIN_POSITIVE);
    // Noding bends an edge by less than two units.
    let length = |&(a, b): &Piece| (f64::from(a.x) - f64::from(b.x)).hypot(f64::from(a.y) - f64::from(b.y)) + 2.0;
    let bent: f64 = own.iter().map(length).sum();
    (read - said).abs() as f64 > square + bent
}

/// Whether a ring comes back to a point of its own.
fn touches_itself(shape: &Shape) -> bool {
    shape.iter().flatten().any(|ring| mend::repeats(ring))
}

/// The area that the edges enclose by the even-odd rule.
fn even_odd(own: &[Piece]) -> MultiPolygon {
    let overlay = unstopped(|stop| Overlay::of_edges(own.iter().map(|&(a, b)| (a, b, 0)), &[Tier::One], stop));
    let inside = |set: LabelSet| (!overlay.labels.members(set).is_empty()).then_some(());
    overlay.regions(inside).into_iter().flat_map(|(_, shape)| shape).collect()
}

/// Closes what is thin in each tier, smallest tier first, then lays the borders of each tier on those of the tier below.
pub(super) fn close(
    shapes: &mut [Shape],
    grids: &[Grid],
    tolerance: Tolerance,
    ambiguous: &mut Ambiguous<'_>,
    held: &Near<'_>,
    stop: &StopFlag,
) -> Result<Vec<Found>, Stopped> {
    let mut found = Vec::new();
    let mut parts = (0..2 * Tier::ALL.len()).map(|n| stop.part(n as f64 / 6.0, (n + 1) as f64 / 6.0));
    let mut part = || parts.next().expect("one for each tier, twice");
    for tier in Tier::ALL.into_iter().rev() {
        let stop = &part();
        let mut work = Work::over(shapes, grids, &[tier], held, stop)?;
        work.close_overlaps(tier, grids, tolerance, ambiguous)?;
        work.close_gaps(tier, grids, tolerance, ambiguous)?;
        found.extend(work.rebuild(tier, shapes, grids, ambiguous)?);
    }
    for tier in Tier::ALL.into_iter().rev() {
        let stop = &part();
        let Some(above) = next_tier_above(tier, grids).filter(|_| grids.iter().any(|grid| grid.tier == tier)) else {
            continue;
        };
        // All together, as whoever checks them does: rounding to the lattice parts what is one border where fewer are.
        let mut work = Work::over(shapes, grids, &Tier::ALL, held, stop)?;
        work.follow_below(tier, above, grids, tolerance, ambiguous)?;
        if !work.decided.is_empty() {
            found.extend(work.rebuild(above, shapes, grids, ambiguous)?);
        }
    }
    Ok(found)
}

/// The borders of one tier or of all, and who owns which of their sides from now on.
struct Work<'a> {
    stop: &'a StopFlag,
    held: &'a Near<'a>,
    overlay: Overlay,
    /// The owners of the left (true) and right side of an edge where they differ from what the overlay says.
    decided: FxHashMap<(u32, bool), Option<u32>>,
    found: Vec<Found>,
}

/// An edge on the rim of a region: its number, whether the region is on its left, and its ends.
type Rim = (u32, bool, Piece);

impl<'a> Work<'a> {
    fn over(
        shapes: &[Shape],
        grids: &[Grid],
        tiers: &[Tier],
        held: &'a Near<'a>,
        stop: &'a StopFlag,
    ) -> Result<Work<'a>, Stopped> {
        let tier_of: Vec<Tier> = grids.iter().map(|grid| grid.tier).collect();
        let edges = (0u32..)
            .zip(shapes)
            .filter(|(id, _)| tiers.contains(&tier_of[*id as usize]))
            .flat_map(|(id, shape)| edges(shape).into_iter().map(move |(a, b)| (a, b, id)));
        let overlay = Overlay::of_edges(edges, &tier_of, stop)?;
        Ok(Work { stop, held, overlay, decided: FxHashMap::default(), found: Vec::new() })
    }

    /// The grids of the tier on one side of an edge.
    fn owners(&self, edge: u32, left: bool, tier: Tier, grids: &[Grid]) -> Vec<u32> {
        if let Some(&decided) = self.decided.get(&(edge, left)) {
            return decided.into_iter().collect();
        }
        let labelled = &self.overlay.edges[edge as usize];
        let set = if left { labelled.left } else { labelled.right };
        let members = self.overlay.labels.members(set).iter().copied();
        members.filter(|&id| grids[id as usize].tier == tier).collect()
    }

    fn rim(&self, polygon: &Polygon) -> Vec<Rim> {
        let mut rim = Vec::new();
        for ring in polygon.rings() {
            for (i, &a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                let at = self.overlay.edges.binary_search_by_key(&(a.min(b), a.max(b)), |edge| (edge.a, edge.b));
                rim.push((at.expect("regions are made of edges") as u32, a < b, (a, b)));
            }
        }
        rim
    }

    /// Whether the grid could follow the rest of the rim instead of the part that is `its`.
    fn could_follow(&self, rim: &[Rim], tolerance: Tolerance, its: impl Fn(u32, bool) -> bool) -> bool {
        let (own, rest): (Vec<Rim>, Vec<Rim>) = rim.iter().partition(|(edge, left, _)| its(*edge, !left));
        let ends = |rim: Vec<Rim>| rim.into_iter().map(|(.., ends)| ends).collect::<Vec<_>>();
        follow(&ends(own), &ends(rest), tolerance)
    }

    fn decide(&mut self, kind: Kind, rim: &[Rim], owner: Option<u32>, others: Vec<u32>, polygon: Polygon) {
        self.decided.extend(rim.iter().map(|&(edge, left, _)| ((edge, left), owner)));
        let (area_m2, width_m, place) = (area_m2(&polygon), width_m(&polygon), interior_point(&polygon));
        self.found.push(Found { kind, grids: others, place, area_m2, width_m });
    }

    /// Thin areas of several grids go to one of them: the lowest code from which the others can withdraw.
    fn close_overlaps(
        &mut self,
        tier: Tier,
        grids: &[Grid],
        tolerance: Tolerance,
        ambiguous: &mut Ambiguous<'_>,
    ) -> Result<(), Stopped> {
        let held = self.held;
        let several = |set: LabelSet| {
            let members = self.overlay.labels.members(set);
            (members.len() > 1).then(|| members.to_vec())
        };
        for (members, shape) in self.overlay.regions(several) {
            for polygon in shape.into_iter().filter(|polygon| may_be_thin(polygon, tolerance, held)) {
                self.stop.go_on()?;
                let rim = self.rim(&polygon);
                let keeps = members.iter().copied().find(|&keeper| {
                    members.iter().filter(|&&loser| loser != keeper).all(|&loser| {
                        let leaves = |edge, left| !self.owners(edge, left, tier, grids).contains(&loser);
                        !ambiguous.holds(loser) && self.could_follow(&rim, tolerance, leaves)
                    })
                });
                if let Some(keeper) = keeps {
                    let others = first(keeper, members.iter().copied());
                    self.decide(Kind::Overlap, &rim, Some(keeper), others, polygon);
                }
            }
        }
        Ok(())
    }

    /// Thin areas of nobody go to the neighbour with the longest common border that can follow the other ones.
    fn close_gaps(
        &mut self,
        tier: Tier,
        grids: &[Grid],
        tolerance: Tolerance,
        ambiguous: &mut Ambiguous<'_>,
    ) -> Result<(), Stopped> {
        let held = self.held;
        let nobody = |set: LabelSet| self.overlay.labels.members(set).is_empty().then_some(());
        for polygon in self.overlay.regions(nobody).into_iter().flat_map(|(_, shape)| shape) {
            self.stop.go_on()?;
            if !may_be_thin(&polygon, tolerance, held) {
                continue;
            }
            let rim = self.rim(&polygon);
            let mut common: BTreeMap<u32, f64> = BTreeMap::new();
            for &(edge, left, (a, b)) in &rim {
                for id in self.owners(edge, !left, tier, grids) {
                    *common.entry(id).or_default() += distance_m(a, b);
                }
            }
            let longest = common.values().copied().fold(0.0, f64::max);
            let mut neighbours: Vec<(u32, f64)> = common.into_iter().collect();
            // Of nearly equal ones the higher code: the border stays that of the lower one, as with overlaps.
            const NEARLY: f64 = 0.8;
            let rank = |length: f64| if length >= NEARLY * longest { longest } else { length };
            neighbours.sort_by(|p, q| rank(q.1).total_cmp(&rank(p.1)).then(q.0.cmp(&p.0)));
            let gains = neighbours.iter().map(|&(id, _)| id).find(|&id| {
                let own = |edge, left| self.owners(edge, left, tier, grids).contains(&id);
                !ambiguous.holds(id) && self.could_follow(&rim, tolerance, own)
            });
            if let Some(winner) = gains {
                let others = first(winner, neighbours.iter().map(|&(id, _)| id));
                self.decide(Kind::Gap, &rim, Some(winner), others, polygon);
            }
        }
        Ok(())
    }

    /// Where the grids of a tier and those of the tier above do not nest by a thin area, the larger ones follow.
    fn follow_below(
        &mut self,
        tier: Tier,
        above: Tier,
        grids: &[Grid],
        tolerance: Tolerance,
        ambiguous: &mut Ambiguous<'_>,
    ) -> Result<(), Stopped> {
        let held = self.held;
        let mut with_parents = grids.to_vec();
        find_parents(&self.overlay, &mut with_parents, &mut CheckReport::default());
        let id_of: FxHashMap<&str, u32> = (0u32..)
            .zip(grids)
            .filter(|(_, grid)| grid.tier == above)
            .map(|(id, grid)| (grid.code.as_str(), id))
            .collect();
        let parent_of = |id: u32| with_parents[id as usize].parent.as_deref().and_then(|code| id_of.get(code).copied());
        // What the tier below says, and what the tier itself says, where they differ.
        let apart = |set: LabelSet| {
            let members = self.overlay.labels.members(set);
            let of_tier = |wanted: Tier| members.iter().copied().filter(move |&id| grids[id as usize].tier == wanted);
            let below: Vec<Option<u32>> = of_tier(tier).map(parent_of).collect();
            let below = match below.first() {
                None => None,
                Some(&first) if first.is_some() && below.iter().all(|&parent| parent == first) => first,
                Some(_) => return None,
            };
            let mut own = of_tier(above);
            let (is, more) = (own.next(), own.next());
            (more.is_none() && below != is).then_some((below, is))
        };
        for ((wanted, is), shape) in self.overlay.regions(apart) {
            for polygon in shape.into_iter().filter(|polygon| may_be_thin(polygon, tolerance, held)) {
                self.stop.go_on()?;
                let rim = self.rim(&polygon);
                let gains = wanted.is_none_or(|id| {
                    let own = |edge, left| self.owners(edge, left, above, grids).contains(&id);
                    !ambiguous.holds(id) && self.could_follow(&rim, tolerance, own)
                });
                let mut loses = || {
                    is.is_none_or(|id| {
                        let leaves = |edge, left| !self.owners(edge, left, above, grids).contains(&id);
                        !ambiguous.holds(id) && self.could_follow(&rim, tolerance, leaves)
                    })
                };
                if gains && loses() {
                    let others = wanted.into_iter().chain(is).collect();
                    self.decide(Kind::Apart, &rim, wanted, others, polygon);
                }
            }
        }
        Ok(())
    }

    /// Gives the grids of the tier beside what was decided, and those that meet themselves, their new shapes. Borders that stay
    /// have no vertex where they only cross others: it would bend them to the lattice, so that they cross elsewhere the next
    /// time, without end.
    fn rebuild(
        self,
        tier: Tier,
        shapes: &mut [Shape],
        grids: &[Grid],
        ambiguous: &mut Ambiguous<'_>,
    ) -> Result<Vec<Found>, Stopped> {
        let mut edges_of: FxHashMap<u32, Vec<Piece>> = FxHashMap::default();
        let mut decided: FxHashSet<Piece> = FxHashSet::default();
        let mut beside: FxHashSet<u32> = FxHashSet::default();
        for (i, edge) in (0u32..).zip(&self.overlay.edges) {
            let (left, right) = (self.owners(i, true, tier, grids), self.owners(i, false, tier, grids));
            if [true, false].into_iter().any(|side| self.decided.contains_key(&(i, side))) {
                decided.insert((edge.a, edge.b));
                let were = [edge.left, edge.right].into_iter().flat_map(|set| self.overlay.labels.members(set));
                beside.extend(were.chain(&left).chain(&right));
            }
            for &id in left.iter().filter(|id| !right.contains(id)) {
                edges_of.entry(id).or_default().push((edge.a, edge.b));
            }
            for &id in right.iter().filter(|id| !left.contains(id)) {
                edges_of.entry(id).or_default().push((edge.b, edge.a));
            }
        }
        // Also those of the other tiers: with fewer, borders of two tiers that lie together bend apart in later rounds.
        let corners: FxHashSet<Point> = shapes.iter().flatten().flatten().flatten().copied().collect();
        let is_decided = |a: Point, b: Point| decided.contains(&(a.min(b), a.max(b)));
        for (id, now) in edges_of {
            self.stop.go_on()?;
            let shape = &mut shapes[id as usize];
            let were = undirected(edges(shape));
            let touches = touches_itself(shape);
            if !touches && undirected(now.iter().copied()) == were || ambiguous.holds(id) {
                continue;
            }
            let mut visits: FxHashMap<Point, u32> = FxHashMap::default();
            now.iter().for_each(|&(a, _)| *visits.entry(a).or_default() += 1);
            let meets_itself = || touches || visits.values().any(|&count| count > 1) || crosses_itself(shape);
            if !beside.contains(&id) && !meets_itself() {
                continue;
            }
            let stays = |before: Point, at: Point, after: Point| {
                corners.contains(&at) || visits[&at] > 1 || is_decided(before, at) || is_decided(at, after)
            };
            let noded: Shape = faces::polygons(&now).into_iter().map(rings_of).collect();
            let mut rebuilt: Shape = noded.iter().filter_map(|rings| with_vertices(rings, stays)).collect();
            if crosses_itself(&rebuilt) {
                rebuilt = noded;
            }
            if touches || undirected(edges(&rebuilt)) != were {
                *shape = rebuilt;
            }
        }
        Ok(self.found)
    }
}

/// The edges without their directions, sorted.
fn undirected(edges: impl IntoIterator<Item = Piece>) -> Vec<Piece> {
    let mut all: Vec<Piece> = edges.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect();
    all.sort_unstable();
    all
}

fn crosses_itself(shape: &Shape) -> bool {
    !pass(&edges(shape)).crossings.is_empty()
}

fn rings_of(polygon: Polygon) -> Vec<Ring> {
    std::iter::once(polygon.shell).chain(polygon.holes).collect()
}

/// The rings with the vertices that stay, each asked with the ones before and after it; none where nothing is left of the shell.
fn with_vertices(rings: &[Ring], stays: impl Fn(Point, Point, Point) -> bool) -> Option<Vec<Ring>> {
    let thinned = rings.iter().map(|ring| {
        let n = ring.len();
        let stays = |&i: &usize| stays(ring[(i + n - 1) % n], ring[i], ring[(i + 1) % n]);
        (0..n).filter(stays).map(|i| ring[i]).collect::<Ring>()
    });
    let mut thinned =
        thinned.enumerate().filter(|(i, ring)| *i == 0 || ring.len() > 2).map(|(_, ring)| ring).peekable();
    thinned.peek().is_some_and(|shell| shell.len() > 2).then(|| thinned.collect())
}

/// Whether an area is so small for its rim that it can be thin everywhere, and nothing of it is to stay as it is.
fn may_be_thin(polygon: &Polygon, tolerance: Tolerance, held: &Near<'_>) -> bool {
    width_m(polygon) <= 2.0 * tolerance.in_metres() && !polygon.rings().flatten().any(|&p| held.is_near(p))
}

/// Twice the area by the length of the rim.
fn width_m(polygon: &Polygon) -> f64 {
    let length =
        |ring: &Vec<Point>| -> f64 { (0..ring.len()).map(|i| distance_m(ring[i], ring[(i + 1) % ring.len()])).sum() };
    2.0 * area_m2(polygon) / polygon.rings().map(length).sum::<f64>().max(f64::MIN_POSITIVE)
}

fn area_m2(polygon: &Polygon) -> f64 {
    polygon.rings().map(|ring| ring_area_m2(ring)).sum()
}

/// One of them, then the others.
fn first(one: u32, all: impl Iterator<Item = u32>) -> Vec<u32> {
    std::iter::once(one).chain(all.filter(|&id| id != one)).collect()
}

/// Puts what was closed between the same grids together. What was closed in several rounds was closed once.
pub(super) fn gather(mut found: Vec<Found>) -> Vec<Closed> {
    let key = |f: &Found| (f.kind, f.grids.clone(), f.place);
    found.sort_by_cached_key(key);
    found.dedup_by(|a, b| key(a) == key(b));
    let same_grids = found.chunk_by(|a, b| (a.kind, &a.grids) == (b.kind, &b.grids));
    same_grids
        .map(|same| {
            let widest = same.iter().max_by(|a, b| a.width_m.total_cmp(&b.width_m)).expect("chunks have something");
            Closed {
                kind: widest.kind,
                grids: widest.grids.clone(),
                places: same.len(),
                area_m2: same.iter().map(|f| f.area_m2).sum(),
                place: widest.place,
                widest_m: widest.width_m,
            }
        })
        .collect()
}
