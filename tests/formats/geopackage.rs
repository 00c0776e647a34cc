//! GeoPackages of other programs, sound ones and others.

use std::fs;
use std::path::Path;
use std::process::Command;

use gridward::domain::tier::Tier;
use gridward::geometry::feature::DraftFeature;
use gridward::import::{FieldMapping, ReadOptions, edition};
use gridward::store;
use tempfile::tempdir;

use super::ogr::{assert_same, judge, ogr2ogr, read, said, town, write_town};

fn layer(name: &str) -> ReadOptions {
    ReadOptions { layer: Some(name.into()), ..ReadOptions::default() }
}

/// Runs statements in a file.
fn sqlite(path: &Path, statements: &str) {
    let output = Command::new("sqlite3").arg(path).arg(statements).output().expect("sqlite3 is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_gdal_reads_is_what_we_read() {
    let folder = tempdir().unwrap();
    for (epsg, tolerance_units) in [(4326, 0), (4490, 0), (4527, 1), (4498, 1), (3857, 1), (32650, 1)] {
        let path = folder.path().join(format!("town{epsg}.gpkg"));
        write_town(&path, "GPKG", &["-t_srs", &format!("EPSG:{epsg}"), "-nlt", "PROMOTE_TO_MULTI"]);
        let reading = read(&path, ReadOptions::default());
        assert_eq!(reading.faults, [], "EPSG:{epsg}");
        assert_eq!(reading.features[4].source, format!("town{epsg}.gpkg layer qingcao row 5"));
        assert_same(&reading.features, &judge(&path, &[]), tolerance_units);
    }
}

#[test]
fn heights_measures_and_empty_shapes() {
    let folder = tempdir().unwrap();
    for kind in ["MULTIPOLYGONZ", "POLYGONM", "POLYGONZM"] {
        let dimension = if kind == "POLYGONM" {
            "XYM"
        } else if kind == "POLYGONZM" {
            "XYZM"
        } else {
            "XYZ"
        };
        let path = folder.path().join(format!("{kind}2.gpkg"));
        write_town(&path, "GPKG", &["-dim", dimension, "-lco", "SPATIAL_INDEX=NO"]);
        let reading = read(&path, ReadOptions::default());
        assert_same(&reading.features, &judge(&path, &[]), 0);
        assert!(said(&reading).contains("have a height or a measure"), "{}", said(&reading));
        sqlite(&path, "UPDATE qingcao SET geom = NULL WHERE fid = 1");
        let reading = read(&path, ReadOptions::default());
        assert_eq!(reading.faults, []);
        assert!(reading.features[0].polygons.is_empty());
    }
}

/// Layers whose names say the tier, and one with places among them.
#[test]
fn layers_are_chosen_by_name_or_by_tier() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("town.gpkg");
    let (to, from) = (path.to_str().unwrap().to_owned(), town());
    let add = |args: &[&str]| {
        let update: &[&str] = if path.exists() { &["-update"] } else { &[] };
        ogr2ogr(&[&["-f", "GPKG", &to, from.to_str().unwrap()], update, args].concat());
    };
    for tier in 1..=3 {
        add(&["-nln", &format!("tier{tier}"), "-where", &format!("tier = {tier}"), "-select", "code,name,parent"]);
    }
    let points = "SELECT code, name, ST_Centroid(geometry) AS geometry FROM qingcao";
    add(&["-nln", "地名 \"places\"", "-dialect", "SQLITE", "-sql", points]);

    let reading = read(&path, ReadOptions::default());
    assert_eq!(reading.faults, []);
    assert!(said(&reading).contains("say no tier: 地名 \"places\""), "{}", said(&reading));
    let by_tier = |mut features: Vec<DraftFeature>| {
        features.sort_by_key(|feature| (feature.tier, feature.code.clone()));
        features
    };
    assert_same(&by_tier(reading.features), &by_tier(judge(&town(), &[])), 0);

    let reading = read(&path, layer("tier2"));
    assert_eq!(reading.features.len(), 50);
    assert!(reading.features.iter().all(|feature| feature.tier == Some(Tier::Two)));
    // What the command line says goes before the name of the layer.
    let fixed = FieldMapping { tier: "3".parse().unwrap(), ..FieldMapping::default() };
    let reading = read(&path, ReadOptions { fields: fixed, ..layer("tier2") });
    assert!(reading.features.iter().all(|feature| feature.tier == Some(Tier::Three)));

    let points = read(&path, layer("地名 \"places\""));
    assert!(said(&points).contains("not a Point"), "{}", said(&points));
    assert!(said(&read(&path, layer("tier4"))).contains("there is no layer `tier4` in it; it has tier1, tier2, tier3"));
    sqlite(&path, "DELETE FROM gpkg_contents WHERE table_name <> 'tier1'");
    assert_eq!(read(&path, ReadOptions::default()).features.len(), 22);
}

/// A file of a store of ours has views for layers, and they read as what was published.
#[test]
fn a_store_of_ours_reads_as_its_edition_in_force() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("store.gpkg");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let published = runtime.block_on(async {
        let store = store::open(&format!("sqlite:{}", path.display())).await.unwrap();
        let mut checked = edition::check(read(&town(), ReadOptions::default()), false, &[], Vec::new()).await;
        let draft = edition::save_draft(&*store, None, "town".into(), &mut checked).await.unwrap();
        edition::publish_built(&*store, draft, checked.built, None, &[]).await.unwrap();
        let in_force = edition::grids_in_force(&*store, None).await.unwrap();
        store.close().await;
        in_force
    });
    let reading = read(&path, ReadOptions::default());
    assert_eq!(reading.faults, []);
    let mut theirs = Vec::new();
    for tier in Tier::ALL {
        let of_tier = judge(&path, &[&format!("tier{}", tier.number())]);
        theirs.extend(of_tier.into_iter().map(|feature| DraftFeature { tier: Some(tier), ..feature }));
    }
    assert_same(&reading.features, &theirs, 0);
    let codes = reading.features.iter().map(|feature| feature.code.clone().unwrap()).collect::<Vec<_>>();
    assert_eq!(codes, published.iter().map(|feature| feature.grid.code.clone()).collect::<Vec<_>>());

    // The same views are no longer trusted beside one that is not ours.
    sqlite(&path, "CREATE VIEW other AS SELECT 1");
    let other = said(&read(&path, ReadOptions::default()));
    assert!(other.contains("layer tier1: it is a view"), "{other}");
}

#[test]
fn files_that_do_more_than_hold_data_are_refused() {
    let folder = tempdir().unwrap();
    let made = |name: &str, statements: &str| {
        let path = folder.path().join(name);
        write_town(&path, "GPKG", &["-nln", "grids", "-lco", "SPATIAL_INDEX=NO"]);
        sqlite(&path, statements);
        said(&read(&path, ReadOptions::default()))
    };
    let view = "ALTER TABLE grids RENAME TO kept; CREATE VIEW grids AS";
    let endless = made(
        "endless.gpkg",
        &format!(
            "{view} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid, zeroblob(1000000000) AS geom FROM n"
        ),
    );
    // Renaming a table renames what the GeoPackage says of it, or loses it: either way nothing is read.
    assert!(endless.contains("it is a view") || endless.contains("no layer"), "{endless}");
    let computed = made("computed.gpkg", "ALTER TABLE gpkg_contents ADD COLUMN more AS (zeroblob(1000000000))");
    assert!(computed.contains("gpkg_contents is computed"), "{computed}");
    let column = made("column.gpkg", "ALTER TABLE grids ADD COLUMN was AS (zeroblob(1000000000))");
    assert_eq!(column, "", "a computed column is not looked at");
    let open = folder.path().join("open.gpkg");
    write_town(&open, "GPKG", &[]);
    fs::write(folder.path().join("open.gpkg-wal"), "something").unwrap();
    let open = said(&read(&open, ReadOptions::default()));
    assert!(open.contains("another program has it open (open.gpkg-wal lies beside it)"), "{open}");
    let plain = folder.path().join("plain.db");
    sqlite(&plain, "CREATE TABLE t (a)");
    let plain = said(&read(&plain, ReadOptions::default()));
    assert!(plain.contains("no GeoPackage: it has no table gpkg_contents"), "{plain}");
}

#[test]
fn wrong_text_and_shapes_are_named_by_row_and_field() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("town.gpkg");
    write_town(&path, "GPKG", &["-nln", "grids", "-lco", "SPATIAL_INDEX=NO"]);
    sqlite(
        &path,
        "UPDATE grids SET name = CAST(x'c7e0b2dd' AS TEXT) WHERE fid = 3;
         UPDATE grids SET code = x'0102' WHERE fid = 4;
         UPDATE grids SET geom = 'here' WHERE fid = 5;
         UPDATE grids SET geom = substr(geom, 1, 100) WHERE fid = 6;
         UPDATE grids SET geom = CAST(x'47500001e6100000' || x'010a00000000000000' AS BLOB) WHERE fid = 7;
         UPDATE grids SET note = CAST(x'c7e0b2dd' AS TEXT) WHERE fid = 8;",
    );
    let reading = read(&path, ReadOptions::default());
    let said = said(&reading);
    for line in [
        "row 3, field name: the text is not UTF-8",
        "row 4, field code: there are bytes instead of a text",
        "row 5, field geometry: there is no shape",
        "row 6, field geometry: the shape is damaged",
        "row 7, field geometry: a CurvePolygon has curved borders",
    ] {
        assert!(said.contains(&format!("town.gpkg layer grids {line}")), "{line}\n{said}");
    }
    // A field that means nothing here may hold anything.
    assert_eq!((reading.fault_count, reading.features.len()), (5, 232));
}

#[test]
fn layers_without_a_known_coordinate_system_say_so() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("local.gpkg");
    write_town(&path, "GPKG", &["-nln", "grids", "-lco", "SPATIAL_INDEX=NO"]);
    sqlite(
        &path,
        "INSERT INTO gpkg_spatial_ref_sys VALUES ('local', 990001, 'NONE', 990001, 'undefined', '');
         UPDATE gpkg_geometry_columns SET srs_id = 990001",
    );
    let local = said(&read(&path, ReadOptions::default()));
    assert!(
        local.contains("layer grids: the file does not say what its coordinate system is; name it with --crs"),
        "{local}"
    );
    let named = ReadOptions { crs: Some("EPSG:4490".parse().unwrap()), ..ReadOptions::default() };
    assert_same(&read(&path, named).features, &judge(&town(), &[]), 0);
}
