//! Random editions and random edits of them: cells in rows and columns whose corners and edges are bent, each given to a
//! grid of every tier or to nobody. The cells themselves answer who owns a point, without arcs and without labels.

use std::collections::BTreeMap;

use gridward::domain::grid::Grid;
use gridward::domain::tier::Tier;
use gridward::geometry::feature::GridFeature;
use gridward::geometry::point::{MultiPolygon, Point, Polygon, Ring};
use gridward::planar::map::PlanarMap;
use proptest::prelude::*;

/// Cells along one side.
pub const SIDE: usize = 7;

/// Grids of tiers 1, 2 and 3.
const GRIDS: [usize; 3] = [2, 5, 11];

/// One edition.
#[derive(Clone, Debug)]
pub struct Cells {
    /// Of each cell the grid of each tier, 0 for nobody.
    pub owner: Vec<[usize; 3]>,
    /// Corners, in units beside their place.
    pub corner: Vec<(i32, i32)>,
    /// A further vertex in the middle of the edge that leads east and south from each corner, where there is one.
    pub middle: Vec<[Option<(i32, i32)>; 2]>,
    /// Code and name of each grid of each tier.
    pub codes: [Vec<String>; 3],
    pub names: [Vec<String>; 3],
    pub cell_units: i32,
}

/// One change of an edition.
#[derive(Clone, Debug)]
pub enum Edit {
    Give { cell: usize, tier: usize, to: usize },
    MoveCorner { corner: usize, by: (i32, i32) },
    Bend { corner: usize, east: bool, by: Option<(i32, i32)> },
    Recode { tier: usize, grid: usize },
    SwapCodes { tier: usize, one: usize, other: usize },
    Rename { tier: usize, grid: usize },
}

pub fn cells() -> impl Strategy<Value = Cells> {
    cells_of(10..3_000)
}

/// Cells whose side is that many lattice units.
pub fn cells_of(units: std::ops::Range<i32>) -> impl Strategy<Value = Cells> {
    let corners = (SIDE + 1) * (SIDE + 1);
    units.prop_flat_map(move |cell_units| {
        let by = cell_units / 5;
        let moved = move || (-by..=by, -by..=by);
        (
            prop::collection::vec(
                (0..=GRIDS[0], 0..=GRIDS[1], 0..=GRIDS[2]).prop_map(|(a, b, c)| [a, b, c]),
                SIDE * SIDE,
            ),
            prop::collection::vec(moved(), corners),
            prop::collection::vec(
                [prop::option::weighted(0.3, moved()), prop::option::weighted(0.3, moved())],
                corners,
            ),
        )
            .prop_map(move |(owner, corner, middle)| {
                let numbered =
                    |word: &'static str| GRIDS.map(|count| (1..=count).map(|i| format!("{word}{i:02}")).collect());
                let codes = [0, 1, 2].map(|tier| (1..=GRIDS[tier]).map(|i| format!("{}-{i:02}", tier + 1)).collect());
                Cells { owner, corner, middle, codes, names: numbered("grid "), cell_units }
            })
    })
}

pub fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let tier = 0usize..3;
    let corner = 0..(SIDE + 1) * (SIDE + 1);
    let by = || (-400i32..400, -400i32..400);
    let edit = prop_oneof![
        4 => (0..SIDE * SIDE, tier.clone(), 0usize..=11).prop_map(|(cell, tier, to)| Edit::Give { cell, tier, to }),
        4 => (corner.clone(), by()).prop_map(|(corner, by)| Edit::MoveCorner { corner, by }),
        2 => (corner, any::<bool>(), prop::option::of(by())).prop_map(|(corner, east, by)| Edit::Bend { corner, east, by }),
        1 => (tier.clone(), 0usize..11).prop_map(|(tier, grid)| Edit::Recode { tier, grid }),
        1 => (tier.clone(), 0usize..11, 0usize..11).prop_map(|(tier, one, other)| Edit::SwapCodes { tier, one, other }),
        1 => (tier, 0usize..11).prop_map(|(tier, grid)| Edit::Rename { tier, grid }),
    ];
    prop::collection::vec(edit, 0..8)
}

impl Cells {
    pub fn edited(&self, edits: &[Edit]) -> Cells {
        let mut new = self.clone();
        let limit = self.cell_units / 5;
        let within = |(x, y): (i32, i32)| (x * limit / 400, y * limit / 400);
        for edit in edits {
            match edit.clone() {
                Edit::Give { cell, tier, to } => new.owner[cell][tier] = to % (GRIDS[tier] + 1),
                Edit::MoveCorner { corner, by } => new.corner[corner] = within(by),
                Edit::Bend { corner, east, by } => new.middle[corner][usize::from(!east)] = by.map(within),
                Edit::Recode { tier, grid } => new.codes[tier][grid % GRIDS[tier]] += "x",
                Edit::SwapCodes { tier, one, other } => new.codes[tier].swap(one % GRIDS[tier], other % GRIDS[tier]),
                Edit::Rename { tier, grid } => new.names[tier][grid % GRIDS[tier]] += " new",
            }
        }
        new
    }

    fn corner(&self, x: usize, y: usize) -> Point {
        let (dx, dy) = self.corner[y * (SIDE + 1) + x];
        let along = |at: usize, by: i32| at as i32 * self.cell_units + by;
        Point::new(1_169_000_000 + along(x, dx), 308_000_000 + along(y, dy))
    }

    /// The vertex in the middle of the edge from a corner to the east or to the north.
    fn middle(&self, x: usize, y: usize, east: bool) -> Option<Point> {
        let (dx, dy) = self.middle[y * (SIDE + 1) + x][usize::from(!east)]?;
        let (a, b) = (self.corner(x, y), if east { self.corner(x + 1, y) } else { self.corner(x, y + 1) });
        // Bent by less than the corners are moved, so that no edge meets another.
        Some(Point::new(a.x + (b.x - a.x) / 2 + dx / 3, a.y + (b.y - a.y) / 2 + dy / 3))
    }

    /// The cell's outline, counter-clockwise.
    fn outline(&self, x: usize, y: usize) -> Ring {
        let mut ring = vec![self.corner(x, y)];
        ring.extend(self.middle(x, y, true));
        ring.push(self.corner(x + 1, y));
        ring.extend(self.middle(x + 1, y, false));
        ring.push(self.corner(x + 1, y + 1));
        ring.extend(self.middle(x, y + 1, true));
        ring.push(self.corner(x, y + 1));
        ring.extend(self.middle(x, y, false));
        ring
    }

    fn outlines(&self) -> impl Iterator<Item = (&[usize; 3], Ring)> {
        self.owner.iter().enumerate().map(|(i, owner)| (owner, self.outline(i % SIDE, i / SIDE)))
    }

    pub fn features(&self) -> Vec<GridFeature> {
        let mut shapes: BTreeMap<(usize, usize), MultiPolygon> = BTreeMap::new();
        for (owner, shell) in self.outlines() {
            for tier in (0..3).filter(|&tier| owner[tier] > 0) {
                let polygon = Polygon { shell: shell.clone(), holes: Vec::new() };
                shapes.entry((tier, owner[tier] - 1)).or_default().push(polygon);
            }
        }
        let features = shapes.into_iter().map(|((tier, number), shape)| {
            let (code, name) = (self.codes[tier][number].clone(), self.names[tier][number].clone());
            GridFeature { grid: Grid { code, name, tier: Tier::ALL[tier], parent: None }, shape }
        });
        features.collect()
    }

    pub fn map(&self) -> PlanarMap {
        PlanarMap::from_partition(self.features()).expect("cells are a partition")
    }

    /// The code of the grid of each tier that owns a point; `None` where the point is nearer than three units to the outline of
    /// a cell, where rounding may decide.
    pub fn owners(&self, p: Point) -> Option<[Option<&str>; 3]> {
        let mut found = [None; 3];
        for (owner, outline) in self.outlines() {
            if edges(&outline).any(|(a, b)| distance(p, a, b) < 3.0) {
                return None;
            }
            if holds(&outline, p) {
                found = [0, 1, 2].map(|tier| Some(self.codes[tier].get(owner[tier].checked_sub(1)?)?.as_str()));
            }
        }
        Some(found)
    }
}

fn edges(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

/// Even-odd, in floating point: asked only away from borders.
pub fn holds(ring: &[Point], p: Point) -> bool {
    edges(ring).fold(false, |inside, (a, b)| {
        let [ax, ay, bx, by, x, y] = [a.x, a.y, b.x, b.y, p.x, p.y].map(f64::from);
        inside ^ ((ay <= y) != (by <= y) && ax + (y - ay) * (bx - ax) / (by - ay) > x)
    })
}

fn distance(p: Point, a: Point, b: Point) -> f64 {
    let [ax, ay, bx, by, x, y] = [a.x, a.y, b.x, b.y, p.x, p.y].map(f64::from);
    let (dx, dy) = (bx - ax, by - ay);
    let t = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - ax - t * dx).hypot(y - ay - t * dy)
}
