//! The cells of the lookup index, and the edges that meet each.
//!
//! The edition's range is cut into equal square blocks, and a block with many edges into 4, 16 … cells: data that is
//! dense here and empty there needs no more cells than edges. Corners are lattice points, sides powers of two.

use crate::geometry::point::{IntBox, Point};
use crate::planar::map::PlanarMap;

/// An edge in a cell's list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CellEdge {
    pub(super) a: Point,
    pub(super) b: Point,
    /// Its position in [`PlanarMap::arcs`].
    pub(super) arc: u32,
}

/// All cells of an index.
#[derive(Debug)]
pub(super) struct Cells {
    bounds: IntBox,
    squares: Squares,
    /// Row by row.
    blocks: Vec<Block>,
    /// Where each cell's edges start in `edges`; one more for the end.
    first_edge: Vec<u32>,
    edges: Vec<CellEdge>,
}

/// A square of the frame: its cells are numbered row by row from `first_cell` on, 2^bits of them along a side.
#[derive(Clone, Copy, Debug)]
struct Block {
    first_cell: u32,
    bits: u32,
}

/// A square of 2^shift lattice units with its south-west corner at `west`, `south`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) number: usize,
    pub(super) west: i64,
    pub(super) south: i64,
    pub(super) shift: u32,
}

impl Cell {
    fn half(&self) -> i64 {
        1 << (self.shift - 1)
    }

    pub(super) fn center(&self) -> [i64; 2] {
        [self.west + self.half(), self.south + self.half()]
    }

    pub(super) fn middle_of_west_side(&self) -> [i64; 2] {
        [self.west, self.south + self.half()]
    }

    pub(super) fn middle_of_east_side(&self) -> [i64; 2] {
        [self.west + (1 << self.shift), self.south + self.half()]
    }

    pub(super) fn middle_of_south_side(&self) -> [i64; 2] {
        [self.west + self.half(), self.south]
    }

    pub(super) fn middle_of_north_side(&self) -> [i64; 2] {
        [self.west + self.half(), self.south + (1 << self.shift)]
    }
}

/// Edges wanted in a block before it is cut up; then about half as many in a cell.
const EDGES_PER_BLOCK: usize = 4;

/// A block is cut into at most 64 × 64 cells.
const MAX_BITS: u32 = 6;

impl Cells {
    /// `None` for a map without borders.
    pub(super) fn new(map: &PlanarMap) -> Option<Cells> {
        let corners = map.arcs().iter().flat_map(|arc| [&arc.bounds.min, &arc.bounds.max]);
        let bounds = IntBox::around(corners)?;
        let squares = Squares::choose(map, bounds);
        let in_squares = Lists::new(squares.count(), |list| {
            for (number, edge) in (0u32..).zip(edges_of(map)) {
                squares.meeting(edge.a, edge.b, |square| list(square, number));
            }
        });
        let all: Vec<CellEdge> = edges_of(map).collect();
        let mut cells = Cells { bounds, squares, blocks: Vec::new(), first_edge: vec![0], edges: Vec::new() };
        for square in 0..squares.count() {
            let met: Vec<CellEdge> = in_squares.of(square).iter().map(|&edge| all[edge as usize]).collect();
            cells.add_block(square, &met);
        }
        Some(cells)
    }

    /// Cuts a square up as far as that shortens the lists, and lists its edges in its cells.
    fn add_block(&mut self, square: usize, met: &[CellEdge]) {
        let count = |bits: u32| {
            let mut entries = 0;
            let parts = self.squares.parts(square, bits);
            met.iter().for_each(|edge| parts.meeting(edge.a, edge.b, |_| entries += 1));
            entries
        };
        let mut bits = 0;
        while bits < MAX_BITS.min(self.squares.shift - 1) && (EDGES_PER_BLOCK / 2) << (2 * bits) < met.len() {
            bits += 1;
        }
        // Edges right across a block are listed in a row of cells each; many of those would only fill the memory.
        while bits > 0 && count(bits) > 4 * met.len() {
            bits -= 1;
        }
        let parts = self.squares.parts(square, bits);
        let lists = Lists::new(parts.count(), |list| {
            for (number, edge) in (0u32..).zip(met) {
                parts.meeting(edge.a, edge.b, |cell| list(cell, number));
            }
        });
        self.blocks.push(Block { first_cell: self.first_edge.len() as u32 - 1, bits });
        for cell in 0..parts.count() {
            self.edges.extend(lists.of(cell).iter().map(|&edge| met[edge as usize]));
            self.first_edge.push(u32::try_from(self.edges.len()).expect("lists of 2^31 edges at most are bounded"));
        }
    }

    /// The cell in which a point of the data lies; `None` outside of the data's range.
    pub(super) fn holding(&self, p: Point) -> Option<Cell> {
        if self.bounds.contains(p) { self.at([i64::from(p.x), i64::from(p.y)]) } else { None }
    }

    /// The cell that holds the place, west and south sides included; `None` off the frame.
    pub(super) fn at(&self, [x, y]: [i64; 2]) -> Option<Cell> {
        let Squares { west, south, shift, columns, rows } = self.squares;
        let (dx, dy) = (x - west, y - south);
        let (column, row) = (dx >> shift, dy >> shift);
        if !(0..columns).contains(&column) || !(0..rows).contains(&row) {
            return None;
        }
        let Block { first_cell, bits } = self.blocks[(row * columns + column) as usize];
        let cell_shift = shift - bits;
        let (cell_x, cell_y) = (dx >> cell_shift, dy >> cell_shift);
        let within = (1 << bits) - 1;
        Some(Cell {
            number: first_cell as usize + (((cell_y & within) << bits) | (cell_x & within)) as usize,
            west: west + (cell_x << cell_shift),
            south: south + (cell_y << cell_shift),
            shift: cell_shift,
        })
    }

    /// Every cell; each comes after all those to its west.
    pub(super) fn iter(&self) -> impl Iterator<Item = Cell> {
        (0..self.blocks.len()).flat_map(move |square| {
            let Block { first_cell, bits } = self.blocks[square];
            let parts = self.squares.parts(square, bits);
            (0..parts.count()).map(move |part| {
                let [west, south] = parts.corner(part);
                Cell { number: first_cell as usize + part, west, south, shift: parts.shift }
            })
        })
    }

    /// The edges that meet a cell, sides included.
    pub(super) fn edges(&self, cell: usize) -> &[CellEdge] {
        &self.edges[self.first_edge[cell] as usize..self.first_edge[cell + 1] as usize]
    }

    pub(super) fn count(&self) -> usize {
        self.first_edge.len() - 1
    }

    /// The side of the largest cell.
    pub(super) fn max_side(&self) -> i64 {
        1 << self.squares.shift
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.blocks) + size_of_val(&*self.first_edge) + size_of_val(&*self.edges)
    }
}

/// All edges of the map, each once.
fn edges_of(map: &PlanarMap) -> impl Iterator<Item = CellEdge> {
    (0u32..)
        .zip(map.arcs())
        .flat_map(|(i, arc)| map.points(arc).windows(2).map(move |ends| CellEdge { a: ends[0], b: ends[1], arc: i }))
}

/// Lists of numbers, one after the other in one array.
struct Lists {
    first: Vec<u32>,
    numbers: Vec<u32>,
}

impl Lists {
    /// `fill` calls with each list and a number for it; it is run twice, first to count.
    fn new(count: usize, fill: impl Fn(&mut dyn FnMut(usize, u32))) -> Lists {
        let mut first = vec![0u32; count + 1];
        fill(&mut |list, _| first[list + 1] += 1);
        for list in 0..count {
            first[list + 1] += first[list];
        }
        let mut numbers = vec![0; first[count] as usize];
        let mut next = first.clone();
        fill(&mut |list, number| {
            numbers[next[list] as usize] = number;
            next[list] += 1;
        });
        Lists { first, numbers }
    }

    fn of(&self, list: usize) -> &[u32] {
        &self.numbers[self.first[list] as usize..self.first[list + 1] as usize]
    }
}

/// Equal squares of 2^shift lattice units, numbered row by row from the south-west corner.
#[derive(Clone, Copy, Debug)]
struct Squares {
    west: i64,
    south: i64,
    shift: u32,
    columns: i64,
    rows: i64,
}

impl Squares {
    /// About one square for [`EDGES_PER_BLOCK`] edges, fewer where long edges would be listed in too many.
    fn choose(map: &PlanarMap, bounds: IntBox) -> Squares {
        let edges = edges_of(map).count();
        let (max_squares, max_entries) = ((edges / EDGES_PER_BLOCK).clamp(2, 1 << 21), 4 * edges + 4096);
        let extent = bounds.max.x.abs_diff(bounds.min.x).max(bounds.max.y.abs_diff(bounds.min.y));
        let mut shift = extent.max(2).ilog2();
        while shift > 1 && Squares::around(bounds, shift - 1).count() <= max_squares {
            shift -= 1;
        }
        loop {
            let squares = Squares::around(bounds, shift);
            let mut entries = 0;
            edges_of(map).for_each(|edge| squares.meeting(edge.a, edge.b, |_| entries += 1));
            if entries <= max_entries || shift == 32 {
                return squares;
            }
            shift += 1;
        }
    }

    /// The westernmost column lies wholly west of the data.
    fn around(bounds: IntBox, shift: u32) -> Squares {
        let (west, south) = (i64::from(bounds.min.x) - (1 << shift), i64::from(bounds.min.y));
        let columns = ((i64::from(bounds.max.x) - west) >> shift) + 1;
        let rows = ((i64::from(bounds.max.y) - south) >> shift) + 1;
        Squares { west, south, shift, columns, rows }
    }

    /// One square cut into 2^bits × 2^bits.
    fn parts(&self, square: usize, bits: u32) -> Squares {
        let [west, south] = self.corner(square);
        Squares { west, south, shift: self.shift - bits, columns: 1 << bits, rows: 1 << bits }
    }

    fn count(&self) -> usize {
        (self.columns * self.rows) as usize
    }

    fn corner(&self, square: usize) -> [i64; 2] {
        let (column, row) = (square as i64 % self.columns, square as i64 / self.columns);
        [self.west + (column << self.shift), self.south + (row << self.shift)]
    }

    /// Calls with every square that the edge meets, sides and corners included: sometimes with one more, never with
    /// one fewer.
    fn meeting(&self, a: Point, b: Point, mut met: impl FnMut(usize)) {
        let (from, to) = if a.x <= b.x { (a, b) } else { (b, a) };
        let [from_x, from_y, to_x, to_y] = [from.x, from.y, to.x, to.y].map(i64::from);
        let (rise, run) = (to_y - from_y, to_x - from_x);
        // A place on the side of two squares meets both: hence the 1.
        let column_of = |x: i64| (x - self.west) >> self.shift;
        let row_of = |y: i64| (y - self.south) >> self.shift;
        for column in column_of(from_x - 1).max(0)..=column_of(to_x).min(self.columns - 1) {
            let west = self.west + (column << self.shift);
            let (low, high) = if run == 0 {
                (rise.min(0), rise.max(0))
            } else {
                // Rounded down and up. No overflow: a turn of longitude times half a turn of latitude is below 2^63.
                let height_at = |x: i64| (x.clamp(from_x, to_x) - from_x) * rise;
                let (at_west, at_east) = (height_at(west), height_at(west + (1 << self.shift)));
                let (low, high) = (at_west.min(at_east), at_west.max(at_east));
                (low.div_euclid(run), -((-high).div_euclid(run)))
            };
            for row in row_of(from_y + low - 1).max(0)..=row_of(from_y + high).min(self.rows - 1) {
                met((row * self.columns + column) as usize);
            }
        }
    }
}
