//! GeoJSON out: the grids of an edition, one feature a line, and the problems of a report, one feature each.

use std::io::{self, Write};

use geojson::{Feature, FeatureCollection, Geometry, GeometryValue, JsonObject, Position};
use serde::Serialize;
use serde_json::json;

use crate::domain::problem::{Measure, Problem};
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

/// Writes one grid as a line. Degrees are written digit by digit, so reading them gives back the same lattice points.
/// A note is a property of its own, for people.
pub fn write_grid(feature: &GridFeature, note: Option<&str>, out: &mut impl Write) -> io::Result<()> {
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

/// The problems as a FeatureCollection: their outlines where they have an extent, points otherwise, and no geometry
/// where nothing lies anywhere (a missing code, say).
pub fn problem_features(problems: &[Problem]) -> FeatureCollection {
    let features = problems.iter().map(|problem| {
        let measure = problem.measure.map(|measure| match measure {
            Measure::AreaM2(area) => ("area_m2", json!(area)),
            Measure::LengthM(length) => ("length_m", json!(length)),
            Measure::Count(count) => ("count", json!(count)),
            Measure::Share(share) => ("share", json!(share)),
        });
        let mut properties = object(json!({
            "code": problem.code,
            "severity": problem.severity,
            "grids": problem.grids,
            "message": problem.message,
            "source": problem.source,
        }));
        properties.extend(measure.map(|(name, value)| (name.to_string(), value)));
        match place(problem) {
            Some(value) => feature(value, properties),
            None => Feature { properties: Some(properties), ..Feature::default() },
        }
    });
    FeatureCollection { bbox: None, features: features.collect(), foreign_members: None }
}

fn place(problem: &Problem) -> Option<GeometryValue> {
    let mut polygons: Vec<Vec<Vec<Position>>> = Vec::new();
    for ring in &problem.outline {
        let positions: Vec<Position> = ring.iter().map(|&position| Position::from(position)).collect();
        // A shell is counter-clockwise and its holes, clockwise, follow it.
        match polygons.last_mut() {
            Some(polygon) if signed_area2(ring) < 0.0 => polygon.push(positions),
            _ => polygons.push(vec![positions]),
        }
    }
    match polygons.len() {
        0 => problem.place.map(|position| GeometryValue::Point { coordinates: Position::from(position) }),
        1 => Some(GeometryValue::Polygon { coordinates: polygons.remove(0) }),
        _ => Some(GeometryValue::MultiPolygon { coordinates: polygons }),
    }
}

/// Of a closed ring in degrees; only its sign is used.
fn signed_area2(ring: &[[f64; 2]]) -> f64 {
    let Some(&[x0, y0]) = ring.first() else { return 0.0 };
    ring.windows(2).map(|edge| (edge[0][0] - x0) * (edge[1][1] - y0) - (edge[1][0] - x0) * (edge[0][1] - y0)).sum()
}

fn feature(value: GeometryValue, properties: JsonObject) -> Feature {
    Feature { geometry: Some(Geometry::new(value)), properties: Some(properties), ..Feature::default() }
}

fn object(value: serde_json::Value) -> JsonObject {
    match value {
        serde_json::Value::Object(members) => members,
        _ => unreachable!("called with object literals only"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::problem::ProblemCode;

    #[test]
    fn an_outline_keeps_its_holes_and_parts() {
        let square = |x: f64, side: f64| vec![[x, 0.0], [x + side, 0.0], [x + side, side], [x, side], [x, 0.0]];
        let mut hole = square(0.2, 0.5);
        hole.reverse();
        let problem = Problem {
            code: ProblemCode::Gap,
            severity: ProblemCode::Gap.severity(),
            grids: vec!["1".into()],
            place: Some([0.5, 0.9]),
            measure: Some(Measure::AreaM2(3.5)),
            source: None,
            message: "a gap".into(),
            outline: vec![square(0.0, 1.0), hole, square(5.0, 1.0)],
        };
        let collection = serde_json::to_value(problem_features(std::slice::from_ref(&problem))).unwrap();
        let feature = &collection["features"][0];
        assert_eq!(feature["geometry"]["type"], "MultiPolygon");
        assert_eq!(feature["geometry"]["coordinates"][0].as_array().unwrap().len(), 2);
        assert_eq!(feature["properties"]["area_m2"], 3.5);
        assert_eq!(feature["properties"]["code"], "gap");
        let point = Problem { outline: Vec::new(), ..problem };
        let collection = serde_json::to_value(problem_features(&[point])).unwrap();
        assert_eq!(collection["features"][0]["geometry"], json!({"type": "Point", "coordinates": [0.5, 0.9]}));
    }
}
