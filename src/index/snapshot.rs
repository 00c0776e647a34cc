//! What a request answers from: one edition and one roster, taken together once. Never changed.

use std::sync::{Arc, OnceLock};

use super::edition_map::EditionMap;
use super::roster::Roster;
use super::search::SearchIndex;
use crate::domain::grid::Owners;
use crate::domain::roster::RosterEntry;
use crate::domain::tier::Tier;

/// An edition with the roster that goes with it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub edition: Arc<EditionMap>,
    pub roster: Arc<Roster>,
    /// Made when somebody first searches.
    search: Arc<OnceLock<SearchIndex>>,
}

impl Snapshot {
    pub fn new(edition: Arc<EditionMap>, roster: Arc<Roster>) -> Snapshot {
        Snapshot { edition, roster, search: Arc::default() }
    }

    /// The search by words. The first call builds it: milliseconds for a county, seconds for a million grids.
    pub fn search_index(&self) -> &SearchIndex {
        self.search.get_or_init(|| SearchIndex::new(&self.edition.planar, &self.roster))
    }

    /// Who answers at a place with those owners: the entry of the smallest tier that has one.
    pub fn responsible(&self, owners: &Owners) -> Option<&RosterEntry> {
        [Tier::Three, Tier::Two, Tier::One].into_iter().find_map(|tier| {
            let grid = self.edition.planar.grid(owners[tier]?);
            self.roster.of(&grid.code)
        })
    }
}
