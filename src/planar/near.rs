//! How far places lie from borders, and whether one course of a border follows another.

use super::cells::{Cells, Rows};
use super::snap::Tolerance;
use crate::geometry::point::Point;

/// Pieces of border, found by place.
pub(super) struct Near<'a> {
    pieces: &'a [(Point, Point)],
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
    pub(super) fn new(pieces: &'a [(Point, Point)], tolerance: Tolerance) -> Near<'a> {
        let index = (pieces.len() > FEW).then(|| {
            let cells =
                Cells::over(pieces).with_margin(tolerance.widest_units(pieces.iter().flat_map(|&(a, b)| [a, b])) + 2.0);
            let rows = cells.segments_by_cell(pieces);
            (cells, rows)
        });
        Near { pieces, index, tolerance }
    }

    pub(super) fn is_near(&self, p: Point) -> bool {
        self.nearest(p).is_some()
    }

    /// The piece that comes nearest to `p`, where one is within the tolerance.
    pub(super) fn nearest(&self, p: Point) -> Option<(Point, Point)> {
        let at = |&(a, b): &(Point, Point)| (self.tolerance.nearest_on(a, b, p).1, (a, b));
        let nearer = |u: &(f64, (Point, Point)), v: &(f64, (Point, Point))| u.0.total_cmp(&v.0);
        let nearest = match &self.index {
            None => self.pieces.iter().map(at).min_by(nearer),
            Some((cells, rows)) => {
                rows.row(cells.cell_of(p)).iter().map(|&i| at(&self.pieces[i as usize])).min_by(nearer)
            }
        };
        nearest.filter(|&(distance2, _)| self.tolerance.reaches(distance2)).map(|(_, piece)| piece)
    }
}

/// Whether every end of the pieces of either course lies within the tolerance of the other course.
pub(super) fn follow(one: &[(Point, Point)], other: &[(Point, Point)], tolerance: Tolerance) -> bool {
    let reaches = |from: &[(Point, Point)], to: &[(Point, Point)]| {
        let near = Near::new(to, tolerance);
        from.iter().flat_map(|&(a, b)| [a, b]).all(|p| near.is_near(p))
    };
    !one.is_empty() && !other.is_empty() && reaches(one, other) && reaches(other, one)
}
