//! BRINGING IN: files to drafts. May use: domain, geometry, planar, store, live. Crates: `geojson`, `delaunator`,
//! `encoding_rs`, `zip`, `tempfile`.
//!
//! ```text
//! bytes ─ decode ─► text ─ pieces ─► one feature's text ─ feature ─► DraftFeature ─ edition ─► draft ─► published
//!         gzip,            cut by            mapping, crs             [repair] build   store
//!         limits           depth
//! ```

mod archive;
mod coordinates;
mod crs;
mod decode;
pub mod demo;
pub mod edition;
mod encoding;
pub mod export;
mod feature;
mod flatgeobuf;
mod formats;
pub mod generate;
pub mod geojson;
mod geopackage;
mod kml;
mod kmz;
mod layers;
mod limits;
mod mapping;
mod nesting;
mod off_zone;
mod options;
mod pieces;
pub mod progress;
mod reading;
mod record;
mod refusal;
pub mod roster;
pub mod shapefile;
mod summary;
mod template;
mod topojson;
pub mod unanswered;
mod unzip;
mod xml_text;

pub use crs::{ImportCrs, UnknownImportCrs};
pub use encoding::{TextEncoding, UnknownEncoding};
pub use formats::main_files;
pub use limits::Limits;
pub use mapping::{FieldMapping, TextFrom, TierFrom};
pub use options::{OptionTexts, WrongOption};
pub use reading::{Fault, ReadOptions, Reading};
pub use summary::{CrsFrom, FileSummary};
