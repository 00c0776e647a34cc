mod check;
mod reader;
mod judges;
