//! `gridward import`: files to a new draft edition, and with `--publish` into force.

use std::io::Write;

use serde_json::json;
use time::OffsetDateTime;

use super::editions::EditionRow;
use super::files::{self, FileArgs};
use super::publish::{AllowArgs, time_argument};
use super::report::{self, Read};
use super::{Context, Failure, Outcome};
use crate::domain::edition::edition_name;
use crate::import::edition::{self, PublishError};

/// Read files into a new draft edition
#[derive(Debug, clap::Args)]
pub struct Args {
    /// GeoJSON (also newline-delimited), Shapefile (bare or in a zip), GeoPackage, KML, KMZ, TopoJSON, FlatGeobuf; `-` is GeoJSON on standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,

    #[command(flatten)]
    reading: FileArgs,

    /// Name of the edition [default: the day, such as 2026-11-23]
    #[arg(long, value_name = "NAME", value_parser = edition_name)]
    edition: Option<String>,

    #[command(flatten)]
    allow: AllowArgs,

    /// Put the edition in force when nothing forbids it
    #[arg(long)]
    publish: bool,

    /// The moment from which it is in force, such as 2026-12-01T00:00:00+08:00 [default: now]
    #[arg(long, value_name = "TIME", requires = "publish", value_parser = time_argument)]
    from: Option<OffsetDateTime>,
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let allow = args.allow.codes();
    let reading = files::read(&args.files, &args.reading, context)?;
    let read = Read::of(&reading);
    if read.fault_count > 0 {
        return refuse(&read, context);
    }
    let store = context.store().await?;
    let working = context.progress("checking and building", None);
    let mut checked =
        edition::check(reading, args.reading.preparation(), &allow, edition::grids_in_force(&*store, None).await?)
            .await;
    working.set_message("storing");
    let draft = edition::save_draft(&*store, args.edition, files::source_of(&args.files), &mut checked).await?;
    let outcome = if args.publish {
        working.finish_and_clear();
        args.allow.confirm(&*store, &draft, &checked.built, args.from, context).await?;
        edition::publish_built(&*store, draft.clone(), checked.built, args.from, &allow).await.map(|done| done.report)
    } else {
        edition::publishable(&draft, checked.built, &allow)
    };
    let (report, forbidden) = match outcome {
        Ok(report) => (report, None),
        Err(PublishError::Store(error)) => return Err(error.into()),
        Err(PublishError::Forbidden(refusal)) => (refusal.report.clone(), Some(refusal.to_string())),
    };
    let read = read.checked(&report);
    let row = EditionRow::load(&*store, &draft.name).await?;
    working.finish_and_clear();
    store.close().await;
    if context.json {
        let mut all = json!({"edition": row, "report": report::json(&report), "read": read.files, "notes": read.notes});
        if let Some(text) = &forbidden {
            all["forbidden"] = json!(text);
        }
        context.print_json(&all)?;
    } else {
        let mut out = std::io::stdout().lock();
        read.print_files(&mut out)?;
        read.print(&mut out)?;
        report::print(&report, &allow, &read, &mut out)?;
        writeln!(out, "{row}")?;
        match &forbidden {
            None if !args.publish => writeln!(out, "`gridward publish {}` puts it in force", row.name)?,
            Some(text) if !args.publish => writeln!(out, "{text}")?,
            _ => {}
        }
    }
    match forbidden {
        Some(text) if args.publish => Err(Failure::Refused(format!("{text} (the draft is kept)"))),
        _ => Ok(()),
    }
}

/// Says what cannot be read; nothing was stored.
fn refuse(read: &Read, context: &Context) -> Outcome {
    if context.json {
        context.print_json(&read.json())?;
        return Err(Failure::Reported);
    }
    read.print(&mut std::io::stderr().lock())?;
    Err(Failure::refused(format!("{} thing(s) cannot be read, so nothing was stored", read.fault_count)))
}
