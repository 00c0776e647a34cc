//! Tiers that are in no file, made of the grids below: their borders are those of their children, arc for arc.

use std::collections::{BTreeMap, HashMap};

use rustc_hash::FxHashMap;

use super::check::attributes;
use super::faces;
use super::overlay::Overlay;
use super::shape::{close, edges};
use super::stop::{StopFlag, Stopped};
use crate::domain::problem::{Measure, Repair};
use crate::domain::tier::Tier;
use crate::geometry::feature::DraftFeature;
use crate::geometry::point::{Point, Ring};

/// Digits of a code by the convention of China, for tier 1 to 3: the village's, and three more for each tier below.
const CONVENTION_DIGITS: [usize; 3] = [12, 15, 18];

/// Adds the grids of tiers above the smallest that have none: each is the union of the grids that name it as their parent.
/// Grids without a parent belong to the one that their code begins with, where all digits are by the convention. `names` are those
/// of the new grids, by code. Answers what was made.
pub fn dissolve(
    features: &mut Vec<DraftFeature>,
    names: &HashMap<String, String>,
    stop: &StopFlag,
) -> Result<Vec<Repair>, Stopped> {
    let mut made = Vec::new();
    for tier in [Tier::Three, Tier::Two] {
        let above = tier.above().expect("tiers 2 and 3 have one above");
        let has = |tier: Tier| features.iter().any(|feature| feature.tier == Some(tier));
        if has(tier) && !has(above) {
            let new = union_of_children(features, tier, above, names, stop)?;
            made.extend(new.iter().map(|(feature, children)| told(feature, *children)));
            features.extend(new.into_iter().map(|(feature, _)| feature));
        }
    }
    Ok(made)
}

/// The grids of the tier above, with the number of grids in each; children that named no parent now do.
fn union_of_children(
    features: &mut [DraftFeature],
    tier: Tier,
    above: Tier,
    names: &HashMap<String, String>,
    stop: &StopFlag,
) -> Result<Vec<(DraftFeature, usize)>, Stopped> {
    let mut table = attributes::table(features, &mut Vec::new());
    table.retain(|row| row.grid.tier == tier);
    let mut children_of: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (id, row) in (0u32..).zip(&table) {
        let parent = row.grid.parent.clone().or_else(|| conventional_parent(&row.grid.code, tier));
        if let Some(parent) = parent {
            features[row.feature].parent = Some(parent.clone());
            children_of.entry(parent).or_default().push(id);
        }
    }
    let parents: Vec<(String, Vec<u32>)> = children_of.into_iter().collect();
    let mut parent_of: FxHashMap<u32, u32> = FxHashMap::default();
    for (parent, (_, children)) in (0u32..).zip(&parents) {
        parent_of.extend(children.iter().map(|&child| (child, parent)));
    }

    // Faces by the parents of who covers them; where two children overlap, by that of the lower code, as when building.
    let tiers = vec![tier; table.len()];
    let all = (0u32..).zip(&table).flat_map(|(id, row)| {
        let open =
            |raw: &Ring| if raw.len() > 1 && raw[0] == raw[raw.len() - 1] { raw[1..].to_vec() } else { raw.clone() };
        let shape = features[row.feature].polygons.iter().map(|rings| rings.iter().map(open).collect()).collect();
        edges(&shape).into_iter().map(move |(a, b)| (a, b, id))
    });
    let overlay = Overlay::of_edges(all.filter(|(a, b, _)| a != b), &tiers, stop)?;
    let mut rims: Vec<Vec<(Point, Point)>> = vec![Vec::new(); parents.len()];
    for edge in &overlay.edges {
        let parent = |set| overlay.owners[&set][tier].and_then(|id| parent_of.get(&id.0).copied());
        let (left, right) = (parent(edge.left), parent(edge.right));
        if left != right {
            if let Some(parent) = left {
                rims[parent as usize].push((edge.a, edge.b));
            }
            if let Some(parent) = right {
                rims[parent as usize].push((edge.b, edge.a));
            }
        }
    }
    let grids = parents.into_iter().zip(rims).map(|((code, children), rim)| {
        let polygons = faces::polygons(&rim);
        let polygons = polygons
            .into_iter()
            .map(|polygon| std::iter::once(polygon.shell).chain(polygon.holes).map(close).collect());
        let feature = DraftFeature {
            name: Some(names.get(&code).unwrap_or(&code).clone()),
            tier: Some(above),
            parent: conventional_parent(&code, above),
            polygons: polygons.collect(),
            source: format!("the {} grid(s) of tier {tier} in {code}", children.len()),
            code: Some(code),
            ..DraftFeature::default()
        };
        (feature, children.len())
    });
    Ok(grids.collect())
}

/// The code that a code begins with, where both are of the convention's digits.
fn conventional_parent(code: &str, tier: Tier) -> Option<String> {
    let above = tier.above()?;
    let by_convention = code.len() == CONVENTION_DIGITS[tier.index()] && code.bytes().all(|byte| byte.is_ascii_digit());
    by_convention.then(|| code[..CONVENTION_DIGITS[above.index()]].to_string())
}

fn told(feature: &DraftFeature, children: usize) -> Repair {
    let code = feature.code.clone().unwrap_or_default();
    let tier = feature.tier.map_or(0, Tier::number);
    let place = feature.polygons.iter().flatten().flatten().next();
    Repair {
        action: "tier_dissolved".into(),
        message: format!(
            "{code} of tier {tier} is in no file; it was made of the {children} grid(s) that belong to it"
        ),
        grids: vec![code],
        place: place.map(|p| p.to_degrees()),
        moved_m: 0.0,
        measure: Some(Measure::Count(children as u64)),
        source: None,
    }
}
