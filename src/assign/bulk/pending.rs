//! Rows of bounded length out of chunks of any length; a row that lies within one chunk is not copied.

use memchr::memchr;

/// A row, line or element longer than this is not read: it gets an error in its place.
pub const MAX_ROW_BYTES: usize = 1 << 20;

/// One row with its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row<'a> {
    Whole(&'a [u8]),
    /// More bytes than a row may have; they are gone.
    TooLong,
}

/// Lines that are read one by one.
#[derive(Debug, Default)]
pub struct Lines {
    pending: Pending,
}

impl Lines {
    /// Of lines of at most so many bytes.
    pub fn of_at_most(max_bytes: usize) -> Lines {
        Lines { pending: Pending { max_bytes, ..Pending::default() } }
    }

    /// The next line that has ended, with its end, taken off the chunk; without one, the chunk is kept for the next.
    pub fn next<'a, 'c: 'a>(&'a mut self, chunk: &mut &'c [u8]) -> Option<Row<'a>> {
        match memchr(b'\n', chunk) {
            Some(end) => {
                let (part, rest) = chunk.split_at(end + 1);
                *chunk = rest;
                Some(self.pending.complete(part))
            }
            None => {
                self.pending.keep(chunk);
                *chunk = &[];
                None
            }
        }
    }

    /// The last line where no line end follows it.
    pub fn last(&mut self) -> Option<Row<'_>> {
        (!self.pending.is_empty()).then(|| self.pending.complete(&[]))
    }
}

/// What earlier chunks held of the row that is not complete yet.
#[derive(Debug)]
pub(super) struct Pending {
    bytes: Vec<u8>,
    too_long: bool,
    /// The bytes were handed out as a whole row and wait to be forgotten.
    handed_out: bool,
    max_bytes: usize,
}

impl Default for Pending {
    fn default() -> Pending {
        Pending { bytes: Vec::new(), too_long: false, handed_out: false, max_bytes: MAX_ROW_BYTES }
    }
}

impl Pending {
    /// Keeps a part of a row whose end has not come yet.
    pub fn keep(&mut self, part: &[u8]) {
        self.forget_row();
        if self.bytes.len() + part.len() > self.max_bytes {
            self.too_long = true;
            self.bytes = Vec::new();
        }
        if !self.too_long {
            self.bytes.extend_from_slice(part);
        }
    }

    /// The row that ends with this part.
    pub fn complete<'a>(&'a mut self, part: &'a [u8]) -> Row<'a> {
        self.forget_row();
        if self.bytes.is_empty() && !self.too_long {
            return if part.len() > self.max_bytes { Row::TooLong } else { Row::Whole(part) };
        }
        self.keep(part);
        self.handed_out = true;
        if self.too_long { Row::TooLong } else { Row::Whole(&self.bytes) }
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.handed_out || (self.bytes.is_empty() && !self.too_long)
    }

    fn forget_row(&mut self) {
        if self.handed_out {
            self.bytes.clear();
            self.too_long = false;
            self.handed_out = false;
        }
    }
}

/// Parts a row into what it says and its line end: `\n`, `\r\n`, or nothing on a last line.
pub(super) fn split_line_end(row: &[u8]) -> (&[u8], &[u8]) {
    let end = match row {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    };
    row.split_at(row.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_the_parts_of_a_row() {
        let mut pending = Pending::default();
        assert_eq!(pending.complete(b"whole\n"), Row::Whole(b"whole\n"));
        pending.keep(b"in ");
        assert!(!pending.is_empty());
        pending.keep(b"three ");
        assert_eq!(pending.complete(b"parts\n"), Row::Whole(b"in three parts\n"));
        assert!(pending.is_empty());
        assert_eq!(pending.complete(b"next\n"), Row::Whole(b"next\n"));
    }

    #[test]
    fn a_long_row_is_dropped_however_it_comes() {
        let long = vec![b'x'; MAX_ROW_BYTES + 1];
        let mut pending = Pending::default();
        assert_eq!(pending.complete(&long), Row::TooLong);
        pending.keep(&long[1..]);
        assert_eq!(pending.complete(b"x"), Row::TooLong);
        pending.keep(&long);
        assert_eq!(pending.complete(b"x"), Row::TooLong);
        assert_eq!(pending.complete(b"ok"), Row::Whole(b"ok"));
    }

    #[test]
    fn line_ends() {
        assert_eq!(split_line_end(b"a\r\n"), (&b"a"[..], &b"\r\n"[..]));
        assert_eq!(split_line_end(b"a\n"), (&b"a"[..], &b"\n"[..]));
        assert_eq!(split_line_end(b"a\r"), (&b"a\r"[..], &b""[..]));
    }
}
