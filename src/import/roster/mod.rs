//! The roster (名册) as a file: CSV or XLSX, one row for every person, and one for a grid that nobody is named for. What
//! [`write_csv`] and [`write_xlsx`] give, [`read`] takes back unchanged.
//!
//! ```text
//! bytes ─ csv ──► rows of fields ─ table ─► entries
//!         xlsx    each with its place       what a row must not contradict
//! ```

mod csv;
mod fields;
mod guard;
mod table;
mod xlsx;
mod zip_bounds;

pub use self::csv::write as write_csv;
pub use self::guard::guarded;
pub use self::xlsx::write as write_xlsx;

use std::fmt;

use crate::domain::roster::{RosterEntry, TOWN_OFFICE};

/// A larger file is no roster.
pub const MAX_ROSTER_BYTES: usize = 64 << 20;
/// Further problems are only counted.
const MAX_PROBLEMS: usize = 100;

/// The columns in the order in which they are written, with the words of Chinese offices.
const COLUMNS: [(&str, &str); 8] = [
    ("grid", "网格"),
    ("party_group", "党小组"),
    ("role", "职务"),
    ("name", "姓名"),
    ("phone", "电话"),
    ("deputy", "副职"),
    ("from", "任职日期"),
    ("until", "离任日期"),
];
const GRID: usize = 0;
const PARTY_GROUP: usize = 1;
const ROLE: usize = 2;
const NAME: usize = 3;
const PHONE: usize = 4;
const DEPUTY: usize = 5;
const FROM: usize = 6;
const UNTIL: usize = 7;

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RosterFile {
    /// In the order in which the grids first appear.
    pub entries: Vec<RosterEntry>,
    /// Where the file first names the grid of each entry: `line 3`, or the cell `A3` of a sheet.
    pub places: Vec<String>,
    /// Columns that mean nothing here; their content is not kept.
    pub ignored_columns: Vec<String>,
    /// How the bytes were understood, for people: `UTF-8`, `GBK`, or the sheet.
    pub read_as: String,
}

impl RosterFile {
    /// Codes of the roster that no grid has, each with its place, for a warning: they may belong to an edition still to come.
    pub fn unknown_grids(&self, is_known: impl Fn(&str) -> bool) -> Vec<(&str, &str)> {
        let codes = self.entries.iter().map(|entry| entry.grid.as_str());
        let placed = codes.zip(self.places.iter().map(String::as_str));
        placed.filter(|&(code, _)| code != TOWN_OFFICE && !is_known(code)).collect()
    }

    /// Whether it names somebody of the town office, without which places can be left with nobody.
    pub fn has_town_office(&self) -> bool {
        self.entries.iter().any(|entry| entry.grid == TOWN_OFFICE && !entry.people.is_empty())
    }
}

/// One thing wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterProblem {
    /// As people find it: `line 3`, or the cell `B7` or `row 7` of a sheet; empty for the file as a whole.
    pub place: String,
    /// As the file names it; empty when the whole row or file is meant.
    pub column: String,
    pub message: String,
}

impl fmt::Display for RosterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.place.as_str(), self.column.as_str()) {
            ("", _) => write!(f, "{}", self.message),
            (place, "") => write!(f, "{place}: {}", self.message),
            (place, column) => write!(f, "{place}, column `{column}`: {}", self.message),
        }
    }
}

/// A file with problems is refused as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct RosterRefused {
    pub problems: Vec<RosterProblem>,
    /// Problems beyond those listed.
    pub not_listed: usize,
}

impl fmt::Display for RosterRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if i > 0 { "\n" } else { "" })?;
        }
        if self.not_listed > 0 {
            write!(f, "\nand {} more", self.not_listed)?;
        }
        Ok(())
    }
}

impl RosterRefused {
    fn whole(message: impl Into<String>) -> RosterRefused {
        let (place, column) = (String::new(), String::new());
        RosterRefused { problems: vec![RosterProblem { place, column, message: message.into() }], not_listed: 0 }
    }
}

/// Reads a roster from CSV (UTF-8, or else GBK) or XLSX (its first sheet), as the bytes show; every bad row is named.
pub fn read(bytes: &[u8]) -> Result<RosterFile, RosterRefused> {
    read_sheet(bytes, None)
}

/// The same, from the sheet of that name where one is named.
pub fn read_sheet(bytes: &[u8], sheet: Option<&str>) -> Result<RosterFile, RosterRefused> {
    const OLD_EXCEL: &[u8] = b"\xD0\xCF\x11\xE0";
    if bytes.len() > MAX_ROSTER_BYTES {
        return Err(RosterRefused::whole(format!("the file is larger than {MAX_ROSTER_BYTES} bytes")));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return xlsx::read(bytes, sheet);
    }
    if bytes.starts_with(OLD_EXCEL) {
        return Err(RosterRefused::whole(
            "this is a workbook of the old kind (.xls); save it as .xlsx or as CSV UTF-8",
        ));
    }
    match sheet {
        Some(_) => Err(RosterRefused::whole("only a workbook (.xlsx) has sheets, and this is none")),
        None => csv::read(bytes),
    }
}

#[cfg(test)]
mod tests;
