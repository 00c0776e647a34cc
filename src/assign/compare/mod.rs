//! What another edition would do: to the land (`planar::diff`), to the people who answer, to known places, and to known reports.

mod people;
mod places;
mod reports;

pub use people::{Answering, HandOver};
pub use places::{ChangedPlace, PlaceChanges, PlacesError, compare_places};
pub use reports::{ReportChanges, ReportCount, ReportPair, ReportTally, compare_reports};

use std::sync::Arc;

use crate::index::roster::Roster;
use crate::index::snapshot::Snapshot;
use crate::planar::diff::Difference;

/// Two editions side by side, both with the same roster. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub old: Snapshot,
    pub new: Snapshot,
    pub difference: Arc<Difference>,
}

impl Comparison {
    /// Seconds of work for two large countries that have nothing in common.
    pub fn of(old: Snapshot, new: Snapshot) -> Comparison {
        let difference = Arc::new(Difference::between(&old.edition.planar, &new.edition.planar));
        Comparison { old, new, difference }
    }

    /// The same two editions with another roster.
    pub fn with_roster(&self, roster: Arc<Roster>) -> Comparison {
        let side = |side: &Snapshot| Snapshot::new(side.edition.clone(), roster.clone());
        Comparison { old: side(&self.old), new: side(&self.new), difference: self.difference.clone() }
    }

    /// Where others would answer: by the strips of the smallest tier, and by grids that are below another grid now.
    pub fn hand_overs(&self) -> Vec<HandOver> {
        people::hand_overs(self)
    }
}
