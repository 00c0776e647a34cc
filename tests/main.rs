mod check;
mod reader;
mod judges;
mod tiles;
