//! What holds of every synthetic partition; that it is one, shapely judges in `tests/generate.rs`.

use super::naming::{Naming, chinese_number};
use super::*;
use crate::domain::tier::Tier;
use crate::planar::map::PlanarMap;

fn generate(tiers: [usize; 3], seed: u64) -> Vec<GridFeature> {
    let partition = Partition::new(&Plan::new(tiers, seed, DEFAULT_CENTER).unwrap()).unwrap();
    partition.features(&Naming::Synthetic).collect()
}

#[test]
fn numbers_are_exact_and_codes_nest() {
    for (tiers, seed) in [([1, 1, 1], 1), ([1, 2, 3], 2), ([3, 3, 3], 3), ([22, 50, 165], 4), ([7, 300, 300], 5)] {
        let features = generate(tiers, seed);
        for tier in Tier::ALL {
            assert_eq!(features.iter().filter(|f| f.grid.tier == tier).count(), tiers[tier.index()], "{tiers:?}");
        }
        let mut codes: Vec<_> = features.iter().map(|f| f.grid.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), features.len());
        for feature in &features {
            let parent = feature.grid.parent.as_deref().unwrap_or_default();
            assert!(feature.grid.code.starts_with(parent));
        }
        PlanarMap::from_partition(features).expect("the grids are a partition");
    }
}

#[test]
fn a_seed_decides_everything() {
    assert_eq!(generate([3, 5, 30], 9), generate([3, 5, 30], 9));
    assert_ne!(generate([3, 5, 30], 9), generate([3, 5, 30], 10));
}

#[test]
fn sizes_are_uneven_and_borders_bent() {
    let features = generate([22, 50, 2_000], 6);
    let cells: Vec<_> = features.iter().filter(|f| f.grid.tier == Tier::Three).collect();
    let mut areas: Vec<i128> = cells.iter().map(|f| ring_area2(&f.shape[0].shell)).collect();
    areas.sort_unstable();
    assert!(areas[1_900] > 4 * areas[100], "{} {}", areas[100], areas[1_900]);
    let vertices: usize = cells.iter().map(|f| f.shape[0].shell.len()).sum();
    assert!((24..=49).contains(&(vertices / cells.len())), "{}", vertices / cells.len());
}

#[test]
fn refuses_what_cannot_be() {
    for tiers in [[0, 0, 0], [2, 1, 5], [1, 5, 4], [1, 1, MAX_GRIDS + 1]] {
        assert_eq!(Plan::new(tiers, 1, DEFAULT_CENTER).unwrap_err(), PlanError::Tiers(tiers));
    }
    assert!(Plan::new([1, 1, 1], 1, [181.0, 0.0]).is_err());
    let at_the_pole = Plan::new([1, 1, 1_000], 1, [0.0, 89.9]).unwrap();
    assert!(matches!(Partition::new(&at_the_pole), Err(PlanError::TooWide(1_000, _))));
}

#[test]
fn cosine_is_the_cosine() {
    for degrees in 0..=90 {
        assert!((cosine(f64::from(degrees)) - f64::from(degrees).to_radians().cos()).abs() < 1e-12);
    }
}

#[test]
fn ordinals() {
    let written = [1, 10, 12, 30, 99, 100].map(chinese_number);
    assert_eq!(written, ["一", "十", "十二", "三十", "九十九", "100"]);
}
