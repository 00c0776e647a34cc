//! What every command gets: the store it works on, how to print, and the progress bar.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::Outcome;

/// The global options.
#[derive(Clone, Debug)]
pub struct Context {
    /// `sqlite:PATH` or `postgres://…`, as given.
    pub store_url: String,
    /// Print JSON instead of text.
    pub json: bool,
}

impl Context {
    /// A bar for work of a known size in bytes, or a spinner; hidden where standard error is no terminal.
    pub fn progress(&self, what: &'static str, total_bytes: Option<u64>) -> ProgressBar {
        let (bar, template) = match total_bytes {
            Some(total) => (ProgressBar::new(total), "{msg} [{bar:30}] {bytes}/{total_bytes} {eta}"),
            None => (ProgressBar::new_spinner(), "{msg} {spinner} {bytes} {elapsed}"),
        };
        bar.set_style(ProgressStyle::with_template(template).expect("the templates above are well formed"));
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    /// Prints a value as indented JSON on standard output.
    pub fn print_json(&self, value: &impl Serialize) -> Outcome {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, value)?;
        writeln!(out)?;
        Ok(())
    }
}
