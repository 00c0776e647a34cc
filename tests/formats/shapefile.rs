//! Shapefiles against GDAL: of the demo town in every encoding and kind of coordinate system, and what GDAL never writes.

use std::fs;
use std::path::{Path, PathBuf};

use gridward::import::progress::Progress;
use gridward::import::{FieldMapping, Limits, ReadOptions, Reading};
use gridward::planar::build::build;

use super::gdal::{assert_same, judge, ogr2ogr};
use super::made::{Column, Ring, column, dbf, shp, square, zip};

const TOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/qingcao.geojsonl");
const ENGLISH: [&str; 3] = ["code", "name", "parent"];

pub fn read_with(options: ReadOptions, path: &Path) -> Reading {
    let mut reading = Reading::new(options);
    reading.read_path(path.file_name().unwrap().to_str().unwrap(), path, &Progress::default());
    reading
}

pub fn read(path: &Path) -> Reading {
    read_with(ReadOptions::default(), path)
}

/// The demo town as a shapefile, as GDAL writes it with these options.
pub fn town(folder: &Path, name: &str, options: &[&str]) -> PathBuf {
    let path = folder.join(format!("{name}.shp"));
    let fixed = ["-f", "ESRI Shapefile", "-nlt", "PROMOTE_TO_MULTI"];
    ogr2ogr(&[&fixed[..], options, &[path.to_str().unwrap(), TOWN]].concat());
    path
}

fn said(reading: &Reading) -> String {
    let faults = reading.faults.iter().map(|fault| format!("{fault}\n"));
    faults.chain(reading.notes().into_iter().map(|note| format!("{note}\n"))).collect()
}

#[track_caller]
fn assert_says(reading: &Reading, text: &str) {
    assert!(said(reading).contains(text), "`{text}` is not in:\n{}", said(reading));
}

#[test]
fn the_town_in_every_kind_of_coordinate_system() {
    let folder = tempfile::tempdir().unwrap();
    // CGCS2000 with and without a zone's number in 6 and 3 degrees, web Mercator, UTM.
    for epsg in ["4326", "4490", "4498", "4509", "4527", "4548", "3857", "32650"] {
        let path =
            town(folder.path(), &format!("e{epsg}"), &["-t_srs", &format!("EPSG:{epsg}"), "-lco", "ENCODING=UTF-8"]);
        let reading = read(&path);
        assert_same(&reading, &judge(&path, &[]), ENGLISH);
        assert_eq!(reading.features.len(), 237);
        assert_says(&reading, "texts are read as UTF-8, as the .cpg says");
    }
}

/// As Esri's programs write it; GDAL reads such files, and so did nobody here.
#[test]
fn a_system_of_heights_behind_the_other_one_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let heights = r#"VERTCS["Yellow_Sea_1985",VDATUM["Yellow_Sea_1985"],PARAMETER["Vertical_Shift",0.0],PARAMETER["Direction",1.0],UNIT["Meter",1.0]]"#;
    for epsg in ["4326", "4490", "4498", "4527", "4548"] {
        let path = town(folder.path(), &format!("h{epsg}"), &["-t_srs", &format!("EPSG:{epsg}")]);
        let prj = path.with_extension("prj");
        let alone = fs::read_to_string(&prj).unwrap();
        for separator in [",", " , "] {
            fs::write(&prj, format!("{alone}{separator}{heights}\n")).unwrap();
            let reading = read(&path);
            assert_same(&reading, &judge(&path, &[]), ENGLISH);
            assert_eq!(reading.features.len(), 237);
        }
        for rest in [
            heights.to_string(),
            ",".into(),
            format!(",{alone}"),
            format!(",{heights},{heights}"),
            format!(",{heights}]"),
        ] {
            fs::write(&prj, format!("{alone}{rest}")).unwrap();
            assert_says(&read(&path), "it is no well-known text of a coordinate system");
        }
        fs::write(&prj, heights).unwrap();
        assert_says(&read(&path), "it is no well-known text of a coordinate system");
    }
}

#[test]
fn the_town_with_heights_and_measures() {
    let folder = tempfile::tempdir().unwrap();
    for dimension in ["XYZ", "XYM", "XYZM"] {
        let path = town(folder.path(), dimension, &["-dim", dimension]);
        let reading = read(&path);
        assert_same(&reading, &judge(&path, &["-dim", "XY"]), ENGLISH);
        assert_says(&reading, "have a height or a measure, which is dropped");
    }
}

/// With names of fields that are cut off in the middle of a character where the encoding makes them too long.
#[test]
fn the_town_in_every_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let fields = r#"SELECT code AS "网格编码", name AS "名称", tier AS "级别", parent AS "上级编码" FROM qingcao"#;
    for encoding in ["GBK", "GB18030", "UTF-8"] {
        let options = ["-sql", fields, "-lco", &format!("ENCODING={encoding}"), "-t_srs", "EPSG:4527"];
        let path = town(folder.path(), encoding, &options);
        let expected = judge(&path, &[]);
        let names = expected[0].fields.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let names = [names[0].as_str(), names[1].as_str(), names[3].as_str()];
        let with_cpg = read(&path);
        assert_same(&with_cpg, &expected, names);
        assert_says(&with_cpg, "as the .cpg says");
        // Nothing tells any more: no .cpg, and a byte in the table that says nothing.
        fs::remove_file(path.with_extension("cpg")).unwrap();
        let mut table = fs::read(path.with_extension("dbf")).unwrap();
        for silent in [0, 0x57] {
            table[29] = silent;
            fs::write(path.with_extension("dbf"), &table).unwrap();
            let alone = read(&path);
            assert_same(&alone, &expected, names);
            let (taken, why) = match encoding {
                "UTF-8" => ("UTF-8", "they all are that"),
                _ => ("GBK", "they are no UTF-8"),
            };
            assert_says(&alone, &format!("{encoding}.dbf: texts are read as {taken}, for {why}"));
        }
        // The table's own byte for the Chinese code page.
        table[29] = 0x4d;
        fs::write(path.with_extension("dbf"), &table).unwrap();
        if encoding != "UTF-8" {
            let by_driver = read(&path);
            assert_same(&by_driver, &expected, names);
            assert_says(&by_driver, "language driver 0x4d");
        } else {
            assert_says(&read(&path), "--encoding GBK");
            let options = ReadOptions { encoding: Some("utf-8".parse().unwrap()), ..ReadOptions::default() };
            assert_same(&read_with(options, &path), &expected, names);
        }
    }
}

fn text_column(name: &[u8], values: &[&str]) -> Column {
    column(name, b'C', 20, values)
}

/// A shapefile of made parts in a folder of its own.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new(shapes: &[Option<Vec<Ring>>], table: Option<Vec<u8>>) -> Made {
        let made = Made { folder: tempfile::tempdir().unwrap() };
        let (shp, shx) = shp(shapes);
        made.write("town.shp", &shp).write("town.shx", &shx);
        made.write("town.prj", br#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]]"#);
        if let Some(table) = table {
            made.write("town.dbf", &table);
        }
        made
    }

    fn write(&self, name: &str, bytes: &[u8]) -> &Made {
        fs::write(self.folder.path().join(name), bytes).unwrap();
        self
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("town.shp")
    }

    fn remove(&self, name: &str) -> &Made {
        fs::remove_file(self.folder.path().join(name)).unwrap();
        self
    }
}

fn three() -> Made {
    let shapes = [Some(vec![square(116.0, 30.0, 0.5, true)]), None, Some(vec![square(117.0, 30.0, 0.5, true)])];
    let codes = text_column(b"code", &["a", "b", "c"]);
    Made::new(&shapes, Some(dbf(&[codes], 0, &[])))
}

#[test]
fn null_shapes_and_deleted_rows() {
    let made = three();
    let reading = read(&made.path());
    assert_same(&reading, &judge(&made.path(), &[]), ENGLISH);
    assert_eq!(reading.features[1].polygons.len(), 0);
    assert_eq!(reading.features[1].source, "town.shp record 2");
    made.write("town.dbf", &dbf(&[text_column(b"code", &["a", "b", "c"])], 0, &[0]));
    let reading = read(&made.path());
    assert_same(&reading, &judge(&made.path(), &[]), ENGLISH);
    assert_says(&reading, "1 record(s) are marked as deleted");
}

#[test]
fn holes_are_told_from_shells_as_gdal_does() {
    let shell = |x: f64| square(x, 30.0, 1.0, true);
    let hole = |x: f64| square(x + 0.2, 30.2, 0.6, false);
    let island = |x: f64| square(x + 0.4, 30.4, 0.2, true);
    let turned = |ring: &Ring| ring.iter().rev().copied().collect::<Ring>();
    let good = vec![shell(116.0), hole(116.0)];
    let shapes: Vec<Option<Vec<Ring>>> = [
        good.clone(),
        vec![shell(116.0), shell(118.0), hole(118.0), hole(116.0)],
        vec![shell(116.0), hole(116.0), island(116.0)],
        vec![island(116.0), shell(116.0), shell(118.0), hole(116.0)],
        // A hole in no shell, and one that touches its shell in a corner.
        vec![shell(116.0), shell(118.0), square(120.0, 30.0, 0.1, false)],
        vec![shell(116.0), shell(117.0), square(116.0, 30.0, 0.1, false), square(117.9, 30.9, 0.1, false)],
    ]
    .into_iter()
    .map(Some)
    .collect();
    let codes: Vec<String> = (0..shapes.len()).map(|i| i.to_string()).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let made = Made::new(&shapes, Some(dbf(&[text_column(b"code", &codes)], 0, &[])));
    assert_same(&read(&made.path()), &judge(&made.path(), &[]), ENGLISH);
    // Where all rings run the wrong way round, GDAL takes the one that does not for a shell with the others as its holes, which
    // covers the same ground but is no valid polygon. Ours are valid.
    let wrong: Vec<Option<Vec<Ring>>> = vec![
        Some(good.iter().map(turned).collect()),
        Some(vec![turned(&hole(116.0)), turned(&shell(116.0))]),
        Some([shell(116.0), hole(116.0), island(116.0), shell(118.0)].iter().map(turned).collect()),
    ];
    let made = Made::new(&wrong, Some(dbf(&[text_column(b"code", &["a", "b", "c"])], 0, &[])));
    let reading = read(&made.path());
    assert_eq!(reading.faults, []);
    let rings = |i: usize| reading.features[i].polygons.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!([rings(0), rings(1), rings(2)], [vec![2], vec![2], vec![2, 1, 1]]);
    assert_eq!(reading.features[1].polygons[0][0], reading.features[0].polygons[0][0], "the larger one is the shell");
}

#[test]
fn numbers_dates_and_yes_and_no() {
    let shapes = vec![Some(vec![square(116.0, 30.0, 0.5, true)]); 3];
    let table = dbf(
        &[
            column("code", b'N', 16, &["340881106202", "   340881106203", "340881106204"]),
            column("parent", b'N', 20, &["340881106.000", "3.40881107E+8", "***************"]),
            column("name", b'F', 24, &["3.40881106202000000e+11", "12", "1.5"]),
            column("day", b'D', 8, &["20260101", "", "00000000"]),
            column("is", b'L', 1, &["T", "?", "n"]),
            column("memo", b'M', 10, &["1", "2", ""]),
        ],
        0,
        &[],
    );
    let made = Made::new(&shapes, Some(table));
    let reading = read(&made.path());
    assert_same(&reading, &judge(&made.path(), &[]), ENGLISH);
    assert_eq!(reading.features[1].parent.as_deref(), Some("340881107"));
    assert_says(&reading, "the fields memo are left out");
    let fields = FieldMapping::new(Some("is".parse().unwrap()), Some("day".parse().unwrap()), None, None);
    let other = read_with(ReadOptions { fields, ..ReadOptions::default() }, &made.path());
    assert_eq!(other.features[0].code.as_deref(), Some("true"));
    assert_eq!(other.features[0].name.as_deref(), Some("2026-01-01"));
    assert_eq!((&other.features[2].name, other.features[2].code.as_deref()), (&None, Some("false")));
}

#[test]
fn parts_are_found_in_any_case_and_told_when_missing() {
    let made = three();
    let expected = judge(&made.path(), &[]);
    for (part, other) in [("town.dbf", "Town.DBF"), ("town.shx", "TOWN.SHX"), ("town.prj", "town.PRJ")] {
        fs::rename(made.folder.path().join(part), made.folder.path().join(other)).unwrap();
    }
    assert_same(&read(&made.path()), &expected, ENGLISH);
    let made = three();
    made.remove("town.shx");
    let without_index = read(&made.path());
    assert_same(&without_index, &expected, ENGLISH);
    assert_says(&without_index, "it has no index (.shx)");
    made.write("town.shx", b"nonsense");
    assert_says(&read(&made.path()), "its index (.shx) is not used: it has 8 bytes");
    // Cut off, also between two records: the shapes are whole.
    let (_, whole) = shp(&[None, None, None]);
    for length in [100, 108, 116, 120] {
        made.write("town.shx", &whole[..length]);
        let cut = read(&made.path());
        assert_same(&cut, &expected, ENGLISH);
        assert_says(
            &cut,
            &format!("its index (.shx) is not used: it claims 124 bytes, but has only {length}: it is cut off"),
        );
    }
    made.remove("town.prj");
    assert_says(&read(&made.path()), "so WGS 84 was assumed; --crs names another");
    made.remove("town.dbf");
    assert_says(&read(&made.path()), "town.shp: the .dbf, which holds the codes and names, is missing");
    assert_eq!(read(&made.path()).faults.len(), 1);
    for (other, says) in [
        ("town.dbf", "this is a part of the shapefile town.shp: name that"),
        ("other.dbf", "there is no other.shp beside it"),
        ("town.cpg", "this is a part of the shapefile town.shp"),
    ] {
        made.write(other, b"x");
        assert_says(&read(&made.folder.path().join(other)), says);
    }
    assert_says(&read_with(ReadOptions::default(), made.folder.path()), "name the shapefiles in it: town.shp");
}

#[test]
fn parts_that_do_not_belong_together_are_a_fault() {
    let made = three();
    made.write("town.dbf", &dbf(&[text_column(b"code", &["a", "b"])], 0, &[]));
    assert_says(&read(&made.path()), "there are 3 shapes, but 2 rows in town.dbf");
    let mut table = dbf(&[text_column(b"code", &["a", "b", "c"])], 0, &[]);
    table[4] = 9;
    made.write("town.dbf", &table);
    assert_says(&read(&made.path()), "it claims 9 rows, but has only 3");
    let whole = fs::read(made.path()).unwrap();
    made.write("town.shp", &whole[..whole.len() - 10]);
    assert_says(&read(&made.path()), "town.shp record 3: it claims");
    made.remove("town.shx");
    assert_says(&read(&made.path()), "town.shp record 3: it claims");
    // Points instead of polygons.
    let mut points = whole.clone();
    points[32] = 1;
    made.write("town.shp", &points);
    assert_says(&read(&made.path()), "a grid is a polygon, but the shapes in it are points");
}

#[test]
fn fields_whose_names_became_equal_are_told_apart() {
    let shapes = [Some(vec![square(116.0, 30.0, 0.5, true)])];
    let table = |names: [&[u8]; 2]| dbf(&[text_column(names[0], &["001"]), text_column(names[1], &["村"])], 0, &[]);
    // 网格编号 and 网格编码 in UTF-8 after ten bytes; the third character is whole, the fourth is not.
    let (first, second) = (&"网格编号".as_bytes()[..10], &"网格编码".as_bytes()[..10]);
    let made = Made::new(&shapes, Some(table([first, second])));
    let reading = read(&made.path());
    // Their last byte differs, which is enough to tell which was meant.
    assert_eq!(reading.features[0].code.as_deref(), Some("村"));
    assert_says(&reading, "the field `网格编` was cut off at 10 bytes; it is read as `网格编码`");
    made.write("town.dbf", &table([&first[..9], &first[..9]]));
    let reading = read(&made.path());
    assert_eq!(reading.features[0].code, None);
    assert_says(&reading, "2 fields are called `网格编`");
    let fields = FieldMapping::new(Some("网格编#1".parse().unwrap()), Some("网格编#2".parse().unwrap()), None, None);
    let chosen = read_with(ReadOptions { fields, ..ReadOptions::default() }, &made.path());
    assert_eq!((chosen.features[0].code.as_deref(), chosen.features[0].name.as_deref()), (Some("001"), Some("村")));
}

#[test]
fn texts_cut_off_inside_a_character_are_read_to_the_one_before() {
    let shapes = vec![Some(vec![square(116.0, 30.0, 0.5, true)]); 2];
    let names = Column {
        name: b"name".to_vec(),
        kind: b'C',
        width: 10,
        values: vec![b"plain".to_vec(), "乔庄村北".as_bytes()[..10].to_vec()],
    };
    let made = Made::new(&shapes, Some(dbf(&[text_column(b"code", &["1", "2"]), names], 0, &[])));
    let reading = read(&made.path());
    assert_eq!(reading.features[1].name.as_deref(), Some("乔庄村"));
    assert_says(
        &reading,
        "1 text(s) were cut off inside a character, which is left out; the first is town.shp record 2, field name",
    );
}

#[test]
fn coordinate_systems_that_are_unknown_or_missing_are_told() {
    let made = three();
    made.write("town.prj", br#"GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#);
    assert_says(&read(&made.path()), "D_Xian_1980");
    assert_says(&read(&made.path()), "is not public");
    made.write("town.prj", b"nonsense");
    assert_says(&read(&made.path()), "its .prj: `nonsense` is not a coordinate system");
    let options = ReadOptions { crs: Some("wgs84".parse().unwrap()), ..ReadOptions::default() };
    assert_eq!(read_with(options, &made.path()).faults, []);
    let projected = Made::new(
        &[Some(vec![square(39_490_000.0, 3_410_000.0, 500.0, true)])],
        Some(dbf(&[text_column(b"code", &["1"])], 0, &[])),
    );
    projected.remove("town.prj");
    let reading = read(&projected.path());
    let mut problems = build(&reading.features, &[]).report.problems;
    reading.explain(&mut problems);
    let says = "there is no .prj to say in which coordinate system it is, and positions such as 39490000, 3410000 are no longitude \
                and latitude: --crs EPSG:4527 if it is EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)";
    assert_eq!(problems[0].message, says);
    let options = ReadOptions { crs: Some("EPSG:4527".parse().unwrap()), ..ReadOptions::default() };
    assert_same(&read_with(options, &projected.path()), &judge(&projected.path(), &["-s_srs", "EPSG:4527"]), ENGLISH);
}

#[test]
fn a_coordinate_that_is_no_number_is_a_fault_of_its_record() {
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut ring = square(116.0, 30.0, 0.5, true);
        ring[2][1] = wrong;
        let shapes = [Some(vec![ring]), Some(vec![square(117.0, 30.0, 0.5, true)])];
        let made = Made::new(&shapes, Some(dbf(&[text_column(b"code", &["a", "b"])], 0, &[])));
        let reading = read(&made.path());
        assert_says(&reading, "record 1: a coordinate is not a number");
        assert_eq!((reading.features.len(), reading.fault_count), (1, 1));
    }
}

#[test]
fn bounds_end_the_reading() {
    let made = three();
    let limited = |limits: Limits| read_with(ReadOptions { limits, ..ReadOptions::default() }, &made.path());
    assert_says(&limited(Limits { max_features: 2, ..Limits::default() }), "more than 2 features");
    assert_says(&limited(Limits { max_vertices: 7, ..Limits::default() }), "more vertices than one edition may have");
}

fn bytes_of(made: &Made, ending: &str) -> Vec<u8> {
    fs::read(made.path().with_extension(ending)).unwrap()
}

#[test]
fn zips_of_several_shapefiles_in_folders_and_names_of_any_encoding() {
    let made = three();
    let expected = judge(&made.path(), &[]);
    let [shp, shx, dbf, prj] = ["shp", "shx", "dbf", "prj"].map(|ending| bytes_of(&made, ending));
    let (gbk, _, _) = encoding_rs::GBK.encode("网格/三级.shp");
    let gbk_dbf = [&gbk[..gbk.len() - 3], b"DBF"].concat();
    let archive = zip(&[
        (b"a/town.shp", &shp),
        (b"a/town.shx", &shx),
        (b"a/TOWN.dbf", &dbf),
        (b"a/town.prj", &prj),
        (b"__MACOSX/a/._town.shp", b"noise"),
        (b"a/._town.dbf", b"noise"),
        (&gbk, &shp),
        (&gbk_dbf, &dbf),
        (b"read me.txt", b"hello"),
        (b"more.geojson", br#"{"type":"Feature","properties":{"code":"j"},"geometry":{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}}"#),
    ]);
    made.write("all.zip", &archive);
    let reading = read(&made.folder.path().join("all.zip"));
    assert_eq!(reading.faults, []);
    let sources: Vec<&str> = reading.features.iter().map(|feature| feature.source.as_str()).collect();
    let tail = |name: &str| (1..=3).map(|n| format!("all.zip/{name} record {n}")).collect::<Vec<_>>();
    let all = [tail("a/town.shp"), vec!["all.zip/more.geojson line 1".to_string()], tail("网格/三级.shp")].concat();
    assert_eq!(sources, all);
    let mut first = read(&made.path());
    first.features = reading.features[..3].to_vec();
    assert_same(&first, &expected, ENGLISH);
}

#[test]
fn archives_that_are_hostile_or_empty_are_told() {
    let made = three();
    let [shp, dbf] = ["shp", "dbf"].map(|ending| bytes_of(&made, ending));
    let archive = |name: &str, bytes: &[u8]| {
        made.write(name, bytes);
        read(&made.folder.path().join(name))
    };
    assert_says(&archive("none.zip", &zip(&[(b"a.txt", b"x"), (b"b.doc", b"y")])), "in it are: a.txt, b.doc");
    assert_says(&archive("empty.zip", &zip(&[])), "no files");
    let whole = zip(&[(b"town.shp", &shp), (b"town.dbf", &dbf)]);
    assert_says(&archive("cut.zip", &whole[..whole.len() / 2]), "the archive is damaged");
    let mut flipped = whole.clone();
    flipped[60] ^= 0xff;
    assert_says(&archive("flipped.zip", &flipped), "the archive is damaged");
    let mut locked = whole.clone();
    locked[6] |= 1;
    let directory = locked.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    locked[directory + 8] |= 1;
    assert_says(&archive("locked.zip", &locked), "locked by a password");
    // 100 MB of zeros in 100 kB.
    assert_says(&archive("bomb.zip", &zip(&[(b"town.shp", &vec![0; 100 << 20])])), "expands more than 200 times");
    let nested = zip(&[(b"inner.geojson", &whole)]);
    assert_says(&archive("nested.zip", &nested), "an archive in an archive");
    let mut many = whole.clone();
    let end = many.len() - 22;
    many[end + 10..end + 12].copy_from_slice(&60_000u16.to_le_bytes());
    assert_says(&archive("many.zip", &many), "there are 60000 files in the archive");
}
