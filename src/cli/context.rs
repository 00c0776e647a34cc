//! What every command gets: the store it works on, how to print, and the progress bar.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use time::OffsetDateTime;

use super::{Failure, Outcome};
use crate::domain::edition::{EditionInfo, in_force};
use crate::store::{self, Store, StoreError};

/// The global options.
#[derive(Clone, Debug)]
pub struct Context {
    /// `sqlite:PATH` or `postgres://…`, as given.
    pub store_url: String,
    /// Print JSON instead of text.
    pub json: bool,
}

impl Context {
    /// Opens the store; an embedded one is created where there is none. What is written is the user's in the audit log.
    pub async fn store(&self) -> Result<Arc<dyn Store>, Failure> {
        Ok(store::open(&self.store_url).await?.acting_for(&super::user::caller()))
    }

    /// The edition of that name, or the one in force where none is named.
    pub async fn edition_or_in_force(&self, store: &dyn Store, name: Option<&str>) -> Result<EditionInfo, Failure> {
        if let Some(name) = name {
            return self.edition(store, name).await;
        }
        let current = in_force(&store.publications().await?, OffsetDateTime::now_utc());
        let found = store.editions().await?.into_iter().find(|edition| Some(edition.id) == current);
        found.ok_or_else(|| Failure::refused("no edition is in force; name one with --edition"))
    }

    /// The edition of that name; where there is none, the error lists those that there are.
    pub async fn edition(&self, store: &dyn Store, name: &str) -> Result<EditionInfo, Failure> {
        match store.edition(name).await {
            Err(error @ StoreError::NoSuchEdition(_)) => {
                let names: Vec<String> = store.editions().await?.into_iter().map(|edition| edition.name).collect();
                let known = if names.is_empty() { "none yet".to_string() } else { names.join(", ") };
                Err(Failure::refused(format!("{error}; the editions are: {known}")))
            }
            other => Ok(other?),
        }
    }

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

    /// A bar for so many things to do; hidden where standard error is no terminal.
    pub fn counting(&self, what: &'static str, total: u64) -> ProgressBar {
        let style = ProgressStyle::with_template("{msg} [{bar:30}] {human_pos}/{human_len} {eta}");
        let bar = ProgressBar::new(total).with_style(style.expect("the template is well formed")).with_message(what);
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
