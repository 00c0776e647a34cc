//! The triangles between sites, and the cells around sites which they give.
//!
//! A border between two neighbouring sites a and b runs from the centroid of the triangle on one side of the edge a b to
//! a point m on that edge and on to the centroid of the other triangle. So every triangle holds three half borders, each in its own third:
//!
//! ```text
//!            c
//!           /|\          g  centroid, where three cells meet
//!          / | \         m  on the edge a b, where the border passes from one triangle into the next
//!         /  g  \
//!        / /´|`\ \       the half border g m stays inside the third a b g,
//!       //   m   \\      so that no two borders can cross
//!      a-----------b
//! ```
//!
//! A half border is a line bent by midpoint displacement: its middle is moved sideways, then the middles of both halves, and so
//! on. With moves of k₁, k₂, … times the chord's length it stays inside the rhombus over its chord whose base angle is
//! Σ atan 2kᵢ, as long as that is under 45°: the rhombi over the two halves of a chord lie in that of the chord. The moves are bounded
//! by the angles of the third at g and m, so that the rhombus fits into it.

use super::noise::{mix_all, unit};
use super::sites::Site;

/// Marks an edge of the hull, which has no triangle on its other side.
const NONE: u32 = u32::MAX;
/// Longer pieces of a border are bent once more, in metres.
const PIECE_M: f64 = 155.0;
/// Steepest base angle of the rhombus that a half border may fill, as a tangent.
const MAX_TANGENT: f64 = 0.95;

/// Half-edges as in Delaunator: half-edge e starts at site `starts[e]`, belongs to triangle e / 3 on its left, and
/// `twins[e]` runs the other way in the triangle beside.
pub(super) struct Mesh {
    sites: Vec<Site>,
    starts: Vec<u32>,
    twins: Vec<u32>,
    /// One half-edge that starts at each site; `NONE` where the site is on the hull and has no closed cell.
    first: Vec<u32>,
}

/// A half-edge from a site to its neighbour. The border between their cells crosses it from right to left.
pub(super) type Spoke = u32;

impl Mesh {
    pub(super) fn new(sites: Vec<Site>) -> Mesh {
        // Delaunator's triangles are counter-clockwise with y down; turned over they are so with y up.
        let points: Vec<_> = sites.iter().map(|s| delaunator::Point { x: s.at[0], y: -s.at[1] }).collect();
        let triangulation = delaunator::triangulate(&points);
        let narrow = |index: usize| if index == delaunator::EMPTY { NONE } else { index as u32 };
        let starts: Vec<u32> = triangulation.triangles.into_iter().map(narrow).collect();
        let twins: Vec<u32> = triangulation.halfedges.into_iter().map(narrow).collect();
        let mut first = vec![NONE; sites.len()];
        for (edge, &start) in starts.iter().enumerate() {
            first[start as usize] = edge as u32;
        }
        for (edge, &twin) in twins.iter().enumerate() {
            if twin == NONE {
                first[starts[edge] as usize] = NONE;
                first[starts[next(edge as u32) as usize] as usize] = NONE;
            }
        }
        Mesh { sites, starts, twins, first }
    }

    pub(super) fn len(&self) -> usize {
        self.sites.len()
    }

    pub(super) fn site(&self, cell: u32) -> Site {
        self.sites[cell as usize]
    }

    /// Whether the cell is closed, and so can be part of a partition.
    pub(super) fn is_closed(&self, cell: u32) -> bool {
        self.first[cell as usize] != NONE
    }

    /// The spokes of a closed cell, counter-clockwise.
    pub(super) fn spokes(&self, cell: u32) -> impl Iterator<Item = Spoke> {
        let first = self.first[cell as usize];
        let mut spoke = Some(first).filter(|&first| first != NONE);
        std::iter::from_fn(move || {
            let current = spoke?;
            // Back along the third side of the triangle on the left.
            let following = self.twins[previous(current) as usize];
            spoke = (following != first).then_some(following);
            Some(current)
        })
    }

    /// The cell at the other end.
    pub(super) fn neighbor(&self, spoke: Spoke) -> u32 {
        self.starts[next(spoke) as usize]
    }

    pub(super) fn neighbors(&self, cell: u32) -> impl Iterator<Item = u32> {
        self.spokes(cell).map(|spoke| self.neighbor(spoke))
    }

    /// The junctions, as triangles, between which the border across a spoke runs: from, to.
    pub(super) fn junctions(&self, spoke: Spoke) -> (u32, u32) {
        (self.twins[spoke as usize] / 3, spoke / 3)
    }

    /// Appends the border across a spoke as seen from its start, with the junction where it begins, without the one where
    /// it ends, in metres.
    pub(super) fn append_border(&self, spoke: Spoke, line: &mut Vec<[f64; 2]>) {
        let twin = self.twins[spoke as usize];
        // Both cells see the same line: it depends on the unordered pair, its direction only on who asks.
        line.extend(self.half_border(twin));
        let from = line.len();
        let back = self.half_border(spoke);
        line.push(self.crossing(spoke));
        line.extend(back.into_iter().skip(1));
        line[from + 1..].reverse();
    }

    /// From the centroid of the half-edge's triangle towards the point where the border crosses the half-edge, without
    /// that point.
    fn half_border(&self, edge: u32) -> Vec<[f64; 2]> {
        let [a, b, c] = [edge, next(edge), previous(edge)].map(|e| self.site(self.starts[e as usize]));
        let g = [0, 1].map(|i| (a.at[i] + b.at[i] + c.at[i]) / 3.0);
        let m = self.crossing(edge);
        // The angles at g and m between the chord and the sides of the third a b g.
        let angles = [tangent(g, m, a.at), tangent(g, m, b.at), tangent(m, g, a.at), tangent(m, g, b.at)];
        let steepest = angles.into_iter().fold(MAX_TANGENT, |least, angle| least.min(0.85 * angle));
        // atan t ≥ t π/4 for t ≤ 1, and atan 2k ≤ 2k: the base angle is kept when the moves' sum is within π/8 of it.
        let moves = steepest * 0.39;
        let mut line = vec![g, m];
        let mut share = 0.5;
        let mut bend = 0;
        while distance(line[0], line[1]) > PIECE_M && bend < 12 {
            let chance = mix_all(&[a.id, b.id, c.id, bend]);
            line = bent(&line, moves * share, chance);
            share *= 0.5;
            bend += 1;
        }
        line.pop();
        line
    }

    /// Where the border crosses the edge: not always in its middle.
    fn crossing(&self, edge: u32) -> [f64; 2] {
        let [mut a, mut b] = [edge, next(edge)].map(|e| self.site(self.starts[e as usize]));
        if b.id < a.id {
            std::mem::swap(&mut a, &mut b);
        }
        let part = 0.4 + 0.2 * unit(mix_all(&[a.id, b.id]));
        [0, 1].map(|i| a.at[i] + (b.at[i] - a.at[i]) * part)
    }
}

/// Moves the middle of every piece sideways by up to so many times its length.
fn bent(line: &[[f64; 2]], largest_move: f64, chance: u64) -> Vec<[f64; 2]> {
    let mut finer = Vec::with_capacity(2 * line.len());
    for (i, pair) in line.windows(2).enumerate() {
        let [from, to] = [pair[0], pair[1]];
        let hash = mix_all(&[chance, i as u64]);
        // Never next to nothing: a straight piece between curved ones looks drawn.
        let size = largest_move * (0.35 + 0.65 * unit(hash));
        let size = if hash & 1 == 0 { size } else { -size };
        finer.push(from);
        finer.push([
            (from[0] + to[0]) / 2.0 - (to[1] - from[1]) * size,
            (from[1] + to[1]) / 2.0 + (to[0] - from[0]) * size,
        ]);
    }
    finer.extend(line.last());
    finer
}

/// The tangent of the angle at `corner` between two directions; from 90° on infinity.
fn tangent(corner: [f64; 2], one: [f64; 2], other: [f64; 2]) -> f64 {
    let [ax, ay] = [one[0] - corner[0], one[1] - corner[1]];
    let [bx, by] = [other[0] - corner[0], other[1] - corner[1]];
    let (dot, cross) = (ax * bx + ay * by, (ax * by - ay * bx).abs());
    if dot <= 0.0 { f64::INFINITY } else { cross / dot }
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    let [x, y] = [a[0] - b[0], a[1] - b[1]];
    (x * x + y * y).sqrt()
}

/// The next half-edge of the same triangle.
fn next(edge: u32) -> u32 {
    if edge % 3 == 2 { edge - 2 } else { edge + 1 }
}

/// The one before in the same triangle.
fn previous(edge: u32) -> u32 {
    if edge.is_multiple_of(3) { edge + 2 } else { edge - 1 }
}
