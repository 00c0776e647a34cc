//! Stores for tests, by URL: an embedded one in a folder, a database on the cluster that all tests share, a cluster of a
//! test's own. What is missing on this machine is an error, never a test left out.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use gridward::store::{Store, open};
use tempfile::TempDir;

/// `postgis` makes the tests that are about no kind of store run on PostGIS; `make test` runs them on both.
pub const KIND: &str = "GRIDWARD_TEST_STORE";

/// A store that is empty when it is made and goes when it is dropped.
#[derive(Debug)]
pub struct TestStore {
    url: String,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Embedded {
        _folder: TempDir,
    },
    /// The database, and the URL of one in which it can be dropped.
    Postgis(String, String),
}

impl TestStore {
    pub fn embedded() -> TestStore {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("town.gpkg").display());
        TestStore { url, kept: Kept::Embedded { _folder: folder } }
    }

    /// On the cluster that `GRIDWARD_TEST_POSTGRES` names, or on the one that this checkout's tests share.
    pub fn postgis() -> TestStore {
        let cluster = std::env::var("GRIDWARD_TEST_POSTGRES").unwrap_or_else(|_| script(&["shared"]));
        TestStore::postgis_on(&cluster)
    }

    /// A database of its own on a cluster whose URL is that of the database `postgres`.
    pub fn postgis_on(cluster: &str) -> TestStore {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let database = format!("t{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        // A process of that number that was killed may have left one.
        psql(cluster, &format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"));
        psql(cluster, &format!("CREATE DATABASE {database} TEMPLATE with_postgis"));
        let (server, _) = cluster.rsplit_once('/').expect("a URL ends in /postgres");
        TestStore { url: format!("{server}/{database}"), kept: Kept::Postgis(database, cluster.to_owned()) }
    }

    /// Of the kind that [`KIND`] asks for, embedded unless it says otherwise.
    pub fn any() -> TestStore {
        match std::env::var(KIND).as_deref() {
            Ok("postgis") => TestStore::postgis(),
            Ok("sqlite" | "") | Err(_) => TestStore::embedded(),
            Ok(other) => panic!("{KIND} is `{other}`, not sqlite or postgis"),
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn open(&self) -> Arc<dyn Store> {
        open(&self.url).await.unwrap()
    }

    /// The file of an embedded store.
    #[track_caller]
    pub fn path(&self) -> PathBuf {
        PathBuf::from(self.url.strip_prefix("sqlite:").expect("only an embedded store is a file"))
    }

    /// What an SQL client prints for a statement; an error is its message.
    pub fn sql(&self, statement: &str) -> Result<String, String> {
        let output = match &self.kept {
            // What begins with a comment would be taken for an option.
            Kept::Embedded { .. } => Command::new("sqlite3").arg(self.path()).arg(format!("\n{statement}")).output(),
            Kept::Postgis(..) => psql_command(&self.url, statement).output(),
        };
        let output = output.expect("sqlite3 and psql are installed: run `make tools` once");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        if let Kept::Postgis(database, cluster) = &self.kept {
            // A cluster of a test's own may be down by now.
            let _ = psql_command(cluster, &format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")).output();
        }
    }
}

/// A PostgreSQL that a test may stop, crash and freeze. It keeps what it promised on the disk.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    url: String,
}

impl Cluster {
    pub fn start() -> Cluster {
        let folder = cluster_folder();
        let url = script(&["start", path(&folder), "durable"]);
        Cluster { folder, url }
    }

    /// A standby that follows this one and only reads.
    pub fn standby(&self) -> Cluster {
        let folder = cluster_folder();
        let url = script(&["standby", path(&folder), path(&self.folder)]);
        Cluster { folder, url }
    }

    /// The URL by which a database of the primary is found on this standby.
    pub fn url_of(&self, database: &TestStore) -> String {
        let (server, _) = self.url.rsplit_once('/').expect("a URL ends in /postgres");
        let (_, name) = database.url().rsplit_once('/').expect("a URL ends in its database");
        format!("{server}/{name}")
    }

    pub fn database(&self) -> TestStore {
        TestStore::postgis_on(&self.url)
    }

    /// `kill -9` of the postmaster and of every process of it.
    pub fn crash(&self) {
        self.signal("KILL", &self.children());
        let start = std::time::Instant::now();
        while !self.signal("0", &[]).is_empty() {
            assert!(start.elapsed() < std::time::Duration::from_secs(30), "it goes on");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// As an operator stops it: no new connections, and whatever is under way is undone.
    pub fn shut_down(&self) {
        self.signal("INT", &[]);
        let start = std::time::Instant::now();
        while !self.signal("0", &[]).is_empty() {
            assert!(start.elapsed() < std::time::Duration::from_secs(60), "it goes on");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// A database whose tables lie on a disk of their own.
    pub fn database_on(&self, disk: &SmallDisk) -> TestStore {
        let database = self.database();
        let (_, name) = database.url().rsplit_once('/').expect("a URL ends in its database");
        psql(&self.url, &format!("CREATE TABLESPACE small LOCATION '{}'", disk.folder().display()));
        psql(&self.url, &format!("ALTER DATABASE {name} SET TABLESPACE small"));
        database
    }

    /// A small disk that PostgreSQL may write to.
    pub fn small_disk(&self, mib: u32) -> SmallDisk {
        let about = std::fs::metadata(self.folder.join("data")).unwrap();
        SmallDisk::of(mib, std::os::unix::fs::MetadataExt::uid(&about))
    }

    pub fn start_again(&self) {
        script(&["start", path(&self.folder), "durable"]);
    }

    /// The postmaster and every process of it, stopped in their tracks: whoever asks gets no answer, and no error.
    pub fn freeze(&self) {
        self.signal("STOP", &self.children());
    }

    pub fn thaw(&self) {
        self.signal("CONT", &self.children());
    }

    /// The first line of the file is the process; nothing when it is not there.
    fn postmaster(&self) -> Option<String> {
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        file.lines().next().map(str::to_owned)
    }

    fn children(&self) -> Vec<String> {
        let Some(postmaster) = self.postmaster() else { return Vec::new() };
        let listed = Command::new("ps").args(["-o", "pid=", "--ppid", &postmaster]).output().unwrap();
        String::from_utf8(listed.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
    }

    /// To the postmaster and those processes; one that ended meanwhile is no matter. Answers what could be reached.
    fn signal(&self, name: &str, others: &[String]) -> Vec<String> {
        let all = self.postmaster().into_iter().chain(others.iter().cloned());
        let reached = |process: &String| {
            Command::new("kill").args([&format!("-{name}"), process]).stderr(Stdio::null()).status().unwrap().success()
        };
        all.filter(reached).collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // One that is frozen does not stop.
        self.thaw();
        script(&["stop", path(&self.folder)]);
    }
}

/// A disk of a few megabytes in memory, which can be filled up and emptied. Needs root, or `sudo` without a password.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    pub fn new(mib: u32) -> SmallDisk {
        let folder = tempfile::tempdir().unwrap();
        let about = std::fs::metadata(folder.path()).unwrap();
        SmallDisk::of(mib, std::os::unix::fs::MetadataExt::uid(&about))
    }

    fn of(mib: u32, owner: u32) -> SmallDisk {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={mib}m,mode=700,uid={owner}");
        as_root(&["mount", "-t", "tmpfs", "-o", &options, "tmpfs", path(folder.path())]);
        SmallDisk { folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file until so much is left.
    pub fn fill_up(&self, leave_kib: u64) {
        let ballast = self.folder().join("ballast");
        let said = Command::new("df").args(["-k", "--output=avail", path(self.folder())]).output().unwrap();
        let free_kib: u64 = String::from_utf8_lossy(&said.stdout).lines().last().unwrap().trim().parse().unwrap();
        let wanted = format!("{}K", free_kib.saturating_sub(leave_kib));
        as_root(&["fallocate", "-l", &wanted, path(&ballast)]);
    }

    pub fn make_room(&self) {
        as_root(&["rm", path(&self.folder().join("ballast"))]);
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: whoever still has a file open there is about to end.
        as_root(&["umount", "-l", path(self.folder())]);
    }
}

fn as_root(command: &[&str]) {
    let is_root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0;
    let sudo: &[&str] = if is_root { &[] } else { &["sudo", "-n"] };
    let all = [sudo, command].concat();
    let output = Command::new(all[0]).args(&all[1..]).output().unwrap();
    assert!(output.status.success(), "{all:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// In memory where there is room for that: after a crash PostgreSQL syncs every file it has, which takes a busy disk long.
/// Not `TempDir`: the files belong to the user postgres, and the script removes them.
fn cluster_folder() -> PathBuf {
    const ROOM_KIB: u64 = 2 << 20;
    let free = Command::new("df").args(["-k", "--output=avail", "/dev/shm"]).output().ok();
    let free = free.and_then(|said| String::from_utf8(said.stdout).ok()?.lines().last()?.trim().parse().ok());
    let has_room = free.is_some_and(|kib: u64| kib > ROOM_KIB);
    if has_room { tempfile::tempdir_in("/dev/shm") } else { tempfile::tempdir() }.unwrap().keep()
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a temporary folder's name is text")
}

fn script(arguments: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgis.sh");
    let output = Command::new(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn psql_command(url: &str, statement: &str) -> Command {
    let mut command = Command::new("psql");
    // A cluster that a test froze gives no answer.
    command.env("PGCONNECT_TIMEOUT", "10");
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement]);
    command
}

fn psql(url: &str, statement: &str) {
    let output = psql_command(url, statement).output().expect("psql is installed: run `make tools` once");
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
}
