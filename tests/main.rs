mod assign;
mod check;
mod contract;
mod judges;
mod live;
mod owners;
mod reader;
mod tiles;
