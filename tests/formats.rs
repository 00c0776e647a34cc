//! The formats that borders come in, each held against what GDAL makes of the same file.

mod costs;
mod crs;
mod flatgeobuf;
mod gdal;
mod geopackage;
mod guide;
mod ids;
mod kml;
mod made;
mod mutations;
mod ogr;
mod shapefile;
mod told;
mod topojson;
