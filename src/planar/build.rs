//! From features as they were read to an exact partition, and the report of everything that is not right with them.

use std::cmp::Ordering;

use rustc_hash::FxHashSet;

use super::check::{attributes, coverage, reference, shapes};
use super::faces;
use super::near::Near;
use super::overlay::Overlay;
use super::snap::{self, GridRing};
use super::stop::{StopFlag, Stopped, unstopped};
use crate::domain::grid::Grid;
use crate::domain::problem::{CheckReport, Problem, ProblemCode, Severity};
use crate::domain::tier::Tier;
use crate::geometry::feature::{DraftFeature, GridFeature};
use crate::geometry::point::Point;

/// Two lattice units, about 2 cm: what rounding to the lattice can part. Borders nearer than this always meet.
pub const LATTICE_TOLERANCE_UNITS: f64 = 2.0;

/// What [`build`] makes of a draft.
#[derive(Clone, Debug)]
pub struct Built {
    pub report: CheckReport,
    /// The partition, sorted by (tier, code), as it would be published if every error were accepted.
    pub partition: Vec<GridFeature>,
    /// Codes that grids of the partition had in earlier editions, as the features name them: the old one, then the new.
    pub was: Vec<(String, String)>,
    /// Whether there is anything to publish, and no error that was not accepted forbids it.
    pub publishable: bool,
}

impl Built {
    /// The exact partition, unless something forbids publishing it.
    pub fn features(self) -> Option<Vec<GridFeature>> {
        self.publishable.then_some(self.partition)
    }
}

/// Checks a draft and builds its partition. Accepted errors are settled as the contract says: an overlap goes to the
/// grid with the lower code, a self-intersecting shape is read by the even-odd rule, a grid without a shape is left out.
pub fn build(features: &[DraftFeature], allow: &[ProblemCode]) -> Built {
    unstopped(|stop| build_until(features, allow, stop))
}

/// The same, unless somebody asks for the end before it is done.
pub fn build_until(features: &[DraftFeature], allow: &[ProblemCode], stop: &StopFlag) -> Result<Built, Stopped> {
    let mut report = CheckReport::default();
    let table = attributes::table(features, &mut report.problems);
    reference::swapped_axes(features, &mut report.problems);
    let mut rings: Vec<GridRing> = Vec::new();
    // Each step has about the share of the time that it takes for a town.
    let shapes = stop.part(0.0, 0.15);
    for (id, row) in (0u32..).zip(&table) {
        shapes.go_on_at(id as usize, table.len())?;
        let feature = &features[row.feature];
        let clean = shapes::clean_rings(feature, &row.grid.code, &mut report.problems);
        shapes::check_simple(&clean, feature, &row.grid.code, &mut report.problems);
        rings.extend(clean.into_iter().map(|ring| GridRing { grid: id, tier: row.grid.tier, points: ring.points }));
    }
    let drawn: FxHashSet<u32> = rings.iter().map(|ring| ring.grid).collect();
    let near = snap::Tolerance::units(LATTICE_TOLERANCE_UNITS);
    snap::snap(&mut rings, near, &Near::nothing(), &stop.part(0.15, 0.35))?;

    let was = former_codes(features, &table);
    let mut grids: Vec<Grid> = table.into_iter().map(|row| row.grid).collect();
    let overlay = Overlay::of(&rings, &grids, &stop.part(0.35, 0.7))?;
    drop(rings);
    stop.go_on()?;
    let found = coverage::find_parents(&overlay, &mut grids, &mut report);
    attributes::check_parents(&grids, &found, &mut report.problems);
    coverage::check(&overlay, &grids, &found, &mut report.problems, &stop.part(0.7, 0.85))?;

    let partition = partition(&overlay, &grids, &drawn, &mut report.problems, &stop.part(0.85, 1.0))?;
    sort(&mut report);
    let publishable = report.blocking(allow).next().is_none() && !partition.is_empty();
    Ok(Built { report, partition, was, publishable })
}

/// The old and the new code of every grid whose feature names old ones.
fn former_codes(features: &[DraftFeature], table: &[attributes::Row]) -> Vec<(String, String)> {
    let renamed = |row: &attributes::Row| {
        let code = row.grid.code.clone();
        let old = features[row.feature].was.iter().map(|old| old.trim()).filter(|old| !old.is_empty() && *old != code);
        old.map(|old| (old.to_owned(), code.clone())).collect::<Vec<_>>()
    };
    table.iter().flat_map(renamed).collect()
}

/// Errors first, and positions out of range before all others, which may be but their consequences; then by code, grids, source and
/// place, so that two checks of one input read the same.
fn sort(report: &mut CheckReport) {
    let kind = |p: &Problem| (p.severity == Severity::Warning, p.code != ProblemCode::CoordinateRange, p.code);
    report.problems.sort_by(|p, q| {
        (kind(p), &p.grids)
            .cmp(&(kind(q), &q.grids))
            .then_with(|| by_number(p.source.as_deref().unwrap_or(""), q.source.as_deref().unwrap_or("")))
            .then_with(|| p.place.partial_cmp(&q.place).unwrap_or(Ordering::Equal))
    });
}

/// `record 2` before `record 10`: as text, but numbers in it by their size.
fn by_number(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a.first(), b.first()) {
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let ((n, after_n), (m, after_m)) = (number(a), number(b));
                // Without zeros in front the longer number is the larger one.
                let order = n.len().cmp(&m.len()).then_with(|| n.cmp(m));
                if order.is_ne() {
                    return order;
                }
                (a, b) = (after_n, after_m);
            }
            (Some(x), Some(y)) if x == y => (a, b) = (&a[1..], &b[1..]),
            (x, y) => return x.cmp(&y),
        }
    }
}

/// The digits that a text begins with, without zeros in front, and what follows them.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let begin = text[..end].iter().position(|&byte| byte != b'0').unwrap_or(end);
    (&text[begin..end], &text[end..])
}

/// One shape for each grid. A grid of `drawn`, which had rings, of which nothing is left is a problem and not in the
/// answer; a parent that is not in it either is named no more.
fn partition(
    overlay: &Overlay,
    grids: &[Grid],
    drawn: &FxHashSet<u32>,
    problems: &mut Vec<Problem>,
    stop: &StopFlag,
) -> Result<Vec<GridFeature>, Stopped> {
    let mut edges_of: Vec<Vec<(Point, Point)>> = vec![Vec::new(); grids.len()];
    for edge in &overlay.edges {
        let (left, right) = (&overlay.owners[&edge.left], &overlay.owners[&edge.right]);
        for tier in Tier::ALL.into_iter().filter(|&tier| left[tier] != right[tier]) {
            if let Some(id) = left[tier] {
                edges_of[id.index()].push((edge.a, edge.b));
            }
            if let Some(id) = right[tier] {
                edges_of[id.index()].push((edge.b, edge.a));
            }
        }
    }
    let mut features = Vec::with_capacity(grids.len());
    for ((id, grid), edges) in (0u32..).zip(grids).zip(edges_of) {
        stop.go_on_at(id as usize, grids.len())?;
        let shape = faces::polygons(&edges);
        if !shape.is_empty() {
            features.push(GridFeature { grid: grid.clone(), shape });
        } else if drawn.contains(&id) {
            problems.push(shapes::nothing_left(&grid.code));
        }
    }
    let kept: FxHashSet<String> = features.iter().map(|feature| feature.grid.code.clone()).collect();
    for feature in &mut features {
        feature.grid.parent.take_if(|parent| !kept.contains(parent));
    }
    Ok(features)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_in_the_order_of_their_numbers() {
        let order = ["a 1", "a 2", "a 10", "a 10, field 3", "a 10, field 20", "a 00100", "b", "b 1x", "b 2"];
        let mut sources = order.to_vec();
        sources.sort();
        assert_ne!(sources, order);
        sources.sort_by(|a, b| by_number(a, b));
        assert_eq!(sources, order);
        assert_eq!(by_number("", "1"), Ordering::Less);
    }
}
