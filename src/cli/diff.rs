//! `gridward diff`: what another edition would do, before it is published or after.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::json;

use super::whole_file::WholeFile;
use super::{Context, Failure, Outcome, comparison};
use crate::assign::compare::{Comparison, PlaceChanges, ReportChanges, compare_places, compare_reports};
use crate::geometry::crs::QueryCrs;
use crate::http::diff::{DiffAnswer, PlacesAnswer, ReportsAnswer, StripCollection};

/// Places that are named; all are counted.
const MOST_PLACES: usize = 10_000;

/// Say what would change from one edition to another
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The edition to start from, published or a draft
    #[arg(value_name = "OLD")]
    old: String,

    /// The edition to compare it with, published or a draft
    #[arg(value_name = "NEW")]
    new: String,

    /// Known places, such as addresses: a CSV table with columns lon and lat. Says how many would change hands, and which
    #[arg(long, value_name = "FILE.csv|-")]
    points: Option<PathBuf>,

    /// The coordinate system of the points: wgs84, cgcs2000, gcj02 or bd09
    #[arg(long, default_value = "wgs84", value_name = "CRS", requires = "points")]
    crs: QueryCrs,

    /// text: for people; json: everything; geojson: the strips of land that change hands
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// The file to write; standard output when not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Geojson,
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let format = args.format.unwrap_or(if context.json { Format::Json } else { Format::Text });
    let working = context.progress("comparing", None);
    let store = context.store().await?;
    let comparison = comparison::of_editions(context, &store, &args.old, &args.new).await?;
    let known = Known {
        // The strips have nothing to say of them.
        reports: match format {
            Format::Geojson => ReportChanges::default(),
            Format::Text | Format::Json => compare_reports(&comparison, &*store, None, None).await?,
        },
        places: args.points.as_deref().map(|path| read_places(&comparison, path, args.crs)).transpose()?,
    };
    store.close().await;
    working.finish_and_clear();
    match &args.output {
        None => write(&comparison, known, format, &mut io::stdout().lock()),
        Some(path) => {
            let mut file = WholeFile::create(path)?;
            write(&comparison, known, format, &mut file)?;
            file.keep()
        }
    }
}

/// What is known beside the editions, and would change hands.
struct Known {
    reports: ReportChanges,
    places: Option<PlaceChanges>,
}

fn read_places(comparison: &Comparison, path: &Path, crs: QueryCrs) -> Result<PlaceChanges, Failure> {
    let table: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path);
        Box::new(BufReader::new(file.map_err(|error| Failure::refused(format!("{}: {error}", path.display())))?))
    };
    compare_places(comparison, table, crs, MOST_PLACES)
        .map_err(|error| Failure::refused(format!("{}: {error}", path.display())))
}

fn write(comparison: &Comparison, known: Known, format: Format, out: &mut impl Write) -> Outcome {
    let Known { reports, places } = known;
    match format {
        Format::Geojson => serde_json::to_writer(&mut *out, &StripCollection::new(comparison))?,
        Format::Json => {
            let mut all = json!(DiffAnswer::new(comparison));
            all["reports"] = json!(ReportsAnswer::new(comparison, &reports));
            if let Some(places) = places {
                all["places"] = json!(PlacesAnswer::new(comparison, places));
            }
            serde_json::to_writer_pretty(&mut *out, &all)?;
        }
        Format::Text => {
            comparison::print(comparison, out)?;
            comparison::print_reports(comparison, &reports, out)?;
            if let Some(places) = places {
                comparison::print_places(&places, out)?;
            }
            return Ok(());
        }
    }
    writeln!(out)?;
    Ok(())
}
