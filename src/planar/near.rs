//! How far places lie from borders, and whether one course of a border follows another.

use super::cells::{Cells, Rows};
use super::shape::Piece;
use super::snap::Tolerance;
use crate::geometry::point::Point;

/// Pieces of border, found by place.
pub(super) struct Near<'a> {
    pieces: &'a [Piece],
    /// None where there are so few that each is asked.
    index: Option<(Cells, Rows)>,
    tolerance: Tolerance,
}

/// So few pieces are faster asked one by one.
const FEW: usize = 24;

impl<'a> Near<'a> {
    /// Nothing at all.
    pub(super) fn nothing() -> Near<'static> {
        Near { pieces: &[], index: None, tolerance: Tolerance::units(1.0) }
    }

    /// For places no further away than the tolerance. A piece that ends where it begins is a point.
    pub(super) fn new(pieces: &'a [Piece], tolerance: Tolerance) -> Near<'a> {
        let index = (pieces.len() > FEW).then(|| {
            let cells =
                Cells::over(pieces).with_margin(tolerance.widest_units(pieces.iter().flat_map(|&(a, b)| [a, b])) + 2.0);
            let rows = cells.segments_by_cell(pieces);
            (cells, rows)
        });
        Near { pieces, index, tolerance }
    }

    pub(super) fn is_near(&self, p: Point) -> bool {
        self.around(p).any(|&(a, b)| self.tolerance.reaches(self.tolerance.nearest_on(a, b, p).1))
    }

    /// The piece that comes nearest to `p`, where one is within the tolerance.
    pub(super) fn nearest(&self, p: Point) -> Option<Piece> {
        let at = |&(a, b): &Piece| (self.tolerance.nearest_on(a, b, p).1, (a, b));
        let nearer = |u: &(f64, Piece), v: &(f64, Piece)| u.0.total_cmp(&v.0);
        let nearest = self.around(p).map(at).min_by(nearer);
        nearest.filter(|&(distance2, _)| self.tolerance.reaches(distance2)).map(|(_, piece)| piece)
    }

    /// The pieces that may be within the tolerance, in their order.
    fn around(&self, p: Point) -> impl Iterator<Item = &Piece> {
        let row = self.index.as_ref().map(|(cells, rows)| rows.row(cells.cell_of(p)));
        let all = if row.is_none() { self.pieces } else { &[] };
        all.iter().chain(row.into_iter().flatten().map(|&i| &self.pieces[i as usize]))
    }
}

/// Whether every end of the pieces of either course lies within the tolerance of the other course.
pub(super) fn follow(one: &[Piece], other: &[Piece], tolerance: Tolerance) -> bool {
    let reaches = |from: &[Piece], to: &[Piece]| {
        let near = Near::new(to, tolerance);
        from.iter().flat_map(|&(a, b)| [a, b]).all(|p| near.is_near(p))
    };
    !one.is_empty() && !other.is_empty() && reaches(one, other) && reaches(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_pieces_within_the_tolerance_of_each_other_cost_no_more() {
        let pieces: Vec<Piece> =
            (0..200_000).map(|i| (Point::new(i % 500, i / 500), Point::new(i % 500, i / 500))).collect();
        let near = Near::new(&pieces, Tolerance::units(10_000.0));
        assert!(near.is_near(Point::new(9_000, 0)) && !near.is_near(Point::new(10_600, 0)));
        assert_eq!(near.nearest(Point::new(0, 9_000)), Some((Point::new(0, 399), Point::new(0, 399))));
    }
}
