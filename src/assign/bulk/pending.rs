//! Rows of bounded length out of chunks of any length; a row that lies within one chunk is not copied.

/// A row, line or element longer than this is not read: it gets an error in its place.
pub const MAX_ROW_BYTES: usize = 1 << 20;

/// One row with its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row<'a> {
    Whole(&'a [u8]),
    /// More than [`MAX_ROW_BYTES`] bytes; they are gone.
    TooLong,
}

/// What earlier chunks held of the row that is not complete yet.
#[derive(Debug, Default)]
pub(super) struct Pending {
    bytes: Vec<u8>,
    too_long: bool,
    /// The bytes were handed out as a whole row and wait to be forgotten.
    handed_out: bool,
}

impl Pending {
    /// Keeps a part of a row whose end has not come yet.
    pub fn keep(&mut self, part: &[u8]) {
        self.forget_row();
        if self.bytes.len() + part.len() > MAX_ROW_BYTES {
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
            return if part.len() > MAX_ROW_BYTES { Row::TooLong } else { Row::Whole(part) };
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
