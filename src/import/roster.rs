//! The roster (名册) as CSV: `grid,party_group,role,name,phone`, or 网格,党小组,职务,姓名,电话; one row for every person, and
//! one for a grid that nobody is named for. What [`write`] gives, [`read`] takes back unchanged.

use std::fmt;
use std::io;

use rustc_hash::FxHashMap;

use crate::domain::roster::{Person, Role, RosterEntry};

/// A larger file is no roster.
pub const MAX_ROSTER_BYTES: usize = 64 << 20;
/// A longer text is no name of a person or group.
const MAX_FIELD_CHARS: usize = 200;
/// Further problems are only counted.
const MAX_PROBLEMS: usize = 100;

/// The columns in the order in which they are written, with the words of Chinese offices.
const COLUMNS: [(&str, &str); 5] =
    [("grid", "网格"), ("party_group", "党小组"), ("role", "职务"), ("name", "姓名"), ("phone", "电话")];
const GRID: usize = 0;
const PARTY_GROUP: usize = 1;
const ROLE: usize = 2;
const NAME: usize = 3;
const PHONE: usize = 4;

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RosterFile {
    /// In the order in which the grids first appear.
    pub entries: Vec<RosterEntry>,
    /// Columns that mean nothing here; their content is not kept.
    pub ignored_columns: Vec<String>,
}

impl RosterFile {
    /// Codes of the roster that no grid has, for a warning: they may belong to an edition still to come.
    pub fn unknown_grids(&self, is_known: impl Fn(&str) -> bool) -> Vec<&str> {
        self.entries.iter().map(|entry| entry.grid.as_str()).filter(|code| !is_known(code)).collect()
    }
}

/// One thing wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterProblem {
    /// Counted from 1, the header included; 0 for the file as a whole.
    pub line: u64,
    /// As the file names it; empty when the whole row or file is meant.
    pub column: String,
    pub message: String,
}

impl fmt::Display for RosterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column.as_str()) {
            (0, _) => write!(f, "{}", self.message),
            (line, "") => write!(f, "line {line}: {}", self.message),
            (line, column) => write!(f, "line {line}, column `{column}`: {}", self.message),
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
    fn whole(message: String) -> RosterRefused {
        RosterRefused { problems: vec![RosterProblem { line: 0, column: String::new(), message }], not_listed: 0 }
    }
}

/// Reads a roster; every bad row is named.
pub fn read(bytes: &[u8]) -> Result<RosterFile, RosterRefused> {
    if bytes.len() > MAX_ROSTER_BYTES {
        return Err(RosterRefused::whole(format!("the file is larger than {MAX_ROSTER_BYTES} bytes")));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        RosterRefused::whole(format!("line {line} is not UTF-8; save the file as UTF-8 (it may be GBK now)"))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes()).into_records();
    let header = match records.next() {
        Some(header) => header.map_err(|error| RosterRefused::whole(error.to_string()))?,
        None => return Err(RosterRefused::whole("the file is empty; it starts with a header line".to_owned())),
    };
    let mut reading = Reading::of(&header)?;
    for record in records {
        let record = record.map_err(|error| RosterRefused::whole(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        if let Err((column, message)) = reading.row(line, &record) {
            reading.refuse(line, column, message);
        }
    }
    if reading.refused.problems.is_empty() { Ok(reading.file) } else { Err(reading.refused) }
}

/// Writes a roster with whole phone numbers: the file is for the office that keeps it, not for the public.
pub fn write(entries: &[RosterEntry], out: impl io::Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(COLUMNS.map(|(name, _)| name))?;
    for entry in entries {
        let party_group = entry.party_group.as_deref().unwrap_or_default();
        if entry.people.is_empty() {
            rows.write_record([&entry.grid, party_group, "", "", ""])?;
        }
        for person in &entry.people {
            let phone = person.phone.as_deref().unwrap_or_default();
            rows.write_record([&entry.grid, party_group, person.role.as_str(), &person.name, phone])?;
        }
    }
    rows.flush()
}

/// What a row has wrong: the column by its place in [`COLUMNS`], where there is one to name, and what to mend.
type RowError = (Option<usize>, String);

/// A file on its way to entries.
#[derive(Debug)]
struct Reading {
    file: RosterFile,
    refused: RosterRefused,
    header: csv::StringRecord,
    /// Where each of [`COLUMNS`] is in the file.
    place_of: [Option<usize>; 5],
    /// Places in `file.entries`, and the lines that first named the party group and the leader, by grid code.
    known: FxHashMap<String, Known>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    entry: usize,
    party_group_line: u64,
    leader_line: u64,
}

impl Reading {
    fn of(header: &csv::StringRecord) -> Result<Reading, RosterRefused> {
        let mut place_of = [None; 5];
        let mut ignored_columns = Vec::new();
        for (place, name) in header.iter().enumerate() {
            let name = name.trim();
            match COLUMNS.iter().position(|(en, zh)| name.eq_ignore_ascii_case(en) || name == *zh) {
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
            return Err(RosterRefused::whole(message.into()));
        }
        let file = RosterFile { entries: Vec::new(), ignored_columns };
        let refused = RosterRefused::default();
        Ok(Reading { file, refused, header: header.clone(), place_of, known: FxHashMap::default() })
    }

    fn refuse(&mut self, line: u64, column: Option<usize>, message: String) {
        if self.refused.problems.len() == MAX_PROBLEMS {
            self.refused.not_listed += 1;
            return;
        }
        let column = column
            .map(|column| self.place_of[column].and_then(|place| self.header.get(place)).unwrap_or(COLUMNS[column].0))
            .unwrap_or_default();
        self.refused.problems.push(RosterProblem { line, column: column.trim().to_owned(), message });
    }

    fn row(&mut self, line: u64, record: &csv::StringRecord) -> Result<(), RowError> {
        if record.len() != self.header.len() {
            return Err((None, format!("the row has {} columns, the header {}", record.len(), self.header.len())));
        }
        let mut fields = [""; 5];
        for (column, field) in fields.iter_mut().enumerate() {
            *field = self.place_of[column].and_then(|place| record.get(place)).unwrap_or_default().trim();
            if field.chars().count() > MAX_FIELD_CHARS {
                return Err((Some(column), format!("the text is longer than {MAX_FIELD_CHARS} characters")));
            }
            if field.chars().any(char::is_control) {
                return Err((Some(column), "the text has a line break or another control character in it".to_owned()));
            }
        }
        if fields[GRID].is_empty() {
            return Err((Some(GRID), "the grid's code is missing".to_owned()));
        }
        let person = person(fields)?;
        self.keep(line, fields[GRID], fields[PARTY_GROUP], person)
    }

    /// Adds a row to its grid's entry, where it must not contradict the rows before.
    fn keep(&mut self, line: u64, grid: &str, party_group: &str, person: Option<Person>) -> Result<(), RowError> {
        let entries = &mut self.file.entries;
        let known = self.known.entry(grid.to_owned()).or_insert_with(|| {
            entries.push(RosterEntry { grid: grid.to_owned(), party_group: None, people: Vec::new() });
            Known { entry: entries.len() - 1, party_group_line: line, leader_line: line }
        });
        let entry = &mut entries[known.entry];
        match &entry.party_group {
            _ if party_group.is_empty() => {}
            None => {
                entry.party_group = Some(party_group.to_owned());
                known.party_group_line = line;
            }
            Some(other) if other == party_group => {}
            Some(other) => {
                let message = format!("`{party_group}`, but line {} says `{other}`", known.party_group_line);
                return Err((Some(PARTY_GROUP), message));
            }
        }
        let Some(person) = person else { return Ok(()) };
        if person.role == Role::Leader {
            if entry.leader().is_some() {
                let message = format!("the grid has its leader on line {} already", known.leader_line);
                return Err((Some(ROLE), message));
            }
            known.leader_line = line;
        }
        entry.people.push(person);
        Ok(())
    }
}

/// The person of a row; `None` when it names nobody.
fn person(fields: [&str; 5]) -> Result<Option<Person>, RowError> {
    let [role, name, phone] = [fields[ROLE], fields[NAME], fields[PHONE]];
    if [role, name, phone].iter().all(|field| field.is_empty()) {
        return Ok(None);
    }
    if name.is_empty() {
        return Err((Some(NAME), "the name is missing".to_owned()));
    }
    let Some(role) = Role::parse(role) else {
        let roles = Role::ALL.map(|role| format!("{} ({})", role.as_str(), role.zh())).join(", ");
        return Err((Some(ROLE), format!("`{role}` is no role; it is one of {roles}")));
    };
    if !(phone.is_empty() || is_phone(phone)) {
        // The number itself is not repeated: messages end up in logs.
        return Err((Some(PHONE), "a phone number has only digits, spaces and + - ( )".to_owned()));
    }
    let phone = (!phone.is_empty()).then(|| phone.to_owned());
    Ok(Some(Person::new(role, name, phone)))
}

fn is_phone(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c)) && text.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn problems(csv: &str) -> Vec<String> {
        read(csv.as_bytes()).unwrap_err().problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reads_both_languages_and_several_people_of_a_grid() {
        let en = "\u{feff}grid,party_group,role,name,phone\na1,一组,leader,甲,138 0000 0000\nb,,,,\na1,,mediator,乙,\n";
        let zh = "电话,姓名,职务,网格,党小组,备注\r\n138 0000 0000, 甲 ,网格长,a1,一组,x\r\n,,,b,,\r\n,乙,调解员,a1,一组,\r\n";
        let [en, zh] = [en, zh].map(|csv| read(csv.as_bytes()).unwrap());
        assert_eq!(en.entries, zh.entries);
        assert_eq!(zh.ignored_columns, ["备注"]);
        assert_eq!(en.entries[0].party_group.as_deref(), Some("一组"));
        assert_eq!(en.entries[0].leader().unwrap().phone.as_deref(), Some("138 0000 0000"));
        assert_eq!(en.entries[0].staff().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["乙"]);
        assert_eq!(en.entries[1], RosterEntry { grid: "b".into(), party_group: None, people: vec![] });
        assert_eq!(en.unknown_grids(|code| code == "b"), ["a1"]);
    }

    #[test]
    fn names_every_bad_row() {
        let csv = "grid,party_group,role,姓名,phone\na,x,leader,甲,\na,y,,,\na,x,网格长,乙,\nb,x,mayor,丙,\n,x,,,\nc,x,leader,,123\nc,x,leader,丁,call me\nd,x\n";
        let found = problems(csv);
        let start = [
            "line 3, column `party_group`: `y`, but line 2 says `x`",
            "line 4, column `role`: the grid has its leader on line 2",
            "line 5, column `role`: `mayor` is no role; it is one of leader (网格长), ",
            "line 6, column `grid`: the grid's code is missing",
            "line 7, column `姓名`: the name is missing",
            "line 8, column `phone`: ",
            "line 9: the row has 2 columns, the header 5",
        ];
        assert_eq!(found.len(), start.len(), "{found:#?}");
        for (found, start) in found.iter().zip(start) {
            assert!(found.starts_with(start), "{found}");
        }
    }

    #[test]
    fn refuses_what_is_no_roster() {
        assert_eq!(problems(""), ["the file is empty; it starts with a header line"]);
        let found = problems("甲,13912345678\n");
        assert!(found[0].starts_with("the header has no column `grid` among its 2;"), "{found:?}");
        assert!(!found[0].contains("1391"), "a file without a header line begins with somebody's phone");
        assert!(problems("网格,党小组,角色,姓名\na,x,网格长,甲\n")[0].contains("no column `role` (职务)"));
        assert!(problems("grid,网格\n")[0].contains("twice"));
        let gbk = b"grid,name\n1,\xd5\xc5\n";
        assert!(read(gbk).unwrap_err().to_string().starts_with("line 2 is not UTF-8"));
        let many = format!("grid\n{}", "\"\"\n".repeat(150));
        assert_eq!(read(many.as_bytes()).unwrap_err().not_listed, 50);
    }

    fn entries() -> impl Strategy<Value = Vec<RosterEntry>> {
        let text = "[^\\p{C}\\p{Z}]([^\\p{C}]{0,8}[^\\p{C}\\p{Z}])?";
        let person = ((1usize..6), text, proptest::option::of("[+0-9][-0-9() ]{3,9}[0-9]"))
            .prop_map(|(role, name, phone)| Person::new(Role::ALL[role], name, phone));
        let people =
            (proptest::option::of(text), proptest::collection::vec(person, 0..4)).prop_map(|(leader, mut all)| {
                all.extend(leader.map(|name| Person::new(Role::Leader, name, None)));
                all
            });
        let entry = (proptest::option::of(text), people);
        proptest::collection::btree_map(text, entry, 0..6).prop_map(|entries| {
            let entry = |(grid, (party_group, people))| RosterEntry { grid, party_group, people };
            entries.into_iter().map(entry).collect()
        })
    }

    proptest! {
        #[test]
        fn written_and_read_again_is_the_same(entries in entries()) {
            let mut csv = Vec::new();
            write(&entries, &mut csv).unwrap();
            prop_assert_eq!(read(&csv).unwrap().entries, entries);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
            let _ = read(&[b"grid,role,name,phone,x\n", &bytes[..]].concat());
        }
    }
}
