//! DRAWING: vector tiles from the arcs. May use: domain, geometry, planar, index. Crates: `mvt`, `moka`.
