//! Reads zip archives within bounds. Our own, for the crate reserves as many entries as a header announces: what one says
//! here is believed only as far as there are bytes for it.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::encoding::archive_name;
use super::limits::Limits;
use super::mapping::clip;

/// Entries of an archive. A shapefile has five or so, a county some hundred.
const MAX_ENTRIES: usize = 10_000;
/// The list of entries, which is held in memory.
const MAX_DIRECTORY_BYTES: u64 = 16 << 20;
const END_BYTES: usize = 22;
/// The comment behind everything can be so long.
const MAX_COMMENT_BYTES: usize = 0xffff;
/// Decompressed bytes before the expansion is looked at.
const EXPANSION_GRACE_BYTES: u64 = 16 << 20;

/// An archive that is open.
pub(super) struct Archive<R> {
    bytes: R,
    entries: Vec<Entry>,
    /// Decompressed bytes that all entries together may still give.
    left: Cell<u64>,
    limits: Limits,
}

/// A file in an archive.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its path, with `/` between folders.
    pub name: String,
    method: u16,
    crc: u32,
    compressed_bytes: u64,
    bytes: u64,
    /// Where its own header stands.
    header_at: u64,
    is_encrypted: bool,
}

impl Entry {
    /// The last part of its path.
    pub(super) fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// What systems put into archives for themselves.
    fn is_noise(&self) -> bool {
        let of_macos = self.name.split('/').any(|part| part == "__MACOSX") || self.file_name().starts_with('.');
        of_macos || self.file_name().is_empty()
    }
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the list of entries.
    pub(super) fn open(mut bytes: R, limits: &Limits) -> Result<Archive<R>, String> {
        let length = bytes.seek(SeekFrom::End(0)).map_err(text)?;
        let End { entries, directory_bytes, directory_at, end_at } = find_end(&mut bytes, length)?;
        if directory_bytes > MAX_DIRECTORY_BYTES {
            return Err(format!("the list of files in the archive has more than {MAX_DIRECTORY_BYTES} bytes"));
        }
        // What stands before the archive, such as a program that unpacks it, moves everything.
        let moved_by = end_at.checked_sub(directory_bytes + directory_at).ok_or_else(damaged)?;
        bytes.seek(SeekFrom::Start(end_at - directory_bytes)).map_err(text)?;
        let mut directory = Vec::new();
        bytes.by_ref().take(directory_bytes).read_to_end(&mut directory).map_err(text)?;
        let mut rest = directory.as_slice();
        let mut list = Vec::new();
        // Entries that lie over one another would have the same bytes unpacked again and again.
        let mut packed_bytes_left = length;
        for _ in 0..entries {
            let entry = entry(&mut rest, moved_by)?;
            packed_bytes_left = packed_bytes_left
                .checked_sub(entry.compressed_bytes)
                .ok_or("the archive is damaged: its files lie over one another; pack them anew")?;
            if !entry.is_noise() {
                list.push(entry);
            }
        }
        let left =
            (length.saturating_mul(limits.max_expansion)).max(EXPANSION_GRACE_BYTES).min(limits.max_decoded_bytes);
        Ok(Archive { bytes, entries: list, left: Cell::new(left), limits: *limits })
    }

    /// The files in it, folders and what systems put there for themselves left out.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The content of an entry, decompressed.
    pub(super) fn read(&mut self, at: usize) -> Result<impl Read + '_, String> {
        let entry = self.entries[at].clone();
        if entry.is_encrypted {
            return Err("the archive is locked by a password; unpack it first".into());
        }
        self.bytes.seek(SeekFrom::Start(entry.header_at)).map_err(text)?;
        let mut header = [0; 30];
        self.bytes.read_exact(&mut header).map_err(|_| damaged())?;
        if header[..4] != *b"PK\x03\x04" {
            return Err(damaged());
        }
        let skip = i64::from(u16_at(&header, 26)) + i64::from(u16_at(&header, 28));
        self.bytes.seek(SeekFrom::Current(skip)).map_err(text)?;
        let compressed = (&mut self.bytes).take(entry.compressed_bytes);
        let inner = match entry.method {
            0 => Inner::Stored(compressed),
            8 => Inner::Deflated(DeflateDecoder::new(compressed)),
            _ => {
                let name = clip(&entry.name);
                return Err(format!("{name} is compressed in a way that is not read; unpack it and name the files"));
            }
        };
        let max_expansion = self.limits.max_expansion;
        let left_here = entry.compressed_bytes.saturating_mul(max_expansion).max(EXPANSION_GRACE_BYTES);
        Ok(Content { inner, left: &self.left, left_here, crc: Crc::new(), entry, max_expansion })
    }
}

/// Where the list of entries is.
struct End {
    entries: u16,
    directory_bytes: u64,
    directory_at: u64,
    end_at: u64,
}

fn find_end<R: Read + Seek>(bytes: &mut R, length: u64) -> Result<End, String> {
    let tail_bytes = length.min((END_BYTES + MAX_COMMENT_BYTES) as u64);
    bytes.seek(SeekFrom::Start(length - tail_bytes)).map_err(text)?;
    let mut tail = Vec::new();
    bytes.by_ref().take(tail_bytes).read_to_end(&mut tail).map_err(text)?;
    let ends_here = |at: &usize| {
        let end = &tail[*at..];
        end.starts_with(b"PK\x05\x06") && usize::from(u16_at(end, 20)) == end.len() - END_BYTES
    };
    let at = (0..(tail.len() + 1).saturating_sub(END_BYTES)).rev().find(ends_here);
    let end = &tail[at.ok_or("the archive is damaged: it is truncated; copy or download it again")?..];
    let (disk, entries) = (u16_at(end, 4), u16_at(end, 10));
    if usize::from(entries) > MAX_ENTRIES && entries != u16::MAX {
        return Err(format!("there are {entries} files in the archive; {MAX_ENTRIES} are the most"));
    }
    if disk != 0 || entries != u16_at(end, 8) {
        return Err("the archive is one of several parts; unpack them and name the files".into());
    }
    let (directory_bytes, directory_at) = (u32_at(end, 12), u32_at(end, 16));
    if entries == u16::MAX || directory_at == u32::MAX {
        return Err("the archive is of the large kind (zip64), which is not read; unpack it and name the files".into());
    }
    Ok(End {
        entries,
        directory_bytes: directory_bytes.into(),
        directory_at: directory_at.into(),
        end_at: length - end.len() as u64,
    })
}

/// Takes one entry off the list.
fn entry(rest: &mut &[u8], moved_by: u64) -> Result<Entry, String> {
    let (header, after) = rest.split_first_chunk::<46>().ok_or_else(damaged)?;
    if header[..4] != *b"PK\x01\x02" {
        return Err(damaged());
    }
    let [name_bytes, extra_bytes, comment_bytes] = [28, 30, 32].map(|at| usize::from(u16_at(header, at)));
    let (name, after) = after.split_at_checked(name_bytes).ok_or_else(damaged)?;
    *rest = after.get(extra_bytes + comment_bytes..).ok_or_else(damaged)?;
    let [compressed, plain, header_at] = [20, 24, 42].map(|at| u32_at(header, at));
    if [compressed, plain, header_at].contains(&u32::MAX) {
        return Err("the archive is of the large kind (zip64), which is not read; unpack it and name the files".into());
    }
    Ok(Entry {
        name: archive_name(name).replace('\\', "/").replace(char::is_control, " "),
        method: u16_at(header, 10),
        crc: u32_at(header, 16),
        compressed_bytes: compressed.into(),
        bytes: plain.into(),
        header_at: moved_by + u64::from(header_at),
        is_encrypted: u16_at(header, 8) & 1 != 0,
    })
}

enum Inner<R> {
    Stored(R),
    Deflated(DeflateDecoder<R>),
}

/// The content of an entry, which ends with an error where it is too long or not what it should be.
struct Content<'a, R> {
    inner: Inner<R>,
    left: &'a Cell<u64>,
    left_here: u64,
    crc: Crc,
    entry: Entry,
    max_expansion: u64,
}

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.inner {
            Inner::Stored(bytes) => bytes.read(buffer),
            Inner::Deflated(bytes) => bytes.read(buffer),
        };
        let name = || clip(&self.entry.name);
        let invalid = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
        let length = match read {
            Ok(length) => length,
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                return Err(invalid(format!("{} in the archive is damaged: {error}", name())));
            }
            Err(error) => return Err(error),
        };
        self.crc.update(&buffer[..length]);
        if length == 0 && (u64::from(self.crc.amount()), self.crc.sum()) != (self.entry.bytes, self.entry.crc) {
            return Err(invalid(format!("{} in the archive is damaged; copy or download it again", name())));
        }
        let taken = length as u64;
        if taken > self.left.get() || taken > self.left_here {
            let max_expansion = self.max_expansion;
            return Err(invalid(format!(
                "{} in the archive expands more than {max_expansion} times, which borders never do, or is too long",
                name()
            )));
        }
        self.left.set(self.left.get() - taken);
        self.left_here -= taken;
        Ok(length)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn text(error: io::Error) -> String {
    error.to_string()
}

fn damaged() -> String {
    "the archive is damaged; copy or download it again".into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn all(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
        let mut archive = Archive::open(Cursor::new(bytes), &Limits::default())?;
        let mut files = Vec::new();
        for at in 0..archive.entries().len() {
            let name = archive.entries()[at].name.clone();
            let mut content = Vec::new();
            archive.read(at)?.read_to_end(&mut content).map_err(|error| error.to_string())?;
            files.push((name, content));
        }
        Ok(files)
    }

    #[test]
    fn reads_what_the_crate_writes() {
        let files =
            [("a/town.shp", &b"shapes"[..]), ("__MACOSX/._town.shp", b"x"), ("空.txt", b""), ("a/town.dbf", b"fields")];
        let bytes = zip(&files);
        let read = all(&bytes).unwrap();
        let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a/town.shp", "空.txt", "a/town.dbf"]);
        assert_eq!(read[0].1, b"shapes");
        // Names end up in messages and in stores.
        assert_eq!(all(&zip(&[("a\0\x1b.shp", b"x")])).unwrap()[0].0, "a  .shp");
        // Behind a program that unpacks it, and before a comment.
        assert_eq!(all(&[&b"MZ program"[..], &bytes].concat()).unwrap(), read);
        assert_eq!(all(&zip(&[])).unwrap(), []);
    }

    #[test]
    fn what_is_broken_is_an_error() {
        let bytes = zip(&[("town.shp", &b"shapes, many of them, shapes, shapes, shapes"[..]), ("town.dbf", b"fields")]);
        for length in 0..bytes.len() {
            assert!(all(&bytes[..length]).is_err(), "{length}");
        }
        for at in 0..bytes.len() {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = byte;
                let _ = all(&changed);
            }
        }
        assert!(all(b"PK\x03\x04").unwrap_err().contains("truncated"));
    }

    #[test]
    fn a_bomb_is_stopped() {
        let bytes = zip(&[("town.shp", &vec![b' '; 40 << 20])]);
        assert!(bytes.len() < 100_000);
        assert!(all(&bytes).unwrap_err().contains("expands more than 200 times"));
    }
}
