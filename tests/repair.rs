//! Borders damaged as real files are, repaired, and judged by shapely: gapless, within the tolerance, and done for good.

mod random;

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use gridward::domain::problem::{CheckReport, ProblemCode, Severity};
use gridward::domain::tier::Tier;
use gridward::geometry::feature::{DraftFeature, GridFeature};
use gridward::geometry::geodesic::metres_per_unit;
use gridward::geometry::point::Point;
use gridward::import::export::write_grid;
use gridward::import::{ReadOptions, Reading};
use gridward::planar::build::build;
use gridward::planar::repair::{repair, repair_until};
use gridward::planar::stop::StopFlag;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// The demo town.
fn demo() -> Vec<DraftFeature> {
    read(include_bytes!("../data/qingcao.geojsonl"))
}

/// Six states with their counties, of `tests/data/us.geojsonl.gz`; all of them in release builds.
fn states() -> Vec<DraftFeature> {
    let all = read(include_bytes!("data/us.geojsonl.gz"));
    let taken: &[&str] = if cfg!(debug_assertions) { &["17", "18"] } else { &["17", "18", "19", "29", "55", "27"] };
    let of = |code: &Option<String>| code.as_deref().is_some_and(|code| taken.contains(&code));
    let chosen = all.into_iter().filter(|grid| match grid.tier {
        Some(Tier::Two) => of(&grid.code),
        Some(Tier::Three) => of(&grid.parent),
        _ => false,
    });
    // What is wrong with the file itself is not what this is about.
    let drafts: Vec<DraftFeature> = chosen
        .map(|grid| DraftFeature { parent: grid.parent.filter(|_| grid.tier == Some(Tier::Three)), ..grid })
        .collect();
    let allow = [ProblemCode::Overlap, ProblemCode::SelfIntersection, ProblemCode::RingNotClosed];
    let (drafts, _) = repair(drafts, 0.01);
    build(&drafts, &allow).features().unwrap().into_iter().map(draft).collect()
}

fn read(bytes: &[u8]) -> Vec<DraftFeature> {
    let mut reading = Reading::new(ReadOptions::default());
    reading.read_geojson("file", bytes);
    assert_eq!(reading.faults, []);
    reading.features
}

fn draft(feature: GridFeature) -> DraftFeature {
    let closed = |mut ring: Vec<Point>| {
        ring.push(ring[0]);
        ring
    };
    let rings = |polygon: gridward::geometry::point::Polygon| {
        std::iter::once(polygon.shell).chain(polygon.holes).map(closed).collect::<Vec<_>>()
    };
    DraftFeature {
        source: format!("grid {}", feature.grid.code),
        code: Some(feature.grid.code),
        name: Some(feature.grid.name),
        tier: Some(feature.grid.tier),
        parent: feature.grid.parent,
        polygons: feature.shape.into_iter().map(rings).collect(),
        ..DraftFeature::default()
    }
}

/// A point so many metres to the east and to the north.
fn moved(p: Point, [east, north]: [f64; 2]) -> Point {
    let [x, y] = metres_per_unit(p.lat());
    Point::new(p.x + (east / x).round() as i32, p.y + (north / y).round() as i32)
}

/// Somewhere in a circle of so many metres.
fn anywhere(rng: &mut Pcg64, radius_m: f64) -> [f64; 2] {
    let (angle, r): (f64, f64) = (rng.random_range(0.0..std::f64::consts::TAU), rng.random_range(0.0..1.0));
    [angle.cos(), angle.sin()].map(|part| part * radius_m * r.sqrt())
}

/// Changes every ring, given without its closing point.
fn each_ring(features: &mut [DraftFeature], mut change: impl FnMut(&DraftFeature, Vec<Point>) -> Vec<Point>) {
    for feature in features {
        let about = feature.clone();
        for ring in feature.polygons.iter_mut().flatten() {
            ring.pop();
            let mut changed = change(&about, std::mem::take(ring));
            changed.push(changed[0]);
            *ring = changed;
        }
    }
}

/// Every vertex of every grid by itself, by up to so many metres.
fn noise(features: &mut [DraftFeature], radius_m: f64, rng: &mut Pcg64) {
    each_ring(features, |_, ring| ring.into_iter().map(|p| moved(p, anywhere(rng, radius_m))).collect());
}

/// Every border drawn anew for each grid: further vertices where it pleased, all of them a little off.
fn digitised_twice(features: &mut [DraftFeature], off_m: f64, rng: &mut Pcg64) {
    each_ring(features, |_, ring| {
        let mut drawn = Vec::new();
        for (i, &a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            drawn.push(moved(a, anywhere(rng, off_m)));
            let mut along: Vec<f64> = (0..rng.random_range(0..4)).map(|_| rng.random_range(0.05..0.95)).collect();
            along.sort_by(f64::total_cmp);
            for t in along {
                let at = |a: i32, b: i32| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as i32;
                drawn.push(moved(Point::new(at(a.x, b.x), at(a.y, b.y)), anywhere(rng, off_m)));
            }
        }
        drawn
    });
}

/// The larger tiers simplified (Douglas, Peucker) each by itself, and ring by ring, so that neighbours differ too.
fn tiers_apart(features: &mut [DraftFeature], off_m: f64) {
    each_ring(features, |feature, ring| match feature.tier {
        Some(Tier::Three) => ring,
        _ => simplified(&ring, off_m),
    });
}

fn simplified(ring: &[Point], off_m: f64) -> Vec<Point> {
    fn keep(line: &[Point], off_m: f64, kept: &mut Vec<Point>) {
        let (a, b) = (line[0], line[line.len() - 1]);
        let off = |p: &Point| gridward::geometry::geodesic::segment_distance_m(*p, a, b);
        let inner = 1..line.len() - 1;
        match inner.max_by(|&i, &j| off(&line[i]).total_cmp(&off(&line[j]))).filter(|&i| off(&line[i]) > off_m) {
            Some(i) => {
                keep(&line[..=i], off_m, kept);
                keep(&line[i..], off_m, kept);
            }
            None => kept.push(a),
        }
    }
    let half = ring.len() / 2;
    let mut kept = Vec::new();
    keep(&ring[..=half], off_m, &mut kept);
    let rest: Vec<Point> = ring[half..].iter().chain([&ring[0]]).copied().collect();
    keep(&rest, off_m, &mut kept);
    if kept.len() < 3 { ring.to_vec() } else { kept }
}

/// Every seventh grid shifted as a whole: a gap on one side, an overlap on the other, all along.
fn shifted(features: &mut [DraftFeature], off_m: f64, rng: &mut Pcg64) {
    for feature in features.iter_mut().skip(3).step_by(7) {
        let by = anywhere(rng, off_m);
        each_ring(std::slice::from_mut(feature), |_, ring| ring.into_iter().map(|p| moved(p, by)).collect());
    }
}

/// Vertices on straight stretches left out of every third grid, so that neighbours meet it where it has none.
fn without_vertices(features: &mut [DraftFeature], off_m: f64) {
    for feature in features.iter_mut().step_by(3) {
        each_ring(std::slice::from_mut(feature), |_, ring| simplified(&ring, off_m));
    }
}

fn write(features: &[GridFeature], path: &Path) {
    let mut out = Vec::new();
    for feature in features {
        write_grid(feature, None, &mut out).unwrap();
    }
    std::fs::write(path, out).unwrap();
}

/// The drafts as they are, for the judge.
fn as_they_are(drafts: &[DraftFeature]) -> Vec<GridFeature> {
    let grid = |draft: &DraftFeature| gridward::domain::grid::Grid {
        code: draft.code.clone().unwrap(),
        name: draft.name.clone().unwrap_or_default(),
        tier: draft.tier.unwrap(),
        parent: draft.parent.clone(),
    };
    let polygon = |rings: &Vec<Vec<Point>>| {
        let open = |ring: &Vec<Point>| ring[..ring.len() - 1].to_vec();
        gridward::geometry::point::Polygon { shell: open(&rings[0]), holes: rings[1..].iter().map(open).collect() }
    };
    drafts
        .iter()
        .map(|draft| GridFeature { grid: grid(draft), shape: draft.polygons.iter().map(polygon).collect() })
        .collect()
}

fn errors(report: &CheckReport) -> Vec<&str> {
    report.problems.iter().filter(|p| p.severity == Severity::Error).map(|p| p.message.as_str()).collect()
}

/// Repairs, builds, and has it judged: nothing left to say, nothing moved too far, and a second repair has nothing to do.
fn judged(what: &str, damaged: &[DraftFeature], tolerance_m: f64) {
    let found = build(damaged, &[]).report.problems.len();
    assert!(found > 0, "{what}: the damage makes only {found} problems");
    let started = std::time::Instant::now();
    let (repaired, repairs) = repair(damaged.to_vec(), tolerance_m);
    let took = started.elapsed();
    let built = build(&repaired, &[]);
    println!(
        "{what}: {found} problems, {} repairs in {took:?}, {} problems left",
        repairs.len(),
        built.report.problems.len()
    );
    assert_eq!(errors(&built.report), Vec::<&str>::new(), "{what}");
    assert!(repairs.iter().all(|repair| repair.moved_m <= tolerance_m), "{what}");
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before.geojsonl"), folder.path().join("after.geojsonl"));
    write(&as_they_are(damaged), &before);
    write(&built.partition, &after);
    if let Ok(kept) = std::env::var("GRIDWARD_KEEP") {
        std::fs::copy(&before, format!("{kept}/{what}-before.geojsonl")).unwrap();
        std::fs::copy(&after, format!("{kept}/{what}-after.geojsonl")).unwrap();
        write(&as_they_are(&repaired), Path::new(&format!("{kept}/{what}-repaired.geojsonl")));
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/repair.py");
    let judge =
        Command::new("python3").arg(script).args([&before, &after]).arg(tolerance_m.to_string()).output().unwrap();
    let said = String::from_utf8_lossy(&judge.stdout);
    println!("{what}: {said}");
    assert!(judge.status.success(), "{what}: {said}{}", String::from_utf8_lossy(&judge.stderr));
    for problem in &built.report.problems {
        println!("   left: {}", problem.message);
    }
    let (again, more) = repair(repaired.clone(), tolerance_m);
    assert_eq!(more, [], "{what}: a second repair has nothing to do");
    assert!(again == repaired, "{what}: a second repair changes nothing");
}

/// What each kind of damage is called, with the tolerance that should undo it.
fn damage(town: fn() -> Vec<DraftFeature>, apart_m: f64) {
    let mut rng = Pcg64::seed_from_u64(20_261_125);
    let clean = town();
    let (same, repairs) = repair(clean.clone(), 2.0);
    assert_eq!(repairs, []);
    assert!(same == clean, "what is clean stays as it is, bit for bit");
    let mut of = |change: &dyn Fn(&mut Vec<DraftFeature>, &mut Pcg64)| {
        let mut damaged = clean.clone();
        change(&mut damaged, &mut rng);
        damaged
    };
    judged("noise", &of(&|town, rng| noise(town, 1.0, rng)), 2.0);
    judged("digitised twice", &of(&|town, rng| digitised_twice(town, 0.2, rng)), 0.5);
    judged("tiers apart", &of(&|town, _| tiers_apart(town, apart_m)), apart_m * 1.25);
    judged("shifted", &of(&|town, rng| shifted(town, 0.24, rng)), 0.5);
    judged("without vertices", &of(&|town, _| without_vertices(town, apart_m)), apart_m * 1.25);
}

/// Noise about as large as the tolerance: not all borders can be made to meet within it. What can be is, what was left is
/// said, and repairing again changes nothing.
#[test]
fn what_is_too_far_apart_is_left_and_said() {
    let village = |noise_m: f64, seed: u64| {
        let mut damaged = demo();
        damaged.retain(|feature| feature.code.as_ref().is_some_and(|code| code.as_str() < "340881106003"));
        noise(&mut damaged, noise_m, &mut Pcg64::seed_from_u64(seed));
        damaged
    };
    let (mut left, mut untouched) = (0, 0);
    for (noise_m, seed) in [0.3, 0.35, 0.4, 0.5, 0.7].into_iter().flat_map(|m| (1..=4).map(move |seed| (m, seed))) {
        let damaged = village(noise_m, seed);
        let said = repaired_for_good(damaged.clone(), 0.5).1;
        if let Some(said) = said {
            assert!(said.contains("a larger tolerance mends more"), "{said}");
            left += 1;
            untouched += usize::from(said.contains("no border was moved"));
        }
        // And a larger tolerance does.
        let (repaired, said) = repaired_for_good(damaged, 4.0 * noise_m);
        assert_eq!(said, None, "{noise_m} m, seed {seed}");
        assert_eq!(errors(&build(&repaired, &[]).report), Vec::<&str>::new(), "{noise_m} m, seed {seed}");
    }
    assert!(left > 10 && untouched < 3, "{left} of 20 left something, {untouched} everything");
}

/// Repairs, and repairs again, which has nothing to do. Answers also what was left.
fn repaired_for_good(damaged: Vec<DraftFeature>, tolerance_m: f64) -> (Vec<DraftFeature>, Option<String>) {
    let repaired = repair_until(damaged, tolerance_m, &StopFlag::default()).unwrap();
    assert!(repaired.repairs.iter().all(|repair| repair.moved_m <= tolerance_m));
    let (again, more) = repair(repaired.features.clone(), tolerance_m);
    assert_eq!(more, [], "a second repair has nothing to do");
    assert!(again == repaired.features, "a second repair changes nothing");
    (repaired.features, repaired.left)
}

/// Grids of the smallest tier, each of one ring, of longitudes and latitudes in degrees.
fn grids(rings: &[&str]) -> Vec<DraftFeature> {
    let line = |(n, ring): (usize, &&str)| {
        let properties = format!(r#"{{"code": "G0{n}", "tier": 3}}"#);
        let geometry = format!(r#"{{"type": "Polygon", "coordinates": [{ring}]}}"#);
        format!(r#"{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}"#)
    };
    read(rings.iter().enumerate().map(line).collect::<Vec<String>>().join("\n").as_bytes())
}

/// Two squares, 0.3 m apart.
const WEST: &str = "[[110.0,30.0],[110.001040301,30.0],[110.001040301,30.000900901],[110.0,30.000900901],[110.0,30.0]]";
const EAST: &str = "[[110.001043422,30.0],[110.002080603,30.0],[110.002080603,30.000900901],[110.001043422,30.000900901],[110.001043422,30.0]]";

#[test]
fn a_bridge_within_a_ring_keeps_nobody_else_from_being_mended() {
    let bridge = "[[110.010403013,30.0],[110.011443314,30.0],[110.011443314,30.000900901],[110.010403013,30.000900901],[110.010403013,30.00045045],[110.010611073,30.00045045],[110.010819133,30.00045045],[110.010819133,30.000540541],[110.011027193,30.000540541],[110.011027193,30.00036036],[110.010819133,30.00036036],[110.010819133,30.00045045],[110.010611073,30.00045045],[110.010403013,30.00045045],[110.010403013,30.0]]";
    let (repaired, _) = repaired_for_good(grids(&[WEST, EAST, bridge]), 0.5);
    let vertices = |n: usize| repaired[n].polygons[0][0].clone();
    assert_eq!(vertices(0).iter().filter(|p| vertices(1).contains(p)).count(), 2, "they share an edge");
}

#[test]
fn a_spike_with_a_loop_and_a_ring_that_is_all_spike_are_done_with_at_once() {
    let with_loop = "[[110.0,30.0],[110.001040301,30.0],[110.001040301,30.00036036],[110.001248362,30.00045045],[110.001251482,30.000451351],[110.001251482,30.00044955],[110.001248362,30.00045045],[110.001040301,30.00036036],[110.001040301,30.000900901],[110.0,30.000900901],[110.0,30.0]]";
    let (repaired, _) = repaired_for_good(grids(&[with_loop]), 0.5);
    assert_eq!(errors(&build(&repaired, &[]).report), Vec::<&str>::new());
    let all_spike = "[[110.005201506,30.0],[110.005305536,30.0],[110.005253521,30.00027027],[110.005305536,30.0],[110.005409567,30.0],[110.005201506,30.0]]";
    let (repaired, _) = repaired_for_good(grids(&[WEST, all_spike]), 0.5);
    assert!(repaired[1].polygons.is_empty());
}

/// A ring of places given in metres from one corner of the town.
fn drawn(places: &[[f64; 2]]) -> String {
    let corner = Point::new(1_100_000_000, 300_000_000);
    let degrees = |&place: &[f64; 2]| format!("{:?}", moved(corner, place).to_degrees());
    let ring: Vec<String> = places.iter().chain(places.first()).map(degrees).collect();
    format!("[{}]", ring.join(","))
}

/// A square of 100 m with a line that goes up from its northern side and comes back.
fn square_with(line: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let (south, north) = ([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]], [[0.0, 100.0]]);
    south.iter().chain(line).chain(&north).copied().collect()
}

/// Up and down again in a zigzag, the ways crossing between any two levels: a chain of loops of 0.4 m.
fn chain_of_loops(levels: i32) -> Vec<[f64; 2]> {
    let at = |level: i32, way: f64| {
        let side = if level % 2 == 0 { way } else { -way };
        [50.0 + 0.1 * side, 100.0 + 0.4 * f64::from(level)]
    };
    square_with(
        &(0..=levels)
            .map(|level| at(level, 1.0))
            .chain((0..=levels).rev().map(|level| at(level, -1.0)))
            .collect::<Vec<_>>(),
    )
}

#[test]
fn a_loop_is_cut_off_wherever_the_ring_begins() {
    let mut ring = chain_of_loops(1);
    for _ in 0..ring.len() {
        ring.rotate_left(1);
        let (repaired, _) = repaired_for_good(grids(&[&drawn(&ring)]), 0.5);
        assert_eq!(errors(&build(&repaired, &[]).report), Vec::<&str>::new(), "{ring:?}");
        // Where it crossed itself is a place of its own now.
        assert_eq!(repaired[0].polygons[0][0].len(), 4 + 3 + 1, "{ring:?}");
    }
}

/// Each loop is small, and all of them reach further than the tolerance.
#[test]
fn a_chain_of_loops_is_not_cut_off_one_by_one() {
    let given = grids(&[&drawn(&chain_of_loops(10))]);
    let (repaired, _) = repaired_for_good(given.clone(), 0.5);
    let lost_m = random::farthest_m(&given[0], &repaired[0], &HashSet::new());
    assert!(lost_m <= 0.5, "{lost_m} m: {repaired:?}");
}

/// Each spike ends in a loop from which the next spike goes up.
#[test]
fn spikes_on_loops_on_spikes_are_done_with_at_once_or_left() {
    fn climb(levels: u32, [x, y]: [f64; 2], line: &mut Vec<[f64; 2]>) {
        line.extend([[x, y], [x, y + 10.0]]);
        if levels > 1 {
            climb(levels - 1, [x + 0.1, y + 10.1], line);
        } else {
            line.push([x + 0.1, y + 10.1]);
        }
        line.extend([[x, y + 10.2], [x, y + 10.0], [x, y]]);
    }
    for levels in [1, 2, 4, 7, 8, 9, 12, 20] {
        let mut line = Vec::new();
        climb(levels, [50.0, 100.0], &mut line);
        let (repaired, _) = repaired_for_good(grids(&[&drawn(&square_with(&line)), EAST]), 0.5);
        assert!(levels > 4 || errors(&build(&repaired, &[]).report).is_empty(), "{levels} levels");
    }
}

/// In a neck one lattice unit wide the border touches itself once it is rounded (a commune of 2017 has one).
#[test]
fn a_neck_of_one_lattice_unit_is_mended() {
    let neck = "[[8.7792676,47.3489550],[8.7792676,47.3314865],[8.7664387,47.3338908],[8.7635809,47.3304907],\
                [8.7635809,47.3304908],[8.7575347,47.3307077],[8.7575347,47.3489550],[8.7792676,47.3489550]]";
    let given = grids(&[neck]);
    let checked = build(&given, &[]).report;
    assert!(errors(&checked).iter().all(|error| error.contains("crosses or touches itself")));
    assert_eq!(errors(&checked).len(), 2);
    let (repaired, _) = repaired_for_good(given, 2.0);
    assert_eq!(errors(&build(&repaired, &[]).report), Vec::<&str>::new());
}

/// A spot that is too noisy keeps nobody else from being mended.
#[test]
fn a_noisy_village_is_left_and_the_town_is_mended() {
    let mut damaged = demo();
    let mut rng = Pcg64::seed_from_u64(20_261_126);
    noise(&mut damaged, 0.1, &mut rng);
    let is_noisy = |feature: &DraftFeature| feature.code.as_ref().is_some_and(|code| code.starts_with("340881106001"));
    let mut village: Vec<DraftFeature> = damaged.iter().filter(|feature| is_noisy(feature)).cloned().collect();
    noise(&mut village, 0.4, &mut rng);
    let mut noisy = village.into_iter();
    damaged.iter_mut().filter(|feature| is_noisy(feature)).for_each(|feature| *feature = noisy.next().unwrap());
    let found = errors(&build(&damaged, &[]).report).len();
    let (repaired, said) = repaired_for_good(damaged, 0.5);
    let left = errors(&build(&repaired, &[]).report).len();
    println!("{found} errors, {left} left, {said:?}");
    assert!(left * 40 < found, "{left} of {found} errors are left");
}

#[test]
fn the_demo_town_damaged() {
    damage(demo, 5.0);
}

#[test]
fn counties_damaged() {
    damage(states, 80.0);
}
