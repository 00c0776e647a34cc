//! `gridward rollback`: puts the edition before the one in force in force again.

use std::io::Write;

use time::OffsetDateTime;

use super::editions::EditionRow;
use super::{Context, Failure, Outcome};
use crate::domain::edition::history;

/// Put the edition before the one in force in force again
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Nothing is deleted, so a second rollback leads back to where the first one started.
pub async fn run(_args: Args, context: &Context) -> Outcome {
    let store = context.store().await?;
    let now = OffsetDateTime::now_utc();
    let Some(&[before, _]) = history(&store.publications().await?, now).last_chunk::<2>() else {
        return Err(Failure::refused("no other edition was in force before; `gridward editions` lists what there is"));
    };
    store.put_in_force(before, now).await?;
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
