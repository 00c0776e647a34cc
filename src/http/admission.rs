//! Who asks: the key in `Authorization: Bearer …`, and what its holder may do. Nobody is let in while the store, which
//! knows the keys, is away.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::problem::{Kind, Problem};
use super::state::AppState;
use crate::domain::caller::{Caller, Via};
use crate::domain::key::{ApiKey, Right};
use crate::keys::KeyRefused;

/// The extractor of handlers that only an administrator may reach: 401 without a key that holds, 403 with one whose role
/// may not.
#[derive(Debug)]
pub(crate) struct Admin(pub Caller);

/// The extractor of handlers that answer everybody, and those with a key more: without one the role is viewer. A key that
/// does not hold is refused, for whoever sends one wants more than the public answer.
impl FromRequestParts<AppState> for Caller {
    // A problem that is written out: the type of problems is no public one, and callers are.
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Caller, Response> {
        caller(parts, state).await.map_err(IntoResponse::into_response)
    }
}

async fn caller(parts: &Parts, state: &AppState) -> Result<Caller, Problem> {
    let address = address(parts);
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(Caller::nobody(address)) };
    let text = value.to_str().ok().filter(|_| values.next().is_none()).and_then(bearer);
    let Some(text) = text else {
        return Err(unauthenticated("Authorization has to be `Bearer` and a key"));
    };
    match state.keys.recognise(text).await {
        Ok(key) => Ok(holder(key, address)),
        Err(KeyRefused::Store(error)) => Err(error.into()),
        Err(refused) => Err(unauthenticated(&refused.to_string())),
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Admin, Problem> {
        let caller = caller(parts, state).await?;
        need(&caller, Right::Editions)?;
        Ok(Admin(caller))
    }
}

/// Lets a caller pass who may do something at all: 401 for anybody, 403 for those whose role may not. Where they may do it
/// is another question, which [`need_at`] asks.
pub(crate) fn need(caller: &Caller, right: Right) -> Result<(), Problem> {
    if caller.may(right) {
        Ok(())
    } else if caller.is_nobody() {
        Err(unauthenticated("send `Authorization: Bearer` with a key that `gridward key create` made"))
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

fn holder(key: ApiKey, address: Option<IpAddr>) -> Caller {
    let ApiKey { id, name, role, grid, .. } = key;
    Caller { via: Via::Key, id, name, role, grid, address }
}

/// Where a request came from.
fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

fn unauthenticated(why: &str) -> Problem {
    Problem::with(Kind::Unauthenticated, why)
}

/// What follows `Bearer`, in any case (RFC 7235, section 2.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim_matches(' '))
}

/// Tells OpenAPI of the keys.
pub(crate) struct KeyScheme;

impl Modify for KeyScheme {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("gw_<id>_<secret>")
            .description(Some("A key that `gridward key create` or `POST /v1/keys` made"))
            .build();
        document.components.get_or_insert_default().add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_in_any_case() {
        assert_eq!(bearer("Bearer x"), Some("x"));
        assert_eq!(bearer("bearer  x "), Some("x"));
        assert_eq!(bearer("Basic x"), None);
        assert_eq!(bearer("Bearer"), None);
    }
}
