//! Who asks: the key in `Authorization: Bearer …`, or the session whose secret is in a cookie, and what its holder may do.
//! Nobody is let in while the store, which knows both, is away.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, Method};
use axum::response::{IntoResponse, Response};
use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey as ApiKeyScheme, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::origin::Origin;
use super::problem::{Kind, Problem};
use super::state::AppState;
use crate::domain::account::Session;
use crate::domain::caller::{Caller, Via};
use crate::domain::key::{ApiKey, Right};
use crate::keys::KeyRefused;

/// The cookie of a session where the client speaks https: browsers take it over https alone, for this host alone.
pub(crate) const SECURE_COOKIE: &str = "__Host-gridward";
/// The cookie of a session over plain http.
pub(crate) const PLAIN_COOKIE: &str = "gridward";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// No form and no page of another site can send it: the former send no headers of their own, the latter would have to ask
/// first, and are not answered so.
const OWN_PAGE: HeaderName = HeaderName::from_static("x-gridward");

/// The extractor of handlers that only an administrator may reach: 401 without a key that holds, 403 with one whose role
/// may not.
#[derive(Debug)]
pub(crate) struct Admin(pub Caller);

/// The extractor of public handlers that show some callers more: a key that does not hold is as none.
#[derive(Debug)]
pub(crate) struct Anyone(pub Caller);

/// The extractor of handlers that answer everybody from memory: a key that does not hold is refused, but a browser whose
/// cookie nobody can look up now, because the store is away, gets the public answer.
#[derive(Debug)]
pub(crate) struct Visitor(pub Caller);

/// The session by which somebody is signed in, where somebody is.
#[derive(Clone, Debug)]
pub(crate) struct Signed(pub Option<Session>);

/// Who asks, found out once for each request.
#[derive(Clone, Debug)]
pub(crate) struct Known(pub Result<Caller, Problem>, Option<Session>);

impl Known {
    async fn of(parts: &Parts, state: &AppState) -> Known {
        if let Some(known) = parts.extensions.get::<Known>() {
            return known.clone();
        }
        let origin = origin(&parts.extensions, &parts.headers, state);
        Known::by(&parts.method, &parts.headers, origin, state).await
    }

    pub(crate) async fn by(method: &Method, headers: &HeaderMap, origin: Origin, state: &AppState) -> Known {
        if brings_key(headers) {
            return Known(by_key(headers, origin, state).await, None);
        }
        let nobody = || Known(Ok(Caller::nobody(origin.address)), None);
        let Some(secret) = cookie(headers, origin) else { return nobody() };
        match state.accounts.recognise(secret, origin.address).await {
            // Browsers send cookies by themselves: one that has ended keeps nobody from what is public.
            Ok(None) => nobody(),
            Ok(Some(_)) if !method.is_safe() && is_of_another_site(headers) => {
                let detail = "a page of another site cannot act for somebody who is signed in here; \
                              programs send a key, or the header x-gridward with their cookie";
                Known(Err(Problem::with(Kind::CrossSite, detail)), None)
            }
            Ok(Some((caller, session))) => Known(Ok(caller), Some(session)),
            // Nobody knows, which is not the same as nobody: what needs somebody says that the store is away.
            Err(error) => Known(Err(error.into()), None),
        }
    }
}

/// The extractor of handlers that answer everybody, and those with a key or a session more: without one the role is viewer.
/// A key that does not hold is refused, for whoever sends one wants more than the public answer.
impl FromRequestParts<AppState> for Caller {
    // A problem that is written out: the type of problems is no public one, and callers are.
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Caller, Response> {
        Known::of(parts, state).await.0.map_err(IntoResponse::into_response)
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Admin, Problem> {
        let caller = Known::of(parts, state).await.0?;
        need(&caller, Right::Editions)?;
        Ok(Admin(caller))
    }
}

impl FromRequestParts<AppState> for Anyone {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Anyone, Self::Rejection> {
        let nobody = || Caller::nobody(origin(&parts.extensions, &parts.headers, state).address);
        Ok(Anyone(Known::of(parts, state).await.0.unwrap_or_else(|_| nobody())))
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Visitor, Problem> {
        match Known::of(parts, state).await.0 {
            Err(problem) if problem.kind() == Kind::StoreUnavailable && !brings_key(&parts.headers) => {
                Ok(Visitor(Caller::nobody(origin(&parts.extensions, &parts.headers, state).address)))
            }
            known => known.map(Visitor),
        }
    }
}

impl FromRequestParts<AppState> for Signed {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Signed, Self::Rejection> {
        Ok(Signed(Known::of(parts, state).await.1))
    }
}

impl FromRequestParts<AppState> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Origin, Self::Rejection> {
        Ok(origin(&parts.extensions, &parts.headers, state))
    }
}

fn origin(extensions: &Extensions, headers: &HeaderMap, state: &AppState) -> Origin {
    Origin::of(extensions, headers, &state.settings.trusted_proxies)
}

/// Lets a caller pass who may do something at all: 401 for anybody, 403 for those whose role may not. Where they may do it
/// is another question, which [`need_at`] asks.
pub(crate) fn need(caller: &Caller, right: Right) -> Result<(), Problem> {
    if caller.may(right) {
        Ok(())
    } else if caller.is_nobody() {
        Err(unauthenticated(
            "sign in at /login, or send `Authorization: Bearer` with a key that `gridward key create` made",
        ))
    } else {
        Err(Problem::with(Kind::Forbidden, format!("the role {} may not do this", caller.role.as_str())))
    }
}

/// Lets a caller pass who may do something at a place, given by the codes of the grids that it lies in.
#[expect(dead_code, reason = "reports are the first to ask")]
pub(crate) fn need_at(
    caller: &Caller,
    right: Right,
    chain: impl IntoIterator<Item = impl AsRef<str>>,
) -> Result<(), Problem> {
    need(caller, right)?;
    if caller.covers(chain) {
        return Ok(());
    }
    let own = caller.grid.as_deref().unwrap_or_default();
    Err(Problem::with(Kind::Forbidden, format!("this is outside grid {own}, which is what you may act on")))
}

pub(crate) fn brings_key(headers: &HeaderMap) -> bool {
    headers.contains_key(AUTHORIZATION)
}

async fn by_key(headers: &HeaderMap, origin: Origin, state: &AppState) -> Result<Caller, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let first = values.next().and_then(|value| value.to_str().ok());
    let Some(text) = first.filter(|_| values.next().is_none()).and_then(bearer) else {
        return Err(unauthenticated("Authorization has to be `Bearer` and a key"));
    };
    by_text(text, origin, state).await
}

/// Whoever has a key, by its text.
pub(crate) async fn by_text(text: &str, origin: Origin, state: &AppState) -> Result<Caller, Problem> {
    match state.keys.recognise(text).await {
        Ok(ApiKey { id, name, role, grid, .. }) => {
            Ok(Caller { via: Via::Key, id, name, role, grid, address: origin.address })
        }
        Err(KeyRefused::Store(error)) => Err(error.into()),
        Err(refused) => Err(unauthenticated(&refused.to_string())),
    }
}

/// The secret in the session's cookie. Over https only the one that no other host can have set.
fn cookie(headers: &HeaderMap, origin: Origin) -> Option<&str> {
    let wanted = if origin.is_https { SECURE_COOKIE } else { PLAIN_COOKIE };
    let all = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut named = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    named.find_map(|(name, value)| (name == wanted).then_some(value))
}

/// Whether a browser sent this from a page of another site, or somebody who does not say where from. Browsers tell by
/// `Sec-Fetch-Site`, older ones by `Origin`; neither can be written by a page.
pub(crate) fn is_of_another_site(headers: &HeaderMap) -> bool {
    if headers.contains_key(OWN_PAGE) {
        return false;
    }
    if let Some(site) = headers.get(FETCH_SITE) {
        return site != "same-origin" && site != "none";
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    match headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default()) {
        Some(origin) => origin.split_once("://").map(|(_, authority)| authority) != host,
        None => true,
    }
}

fn unauthenticated(why: &str) -> Problem {
    Problem::with(Kind::Unauthenticated, why)
}

/// What follows `Bearer`, in any case (RFC 7235, section 2.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim_matches(' '))
}

/// Tells OpenAPI of keys and sessions.
pub(crate) struct KeyScheme;

impl Modify for KeyScheme {
    fn modify(&self, document: &mut OpenApi) {
        let key = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("gw_<id>_<secret>")
            .description(Some("A key that `gridward key create` or `POST /v1/keys` made"))
            .build();
        let session = ApiKeyValue::with_description(
            PLAIN_COOKIE,
            "Somebody who signed in with `POST /v1/session`; over https the cookie is called `__Host-gridward`. What \
             changes something has to come from a page of this service, or with the header `x-gridward`.",
        );
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(key));
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKeyScheme::Cookie(session)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_scheme_in_any_case() {
        assert_eq!(bearer("Bearer x"), Some("x"));
        assert_eq!(bearer("bearer  x "), Some("x"));
        assert_eq!(bearer("Basic x"), None);
        assert_eq!(bearer("Bearer"), None);
    }

    #[test]
    fn other_sites_are_told_from_this_one() {
        let other = |all| is_of_another_site(&headers(all));
        assert!(other(&[]));
        assert!(other(&[("sec-fetch-site", "cross-site"), ("host", "a"), ("origin", "http://a")]));
        assert!(other(&[("sec-fetch-site", "same-site")]));
        assert!(other(&[("host", "a:80"), ("origin", "http://a")]));
        assert!(other(&[("host", "a"), ("origin", "null")]));
        assert!(other(&[("origin", "http://a")]));
        assert!(!other(&[("sec-fetch-site", "same-origin")]));
        assert!(!other(&[("host", "a:8080"), ("origin", "http://a:8080")]));
        assert!(!other(&[("x-gridward", "1"), ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn over_https_only_the_cookie_of_this_host_counts() {
        let both = headers(&[("cookie", "a=b; gridward=plain; __Host-gridward=secure")]);
        let at = |is_https| Origin { address: None, is_https };
        assert_eq!(cookie(&both, at(true)), Some("secure"));
        assert_eq!(cookie(&both, at(false)), Some("plain"));
        assert_eq!(cookie(&headers(&[("cookie", "gridward=plain")]), at(true)), None);
        assert_eq!(cookie(&headers(&[("cookie", "xgridward=1;;=;gridward")]), at(false)), None);
    }
}
