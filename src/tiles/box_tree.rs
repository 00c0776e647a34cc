//! A packed tree of boxes: bulk-loaded once, then only asked.

use crate::geometry::point::{IntBox, Point, Space};

/// Children of a node.
const FAN_OUT: usize = 16;

/// Items are sorted so that neighbours in the order are neighbours in the plane; each level above holds the boxes
/// around runs of [`FAN_OUT`] boxes of the level below.
#[derive(Debug)]
pub(super) struct BoxTree<S: Space> {
    /// The item at each place of the lowest level.
    order: Vec<u32>,
    levels: Vec<Vec<IntBox<S>>>,
}

impl<S: Space> BoxTree<S> {
    /// Items are the positions in `boxes`.
    pub(super) fn new(boxes: &[IntBox<S>]) -> BoxTree<S> {
        let mut order: Vec<u32> = (0u32..).take(boxes.len()).collect();
        let middle = |&item: &u32| {
            let b = &boxes[item as usize];
            [i64::from(b.min.x) + i64::from(b.max.x), i64::from(b.min.y) + i64::from(b.max.y)]
        };
        // Sort-tile-recursive: columns of equal size, each sorted from north to south.
        order.sort_unstable_by_key(|item| (middle(item)[0], *item));
        let leaves = boxes.len().div_ceil(FAN_OUT);
        let column = FAN_OUT * (leaves as f64).sqrt().ceil().max(1.0) as usize;
        for part in order.chunks_mut(column) {
            part.sort_unstable_by_key(|item| (middle(item)[1], *item));
        }
        let mut levels = vec![order.iter().map(|&item| boxes[item as usize]).collect::<Vec<_>>()];
        while let Some(below) = levels.last().filter(|level| level.len() > FAN_OUT) {
            let above = below
                .chunks(FAN_OUT)
                .map(|run| run[1..].iter().fold(run[0], |all, b| all.grown_to(b.min).grown_to(b.max)))
                .collect();
            levels.push(above);
        }
        BoxTree { order, levels }
    }

    /// Calls `visit` with every item whose box meets `wanted`.
    pub(super) fn each_meeting(&self, wanted: &IntBox<S>, mut visit: impl FnMut(usize)) {
        let top = self.levels.len() - 1;
        let mut waiting: Vec<(usize, usize)> = (0..self.levels[top].len()).map(|i| (top, i)).collect();
        while let Some((level, i)) = waiting.pop() {
            if !self.levels[level][i].meets(wanted) {
                continue;
            }
            if level == 0 {
                visit(self.order[i] as usize);
            } else {
                let end = ((i + 1) * FAN_OUT).min(self.levels[level - 1].len());
                waiting.extend((i * FAN_OUT..end).map(|child| (level - 1, child)));
            }
        }
    }

    /// The box around everything.
    pub(super) fn bounds(&self) -> Option<IntBox<S>> {
        let top = self.levels.last().expect("a tree has a level");
        IntBox::around(top.iter().flat_map(|b: &IntBox<S>| [&b.min, &b.max]))
    }
}

/// The box with those corners.
pub(super) fn bounding<S: Space>(min: [i32; 2], max: [i32; 2]) -> IntBox<S> {
    IntBox { min: Point::new(min[0], min[1]), max: Point::new(max[0], max[1]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::point::TileGrid;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_scan_finds(
            corners in prop::collection::vec((-500i32..500, -500i32..500, 0i32..60, 0i32..60), 0..400),
            (x, y, w, h) in (-500i32..500, -500i32..500, 0i32..200, 0i32..200),
        ) {
            let boxes: Vec<IntBox<TileGrid>> =
                corners.iter().map(|&(x, y, w, h)| bounding([x, y], [x + w, y + h])).collect();
            let wanted = bounding([x, y], [x + w, y + h]);
            let mut found = Vec::new();
            BoxTree::new(&boxes).each_meeting(&wanted, |item| found.push(item));
            found.sort_unstable();
            let scanned: Vec<usize> = (0..boxes.len()).filter(|&i| boxes[i].meets(&wanted)).collect();
            prop_assert_eq!(found, scanned);
        }
    }
}
