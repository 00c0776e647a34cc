//! What was read, file by file, in a line each: so that a wrong field, coordinate system or encoding is seen before it is in force.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::crs::ImportCrs;
use super::encoding::TextEncoding;
use super::reading::Reading;
use crate::geometry::feature::DraftFeature;
use crate::geometry::point::IntBox;

/// Who says in which coordinate system a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CrsFrom {
    /// The file, or its `.prj`.
    File,
    /// Whoever reads it.
    Option,
    /// The format, which has only one.
    Format,
    /// Nobody.
    Assumed,
}

/// What was read of a file, or of a layer of one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileSummary {
    pub file: String,
    pub features: usize,
    /// How many features there are of each tier.
    pub tiers: BTreeMap<u8, usize>,
    pub without_tier: usize,
    pub crs: String,
    pub crs_from: CrsFrom,
    /// Of the texts, in formats older than UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// West, south, east and north in degrees of WGS 84, where there is a shape.
    pub bounds: Option<[f64; 4]>,
}

/// Where features come from that were read in one coordinate system.
#[derive(Clone, Debug)]
pub(super) struct Source {
    name: String,
    /// The first of its features.
    begin: usize,
    crs: ImportCrs,
    crs_from: CrsFrom,
    encoding: Option<TextEncoding>,
}

impl Reading {
    /// Remembers what the features from `begin` on are read from.
    pub(super) fn reads_from(&mut self, name: &str, begin: usize, crs: &ImportCrs, crs_from: CrsFrom) {
        let crs_from = if self.options.crs.is_some() { CrsFrom::Option } else { crs_from };
        let (name, crs, encoding) = (name.to_owned(), crs.clone(), None);
        self.sources.push(Source { name, begin, crs, crs_from, encoding });
    }

    /// Remembers the encoding of the source that is being read.
    pub(super) fn reads_texts_in(&mut self, encoding: TextEncoding) {
        if let Some(source) = self.sources.last_mut() {
            source.encoding = Some(encoding);
        }
    }

    /// What was read of each file, as long as its features are here.
    pub fn summaries(&self) -> Vec<FileSummary> {
        let ends = self.sources.iter().skip(1).map(|source| source.begin).chain([self.features.len()]);
        let of = |(source, end): (&Source, usize)| source.summary(self.features.get(source.begin..end).unwrap_or(&[]));
        self.sources.iter().zip(ends).map(of).collect()
    }
}

impl Source {
    fn summary(&self, features: &[DraftFeature]) -> FileSummary {
        let mut tiers = BTreeMap::new();
        for tier in features.iter().filter_map(|feature| feature.tier) {
            *tiers.entry(tier.number()).or_default() += 1;
        }
        let bounds = IntBox::around(features.iter().flat_map(|feature| feature.polygons.iter().flatten().flatten()));
        let bounds = bounds.map(|IntBox { min, max }| {
            let ([west, south], [east, north]) = (min.to_degrees(), max.to_degrees());
            [west, south, east, north]
        });
        FileSummary {
            file: self.name.clone(),
            features: features.len(),
            without_tier: features.iter().filter(|feature| feature.tier.is_none()).count(),
            tiers,
            crs: self.crs.to_string(),
            crs_from: self.crs_from,
            encoding: self.encoding.map(|encoding| encoding.to_string()),
            bounds,
        }
    }
}

impl fmt::Display for FileSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FileSummary { file, features, crs, .. } = self;
        let mut counts: Vec<String> = self.tiers.iter().map(|(tier, count)| format!("tier {tier}: {count}")).collect();
        if self.without_tier > 0 {
            counts.push(format!("without a tier: {}", self.without_tier));
        }
        write!(f, "{file}: {features} feature(s)")?;
        if !counts.is_empty() {
            write!(f, " ({})", counts.join(", "))?;
        }
        let why = match self.crs_from {
            CrsFrom::File => "as the file says",
            CrsFrom::Option => "as --crs says",
            CrsFrom::Format => "as the format has it",
            CrsFrom::Assumed => "which is assumed, for nothing says so",
        };
        write!(f, ", in {crs}, {why}")?;
        if let Some(encoding) = &self.encoding {
            write!(f, ", texts in {encoding}")?;
        }
        match self.bounds {
            Some([west, south, east, north]) => {
                write!(f, ", from {west:.4}, {south:.4} to {east:.4}, {north:.4}")
            }
            None => write!(f, ", without a shape"),
        }
    }
}
