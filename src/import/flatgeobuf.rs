//! Reads FlatGeobuf as a stream. The framing is our own, for the crate's reader reserves what a length says and asserts
//! on odd headers; its generated tables verify every buffer before they are looked at.

use std::io::{self, Read};

use flatgeobuf::{
    Column, ColumnType, Feature, Geometry, GeometryType, Header, size_prefixed_root_as_feature,
    size_prefixed_root_as_header,
};

use super::coordinates::Collected;
use super::crs::ImportCrs;
use super::layers;
use super::mapping::{clip, parse_tier};
use super::reading::{Fault, Reading};
use super::record::Record;
use super::summary::CrsFrom;

/// `fgb`, the version, `fgb`, the patch version.
const MAGIC: [u8; 4] = *b"fgb\x03";
const MAX_HEADER_BYTES: usize = 10 << 20;
/// GeometryCollections inside one another, beyond which a shape is refused.
const MAX_NESTING: u32 = 4;
/// Bytes of a node in the index: a box and an offset.
const NODE_BYTES: u64 = 40;
/// Columns of a file; a feature names them by 16 bits.
const MAX_COLUMNS: usize = 2_000;
const MAX_NAME_BYTES: usize = 400;

impl Reading {
    /// Reads one FlatGeobuf file. `name` is what people call it; everything found is named by it.
    pub fn read_flatgeobuf(&mut self, name: &str, mut bytes: impl Read) {
        let before = (self.features.len(), self.fault_count);
        if let Err(message) = self.read_frames(name, &mut bytes) {
            self.fault(Fault { source: name.into(), at: None, field: String::new(), message });
        }
        if (self.features.len(), self.fault_count) == before {
            let message = "there are no features in it".into();
            self.fault(Fault { source: name.into(), at: None, field: String::new(), message });
        }
    }

    fn read_frames(&mut self, name: &str, bytes: &mut impl Read) -> Result<(), String> {
        let mut magic = [0; 8];
        bytes.read_exact(&mut magic).map_err(ends)?;
        if magic[..4] != MAGIC || magic[4..7] != MAGIC[..3] {
            return Err("it is not a FlatGeobuf file of version 3".into());
        }
        let mut buffer = Vec::new();
        if !frame(bytes, MAX_HEADER_BYTES, &mut buffer)? {
            return Err(ends(io::ErrorKind::UnexpectedEof.into()));
        }
        let header =
            size_prefixed_root_as_header(&buffer).map_err(|error| format!("its header is damaged: {error}"))?;
        if let Some(layer) = header.name().filter(|name| !name.is_empty()) {
            layers::choose(&[layer], self.options.layer.as_deref())?;
        }
        let columns = columns(header.columns().map(|columns| columns.iter()))?;
        let crs = match self.options.crs.clone() {
            Some(chosen) => chosen,
            None => crs_of(&header)?,
        };
        let crs_from = if header.crs().is_some() { CrsFrom::File } else { CrsFrom::Assumed };
        self.reads_from(name, self.features.len(), &crs, crs_from);
        let about = About {
            crs,
            columns,
            shape: header.geometry_type(),
            tier: header.name().and_then(parse_tier),
            announced: header.features_count(),
        };
        let index_bytes = index_bytes(about.announced, header.index_node_size())?;
        let skipped = io::copy(&mut bytes.take(index_bytes), &mut io::sink()).map_err(ends)?;
        if skipped < index_bytes {
            return Err(ends(io::ErrorKind::UnexpectedEof.into()));
        }
        let limits = self.options.limits;
        let mut number = 0;
        while frame(bytes, limits.max_feature_bytes, &mut buffer)? {
            number += 1;
            if self.is_full() {
                return Err(format!("there are more than {} features", limits.max_features));
            }
            let source = format!("{name} feature {number}");
            let mut shape = self.collector(about.crs.clone());
            let read = size_prefixed_root_as_feature(&buffer)
                .map_err(|error| format!("its bytes are damaged: {error}"))
                .and_then(|feature| about.read(&feature, &mut shape));
            match read {
                Ok(fields) => self.take_record_in(source, Record { fields, shape }, about.tier),
                Err(message) => {
                    self.spend(shape.vertices);
                    self.fault(Fault { source, at: None, field: String::new(), message });
                }
            }
            if self.vertices_left() == 0 {
                return Err(format!("there are {} vertices or more", limits.max_vertices));
            }
        }
        if number < about.announced {
            return Err(format!("it is cut off: it holds {number} of its {} features", about.announced));
        }
        Ok(())
    }
}

/// What the header says of every feature.
struct About {
    crs: ImportCrs,
    columns: Vec<(String, ColumnType)>,
    shape: GeometryType,
    tier: Option<crate::domain::tier::Tier>,
    /// Features by the header; 0 where it does not know.
    announced: u64,
}

impl About {
    /// The fields of a feature; its polygons are collected in `shape`.
    fn read(&self, feature: &Feature<'_>, shape: &mut Collected) -> Result<Vec<(String, String)>, String> {
        if let Some(geometry) = feature.geometry() {
            let kind = match geometry.type_() {
                GeometryType::Unknown => self.shape,
                own => own,
            };
            collect(&geometry, kind, 0, shape)?;
        }
        let properties = feature.properties().map_or(&[][..], |vector| vector.bytes());
        match feature.columns() {
            Some(own) => fields(properties, &columns(Some(own.iter()))?),
            None => fields(properties, &self.columns),
        }
    }
}

/// Reads a length and what it measures into `buffer`, both; `false` where the file ends. Memory grows with what is there, not
/// with what the length says.
fn frame(bytes: &mut impl Read, max_bytes: usize, buffer: &mut Vec<u8>) -> Result<bool, String> {
    buffer.clear();
    bytes.take(4).read_to_end(buffer).map_err(ends)?;
    let length = match buffer.first_chunk::<4>() {
        Some(length) => u32::from_le_bytes(*length) as usize,
        None if buffer.is_empty() => return Ok(false),
        None => return Err(ends(io::ErrorKind::UnexpectedEof.into())),
    };
    if length > max_bytes {
        return Err(format!("a part of it has {length} bytes; {max_bytes} are the most"));
    }
    // The least that the generated code looks at is an offset and a table without fields.
    if length < 8 {
        return Err("it is damaged: a part of it has no content".into());
    }
    if bytes.take(length as u64).read_to_end(buffer).map_err(ends)? < length {
        return Err(ends(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(true)
}

fn ends(error: io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too early: it is truncated; copy or download it again".into(),
        _ => error.to_string(),
    }
}

/// The size of the packed R-tree between header and features.
fn index_bytes(features: u64, node_size: u16) -> Result<u64, String> {
    if node_size == 0 || features == 0 {
        return Ok(0);
    }
    let wrong = || "it is damaged: the size of its index makes no sense".to_string();
    if node_size < 2 {
        return Err(wrong());
    }
    let (mut nodes, mut level) = (features, features);
    loop {
        level = level.div_ceil(u64::from(node_size));
        nodes = nodes.checked_add(level).ok_or_else(wrong)?;
        if level == 1 {
            break;
        }
    }
    nodes.checked_mul(NODE_BYTES).ok_or_else(wrong)
}

fn columns<'a>(columns: Option<impl Iterator<Item = Column<'a>>>) -> Result<Vec<(String, ColumnType)>, String> {
    let mut list = Vec::new();
    for column in columns.into_iter().flatten() {
        if list.len() == MAX_COLUMNS {
            return Err(format!("it has more than {MAX_COLUMNS} columns"));
        }
        // Every value of a feature takes its column's name along.
        if column.name().len() > MAX_NAME_BYTES {
            return Err(format!("the name of a column has more than {MAX_NAME_BYTES} bytes: {}", clip(column.name())));
        }
        list.push((column.name().to_owned(), column.type_()));
    }
    Ok(list)
}

/// The coordinate system that the header names; WGS 84 where it names none.
fn crs_of(header: &Header<'_>) -> Result<ImportCrs, String> {
    let Some(crs) = header.crs() else { return Ok(ImportCrs::default()) };
    let is_epsg = crs.org().is_none_or(|org| org.eq_ignore_ascii_case("EPSG"));
    let by_code = match u32::try_from(crs.code()) {
        Ok(code) if code > 0 && is_epsg => Some(ImportCrs::from_epsg(code)),
        _ => None,
    };
    match (by_code, crs.wkt()) {
        (Some(Ok(known)), _) => Ok(known),
        (_, Some(wkt)) => ImportCrs::from_wkt(wkt).map_err(|error| error.to_string()),
        (Some(Err(unknown)), None) => Err(unknown.to_string()),
        (None, None) => match (crs.org(), crs.code()) {
            (Some(org), code) if code != 0 => {
                Err(format!("its coordinate system `{}:{code}` is not known here; name it with --crs", clip(org)))
            }
            _ => Ok(ImportCrs::default()),
        },
    }
}

fn collect(geometry: &Geometry<'_>, kind: GeometryType, nesting: u32, into: &mut Collected) -> Result<(), String> {
    match kind {
        GeometryType::Polygon => polygon(geometry, into),
        GeometryType::MultiPolygon | GeometryType::GeometryCollection => {
            if nesting == MAX_NESTING {
                return Err(format!("shapes lie more than {MAX_NESTING} deep inside one another"));
            }
            for part in geometry.parts().into_iter().flatten() {
                let inside = if kind == GeometryType::MultiPolygon { GeometryType::Polygon } else { part.type_() };
                collect(&part, inside, nesting + 1, into)?;
            }
            Ok(())
        }
        GeometryType::CurvePolygon | GeometryType::MultiSurface | GeometryType::Surface => {
            let kind = kind.variant_name().unwrap_or_default();
            Err(format!(
                "a {kind} has curved borders, which are not read; make lines of them first: \
                 ogr2ogr -nlt CONVERT_TO_LINEAR OUT IN"
            ))
        }
        _ => match kind.variant_name() {
            Some("Unknown") | None => Err("it does not say what its shape is".into()),
            Some(other) => Err(format!("a grid is a Polygon or a MultiPolygon, not a {other}")),
        },
    }
}

/// All positions one after the other, and where each ring ends, counted in positions.
fn polygon(geometry: &Geometry<'_>, into: &mut Collected) -> Result<(), String> {
    into.begin_polygon().map_err(|error| error.to_string())?;
    let Some(numbers) = geometry.xy() else { return Ok(()) };
    if numbers.len() % 2 != 0 {
        return Err("its shape is damaged: a position has no north".into());
    }
    let positions = numbers.len() / 2;
    let has_height = geometry.z().is_some_and(|z| !z.is_empty()) || geometry.m().is_some_and(|m| !m.is_empty());
    let mut begin = 0;
    let mut ring = |end: usize| {
        if end < begin || end > positions {
            return Err("its shape is damaged: a ring ends where it cannot".to_string());
        }
        into.begin_ring().map_err(|error| error.to_string())?;
        for at in begin..end {
            let position = [numbers.get(2 * at), numbers.get(2 * at + 1)];
            if !position.iter().all(|number| number.is_finite()) {
                return Err("a coordinate is not a number".into());
            }
            into.position(position).map_err(|error| error.to_string())?;
        }
        begin = end;
        Ok(())
    };
    match geometry.ends().filter(|ends| !ends.is_empty()) {
        Some(ends) => ends.iter().try_for_each(|end| ring(end as usize))?,
        None if positions > 0 => ring(positions)?,
        None => {}
    }
    if has_height {
        into.with_height += positions as u64;
    }
    Ok(())
}

/// The fields of a feature as text: the number of a column and its value, again and again.
fn fields(mut bytes: &[u8], columns: &[(String, ColumnType)]) -> Result<Vec<(String, String)>, String> {
    let mut fields: Vec<(String, String)> = Vec::new();
    while !bytes.is_empty() {
        let column = u16::from_le_bytes(array(&mut bytes)?);
        let (name, kind) = columns
            .get(usize::from(column))
            .ok_or_else(|| format!("its fields are damaged: there is no column {column}"))?;
        let text = value(&mut bytes, *kind).map_err(|message| format!("field {}: {message}", clip(name)))?;
        if fields.len() == MAX_COLUMNS {
            return Err(format!("it has more than {MAX_COLUMNS} fields"));
        }
        fields.push((name.clone(), text));
    }
    Ok(fields)
}

fn value(bytes: &mut &[u8], kind: ColumnType) -> Result<String, String> {
    Ok(match kind {
        ColumnType::Byte => i8::from_le_bytes(array(bytes)?).to_string(),
        ColumnType::UByte => u8::from_le_bytes(array(bytes)?).to_string(),
        ColumnType::Bool => (u8::from_le_bytes(array(bytes)?) != 0).to_string(),
        ColumnType::Short => i16::from_le_bytes(array(bytes)?).to_string(),
        ColumnType::UShort => u16::from_le_bytes(array(bytes)?).to_string(),
        ColumnType::Int => i32::from_le_bytes(array(bytes)?).to_string(),
        ColumnType::UInt => u32::from_le_bytes(array(bytes)?).to_string(),
        ColumnType::Long => i64::from_le_bytes(array(bytes)?).to_string(),
        ColumnType::ULong => u64::from_le_bytes(array(bytes)?).to_string(),
        ColumnType::Float => f32::from_le_bytes(array(bytes)?).to_string(),
        ColumnType::Double => f64::from_le_bytes(array(bytes)?).to_string(),
        ColumnType::String | ColumnType::Json | ColumnType::DateTime => match std::str::from_utf8(sized(bytes)?) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err("the text is not UTF-8".into()),
        },
        ColumnType::Binary => {
            sized(bytes)?;
            String::new()
        }
        _ => return Err("its type is unknown".into()),
    })
}

fn array<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], String> {
    let (taken, rest) = bytes.split_first_chunk::<N>().ok_or_else(too_short)?;
    *bytes = rest;
    Ok(*taken)
}

/// A length and as many bytes.
fn sized<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], String> {
    let length = u32::from_le_bytes(array(bytes)?) as usize;
    let (taken, rest) = bytes.split_at_checked(length).ok_or_else(too_short)?;
    *bytes = rest;
    Ok(taken)
}

fn too_short() -> String {
    "its fields are damaged: they end too early".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_as_long_as_the_format_says() {
        // By the reference: packed_r_tree.rs of the crate.
        for features in [1usize, 2, 15, 16, 17, 255, 256, 257, 100_000] {
            for node_size in [2u16, 16, 65_535] {
                let reference = flatgeobuf::packed_r_tree::PackedRTree::index_size(features, node_size) as u64;
                assert_eq!(index_bytes(features as u64, node_size), Ok(reference), "{features} {node_size}");
            }
        }
        assert_eq!(index_bytes(0, 16), Ok(0));
        assert_eq!(index_bytes(5, 0), Ok(0));
        assert!(index_bytes(5, 1).is_err());
        assert!(index_bytes(u64::MAX, 2).is_err());
    }

    #[test]
    fn fields_that_lie_are_refused() {
        let columns = [("code".to_owned(), ColumnType::String), ("tier".to_owned(), ColumnType::Int)];
        let good = [&[0, 0][..], &2u32.to_le_bytes(), b"07", &[1, 0], &3i32.to_le_bytes()].concat();
        let text = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        assert_eq!(fields(&good, &columns).unwrap(), [("code", "07"), ("tier", "3")].map(text));
        for length in [1, 3, 6, 7, 9, 12] {
            assert!(fields(&good[..length], &columns).is_err(), "{length}");
        }
        assert!(fields(&[2, 0, 1], &columns).unwrap_err().contains("no column 2"));
        let not_utf8 = [&[0, 0][..], &1u32.to_le_bytes(), b"\xd6"].concat();
        assert!(fields(&not_utf8, &columns).unwrap_err().contains("field code: the text is not UTF-8"));
    }
}
