//! Reads shapefiles: shapes (`.shp`) by their index (`.shx`), fields (`.dbf`) in their encoding (`.cpg`), in the coordinate
//! system of the `.prj`.

mod columns;
mod number;
mod rings;
mod shapes;
mod table;

use std::fmt;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use columns::Columns;
use rings::{MAX_STEPS, TooTangled};
use shapes::{ShapeError, Shapes};
use table::Table;

use super::crs::ImportCrs;
use super::progress::Progress;
use super::reading::{Fault, Reading};
use super::record::Record;
use super::summary::CrsFrom;

/// Longest `.prj` and `.cpg` that are looked at.
pub(super) const MAX_TEXT_BYTES: u64 = 64 << 10;

/// A part of a shapefile, wherever it lies.
pub trait Bytes: Read + Seek {}

impl<T: Read + Seek> Bytes for T {}

/// The files of one shapefile.
#[derive(Default)]
pub struct Parts<'b> {
    pub shp: Option<Box<dyn Bytes + 'b>>,
    pub shx: Option<Box<dyn Bytes + 'b>>,
    pub dbf: Option<Box<dyn Bytes + 'b>>,
    pub prj: Option<Vec<u8>>,
    pub cpg: Option<Vec<u8>>,
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has = |name: &'static str, is_there: bool| is_there.then_some(name);
        let there = [has("shp", self.shp.is_some()), has("shx", self.shx.is_some()), has("dbf", self.dbf.is_some())];
        f.debug_set().entries(there.into_iter().flatten()).finish()
    }
}

impl Parts<'_> {
    /// Opens a shapefile and what belongs to it: files beside it of the same name but for the ending, in any case.
    pub(super) fn beside(shp: &Path) -> io::Result<Parts<'static>> {
        let stem = shp.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
        let folder = shp.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
        found.sort();
        let sibling = |ending: &str| {
            let wanted = format!("{stem}.{ending}");
            let called =
                |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase() == wanted);
            // Of `town.dbf` and `TOWN.DBF` the one that is written as the shapefile is.
            let exact = shp.with_extension(ending);
            if exact.is_file() { Some(exact) } else { found.iter().find(called).cloned() }
        };
        let open = |ending: &str| -> io::Result<Option<Box<dyn Bytes>>> {
            sibling(ending).map(|path| Ok(Box::new(std::fs::File::open(path)?) as Box<dyn Bytes>)).transpose()
        };
        let text = |ending: &str| -> io::Result<Option<Vec<u8>>> {
            let Some(path) = sibling(ending) else { return Ok(None) };
            let mut text = Vec::new();
            std::fs::File::open(path)?.take(MAX_TEXT_BYTES).read_to_end(&mut text)?;
            Ok(Some(text))
        };
        Ok(Parts {
            shp: Some(Box::new(std::fs::File::open(shp)?)),
            shx: open("shx")?,
            dbf: open("dbf")?,
            prj: text("prj")?,
            cpg: text("cpg")?,
        })
    }
}

impl Reading {
    /// Reads one shapefile. `name` is what people call it, with its ending; everything found is named by it.
    pub fn read_shapefile(&mut self, name: &str, parts: Parts<'_>, progress: &Progress) {
        let Parts { shp, shx, dbf, prj, cpg } = parts;
        let whole_file = |message: String| Fault { source: name.into(), at: None, field: String::new(), message };
        let opened = match shp {
            None => return self.fault(whole_file("the .shp, which holds the shapes, is missing".into())),
            Some(shp) => Shapes::open(shp, shx),
        };
        let mut shapes = match opened {
            Err(error) => return self.fault(whole_file(error.to_string())),
            Ok((shapes, None)) => shapes,
            Ok((shapes, Some(note))) => {
                self.note(format!("{name}: {note}"));
                shapes
            }
        };
        let Some((crs, crs_from)) = self.crs_of(name, prj) else { return };
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let table_name = format!("{stem}.dbf");
        let mut columns = match dbf.map(Table::open) {
            None => {
                let message = "the .dbf, which holds the codes and names, is missing: it has to lie beside the .shp, or in the zip with it";
                return self.fault(whole_file(message.into()));
            }
            Some(Err(message)) => {
                self.fault(Fault { source: table_name, ..whole_file(message) });
                return;
            }
            Some(Ok(table)) => match Columns::of(table, table_name, cpg.as_deref(), self) {
                Ok(columns) => columns,
                Err(fault) => return self.fault(fault),
            },
        };
        self.reads_from(name, self.features.len(), &crs, crs_from);
        self.reads_texts_in(columns.encoding());
        let (total, mut counted) = (shapes.bytes(), 0);
        let mut steps_left = MAX_STEPS;
        let (mut number, mut deleted) = (0u64, 0u64);
        loop {
            if let Err(stopped) = progress.go_on() {
                return self.fault(whole_file(stopped.to_string()));
            }
            let next = shapes.next();
            if matches!(next, Ok(None)) {
                break;
            }
            number += 1;
            let record = format!("{name} record {number}");
            // An index can name many records that are none, each a jump through the file.
            let max_features = self.options.limits.max_features;
            if self.is_full() || number > max_features {
                let message = format!("there are more than {max_features} features");
                return self.fault(whole_file(message));
            }
            if let Ok(Some(length)) = next {
                progress.advance((length + 8).min(total - counted));
                counted = (counted + length + 8).min(total);
            }
            // Rows and shapes belong together by their order alone.
            let row = match columns.row(number - 1, &record) {
                Ok(Some(row)) => row,
                Ok(None) => {
                    deleted += 1;
                    continue;
                }
                Err(fault) => {
                    self.fault(fault);
                    continue;
                }
            };
            let mut into = self.collector(crs.clone());
            let shape = next.and_then(|length| shapes.read(length.expect("the end was seen above"), &mut into));
            let areas = match shape {
                Ok(shape) => shape.areas,
                Err(error) => {
                    self.spend(into.vertices);
                    self.fault(Fault { source: record, ..whole_file(error.to_string()) });
                    if matches!(error, ShapeError::TooManyVertices(_) | ShapeError::Io(_)) {
                        return;
                    }
                    continue;
                }
            };
            let together = into.polygons.drain(..).next().unwrap_or_default();
            match rings::polygons(together, &areas, &mut steps_left) {
                Ok(polygons) => into.polygons = polygons,
                Err(TooTangled) => {
                    let message =
                        "its rings lie in one another in so many ways that telling holes from shells takes too long";
                    self.fault(Fault { source: record, ..whole_file(message.into()) });
                    return;
                }
            }
            self.take_record(record, Record { fields: row, shape: into });
        }
        columns.say_what_was_found(number, self, &whole_file);
        if deleted > 0 {
            self.note(format!("{name}: {deleted} record(s) are marked as deleted, and left out"));
        }
        if number == 0 {
            self.fault(whole_file("there are no shapes in it".into()));
        }
    }

    /// The coordinate system of a `.prj`, unless an option overrules it; a fault where it cannot be understood.
    fn crs_of(&mut self, name: &str, prj: Option<Vec<u8>>) -> Option<(ImportCrs, CrsFrom)> {
        if let Some(crs) = &self.options.crs {
            return Some((crs.clone(), CrsFrom::Option));
        }
        match prj.map(|text| String::from_utf8_lossy(&text).into_owned()).filter(|text| !text.trim().is_empty()) {
            None => {
                self.note(format!(
                    "{name}: nothing says in which coordinate system it is (there is no .prj), so WGS 84 was assumed; --crs names another"
                ));
                self.lacks_prj(name);
                Some((ImportCrs::default(), CrsFrom::Assumed))
            }
            Some(text) => match ImportCrs::from_wkt(&text) {
                Ok(crs) => Some((crs, CrsFrom::File)),
                Err(error) => {
                    let (at, field) = (None, String::new());
                    let message = format!("its .prj: {error}; if the .prj is wrong, --crs overrules it");
                    self.fault(Fault { source: name.into(), at, field, message });
                    None
                }
            },
        }
    }
}
