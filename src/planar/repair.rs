//! `--repair`: mends what has one right answer, and says what it did.

use super::check::attributes;
use super::check::shapes::{is_closed, is_collapsed, open_ring};
use super::snap::{GridRing, Tolerance, snap, tidy};
use crate::domain::problem::Repair;
use crate::geometry::feature::DraftFeature;
use crate::geometry::geodesic::distance_m;
use crate::geometry::point::{IntBox, Point, Ring};

/// How far borders may miss each other to be made to meet, unless the user says otherwise.
pub const DEFAULT_TOLERANCE_M: f64 = 0.5;

/// Closes rings, takes out repeated points, spikes and rings without area, and makes borders that miss each other by
/// less than `tolerance_m` meet. No point moves further than that. Directions need no repair: the even-odd rule and the
/// planar map do not look at them.
pub fn repair(mut features: Vec<DraftFeature>, tolerance_m: f64) -> (Vec<DraftFeature>, Vec<Repair>) {
    let mut repairs = Vec::new();
    for feature in &mut features {
        mend_rings(feature, &mut repairs);
    }
    let mut ignored = Vec::new();
    let table = attributes::table(&features, &mut ignored);
    let mut rings: Vec<GridRing> = Vec::new();
    for (id, row) in (0u32..).zip(&table) {
        let all = features[row.feature].polygons.iter_mut().flatten();
        rings.extend(all.map(|raw| GridRing {
            grid: id,
            tier: row.grid.tier,
            points: open_ring(&std::mem::take(raw)),
        }));
    }
    let moved = snap(&mut rings, Tolerance::metres(tolerance_m));
    let mut snapped = rings.into_iter();
    for row in &table {
        for raw in features[row.feature].polygons.iter_mut().flatten() {
            *raw = closed(snapped.next().expect("as many rings come back as went").points);
        }
        for polygon in &mut features[row.feature].polygons {
            polygon.retain(|ring| !ring.is_empty());
        }
        features[row.feature].polygons.retain(|polygon| !polygon.is_empty());
    }
    for m in moved {
        let row = &table[m.grid as usize];
        let code = &row.grid.code;
        repairs.push(Repair {
            action: "border_snapped".into(),
            grids: vec![code.clone()],
            place: Some(m.place.to_degrees()),
            moved_m: m.longest_m,
            measure: None,
            source: Some(features[row.feature].source.clone()),
            message: format!("{} point(s) of {code} were joined to neighbouring borders", m.points),
        });
    }
    (features, repairs)
}

fn mend_rings(feature: &mut DraftFeature, repairs: &mut Vec<Repair>) {
    let code = feature.code.clone().unwrap_or_default();
    let mut say = |action: &str, place: Point, moved_m: f64, message: String| {
        repairs.push(Repair {
            action: action.into(),
            grids: vec![code.clone()],
            place: Some(place.to_degrees()),
            moved_m,
            measure: None,
            source: Some(feature.source.clone()),
            message,
        });
    };
    for polygon in &mut feature.polygons {
        for raw in polygon.iter_mut() {
            let Some(&first) = raw.first() else { continue };
            if !is_closed(raw) {
                let open_m = distance_m(first, raw[raw.len() - 1]);
                say("ring_closed", first, 0.0, format!("a ring of {code} that stood {open_m:.2} m open was closed"));
            }
            let mut ring = open_ring(raw);
            let repeated = raw.len().saturating_sub(ring.len() + 1);
            if repeated > 0 {
                say(
                    "repeated_points_removed",
                    first,
                    0.0,
                    format!("{repeated} repeated point(s) of {code} were removed"),
                );
            }
            let before = ring.len();
            if is_collapsed(&ring) {
                let bounds = IntBox::around(&ring).expect("the ring has points");
                let extent_m = distance_m(bounds.min, bounds.max);
                let message = format!(
                    "a ring of {code} with {before} different point(s), {extent_m:.1} m from end to end, has no area and was left out"
                );
                say("ring_without_area_removed", first, 0.0, message);
                raw.clear();
                continue;
            }
            tidy(&mut ring);
            if ring.len() < before {
                let message = format!("a spike of {} point(s) of {code} was removed", before - ring.len());
                say("spike_removed", first, 0.0, message);
            }
            *raw = closed(ring);
        }
        polygon.retain(|ring| !ring.is_empty());
    }
    feature.polygons.retain(|polygon| !polygon.is_empty());
}

fn closed(mut ring: Ring) -> Ring {
    ring.extend(ring.first().copied());
    ring
}
