//! The rows of a dBase table (`.dbf`), in the encoding they are in.
//!
//! Own code, and not the crate `dbase`: that knows few encodings, cannot try one and then another, and drops what it cannot
//! decode without a word.

use std::borrow::Cow;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::Bytes;
use super::number::plain;
use crate::import::encoding::TextEncoding;

const HEADER_BYTES: usize = 32;
const FIELD_BYTES: usize = 32;
/// A name longer than this was cut off when the file was written.
pub(super) const NAME_BYTES: usize = 10;
const BUFFER_BYTES: usize = 64 << 10;
const DELETED: u8 = b'*';

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// As it stands in the file.
    pub raw_name: Vec<u8>,
    pub kind: u8,
    /// Where it begins in a row, and how many bytes it has there.
    begin: usize,
    width: usize,
}

impl Field {
    /// Texts, of which the encoding matters.
    fn is_text(&self) -> bool {
        self.kind == b'C'
    }

    /// Whether its values are in the table itself, in a form that is read.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.kind, b'C' | b'N' | b'F' | b'D' | b'L')
    }
}

pub(super) struct Table<'b> {
    file: BufReader<Box<dyn Bytes + 'b>>,
    pub fields: Vec<Field>,
    /// Rows that it claims, and rows that are there.
    pub claimed: u64,
    pub rows: u64,
    /// The byte for the encoding.
    pub language: u8,
    header_bytes: u64,
    row: Vec<u8>,
}

/// The bytes of a table's texts, as far as they tell their encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Ascii,
    Utf8,
    Other,
}

impl<'b> Table<'b> {
    /// The error says what is wrong with the file.
    pub(super) fn open(dbf: Box<dyn Bytes + 'b>) -> Result<Table<'b>, String> {
        let mut file = BufReader::with_capacity(BUFFER_BYTES, dbf);
        let failed = |error: io::Error| error.to_string();
        let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut head = [0; HEADER_BYTES];
        file.read_exact(&mut head)
            .map_err(|_| format!("it has {length} bytes, not even a whole header: it is truncated"))?;
        let claimed = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
        let header_bytes = u64::from(u16::from_le_bytes([head[8], head[9]]));
        let row_bytes = usize::from(u16::from_le_bytes([head[10], head[11]]));
        if header_bytes < HEADER_BYTES as u64 || header_bytes > length || row_bytes == 0 {
            return Err(format!(
                "it claims a header of {header_bytes} bytes and rows of {row_bytes}, but has {length} bytes in all: it is no dBase \
                 table, or damaged"
            ));
        }
        let mut descriptors = vec![0; header_bytes as usize - HEADER_BYTES];
        file.read_exact(&mut descriptors).map_err(failed)?;
        let mut fields = Vec::new();
        let mut begin = 1;
        for descriptor in descriptors.chunks_exact(FIELD_BYTES).take_while(|descriptor| descriptor[0] != b'\r') {
            let name = &descriptor[..11];
            let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
            let kind = descriptor[11].to_ascii_uppercase();
            // Long texts keep the upper byte of their width where numbers keep their decimals.
            let width = match kind {
                b'C' => usize::from(u16::from_le_bytes([descriptor[16], descriptor[17]])),
                _ => usize::from(descriptor[16]),
            };
            fields.push(Field { raw_name: name[..end].trim_ascii_end().to_vec(), kind, begin, width });
            begin += width;
        }
        if begin > row_bytes {
            return Err(format!("its fields take {begin} bytes, but its rows have only {row_bytes}: it is damaged"));
        }
        let rows = claimed.min((length - header_bytes) / row_bytes as u64);
        Ok(Table { file, fields, claimed, rows, language: head[29], header_bytes, row: vec![0; row_bytes] })
    }

    /// Goes to a row, counted from 0; whether it was deleted.
    pub(super) fn go_to(&mut self, row: u64) -> io::Result<bool> {
        let place = self.header_bytes + row * self.row.len() as u64;
        let here = self.file.stream_position()?;
        self.file.seek_relative(place as i64 - here as i64)?;
        self.file.read_exact(&mut self.row)?;
        Ok(self.row[0] == DELETED)
    }

    /// The text of a field of the row last gone to, and whether it is cut off in the middle of a character. `None` where it
    /// is not in that encoding.
    pub(super) fn text(&self, field: &Field, encoding: TextEncoding) -> Option<(Cow<'_, str>, bool)> {
        let bytes = &self.row[field.begin..field.begin + field.width];
        if field.is_text() {
            let (bytes, is_full) = content(bytes);
            return match is_full {
                true => encoding.decode_cut(bytes),
                false => encoding.decode(bytes).map(|text| (text, false)),
            };
        }
        // Nothing else has characters beyond ASCII, unless it is damaged.
        let text = String::from_utf8_lossy(content(bytes).0);
        let text = text.trim();
        let text = match field.kind {
            b'N' | b'F' => plain(text),
            b'D' if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) && text != "00000000" => {
                format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])
            }
            b'L' => match text {
                "T" | "t" | "Y" | "y" => "true".into(),
                "F" | "f" | "N" | "n" => "false".into(),
                _ => String::new(),
            },
            _ => String::new(),
        };
        Some((Cow::Owned(text), false))
    }

    /// Reads all texts and names of fields for what they tell of their encoding.
    pub(super) fn script(&mut self) -> io::Result<Script> {
        let mut script = Script::Ascii;
        let mut look = |bytes: &[u8], may_be_cut: bool| {
            if !bytes.is_ascii() && script != Script::Other {
                let is_utf8 = match may_be_cut {
                    true => TextEncoding::UTF_8.decode_cut(bytes).is_some(),
                    false => TextEncoding::UTF_8.decode(bytes).is_some(),
                };
                script = if is_utf8 { Script::Utf8 } else { Script::Other };
            }
            script != Script::Other
        };
        for field in &self.fields {
            look(&field.raw_name, field.raw_name.len() >= NAME_BYTES);
        }
        let places: Vec<_> = self.fields.iter().filter(|f| f.is_text()).map(|f| f.begin..f.begin + f.width).collect();
        for row in 0..self.rows {
            self.go_to(row)?;
            for place in &places {
                let (bytes, is_full) = content(&self.row[place.clone()]);
                if !look(bytes, is_full) {
                    return Ok(Script::Other);
                }
            }
        }
        Ok(script)
    }
}

/// A field's bytes without those that fill it up, and whether there were none of them.
fn content(bytes: &[u8]) -> (&[u8], bool) {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let text = bytes[..end].trim_ascii_end();
    // A cut between the two bytes of a character can leave what looks like a space: the last one is not to be trusted.
    (text, text.len() + 1 >= bytes.len())
}
