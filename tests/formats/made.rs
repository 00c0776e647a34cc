//! Shapefiles and zips made byte by byte, for what GDAL does not write.

use std::io::Write;

/// A field of a table: name, type, width; and a value for each row.
pub struct Column {
    pub name: Vec<u8>,
    pub kind: u8,
    pub width: u8,
    pub values: Vec<Vec<u8>>,
}

pub fn column(name: impl Into<Vec<u8>>, kind: u8, width: u8, values: &[&str]) -> Column {
    Column { name: name.into(), kind, width, values: values.iter().map(|value| value.as_bytes().to_vec()).collect() }
}

/// A table; a row whose number is in `deleted` is marked so.
pub fn dbf(columns: &[Column], language: u8, deleted: &[usize]) -> Vec<u8> {
    let rows = columns[0].values.len();
    let row_bytes = 1 + columns.iter().map(|column| u16::from(column.width)).sum::<u16>();
    let header_bytes = 32 + 32 * columns.len() as u16 + 1;
    let mut out = vec![3, 126, 1, 1];
    out.extend((rows as u32).to_le_bytes());
    out.extend(header_bytes.to_le_bytes());
    out.extend(row_bytes.to_le_bytes());
    out.resize(32, 0);
    out[29] = language;
    for column in columns {
        let mut field = column.name.clone();
        field.resize(11, 0);
        field.push(column.kind);
        field.resize(16, 0);
        field.push(column.width);
        field.resize(32, 0);
        out.extend(field);
    }
    out.push(b'\r');
    for row in 0..rows {
        out.push(if deleted.contains(&row) { b'*' } else { b' ' });
        for column in columns {
            let mut value = column.values[row].clone();
            value.resize(usize::from(column.width), b' ');
            out.extend(value);
        }
    }
    out.push(0x1a);
    out
}

pub type Ring = Vec<[f64; 2]>;

/// A square whose ring runs clockwise, as shells do, or the other way.
pub fn square(x: f64, y: f64, side: f64, clockwise: bool) -> Ring {
    let mut ring = vec![[x, y], [x, y + side], [x + side, y + side], [x + side, y], [x, y]];
    if !clockwise {
        ring.reverse();
    }
    ring
}

/// Shapes of Polygons, `None` for null shapes, and their index.
pub fn shp(shapes: &[Option<Vec<Ring>>]) -> (Vec<u8>, Vec<u8>) {
    let (mut records, mut index) = (Vec::new(), Vec::new());
    for (number, shape) in (1u32..).zip(shapes) {
        let mut content = Vec::new();
        match shape {
            None => content.extend(0i32.to_le_bytes()),
            Some(rings) => {
                content.extend(5i32.to_le_bytes());
                content.extend([0; 32]);
                content.extend((rings.len() as i32).to_le_bytes());
                content.extend((rings.iter().map(Vec::len).sum::<usize>() as i32).to_le_bytes());
                let mut start = 0;
                for ring in rings {
                    content.extend((start as i32).to_le_bytes());
                    start += ring.len();
                }
                content.extend(rings.iter().flatten().flatten().flat_map(|number| number.to_le_bytes()));
            }
        }
        index.extend(((100 + records.len()) as u32 / 2).to_be_bytes());
        index.extend((content.len() as u32 / 2).to_be_bytes());
        records.extend(number.to_be_bytes());
        records.extend((content.len() as u32 / 2).to_be_bytes());
        records.extend(content);
    }
    (with_header(&records), with_header(&index))
}

fn with_header(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(9994u32.to_be_bytes());
    out.resize(24, 0);
    out.extend(((100 + content.len()) as u32 / 2).to_be_bytes());
    out.extend(1000u32.to_le_bytes());
    out.extend(5u32.to_le_bytes());
    out.resize(100, 0);
    out.extend(content);
    out
}

/// A zip archive of these files; names are bytes, for they come in any encoding.
pub fn zip(files: &[(&[u8], &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut deflater = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        deflater.write_all(content).unwrap();
        let packed = deflater.finish().unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let place = out.len() as u32;
        let mut common = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0x50];
        common.extend(crc.sum().to_le_bytes());
        common.extend((packed.len() as u32).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(*name);
        out.extend(packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(place.to_le_bytes());
        directory.extend(*name);
    }
    let place = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(place.to_le_bytes());
    out.extend([0, 0]);
    out
}
