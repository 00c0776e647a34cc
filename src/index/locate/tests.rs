//! The lookup against brute force: random and hostile points, no difference.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::*;
use crate::geometry::point::IntBox;
use crate::index::mesh::{Mesh, MeshPlan, holds};

/// Small steps make many lines horizontal, vertical, diagonal and in line with one another; a large scale makes
/// edges that need 128 bits.
const PLANS: [MeshPlan; 6] = [
    MeshPlan { seed: 1, cells: 8, step: 4, scale: 1, origin: (0, 0) },
    MeshPlan { seed: 2, cells: 9, step: 7, scale: 1, origin: (-31, -17) },
    MeshPlan { seed: 3, cells: 12, step: 3, scale: 2, origin: (-5, 3) },
    MeshPlan { seed: 4, cells: 10, step: 100_000, scale: 1, origin: (1_169_000_000, 308_000_000) },
    MeshPlan { seed: 5, cells: 6, step: 29, scale: 10_000_000, origin: (-1_700_000_000, -700_000_000) },
    MeshPlan { seed: 6, cells: 2, step: 9, scale: 95_000_000, origin: (-1_600_000_000, -500_000_000) },
];

fn assert_same(mesh: &Mesh, locator: &Locator, p: Point) {
    assert_eq!(locator.locate(p), mesh.owners(p), "{p:?}");
}

fn around(p: Point) -> impl Iterator<Item = Point> {
    (-1..=1).flat_map(move |dx| (-1..=1).map(move |dy| Point::new(p.x + dx, p.y + dy)))
}

/// Vertices, places on edges, corners and centres of cells, places in line with a cell's R and a vertex: each with
/// its eight neighbours.
fn hostile_points(mesh: &Mesh, locator: &Locator) -> Vec<Point> {
    let mut places = Vec::new();
    for triangle in &mesh.triangles {
        for (i, &a) in triangle.corners.iter().enumerate() {
            let b = triangle.corners[(i + 1) % 3];
            places.push(a);
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            let divisor = (1..=dx.unsigned_abs().max(dy.unsigned_abs()).min(100) as i32)
                .filter(|n| dx % n == 0 && dy % n == 0)
                .max()
                .unwrap_or(1);
            places.extend((1..divisor).map(|n| Point::new(a.x + dx / divisor * n, a.y + dy / divisor * n)));
            places.push(Point::new(a.x + dx / 2, a.y + dy / 2));
            places.push(Point::new(a.x + dx / 3, a.y + dy / 3));
        }
    }
    let index = locator.0.as_ref().unwrap();
    for cell in index.cells.iter().take(2000) {
        let [x, y] = cell.center();
        let mut lattice = vec![[x, y], [cell.west, cell.south], cell.middle_of_west_side()];
        for edge in index.cells.edges(cell.number) {
            let (ax, ay) = (2 * (i64::from(edge.a.x) - x) - 1, 2 * (i64::from(edge.a.y) - y) - 1);
            for n in [3, 5] {
                lattice.push([x + (n * ax + 1) / 2, y + (n * ay + 1) / 2]);
            }
            if ax % 3 == 0 && ay % 3 == 0 {
                lattice.push([x + (ax / 3 + 1) / 2, y + (ay / 3 + 1) / 2]);
            }
        }
        let fits = |[x, y]: &[i64; 2]| x.abs() < 2_000_000_000 && y.abs() < 2_000_000_000;
        places.extend(lattice.iter().filter(|p| fits(p)).map(|&[x, y]| Point::new(x as i32, y as i32)));
    }
    places.sort_unstable();
    places.dedup();
    places
}

#[test]
fn every_point_of_small_maps() {
    for plan in &PLANS[..3] {
        let mesh = Mesh::random(*plan);
        let locator = Locator::new(&mesh.map);
        assert!(locator.0.as_ref().unwrap().loops_close());
        for x in mesh.bounds.min.x - 2..=mesh.bounds.max.x + 2 {
            for y in mesh.bounds.min.y - 2..=mesh.bounds.max.y + 2 {
                assert_same(&mesh, &locator, Point::new(x, y));
            }
        }
    }
}

#[test]
fn hostile_points_agree_with_brute_force() {
    for plan in PLANS {
        let mesh = Mesh::random(plan);
        let locator = Locator::new(&mesh.map);
        assert!(locator.0.as_ref().unwrap().loops_close());
        for p in hostile_points(&mesh, &locator).into_iter().flat_map(around) {
            assert_same(&mesh, &locator, p);
        }
    }
    let is_wide = |plan: MeshPlan| Locator::new(&Mesh::random(plan).map).0.unwrap().wide;
    assert!(is_wide(PLANS[5]), "one plan needs 128 bits");
    assert!(!is_wide(PLANS[3]), "a town does not");
}

#[test]
fn two_million_points_agree_with_brute_force() {
    let points_wanted = 2_000_000;
    let rounds = 20;
    let mut rng = Pcg64::seed_from_u64(99);
    for round in 0..rounds {
        let plan = MeshPlan { seed: 1000 + round, ..PLANS[round as usize % PLANS.len()] };
        let mesh = Mesh::random(plan);
        let locator = Locator::new(&mesh.map);
        let hostile = hostile_points(&mesh, &locator);
        let IntBox { min, max } = mesh.bounds;
        for _ in 0..points_wanted / rounds / 2 {
            assert_same(&mesh, &locator, Point::new(rng.random_range(min.x..=max.x), rng.random_range(min.y..=max.y)));
            let near = hostile[rng.random_range(0..hostile.len())];
            let moved = Point::new(near.x + rng.random_range(-1..=1), near.y + rng.random_range(-1..=1));
            assert_same(&mesh, &locator, moved);
        }
    }
}

#[test]
fn agrees_with_the_shapes_read_back() {
    let mesh = Mesh::random(PLANS[1]);
    let locator = Locator::new(&mesh.map);
    let shapes: Vec<_> = (0..mesh.map.grids().len() as u32).map(|id| mesh.map.shape(GridId(id))).collect();
    for x in mesh.bounds.min.x - 1..=mesh.bounds.max.x + 1 {
        for y in mesh.bounds.min.y - 1..=mesh.bounds.max.y + 1 {
            let p = Point::new(x, y);
            let mut expected = Owners::default();
            for (id, shape) in (0u32..).zip(&shapes) {
                let rings: Vec<&[Point]> = shape.iter().flat_map(|polygon| polygon.rings()).map(|r| &**r).collect();
                if holds(&rings, p) {
                    let tier = mesh.map.grid(GridId(id)).tier;
                    assert_eq!(expected[tier].replace(GridId(id)), None, "two owners of {p:?}");
                }
            }
            assert_eq!(locator.locate(p), expected, "{p:?}");
        }
    }
}

#[test]
fn an_empty_map_owns_nothing() {
    let map = PlanarMap::from_partition(Vec::new()).unwrap();
    let locator = Locator::new(&map);
    assert_eq!(locator.locate(Point::new(0, 0)), Owners::default());
}

#[test]
fn long_edges_do_not_fill_the_memory() {
    // A comb of thin strips right around the world.
    let features = (0..500)
        .map(|i| crate::geometry::feature::GridFeature {
            grid: crate::domain::grid::Grid {
                code: format!("{i:03}"),
                name: String::new(),
                tier: Tier::Three,
                parent: None,
            },
            shape: vec![crate::geometry::point::Polygon {
                shell: [(-1_800_000_000, i), (1_800_000_000, i), (1_800_000_000, i + 1), (-1_800_000_000, i + 1)]
                    .map(|(x, y)| Point::new(x, y))
                    .to_vec(),
                holes: Vec::new(),
            }],
        })
        .collect();
    let locator = Locator::new(&PlanarMap::from_partition(features).unwrap());
    assert!(locator.bytes() < 4_000_000, "{}", locator.bytes());
    assert_eq!(locator.locate(Point::new(17, 123))[Tier::Three], Some(GridId(123)));
    assert_eq!(locator.locate(Point::new(17, 500))[Tier::Three], None);
    assert_eq!(locator.locate(Point::new(1_800_000_000, 5))[Tier::Three], None);
}
