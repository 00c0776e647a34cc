//! The calendar of working days that comes with the program, against PyPI `chinesecalendar`, and one of the town's own.

use std::process::Command;

use gridward::assign::calendar::Calendar;
use time::Date;
use time::macros::format_description;

use super::cli::Desk;

#[test]
fn every_day_is_as_chinesecalendar_knows_it() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/working_days.py");
    let output = Command::new("python3").args([script, "2025", "2026"]).output().expect("python3 is installed");
    assert!(
        output.status.success(),
        "the judge is not installed: run `make test`, which does it\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let calendar = Calendar::standard();
    let said = String::from_utf8(output.stdout).unwrap();
    let mut days = 0;
    for (day, is) in said.lines().map(|line| line.split_once(' ').unwrap()) {
        let date = Date::parse(day, format_description!("[year]-[month]-[day]")).unwrap();
        assert_eq!(calendar.is_working_day(date), is == "working", "{day}");
        days += 1;
    }
    assert_eq!(days, 730);
}

#[test]
fn a_calendar_that_cannot_be_read_stops_the_start() {
    let desk = Desk::new();
    desk.write("bad.csv", "day,is\n2027-01-01,off\n2027-01-32,off\n");
    let serve = |file: &str| desk.run(&format!("serve --listen 127.0.0.1:0 --calendar {file}"));
    let run = serve("bad.csv").ended(1);
    assert!(run.says("bad.csv") && run.says("line 3") && run.says("2027-01-32,off"), "{run:?}");
    assert!(serve("missing.csv").ended(1).says("missing.csv"));
}
