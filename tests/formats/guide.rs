//! The commands of `docs/from-shapefile.md`, run in their order on the demo town as a county would have it: a zip of a
//! shapefile in Gauss-Krüger with Chinese fields in GBK, and no `.cpg`.

use std::fs;

use super::made::zip;
use super::shapefile::town;
use crate::cli::Desk;

const GUIDE: &str = include_str!("../../docs/from-shapefile.md");

/// The lines of the guide's blocks for a shell.
fn commands() -> Vec<String> {
    let blocks = GUIDE.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.flat_map(str::lines).map(|line| line.strip_prefix("gridward ").unwrap().to_string()).collect()
}

fn desk_with_town(has_prj: bool) -> Desk {
    let desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    let fields = r#"SELECT code AS "网格编码", name AS "名称", tier AS "级别", parent AS "上级编码" FROM qingcao"#;
    let options = ["-sql", fields, "-t_srs", "EPSG:4527", "-lco", "ENCODING=GBK"];
    let path = town(folder.path(), "town", &options);
    let part = |ending: &str| fs::read(path.with_extension(ending)).unwrap();
    let (shp, shx, mut dbf, prj) = (part("shp"), part("shx"), part("dbf"), part("prj"));
    dbf[29] = 0;
    let mut files: Vec<(&[u8], &[u8])> = vec![(b"town.shp", &shp), (b"town.shx", &shx), (b"town.dbf", &dbf)];
    if has_prj {
        files.push((b"town.prj", &prj));
    }
    fs::write(desk.path("town.zip"), zip(&files)).unwrap();
    desk
}

#[test]
fn the_guide_leads_to_an_edition_in_force() {
    let desk = desk_with_town(true);
    let commands = commands();
    assert_eq!(commands.len(), 4);
    let check = desk.run(&commands[0]).ended(0);
    let note = GUIDE.lines().find(|line| line.starts_with("note: ")).unwrap();
    assert!(check.says(note), "{check:?}");
    assert!(check.says("0 error(s)"), "{check:?}");
    desk.run(&commands[1]).ended(0);
    desk.run(&commands[2]).ended(0);
    let answer = desk.run(&commands[3]).ended(0);
    // As the town's own file answers.
    let other = Desk::new();
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/data/qingcao.geojsonl");
    other.run(&format!("import {own} --edition 2026-01 --publish")).ended(0);
    assert_eq!(answer.out, other.run(&commands[3]).ended(0).out);
}

#[test]
fn without_a_prj_the_option_is_suggested_and_works() {
    let desk = desk_with_town(false);
    let check = desk.run("check town.zip").ended(1);
    assert!(check.says("--crs EPSG:4527 if it is"), "{check:?}");
    let line = GUIDE.lines().find(|line| line.contains("--crs EPSG:4527 --edition")).unwrap();
    let command = line.split("`gridward ").nth(1).unwrap().split('`').next().unwrap();
    desk.run(command).ended(0);
    desk.run("publish 2026-01").ended(0);
}

#[test]
fn all_parts_of_a_shapefile_may_be_named() {
    let desk = Desk::new();
    town(desk.path("").as_path(), "town", &["-lco", "ENCODING=GBK"]);
    let all = "town.cpg town.dbf town.prj town.shp town.shx";
    let made = desk.run(&format!("import {all} --edition x --json")).ended(0);
    assert_eq!(made.json()["edition"]["source"], "town.shp");
    assert!(desk.run("check town.dbf").ended(1).says("this is a part of the shapefile town.shp: name that"));
}

#[test]
fn an_unknown_encoding_is_an_unusable_argument() {
    let desk = desk_with_town(true);
    assert!(desk.run("check town.zip --encoding moon").ended(2).says("is not an encoding known here"));
    assert!(
        desk.run("check town.zip --encoding utf-8").ended(1).says("is not UTF-8; name the encoding with --encoding")
    );
}
