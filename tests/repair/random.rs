//! Random partitions under random damage that stays below the tolerance: afterwards every tier is a coverage, edge for edge,
//! nothing went further than the tolerance, and a second repair has nothing to do. Judged by brute force over the rings.

use std::collections::{BTreeMap, HashSet};

use gridward::geometry::geodesic::segment_distance_m;
use gridward::import::generate::naming::Naming;
use gridward::import::generate::{Partition, Plan};
use proptest::prelude::*;

use super::*;

const TOLERANCE_M: f64 = 0.5;
/// What lattice and rounding add to a distance.
const SLACK_M: f64 = 0.02;

/// How much of which damage.
#[derive(Clone, Copy, Debug)]
struct Damage {
    /// How far every vertex of every grid is off, each time anew.
    noise_m: f64,
    /// The share of edges of a grid that get a vertex of their own, of points that are doubled, and of points with a spike.
    junctions: f64,
    doubled: f64,
    spikes: f64,
}

fn damages() -> impl Strategy<Value = Damage> {
    // Two drawings of a vertex differ by twice the noise.
    (prop_oneof![Just(0.0), 0.0..0.24f64], 0.0..0.4f64, 0.0..0.2f64, 0.0..0.1f64)
        .prop_map(|(noise_m, junctions, doubled, spikes)| Damage { noise_m, junctions, doubled, spikes })
}

fn partition(tiers: [usize; 3], seed: u64, center: [f64; 2]) -> Vec<DraftFeature> {
    let partition = Partition::new(&Plan::new(tiers, seed, center).unwrap()).unwrap();
    partition.features(&Naming::Synthetic).map(draft).collect()
}

/// Damages the grids. Answers the tips of spikes, which are to go.
fn hurt(features: &mut [DraftFeature], damage: Damage, rng: &mut Pcg64) -> HashSet<Point> {
    let mut tips = HashSet::new();
    each_ring(features, |_, ring| {
        let mut drawn = Vec::new();
        for (i, &a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            let at = moved(a, anywhere(rng, damage.noise_m));
            drawn.push(at);
            if rng.random_bool(damage.doubled) {
                drawn.push(at);
            }
            if rng.random_bool(damage.spikes) {
                let tip = moved(at, [rng.random_range(1.0..9.0), rng.random_range(1.0..9.0)]);
                tips.insert(tip);
                drawn.extend([tip, at]);
            }
            if rng.random_bool(damage.junctions) {
                let t: f64 = rng.random_range(0.3..0.7);
                let along = |a: i32, b: i32| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as i32;
                drawn.push(moved(Point::new(along(a.x, b.x), along(a.y, b.y)), anywhere(rng, damage.noise_m)));
            }
        }
        drawn
    });
    tips
}

/// The edges that have no twin in the tier, and how many closed walks they make: one around a town without holes.
fn rims(features: &[DraftFeature], tier: Tier) -> Result<usize, String> {
    let mut edges: HashSet<(Point, Point)> = HashSet::new();
    for feature in features.iter().filter(|feature| feature.tier == Some(tier)) {
        for rings in &feature.polygons {
            for (i, ring) in rings.iter().enumerate() {
                let mut ring = ring.clone();
                let area: i128 = ring
                    .windows(2)
                    .map(|w| i128::from(w[0].x) * i128::from(w[1].y) - i128::from(w[1].x) * i128::from(w[0].y))
                    .sum();
                if area == 0 {
                    return Err(format!("{:?} has a ring without area", feature.code));
                }
                // Shells counter-clockwise, holes the other way round.
                if (area > 0) != (i == 0) {
                    ring.reverse();
                }
                for edge in ring.windows(2) {
                    if !edges.insert((edge[0], edge[1])) {
                        return Err(format!("two grids lie on one side of {edge:?}"));
                    }
                }
            }
        }
    }
    let mut next: BTreeMap<Point, Vec<Point>> = BTreeMap::new();
    for &(a, b) in edges.iter().filter(|&&(a, b)| !edges.contains(&(b, a))) {
        next.entry(a).or_default().push(b);
    }
    let mut walks = 0;
    while let Some((&start, _)) = next.first_key_value() {
        let mut at = start;
        loop {
            let ways = next.get_mut(&at).ok_or_else(|| format!("the rim breaks off at {at:?}"))?;
            let to = ways.pop().expect("ways that are empty are taken out");
            if ways.is_empty() {
                next.remove(&at);
            }
            at = to;
            if at == start {
                break;
            }
        }
        walks += 1;
    }
    Ok(walks)
}

/// How far the points of one grid lie from the border of the other, at most, some points left out.
pub(super) fn farthest_m(from: &DraftFeature, to: &DraftFeature, without: &HashSet<Point>) -> f64 {
    let edges: Vec<(Point, Point)> =
        to.polygons.iter().flatten().flat_map(|ring| ring.windows(2)).map(|edge| (edge[0], edge[1])).collect();
    let points = from.polygons.iter().flatten().flatten().filter(|point| !without.contains(point));
    let distance_m = |p: &Point| edges.iter().map(|&(a, b)| segment_distance_m(*p, a, b)).fold(f64::INFINITY, f64::min);
    points.map(distance_m).fold(0.0, f64::max)
}

/// Damages a town of so many grids, repairs it, and judges that.
fn undone(small: usize, seed: u64, center: [f64; 2], damage: Damage) -> Result<(), TestCaseError> {
    let tiers = [1 + small / 12, 1 + small / 5, small];
    let clean = partition(tiers, seed, center);
    let mut hurt_ones = clean.clone();
    let tips = hurt(&mut hurt_ones, damage, &mut Pcg64::seed_from_u64(seed));
    let (repaired, repairs) = repair(hurt_ones.clone(), TOLERANCE_M);
    for tier in Tier::ALL {
        prop_assert_eq!(rims(&clean, tier), Ok(1));
        prop_assert_eq!(rims(&repaired, tier), Ok(1), "tier {}", tier);
    }
    // Nor between the tiers: nothing of a grid lies outside its parent.
    let report = build(&repaired, &[]).report;
    prop_assert!(report.problems.is_empty(), "{:?}", report.problems);
    for (was, is) in hurt_ones.iter().zip(&repaired) {
        let moved_m = farthest_m(is, was, &tips).max(farthest_m(was, is, &tips));
        prop_assert!(moved_m <= TOLERANCE_M + SLACK_M, "{:?} moved by {moved_m} m", was.code);
    }
    prop_assert!(repairs.iter().all(|repair| repair.moved_m <= TOLERANCE_M));
    let (again, more) = repair(repaired.clone(), TOLERANCE_M);
    prop_assert_eq!(more, vec![]);
    prop_assert!(again == repaired);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn damage_below_the_tolerance_is_undone(
        small in 3usize..24,
        seed in any::<u64>(),
        center in prop_oneof![Just([116.9, 30.8]), Just([-151.0, 64.0]), Just([0.0, 0.0]), Just([87.6, -43.8])],
        damage in damages(),
    ) {
        undone(small, seed, center, damage)?;
    }
}

/// Borders of two tiers were one where only these were rounded to the lattice, and two where those of the third were too.
#[test]
fn what_all_tiers_together_part_is_laid_together() {
    let few_spikes = Damage {
        noise_m: 0.043852341099076576,
        junctions: 0.20395426555723215,
        doubled: 0.13674490785340002,
        spikes: 0.0027641668112048344,
    };
    undone(22, 14589624222637281548, [116.9, 30.8], few_spikes).unwrap();
    let more_noise = Damage {
        noise_m: 0.16781848916407643,
        junctions: 0.1987805423620393,
        doubled: 0.058923465603790796,
        spikes: 0.019969869945736404,
    };
    undone(19, 17645408534422469290, [116.9, 30.8], more_noise).unwrap();
}
