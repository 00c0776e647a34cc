//! What comes out of reading one or more files: features, faults and problems, all of them and not only the first.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use serde::Serialize;

use super::crs::ImportCrs;
use super::encoding::TextEncoding;
use super::feature::Parsed;
use super::limits::Limits;
use super::mapping::{FieldMapping, TextFrom, TierFrom, clip};
use super::off_zone::OffZone;
use super::progress::Progress;
use super::summary::Source;
use crate::domain::problem::{Measure, Problem, ProblemCode};
use crate::domain::shown::is_unseen;
use crate::geometry::crs::zones;
use crate::geometry::feature::DraftFeature;

/// How files are read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    pub fields: FieldMapping,
    /// Overrules what a file says of itself; WGS 84 where neither says anything.
    pub crs: Option<ImportCrs>,
    /// Of the texts in formats older than UTF-8; overrules what a file says of itself.
    pub encoding: Option<TextEncoding>,
    /// The layer of a file that has several.
    pub layer: Option<String>,
    pub limits: Limits,
}

/// Something that cannot be read. An import with faults stores nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// File, and line or feature number.
    pub source: String,
    /// Line and column (bytes), counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<(u64, u64)>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
    pub message: String,
}

impl Fault {
    /// File, feature and field.
    pub fn place(&self) -> String {
        let mut place = self.source.clone();
        if let Some((line, column)) = self.at {
            place += &format!(" (line {line}, column {column})");
        }
        if !self.field.is_empty() {
            place += &format!(", field {}", self.field);
        }
        place
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.message)
    }
}

/// Names of properties remembered to help with a wrong field name.
const MAX_REMEMBERED: usize = 50;

/// What was read so far.
#[derive(Debug, Default)]
pub struct Reading {
    pub options: ReadOptions,
    /// Once it is stopped, no more features are taken, and what was read is worth nothing.
    pub progress: Progress,
    pub features: Vec<DraftFeature>,
    /// Problems that only the reader can see, such as a tier that is none; [`Reading::explain`] puts them in place.
    pub problems: Vec<Problem>,
    /// At most `limits.max_listed`; all are counted in `fault_count`.
    pub faults: Vec<Fault>,
    pub fault_count: u64,
    /// What a reader finds worth knowing; see [`Reading::notes`].
    noted: Vec<String>,
    /// Whether the system of positions that are out of range has been guessed.
    has_advice: bool,
    /// Where the features come from, in their order; see [`Reading::summaries`].
    pub(super) sources: Vec<Source>,
    /// Files that should say in which coordinate system they are, and do not.
    without_prj: HashSet<String>,
    /// What lies far from its place, as [`Reading::explain`] tells.
    pub(super) off_zones: Vec<OffZone>,
    /// Features with characters in their words that nobody sees, and the first of them.
    unseen: u64,
    first_unseen: String,
    vertices: u64,
    with_height: u64,
    /// Names of the features' parents, for parents that are in no file.
    parent_names: HashMap<String, String>,
    /// The part that is read by the same options: what people call it where there are several, and its first feature.
    part: String,
    part_begins: usize,
    property_names: BTreeSet<String>,
    /// Notes on the parts before.
    part_notes: Vec<String>,
}

impl Reading {
    pub fn new(options: ReadOptions) -> Reading {
        Reading { options, ..Reading::default() }
    }

    /// From here on features are read by other options; the bounds of the edition stay those it began with.
    pub fn begin_file(&mut self, name: &str, options: ReadOptions) {
        let notes = self.field_notes();
        self.part_notes.extend(notes);
        self.part = format!(" of {name}");
        self.part_begins = self.features.len();
        self.property_names.clear();
        self.options = ReadOptions { limits: self.options.limits, ..options };
    }

    /// What the parents of the features are called, by code, as far as the files say so.
    pub(super) fn parent_names(&self) -> &HashMap<String, String> {
        &self.parent_names
    }

    /// What is worth knowing but no problem.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.noted.clone();
        if self.with_height > 0 {
            notes.push(format!("{} position(s) have a height or a measure, which is dropped", self.with_height));
        }
        if self.unseen > 0 {
            notes.push(format!(
                "{} feature(s) have a code, name or parent with characters that nobody sees (such as a line end, or one that turns the \
                 direction of the text); the first is {}; take them out of the file",
                self.unseen, self.first_unseen
            ));
        }
        notes.extend(self.part_notes.iter().cloned());
        notes.extend(self.field_notes());
        notes
    }

    /// Fields that no feature read by the present options has.
    fn field_notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let features = &self.features[self.part_begins..];
        let unnamed = |has: fn(&DraftFeature) -> bool| !features.is_empty() && !features.iter().any(has);
        let seen = self.property_names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let mut say = |option: &str, from: &TextFrom| {
            notes.push(format!(
                "no feature{} has a field {from}; name it with {option} (the fields are: {})",
                self.part,
                if seen.is_empty() { "none" } else { &seen }
            ));
        };
        let fields = &self.options.fields;
        if unnamed(|feature| feature.code.is_some()) {
            say("--code", &fields.code);
        }
        if unnamed(|feature| feature.name.is_some()) {
            say("--name", &fields.name);
        }
        if let TierFrom::Fields(names) = &fields.tier
            && unnamed(|feature| feature.tier.is_some())
        {
            say("--tier", &TextFrom::Fields(names.clone()));
        }
        notes
    }

    /// Puts what only the reader knows into a report made from the features alone.
    pub fn explain(&self, problems: &mut Vec<Problem>) {
        for known in &self.problems {
            let same = problems.iter_mut().find(|found| found.code == known.code && found.source == known.source);
            if let Some(found) = same {
                found.message.clone_from(&known.message);
            }
        }
        let lacks_prj = |problem: &Problem| {
            let file = problem.source.as_deref().and_then(|source| Some(source.rsplit_once(" record ")?.0));
            file.is_some_and(|file| self.without_prj.contains(file))
        };
        for problem in problems.iter_mut().filter(|p| p.code == ProblemCode::CoordinateRange && lacks_prj(p)) {
            let message = std::mem::take(&mut problem.message);
            problem.message = format!("there is no .prj to say in which coordinate system it is, and {message}");
        }
        problems.extend(self.off_zones.iter().map(OffZone::problem));
    }

    /// Remembers a shapefile that has no `.prj`.
    pub(super) fn lacks_prj(&mut self, name: &str) {
        self.without_prj.insert(name.to_owned());
    }

    /// Counts positions with a height or a measure that are no feature's own.
    pub(super) fn add_heights(&mut self, count: u64) {
        self.with_height += count;
    }

    /// Remembers what a reader finds worth knowing, once.
    pub(super) fn note(&mut self, text: String) {
        if self.noted.len() < self.options.limits.max_listed && !self.noted.contains(&text) {
            self.noted.push(text);
        }
    }

    pub(super) fn vertices_left(&self) -> u64 {
        self.options.limits.max_vertices - self.vertices
    }

    /// Counts what was read of a feature that is refused. Formats that refer to what they hold can name the same shape
    /// again and again, so the bounds have to hold for these too.
    pub(super) fn spend(&mut self, vertices: u64) {
        self.vertices += vertices;
    }

    /// Whether the edition can take no more.
    pub(super) fn is_full(&self) -> bool {
        self.progress.is_stopped() || self.features.len() as u64 == self.options.limits.max_features
    }

    pub(super) fn fault(&mut self, mut fault: Fault) {
        /// Parsers quote what they were given, however long it is.
        const MAX_MESSAGE_CHARS: usize = 1_000;
        if let Some((end, _)) = fault.message.char_indices().nth(MAX_MESSAGE_CHARS) {
            fault.message.truncate(end);
            fault.message.push('…');
        }
        self.fault_count += 1;
        if self.faults.len() < self.options.limits.max_listed {
            self.faults.push(fault);
        }
    }

    pub(super) fn take(&mut self, parsed: Parsed, source: String) {
        self.spend(parsed.vertices);
        self.with_height += parsed.with_height;
        for name in parsed.properties {
            if self.property_names.len() < MAX_REMEMBERED {
                self.property_names.insert(clip(&name));
            }
        }
        if let Some(text) = parsed.not_a_tier
            && self.problems.len() < self.options.limits.max_listed
        {
            let code = ProblemCode::TierMissing;
            self.problems.push(Problem {
                code,
                severity: code.severity(),
                grids: parsed.feature.code.iter().cloned().collect(),
                place: None,
                measure: Some(Measure::Count(1)),
                source: Some(source.clone()),
                message: format!("`{}` is no tier; a tier is 1, 2 or 3", text.chars().take(40).collect::<String>()),
                outline: Vec::new(),
            });
        }
        if let (Some(parent), Some(name)) = (&parsed.feature.parent, parsed.parent_name) {
            self.parent_names.entry(parent.clone()).or_insert(name);
        }
        if let Some(&first) = parsed.feature.out_of_range.first()
            && !self.has_advice
        {
            // Once: a file in another system has every position out of range.
            self.has_advice = true;
            self.note(zones::out_of_range(first, &zones::advice(first)));
        }
        if let Some((zone, crs)) = parsed.other_zone {
            self.is_off_zone(zone, crs, &parsed.feature, &source);
        }
        let words = [&parsed.feature.code, &parsed.feature.name, &parsed.feature.parent];
        if words.into_iter().flatten().any(|text| text.chars().any(is_unseen)) {
            if self.unseen == 0 {
                self.first_unseen.clone_from(&source);
            }
            self.unseen += 1;
        }
        self.features.push(DraftFeature { source, ..parsed.feature });
    }
}
