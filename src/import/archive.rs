//! Reads zip archives: every shapefile in them, and files of other formats, within bounds.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;
use zip::ZipArchive;
use zip::result::ZipError;

use super::encoding::archive_name;
use super::progress::Progress;
use super::reading::{Fault, Reading};
use super::shapefile::{Bytes, MAX_TEXT_BYTES, Parts};

/// Files in one archive.
const MAX_ENTRIES: usize = 10_000;
/// Unpacked files up to this size are kept in memory, larger ones in the folder for temporary files.
const IN_MEMORY_BYTES: usize = 16 << 20;
/// Unpacked bytes before the expansion is looked at: the first blocks of small files say nothing.
const EXPANSION_GRACE_BYTES: u64 = 16 << 20;
/// Files other than shapefiles that are read, by their endings.
const SINGLE_FILES: [&str; 9] = ["geojson", "json", "geojsonl", "ndjson", "topojson", "gpkg", "kml", "fgb", "geojsons"];

/// One unpacked file.
type Unpacked = SpooledTempFile;

/// Why an archive, or a file in it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    #[error("the archive is damaged: {0}")]
    Zip(String),
    #[error("the archive is locked by a password; unpack it first")]
    Encrypted,
    #[error("it is packed in a way that is not read ({0}); pack the archive anew as an ordinary zip")]
    Method(String),
    #[error("there are {0} files in the archive; {MAX_ENTRIES} are the most")]
    TooManyEntries(usize),
    #[error("unpacked it has more than {0} bytes")]
    TooLong(u64),
    #[error("it expands more than {0} times, which borders never do")]
    Bomb(u64),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<ZipError> for ArchiveError {
    fn from(error: ZipError) -> ArchiveError {
        match error {
            ZipError::Io(error) => ArchiveError::Zip(error.to_string()),
            other => ArchiveError::Zip(other.to_string()),
        }
    }
}

impl Reading {
    /// Reads all shapefiles of a zip archive, in the order of their names, and files of other formats in it.
    pub fn read_zip(&mut self, name: &str, archive: impl Read + Seek, progress: &Progress) {
        if let Err(error) = self.try_read_zip(name, archive, progress) {
            self.fault(Fault { source: name.into(), at: None, field: String::new(), message: error.to_string() });
        }
    }

    fn try_read_zip(
        &mut self,
        name: &str,
        mut bytes: impl Read + Seek,
        progress: &Progress,
    ) -> Result<(), ArchiveError> {
        let packed_bytes = bytes.seek(SeekFrom::End(0))?;
        refuse_many_entries(&mut bytes, packed_bytes)?;
        let mut archive = ZipArchive::new(bytes)?;
        if archive.len() > MAX_ENTRIES {
            return Err(ArchiveError::TooManyEntries(archive.len()));
        }
        let limits = self.options.limits;
        let mut budget =
            Budget { packed_bytes, given: 0, max_bytes: limits.max_decoded_bytes, max_expansion: limits.max_expansion };
        let names = names_of(&mut archive)?;
        let mut others = Vec::new();
        // The parts of shapefiles by their common name, in lower case; a list, for names are in order.
        let mut sets: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        for (index, path) in &names {
            match path.rsplit_once('.') {
                Some((stem, ending)) => {
                    let set = sets.entry(stem.to_lowercase()).or_default();
                    set.entry(ending.to_ascii_lowercase()).or_insert(*index);
                }
                None => others.push(path.as_str()),
            }
        }
        let mut found = 0;
        for set in sets.values() {
            let path = |ending: &str| set.get(ending).map(|index| called(&names, *index));
            if let Some(shp) = path("shp") {
                found += 1;
                let what = format!("{name}/{shp}");
                let parts = parts_of(&mut archive, set, &mut budget);
                match parts {
                    Ok(parts) => self.read_shapefile(&what, parts, &Progress::default()),
                    Err(error) => {
                        self.fault(Fault { source: what, at: None, field: String::new(), message: error.to_string() });
                    }
                }
                progress.go_on().map_err(io::Error::other)?;
            }
            for ending in SINGLE_FILES {
                let Some(single) = path(ending) else { continue };
                found += 1;
                let what = format!("{name}/{single}");
                // A reader may want a file with a name and a place.
                let mut file = tempfile::Builder::new().suffix(&format!(".{ending}")).tempfile()?;
                unpack(&mut archive, set[ending], &mut file, &mut budget)?;
                file.flush()?;
                self.read_member(&what, file.path());
                progress.go_on().map_err(io::Error::other)?;
            }
        }
        if found == 0 {
            let inside: Vec<&str> = names.iter().map(|(_, path)| path.as_str()).take(8).collect();
            let message = format!(
                "there is no shapefile (.shp) in the archive, nor a file of another format that is read; in it are: {}",
                if inside.is_empty() { "no files".to_string() } else { inside.join(", ") }
            );
            self.fault(Fault { source: name.into(), at: None, field: String::new(), message });
        }
        progress.advance(packed_bytes);
        Ok(())
    }
}

/// What is left for all files of an archive together.
struct Budget {
    packed_bytes: u64,
    given: u64,
    max_bytes: u64,
    max_expansion: u64,
}

impl Budget {
    fn take(&mut self, bytes: u64) -> Result<(), ArchiveError> {
        self.given += bytes;
        if self.given > self.max_bytes {
            return Err(ArchiveError::TooLong(self.max_bytes));
        }
        if self.given > EXPANSION_GRACE_BYTES && self.given / self.max_expansion > self.packed_bytes {
            return Err(ArchiveError::Bomb(self.max_expansion));
        }
        Ok(())
    }
}

/// Looks at the number of files before anything is made of it: room is made for all of them at once.
fn refuse_many_entries(bytes: &mut (impl Read + Seek), length: u64) -> Result<(), ArchiveError> {
    /// The record at the end, and the longest comment behind it.
    const TAIL_BYTES: u64 = 22 + 65_535;
    let mut tail = Vec::new();
    bytes.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    bytes.take(TAIL_BYTES).read_to_end(&mut tail)?;
    let ends = tail.windows(22).filter(|window| window.starts_with(b"PK\x05\x06"));
    let most = ends.map(|end| usize::from(u16::from_le_bytes([end[10], end[11]]))).max().unwrap_or(0);
    if most > MAX_ENTRIES { Err(ArchiveError::TooManyEntries(most)) } else { Ok(()) }
}

/// Index and path of the files in an archive, those left out that no person put there.
fn names_of(archive: &mut ZipArchive<impl Read + Seek>) -> Result<Vec<(usize, String)>, ArchiveError> {
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        let path = archive_name(entry.name_raw()).replace('\\', "/");
        let file = path.rsplit('/').next().unwrap_or_default();
        // Of macOS: folders `__MACOSX`, and `._town.shp` beside `town.shp`.
        let is_noise = path.split('/').any(|part| part == "__MACOSX") || file.starts_with('.');
        if !entry.is_dir() && !file.is_empty() && !is_noise {
            names.push((index, path));
        }
    }
    Ok(names)
}

fn called(names: &[(usize, String)], index: usize) -> &str {
    names.iter().find(|(known, _)| *known == index).map_or("", |(_, path)| path)
}

fn parts_of(
    archive: &mut ZipArchive<impl Read + Seek>,
    set: &BTreeMap<String, usize>,
    budget: &mut Budget,
) -> Result<Parts<'static>, ArchiveError> {
    let mut file = |ending: &str| -> Result<Option<Box<dyn Bytes>>, ArchiveError> {
        let Some(&index) = set.get(ending) else { return Ok(None) };
        let mut unpacked = Unpacked::new(IN_MEMORY_BYTES);
        unpack(archive, index, &mut unpacked, budget)?;
        unpacked.seek(SeekFrom::Start(0))?;
        Ok(Some(Box::new(unpacked)))
    };
    let (shp, shx, dbf) = (file("shp")?, file("shx")?, file("dbf")?);
    let mut text = |ending: &str| -> Result<Option<Vec<u8>>, ArchiveError> {
        let Some(mut unpacked) = file(ending)? else { return Ok(None) };
        let mut text = Vec::new();
        (&mut unpacked).take(MAX_TEXT_BYTES).read_to_end(&mut text)?;
        Ok(Some(text))
    };
    Ok(Parts { shp, shx, dbf, prj: text("prj")?, cpg: text("cpg")? })
}

fn unpack(
    archive: &mut ZipArchive<impl Read + Seek>,
    index: usize,
    into: &mut impl Write,
    budget: &mut Budget,
) -> Result<(), ArchiveError> {
    let raw = archive.by_index_raw(index)?;
    if raw.encrypted() {
        return Err(ArchiveError::Encrypted);
    }
    let method = raw.compression();
    if !matches!(method, zip::CompressionMethod::Stored | zip::CompressionMethod::Deflated) {
        return Err(ArchiveError::Method(method.to_string()));
    }
    drop(raw);
    let mut entry = archive.by_index(index)?;
    let mut buffer = [0; 64 << 10];
    loop {
        let length = entry.read(&mut buffer).map_err(|error| ArchiveError::Zip(error.to_string()))?;
        if length == 0 {
            return Ok(());
        }
        budget.take(length as u64)?;
        into.write_all(&buffer[..length])?;
    }
}
