//! `gridward assign`: to every row of a file its grids and who answers there.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args as ClapArgs, ValueEnum};
use indicatif::ProgressBar;
use serde::Serialize;
use time::OffsetDateTime;

use super::publish::time_argument;
use super::whole_file::WholeFile;
use super::{Context, Failure, Outcome, snapshot};
use crate::assign::bulk::{Bulk, BulkFormat, Counts};
use crate::geometry::crs::QueryCrs;

const CHUNK_BYTES: usize = 64 << 10;

/// Adds to every row of points the codes of its grids, the party group and the leader: columns tier1, tier2, tier3,
/// party_group, leader, error. Rows stay in order, their other columns as they are; a bad row gets an error and the rest goes on.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The file to read, with columns or members lon and lat; - for standard input.
    file: PathBuf,

    /// Where to write; standard output when not given. The file appears when it is whole.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,

    /// What the input is, and so the output; by the file's ending when not given, otherwise csv.
    #[arg(long)]
    format: Option<Format>,

    /// The coordinate system of the points: wgs84, cgcs2000, gcj02 or bd09.
    #[arg(long, default_value = "wgs84", value_name = "CRS")]
    crs: QueryCrs,

    /// Answers from the edition and the roster in force at that time, such as 2026-01-31T08:00:00+08:00.
    #[arg(long, value_name = "TIME", value_parser = time_argument)]
    at: Option<OffsetDateTime>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Csv,
    Ndjson,
    /// One document {"points": [[lon, lat], …]}
    Json,
}

/// What `--json` says at the end.
#[derive(Debug, Serialize)]
struct Summary {
    edition: String,
    #[serde(flatten)]
    counts: Counts,
    seconds: f64,
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let snapshot = snapshot::load(context, args.at).await?;
    let edition = snapshot.edition.info.name.clone();
    let started = Instant::now();
    let bulk = Bulk::new(snapshot, format(&args), args.crs);
    let (input, length) = open(&args.file)?;
    let progress = context.progress("assigning", length);
    let counts = match &args.to {
        None => pump(bulk, input, &args.file, io::stdout().lock(), &progress)?,
        Some(path) => {
            let mut file = WholeFile::create(path)?;
            let counts = pump(bulk, input, &args.file, &mut file, &progress)?;
            file.keep()?;
            counts
        }
    };
    progress.finish_and_clear();
    let summary = Summary { edition, counts, seconds: started.elapsed().as_secs_f64() };
    match (&args.to, context.json) {
        (Some(_), true) => context.print_json(&summary)?,
        // Standard output holds the rows.
        (None, true) => eprintln!("{}", serde_json::to_string(&summary)?),
        (_, false) => eprintln!(
            "{} rows answered by edition {}, {} of them outside every grid, {} with an error, in {:.1} s",
            counts.rows, summary.edition, counts.outside, counts.errors, summary.seconds
        ),
    }
    Ok(())
}

fn format(args: &Args) -> BulkFormat {
    match args.format {
        Some(Format::Csv) => BulkFormat::Csv,
        Some(Format::Ndjson) => BulkFormat::Ndjson,
        Some(Format::Json) => BulkFormat::Json,
        None => {
            let ending = args.file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            ending.parse().unwrap_or(BulkFormat::Csv)
        }
    }
}

/// The input and its length in bytes where that is known.
fn open(path: &Path) -> Result<(Box<dyn Read>, Option<u64>), Failure> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let refused = |error| Failure::refused(format!("{} cannot be read: {error}", path.display()));
    let file = File::open(path).map_err(refused)?;
    let about = file.metadata().map_err(refused)?;
    Ok((Box::new(file), about.is_file().then_some(about.len())))
}

/// Moves everything through, one chunk at a time.
fn pump(
    mut bulk: Bulk,
    mut input: impl Read,
    path: &Path,
    mut out: impl Write,
    progress: &ProgressBar,
) -> Result<Counts, Failure> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut answers = Vec::new();
    loop {
        let length = match input.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            length => {
                length.map_err(|error| Failure::refused(format!("{} cannot be read: {error}", path.display())))?
            }
        };
        let result = match length {
            0 => bulk.finish(&mut answers),
            _ => bulk.push(&chunk[..length], &mut answers),
        };
        out.write_all(&answers)?;
        answers.clear();
        result.map_err(|error| Failure::refused(format!("{}: {error}", path.display())))?;
        if length == 0 {
            out.flush()?;
            return Ok(bulk.counts());
        }
        progress.inc(length as u64);
    }
}
