//! Which tiles of a zoom differ between two editions, without drawing any.
//!
//! ```text
//! simplified lines of both ─ equal pieces cancel ─► tiles that a differing piece meets ─┐
//!   (what they part named by code, name, parent and colour)                             ├─► changed tiles
//! between two of these in a row: one look at who is there, before and after ────────────┤
//! labels of grids that were redrawn, recoded or renamed ────────────────────────────────┘
//! ```
//!
//! A tile is a function of the pieces of line in its buffered square, of who is in its corner, and of the labels in it:
//! so a tile that differs in a byte is among the answers. The other way round there are few: a piece that meets only the
//! buffer's rim, or differs and rounds to the same.

use std::collections::{BTreeMap, BTreeSet};

use super::build::BUFFER;
use super::chains::Toggles;
use super::clip::Square;
use super::level::Level;
use super::space::{EXTENT, TILE_BITS, ZoomGrid};
use super::tile_set::TileSet;
use crate::domain::grid::GridId;
use crate::geometry::mercator::TileCoord;
use crate::geometry::point::Point;
use crate::planar::diff::Difference;
use crate::planar::labels::LabelSets;

/// One unit more than tiles are cut at: what only touches the rim is looked at too.
const NEAR: Square = Square { min: -BUFFER - 1, max: EXTENT + BUFFER + 1 };

/// The tiles of one zoom that differ, by rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedTiles {
    /// Sorted.
    pub tiles: Vec<TileCoord>,
    /// There are more than were wanted; which, is not said.
    pub more: bool,
}

/// Compares the tiles of two editions at a zoom; `difference` is what [`Difference::between`] made of them. Ends when more
/// than `most` tiles are found.
pub fn changed_tiles(old: &TileSet, new: &TileSet, difference: &Difference, z: u8, most: usize) -> ChangedTiles {
    let mut found = Found { z, rows: BTreeMap::new(), count: 0, most };
    match (old.level(z), new.level(z)) {
        (None, None) => {}
        (Some(_), None) => found.add_all(old),
        (None, Some(_)) => found.add_all(new),
        (Some(before), Some(after)) => {
            let tiers = |set: &TileSet| set.zooms().tiers_at(z).collect::<Vec<_>>();
            if tiers(old) != tiers(new) {
                // Another tier is shown: so much differs that nothing is gained by looking closely.
                found.add_all(old);
                found.add_all(new);
            } else {
                let names = Names::of(old, new);
                found.add_pieces(before, after, &names);
                found.add_labels(old, new, difference, &names);
                found.fill_between(before, after, &names);
            }
        }
    }
    let more = found.is_full();
    let tiles = found.rows.into_iter().flat_map(|(y, row)| row.into_iter().map(move |x| (x, y)));
    let mut tiles: Vec<TileCoord> = tiles.filter_map(|(x, y)| TileCoord::new(z, x, y).ok()).take(most).collect();
    tiles.sort_unstable();
    ChangedTiles { tiles, more }
}

/// One number for a grid of either edition as tiles show it: the same where code, tier, name, parent and colour are.
struct Names {
    /// By the number in the new edition.
    of_new: Vec<u32>,
    /// By the number in the old edition, whether the new one has the same.
    kept: Vec<bool>,
}

impl Names {
    fn of(old: &TileSet, new: &TileSet) -> Names {
        let (before, after) = (&old.edition().planar, &new.edition().planar);
        let mut names = Names { of_new: Vec::new(), kept: vec![false; before.grids().len()] };
        for (id, grid) in (0u32..).map(GridId).zip(after.grids()) {
            let same =
                before.find(&grid.code).filter(|&same| before.grid(same) == grid && old.color(same) == new.color(id));
            if let Some(same) = same {
                names.kept[same.index()] = true;
            }
            names.of_new.push(same.map_or(before.grids().len() as u32 + id.0, |same| same.0));
        }
        names
    }

    fn name_of_new(&self, id: u32) -> u32 {
        self.of_new[id as usize]
    }
}

/// Tiles by row, then column.
struct Found {
    z: u8,
    rows: BTreeMap<u32, BTreeSet<u32>>,
    count: usize,
    most: usize,
}

/// A piece of line with what it toggles by [`Names`], in order; places that are not used are 0.
type Piece = (Point<ZoomGrid>, Point<ZoomGrid>, [u32; 6]);

impl Found {
    fn is_full(&self) -> bool {
        self.count > self.most
    }

    fn add(&mut self, x: i32, y: i32) {
        let last = (1i32 << self.z) - 1;
        if (0..=last).contains(&x) && (0..=last).contains(&y) && !self.is_full() {
            self.count += usize::from(self.rows.entry(y as u32).or_default().insert(x as u32));
        }
    }

    /// Every tile around the edition's lines.
    fn add_all(&mut self, set: &TileSet) {
        let Some([west, north, east, south]) = set.range_at(self.z) else { return };
        // The buffers of the tiles around show a bit of it too.
        for y in north.saturating_sub(1)..=south + 1 {
            for x in west.saturating_sub(1)..=east + 1 {
                self.add(x as i32, y as i32);
                if self.is_full() {
                    return;
                }
            }
        }
        for tile in set.label_tiles(self.z) {
            self.add(tile.x() as i32, tile.y() as i32);
        }
    }

    fn add_pieces(&mut self, before: &Level, after: &Level, names: &Names) {
        let (olds, news) = (pieces(before, |id| id), pieces(after, |id| names.name_of_new(id)));
        let (mut i, mut j) = (0, 0);
        while (i < olds.len() || j < news.len()) && !self.is_full() {
            match (olds.get(i), news.get(j)) {
                (Some(a), Some(b)) if a == b => (i, j) = (i + 1, j + 1),
                (Some(a), b) if b.is_none_or(|b| a < b) => {
                    self.add_piece(a);
                    i += 1;
                }
                (_, b) => {
                    self.add_piece(b.expect("one of the two is left"));
                    j += 1;
                }
            }
        }
    }

    /// The tiles whose buffered square a piece meets.
    fn add_piece(&mut self, &(a, b, _): &Piece) {
        let reach = |low: i32, high: i32| (low - BUFFER - 2) >> TILE_BITS..=(high + BUFFER + 2) >> TILE_BITS;
        for y in reach(a.y.min(b.y), a.y.max(b.y)) {
            for x in reach(a.x.min(b.x), a.x.max(b.x)) {
                let within = |p: Point<ZoomGrid>| Point::<ZoomGrid>::new(p.x - x * EXTENT, p.y - y * EXTENT);
                if NEAR.clip(within(a), within(b)).is_some() {
                    self.add(x, y);
                }
                if self.is_full() {
                    return;
                }
            }
        }
    }

    /// Labels that went, came, or moved. A grid that was not redrawn has its label where it was.
    fn add_labels(&mut self, old: &TileSet, new: &TileSet, difference: &Difference, names: &Names) {
        let named_anew = names.kept.iter().zip(0u32..).filter(|(kept, _)| !**kept).map(|(_, id)| GridId(id));
        let olds: BTreeSet<GridId> = difference.redrawn.0.iter().copied().chain(named_anew).collect();
        let old_grids = names.kept.len() as u32;
        let named_anew =
            names.of_new.iter().zip(0u32..).filter(|(name, _)| **name >= old_grids).map(|(_, id)| GridId(id));
        let news: BTreeSet<GridId> = difference.redrawn.1.iter().copied().chain(named_anew).collect();
        let places = |set: &TileSet, grids: BTreeSet<GridId>, name: &dyn Fn(u32) -> u32| -> BTreeSet<(u32, [i32; 2])> {
            grids.into_iter().filter_map(|id| Some((name(id.0), set.label_place(self.z, id)?))).collect()
        };
        let (before, after) = (places(old, olds, &|id| id), places(new, news, &|id| names.name_of_new(id)));
        for &(_, [x, y]) in before.symmetric_difference(&after) {
            self.add(x >> TILE_BITS, y >> TILE_BITS);
        }
    }

    /// Between two changed tiles of a row no differing piece is met, so either all tiles there differ in who is there, or none.
    fn fill_between(&mut self, before: &Level, after: &Level, names: &Names) {
        let rows: Vec<(u32, Vec<u32>)> = self.rows.iter().map(|(&y, row)| (y, row.iter().copied().collect())).collect();
        for (y, row) in rows {
            for ends in row.windows(2).filter(|ends| ends[1] > ends[0] + 1) {
                let corner = |x: u32| Point::<ZoomGrid>::new(x as i32 * EXTENT - BUFFER, y as i32 * EXTENT - BUFFER);
                let there = |level: &Level, name: &dyn Fn(u32) -> u32| -> BTreeSet<u32> {
                    let mut labels = LabelSets::default();
                    let set = level.set_beside(corner(ends[0] + 1), &mut labels);
                    labels.members(set).iter().map(|&id| name(id)).collect()
                };
                if there(before, &|id| id) != there(after, &|id| names.name_of_new(id)) {
                    for x in ends[0] + 1..ends[1] {
                        self.add(x as i32, y as i32);
                        if self.is_full() {
                            return;
                        }
                    }
                }
            }
        }
    }
}

/// The zoom's pieces of line, sorted.
fn pieces(level: &Level, name: impl Fn(u32) -> u32) -> Vec<Piece> {
    let named = |toggles: &Toggles| {
        let mut names = [0; 6];
        for (place, &id) in names.iter_mut().zip(toggles.members()) {
            *place = name(id) + 1;
        }
        names.sort_unstable();
        names
    };
    let mut pieces: Vec<Piece> = level.segments().map(|(a, b, toggles)| (a.min(b), a.max(b), named(toggles))).collect();
    pieces.sort_unstable();
    pieces
}
