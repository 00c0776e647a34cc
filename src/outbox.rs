//! HEARING: the events of the store, read once in a process and handed to all who wait for them. May use: domain, store.
//!
//! One task follows the outbox, told by the store and by looking each second; the latest events stay in memory, and who is
//! further behind reads the store.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::sync::watch;

use crate::domain::report::Event;
use crate::store::{Store, StoreResult};

/// How often the store is asked when it says nothing.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Events that stay in memory.
const MAX_RECENT: usize = 4_096;
/// Events read from the store at a time.
const PAGE: u32 = 500;

/// Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Outbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Arc<dyn Store>,
    /// The number of the last event that is known; none before the store was first read.
    last: watch::Sender<Option<i64>>,
    /// Whether nobody is told any more.
    closed: watch::Sender<bool>,
    /// One after the other without a gap, up to the last one that is known.
    recent: Mutex<VecDeque<Arc<Event>>>,
    following: Mutex<bool>,
}

impl Outbox {
    pub fn new(store: Arc<dyn Store>) -> Outbox {
        Outbox(Arc::new(Inner {
            store,
            last: watch::Sender::new(None),
            closed: watch::Sender::new(false),
            recent: Mutex::default(),
            following: Mutex::default(),
        }))
    }

    /// Events after a number, in order: those that are there, at least one unless there is none.
    pub async fn after(&self, number: i64) -> StoreResult<Vec<Arc<Event>>> {
        if let Some(known) = self.0.recent_after(number) {
            return Ok(known);
        }
        Ok(self.0.store.events(number, PAGE).await?.into_iter().map(Arc::new).collect())
    }

    /// Waits until there may be events after a number, or nobody is told any more. Has to be called within a runtime.
    pub async fn until_after(&self, number: i64) {
        self.follow();
        let (mut last, mut closed) = (self.0.last.subscribe(), self.0.closed.subscribe());
        tokio::select! {
            // An error means that the sender is gone, which this holds.
            _ = last.wait_for(|last| last.is_some_and(|last| last > number)) => {}
            _ = closed.wait_for(|closed| *closed) => {}
        }
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.store
    }

    /// Whoever waits goes.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    pub fn is_closed(&self) -> bool {
        *self.0.closed.borrow()
    }

    fn follow(&self) {
        let mut following = self.0.following.lock().expect("nothing panics while it holds this lock");
        if !*following {
            *following = true;
            tokio::spawn(follow(Arc::downgrade(&self.0), self.0.store.clone()));
        }
    }
}

/// Until nobody holds the outbox any more.
async fn follow(inner: Weak<Inner>, store: Arc<dyn Store>) {
    while let Some(outbox) = inner.upgrade() {
        match outbox.look().await {
            // There may be more than were read at a time.
            Ok(count) if count == PAGE as usize => continue,
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "the outbox cannot be read; it is tried again"),
        }
        drop(outbox);
        let _ = tokio::time::timeout(LOOK_INTERVAL, store.events_changed()).await;
    }
}

impl Inner {
    /// Reads what is new; how many that were.
    async fn look(&self) -> StoreResult<usize> {
        let Some(known) = *self.last.borrow() else {
            let last = self.store.last_event().await?;
            self.last.send_replace(Some(last));
            return Ok(0);
        };
        let new = self.store.events(known, PAGE).await?;
        let Some(last) = new.last().map(|event| event.number) else { return Ok(0) };
        let count = new.len();
        {
            let mut recent = self.recent.lock().expect("nothing panics while it holds this lock");
            recent.extend(new.into_iter().map(Arc::new));
            let too_many = recent.len().saturating_sub(MAX_RECENT);
            recent.drain(..too_many);
        }
        self.last.send_replace(Some(last));
        Ok(count)
    }

    /// `None` where the memory does not reach back so far.
    fn recent_after(&self, number: i64) -> Option<Vec<Arc<Event>>> {
        let recent = self.recent.lock().expect("nothing panics while it holds this lock");
        let first = recent.front()?.number;
        let at = usize::try_from(number + 1 - first).ok()?;
        (at < recent.len()).then(|| recent.range(at..).take(PAGE as usize).cloned().collect())
    }
}
