//! One zoom of an edition: its simplified lines on the zoom's integer grid, and where they are.

use super::box_tree::{BoxTree, bounding};
use super::chains::{Chains, Toggles};
use super::clip::crosses_west_of;
use super::space::{ZoomGrid, to_zoom};
use crate::geometry::point::{IntBox, Point};
use crate::planar::labels::{LabelSet, LabelSets};

/// Segments of a line that share one box in the index.
const SEGMENTS_PER_RUN: usize = 16;

#[derive(Debug)]
pub(super) struct Level {
    points: Vec<Point<ZoomGrid>>,
    runs: Vec<Run>,
    index: BoxTree<ZoomGrid>,
}

/// Consecutive points of one line.
#[derive(Debug)]
pub(super) struct Run {
    first_point: u32,
    end_point: u32,
    pub toggles: Toggles,
}

impl Level {
    pub(super) fn new(chains: &Chains, z: u8) -> Level {
        let (mut points, mut runs, mut boxes) = (Vec::new(), Vec::new(), Vec::new());
        let mut line: Vec<Point<ZoomGrid>> = Vec::new();
        for chain in &chains.chains {
            line.clear();
            let (all, first_zoom) = (&chains.points[chain.points.clone()], &chains.first_zoom[chain.points.clone()]);
            line.extend(all.iter().zip(first_zoom).filter(|(_, first)| **first <= z).map(|(&p, _)| to_zoom(p, z)));
            line.dedup();
            let mut from = 0;
            while from + 1 < line.len() {
                let to = (from + SEGMENTS_PER_RUN).min(line.len() - 1);
                let run = &line[from..=to];
                let first_point = u32::try_from(points.len()).expect("an edition has fewer than 2^31 points");
                points.extend_from_slice(run);
                boxes.push(IntBox::around(run).expect("a run has points"));
                runs.push(Run { first_point, end_point: points.len() as u32, toggles: chain.toggles });
                from = to;
            }
        }
        Level { points, runs, index: BoxTree::new(&boxes) }
    }

    /// Calls `visit` with the segments' run, start and end, for all that may meet the box.
    pub(super) fn each_run_in(&self, bounds: &IntBox<ZoomGrid>, mut visit: impl FnMut(&Run, &[Point<ZoomGrid>])) {
        self.index.each_meeting(bounds, |i| {
            let run = &self.runs[i];
            visit(run, &self.points[run.first_point as usize..run.end_point as usize]);
        });
    }

    /// Every segment once, with what it toggles.
    pub(super) fn segments(&self) -> impl Iterator<Item = (Point<ZoomGrid>, Point<ZoomGrid>, &Toggles)> {
        self.runs.iter().flat_map(|run| {
            let points = &self.points[run.first_point as usize..run.end_point as usize];
            points.windows(2).map(|ends| (ends[0], ends[1], &run.toggles))
        })
    }

    /// The grids at a place half a unit east of `corner` and a hair north of it, from a ray to the west over the lines
    /// of this very zoom: an island that simplifying took away cannot mislead it.
    pub(super) fn set_beside(&self, corner: Point<ZoomGrid>, labels: &mut LabelSets) -> LabelSet {
        let ray = bounding([i32::MIN, corner.y - 1], [corner.x + 1, corner.y]);
        let mut set = LabelSets::EMPTY;
        self.each_run_in(&ray, |run, points| {
            let crossings = points.windows(2).filter(|ends| crosses_west_of(ends[0], ends[1], corner)).count();
            if crossings % 2 == 1 {
                let toggles = labels.of(run.toggles.members().iter().copied());
                set = labels.toggle(set, toggles);
            }
        });
        set
    }

    /// The box around all lines; `None` where simplifying and rounding left none.
    pub(super) fn bounds(&self) -> Option<IntBox<ZoomGrid>> {
        self.index.bounds()
    }
}
