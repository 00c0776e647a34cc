//! Which format a file has, by its first bytes and where those say nothing by its name, and the reader for it.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use super::progress::Progress;
use super::reading::{Fault, Reading};
use super::shapefile::Parts;

/// Formats that are told apart by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Also newline-delimited, and compressed with gzip; also whatever is not recognised, for its reader to refuse.
    GeoJson,
    /// Also compressed with gzip.
    TopoJson,
    Shapefile,
    GeoPackage,
    FlatGeobuf,
    Kml,
    /// Of shapefiles, or of files of any other format; a KMZ.
    Zip,
}

/// Where a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Nothing,
    Archive,
}

/// Bytes that are looked at to tell formats apart.
const HEAD_BYTES: usize = 512;
const BUFFER_BYTES: usize = 256 << 10;

/// The files that belong to a shapefile, beside the `.shp` itself.
const SIDECARS: [&str; 8] = ["dbf", "shx", "prj", "cpg", "sbn", "sbx", "qix", "qpj"];

impl Reading {
    /// Reads one file of any format. `name` is what people call it, also in everything that is found; the files that
    /// belong to a shapefile are looked for beside `path`. The bytes taken count as `progress`, which can end the reading.
    pub fn read_path(&mut self, name: &str, path: &Path, progress: &Progress) {
        if let Err(message) = self.try_read_path(name, path, progress, Within::Nothing) {
            self.fault(Fault { source: name.into(), at: None, field: String::new(), message });
        }
    }

    /// Reads a file that was unpacked from an archive.
    pub(super) fn read_member(&mut self, name: &str, path: &Path) {
        if let Err(message) = self.try_read_path(name, path, &Progress::default(), Within::Archive) {
            self.fault(Fault { source: name.into(), at: None, field: String::new(), message });
        }
    }

    fn try_read_path(&mut self, name: &str, path: &Path, progress: &Progress, within: Within) -> Result<(), String> {
        if path.is_dir() {
            return Err(instead_of_folder(path));
        }
        let mut file = File::open(path).map_err(|error| error.to_string())?;
        let mut head = Vec::new();
        (&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|error| error.to_string())?;
        if let Some(instead) = instead_of_sidecar(name, path) {
            return Err(instead);
        }
        let format = detect(name, &head);
        if within == Within::Archive && head.starts_with(&[0x1f, 0x8b]) {
            return Err("this is compressed twice (gzip in a zip); unpack the outer one".into());
        }
        if format == Format::Zip {
            // Whoever packs archives into one another may do so without end.
            if within == Within::Archive {
                return Err("this is an archive in an archive; unpack the outer one".into());
            }
            self.read_zip(name, file, progress);
            return Ok(());
        }
        let bytes = progress.watch(Cursor::new(head).chain(file));
        match format {
            Format::GeoJson => self.read_geojson(name, bytes),
            Format::TopoJson => self.read_topojson(name, bytes),
            Format::GeoPackage => self.read_geopackage(name, path, progress),
            Format::FlatGeobuf => self.read_flatgeobuf(name, BufReader::with_capacity(BUFFER_BYTES, bytes)),
            Format::Kml => self.read_kml(name, bytes, None),
            Format::Shapefile => {
                let parts = Parts::beside(path).map_err(|error| error.to_string())?;
                self.read_shapefile(name, parts, progress);
            }
            // Read above.
            Format::Zip => {}
        }
        Ok(())
    }
}

/// The positions of the files to read in a list of names: without those that only belong to a shapefile in the list, as in
/// `town.*`.
pub fn main_files<N: AsRef<str>>(names: &[N]) -> Vec<usize> {
    let names = || names.iter().map(AsRef::as_ref);
    let stems: HashSet<String> = names().filter_map(shp_stem).collect();
    let belongs = |name: &str| stem_of_sidecar(name).is_some_and(|stem| stems.contains(&stem.to_lowercase()));
    (0..).zip(names()).filter(|(_, name)| !belongs(name)).map(|(at, _)| at).collect()
}

/// The format of a file that begins with these bytes.
fn detect(name: &str, head: &[u8]) -> Format {
    let without_mark = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let is_utf16_xml = |bytes: &[u8]| bytes.starts_with(b"<\0") || bytes.starts_with(b"\0<");
    let lower = name.to_ascii_lowercase();
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        Format::Zip
    } else if head.starts_with(&[0, 0, 0x27, 0x0a]) {
        Format::Shapefile
    } else if head.starts_with(b"SQLite format 3\0") {
        Format::GeoPackage
    } else if head.starts_with(b"fgb") {
        Format::FlatGeobuf
    } else if without_mark.starts_with(b"<") || is_utf16_xml(head) || is_utf16_xml(head.get(2..).unwrap_or_default()) {
        Format::Kml
    } else if lower.trim_end_matches(".gz").ends_with(".topojson") || says_topology(without_mark) {
        Format::TopoJson
    } else {
        Format::GeoJson
    }
}

/// Whether a JSON text begins as everybody writes TopoJSON.
fn says_topology(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(b"{").unwrap_or_default().trim_ascii_start();
    for word in [&b"\"type\""[..], b":"] {
        rest = rest.strip_prefix(word).unwrap_or_default().trim_ascii_start();
    }
    rest.starts_with(b"\"Topology\"")
}

/// What to name instead of a folder.
fn instead_of_folder(path: &Path) -> String {
    let has = |ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
    if has("gdb") {
        return "this is a file geodatabase, which is not read; convert it first: ogr2ogr -f GPKG OUT.gpkg IN.gdb"
            .into();
    }
    let mut names: Vec<String> = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.to_ascii_lowercase().ends_with(".shp"))
        .collect();
    names.sort();
    match names.as_slice() {
        [] => "this is a folder; name the files in it".into(),
        names => format!("this is a folder; name the shapefiles in it: {}", names.join(", ")),
    }
}

/// `town` of `Town.shp`.
fn shp_stem(name: &str) -> Option<String> {
    name.to_lowercase().strip_suffix(".shp").map(str::to_owned)
}

/// `town` of `town.dbf`, `town.shp.xml`, and so on; `None` for files that stand for themselves.
fn stem_of_sidecar(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "xml" => stem.get(..stem.len().checked_sub(4)?).filter(|_| stem.to_ascii_lowercase().ends_with(".shp")),
        ending => SIDECARS.contains(&ending).then_some(stem),
    }
}

/// What to name instead of a file that only belongs to a shapefile.
fn instead_of_sidecar(name: &str, path: &Path) -> Option<String> {
    let stem = stem_of_sidecar(name)?;
    let beside =
        std::fs::read_dir(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")));
    let names = beside.into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let shapes = names.into_iter().find(|found| shp_stem(found).is_some_and(|found| found == stem.to_lowercase()));
    Some(match shapes {
        Some(shapes) => format!("this is a part of the shapefile {shapes}: name that, its parts are found beside it"),
        None => format!(
            "this is a part of a shapefile, and there is no {}.shp beside it: name the file ending in .shp, or a zip of all parts",
            stem
        ),
    })
}
