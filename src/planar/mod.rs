//! THE MAP: every border once, as an arc with the grids on both sides. May use: domain, geometry.
//!
//! ```text
//! features ─ rings ─► segments ─ noding ─► arrangement ─ owners ─► map ─ faces ─► polygons
//!            clean    + labels    meet only   faces with    arcs with
//!                                 at ends     label sets    left, right
//! ```

pub mod arrangement;
pub mod build;
mod cells;
pub(crate) mod chains;
pub mod check;
pub mod diff;
pub mod dissolve;
pub mod faces;
pub mod labels;
pub mod map;
mod mend;
mod near;
pub mod noding;
mod overlay;
pub mod repair;
mod settle;
mod shape;
mod snap;
pub mod stop;
mod thin;
