//! Which module of the program may use which: the table of ARCHITECTURE.md, as data.

use super::sources::{Source, code_lines, ours, root};

/// A module and the ones of ours that it may name, itself not said. All of them, for the last ones.
const LAYERS: [(&str, &[&str]); 18] = [
    ("domain", &[]),
    ("geometry", &["domain"]),
    ("planar", &["domain", "geometry"]),
    ("index", &["domain", "geometry", "planar"]),
    ("tiles", &["domain", "geometry", "planar", "index"]),
    ("store", &["domain", "geometry"]),
    ("keys", &["domain", "store"]),
    ("photo", &[]),
    ("live", &["domain", "planar", "index", "store"]),
    ("import", &["domain", "geometry", "planar", "store", "live"]),
    ("export", &["domain", "geometry", "planar", "index", "tiles", "store", "import"]),
    ("jobs", &["domain", "store", "keys", "import"]),
    ("assign", &["domain", "geometry", "planar", "index", "store", "live"]),
    ("outbox", &["domain", "store"]),
    ("hooks", &["domain", "store", "keys", "outbox"]),
    (
        "http",
        &[
            "domain", "geometry", "planar", "index", "tiles", "store", "keys", "photo", "live", "import", "jobs",
            "assign", "outbox", "hooks",
        ],
    ),
    (
        "cli",
        &[
            "domain", "geometry", "planar", "index", "tiles", "store", "keys", "live", "import", "export", "jobs",
            "assign", "outbox", "hooks", "http",
        ],
    ),
    ("main", &["cli"]),
];

/// Crates that any module may name.
const FREE: [&str; 5] = ["time", "serde", "rustc_hash", "thiserror", "tracing"];

/// Every other crate we depend on and the modules or files that may name it. Nothing below `store` waits or does IO: the tile
/// cache, which hands work to other threads, is the one place with a runtime.
const CRATES: [(&str, &[&str]); 58] = [
    ("tracing_subscriber", &["main"]),
    ("metrics", &["live", "assign", "hooks", "http"]),
    ("metrics_exporter_prometheus", &["http"]),
    ("clap", &["cli", "main"]),
    ("indicatif", &["cli"]),
    ("async_trait", &["store"]),
    ("axum", &["http"]),
    ("bytes", &["tiles", "hooks", "http"]),
    ("futures_util", &["store", "hooks", "http"]),
    (
        "tokio",
        &[
            "tiles/cache.rs",
            "store",
            "keys",
            "live",
            "import",
            "export",
            "jobs",
            "assign",
            "outbox",
            "hooks",
            "http",
            "cli",
            "main",
        ],
    ),
    ("tower_http", &["http"]),
    ("utoipa", &["http"]),
    ("utoipa_axum", &["http"]),
    ("utoipa_swagger_ui", &["http"]),
    ("rust_embed", &["http"]),
    ("serde_json", &["tiles", "store", "import", "export", "assign", "hooks", "http", "cli"]),
    ("csv", &["import", "export", "assign", "cli"]),
    ("memchr", &["import", "assign"]),
    ("geo", &["geometry"]),
    ("geojson", &["import", "http"]),
    ("delaunator", &["import"]),
    ("rstar", &["planar", "index"]),
    ("mvt", &["tiles"]),
    ("pinyin", &["index"]),
    ("rand", &["cli"]),
    ("rand_pcg", &["cli"]),
    ("sqlx", &["store"]),
    ("arc_swap", &["live"]),
    ("brotli", &["tiles"]),
    ("flate2", &["import"]),
    ("libdeflater", &["tiles"]),
    ("moka", &["tiles"]),
    ("xxhash_rust", &["tiles", "store", "http"]),
    ("zstd", &["tiles"]),
    ("calamine", &["import"]),
    ("encoding_rs", &["import"]),
    ("quick_xml", &["import", "http"]),
    ("rust_xlsxwriter", &["import", "http"]),
    ("zip", &["import"]),
    ("flatgeobuf", &["import", "export"]),
    ("geozero", &["import", "export"]),
    ("proj4rs", &["geometry"]),
    ("tempfile", &["import"]),
    ("pmtiles", &["export"]),
    ("base64", &["hooks"]),
    ("http_body_util", &["hooks"]),
    ("hyper", &["hooks", "http"]),
    ("hyper_util", &["hooks", "http"]),
    ("rustls", &["hooks"]),
    ("rustls_native_certs", &["hooks"]),
    ("tokio_rustls", &["hooks"]),
    ("url", &["hooks"]),
    ("argon2", &["keys"]),
    ("getrandom", &["keys", "assign", "hooks"]),
    ("hmac", &["keys", "hooks"]),
    ("sha2", &["keys", "photo", "assign", "hooks"]),
    ("image", &["photo"]),
    ("subtle", &["keys"]),
];

/// `src/tiles/cache.rs` is in layer `tiles`.
fn layer(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let end = inside.find(['/', '.']).unwrap_or(inside.len());
    &inside[..end]
}

/// The names that follow `root::` in a line, as in `use crate::{a, b::c};`.
fn names_after<'a>(code: &'a str, root: &str) -> Vec<&'a str> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(root) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == ':') {
            continue;
        }
        let rest = &code[at + root.len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(list.split([',', '}']).map(|item| first_name(item.trim()))),
            None => names.push(first_name(rest)),
        }
    }
    names.retain(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    names
}

fn first_name(text: &str) -> &str {
    &text[..text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())]
}

#[test]
fn modules_use_only_the_ones_they_may() {
    let mut breaches = Vec::new();
    for source in ours(&["src"]) {
        let Some((own, allowed)) = LAYERS.into_iter().find(|(own, _)| *own == layer(&source.path)) else {
            assert_eq!(source.path, "src/lib.rs", "a module without a row in the table of layers");
            continue;
        };
        for (line, code) in code_lines(&source) {
            let named = names_after(code, "crate::").into_iter().chain(names_after(code, "gridward::"));
            for name in named {
                let is_layer = LAYERS.iter().any(|(layer, _)| *layer == name);
                if is_layer && name != own && !allowed.contains(&name) {
                    breaches.push(format!("{}:{line}: {own} may not use {name}", source.path));
                }
            }
            if code.contains("crate::{") && !code.contains('}') {
                breaches
                    .push(format!("{}:{line}: a list over several lines; name one module in each line", source.path));
            }
            if let Some(escape) = leaves_its_layer(&source, code) {
                breaches.push(format!("{}:{line}: {escape} leaves {own} unseen; write crate::", source.path));
            }
        }
    }
    super::report(breaches);
}

/// A chain of `super::` that is longer than the module is deep.
fn leaves_its_layer(source: &Source, code: &str) -> Option<String> {
    let inside = source.path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let depth = inside.trim_end_matches("/mod").split('/').count();
    let chain = "super::".repeat(depth);
    code.contains(&chain).then_some(chain)
}

#[test]
fn crates_are_named_only_where_they_belong() {
    let mut breaches = Vec::new();
    for source in ours(&["src"]) {
        let inside = source.path.strip_prefix("src/").expect("these are the files of src");
        for (line, code) in code_lines(&source) {
            for &(name, places) in &CRATES {
                let named = code.match_indices(name).any(|(at, _)| {
                    let before = code[..at].chars().next_back();
                    let is_start = before.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == ':' || c == '.'));
                    is_start && code[at + name.len()..].starts_with("::")
                });
                let allowed = places.iter().any(|place| inside == *place || layer(&source.path) == *place);
                // A module of ours may have a crate's name: `geojson::` after `mod geojson;`, say.
                if named && !allowed && !is_own_module(&source.path, name) {
                    breaches.push(format!("{}:{line}: {name} is for {}", source.path, places.join(", ")));
                }
            }
        }
    }
    super::report(breaches);
}

fn is_own_module(path: &str, name: &str) -> bool {
    let directory = root().join(path).parent().expect("a file is in a directory").to_path_buf();
    directory.join(format!("{name}.rs")).exists() || directory.join(name).is_dir()
}

#[test]
fn every_dependency_has_its_row() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).expect("there are dependencies");
    let section = section.split("\n[").next().expect("split gives at least one part");
    let names = section.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.replace('-', "_"));
    let known = |name: &str| FREE.contains(&name) || CRATES.iter().any(|(known, _)| *known == name);
    let unknown = names.filter(|name| !known(name));
    super::report(unknown.map(|name| format!("Cargo.toml: {name} has no row in tests/tidy/layers.rs")).collect());
}

/// That the rules above see what they look for.
#[test]
fn names_are_found() {
    assert_eq!(names_after("use crate::{store, http::style};", "crate::"), ["store", "http"]);
    assert_eq!(names_after("let x = a(crate::tiles::b(), $crate::no, crate::Type);", "crate::"), ["tiles"]);
    let below = |path: &str| Source { path: path.to_owned(), text: String::new() };
    assert!(leaves_its_layer(&below("src/tiles/mod.rs"), "use super::store;").is_some());
    assert!(leaves_its_layer(&below("src/tiles/clip.rs"), "use super::space;").is_none());
    assert!(leaves_its_layer(&below("src/tiles/clip.rs"), "use super::super::store;").is_some());
}
