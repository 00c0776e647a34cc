//! The project's own files, and their lines of code without comments and tests.

use std::collections::HashSet;
use std::path::Path;
use std::sync::OnceLock;

/// A file by its path from the top, with `/`.
pub struct Source {
    pub path: String,
    pub text: String,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Paths of all files below a directory that belong to the project, from the top, sorted.
pub fn files_under(directory: &Path) -> Vec<String> {
    const MADE: [&str; 5] = ["target", "node_modules", "dist", "__pycache__", "test-results"];
    let mut found = Vec::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_dir() {
                if !name.starts_with('.') && !MADE.contains(&name.as_str()) {
                    open.push(entry.path());
                }
            } else {
                let path = entry.path();
                let path = path.strip_prefix(root()).unwrap();
                found.push(path.components().map(|c| c.as_os_str().to_str().unwrap()).collect::<Vec<_>>().join("/"));
            }
        }
    }
    found.sort_unstable();
    found
}

/// The Rust files in these directories.
pub fn ours(directories: &[&str]) -> Vec<Source> {
    let paths = directories.iter().flat_map(|directory| files_under(&root().join(directory)));
    let rust = paths.filter(|path| path.ends_with(".rs"));
    rust.map(|path| Source { text: std::fs::read_to_string(root().join(&path)).unwrap(), path }).collect()
}

/// Modules of the program that only its tests are built with, as the beginnings of their files' paths.
fn test_modules() -> &'static HashSet<String> {
    static FOUND: OnceLock<HashSet<String>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut found = HashSet::new();
        for Source { path, text } in ours(&["src"]) {
            let stem = path.strip_suffix(".rs").expect("these are the Rust files");
            let directory = stem.strip_suffix("/mod").or(stem.strip_suffix("/lib")).unwrap_or(stem);
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for pair in lines.windows(2) {
                let name = pair[1].strip_suffix(';').and_then(|line| line.rsplit_once("mod ")).map(|(_, name)| name);
                if let ("#[cfg(test)]", Some(name)) = (pair[0], name) {
                    found.insert(format!("{directory}/{name}"));
                }
            }
        }
        found
    })
}

/// Line numbers and code: comments are left out, and so is everything that only tests are built with. A file's tests
/// are its end.
pub fn code_lines(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let stem = source.path.strip_suffix(".rs").unwrap_or(&source.path);
    let of_tests = test_modules()
        .iter()
        .any(|module| stem.strip_prefix(module.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    let lines: Vec<&str> = source.text.lines().collect();
    let end = lines.windows(2).position(|pair| pair[0] == "#[cfg(test)]" && pair[1].ends_with('{'));
    let end = if of_tests { 0 } else { end.unwrap_or(lines.len()) };
    lines.into_iter().take(end).enumerate().filter_map(|(index, line)| {
        let code = line.split("//").next().unwrap_or_default();
        (!code.trim().is_empty()).then_some((index + 1, code))
    })
}
