//! Whether long work is still wanted: whoever works looks often, and whoever waits may ask for the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Cheap to clone and to look at; clones share it. The default is one that nobody can set.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Option<Arc<AtomicBool>>);

/// Whoever works was told to end; nothing was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this was ended before it was done, and nothing was kept")]
pub struct Stopped;

impl StopFlag {
    /// One that can be set.
    pub fn new() -> StopFlag {
        StopFlag(Some(Arc::default()))
    }

    /// Asks whoever works to end at the next good place.
    pub fn set(&self) {
        if let Some(flag) = &self.0 {
            flag.store(true, Ordering::Relaxed);
        }
    }

    pub fn is_set(&self) -> bool {
        self.0.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// An error once the work is to end: for `?` in its loops and between its steps.
    pub fn go_on(&self) -> Result<(), Stopped> {
        if self.is_set() { Err(Stopped) } else { Ok(()) }
    }
}

/// Does work that nobody can stop.
pub(crate) fn unstopped<T>(work: impl FnOnce(&StopFlag) -> Result<T, Stopped>) -> T {
    work(&StopFlag::default()).expect("nobody can set this flag")
}
