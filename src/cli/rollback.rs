//! `gridward rollback`: puts the edition before the one in force in force again.

use std::io::Write;

use super::editions::EditionRow;
use super::{Context, Failure, Outcome};
use crate::import::edition::roll_back;

/// Put the edition before the one in force in force again
#[derive(Debug, clap::Args)]
pub struct Args {}

pub async fn run(_args: Args, context: &Context) -> Outcome {
    let store = context.store().await?;
    if roll_back(&*store).await?.is_none() {
        return Err(Failure::refused("no other edition was in force before; `gridward editions` lists what there is"));
    }
    let rows = EditionRow::all(&*store).await?;
    store.close().await;
    let row = rows.into_iter().find(EditionRow::is_in_force);
    if context.json {
        return context.print_json(&row);
    }
    if let Some(row) = row {
        writeln!(std::io::stdout(), "{row}")?;
    }
    Ok(())
}
