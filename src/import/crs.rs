//! The coordinate system of a file, as `--crs` or the file itself names it.

use std::fmt;
use std::str::FromStr;

use crate::geometry::crs::QueryCrs;

/// A coordinate system that files can be read in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCrs(pub QueryCrs);

/// The name is of no coordinate system that files can be read in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a coordinate system that files can be read in yet; use wgs84 (EPSG:4326), cgcs2000 (EPSG:4490), \
     gcj02 or bd09, or convert the file first: ogr2ogr -t_srs EPSG:4326 OUT IN"
)]
pub struct UnknownImportCrs(pub String);

impl ImportCrs {
    /// Longitude and latitude in WGS 84.
    pub(super) fn to_wgs84(self, position: [f64; 2]) -> [f64; 2] {
        self.0.to_wgs84(position)
    }

    /// What the `crs` member of an old GeoJSON file names: `EPSG:4326`, `urn:ogc:def:crs:OGC:1.3:CRS84`, and so on.
    pub(super) fn from_member(name: &str) -> Result<ImportCrs, UnknownImportCrs> {
        match name.trim().to_ascii_uppercase().rsplit(':').next() {
            Some("CRS84" | "4326") => Ok(ImportCrs(QueryCrs::Wgs84)),
            Some("4490") => Ok(ImportCrs(QueryCrs::Cgcs2000)),
            _ => Err(UnknownImportCrs(name.chars().take(80).collect())),
        }
    }
}

impl FromStr for ImportCrs {
    type Err = UnknownImportCrs;

    fn from_str(text: &str) -> Result<ImportCrs, UnknownImportCrs> {
        let epsg = text.trim().to_ascii_uppercase();
        match epsg.strip_prefix("EPSG:") {
            Some("4326") => Ok(ImportCrs(QueryCrs::Wgs84)),
            Some("4490") => Ok(ImportCrs(QueryCrs::Cgcs2000)),
            Some(_) => Err(UnknownImportCrs(text.chars().take(80).collect())),
            None => text.parse().map(ImportCrs).map_err(|_| UnknownImportCrs(text.chars().take(80).collect())),
        }
    }
}

impl fmt::Display for ImportCrs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_options_and_files_say() {
        assert_eq!("EPSG:4490".parse(), Ok(ImportCrs(QueryCrs::Cgcs2000)));
        assert_eq!("epsg:4326".parse(), Ok(ImportCrs(QueryCrs::Wgs84)));
        assert_eq!("gcj02".parse(), Ok(ImportCrs(QueryCrs::Gcj02)));
        assert_eq!(ImportCrs::from_member("urn:ogc:def:crs:OGC:1.3:CRS84"), Ok(ImportCrs(QueryCrs::Wgs84)));
        assert_eq!(ImportCrs::from_member("urn:ogc:def:crs:EPSG::4490"), Ok(ImportCrs(QueryCrs::Cgcs2000)));
        let gauss_krueger = "EPSG:4527".parse::<ImportCrs>().unwrap_err().to_string();
        assert!(gauss_krueger.contains("EPSG:4527") && gauss_krueger.contains("ogr2ogr"), "{gauss_krueger}");
        assert!(ImportCrs::from_member("urn:ogc:def:crs:EPSG::3857").is_err());
    }
}
