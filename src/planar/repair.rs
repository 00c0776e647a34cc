//! `--repair`: mends what has one right answer, and says what it did.
//!
//! First each ring by itself (`mend.rs`), then the borders of all together (`settle.rs`): vertices and edges that
//! miss each other meet (`snap.rs`), thin gaps and overlaps go to one of the grids beside them, and the borders of a tier
//! follow those of the tier below (`thin.rs`). What would have to move further than the tolerance is left as it came, and said.

use super::check::attributes;
use super::mend;
use super::settle::{Settled, settle};
use super::shape::{Shape, closed, opened};
use super::snap::Tolerance;
use super::stop::{StopFlag, Stopped, unstopped};
use super::thin::{self, Closed};
use crate::domain::grid::Grid;
use crate::domain::problem::{Measure, Repair};
use crate::geometry::feature::DraftFeature;

/// How far borders may miss each other to be made to meet, unless the user says otherwise.
pub const DEFAULT_TOLERANCE_M: f64 = 0.5;

/// Closes rings, takes out repeated points, spikes and rings without area, and makes borders that miss each other by
/// less than `tolerance_m` one border. No vertex moves further than that, and repairing again changes nothing.
/// Directions need no repair: the even-odd rule and the planar map do not look at them.
pub fn repair(features: Vec<DraftFeature>, tolerance_m: f64) -> (Vec<DraftFeature>, Vec<Repair>) {
    let Repaired { features, repairs, .. } = unstopped(|stop| repair_until(features, tolerance_m, stop));
    (features, repairs)
}

/// What repairing came to.
pub struct Repaired {
    pub features: Vec<DraftFeature>,
    pub repairs: Vec<Repair>,
    /// Says what was left as it came because it would have moved too far.
    pub left: Option<String>,
}

/// The same, unless somebody asks for the end before it is done.
pub fn repair_until(mut features: Vec<DraftFeature>, tolerance_m: f64, stop: &StopFlag) -> Result<Repaired, Stopped> {
    let mut repairs = Vec::new();
    let tolerance = Tolerance::metres(tolerance_m);
    let (mending, settling) = (stop.part(0.0, 0.1), stop.part(0.1, 1.0));
    let count = features.len();
    for (done, feature) in features.iter_mut().enumerate() {
        mending.go_on_at(done, count)?;
        mend::mend(feature, tolerance, &mut repairs);
    }
    let mut ignored = Vec::new();
    let table = attributes::table(&features, &mut ignored);
    let grids: Vec<Grid> = table.iter().map(|row| row.grid.clone()).collect();
    let before: Vec<Shape> = table.iter().map(|row| opened(&features[row.feature].polygons)).collect();
    let settled = settle(&before, &grids, tolerance_m, &settling)?;
    let left = left_told(&settled, grids.len(), tolerance_m);
    for ((row, before), after) in table.iter().zip(&before).zip(settled.shapes) {
        if *before != after {
            features[row.feature].polygons = closed(after);
        }
    }
    for m in settled.moved {
        let row = &table[m.grid as usize];
        let code = &row.grid.code;
        let message = format!("{} point(s) of the border of {code} were moved, put in or left out", m.points);
        repairs.push(Repair {
            action: "border_snapped".into(),
            grids: vec![code.clone()],
            place: Some(m.place.to_degrees()),
            moved_m: m.longest_m,
            measure: None,
            source: Some(features[row.feature].source.clone()),
            message,
        });
    }
    repairs.extend(thin::gather(settled.found).into_iter().map(|closed| closed.told(&grids)));
    Ok(Repaired { features, repairs, left })
}

/// What is said of grids that would have moved too far, or again and again.
fn left_told(settled: &Settled, grids: usize, tolerance_m: f64) -> Option<String> {
    let count = settled.held;
    let told = if settled.is_untouched {
        format!(
            "{count} of the {grids} grids cannot be laid on their neighbours everywhere within the tolerance of \
             {tolerance_m} m, so no border was moved; a larger tolerance mends more"
        )
    } else {
        format!(
            "{count} of the {grids} grids cannot be laid on their neighbours everywhere within the tolerance of \
             {tolerance_m} m, so some of their borders were left as they came; a larger tolerance mends more"
        )
    };
    (count > 0).then_some(told)
}

impl Closed {
    fn told(self, grids: &[Grid]) -> Repair {
        let codes: Vec<String> = self.grids.iter().map(|&id| grids[id as usize].code.clone()).collect();
        let (what, action) = match self.kind {
            thin::Kind::Gap => (format!("{} gap(s) between them went to {}", self.places, codes[0]), "gap_closed"),
            thin::Kind::Overlap => {
                (format!("{} overlap(s) of them went to {}", self.places, codes[0]), "overlap_closed")
            }
            thin::Kind::Apart => (
                format!("the border of {} was laid on those of the grids in it, in {} place(s)", codes[0], self.places),
                "tier_aligned",
            ),
        };
        Repair {
            action: action.into(),
            message: format!("{}: {what}, {:.1} m² in all", codes.join(", "), self.area_m2),
            grids: codes,
            place: Some(self.place.to_degrees()),
            moved_m: self.widest_m,
            measure: Some(Measure::AreaM2(self.area_m2)),
            source: None,
        }
    }
}
