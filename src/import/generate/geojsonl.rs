//! Grids as newline-delimited GeoJSON, one feature a line, written as they come.

use std::io::{self, Write};

use serde::Serialize;

use crate::geometry::feature::GridFeature;
use crate::geometry::point::{Point, Polygon};

#[derive(Serialize)]
struct Properties<'a> {
    code: &'a str,
    name: &'a str,
    tier: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

/// Writes one grid and the end of its line. Coordinates are exact: what is read back is the same lattice point.
pub fn write_feature(out: &mut impl Write, feature: &GridFeature, note: Option<&str>) -> io::Result<()> {
    let grid = &feature.grid;
    let properties = Properties {
        code: &grid.code,
        name: &grid.name,
        tier: grid.tier.number(),
        parent: grid.parent.as_deref(),
        note,
    };
    out.write_all(br#"{"type":"Feature","properties":"#)?;
    serde_json::to_writer(&mut *out, &properties)?;
    match feature.shape.as_slice() {
        [polygon] => {
            out.write_all(br#","geometry":{"type":"Polygon","coordinates":"#)?;
            write_polygon(out, polygon)?;
        }
        polygons => {
            out.write_all(br#","geometry":{"type":"MultiPolygon","coordinates":"#)?;
            write_list(out, polygons, write_polygon)?;
        }
    }
    out.write_all(b"}}\n")
}

fn write_polygon<W: Write>(out: &mut W, polygon: &Polygon) -> io::Result<()> {
    let rings: Vec<_> = polygon.rings().collect();
    write_list(out, &rings, |out, ring| {
        // GeoJSON repeats the first point at the end.
        let closed: Vec<Point> = ring.iter().chain(ring.first()).copied().collect();
        write_list(out, &closed, |out, &p| {
            out.write_all(b"[")?;
            write_degrees(out, p.x)?;
            out.write_all(b",")?;
            write_degrees(out, p.y)?;
            out.write_all(b"]")
        })
    })
}

fn write_list<W: Write, T>(out: &mut W, items: &[T], each: impl Fn(&mut W, &T) -> io::Result<()>) -> io::Result<()> {
    for (i, item) in items.iter().enumerate() {
        out.write_all(if i == 0 { b"[" } else { b"," })?;
        each(out, item)?;
    }
    out.write_all(if items.is_empty() { b"[]" } else { b"]" })
}

/// Units of 1e-7 degree as degrees, digit by digit.
fn write_degrees(out: &mut impl Write, units: i32) -> io::Result<()> {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) = (units.unsigned_abs() / 10_000_000, units.unsigned_abs() % 10_000_000);
    write!(out, "{sign}{whole}.{part:07}")
}
