//! Parses arguments, starts tracing, runs the command, and turns the outcome into an exit status.

use std::process::ExitCode;

use clap::Parser;
use gridward::cli::Cli;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(cli.log_filter())))
        .with_writer(std::io::stderr)
        .init();
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(cli.run()),
        Err(error) => {
            eprintln!("error: the asynchronous runtime does not start: {error}");
            ExitCode::FAILURE
        }
    }
}
