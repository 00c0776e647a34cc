//! Newline-delimited JSON: one point on every line, one answer on every line. Empty lines are passed over.

use super::answer::Answerer;
use super::element;
use super::pending::{Lines, Row};

#[derive(Debug, Default)]
pub(super) struct Ndjson {
    lines: Lines,
}

impl Ndjson {
    pub fn push(&mut self, mut chunk: &[u8], answers: &mut Answerer, out: &mut Vec<u8>) {
        while let Some(line) = self.lines.next(&mut chunk) {
            answer_line(line, answers, out);
        }
    }

    /// Reads the last line where no line end follows it.
    pub fn finish(&mut self, answers: &mut Answerer, out: &mut Vec<u8>) {
        if let Some(line) = self.lines.last() {
            answer_line(line, answers, out);
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
