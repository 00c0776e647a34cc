//! What we build on, by licence and by source: the rule of deny.toml, kept without a further tool.

use std::process::Command;

use serde_json::Value;

const ALLOWED: [&str; 13] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unicode-3.0",
    "CC0-1.0",
    "MIT-0",
    "BSL-1.0",
    "BlueOak-1.0.0",
];

/// Whether an SPDX expression can be met: of every part joined by AND, one choice joined by OR (once written `/`).
fn is_allowed(expression: &str) -> bool {
    let text = expression.replace('/', " OR ");
    split_outside_brackets(&text, " OR ").into_iter().any(|choice| {
        split_outside_brackets(choice, " AND ").into_iter().all(|part| {
            let part = part.trim();
            match part.strip_prefix('(').and_then(|part| part.strip_suffix(')')) {
                Some(inner) => is_allowed(inner),
                None => ALLOWED.contains(&part),
            }
        })
    })
}

fn split_outside_brackets<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices(separator) {
        let before = &text[from..at];
        if before.matches('(').count() == before.matches(')').count() {
            parts.push(before);
            from = at + separator.len();
        }
    }
    parts.push(&text[from..]);
    parts
}

#[test]
fn expressions() {
    for allowed in
        ["MIT", "MIT/Apache-2.0", "Unlicense OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0", "GPL-3.0 OR ISC"]
    {
        assert!(is_allowed(allowed), "{allowed}");
    }
    for refused in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND AGPL-3.0", "MIT WITH exception"] {
        assert!(!is_allowed(refused), "{refused}");
    }
}

#[test]
fn every_package_may_be_used_and_comes_from_crates_io() {
    let cargo = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its host");
    // Without a platform it would want the packages of all of them at hand.
    let metadata = cargo(&["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let mut breaches = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = &package["id"];
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence) {
            breaches.push(format!("{name}: licence {licence:?}"));
        }
        let source = package["source"].as_str();
        if source.is_some_and(|source| source != "registry+https://github.com/rust-lang/crates.io-index") {
            breaches.push(format!("{name}: comes from {source:?}"));
        }
    }
    super::report(breaches);
}
