//! Rate limits of the API, per key or account, and per address for everybody else, told in the `RateLimit` headers of
//! draft-ietf-httpapi-ratelimit-headers. Pages and tiles have none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::admission::{self, Known};
use super::origin::Origin;
use super::problem::{Kind, Problem};
use super::state::{AppState, Settings};
use crate::domain::caller::Caller;
use crate::keys::network;

pub(crate) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(crate) const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Rates are of so long.
const WINDOW: Duration = Duration::from_secs(60);
/// Whose rates are remembered at once. Others beyond them share one.
const MAX_REMEMBERED: usize = 100_000;
/// Keys that do not hold are tried this often in a minute from one address.
const WRONG_KEYS: u32 = 60;
/// A table of places is as much as so many lookups, unless the caller looks up in bulk by right.
const BATCH_COST: u32 = 10;

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Address(IpAddr),
    WrongKeys(IpAddr),
    /// A key or an account.
    Caller(String),
    /// All who find no room to be remembered.
    Others,
}

/// How it stands with somebody's rate after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    is_refused: bool,
    remaining: u32,
    /// Until all of the quota is there again; of a refusal, until there is enough for the request.
    wait: Duration,
}

/// Buckets that fill up evenly: whoever has been quiet for a minute may send a minute's requests at once.
#[derive(Debug)]
pub(crate) struct Limits {
    address_per_minute: u32,
    caller_per_minute: u32,
    /// When each bucket will be full again; one that is full is not remembered.
    full_at: Mutex<HashMap<Whose, Instant>>,
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Limits {
        Limits {
            address_per_minute: settings.address_requests_per_minute,
            caller_per_minute: settings.caller_requests_per_minute,
            full_at: Mutex::default(),
        }
    }

    /// The generic cell rate algorithm: a request moves the time at which the bucket is full again.
    fn take(&self, whose: Whose, quota: u32, cost: u32, now: Instant) -> Standing {
        let each = WINDOW / quota.max(1);
        let mut known = self.full_at.lock().expect("nothing panics while it holds this lock");
        let mut whose = whose;
        if known.len() >= MAX_REMEMBERED && !known.contains_key(&whose) {
            known.retain(|_, full_at| *full_at > now);
            if known.len() >= MAX_REMEMBERED {
                whose = Whose::Others;
            }
        }
        let before = known.get(&whose).copied().unwrap_or(now).max(now);
        let after = before + each * cost;
        let over = after.duration_since(now).saturating_sub(WINDOW);
        let left = |full_at: Instant| {
            let left = WINDOW.saturating_sub(full_at.duration_since(now));
            (left.as_nanos() / each.as_nanos().max(1)) as u32
        };
        if !over.is_zero() {
            return Standing { is_refused: true, remaining: left(before), wait: over };
        }
        known.insert(whose, after);
        Standing { is_refused: false, remaining: left(after), wait: after.duration_since(now) }
    }

    /// Counts one more request of a caller, for a part of a long one; how long to wait before it is asked again, where the
    /// rate is used up.
    pub(crate) fn count_further(&self, caller: &Caller) -> Option<Duration> {
        let quota = self.caller_per_minute;
        if quota == 0 {
            return None;
        }
        let standing = self.take(Whose::Caller(caller.id.clone()), quota, 1, Instant::now());
        standing.is_refused.then_some(standing.wait)
    }

    /// How long no more keys are tried from an address, where too many that do not hold were.
    pub(crate) fn keys_refused(&self, address: Option<IpAddr>) -> Option<Duration> {
        let address = address.filter(|_| self.address_per_minute > 0).map(network)?;
        self.is_used_up(Whose::WrongKeys(address), WRONG_KEYS, Instant::now())
    }

    /// Counts a key that does not hold.
    pub(crate) fn count_wrong_key(&self, address: Option<IpAddr>) {
        if let Some(address) = address.filter(|_| self.address_per_minute > 0).map(network) {
            self.take(Whose::WrongKeys(address), WRONG_KEYS, 1, Instant::now());
        }
    }

    /// Looks without taking.
    fn is_used_up(&self, whose: Whose, quota: u32, now: Instant) -> Option<Duration> {
        let standing = self.take(whose, quota, 0, now);
        (standing.remaining == 0).then_some(standing.wait)
    }
}

/// Knows the caller, counts the request, and refuses it or lets it pass.
pub(crate) async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !(path.starts_with("/v1/") || path.starts_with(super::open311::BELOW)) || request.method() == Method::OPTIONS {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let origin = Origin::of(&parts.extensions, &parts.headers, &state.settings.trusted_proxies);
    let (limits, now) = (&state.limits, Instant::now());
    let brings_key = admission::brings_key(&parts.headers);
    let wrong_keys = origin.address.filter(|_| brings_key && limits.address_per_minute > 0).map(network);
    if let Some(wait) = wrong_keys.and_then(|address| limits.is_used_up(Whose::WrongKeys(address), WRONG_KEYS, now)) {
        return Problem::with(Kind::TooManyRequests, "too many keys that do not hold were tried from your address")
            .after(wait)
            .into_response();
    }
    let known = Known::by(&parts.method, &parts.headers, origin, &state).await;
    let (whose, quota, name) = match &known.0 {
        Ok(caller) if !caller.is_nobody() => {
            (Some(Whose::Caller(caller.id.clone())), limits.caller_per_minute, "caller")
        }
        other => {
            let is_wrong = other.as_ref().is_err_and(|problem| problem.kind() == Kind::Unauthenticated);
            if let Some(address) = wrong_keys.filter(|_| is_wrong) {
                limits.take(Whose::WrongKeys(address), WRONG_KEYS, 1, now);
            }
            (origin.address.map(network).map(Whose::Address), limits.address_per_minute, "address")
        }
    };
    let cost = cost(&parts.method, parts.uri.path(), known.0.as_ref().ok()).min(quota);
    parts.extensions.insert(known);
    let request = Request::from_parts(parts, body);
    let Some(whose) = whose.filter(|_| quota > 0) else { return next.run(request).await };
    let standing = limits.take(whose, quota, cost, now);
    let mut response = if standing.is_refused {
        let detail = format!("at most {quota} requests a minute are answered; slow down");
        Problem::with(Kind::TooManyRequests, detail).after(standing.wait).into_response()
    } else {
        next.run(request).await
    };
    let seconds = standing.wait.as_secs_f64().ceil() as u64;
    let said = [
        (POLICY, format!("\"{name}\";q={quota};w={}", WINDOW.as_secs())),
        (LIMIT, format!("\"{name}\";r={};t={seconds}", standing.remaining)),
    ];
    for (header, value) in said {
        let value = HeaderValue::from_str(&value).expect("words and numbers can stand in a header");
        response.headers_mut().insert(header, value);
    }
    response
}

fn cost(method: &Method, path: &str, caller: Option<&Caller>) -> u32 {
    let is_batch = *method == Method::POST && (path == "/v1/locate" || path.contains("/diff/"));
    let by_right = caller.is_some_and(|caller| caller.may(crate::domain::key::Right::Bulk));
    if is_batch && !by_right { BATCH_COST } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits::new(&Settings::default())
    }

    fn somebody(i: u32) -> Whose {
        Whose::Address(IpAddr::V4(i.into()))
    }

    #[test]
    fn a_quota_is_spent_at_once_and_comes_back_evenly() {
        let (limits, start) = (limits(), Instant::now());
        for i in 1..=60 {
            let standing = limits.take(somebody(1), 60, 1, start);
            assert_eq!((standing.is_refused, standing.remaining), (false, 60 - i));
            assert_eq!(standing.wait, Duration::from_secs(i.into()));
        }
        let refused = limits.take(somebody(1), 60, 1, start);
        assert_eq!(refused, Standing { is_refused: true, remaining: 0, wait: Duration::from_secs(1) });
        assert!(!limits.take(somebody(2), 60, 1, start).is_refused, "others are not meant");
        let later = start + Duration::from_millis(2_500);
        assert!(!limits.take(somebody(1), 60, 2, later).is_refused);
        assert!(limits.take(somebody(1), 60, 1, later).is_refused);
        let quiet = start + WINDOW * 3;
        assert_eq!(limits.take(somebody(1), 60, 10, quiet).remaining, 50);
    }

    #[test]
    fn memory_is_bounded_and_those_beyond_share() {
        let (limits, start) = (limits(), Instant::now());
        for i in 0..MAX_REMEMBERED as u32 {
            assert!(!limits.take(somebody(i), 60, 1, start).is_refused);
        }
        let beyond = (0..1_000).filter(|i| !limits.take(somebody(1 << 30 | i), 60, 1, start).is_refused).count();
        assert_eq!(beyond, 60);
        assert!(limits.full_at.lock().unwrap().len() <= MAX_REMEMBERED + 1);
        // When the first are full again there is room.
        assert!(!limits.take(somebody(1 << 31), 60, 1, start + WINDOW * 2).is_refused);
        assert_eq!(limits.full_at.lock().unwrap().len(), 1);
    }
}
