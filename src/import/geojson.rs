//! Reads GeoJSON and newline-delimited GeoJSON, plain or gzip, as a stream.

use std::io::Read;

use super::crs::ImportCrs;
use super::decode::decode;
use super::feature::{self, FeatureFault};
use super::pieces::{Piece, PieceKind, Pieces};
use super::reading::{Fault, Reading};
use super::summary::CrsFrom;

impl Reading {
    /// Reads one file. `name` is what people call it; everything found is named by it.
    pub fn read_geojson(&mut self, name: &str, bytes: impl Read) {
        let before = (self.features.len(), self.fault_count);
        let whole_file = |message: String| Fault { source: name.into(), at: None, field: String::new(), message };
        let limits = self.options.limits;
        let text = match decode(bytes, &limits) {
            Ok(text) => text,
            Err(error) => return self.fault(whole_file(error.to_string())),
        };
        let begin = self.features.len();
        let mut pieces = Pieces::new(text, limits);
        let mut found_any = false;
        let mut collection_crs = None;
        loop {
            match pieces.next() {
                Ok(None) => break,
                Ok(Some(piece)) => {
                    found_any = true;
                    if self.is_full() {
                        let message = format!("there are more than {} features", limits.max_features);
                        self.fault(whole_file(message));
                        break;
                    }
                    self.take_piece(name, piece, &mut collection_crs);
                    if self.vertices_left() == 0 {
                        self.fault(whole_file(format!("there are {} vertices or more", limits.max_vertices)));
                        break;
                    }
                }
                Err(error) => {
                    let source = match error.element {
                        Some(number) => format!("{name} feature {number}"),
                        None => name.to_string(),
                    };
                    let at = Some((error.line, error.column));
                    self.fault(Fault { source, at, field: String::new(), message: error.message });
                }
            }
        }
        let chosen = self.options.crs.clone();
        let crs_from = if collection_crs.is_some() { CrsFrom::File } else { CrsFrom::Format };
        self.reads_from(name, begin, &chosen.or(collection_crs).unwrap_or_default(), crs_from);
        if (self.features.len(), self.fault_count) == before {
            let what = if found_any { "there are no features in it" } else { "the file is empty" };
            self.fault(whole_file(what.into()));
        }
    }

    /// `collection_crs` is what the FeatureCollection that is being read says before its features.
    fn take_piece(&mut self, name: &str, piece: Piece<'_>, collection_crs: &mut Option<ImportCrs>) {
        let source = match piece.kind {
            PieceKind::Element(number) => format!("{name} feature {number}"),
            PieceKind::Whole => format!("{name} line {}", piece.line),
            PieceKind::Collection => name.to_string(),
        };
        if piece.kind == PieceKind::Element(1) {
            *collection_crs = crs_before_features(piece.head);
        }
        let no_crs = ImportCrs::default();
        let of_collection = collection_crs.as_ref().unwrap_or(&no_crs);
        let outcome = match std::str::from_utf8(piece.text) {
            Err(error) => Err(FeatureFault {
                field: String::new(),
                message: "the text is not UTF-8; convert the file: iconv -f GB18030 -t UTF-8 IN > OUT".into(),
                at: Some(error.valid_up_to()),
            }),
            Ok(text) if piece.kind == PieceKind::Collection => {
                self.check_collection(text, of_collection).map(|()| None)
            }
            Ok(text) => {
                let usual = if matches!(piece.kind, PieceKind::Element(_)) { of_collection } else { &no_crs };
                let crs = feature::CrsOf { chosen: self.options.crs.as_ref(), usual };
                feature::parse(text, &self.options.fields, crs, self.vertices_left()).map(Some)
            }
        };
        match outcome {
            Ok(None) => {}
            Ok(Some(parsed)) => self.take(parsed, source),
            Err(FeatureFault { field, message, at }) => {
                let at = at.map(|byte| place_in(piece, byte));
                self.fault(Fault { source, at, field, message });
            }
        }
    }

    /// Looks at the members of a FeatureCollection beside its features.
    fn check_collection(&self, text: &str, taken: &ImportCrs) -> Result<(), FeatureFault> {
        let wrong = |field: &str, message: String| Err(FeatureFault { field: field.into(), message, at: None });
        let collection = feature::members(text, text, "")?;
        match (collection.kind.as_deref(), collection.crs) {
            (Some("FeatureCollection"), Some(crs)) if self.options.crs.is_none() => {
                match feature::crs_member(crs.get()) {
                    Ok(crs) if crs == *taken || crs.is_like_wgs84() && taken.is_like_wgs84() => Ok(()),
                    Ok(crs) => {
                        wrong("crs", format!("it stands behind the features, where it is too late; give --crs `{crs}`"))
                    }
                    Err(message) => wrong("crs", message),
                }
            }
            (Some("FeatureCollection"), _) => Ok(()),
            (Some(other), _) => {
                let other: String = other.chars().take(40).collect();
                wrong("type", format!("an object with `features` is a FeatureCollection, not a `{other}`"))
            }
            (None, _) => wrong("type", "the member `type` is missing; it has to be FeatureCollection".into()),
        }
    }
}

/// The system that a FeatureCollection names before its features; where it cannot be understood, the check of the whole
/// collection says so.
fn crs_before_features(head: &[u8]) -> Option<ImportCrs> {
    let head = std::str::from_utf8(head).ok()?;
    let head = format!("{head}}}");
    let member =
        feature::members(&head, &head, "").ok().and_then(|members| members.crs.map(|crs| crs.get().to_owned()));
    member.and_then(|member| feature::crs_member(&member).ok())
}

/// Line and column in the file of a byte of a piece.
fn place_in(piece: Piece<'_>, byte: usize) -> (u64, u64) {
    let before = &piece.text[..byte.min(piece.text.len())];
    let breaks = before.iter().filter(|&&b| b == b'\n').count() as u64;
    match before.iter().rposition(|&b| b == b'\n') {
        None => (piece.line, piece.column + before.len() as u64),
        Some(at) => (piece.line + breaks, (before.len() - at) as u64),
    }
}
