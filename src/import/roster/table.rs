//! From rows to entries: which column is which, and what rows of one grid must not contradict.

use rustc_hash::FxHashMap;

use super::fields::{Field, RowError, person, text};
use super::{COLUMNS, FROM, GRID, MAX_PROBLEMS, NAME, PARTY_GROUP, ROLE, RosterFile, RosterProblem, RosterRefused};
use crate::domain::roster::{Person, Role, RosterEntry, TOWN_OFFICE, is_town_office};

/// A grid with more people is a mistake; and every leader is held against the others.
const MAX_PEOPLE_OF_GRID: usize = 1000;

/// How the places of rows are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Places {
    Lines,
    Cells,
}

/// A file on its way to entries.
#[derive(Debug)]
pub(super) struct Table {
    file: RosterFile,
    refused: RosterRefused,
    places: Places,
    header: Vec<String>,
    /// Where each of [`COLUMNS`] is in the file.
    place_of: [Option<usize>; COLUMNS.len()],
    /// By grid code.
    known: FxHashMap<String, Known>,
}

/// Of a grid: its place in `file.entries`, and the rows that first named it, the party group and each person.
#[derive(Debug)]
struct Known {
    entry: usize,
    grid_row: u64,
    party_group_row: u64,
    people_rows: Vec<u64>,
}

/// Which of [`COLUMNS`] a header cell names.
fn column_called(name: &str) -> Option<usize> {
    COLUMNS.iter().position(|(en, zh)| name.eq_ignore_ascii_case(en) || name == *zh)
}

/// Whether a row can be the header.
pub(super) fn names_grids(row: &[Field]) -> bool {
    row.iter().any(|field| matches!(field, Field::Text(name) if column_called(name.trim()) == Some(GRID)))
}

impl Table {
    pub fn of(header: Vec<String>, places: Places, read_as: String) -> Result<Table, RosterRefused> {
        let mut place_of = [None; COLUMNS.len()];
        let mut ignored_columns = Vec::new();
        for (place, name) in header.iter().enumerate() {
            let name = name.trim();
            match column_called(name) {
                None if name.is_empty() => {}
                None => ignored_columns.push(name.to_owned()),
                Some(column) if place_of[column].is_none() => place_of[column] = Some(place),
                Some(_) => {
                    return Err(RosterRefused::whole(format!("the header names the column `{name}` twice")));
                }
            }
        }
        if place_of[GRID].is_none() {
            let known = COLUMNS.map(|(en, zh)| format!("{en} ({zh})")).join(", ");
            // What it does name is not repeated: without a header line it would be somebody's phone.
            let message = format!(
                "the header has no column `grid` among its {}; a roster begins with a line of names: {known}",
                header.len()
            );
            return Err(RosterRefused::whole(message));
        }
        if place_of[ROLE].is_none() && place_of[NAME].is_some() {
            let message = "the header has a column of names and no column `role` (职务) that says what they are";
            return Err(RosterRefused::whole(message));
        }
        let file = RosterFile { ignored_columns, read_as, ..RosterFile::default() };
        let refused = RosterRefused::default();
        Ok(Table { file, refused, places, header, place_of, known: FxHashMap::default() })
    }

    /// How many columns the header has.
    pub fn columns(&self) -> usize {
        self.header.len()
    }

    /// Takes a row, counted from 1, the header included; what is wrong with it is kept for the end.
    pub fn row(&mut self, row: u64, cells: &[Field]) {
        let field = |column: usize| self.place_of[column].and_then(|place| cells.get(place)).cloned();
        let fields = std::array::from_fn(|column| field(column).unwrap_or(Field::Text(String::new())));
        if let Err((column, message)) = self.keep(row, &fields) {
            self.refuse(row, column, message);
        }
    }

    pub fn refuse(&mut self, row: u64, column: Option<usize>, message: String) {
        if self.refused.problems.len() == MAX_PROBLEMS {
            self.refused.not_listed += 1;
            return;
        }
        let name = column.map(|column| {
            let name = self.place_of[column].and_then(|place| self.header.get(place));
            name.map_or(COLUMNS[column].0, |name| name.trim()).to_owned()
        });
        let place = self.place(row, column);
        self.refused.problems.push(RosterProblem { place, column: name.unwrap_or_default(), message });
    }

    pub fn finish(mut self) -> Result<RosterFile, RosterRefused> {
        if !self.refused.problems.is_empty() {
            return Err(self.refused);
        }
        let mut places = vec![String::new(); self.file.entries.len()];
        for known in self.known.values() {
            places[known.entry] = self.place(known.grid_row, Some(GRID));
        }
        self.file.places = places;
        Ok(self.file)
    }

    /// `line 7`, `row 7`, or the cell `B7`.
    fn place(&self, row: u64, column: Option<usize>) -> String {
        match (self.places, column.and_then(|column| self.place_of[column])) {
            (Places::Lines, _) => format!("line {row}"),
            (Places::Cells, None) => format!("row {row}"),
            (Places::Cells, Some(place)) => format!("{}{row}", letters(place)),
        }
    }

    /// Adds a row to its grid's entry, where it must not contradict the rows before.
    fn keep(&mut self, row: u64, fields: &[Field; COLUMNS.len()]) -> Result<(), RowError> {
        let (grid, party_group) = (code(&fields[GRID])?, text(PARTY_GROUP, &fields[PARTY_GROUP])?);
        let person = person(fields)?;
        let entries = &mut self.file.entries;
        let known = self.known.entry(grid.to_owned()).or_insert_with(|| {
            entries.push(RosterEntry { grid: grid.to_owned(), party_group: None, people: Vec::new() });
            Known { entry: entries.len() - 1, grid_row: row, party_group_row: row, people_rows: Vec::new() }
        });
        let entry = &mut entries[known.entry];
        match &entry.party_group {
            _ if party_group.is_empty() => {}
            None => {
                entry.party_group = Some(party_group.to_owned());
                known.party_group_row = row;
            }
            Some(other) if other == party_group => {}
            Some(other) => {
                let message = format!("`{party_group}`, but {{}} says `{other}`");
                let there = known.party_group_row;
                return Err((Some(PARTY_GROUP), message.replace("{}", &self.place(there, Some(PARTY_GROUP)))));
            }
        }
        let Some(person) = person else { return Ok(()) };
        if entry.people.len() == MAX_PEOPLE_OF_GRID {
            return Err((None, format!("the grid has more than {MAX_PEOPLE_OF_GRID} people")));
        }
        if let Some(other) = entry.people.iter().position(|other| both_lead(other, &person)) {
            let (there, term) = (known.people_rows[other], term(&entry.people[other]));
            let place = self.place(there, Some(ROLE));
            let message = match term {
                None => format!(
                    "the grid has its leader on {place} already; a second one is a deputy, or has other days of service"
                ),
                Some(term) => {
                    format!("the grid has its leader on {place} already, {term}: their days of service overlap")
                }
            };
            let column = if person.serves_from.is_some() { FROM } else { ROLE };
            return Err((Some(column), message));
        }
        entry.people.push(person);
        known.people_rows.push(row);
        Ok(())
    }
}

/// Both lead the grid on some day, and neither as a deputy.
fn both_lead(a: &Person, b: &Person) -> bool {
    let leads = |person: &Person| person.role == Role::Leader && !person.deputy;
    let over =
        |a: &Person, b: &Person| matches!((a.serves_until, b.serves_from), (Some(end), Some(begin)) if end < begin);
    leads(a) && leads(b) && !over(a, b) && !over(b, a)
}

/// The days of service in words; nothing where there are no bounds.
fn term(person: &Person) -> Option<String> {
    match (person.serves_from, person.serves_until) {
        (None, None) => None,
        (Some(from), None) => Some(format!("from {from} on")),
        (None, Some(until)) => Some(format!("until {until}")),
        (Some(from), Some(until)) => Some(format!("from {from} to {until}")),
    }
}

/// The grid's code; the words for the town office become its one.
fn code(field: &Field) -> Result<&str, RowError> {
    let code = text(GRID, field)?;
    if code.is_empty() {
        return Err((Some(GRID), "the grid's code is missing".to_owned()));
    }
    if is_scientific(code) {
        let message =
            format!("`{code}` is what a spreadsheet made of a long code; format the column as text and enter it again");
        return Err((Some(GRID), message));
    }
    Ok(if is_town_office(code) { TOWN_OFFICE } else { code })
}

/// `3.40881E+17`
fn is_scientific(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once("E+") else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(exponent) && number.split('.').all(digits) && number.contains('.')
}

/// 0 is A, 26 is AA.
fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + (column % 26) as u8);
        if column < 26 {
            break;
        }
        column = column / 26 - 1;
    }
    letters.iter().rev().map(|&letter| char::from(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_called_as_spreadsheets_call_them() {
        let names: Vec<String> = [0, 25, 26, 27, 51, 52, 701, 702, 16_383].map(letters).into();
        assert_eq!(names, ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn a_number_in_powers_of_ten_is_no_code() {
        assert!(is_scientific("3.40881E+17"));
        assert!(
            !is_scientific("3E+17") && !is_scientific("E+1.5") && !is_scientific("a.bE+1") && !is_scientific("1.5E")
        );
    }
}
