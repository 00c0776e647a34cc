//! FINDING: which grid holds a point, how far its border is, what a circle meets. May use: domain, geometry,
//! planar. Crates: `rstar`, `pinyin`.

mod borders;
mod boxes;
pub mod edition_map;
pub mod locate;
#[cfg(test)]
mod mesh;
pub mod roster;
pub mod search;
pub mod snapshot;
pub mod suspect;
