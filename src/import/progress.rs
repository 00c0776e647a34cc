//! How far long work is, and whether it is to end: one handle for whoever works, and for whoever watches or stops it.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::planar::stop::StopFlag;
pub use crate::planar::stop::Stopped;

/// What is being done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    #[default]
    Waiting,
    /// Bytes of files, or features of the store.
    Reading,
    /// Repairing, checking and building.
    Checking,
    Storing,
}

impl Stage {
    const ALL: [Stage; 4] = [Stage::Waiting, Stage::Reading, Stage::Checking, Stage::Storing];

    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Waiting => "waiting",
            Stage::Reading => "reading",
            Stage::Checking => "checking",
            Stage::Storing => "storing",
        }
    }
}

/// Cheap to clone; clones share everything. One of its own is watched by nobody.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    stage: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
    stop: StopFlag,
}

impl Default for Shared {
    fn default() -> Shared {
        Shared { stage: AtomicU8::new(0), done: AtomicU64::new(0), total: AtomicU64::new(0), stop: StopFlag::new() }
    }
}

impl Progress {
    /// From now on this is done, in so many units of any size; 0 where the work says by its stop flag how far it is.
    pub fn begin(&self, stage: Stage, total: u64) {
        let number = Stage::ALL.iter().position(|&known| known == stage).expect("all stages are listed");
        self.0.done.store(0, Ordering::Relaxed);
        self.0.stop.begin();
        self.0.total.store(total, Ordering::Relaxed);
        self.0.stage.store(number as u8, Ordering::Relaxed);
    }

    /// So many units more are done.
    pub fn advance(&self, units: u64) {
        self.0.done.fetch_add(units, Ordering::Relaxed);
    }

    /// The stage, and how much of it is done, 0 to 1.
    pub fn seen(&self) -> (Stage, f64) {
        let stage = Stage::ALL[usize::from(self.0.stage.load(Ordering::Relaxed))];
        let (done, total) = (self.0.done.load(Ordering::Relaxed), self.0.total.load(Ordering::Relaxed));
        let share = if total == 0 { self.0.stop.done() } else { done as f64 / total as f64 };
        (stage, share.min(1.0))
    }

    /// Asks whoever works to end at the next good place.
    pub fn stop(&self) {
        self.0.stop.set();
    }

    pub fn is_stopped(&self) -> bool {
        self.0.stop.is_set()
    }

    /// An error once the work is to end: for `?` between its steps.
    pub fn go_on(&self) -> Result<(), Stopped> {
        self.0.stop.go_on()
    }

    /// For work that knows nothing of stages.
    pub fn stop_flag(&self) -> &StopFlag {
        &self.0.stop
    }

    /// Counts what is read as units, and fails once the work is to end.
    pub fn watch<R: Read>(&self, bytes: R) -> Watched<R> {
        Watched { bytes, progress: self.clone() }
    }
}

/// Bytes that are counted as they are read.
#[derive(Debug)]
pub struct Watched<R> {
    bytes: R,
    progress: Progress,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.progress.go_on().map_err(io::Error::other)?;
        let length = self.bytes.read(buffer)?;
        self.progress.advance(length as u64);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_until_it_is_stopped() {
        let progress = Progress::default();
        assert_eq!(progress.seen(), (Stage::Waiting, 0.0));
        progress.begin(Stage::Reading, 8);
        let mut bytes = progress.watch(&[7u8; 8][..]);
        let mut buffer = [0; 2];
        bytes.read_exact(&mut buffer).unwrap();
        assert_eq!(progress.clone().seen(), (Stage::Reading, 0.25));
        progress.stop();
        assert_eq!(bytes.read(&mut buffer).unwrap_err().to_string(), Stopped.to_string());
        assert_eq!(progress.go_on(), Err(Stopped));
    }
}
