//! DECIDING: who answers for a point; rows of points to rows of answers. May use: domain, geometry, index, store, live.

pub mod bulk;
pub mod locate;
#[cfg(test)]
mod town;
