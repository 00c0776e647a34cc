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
//! Another index with `new` and `locate` can take the place of this one: nothing else knows how it works.

mod cells;

use cells::{Cell, Cells};

use crate::domain::grid::{GridId, Owners};
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::point::Point;
use crate::planar::map::PlanarMap;

/// The owner in each tier as a number that XOR works on: the id plus one, 0 for nobody.
type OwnerBits = [u32; 3];

const NOBODY: OwnerBits = [0; 3];

/// The lookup index of one planar map.
#[derive(Debug)]
pub struct Locator(Option<Index>);

/// The index of a map with borders.
#[derive(Debug)]
struct Index {
    cells: Cells,
    /// Owners at each cell's reference place.
    references: Vec<OwnerBits>,
    /// What crossing an arc changes, by arc.
    toggles: Vec<OwnerBits>,
    /// Whether products of coordinate differences may need more than 64 bits.
    wide: bool,
}

impl Locator {
    pub fn new(map: &PlanarMap) -> Locator {
        Locator(Cells::new(map).map(|cells| Index::new(map, cells)))
    }

    /// The owner in each tier of the point moved by (ε, ε²).
    pub fn locate(&self, p: Point) -> Owners {
        let owners = self.0.as_ref().map_or(NOBODY, |index| index.owners(p));
        PerTier(owners.map(|bits| bits.checked_sub(1).map(GridId)))
    }

    /// Bytes held by the index.
    pub fn bytes(&self) -> usize {
        self.0
            .as_ref()
            .map_or(0, |index| index.cells.bytes() + size_of_val(&*index.references) + size_of_val(&*index.toggles))
    }
}

impl Index {
    fn new(map: &PlanarMap, cells: Cells) -> Index {
        let toggles = map.arcs().iter().map(|arc| {
            let (left, right) = (bits_of(&arc.left), bits_of(&arc.right));
            [left[0] ^ right[0], left[1] ^ right[1], left[2] ^ right[2]]
        });
        let edges = map.arcs().iter().flat_map(|arc| map.points(arc).windows(2));
        let longest = edges.map(|ends| ends[0].x.abs_diff(ends[1].x).max(ends[0].y.abs_diff(ends[1].y))).max();
        // An end of a cell's edge is at most an edge and a side away from any place of the cell. Doubled, such
        // differences are below 2^31, two products of them below 2^63.
        let wide = i64::from(longest.unwrap_or(0)) + cells.max_side() > (1 << 30) - 2;
        let references = vec![NOBODY; cells.count()];
        let mut index = Index { toggles: toggles.collect(), references, wide, cells };
        index.spread_references();
        debug_assert!(index.loops_close(), "each cell lists every edge that meets it");
        index
    }

    fn owners(&self, p: Point) -> OwnerBits {
        let Some(cell) = self.cells.holding(p) else { return NOBODY };
        let mut owners = self.references[cell.number];
        self.walk(cell, [i64::from(p.x), i64::from(p.y)], &mut owners);
        owners
    }

    /// Finds the owners at each reference place from those at the one to its west: over the place in the middle of
    /// the side between the two cells. West of the first column is nobody's.
    fn spread_references(&mut self) {
        for cell in self.cells.iter() {
            let gate = cell.middle_of_west_side();
            if let Some(to_west) = self.cells.at([gate[0] - 1, gate[1]]) {
                let mut owners = self.references[to_west.number];
                self.walk(to_west, gate, &mut owners);
                self.walk(cell, gate, &mut owners);
                self.references[cell.number] = owners;
            }
        }
    }

    /// Whether every way from a cell to one beside it, and every way out, ends at the owners that are kept there. An
    /// edge missing from a cell that it meets would show here.
    fn loops_close(&self) -> bool {
        self.cells.iter().all(|cell| {
            let (east, north) = (cell.middle_of_east_side(), cell.middle_of_north_side());
            let south = cell.middle_of_south_side();
            [(east, east), (north, north), (south, [south[0], south[1] - 1])].into_iter().all(|(gate, beyond)| {
                let mut owners = self.references[cell.number];
                self.walk(cell, gate, &mut owners);
                match self.cells.at(beyond) {
                    // The frame's south side is on the data, so there the way out goes on.
                    None => owners == NOBODY || beyond != gate,
                    Some(neighbor) => {
                        self.walk(neighbor, gate, &mut owners);
                        owners == self.references[neighbor.number]
                    }
                }
            })
        })
    }

    /// Toggles the owners by every edge between the cell's reference place and `p`, a lattice place in or on the cell.
    fn walk(&self, cell: Cell, p: [i64; 2], owners: &mut OwnerBits) {
        if self.wide {
            self.walk_in::<true>(cell, p, owners);
        } else {
            self.walk_in::<false>(cell, p, owners);
        }
    }

    fn walk_in<const WIDE: bool>(&self, cell: Cell, p: [i64; 2], owners: &mut OwnerBits) {
        let center = cell.center();
        // Doubled, seen from R: R is (0, 0), and everything else has odd coordinates.
        let from_reference = |x: i64, y: i64| [2 * (x - center[0]) - 1, 2 * (y - center[1]) - 1];
        let p = from_reference(p[0], p[1]);
        for edge in self.cells.edges(cell.number) {
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

#[cfg(test)]
mod tests;
