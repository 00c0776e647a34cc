//! `gridward discard`: forgets a draft. `gridward withdraw`: takes back what is scheduled.

use std::io::Write;

use serde_json::json;

use super::editions::EditionRow;
use super::{Context, Failure, Outcome};
use crate::import::edition::withdraw;

/// Forget a draft; a published edition stays for ever
#[derive(Debug, clap::Args)]
pub struct DiscardArgs {
    /// Name of the draft
    edition: String,
}

/// Take back when an edition is to come into force: the one before stays in force
#[derive(Debug, clap::Args)]
pub struct WithdrawArgs {
    /// Name of the edition
    edition: String,
}

pub async fn discard(args: DiscardArgs, context: &Context) -> Outcome {
    let store = context.store().await?;
    let draft = context.edition(&*store, &args.edition).await?;
    store.discard_draft(draft.id).await?;
    store.close().await;
    if context.json {
        return context.print_json(&json!({"discarded": draft.name}));
    }
    writeln!(std::io::stdout(), "draft {} is discarded", draft.name)?;
    Ok(())
}

pub async fn withdraw_scheduled(args: WithdrawArgs, context: &Context) -> Outcome {
    let store = context.store().await?;
    let edition = context.edition(&*store, &args.edition).await?;
    let taken_back = withdraw(&*store, edition.id).await?;
    let rows = EditionRow::all(&*store).await?;
    store.close().await;
    if taken_back.is_empty() {
        return Err(Failure::refused(format!(
            "edition `{}` is not to come into force in place of another; `gridward editions` lists what is scheduled",
            edition.name
        )));
    }
    if context.json {
        return context.print_json(&rows);
    }
    let mut out = std::io::stdout().lock();
    for row in rows {
        writeln!(out, "{row}")?;
    }
    Ok(())
}
