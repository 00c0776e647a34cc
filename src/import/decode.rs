//! Bytes of a file to bytes of text: gzip is recognised and undone, other formats are named, bombs are stopped.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::limits::Limits;

/// Decompressed bytes before the expansion is looked at: the first blocks of small files say nothing.
const EXPANSION_GRACE_BYTES: u64 = 16 << 20;

const BUFFER_BYTES: usize = 256 << 10;

/// The text in `bytes`, decompressed where it is gzip. A byte order mark is left out.
pub(super) fn decode<'a>(mut bytes: impl Read + 'a, limits: &Limits) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut head = [0u8; 16];
    let length = fill(&mut bytes, &mut head)?;
    let head = &head[..length];
    if head.starts_with(&[0x1f, 0x8b]) {
        let taken = Rc::new(Cell::new(0));
        let compressed = Counted { inner: Cursor::new(head.to_vec()).chain(bytes), taken: Rc::clone(&taken) };
        let text = Bounded { inner: MultiGzDecoder::new(compressed), taken, given: 0, limits: *limits };
        return without_mark(text);
    }
    let taken = Rc::new(Cell::new(u64::MAX));
    let plain = Cursor::new(head.to_vec()).chain(bytes);
    without_mark(Bounded { inner: plain, taken, given: 0, limits: *limits })
}

/// Names other formats by their first bytes, and leaves out a byte order mark.
fn without_mark<'a>(mut text: impl Read + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut head = [0u8; 16];
    let length = fill(&mut text, &mut head)?;
    let head = &head[..length];
    if let Some(format) = foreign_format(head) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "this is {format}, which is not read here; give a file of a known format by its name, or convert it first: \
                 ogr2ogr -f GeoJSONSeq -t_srs EPSG:4326 OUT.geojsonl IN"
            ),
        ));
    }
    let start = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let text = Cursor::new(head[start..].to_vec()).chain(text);
    Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, text)))
}

fn foreign_format(head: &[u8]) -> Option<&'static str> {
    const FORMATS: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "a zip archive"),
        (b"SQLite format 3", "a GeoPackage or another SQLite file"),
        (b"\x00\x00\x27\x0a", "a Shapefile"),
        (b"\xff\xfe", "text in UTF-16"),
        (b"\xfe\xff", "text in UTF-16"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
        (b"BZh", "compressed with bzip2"),
        (b"\xfd7zXZ", "compressed with xz"),
        (b"<", "XML (KML, perhaps)"),
    ];
    FORMATS.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, format)| format)
}

/// Reads until the buffer is full or the input ends; standard input comes in small parts.
fn fill(bytes: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match bytes.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(n) => length += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(explain(error)),
        }
    }
    Ok(length)
}

/// Counts what is taken from a compressed file.
struct Counted<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.taken.set(self.taken.get() + length as u64);
        Ok(length)
    }
}

/// Ends with an error where a text grows beyond its limits.
struct Bounded<R> {
    inner: R,
    /// Compressed bytes taken so far.
    taken: Rc<Cell<u64>>,
    given: u64,
    limits: Limits,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer).map_err(explain)?;
        self.given += length as u64;
        let too_long = |what: String| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        if self.given > self.limits.max_decoded_bytes {
            return too_long(format!("the text is longer than {} bytes", self.limits.max_decoded_bytes));
        }
        let expanded_too_far = self.given / self.limits.max_expansion > self.taken.get();
        if self.given > EXPANSION_GRACE_BYTES && expanded_too_far {
            return too_long(format!(
                "the compressed file expands more than {} times, which borders never do",
                self.limits.max_expansion
            ));
        }
        Ok(length)
    }
}

fn explain(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            io::Error::new(error.kind(), "the compressed file ends early: it is truncated; copy or download it again")
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            io::Error::new(error.kind(), format!("the compressed file is damaged: {error}"))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        decode(bytes, &Limits::default())?.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn plain_and_gzip_read_the_same() {
        let two_members = [gzip(b"\xef\xbb\xbf{\"a\":"), gzip(b"1}")].concat();
        assert_eq!(read(b"\xef\xbb\xbf{\"a\":1}").unwrap(), b"{\"a\":1}");
        assert_eq!(read(&two_members).unwrap(), b"{\"a\":1}");
        assert_eq!(read(b"").unwrap(), b"");
    }

    #[test]
    fn a_bomb_is_stopped() {
        let error = read(&gzip(&vec![b' '; 40 << 20])).unwrap_err();
        assert!(error.to_string().contains("expands more than 200 times"), "{error}");
        // The same many spaces as plain text are only a long file.
        assert_eq!(read(&vec![b' '; 40 << 20]).unwrap().len(), 40 << 20);
    }

    #[test]
    fn a_truncated_archive_says_so() {
        let whole = gzip(b"{\"type\":\"FeatureCollection\",\"features\":[]}");
        for length in 3..whole.len() {
            let error = read(&whole[..length]).unwrap_err();
            assert!(error.to_string().contains("truncated"), "{length} {error}");
        }
    }
}
