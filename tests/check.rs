//! Every problem code with a defect planted for it: the right grids, the right place, the right size. And what holds
//! of every built edition, on random input.

use std::collections::BTreeMap;

use gridward::domain::problem::{CheckReport, Measure, Problem, ProblemCode, Severity};
use gridward::domain::tier::Tier;
use gridward::geometry::crs::QueryCrs;
use gridward::geometry::feature::{DraftFeature, GridFeature};
use gridward::geometry::point::{Point, ring_area2};
use gridward::planar::build::{Built, build};
use gridward::planar::check::reference::shifted_crs;
use gridward::planar::map::PlanarMap;
use gridward::planar::repair::repair;
use proptest::prelude::*;

/// South-west corner of the test town, and the side of its squares: 0.01° is 955 m × 1,109 m here.
const WEST: f64 = 116.9;
const SOUTH: f64 = 30.8;
const SIDE: f64 = 0.01;

/// A closed ring in units of squares from the town's corner.
fn ring(corners: &[(f64, f64)]) -> Vec<Point> {
    let place = |&(x, y): &(f64, f64)| Point::from_degrees(WEST + x * SIDE, SOUTH + y * SIDE).unwrap();
    let mut points: Vec<Point> = corners.iter().map(place).collect();
    points.push(points[0]);
    points
}

fn feature(code: &str, tier: Tier, parent: Option<&str>, corners: &[(f64, f64)]) -> DraftFeature {
    DraftFeature {
        code: Some(code.into()),
        name: Some(format!("网格{code}")),
        tier: Some(tier),
        parent: parent.map(String::from),
        polygons: vec![vec![ring(corners)]],
        source: format!("town.geojsonl {code}"),
        out_of_range: Vec::new(),
        was: Vec::new(),
    }
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> [(f64, f64); 4] {
    [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
}

/// A village `v` of 2 × 1 squares with one tier-2 grid `v1` and two tier-3 grids `v1a` (west) and `v1b` (east).
fn town() -> Vec<DraftFeature> {
    vec![
        feature("v", Tier::One, None, &rectangle(0.0, 0.0, 2.0, 1.0)),
        feature("v1", Tier::Two, Some("v"), &rectangle(0.0, 0.0, 2.0, 1.0)),
        feature("v1a", Tier::Three, Some("v1"), &rectangle(0.0, 0.0, 1.0, 1.0)),
        feature("v1b", Tier::Three, Some("v1"), &rectangle(1.0, 0.0, 1.0, 1.0)),
    ]
}

fn check(features: &[DraftFeature]) -> CheckReport {
    build(features, &[]).report
}

/// The only problem there is, which has to be of that code.
fn only(report: &CheckReport, code: ProblemCode) -> &Problem {
    let codes: Vec<_> = report.problems.iter().map(|p| p.code).collect();
    assert_eq!(codes, [code], "{:#?}", report.problems);
    &report.problems[0]
}

fn assert_near(place: Option<[f64; 2]>, x: f64, y: f64, squares: f64) {
    let [lon, lat] = place.expect("the problem has a place");
    let (dx, dy) = ((lon - WEST) / SIDE - x, (lat - SOUTH) / SIDE - y);
    assert!(dx.hypot(dy) <= squares, "({lon}, {lat}) is not near ({x}, {y})");
}

/// Area of so many squares. The side of a square from the radii of WGS 84 at its latitude, by their textbook formulas.
fn squares_m2(count: f64) -> f64 {
    let (a, e2) = (6_378_137.0_f64, 0.006_694_379_990_14);
    let latitude = (SOUTH + SIDE / 2.0).to_radians();
    let w2 = 1.0 - e2 * latitude.sin().powi(2);
    let side = SIDE.to_radians();
    count * (a * (1.0 - e2) / w2.powf(1.5) * side) * (a / w2.sqrt() * latitude.cos() * side)
}

fn assert_area(measure: Option<Measure>, expected_m2: f64) {
    let Some(Measure::AreaM2(area)) = measure else { panic!("{measure:?} is no area") };
    assert!((area / expected_m2 - 1.0).abs() < 2e-3, "{area} m² instead of {expected_m2}");
}

#[test]
fn a_sound_town_has_no_problems() {
    let built = build(&town(), &[]);
    assert_eq!(built.report, CheckReport::default());
    assert_eq!(built.features().unwrap().len(), 4);
}

#[test]
fn ring_not_closed() {
    let mut town = town();
    town[2].polygons[0][0].pop();
    let report = check(&town);
    let problem = only(&report, ProblemCode::RingNotClosed);
    assert_eq!((&problem.grids[..], problem.severity), (&["v1a".to_string()][..], Severity::Error));
    assert_near(problem.place, 0.0, 1.0, 1e-3);
    let Some(Measure::LengthM(open)) = problem.measure else { panic!() };
    assert!((open - 1108.7).abs() < 1.0, "{open}");
    assert_eq!(problem.source.as_deref(), Some("town.geojsonl v1a"));
    let (repaired, repairs) = repair(town, 0.5);
    assert_eq!(repairs[0].action, "ring_closed");
    assert_eq!(check(&repaired), CheckReport::default());
}

#[test]
fn ring_collapsed() {
    let mut town = town();
    town[2].polygons[0].push(ring(&[(0.2, 0.2), (0.6, 0.2), (0.4, 0.2)]));
    let report = check(&town);
    let problem = only(&report, ProblemCode::RingCollapsed);
    assert_eq!(problem.grids, ["v1a"]);
    assert_near(problem.place, 0.2, 0.2, 0.5);
    let Some(Measure::LengthM(extent)) = problem.measure else { panic!() };
    assert!((extent - 0.4 * 955.7).abs() < 1.0, "{extent}");
    let (repaired, repairs) = repair(town, 0.5);
    assert_eq!(repairs[0].action, "ring_without_area_removed");
    assert_eq!(check(&repaired), CheckReport::default());
}

#[test]
fn self_intersection() {
    let mut town = town();
    // The north side is a bow: its end runs back across it.
    town[2].polygons =
        vec![vec![ring(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.4, 0.8), (0.4, 1.0), (0.6, 0.9), (0.0, 1.0)])]];
    let report = check(&town);
    let crossing: Vec<_> = report.problems.iter().filter(|p| p.code == ProblemCode::SelfIntersection).collect();
    assert_eq!(crossing.len(), 1, "{:#?}", report.problems);
    assert_eq!(crossing[0].grids, ["v1a"]);
    // (0.4, 1) → (0.6, 0.9) meets (1, 1) → (0.4, 0.8) where 1.2 - x/2 = 2/3 + x/3.
    assert_near(crossing[0].place, 0.64, 0.88, 0.3);
    assert_eq!(crossing[0].measure, Some(Measure::Count(1)));
    assert!(build(&town, &[]).features().is_none());
    assert!(build(&town, &[ProblemCode::SelfIntersection]).features().is_some());
}

#[test]
fn rings_in_the_wrong_place_are_self_intersections() {
    // A hole beside its shell would become land; a part inside another would become a hole.
    let aside = ring(&rectangle(3.0, 0.0, 0.5, 0.5));
    let inside = ring(&rectangle(0.2, 0.2, 0.5, 0.5));
    for (hole, part, place) in [(Some(aside), None, (3.0, 0.0)), (None, Some(inside), (0.2, 0.2))] {
        let mut town = town();
        town[2].polygons[0].extend(hole);
        town[2].polygons.extend(part.map(|part| vec![part]));
        let report = check(&town);
        let found: Vec<_> = report.problems.iter().filter(|p| p.code == ProblemCode::SelfIntersection).collect();
        assert_eq!(found.len(), 1, "{:#?}", report.problems);
        assert_eq!(found[0].grids, ["v1a"]);
        assert_near(found[0].place, place.0, place.1, 1e-3);
    }
    // A hole in its shell with an island in it is as it should be.
    let mut town = town();
    town[2].polygons[0].push(ring(&rectangle(0.2, 0.2, 0.6, 0.6)));
    town[2].polygons.push(vec![ring(&rectangle(0.4, 0.4, 0.2, 0.2))]);
    assert_eq!(only(&check(&town), ProblemCode::Gap).grids, ["v1a", "v1"]);
}

#[test]
fn empty_geometry() {
    let mut town = town();
    town.push(DraftFeature { polygons: Vec::new(), ..feature("v1c", Tier::Three, Some("v1"), &[(0.0, 0.0)]) });
    let report = check(&town);
    assert_eq!(only(&report, ProblemCode::EmptyGeometry).grids, ["v1c"]);
    let published = build(&town, &[ProblemCode::EmptyGeometry]).features().unwrap();
    assert!(published.iter().all(|f| f.grid.code != "v1c"));
}

#[test]
fn what_is_thinner_than_the_lattice_is_said_to_be_left_out() {
    let mut town = town();
    let thin = [(0, 0), (9_999, 0), (20_000, 1)].map(|(x, y)| Point::new(1_169_000_000 + x, 308_000_000 + y));
    town.push(DraftFeature {
        polygons: vec![vec![thin.iter().chain([&thin[0]]).copied().collect()]],
        ..feature("v1c", Tier::Three, Some("v1"), &[(0.0, 0.0)])
    });
    let allowed = [ProblemCode::SelfIntersection, ProblemCode::Overlap];
    let built = build(&town, &allowed);
    let left_out: Vec<_> = built.report.blocking(&allowed).map(|p| (p.code, &p.grids[..])).collect();
    assert_eq!(left_out, [(ProblemCode::EmptyGeometry, &["v1c".to_string()][..])]);
    assert!(built.features().is_none());
}

#[test]
fn children_of_a_grid_that_was_left_out_name_no_parent() {
    let mut town = town();
    town[1].polygons.clear();
    let published = build(&town, &[ProblemCode::EmptyGeometry]).features().unwrap();
    assert_eq!(published.iter().map(|f| f.grid.code.as_str()).collect::<Vec<_>>(), ["v", "v1a", "v1b"]);
    assert!(published.iter().all(|f| f.grid.parent.is_none()));
}

#[test]
fn coordinate_range() {
    let mut town = town();
    town[2].out_of_range.push([716.9, 30.8]);
    let report = check(&town);
    let problem = only(&report, ProblemCode::CoordinateRange);
    assert_eq!(problem.grids, ["v1a"]);
    assert!(problem.message.contains("such as 716.9, 30.8 are no"));
    assert_eq!(problem.measure, Some(Measure::Count(1)));
}

#[test]
fn code_missing_and_tier_missing() {
    let mut town = town();
    town[3].code = Some("  ".into());
    let report = check(&town);
    let missing = report.problems.iter().find(|p| p.code == ProblemCode::CodeMissing).unwrap();
    assert_eq!((missing.grids.len(), missing.source.as_deref()), (0, Some("town.geojsonl v1b")));
    assert_near(missing.place, 1.0, 0.0, 1e-3);

    town[3].code = Some("v1b".into());
    town[3].tier = None;
    let report = check(&town);
    let missing = report.problems.iter().find(|p| p.code == ProblemCode::TierMissing).unwrap();
    assert_eq!(missing.grids, ["v1b"]);
}

#[test]
fn code_duplicate() {
    let mut town = town();
    town[3].code = Some("v1a".into());
    let report = check(&town);
    let twice = report.problems.iter().find(|p| p.code == ProblemCode::CodeDuplicate).unwrap();
    assert_eq!((&twice.grids[..], twice.source.as_deref()), (&["v1a".to_string()][..], Some("town.geojsonl v1b")));
    assert_near(twice.place, 1.0, 0.0, 1e-3);
}

#[test]
fn parent_missing_unless_found_by_containment() {
    let mut town = town();
    town[2].parent = None;
    let built = build(&town, &[]);
    assert_eq!(built.report.problems, []);
    assert_eq!(built.report.repairs[0].grids, ["v1a", "v1"]);
    let published = built.features().unwrap();
    assert_eq!(published.iter().find(|f| f.grid.code == "v1a").unwrap().grid.parent.as_deref(), Some("v1"));

    town[2].parent = Some("nowhere".into());
    assert_eq!(only(&check(&town), ProblemCode::ParentMissing).grids, ["v1a"]);

    town[2] = feature("v1a", Tier::Three, None, &rectangle(7.0, 0.0, 1.0, 1.0));
    let report = check(&town);
    assert!(report.problems.iter().any(|p| p.code == ProblemCode::ParentMissing && p.grids == ["v1a"]));
}

#[test]
fn parent_wrong_tier() {
    let mut town = town();
    town[2].parent = Some("v".into());
    assert_eq!(only(&check(&town), ProblemCode::ParentWrongTier).grids, ["v1a"]);
    town[2].parent = Some("v1".into());
    town[0].parent = Some("v1".into());
    assert_eq!(only(&check(&town), ProblemCode::ParentWrongTier).grids, ["v"]);
}

#[test]
fn overlap() {
    let mut town = town();
    town[2].polygons = vec![vec![ring(&rectangle(0.0, 0.0, 1.25, 1.0))]];
    let report = check(&town);
    let problem = only(&report, ProblemCode::Overlap);
    assert_eq!(problem.grids, ["v1a", "v1b"]);
    assert_near(problem.place, 1.125, 0.5, 0.13);
    assert_area(problem.measure, squares_m2(0.25));
    assert_eq!(problem.outline.len(), 1);

    // Accepted, it goes to the lower code and is cut from the other.
    let published = build(&town, &[ProblemCode::Overlap]).features().unwrap();
    let area = |code: &str| ring_area2(&published.iter().find(|f| f.grid.code == code).unwrap().shape[0].shell);
    assert_eq!(area("v1a") * 3, area("v1b") * 5);
}

#[test]
fn gap() {
    let mut town = town();
    town[3].polygons = vec![vec![ring(&rectangle(1.2, 0.0, 0.8, 1.0))]];
    let report = check(&town);
    let problem = only(&report, ProblemCode::Gap);
    assert_eq!(
        (&problem.grids[..], problem.severity),
        (&["v1a", "v1b", "v1"].map(String::from)[..], Severity::Warning)
    );
    assert_near(problem.place, 1.1, 0.5, 0.1);
    assert_area(problem.measure, squares_m2(0.2));
}

#[test]
fn a_hole_that_no_tier_fills_is_a_gap() {
    let mut town = town();
    for feature in &mut town[..2] {
        feature.polygons[0].push(ring(&rectangle(0.4, 0.4, 0.2, 0.2)));
    }
    town[2].polygons[0].push(ring(&rectangle(0.4, 0.4, 0.2, 0.2)));
    let report = check(&town);
    // Tier 1 has no parent to leave it uncovered: the hole is reported there, once.
    let problem = only(&report, ProblemCode::Gap);
    assert_eq!(problem.grids, ["v"]);
    assert_near(problem.place, 0.5, 0.5, 0.1);
    assert_area(problem.measure, squares_m2(0.04));
}

#[test]
fn sliver() {
    let mut town = town();
    // A strip 0.001 squares wide, about 96 cm.
    town[3].polygons = vec![vec![ring(&rectangle(1.001, 0.0, 0.999, 1.0))]];
    let report = check(&town);
    let problem = only(&report, ProblemCode::Sliver);
    assert_eq!(problem.grids, ["v1a", "v1b", "v1"]);
    assert_near(problem.place, 1.0, 0.5, 0.1);
    assert_area(problem.measure, squares_m2(0.001));

    let (repaired, repairs) = repair(town, 1.0);
    assert!(repairs.iter().any(|r| r.action == "border_snapped" && r.moved_m > 0.9 && r.moved_m <= 1.0), "{repairs:?}");
    assert_eq!(check(&repaired), CheckReport::default());
}

#[test]
fn outside_parent() {
    let mut town = town();
    town[3].polygons = vec![vec![ring(&rectangle(1.0, 0.0, 1.5, 1.0))]];
    let report = check(&town);
    let problem = only(&report, ProblemCode::OutsideParent);
    assert_eq!(problem.grids, ["v1b", "v1"]);
    assert_near(problem.place, 2.25, 0.5, 0.25);
    assert_area(problem.measure, squares_m2(0.5));
}

#[test]
fn suspected_crs_from_swapped_axes() {
    let mut town = town();
    for feature in &mut town {
        for p in feature.polygons.drain(..).flatten().flatten() {
            feature.out_of_range.push([p.lat(), p.lon()]);
        }
    }
    let report = check(&town);
    let suspected = report.problems.iter().find(|p| p.code == ProblemCode::SuspectedCrs).unwrap();
    assert_eq!((suspected.severity, &suspected.grids[0][..]), (Severity::Warning, "v"));
    assert_near(suspected.place, 0.0, 0.0, 1e-3);
    assert_eq!(suspected.measure, Some(Measure::Count(20)));
}

#[test]
fn suspected_crs_from_the_edition_in_force() {
    let before = build(&town(), &[]).features().unwrap();
    assert_eq!(shifted_crs(&before, &before), None);
    for (crs, shift_m) in [(QueryCrs::Gcj02, 551.0), (QueryCrs::Bd09, 1_173.0)] {
        let mut shifted = town();
        for p in shifted.iter_mut().flat_map(|f| &mut f.polygons).flatten().flatten() {
            let [lon, lat] = crs.from_wgs84(p.to_degrees());
            *p = Point::from_degrees(lon, lat).unwrap();
        }
        let after = build(&shifted, &[]).features().unwrap();
        let problem = shifted_crs(&after, &before).unwrap();
        assert_eq!(problem.code, ProblemCode::SuspectedCrs);
        assert!(problem.message.contains(crs.as_str()));
        assert_eq!(problem.grids.len(), 4);
        let Some(Measure::LengthM(moved)) = problem.measure else { panic!() };
        assert!((moved / shift_m - 1.0).abs() < 0.02, "{moved}");
    }
}

#[test]
fn a_t_junction_without_a_vertex_is_no_problem() {
    let mut town = town();
    // The west grid is two, and the east grid has no vertex where they meet it; the slanted border runs between
    // lattice points there.
    town[2] =
        feature("v1a", Tier::Three, Some("v1"), &[(0.0, 0.0), (0.9, 0.0), (0.9333333, 0.3333333), (0.0, 0.3333333)]);
    town.push(feature(
        "v1c",
        Tier::Three,
        Some("v1"),
        &[(0.0, 0.3333333), (0.9333333, 0.3333333), (1.0, 1.0), (0.0, 1.0)],
    ));
    town[3] = feature("v1b", Tier::Three, Some("v1"), &[(0.9, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)]);
    let built = build(&town, &[]);
    assert_eq!(built.report.problems, []);
    let map = PlanarMap::from_partition(built.features().unwrap()).unwrap();
    let neighbors = |code: &str| {
        let found = map.neighbors(map.find(code).unwrap());
        found.into_iter().map(|id| map.grid(id).code.clone()).collect::<Vec<_>>()
    };
    assert_eq!(neighbors("v1b"), ["v1a", "v1c"]);
}

/// Twice the area of each grid, by code.
fn areas(features: &[GridFeature]) -> BTreeMap<String, i128> {
    let area = |f: &GridFeature| f.shape.iter().flat_map(|polygon| polygon.rings()).map(|ring| ring_area2(ring)).sum();
    features.iter().map(|f| (f.grid.code.clone(), area(f))).collect()
}

/// In whole units, rounded up edge by edge.
fn perimeter(feature: &GridFeature) -> i128 {
    let length = |a: Point, b: Point| (f64::from(b.x - a.x).hypot(f64::from(b.y - a.y))).ceil() as i128;
    let rings = feature.shape.iter().flat_map(|polygon| polygon.rings());
    rings.flat_map(|ring| (0..ring.len()).map(|i| length(ring[i], ring[(i + 1) % ring.len()]))).sum()
}

fn all_allowed(features: &[DraftFeature]) -> Built {
    build(features, &[ProblemCode::Overlap, ProblemCode::SelfIntersection, ProblemCode::EmptyGeometry])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 3_000 }))]

    /// Whatever rings come in: the published grids are an exact partition, cover exactly what the input covers, and
    /// come back from the planar map and from a second build without loss.
    #[test]
    fn every_published_edition_is_a_partition(
        shapes in prop::collection::vec(
            (1u8..=3, prop::collection::vec(prop::collection::vec((0i32..60, 0i32..60), 3..9), 1..3)), 1..8),
    ) {
        let drafts: Vec<DraftFeature> = shapes.iter().enumerate().map(|(i, (tier, rings))| DraftFeature {
            code: Some(format!("g{i}")),
            tier: Some(Tier::try_from(*tier).unwrap()),
            polygons: rings.iter().map(|ring| {
                let mut points: Vec<Point> = ring.iter().map(|&(x, y)| Point::new(x * 10, y * 10)).collect();
                points.push(points[0]);
                vec![points]
            }).collect(),
            source: format!("line {i}"),
            ..DraftFeature::default()
        }).collect();
        // Parents are not what this is about.
        let mut drafts = drafts;
        let lone = drafts[0].tier;
        drafts.retain(|draft| draft.tier == lone);
        let Some(features) = all_allowed(&drafts).features() else { return Ok(()) };
        let map = PlanarMap::from_partition(features.clone()).expect("a published edition is a partition");
        for feature in &features {
            let id = map.find(&feature.grid.code).unwrap();
            prop_assert_eq!(&map.shape(id), &feature.shape);
        }
        let again: Vec<DraftFeature> = features.iter().map(|f| DraftFeature {
            code: Some(f.grid.code.clone()),
            tier: Some(f.grid.tier),
            polygons: f.shape.iter().map(|polygon| polygon.rings().map(|ring| {
                let mut ring = ring.clone();
                ring.push(ring[0]);
                ring
            }).collect()).collect(),
            ..DraftFeature::default()
        }).collect();
        let rebuilt = all_allowed(&again);
        // A crossing can be rounded to within the lattice tolerance of a third border, which then joins it: no border
        // moves by more than the two units.
        let rebuilt = areas(&rebuilt.features().unwrap());
        let allowance = 2 * 2 * features.iter().map(perimeter).sum::<i128>();
        for (code, area) in areas(&features) {
            prop_assert!((rebuilt.get(&code).copied().unwrap_or(0) - area).abs() <= allowance);
        }
    }
}

#[test]
fn nothing_to_publish_is_not_published() {
    let report = check(&[]);
    assert_eq!(report, CheckReport::default());
    assert!(build(&[], &[]).features().is_none());
}

#[tokio::test]
async fn a_shifted_file_is_suspected_before_it_is_published() {
    use gridward::import::Reading;
    use gridward::import::edition;

    let folder = tempfile::tempdir().unwrap();
    let store = gridward::store::open(&format!("sqlite:{}", folder.path().join("town.gpkg").display())).await.unwrap();
    let mut shifted = town();
    for p in shifted.iter_mut().flat_map(|f| &mut f.polygons).flatten().flatten() {
        let [lon, lat] = QueryCrs::Gcj02.from_wgs84(p.to_degrees());
        *p = Point::from_degrees(lon, lat).unwrap();
    }
    let suspected = |report: &CheckReport| report.problems.iter().any(|p| p.code == ProblemCode::SuspectedCrs);
    for (name, features, expected) in [("first", town(), false), ("same", town(), false), ("shifted", shifted, true)] {
        let mut reading = Reading::default();
        reading.features = features;
        let reference = edition::grids_in_force(&*store, None).await.unwrap();
        let mut checked = edition::check(reading, false, &[], reference).await;
        assert_eq!(suspected(&checked.built.report), expected, "{name} when imported");
        let info = edition::save_draft(&*store, Some(name.into()), "test".into(), &mut checked).await.unwrap();
        assert_eq!(suspected(&edition::check_stored(&*store, &info).await.unwrap()), expected, "{name} as a draft");
        let published = edition::publish(&*store, name, None, &[]).await.unwrap();
        assert_eq!(suspected(&published.report), expected, "{name} when published");
    }
}
