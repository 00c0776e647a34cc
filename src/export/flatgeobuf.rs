//! FlatGeobuf: the grids of all tiers in one file with a spatial index.

use std::io::Write;

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::error::Result as GeozeroResult;
use geozero::{ColumnValue, GeomProcessor, GeozeroGeometry, PropertyProcessor};

use super::ExportError;
use crate::geometry::feature::GridFeature;
use crate::geometry::point::Polygon;

const COLUMNS: [(&str, ColumnType); 4] = [
    ("code", ColumnType::String),
    ("name", ColumnType::String),
    ("tier", ColumnType::UByte),
    ("parent", ColumnType::String),
];

/// Writes the grids; the features go by way of a temporary file.
pub fn write(name: &str, grids: &[GridFeature], out: impl Write) -> Result<(), ExportError> {
    let crs = FgbCrs { org: Some("EPSG"), code: 4326, name: Some("WGS 84"), ..FgbCrs::default() };
    let options = FgbWriterOptions { crs, detect_type: false, ..FgbWriterOptions::default() };
    let mut file = FgbWriter::create_with_options(name, GeometryType::MultiPolygon, options)?;
    for (name, kind) in COLUMNS {
        file.add_column(name, kind, |_, column| column.nullable = name == "parent");
    }
    for feature in grids {
        let grid = &feature.grid;
        let mut properties = Ok(false);
        file.add_feature_geom(Shape(&feature.shape), |writer| {
            let mut values = vec![
                ColumnValue::String(&grid.code),
                ColumnValue::String(&grid.name),
                ColumnValue::UByte(grid.tier.number()),
            ];
            values.extend(grid.parent.as_deref().map(ColumnValue::String));
            let mut all = COLUMNS.iter().zip(&values).enumerate();
            properties = all.try_fold(false, |_, (i, ((name, _), value))| writer.property(i, name, value));
        })?;
        properties?;
    }
    file.write(out)?;
    Ok(())
}

struct Shape<'a>(&'a [Polygon]);

impl GeozeroGeometry for Shape<'_> {
    fn process_geom<P: GeomProcessor>(&self, out: &mut P) -> GeozeroResult<()> {
        out.multipolygon_begin(self.0.len(), 0)?;
        for (i, polygon) in self.0.iter().enumerate() {
            let rings: Vec<_> = polygon.rings().collect();
            out.polygon_begin(false, rings.len(), i)?;
            for (j, ring) in rings.iter().enumerate() {
                out.linestring_begin(false, ring.len() + 1, j)?;
                // The first point is repeated at the end.
                for (k, point) in ring.iter().chain(ring.first()).enumerate() {
                    out.xy(point.lon(), point.lat(), k)?;
                }
                out.linestring_end(false, j)?;
            }
            out.polygon_end(false, i)?;
        }
        out.multipolygon_end(0)
    }
}
