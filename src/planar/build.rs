//! From features as they were read to an exact partition, and the report of everything that is not right with them.

use rustc_hash::FxHashSet;

use super::check::{attributes, coverage, reference, shapes};
use super::faces;
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
    snap::snap(&mut rings, near, &FxHashSet::default(), &stop.part(0.15, 0.35))?;

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

/// Errors first, then by code, grids and place, so that two checks of one input read the same.
fn sort(report: &mut CheckReport) {
    report.problems.sort_by(|p, q| {
        (p.severity == Severity::Warning, p.code, &p.grids)
            .cmp(&(q.severity == Severity::Warning, q.code, &q.grids))
            .then_with(|| p.source.cmp(&q.source))
            .then_with(|| p.place.partial_cmp(&q.place).unwrap_or(std::cmp::Ordering::Equal))
    });
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
