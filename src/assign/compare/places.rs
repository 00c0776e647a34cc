//! Known places, such as addresses: how many would change hands, and which. Read row by row, in bounded memory.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::ByteRecord;

use super::Comparison;
use super::people::Answering;
use crate::assign::bulk::{MAX_ROW_BYTES, shortened};
use crate::assign::locate::place;
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::crs::QueryCrs;

/// Columns that say what a place is called, the first that there is.
const LABELS: [&str; 9] = ["id", "name", "address", "code", "编号", "名称", "地址", "门牌", "title"];

/// What would become of many places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlaceChanges {
    pub rows: u64,
    /// Rows without a position that can be read; the first of them is in `first_error`.
    pub errors: u64,
    pub first_error: Option<String>,
    /// Places outside every grid of both editions.
    pub outside: u64,
    /// Places that another grid would own, in each tier and in any.
    pub changed: PerTier<u64>,
    pub changed_in_any: u64,
    /// Places for which another party group or leader would answer.
    pub handed_over: u64,
    /// The first of the places for which anything changes; their number is bounded by who asks.
    pub places: Vec<ChangedPlace>,
}

/// A place that would change hands.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedPlace {
    /// The row in the table, counted as a spreadsheet does: the header's is 1.
    pub row: u64,
    pub label: Option<String>,
    pub lon: f64,
    pub lat: f64,
    /// Codes before and after; equal in tiers in which nothing changes.
    pub from: PerTier<Option<String>>,
    pub to: PerTier<Option<String>>,
    pub answered_by: Option<Answering>,
    pub answers: Option<Answering>,
}

/// The table as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    #[error("the header has no column `{0}`; the first line names the columns, two of them lon and lat")]
    ColumnMissing(&'static str),
    #[error("row {row} is longer than {MAX_ROW_BYTES} bytes; is a quote opened and not closed?")]
    RowTooLong { row: u64 },
    #[error("the table cannot be read on at row {row}: {said}")]
    Unreadable { row: u64, said: String },
}

/// Looks every row of a CSV table with columns lon and lat up in both editions. At most `most_places` are named.
pub fn compare_places(
    comparison: &Comparison,
    table: impl Read,
    crs: QueryCrs,
    most_places: usize,
) -> Result<PlaceChanges, PlacesError> {
    let read_bytes = Rc::new(Cell::new(0));
    let bounded = RowBound { table, read_bytes: Rc::clone(&read_bytes) };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bounded);
    let header = reader.byte_headers().map_err(|error| unreadable(&error, 1))?.clone();
    let names: Vec<String> =
        header.iter().map(|name| text(name).trim_start_matches('\u{feff}').trim().to_lowercase()).collect();
    let column = |name: &str| names.iter().position(|known| known == name);
    let lon = column("lon").ok_or(PlacesError::ColumnMissing("lon"))?;
    let lat = column("lat").ok_or(PlacesError::ColumnMissing("lat"))?;
    let label = LABELS.into_iter().find_map(column);
    let mut found = PlaceChanges::default();
    let mut row = ByteRecord::new();
    loop {
        read_bytes.set(0);
        let number_of_row = found.rows + 2;
        if !reader.read_byte_record(&mut row).map_err(|error| unreadable(&error, number_of_row))? {
            return Ok(found);
        }
        found.rows += 1;
        let number = |name: &str, column: usize| {
            let given = row.get(column).map(text).unwrap_or_default();
            let given = given.trim();
            given.parse::<f64>().map_err(|_| format!("{name} `{}` is not a number", shortened(given)))
        };
        let position = number("lon", lon).and_then(|lon| Ok((lon, number("lat", lat)?)));
        match position.and_then(|(lon, lat)| found.add(comparison, [lon, lat], crs)) {
            Ok(Some(place)) if found.places.len() < most_places => {
                let label = label.and_then(|column| row.get(column)).map(|label| shortened(&text(label)));
                found.places.push(ChangedPlace { row: number_of_row, label, ..place });
            }
            Ok(_) => {}
            Err(message) => {
                found.errors += 1;
                found.first_error.get_or_insert_with(|| format!("row {number_of_row}: {message}"));
            }
        }
    }
}

impl PlaceChanges {
    /// Counts a place; answers it where anything changes.
    fn add(
        &mut self,
        comparison: &Comparison,
        [lon, lat]: [f64; 2],
        crs: QueryCrs,
    ) -> Result<Option<ChangedPlace>, String> {
        let point = place(lon, lat, crs).map_err(|error| error.to_string())?;
        let Comparison { old, new, .. } = comparison;
        let (before, after) = (old.edition.locate(point), new.edition.locate(point));
        let from = PerTier(before.0.map(|id| id.map(|id| old.edition.planar.grid(id).code.as_str())));
        let to = PerTier(after.0.map(|id| id.map(|id| new.edition.planar.grid(id).code.as_str())));
        self.outside += u64::from([&from, &to].iter().all(|codes| codes.0.iter().all(Option::is_none)));
        if from == to {
            // Both sides have the same roster, so the same people answer.
            return Ok(None);
        }
        for tier in Tier::ALL.into_iter().filter(|&tier| from[tier] != to[tier]) {
            self.changed[tier] += 1;
        }
        self.changed_in_any += 1;
        let (answered_by, answers) = (Answering::at(old, &before), Answering::at(new, &after));
        self.handed_over += u64::from(answered_by != answers);
        let owned = |codes: PerTier<Option<&str>>| PerTier(codes.0.map(|code| code.map(str::to_owned)));
        Ok(Some(ChangedPlace { row: 0, label: None, lon, lat, from: owned(from), to: owned(to), answered_by, answers }))
    }
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn unreadable(error: &csv::Error, row: u64) -> PlacesError {
    match error.kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => PlacesError::RowTooLong { row },
        _ => PlacesError::Unreadable { row, said: error.to_string() },
    }
}

/// Fails when more than a row's bytes are read and no row has ended.
struct RowBound<R> {
    table: R,
    read_bytes: Rc<Cell<usize>>,
}

impl<R: Read> Read for RowBound<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read_bytes.get() > MAX_ROW_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = self.table.read(buffer)?;
        self.read_bytes.set(self.read_bytes.get() + length);
        Ok(length)
    }
}
