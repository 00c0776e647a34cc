//! Folders for uploads. Every process has one of its own, locked while the process lives, so that what a killed process
//! left behind is found and removed by the next.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::keys::random_name;

const PREFIX: &str = "gridward-uploads-";
const LOCK: &str = "lock";
/// A folder without a lock file may be one that is being made; after so long it is none.
const BEING_MADE: Duration = Duration::from_secs(60);

/// Where uploads go. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub(crate) struct UploadFolders {
    parent: Arc<PathBuf>,
    own: Arc<Mutex<Option<Arc<OwnFolder>>>>,
}

/// The folder of this process; removed when nobody uses it any more.
#[derive(Debug)]
struct OwnFolder {
    path: PathBuf,
    _lock: File,
    next: AtomicU64,
}

/// The folder of one upload; removed with all that is in it when it is dropped.
#[derive(Debug)]
pub(crate) struct UploadFolder {
    path: PathBuf,
    _own: Arc<OwnFolder>,
}

impl UploadFolder {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl UploadFolders {
    /// Uploads go below `parent`.
    pub(crate) fn below(parent: PathBuf) -> UploadFolders {
        UploadFolders { parent: Arc::new(parent), own: Arc::default() }
    }

    /// A new folder for one upload.
    pub(crate) async fn new_folder(&self) -> io::Result<UploadFolder> {
        let folders = self.clone();
        tokio::task::spawn_blocking(move || {
            let own = folders.own()?;
            let path = own.path.join(own.next.fetch_add(1, Ordering::Relaxed).to_string());
            private_folder(&path)?;
            Ok(UploadFolder { path, _own: own })
        })
        .await
        .unwrap_or_else(|failed| Err(io::Error::other(failed)))
    }

    /// Removes what killed processes left behind.
    pub(crate) fn sweep(&self) {
        for entry in fs::read_dir(&*self.parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with(PREFIX)) && is_abandoned(&entry.path()) {
                match fs::remove_dir_all(entry.path()) {
                    Ok(()) => tracing::info!(folder = ?name, "uploads of a process that is gone were removed"),
                    // Somebody else's, or removed by another process that starts.
                    Err(error) => tracing::debug!(folder = ?name, %error, "old uploads were not removed"),
                }
            }
        }
    }

    fn own(&self) -> io::Result<Arc<OwnFolder>> {
        let mut own = self.own.lock().expect("nothing panics while it holds this lock");
        if let Some(own) = &*own {
            return Ok(own.clone());
        }
        fs::create_dir_all(&*self.parent)?;
        self.sweep();
        // Another process that sweeps just now may take a lock file that is not locked yet for an abandoned one.
        let made = self.make().or_else(|_| self.make())?;
        *own = Some(made.clone());
        Ok(made)
    }

    fn make(&self) -> io::Result<Arc<OwnFolder>> {
        let path = self.parent.join(format!("{PREFIX}{}", random_name()));
        private_folder(&path)?;
        let lock = File::create_new(path.join(LOCK))?;
        lock.try_lock()?;
        Ok(Arc::new(OwnFolder { path, _lock: lock, next: AtomicU64::new(0) }))
    }
}

/// Whether no process holds the folder's lock.
fn is_abandoned(path: &Path) -> bool {
    match File::open(path.join(LOCK)) {
        Ok(lock) => !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = fs::metadata(path).and_then(|about| about.modified()).unwrap_or(SystemTime::now());
            made.elapsed().is_ok_and(|age| age > BEING_MADE)
        }
        Err(_) => false,
    }
}

/// A folder that is not there yet, for nobody else to look into.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

impl Drop for UploadFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, "the files of an upload could not be removed");
        }
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        // Whatever cannot be removed now is swept when the next process starts.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_nobody_holds_is_swept() {
        let parent = tempfile::tempdir().unwrap();
        let here = UploadFolders::below(parent.path().join("uploads"));
        let folder = here.new_folder().await.unwrap();
        fs::write(folder.path().join("town.geojson"), "x").unwrap();
        // As a killed process leaves it: its lock went with it.
        let abandoned = parent.path().join("uploads").join(format!("{PREFIX}old"));
        fs::create_dir_all(abandoned.join("0")).unwrap();
        fs::write(abandoned.join(LOCK), "").unwrap();
        let unlocked = parent.path().join("uploads").join(format!("{PREFIX}new"));
        fs::create_dir(&unlocked).unwrap();
        let another = UploadFolders::below(parent.path().join("uploads"));
        another.sweep();
        assert!(folder.path().join("town.geojson").exists() && unlocked.exists() && !abandoned.exists());
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
        drop(here);
        assert!(!path.parent().unwrap().exists());
    }
}
