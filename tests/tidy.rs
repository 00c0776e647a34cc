//! The rules of the house, kept: who may use whom (`layers`), what licences we build on (`licences`), how files look.
//! Every breach is named by file and line.

mod layers;
mod licences;
mod sentences;
mod sources;

use std::path::Path;

use sources::{Source, code_lines, files_under, ours, root};

/// Longest file of the program.
const MAX_LINES: usize = 500;

fn report(breaches: Vec<String>) {
    assert!(breaches.is_empty(), "{} breaches of the house rules:\n{}\n", breaches.len(), breaches.join("\n"));
}

#[test]
fn files_say_what_lives_there_and_stay_short() {
    let mut breaches = Vec::new();
    for Source { path, text } in ours(&["src", "tests", "benches"]) {
        if !text.starts_with("//!") {
            breaches.push(format!("{path}:1: does not begin with //! and what lives there"));
        }
        let lines = text.lines().count();
        if path.starts_with("src/") && lines > MAX_LINES {
            breaches
                .push(format!("{path}:{lines}: longer than {MAX_LINES} lines; give a part of it a file and a name"));
        }
    }
    report(breaches);
}

#[test]
fn nothing_is_unfinished_and_nothing_unwraps() {
    let words = [
        (".unwrap()", "an error, or expect(\"the invariant that holds\")"),
        ("todo!", "finish it"),
        ("unimplemented!", "finish it"),
        ("dbg!", "use tracing"),
    ];
    let mut breaches = Vec::new();
    for source in ours(&["src"]) {
        for (line, code) in code_lines(&source) {
            for (word, instead) in words {
                if code.contains(word) {
                    breaches.push(format!("{}:{line}: {word} ({instead})", source.path));
                }
            }
        }
    }
    report(breaches);
}

/// A lock file that names the mirror it was made with cannot be used where that mirror is not.
#[test]
fn lock_files_hold_no_download_addresses() {
    let mut breaches = Vec::new();
    let locks = ["web/package-lock.json", "tests/judges/package-lock.json", "Cargo.lock"];
    for lock in locks {
        let text = std::fs::read_to_string(root().join(lock)).unwrap();
        for (index, line) in text.lines().enumerate() {
            let fixed = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
            let address = line.contains("\"resolved\"") || (line.contains("source = ") && line != fixed);
            if address {
                breaches.push(format!("{lock}:{}: {}", index + 1, line.trim()));
            }
        }
    }
    report(breaches);
}

/// Whoever comes new finds every top directory explained.
#[test]
fn the_architecture_names_every_directory() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut tops: Vec<String> =
        files_under(root()).iter().filter_map(|path| path.split_once('/').map(|(top, _)| top.to_owned())).collect();
    tops.sort_unstable();
    tops.dedup();
    tops.retain(|top| !top.starts_with('.'));
    assert!(tops.iter().any(|top| top == "src") && Path::new(root()).is_dir());
    let missing = tops.iter().filter(|top| !text.contains(&format!("{top}/")));
    report(missing.map(|top| format!("ARCHITECTURE.md: says nothing about {top}/")).collect());
}

/// Whoever looks at the database finds what each table is for.
#[test]
fn every_table_is_named_in_both_documents() {
    let mut breaches = Vec::new();
    let mut tables = std::collections::BTreeSet::new();
    for path in files_under(root()).iter().filter(|path| path.starts_with("migrations/") && path.ends_with(".sql")) {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        let made = text.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split([' ', '(']).next());
        tables.extend(made.map(str::to_owned));
    }
    assert!(tables.contains("reports") && tables.contains("api_keys"), "{tables:?}");
    for document in ["migrations/README.md", "docs/store.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        let missing = tables.iter().filter(|table| !text.contains(&format!("`{table}`")));
        breaches.extend(missing.map(|table| format!("{document}: says nothing about the table `{table}`")));
    }
    report(breaches);
}

/// The town office reads in its guide what a store begins with.
#[test]
fn the_guide_of_the_office_has_the_standard_rules() {
    let rules = gridward::assign::rules::standard();
    let guide = std::fs::read_to_string(root().join("docs/office.md")).unwrap();
    let level = |level: gridward::domain::level::Level| format!("`{}`", level.as_str());
    let mut breaches = Vec::new();
    for category in &rules.categories {
        let days = category.deadlines.unwrap_or(rules.deadlines);
        let days = format!("{} / {} / {} / {}", days.tier3, days.tier2, days.tier1, days.town);
        let row = guide.lines().find(|line| line.contains(&format!("`{}`", category.code)));
        let says = |what: &str| row.is_some_and(|row| row.contains(what));
        for what in [&category.zh, &category.en, &level(category.starts_at), &days] {
            if !says(what) {
                breaches.push(format!("docs/office.md: the row of `{}` does not say {what}", category.code));
            }
        }
    }
    report(breaches);
}
