//! `gridward copy`: everything of one store into another, which is how a town moves from a file to PostGIS and back.

use std::io::Write;
use std::path::Path;

use indicatif::ProgressBar;

use super::{Context, Failure, Outcome};
use crate::store::copy::{Copied, Step, copy};
use crate::store::{self, StoreError};

/// Copy everything of one store into another, empty one
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The store to copy: sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL")]
    from: String,

    /// The store to fill: a new file or an empty database
    #[arg(long, value_name = "URL")]
    to: String,
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    if args.from == args.to {
        return Err(Failure::usage("--from and --to are the same store"));
    }
    // Opening creates what is missing, and an empty store would be copied in earnest.
    if let Some(path) = args.from.strip_prefix("sqlite:")
        && !Path::new(path.strip_prefix("//").unwrap_or(path)).exists()
    {
        return Err(Failure::refused(format!("there is no file `{path}` to copy from")));
    }
    let from = store::open(&args.from).await.map_err(|error| side("--from", &error))?;
    let to = store::open(&args.to).await.map_err(|error| side("--to", &error))?;
    let bar = context.counting("copying features", 0);
    let copied = copy(&*from, &*to, |step| show(&bar, step)).await;
    bar.finish_and_clear();
    tokio::join!(from.close(), to.close());
    let copied = copied.map_err(Failure::refused)?;
    if context.json {
        return context.print_json(&copied);
    }
    let Copied {
        editions,
        features,
        publications,
        rosters,
        code_changes,
        keys,
        accounts,
        webhooks,
        audit,
        rules,
        reports,
        events,
        deliveries,
        photos,
    } = copied;
    writeln!(
        std::io::stdout(),
        "copied and compared: {editions} editions with {features} features, {publications} publications, {rosters} rosters, \
         {code_changes} changes of codes, {keys} keys, {accounts} accounts, {webhooks} webhooks, {audit} rows of the audit log, \
         {rules} revisions of the rules, {reports} reports, \
         {events} events, {deliveries} deliveries, {photos} photos"
    )?;
    Ok(())
}

fn side(option: &str, error: &StoreError) -> Failure {
    Failure::refused(format!("{option}: {error}"))
}

fn show(bar: &ProgressBar, step: Step) {
    bar.set_length(step.total);
    bar.set_message(if step.is_comparing { "comparing features" } else { "copying features" });
    bar.set_position(step.features);
}
