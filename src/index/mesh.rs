//! Random partitions for tests: a jittered mesh of triangles, each given at random to a grid of each tier or to
//! nobody. Grids in several parts, enclaves, islands, gaps and touching corners all turn up by themselves, and the
//! triangles answer every question by brute force, without arcs and without labels.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use rustc_hash::FxHashSet;

use super::edition_map::EditionMap;
use crate::domain::edition::{EditionId, EditionInfo, EditionState};
use crate::domain::grid::{Grid, GridId, Owners};
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::feature::GridFeature;
use crate::geometry::point::{IntBox, MultiPolygon, Point, Polygon};
use crate::geometry::predicates::orient;
use crate::planar::faces;
use crate::planar::map::PlanarMap;

pub(super) struct Mesh {
    pub(super) map: PlanarMap,
    pub(super) triangles: Vec<Triangle>,
    pub(super) bounds: IntBox,
}

pub(super) struct Triangle {
    /// Counter-clockwise.
    pub(super) corners: [Point; 3],
    bounds: IntBox,
    pub(super) owners: Owners,
}

/// How a mesh is made: `cells` × `cells` squares of `step` units, their corners moved by up to a third of it; then
/// everything times `scale`, from `origin` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct MeshPlan {
    pub(super) seed: u64,
    pub(super) cells: i32,
    pub(super) step: i32,
    pub(super) scale: i32,
    pub(super) origin: (i32, i32),
}

const GRIDS_PER_TIER: [u32; 3] = [2, 5, 12];

impl Mesh {
    pub(super) fn random(plan: MeshPlan) -> Mesh {
        let mut rng = Pcg64::seed_from_u64(plan.seed);
        let jitter = plan.step / 3;
        let corners: Vec<Vec<Point>> = (0..=plan.cells)
            .map(|row| {
                (0..=plan.cells)
                    .map(|column| {
                        let mut place = |n: i32| (n * plan.step + rng.random_range(-jitter..=jitter)) * plan.scale;
                        Point::new(plan.origin.0 + place(column), plan.origin.1 + place(row))
                    })
                    .collect()
            })
            .collect();
        let mut triangles = Vec::new();
        for (south, north) in corners.iter().zip(&corners[1..]) {
            for column in 0..plan.cells as usize {
                let [sw, se, ne, nw] = [south[column], south[column + 1], north[column + 1], north[column]];
                let rising = [[sw, se, ne], [sw, ne, nw]];
                let falling = [[sw, se, nw], [se, ne, nw]];
                let sound = |pair: &[[Point; 3]; 2]| pair.iter().all(|&[a, b, c]| orient(a, b, c) > 0);
                let mut choices = [rising, falling];
                if rng.random_bool(0.5) {
                    choices.reverse();
                }
                let pair = choices.into_iter().find(sound).expect("a quadrilateral has an inner diagonal");
                for corners in pair {
                    // One in six belongs to nobody; tier 3 is patchy, tier 1 comes in blocks.
                    let mut first_id = 0;
                    let owners = GRIDS_PER_TIER.map(|grids| {
                        let id = GridId(first_id + rng.random_range(0..grids));
                        first_id += grids;
                        rng.random_bool(5.0 / 6.0).then_some(id)
                    });
                    let bounds = IntBox::around(&corners).expect("a triangle has corners");
                    triangles.push(Triangle { corners, bounds, owners: PerTier(owners) });
                }
            }
        }
        let bounds = IntBox::around(triangles.iter().flat_map(|t| &t.corners)).expect("a mesh has triangles");
        let mut id = 0;
        let mut features = Vec::new();
        for tier in Tier::ALL {
            for _ in 0..GRIDS_PER_TIER[tier.index()] {
                let code = format!("{tier}-{id:03}");
                let grid = Grid { name: format!("grid {code}"), code, tier, parent: None };
                features.push(GridFeature { grid, shape: union(&triangles, tier, GridId(id)) });
                id += 1;
            }
        }
        let map = PlanarMap::from_partition(features).expect("triangles of a mesh are a partition");
        Mesh { map, triangles, bounds }
    }

    /// Who holds the point moved by (ε, ε²), by brute force.
    pub(super) fn owners(&self, p: Point) -> Owners {
        let mut holding = self.triangles.iter().filter(|t| t.bounds.contains(p) && holds(&[&t.corners], p));
        let owners = holding.next().map(|t| t.owners).unwrap_or_default();
        assert!(holding.next().is_none(), "one triangle holds {p:?}");
        owners
    }
}

/// Whether rings hold the point moved by (ε, ε²): the number of edges is odd that a ray from there to the east
/// crosses. Written without the predicates of the product.
pub(super) fn holds(rings: &[&[Point]], p: Point) -> bool {
    let mut inside = false;
    for ring in rings {
        for (i, &a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            // The ray runs a hair north of p.y, so an end on that height is below it.
            if (a.y <= p.y) == (b.y <= p.y) {
                continue;
            }
            let (low, high) = if a.y < b.y { (a, b) } else { (b, a) };
            let [rise, run] = [high.y - low.y, high.x - low.x].map(i128::from);
            let [up, east] = [i128::from(p.y) - i128::from(low.y), i128::from(p.x) - i128::from(low.x)];
            // Exactly on the edge the move by ε to the east leads past it.
            if up * run > east * rise {
                inside = !inside;
            }
        }
    }
    inside
}

fn union(triangles: &[Triangle], tier: Tier, id: GridId) -> MultiPolygon {
    let mut edges = FxHashSet::default();
    for triangle in triangles.iter().filter(|t| t.owners[tier] == Some(id)) {
        let [a, b, c] = triangle.corners;
        for (from, to) in [(a, b), (b, c), (c, a)] {
            if !edges.remove(&(to, from)) {
                edges.insert((from, to));
            }
        }
    }
    let mut edges: Vec<(Point, Point)> = edges.into_iter().collect();
    edges.sort_unstable();
    faces::polygons(&edges)
}

pub(super) fn edition(planar: PlanarMap) -> EditionMap {
    let info = EditionInfo {
        id: EditionId(1),
        name: "test".into(),
        state: EditionState::Published,
        source: String::new(),
        created_at: time::OffsetDateTime::UNIX_EPOCH,
        accepted: Vec::new(),
        counts: PerTier::default(),
        bounds: None,
    };
    EditionMap::new(info, planar)
}

/// One square grid of tier 3 with its south-west corner at `[lon, lat]`.
pub(super) fn square_edition([lon, lat]: [f64; 2], side_degrees: f64) -> EditionMap {
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let place = |(x, y)| Point::from_degrees(lon + x * side_degrees, lat + y * side_degrees).expect("on Earth");
    let grid = Grid { code: "square".into(), name: "square".into(), tier: Tier::Three, parent: None };
    let shape = vec![Polygon { shell: corners.map(place).to_vec(), holes: Vec::new() }];
    edition(PlanarMap::from_partition(vec![GridFeature { grid, shape }]).expect("one square is a partition"))
}
