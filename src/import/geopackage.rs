//! Reads the layers of a GeoPackage that any program wrote.

use std::ops::ControlFlow;
use std::path::Path;

use super::coordinates::Collected;
use super::crs::ImportCrs;
use super::layers::{self, Chosen};
use super::mapping::clip;
use super::progress::Progress;
use super::reading::{Fault, Reading};
use super::record::Record;
use super::summary::CrsFrom;
use crate::geometry::foreign_wkb::{Part, read_gpkg_blob};
use crate::store::gpkg::foreign::{
    ForeignCrs, ForeignGeoPackage, ForeignLayer, ForeignRow, ForeignShape, ForeignValue,
};

impl Reading {
    /// Reads one GeoPackage. `name` is what people call it; everything found is named by it. The bytes of its shapes count as
    /// `progress`, which can end the reading.
    pub fn read_geopackage(&mut self, name: &str, path: &Path, progress: &Progress) {
        // SQLite waits on a thread of its own, and whoever calls this may be inside a runtime already.
        let outcome = std::thread::scope(|scope| {
            let reading = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
                match runtime {
                    Ok(runtime) => runtime.block_on(self.read_layers(name, path, progress)),
                    Err(error) => Err(error.to_string()),
                }
            });
            reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        if let Err(message) = outcome {
            self.fault(Fault { source: name.into(), at: None, field: String::new(), message });
        }
    }

    async fn read_layers(&mut self, name: &str, path: &Path, progress: &Progress) -> Result<(), String> {
        let mut file = ForeignGeoPackage::open(path).await.map_err(|error| error.to_string())?;
        let layers = file.layers().to_vec();
        let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
        let wanted = self.options.layer.clone();
        let chosen = layers::choose(&names, wanted.as_deref())?;
        if let Some(note) = layers::left_out(&names, &chosen, wanted.as_deref()) {
            self.note(format!("{name}: {note}"));
        }
        let before = (self.features.len(), self.fault_count);
        for chosen in &chosen {
            self.read_layer(name, &mut file, &layers[chosen.position], *chosen, progress).await?;
        }
        file.close().await;
        if (self.features.len(), self.fault_count) == before {
            return Err("there are no features in it".into());
        }
        Ok(())
    }

    async fn read_layer(
        &mut self,
        name: &str,
        file: &mut ForeignGeoPackage,
        layer: &ForeignLayer,
        chosen: Chosen,
        progress: &Progress,
    ) -> Result<(), String> {
        let crs = match self.options.crs.clone() {
            Some(crs) => crs,
            None => crs_of(&layer.crs).map_err(|message| format!("layer {}: {message}", clip(&layer.name)))?,
        };
        let crs_from = if matches!(layer.crs.id, -1 | 0) { CrsFrom::Assumed } else { CrsFrom::File };
        self.reads_from(&format!("{name} layer {}", clip(&layer.name)), self.features.len(), &crs, crs_from);
        let read: Vec<usize> =
            (0..layer.fields.len()).filter(|&at| self.options.fields.reads(&layer.fields[at])).collect();
        let limits = self.options.limits;
        let mut stopped = None;
        let rows = file.rows(chosen.position, &read, limits.max_feature_bytes, |row| {
            if self.is_full() {
                stopped = Some(format!("there are more than {} features", limits.max_features));
                return ControlFlow::Break(());
            }
            if let ForeignShape::Blob(blob) = &row.shape {
                progress.advance(blob.len() as u64);
            }
            if let Err(ended) = progress.go_on() {
                stopped = Some(ended.to_string());
                return ControlFlow::Break(());
            }
            let source = format!("{name} layer {} row {}", clip(&layer.name), row.number);
            let mut shape = self.collector(crs.clone());
            match record(row, layer, &read, &mut shape) {
                Ok(fields) => self.take_record_in(source, Record { fields, shape }, chosen.tier),
                Err((field, message)) => {
                    self.spend(shape.vertices);
                    self.fault(Fault { source, at: None, field, message });
                }
            }
            if self.vertices_left() == 0 {
                stopped = Some(format!("there are {} vertices or more", limits.max_vertices));
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        rows.await.map_err(|error| error.to_string())?;
        stopped.map_or(Ok(()), Err)
    }
}

/// The fields at the places `read`, of the others only the names; and the shape into `shape`.
fn record(
    row: ForeignRow,
    layer: &ForeignLayer,
    read: &[usize],
    shape: &mut Collected,
) -> Result<Vec<(String, String)>, (String, String)> {
    let mut fields: Vec<(String, String)> = layer.fields.iter().map(|name| (name.clone(), String::new())).collect();
    for (&at, value) in read.iter().zip(row.fields) {
        fields[at].1 = match value {
            ForeignValue::Text(text) => text,
            ForeignValue::NotUtf8 => {
                let message = "the text is not UTF-8, which every GeoPackage has to be; export it anew";
                return Err((clip(&fields[at].0), message.into()));
            }
            ForeignValue::Binary => return Err((clip(&fields[at].0), "there are bytes instead of a text".into())),
        };
    }
    let in_shape = |message: String| ("geometry".to_owned(), message);
    match row.shape {
        ForeignShape::Missing => {}
        ForeignShape::TooLarge(bytes) => return Err(in_shape(format!("the shape has {bytes} bytes, too many"))),
        ForeignShape::NotAShape => return Err(in_shape("there is no shape in the column for shapes".into())),
        ForeignShape::Blob(blob) => read_gpkg_blob(&blob, &mut |part| {
            match part {
                Part::Polygon => shape.begin_polygon().map_err(|error| error.to_string())?,
                Part::Ring => shape.begin_ring().map_err(|error| error.to_string())?,
                Part::Position(position, has_height) => {
                    shape.with_height += u64::from(has_height);
                    shape.position(position).map_err(|error| error.to_string())?;
                }
            }
            Ok(())
        })
        .map_err(|error| in_shape(error.to_string()))?,
    }
    Ok(fields)
}

/// The coordinate system of a layer; WGS 84 where the file says that it does not know.
fn crs_of(crs: &ForeignCrs) -> Result<ImportCrs, String> {
    if matches!(crs.id, -1 | 0) {
        return Ok(ImportCrs::default());
    }
    let by_code = match u32::try_from(crs.code) {
        Ok(code) if crs.organization.eq_ignore_ascii_case("EPSG") => Some(ImportCrs::from_epsg(code)),
        _ => None,
    };
    match by_code {
        Some(Ok(known)) => Ok(known),
        _ if crs.wkt.len() > 1 && crs.wkt != "undefined" => {
            ImportCrs::from_wkt(&crs.wkt).map_err(|error| error.to_string())
        }
        Some(Err(unknown)) => Err(unknown.to_string()),
        None => Err("the file does not say what its coordinate system is; name it with --crs".into()),
    }
}
