//! CSV, in UTF-8 or else in GBK, in and out.

use std::borrow::Cow;
use std::io;

use super::fields::Field;
use super::guard::guarded;
use super::table::{Places, Table};
use super::{COLUMNS, DEPUTY, RosterFile, RosterRefused};
use crate::domain::roster::{Person, RosterEntry};

/// What is wider is no roster.
const MAX_COLUMNS: usize = 1_000;

pub(super) fn read(bytes: &[u8]) -> Result<RosterFile, RosterRefused> {
    let (text, encoding) = decoded(bytes)?;
    let mut records =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes()).into_records();
    let header = match records.next() {
        Some(header) => header.map_err(|error| RosterRefused::whole(error.to_string()))?,
        None => return Err(RosterRefused::whole("the file is empty; it starts with a header line")),
    };
    if header.len() > MAX_COLUMNS {
        let message = format!("the header has {} columns; {MAX_COLUMNS} are the most", header.len());
        return Err(RosterRefused::whole(message));
    }
    let header: Vec<String> = header.iter().map(Into::into).collect();
    let mut table = Table::of(header, Places::Lines, encoding.to_owned())?;
    for record in records {
        let record = record.map_err(|error| RosterRefused::whole(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != table.columns() {
            let message = format!("the row has {} columns, the header {}", record.len(), table.columns());
            table.refuse(line, None, message);
            continue;
        }
        let fields: Vec<Field> = record.iter().map(|text| Field::Text(text.to_owned())).collect();
        table.row(line, &fields);
    }
    table.finish()
}

/// The text and how it was encoded.
fn decoded(bytes: &[u8]) -> Result<(Cow<'_, str>, &'static str), RosterRefused> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(RosterRefused::whole("the file is UTF-16 (\"Unicode text\"); save it as CSV UTF-8 or as .xlsx"));
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok((Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)), "UTF-8")),
        Err(error) => error,
    };
    // What Excel writes in China: each byte has to fit, for a guess that is wrong would make other names.
    match encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if !bytes.starts_with(b"\xEF\xBB\xBF") => Ok((text, "GBK")),
        _ => {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
            Err(RosterRefused::whole(format!("line {line} is neither UTF-8 nor GBK; save the file as CSV UTF-8")))
        }
    }
}

/// Writes a roster with whole phone numbers: the file is for the office that keeps it, not for the public. The columns of deputies
/// and days of service are there where somebody has any.
pub fn write(entries: &[RosterEntry], out: impl io::Write) -> io::Result<()> {
    let has_terms = |person: &Person| person.deputy || person.serves_from.is_some() || person.serves_until.is_some();
    let columns = if entries.iter().flat_map(|entry| &entry.people).any(has_terms) { COLUMNS.len() } else { DEPUTY };
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(COLUMNS[..columns].iter().map(|(name, _)| name))?;
    for entry in entries {
        let (grid, party_group) = (guarded(&entry.grid), guarded(entry.party_group.as_deref().unwrap_or_default()));
        let mut row = |person: [Cow<'_, str>; 6]| {
            let fields = [&grid, &party_group].into_iter().chain(&person);
            rows.write_record(fields.take(columns).map(|field| field.as_bytes()))
        };
        if entry.people.is_empty() {
            row(Default::default())?;
        }
        for person in &entry.people {
            row(fields(person))?;
        }
    }
    rows.flush()
}

fn fields(person: &Person) -> [Cow<'_, str>; 6] {
    let day = |day: Option<time::Date>| day.map_or(Cow::Borrowed(""), |day| Cow::Owned(day.to_string()));
    [
        person.role.as_str().into(),
        guarded(&person.name),
        guarded(person.phone.as_deref().unwrap_or_default()),
        if person.deputy { "yes" } else { "" }.into(),
        day(person.serves_from),
        day(person.serves_until),
    ]
}
