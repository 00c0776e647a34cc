//! Reads KML 2.0 to 2.3 as a stream of XML: the polygons of every Placemark, its name and its ExtendedData.

mod coordinates;
mod placemark;

use std::io::Read;

use encoding_rs::Encoding;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use self::placemark::{Placemark, Stop};
use super::layers;
use super::mapping::{clip, parse_tier};
use super::reading::{Fault, Reading};
use super::summary::CrsFrom;
use super::xml_text::XmlText;

/// Folders remembered to help with a wrong name.
const MAX_REMEMBERED: usize = 100;
/// What places outside of every folder are called in a list of folders.
const NO_FOLDER: &str = "(no folder)";

impl Reading {
    /// Reads one KML file. `name` is what people call it; everything found is named by it. `encoding` overrules what the
    /// file says of itself.
    pub fn read_kml(&mut self, name: &str, bytes: impl Read, encoding: Option<&'static Encoding>) {
        self.read_kml_of(name, bytes, encoding, false);
    }

    /// Reads one KML, which may be one of several in an archive: then it may be empty. How often it links to others.
    pub(super) fn read_kml_of(
        &mut self,
        name: &str,
        bytes: impl Read,
        encoding: Option<&'static Encoding>,
        one_of_several: bool,
    ) -> u64 {
        let before = (self.features.len(), self.fault_count);
        let fault = |at, message| Fault { source: name.into(), at, field: String::new(), message };
        let text = match XmlText::new(bytes, encoding) {
            Ok(text) => text,
            Err(error) => {
                self.fault(fault(None, error.to_string()));
                return 0;
            }
        };
        let crs = self.options.crs.clone().unwrap_or_default();
        self.reads_from(name, self.features.len(), &crs, CrsFrom::Format);
        let (places, folders) = (Vec::new(), Vec::new());
        let left = Left::default();
        let mut kml = Kml { reading: self, name, places, folders, open: None, count: 0, left, unwanted: Vec::new() };
        let mut xml = Reader::from_reader(text);
        let ended = kml.read(&mut xml);
        let (Left { beside, links }, unwanted) = (kml.left, kml.unwanted);
        if let Err(message) = ended {
            self.fault(fault(Some(xml.get_ref().place()), message));
        }
        if beside > 0 {
            self.note(format!("{name}: {beside} point(s) or line(s) that stand beside polygons are left out"));
        }
        if (self.features.len(), self.fault_count) == before && !one_of_several {
            let message = if links > 0 {
                "it only links to another file; open it in Google Earth and save the places themselves".to_owned()
            } else if !unwanted.is_empty() {
                let wanted = clip(self.options.layer.as_deref().unwrap_or_default());
                let names: Vec<&str> = unwanted.iter().map(String::as_str).collect();
                format!("there is no folder `{wanted}` with placemarks in it; it has {}", layers::list(&names))
            } else {
                "there are no placemarks in it".to_owned()
            };
            self.fault(fault(None, message));
        }
        links
    }
}

/// The name of an element.
const MAX_NAME_BYTES: usize = 1_000;

/// What was seen and not read.
#[derive(Clone, Copy, Debug, Default)]
struct Left {
    /// Points and lines beside polygons.
    beside: u64,
    /// Links to other files.
    links: u64,
}

/// Elements that mean something where they stand; all others are passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Passed,
    Root,
    /// A Document or a Folder.
    Folder,
    FolderName,
    Placemark,
    Name,
    ExtendedData,
    /// A `Data` or a `SimpleData`, with its name.
    Data(String),
    Value(String),
    SchemaData,
    MultiGeometry,
    Polygon,
    Outer,
    Inner,
    Ring,
    Coordinates,
}

/// The reading of one file.
struct Kml<'r> {
    reading: &'r mut Reading,
    name: &'r str,
    /// The elements that are open.
    places: Vec<Place>,
    /// The names of the folders that are open.
    folders: Vec<String>,
    open: Option<Placemark>,
    count: u64,
    left: Left,
    /// Folders with placemarks that are not asked for, the first of them; a placemark outside of folders has none.
    unwanted: Vec<String>,
}

impl Kml<'_> {
    /// Reads to the end; the message of what makes the rest of the file unreadable.
    fn read<R: Read>(&mut self, xml: &mut Reader<XmlText<R>>) -> Result<(), String> {
        let limits = self.reading.options.limits;
        let mut buffer = Vec::new();
        // The text of the innermost element that means something.
        let mut text = String::new();
        loop {
            buffer.clear();
            xml.get_mut().allow(limits.max_feature_bytes);
            let event = xml.read_event_into(&mut buffer).map_err(|error| explain(&error))?;
            let (start, is_empty) = match event {
                Event::Start(start) => (start, false),
                Event::Empty(start) => (start, true),
                Event::End(_) => {
                    self.end(&mut text, xml)?;
                    continue;
                }
                Event::Text(part) => {
                    self.keep(&mut text, &part, limits.max_feature_bytes)?;
                    continue;
                }
                Event::CData(part) => {
                    self.keep(&mut text, &part, limits.max_feature_bytes)?;
                    continue;
                }
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                    match (character, resolve_predefined_entity(&reference)) {
                        (Some(character), _) => {
                            self.keep(&mut text, character.encode_utf8(&mut [0; 4]), limits.max_feature_bytes)?;
                        }
                        (None, Some(known)) => self.keep(&mut text, known, limits.max_feature_bytes)?,
                        (None, None) => return Err(format!("the entity &{}; is not known", clip(&reference))),
                    }
                    continue;
                }
                Event::DocType(_) => return Err("it has a document type definition, which no KML needs".into()),
                Event::Eof if self.places.is_empty() => return Ok(()),
                Event::Eof => return Err("it ends too early: it is truncated; copy or download it again".into()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            };
            if self.places.len() >= limits.max_depth as usize {
                return Err(format!("more than {} elements are open in one another", limits.max_depth));
            }
            // The names of all elements that are open are held.
            if start.name().as_ref().len() > MAX_NAME_BYTES {
                return Err(format!("the name of an element has more than {MAX_NAME_BYTES} bytes"));
            }
            let place = self.start(&start, xml.get_ref().place())?;
            if !matches!(place, Place::Passed) {
                text.clear();
            }
            self.places.push(place);
            if is_empty {
                self.end(&mut text, xml)?;
            }
        }
    }

    /// Keeps text where it means something.
    fn keep(&self, text: &mut String, part: &str, max_bytes: usize) -> Result<(), String> {
        let means_something = matches!(
            self.places.last(),
            Some(Place::FolderName | Place::Name | Place::Data(_) | Place::Value(_) | Place::Coordinates)
        );
        if means_something {
            if text.len() + part.len() > max_bytes {
                return Err("a part of it is too long".into());
            }
            text.push_str(part);
        }
        Ok(())
    }

    fn start(&mut self, start: &BytesStart<'_>, at: (u64, u64)) -> Result<Place, String> {
        let local = start.local_name();
        let local = local.as_ref();
        let Some(parent) = self.places.last() else {
            // Old files have no root of their own.
            return match local {
                "kml" => Ok(Place::Root),
                "Document" | "Folder" | "Placemark" => self.in_folder(local, at),
                other => Err(format!("it is XML, but no KML: its first element is `{}`", clip(other))),
            };
        };
        match parent {
            Place::Root | Place::Folder => self.in_folder(local, at),
            Place::Passed | Place::FolderName | Place::Name | Place::Value(_) | Place::Coordinates => Ok(Place::Passed),
            parent => {
                let placemark = self.open.as_mut().expect("these stand inside a placemark");
                placemark.start(parent, local, || named(start)).map_err(|Stop::TooMany(message)| message)
            }
        }
    }

    /// What may stand beside placemarks.
    fn in_folder(&mut self, local: &str, at: (u64, u64)) -> Result<Place, String> {
        Ok(match local {
            "Document" | "Folder" => {
                self.folders.push(String::new());
                Place::Folder
            }
            "name" if !self.folders.is_empty() => Place::FolderName,
            "Placemark" => {
                self.count += 1;
                let limits = self.reading.options.limits;
                if self.reading.is_full() {
                    return Err(format!("there are more than {} features", limits.max_features));
                }
                let crs = self.reading.options.crs.clone().unwrap_or_default();
                self.open = Some(Placemark::new(at, self.reading.collector(crs)));
                Place::Placemark
            }
            "NetworkLink" => {
                self.left.links += 1;
                Place::Passed
            }
            _ => Place::Passed,
        })
    }

    fn end<R: Read>(&mut self, text: &mut String, xml: &Reader<XmlText<R>>) -> Result<(), String> {
        let Some(place) = self.places.pop() else { return Err("an element ends that did not begin".into()) };
        match place {
            Place::Passed | Place::Root => return Ok(()),
            Place::Folder => {
                self.folders.pop();
            }
            Place::FolderName => {
                if let Some(name) = self.folders.last_mut() {
                    *name = clip(text.trim());
                }
            }
            Place::Placemark => {
                let placemark = self.open.take().expect("it was opened where it began");
                self.take_placemark(placemark)?;
            }
            inside => {
                let placemark = self.open.as_mut().expect("these stand inside a placemark");
                match placemark.end(inside, text, xml.get_ref().place()) {
                    Ok(()) => {}
                    Err(Stop::TooMany(message)) => return Err(message),
                }
            }
        }
        text.clear();
        Ok(())
    }

    fn take_placemark(&mut self, placemark: Placemark) -> Result<(), String> {
        let folder = self.folders.iter().rev().find(|name| !name.is_empty());
        if let Some(wanted) = &self.reading.options.layer
            && folder != Some(&clip(wanted))
        {
            let name = folder.map_or(NO_FOLDER, String::as_str);
            if self.unwanted.len() < MAX_REMEMBERED && !self.unwanted.iter().any(|known| known == name) {
                self.unwanted.push(name.to_owned());
            }
            return Ok(());
        }
        let tier = folder.and_then(|name| parse_tier(name));
        let source = format!("{} placemark {}", self.name, self.count);
        let at = Some(placemark.at);
        match placemark.into_record() {
            Ok((record, beside)) => {
                self.left.beside += beside;
                self.reading.take_record_in(source, record, tier);
            }
            Err((at_inside, field, message)) => {
                self.reading.fault(Fault { source, at: at_inside.or(at), field, message })
            }
        }
        if self.reading.vertices_left() == 0 {
            return Err(format!("there are {} vertices or more", self.reading.options.limits.max_vertices));
        }
        Ok(())
    }
}

/// The attribute `name`; empty where there is none that can be read.
fn named(start: &BytesStart<'_>) -> String {
    let attribute = start.try_get_attribute("name").ok().flatten();
    let value = attribute
        .and_then(|attribute| attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| clip(&value)));
    value.unwrap_or_default()
}

fn explain(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Io(error) => error.to_string(),
        other => format!("the XML is broken: {other}"),
    }
}
