//! DECIDING: who answers for a point; rows of points to rows of answers. May use: domain, geometry, planar,
//! index, store, live.

pub mod bulk;
pub mod calendar;
pub mod clock;
pub mod compare;
pub mod decide;
pub mod desk;
pub mod duplicates;
pub mod intake;
pub mod lifecycle;
pub mod locate;
pub mod rules;
pub mod scenario;
pub mod statistics;
pub mod telling;
#[cfg(test)]
mod town;
pub mod words;
