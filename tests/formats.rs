//! The formats that borders come in, each held against what GDAL makes of the same file.

mod crs;
mod gdal;
mod guide;
mod made;
mod mutations;
mod shapefile;
