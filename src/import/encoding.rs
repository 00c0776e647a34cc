//! Text in files that are older than UTF-8: which encoding it is in, and its characters.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use encoding_rs::{Encoding, GBK, UTF_8};

use super::mapping::clip;

/// An encoding of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextEncoding(&'static Encoding);

/// The word names no encoding that texts can be read in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an encoding known here; use utf-8, gbk, gb18030, big5, shift_jis, euc-kr, windows-1252 or another name of the WHATWG Encoding Standard"
)]
pub struct UnknownEncoding(String);

impl TextEncoding {
    pub(super) const UTF_8: TextEncoding = TextEncoding(UTF_8);
    pub(super) const GBK: TextEncoding = TextEncoding(GBK);

    /// The code page that the 30th byte of a dBase table names, where it names one for sure. 0x57, the one that Esri's
    /// programs write, only says "the code page of that computer".
    pub(super) fn of_language_driver(id: u8) -> Option<TextEncoding> {
        let code_page = match id {
            0x13 | 0x7b => "932",
            0x4d | 0x7a => "936",
            0x4e | 0x79 => "949",
            0x4f | 0x78 => "950",
            0x50 | 0x7c => "874",
            0x03 | 0x58 | 0x59 => "1252",
            0x26 | 0x65 => "866",
            0xc8 => "1250",
            0xc9 => "1251",
            0xca => "1254",
            0xcb => "1253",
            0x7d => "1255",
            0x7e => "1256",
            _ => return None,
        };
        code_page.parse().ok()
    }

    /// The characters, if every byte belongs to one.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        self.0.decode_without_bom_handling_and_without_replacement(bytes)
    }

    /// The characters of a text that may have been cut off inside its last one, and whether it was.
    pub(super) fn decode_cut(self, bytes: &[u8]) -> Option<(Cow<'_, str>, bool)> {
        if let Some(text) = self.decode(bytes) {
            return Some((text, false));
        }
        // The longest characters have four bytes, so three are the most that can be left of one.
        let shorter = (1..=bytes.len().min(3)).map(|cut| bytes.len() - cut);
        shorter
            // What is left has to be the beginning of a character, and not merely wrong.
            .filter(|&end| self.begins_character(&bytes[end..]))
            .find_map(|end| self.decode(&bytes[..end]).map(|text| (text, true)))
    }

    /// Whether more bytes could make a character of these.
    fn begins_character(self, bytes: &[u8]) -> bool {
        let mut decoder = self.0.new_decoder_without_bom_handling();
        let mut space = [0u8; 16];
        let (result, _, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut space, false);
        result == encoding_rs::DecoderResult::InputEmpty && written == 0
    }

    /// The bytes of a text, where all of it can be written so.
    pub(super) fn encode(self, text: &str) -> Option<Vec<u8>> {
        let (bytes, used, lossy) = self.0.encode(text);
        (used == self.0 && !lossy).then(|| bytes.into_owned())
    }
}

impl FromStr for TextEncoding {
    type Err = UnknownEncoding;

    /// Names and numbers of code pages, as options and `.cpg` files have them: `GBK`, `936`, `cp936`, `ANSI 936`, `65001`.
    fn from_str(text: &str) -> Result<TextEncoding, UnknownEncoding> {
        let word = text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}').to_ascii_lowercase();
        let number = word.trim_start_matches(|c: char| !c.is_ascii_digit());
        let is_code_page = ["", "cp", "ansi", "oem", "ms", "windows", "win"]
            .contains(&word.strip_suffix(number).unwrap_or(&word).trim_end_matches([' ', '-', '_']));
        let label = match number {
            "936" | "54936" if is_code_page => "gb18030",
            "65001" if is_code_page => "utf-8",
            "950" if is_code_page => "big5",
            "932" if is_code_page => "shift_jis",
            "949" if is_code_page => "euc-kr",
            "874" | "1250" | "1251" | "1252" | "1253" | "1254" | "1255" | "1256" | "1257" | "1258" if is_code_page => {
                &format!("windows-{number}")
            }
            "866" if is_code_page => "ibm866",
            "88591" | "88592" | "88595" if is_code_page || word.starts_with("iso") => {
                &format!("iso-8859-{}", &number[4..])
            }
            _ => &word,
        };
        let known = Encoding::for_label_no_replacement(label.as_bytes());
        // UTF-16 has bytes of 0 in it, where fields end.
        let usable = known.filter(|encoding| encoding.is_ascii_compatible());
        usable.map(TextEncoding).ok_or_else(|| UnknownEncoding(clip(text)))
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// The name of a member of an archive, whose encoding archives seldom say: UTF-8 if it is that, else GBK, else the
/// first PC's code page.
pub(super) fn archive_name(bytes: &[u8]) -> String {
    let chinese = || TextEncoding::GBK.decode(bytes);
    let name = TextEncoding::UTF_8.decode(bytes).or_else(chinese);
    name.map_or_else(|| bytes.iter().map(|&byte| code_page_437(byte)).collect(), Cow::into_owned)
}

fn code_page_437(byte: u8) -> char {
    const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    match byte {
        0..=0x7f => char::from(byte),
        _ => HIGH.chars().nth(usize::from(byte) - 0x80).unwrap_or('?'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_options_and_cpg_files() {
        for (word, name) in [
            ("GBK", "GBK"),
            ("936", "gb18030"),
            ("CP936", "gb18030"),
            ("ANSI 936", "gb18030"),
            ("gb2312", "GBK"),
            ("UTF-8\r\n", "UTF-8"),
            ("65001", "UTF-8"),
            ("Big5", "Big5"),
            ("950", "Big5"),
            ("ISO-8859-1", "windows-1252"),
            ("ISO88591", "windows-1252"),
            ("1252", "windows-1252"),
            ("EUC-KR", "EUC-KR"),
        ] {
            assert_eq!(
                word.parse::<TextEncoding>().map(|encoding| encoding.to_string()),
                Ok(name.to_string()),
                "{word}"
            );
        }
        for word in ["", "System", "utf-16", "850", "moon", "replacement", "iso-2022-kr"] {
            assert!(word.parse::<TextEncoding>().is_err(), "{word}");
        }
    }

    #[test]
    fn texts_cut_inside_a_character() {
        let utf8 = TextEncoding::UTF_8;
        let cut = |encoding: TextEncoding, bytes: &[u8]| {
            encoding.decode_cut(bytes).map(|(text, cut)| (text.into_owned(), cut))
        };
        assert_eq!(cut(utf8, "网格".as_bytes()), Some(("网格".into(), false)));
        assert_eq!(cut(utf8, &"网格编码".as_bytes()[..10]), Some(("网格编".into(), true)));
        assert_eq!(cut(utf8, &"网格编码".as_bytes()[..11]), Some(("网格编".into(), true)));
        assert_eq!(cut(utf8, b"ab\xff"), None);
        assert_eq!(cut(utf8, b"\xffab"), None);
        let gbk = TextEncoding::GBK.encode("a网格员").unwrap();
        assert_eq!(cut(TextEncoding::GBK, &gbk[..6]), Some(("a网格".into(), true)));
        assert_eq!(TextEncoding::GBK.encode("🙂"), None);
    }

    #[test]
    fn names_in_archives() {
        assert_eq!(archive_name("网格.shp".as_bytes()), "网格.shp");
        assert_eq!(archive_name(&TextEncoding::GBK.encode("网格.shp").unwrap()), "网格.shp");
        assert_eq!(archive_name(b"caf\x82.shp"), "café.shp");
        assert_eq!(code_page_437(0xff), '\u{a0}');
        assert_eq!(code_page_437(0xe1), 'ß');
    }
}
