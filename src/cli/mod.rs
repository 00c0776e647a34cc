//! STARTING: the command line. May use: all above. Crates: `clap`.
//!
//! One file per command, each with its `Args` and `run`. To add a command: one `mod`, one variant, one match arm.

mod context;
mod outcome;

pub use context::Context;
pub use outcome::{Failure, Outcome};

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Governance grids (网格): from their borders to the people who answer for a place.
#[derive(Debug, Parser)]
#[command(name = "gridward", version, propagate_version = true)]
#[command(after_help = "Exit status: 0 done, 1 the data or the state forbids it, 2 unusable arguments.")]
pub struct Cli {
    /// Where editions and rosters are kept: sqlite:PATH (created when missing).
    #[arg(long, global = true, value_name = "URL", env = "GRIDWARD_STORE", default_value = "sqlite:gridward.gpkg")]
    store: String,

    /// Print machine-readable output.
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {}

impl Cli {
    /// Runs the command and says on standard error why it could not be done.
    pub async fn run(self) -> ExitCode {
        let context = Context { store_url: self.store, json: self.json };
        let _ = &context;
        let outcome: Outcome = match self.command {};
        outcome::exit_status(outcome)
    }
}
