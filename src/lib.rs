//! Gridward: governance grids (网格) on the map, from their borders to the people who answer for a place.
//!
//! This file is the map of the house. Modules are listed in reading order, and each may use only the ones its
//! own first lines name (`tests/tidy.rs` holds the table and fails on a breach). Everything up to and with
//! [`tiles`] is plain synchronous code without IO.

/// DECIDING: who answers for a point; rows of points to rows of answers.
pub mod assign;
/// STARTING: the command line, one file per command.
pub mod cli;
/// WORDS: tier, grid, edition, roster, problem. No IO, no geometry.
pub mod domain;
/// TAKING OUT: editions as PMTiles, MBTiles, FlatGeobuf and CSV.
pub mod export;
/// MATHS: the integer lattice, exact predicates, coordinate systems, distances, circles, Mercator.
pub mod geometry;
/// TELLING OTHERS: webhooks, signed, in order, again and again until they are taken.
pub mod hooks;
/// SPEAKING: the HTTP service, one file per resource.
pub mod http;
/// BRINGING IN: readers of files, field mapping, the synthetic generator.
pub mod import;
/// FINDING: which grid holds a point, how far its border is, what a circle meets; one edition ready to answer.
pub mod index;
/// WORKING: jobs, long work that was asked for over HTTP.
pub mod jobs;
/// WHO MAY: keys of the HTTP service, and what their roles may do.
pub mod keys;
/// MEETING: the snapshot in force, swapped atomically; it follows the store.
pub mod live;
/// HEARING: the events of the outbox, read once and handed to all who wait for them.
pub mod outbox;
/// REDRAWING: photos that people send, drawn anew without anything else that was in the file.
pub mod photo;
/// THE MAP: every border once, as an arc with the grids on both sides; building, checking and repairing it.
pub mod planar;
/// KEEPING: the trait `Store` and its embedded form, one SQLite file that is a GeoPackage. All SQL is here.
pub mod store;
/// DRAWING: vector tiles from the arcs of the planar map.
pub mod tiles;
