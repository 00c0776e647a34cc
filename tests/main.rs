mod check;
mod reader;
