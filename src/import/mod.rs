//! BRINGING IN: files to drafts. May use: domain, geometry, planar, store, live. Crates: `geojson`.

pub mod roster;
