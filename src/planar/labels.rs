//! Sets of grids as small numbers: what covers a face, and what changes across an edge.

use rustc_hash::FxHashMap;

/// An interned set of grid numbers. Equal sets have equal handles within one [`LabelSets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LabelSet(u32);

/// The sets in use. Crossing an edge toggles membership, so sets combine by symmetric difference.
#[derive(Debug)]
pub struct LabelSets {
    sets: Vec<Box<[u32]>>,
    known: FxHashMap<Box<[u32]>, LabelSet>,
    combined: FxHashMap<(LabelSet, LabelSet), LabelSet>,
}

impl Default for LabelSets {
    fn default() -> Self {
        let mut sets = LabelSets { sets: Vec::new(), known: FxHashMap::default(), combined: FxHashMap::default() };
        sets.intern(&[]);
        sets
    }
}

impl LabelSets {
    /// The set without members.
    pub const EMPTY: LabelSet = LabelSet(0);

    /// The set of the given numbers; one given twice cancels itself.
    pub fn of(&mut self, members: impl IntoIterator<Item = u32>) -> LabelSet {
        let mut sorted: Vec<u32> = members.into_iter().collect();
        sorted.sort_unstable();
        let mut odd: Vec<u32> = Vec::with_capacity(sorted.len());
        for member in sorted {
            if odd.last() == Some(&member) {
                odd.pop();
            } else {
                odd.push(member);
            }
        }
        self.intern(&odd)
    }

    /// What is in exactly one of the two.
    pub fn toggle(&mut self, a: LabelSet, b: LabelSet) -> LabelSet {
        if a == Self::EMPTY {
            return b;
        }
        if b == Self::EMPTY {
            return a;
        }
        let key = if a < b { (a, b) } else { (b, a) };
        if let Some(&known) = self.combined.get(&key) {
            return known;
        }
        let both: Vec<u32> = self.members(a).iter().chain(self.members(b)).copied().collect();
        let set = self.of(both);
        self.combined.insert(key, set);
        set
    }

    /// In ascending order.
    pub fn members(&self, set: LabelSet) -> &[u32] {
        &self.sets[set.0 as usize]
    }

    fn intern(&mut self, members: &[u32]) -> LabelSet {
        if let Some(&known) = self.known.get(members) {
            return known;
        }
        let set = LabelSet(u32::try_from(self.sets.len()).expect("fewer than 2^32 sets of grids"));
        self.sets.push(members.into());
        self.known.insert(members.into(), set);
        set
    }
}
