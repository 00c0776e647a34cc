//! One tile's content: the lines around it cut, noded and traced into areas, borders and labels.

use rustc_hash::FxHashMap;

use super::clip::Square;
use super::schema::{Area, Border, Label, TileContent};
use super::space::{EXTENT, ZoomGrid};
use super::tile_set::TileSet;
use crate::domain::grid::{GridId, Owners};
use crate::domain::tier::Tier;
use crate::geometry::mercator::TileCoord;
use crate::geometry::point::{IntBox, Point, TileGrid};
use crate::planar::arrangement::{LabelledEdge, label_sides};
use crate::planar::faces::polygons;
use crate::planar::labels::{LabelSet, LabelSets};
use crate::planar::map::PlanarMap;
use crate::planar::noding::{Segment, node};

/// Units of the tile's grid by which areas and borders reach over its edges, so that drawn lines have no seams: 8
/// pixels of a tile drawn 512 pixels wide.
pub const BUFFER: i32 = 64;

const CUT: Square = Square { min: -BUFFER, max: EXTENT + BUFFER };

type Ends = (Point<TileGrid>, Point<TileGrid>);

/// Builds a tile; `None` beyond the edition's last zoom.
pub fn build(tiles: &TileSet, tile: TileCoord) -> Option<TileContent> {
    let mut labels = LabelSets::default();
    let edges = labelled_edges(tiles, tile, &mut labels)?;
    let mut owners_of = OwnersOf { planar: &tiles.edition().planar, known: FxHashMap::default() };
    let (mut areas, mut borders) = (FxHashMap::default(), FxHashMap::default());
    for edge in &edges {
        let (left, right) = (owners_of.set(edge.left, &labels), owners_of.set(edge.right, &labels));
        collect_areas((edge.a, edge.b), &left, &right, &mut areas);
        if !CUT.on_frame(edge.a, edge.b) {
            collect_border((edge.a, edge.b), &left, &right, &mut borders);
        }
    }
    let mut content = TileContent {
        areas: areas
            .into_iter()
            .map(|((tier, grid), edges)| Area { tier, grid, shape: polygons(&edges) })
            .filter(|area| !area.shape.is_empty())
            .collect(),
        borders: borders
            .into_iter()
            .map(|((tier, left, right), edges)| Border { tier, left, right, lines: join(edges) })
            .collect(),
        labels: tiles.labels_in(tile).into_iter().map(|(grid, [x, y])| Label { grid, at: Point::new(x, y) }).collect(),
    };
    content.areas.sort_unstable_by_key(|area| area.grid);
    content.borders.sort_unstable_by_key(|border| (border.left, border.right));
    Some(content)
}

/// The borders in the buffered tile with the frame around it, meeting only at their ends, with the grids on both
/// sides. `None` beyond the edition's last zoom.
fn labelled_edges(tiles: &TileSet, tile: TileCoord, labels: &mut LabelSets) -> Option<Vec<LabelledEdge<TileGrid>>> {
    let level = tiles.level(tile.z())?;
    let [west, north] = [tile.x(), tile.y()].map(|number| number as i32 * EXTENT);
    let corner = |unit: i32| Point::<ZoomGrid>::new(west + unit, north + unit);
    let mut pieces: Vec<Segment<TileGrid>> = Vec::new();
    level.each_run_in(&IntBox { min: corner(CUT.min), max: corner(CUT.max) }, |run, points| {
        let toggles = labels.of(run.toggles.members().iter().copied());
        for ends in points.windows(2) {
            let [a, b] = [ends[0], ends[1]].map(|p| Point::new(p.x - west, p.y - north));
            if let Some((a, b)) = CUT.clip(a, b) {
                pieces.push(Segment { a, b, toggles });
            }
        }
    });
    let beside = level.set_beside(corner(CUT.min), labels);
    CUT.add_frame(&mut pieces, beside, labels);
    let noded = node(&pieces, labels);
    Some(label_sides(&noded, LabelSets::EMPTY, labels))
}

/// One owner per tier for every set of grids. Where simplified borders cross each other, a sliver lies in several
/// grids of a tier; it goes to the lowest.
struct OwnersOf<'a> {
    planar: &'a PlanarMap,
    known: FxHashMap<LabelSet, Owners>,
}

impl OwnersOf<'_> {
    fn set(&mut self, set: LabelSet, labels: &LabelSets) -> Owners {
        *self.known.entry(set).or_insert_with(|| {
            let mut owners = Owners::default();
            for &id in labels.members(set) {
                owners[self.planar.grid(GridId(id)).tier].get_or_insert(GridId(id));
            }
            owners
        })
    }
}

/// Gives the edge to the areas on its two sides, each with the area on the left.
fn collect_areas((a, b): Ends, left: &Owners, right: &Owners, areas: &mut FxHashMap<(Tier, GridId), Vec<Ends>>) {
    for tier in Tier::ALL {
        if left[tier] != right[tier] {
            if let Some(grid) = left[tier] {
                areas.entry((tier, grid)).or_default().push((a, b));
            }
            if let Some(grid) = right[tier] {
                areas.entry((tier, grid)).or_default().push((b, a));
            }
        }
    }
}

/// Gives the edge to the border it is part of. In the tile's own grid y grows to the south, so what `planar` calls
/// left lies on the right on the map.
fn collect_border(
    (a, b): Ends,
    left: &Owners,
    right: &Owners,
    borders: &mut FxHashMap<(Tier, GridId, Option<GridId>), Vec<Ends>>,
) {
    let Some(tier) = Tier::ALL.into_iter().find(|&tier| left[tier] != right[tier]) else { return };
    let (key, ends) = match (left[tier], right[tier]) {
        (Some(left), Some(right)) if left < right => ((tier, left, Some(right)), (b, a)),
        (other, Some(right)) => ((tier, right, other), (a, b)),
        (Some(left), None) => ((tier, left, None), (b, a)),
        (None, None) => return,
    };
    borders.entry(key).or_default().push(ends);
}

/// Directed edges joined into lines as long as only one way leads on.
fn join(mut edges: Vec<Ends>) -> Vec<Vec<Point<TileGrid>>> {
    edges.sort_unstable();
    let leaving = |p| edges.partition_point(|e| e.0 < p)..edges.partition_point(|e| e.0 <= p);
    let mut arriving: Vec<Point<TileGrid>> = edges.iter().map(|e| e.1).collect();
    arriving.sort_unstable();
    let goes_on = |p| {
        let arrive = arriving.partition_point(|&q| q <= p) - arriving.partition_point(|&q| q < p);
        leaving(p).len() == 1 && arrive == 1
    };
    let mut taken = vec![false; edges.len()];
    let mut lines = Vec::new();
    // First the lines that begin somewhere, then the closed ones.
    for only_beginnings in [true, false] {
        for start in 0..edges.len() {
            if taken[start] || (only_beginnings && goes_on(edges[start].0)) {
                continue;
            }
            let mut line = vec![edges[start].0];
            let mut at = start;
            loop {
                taken[at] = true;
                let end = edges[at].1;
                line.push(end);
                if !goes_on(end) {
                    break;
                }
                at = leaving(end).start;
                if taken[at] {
                    break;
                }
            }
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(x: i32, y: i32) -> Point<TileGrid> {
        Point::new(x, y)
    }

    #[test]
    fn joins_what_goes_on() {
        let lines = join(vec![(p(1, 1), p(2, 2)), (p(5, 5), p(6, 6)), (p(0, 0), p(1, 1)), (p(6, 6), p(5, 5))]);
        assert_eq!(lines, vec![vec![p(0, 0), p(1, 1), p(2, 2)], vec![p(5, 5), p(6, 6), p(5, 5)]]);
    }

    #[test]
    fn stops_where_ways_part() {
        // Two loops through one point.
        let lines = join(vec![
            (p(0, 0), p(1, 0)),
            (p(1, 0), p(0, 1)),
            (p(0, 1), p(0, 0)),
            (p(0, 0), p(-1, 0)),
            (p(-1, 0), p(0, -1)),
            (p(0, -1), p(0, 0)),
        ]);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.len() == 4 && line[0] == p(0, 0) && line[3] == p(0, 0)));
    }
}
