//! The roster, found by grid code.

use rustc_hash::FxHashMap;

use crate::domain::roster::RosterEntry;

/// A roster, found by grid code.
#[derive(Debug, Default)]
pub struct Roster {
    by_grid: FxHashMap<String, RosterEntry>,
}

impl Roster {
    pub fn new(entries: Vec<RosterEntry>) -> Roster {
        Roster { by_grid: entries.into_iter().map(|entry| (entry.grid.clone(), entry)).collect() }
    }

    pub fn of(&self, grid_code: &str) -> Option<&RosterEntry> {
        self.by_grid.get(grid_code)
    }
}
