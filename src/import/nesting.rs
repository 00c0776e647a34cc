//! Follows brackets and quotes through JSON text, byte by byte, with bounded depth and no memory of its own.

/// Where in a JSON value the bytes seen so far end.
#[derive(Clone, Debug)]
pub(super) struct Nesting {
    max_depth: u32,
    depth: u32,
    /// One bit for each open bracket, the innermost last: set for `{`.
    braces: u128,
    in_text: bool,
    escaped: bool,
    /// The last byte that is neither space nor inside a text; 0 at the start.
    previous: u8,
    complete: bool,
}

impl Nesting {
    /// `max_depth` is at most 128.
    pub(super) fn new(max_depth: u32) -> Nesting {
        Nesting {
            max_depth: max_depth.min(128),
            depth: 0,
            braces: 0,
            in_text: false,
            escaped: false,
            previous: 0,
            complete: false,
        }
    }

    /// Whether the value is over: its bracket or its quote is closed.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether a bare word (number, `true`, `null`) ends before this byte.
    pub(super) fn ends_before(&self, byte: u8) -> bool {
        self.depth == 0
            && !self.in_text
            && self.previous != 0
            && matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')
    }

    /// Whether an opening bracket cannot stand here in any JSON.
    pub(super) fn cannot_open(&self) -> bool {
        self.depth > 0 && !self.in_text && !matches!(self.previous, b',' | b':' | b'[')
    }

    /// Takes the next byte; the error says what is wrong with it.
    pub(super) fn step(&mut self, byte: u8) -> Result<(), String> {
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.in_text = false;
                    self.complete = self.depth == 0;
                }
                b'\n' | b'\r' => return Err("a line break stands inside a text in quotes: is a `\"` missing?".into()),
                _ => {}
            }
            return Ok(());
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return Ok(()),
            _ if self.complete => return Err("the value has ended, but more follows it".into()),
            b'"' => self.in_text = true,
            b'{' | b'[' => {
                if self.depth == self.max_depth {
                    return Err(format!("more than {} brackets are open at once", self.max_depth));
                }
                self.depth += 1;
                self.braces = self.braces << 1 | u128::from(byte == b'{');
            }
            b'}' | b']' => {
                if self.depth == 0 || (self.braces & 1 == 1) != (byte == b'}') {
                    return Err(format!("`{}` closes a bracket that is not open", char::from(byte)));
                }
                self.depth -= 1;
                self.braces >>= 1;
                self.complete = self.depth == 0;
            }
            _ => {}
        }
        self.previous = byte;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(text: &str) -> Result<bool, String> {
        let mut nesting = Nesting::new(4);
        for byte in text.bytes() {
            nesting.step(byte)?;
        }
        Ok(nesting.is_complete())
    }

    #[test]
    fn brackets_and_quotes() {
        assert_eq!(follow(r#"{"a}\"":[1,{"b":"]"}]}"#), Ok(true));
        assert_eq!(follow(r#"{"a":[1"#), Ok(false));
        assert_eq!(follow("[[[[]]]]"), Ok(true));
        assert!(follow("[[[[[").unwrap_err().contains("more than 4"));
        assert!(follow("[}").unwrap_err().contains("`}`"));
        assert!(follow("{}x").unwrap_err().contains("more follows"));
        assert!(follow("{\"a\n").unwrap_err().contains("line break"));
    }
}
