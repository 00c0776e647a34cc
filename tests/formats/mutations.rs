//! Damaged and lying shapefiles, archives and texts of coordinate systems: reading ends, says something, and stays within
//! its memory. `fuzz/` has the same properties for longer runs.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use gridward::import::progress::Progress;
use gridward::import::shapefile::{Bytes, Parts};
use gridward::import::{ImportCrs, Reading};
use proptest::prelude::*;

use super::made::{column, dbf, shp, square, zip};

/// A sound shapefile: shp, shx, dbf, prj.
fn sound() -> [Vec<u8>; 4] {
    let shapes = [
        Some(vec![square(39_490_000.0, 3_410_000.0, 500.0, true), square(39_490_100.0, 3_410_100.0, 50.0, false)]),
        None,
        Some(vec![square(39_490_500.0, 3_410_000.0, 500.0, true), square(39_491_000.0, 3_410_000.0, 500.0, true)]),
    ];
    let (shp, shx) = shp(&shapes);
    let table = dbf(
        &[
            column("网格编码".as_bytes()[..10].to_vec(), b'C', 12, &["001", "002", "003"]),
            column("name", b'C', 10, &["乔庄村", "三畈", "plain"]),
            column("tier", b'N', 4, &["1", "2.0", "3e0"]),
            column("day", b'D', 8, &["20260101", "", "x"]),
        ],
        0,
        &[1],
    );
    [shp, shx, table, PRJ.as_bytes().to_vec()]
}

const PRJ: &str = r#"PROJCS["CGCS2000_3_Degree_GK_Zone_39",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",39500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",117.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;

fn read_parts([shp, shx, dbf, prj]: [Vec<u8>; 4], has_index: bool) -> Reading {
    let mut reading = Reading::default();
    let parts = Parts {
        shp: Some(Box::new(Cursor::new(shp))),
        shx: has_index.then(|| Box::new(Cursor::new(shx)) as _),
        dbf: Some(Box::new(Cursor::new(dbf))),
        prj: Some(prj),
        cpg: None,
    };
    reading.read_shapefile("town.shp", parts, &Progress::default());
    reading
}

/// What becomes of a file's bytes.
#[derive(Clone, Debug)]
enum Damage {
    Cut(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    /// Four bytes that are a count, as the largest and smallest of both byte orders.
    Lie(prop::sample::Index, u32),
}

fn damages() -> impl Strategy<Value = Damage> {
    let extremes = [0u32, 1, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7f, 0xffff_ff7f, 0x0100_0000, 0x10];
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Damage::Cut),
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        (any::<prop::sample::Index>(), prop::sample::select(extremes.to_vec()))
            .prop_map(|(at, lie)| Damage::Lie(at, lie)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damage: &Damage) -> Vec<u8> {
    match damage {
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Flip(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
        }
        Damage::Lie(at, lie) => {
            let at = at.index(bytes.len() / 4) * 4;
            bytes[at..at + 4].copy_from_slice(&lie.to_le_bytes());
        }
    }
    bytes
}

#[test]
fn the_sound_one_is_read() {
    let reading = read_parts(sound(), true);
    assert_eq!(reading.faults, []);
    assert_eq!(reading.features.len(), 2);
    assert_eq!(reading.features[0].code.as_deref(), Some("001"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_damaged_shapefile_ends_in_features_or_faults(
        part in 0usize..4,
        damage in prop::collection::vec(damages(), 1..4),
        has_index in any::<bool>(),
    ) {
        let mut parts = sound();
        for damage in damage {
            if parts[part].len() >= 4 {
                parts[part] = damaged(std::mem::take(&mut parts[part]), &damage);
            }
        }
        let reading = read_parts(parts, has_index);
        prop_assert!(!reading.features.is_empty() || reading.fault_count > 0 || !reading.notes().is_empty());
        prop_assert!(reading.features.len() <= 1000);
    }

    #[test]
    fn a_damaged_archive_ends_in_features_or_faults(damage in damages()) {
        let [shp, shx, dbf, prj] = sound();
        let whole = zip(&[(b"town.shp", &shp), (b"town.shx", &shx), (b"town.dbf", &dbf), (b"town.prj", &prj)]);
        let mut reading = Reading::default();
        reading.read_zip("town.zip", Cursor::new(damaged(whole, &damage)), &Progress::default());
        prop_assert!(!reading.features.is_empty() || reading.fault_count > 0);
    }

    #[test]
    fn a_damaged_prj_is_understood_or_refused(damage in prop::collection::vec(damages(), 1..4), x in any::<f64>(), y in any::<f64>()) {
        let mut text = PRJ.as_bytes().to_vec();
        for damage in damage {
            if text.len() >= 4 {
                text = damaged(text, &damage);
            }
        }
        if let Ok(crs) = ImportCrs::from_wkt(&String::from_utf8_lossy(&text)) {
            for position in [[x, y], [39_490_000.0, 3_410_000.0], [0.0, 0.0]] {
                let _ = crs.to_wgs84(position);
            }
        }
    }
}

/// The kept inputs of a fuzz target.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/corpus").join(target);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())).collect()
}

/// As `fuzz/src/properties.rs` takes an input apart.
fn read_input(bytes: &[u8]) -> Reading {
    let (lengths, mut rest) = bytes.split_at(8);
    let mut next = |i: usize| {
        let length = usize::from(u16::from_le_bytes([lengths[2 * i], lengths[2 * i + 1]]));
        let (part, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        (!part.is_empty()).then(|| part.to_vec())
    };
    let (shp, shx, dbf, cpg) = (next(0), next(1), next(2), next(3));
    let file = |part: Option<Vec<u8>>| part.map(|part| Box::new(Cursor::new(part)) as Box<dyn Bytes>);
    let prj = (!rest.is_empty()).then(|| rest.to_vec());
    let parts = Parts { shp: file(shp), shx: file(shx), dbf: file(dbf), cpg, prj };
    let mut reading = Reading::default();
    reading.read_shapefile("town.shp", parts, &Progress::default());
    reading
}

#[test]
fn the_kept_inputs_are_read() {
    for (name, bytes) in corpus("shapefile") {
        let reading = read_input(&bytes);
        // Without codes and names shapes are of no use.
        let features = if name == "no-table" { 0 } else { 2 };
        assert!(reading.features.len() >= features, "{name}: {:?}", reading.faults);
    }
    for (name, bytes) in corpus("zip") {
        let mut reading = Reading::default();
        reading.read_zip(&name, Cursor::new(bytes), &Progress::default());
        assert!(reading.features.len() >= 2, "{name}: {:?}", reading.faults);
    }
    for (name, text) in corpus("prj") {
        // Xi'an 1980 is kept for its refusal.
        assert_eq!(ImportCrs::from_wkt(&String::from_utf8(text).unwrap()).is_ok(), !name.starts_with("2363"), "{name}");
    }
}

/// A few seconds of what the fuzz targets do for minutes.
#[test]
fn kept_inputs_damaged_at_random_end_in_something() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(2000));
    let inputs = corpus("shapefile");
    let chosen = (any::<prop::sample::Index>(), prop::collection::vec(damages(), 1..6));
    runner
        .run(&chosen, |(which, damage)| {
            let mut bytes = which.get(&inputs).1.clone();
            for damage in damage.iter().filter(|damage| !matches!(damage, Damage::Cut(_))) {
                bytes = damaged(bytes, damage);
            }
            let reading = read_input(&bytes);
            prop_assert!(!reading.features.is_empty() || reading.fault_count > 0 || !reading.notes().is_empty());
            Ok(())
        })
        .unwrap();
}

/// Files that claim to hold more than there is memory, read by the program in 1 GB of addresses.
#[test]
fn lying_counts_take_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let [shp, shx, dbf, _] = sound();
    let check = |what: &str| {
        let limited = format!("ulimit -v 1000000; exec {} check town.shp", env!("CARGO_BIN_EXE_gridward"));
        let output = Command::new("sh").args(["-c", &limited]).current_dir(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(out.contains("error: town."), "{what}: {out}");
    };
    let lie = |file: &str, whole: &[u8], at: usize, bytes: [u8; 4]| {
        let mut lying = whole.to_vec();
        lying[at..at + 4].copy_from_slice(&bytes);
        for (name, sound) in [("town.shp", &shp), ("town.shx", &shx), ("town.dbf", &dbf)] {
            fs::write(folder.path().join(name), if name == file { &lying } else { sound }).unwrap();
        }
        check(&format!("{file} {at}"));
    };
    let large = i32::MAX.to_le_bytes();
    // Length of the first record, its number of rings, its number of positions; by the index.
    lie("town.shp", &shp, 104, i32::MAX.to_be_bytes());
    lie("town.shp", &shp, 108 + 36, large);
    lie("town.shp", &shp, 108 + 40, large);
    lie("town.shx", &shx, 100, i32::MAX.to_be_bytes());
    // Rows, and bytes of the header and of a row.
    lie("town.dbf", &dbf, 4, u32::MAX.to_le_bytes());
    lie("town.dbf", &dbf, 8, u32::MAX.to_le_bytes());
}
