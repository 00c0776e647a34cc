//! The byte order mark that spreadsheets put before UTF-8, also when it comes in pieces.

/// U+FEFF in UTF-8.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Takes the mark off the start of an input.
#[derive(Debug, Default)]
pub(super) struct Bom {
    /// Bytes of the mark that have come.
    matched: usize,
    decided: bool,
}

impl Bom {
    /// What is to be read of this chunk: bytes that were held back and are no mark, then the rest of the chunk.
    pub fn strip<'a>(&mut self, mut chunk: &'a [u8]) -> (&'static [u8], &'a [u8]) {
        while !self.decided {
            let Some((&byte, rest)) = chunk.split_first() else { break };
            if byte != BOM[self.matched] {
                self.decided = true;
                return (&BOM[..std::mem::take(&mut self.matched)], chunk);
            }
            self.matched += 1;
            self.decided = self.matched == BOM.len();
            chunk = rest;
        }
        (&[], chunk)
    }

    /// What was held back when the input ended within a mark.
    pub fn finish(&mut self) -> &'static [u8] {
        if self.decided {
            return &[];
        }
        self.decided = true;
        &BOM[..std::mem::take(&mut self.matched)]
    }

    /// Whether the input began with the mark.
    pub fn found(&self) -> bool {
        self.matched == BOM.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(chunks: &[&[u8]]) -> (Vec<u8>, bool) {
        let mut bom = Bom::default();
        let mut out = Vec::new();
        for chunk in chunks {
            let (held_back, rest) = bom.strip(chunk);
            out.extend_from_slice(held_back);
            out.extend_from_slice(rest);
        }
        out.extend_from_slice(bom.finish());
        (out, bom.found())
    }

    #[test]
    fn takes_off_one_mark() {
        assert_eq!(read(&[b"\xEF", b"\xBB", b"\xBFlon"]), (b"lon".to_vec(), true));
        assert_eq!(read(&[b"\xEF\xBB\xBF\xEF\xBB\xBFlon"]), (b"\xEF\xBB\xBFlon".to_vec(), true));
        assert_eq!(read(&[b"\xEF", b"\xBBx"]), (b"\xEF\xBBx".to_vec(), false));
        assert_eq!(read(&[b"\xEF\xBB"]), (b"\xEF\xBB".to_vec(), false));
        assert_eq!(read(&[b"lon"]), (b"lon".to_vec(), false));
    }
}
