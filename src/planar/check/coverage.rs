//! How the grids of a tier cover the plane: overlaps, gaps, slivers, and what lies outside its parent.

use rustc_hash::FxHashMap;

use super::attributes::next_tier_above;
use super::problem_at;
use crate::domain::grid::{Grid, GridId, Owners};
use crate::domain::problem::{CheckReport, Measure, Problem, ProblemCode, Repair};
use crate::domain::tier::Tier;
use crate::geometry::geodesic::{distance_m, ring_area_m2};
use crate::geometry::interior::interior_point;
use crate::geometry::point::{Point, Polygon};
use crate::planar::labels::LabelSet;
use crate::planar::overlay::Overlay;
use crate::planar::stop::{StopFlag, Stopped};

/// A gap narrower than this on average is a sliver: two drawings of one border rather than a place left out.
pub const SLIVER_WIDTH_M: f64 = 2.0;

/// A parent found by containment holds at least this share of its child.
const PARENT_SHARE: f64 = 0.5;

/// A parent that holds less of its child than this is said to be unsure.
const SURE_SHARE: f64 = 0.95;

/// Finds overlaps, gaps and slivers, and areas outside the parent.
pub(crate) fn check(
    overlay: &Overlay,
    grids: &[Grid],
    found: &Found,
    problems: &mut Vec<Problem>,
    stop: &StopFlag,
) -> Result<(), Stopped> {
    for (done, tier) in Tier::ALL.into_iter().enumerate() {
        if !grids.iter().any(|grid| grid.tier == tier) {
            continue;
        }
        stop.go_on_at(done, Tier::ALL.len())?;
        overlaps(overlay, grids, tier, problems, stop)?;
        let above = next_tier_above(tier, grids);
        gaps(overlay, grids, (tier, above), problems, stop)?;
        if let Some(above) = above {
            outside_parents(overlay, grids, (tier, above), found, problems, stop)?;
        }
    }
    Ok(())
}

fn overlaps(
    overlay: &Overlay,
    grids: &[Grid],
    tier: Tier,
    problems: &mut Vec<Problem>,
    stop: &StopFlag,
) -> Result<(), Stopped> {
    let several = |set: LabelSet| {
        let of_tier = |&&member: &&u32| grids[member as usize].tier == tier;
        let members: Vec<u32> = overlay.labels.members(set).iter().filter(of_tier).copied().collect();
        (members.len() > 1).then_some(members)
    };
    for (members, shape) in overlay.regions(several) {
        let codes: Vec<String> = members.iter().map(|&member| grids[member as usize].code.clone()).collect();
        for polygon in shape {
            stop.go_on()?;
            let area = area_m2(&polygon);
            problems.push(Problem {
                outline: outline(&polygon),
                ..problem_at(
                    ProblemCode::Overlap,
                    codes.clone(),
                    interior_point(&polygon),
                    Measure::AreaM2(area),
                    format!(
                        "{} overlap by {area:.1} m²; --allow overlap gives it to {}",
                        codes.join(" and "),
                        codes[0]
                    ),
                )
            });
        }
    }
    Ok(())
}

fn gaps(
    overlay: &Overlay,
    grids: &[Grid],
    (tier, above): (Tier, Option<Tier>),
    problems: &mut Vec<Problem>,
    stop: &StopFlag,
) -> Result<(), Stopped> {
    // Without a tier above, what has grids all around it; `polygons` drops the part that has no end.
    let uncovered = |set: LabelSet| {
        let owners = &overlay.owners[&set];
        match (owners[tier], above) {
            (Some(_), _) => None,
            (None, None) => Some(None),
            (None, Some(above)) => owners[above].map(Some),
        }
    };
    for (parent, shape) in overlay.regions(uncovered) {
        for polygon in shape {
            stop.go_on()?;
            let area = area_m2(&polygon);
            let width = 2.0 * area / perimeter_m(&polygon);
            let code = if width < SLIVER_WIDTH_M { ProblemCode::Sliver } else { ProblemCode::Gap };
            let around = overlay.owners_around(&polygon, tier);
            let parent = parent.map(|id: GridId| grids[id.index()].code.as_str());
            let inside = parent.map_or("all around it".to_string(), |parent| format!("inside {parent}"));
            let codes: Vec<String> =
                around.iter().map(|id| grids[id.index()].code.clone()).chain(parent.map(String::from)).collect();
            problems.push(Problem {
                outline: outline(&polygon),
                ..problem_at(
                    code,
                    codes,
                    interior_point(&polygon),
                    Measure::AreaM2(area),
                    format!("{area:.1} m² {inside}, {width:.2} m wide on average, belong to no grid of tier {tier}"),
                )
            });
        }
    }
    Ok(())
}

fn outside_parents(
    overlay: &Overlay,
    grids: &[Grid],
    (tier, above): (Tier, Tier),
    found: &Found,
    problems: &mut Vec<Problem>,
    stop: &StopFlag,
) -> Result<(), Stopped> {
    // A parent of another tier is reported as such; where it lies says nothing.
    let parents = (0u32..).zip(grids).filter(|(_, grid)| grid.tier == above);
    let by_code: FxHashMap<&str, u32> = parents.map(|(id, grid)| (grid.code.as_str(), id)).collect();
    let outside = |set: LabelSet| {
        let owners = &overlay.owners[&set];
        let id = owners[tier]?;
        let parent = grids[id.index()].parent.as_deref().and_then(|code| by_code.get(code))?;
        (owners[above] != Some(GridId(*parent))).then_some(id)
    };
    for (id, shape) in overlay.regions(outside) {
        stop.go_on()?;
        let grid = &grids[id.index()];
        let parent = grid.parent.clone().expect("only grids with a parent are asked");
        let areas: Vec<f64> = shape.iter().map(area_m2).collect();
        let largest = (0..shape.len()).max_by(|&i, &j| areas[i].total_cmp(&areas[j])).expect("regions are not empty");
        let area: f64 = areas.iter().sum();
        let unsure = found.unsure.get(&id.0).map_or(String::new(), |share| {
            let percent = 100.0 * share;
            format!("; that parent was found by containment and holds only {percent:.1} % of it: name the right one")
        });
        problems.push(Problem {
            outline: shape.iter().flat_map(outline).collect(),
            ..problem_at(
                ProblemCode::OutsideParent,
                vec![grid.code.clone(), parent.clone()],
                interior_point(&shape[largest]),
                Measure::AreaM2(area),
                format!(
                    "{area:.1} m² of {} lie outside its parent {parent}, in {} place(s){unsure}",
                    grid.code,
                    shape.len()
                ),
            )
        });
    }
    Ok(())
}

/// Parents that were found by containment, and how sure they are.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// For grids with a parent that holds less than [`SURE_SHARE`] of them, the share.
    unsure: FxHashMap<u32, f64>,
    /// For grids without a parent, the grid that holds most of them, and the share.
    pub nearest: FxHashMap<u32, (u32, f64)>,
}

/// Gives a parent to grids without one: the grid of the next tier above that holds most of it, if that is half or more.
pub(crate) fn find_parents(overlay: &Overlay, grids: &mut [Grid], report: &mut CheckReport) -> Found {
    let above: Vec<Option<Tier>> = Tier::ALL.map(|tier| next_tier_above(tier, grids)).to_vec();
    let orphans = |id: GridId| grids[id.index()].parent.is_none();
    // Twice the area that each orphan shares with each possible parent, by the shoelace formula over the edges.
    let mut shared: FxHashMap<(GridId, Option<GridId>), i128> = FxHashMap::default();
    for edge in &overlay.edges {
        let cross = i128::from(edge.a.x) * i128::from(edge.b.y) - i128::from(edge.b.x) * i128::from(edge.a.y);
        for (set, sign) in [(edge.left, 1), (edge.right, -1)] {
            let owners: &Owners = &overlay.owners[&set];
            for (tier, id) in owners.iter() {
                if let (&Some(id), Some(above)) = (id, above[tier.index()])
                    && orphans(id)
                {
                    *shared.entry((id, owners[above])).or_default() += sign * cross;
                }
            }
        }
    }
    let mut totals: FxHashMap<GridId, i128> = FxHashMap::default();
    for (&(id, _), area) in &shared {
        *totals.entry(id).or_default() += area;
    }
    let mut shares: Vec<(GridId, GridId, f64)> = shared
        .into_iter()
        .filter_map(|((id, parent), area)| Some((id, parent?, area as f64 / totals[&id].max(1) as f64)))
        .filter(|&(_, _, share)| share > 0.0)
        .collect();
    // The largest share first; of two halves the lower code.
    shares.sort_by(|p, q| p.0.cmp(&q.0).then(q.2.total_cmp(&p.2)).then(p.1.cmp(&q.1)));
    let mut found = Found::default();
    for of_grid in shares.chunk_by(|p, q| p.0 == q.0) {
        let (id, parent, share) = of_grid[0];
        if share < PARENT_SHARE {
            found.nearest.insert(id.0, (parent.0, share));
            continue;
        }
        if share < SURE_SHARE {
            found.unsure.insert(id.0, share);
        }
        let parent = grids[parent.index()].code.clone();
        let next = of_grid
            .get(1)
            .map(|&(_, next, share)| format!(", and {} {:.1} %", grids[next.index()].code, 100.0 * share));
        let grid = &mut grids[id.index()];
        report.repairs.push(Repair {
            action: "parent_found".into(),
            grids: vec![grid.code.clone(), parent.clone()],
            place: None,
            moved_m: 0.0,
            measure: Some(Measure::Share(share)),
            source: None,
            message: format!(
                "{} names no parent; {parent} holds {:.1} % of it{}",
                grid.code,
                100.0 * share,
                next.unwrap_or_default()
            ),
        });
        grid.parent = Some(parent);
    }
    found
}

fn area_m2(polygon: &Polygon) -> f64 {
    polygon.rings().map(|ring| ring_area_m2(ring)).sum()
}

fn perimeter_m(polygon: &Polygon) -> f64 {
    let length =
        |ring: &Vec<Point>| -> f64 { (0..ring.len()).map(|i| distance_m(ring[i], ring[(i + 1) % ring.len()])).sum() };
    polygon.rings().map(length).sum()
}

fn outline(polygon: &Polygon) -> Vec<Vec<[f64; 2]>> {
    let closed = |ring: &Vec<Point>| ring.iter().chain([&ring[0]]).map(|p| p.to_degrees()).collect();
    polygon.rings().map(closed).collect()
}
