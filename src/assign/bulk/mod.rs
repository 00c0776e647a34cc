//! Rows of points to rows of answers: CSV, newline-delimited JSON and one JSON document, pushed in chunks of any
//! length, answered in order, in memory bounded by one row and one chunk. No IO: the command line and the HTTP service push.
//!
//! ```text
//! chunks ─ bom ─► csv     ─┐ rows                    ┌─► out
//!                 ndjson  ─┤ pending ─► answer ──────┤
//!                 document ┘ bounded    one snapshot └─► counts
//! ```

mod answer;
mod bom;
mod csv;
mod document;
mod element;
mod ndjson;
mod pending;
#[cfg(test)]
mod tests;

use std::str::FromStr;

pub use answer::ADDED;
pub(crate) use answer::shortened;
pub use pending::{Lines, MAX_ROW_BYTES, Row};

use self::answer::Answerer;
use self::bom::Bom;
use self::csv::Csv;
use self::document::Document;
use self::ndjson::Ndjson;
use crate::geometry::crs::QueryCrs;
use crate::index::snapshot::Snapshot;

/// The three shapes of a bulk question; the answer comes in the same. `docs/bulk.md` describes them for users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkFormat {
    /// A header with `lon` and `lat`, any other columns.
    Csv,
    /// An object with `lon` and `lat`, or `[lon, lat]`, on every line.
    Ndjson,
    /// `{"points": [[lon, lat], …]}`.
    Json,
}

impl FromStr for BulkFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<BulkFormat, String> {
        match text.to_ascii_lowercase().as_str() {
            "csv" => Ok(BulkFormat::Csv),
            "ndjson" | "jsonl" => Ok(BulkFormat::Ndjson),
            "json" => Ok(BulkFormat::Json),
            _ => Err(format!("`{text}` is not a format of points; take csv, ndjson or json")),
        }
    }
}

/// What went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub rows: u64,
    /// Rows that were answered by an `error`.
    pub errors: u64,
    /// Rows outside every grid.
    pub outside: u64,
}

/// The input as a whole cannot be answered. A single bad row is no such error: it is answered in its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BulkError {
    #[error("the input is empty; CSV starts with a header line that names the columns `lon` and `lat`")]
    Empty,
    #[error("the header has no column `{missing}`; it names {found}{hint}")]
    ColumnMissing { missing: &'static str, found: String, hint: &'static str },
    #[error("the header names the column `{0}` twice; rename one of them")]
    ColumnTwice(String),
    #[error("the header line is longer than {MAX_ROW_BYTES} bytes or its quotes are not closed; is this CSV?")]
    HeaderUnreadable,
    #[error("the header line is not UTF-8; save the file as UTF-8 (it may be GBK or UTF-16 now)")]
    HeaderNotUtf8,
    #[error("byte {byte}: expected {expected}; the document is {{\"points\": [[lon, lat], …]}} and nothing else")]
    NotPoints { byte: u64, expected: &'static str },
    #[error("the document ends in the middle, after {rows} points")]
    Truncated { rows: u64 },
}

/// One run over one input. Push chunks, then finish; what is appended to `out` belongs to the user's answer even
/// when an error comes back, and after an error nothing more is answered.
#[derive(Debug)]
pub struct Bulk {
    answers: Answerer,
    bom: Bom,
    rows: Rows,
    failed: Option<BulkError>,
}

#[derive(Debug)]
enum Rows {
    Csv(Csv),
    Ndjson(Ndjson),
    Document(Document),
}

impl Bulk {
    /// Answers from this snapshot; `crs` is the one that the points are given in.
    pub fn new(snapshot: Snapshot, format: BulkFormat, crs: QueryCrs) -> Bulk {
        let rows = match format {
            BulkFormat::Csv => Rows::Csv(Csv::default()),
            BulkFormat::Ndjson => Rows::Ndjson(Ndjson::default()),
            BulkFormat::Json => Rows::Document(Document::default()),
        };
        let answers = Answerer { snapshot, crs, counts: Counts::default() };
        Bulk { answers, bom: Bom::default(), rows, failed: None }
    }

    /// Takes the next bytes of the input and appends every answer that is complete. A chunk of tiny bad rows grows a
    /// hundredfold, so whoever bounds memory pushes no more than some 64 KiB at once.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), BulkError> {
        let (held_back, chunk) = self.bom.strip(chunk);
        self.take(held_back, out)?;
        self.take(chunk, out)
    }

    /// Says that the input has ended, and appends what was waiting for that.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), BulkError> {
        let held_back = self.bom.finish();
        self.take(held_back, out)?;
        let result = match &mut self.rows {
            Rows::Csv(csv) => csv.finish(self.bom.found(), &mut self.answers, out),
            Rows::Ndjson(ndjson) => {
                ndjson.finish(&mut self.answers, out);
                Ok(())
            }
            Rows::Document(document) => document.finish(&mut self.answers, out),
        };
        self.remember(result)
    }

    /// What has gone through by now.
    pub fn counts(&self) -> Counts {
        self.answers.counts
    }

    fn take(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), BulkError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let result = match &mut self.rows {
            Rows::Csv(csv) => csv.push(chunk, self.bom.found(), &mut self.answers, out),
            Rows::Ndjson(ndjson) => {
                ndjson.push(chunk, &mut self.answers, out);
                Ok(())
            }
            Rows::Document(document) => document.push(chunk, &mut self.answers, out),
        };
        self.remember(result)
    }

    fn remember(&mut self, result: Result<(), BulkError>) -> Result<(), BulkError> {
        self.failed = result.as_ref().err().cloned();
        result
    }
}
