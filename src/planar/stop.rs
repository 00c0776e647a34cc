//! Whether long work is still wanted, and how far it is: whoever works looks and says so often, whoever waits may ask for the
//! end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shares of the work are kept as whole numbers: so many are all of it.
const WHOLE: f64 = 1e9;

/// Cheap to clone and to look at; clones share it. The default is one that nobody can set and nobody watches.
#[derive(Clone, Debug, Default)]
pub struct StopFlag {
    shared: Option<Arc<Shared>>,
    /// The part of the whole that whoever holds this works on, 0 to 1.
    from: f64,
    to: f64,
}

#[derive(Debug, Default)]
struct Shared {
    is_set: AtomicBool,
    /// The share of the whole that is done, in parts of [`WHOLE`]. It never falls while one piece of work goes on.
    done: AtomicU64,
}

/// Whoever works was told to end; nothing was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this was ended before it was done, and nothing was kept")]
pub struct Stopped;

impl StopFlag {
    /// One that can be set.
    pub fn new() -> StopFlag {
        StopFlag { shared: Some(Arc::default()), from: 0.0, to: 1.0 }
    }

    /// Asks whoever works to end at the next good place.
    pub fn set(&self) {
        if let Some(shared) = &self.shared {
            shared.is_set.store(true, Ordering::Relaxed);
        }
    }

    pub fn is_set(&self) -> bool {
        self.shared.as_ref().is_some_and(|shared| shared.is_set.load(Ordering::Relaxed))
    }

    /// An error once the work is to end: for `?` in its loops and between its steps.
    pub fn go_on(&self) -> Result<(), Stopped> {
        if self.is_set() { Err(Stopped) } else { Ok(()) }
    }

    /// For a step of the work that is about this part of it: what the step says is done is a share of that part.
    pub(crate) fn part(&self, from: f64, to: f64) -> StopFlag {
        let within = |share: f64| self.from + (self.to - self.from) * share;
        StopFlag { shared: self.shared.clone(), from: within(from), to: within(to) }
    }

    /// For steps of which nobody knows how many there will be: each is given half of what the ones before it left.
    pub(crate) fn halves(&self) -> impl Iterator<Item = StopFlag> + use<> {
        let whole = self.clone();
        let starts = std::iter::successors(Some(0.0), |from| Some((from + 1.0) / 2.0));
        starts.map(move |from| whole.part(from, (from + 1.0) / 2.0))
    }

    /// The same as [`StopFlag::go_on`], in a loop that is at this one of so many.
    pub(crate) fn go_on_at(&self, done: usize, total: usize) -> Result<(), Stopped> {
        if let Some(shared) = &self.shared {
            let share = self.from + (self.to - self.from) * done as f64 / total.max(1) as f64;
            let done = (share * WHOLE) as u64;
            if done > shared.done.load(Ordering::Relaxed) {
                shared.done.store(done, Ordering::Relaxed);
            }
        }
        self.go_on()
    }

    /// The share of the whole that is done, 0 to 1.
    pub fn done(&self) -> f64 {
        self.shared.as_ref().map_or(0.0, |shared| shared.done.load(Ordering::Relaxed) as f64 / WHOLE)
    }

    /// Other work begins, of which nothing is done.
    pub fn begin(&self) {
        if let Some(shared) = &self.shared {
            shared.done.store(0, Ordering::Relaxed);
        }
    }
}

/// Does work that nobody can stop.
pub(crate) fn unstopped<T>(work: impl FnOnce(&StopFlag) -> Result<T, Stopped>) -> T {
    work(&StopFlag::default()).expect("nobody can set this flag")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_parts_say_how_far_the_whole_is_and_it_never_falls() {
        let whole = StopFlag::new();
        let second = whole.part(0.5, 1.0);
        second.go_on_at(1, 4).unwrap();
        assert_eq!(whole.done(), 0.625);
        second.part(0.5, 1.0).go_on_at(1, 2).unwrap();
        assert_eq!(second.done(), 0.875);
        whole.part(0.0, 0.5).go_on_at(1, 1).unwrap();
        assert_eq!(whole.done(), 0.875);
        let shares: Vec<f64> = whole.halves().take(3).map(|half| (half.to * 8.0).round()).collect();
        assert_eq!(shares, [4.0, 6.0, 7.0]);
        whole.begin();
        assert_eq!(second.done(), 0.0);
        second.set();
        assert_eq!(whole.go_on_at(9, 9), Err(Stopped));
        assert_eq!(StopFlag::default().part(0.2, 0.3).go_on_at(1, 2), Ok(()));
    }
}
