//! `/`, `/m`, `/login`, `/overview`, their assets and the service worker of `/m`: the web pages, in the binary since it was built.

use std::borrow::Cow;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::negotiate;
use super::problem::{Kind, Problem};

/// What `npm run build` in `web/` made; empty where nobody ran it (`build.rs` makes the folder).
#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Pages;

/// Vite puts a hash of the content into the names under here.
const ASSETS: &str = "assets/";

/// Nothing but the own host; `blob:` for images that MapLibre decodes, `unsafe-inline` for style attributes only.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; connect-src 'self'; img-src 'self' data: blob:; \
     style-src 'self' 'unsafe-inline'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'",
);

const PERMISSIONS: (HeaderName, HeaderValue) =
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static("geolocation=(self)"));

/// What `/` says in a binary without the pages.
const WITHOUT_PAGES: &str = include_str!("without_pages.html");

/// The map viewer
#[utoipa::path(
    get, path = "/", tag = "pages", operation_id = "viewer",
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 304, description = "The client has this page"),
    )
)]
pub(crate) async fn viewer(headers: HeaderMap) -> Result<Response, Problem> {
    page("index.html", &headers)
}

/// The mobile page "which grid am I in"
#[utoipa::path(
    get, path = "/m", tag = "pages", operation_id = "mobile",
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 304, description = "The client has this page"),
    )
)]
pub(crate) async fn mobile(headers: HeaderMap) -> Result<Response, Problem> {
    page("m.html", &headers)
}

/// The page where the staff signs in
#[utoipa::path(
    get, path = "/login", tag = "pages", operation_id = "login",
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 304, description = "The client has this page"),
    )
)]
pub(crate) async fn login(headers: HeaderMap) -> Result<Response, Problem> {
    page("login.html", &headers)
}

/// The town's overview: how its reports stand
#[utoipa::path(
    get, path = "/overview", tag = "pages", operation_id = "overview",
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 304, description = "The client has this page"),
    )
)]
pub(crate) async fn overview(headers: HeaderMap) -> Result<Response, Problem> {
    page("overview.html", &headers)
}

/// `GET /assets/…`
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let path = format!("{ASSETS}{name}");
    file(&path, &headers).ok_or_else(|| Problem::new(Kind::NoSuchPath))
}

/// `GET /offline.js`, the service worker by which `/m` opens without a network.
pub(crate) async fn offline(headers: HeaderMap) -> Result<Response, Problem> {
    file("offline.js", &headers).ok_or_else(|| Problem::new(Kind::NoSuchPath))
}

/// `GET /favicon.ico`, which browsers ask for unasked.
pub(crate) async fn favicon(headers: HeaderMap) -> Result<Response, Problem> {
    file("favicon.ico", &headers).ok_or_else(|| Problem::new(Kind::NoSuchPath))
}

fn page(name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    if let Some(found) = file(name, headers) {
        return Ok(found);
    }
    let media = HeaderValue::from_static("text/html; charset=utf-8");
    let no_store = HeaderValue::from_static("no-store");
    let said = [(CONTENT_TYPE, media), (CACHE_CONTROL, no_store), (CONTENT_SECURITY_POLICY, POLICY)];
    Ok((StatusCode::OK, said, WITHOUT_PAGES).into_response())
}

/// A file of the pages; `None` when there is none of that name.
fn file(name: &str, headers: &HeaderMap) -> Option<Response> {
    let found = Pages::get(name)?;
    let hash = found.metadata.sha256_hash();
    // Weak, for it is the same for all encodings.
    let etag = format!("W/\"{}\"", hash[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let lasting = if name.starts_with(ASSETS) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut said = HeaderMap::from_iter([
        (CACHE_CONTROL, HeaderValue::from_static(lasting)),
        (CONTENT_SECURITY_POLICY, POLICY),
        PERMISSIONS,
    ]);
    said.insert(ETAG, HeaderValue::from_str(&etag).ok()?);
    if negotiate::is_known(headers, &etag) {
        return Some((StatusCode::NOT_MODIFIED, said).into_response());
    }
    said.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    Some(match found.data {
        Cow::Borrowed(bytes) => (said, bytes).into_response(),
        Cow::Owned(bytes) => (said, bytes).into_response(),
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
