//! CSV (RFC 4180): the columns of every row go out byte for byte as they came in, with the answer's columns behind them.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2};

use super::answer::{ADDED, Answer, Answerer, is_added, shortened};
use super::bom::BOM;
use super::pending::{Pending, Row, split_line_end};
use super::{BulkError, MAX_ROW_BYTES};

/// A table that is read row by row.
#[derive(Debug, Default)]
pub(super) struct Csv {
    ends: RowEnds,
    pending: Pending,
    header: Option<Header>,
    /// The fields of the row at hand; kept for its memory.
    fields: Vec<Range<usize>>,
}

/// What the first row says.
#[derive(Debug)]
struct Header {
    columns: usize,
    lon: usize,
    lat: usize,
    /// Columns that have the name of an added one; those are given anew.
    replaced: Vec<usize>,
}

impl Csv {
    /// `bom`: the input began with a byte order mark, so the output does too.
    pub fn push(
        &mut self,
        mut chunk: &[u8],
        bom: bool,
        answers: &mut Answerer,
        out: &mut Vec<u8>,
    ) -> Result<(), BulkError> {
        while let Some(end) = self.ends.find(chunk) {
            let (part, rest) = chunk.split_at(end);
            chunk = rest;
            let row = self.pending.complete(part);
            match &self.header {
                Some(header) => header.answer(row, &mut self.fields, answers, out),
                None => self.header = Header::read(row, bom, &mut self.fields, out)?,
            }
        }
        self.pending.keep(chunk);
        Ok(())
    }

    /// Reads the last row where no line end follows it.
    pub fn finish(&mut self, bom: bool, answers: &mut Answerer, out: &mut Vec<u8>) -> Result<(), BulkError> {
        let open_quote = self.ends.within_quotes();
        if !self.pending.is_empty() {
            let row = self.pending.complete(&[]);
            match &self.header {
                Some(header) if open_quote => header.refuse("a quote is opened and not closed", b"", answers, out),
                Some(header) => header.answer(row, &mut self.fields, answers, out),
                None if open_quote => return Err(BulkError::HeaderUnreadable),
                None => self.header = Header::read(row, bom, &mut self.fields, out)?,
            }
        }
        if self.header.is_some() { Ok(()) } else { Err(BulkError::Empty) }
    }
}

impl Header {
    /// Reads the header row and writes the output's; `None` for an empty line, which is passed over.
    fn read(
        row: Row<'_>,
        bom: bool,
        fields: &mut Vec<Range<usize>>,
        out: &mut Vec<u8>,
    ) -> Result<Option<Header>, BulkError> {
        let Row::Whole(row) = row else { return Err(BulkError::HeaderUnreadable) };
        let (content, line_end) = split_line_end(row);
        let text = std::str::from_utf8(content).map_err(|_| BulkError::HeaderNotUtf8)?;
        if text.is_empty() {
            return Ok(None);
        }
        split_fields(content, fields);
        let names: Vec<String> = fields.iter().map(|field| unquoted(&text[field.clone()]).trim().to_owned()).collect();
        let header = Header {
            columns: names.len(),
            lon: column(&names, "lon", text)?,
            lat: column(&names, "lat", text)?,
            replaced: (0..names.len()).filter(|&i| is_added(&names[i])).collect(),
        };
        if bom {
            out.extend_from_slice(BOM);
        }
        header.write_columns(content, fields, out);
        for name in ADDED {
            out.push(b',');
            out.extend_from_slice(name.as_bytes());
        }
        out.extend_from_slice(line_end);
        Ok(Some(header))
    }

    fn answer(&self, row: Row<'_>, fields: &mut Vec<Range<usize>>, answers: &mut Answerer, out: &mut Vec<u8>) {
        let Row::Whole(row) = row else {
            let message = format!("the row is longer than {MAX_ROW_BYTES} bytes; is a quote opened and not closed?");
            return self.refuse(&message, b"\n", answers, out);
        };
        let (content, line_end) = split_line_end(row);
        if content.is_empty() {
            return;
        }
        split_fields(content, fields);
        self.write_columns(content, fields, out);
        let answer = match std::str::from_utf8(content) {
            Err(_) => answers.refuse("the row is not UTF-8".to_owned()),
            Ok(_) if fields.len() != self.columns => {
                answers.refuse(format!("the row has {} columns, the header {}", fields.len(), self.columns))
            }
            Ok(text) => {
                let [lon, lat] = [self.lon, self.lat].map(|i| unquoted(&text[fields[i].clone()]));
                answers.answer([lon.trim(), lat.trim()])
            }
        };
        write_answer(&answer, out);
        out.extend_from_slice(line_end);
    }

    /// Answers a row whose own columns cannot be given back: they are left empty.
    fn refuse(&self, message: &str, line_end: &[u8], answers: &mut Answerer, out: &mut Vec<u8>) {
        self.write_columns(&[], &[], out);
        write_answer(&answers.refuse(message.to_owned()), out);
        out.extend_from_slice(line_end);
    }

    /// The input's own columns, as many as the header has, without those that are given anew.
    fn write_columns(&self, content: &[u8], fields: &[Range<usize>], out: &mut Vec<u8>) {
        if self.replaced.is_empty() && fields.len() == self.columns {
            out.extend_from_slice(content);
            return;
        }
        let kept = (0..self.columns).filter(|i| !self.replaced.contains(i));
        for (n, i) in kept.enumerate() {
            if n > 0 {
                out.push(b',');
            }
            if let Some(field) = fields.get(i) {
                out.extend_from_slice(&content[field.clone()]);
            }
        }
    }
}

/// The one column of that name.
fn column(names: &[String], wanted: &'static str, header: &str) -> Result<usize, BulkError> {
    let mut found = (0..names.len()).filter(|&i| names[i].eq_ignore_ascii_case(wanted));
    match (found.next(), found.next()) {
        (Some(i), None) => Ok(i),
        (Some(_), Some(_)) => Err(BulkError::ColumnTwice(wanted.to_owned())),
        (None, _) => Err(BulkError::ColumnMissing {
            missing: wanted,
            found: format!("`{}`", shortened(header)),
            hint: match names {
                [_] if header.contains([';', '\t']) => "; separate the columns by commas",
                _ => "; rename the column that holds it",
            },
        }),
    }
}

fn write_answer(answer: &Answer<'_>, out: &mut Vec<u8>) {
    for field in answer.fields() {
        out.push(b',');
        let Some(text) = field else { continue };
        if text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r')) {
            out.push(b'"');
            out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(text.as_bytes());
        }
    }
}

/// A field without the quotes around it.
fn unquoted(field: &str) -> Cow<'_, str> {
    match field.strip_prefix('"').map(|rest| rest.strip_suffix('"').unwrap_or(rest)) {
        None => Cow::Borrowed(field),
        Some(inner) if inner.contains('"') => Cow::Owned(inner.replace("\"\"", "\"")),
        Some(inner) => Cow::Borrowed(inner),
    }
}

/// Finds where the fields of a whole row are.
fn split_fields(content: &[u8], fields: &mut Vec<Range<usize>>) {
    fields.clear();
    let mut start = 0;
    if memchr(b'"', content).is_none() {
        for comma in memchr_iter(b',', content) {
            fields.push(start..comma);
            start = comma + 1;
        }
    } else {
        let mut at = 0;
        while at < content.len() {
            if at == start && content[at] == b'"' {
                at = after_quotes(content, at);
            } else if content[at] == b',' {
                fields.push(start..at);
                at += 1;
                start = at;
            } else {
                at += 1;
            }
        }
    }
    fields.push(start..content.len());
}

/// The place behind the quote that closes the one at `open`; a doubled quote closes nothing.
fn after_quotes(content: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while let Some(quote) = memchr(b'"', &content[at..]) {
        at += quote + 1;
        if content.get(at) != Some(&b'"') {
            return at;
        }
        at += 1;
    }
    content.len()
}

/// Finds the ends of rows in chunks of any length. A line end within quotes ends no row, and a quote opens only at the
/// start of a field; elsewhere it is a character like any other.
#[derive(Debug, Default)]
struct RowEnds {
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    FieldStart,
    Field,
    Quotes,
    /// A quote within quotes: the next byte tells whether it was doubled or closed them.
    QuoteInQuotes,
}

impl RowEnds {
    /// The length of what ends the present row in this chunk, line end included.
    fn find(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < chunk.len() {
            match self.state {
                State::Quotes => {
                    at += memchr(b'"', &chunk[at..])? + 1;
                    self.state = State::QuoteInQuotes;
                }
                State::FieldStart | State::QuoteInQuotes if chunk[at] == b'"' => {
                    self.state = State::Quotes;
                    at += 1;
                }
                State::FieldStart | State::QuoteInQuotes => self.state = State::Field,
                State::Field => match memchr2(b'\n', b'"', &chunk[at..]) {
                    Some(found) if chunk[at + found] == b'\n' => {
                        self.state = State::FieldStart;
                        return Some(at + found + 1);
                    }
                    // A quote behind a comma opens a field.
                    Some(found) if found > 0 && chunk[at + found - 1] == b',' => {
                        self.state = State::Quotes;
                        at += found + 1;
                    }
                    Some(found) => at += found + 1,
                    None => {
                        if chunk.last() == Some(&b',') {
                            self.state = State::FieldStart;
                        }
                        return None;
                    }
                },
            }
        }
        None
    }

    fn within_quotes(&self) -> bool {
        self.state == State::Quotes
    }
}
