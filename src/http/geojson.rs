//! Shapes as GeoJSON (RFC 7946): seven decimals, exactly the lattice; shells counter-clockwise, rings closed.

use serde_json::value::RawValue;

use crate::geometry::point::{IntBox, MultiPolygon, Point, Ring};

/// The media type.
pub(crate) const GEOJSON: &str = "application/geo+json";

/// A MultiPolygon; `null` for a grid that was left without area.
pub(crate) fn geometry(shape: &MultiPolygon) -> Box<RawValue> {
    let mut text = String::new();
    if shape.is_empty() {
        text.push_str("null");
    } else {
        text.push_str(r#"{"type":"MultiPolygon","coordinates":["#);
        separated(&mut text, shape, |text, polygon| {
            text.push('[');
            separated(text, polygon.rings(), write_ring);
            text.push(']');
        });
        text.push_str("]}");
    }
    RawValue::from_string(text).expect("brackets and numbers as above are JSON")
}

/// West, south, east, north in degrees.
pub(crate) fn bbox(bounds: IntBox) -> [f64; 4] {
    [bounds.min.lon(), bounds.min.lat(), bounds.max.lon(), bounds.max.lat()]
}

fn write_ring(text: &mut String, ring: &Ring) {
    text.push('[');
    separated(text, ring.iter().chain(ring.first()), |text, point| write_position(text, *point));
    text.push(']');
}

fn write_position(text: &mut String, point: Point) {
    use std::fmt::Write;
    let [lon, lat] = point.to_degrees();
    write!(text, "[{lon},{lat}]").expect("text is written to memory");
}

fn separated<T>(text: &mut String, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut String, T)) {
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        write(text, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::point::Polygon;

    #[test]
    fn writes_every_digit_of_the_lattice() {
        let shell = vec![Point::new(-1_800_000_000, 1), Point::new(1_169_000_001, 0), Point::new(0, 308_000_000)];
        let written = geometry(&vec![Polygon { shell, holes: Vec::new() }]);
        let expected = "[[[[-180,0.0000001],[116.9000001,0],[0,30.8],[-180,0.0000001]]]]";
        assert_eq!(written.get(), format!(r#"{{"type":"MultiPolygon","coordinates":{expected}}}"#));
        assert_eq!(geometry(&Vec::new()).get(), "null");
    }
}
