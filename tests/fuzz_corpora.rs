//! A short run of what the fuzzers run long: every file of their corpus, and many made of it, through the same functions.

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

#[path = "../fuzz/src/properties.rs"]
mod properties;

/// Files made of the corpus of one format, evenly of each of its files.
const MUTATIONS: usize = 600;
/// Files made of one file, at least and at most.
const MUTATIONS_OF_ONE: RangeInclusive<usize> = 3..=60;
/// How long one file may take, on a machine that is busy with other tests: three times what the fuzzers allow.
const PATIENCE: Duration = Duration::from_secs(30);

/// Flipped bits, interesting numbers, cuts, repeats, and pieces of another file.
fn mutated(bytes: &[u8], other: &[u8], rng: &mut Pcg64) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..rng.random_range(1..6) {
        if out.is_empty() {
            break;
        }
        let at = rng.random_range(0..out.len());
        match rng.random_range(0..7) {
            0 => out[at] ^= 1 << rng.random_range(0..8),
            1 => out[at] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'[', b'<'][rng.random_range(0..8)],
            2 => {
                let number: [u8; 4] =
                    [0u32, 1, 0x7fff_ffff, 0xffff_ffff, 0x8000_0000][rng.random_range(0..5)].to_le_bytes();
                let end = (at + 4).min(out.len());
                out[at..end].copy_from_slice(&number[..end - at]);
            }
            3 => out.truncate(at),
            4 => {
                let end = rng.random_range(at..out.len().min(at + 64) + 1).min(out.len());
                let piece = out[at..end].to_vec();
                for _ in 0..rng.random_range(1..20) {
                    out.splice(at..at, piece.iter().copied());
                }
            }
            5 => {
                let end = rng.random_range(at..out.len() + 1);
                out.drain(at..end);
            }
            _ if !other.is_empty() => {
                let from = rng.random_range(0..other.len());
                let end = rng.random_range(from..other.len() + 1);
                out.splice(at..at, other[from..end].iter().copied());
            }
            _ => {}
        }
    }
    out
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(target: &str) {
    let (_, property) = properties::ALL.into_iter().find(|(name, _)| *name == target).unwrap();
    let folders = ["fuzz/corpus", "tests/data/corpus"].map(|folder| root().join(folder).join(target));
    let files = folders.into_iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let mut paths: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has no corpus");
    let corpus: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let mutations = (MUTATIONS / corpus.len()).clamp(*MUTATIONS_OF_ONE.start(), *MUTATIONS_OF_ONE.end());
    let mut rng = Pcg64::seed_from_u64(20_261_125);
    let check = |bytes: &[u8], what: &str| {
        let begun = Instant::now();
        property(bytes);
        assert!(begun.elapsed() < PATIENCE, "{what} took {:?}", begun.elapsed());
    };
    for (path, bytes) in paths.iter().zip(&corpus) {
        let what = path.display().to_string();
        check(bytes, &what);
        for _ in 0..mutations {
            let other = &corpus[rng.random_range(0..corpus.len())];
            let changed = mutated(bytes, other, &mut rng);
            // A panic tells nothing of the bytes, so they are kept until they have passed.
            let kept = std::env::temp_dir().join(format!("gridward-fuzz-{target}-{}", std::process::id()));
            fs::write(&kept, &changed).unwrap();
            check(&changed, &kept.display().to_string());
            fs::remove_file(kept).unwrap();
        }
    }
}

/// One test for each format, so that they run side by side; a format without one is a mistake.
macro_rules! formats {
    ($($name:ident),*) => {
        $(#[test] fn $name() { run(stringify!($name)); })*

        #[test]
        fn every_format_is_run() {
            let run = [$(stringify!($name)),*];
            for (name, _) in properties::ALL {
                assert!(run.contains(&name), "{name} has no test");
                let target = root().join("fuzz/fuzz_targets").join(format!("{name}.rs"));
                assert!(target.is_file(), "{name} has no fuzz target");
            }
        }
    };
}

formats!(flatgeobuf, geojson, gpkg, gpkg_blob, kml, kmz, photo, prj, roster_csv, roster_xlsx, shapefile, topojson, zip);
