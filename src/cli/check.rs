//! `gridward check`: the validation report of files, of a draft, or of a published edition.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::files::{self, FileArgs};
use super::report::{self, Read};
use super::whole_file::WholeFile;
use super::{Context, Failure, Outcome};
use crate::domain::problem::{CheckReport, Problem, Severity};
use crate::domain::shown::shown;
use crate::import::edition;
use crate::import::export::problem_features;

/// Report everything that is wrong with files or with an edition
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files to check, as for import; without files, an edition of the store is checked
    #[arg(value_name = "FILE", conflicts_with = "edition")]
    files: Vec<String>,

    /// The edition to check [default: the one in force]
    #[arg(long, value_name = "NAME")]
    edition: Option<String>,

    /// Also write the places of the problems to this file, as GeoJSON
    #[arg(long, value_name = "FILE.geojson")]
    problems: Option<PathBuf>,

    #[command(flatten)]
    reading: FileArgs,
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let (what, report, read) = if args.files.is_empty() {
        let (name, report) = check_stored(args.edition, context).await?;
        let read = Read::earlier(&report);
        (format!("edition {name}"), report, read)
    } else {
        let reading = files::read(&args.files, &args.reading, context)?;
        let read = Read::of(&reading);
        let working = context.progress("checking", None);
        let checked = edition::check(reading, args.reading.preparation(), &[], Vec::new()).await;
        working.finish_and_clear();
        let report = checked.built.report;
        let read = read.checked(&report);
        (files::source_of(&args.files), report, read)
    };
    if let Some(path) = &args.problems {
        write_problems(path, &report.problems)?;
    }
    if context.json {
        let mut all = read.json();
        all["checked"] = json!(what);
        all["report"] = report::json(&report);
        context.print_json(&all)?;
    } else {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", shown(&what))?;
        read.print_files(&mut out)?;
        read.print(&mut out)?;
        report::print(&report, &[], &read, &mut out)?;
    }
    let sound = read.fault_count == 0 && report.problems.iter().all(|problem| problem.severity == Severity::Warning);
    if sound { Ok(()) } else { Err(Failure::Reported) }
}

/// Checks an edition of the store, the one in force where none is named.
async fn check_stored(name: Option<String>, context: &Context) -> Result<(String, CheckReport), Failure> {
    let store = context.store().await?;
    let info = context.edition_or_in_force(&*store, name.as_deref()).await?;
    let working = context.progress("checking", None);
    let report = edition::check_stored(&*store, &info).await?;
    working.finish_and_clear();
    store.close().await;
    Ok((info.name, report))
}

fn write_problems(path: &Path, problems: &[Problem]) -> Outcome {
    let mut file = WholeFile::create(path)?;
    let mut out = BufWriter::new(&mut file);
    serde_json::to_writer(&mut out, &problem_features(problems))?;
    writeln!(out)?;
    out.flush()?;
    drop(out);
    file.keep()
}
