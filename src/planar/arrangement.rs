//! The faces that noded segments cut the plane into, and the set of grids that covers each.

use super::labels::{LabelSet, LabelSets};
use super::noding::Segment;
use crate::geometry::point::{Point, Space};

/// A noded segment with the label sets of the faces on its two sides (left of a → b, y up).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelledEdge<S: Space> {
    pub a: Point<S>,
    pub b: Point<S>,
    pub left: LabelSet,
    pub right: LabelSet,
}

/// Labels both sides of noded segments, `outside` being the set of the unbounded face. Islands and enclaves that
/// touch nothing are placed in the face around them.
pub fn label_sides<S: Space>(
    segments: &[Segment<S>],
    outside: LabelSet,
    labels: &mut LabelSets,
) -> Vec<LabelledEdge<S>> {
    let _ = (segments, outside, labels);
    Vec::new()
}
