//! Integer points whose type says which grid of integers they are on, so that spaces never mix.

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

/// A grid of integers that points can be on.
pub trait Space: Copy + Debug + Default + Eq + Ord + Hash + Send + Sync + 'static {}

/// The lattice of 1e-7 degree, x = longitude, y = latitude. The truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lattice;
impl Space for Lattice {}

/// A vector tile's own grid: 4,096 units a tile, origin in its north-west corner, y to the south.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileGrid;
impl Space for TileGrid {}

/// A point with integer coordinates in the space `S`. Ordered by x, then y.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point<S: Space = Lattice> {
    pub x: i32,
    pub y: i32,
    space: PhantomData<S>,
}

impl<S: Space> Point<S> {
    pub const fn new(x: i32, y: i32) -> Self {
        Point { x, y, space: PhantomData }
    }
}

impl<S: Space> Debug for Point<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "({}, {})", self.x, self.y)
    }
}

/// A closed ring: the first point is not repeated at the end.
pub type Ring<S = Lattice> = Vec<Point<S>>;

/// A shell (counter-clockwise with y up) and its holes (clockwise).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polygon<S: Space = Lattice> {
    pub shell: Ring<S>,
    pub holes: Vec<Ring<S>>,
}

impl<S: Space> Polygon<S> {
    /// The shell, then the holes.
    pub fn rings(&self) -> impl Iterator<Item = &Ring<S>> {
        std::iter::once(&self.shell).chain(&self.holes)
    }
}

/// The shape of one grid.
pub type MultiPolygon<S = Lattice> = Vec<Polygon<S>>;

/// Twice the signed area of a ring, positive when counter-clockwise with y up. Exact.
pub fn ring_area2<S: Space>(ring: &[Point<S>]) -> i128 {
    let mut sum = 0i128;
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        sum += i128::from(a.x) * i128::from(b.y) - i128::from(b.x) * i128::from(a.y);
    }
    sum
}

/// An axis-parallel box, both corners inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntBox<S: Space = Lattice> {
    pub min: Point<S>,
    pub max: Point<S>,
}

impl<S: Space> IntBox<S> {
    /// The smallest box around the points; `None` without any.
    pub fn around<'a>(points: impl IntoIterator<Item = &'a Point<S>>) -> Option<IntBox<S>> {
        points.into_iter().fold(None, |found, &p| {
            Some(match found {
                None => IntBox { min: p, max: p },
                Some(b) => b.grown_to(p),
            })
        })
    }

    /// The smallest box around this one and `p`.
    pub fn grown_to(self, p: Point<S>) -> IntBox<S> {
        IntBox {
            min: Point::new(self.min.x.min(p.x), self.min.y.min(p.y)),
            max: Point::new(self.max.x.max(p.x), self.max.y.max(p.y)),
        }
    }

    pub fn contains(&self, p: Point<S>) -> bool {
        (self.min.x..=self.max.x).contains(&p.x) && (self.min.y..=self.max.y).contains(&p.y)
    }

    /// Whether the boxes share at least a point.
    pub fn meets(&self, other: &IntBox<S>) -> bool {
        self.min.x <= other.max.x && other.min.x <= self.max.x && self.min.y <= other.max.y && other.min.y <= self.max.y
    }
}
