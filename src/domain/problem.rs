//! What validation finds: a code, the grids, a place and a measure.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

/// Every kind of problem. Errors forbid publishing, warnings don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    RingNotClosed,
    RingCollapsed,
    SelfIntersection,
    EmptyGeometry,
    CoordinateRange,
    CodeMissing,
    CodeDuplicate,
    TierMissing,
    ParentMissing,
    ParentWrongTier,
    Overlap,
    Gap,
    OutsideParent,
    Sliver,
    SuspectedCrs,
    RosterMissing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
}

impl ProblemCode {
    pub const ALL: [ProblemCode; 16] = [
        ProblemCode::RingNotClosed,
        ProblemCode::RingCollapsed,
        ProblemCode::SelfIntersection,
        ProblemCode::EmptyGeometry,
        ProblemCode::CoordinateRange,
        ProblemCode::CodeMissing,
        ProblemCode::CodeDuplicate,
        ProblemCode::TierMissing,
        ProblemCode::ParentMissing,
        ProblemCode::ParentWrongTier,
        ProblemCode::Overlap,
        ProblemCode::Gap,
        ProblemCode::OutsideParent,
        ProblemCode::Sliver,
        ProblemCode::SuspectedCrs,
        ProblemCode::RosterMissing,
    ];

    /// The contract's word, such as `self_intersection`.
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemCode::RingNotClosed => "ring_not_closed",
            ProblemCode::RingCollapsed => "ring_collapsed",
            ProblemCode::SelfIntersection => "self_intersection",
            ProblemCode::EmptyGeometry => "empty_geometry",
            ProblemCode::CoordinateRange => "coordinate_range",
            ProblemCode::CodeMissing => "code_missing",
            ProblemCode::CodeDuplicate => "code_duplicate",
            ProblemCode::TierMissing => "tier_missing",
            ProblemCode::ParentMissing => "parent_missing",
            ProblemCode::ParentWrongTier => "parent_wrong_tier",
            ProblemCode::Overlap => "overlap",
            ProblemCode::Gap => "gap",
            ProblemCode::OutsideParent => "outside_parent",
            ProblemCode::Sliver => "sliver",
            ProblemCode::SuspectedCrs => "suspected_crs",
            ProblemCode::RosterMissing => "roster_missing",
        }
    }

    pub fn severity(self) -> Severity {
        match self {
            ProblemCode::Gap
            | ProblemCode::OutsideParent
            | ProblemCode::Sliver
            | ProblemCode::SuspectedCrs
            | ProblemCode::RosterMissing => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// Whether `--allow` can accept it: the others leave nothing to publish or no one answer.
    pub fn can_be_allowed(self) -> bool {
        matches!(self, ProblemCode::Overlap | ProblemCode::SelfIntersection | ProblemCode::EmptyGeometry)
    }

    /// Whether `--repair` mends every one of them, whatever the tolerance.
    pub fn can_be_repaired(self) -> bool {
        matches!(self, ProblemCode::RingNotClosed | ProblemCode::RingCollapsed)
    }
}

impl std::fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for ProblemCode {
    type Err = String;

    fn from_str(text: &str) -> Result<ProblemCode, String> {
        ProblemCode::ALL
            .into_iter()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| format!("no problem code is called `{text}`"))
    }
}

/// How large a problem is; the unit is in the name on the wire (`area_m2`, `length_m`, `share`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    AreaM2(f64),
    LengthM(f64),
    Count(u64),
    /// Of 1, such as how much of a grid its parent holds.
    Share(f64),
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    pub code: ProblemCode,
    pub severity: Severity,
    /// Codes of the grids concerned, in order; empty where the code itself is missing.
    pub grids: Vec<String>,
    /// A point on or in the place, `[lon, lat]`, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub measure: Option<Measure>,
    /// File, line or feature, and field, such as `us.geojsonl line 12, field tier`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// What is wrong and what to do, in words.
    pub message: String,
    /// Outline of the place as closed lon/lat rings, for the map; empty for a place that is a point.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub outline: Vec<Vec<[f64; 2]>>,
}

/// Something `--repair` or the building of the map did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repair {
    /// What was done, such as `ring_closed`, `border_snapped`, `parent_found`; docs/repair.md lists them.
    pub action: String,
    pub grids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<[f64; 2]>,
    /// How far anything moved at most, in metres.
    pub moved_m: f64,
    /// What else can be said in a number, such as the share of a grid that the parent found for it holds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub measure: Option<Measure>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    pub message: String,
}

/// Everything found in one input, errors first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    pub problems: Vec<Problem>,
    pub repairs: Vec<Repair>,
    /// Names of the grids concerned, by code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub names: BTreeMap<String, String>,
    /// What was seen while the files were read and is no problem, such as the encoding that was taken for theirs.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

impl CheckReport {
    /// Puts what was done and seen before before what was found now. A repair that was found now again, such as a parent that a
    /// grid still does not name, is kept once, as it is now.
    pub fn follow(&mut self, kept: CheckReport) {
        let found: HashSet<(&str, Option<&String>)> =
            self.repairs.iter().map(|repair| (repair.action.as_str(), repair.grids.first())).collect();
        let is_new = |repair: &Repair| !found.contains(&(repair.action.as_str(), repair.grids.first()));
        let before: Vec<Repair> = kept.repairs.into_iter().filter(is_new).collect();
        self.repairs.splice(0..0, before);
        self.notes.splice(0..0, kept.notes);
        // Only files tell that they were read in the wrong system.
        let is_of_file = |problem: &Problem| problem.code == ProblemCode::SuspectedCrs && problem.source.is_some();
        self.problems.extend(kept.problems.into_iter().filter(is_of_file));
    }

    /// Keeps the names of the grids that the report is about; `names` are those of all grids, by code. Of two the first stays.
    pub fn name_grids(&mut self, names: impl Iterator<Item = (String, String)>) {
        let of_problems = self.problems.iter().flat_map(|problem| &problem.grids);
        let concerned: HashSet<&String> =
            of_problems.chain(self.repairs.iter().flat_map(|repair| &repair.grids)).collect();
        for (code, name) in names.filter(|(code, name)| !name.is_empty() && concerned.contains(code)) {
            self.names.entry(code).or_insert(name);
        }
    }

    /// Errors that `allowed` does not accept: what forbids publishing.
    pub fn blocking<'a>(&'a self, allowed: &'a [ProblemCode]) -> impl Iterator<Item = &'a Problem> {
        self.problems
            .iter()
            .filter(|p| p.severity == Severity::Error && !(p.code.can_be_allowed() && allowed.contains(&p.code)))
    }
}
