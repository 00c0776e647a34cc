//! The coordinate system of a file, as `--crs` or the file itself names it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::mapping::clip;
use crate::geometry::crs::projection::Projection;
use crate::geometry::crs::wkt::{self, WktError};
use crate::geometry::crs::{QueryCrs, epsg, zones};

/// A coordinate system that files can be read in. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportCrs(System);

#[derive(Clone, Debug, PartialEq)]
enum System {
    Query(QueryCrs),
    Projection(Arc<Projection>),
}

/// The name is of no coordinate system that files can be read in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a coordinate system that files can be read in{why}{advice}")]
pub struct UnknownImportCrs {
    name: String,
    /// Begins with `: ` where there is more to say.
    why: String,
    advice: &'static str,
}

const ADVICE: &str = "; use wgs84, cgcs2000, gcj02, bd09 or EPSG:n with the number of a known one (docs/import.md lists them), \
                      or convert the file first: ogr2ogr -t_srs EPSG:4326 OUT IN";

impl UnknownImportCrs {
    fn named(name: &str) -> UnknownImportCrs {
        UnknownImportCrs { name: clip(name), why: String::new(), advice: ADVICE }
    }

    /// Tools convert from the old Chinese systems without a word, a hundred metres off: they are not to be advised.
    fn explained(name: String, error: &WktError) -> UnknownImportCrs {
        let advice = if matches!(error, WktError::OldChinese(_)) { "" } else { ADVICE };
        UnknownImportCrs { name, why: format!(": {error}"), advice }
    }
}

/// An easting that belongs to another zone than the one it is read in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OtherZone {
    pub expected: i64,
    pub found: i64,
    pub easting_m: f64,
}

impl Default for ImportCrs {
    fn default() -> ImportCrs {
        ImportCrs(System::Query(QueryCrs::Wgs84))
    }
}

impl ImportCrs {
    /// The system with this number in the EPSG register.
    pub fn from_epsg(number: u32) -> Result<ImportCrs, UnknownImportCrs> {
        let query = |crs| Ok(ImportCrs(System::Query(crs)));
        match number {
            4326 => return query(QueryCrs::Wgs84),
            4490 => return query(QueryCrs::Cgcs2000),
            _ => {}
        }
        let name = format!("EPSG:{number}");
        // The numbers of Xi'an 1980 and Beijing 1954, geographic and in zones.
        if matches!(number, 2327..=2390 | 2401..=2442 | 4214 | 4555 | 4568..=4589 | 4610 | 4652..=4656 | 4766..=4800 | 21_413..=21_483)
        {
            let error = WktError::OldChinese("Xian 1980 or Beijing 1954".into());
            return Err(UnknownImportCrs::explained(name, &error));
        }
        let known = epsg::definition(number).ok_or_else(|| UnknownImportCrs::named(&name))?;
        let projection = Projection::new(format!("{name} ({})", known.name), known.proj);
        let projection = projection.expect("every definition of the register can be used");
        Ok(ImportCrs(System::Projection(Arc::new(projection))))
    }

    /// What a `.prj` file or a GeoPackage says in well-known text.
    pub fn from_wkt(text: &str) -> Result<ImportCrs, UnknownImportCrs> {
        match wkt::read(text) {
            Ok(wkt::System::Epsg(number)) => ImportCrs::from_epsg(number),
            Ok(wkt::System::Projection(projection)) => Ok(ImportCrs(System::Projection(Arc::from(projection)))),
            Err(error) => Err(UnknownImportCrs::explained(clip(text.trim()), &error)),
        }
    }

    /// Whether positions are taken as they are.
    pub(super) fn is_like_wgs84(&self) -> bool {
        matches!(self.0, System::Query(QueryCrs::Wgs84 | QueryCrs::Cgcs2000))
    }

    /// Longitude and latitude in WGS 84 of a position, east before north; not numbers where the system does not reach.
    pub fn to_wgs84(&self, position: [f64; 2]) -> [f64; 2] {
        match &self.0 {
            System::Query(crs) => crs.to_wgs84(position),
            System::Projection(projection) => projection.to_wgs84(position),
        }
    }

    /// The zone of Gauss-Krüger that an easting is of by its first digits, where that is another one than the system's own.
    pub(super) fn other_zone(&self, easting_m: f64) -> Option<OtherZone> {
        let System::Projection(projection) = &self.0 else { return None };
        let expected = projection.zone()?;
        let found = zones::of_easting(easting_m).filter(|&found| found != expected)?;
        Some(OtherZone { expected, found, easting_m })
    }

    /// What the `crs` member of an old GeoJSON file names: `EPSG:4326`, `urn:ogc:def:crs:OGC:1.3:CRS84`, and so on.
    pub(super) fn from_member(name: &str) -> Result<ImportCrs, UnknownImportCrs> {
        let upper = name.trim().to_ascii_uppercase();
        let last = upper.rsplit([':', '/']).next().unwrap_or_default();
        match last.parse::<u32>() {
            _ if last == "CRS84" => Ok(ImportCrs::default()),
            Ok(number) if upper.contains("EPSG") => ImportCrs::from_epsg(number),
            _ => name.parse(),
        }
    }
}

impl FromStr for ImportCrs {
    type Err = UnknownImportCrs;

    fn from_str(text: &str) -> Result<ImportCrs, UnknownImportCrs> {
        let upper = text.trim().to_ascii_uppercase();
        match upper.strip_prefix("EPSG:") {
            Some(number) => match number.trim().parse() {
                Ok(number) => ImportCrs::from_epsg(number),
                Err(_) => Err(UnknownImportCrs::named(text)),
            },
            None => {
                let query = text.parse().map_err(|_| UnknownImportCrs::named(text))?;
                Ok(ImportCrs(System::Query(query)))
            }
        }
    }
}

impl fmt::Display for ImportCrs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            System::Query(crs) => crs.fmt(f),
            System::Projection(projection) => f.write_str(projection.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_options_and_files_say() {
        let query = |crs| Ok(ImportCrs(System::Query(crs)));
        assert_eq!("EPSG:4490".parse(), query(QueryCrs::Cgcs2000));
        assert_eq!("epsg:4326".parse(), query(QueryCrs::Wgs84));
        assert_eq!("gcj02".parse(), query(QueryCrs::Gcj02));
        assert_eq!(ImportCrs::from_member("urn:ogc:def:crs:OGC:1.3:CRS84"), query(QueryCrs::Wgs84));
        assert_eq!(ImportCrs::from_member("urn:ogc:def:crs:EPSG::4490"), query(QueryCrs::Cgcs2000));
        assert_eq!(ImportCrs::from_member("http://www.opengis.net/def/crs/EPSG/0/4527"), ImportCrs::from_epsg(4527));
        assert_eq!(
            "EPSG:4527".parse::<ImportCrs>().unwrap().to_string(),
            "EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)"
        );
        let unknown = "EPSG:27700".parse::<ImportCrs>().unwrap_err().to_string();
        assert!(unknown.contains("EPSG:27700") && unknown.contains("ogr2ogr"), "{unknown}");
        let old = "EPSG:2363".parse::<ImportCrs>().unwrap_err().to_string();
        assert!(old.contains("not public") && !old.contains("ogr2ogr"), "{old}");
        assert!(ImportCrs::from_member("urn:ogc:def:crs:EPSG::27700").is_err());
    }
}
