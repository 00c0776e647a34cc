//! What validation finds: in the attributes, in each shape by itself, and in the coverage of the tiers.

pub(super) mod attributes;
pub(super) mod coverage;
pub mod reference;
pub(super) mod shapes;

use crate::domain::problem::{Measure, Problem, ProblemCode};
use crate::geometry::point::Point;

/// A problem with the severity of its code.
pub(super) fn problem(code: ProblemCode, grids: Vec<String>, message: String) -> Problem {
    Problem {
        code,
        severity: code.severity(),
        grids,
        place: None,
        measure: None,
        source: None,
        message,
        outline: Vec::new(),
    }
}

/// The same, at a place and with a measure.
pub(super) fn problem_at(
    code: ProblemCode,
    grids: Vec<String>,
    at: Point,
    measure: Measure,
    message: String,
) -> Problem {
    Problem { place: Some(at.to_degrees()), measure: Some(measure), ..problem(code, grids, message) }
}
