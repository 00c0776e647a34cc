//! STARTING: the command line. May use: all above. Crates: `clap`.
//!
//! One file per command, each with its `Args` and `run`. To add a command: one `mod`, one variant, one match arm.

mod account;
mod assign;
mod audit;
mod bench;
mod check;
mod codes;
mod comparison;
mod context;
mod copy;
mod diff;
mod discard;
mod editions;
mod export;
mod files;
mod generate;
mod import;
mod key;
mod locate;
mod outcome;
mod publish;
mod report;
mod rollback;
mod roster;
mod serve;
mod snapshot;
mod user;
mod whole_file;

pub use context::Context;
pub use outcome::{Failure, Outcome};

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Governance grids (网格): from their borders to the people who answer for a place.
#[derive(Debug, Parser)]
#[command(name = "gridward", version, propagate_version = true)]
#[command(after_help = "Exit status: 0 done, 1 the data or the state forbids it, 2 unusable arguments.")]
pub struct Cli {
    /// Where editions and rosters are kept: sqlite:PATH (created when missing) or postgres://USER@HOST/DATABASE (PostGIS).
    // The help shows no value of the environment, for it may hold a password.
    #[arg(long, global = true, value_name = "URL", env = "GRIDWARD_STORE", default_value = "sqlite:gridward.gpkg")]
    #[arg(hide_env_values = true)]
    store: String,

    /// Print machine-readable output.
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Import(import::Args),
    Check(check::Args),
    Diff(diff::Args),
    Publish(publish::Args),
    Discard(discard::DiscardArgs),
    Withdraw(discard::WithdrawArgs),
    Editions(editions::Args),
    Codes(codes::Args),
    Rollback(rollback::Args),
    Copy(copy::Args),
    Export(export::Args),
    Roster(roster::Args),
    Key(key::Args),
    Account(account::Args),
    Audit(audit::Args),
    Generate(generate::Args),
    Locate(locate::Args),
    Assign(assign::Args),
    Bench(bench::Args),
}

impl Command {
    /// Whether it changes nothing and judges nothing, so that it is done when nobody wants to read on.
    fn only_prints(&self) -> bool {
        match self {
            Command::Codes(_)
            | Command::Diff(_)
            | Command::Editions(_)
            | Command::Export(_)
            | Command::Generate(_)
            | Command::Locate(_)
            | Command::Assign(_)
            | Command::Bench(_) => true,
            Command::Roster(args) => args.only_prints(),
            Command::Key(args) => args.only_prints(),
            _ => false,
        }
    }
}

impl Cli {
    /// What is logged when `RUST_LOG` does not say: a service tells what it does, a command only what is wrong.
    pub fn log_filter(&self) -> &'static str {
        match self.command {
            Command::Serve(_) => "gridward=info,warn",
            _ => "warn",
        }
    }

    /// Runs the command and says on standard error why it could not be done.
    pub async fn run(self) -> ExitCode {
        let only_prints = self.command.only_prints();
        let context = Context { store_url: self.store, json: self.json };
        let outcome: Outcome = match self.command {
            Command::Serve(args) => serve::run(args, &context).await,
            Command::Import(args) => import::run(args, &context).await,
            Command::Check(args) => check::run(args, &context).await,
            Command::Diff(args) => diff::run(args, &context).await,
            Command::Publish(args) => publish::run(args, &context).await,
            Command::Discard(args) => discard::discard(args, &context).await,
            Command::Withdraw(args) => discard::withdraw_scheduled(args, &context).await,
            Command::Editions(args) => editions::run(args, &context).await,
            Command::Codes(args) => codes::run(args, &context).await,
            Command::Rollback(args) => rollback::run(args, &context).await,
            Command::Copy(args) => copy::run(args, &context).await,
            Command::Export(args) => export::run(args, &context).await,
            Command::Roster(args) => roster::run(args, &context).await,
            Command::Key(args) => key::run(args, &context).await,
            Command::Account(args) => account::run(args, &context).await,
            Command::Audit(args) => audit::run(args, &context).await,
            Command::Generate(args) => generate::run(&args, &context),
            Command::Locate(args) => locate::run(args, &context).await,
            Command::Assign(args) => assign::run(args, &context).await,
            Command::Bench(args) => bench::run(args, &context).await,
        };
        outcome::exit_status(outcome, only_prints)
    }
}
