//! `gridward roster`: the roster (名册) in from a file and out to one, and what it was before.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use rustc_hash::FxHashSet;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::publish::time_argument;
use super::whole_file::WholeFile;
use super::{Context, Failure, Outcome};
use crate::domain::edition::in_force;
use crate::import::roster::{self, MAX_ROSTER_BYTES, RosterFile};
use crate::store::Store;

/// Replaces or prints the roster (名册): who answers for which grid.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

impl Args {
    pub(super) fn only_prints(&self) -> bool {
        !matches!(self.command, Command::Import(_))
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Replaces the roster; the one before stays for earlier times.
    ///
    /// Columns: grid (网格), party_group (党小组), role (职务), name (姓名), phone (电话), deputy (副职: 是 or 否), from (任职日期), until
    /// (离任日期); one row for every person. Roles: leader (网格长), inspector (网格员), villager_group_leader (村民组长),
    /// joint_defence_leader (联防长), mediator (调解员), instructor (网格指导员). In place of a grid's code, town (镇级网格办) is the town
    /// office, which answers where nobody else does. With one bad row nothing is imported.
    Import(ImportArgs),
    /// Prints a roster, with WHOLE phone numbers: keep the file to yourself.
    Export(ExportArgs),
    /// Lists from when on which roster is in force.
    History,
}

#[derive(Debug, ClapArgs)]
struct ImportArgs {
    /// A CSV file (UTF-8, or GBK) or an Excel workbook (.xlsx); - for standard input.
    file: PathBuf,

    /// The sheet of the workbook [default: the first]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,

    /// The moment from which it is in force, such as 2026-12-01T00:00:00+08:00 [default: now]
    #[arg(long, value_name = "TIME", value_parser = time_argument)]
    from: Option<OffsetDateTime>,

    /// Accepts a moment that has passed already, so that answers about times since then change.
    #[arg(long, requires = "from")]
    amend: bool,
}

#[derive(Debug, ClapArgs)]
struct ExportArgs {
    /// Where to write; standard output when not given (csv only).
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// By the ending of the file when not given, otherwise csv.
    #[arg(long)]
    format: Option<Format>,

    /// The roster in force at that time, such as 2026-01-31T08:00:00+08:00 [default: now]
    #[arg(long, value_name = "TIME", value_parser = time_argument)]
    at: Option<OffsetDateTime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Xlsx,
}

/// What `import --json` says.
#[derive(Debug, Serialize)]
struct Imported<'a> {
    #[serde(with = "time::serde::rfc3339")]
    in_force_from: OffsetDateTime,
    read_as: &'a str,
    grids: usize,
    people: usize,
    town_office: bool,
    /// Codes that no grid of the edition in force has.
    unknown_grids: Vec<&'a str>,
    /// Where the file first names each of them.
    unknown_grids_at: Vec<&'a str>,
    ignored_columns: &'a [String],
}

/// A line of `history --json`.
#[derive(Debug, Serialize)]
struct Moment {
    #[serde(with = "time::serde::rfc3339")]
    in_force_from: OffsetDateTime,
    /// Until the next one; null for the last.
    #[serde(with = "time::serde::rfc3339::option")]
    in_force_until: Option<OffsetDateTime>,
    in_force: bool,
    grids: usize,
    people: usize,
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    match args.command {
        Command::Import(args) => import(context, &args).await,
        Command::Export(args) => export(context, &args).await,
        Command::History => history(context).await,
    }
}

async fn import(context: &Context, args: &ImportArgs) -> Outcome {
    let path = &args.file;
    let file = read(path, args.sheet.as_deref())?;
    if file.entries.is_empty() {
        let message = "names no grid, and an empty roster would leave nobody to answer; the roster stays as it is";
        return Err(Failure::refused(format!("{}: the file {message}", path.display())));
    }
    let store = context.store().await?;
    let now = OffsetDateTime::now_utc();
    let from = args.from.unwrap_or(now);
    let moments = store.roster_moments().await?;
    let earlier = moments.iter().copied().filter(|&moment| moment <= from).max();
    // One that was imported before holds from its moment on, whichever was imported last.
    let until = moments.into_iter().filter(|&moment| moment > from).min();
    if let Some(earlier) = earlier.filter(|_| from < now && !args.amend) {
        return Err(Failure::refused(format!(
            "a roster is in force since {}, and another one from {} on would change answers about times that have passed; \
             name a moment to come, or accept that with --amend",
            moment(earlier),
            moment(from)
        )));
    }
    store.replace_roster(&file.entries, args.from).await?;
    let recorded = store.rosters().await?.last().map_or(from, |kept| kept.in_force_from);
    let known = match in_force(&store.publications().await?, now) {
        Some(edition) => Some(store.grids(edition).await?),
        None => None,
    };
    store.close().await;
    // Before the first edition every code is unknown; that is nothing to warn about.
    let known: Option<FxHashSet<&str>> =
        known.as_ref().map(|features| features.iter().map(|feature| feature.grid.code.as_str()).collect());
    let unknown = file.unknown_grids(|code| known.as_ref().is_none_or(|codes| codes.contains(code)));
    let (unknown_grids, unknown_grids_at) = unknown.into_iter().unzip();
    let imported = Imported {
        in_force_from: args.from.unwrap_or(recorded),
        read_as: &file.read_as,
        grids: file.entries.len(),
        people: file.entries.iter().map(|entry| entry.people.len()).sum(),
        town_office: file.has_town_office(),
        unknown_grids,
        unknown_grids_at,
        ignored_columns: &file.ignored_columns,
    };
    if context.json {
        return context.print_json(&imported);
    }
    let when = match until.map(moment) {
        Some(until) => format!("from {} until {until}", moment(from)),
        None if from > now => format!("from {} on", moment(from)),
        None => "now".to_owned(),
    };
    report(&imported, &when)
}

fn report(imported: &Imported<'_>, when: &str) -> Outcome {
    let mut out = io::stdout().lock();
    writeln!(out, "{} grids with {} people are on the roster {when}", imported.grids, imported.people)?;
    if imported.read_as != "UTF-8" {
        eprintln!("note: read as {}", imported.read_as);
    }
    for column in imported.ignored_columns {
        eprintln!("warning: the column `{column}` means nothing here and was not kept");
    }
    if !imported.town_office {
        eprintln!("warning: {}", crate::import::unanswered::NO_TOWN_OFFICE);
    }
    if !imported.unknown_grids.is_empty() {
        const SHOWN: usize = 10;
        let placed = imported.unknown_grids.iter().zip(&imported.unknown_grids_at);
        let shown: Vec<String> = placed.take(SHOWN).map(|(code, place)| format!("{code} ({place})")).collect();
        eprintln!(
            "warning: {} code(s) belong to no grid of the edition in force: {}{}",
            imported.unknown_grids.len(),
            shown.join(", "),
            if imported.unknown_grids.len() > SHOWN { ", …" } else { "" }
        );
    }
    Ok(())
}

fn read(path: &Path, sheet: Option<&str>) -> Result<RosterFile, Failure> {
    let refused = |error: io::Error| Failure::refused(format!("{} cannot be read: {error}", path.display()));
    let mut bytes = Vec::new();
    let input: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path).map_err(refused)?) };
    // One byte more than is allowed, so that a larger file is seen to be one.
    input.take(MAX_ROSTER_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(refused)?;
    roster::read_sheet(&bytes, sheet)
        .map_err(|error| Failure::refused(format!("{}: nothing was imported, because of\n{error}", path.display())))
}

async fn export(context: &Context, args: &ExportArgs) -> Outcome {
    let ending = args.output.as_ref().and_then(|path| path.extension());
    let by_ending =
        if ending.is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) { Format::Xlsx } else { Format::Csv };
    let format = args.format.unwrap_or(by_ending);
    if args.output.is_none() && format == Format::Xlsx {
        return Err(Failure::usage("a workbook needs a file: -o FILE.xlsx"));
    }
    let store = context.store().await?;
    let entries = store.roster(args.at.unwrap_or_else(OffsetDateTime::now_utc)).await?;
    store.close().await;
    let write = |out: &mut dyn Write| match format {
        Format::Csv => roster::write_csv(&entries, out),
        Format::Xlsx => roster::write_xlsx(&entries, out),
    };
    match &args.output {
        None => {
            let mut csv = Vec::new();
            write(&mut csv)?;
            io::stdout().lock().write_all(&csv)?;
        }
        Some(path) => {
            let mut file = WholeFile::create(path)?;
            write(&mut file)?;
            file.keep()?;
            eprintln!("{} grids written to {}, with whole phone numbers", entries.len(), path.display());
        }
    }
    Ok(())
}

async fn history(context: &Context) -> Outcome {
    let store = context.store().await?;
    let moments = moments(&*store).await?;
    store.close().await;
    if context.json {
        return context.print_json(&moments);
    }
    let mut out = io::stdout().lock();
    if moments.is_empty() {
        writeln!(out, "there is no roster yet; `gridward roster import FILE` brings one")?;
    }
    for Moment { in_force_from, in_force, grids, people, .. } in &moments {
        let mark = if *in_force { "  in force" } else { "" };
        writeln!(out, "from {}  {grids} grids  {people} people{mark}", moment(*in_force_from))?;
    }
    Ok(())
}

/// Every roster that was or will be in force, the earliest first. Of several from the same moment on only the last recorded
/// ever counts.
async fn moments(store: &dyn Store) -> Result<Vec<Moment>, Failure> {
    let mut begins = store.roster_moments().await?;
    begins.sort_unstable();
    begins.dedup();
    let current = begins.iter().copied().filter(|&from| from <= OffsetDateTime::now_utc()).max();
    let mut moments = Vec::with_capacity(begins.len());
    for (i, &from) in begins.iter().enumerate() {
        let entries = store.roster(from).await?;
        moments.push(Moment {
            in_force_from: from,
            in_force_until: begins.get(i + 1).copied(),
            in_force: current == Some(from),
            grids: entries.len(),
            people: entries.iter().map(|entry| entry.people.len()).sum(),
        });
    }
    Ok(moments)
}

fn moment(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}
