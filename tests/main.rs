mod check;
mod judges;
mod owners;
mod reader;
mod tiles;
mod contract;
