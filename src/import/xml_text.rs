//! The bytes of an XML file as UTF-8, from whatever encoding its first line declares, in measured portions.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::mapping::clip;

const BUFFER_BYTES: usize = 64 << 10;
/// Bytes in which the encoding has to be declared.
const HEAD_BYTES: usize = 256;

/// Text of an XML file. Reading ends with an error where a portion grows beyond what it was allowed.
pub(super) struct XmlText<R> {
    inner: R,
    decoder: Decoder,
    encoding: &'static Encoding,
    /// Bytes of the file that are not decoded yet.
    raw: Vec<u8>,
    raw_start: usize,
    /// Whether `raw` holds the end of the file.
    ended: bool,
    done: bool,
    /// Decoded text that is not taken yet.
    text: Vec<u8>,
    text_start: usize,
    /// Bytes that may still be taken.
    allowed: usize,
    /// Lines and bytes of the last line that were taken.
    line: u64,
    column: u64,
}

impl<R: Read> XmlText<R> {
    /// `chosen` overrules what the file says of its encoding.
    pub(super) fn new(mut inner: R, chosen: Option<&'static Encoding>) -> io::Result<XmlText<R>> {
        let mut raw = Vec::with_capacity(BUFFER_BYTES);
        (&mut inner).take(HEAD_BYTES as u64).read_to_end(&mut raw)?;
        let encoding = match chosen {
            Some(chosen) => chosen,
            None => declared(&raw).map_err(invalid)?,
        };
        Ok(XmlText {
            inner,
            // Also takes a byte order mark away, and believes it more than the declaration.
            decoder: encoding.new_decoder(),
            encoding,
            ended: raw.len() < HEAD_BYTES,
            raw,
            raw_start: 0,
            done: false,
            text: vec![0; BUFFER_BYTES],
            text_start: BUFFER_BYTES,
            allowed: usize::MAX,
            line: 1,
            column: 1,
        })
    }

    /// Allows so many bytes more, from now on.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.allowed = bytes;
    }

    /// Line and column (in bytes of UTF-8) of the next byte, counted from 1.
    pub(super) fn place(&self) -> (u64, u64) {
        (self.line, self.column)
    }

    /// Decodes the next portion into the empty `text`.
    fn decode(&mut self) -> io::Result<()> {
        self.text.resize(BUFFER_BYTES, 0);
        self.text_start = 0;
        loop {
            if self.raw_start == self.raw.len() && !self.ended {
                self.raw.resize(BUFFER_BYTES, 0);
                self.raw_start = 0;
                // Emptied first: an error leaves no bytes that were never read.
                let read = read_some(&mut self.inner, &mut self.raw);
                self.raw.truncate(*read.as_ref().unwrap_or(&0));
                self.ended = read? == 0;
            }
            let from = &self.raw[self.raw_start..];
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(from, &mut self.text, self.ended);
            self.raw_start += read;
            if let DecoderResult::Malformed(..) = result {
                let (line, name) = (self.line, self.encoding.name());
                return Err(invalid(format!(
                    "after line {line} there are bytes that are no {name}; give the encoding in the first line, such as \
                     <?xml version=\"1.0\" encoding=\"GBK\"?>"
                )));
            }
            self.done = self.ended && matches!(result, DecoderResult::InputEmpty);
            if written > 0 || self.done {
                self.text.truncate(written);
                return Ok(());
            }
        }
    }
}

impl<R: Read> Read for XmlText<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let length = from.len().min(buffer.len());
        buffer[..length].copy_from_slice(&from[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for XmlText<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.text_start == self.text.len() && !self.done {
            if self.allowed == 0 {
                return Err(invalid("a part of it is too long".into()));
            }
            self.decode()?;
        }
        Ok(&self.text[self.text_start..])
    }

    fn consume(&mut self, amount: usize) {
        let taken = &self.text[self.text_start..self.text_start + amount];
        match memchr::memrchr(b'\n', taken) {
            None => self.column += amount as u64,
            Some(at) => {
                self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
                self.column = (amount - at) as u64;
            }
        }
        self.text_start += amount;
        self.allowed = self.allowed.saturating_sub(amount);
    }
}

fn read_some(inner: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match inner.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// The encoding that the declaration `<?xml … encoding="…"?>` names, UTF-8 without one.
fn declared(head: &[u8]) -> Result<&'static Encoding, String> {
    if let Some((by_mark, _)) = Encoding::for_bom(head) {
        return Ok(by_mark);
    }
    if head.starts_with(b"<\0") {
        return Ok(encoding_rs::UTF_16LE);
    }
    if head.starts_with(b"\0<") {
        return Ok(encoding_rs::UTF_16BE);
    }
    let end = head.iter().position(|&byte| byte == b'>').unwrap_or(0);
    let declaration = String::from_utf8_lossy(&head[..end]);
    if !declaration.trim_start().starts_with("<?xml") {
        return Ok(UTF_8);
    }
    let label = declaration
        .split_once("encoding")
        .and_then(|(_, rest)| rest.trim_start().strip_prefix('='))
        .and_then(|rest| rest.trim_start().strip_prefix(['"', '\'']))
        .and_then(|rest| rest.split(['"', '\'']).next());
    match label {
        None => Ok(UTF_8),
        // What calls itself UTF-16 and begins with one byte a letter is not.
        Some(label) if label.trim().to_ascii_lowercase().starts_with("utf-16") => Ok(UTF_8),
        Some(label) => Encoding::for_label(label.as_bytes())
            .ok_or_else(|| format!("the encoding `{}` that it declares is not known here", clip(label))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        XmlText::new(bytes, None)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn reads_what_is_declared() {
        let kml = |label: &str| format!("<?xml version=\"1.0\" encoding='{label}'?>\n<name>青草镇</name>");
        for label in ["GBK", "gb2312", "GB18030", "UTF-8", "big5"] {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let plain = kml(label).replace('镇', if label == "big5" { "鎮" } else { "镇" });
            let (bytes, _, unmappable) = encoding.encode(&plain);
            assert!(!unmappable);
            assert_eq!(text(&bytes).unwrap(), plain, "{label}");
        }
        assert_eq!(text(b"\xef\xbb\xbf<a/>").unwrap(), "<a/>");
        assert_eq!(text("<a/>é".as_bytes()).unwrap(), "<a/>é");
        let utf16: Vec<u8> = "\u{feff}<a>青草</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&utf16).unwrap(), "<a>青草</a>");
        assert_eq!(text(&utf16[2..]).unwrap(), "<a>青草</a>");
        assert_eq!(text(b"").unwrap(), "");
    }

    #[test]
    fn says_what_cannot_be_decoded() {
        let (gbk, ..) = encoding_rs::GBK.encode("<name>青草镇</name>");
        assert!(text(&gbk).unwrap_err().to_string().contains("no UTF-8"));
        assert!(text(b"<?xml encoding=\"klingon\"?>").unwrap_err().to_string().contains("`klingon`"));
        assert!(text("<a/>é".as_bytes().split_last().unwrap().1).is_err());
    }

    #[test]
    fn a_portion_is_bounded_and_lines_are_counted() {
        let long = "a\n".repeat(1 << 20);
        let mut xml = XmlText::new(long.as_bytes(), None).unwrap();
        xml.allow(100_000);
        let mut all = Vec::new();
        assert!(xml.read_to_end(&mut all).unwrap_err().to_string().contains("too long"));
        assert!(all.len() < 100_000 + 2 * BUFFER_BYTES, "{}", all.len());
        assert_eq!(xml.place(), (1 + all.len() as u64 / 2, 1 + all.len() as u64 % 2));
    }

    proptest! {
        #[test]
        fn long_texts_come_out_whole(parts in prop::collection::vec("[a青\n]{0,3}", 0..40), repeat in 1usize..3000) {
            let plain = format!("<?xml encoding=\"gbk\"?>{}", parts.concat().repeat(repeat));
            let (bytes, ..) = encoding_rs::GBK.encode(&plain);
            prop_assert_eq!(text(&bytes).unwrap(), plain);
        }
    }
}
