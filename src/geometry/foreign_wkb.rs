//! Polygons out of well-known binary that other programs wrote: either byte order, heights and measures, collections;
//! and out of the blobs of a GeoPackage around it. Nothing is reserved by what a count says.

/// GeometryCollections and MultiPolygons inside one another, beyond which a shape is refused.
const MAX_NESTING: u32 = 6;

/// A part of a shape, in the order of its bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    /// A polygon begins.
    Polygon,
    /// A ring of the last polygon begins, its shell first.
    Ring,
    /// East and north in the file's own coordinates; whether a height or a measure stood beside them.
    Position([f64; 2], bool),
}

/// Why a shape cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignShapeError {
    #[error("the shape is damaged: {0}")]
    Damaged(&'static str),
    #[error("a grid is a Polygon or a MultiPolygon, not a {0}")]
    NotAPolygon(&'static str),
    #[error(
        "a {0} has curved borders, which are not read; make lines of them first: \
         ogr2ogr -nlt CONVERT_TO_LINEAR OUT IN"
    )]
    Curved(&'static str),
    #[error("shapes lie more than {MAX_NESTING} deep inside one another")]
    TooDeep,
    #[error("a coordinate is not a number")]
    NotANumber,
    /// What the receiver of the parts said.
    #[error("{0}")]
    Stopped(String),
}

use ForeignShapeError::{Curved, Damaged, NotANumber, NotAPolygon, Stopped, TooDeep};

/// Reads the blob of a GeoPackage (OGC 12-128r19, 2.1.3) and hands its parts on. The coordinate system is the layer's,
/// whatever the blob says.
pub fn read_gpkg_blob(blob: &[u8], take: &mut dyn FnMut(Part) -> Result<(), String>) -> Result<(), ForeignShapeError> {
    let mut rest = Bytes(blob);
    if rest.take(2)? != b"GP" {
        return Err(Damaged("it does not begin as the shapes of a GeoPackage do"));
    }
    let [_version, flags] = rest.array()?;
    if flags & 0b0010_0000 != 0 {
        return Err(Damaged("it is of a kind that only an extension of the GeoPackage knows"));
    }
    let envelope_bytes = match (flags >> 1) & 0b111 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(Damaged("its envelope is of an unknown kind")),
    };
    rest.take(4 + envelope_bytes)?;
    read_wkb(rest.0, take)
}

/// Reads well-known binary, of ISO or with the flags of PostGIS, and hands its parts on.
pub fn read_wkb(wkb: &[u8], take: &mut dyn FnMut(Part) -> Result<(), String>) -> Result<(), ForeignShapeError> {
    let mut rest = Bytes(wkb);
    shape(&mut rest, take, 0, None)?;
    if rest.0.is_empty() { Ok(()) } else { Err(Damaged("there are bytes left over")) }
}

/// Reads one shape; inside a MultiPolygon only the kind `only`.
fn shape(
    rest: &mut Bytes<'_>,
    take: &mut dyn FnMut(Part) -> Result<(), String>,
    nesting: u32,
    only: Option<u32>,
) -> Result<(), ForeignShapeError> {
    let head = rest.head()?;
    if only.is_some_and(|kind| kind != head.kind) {
        return Err(Damaged("a part of it is of the wrong kind"));
    }
    match head.kind {
        3 => polygon(rest, head, take),
        kind @ (6 | 7) => {
            if nesting == MAX_NESTING {
                return Err(TooDeep);
            }
            // The least that a shape takes is its order, its kind and a count.
            for _ in 0..rest.count(head.big_endian, 9)? {
                shape(rest, take, nesting + 1, (kind == 6).then_some(3))?;
            }
            Ok(())
        }
        1 => Err(NotAPolygon("Point")),
        2 => Err(NotAPolygon("LineString")),
        4 => Err(NotAPolygon("MultiPoint")),
        5 => Err(NotAPolygon("MultiLineString")),
        8 => Err(NotAPolygon("CircularString")),
        9 => Err(NotAPolygon("CompoundCurve")),
        10 => Err(Curved("CurvePolygon")),
        11 => Err(NotAPolygon("MultiCurve")),
        12 => Err(Curved("MultiSurface")),
        13 => Err(NotAPolygon("Curve")),
        14 => Err(Curved("Surface")),
        15 => Err(NotAPolygon("PolyhedralSurface")),
        16 => Err(NotAPolygon("TIN")),
        17 => Err(NotAPolygon("Triangle")),
        _ => Err(Damaged("its kind is unknown")),
    }
}

fn polygon(
    rest: &mut Bytes<'_>,
    head: Head,
    take: &mut dyn FnMut(Part) -> Result<(), String>,
) -> Result<(), ForeignShapeError> {
    take(Part::Polygon).map_err(Stopped)?;
    for _ in 0..rest.count(head.big_endian, 4)? {
        take(Part::Ring).map_err(Stopped)?;
        for _ in 0..rest.count(head.big_endian, 8 * head.numbers)? {
            let east = rest.number(head.big_endian)?;
            let north = rest.number(head.big_endian)?;
            rest.take(8 * (head.numbers - 2))?;
            if !(east.is_finite() && north.is_finite()) {
                return Err(NotANumber);
            }
            take(Part::Position([east, north], head.numbers > 2)).map_err(Stopped)?;
        }
    }
    Ok(())
}

/// What stands before every shape.
#[derive(Clone, Copy)]
struct Head {
    big_endian: bool,
    kind: u32,
    /// Numbers of a position.
    numbers: usize,
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ForeignShapeError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Damaged("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ForeignShapeError> {
        Ok(self.take(N)?.try_into().expect("as many as asked for"))
    }

    fn word(&mut self, big_endian: bool) -> Result<u32, ForeignShapeError> {
        let bytes = self.array()?;
        Ok(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn number(&mut self, big_endian: bool) -> Result<f64, ForeignShapeError> {
        let bytes = self.array()?;
        Ok(if big_endian { f64::from_be_bytes(bytes) } else { f64::from_le_bytes(bytes) })
    }

    /// A count of things that take at least `each_bytes`, so many of which can still follow.
    fn count(&mut self, big_endian: bool, each_bytes: usize) -> Result<u32, ForeignShapeError> {
        let count = self.word(big_endian)?;
        if count as usize > self.0.len() / each_bytes {
            return Err(Damaged("it counts more than it holds"));
        }
        Ok(count)
    }

    fn head(&mut self) -> Result<Head, ForeignShapeError> {
        let big_endian = match self.take(1)? {
            [0] => true,
            [1] => false,
            _ => return Err(Damaged("its byte order is unknown")),
        };
        let word = self.word(big_endian)?;
        if word & 0x2000_0000 != 0 {
            // PostGIS writes the number of the coordinate system here.
            self.take(4)?;
        }
        let flagged = usize::from(word & 0x8000_0000 != 0) + usize::from(word & 0x4000_0000 != 0);
        let plain = word & 0x1fff_ffff;
        let by_thousands = match plain / 1000 {
            0 => 0,
            1 | 2 => 1,
            3 => 2,
            _ => return Err(Damaged("its kind is unknown")),
        };
        Ok(Head { big_endian, kind: plain % 1000, numbers: 2 + flagged.max(by_thousands) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::point::{Point, Polygon};
    use crate::geometry::wkb::to_gpkg;
    use proptest::prelude::*;

    fn parts(bytes: &[u8]) -> Result<Vec<Part>, ForeignShapeError> {
        let mut parts = Vec::new();
        read_gpkg_blob(bytes, &mut |part| {
            parts.push(part);
            Ok(())
        })?;
        Ok(parts)
    }

    fn triangle() -> Vec<u8> {
        let shell = [(0, 0), (10_000_000, 0), (0, 20_000_000)].map(|(x, y)| Point::new(x, y)).to_vec();
        to_gpkg(&vec![Polygon { shell, holes: Vec::new() }])
    }

    #[test]
    fn reads_our_own() {
        use Part::{Polygon, Position, Ring};
        let at = |x, y| Position([x, y], false);
        assert_eq!(parts(&triangle()), Ok(vec![Polygon, Ring, at(0.0, 0.0), at(1.0, 0.0), at(0.0, 2.0), at(0.0, 0.0)]));
        assert_eq!(parts(&to_gpkg(&Vec::new())), Ok(Vec::new()));
    }

    /// A polygon of one ring with three numbers a position, most significant byte first, its kind as given.
    fn big_endian(kind: u32, extra: &[u8]) -> Vec<u8> {
        let mut wkb = vec![0];
        wkb.extend(kind.to_be_bytes());
        wkb.extend(extra);
        wkb.extend(1u32.to_be_bytes());
        wkb.extend(1u32.to_be_bytes());
        for number in [116.9, 30.8, 25.0] {
            wkb.extend(f64::to_be_bytes(number));
        }
        wkb
    }

    #[test]
    fn reads_either_order_and_heights() {
        for (kind, extra) in [(1003, &[][..]), (2003, &[]), (0x8000_0003, &[]), (0xa000_0003, &[0, 0, 16, 230])] {
            let mut found = Vec::new();
            read_wkb(&big_endian(kind, extra), &mut |part| {
                found.push(part);
                Ok(())
            })
            .unwrap();
            assert_eq!(found, [Part::Polygon, Part::Ring, Part::Position([116.9, 30.8], true)], "{kind:x}");
        }
    }

    #[test]
    fn refuses_with_a_word_what_is_no_polygon() {
        let wkb = |kind: u32| [&[1u8][..], &kind.to_le_bytes(), &0u32.to_le_bytes()].concat();
        let said = |bytes: &[u8]| read_wkb(bytes, &mut |_| Ok(())).unwrap_err().to_string();
        assert!(said(&wkb(10)).contains("CONVERT_TO_LINEAR"));
        assert!(said(&wkb(1002)).contains("not a LineString"));
        assert!(said(&wkb(99)).contains("unknown"));
        assert!(said(&[wkb(7), vec![0]].concat()).contains("left over"));
        let mut deep = Vec::new();
        for _ in 0..100_000 {
            deep.extend([&[1u8][..], &7u32.to_le_bytes(), &1u32.to_le_bytes()].concat());
        }
        assert!(said(&deep).contains("deep") || said(&deep).contains("counts more"));
        let mut not_a_number = big_endian(3, &[]);
        not_a_number.truncate(not_a_number.len() - 8);
        not_a_number[13..21].copy_from_slice(&f64::NAN.to_be_bytes());
        assert_eq!(read_wkb(&not_a_number, &mut |_| Ok(())), Err(NotANumber));
        let many = [&[1u8][..], &3u32.to_le_bytes(), &u32::MAX.to_le_bytes()].concat();
        assert!(said(&many).contains("counts more"));
        assert_eq!(read_wkb(&wkb(3), &mut |_| Err("enough".into())), Err(Stopped("enough".into())));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(at in 0usize..120, byte in any::<u8>(), cut in 0usize..130) {
            let mut blob = triangle();
            if let Some(place) = blob.get_mut(at) {
                *place = byte;
            }
            blob.truncate(cut);
            let mut count = 0;
            let _ = read_gpkg_blob(&blob, &mut |_| { count += 1; Ok(()) });
            prop_assert!(count <= blob.len());
        }
    }
}
