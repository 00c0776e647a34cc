//! MATHS: the integer lattice, exact predicates, coordinate systems, distances. May use: domain. Crates: `geo`.

pub mod feature;
pub mod lattice;
pub mod point;
pub mod predicates;
