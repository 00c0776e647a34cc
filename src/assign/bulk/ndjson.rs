//! Newline-delimited JSON: one point on every line, one answer on every line. Empty lines are passed over.

use memchr::memchr;

use super::answer::Answerer;
use super::element;
use super::pending::{Pending, Row};

/// Lines that are read one by one.
#[derive(Debug, Default)]
pub(super) struct Ndjson {
    pending: Pending,
}

impl Ndjson {
    pub fn push(&mut self, mut chunk: &[u8], answers: &mut Answerer, out: &mut Vec<u8>) {
        while let Some(end) = memchr(b'\n', chunk) {
            let (part, rest) = chunk.split_at(end + 1);
            chunk = rest;
            answer_line(self.pending.complete(part), answers, out);
        }
        self.pending.keep(chunk);
    }

    /// Reads the last line where no line end follows it.
    pub fn finish(&mut self, answers: &mut Answerer, out: &mut Vec<u8>) {
        if !self.pending.is_empty() {
            answer_line(self.pending.complete(&[]), answers, out);
        }
    }
}

fn answer_line(line: Row<'_>, answers: &mut Answerer, out: &mut Vec<u8>) {
    if let Row::Whole(line) = line
        && line.trim_ascii().is_empty()
    {
        return;
    }
    element::answer(line, answers, out);
    out.push(b'\n');
}
