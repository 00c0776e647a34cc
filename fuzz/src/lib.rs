//! What the fuzz targets share with the tests.

pub mod properties;
