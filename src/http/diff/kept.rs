//! Comparisons that were made lately; an edition never changes, so neither do they.

use std::sync::{Arc, Mutex};

use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::assign::compare::Comparison;
use crate::domain::edition::{EditionId, EditionState};
use crate::http::problem::Problem;
use crate::index::edition_map::EditionMap;
use crate::index::roster::Roster;
use crate::index::snapshot::Snapshot;

/// Comparisons kept; each holds its two editions and the strips between them.
const MAX_KEPT: usize = 4;

/// Comparisons made at the same time.
const MAX_MADE: usize = 2;

/// Requests that count reports at the same time: each reads the store for up to seconds.
const MAX_COUNTED: usize = 2;

type Pair = [(EditionId, EditionState); 2];
type Cell = Arc<OnceCell<Arc<Comparison>>>;

/// Recently used comparisons, the latest last; each is made once, whoever else asks waits.
#[derive(Debug)]
pub(crate) struct Comparisons {
    kept: Mutex<Vec<(Pair, Cell)>>,
    turns: Semaphore,
    counts: Arc<Semaphore>,
}

impl Default for Comparisons {
    fn default() -> Comparisons {
        Comparisons {
            kept: Mutex::default(),
            turns: Semaphore::new(MAX_MADE),
            counts: Arc::new(Semaphore::new(MAX_COUNTED)),
        }
    }
}

impl Comparisons {
    /// The comparison of two editions, with this roster on both sides.
    pub(crate) async fn of(
        self: &Arc<Self>,
        old: Arc<EditionMap>,
        new: Arc<EditionMap>,
        roster: Arc<Roster>,
    ) -> Result<Arc<Comparison>, Problem> {
        let pair = [&old, &new].map(|edition| (edition.info.id, edition.info.state));
        let cell = self.cell(pair);
        let (all, sides) = (Arc::clone(self), [old, new].map(|edition| Snapshot::new(edition, roster.clone())));
        // In a task of its own: it goes on when the request is given up, and the next one has it.
        let making = tokio::spawn(async move {
            cell.get_or_try_init(|| async {
                let _turn = all.turns.acquire().await.map_err(Problem::internal)?;
                let [old, new] = sides;
                let made = tokio::task::spawn_blocking(move || Comparison::of(old, new)).await;
                Ok::<_, Problem>(Arc::new(made.map_err(Problem::internal)?))
            })
            .await
            .cloned()
        });
        let made = making.await.map_err(Problem::internal)??;
        // The roster may be another one by now.
        Ok(if Arc::ptr_eq(&made.old.roster, &roster) { made } else { Arc::new(made.with_roster(roster)) })
    }

    /// A place to count reports, held while they are counted; `None` while all are taken.
    pub(super) fn place_to_count(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.counts).try_acquire_owned().ok()
    }

    fn cell(&self, pair: Pair) -> Cell {
        let mut kept = self.kept.lock().expect("nothing panics while it holds this lock");
        let entry = match kept.iter().position(|(known, _)| *known == pair) {
            Some(at) => kept.remove(at),
            None => (pair, Cell::default()),
        };
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        kept.push(entry.clone());
        entry.1
    }
}
