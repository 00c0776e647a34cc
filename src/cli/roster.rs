//! `gridward roster`: the roster (名册) in from a CSV file, and out to one.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand};
use rustc_hash::FxHashSet;
use serde::Serialize;
use time::OffsetDateTime;

use super::whole_file::WholeFile;
use super::{Context, Failure, Outcome};
use crate::domain::edition::in_force;
use crate::import::roster::{self, MAX_ROSTER_BYTES};

/// Replaces or prints the roster (名册): who answers for which grid.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Replaces the roster from now on; the one before stays for earlier times.
    ///
    /// Columns: grid (网格), party_group (党小组), role (职务), name (姓名), phone (电话); one row for every person. Roles: leader (网格长),
    /// inspector (网格员), villager_group_leader (村民组长), joint_defence_leader (联防长), mediator (调解员), instructor (网格指导员).
    /// With one bad row nothing is imported.
    Import {
        /// A CSV file in UTF-8; - for standard input.
        file: PathBuf,
    },
    /// Prints the roster in force as CSV, with WHOLE phone numbers: keep the file to yourself.
    Export {
        /// Where to write; standard output when not given.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// What `import --json` says.
#[derive(Debug, Serialize)]
struct Imported<'a> {
    grids: usize,
    people: usize,
    /// Codes that no grid of the edition in force has.
    unknown_grids: Vec<&'a str>,
    ignored_columns: &'a [String],
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    match args.command {
        Command::Import { file } => import(context, &file).await,
        Command::Export { output } => export(context, output.as_deref()).await,
    }
}

async fn import(context: &Context, path: &Path) -> Outcome {
    let refused = |error: io::Error| Failure::refused(format!("{} cannot be read: {error}", path.display()));
    let mut bytes = Vec::new();
    let input: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path).map_err(refused)?) };
    // One byte more than is allowed, so that a larger file is seen to be one.
    input.take(MAX_ROSTER_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(refused)?;
    let file = roster::read(&bytes)
        .map_err(|error| Failure::refused(format!("{}: nothing was imported, because of\n{error}", path.display())))?;
    if file.entries.is_empty() {
        let message = "names no grid, and an empty roster would leave nobody to answer; the roster stays as it is";
        return Err(Failure::refused(format!("{}: the file {message}", path.display())));
    }
    let store = context.store().await?;
    store.replace_roster(&file.entries, OffsetDateTime::now_utc()).await?;
    let known = match in_force(&store.publications().await?, OffsetDateTime::now_utc()) {
        Some(edition) => Some(store.grids(edition).await?),
        None => None,
    };
    store.close().await;
    // Before the first edition every code is unknown; that is nothing to warn about.
    let known: Option<FxHashSet<&str>> =
        known.as_ref().map(|features| features.iter().map(|feature| feature.grid.code.as_str()).collect());
    let imported = Imported {
        grids: file.entries.len(),
        people: file.entries.iter().map(|entry| entry.people.len()).sum(),
        unknown_grids: file.unknown_grids(|code| known.as_ref().is_none_or(|codes| codes.contains(code))),
        ignored_columns: &file.ignored_columns,
    };
    if context.json {
        return context.print_json(&imported);
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{} grids with {} people are on the roster now", imported.grids, imported.people)?;
    for column in imported.ignored_columns {
        eprintln!("warning: the column `{column}` means nothing here and was not kept");
    }
    if !imported.unknown_grids.is_empty() {
        const SHOWN: usize = 10;
        let shown = &imported.unknown_grids[..imported.unknown_grids.len().min(SHOWN)];
        eprintln!(
            "warning: {} codes belong to no grid of the edition in force: {}{}",
            imported.unknown_grids.len(),
            shown.join(", "),
            if imported.unknown_grids.len() > SHOWN { ", …" } else { "" }
        );
    }
    Ok(())
}

async fn export(context: &Context, output: Option<&Path>) -> Outcome {
    let store = context.store().await?;
    let entries = store.roster(OffsetDateTime::now_utc()).await?;
    store.close().await;
    match output {
        None => {
            let mut csv = Vec::new();
            roster::write(&entries, &mut csv)?;
            io::stdout().lock().write_all(&csv)?;
        }
        Some(path) => {
            let mut file = WholeFile::create(path)?;
            roster::write(&entries, &mut file)?;
            file.keep()?;
            eprintln!("{} grids written to {}, with whole phone numbers", entries.len(), path.display());
        }
    }
    Ok(())
}
