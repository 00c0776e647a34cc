//! What was found and what was repaired, as text for people and as JSON.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::domain::problem::{CheckReport, Measure, Problem, ProblemCode, Repair, Severity};
use crate::domain::shown::shown;
use crate::import::{Fault, FileSummary, Reading};

/// Lines of one kind before the rest is only counted.
const MAX_LINES: usize = 50;
/// Places named of those that the same is to be said of.
const MAX_PLACES: usize = 3;

/// What is to be said of a reading; kept when its features have gone on.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    pub faults: Vec<Fault>,
    pub fault_count: u64,
    pub notes: Vec<String>,
    pub files: Vec<FileSummary>,
}

impl Read {
    pub(super) fn of(reading: &Reading) -> Read {
        let (faults, fault_count) = (reading.faults.clone(), reading.fault_count);
        Read { faults, fault_count, notes: reading.notes(), files: reading.summaries() }
    }

    /// With what else was noted when it was repaired and checked.
    pub(super) fn checked(self, report: &CheckReport) -> Read {
        Read { notes: report.notes.clone(), ..self }
    }

    /// What is kept of the reading of an edition's files.
    pub(super) fn earlier(report: &CheckReport) -> Read {
        Read { notes: report.notes.clone(), ..Read::default() }
    }

    /// What was read of each file.
    pub(super) fn print_files(&self, out: &mut impl Write) -> io::Result<()> {
        for file in self.files.iter().take(MAX_LINES) {
            writeln!(out, "read {}", shown(&file.to_string()))?;
        }
        more(self.files.len(), out)
    }

    /// What cannot be read, each thing once, and what else is worth knowing.
    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        for (message, faults) in alike(&self.faults, |fault| &fault.message) {
            let line = match faults.as_slice() {
                [one] => one.to_string(),
                several => format!("{message} ({})", places(several.iter().map(|fault| fault.place()), several.len())),
            };
            writeln!(out, "error: {}", shown(&line))?;
        }
        let hidden = self.fault_count - self.faults.len() as u64;
        if hidden > 0 {
            writeln!(out, "… and {hidden} more that cannot be read")?;
        }
        for note in &self.notes {
            writeln!(out, "note: {}", shown(note))?;
        }
        Ok(())
    }

    /// Whether there is nothing that could be checked, for nothing could be read.
    fn is_nothing(&self) -> bool {
        self.fault_count > 0 && self.files.iter().all(|file| file.features == 0)
    }

    /// The members that reports as JSON have for it.
    pub(super) fn json(&self) -> Value {
        json!({
            "read": self.files,
            "unreadable": self.faults,
            "unreadable_count": self.fault_count,
            "notes": self.notes,
        })
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

/// Prints a report grouped by kind, errors first, repairs last; the last line says whether it is about everything in the files.
pub(super) fn print(report: &CheckReport, allow: &[ProblemCode], read: &Read, out: &mut impl Write) -> io::Result<()> {
    if read.is_nothing() {
        return writeln!(out, "无法读取 {} thing(s) cannot be read, so nothing was checked", read.fault_count);
    }
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
            let line = format!("{}{moved}{}", repair.message, whereabouts(repair.place, repair.source.as_deref()));
            writeln!(out, "  {}", shown(&line))?;
        }
        more(repairs.len(), out)?;
    }
    if read.fault_count > 0 {
        write!(out, "无法读取 {} thing(s) cannot be read; in the rest: ", read.fault_count)?;
    }
    writeln!(out, "{}", counts(report, allow))
}

/// Prints what publishing is about: the errors, those among them that are overridden, and suspicions. The rest is only counted: it was told at the
/// import.
pub(super) fn print_errors(
    edition: &str,
    report: &CheckReport,
    allow: &[ProblemCode],
    out: &mut impl Write,
) -> io::Result<()> {
    // What lies far from its place is not to be published unseen.
    let is_told = |kind: &&[Problem]| kind[0].severity == Severity::Error || kind[0].code == ProblemCode::SuspectedCrs;
    let (told, warnings): (Vec<_>, Vec<_>) = kinds(report).partition(is_told);
    for kind in told {
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
    let different = alike(kind, |problem| &problem.message);
    for (message, problems) in different.iter().take(MAX_LINES) {
        let line = match problems.as_slice() {
            [one] => line(one),
            several => format!("{message} ({})", places(several.iter().filter_map(|p| place(p)), several.len())),
        };
        writeln!(out, "  {}", shown(&line))?;
    }
    more(different.len(), out)
}

fn counts(report: &CheckReport, allow: &[ProblemCode]) -> String {
    let errors = count(report, Severity::Error);
    let accepted = errors - report.blocking(allow).count();
    let accepted = if accepted > 0 { format!(" ({accepted} accepted)") } else { String::new() };
    let warnings = count(report, Severity::Warning);
    format!("{errors} error(s){accepted}, {warnings} warning(s), {} repair(s)", report.repairs.len())
}

/// Those that say the same together, in the order of the first of each.
fn alike<'a, T>(all: &'a [T], message: impl Fn(&'a T) -> &'a String) -> Vec<(&'a str, Vec<&'a T>)> {
    let mut groups: Vec<(&'a str, Vec<&'a T>)> = Vec::new();
    let mut known: HashMap<&'a str, usize> = HashMap::new();
    for one in all {
        let text = message(one).as_str();
        let at = *known.entry(text).or_insert_with(|| {
            groups.push((text, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(one);
    }
    groups
}

/// How many they are, and where the first of them are.
fn places(places: impl Iterator<Item = String>, count: usize) -> String {
    let first: Vec<String> = places.take(MAX_PLACES).collect();
    let more = if first.len() < count && !first.is_empty() { " …" } else { "" };
    let colon = if first.is_empty() { "" } else { ": " };
    format!("{count} times{colon}{}{more}", first.join("; "))
}

/// Where a problem is, for a list: its source, or else its place.
fn place(problem: &Problem) -> Option<String> {
    problem.source.clone().or_else(|| problem.place.map(|[lon, lat]| format!("{lon:.7}, {lat:.7}")))
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
