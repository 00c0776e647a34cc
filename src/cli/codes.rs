//! `gridward codes`: where codes lead that are gone, and all that became of codes.

use std::io::{BufWriter, Write};

use serde::Serialize;
use time::OffsetDateTime;

use super::{Context, Failure, Outcome, snapshot};
use crate::domain::codes::Lead;
use crate::domain::grid::Grid;
use crate::index::snapshot::Snapshot;

/// Say where old codes of grids lead
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Codes, old or new; without any, all changes of codes are listed, edition by edition
    #[arg(value_name = "CODE")]
    codes: Vec<String>,

    /// Where they lead in the edition in force at that time, such as 2026-01-31T08:00:00+08:00 [default: now]
    #[arg(long, value_name = "TIME", requires = "codes", value_parser = super::publish::time_argument)]
    at: Option<OffsetDateTime>,
}

/// What became of one code.
#[derive(Serialize)]
struct Way<'a> {
    code: &'a str,
    /// The edition that answers.
    edition: &'a str,
    /// The grid that has the code in that edition.
    grid: Option<Named<'a>>,
    /// The grids that it leads to where none has it, the largest share first.
    leads: Vec<Led<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    code: &'a str,
    name: &'a str,
    tier: u8,
}

#[derive(Serialize)]
struct Led<'a> {
    #[serde(flatten)]
    grid: Named<'a>,
    /// Part of the old grid's land.
    share: f64,
    /// The edition in which the code went.
    since: String,
}

/// One recorded change.
#[derive(Serialize)]
struct Change {
    edition: String,
    old: String,
    new: String,
    share: f64,
}

/// Ends with 1 where a code is neither known nor leads anywhere.
pub async fn run(args: Args, context: &Context) -> Outcome {
    if args.codes.is_empty() {
        return list(context).await;
    }
    let (live, snapshot) = snapshot::load_live(context, args.at).await?;
    let all: Vec<Way<'_>> = args.codes.iter().map(|code| way(&snapshot, code, live.leads(&snapshot, code))).collect();
    if context.json {
        context.print_json(&all)?;
    } else {
        let mut out = std::io::stdout().lock();
        for way in &all {
            way.print(&mut out)?;
        }
    }
    let lost = all.iter().any(|way| way.grid.is_none() && way.leads.is_empty());
    if lost { Err(Failure::Reported) } else { Ok(()) }
}

fn way<'a>(snapshot: &'a Snapshot, code: &'a str, leads: Vec<(Lead, String)>) -> Way<'a> {
    let planar = &snapshot.edition.planar;
    let find = |code: &str| planar.find(code).map(|id| named(planar.grid(id)));
    let led = |(Lead { code, share, .. }, since)| Some(Led { grid: find(&code)?, share, since });
    let leads = leads.into_iter().filter_map(led).collect();
    Way { code, edition: &snapshot.edition.info.name, grid: find(code), leads }
}

fn named(grid: &Grid) -> Named<'_> {
    Named { code: &grid.code, name: &grid.name, tier: grid.tier.number() }
}

impl Way<'_> {
    fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let Way { code, edition, .. } = self;
        if let Some(Named { name, tier, .. }) = self.grid {
            return writeln!(out, "{code} {name}: a grid of tier {tier} of edition {edition} 现行编码");
        }
        if self.leads.is_empty() {
            return writeln!(
                out,
                "{code}: no grid of edition {edition} has it, and none of its land is known 查无此码"
            );
        }
        for Led { grid: Named { code: new, name, tier }, share, since } in &self.leads {
            let percent = share * 100.0;
            writeln!(out, "{code} → {new} {name} (tier {tier}): {percent:.1} %, since edition {since} 已变更")?;
        }
        Ok(())
    }
}

/// All that is recorded, in the order of the editions.
async fn list(context: &Context) -> Outcome {
    let store = context.store().await?;
    let (changes, editions) = (store.code_changes().await?, store.editions().await?);
    store.close().await;
    let name = |id| editions.iter().find(|info| info.id == id).map(|info| info.name.clone()).unwrap_or_default();
    let changes = changes.into_iter().map(|(edition, change)| Change {
        edition: name(edition),
        old: change.old,
        new: change.new,
        share: change.share,
    });
    if context.json {
        return context.print_json(&changes.collect::<Vec<_>>());
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for Change { edition, old, new, share } in changes {
        writeln!(out, "{edition}  {old} → {new}  {:.1} %", share * 100.0)?;
    }
    Ok(out.flush()?)
}
