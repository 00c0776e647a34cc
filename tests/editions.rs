//! Editions on the command line: what they may be called, what is kept of their files, and what publishing says of them.

use std::process::Output;

use serde_json::{Value, json};

use crate::cli::{Desk, Run, lines, town, town_with_overlap};

/// The town without parents; a position has a height, and a ring a point twice.
fn town_without_parents() -> Vec<Value> {
    let mut town = town();
    for grid in &mut town {
        grid["properties"].as_object_mut().unwrap().remove("parent");
    }
    let ring = town[3]["geometry"]["coordinates"][0].as_array_mut().unwrap();
    ring[0].as_array_mut().unwrap().push(json!(12.5));
    ring.insert(1, ring[1].clone());
    town
}

fn counted(report: &Value) -> usize {
    report["repairs"].as_array().unwrap().len()
}

#[test]
fn a_name_has_to_fit_into_a_path_and_a_list() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    let import = |name: &str| -> Run {
        let output: Output = desk.command("import town.geojsonl --edition").arg(name).output().unwrap();
        output.into()
    };
    let long = "x".repeat(300);
    for name in ["", " ", "a\nb", "a\u{202e}b", ".", "..", "../../x", "2026/01", "a\\b", &long] {
        let refused = import(name).ended(2);
        assert!(refused.says("1 to 100 characters") && refused.says("such as 2026-01"), "{name:?}: {refused:?}");
    }
    assert!(!desk.path("gridward.gpkg").exists());
    import("网格 2026").ended(0);
    // What HTTP does too: blanks around a name are none of it.
    assert!(import(" 网格 2026 ").ended(1).says("`网格 2026` already"));
    let listed = desk.run("editions --json").ended(0).json();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["name"]), (1, &json!("网格 2026")));
}
