//! One JSON document of any size: `{"points": [[lon, lat], …]}` in, `{"edition": …, "answers": […]}` out.
//!
//! Only the frame is read here, byte by byte; each element is then read as a whole. Any other member is refused, since one
//! that was meant to change the answer, such as a `crs`, must not be passed over in silence.

use super::BulkError;
use super::answer::Answerer;
use super::element::{self, write_string};
use super::pending::Pending;

/// What stands before the elements, and behind them. White space may stand between these.
const OPENING: [&str; 4] = ["{", "\"points\"", ":", "["];
const CLOSING: [&str; 1] = ["}"];

/// A document that is read as it comes.
#[derive(Debug, Default)]
pub(super) struct Document {
    place: Place,
    pending: Pending,
    /// Bytes read by now, for messages.
    bytes: u64,
    /// The output's frame is open: an error closes it, so that what went out stays a document.
    answering: bool,
    /// An answer has gone out, so the next one needs a comma before it.
    answered: bool,
}

/// Where in the document the next byte stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Opening(Token),
    /// Before an element; the array may end here when none has come yet.
    Before {
        first: bool,
    },
    Within(Nesting),
    Closing(Token),
    Behind,
}

impl Default for Place {
    fn default() -> Place {
        Place::Opening(Token::default())
    }
}

/// A token of the frame and how much of it has come.
#[derive(Clone, Copy, Debug, Default)]
struct Token {
    index: usize,
    matched: usize,
}

/// Brackets and strings that are open within an element.
#[derive(Clone, Copy, Debug, Default)]
struct Nesting {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Document {
    pub fn push(&mut self, chunk: &[u8], answers: &mut Answerer, out: &mut Vec<u8>) -> Result<(), BulkError> {
        let mut at = 0;
        while at < chunk.len() {
            match &mut self.place {
                Place::Within(nesting) => {
                    let part = &chunk[at..];
                    let Some(length) = nesting.end(part) else {
                        self.pending.keep(part);
                        break;
                    };
                    if std::mem::replace(&mut self.answered, true) {
                        out.push(b',');
                    }
                    element::answer(self.pending.complete(&part[..length]), answers, out);
                    at += length + 1;
                    self.place = match part[length] {
                        b',' => Place::Before { first: false },
                        _ => Place::Closing(Token::default()),
                    };
                }
                _ => {
                    if let Err(expected) = self.frame(chunk[at], answers, out) {
                        let byte = self.bytes + at as u64;
                        return Err(self.close_with(BulkError::NotPoints { byte, expected }, out));
                    }
                    // The first byte of an element is read again as a part of it.
                    if !matches!(self.place, Place::Within(_)) {
                        at += 1;
                    }
                }
            }
        }
        self.bytes += chunk.len() as u64;
        Ok(())
    }

    pub fn finish(&mut self, answers: &mut Answerer, out: &mut Vec<u8>) -> Result<(), BulkError> {
        if !matches!(self.place, Place::Behind) {
            return Err(self.close_with(BulkError::Truncated { rows: answers.counts.rows }, out));
        }
        out.extend_from_slice(b"]}\n");
        Ok(())
    }

    /// Takes a byte outside the elements; an error says what should have come.
    fn frame(&mut self, byte: u8, answers: &Answerer, out: &mut Vec<u8>) -> Result<(), &'static str> {
        self.place = match self.place {
            Place::Opening(token) => match token.next(byte, &OPENING)? {
                Some(token) => Place::Opening(token),
                None => {
                    out.extend_from_slice(b"{\"edition\":");
                    write_string(&answers.snapshot.edition.info.name, out);
                    out.extend_from_slice(b",\"answers\":[");
                    self.answering = true;
                    Place::Before { first: true }
                }
            },
            Place::Before { first } => match byte {
                b' ' | b'\t' | b'\r' | b'\n' => Place::Before { first },
                b']' if first => Place::Closing(Token::default()),
                b',' | b']' => return Err("a point"),
                _ => Place::Within(Nesting::default()),
            },
            Place::Closing(token) => token.next(byte, &CLOSING)?.map_or(Place::Behind, Place::Closing),
            Place::Behind if byte.is_ascii_whitespace() => Place::Behind,
            Place::Behind => return Err("the end"),
            Place::Within(nesting) => Place::Within(nesting),
        };
        Ok(())
    }

    /// Ends the output's frame with the error in it, where answers have gone out already.
    fn close_with(&mut self, error: BulkError, out: &mut Vec<u8>) -> BulkError {
        if self.answering {
            out.extend_from_slice(b"],\"error\":");
            write_string(&error.to_string(), out);
            out.extend_from_slice(b"}\n");
        }
        error
    }
}

impl Token {
    /// Takes a byte of the frame; `None` when the last token is whole.
    fn next(self, byte: u8, tokens: &[&'static str]) -> Result<Option<Token>, &'static str> {
        let expected = tokens[self.index];
        if self.matched == 0 && byte.is_ascii_whitespace() {
            return Ok(Some(self));
        }
        if expected.as_bytes()[self.matched] != byte {
            return Err(expected);
        }
        Ok(if self.matched + 1 < expected.len() {
            Some(Token { matched: self.matched + 1, ..self })
        } else if self.index + 1 < tokens.len() {
            Some(Token { index: self.index + 1, matched: 0 })
        } else {
            None
        })
    }
}

impl Nesting {
    /// The length of what is left of the element, without the `,` or `]` behind it.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (i, &byte) in bytes.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b',' | b']' if self.depth == 0 => return Some(i),
                b'[' | b'{' => self.depth = self.depth.saturating_add(1),
                b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        None
    }
}
