//! Who asks: the key in `Authorization: Bearer …`, and what its holder may do. Nobody is let in while the store, which
//! knows the keys, is away.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::problem::{Kind, Problem};
use super::state::AppState;
use crate::domain::key::ApiKey;
use crate::keys::{KeyRefused, Right, may};

/// The extractor of handlers that only an administrator may reach: 401 without a key that holds, 403 with one whose role
/// may not.
#[derive(Debug)]
pub(crate) struct Admin(pub ApiKey);

/// The extractor of handlers that answer everybody, and those with a key more. A key that does not hold is refused, for
/// whoever sends one wants more than the public answer.
#[derive(Debug)]
pub(crate) struct Caller(Option<ApiKey>);

impl Caller {
    /// Whether the caller may see and change editions that are no public matter.
    pub(crate) fn is_admin(&self) -> bool {
        self.0.as_ref().is_some_and(|key| may(key.role, Right::Editions))
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Caller, Problem> {
        let mut values = parts.headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Ok(Caller(None)) };
        let text = value.to_str().ok().filter(|_| values.next().is_none()).and_then(bearer);
        let Some(text) = text else {
            return Err(unauthenticated("Authorization has to be `Bearer` and a key"));
        };
        match state.keys.recognise(text).await {
            Ok(key) => Ok(Caller(Some(key))),
            Err(KeyRefused::Store(error)) => Err(error.into()),
            Err(refused) => Err(unauthenticated(&refused.to_string())),
        }
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Admin, Problem> {
        match Caller::from_request_parts(parts, state).await?.0 {
            None => Err(unauthenticated("send `Authorization: Bearer` with a key that `gridward key create` made")),
            Some(key) if may(key.role, Right::Editions) => Ok(Admin(key)),
            Some(key) => {
                Err(Problem::with(Kind::Forbidden, format!("a key of the role {} may not do this", key.role.as_str())))
            }
        }
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

/// Tells OpenAPI of the keys.
pub(crate) struct KeyScheme;

impl Modify for KeyScheme {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("gw_<id>_<secret>")
            .description(Some("A key that `gridward key create --role admin` made"))
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
