//! DECIDING: who answers for a point; rows of points to rows of answers. May use: domain, geometry, planar,
//! index, store, live.

pub mod bulk;
pub mod compare;
pub mod locate;
#[cfg(test)]
mod town;
