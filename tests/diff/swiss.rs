//! Swiss municipalities, of which some merge every year: what is known of four mergers is what the borders say.

use std::sync::Arc;

use gridward::live::Live;
use gridward::store::{self, Store};

use crate::cli::Desk;
use crate::swiss::import;

/// Municipality that went (its number and name), the one that it is part of since, and the year: from the register of the Federal
/// Statistical Office.
const MERGERS: [(&str, &str, &str, &str); 7] = [
    ("3612", "Obersaxen", "Obersaxen Mundaun", "2016"),
    ("3617", "Mundaun", "Obersaxen Mundaun", "2016"),
    ("132", "Hirzel", "Horgen", "2018"),
    ("217", "Elgg", "Elgg", "2018"),
    ("222", "Hofstetten (ZH)", "Elgg", "2018"),
    ("134", "Hütten", "Wädenswil", "2019"),
    ("140", "Schönenberg (ZH)", "Wädenswil", "2019"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_mergers_between_two_years_are_named() {
    let desk = Desk::new();
    import(&desk, &["2015", "2018", "2021"]);
    let store = store::open(&format!("sqlite:{}", desk.path("gridward.gpkg").display())).await.unwrap();
    mergers_are_named(&desk, &store).await;
}

/// By the desk's store, in which are the years 2015, 2018 and 2021.
pub async fn mergers_are_named(desk: &Desk, store: &Arc<dyn Store>) {
    let diff = desk.run("diff 2015 2021 --json").ended(0).json();
    let removed = diff["removed"].as_array().unwrap();
    for (code, name, into, _) in MERGERS {
        let row = removed.iter().find(|row| row["code"] == code).unwrap_or_else(|| panic!("{name} is gone"));
        let first = &row["into"][0];
        assert_eq!((&row["name"], &first["name"]), (&name.into(), &into.into()));
        assert!(first["share"].as_f64().unwrap() > 0.95, "{row}");
    }

    // The codes of 2015 lead to the municipalities of 2021, by way of 2018.
    let live = Live::open(Arc::clone(store)).await.unwrap();
    let snapshot = live.snapshot().unwrap();
    assert_eq!(snapshot.edition.info.name, "2021");
    for (code, name, into, year) in MERGERS {
        let leads = live.leads(&snapshot, code);
        let (first, since) = leads.first().unwrap_or_else(|| panic!("{name} leads nowhere"));
        let planar = &snapshot.edition.planar;
        assert_eq!(planar.grid(planar.find(&first.code).unwrap()).name, into, "{name}");
        assert_eq!(since, if year <= "2018" { "2018" } else { "2021" }, "{name}");
    }
}
