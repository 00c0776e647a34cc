//! What another edition would do, on random edits against brute force and before shapely, and on real borders.

pub mod cells;
mod cli;
mod reports;
pub mod swiss;
mod tiles;

use std::collections::BTreeMap;
use std::process::Command;

use gridward::domain::grid::GridId;
use gridward::domain::tier::Tier;
use gridward::geometry::geodesic::shape_area_m2;
use gridward::geometry::point::{MultiPolygon, Point, ring_area2};
use gridward::planar::diff::Difference;
use gridward::planar::map::PlanarMap;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

use self::cells::{Cells, cells, edits, holds};

/// A strip by the codes of its owners.
type Owners<'a> = (Tier, Option<&'a str>, Option<&'a str>);

fn by_owners<'a>(
    difference: &'a Difference,
    old: &'a PlanarMap,
    new: &'a PlanarMap,
) -> BTreeMap<Owners<'a>, &'a MultiPolygon> {
    let of = |map: &'a PlanarMap, id: Option<GridId>| id.map(|id| map.grid(id).code.as_str());
    let strips = difference.strips.iter();
    strips.map(|strip| ((strip.tier, of(old, strip.from), of(new, strip.to)), &strip.shape)).collect()
}

fn holds_point(shape: &MultiPolygon, p: Point) -> bool {
    shape.iter().flat_map(|polygon| polygon.rings()).filter(|ring| holds(ring, p)).count() % 2 == 1
}

/// Twice the area, in square units.
fn area2(shape: &MultiPolygon) -> i128 {
    shape.iter().flat_map(|polygon| polygon.rings()).map(|ring| ring_area2(ring)).sum()
}

/// The length of all outlines in units.
fn length(map: &PlanarMap) -> f64 {
    let pieces = map.arcs().iter().flat_map(|arc| map.points(arc).windows(2));
    pieces.map(|ends| f64::from(ends[1].x - ends[0].x).hypot(f64::from(ends[1].y - ends[0].y))).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Every point away from borders lies in the strip of its two owners, and in none where they are the same.
    #[test]
    fn agrees_with_the_owners_of_every_sampled_point(
        before in cells(), edits in edits(), places in prop::collection::vec((0.0..1.0f64, 0.0..1.0f64), 300),
    ) {
        let after = before.edited(&edits);
        let (old, new) = (before.map(), after.map());
        let difference = Difference::between(&old, &new);
        let strips = by_owners(&difference, &old, &new);
        let side = f64::from(before.cell_units) * (cells::SIDE as f64 + 0.6);
        for (x, y) in places {
            let along = |share: f64| (share * side - f64::from(before.cell_units) * 0.3) as i32;
            let p = Point::new(1_169_000_000 + along(x), 308_000_000 + along(y));
            let (Some(owners), Some(owners_after)) = (before.owners(p), after.owners(p)) else { continue };
            for tier in Tier::ALL {
                let (from, to) = (owners[tier.index()], owners_after[tier.index()]);
                let holding: Vec<_> = strips.iter()
                    .filter(|(key, shape)| key.0 == tier && holds_point(shape, p)).map(|(key, _)| (key.1, key.2)).collect();
                prop_assert_eq!(holding, if from == to { vec![] } else { vec![(from, to)] }, "{:?} tier {}", p, tier);
            }
        }
    }

    /// Backwards is the same land the other way round, nothing differs from itself, and what each grid gains and loses is what its
    /// area grows by.
    #[test]
    fn adds_up(before in cells(), edits in edits()) {
        let (old, new) = (before.map(), before.edited(&edits).map());
        let there = Difference::between(&old, &new);
        let back = Difference::between(&new, &old);
        let turned: BTreeMap<_, _> =
            by_owners(&back, &new, &old).into_iter().map(|((tier, from, to), shape)| ((tier, to, from), shape)).collect();
        prop_assert_eq!(by_owners(&there, &old, &new), turned);
        prop_assert_eq!(Difference::between(&old, &old), Difference::default());

        let mut growth: BTreeMap<&str, i128> = BTreeMap::new();
        for ((_, from, to), shape) in by_owners(&there, &old, &new) {
            prop_assert!(from != to && area2(shape) > 0);
            for (code, sign) in [(from, -1), (to, 1)] {
                *growth.entry(code.unwrap_or("nobody")).or_default() += sign * area2(shape);
            }
        }
        // Rounding a crossing moves a border by half a unit at most.
        let tolerance = length(&old) + length(&new) + 100.0;
        for map in [&old, &new] {
            for grid in map.grids() {
                let of = |map: &PlanarMap| map.find(&grid.code).map_or(0, |id| area2(&map.shape(id)));
                let grown = growth.get(grid.code.as_str()).copied().unwrap_or_default();
                let expected = of(&new) - of(&old);
                prop_assert!(((grown - expected) as f64).abs() <= tolerance, "{}: {grown} instead of {expected}", grid.code);
            }
        }
        for moved in &there.fate.moved {
            let (old_area, new_area) = (shape_area_m2(&old.shape(moved.old)), shape_area_m2(&new.shape(moved.new)));
            prop_assert_eq!((moved.old_area_m2, moved.new_area_m2), (old_area, new_area));
            let metres2 = tolerance * 1.3e-4;
            prop_assert!((moved.gained_m2 - moved.lost_m2 - (new_area - old_area)).abs() <= metres2 + old_area * 1e-9);
        }
    }
}

fn rings(shape: &MultiPolygon) -> Value {
    let ring = |ring: &[Point]| ring.iter().chain([&ring[0]]).map(|p| [p.x, p.y]).collect::<Vec<_>>();
    shape.iter().map(|polygon| polygon.rings().map(|r| ring(r)).collect::<Vec<_>>()).collect()
}

fn grids(map: &PlanarMap) -> Value {
    let all = (0u32..).map(GridId).take(map.grids().len());
    all.map(|id| json!({"tier": map.grid(id).tier, "code": map.grid(id).code, "shape": rings(&map.shape(id))}))
        .collect()
}

/// A case for `tests/judges/diff.py`.
fn case(old: &PlanarMap, new: &PlanarMap) -> Value {
    let difference = Difference::between(old, new);
    let strips = by_owners(&difference, old, new);
    let strips: Vec<Value> = strips
        .into_iter()
        .map(|((tier, from, to), shape)| json!({"tier": tier, "from": from, "to": to, "shape": rings(shape)}))
        .collect();
    json!({"old": grids(old), "new": grids(new), "strips": strips})
}

/// Fifty random edits: the strips are what shapely makes of the same grids, and its areas are theirs.
#[test]
fn strips_agree_with_shapely() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut lines = String::new();
    for _ in 0..50 {
        let (before, edits) = (cells(), edits()).new_tree(&mut runner).unwrap().current();
        let (old, new): (PlanarMap, PlanarMap) = (Cells::map(&before), before.edited(&edits).map());
        lines += &format!("{}\n", case(&old, &new));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.jsonl");
    std::fs::write(&file, lines).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/diff.py");
    let run = Command::new("python3").arg(script).arg(&file).output().unwrap();
    println!("{}", String::from_utf8_lossy(&run.stdout));
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
