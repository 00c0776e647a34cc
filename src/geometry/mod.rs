//! MATHS: the integer lattice, exact predicates, coordinate systems, distances. May use: domain. Crates: `geo`,
//! `proj4rs`.

pub mod circle;
pub mod crs;
pub mod feature;
pub mod foreign_wkb;
pub mod geodesic;
pub mod interior;
pub mod label;
pub mod lattice;
pub mod mercator;
pub mod point;
pub mod predicates;
pub mod wkb;
