//! Which grid holds a point: exactly, by crossing borders on the way from a place whose owners are known.
//!
//! ```text
//!  ┌────────┬────────┐   The edition is cut into square cells. Each keeps the edges that meet it and the owners at
//!  │   ╲    │        │   its reference place R, next to its centre. On the straight way from R to the point p every
//!  │  R ╲ p │    R   │   edge crossed changes the owners by (left XOR right), in whatever order they are crossed.
//!  │     ╲  │        │   An empty cell answers at once.
//!  └────────┴────────┘
//! ```
//!
//! Exact: vertices and p have even doubled coordinates and R odd ones, all in integers. The one-owner rule
//! (`geometry::predicates::side`) says that a point belongs to whoever holds it moved by (ε, ε²), and that is decided
//! here by moving the whole *map* by -(ε, ε²) in all predicates. Moving the point alone would not do: half a unit
//! beside the lattice, R can still lie on an edge.
//!
//! This file is the whole lookup: another index with `new` and `locate` can take its place.

use crate::domain::grid::{GridId, Owners};
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::point::{IntBox, Point};
use crate::planar::map::PlanarMap;

/// The owner in each tier as a number that XOR works on: the id plus one, 0 for nobody.
type OwnerBits = [u32; 3];

const NOBODY: OwnerBits = [0; 3];

/// An edge in a cell's list.
#[derive(Clone, Copy, Debug)]
struct CellEdge {
    a: Point,
    b: Point,
    arc: u32,
}

/// The lookup index of one planar map.
#[derive(Debug)]
pub struct Locator {
    frame: Frame,
    /// Whether products of coordinate differences may need more than 64 bits.
    wide: bool,
    /// Owners at each cell's reference place, row by row.
    references: Vec<OwnerBits>,
    /// Where each cell's edges start in `edges`; one more for the end.
    first_edge: Vec<u32>,
    edges: Vec<CellEdge>,
    /// What crossing an arc changes, by arc.
    toggles: Vec<OwnerBits>,
}

/// How the plane is cut into cells: squares of 2^shift lattice units.
#[derive(Clone, Copy, Debug)]
struct Frame {
    bounds: Option<IntBox>,
    /// West end: one cell west of the data, so that the first reference place of each row belongs to nobody.
    west: i64,
    south: i64,
    shift: u32,
    columns: usize,
    rows: usize,
}

impl Locator {
    pub fn new(map: &PlanarMap) -> Locator {
        let frame = Frame::choose(map);
        let mut first_edge = vec![0u32; frame.cells() + 1];
        for (a, b, _) in edges_of(map) {
            frame.cells_meeting(a, b, |cell| first_edge[cell + 1] += 1);
        }
        for cell in 0..frame.cells() {
            first_edge[cell + 1] += first_edge[cell];
        }
        let nothing = CellEdge { a: Point::default(), b: Point::default(), arc: 0 };
        let mut edges = vec![nothing; first_edge[frame.cells()] as usize];
        let mut next = first_edge.clone();
        let mut longest = 0;
        for (a, b, arc) in edges_of(map) {
            longest = longest.max(a.x.abs_diff(b.x)).max(a.y.abs_diff(b.y));
            frame.cells_meeting(a, b, |cell| {
                edges[next[cell] as usize] = CellEdge { a, b, arc };
                next[cell] += 1;
            });
        }
        let toggles = map
            .arcs()
            .iter()
            .map(|arc| {
                let (left, right) = (bits_of(&arc.left), bits_of(&arc.right));
                [left[0] ^ right[0], left[1] ^ right[1], left[2] ^ right[2]]
            })
            .collect();
        // An end of a cell's edge is at most an edge and a side away from any place of the cell. Doubled, such
        // differences are below 2^31, two products of them below 2^63.
        let wide = i64::from(longest) + (1 << frame.shift) > (1 << 30) - 2;
        let references = vec![NOBODY; frame.cells()];
        let mut locator = Locator { frame, wide, references, first_edge, edges, toggles };
        locator.spread_references();
        debug_assert!(locator.loops_close(), "each cell lists every edge that meets it");
        locator
    }

    /// The owner in each tier of the point moved by (ε, ε²).
    pub fn locate(&self, p: Point) -> Owners {
        let Some(cell) = self.frame.cell_holding(p) else { return Owners::default() };
        let mut owners = self.references[cell];
        if self.first_edge[cell] != self.first_edge[cell + 1] {
            self.walk(cell, [i64::from(p.x), i64::from(p.y)], &mut owners);
        }
        PerTier(owners.map(|bits| bits.checked_sub(1).map(GridId)))
    }

    /// Bytes held by the index.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.references)
            + size_of_val(&*self.first_edge)
            + size_of_val(&*self.edges)
            + size_of_val(&*self.toggles)
    }

    /// Finds the owners at each reference place from those at the one to its west: over the place in the middle of
    /// the side between the two cells.
    fn spread_references(&mut self) {
        for row in 0..self.frame.rows {
            let mut owners = NOBODY;
            for column in 0..self.frame.columns {
                let cell = row * self.frame.columns + column;
                if column > 0 {
                    let gate = self.frame.gate_to_west(column, row);
                    self.walk(cell - 1, gate, &mut owners);
                    self.walk(cell, gate, &mut owners);
                }
                self.references[cell] = owners;
            }
        }
    }

    /// Whether the way around every 2 × 2 cells, and the way out at the east and north end, changes nothing. An edge
    /// missing from a cell that it meets would show here.
    fn loops_close(&self) -> bool {
        let frame = &self.frame;
        let east_is_nobodys = (0..frame.rows).all(|row| {
            let last = row * frame.columns + frame.columns - 1;
            let mut owners = self.references[last];
            self.walk(last, frame.gate_to_west(frame.columns, row), &mut owners);
            owners == NOBODY
        });
        let northward = (0..frame.cells()).all(|cell| {
            let (column, row) = (cell % frame.columns, cell / frame.columns);
            let gate = frame.gate_to_south(column, row + 1);
            let mut owners = self.references[cell];
            self.walk(cell, gate, &mut owners);
            match self.references.get(cell + frame.columns) {
                None => owners == NOBODY,
                Some(&expected) => {
                    self.walk(cell + frame.columns, gate, &mut owners);
                    owners == expected
                }
            }
        });
        east_is_nobodys && northward
    }

    /// Toggles the owners by every edge between the cell's reference place and `p`, a lattice place in or on the cell.
    fn walk(&self, cell: usize, p: [i64; 2], owners: &mut OwnerBits) {
        if self.wide {
            self.walk_in::<true>(cell, p, owners);
        } else {
            self.walk_in::<false>(cell, p, owners);
        }
    }

    fn walk_in<const WIDE: bool>(&self, cell: usize, p: [i64; 2], owners: &mut OwnerBits) {
        let centre = self.frame.centre(cell);
        // Doubled, seen from R: R is (0, 0), and everything else has odd coordinates.
        let from_reference = |x: i64, y: i64| [2 * (x - centre[0]) - 1, 2 * (y - centre[1]) - 1];
        let p = from_reference(p[0], p[1]);
        let edges = &self.edges[self.first_edge[cell] as usize..self.first_edge[cell + 1] as usize];
        for edge in edges {
            let a = from_reference(i64::from(edge.a.x), i64::from(edge.a.y));
            let b = from_reference(i64::from(edge.b.x), i64::from(edge.b.y));
            // Left of the way from R to p? An end exactly in line with it, moved by -(ε, ε²), is where p.y points.
            let left_of_way = |end| match cross_sign::<WIDE>(p, end) {
                0 => p[1] > 0,
                sign => sign > 0,
            };
            if left_of_way(a) == left_of_way(b) {
                continue;
            }
            // Left of the edge? For a place exactly on its line the first that counts of -dy·ε and dx·ε².
            let left_of_edge = |place: [i64; 2]| {
                let (to_a, to_b) = ([a[0] - place[0], a[1] - place[1]], [b[0] - place[0], b[1] - place[1]]);
                match cross_sign::<WIDE>(to_a, to_b) {
                    0 if a[1] != b[1] => b[1] < a[1],
                    0 => b[0] > a[0],
                    sign => sign > 0,
                }
            };
            if left_of_edge(p) != left_of_edge([0, 0]) {
                let toggle = self.toggles[edge.arc as usize];
                for (owner, change) in owners.iter_mut().zip(toggle) {
                    *owner ^= change;
                }
            }
        }
    }
}

/// The sign of u × v.
fn cross_sign<const WIDE: bool>(u: [i64; 2], v: [i64; 2]) -> i64 {
    if WIDE {
        let [u, v] = [u.map(i128::from), v.map(i128::from)];
        (u[0] * v[1] - u[1] * v[0]).signum() as i64
    } else {
        (u[0] * v[1] - u[1] * v[0]).signum()
    }
}

fn bits_of(owners: &Owners) -> OwnerBits {
    Tier::ALL.map(|tier| owners[tier].map_or(0, |id| id.0 + 1))
}

/// All edges of the map, each once, with the position of its arc.
fn edges_of(map: &PlanarMap) -> impl Iterator<Item = (Point, Point, u32)> {
    (0u32..).zip(map.arcs()).flat_map(|(i, arc)| map.points(arc).windows(2).map(move |ends| (ends[0], ends[1], i)))
}

impl Frame {
    /// Halves the cells until one with edges lists about three, within bounds for the memory: data of very uneven
    /// density gets more cells than edges, and long edges across many cells get fewer cells.
    fn choose(map: &PlanarMap) -> Frame {
        const EDGES_WANTED: usize = 3;
        let edges = edges_of(map).count();
        let corners = map.arcs().iter().flat_map(|arc| [&arc.bounds.min, &arc.bounds.max]);
        let Some(bounds) = IntBox::around(corners) else { return Frame::empty() };
        let max_cells = (4 * edges + 4096).min(1 << 23);
        let max_entries = (16 * edges + 65_536).min(u32::MAX as usize);
        let extent = bounds.max.x.abs_diff(bounds.min.x).max(bounds.max.y.abs_diff(bounds.min.y));
        let mut shift = extent.max(2).ilog2();
        while shift > 1 && Frame::new(bounds, shift).cells() < edges / 16 {
            shift -= 1;
        }
        let mut coarser = false;
        loop {
            let frame = Frame::new(bounds, shift);
            let mut entries = 0;
            let mut met = vec![false; frame.cells()];
            for (a, b, _) in edges_of(map) {
                frame.cells_meeting(a, b, |cell| {
                    entries += 1;
                    met[cell] = true;
                });
            }
            let cells_with_edges = met.iter().filter(|&&met| met).count();
            if entries > max_entries && shift < 32 {
                coarser = true;
                shift += 1;
            } else if !coarser
                && shift > 1
                && entries > EDGES_WANTED * cells_with_edges
                && Frame::new(bounds, shift - 1).cells() <= max_cells
            {
                shift -= 1;
            } else {
                return frame;
            }
        }
    }

    fn new(bounds: IntBox, shift: u32) -> Frame {
        let side = 1i64 << shift;
        let (west, south) = (i64::from(bounds.min.x) - side, i64::from(bounds.min.y));
        let columns = ((i64::from(bounds.max.x) - west) >> shift) + 1;
        let rows = ((i64::from(bounds.max.y) - south) >> shift) + 1;
        Frame { bounds: Some(bounds), west, south, shift, columns: columns as usize, rows: rows as usize }
    }

    fn empty() -> Frame {
        Frame { bounds: None, west: 0, south: 0, shift: 1, columns: 0, rows: 0 }
    }

    fn cells(&self) -> usize {
        self.columns * self.rows
    }

    fn cell_holding(&self, p: Point) -> Option<usize> {
        if !self.bounds?.contains(p) {
            return None;
        }
        let column = (i64::from(p.x) - self.west) >> self.shift;
        let row = (i64::from(p.y) - self.south) >> self.shift;
        Some(row as usize * self.columns + column as usize)
    }

    fn centre(&self, cell: usize) -> [i64; 2] {
        let half = 1 << (self.shift - 1);
        let [x, y] = self.corner(cell % self.columns, cell / self.columns);
        [x + half, y + half]
    }

    /// The south-west corner of a cell.
    fn corner(&self, column: usize, row: usize) -> [i64; 2] {
        [self.west + ((column as i64) << self.shift), self.south + ((row as i64) << self.shift)]
    }

    /// The middle of a cell's west side.
    fn gate_to_west(&self, column: usize, row: usize) -> [i64; 2] {
        let [x, y] = self.corner(column, row);
        [x, y + (1 << (self.shift - 1))]
    }

    /// The middle of a cell's south side.
    fn gate_to_south(&self, column: usize, row: usize) -> [i64; 2] {
        let [x, y] = self.corner(column, row);
        [x + (1 << (self.shift - 1)), y]
    }

    /// Calls with every cell that the edge meets, sides and corners included: sometimes with one more, never with one
    /// fewer.
    fn cells_meeting(&self, a: Point, b: Point, mut met: impl FnMut(usize)) {
        let (from, to) = if a.x <= b.x { (a, b) } else { (b, a) };
        let [from_x, from_y, to_x, to_y] = [from.x, from.y, to.x, to.y].map(i64::from);
        let column_of = |x: i64| (x - self.west) >> self.shift;
        // A place on the side of two cells meets both: hence the 1.
        let columns = column_of(from_x - 1).max(0)..=column_of(to_x);
        let slope = (to_y - from_y, to_x - from_x);
        for column in columns {
            let west = self.west + (column << self.shift);
            let clip = |x: i64| (x.clamp(from_x, to_x) - from_x) * slope.0;
            let (y_west, y_east) = (clip(west), clip(west + (1 << self.shift)));
            let (low, high) = if slope.1 == 0 {
                (slope.0.min(0), slope.0.max(0))
            } else {
                // Rounded down and up. No overflow: a turn of longitude times half a turn of latitude is below 2^63.
                let (low, high) = (y_west.min(y_east), y_west.max(y_east));
                (low.div_euclid(slope.1), -((-high).div_euclid(slope.1)))
            };
            let row_of = |y: i64| (y - self.south) >> self.shift;
            let rows = row_of(from_y + low - 1).max(0)..=row_of(from_y + high).min(self.rows as i64 - 1);
            for row in rows {
                met(row as usize * self.columns + column as usize);
            }
        }
    }
}

#[cfg(test)]
mod tests;
