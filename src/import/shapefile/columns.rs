//! The fields of a shapefile's rows by names that people know: decoded, completed where they were cut off at ten bytes, and
//! told apart where that made them equal.

use std::collections::HashMap;

use super::table::{Field, NAME_BYTES, Script, Table};
use crate::import::encoding::TextEncoding;
use crate::import::mapping::clip;
use crate::import::reading::{Fault, Reading};

pub(super) struct Columns<'b> {
    table: Table<'b>,
    /// What people call the table.
    name: String,
    fields: Vec<(String, Field)>,
    encoding: TextEncoding,
    /// How many texts end inside a character, and where the first one is.
    cut: u64,
    first_cut: String,
}

impl<'b> Columns<'b> {
    /// Finds out the encoding and the names; what was found out is noted in `reading`.
    pub(super) fn of(
        mut table: Table<'b>,
        name: String,
        cpg: Option<&[u8]>,
        reading: &mut Reading,
    ) -> Result<Columns<'b>, Fault> {
        let fault = |message: String| Fault { source: name.clone(), at: None, field: String::new(), message };
        let (encoding, why) =
            encoding_of(&mut table, cpg, reading.options.encoding).map_err(|error| fault(error.to_string()))?;
        if let Some(why) = why {
            reading.note(format!("{name}: texts are read as {encoding}, {why}"));
        }
        let mapping = reading.options.fields.clone();
        let wanted = mapping.names();
        let mut names = Vec::new();
        for field in &table.fields {
            let is_cut = field.raw_name.len() >= NAME_BYTES;
            let decoded = if is_cut {
                encoding.decode_cut(&field.raw_name)
            } else {
                encoding.decode(&field.raw_name).map(|t| (t, false))
            };
            let Some((text, _)) = decoded else {
                let shown = clip(&String::from_utf8_lossy(&field.raw_name));
                return Err(fault(format!(
                    "the name of a field (`{shown}`) is not {encoding}; name the encoding with --encoding, such as --encoding GBK"
                )));
            };
            let full = if is_cut { whole_name(&field.raw_name, &wanted, encoding) } else { None };
            if let Some(full) = &full {
                reading.note(format!(
                    "{name}: the field `{text}` was cut off at {NAME_BYTES} bytes; it is read as `{full}`"
                ));
            }
            names.push(full.unwrap_or_else(|| text.trim().to_string()));
        }
        tell_apart(&mut names, &name, reading);
        let fields: Vec<(String, Field)> = names.into_iter().zip(table.fields.iter().cloned()).collect();
        let unread: Vec<&str> =
            fields.iter().filter(|(_, field)| !field.is_read()).map(|(name, _)| name.as_str()).collect();
        if !unread.is_empty() {
            let list = clip(&unread.join(", "));
            reading.note(format!(
                "{name}: memos and other values that are not in the table itself are not read; the fields {list} are left out"
            ));
        }
        Ok(Columns { table, name, fields, encoding, cut: 0, first_cut: String::new() })
    }

    pub(super) fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    /// The fields of a row, counted from 0; `None` where it was deleted.
    pub(super) fn row(&mut self, row: u64, record: &str) -> Result<Option<Vec<(String, String)>>, Fault> {
        let fault =
            |field: &str, message: String| Fault { source: record.into(), at: None, field: field.into(), message };
        if row >= self.table.rows {
            // Said once for all of them, with the counts, when the shapes are at their end.
            return Ok(Some(Vec::new()));
        }
        if self.table.go_to(row).map_err(|error| fault("", format!("{}: {error}", self.name)))? {
            return Ok(None);
        }
        let mut values = Vec::with_capacity(self.fields.len());
        for (name, field) in self.fields.iter().filter(|(_, field)| field.is_read()) {
            match self.table.text(field, self.encoding) {
                Some((text, is_cut)) => {
                    if is_cut {
                        if self.cut == 0 {
                            self.first_cut = format!("{record}, field {name}");
                        }
                        self.cut += 1;
                    }
                    values.push((name.clone(), text.into_owned()));
                }
                None => {
                    return Err(fault(
                        name,
                        format!(
                            "the text is not {}; name the encoding of the table with --encoding, such as --encoding GBK",
                            self.encoding
                        ),
                    ));
                }
            }
        }
        Ok(Some(values))
    }

    /// Once all shapes are read: whether there were as many as rows, and texts that were cut off.
    pub(super) fn say_what_was_found(self, shapes: u64, reading: &mut Reading, whole_file: &dyn Fn(String) -> Fault) {
        let Table { claimed, rows, .. } = self.table;
        if claimed != rows {
            let message = format!("it claims {claimed} rows, but has only {rows}: it is truncated");
            reading.fault(Fault { source: self.name.clone(), ..whole_file(message) });
        } else if shapes != rows {
            let message = format!(
                "there are {shapes} shapes, but {rows} rows in {}: they do not belong together, so no shape can be told which row is its own",
                self.name
            );
            reading.fault(whole_file(message));
        }
        if self.cut > 0 {
            reading.note(format!(
                "{}: {} text(s) were cut off inside a character, which is left out; the first is {}",
                self.name, self.cut, self.first_cut
            ));
        }
    }
}

/// The encoding of a table's texts, and why it is that one, where there are any that it matters to.
fn encoding_of(
    table: &mut Table<'_>,
    cpg: Option<&[u8]>,
    chosen: Option<TextEncoding>,
) -> std::io::Result<(TextEncoding, Option<String>)> {
    if let Some(encoding) = chosen {
        return Ok((encoding, None));
    }
    let cpg = cpg.map(|text| clip(String::from_utf8_lossy(text).trim())).filter(|text| !text.is_empty());
    if let Some(encoding) = cpg.as_deref().and_then(|text| text.parse().ok()) {
        return Ok((encoding, Some("as the .cpg says".into())));
    }
    let language = table.language;
    if let Some(encoding) = TextEncoding::of_language_driver(language) {
        return Ok((encoding, Some(format!("as the table says (language driver 0x{language:02x})"))));
    }
    let silent = match cpg {
        Some(text) => format!("the .cpg says `{text}`"),
        None => format!("there is no .cpg, and the table's language driver 0x{language:02x} names no encoding"),
    };
    Ok(match table.script()? {
        Script::Ascii => (TextEncoding::UTF_8, None),
        Script::Utf8 => (TextEncoding::UTF_8, Some(format!("for they all are that ({silent})"))),
        Script::Other => {
            (TextEncoding::GBK, Some(format!("for they are no UTF-8 ({silent}); --encoding names another")))
        }
    })
}

/// The one wanted name that begins with these bytes and is longer than a name can be.
fn whole_name(raw: &[u8], wanted: &[&str], encoding: TextEncoding) -> Option<String> {
    let fits =
        |name: &&&str| encoding.encode(name).is_some_and(|bytes| bytes.len() > raw.len() && bytes.starts_with(raw));
    wanted.iter().find(fits).map(|name| name.to_string())
}

/// Numbers names that are there more than once, so that nobody takes one for the other unasked.
fn tell_apart(names: &mut [String], table: &str, reading: &mut Reading) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for name in names.iter() {
        *counts.entry(name.clone()).or_default() += 1;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for name in names.iter_mut().filter(|name| counts[*name] > 1) {
        let number = seen.entry(name.clone()).or_default();
        *number += 1;
        if *number == 1 {
            reading.note(format!(
                "{table}: {} fields are called `{name}` (names are cut off at {NAME_BYTES} bytes); they are called `{name}#1`, `{name}#2` here, \
                 so choose one, such as --code '{name}#1'",
                counts[name.as_str()]
            ));
        }
        *name = format!("{name}#{number}");
    }
}
