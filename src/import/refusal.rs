//! Why an edition was not published, in words.

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
        codes.sort();
        codes.dedup();
        let list = |codes: &[ProblemCode]| codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        write!(f, "edition `{name}` is not published: {errors} error(s) forbid it ({})", list(&codes))?;
        let (acceptable, rest): (Vec<_>, Vec<_>) = codes.iter().copied().partition(|code| code.can_be_allowed());
        if !acceptable.is_empty() {
            write!(f, "; --allow {} accepts what can be accepted", list(&acceptable))?;
        }
        if !rest.is_empty() {
            write!(f, "; mend {} in the file, or try --repair when importing it", list(&rest))?;
        }
        Ok(())
    }
}
