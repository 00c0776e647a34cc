//! MEETING: the snapshot in force, swapped atomically; it follows the store. May use: domain, planar, index, store.
//!
//! The old snapshot serves until the new one is whole, and a reload that fails changes nothing but a metric, a log line
//! and [`Live::status`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use time::{Date, OffsetDateTime};
use tokio::sync::{OnceCell, Semaphore};

use crate::domain::codes::{CodeHistory, Lead};
use crate::domain::edition::{EditionId, EditionInfo, EditionState, Publication, in_force};
use crate::domain::roster::{CHINA, RosterEntry, next_change};
use crate::domain::rules::KeptRules;
use crate::index::edition_map::EditionMap;
use crate::index::roster::Roster;
use crate::index::snapshot::Snapshot;
use crate::planar::build::build;
use crate::planar::map::PlanarMap;
use crate::store::{KeptRoster, Store, StoreError, StoreResult};

/// How often a server asks the store whether anything changed.
pub const FOLLOW_INTERVAL: Duration = Duration::from_secs(1);

/// Editions kept ready besides the one in force, for `at` and for tiles of a named edition.
const MAX_READY_EDITIONS: usize = 4;

/// Editions besides the one in force that are built at the same time; who asks for a further one waits.
const MAX_BUILDS: usize = 2;

/// Whether a build waits while others go on. What comes into force does not.
#[derive(Clone, Copy)]
enum Turn {
    AtOnce,
    InTurn,
}

/// Rosters kept ready besides the one in force, for `at`.
const MAX_READY_ROSTERS: usize = 4;

/// Rosters as they stood on a day, kept for `at`: a map asks for the same day with every tile.
const MAX_READY_DAYS: usize = 8;

/// A roster by its number in the store, which counts from 1; 0 where there is none.
type ReadyRoster = (i64, Arc<Vec<RosterEntry>>);

/// A roster by its number and the day in China: terms begin and end with days.
type ReadyDay = ((i64, Date), Arc<Roster>);

type Cell = Arc<OnceCell<Arc<EditionMap>>>;

/// What a process answers from.
#[derive(Debug)]
pub struct Live {
    store: Arc<dyn Store>,
    current: ArcSwapOption<Snapshot>,
    known: Mutex<Known>,
    /// Recently used editions, the latest last; each is built once, whoever else asks waits.
    ready: Mutex<Vec<(EditionInfo, Cell)>>,
    building: Semaphore,
    /// Recently used rosters, the latest last. They are never changed.
    ready_rosters: Mutex<Vec<ReadyRoster>>,
    ready_days: Mutex<Vec<ReadyDay>>,
    /// One reload at a time.
    reloading: tokio::sync::Mutex<()>,
}

/// What the last look at the store showed.
#[derive(Debug, Default)]
struct Known {
    revision: Option<i64>,
    publications: Arc<Vec<Publication>>,
    rosters: Arc<Vec<KeptRoster>>,
    /// The next moment from which another roster holds, or other people of this one serve, as the rosters stood then.
    next_roster_change: Option<OffsetDateTime>,
    /// What became of the codes of all editions, and what the editions are called.
    codes: Arc<CodeHistory>,
    names: Arc<HashMap<EditionId, String>>,
    rules: Option<Arc<KeptRules>>,
    last_error: Option<String>,
}

/// How things stand, for `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Name of the edition in force; `None` when nothing is.
    pub edition: Option<String>,
    /// The store's revision that is served.
    pub revision: Option<i64>,
    /// Why the last look at the store failed, for operators; `None` when it did not.
    pub last_error: Option<String>,
}

impl Live {
    /// Loads what is in force now; an error when the store cannot be read.
    pub async fn open(store: Arc<dyn Store>) -> StoreResult<Arc<Live>> {
        let live = Live::waiting(store);
        live.refresh().await?;
        Ok(live)
    }

    /// Knows nothing yet: what is in force is there after the first [`Live::refresh`] that succeeds.
    pub fn waiting(store: Arc<dyn Store>) -> Arc<Live> {
        Arc::new(Live {
            store,
            current: ArcSwapOption::empty(),
            known: Mutex::default(),
            ready: Mutex::default(),
            building: Semaphore::new(MAX_BUILDS),
            ready_rosters: Mutex::default(),
            ready_days: Mutex::default(),
            reloading: tokio::sync::Mutex::default(),
        })
    }

    /// The edition and the roster in force, to be taken once a request.
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.current.load().as_deref().cloned()
    }

    /// The edition and the roster that were in force at a time.
    pub async fn at(&self, at: OffsetDateTime) -> StoreResult<Option<Snapshot>> {
        let (publications, rosters) = {
            let known = self.known();
            if known.revision.is_none() {
                return Err(StoreError::Unavailable("it has not been read yet".into()));
            }
            (known.publications.clone(), known.rosters.clone())
        };
        let Some(edition) = in_force(&publications, at) else { return Ok(None) };
        let roster = self.roster_at(&rosters, at).await?;
        Ok(Some(Snapshot::new(self.edition_by_id(edition, Turn::InTurn).await?, roster)))
    }

    /// An edition with a roster as that stood at a time: what was decided from then. `None` where the store has not got the
    /// edition.
    pub async fn as_of(&self, edition: &str, roster: Option<i64>, at: OffsetDateTime) -> StoreResult<Option<Snapshot>> {
        let Some(edition) = self.edition(edition).await? else { return Ok(None) };
        let roster = match roster {
            Some(number) => as_it_stands(&self.entries_of(number).await?, at),
            None => Roster::default(),
        };
        Ok(Some(Snapshot::new(edition, Arc::new(roster))))
    }

    /// The rules in force; `None` where the store has kept none yet.
    pub fn rules(&self) -> Option<Arc<KeptRules>> {
        self.known().rules.clone()
    }

    /// The grids of a snapshot's edition that a code leads to which it does not have, the largest share first, each with
    /// the name of the edition in which the code went.
    pub fn leads(&self, snapshot: &Snapshot, code: &str) -> Vec<(Lead, String)> {
        let (codes, names) = {
            let known = self.known();
            (known.codes.clone(), known.names.clone())
        };
        let planar = &snapshot.edition.planar;
        let leads = codes.leads(code, snapshot.edition.info.id, |code| planar.find(code).is_some());
        let named = |lead: Lead| {
            let name = names.get(&lead.since).cloned().unwrap_or_default();
            (lead, name)
        };
        leads.into_iter().map(named).collect()
    }

    /// The published edition of that name; `None` when there is none.
    pub async fn edition(&self, name: &str) -> StoreResult<Option<Arc<EditionMap>>> {
        if let Some(snapshot) = self.snapshot()
            && snapshot.edition.info.name == name
        {
            return Ok(Some(snapshot.edition));
        }
        match self.info(name).await? {
            Some(info) if info.state == EditionState::Published => self.build(info, Turn::InTurn).await.map(Some),
            _ => Ok(None),
        }
    }

    /// The edition of that name, a draft as publishing would make it if every error were accepted; `None` when there is
    /// none. Who may look at a draft is not asked here.
    pub async fn edition_or_draft(&self, name: &str) -> StoreResult<Option<Arc<EditionMap>>> {
        if let Some(edition) = self.edition(name).await? {
            return Ok(Some(edition));
        }
        match self.info(name).await? {
            Some(info) => self.build(info, Turn::InTurn).await.map(Some),
            None => Ok(None),
        }
    }

    /// The edition or draft of that name with the roster of now, to be compared with another.
    pub async fn side(&self, name: &str) -> StoreResult<Option<Snapshot>> {
        let Some(edition) = self.edition_or_draft(name).await? else { return Ok(None) };
        let roster = match self.snapshot() {
            Some(snapshot) => snapshot.roster,
            None => {
                let now = OffsetDateTime::now_utc();
                Arc::new(Roster::at(self.store.roster(now).await?, now))
            }
        };
        Ok(Some(Snapshot::new(edition, roster)))
    }

    /// What is known of the edition of that name. A published one stays as it is, a draft is looked at anew.
    async fn info(&self, name: &str) -> StoreResult<Option<EditionInfo>> {
        let is_it = |info: &EditionInfo| info.name == name && info.state == EditionState::Published;
        let ready = self.ready().iter().find(|(info, _)| is_it(info)).map(|(info, _)| info.clone());
        match ready {
            Some(info) => Ok(Some(info)),
            None => match self.store.edition(name).await {
                Ok(info) => Ok(Some(info)),
                Err(StoreError::NoSuchEdition(_)) => Ok(None),
                Err(error) => Err(error),
            },
        }
    }

    /// The store behind it.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    pub fn status(&self) -> Status {
        let known = self.known();
        Status {
            edition: self.snapshot().map(|snapshot| snapshot.edition.info.name.clone()),
            revision: known.revision,
            last_error: known.last_error.clone(),
        }
    }

    /// Looks at the store, and where something changed builds the new snapshot and swaps it in. Answers whether it did.
    pub async fn refresh(&self) -> StoreResult<bool> {
        let _one_at_a_time = self.reloading.lock().await;
        let outcome = self.reload_if_changed().await;
        match &outcome {
            Ok(changed) => {
                self.known().last_error = None;
                if *changed {
                    metrics::counter!("gridward_reloads_total").increment(1);
                }
            }
            Err(error) => {
                metrics::counter!("gridward_reload_failures_total").increment(1);
                let text = error.to_string();
                let mut known = self.known();
                if known.last_error.as_ref() != Some(&text) {
                    tracing::error!(%error, "the store could not be followed; what was in force stays in force here");
                }
                known.last_error = Some(text);
            }
        }
        outcome
    }

    /// Refreshes again and again until `stop` is done.
    pub async fn follow(self: Arc<Self>, interval: Duration, stop: impl Future<Output = ()>) {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = ticks.tick() => {}
                () = self.store.changed() => {}
            }
            // What went wrong is logged and kept in the status.
            let _ = self.refresh().await;
        }
    }

    async fn reload_if_changed(&self) -> StoreResult<bool> {
        let now = OffsetDateTime::now_utc();
        // Asked before anything is read: what changes meanwhile is found by the next look.
        let revision = self.store.revision().await?;
        let serving = self.current.load().as_ref().map(|snapshot| snapshot.edition.info.id);
        let unchanged = {
            let known = self.known();
            // The clock alone can put an edition or a roster in force.
            known.revision == Some(revision)
                && in_force(&known.publications, now) == serving
                && known.next_roster_change.is_none_or(|from| now < from)
        };
        if unchanged {
            return Ok(false);
        }
        let publications = Arc::new(self.store.publications().await?);
        let rosters = Arc::new(self.store.rosters().await?);
        let next_roster = rosters.iter().map(|roster| roster.in_force_from).filter(|&from| from > now).min();
        let entries = self.entries(&rosters, now).await?;
        let next_roster_change = next_roster.into_iter().chain(next_change(&entries.1, now)).min();
        let codes = Arc::new(CodeHistory::new(self.store.code_changes().await?, &publications));
        let names = self.store.editions().await?.into_iter().map(|info| (info.id, info.name)).collect();
        let rules = self.store.rules().await?.map(Arc::new);
        let next = match in_force(&publications, now) {
            None => None,
            Some(edition) => {
                let roster = Arc::new(as_it_stands(&entries, now));
                Some(Arc::new(Snapshot::new(self.edition_by_id(edition, Turn::AtOnce).await?, roster)))
            }
        };
        if let Some(snapshot) = &next {
            tracing::info!(edition = snapshot.edition.info.name, revision, "in force");
        }
        self.current.store(next);
        let mut known = self.known();
        (known.revision, known.publications, known.rosters) = (Some(revision), publications, rosters);
        known.next_roster_change = next_roster_change;
        (known.codes, known.names, known.rules) = (codes, Arc::new(names), rules);
        Ok(true)
    }

    /// The roster in force at a time, as it stood on that day.
    async fn roster_at(&self, rosters: &[KeptRoster], at: OffsetDateTime) -> StoreResult<Arc<Roster>> {
        let Some(kept) = begun(rosters, at) else { return Ok(Arc::default()) };
        let day = (kept.number, at.to_offset(CHINA).date());
        if let Some((_, ready)) = self.ready_days().iter().find(|(known, _)| *known == day) {
            return Ok(ready.clone());
        }
        let entries = self.entries(rosters, at).await?;
        let made = tokio::task::spawn_blocking(move || Arc::new(as_it_stands(&entries, at)));
        let made = made.await.map_err(|failed| StoreError::Damaged(failed.to_string()))?;
        let mut ready = self.ready_days();
        if ready.len() >= MAX_READY_DAYS {
            ready.remove(0);
        }
        ready.push((day, made.clone()));
        Ok(made)
    }

    /// The entries of the roster in force at a time.
    async fn entries(&self, rosters: &[KeptRoster], at: OffsetDateTime) -> StoreResult<ReadyRoster> {
        match begun(rosters, at) {
            Some(roster) => self.entries_of(roster.number).await,
            None => Ok((0, Arc::default())),
        }
    }

    async fn entries_of(&self, roster: i64) -> StoreResult<ReadyRoster> {
        let found = self.ready_rosters().iter().find(|(number, _)| *number == roster).cloned();
        let entry = match found {
            Some(entry) => entry,
            None => (roster, Arc::new(self.store.roster_by_number(roster).await?)),
        };
        let mut ready = self.ready_rosters();
        ready.retain(|(number, _)| *number != roster);
        if ready.len() >= MAX_READY_ROSTERS {
            ready.remove(0);
        }
        ready.push(entry.clone());
        Ok(entry)
    }

    async fn edition_by_id(&self, id: EditionId, turn: Turn) -> StoreResult<Arc<EditionMap>> {
        if let Some(snapshot) = self.snapshot()
            && snapshot.edition.info.id == id
        {
            return Ok(snapshot.edition);
        }
        // One that was looked at as a draft was another then.
        let is_it = |info: &EditionInfo| info.id == id && info.state == EditionState::Published;
        let ready = self.ready().iter().find(|(info, _)| is_it(info)).map(|(info, _)| info.clone());
        let info = match ready {
            Some(info) => info,
            None => {
                let all = self.store.editions().await?;
                let found = all.into_iter().find(|info| info.id == id);
                found.ok_or_else(|| {
                    StoreError::Damaged(format!("a publication of edition number {}, which is not there", id.0))
                })?
            }
        };
        self.build(info, turn).await
    }

    /// The edition, ready to answer; built at most once while it is among those kept, however many ask.
    async fn build(&self, info: EditionInfo, turn: Turn) -> StoreResult<Arc<EditionMap>> {
        let cell = {
            let mut ready = self.ready();
            // A draft that was published meanwhile is another edition: what is known of it is.
            let is_it = |known: &EditionInfo| known.id == info.id && known.state == info.state;
            let entry = match ready.iter().position(|(known, _)| is_it(known)) {
                Some(at) => ready.remove(at),
                None => (info.clone(), Cell::default()),
            };
            if ready.len() >= MAX_READY_EDITIONS {
                ready.remove(0);
            }
            ready.push(entry.clone());
            entry.1
        };
        let built = cell
            .get_or_try_init(|| async {
                // Only those who build wait here: what is ready is answered at once.
                let _turn = match turn {
                    Turn::AtOnce => None,
                    Turn::InTurn => Some(self.building.acquire().await.expect("nobody closes the turns")),
                };
                self.built(info).await
            })
            .await?;
        Ok(built.clone())
    }

    async fn built(&self, info: EditionInfo) -> StoreResult<Arc<EditionMap>> {
        let damaged = |name: &str, error| StoreError::Damaged(format!("edition `{name}`: {error}"));
        let building = match info.state {
            EditionState::Published => {
                let features = self.store.grids(info.id).await?;
                tokio::task::spawn_blocking(move || {
                    let planar = PlanarMap::from_partition(features).map_err(|error| damaged(&info.name, error))?;
                    Ok(Arc::new(EditionMap::new(info, planar)))
                })
            }
            EditionState::Draft => {
                let features = self.store.draft_features(info.id).await?;
                if features.is_empty() && info.counts.0 != [0; 3] {
                    // Not an edition without grids, and not to be compared as one.
                    let message = format!("draft `{}` was published or discarded just now", info.name);
                    return Err(StoreError::Unavailable(message));
                }
                tokio::task::spawn_blocking(move || {
                    let partition = build(&features, &[]).partition;
                    let planar = PlanarMap::from_partition(partition).map_err(|error| damaged(&info.name, error))?;
                    Ok(Arc::new(EditionMap::new(info, planar)))
                })
            }
        };
        building.await.unwrap_or_else(|failed| Err(StoreError::Damaged(failed.to_string())))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().expect("nothing panics while it holds this lock")
    }

    fn ready(&self) -> std::sync::MutexGuard<'_, Vec<(EditionInfo, Cell)>> {
        self.ready.lock().expect("nothing panics while it holds this lock")
    }

    fn ready_days(&self) -> std::sync::MutexGuard<'_, Vec<ReadyDay>> {
        self.ready_days.lock().expect("nothing panics while it holds this lock")
    }

    fn ready_rosters(&self) -> std::sync::MutexGuard<'_, Vec<ReadyRoster>> {
        self.ready_rosters.lock().expect("nothing panics while it holds this lock")
    }
}

/// The roster in force at a time: of several from the same moment the last recorded counts.
fn begun(rosters: &[KeptRoster], at: OffsetDateTime) -> Option<&KeptRoster> {
    rosters.iter().filter(|roster| roster.in_force_from <= at).max_by_key(|roster| roster.in_force_from)
}

fn as_it_stands((number, entries): &ReadyRoster, at: OffsetDateTime) -> Roster {
    let roster = Roster::at(entries.to_vec(), at);
    if *number == 0 { roster } else { roster.numbered(*number) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Reading, demo, edition};

    #[tokio::test]
    async fn a_draft_that_is_published_while_it_is_looked_at_is_not_taken_for_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let store = crate::store::open(&format!("sqlite:{}", folder.path().join("town.gpkg").display())).await.unwrap();
        let live = Live::waiting(store.clone());
        let mut reading = Reading::default();
        reading.read_geojson("town", demo::GRIDS);
        let mut checked = edition::check(reading, false, &[], Vec::new()).await;
        let draft = edition::save_draft(&*store, None, String::new(), &mut checked).await.unwrap();
        assert!(live.built(draft.clone()).await.is_ok());
        edition::publish(&*store, &draft.name, None, &[]).await.unwrap();
        assert!(matches!(live.built(draft).await, Err(StoreError::Unavailable(_))));
        store.close().await;
    }
}
