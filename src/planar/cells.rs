//! Square cells of a power of two units over segments, to find what lies near what.

use crate::geometry::point::{IntBox, Point, Space};

/// Lists by row number, all in one array.
pub(super) struct Rows {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Rows {
    /// From (row, item) pairs listed twice in the same order by `each`.
    fn collect(count: usize, each: impl Fn(&mut dyn FnMut(usize, u32))) -> Rows {
        let mut starts = vec![0u32; count + 1];
        each(&mut |row, _| starts[row + 1] += 1);
        for row in 0..count {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut items = vec![0u32; starts[count] as usize];
        each(&mut |row, item| {
            items[next[row] as usize] = item;
            next[row] += 1;
        });
        Rows { starts, items }
    }

    pub(super) fn row(&self, row: usize) -> &[u32] {
        &self.items[self.starts[row] as usize..self.starts[row + 1] as usize]
    }

    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        (0..self.starts.len() - 1).map(|row| self.row(row))
    }
}

/// About one cell a segment over the segments' coordinate range.
pub(super) struct Cells {
    west: i64,
    south: i64,
    shift: u32,
    columns: i64,
    rows: i64,
    margin: f64,
}

/// A segment is listed in every cell within this many units of it, so that rounding never hides a neighbour.
const ROUNDING_MARGIN: f64 = 2.0;

impl Cells {
    pub(super) fn over<S: Space>(segments: &[(Point<S>, Point<S>)]) -> Cells {
        let ends = segments.iter().flat_map(|(a, b)| [a, b]);
        let bounds = IntBox::around(ends).unwrap_or(IntBox { min: Point::new(0, 0), max: Point::new(0, 0) });
        let (west, south) = (i64::from(bounds.min.x), i64::from(bounds.min.y));
        let (width, height) = (i64::from(bounds.max.x) - west, i64::from(bounds.max.y) - south);
        let wanted = segments.len().max(1) as i64;
        let mut shift = 0;
        while ((width >> shift) + 1).saturating_mul((height >> shift) + 1) > wanted.max(16) {
            shift += 1;
        }
        Cells {
            west,
            south,
            shift,
            columns: (width >> shift) + 1,
            rows: (height >> shift) + 1,
            margin: ROUNDING_MARGIN,
        }
    }

    /// Segments are to be listed in every cell within so many units of them; cells are no smaller than that, or one segment would
    /// be in too many.
    pub(super) fn with_margin(self, margin: f64) -> Cells {
        let mut cells = Cells { margin, ..self };
        while ((1i64 << cells.shift) as f64) < margin && cells.columns.max(cells.rows) > 1 {
            cells.shift += 1;
            // Half as many, rounded up.
            (cells.columns, cells.rows) = ((cells.columns - 1) / 2 + 1, (cells.rows - 1) / 2 + 1);
        }
        cells
    }

    fn count(&self) -> usize {
        (self.columns * self.rows) as usize
    }

    fn column(&self, x: f64) -> i64 {
        (((x - self.west as f64).floor() as i64) >> self.shift).clamp(0, self.columns - 1)
    }

    fn row(&self, y: f64) -> i64 {
        (((y - self.south as f64).floor() as i64) >> self.shift).clamp(0, self.rows - 1)
    }

    /// Every cell that the segment comes within the margin of, and perhaps a few more, each once.
    pub(super) fn each_along<S: Space>(&self, a: Point<S>, b: Point<S>, mut visit: impl FnMut(usize)) {
        let (a, b) = if a.x <= b.x { (a, b) } else { (b, a) };
        let (ax, ay, bx, by) = (f64::from(a.x), f64::from(a.y), f64::from(b.x), f64::from(b.y));
        let (first, last) = (self.column(ax - self.margin), self.column(bx + self.margin));
        let slope = if bx > ax { (by - ay) / (bx - ax) } else { 0.0 };
        for column in first..=last {
            let (mut low, mut high) = (ay.min(by), ay.max(by));
            if bx - ax > 2.0 * self.margin {
                let cell_west = (self.west + (column << self.shift)) as f64;
                let cell_east = cell_west + (1i64 << self.shift) as f64;
                let at_west = ay + slope * ((cell_west - self.margin).max(ax) - ax).min(bx - ax);
                let at_east = ay + slope * ((cell_east + self.margin).min(bx) - ax).max(0.0);
                low = low.max(at_west.min(at_east));
                high = high.min(at_west.max(at_east));
            }
            for row in self.row(low - self.margin)..=self.row(high + self.margin) {
                visit((row * self.columns + column) as usize);
            }
        }
    }

    /// The cell of a place; outside the range, the nearest one.
    pub(super) fn cell_of<S: Space>(&self, p: Point<S>) -> usize {
        (self.row(f64::from(p.y)) * self.columns + self.column(f64::from(p.x))) as usize
    }

    pub(super) fn segments_by_cell<S: Space>(&self, segments: &[(Point<S>, Point<S>)]) -> Rows {
        Rows::collect(self.count(), |put| {
            for (i, &(a, b)) in (0u32..).zip(segments) {
                self.each_along(a, b, |cell| put(cell, i));
            }
        })
    }

    pub(super) fn points_by_cell<S: Space>(&self, points: &[Point<S>]) -> Rows {
        Rows::collect(self.count(), |put| {
            for (i, p) in (0u32..).zip(points) {
                put(self.cell_of(*p), i);
            }
        })
    }
}
