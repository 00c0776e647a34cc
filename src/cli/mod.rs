//! STARTING: the command line. May use: all above. Crates: `clap`.
