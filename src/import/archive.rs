//! Reads zip archives: every shapefile in them, and files of other formats, within bounds.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

use super::progress::Progress;
use super::reading::{Fault, Reading};
use super::shapefile::{Bytes, MAX_TEXT_BYTES, Parts};
use super::unzip::Archive;

/// Unpacked files up to this size are kept in memory, larger ones in the folder for temporary files.
const IN_MEMORY_BYTES: usize = 16 << 20;
/// Files other than shapefiles that are read, by their endings.
const SINGLE_FILES: [&str; 8] = ["geojson", "json", "geojsonl", "ndjson", "topojson", "gpkg", "fgb", "geojsons"];

/// One unpacked file.
type Unpacked = SpooledTempFile;

impl Reading {
    /// Reads all shapefiles of a zip archive, in the order of their names, and files of other formats in it.
    pub fn read_zip(&mut self, name: &str, archive: impl Read + Seek, progress: &Progress) {
        if let Err(message) = self.try_read_zip(name, archive, progress) {
            self.fault(Fault { source: name.into(), at: None, field: String::new(), message });
        }
    }

    fn try_read_zip(&mut self, name: &str, mut bytes: impl Read + Seek, progress: &Progress) -> Result<(), String> {
        let packed_bytes = bytes.seek(SeekFrom::End(0)).map_err(text)?;
        let mut archive = Archive::open(bytes, &self.options.limits)?;
        let names: Vec<String> = archive.entries().iter().map(|entry| entry.name.clone()).collect();
        // The parts of shapefiles by their common name, in lower case; a list, for names are in order.
        let mut sets: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        for (index, path) in names.iter().enumerate() {
            if let Some((stem, ending)) = path.rsplit_once('.') {
                let set = sets.entry(stem.to_lowercase()).or_default();
                set.entry(ending.to_ascii_lowercase()).or_insert(index);
            }
        }
        let mut found = 0;
        for set in sets.values() {
            let path = |ending: &str| set.get(ending).map(|index| names[*index].as_str());
            if let Some(shp) = path("shp") {
                found += 1;
                let what = called(name, shp);
                match parts_of(&mut archive, set) {
                    Ok(parts) => self.read_shapefile(&what, parts, &Progress::default()),
                    Err(message) => self.fault(Fault { source: what, at: None, field: String::new(), message }),
                }
                progress.go_on().map_err(|ended| ended.to_string())?;
            }
            for ending in SINGLE_FILES {
                let Some(single) = path(ending) else { continue };
                found += 1;
                let what = called(name, single);
                // A reader may want a file with a name and a place.
                let mut file = tempfile::Builder::new().suffix(&format!(".{ending}")).tempfile().map_err(text)?;
                unpack(&mut archive, set[ending], &mut file)?;
                file.flush().map_err(text)?;
                self.read_member(&what, file.path());
                progress.go_on().map_err(|ended| ended.to_string())?;
            }
        }
        if sets.values().any(|set| set.contains_key("kml")) {
            found += 1;
            self.read_kmz(name, &mut archive);
        }
        if found == 0 {
            let inside: Vec<&str> = names.iter().map(String::as_str).take(8).collect();
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

/// What people call a file of an archive: by the end of its path, for all of its features are called by it.
fn called(archive: &str, path: &str) -> String {
    const CHARS: usize = 100;
    match path.char_indices().nth_back(CHARS - 1) {
        Some((begin, _)) if begin > 0 => format!("{archive}/…{}", &path[begin..]),
        _ => format!("{archive}/{path}"),
    }
}

fn parts_of(archive: &mut Archive<impl Read + Seek>, set: &BTreeMap<String, usize>) -> Result<Parts<'static>, String> {
    let mut file = |ending: &str| -> Result<Option<Box<dyn Bytes>>, String> {
        let Some(&index) = set.get(ending) else { return Ok(None) };
        let mut unpacked = Unpacked::new(IN_MEMORY_BYTES);
        unpack(archive, index, &mut unpacked)?;
        unpacked.seek(SeekFrom::Start(0)).map_err(text)?;
        Ok(Some(Box::new(unpacked)))
    };
    let (shp, shx, dbf) = (file("shp")?, file("shx")?, file("dbf")?);
    let mut short = |ending: &str| -> Result<Option<Vec<u8>>, String> {
        let Some(mut unpacked) = file(ending)? else { return Ok(None) };
        let mut content = Vec::new();
        (&mut unpacked).take(MAX_TEXT_BYTES).read_to_end(&mut content).map_err(text)?;
        Ok(Some(content))
    };
    Ok(Parts { shp, shx, dbf, prj: short("prj")?, cpg: short("cpg")? })
}

fn unpack(archive: &mut Archive<impl Read + Seek>, index: usize, into: &mut impl Write) -> Result<(), String> {
    io::copy(&mut archive.read(index)?, into).map(|_| ()).map_err(text)
}

fn text(error: io::Error) -> String {
    error.to_string()
}
