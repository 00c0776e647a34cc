//! An exact synthetic partition into three tiers, of any size, the same for the same seed.
//!
//! The steps, one file each: scatter sites at uneven distances ([`sites`]), join them to triangles whose dual gives
//! cells with bent borders ([`mesh`]), let a connected set of cells grow and divide it twice ([`regions`]), name the
//! grids ([`naming`]). The sites and triangles are kept (about 300 bytes a grid); grids are built one by one when asked for.

mod mesh;
pub mod naming;
mod noise;
mod regions;
mod sites;
pub mod staff;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use self::mesh::{Mesh, Spoke};
use self::naming::Naming;
use self::regions::OUTSIDE;
use crate::domain::grid::Grid;
use crate::geometry::feature::GridFeature;
use crate::geometry::lattice::{NotOnEarth, UNITS_PER_DEGREE};
use crate::geometry::point::{Point, Polygon, Ring, ring_area2};

/// Where a partition lies when nobody says: near 青草镇.
pub const DEFAULT_CENTER: [f64; 2] = [116.9, 30.8];
/// What every generated feature says about itself.
pub const NOTE: &str = "虚构边界 invented border";
/// Most tier-3 grids of one partition.
pub const MAX_GRIDS: usize = 20_000_000;
/// One degree of latitude in metres, on a sphere with the Earth's volume.
const M_PER_DEGREE: f64 = 111_194.93;
/// Radius of a disc of one mean cell, in metres; measured, only a first guess of how far to scatter.
const CELL_RADIUS_M: f64 = 570.0;

/// What to generate.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Number of grids of tier 1, 2 and 3.
    tiers: [usize; 3],
    seed: u64,
    /// Longitude and latitude of the middle, in degrees.
    center: [f64; 2],
}

/// Why there is no such partition.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    #[error(
        "{0:?} are no three tiers: each needs at least one grid and at most as many as the next, the last at most {MAX_GRIDS}"
    )]
    Tiers([usize; 3]),
    #[error(transparent)]
    Center(#[from] NotOnEarth),
    #[error("{0} grids around {1:?} would reach across a pole or the 180th meridian; ask for fewer or move the centre")]
    TooWide(usize, [f64; 2]),
}

impl Plan {
    pub fn new(tiers: [usize; 3], seed: u64, center: [f64; 2]) -> Result<Plan, PlanError> {
        let [tier1, tier2, tier3] = tiers;
        if tier1 == 0 || tier1 > tier2 || tier2 > tier3 || tier3 > MAX_GRIDS {
            return Err(PlanError::Tiers(tiers));
        }
        Point::from_degrees(center[0], center[1])?;
        Ok(Plan { tiers, seed, center })
    }

    /// Tiers in the proportions of the demo town, 22 : 50 : 165.
    pub fn proportions(grids: usize) -> [usize; 3] {
        let share = |part: usize| (grids * part / 165).clamp(1, grids.max(1));
        [share(22), share(50), grids]
    }
}

/// A synthetic partition: every grid of it can be built on its own.
pub struct Partition {
    mesh: Mesh,
    place: Place,
    villages: Vec<Village>,
    /// The tier-1 grid of every cell.
    village_of: Vec<u32>,
}

/// The cells of a tier-1 grid by tier-2 grid.
struct Village {
    parts: Vec<Vec<u32>>,
}

impl Partition {
    pub fn new(plan: &Plan) -> Result<Partition, PlanError> {
        let [tier1, tier2, tier3] = plan.tiers;
        let seed = noise::mix(plan.seed);
        let radius_m = CELL_RADIUS_M * (tier3 as f64).sqrt();
        let place = Place::around(plan.center);
        let mut reach_m = 1.35 * radius_m + 3_000.0;
        let mut attempt = 0;
        let (mesh, cells) = loop {
            if !place.can_hold(reach_m) {
                return Err(PlanError::TooWide(tier3, plan.center));
            }
            let mesh = Mesh::new(sites::scatter(seed, reach_m));
            if let Some(cells) = regions::grow(&mesh, noise::mix_all(&[seed, attempt]), tier3, radius_m) {
                break (mesh, cells);
            }
            reach_m *= 1.25;
            attempt += 1;
        };
        let mut village_of = vec![OUTSIDE; mesh.len()];
        let mut whole = regions::divide(&mesh, seed ^ 1, &cells, tier1, &mut village_of);
        // From the middle outwards, as a town's offices number their villages.
        whole.sort_by(|a, b| distance_from_center(&mesh, a).total_cmp(&distance_from_center(&mesh, b)));
        let sizes: Vec<usize> = whole.iter().map(Vec::len).collect();
        let mut part_of = vec![OUTSIDE; mesh.len()];
        let mut villages = Vec::with_capacity(tier1);
        for (index, (cells, parts)) in whole.into_iter().zip(regions::apportion(&sizes, tier2)).enumerate() {
            for &cell in &cells {
                village_of[cell as usize] = index as u32;
            }
            let parts = regions::divide(&mesh, seed ^ 2, &cells, parts, &mut part_of);
            for &cell in &cells {
                part_of[cell as usize] = OUTSIDE;
            }
            villages.push(Village { parts });
        }
        Ok(Partition { mesh, place, villages, village_of })
    }

    /// Every grid, a tier-1 grid before those inside it, which follow in the order of their codes.
    pub fn features<'a>(&'a self, naming: &'a Naming) -> impl Iterator<Item = GridFeature> + 'a {
        self.villages.iter().enumerate().flat_map(move |(index, village)| self.village(naming, index, village))
    }

    /// The same grids without their shapes.
    pub fn grids<'a>(&'a self, naming: &'a Naming) -> impl Iterator<Item = Grid> + 'a {
        self.villages.iter().enumerate().flat_map(move |(index, village)| {
            let sizes: Vec<usize> = village.parts.iter().map(Vec::len).collect();
            let names = naming.village(index, &sizes);
            let mut grids = vec![names.grid()];
            for (part, &size) in sizes.iter().enumerate() {
                grids.push(names.part(part));
                grids.extend((0..size).map(|number| names.cell(part, number)));
            }
            grids
        })
    }

    fn village(&self, naming: &Naming, index: usize, village: &Village) -> Vec<GridFeature> {
        let cells: Vec<u32> = village.parts.concat();
        let names = naming.village(index, &village.parts.iter().map(Vec::len).collect::<Vec<_>>());
        let mut part_of: FxHashMap<u32, usize> = FxHashMap::default();
        for (part, cells) in village.parts.iter().enumerate() {
            part_of.extend(cells.iter().map(|&cell| (cell, part)));
        }
        let inside = |cell: u32| self.village_of[cell as usize] == index as u32;
        let mut features = vec![self.feature(names.grid(), &cells, inside)];
        for (part, cells) in village.parts.iter().enumerate() {
            features.push(self.feature(names.part(part), cells, |cell| part_of.get(&cell) == Some(&part)));
            for (number, &cell) in cells.iter().enumerate() {
                features.push(self.feature(names.cell(part, number), &[cell], |other| other == cell));
            }
        }
        features
    }

    fn feature(&self, grid: Grid, cells: &[u32], inside: impl Fn(u32) -> bool) -> GridFeature {
        GridFeature { grid, shape: vec![self.outline(cells, inside)] }
    }

    /// The union of connected cells: what remains of their borders without those that two of them share.
    fn outline(&self, cells: &[u32], inside: impl Fn(u32) -> bool) -> Polygon {
        // Three cells meet at every junction, so at most one border of a group leaves it.
        let mut leaving: FxHashMap<u32, Spoke> = FxHashMap::default();
        let mut in_order = Vec::new();
        for &cell in cells {
            for spoke in self.mesh.spokes(cell) {
                if !inside(self.mesh.neighbor(spoke)) {
                    let (from, _) = self.mesh.junctions(spoke);
                    leaving.insert(from, spoke);
                    in_order.push(from);
                }
            }
        }
        let mut polygon = Polygon::default();
        for from in in_order {
            let mut line = Vec::new();
            let mut junction = from;
            while let Some(spoke) = leaving.remove(&junction) {
                self.mesh.append_border(spoke, &mut line);
                junction = self.mesh.junctions(spoke).1;
            }
            let ring: Ring = line.into_iter().map(|at| self.place.on_lattice(at)).collect();
            match ring_area2(&ring) {
                0 => {}
                area if area > 0 => polygon.shell = ring,
                _ => polygon.holes.push(ring),
            }
        }
        polygon
    }
}

fn distance_from_center(mesh: &Mesh, cells: &[u32]) -> f64 {
    let mean = |axis: usize| cells.iter().map(|&cell| mesh.site(cell).at[axis]).sum::<f64>() / cells.len() as f64;
    mean(0) * mean(0) + mean(1) * mean(1)
}

/// From metres around a centre to the lattice.
struct Place {
    center: [f64; 2],
    m_per_degree: [f64; 2],
}

impl Place {
    fn around(center: [f64; 2]) -> Place {
        Place { center, m_per_degree: [M_PER_DEGREE * cosine(center[1]).max(1e-3), M_PER_DEGREE] }
    }

    /// Whether everything within a distance stays a degree away from the poles and the 180th meridian.
    fn can_hold(&self, reach_m: f64) -> bool {
        let [lon, lat] = [0, 1].map(|i| self.center[i].abs() + reach_m / self.m_per_degree[i]);
        lon < 179.0 && lat < 89.0
    }

    fn on_lattice(&self, at: [f64; 2]) -> Point {
        let [x, y] =
            [0, 1].map(|i| ((self.center[i] + at[i] / self.m_per_degree[i]) * UNITS_PER_DEGREE).round() as i32);
        Point::new(x, y)
    }
}

/// The cosine of an angle in degrees up to 90 by its power series; see [`noise`] for why not the library's.
fn cosine(degrees: f64) -> f64 {
    let x2 = (degrees.abs() * (std::f64::consts::PI / 180.0)).powi(2);
    let mut sum = 0.0;
    let mut term = 1.0;
    for k in 0..12 {
        sum += term;
        term *= -x2 / f64::from((2 * k + 1) * (2 * k + 2));
    }
    sum
}
