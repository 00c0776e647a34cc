//! What a request answers from: one edition and one roster, taken together once. Never changed.

use std::sync::{Arc, OnceLock};

use super::edition_map::EditionMap;
use super::roster::{Answering, Roster};
use super::search::SearchIndex;
use crate::domain::grid::{Grid, GridId, Owners};
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

    /// The roster's entry for a place with those owners: of the smallest tier that has one.
    pub fn responsible(&self, owners: &Owners) -> Option<&RosterEntry> {
        self.smallest_first(owners).find_map(|grid| self.roster.of(&grid.code))
    }

    /// Who answers at a place with those owners.
    pub fn answers(&self, owners: &Owners) -> Option<Answering<'_>> {
        self.roster.answers(self.smallest_first(owners))
    }

    /// A grid and those above it. Parents are of larger tiers, so there are no more steps than tiers.
    pub fn upwards(&self, id: GridId) -> impl Iterator<Item = &Grid> {
        let planar = &self.edition.planar;
        let above = |grid: &&Grid| Some(planar.grid(planar.find(grid.parent.as_deref()?)?));
        std::iter::successors(Some(planar.grid(id)), above).take(Tier::ALL.len())
    }

    fn smallest_first(&self, owners: &Owners) -> impl Iterator<Item = &Grid> {
        let [one, two, three] = owners.0;
        [three, two, one].into_iter().flatten().map(|id| self.edition.planar.grid(id))
    }
}
