//! Files that are read in a zone of Gauss-Krüger whose number their eastings do not begin with: everything in them is hundreds of
//! kilometres from its place, and looks well otherwise.

use super::crs::{ImportCrs, OtherZone};
use super::reading::Reading;
use crate::domain::problem::{Measure, Problem, ProblemCode};
use crate::geometry::crs::zones::{self, Coordinate};
use crate::geometry::feature::DraftFeature;

/// Grids that a problem names.
const MAX_NAMED: usize = 10;

/// The features of the files that are off by the same zones.
#[derive(Clone, Debug)]
pub(super) struct OffZone {
    zone: OtherZone,
    crs: ImportCrs,
    /// Codes of the first of them.
    grids: Vec<String>,
    count: u64,
    source: String,
    place: Option<[f64; 2]>,
}

impl Reading {
    /// Counts a feature whose eastings are of another zone.
    pub(super) fn is_off_zone(&mut self, zone: OtherZone, crs: ImportCrs, feature: &DraftFeature, source: &str) {
        let same = |off: &&mut OffZone| (off.zone.expected, off.zone.found) == (zone.expected, zone.found);
        let off = match self.off_zones.iter_mut().find(same) {
            Some(off) => off,
            None => {
                let place = feature.polygons.iter().flatten().flatten().next().map(|point| point.to_degrees());
                let (grids, source) = (Vec::new(), source.to_owned());
                self.off_zones.push(OffZone { zone, crs, grids, count: 0, source, place });
                self.off_zones.last_mut().expect("it was pushed just now")
            }
        };
        off.count += 1;
        if off.grids.len() < MAX_NAMED {
            off.grids.extend(feature.code.clone());
        }
    }
}

impl OffZone {
    pub(super) fn problem(&self) -> Problem {
        let OtherZone { expected, found, easting_m } = self.zone;
        let fitting = zones::system(found).and_then(|number| Some((number, zones::name(number)?)));
        let advice = match fitting {
            Some((number, name)) => format!("--crs EPSG:{number} if it is {name}"),
            None => "name the right system with --crs".into(),
        };
        let code = ProblemCode::SuspectedCrs;
        Problem {
            code,
            severity: code.severity(),
            grids: self.grids.clone(),
            place: self.place,
            measure: Some(Measure::Count(self.count)),
            source: Some(self.source.clone()),
            message: format!(
                "eastings such as {} begin with the number of zone {found}, but are read in zone {expected} ({}), which puts the \
                 grids hundreds of kilometres from their place; {advice}",
                Coordinate(easting_m),
                self.crs
            ),
            outline: Vec::new(),
        }
    }
}
