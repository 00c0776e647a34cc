//! A feature of any format but GeoJSON on its way in: its fields as text, its polygons in the file's own coordinates.

use std::borrow::Cow;

use super::coordinates::Collected;
use super::crs::ImportCrs;
use super::feature::Parsed;
use super::reading::{Fault, Reading};
use crate::domain::tier::Tier;

/// What a reader hands over.
#[derive(Debug)]
pub(super) struct Record {
    /// Names and texts in the order of the file; whole numbers by their plain digits, nothing as an empty text.
    pub fields: Vec<(String, String)>,
    pub shape: Collected,
}

impl Reading {
    /// Where a reader collects the polygons of the next feature.
    pub(super) fn collector(&self, crs: ImportCrs) -> Collected {
        Collected::new(crs, self.vertices_left())
    }

    /// Takes a feature; `source` is what people call it, such as `town.shp record 12`.
    pub(super) fn take_record(&mut self, source: String, record: Record) {
        self.take_record_in(source, record, None);
    }

    /// Takes a feature of a layer whose name says a tier, which counts where the feature says none itself.
    pub(super) fn take_record_in(&mut self, source: String, record: Record, tier: Option<Tier>) {
        match self.options.fields.map(&record.fields, |text| Ok(Cow::Borrowed(text))) {
            Err(wrong) => {
                self.spend(record.shape.vertices);
                self.fault(Fault { source, at: None, field: wrong.field, message: wrong.message });
            }
            Ok(mapped) => {
                let mut parsed = Parsed::default();
                parsed.take(mapped);
                parsed.take_shape(record.shape);
                parsed.properties = record.fields.into_iter().map(|(name, _)| name).collect();
                self.take_parsed(parsed, source, tier);
            }
        }
    }

    /// Takes a feature of a layer whose name says `tier`.
    pub(super) fn take_parsed(&mut self, mut parsed: Parsed, source: String, tier: Option<Tier>) {
        if parsed.not_a_tier.is_none() {
            parsed.feature.tier = parsed.feature.tier.or(tier);
        }
        self.take(parsed, source);
    }
}
