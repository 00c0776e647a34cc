//! The process or PostgreSQL killed at one moment after the other of an import, a publication, a rollback and a copy: the
//! store holds all of it or nothing, and what was there before is still there.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use gridward::domain::edition::{EditionInfo, EditionState};
use gridward::store::Store;

use crate::cli::{Desk, lines, town};
use crate::contract::suite;
use crate::stores::{Cluster, TestStore};

const GRIDS: usize = 1_200;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Found {
    Untouched,
    Done,
}

/// Who is killed.
#[derive(Clone, Copy)]
enum Victim<'a> {
    Process,
    Database(&'a Cluster),
}

impl Victim<'_> {
    /// Runs the command again and again, each time with a little longer to live, until it is done. Looks at the store each time.
    fn killed(self, desk: &Desk, command: &str, found: impl Fn() -> Found) {
        let start = Instant::now();
        let (first, factor) = match self {
            Victim::Process => (Duration::from_millis(5), 1.3),
            Victim::Database(_) => (Duration::from_millis(8), 2.0),
        };
        let (mut delay, mut killed) = (first, 0);
        loop {
            assert_eq!(found(), Found::Untouched, "{command}: before");
            let mut process = desk.command(command).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(delay);
            let went_on = process.try_wait().unwrap().is_none();
            let succeeded = self.strike(&mut process);
            killed += usize::from(went_on);
            let now = found();
            assert!(!succeeded || now == Found::Done, "{command}: it said that it was done");
            if now == Found::Done {
                println!("{command}: killed {killed} times, the last after {delay:?}");
                assert!(killed >= 3, "{command}: the kills come too late to prove anything");
                return;
            }
            delay = delay.mul_f64(factor);
            assert!(start.elapsed() < Duration::from_secs(300), "{command}: it is never done");
        }
    }
}

impl Victim<'_> {
    /// Of a command that is over in a moment and can be repeated: each time that it is done, there is one more of what it adds.
    fn killed_in_a_moment(self, desk: &Desk, command: &str, count: impl Fn() -> usize) {
        let (mut killed, mut done) = (0, 0);
        while killed < 3 || done == 0 {
            // A little longer to live each time, until it is done.
            let mut delay = Duration::from_millis(1);
            loop {
                let before = count();
                let mut process = desk.command(command).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                std::thread::sleep(delay);
                let succeeded = self.strike(&mut process);
                let added = count() - before;
                assert!(added == 1 || (added == 0 && !succeeded), "{command}: {added} added, succeeded: {succeeded}");
                killed += usize::from(!succeeded);
                delay = delay.mul_f64(1.5);
                if added == 1 {
                    break;
                }
            }
            done += 1;
            assert!(done < 40, "{command}: the kills come too late to prove anything");
        }
        println!("{command}: killed {killed} times, done {done} times");
    }

    /// Kills, and answers whether the process says that it was done before.
    fn strike(self, process: &mut Child) -> bool {
        match self {
            Victim::Process => process.kill().unwrap(),
            Victim::Database(cluster) => cluster.crash(),
        }
        let status = process.wait().unwrap();
        if let Victim::Database(cluster) = self {
            cluster.start_again();
        }
        status.success()
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Opens the store as the next process would.
fn look<T>(place: &TestStore, at: impl AsyncFnOnce(&dyn Store) -> T) -> T {
    block_on(async {
        let store = place.open().await;
        let seen = at(&*store).await;
        store.close().await;
        seen
    })
}

async fn edition(store: &dyn Store, name: &str) -> Option<EditionInfo> {
    store.editions().await.unwrap().into_iter().find(|info| info.name == name)
}

fn every_step(place: &TestStore, copies: &dyn Fn() -> TestStore, victim: Victim<'_>) {
    let desk = Desk::on(place.url());
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition spring --publish").ended(0);
    desk.run(&format!("generate --grids {GRIDS} -o large.geojsonl")).ended(0);
    let spring = look(place, async |store| store.grids(edition(store, "spring").await.unwrap().id).await.unwrap());

    victim.killed(&desk, "import large.geojsonl --edition large", || {
        look(place, async |store| match edition(store, "large").await {
            None => Found::Untouched,
            Some(info) => {
                assert_eq!(info.state, EditionState::Draft);
                assert!(store.draft_features(info.id).await.unwrap().len() >= GRIDS);
                Found::Done
            }
        })
    });
    victim.killed(&desk, "publish large", || {
        look(place, async |store| {
            let info = edition(store, "large").await.unwrap();
            let grids = store.grids(info.id).await.unwrap().len();
            let features = store.draft_features(info.id).await.unwrap().len();
            let publications = store.publications().await.unwrap();
            match info.state {
                EditionState::Draft => {
                    assert!(grids == 0 && features >= GRIDS && publications.len() == 1);
                    Found::Untouched
                }
                EditionState::Published => {
                    assert!(grids >= GRIDS && features == 0);
                    assert_eq!(publications.last().map(|last| (publications.len(), last.edition)), Some((2, info.id)));
                    Found::Done
                }
            }
        })
    });
    victim
        .killed_in_a_moment(&desk, "rollback", || look(place, async |store| store.publications().await.unwrap().len()));
    let same = look(place, async |store| {
        suite::replace_roster(store).await;
        store.grids(edition(store, "spring").await.unwrap().id).await.unwrap()
    });
    assert_eq!(same, spring, "what was published is as it was");

    let target = copies();
    let command = format!("copy --from {} --to {}", place.url(), target.url());
    victim.killed(&desk, &command, || {
        look(&target, async |store| {
            let editions = store.editions().await.unwrap();
            let rosters = store.rosters().await.unwrap().len();
            let publications = store.publications().await.unwrap().len();
            if editions.is_empty() {
                assert_eq!((rosters, publications), (0, 0));
                return Found::Untouched;
            }
            assert_eq!((editions.len(), rosters), (2, 1));
            assert!(publications >= 3);
            assert_eq!(store.grids(editions[0].id).await.unwrap(), spring);
            assert!(store.grids(editions[1].id).await.unwrap().len() >= GRIDS);
            Found::Done
        })
    });
}

#[test]
fn a_process_killed_at_every_step_on_a_file() {
    every_step(&TestStore::embedded(), &TestStore::postgis, Victim::Process);
}

#[test]
fn a_process_killed_at_every_step_on_postgis() {
    every_step(&TestStore::postgis(), &TestStore::embedded, Victim::Process);
}

#[test]
fn postgresql_killed_at_every_step() {
    let cluster = Cluster::start();
    every_step(&cluster.database(), &|| cluster.database(), Victim::Database(&cluster));
}
