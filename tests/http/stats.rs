//! Statistics, on the demo's own reports and against counting by hand.

use std::io::Cursor;

use calamine::{Data, DataType, Reader, Xlsx};
use gridward::assign::calendar::Calendar;
use gridward::assign::desk::Desk as Counter;
use gridward::assign::scenario;
use gridward::domain::key::KeyRole;
use gridward::live::Live;
use serde_json::{Value, json};

use super::reports::{Desk, report};
use super::town::{run, somewhere};

async fn with_the_scenario() -> Desk {
    let desk = Desk::new().await;
    let live = Live::open(desk.office.store.clone()).await.unwrap();
    let counter = Counter::new(live, Calendar::standard());
    scenario::bring_in(&counter).await.unwrap();
    desk
}

#[test]
fn the_demo_has_the_towns_own_figures() {
    run(async {
        let desk = with_the_scenario().await;
        let key = &desk.office.key;
        let stats = desk.get("/v1/stats", key).await.json();
        let total = &stats["total"];
        assert_eq!((&total["reports"], &total["settled"]), (&json!(144), &json!(144)), "{stats}");
        assert_eq!(total["settled_by"], json!({"tier3": 102, "tier2": 0, "tier1": 39, "town": 3}));
        assert_eq!((&total["completion_rate"], &total["overdue"]), (&json!(1.0), &json!(0)));
        assert_eq!(total["status"]["closed"], 144);
        assert_eq!(stats["rows"], json!([]));
        let events = desk.office.store.last_event().await.unwrap();
        // Once more changes nothing.
        let live = Live::open(desk.office.store.clone()).await.unwrap();
        scenario::bring_in(&Counter::new(live, Calendar::standard())).await.unwrap();
        assert_eq!(desk.office.store.last_event().await.unwrap(), events);
        // Grouped in every way, the rows add up to the total, and agree with the list counted by hand.
        let list = desk.get("/v1/reports?limit=500", key).await.json();
        let list = list["reports"].as_array().unwrap();
        for (by, count) in [("tier1", 22), ("tier2", 1), ("tier3", 1), ("category", 5), ("day", 30)] {
            let stats = desk.get(&format!("/v1/stats?by={by}"), key).await.json();
            let rows = stats["rows"].as_array().unwrap();
            assert!(rows.len() >= count.min(5), "{by}: {rows:?}");
            assert_eq!(rows.iter().map(|row| row["reports"].as_u64().unwrap()).sum::<u64>(), 144, "{by}");
            let about = |report: &Value| match by {
                "category" => report["category"].as_str().unwrap().to_owned(),
                "day" => format!(
                    "20{}-{}-{}",
                    &report["id"].as_str().unwrap()[..2],
                    &report["id"].as_str().unwrap()[2..4],
                    &report["id"].as_str().unwrap()[4..6]
                ),
                tier => {
                    let grids = report["assignment"]["grids"].as_array().unwrap();
                    let tier: u64 = tier[4..].parse().unwrap();
                    grids.iter().find(|grid| grid["tier"] == tier).unwrap()["code"].as_str().unwrap().to_owned()
                }
            };
            for row in rows {
                let mine: Vec<&Value> = list.iter().filter(|report| json!(about(report)) == row["about"]).collect();
                assert_eq!(row["reports"], mine.len(), "{by} {row}");
                let mut hours: Vec<f64> = mine
                    .iter()
                    .map(|report| {
                        let at = |field: &str| {
                            let text = report[field].as_str().unwrap();
                            time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap()
                        };
                        (at("settled_at") - at("created_at")).as_seconds_f64() / 3600.0
                    })
                    .collect();
                hours.sort_by(f64::total_cmp);
                let median = (hours[(hours.len() - 1) / 2] + hours[hours.len() / 2]) / 2.0;
                assert!(
                    (row["median_hours_to_settle"].as_f64().unwrap() - median).abs() < 0.006,
                    "{by} {row} {median}"
                );
            }
        }
        let all = desk.get("/v1/stats?since=2021-01-01T00:00:00Z&until=2022-05-01T00:00:00%2B08:00", key).await.json();
        assert_eq!(all["total"]["reports"], 144, "up to April 2022");
        assert_eq!(desk.get("/v1/stats?until=2021-09-01T00:00:00Z", key).await.json()["total"]["reports"], 0);
        // Each of their decisions is explained and made again.
        let id = list[0]["id"].as_str().unwrap();
        let explained = desk.get(&format!("/v1/reports/{id}/explain"), key).await.json();
        assert_eq!(explained["decisions"][0]["same_again"], true, "{explained}");
    });
}

#[test]
fn several_ways_of_counting_are_one_answer_and_tables_say_the_same() {
    run(async {
        let desk = with_the_scenario().await;
        let key = &desk.office.key;
        let stats = desk.get("/v1/stats?by=tier1,category,day,category", key).await.json();
        assert_eq!(stats["total"]["by"], "all");
        let rows = stats["rows"].as_array().unwrap();
        for by in ["tier1", "category", "day"] {
            let mine: Vec<&Value> = rows.iter().filter(|row| row["by"] == by).collect();
            assert_eq!(mine.iter().map(|row| row["reports"].as_u64().unwrap()).sum::<u64>(), 144, "{by}");
            assert_eq!(mine.iter().all(|row| row["name"].is_string()), by != "day", "{by}");
        }
        let named = |row: &&Value| row["about"] == "sanitation";
        assert_eq!(rows.iter().find(named).unwrap()["name"], "环境卫生");
        // The tables have the rows in the same order, the row of all first.
        let csv = desk.get("/v1/stats?by=tier1,category,day&f=csv", key).await;
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        assert!(csv.header("content-disposition").contains("gridward-stats.csv"));
        let text = csv.text().strip_prefix('\u{feff}').expect("spreadsheets know UTF-8 by it").to_owned();
        let mut table = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(table.headers().unwrap().iter().take(4).collect::<Vec<_>>(), ["统计方式", "编码", "名称", "上报数"]);
        let lines: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        assert_eq!(lines.len(), rows.len() + 1);
        let all: Vec<&str> = lines[0].iter().collect();
        let levels = ["144", "102", "0", "39", "3"];
        assert_eq!(([all[0], all[3], all[16]], &all[10..15]), (["合计", "144", "1.0000"], &levels[..]));
        for (line, row) in lines[1..].iter().zip(rows) {
            assert_eq!(
                (&line[1], &line[3]),
                (row["about"].as_str().unwrap(), &*row["reports"].to_string()),
                "{line:?}"
            );
        }
        let xlsx = desk.get("/v1/stats?by=tier1,category&f=xlsx", key).await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx.body.to_vec())).unwrap();
        assert_eq!(book.sheet_names(), ["合计", "一级网格", "类别"]);
        let sheet = book.worksheet_range("合计").unwrap();
        let number = |column: u32| sheet.get_value((1, column)).and_then(Data::as_f64).unwrap();
        assert_eq!([number(2), number(10), number(12), number(13), number(15)], [144.0, 102.0, 39.0, 3.0, 1.0]);
        assert_eq!(desk.get("/v1/stats?f=pdf", key).await.problem(400), "bad-parameter");
    });
}

#[test]
fn a_leader_counts_its_own_and_nobody_else_does() {
    let (lon, lat, code) = somewhere();
    run(async {
        let desk = Desk::new().await;
        desk.post("/v1/reports", "", &[], &report(lon, lat)).await;
        desk.post("/v1/reports", "", &[], &report(10.0, 50.0)).await;
        let leader = desk.key(KeyRole::Leader, Some(&code)).await;
        let elsewhere = desk.key(KeyRole::Leader, Some("340881106219")).await;
        let reports = async |key: &str| desk.get("/v1/stats?by=tier1", key).await.json()["total"]["reports"].clone();
        assert_eq!(reports(&leader).await, 1);
        assert_eq!(reports(&elsewhere).await, 0);
        assert_eq!(reports(&desk.office.key).await, 2);
        let stats = desk.get("/v1/stats?by=tier1", &desk.office.key).await.json();
        assert!(stats["rows"].as_array().unwrap().iter().any(|row| row["about"].is_null()), "outside every grid");
        assert_eq!(stats["total"]["completion_rate"], 0.0);
        assert_eq!(desk.get("/v1/stats", "").await.problem(401), "unauthenticated");
        let system = desk.key(KeyRole::Reporter, None).await;
        assert_eq!(desk.get("/v1/stats", &system).await.problem(403), "forbidden");
        assert_eq!(desk.get("/v1/stats?by=moon", &system).await.problem(400), "bad-parameter");
    });
}
