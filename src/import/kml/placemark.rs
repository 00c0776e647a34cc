//! One Placemark on its way in: its fields, and its polygons however they lie in one another.

use super::Place;
use super::coordinates::positions;
use crate::import::coordinates::{Collected, TooManyVertices};
use crate::import::record::Record;

/// Fields of a placemark.
const MAX_FIELDS: usize = 2_000;
/// Names and texts of all of them together, which are held until its end.
const MAX_FIELDS_BYTES: usize = 16 << 20;

/// Why nothing of the file is read any more.
pub(super) enum Stop {
    TooMany(String),
}

/// The first thing that is wrong: where, in which field, and what.
type Wrong = (Option<(u64, u64)>, String, String);

pub(super) struct Placemark {
    /// Line and column behind its opening tag.
    pub at: (u64, u64),
    name: String,
    fields: Vec<(String, String)>,
    fields_bytes: usize,
    shape: Collected,
    /// Rings of the polygon being read, and which of them is its shell.
    rings: usize,
    shell: Option<usize>,
    /// Points and lines beside the polygons.
    beside: u64,
    /// What stood there instead of a polygon.
    other: Option<String>,
    wrong: Option<Wrong>,
}

impl Placemark {
    pub(super) fn new(at: (u64, u64), shape: Collected) -> Placemark {
        let (name, fields) = (String::new(), Vec::new());
        Placemark {
            at,
            name,
            fields,
            fields_bytes: 0,
            shape,
            rings: 0,
            shell: None,
            beside: 0,
            other: None,
            wrong: None,
        }
    }

    /// What an element is that begins inside `parent`.
    pub(super) fn start(&mut self, parent: &Place, local: &str, named: impl FnOnce() -> String) -> Result<Place, Stop> {
        let too_many = |error: TooManyVertices| Stop::TooMany(error.to_string());
        Ok(match (parent, local) {
            (Place::Placemark, "name") => Place::Name,
            (Place::Placemark, "ExtendedData") => Place::ExtendedData,
            (Place::ExtendedData, "Data") => Place::Data(named()),
            (Place::Data(name), "value") => Place::Value(name.clone()),
            (Place::ExtendedData, "SchemaData") => Place::SchemaData,
            (Place::SchemaData, "SimpleData") => Place::Data(named()),
            (Place::Placemark | Place::MultiGeometry, "MultiGeometry") => Place::MultiGeometry,
            (Place::Placemark | Place::MultiGeometry, "Polygon") => {
                self.shape.begin_polygon().map_err(too_many)?;
                (self.rings, self.shell) = (0, None);
                Place::Polygon
            }
            (
                Place::Placemark | Place::MultiGeometry,
                "Point" | "LineString" | "LinearRing" | "Track" | "MultiTrack" | "Model",
            ) => {
                self.beside += 1;
                self.other.get_or_insert_with(|| local.to_owned());
                Place::Passed
            }
            (Place::Polygon, "outerBoundaryIs") => Place::Outer,
            (Place::Polygon, "innerBoundaryIs") => Place::Inner,
            (Place::Outer | Place::Inner, "LinearRing") => {
                self.shape.begin_ring().map_err(too_many)?;
                if *parent == Place::Outer && self.shell.replace(self.rings).is_some() {
                    self.fault("Polygon", "it has more than one outer border".into(), None);
                }
                self.rings += 1;
                Place::Ring
            }
            (Place::Ring, "coordinates") => Place::Coordinates,
            _ => Place::Passed,
        })
    }

    /// An element ends that holds `text`; `at` is the place behind it.
    pub(super) fn end(&mut self, place: Place, text: &str, at: (u64, u64)) -> Result<(), Stop> {
        match place {
            Place::Name => self.name = text.trim().to_owned(),
            // Around a `value` it holds nothing but blanks.
            Place::Data(name) if !text.trim().is_empty() => self.field(name, text),
            Place::Value(name) => self.field(name, text),
            Place::Coordinates => {
                let shape = &mut self.shape;
                let mut stopped = None;
                let read = positions(text, |position, has_height| {
                    shape.with_height += u64::from(has_height);
                    shape.position(position).map_err(|error| {
                        let message = error.to_string();
                        stopped = Some(message.clone());
                        message
                    })
                });
                if let Some(message) = stopped {
                    return Err(Stop::TooMany(message));
                }
                if let Err(message) = read {
                    self.fault("coordinates", message, Some(at));
                }
            }
            Place::Polygon => match self.shell {
                // The first ring is taken for the shell.
                Some(shell) if shell > 0 => {
                    self.shape.polygons.last_mut().expect("it began where its tag did").swap(0, shell);
                }
                None if self.rings > 0 => self.fault("Polygon", "it has no outer border".into(), Some(at)),
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn field(&mut self, name: String, text: &str) {
        if self.fields.len() == MAX_FIELDS {
            return self.fault("ExtendedData", format!("it has more than {MAX_FIELDS} fields"), None);
        }
        let text = text.trim();
        if text.len() + name.len() > MAX_FIELDS_BYTES - self.fields_bytes {
            return self.fault("ExtendedData", format!("its fields have more than {MAX_FIELDS_BYTES} bytes"), None);
        }
        self.fields_bytes += text.len() + name.len();
        self.fields.push((name, text.to_owned()));
    }

    fn fault(&mut self, field: &str, message: String, at: Option<(u64, u64)>) {
        self.wrong.get_or_insert((at, field.to_owned(), message));
    }

    /// The record, and how many points and lines stood beside its polygons.
    pub(super) fn into_record(mut self) -> Result<(Record, u64), Wrong> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        if let (Some(other), true) = (self.other, self.shape.polygons.is_empty()) {
            return Err((None, other.clone(), format!("a grid is a Polygon, not a {other}")));
        }
        // What the table says goes before what the map shows.
        if !self.fields.iter().any(|(name, _)| name == "name") {
            self.fields.push(("name".into(), self.name));
        }
        Ok((Record { fields: self.fields, shape: self.shape }, self.beside))
    }
}
