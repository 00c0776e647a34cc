//! Whether a workbook, which is a zip of XML files, is of a size that can be read: looked at before the reader of workbooks sees
//! it, for that one unpacks whole files and believes the sizes they claim.

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

/// A workbook of an office has some twenty.
const MAX_FILES: usize = 2_000;
/// All files unpacked.
const MAX_UNPACKED_BYTES: u64 = 256 << 20;
/// More texts are not in any sheet we read; the reader makes room for as many as the file claims.
const MAX_SHARED_TEXTS: u64 = 5_000_000;
const CLAIM: &[u8] = b"uniqueCount";
/// Tags of the file of shared texts, each of which the reader makes a text of.
const MAX_TEXT_TAGS: usize = 10_000_000;
/// What the reader makes of the styles: something of every tag, and for every cell format a copy of all that it refers to.
const MAX_STYLE_BYTES: usize = 256 << 20;
const STYLE_BYTES: usize = 400;
/// Begins the end of an archive of the large kind.
const LARGE_END: &[u8] = b"PK\x06\x06";

/// Unpacks everything once, and refuses what is too much.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let damaged = |error: &dyn std::fmt::Display| format!("the workbook is damaged or no .xlsx at all: {error}");
    // The reader of archives makes room for as many files as one of these says.
    for at in memchr::memmem::find_iter(bytes, LARGE_END) {
        let count =
            bytes.get(at + 32..).and_then(|bytes| bytes.first_chunk::<8>()).map(|count| u64::from_le_bytes(*count));
        if count.is_some_and(|count| count > MAX_FILES as u64) {
            return Err(format!(
                "the workbook claims to have more than {MAX_FILES} files in it; save it anew as .xlsx"
            ));
        }
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if archive.len() > MAX_FILES {
        return Err(format!("the workbook has {} files in it; {MAX_FILES} are the limit", archive.len()));
    }
    let mut left = MAX_UNPACKED_BYTES;
    let mut packed_left = bytes.len() as u64;
    let mut unpacked = Vec::new();
    for index in 0..archive.len() {
        let file = match archive.by_index(index) {
            Ok(file) => file,
            Err(zip::result::ZipError::UnsupportedArchive(why)) if why.contains("assword") => {
                return Err("the workbook is encrypted; save it without a password".to_owned());
            }
            Err(error) => return Err(damaged(&error)),
        };
        let name = file.name().map_err(|error| damaged(&error))?.to_ascii_lowercase();
        // Files that lie over one another would have the same bytes unpacked again and again.
        packed_left = packed_left
            .checked_sub(file.compressed_size())
            .ok_or("the workbook is damaged: its files lie over one another; save it anew as .xlsx")?;
        unpacked.clear();
        // One byte more than is left, so that a larger file is seen to be one.
        file.take(left + 1).read_to_end(&mut unpacked).map_err(|error| damaged(&error))?;
        left = left.checked_sub(unpacked.len() as u64).ok_or_else(|| {
            format!("the workbook unpacks to more than {} MiB; save the roster's sheet alone", MAX_UNPACKED_BYTES >> 20)
        })?;
        if name.ends_with(".xml") {
            check_xml(&unpacked)?;
        }
        if name.ends_with("sharedstrings.xml") && memchr::memchr_iter(b'<', &unpacked).count() > MAX_TEXT_TAGS {
            return Err("the workbook has more texts than any roster; save the roster's sheet alone".to_owned());
        }
        if name.ends_with("styles.xml") {
            check_styles(&unpacked)?;
        }
    }
    Ok(())
}

/// A few short formats can make gigabytes where each cell format takes a copy.
fn check_styles(xml: &[u8]) -> Result<(), String> {
    let mut xml = Reader::from_reader(xml);
    xml.config_mut().check_end_names = false;
    let (mut tags, mut formats, mut longest_bytes) = (0usize, 0usize, 0);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                tags += 1;
                formats += usize::from(tag.local_name().as_ref() == "xf");
                longest_bytes = longest_bytes.max(tag.len());
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => return Err(format!("the workbook's styles are damaged: {error}; save it anew as .xlsx")),
        }
    }
    if tags * STYLE_BYTES + formats.saturating_mul(longest_bytes) > MAX_STYLE_BYTES {
        return Err("the workbook's styles are too many; save the roster's sheet alone in a new workbook".to_owned());
    }
    Ok(())
}

/// The claimed number of texts can be read off the bytes only where these are plain UTF-8, as in every workbook.
fn check_xml(xml: &[u8]) -> Result<(), String> {
    let odd = |byte: &u8| *byte < b' ' && !b"\t\r\n".contains(byte);
    if std::str::from_utf8(xml).is_err() || xml.iter().any(odd) {
        return Err("the workbook's XML is not plain UTF-8; save it anew as .xlsx".to_owned());
    }
    for at in memchr::memmem::find_iter(xml, CLAIM) {
        let claim: Vec<u8> = xml[at + CLAIM.len()..]
            .iter()
            .copied()
            .skip_while(|byte| !byte.is_ascii_digit() && !b"<>".contains(byte))
            .take_while(u8::is_ascii_digit)
            .take(20)
            .collect();
        let claimed =
            claim.iter().fold(0u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        if claimed > MAX_SHARED_TEXTS {
            return Err(format!("the workbook claims to have {claimed} texts; {MAX_SHARED_TEXTS} are the limit"));
        }
    }
    Ok(())
}
