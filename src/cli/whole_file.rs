//! A file that appears under its name only when it is whole; until then the one that was there stays.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Failure;

/// Written beside its place under another name; dropped without [`WholeFile::keep`], it is removed.
#[derive(Debug)]
pub(super) struct WholeFile {
    file: File,
    path: PathBuf,
    unfinished: PathBuf,
}

impl WholeFile {
    /// A device or a link would be replaced by the finished file, so neither is taken.
    pub(super) fn create(path: &Path) -> Result<WholeFile, Failure> {
        if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file()) {
            let message = "is no plain file; name another, or leave it out to write to standard output";
            return Err(Failure::refused(format!("{} {message}", path.display())));
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".unfinished-{}", std::process::id()));
        let unfinished = path.with_file_name(name);
        let file = File::create_new(&unfinished)
            .map_err(|error| Failure::refused(format!("{} cannot be written: {error}", path.display())))?;
        Ok(WholeFile { file, path: path.to_owned(), unfinished })
    }

    /// Where it is written until it is whole, for those who write by name.
    pub(super) fn unfinished(&self) -> &Path {
        &self.unfinished
    }

    /// Puts the file in its place, on disk.
    pub(super) fn keep(self) -> Result<(), Failure> {
        self.file
            .sync_all()
            .and_then(|()| fs::rename(&self.unfinished, &self.path))
            .map_err(|error| Failure::refused(format!("{} cannot be written: {error}", self.path.display())))
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        // After a rename there is nothing left under this name; the error says just that.
        let _ = fs::remove_file(&self.unfinished);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_only_when_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.csv");
        fs::write(&path, "old").unwrap();
        let mut broken_off = WholeFile::create(&path).unwrap();
        broken_off.write_all(b"ne").unwrap();
        drop(broken_off);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        let mut whole = WholeFile::create(&path).unwrap();
        whole.write_all(b"new").unwrap();
        whole.keep().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(WholeFile::create(&dir.path().join("no/such/folder")).is_err());
        assert!(WholeFile::create(Path::new("/dev/null")).is_err());
    }
}
