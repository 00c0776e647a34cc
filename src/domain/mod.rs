//! WORDS: what the product talks about. May use: nothing of ours. No IO, no async, no geometry.

pub mod account;
pub mod assignment;
pub mod audit;
pub mod caller;
pub mod codes;
pub mod edition;
pub mod grid;
pub mod job;
pub mod key;
pub mod level;
pub mod moment;
pub mod photo;
pub mod problem;
pub mod report;
pub mod roster;
pub mod rules;
pub mod shown;
pub mod tier;
pub mod webhook;
