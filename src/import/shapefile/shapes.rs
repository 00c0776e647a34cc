//! The shapes of a shapefile (`.shp`), found through its index (`.shx`) where there is one, else one after the other.
//!
//! Own code, and not the crate `shapefile`: that makes room for as many points as a record claims before it looks whether
//! they are there, so a file of 200 bytes can ask for gigabytes. Here every count is held against the bytes that the file
//! really has. The format is Esri's white paper of July 1998.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::Bytes;
use crate::import::coordinates::{Collected, TooManyVertices};

const HEADER_BYTES: u64 = 100;
const RECORD_HEADER_BYTES: u64 = 8;
/// Type, bounds and the two counts of a polygon.
const POLYGON_HEAD_BYTES: usize = 44;
const POINT_BYTES: usize = 16;
const MAGIC: i32 = 9994;
const BUFFER_BYTES: usize = 64 << 10;

/// A record that is no shape we can read. Reading goes on with the next, unless there is none to be found.
#[derive(Debug, thiserror::Error)]
pub(super) enum ShapeError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0}")]
    Broken(String),
    #[error(transparent)]
    TooManyVertices(#[from] TooManyVertices),
}

fn broken(text: impl Into<String>) -> ShapeError {
    ShapeError::Broken(text.into())
}

/// The rings of one record are in the collector, in one polygon; these are twice their areas in the file's own
/// coordinates, below zero where a ring runs clockwise.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub areas: Vec<f64>,
}

pub(super) struct Shapes<'b> {
    file: BufReader<Box<dyn Bytes + 'b>>,
    /// Where the records end, by the file itself.
    end: u64,
    index: Option<Index<'b>>,
    /// Where the next record begins, where there is no index.
    next: u64,
    /// Set once no further record can be found.
    ended: bool,
}

struct Index<'b> {
    file: BufReader<Box<dyn Bytes + 'b>>,
    entries: u64,
    taken: u64,
}

impl<'b> Shapes<'b> {
    /// Looks at the headers. An index that is none is left out; the second value says why.
    pub(super) fn open(
        shp: Box<dyn Bytes + 'b>,
        shx: Option<Box<dyn Bytes + 'b>>,
    ) -> Result<(Shapes<'b>, Option<String>), ShapeError> {
        let mut file = BufReader::with_capacity(BUFFER_BYTES, shp);
        let (header, length) = header(&mut file)?;
        let kind = le_i32(&header[32..]);
        if !matches!(kind, 0 | 5 | 15 | 25) {
            return Err(broken(format!("a grid is a polygon, but the shapes in it are {}", kind_name(kind))));
        }
        let claimed = u64::from(be_u32(&header[24..])) * 2;
        let mut without_index = None;
        let index = match shx.map(|shx| open_index(shx)) {
            Some(Ok(index)) => Some(index),
            Some(Err(error)) => {
                without_index = Some(format!("its index (.shx) is not used: {error}"));
                None
            }
            None => {
                without_index = Some("it has no index (.shx), so its shapes are read one after the other".to_string());
                None
            }
        };
        let end = if index.is_some() { length } else { length.min(claimed.max(HEADER_BYTES)) };
        Ok((Shapes { file, end, index, next: HEADER_BYTES, ended: false }, without_index))
    }

    /// Bytes of the file, for progress.
    pub(super) fn bytes(&self) -> u64 {
        self.end
    }

    /// Goes to the next record and gives its length; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<u64>, ShapeError> {
        if self.ended {
            return Ok(None);
        }
        let begin = match &mut self.index {
            Some(index) => {
                if index.taken == index.entries {
                    self.ended = true;
                    return Ok(None);
                }
                index.taken += 1;
                let mut entry = [0; 8];
                index.file.read_exact(&mut entry)?;
                u64::from(be_u32(&entry)) * 2
            }
            None if self.next >= self.end => {
                self.ended = true;
                return Ok(None);
            }
            None => self.next,
        };
        let mut head = [0; RECORD_HEADER_BYTES as usize];
        if begin < HEADER_BYTES || begin + RECORD_HEADER_BYTES > self.end {
            self.ended = self.index.is_none();
            return Err(broken("it would begin where the .shp has no more bytes: the file is truncated"));
        }
        self.go_to(begin)?;
        self.file.read_exact(&mut head)?;
        let length = u64::from(be_u32(&head[4..])) * 2;
        if begin + RECORD_HEADER_BYTES + length > self.end {
            self.ended = self.index.is_none();
            return Err(broken(format!(
                "it claims {length} bytes, but the .shp ends after {}: the file is truncated or damaged",
                self.end - begin - RECORD_HEADER_BYTES
            )));
        }
        self.next = begin + RECORD_HEADER_BYTES + length;
        if length < 4 {
            return Err(broken(format!("a shape has 4 bytes or more, this has {length}")));
        }
        Ok(Some(length))
    }

    /// Reads the record of that length that [`Shapes::next`] went to into the collector.
    pub(super) fn read(&mut self, length: u64, into: &mut Collected) -> Result<Shape, ShapeError> {
        let mut head = [0; POLYGON_HEAD_BYTES];
        self.file.read_exact(&mut head[..4])?;
        let kind = le_i32(&head);
        match kind {
            0 => return Ok(Shape::default()),
            5 | 15 | 25 => {}
            _ => return Err(broken(format!("a grid is a polygon, not {}", kind_name(kind)))),
        }
        if length < POLYGON_HEAD_BYTES as u64 {
            return Err(broken(format!("a polygon has {POLYGON_HEAD_BYTES} bytes or more, this has {length}")));
        }
        self.file.read_exact(&mut head[4..])?;
        let (parts, points) = (le_i32(&head[36..]), le_i32(&head[40..]));
        let (Ok(parts), Ok(points)) = (u64::try_from(parts), u64::try_from(points)) else {
            return Err(broken(format!("it claims {parts} rings and {points} positions")));
        };
        let needed = POLYGON_HEAD_BYTES as u64 + parts * 4 + points * POINT_BYTES as u64;
        if needed > length || parts > points.max(1) {
            return Err(broken(format!("it claims {parts} rings and {points} positions, but has only {length} bytes")));
        }
        let mut starts = vec![0; parts as usize * 4];
        self.file.read_exact(&mut starts)?;
        let starts: Vec<u64> = starts.chunks_exact(4).map(|bytes| u64::from(le_i32(bytes) as u32)).collect();
        let rises = starts.windows(2).all(|pair| pair[0] <= pair[1]);
        if !rises || starts.first().is_some_and(|&first| first != 0) || starts.last().is_some_and(|&last| last > points)
        {
            return Err(broken("the beginnings of its rings are out of order"));
        }
        if kind != 5 {
            into.with_height += points;
        }
        let mut shape = Shape::default();
        into.begin_polygon()?;
        for (i, &start) in starts.iter().enumerate() {
            let end = starts.get(i + 1).copied().unwrap_or(points);
            into.begin_ring()?;
            shape.areas.push(self.read_ring(end - start, into)?);
        }
        Ok(shape)
    }

    /// Reads so many positions; twice the area they enclose.
    fn read_ring(&mut self, points: u64, into: &mut Collected) -> Result<f64, ShapeError> {
        let (mut area, mut first, mut previous) = (0.0, None, [0.0; 2]);
        let mut bytes = [0; POINT_BYTES];
        for _ in 0..points {
            self.file.read_exact(&mut bytes)?;
            let position = [le_f64(&bytes), le_f64(&bytes[8..])];
            if !position.iter().all(|number| number.is_finite()) {
                return Err(broken("a coordinate is not a number"));
            }
            into.position(position)?;
            // Relative to the first position, or the large numbers of projected systems would eat the digits.
            let [x0, y0] = *first.get_or_insert(position);
            let [x, y] = [position[0] - x0, position[1] - y0];
            area += previous[0] * y - x * previous[1];
            previous = [x, y];
        }
        Ok(area)
    }

    fn go_to(&mut self, place: u64) -> io::Result<()> {
        let here = self.file.stream_position()?;
        // Within the buffer where it can be: an index follows the file nearly always.
        self.file.seek_relative(place as i64 - here as i64)
    }
}

fn open_index<'b>(shx: Box<dyn Bytes + 'b>) -> Result<Index<'b>, ShapeError> {
    let mut file = BufReader::new(shx);
    let (header, length) = header(&mut file)?;
    let claimed = u64::from(be_u32(&header[24..])) * 2;
    if length < claimed {
        return Err(broken(format!(
            "it claims {claimed} bytes, but has only {length}: it is cut off; shapes are read one after the other"
        )));
    }
    Ok(Index { file, entries: (length - HEADER_BYTES) / 8, taken: 0 })
}

/// The header, and the length that the file really has.
fn header<'b>(file: &mut BufReader<Box<dyn Bytes + 'b>>) -> Result<([u8; HEADER_BYTES as usize], u64), ShapeError> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut header = [0; HEADER_BYTES as usize];
    if length < HEADER_BYTES {
        return Err(broken(format!("it has {length} bytes, not even a whole header: it is truncated")));
    }
    file.read_exact(&mut header)?;
    if be_u32(&header) != MAGIC as u32 {
        return Err(broken("it does not begin as such a file does"));
    }
    Ok((header, length))
}

/// What the shapes of a type are called.
fn kind_name(kind: i32) -> String {
    let name = match kind {
        0 => "nothing",
        1 | 11 | 21 => "points",
        3 | 13 | 23 => "lines",
        5 | 15 | 25 => "polygons",
        8 | 18 | 28 => "groups of points",
        31 => "surfaces in space (MultiPatch), which are not read",
        _ => return format!("of an unknown type ({kind})"),
    };
    name.into()
}

fn be_u32(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn le_i32(bytes: &[u8]) -> i32 {
    i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn le_f64(bytes: &[u8]) -> f64 {
    f64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]])
}
