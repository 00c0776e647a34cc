//! The pages know what readers of files say by its English words, and say it in Chinese. So the words have to be the same.

use super::report;
use super::sources::{ours, root};

const CATALOGUE: &str = "web/src/i18n/editions/reading.ts";

/// The text between the quotes that a line of the catalogue begins with.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.strip_prefix("  \"")?.split_once("\":")?;
    key.contains(' ').then_some(key)
}

/// Text of a program as it is compiled where strings go on in the next line.
fn unfolded(text: &str) -> String {
    let mut parts = text.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.trim_start())
}

#[test]
fn what_readers_say_is_what_the_pages_translate() {
    let program: String = ours(&["src/import", "src/geometry", "src/planar", "src/http"])
        .iter()
        .map(|source| unfolded(&source.text).replace("\\\"", "\"") + "\n")
        .collect();
    let catalogue = std::fs::read_to_string(root().join(CATALOGUE)).unwrap();
    let mut breaches = Vec::new();
    let mut keys = 0;
    for (index, line) in catalogue.lines().enumerate() {
        let Some(key) = key(line) else { continue };
        keys += 1;
        if !program.contains(key) {
            let what = "no reader says this any more; write here what it says instead, and say that in Chinese";
            breaches.push(format!("{CATALOGUE}:{}: {what}: {key}", index + 1));
        }
    }
    assert!(keys > 50, "{keys} sentences were found in {CATALOGUE}; does it begin its lines otherwise now?");
    report(breaches);
}
