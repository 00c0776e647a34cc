//! XLSX in and out. Reading takes the values that the spreadsheet stored, of formulas too, and spreads a merged cell's over its
//! rows, as it looks to people.

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, Xlsx, XlsxError};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use time::{Date, Month};

use super::fields::Field;
use super::guard::escaped;
use super::table::{Places, Table, names_grids};
use super::zip_bounds;
use super::{COLUMNS, FROM, RosterFile, RosterRefused, UNTIL};
use crate::domain::roster::{Person, RosterEntry};

/// Cells further right are no part of a roster.
const MAX_COLUMNS: u32 = 64;
const MAX_CELLS: usize = 4_000_000;
const MAX_MERGED: usize = 200_000;
/// A longer text is refused by its length alone, and not copied.
const MAX_TEXT_BYTES: usize = 4_000;
/// Texts of all cells. A workbook keeps each text once, however many cells show it; here every cell has its own.
const MAX_ALL_TEXT_BYTES: usize = 256 << 20;
/// Above the header there may be a title.
const TITLE_ROWS: usize = 10;
/// Whole numbers of more digits are not what was typed: spreadsheets keep 15.
const EXACT_BELOW: f64 = 1e15;

/// Cells by row and column, counted from 0.
type Sheet = BTreeMap<u32, Vec<(u32, Field)>>;

pub(super) fn read(bytes: &[u8], sheet: Option<&str>) -> Result<RosterFile, RosterRefused> {
    zip_bounds::check(bytes).map_err(RosterRefused::whole)?;
    // A file on which the reader of workbooks breaks is a bad file, and no reason to break here.
    let cells = catch_unwind(AssertUnwindSafe(|| cells(bytes, sheet)))
        .unwrap_or_else(|_| Err("the workbook cannot be read; save it anew as .xlsx".to_owned()));
    let (name, rows) = cells.map_err(RosterRefused::whole)?;
    let width = rows.values().flatten().map(|&(column, _)| column as usize + 1).max().unwrap_or(0);
    let mut rows = rows.into_iter().map(|(row, cells)| {
        let mut fields = vec![Field::Text(String::new()); width];
        for (column, field) in cells {
            fields[column as usize] = field;
        }
        (u64::from(row) + 1, fields)
    });
    let mut titles = Vec::new();
    let header = loop {
        match rows.next() {
            Some((_, row)) if names_grids(&row) => break row,
            Some((_, row)) if titles.len() < TITLE_ROWS => titles.push(row),
            _ => break titles.into_iter().next().unwrap_or_default(),
        }
    };
    if header.is_empty() {
        return Err(RosterRefused::whole(format!("the sheet `{name}` is empty; it starts with a header line")));
    }
    let header = header.into_iter().map(|field| if let Field::Text(text) = field { text } else { String::new() });
    let mut table = Table::of(header.collect(), Places::Cells, format!("XLSX, sheet `{name}`"))?;
    for (row, fields) in rows {
        if !fields.iter().all(Field::is_empty) {
            table.row(row, &fields);
        }
    }
    table.finish()
}

/// The name of the sheet, and its cells that are not empty.
fn cells(bytes: &[u8], sheet: Option<&str>) -> Result<(String, Sheet), String> {
    let damaged = |error: XlsxError| match error {
        XlsxError::Password => "the workbook is encrypted; save it without a password".to_owned(),
        error => format!("the workbook cannot be read: {error}"),
    };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let names = workbook.sheet_names();
    let name = match sheet {
        Some(wanted) if names.iter().any(|name| name == wanted) => wanted.to_owned(),
        Some(wanted) => return Err(format!("the workbook has no sheet `{wanted}`; it has {}", names.join(", "))),
        None => names.first().cloned().ok_or("the workbook has no sheet")?,
    };
    let mut rows = Sheet::new();
    let mut count = 0;
    let mut text_bytes = TextBytes(MAX_ALL_TEXT_BYTES);
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(damaged)?;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(damaged)? {
        let (row, column) = cell.pos;
        let field = match field(cell.value) {
            Field::Text(text) if text.is_empty() && cell.formula.is_some() => Field::Unusable(
                "the formula has no stored value; open the file in a spreadsheet and save it".to_owned(),
            ),
            Field::Text(text) if text.is_empty() => continue,
            field => field,
        };
        if column >= MAX_COLUMNS {
            continue;
        }
        count += 1;
        if count > MAX_CELLS {
            return Err(format!("the sheet `{name}` has more than {MAX_CELLS} cells"));
        }
        text_bytes.take(&field)?;
        let cells = rows.entry(row).or_default();
        cells.retain(|&(other, _)| other != column);
        cells.push((column, field));
    }
    drop(reader);
    let merged = workbook.merge_cells_by_sheet_name(&name).map_err(damaged)?;
    let merged = merged.iter().take(MAX_MERGED).map(|region| (region.start, region.end));
    spread(&mut rows, merged, &mut text_bytes)?;
    Ok((name, rows))
}

/// Bytes that further texts may have.
struct TextBytes(usize);

impl TextBytes {
    fn take(&mut self, field: &Field) -> Result<(), String> {
        let (Field::Text(text) | Field::Unusable(text)) = field else { return Ok(()) };
        self.0 = self.0.checked_sub(text.len()).ok_or_else(|| {
            format!(
                "the texts of the sheet have more than {} MiB; keep the roster's columns alone",
                MAX_ALL_TEXT_BYTES >> 20
            )
        })?;
        Ok(())
    }
}

/// Gives the first cell's content of a merged region to its other rows, where they have anything else.
fn spread(
    rows: &mut Sheet,
    merged: impl Iterator<Item = ((u32, u32), (u32, u32))>,
    text_bytes: &mut TextBytes,
) -> Result<(), String> {
    let mut count = 0;
    for (start, end) in merged {
        let first = rows.get(&start.0).and_then(|cells| cells.iter().find(|(column, _)| *column == start.1));
        let Some((_, first)) = first.cloned() else { continue };
        if start.1 != end.1 || start.0 >= end.0 {
            continue;
        }
        for cells in rows.range_mut(start.0 + 1..=end.0).map(|(_, cells)| cells) {
            count += 1;
            if count > MAX_CELLS {
                return Err(format!("more than {MAX_CELLS} cells are merged"));
            }
            if cells.iter().all(|(column, _)| *column != start.1) {
                text_bytes.take(&first)?;
                cells.push((start.1, first.clone()));
            }
        }
    }
    Ok(())
}

fn field(value: DataRef<'_>) -> Field {
    let text = |text: &str| match text.len() {
        0..=MAX_TEXT_BYTES => Field::Text(text.to_owned()),
        _ => Field::Unusable("the text is too long".to_owned()),
    };
    match value {
        DataRef::Empty => Field::Text(String::new()),
        DataRef::String(value) => text(&value),
        DataRef::SharedString(value) => text(value),
        DataRef::Bool(value) => text(if value { "TRUE" } else { "FALSE" }),
        DataRef::Int(value) => number(value as f64),
        DataRef::Float(value) => number(value),
        DataRef::DateTime(value) if value.is_duration() => Field::Unusable("a duration stands here".to_owned()),
        DataRef::DateTime(value) => {
            let (year, month, day, ..) = value.to_ymd_hms_milli();
            date(i32::from(year), month, day)
        }
        // Text as our own columns of days have it.
        DataRef::DateTimeIso(value) => text(value.split('T').next().unwrap_or_default()),
        DataRef::DurationIso(_) => Field::Unusable("a duration stands here".to_owned()),
        DataRef::Error(error) => Field::Unusable(format!("the cell shows the error {error}")),
    }
}

fn number(value: f64) -> Field {
    if value.fract() != 0.0 || !value.is_finite() {
        return Field::Unusable("a number with a fraction stands here; format the cell as text".to_owned());
    }
    if value.abs() >= EXACT_BELOW {
        let digits = format!("{:.0}", value.abs()).len();
        return Field::Unusable(format!(
            "a number of {digits} digits stands here, of which a spreadsheet keeps 15; format the column as text and enter it again"
        ));
    }
    Field::Text(format!("{value:.0}"))
}

fn date(year: i32, month: u8, day: u8) -> Field {
    let date = Month::try_from(month).ok().and_then(|month| Date::from_calendar_date(year, month, day).ok());
    date.map_or_else(|| Field::Unusable("this is no date".to_owned()), Field::Day)
}

/// Writes a roster as a workbook in the words of Chinese offices: codes and phones are text, days are dates. With whole phone
/// numbers, as in CSV.
pub fn write(entries: &[RosterEntry], mut out: impl io::Write) -> io::Result<()> {
    let mut workbook = Workbook::new();
    let text = Format::new().set_num_format("@");
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let filled = (|| {
        let sheet = workbook.add_worksheet();
        sheet.set_name("名册")?;
        for (column, (_, name)) in (0u16..).zip(COLUMNS) {
            // Also the cells that people add are of their column's kind.
            sheet.set_column_format(column, if [FROM, UNTIL].contains(&usize::from(column)) { &day } else { &text })?;
            sheet.set_column_width(column, [22.0, 34.0, 12.0, 12.0, 18.0, 8.0, 14.0, 14.0][usize::from(column)])?;
            sheet.write_string_with_format(0, column, name, &Format::new().set_bold())?;
        }
        sheet.set_freeze_panes(1, 0)?;
        let mut row = 1;
        for entry in entries {
            let nobody = [None];
            let people: Vec<Option<&Person>> = entry.people.iter().map(Some).collect();
            for person in if people.is_empty() { &nobody[..] } else { &people } {
                let texts = [
                    entry.grid.as_str(),
                    entry.party_group.as_deref().unwrap_or_default(),
                    person.map_or("", |person| person.role.zh()),
                    person.map_or("", |person| &person.name),
                    person.and_then(|person| person.phone.as_deref()).unwrap_or_default(),
                    if person.is_some_and(|person| person.deputy) { "是" } else { "" },
                ];
                for (column, value) in (0u16..).zip(texts).filter(|(_, value)| !value.is_empty()) {
                    sheet.write_string_with_format(row, column, escaped(value), &text)?;
                }
                let days = person.map_or([None; 2], |person| [person.serves_from, person.serves_until]);
                for (column, value) in [FROM, UNTIL].into_iter().zip(days) {
                    let Some(value) = value else { continue };
                    let column = column as u16;
                    match u16::try_from(value.year())
                        .map(|year| ExcelDateTime::from_ymd(year, value.month().into(), value.day()))
                    {
                        Ok(Ok(date)) => sheet.write_datetime_with_format(row, column, &date, &day)?,
                        _ => sheet.write_string_with_format(row, column, value.to_string(), &text)?,
                    };
                }
                row += 1;
            }
        }
        workbook.save_to_buffer()
    })();
    out.write_all(&filled.map_err(io::Error::other)?)
}
