//! Parses arguments, starts tracing, runs the command, and turns the outcome into an exit status.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use gridward::cli::Cli;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(cli.log_filter())))
        .with_writer(std::io::stderr)
        // In a file or a journal colours are only noise; `NO_COLOR` is heeded on a terminal too.
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
        .init();
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(cli.run()),
        Err(error) => {
            eprintln!("error: the asynchronous runtime does not start: {error}");
            ExitCode::FAILURE
        }
    }
}
