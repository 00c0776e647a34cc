//! Coordinates of polygons, number by number from JSON text onto the lattice, with no tree in between.
//!
//! The `geojson` crate parses each position; its whole geometries would hold every number of a feature twice and
//! forget where in the feature a wrong one stood.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

use super::crs::{ImportCrs, OtherZone};
use crate::geometry::feature::RawRing;
use crate::geometry::point::Point;

/// A bound that every format keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are more vertices than one edition may have")]
pub(super) struct TooManyVertices;

/// Where the polygons of one feature are collected.
#[derive(Debug)]
pub(super) struct Collected {
    pub crs: ImportCrs,
    /// Vertices this feature may still have.
    vertices_left: u64,
    pub polygons: Vec<Vec<RawRing>>,
    /// Positions; a ring without any counts as one, and so does a polygon without rings: they take memory too.
    pub vertices: u64,
    /// Whether the ring or polygon begun last has been counted, and its first position has not.
    is_counted: bool,
    /// Positions with a height or a measure, which is dropped.
    pub with_height: u64,
    /// Positions off longitude and latitude, as read.
    pub out_of_range: Vec<[f64; 2]>,
    /// The first position whose easting is of another zone than the coordinate system.
    pub other_zone: Option<OtherZone>,
    /// Place of the position being read: polygon, ring, position, counted from 1.
    place: [usize; 3],
}

impl Collected {
    pub(super) fn new(crs: ImportCrs, vertices_left: u64) -> Collected {
        Collected {
            crs,
            vertices_left,
            polygons: Vec::new(),
            vertices: 0,
            is_counted: false,
            with_height: 0,
            out_of_range: Vec::new(),
            other_zone: None,
            place: [0; 3],
        }
    }

    /// The place of the last position begun, for people.
    pub(super) fn place(&self) -> String {
        let [polygon, ring, position] = self.place;
        format!("polygon {polygon}, ring {ring}, position {position}")
    }

    /// The innermost array being read.
    fn ring(&mut self) -> &mut RawRing {
        let polygon = self.polygons.last_mut().expect("a ring is read inside a polygon");
        polygon.last_mut().expect("a position is read inside a ring")
    }

    fn count(&mut self) -> Result<(), TooManyVertices> {
        if self.vertices == self.vertices_left {
            return Err(TooManyVertices);
        }
        self.vertices += 1;
        Ok(())
    }

    /// Begins a polygon.
    pub(super) fn begin_polygon(&mut self) -> Result<(), TooManyVertices> {
        self.count()?;
        self.is_counted = true;
        self.polygons.push(Vec::new());
        self.place = [self.polygons.len(), 0, 0];
        Ok(())
    }

    /// Begins a ring of the polygon begun last, its shell first.
    pub(super) fn begin_ring(&mut self) -> Result<(), TooManyVertices> {
        let is_first = self.polygons.last().is_some_and(Vec::is_empty);
        if !(self.is_counted && is_first) {
            self.count()?;
        }
        self.is_counted = true;
        let polygon = self.polygons.last_mut().expect("a ring is begun inside a polygon");
        polygon.push(Vec::new());
        self.place[1] = polygon.len();
        self.place[2] = 0;
        Ok(())
    }

    /// Adds a position in the file's own coordinates, east before north, to the ring begun last.
    pub(super) fn position(&mut self, position: [f64; 2]) -> Result<(), TooManyVertices> {
        if !std::mem::take(&mut self.is_counted) {
            self.count()?;
        }
        let [lon, lat] = self.crs.to_wgs84(position);
        if self.other_zone.is_none() {
            self.other_zone = self.crs.other_zone(position[0]);
        }
        match Point::from_degrees(lon, lat) {
            Ok(point) => self.ring().push(point),
            Err(_) => self.out_of_range.push(position),
        }
        Ok(())
    }

    fn take<E: Error>(&mut self, position: &geojson::Position) -> Result<(), E> {
        let numbers = position.as_slice();
        match numbers.len() {
            0 | 1 => {
                let n = numbers.len();
                return Err(E::custom(format!("a position is a longitude and a latitude, this has {n} number(s)")));
            }
            2 => {}
            3 | 4 => self.with_height += 1,
            n => return Err(E::custom(format!("a position has 2, 3 or 4 numbers, this has {n}"))),
        }
        self.position([numbers[0], numbers[1]]).map_err(E::custom)
    }
}

/// What an array holds.
#[derive(Clone, Copy)]
pub(super) enum Level {
    Polygons,
    Rings,
    Positions,
}

/// Reads one array of coordinates into [`Collected`].
pub(super) struct Coordinates<'c> {
    pub level: Level,
    pub into: &'c mut Collected,
}

impl<'de> DeserializeSeed<'de> for Coordinates<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Coordinates<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.level {
            Level::Polygons => "a list of polygons",
            Level::Rings => "a polygon: a list of rings",
            Level::Positions => "a ring: a list of positions",
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        let Coordinates { level, into } = self;
        match level {
            Level::Polygons => while array.next_element_seed(Coordinates { level: Level::Rings, into })?.is_some() {},
            Level::Rings => {
                into.begin_polygon().map_err(A::Error::custom)?;
                loop {
                    // Also where what comes is no ring.
                    (into.place[1], into.place[2]) = (into.place[1] + 1, 0);
                    if array.next_element_seed(Coordinates { level: Level::Positions, into })?.is_none() {
                        break;
                    }
                }
            }
            Level::Positions => {
                into.begin_ring().map_err(A::Error::custom)?;
                loop {
                    into.place[2] += 1;
                    match array.next_element::<geojson::Position>()? {
                        Some(position) => into.take(&position)?,
                        None => break,
                    }
                }
                into.ring().shrink_to_fit();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(level: Level, text: &str) -> Result<Collected, String> {
        let mut collected = Collected::new(ImportCrs::default(), 10);
        let mut json = serde_json::Deserializer::from_str(text);
        Coordinates { level, into: &mut collected }.deserialize(&mut json).map_err(|error| error.to_string())?;
        Ok(collected)
    }

    #[test]
    fn rings_keep_their_order_and_closing_point() {
        let polygon = read(Level::Rings, "[[[0,0],[1,0],[1,1],[0,0]],[],[[0.5,0.5,9]]]").unwrap();
        let p = |x, y| Point::from_degrees(x, y).unwrap();
        assert_eq!(
            polygon.polygons,
            [vec![vec![p(0.0, 0.0), p(1.0, 0.0), p(1.0, 1.0), p(0.0, 0.0)], vec![], vec![p(0.5, 0.5)]]]
        );
        assert_eq!((polygon.vertices, polygon.with_height), (6, 1));
    }

    #[test]
    fn out_of_range_is_kept_as_read() {
        let ring = read(Level::Polygons, "[[[[500000.5,3400000],[1,1]]]]").unwrap();
        assert_eq!(ring.out_of_range, [[500000.5, 3400000.0]]);
        assert_eq!(ring.polygons[0][0].len(), 1);
    }

    #[test]
    fn wrong_positions_are_errors() {
        for (text, says) in [
            ("[[[1]]]", "this has 1 number"),
            ("[[[]]]", "this has 0 number"),
            ("[[[1,2,3,4,5]]]", "this has 5"),
            ("[[[1,null]]]", "null"),
            ("[[[1,\"2\"]]]", "string"),
            ("[[1,2]]", "integer `1`"),
            ("[[[[1,2]]]]", "sequence"),
            ("{}", "a list of rings"),
            ("[[[1,1e999]]]", "number out of range"),
        ] {
            let error = read(Level::Rings, text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
        let many = format!("[[{}[0,0]]]", "[0,0],".repeat(10));
        assert!(read(Level::Rings, &many).unwrap_err().contains("more vertices"));
        // What has no positions takes memory too; ten are allowed here.
        for (level, nothing, allowed) in [
            (Level::Rings, "[]", 10),
            (Level::Polygons, "[]", 10),
            (Level::Polygons, "[[]]", 10),
            (Level::Polygons, "[[],[]]", 5),
        ] {
            let list = |count: usize| format!("[{}]", vec![nothing; count].join(","));
            assert_eq!(read(level, &list(allowed)).unwrap().vertices, 10);
            assert!(read(level, &list(allowed + 1)).unwrap_err().contains("more vertices"));
        }
    }
}
