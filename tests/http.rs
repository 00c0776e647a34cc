//! The HTTP service, in process on the demo town; over a real socket where streaming and stopping matter.

mod access;
mod batch;
mod clock;
mod diff;
mod events;
mod grids;
mod judge;
mod keys;
mod killed;
mod locate;
mod many_reports;
pub mod office;
mod open311;
mod operation;
mod pages;
mod photos;
mod problems;
mod publishing;
mod reports;
mod rights;
mod socket;
mod stats;
mod tiles;
pub mod town;
mod uploads;
mod webhooks;
