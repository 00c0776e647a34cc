//! The one integration binary: a module for each subject.

mod assign;
mod check;
mod cli;
mod contract;
mod diff;
mod export;
mod faults;
mod formats;
mod fuzz_corpora;
mod generate;
mod http;
mod judges;
mod kills;
mod live;
mod outage;
mod owners;
mod reader;
mod repair;
mod replay;
mod server;
mod servers;
mod several_files;
mod stores;
mod tidy;
mod tiles;
mod united_states;
