//! Why an edition is not published: which errors forbid it, and what can be done.

use std::fmt;

use crate::domain::problem::{CheckReport, ProblemCode};

/// An edition whose errors forbid publishing it; as text it says which, and what can be done.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub name: String,
    pub report: CheckReport,
    pub allow: Vec<ProblemCode>,
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut codes: Vec<ProblemCode> = self.report.blocking(&self.allow).map(|problem| problem.code).collect();
        let (name, errors) = (&self.name, codes.len());
        if errors == 0 {
            return write!(f, "edition `{name}` has no grid with a shape, so there is nothing to publish");
        }
        codes.sort_by_key(|&code| (code != ProblemCode::CoordinateRange, code));
        codes.dedup();
        let list = |codes: &[ProblemCode]| codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        write!(f, "edition `{name}` is not published: {errors} error(s) forbid it ({})", list(&codes))?;
        let (acceptable, rest): (Vec<_>, Vec<_>) = codes.iter().copied().partition(|code| code.can_be_allowed());
        if !acceptable.is_empty() {
            write!(f, "; --allow {} accepts what can be accepted", list(&acceptable))?;
        }
        let (repairable, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|code| code.can_be_repaired());
        if !repairable.is_empty() {
            write!(f, "; --repair when importing it mends {}", list(&repairable))?;
        }
        if !rest.is_empty() {
            write!(f, "; mend {} in the file, or import it with the option that the report names", list(&rest))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::problem::Problem;

    #[test]
    fn advice_helps() {
        let problem = |code: ProblemCode| Problem {
            code,
            severity: code.severity(),
            grids: Vec::new(),
            place: None,
            measure: None,
            source: None,
            message: String::new(),
            outline: Vec::new(),
        };
        let says = |codes: &[ProblemCode]| {
            let problems = codes.iter().copied().map(problem).collect();
            let report = CheckReport { problems, ..CheckReport::default() };
            Refusal { name: "a".into(), report, allow: Vec::new() }.to_string()
        };
        let out_of_range = says(&[ProblemCode::EmptyGeometry, ProblemCode::CoordinateRange, ProblemCode::Gap]);
        assert_eq!(
            out_of_range,
            "edition `a` is not published: 2 error(s) forbid it (coordinate_range,empty_geometry); --allow empty_geometry accepts \
             what can be accepted; mend coordinate_range in the file, or import it with the option that the report names"
        );
        let open = says(&[ProblemCode::RingNotClosed]);
        assert!(open.ends_with("(ring_not_closed); --repair when importing it mends ring_not_closed"), "{open}");
    }
}
