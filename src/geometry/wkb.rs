//! Well-known binary for shapes of grids, and its like for rings as they were read.

use super::feature::RawRing;
use super::point::{IntBox, MultiPolygon, Point, Polygon, ring_area2};

const LITTLE_ENDIAN: u8 = 1;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;
/// Flags of the GeoPackage header: little-endian, with an envelope of four numbers.
const GPKG_FLAGS: u8 = 0b0000_0011;
/// Little-endian, empty, without an envelope.
const GPKG_FLAGS_EMPTY: u8 = 0b0001_0001;
const WGS84: i32 = 4326;

/// The bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a shape: {0}")]
pub struct NotAShape(pub &'static str);

/// A MultiPolygon in degrees, WGS 84, as a GeoPackage blob with its envelope.
pub fn to_gpkg(shape: &MultiPolygon) -> Vec<u8> {
    let mut out = Vec::with_capacity(40 + wkb_bytes(shape));
    let bounds = IntBox::around(shape.iter().flat_map(|polygon| &polygon.shell));
    out.extend_from_slice(b"GP\0");
    // An empty shape has no envelope (GeoPackage, requirement 152).
    out.push(if bounds.is_some() { GPKG_FLAGS } else { GPKG_FLAGS_EMPTY });
    out.extend(WGS84.to_le_bytes());
    if let Some(bounds) = bounds {
        let ([west, south], [east, north]) = (bounds.min.to_degrees(), bounds.max.to_degrees());
        for number in [west, east, south, north] {
            out.extend(number.to_le_bytes());
        }
    }
    put_wkb(&mut out, shape);
    out
}

/// A MultiPolygon in degrees as plain WKB, little-endian.
pub fn to_wkb(shape: &MultiPolygon) -> Vec<u8> {
    let mut out = Vec::with_capacity(wkb_bytes(shape));
    put_wkb(&mut out, shape);
    out
}

fn wkb_bytes(shape: &MultiPolygon) -> usize {
    let points: usize = shape.iter().flat_map(|polygon| polygon.rings()).map(|ring| ring.len() + 1).sum();
    24 + 16 * points + 16 * shape.len()
}

fn put_wkb(out: &mut Vec<u8>, shape: &MultiPolygon) {
    put_header(out, MULTI_POLYGON, shape.len());
    for polygon in shape {
        put_header(out, POLYGON, 1 + polygon.holes.len());
        for ring in polygon.rings() {
            put_count(out, ring.len() + 1);
            for p in ring.iter().chain(ring.first()) {
                for number in p.to_degrees() {
                    out.extend(number.to_le_bytes());
                }
            }
        }
    }
}

/// Reads what [`to_gpkg`] wrote, back on the same lattice points. Bounded by the bytes there are.
pub fn from_gpkg(bytes: &[u8]) -> Result<MultiPolygon, NotAShape> {
    let mut rest = Bytes(bytes);
    if rest.take(3)? != b"GP\0" {
        return Err(NotAShape("no GeoPackage header"));
    }
    let envelope_bytes = match (rest.take(1)?[0] >> 1) & 0b111 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(NotAShape("an envelope of unknown kind")),
    };
    rest.take(4 + envelope_bytes)?;
    from_wkb(rest.0)
}

/// Reads what [`to_wkb`] wrote, back on the same lattice points. Bounded by the bytes there are.
pub fn from_wkb(bytes: &[u8]) -> Result<MultiPolygon, NotAShape> {
    let mut rest = Bytes(bytes);
    let polygons = rest.header(MULTI_POLYGON)?;
    let mut shape = Vec::with_capacity(rest.bounded(polygons, 9)?);
    for _ in 0..polygons {
        let rings = rest.header(POLYGON)?;
        let mut read = Vec::with_capacity(rest.bounded(rings, 4)?);
        for _ in 0..rings {
            let points = rest.count()?;
            let mut ring = Vec::with_capacity(rest.bounded(points, 16)?);
            for _ in 0..points {
                let (lon, lat) = (rest.number()?, rest.number()?);
                ring.push(Point::from_degrees(lon, lat).map_err(|_| NotAShape("a position off the Earth"))?);
            }
            if ring.len() < 4 || ring.first() != ring.last() {
                return Err(NotAShape("a ring that is not closed"));
            }
            ring.pop();
            read.push(ring);
        }
        let mut read = read.into_iter();
        let shell = read.next().ok_or(NotAShape("a polygon without rings"))?;
        if ring_area2(&shell) <= 0 {
            return Err(NotAShape("a shell that is not counter-clockwise"));
        }
        shape.push(Polygon { shell, holes: read.collect() });
    }
    rest.end()?;
    Ok(shape)
}

/// Rings as they were read: counts and pairs of lattice integers, little-endian.
pub fn raw_to_bytes(polygons: &[Vec<RawRing>]) -> Vec<u8> {
    let mut out = Vec::new();
    put_count(&mut out, polygons.len());
    for polygon in polygons {
        put_count(&mut out, polygon.len());
        for ring in polygon {
            put_count(&mut out, ring.len());
            for p in ring {
                out.extend(p.x.to_le_bytes());
                out.extend(p.y.to_le_bytes());
            }
        }
    }
    out
}

/// Reads what [`raw_to_bytes`] wrote.
pub fn raw_from_bytes(bytes: &[u8]) -> Result<Vec<Vec<RawRing>>, NotAShape> {
    let mut rest = Bytes(bytes);
    let count = rest.count()?;
    let mut polygons = Vec::with_capacity(rest.bounded(count, 4)?);
    for _ in 0..count {
        let count = rest.count()?;
        let mut polygon = Vec::with_capacity(rest.bounded(count, 4)?);
        for _ in 0..count {
            let count = rest.count()?;
            let mut ring = Vec::with_capacity(rest.bounded(count, 8)?);
            for _ in 0..count {
                ring.push(Point::new(rest.integer()?, rest.integer()?));
            }
            polygon.push(ring);
        }
        polygons.push(polygon);
    }
    rest.end()?;
    Ok(polygons)
}

fn put_header(out: &mut Vec<u8>, kind: u32, count: usize) {
    out.push(LITTLE_ENDIAN);
    out.extend(kind.to_le_bytes());
    put_count(out, count);
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend(u32::try_from(count).expect("fewer than 2^32 parts").to_le_bytes());
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], NotAShape> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(NotAShape("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], NotAShape> {
        Ok(self.take(N)?.try_into().expect("as many as asked for"))
    }

    fn header(&mut self, kind: u32) -> Result<usize, NotAShape> {
        if self.take(1)? != [LITTLE_ENDIAN] || u32::from_le_bytes(self.array()?) != kind {
            return Err(NotAShape("not a little-endian (multi)polygon"));
        }
        self.count()
    }

    fn count(&mut self) -> Result<usize, NotAShape> {
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }

    fn number(&mut self) -> Result<f64, NotAShape> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    fn integer(&mut self) -> Result<i32, NotAShape> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    /// The count, if so many things of at least `each_bytes` can still follow: nothing is reserved for a lie.
    fn bounded(&self, count: usize, each_bytes: usize) -> Result<usize, NotAShape> {
        if count > self.0.len() / each_bytes { Err(NotAShape("a count beyond its bytes")) } else { Ok(count) }
    }

    fn end(&self) -> Result<(), NotAShape> {
        if self.0.is_empty() { Ok(()) } else { Err(NotAShape("bytes left over")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square(x: i32, y: i32, side: i32) -> Vec<Point> {
        [(x, y), (x + side, y), (x + side, y + side), (x, y + side)].map(|(x, y)| Point::new(x, y)).to_vec()
    }

    #[test]
    fn comes_back_the_same() {
        let mut hole = square(3, 3, 4);
        hole.reverse();
        let shape = vec![
            Polygon { shell: square(1_169_000_001, 308_000_003, 77), holes: Vec::new() },
            Polygon { shell: square(0, 0, 10), holes: vec![hole] },
        ];
        assert_eq!(from_gpkg(&to_gpkg(&shape)).as_ref(), Ok(&shape));
        assert_eq!(from_wkb(&to_wkb(&shape)), Ok(shape));
        assert_eq!(from_wkb(&to_wkb(&Vec::new())), Ok(Vec::new()));
        assert_eq!(from_gpkg(&to_gpkg(&Vec::new())), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn raw_rings_come_back(polygons in prop::collection::vec(
            prop::collection::vec(prop::collection::vec((any::<i32>(), any::<i32>()), 0..6), 0..4), 0..4)) {
            let polygons: Vec<Vec<RawRing>> = polygons.iter().map(|rings| rings.iter().map(|ring|
                ring.iter().map(|&(x, y)| Point::new(x, y)).collect()).collect()).collect();
            prop_assert_eq!(raw_from_bytes(&raw_to_bytes(&polygons)), Ok(polygons));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
            let _ = from_gpkg(&bytes);
            let _ = from_wkb(&bytes);
            let _ = raw_from_bytes(&bytes);
            let good = to_gpkg(&vec![Polygon { shell: square(0, 0, 10), holes: Vec::new() }]);
            let damaged: Vec<u8> = good.iter().take(cut).chain(&bytes).copied().collect();
            let _ = from_gpkg(&damaged);
        }
    }
}
