//! Whether a workbook, which is a zip of XML files, is of a size that can be read: looked at before the reader of workbooks sees
//! it, for that one unpacks whole files and believes the sizes they claim.

use std::io::{Cursor, Read};

use zip::ZipArchive;

/// A workbook of an office has some twenty.
const MAX_FILES: usize = 2_000;
/// All files unpacked.
const MAX_UNPACKED_BYTES: u64 = 256 << 20;
/// More texts are not in any sheet we read; the reader makes room for as many as the file claims.
const MAX_SHARED_TEXTS: u64 = 5_000_000;
const CLAIM: &[u8] = b"uniqueCount";

/// Unpacks everything once, and refuses what is too much.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let damaged = |error: &dyn std::fmt::Display| format!("the workbook is damaged or no .xlsx at all: {error}");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if archive.len() > MAX_FILES {
        return Err(format!("the workbook has {} files in it; {MAX_FILES} are the limit", archive.len()));
    }
    let mut left = MAX_UNPACKED_BYTES;
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
        unpacked.clear();
        // One byte more than is left, so that a larger file is seen to be one.
        file.take(left + 1).read_to_end(&mut unpacked).map_err(|error| damaged(&error))?;
        left = left.checked_sub(unpacked.len() as u64).ok_or_else(|| {
            format!("the workbook unpacks to more than {} MiB; save the roster's sheet alone", MAX_UNPACKED_BYTES >> 20)
        })?;
        if name.ends_with(".xml") {
            check_xml(&unpacked)?;
        }
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
