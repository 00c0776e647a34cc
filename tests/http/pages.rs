//! The web pages and the page of the interface. These tests hold for a binary with the pages and for one without.

use super::town::{get, get_with};

#[test]
fn pages_are_html_that_loads_nothing_from_elsewhere() {
    for uri in ["/", "/m", "/overview"] {
        let page = get(uri);
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("worker-src 'self' blob:"), "{policy}");
        assert!(!policy.contains("http"));
        for attribute in ["src=\"http", "href=\"http", "src=\"//", "href=\"//"] {
            assert!(!page.text().contains(attribute), "{attribute}");
        }
        assert_eq!((page.header("x-content-type-options"), page.header("referrer-policy")), ("nosniff", "no-referrer"));
    }
}

#[test]
fn assets_are_kept_for_good_and_pages_are_asked_for_again() {
    let page = get("/");
    if page.header("etag").is_empty() {
        assert!(page.text().contains("npm --prefix web run build"), "a binary without pages says how to get them");
        return;
    }
    assert_eq!(page.header("cache-control"), "no-cache");
    let known = get_with("/", &[("if-none-match", page.header("etag"))]);
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    let text = page.text();
    let assets: Vec<&str> = text.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(!assets.is_empty());
    for asset in assets {
        let answer = get(asset);
        assert_eq!(answer.status, 200, "{asset}");
        assert!(answer.header("cache-control").contains("immutable"), "{asset}");
        let media = answer.header("content-type");
        let expected = asset.ends_with(".js") == media.starts_with("text/javascript");
        assert!(expected && media != "application/octet-stream", "{asset}: {media}");
    }
}

#[test]
fn the_worker_of_the_phone_is_asked_for_again_and_knows_the_page_of_its_build() {
    let (page, worker) = (get("/m"), get("/offline.js"));
    if page.header("etag").is_empty() {
        assert_eq!(worker.problem(404), "no-such-path");
        return;
    }
    assert_eq!((worker.status.as_u16(), worker.header("cache-control")), (200, "no-cache"));
    assert_eq!(worker.header("content-type"), "text/javascript; charset=utf-8");
    let (page, worker) = (page.text(), worker.text());
    let files: Vec<&str> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(files.len() > 3);
    for file in files {
        assert!(worker.contains(&format!("\"{file}\"")), "{file} is not kept for the time without a network");
    }
}

#[test]
fn the_page_of_the_interface_needs_no_other_host() {
    assert!(get("/docs").status.is_redirection());
    let page = get("/docs/");
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("http://") && !page.text().contains("https://"), "{}", page.text());
    let start = get("/docs/swagger-initializer.js").text();
    assert!(start.contains("/openapi.json") && start.contains("\"validatorUrl\": \"none\""), "{start}");
    assert_eq!(get("/docs/swagger-ui-bundle.js").status, 200);
}
