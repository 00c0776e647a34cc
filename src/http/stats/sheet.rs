//! The counts as tables for spreadsheets, in the words of Chinese offices: one table as CSV, a sheet for each way of counting
//! as XLSX.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{ALL, Stats, StatsRow};
use crate::http::problem::Problem;
use crate::import::roster::guarded;

/// By which a spreadsheet knows that the text is UTF-8.
const MARK: &str = "\u{feff}";

const BY: &str = "统计方式";

/// What a cell holds.
enum Cell<'a> {
    Text(&'a str),
    Count(u64),
    Share(Option<f64>),
    Hours(Option<f64>),
}

/// The columns behind [`BY`], each with its header and its width.
fn cells(row: &StatsRow) -> [(&'static str, f64, Cell<'_>); 17] {
    let status = |word: &str| Cell::Count(row.status.get(word).copied().unwrap_or_default());
    let level = |word: &str| Cell::Count(row.settled_by.get(word).copied().unwrap_or_default());
    [
        ("编码", 18.0, Cell::Text(row.about.as_deref().unwrap_or_default())),
        ("名称", 26.0, Cell::Text(name(row))),
        ("上报数", 9.0, Cell::Count(row.reports)),
        ("待受理", 9.0, status("reported")),
        ("办理中", 9.0, status("accepted")),
        ("待核实", 9.0, status("resolved")),
        ("已办结", 9.0, status("closed")),
        ("不予受理", 10.0, status("rejected")),
        ("已合并", 9.0, status("merged")),
        ("办结数", 9.0, Cell::Count(row.settled)),
        ("三级网格办结", 14.0, level("tier3")),
        ("二级网格办结", 14.0, level("tier2")),
        ("村居办结", 12.0, level("tier1")),
        ("镇级办结", 12.0, level("town")),
        ("超期", 9.0, Cell::Count(row.overdue)),
        ("办结率", 9.0, Cell::Share(row.completion_rate)),
        ("办结用时中位数（小时）", 22.0, Cell::Hours(row.median_hours_to_settle)),
    ]
}

fn name(row: &StatsRow) -> &str {
    match (&row.name, row.by) {
        (Some(name), _) => name,
        (None, ALL) => "合计",
        (None, _) if row.about.is_none() => "不在任何网格内",
        _ => "",
    }
}

fn way(by: &str) -> &'static str {
    match by {
        "tier1" => "一级网格",
        "tier2" => "二级网格",
        "tier3" => "三级网格",
        "category" => "类别",
        "day" => "日期",
        _ => "合计",
    }
}

/// One table, the row of all first.
pub(super) fn csv(stats: &Stats) -> Response {
    let header = std::iter::once(BY).chain(cells(&stats.total).map(|(header, ..)| header));
    let mut text = format!("{MARK}{}\r\n", header.collect::<Vec<_>>().join(","));
    for row in std::iter::once(&stats.total).chain(&stats.rows) {
        text.push_str(way(row.by));
        for (_, _, cell) in cells(row) {
            text.push(',');
            text.push_str(&match cell {
                Cell::Text(value) => quoted(&guarded(value)),
                Cell::Count(value) => value.to_string(),
                Cell::Share(value) => value.map_or(String::new(), |value| format!("{value:.4}")),
                Cell::Hours(value) => value.map_or(String::new(), |value| format!("{value:.2}")),
            });
        }
        text.push_str("\r\n");
    }
    kept_as("text/csv; charset=utf-8", "attachment; filename=\"gridward-stats.csv\"", text.into_bytes())
}

/// RFC 4180.
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// A sheet for all, and one for each way of counting.
pub(super) fn xlsx(stats: &Stats) -> Result<Response, Problem> {
    let mut workbook = Workbook::new();
    let mut sheets: Vec<(&str, Vec<&StatsRow>)> = vec![(ALL, vec![&stats.total])];
    for row in &stats.rows {
        match sheets.last_mut() {
            Some((by, rows)) if *by == row.by => rows.push(row),
            _ => sheets.push((row.by, vec![row])),
        }
    }
    let filled = sheets.iter().try_for_each(|(by, rows)| fill(&mut workbook, way(by), rows));
    let bytes = filled.and_then(|()| workbook.save_to_buffer());
    let bytes = bytes.map_err(Problem::internal)?;
    let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(kept_as(media, "attachment; filename=\"gridward-stats.xlsx\"", bytes))
}

fn fill(workbook: &mut Workbook, name: &str, rows: &[&StatsRow]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let share = Format::new().set_num_format("0.0%");
    let hours = Format::new().set_num_format("0.00");
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 0)?;
    for (line, row) in (1u32..).zip(rows) {
        for (column, (header, width, cell)) in (0u16..).zip(cells(row)) {
            if line == 1 {
                sheet.set_column_width(column, width)?;
                sheet.write_string_with_format(0, column, header, &bold)?;
            }
            match cell {
                Cell::Text("") | Cell::Share(None) | Cell::Hours(None) => {}
                Cell::Text(value) => drop(sheet.write_string(line, column, value)?),
                Cell::Count(value) => drop(sheet.write_number(line, column, value as f64)?),
                Cell::Share(Some(value)) => drop(sheet.write_number_with_format(line, column, value, &share)?),
                Cell::Hours(Some(value)) => drop(sheet.write_number_with_format(line, column, value, &hours)?),
            }
        }
    }
    Ok(())
}

fn kept_as(media: &'static str, disposition: &'static str, bytes: Vec<u8>) -> Response {
    let said = [(CONTENT_TYPE, media), (CONTENT_DISPOSITION, disposition), (CACHE_CONTROL, "no-store")];
    (said.map(|(name, value)| (name, HeaderValue::from_static(value))), bytes).into_response()
}
