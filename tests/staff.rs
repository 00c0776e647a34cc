//! Keys with grids, accounts and the audit log on the command line.

use serde_json::Value;

use crate::cli::{Desk, lines, town};

#[test]
fn roles_go_with_their_grids() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    assert!(desk.run("key create --role leader --grid 11").ended(1).says("import and publish it first"));
    desk.run("import town.geojsonl --publish").ended(0);
    desk.run("key create --role leader --grid 11 --name a").ended(0);
    desk.run("key create --role dispatcher --grid 1").ended(0);
    desk.run("key create --role reporter").ended(0);
    assert!(desk.run("key create --role leader").ended(2).says("a leader leads a grid"));
    assert!(desk.run("key create --role admin --grid 11").ended(2).says("goes with no grid"));
    assert!(desk.run("key create --role leader --grid 99").ended(1).says("no edition that was published"));
    let listed = desk.run("key list --json").ended(0).json();
    let leader = listed.as_array().unwrap().iter().find(|row| row["role"] == "leader").unwrap().clone();
    assert_eq!((&leader["grid"], &leader["name"]), (&Value::from("11"), &Value::from("a")));
    assert!(desk.run("key list").ended(0).says("leader  grid 11"));
}

#[test]
fn accounts_are_made_listed_disabled_and_given_other_passwords() {
    let desk = Desk::new();
    assert!(desk.run("account list").ended(0).says("there are no accounts yet"));
    let made = desk.run("account create Wang --name 王某 --role admin").ended(0);
    let password = made.out.trim().to_owned();
    assert!(password.len() == 23 && made.err.contains("shown once") && !made.err.contains(&password), "{made:?}");
    let given =
        desk.run_with_input("account create li --name 李某 --role dispatcher --password-stdin", b"ten letters 7\n");
    assert_eq!(given.ended(0).out, "li may sign in\n");
    let weak = desk.run_with_input("account create sun --name 孙某 --role admin --password-stdin", b"short\n");
    assert!(weak.ended(1).says("at least 10 characters"));
    assert!(desk.run("account create wang --name 王某 --role admin").ended(1).says("signs in as `wang` already"));
    desk.run("account create a/b --name x --role admin").ended(2);
    desk.run("account create leader --name x --role leader").ended(2);
    let another = desk.run("account password wang --json").ended(0).json();
    assert!(another["password"].is_string() && another["password"] != password.as_str());
    assert_eq!(desk.run("account disable li").ended(0).out, "li is disabled\n");
    desk.run("account disable nobody").ended(1);
    let listed = desk.run("account list --json").ended(0);
    assert!(!listed.says(&password) && !listed.says("argon2"), "{listed:?}");
    let rows = listed.json();
    // Both may have been made within one second, by which they are listed.
    let row = |sign_in: &str| rows.as_array().unwrap().iter().find(|row| row["sign_in"] == sign_in).unwrap();
    assert!(row("wang")["disabled_at"].is_null() && row("li")["disabled_at"].is_string(), "{rows}");

    let log = desk.run("audit --json").ended(0).json();
    let did: Vec<&str> = log.as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(did, ["account.disable", "account.password", "account.create", "account.create"]);
    assert!(log.as_array().unwrap().iter().all(|row| row["via"] == "command" && row["actor"] != ""), "{log}");
    assert_eq!(desk.run("audit --limit 1").ended(0).out.lines().count(), 1);
    assert_eq!(desk.run("audit --action account.create --limit 5").ended(0).out.lines().count(), 2);
    assert_eq!(desk.run("audit --since 2126-01-01T00:00:00Z").ended(0).out, "");
    assert_eq!(desk.run("audit --actor nobody").ended(0).out, "");
    desk.run("audit --since yesterday").ended(2);
}

/// Numbers in the order of rows, and nothing that another program may take away.
#[test]
fn no_other_program_changes_the_audit_log() {
    let desk = Desk::new();
    desk.run("account create wang --name 王某 --role admin").ended(0);
    let sql = |statement: &str| {
        let script = format!(
            "import sqlite3,sys\nc=sqlite3.connect('gridward.gpkg')\ntry:\n c.execute({statement:?});c.commit()\n\
             except sqlite3.Error as e: print(e)"
        );
        let output =
            std::process::Command::new("python3").args(["-c", &script]).current_dir(desk.path("")).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    for statement in [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT id, at, via, 'x', name, address, action, subject, details FROM audit",
    ] {
        assert!(sql(statement).contains("the audit log is never changed"), "{statement}");
    }
    assert_eq!(desk.run("audit --json").ended(0).json().as_array().unwrap().len(), 1);
}
