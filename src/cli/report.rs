//! What was found and what was repaired, as text for people and as JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::domain::problem::{CheckReport, Measure, Problem, ProblemCode, Repair, Severity};
use crate::import::{Fault, Reading};

/// Lines of one kind before the rest is only counted.
const MAX_LINES: usize = 50;

/// The faults and notes of a reading; kept when its features have gone on.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    pub faults: Vec<Fault>,
    pub fault_count: u64,
    pub notes: Vec<String>,
}

impl Read {
    pub(super) fn of(reading: &Reading) -> Read {
        Read { faults: reading.faults.clone(), fault_count: reading.fault_count, notes: reading.notes() }
    }

    /// What is kept of the reading of an edition's files.
    pub(super) fn earlier(report: &CheckReport) -> Read {
        Read { notes: report.notes.clone(), ..Read::default() }
    }

    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        for fault in &self.faults {
            writeln!(out, "error: {fault}")?;
        }
        let hidden = self.fault_count - self.faults.len() as u64;
        if hidden > 0 {
            writeln!(out, "… and {hidden} more that cannot be read")?;
        }
        for note in &self.notes {
            writeln!(out, "note: {note}")?;
        }
        Ok(())
    }

    /// The members that reports as JSON have for it.
    pub(super) fn json(&self) -> Value {
        json!({"unreadable": self.faults, "unreadable_count": self.fault_count, "notes": self.notes})
    }
}

/// Counts, problems, repairs.
pub(super) fn json(report: &CheckReport) -> Value {
    json!({
        "errors": count(report, Severity::Error),
        "warnings": count(report, Severity::Warning),
        "problems": report.problems,
        "repairs": report.repairs,
        "names": report.names,
    })
}

/// Prints a report grouped by kind, errors first, repairs last.
pub(super) fn print(report: &CheckReport, allow: &[ProblemCode], out: &mut impl Write) -> io::Result<()> {
    let mut by_action: BTreeMap<&str, Vec<&Repair>> = BTreeMap::new();
    for repair in &report.repairs {
        by_action.entry(&repair.action).or_default().push(repair);
    }
    for kind in kinds(report) {
        print_kind(kind, allow, out)?;
    }
    for (action, repairs) in by_action {
        writeln!(out, "repaired {action} ({})", repairs.len())?;
        for repair in repairs.iter().take(MAX_LINES) {
            let moved =
                if repair.moved_m > 0.0 { format!(", moved {:.3} m at most", repair.moved_m) } else { String::new() };
            writeln!(out, "  {}{moved}{}", repair.message, whereabouts(repair.place, repair.source.as_deref()))?;
        }
        more(repairs.len(), out)?;
    }
    writeln!(out, "{}", counts(report, allow))
}

/// Prints what publishing is about: the errors, those among them that are overridden. The rest is only counted: it was told at the
/// import.
pub(super) fn print_errors(
    edition: &str,
    report: &CheckReport,
    allow: &[ProblemCode],
    out: &mut impl Write,
) -> io::Result<()> {
    let (errors, warnings): (Vec<_>, Vec<_>) = kinds(report).partition(|kind| kind[0].severity == Severity::Error);
    for kind in errors {
        print_kind(kind, allow, out)?;
    }
    let warnings: Vec<String> = warnings.iter().map(|kind| format!("{} {}", kind[0].code, kind.len())).collect();
    let warnings = if warnings.is_empty() { String::new() } else { format!(" ({})", warnings.join(", ")) };
    write!(out, "{}{warnings}", counts(report, allow))?;
    if report.problems.is_empty() && report.repairs.is_empty() {
        return writeln!(out);
    }
    let quoted = if edition.contains(|c: char| !c.is_alphanumeric() && !"-_.".contains(c)) {
        format!("'{}'", edition.replace('\'', r"'\''"))
    } else {
        edition.to_owned()
    };
    writeln!(out, "; `gridward check --edition {quoted}` lists them")
}

/// The problems of each code together, as they stand in the report.
fn kinds(report: &CheckReport) -> impl Iterator<Item = &[Problem]> {
    report.problems.chunk_by(|one, next| one.code == next.code)
}

fn print_kind(kind: &[Problem], allow: &[ProblemCode], out: &mut impl Write) -> io::Result<()> {
    let (code, severity) = (kind[0].code, kind[0].severity);
    let word = match severity {
        Severity::Error if allow.contains(&code) && code.can_be_allowed() => "accepted",
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    writeln!(out, "{word} {code} ({})", kind.len())?;
    for problem in kind.iter().take(MAX_LINES) {
        writeln!(out, "  {}", line(problem))?;
    }
    more(kind.len(), out)
}

fn counts(report: &CheckReport, allow: &[ProblemCode]) -> String {
    let errors = count(report, Severity::Error);
    let accepted = errors - report.blocking(allow).count();
    let accepted = if accepted > 0 { format!(" ({accepted} accepted)") } else { String::new() };
    let warnings = count(report, Severity::Warning);
    format!("{errors} error(s){accepted}, {warnings} warning(s), {} repair(s)", report.repairs.len())
}

fn count(report: &CheckReport, severity: Severity) -> usize {
    report.problems.iter().filter(|problem| problem.severity == severity).count()
}

fn more(length: usize, out: &mut impl Write) -> io::Result<()> {
    if length > MAX_LINES {
        writeln!(out, "  … and {} more; --json lists all", length - MAX_LINES)?;
    }
    Ok(())
}

fn line(problem: &Problem) -> String {
    let size = match problem.measure {
        Some(Measure::AreaM2(area)) if area > 0.0 => format!(" [{area:.1} m²]"),
        Some(Measure::LengthM(length)) if length > 0.0 => format!(" [{length:.2} m]"),
        _ => String::new(),
    };
    format!("{}{size}{}", problem.message, whereabouts(problem.place, problem.source.as_deref()))
}

/// Place and source in brackets, where there is either.
fn whereabouts(place: Option<[f64; 2]>, source: Option<&str>) -> String {
    let place = place.map(|[lon, lat]| format!("at {lon:.7}, {lat:.7}"));
    let known: Vec<String> = place.into_iter().chain(source.map(String::from)).collect();
    if known.is_empty() { String::new() } else { format!(" ({})", known.join("; ")) }
}
