//! Reads KMZ: a zip with a KML in it, and perhaps further ones that the first links to.

use std::io::{Read, Seek};

use super::mapping::clip;
use super::reading::{Fault, Reading};
use super::unzip::{Archive, Entry};

impl Reading {
    /// Reads the KML of an archive, `doc.kml` or the first there is. Where it only links to others, those are read.
    pub(super) fn read_kmz<R: Read + Seek>(&mut self, name: &str, archive: &mut Archive<R>) {
        let fault = |message: String| Fault { source: name.into(), at: None, field: String::new(), message };
        let all: Vec<usize> = (0..archive.entries().len()).filter(|&at| is_kml(&archive.entries()[at])).collect();
        let is_doc = |at: &&usize| archive.entries()[**at].name.eq_ignore_ascii_case("doc.kml");
        let Some(&first) = all.iter().find(is_doc).or(all.first()) else {
            return self.fault(fault("there is no KML in the archive".into()));
        };
        let (count, faults) = (self.features.len(), self.fault_count);
        let links = match archive.read(first) {
            Ok(bytes) => self.read_kml_of(name, bytes, None, all.len() > 1),
            Err(message) => return self.fault(fault(message)),
        };
        let is_list = links > 0 && self.features.len() == count;
        for at in all.into_iter().filter(|&at| is_list && at != first) {
            let called = format!("{name} {}", clip(archive.entries()[at].file_name()));
            match archive.read(at) {
                Ok(bytes) => {
                    self.read_kml_of(&called, bytes, None, true);
                }
                Err(message) => self.fault(Fault { source: called, at: None, field: String::new(), message }),
            }
        }
        if self.features.len() == count && self.fault_count == faults {
            self.fault(fault("there are no placemarks in it".into()));
        }
    }
}

/// Whether an entry is a KML, by its name.
fn is_kml(entry: &Entry) -> bool {
    let name = entry.name.as_bytes();
    name.len() > 4 && name[name.len() - 4..].eq_ignore_ascii_case(b".kml")
}
