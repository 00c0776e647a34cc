//! DRAWING: vector tiles from the arcs. May use: domain, geometry, planar, index. Crates: `mvt`, `moka`.
//!
//! ```text
//! once an edition   zooms ─► chains ─► simplify ─► level (one zoom: rounded lines and their index)
//! every tile        level ─► clip ─► frame ─► planar's noding, arrangement, faces ─► content ─► encode ─► cache
//! ```
//!
//! A tile is built by the same three functions of `planar` that build an edition, on the tile's own integer grid: so
//! neighbours share their border and no ring is invalid, at any zoom, whatever simplifying and rounding did.

/// What `bench tiles` measures.
pub mod bench;
mod box_tree;
/// One tile's content from the lines around it.
pub mod build;
/// Tiles kept ready, compressed, bounded in bytes.
pub mod cache;
mod chains;
/// Which tiles differ between two editions.
pub mod changes;
mod clip;
/// Colours such that neighbours differ.
pub mod colors;
mod compress;
mod encode;
mod level;
/// Layers, fields, and what one tile holds.
pub mod schema;
mod simplify;
mod space;
/// One edition ready to be drawn.
pub mod tile_set;
/// TileJSON 3.0.0.
pub mod tilejson;
/// Which zooms show which tier.
pub mod zooms;
