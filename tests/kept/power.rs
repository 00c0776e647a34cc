//! The power fails under the embedded store. What is simulated: between two acknowledged writes, the sectors of 512 bytes that
//! differ are on the disk or not, each by chance, as of a disk that was given them and not yet told to make them durable: first
//! those of the write-ahead log, with the file as it was; then, with the whole log, those that a checkpoint wrote into the file.
//! What is not: a disk that lies about what is durable.

use std::path::Path;
use std::process::Command;

use gridward::store::open;
use gridward::store::reports::ReportFilter;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::rounds;
use crate::contract::reports::{accepted, new};
use crate::stores::TestStore;

const SECTOR: usize = 512;
const FILE: &str = "town.gpkg";
const LOG: &str = "town.gpkg-wal";

/// The file and its log, byte by byte.
#[derive(Clone)]
struct Disk {
    file: Vec<u8>,
    log: Vec<u8>,
}

impl Disk {
    /// By a process of its own: whoever closes a file loses the locks that SQLite holds on it in the same process.
    fn of(folder: &Path) -> Disk {
        let read = |name: &str| {
            let output = Command::new("cat").arg(folder.join(name)).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        Disk { file: read(FILE), log: read(LOG) }
    }
}

/// The salts of a log: others when it begins anew.
const LOG_HEADER: usize = 32;

/// A log of which some sectors are there. Whoever begins it anew makes its header durable before anything else.
fn some_of_log(old: &[u8], new: &[u8], random: &mut Pcg64) -> Vec<u8> {
    let mut begun = old.to_vec();
    begun[..LOG_HEADER].copy_from_slice(&new[..LOG_HEADER]);
    some_of(&begun, new, random)
}

/// Of each sector that differs the old or the new one; what was written beyond the old end may be missing, or zeros.
fn some_of(old: &[u8], new: &[u8], random: &mut Pcg64) -> Vec<u8> {
    let mut mixed = old.to_vec();
    let end =
        if random.random_range(0..2) == 0 { new.len() } else { random.random_range(0..=new.len()).max(old.len()) };
    mixed.resize(end.max(old.len()), 0);
    let share = random.random_range(0..=4);
    for at in (0..new.len()).step_by(SECTOR) {
        let sector = at..new.len().min(at + SECTOR).min(mixed.len());
        if sector.start < sector.end && random.random_range(0..4) < share {
            mixed[sector.clone()].copy_from_slice(&new[sector]);
        }
    }
    mixed
}

/// Opens what the disk would have, and holds it to what was acknowledged.
async fn hold(disk: &Disk, acknowledged: &[(String, i64)], case: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE), &disk.file).unwrap();
    std::fs::write(folder.path().join(LOG), &disk.log).unwrap();
    let url = format!("sqlite:{}", folder.path().join(FILE).display());
    let store = open(&url).await.unwrap_or_else(|error| panic!("{case}: {error}"));
    let mut reports = store.find_reports(&ReportFilter::default(), u32::MAX >> 1).await.unwrap();
    reports.sort_by(|a, b| a.id.cmp(&b.id));
    for (id, version) in acknowledged {
        let at =
            reports.binary_search_by(|report| report.id.cmp(id)).unwrap_or_else(|_| panic!("{case}: {id} is lost"));
        assert!(reports[at].version >= *version, "{case}: a step of {id} is lost");
    }
    // All or nothing of what was under way: every report has its history, and the outbox no gap.
    let events = store.events(0, u32::MAX >> 1).await.unwrap();
    assert!(events.iter().map(|event| event.number).eq(1..=events.len() as i64), "{case}");
    assert_eq!(store.last_event().await.unwrap(), events.len() as i64, "{case}");
    assert_eq!(events.len() as i64, reports.iter().map(|report| report.version).sum::<i64>(), "{case}");
    let logged = store.audit_after(0, u32::MAX >> 1).await.unwrap();
    assert_eq!(logged.len(), events.len(), "{case}: the audit log has what the outbox has");
    for report in reports.iter().step_by(1 + reports.len() / 40) {
        let steps = store.steps(&report.id).await.unwrap();
        assert_eq!(steps.len() as i64, report.version, "{case}");
        assert_eq!(steps[0].assignment.as_ref(), Some(&report.assignment), "{case}");
    }
    store.close().await;
    let sound = Command::new("sqlite3").arg(folder.path().join(FILE)).arg("PRAGMA integrity_check").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&sound.stdout).trim(), "ok", "{case}");
}

/// Writes to one store, which stays small: each is opened and read whole many times.
const WRITES: usize = 60;

#[tokio::test]
async fn whatever_reached_the_disk_every_acknowledged_report_is_there() {
    let mut checkpoints = 0;
    for seed in 0..rounds().div_ceil(5) as u64 {
        checkpoints += writes_hold(20_261_125 + seed).await;
    }
    assert!(checkpoints > 0, "no checkpoint was among them: this proves less than it says");
}

/// How many checkpoints were among the writes.
async fn writes_hold(seed: u64) -> usize {
    let place = TestStore::embedded();
    let path = place.path();
    let folder = path.parent().unwrap();
    let store = place.open().await;
    let mut random = Pcg64::seed_from_u64(seed);
    let mut acknowledged: Vec<(String, i64)> = Vec::new();
    let (mut reports, mut checkpoints) = (Vec::new(), 0);
    // The log has to be there to be copied. No round comes to that number.
    store.add_reports(&[new(10_000_000, "aaa", &[])]).await.unwrap();
    let mut before = Disk::of(folder);
    for round in 0..WRITES {
        let then = acknowledged.clone();
        if round % 4 == 3 {
            let at = random.random_range(0..reports.len());
            let change = accepted(&reports.swap_remove(at));
            assert!(store.change_report(&change).await.unwrap());
            acknowledged.iter_mut().filter(|(id, _)| *id == change.report.id).for_each(|(_, version)| *version = 2);
        } else {
            let grid = ["aaa", "aab", "bab"][round % 3];
            let sent: Vec<_> =
                (0..random.random_range(1..80)).map(|i| new((round * 100 + i) as i64, grid, &[])).collect();
            store.add_reports(&sent).await.unwrap();
            acknowledged.extend(sent.iter().map(|new| (new.report.id.clone(), 1)));
            reports.extend(sent.into_iter().map(|new| new.report));
        }
        let after = Disk::of(folder);
        let is_same_log = before.log[..LOG_HEADER] == after.log[..LOG_HEADER];
        if before.file == after.file {
            let log = some_of_log(&before.log, &after.log, &mut random);
            hold(&Disk { file: before.file, log }, &then, &format!("seed {seed}, write {round}, in the log")).await;
        } else if is_same_log {
            // A checkpoint follows a write whose log is durable: everything is there, whatever of the file is.
            checkpoints += 1;
            let file = some_of(&before.file, &after.file, &mut random);
            hold(
                &Disk { file, log: after.log.clone() },
                &acknowledged,
                &format!("seed {seed}, write {round}, in a checkpoint"),
            )
            .await;
        }
        if round % 8 == 0 {
            hold(&after, &acknowledged, &format!("seed {seed}, write {round}, after it")).await;
        }
        before = after;
    }
    store.close().await;
    checkpoints
}
