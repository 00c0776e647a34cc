//! Whether a process is the only one that runs jobs on a file: each holds a lock beside it while it lives, and a lock goes with
//! its process however that ends.

use std::fs::File;
use std::io;
use std::path::Path;

/// What is locked, after the store's own name: SQLite's locks on the file itself would go when it was closed here.
const ENDING: &str = "-jobs";

/// Takes part from now on, until the file is dropped; and whether nobody else did when it began to.
pub(super) fn take_part(store: &Path) -> io::Result<(File, bool)> {
    let mut path = store.as_os_str().to_owned();
    path.push(ENDING);
    let lock = File::options().create(true).truncate(false).write(true).open(path)?;
    let is_alone = lock.try_lock().is_ok();
    // Of two that begin at once the later one waits here for a moment, and neither has jobs yet.
    lock.lock_shared()?;
    Ok((lock, is_alone))
}
