//! CSV of the grids with who answers for them, for spreadsheets. Phones stay out.

use std::io::{self, Write};

use crate::domain::grid::{Grid, GridId};
use crate::geometry::geodesic::ring_area_m2;
use crate::geometry::point::Polygon;
use crate::import::roster::guarded;
use crate::index::snapshot::Snapshot;

const COLUMNS: [&str; 13] = [
    "code",
    "name",
    "tier",
    "parent",
    "path",
    "area_km2",
    "lon",
    "lat",
    "party_group",
    "leader",
    "answers",
    "answers_level",
    "answers_grid",
];

/// Writes all grids, those of tier 1 first, by code.
pub fn write(snapshot: &Snapshot, out: impl Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(COLUMNS).map_err(not_written)?;
    for id in (0u32..).map(GridId).take(snapshot.edition.planar.grids().len()) {
        rows.write_record(row(snapshot, id).iter().map(|text| guarded(text).into_owned())).map_err(not_written)?;
    }
    rows.flush()
}

/// The error beneath, whose kind tells a reader who has gone from a full disk.
fn not_written(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn row(snapshot: &Snapshot, id: GridId) -> [String; COLUMNS.len()] {
    let grid = snapshot.edition.planar.grid(id);
    let mut names: Vec<&str> = snapshot.upwards(id).map(|grid: &Grid| grid.name.as_str()).collect();
    names.reverse();
    let label = snapshot.edition.label_point(id).map(|point| point.to_degrees());
    let degrees = |axis: usize| label.map_or(String::new(), |at| format!("{:.7}", at[axis]));
    let entry = snapshot.roster.of(&grid.code);
    let answers = snapshot.roster.answers(snapshot.upwards(id));
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    [
        grid.code.clone(),
        grid.name.clone(),
        grid.tier.number().to_string(),
        text(grid.parent.as_deref()),
        names.join("/"),
        format!("{:.6}", area_m2(&snapshot.edition.planar.shape(id)) / 1e6),
        degrees(0),
        degrees(1),
        text(entry.and_then(|entry| entry.party_group.as_deref())),
        text(entry.and_then(|entry| entry.leader()).map(|person| person.name.as_str())),
        text(answers.map(|answers| answers.person.name.as_str())),
        text(answers.map(|answers| answers.level.as_str())),
        text(answers.and_then(|answers| answers.grid)),
    ]
}

fn area_m2(shape: &[Polygon]) -> f64 {
    let of_polygon = |polygon: &Polygon| {
        let holes: f64 = polygon.holes.iter().map(|ring| ring_area_m2(ring).abs()).sum();
        ring_area_m2(&polygon.shell).abs() - holes
    };
    shape.iter().map(of_polygon).sum()
}
