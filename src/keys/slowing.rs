//! Guessing made slow: how long somebody has to wait after sign-ins that failed. In memory, and bounded.
//!
//! Failures are counted three ways: of one name from one address, of one address, and of one name from anywhere. The last
//! makes nobody wait for long, for otherwise a stranger could keep a leader from signing in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What is remembered at once; when it is more, the longest quiet is forgotten.
const MAX_REMEMBERED: usize = 20_000;
/// After so long without another attempt it is as if there had been none.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

/// Whose failures are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Both(String, Option<IpAddr>),
    Address(Option<IpAddr>),
    Name(String),
}

impl Whose {
    /// How many failures cost nothing, and the longest wait that follows.
    fn patience(&self) -> (u32, Duration) {
        match self {
            Whose::Both(..) => (5, Duration::from_secs(900)),
            Whose::Address(_) => (20, Duration::from_secs(900)),
            Whose::Name(_) => (30, Duration::from_secs(30)),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    /// Not before this.
    again_at: Instant,
    last: Instant,
}

#[derive(Debug, Default)]
pub(super) struct Slowing(Mutex<HashMap<Whose, Failures>>);

impl Slowing {
    /// Begins an attempt, which counts as failed until [`Slowing::succeeded`]: whoever tries many at once gains nothing.
    /// How long to wait where it is too early.
    pub(super) fn attempt(&self, name: &str, address: Option<IpAddr>, now: Instant) -> Result<(), Duration> {
        let all = whose(name, address);
        let mut known = self.0.lock().expect("nothing panics while it holds this lock");
        let wait = all.iter().filter_map(|whose| known.get(whose)?.again_at.checked_duration_since(now)).max();
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        for whose in all {
            if known.len() >= MAX_REMEMBERED && !known.contains_key(&whose) {
                forget_some(&mut known, now);
            }
            let (free, longest) = whose.patience();
            let failures = known.entry(whose).or_insert(Failures { count: 0, again_at: now, last: now });
            if now.duration_since(failures.last) > FORGOTTEN_AFTER {
                failures.count = 0;
            }
            failures.count += 1;
            failures.last = now;
            if let Some(over) = failures.count.checked_sub(free) {
                failures.again_at = now + Duration::from_secs(1 << over.min(20)).min(longest);
            }
        }
        Ok(())
    }

    /// The attempt was none to guess.
    pub(super) fn succeeded(&self, name: &str, address: Option<IpAddr>) {
        let mut known = self.0.lock().expect("nothing panics while it holds this lock");
        for whose in whose(name, address) {
            if let Whose::Address(_) = whose {
                // Others may be guessing from the same address.
                if let Some(failures) = known.get_mut(&whose) {
                    failures.count = failures.count.saturating_sub(1);
                }
            } else {
                known.remove(&whose);
            }
        }
    }
}

fn whose(name: &str, address: Option<IpAddr>) -> [Whose; 3] {
    let address = address.map(network);
    [Whose::Both(name.to_owned(), address), Whose::Address(address), Whose::Name(name.to_owned())]
}

/// Whoever has one IPv6 address has 2^64 of them.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        v4 => v4,
    }
}

/// What has been quiet for long, or else the one that was quiet longest.
fn forget_some(known: &mut HashMap<Whose, Failures>, now: Instant) {
    known.retain(|_, failures| now.duration_since(failures.last) <= FORGOTTEN_AFTER);
    if known.len() >= MAX_REMEMBERED {
        let oldest = known.iter().min_by_key(|(_, failures)| failures.last).map(|(whose, _)| whose.clone());
        oldest.map(|whose| known.remove(&whose));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn waits_grow_and_end() {
        let (slowing, mut now) = (Slowing::default(), Instant::now());
        let mut waited = Duration::ZERO;
        let mut tries = 0;
        // Guessing as fast as may be, for a day.
        while waited < Duration::from_secs(86_400) {
            match slowing.attempt("wang", at("192.0.2.1"), now) {
                Ok(()) => tries += 1,
                Err(wait) => {
                    now += wait;
                    waited += wait;
                }
            }
        }
        assert!((90..130).contains(&tries), "{tries}");
        // Somebody else's sign-in from elsewhere waits for seconds at most.
        assert!(slowing.attempt("wang", at("192.0.2.9"), now).err().unwrap_or_default() <= Duration::from_secs(30));
        assert_eq!(slowing.attempt("li", at("192.0.2.9"), now), Ok(()));
        now += FORGOTTEN_AFTER * 2;
        assert_eq!(slowing.attempt("wang", at("192.0.2.1"), now), Ok(()));
    }

    #[test]
    fn who_signs_in_is_not_slowed_and_who_changes_names_or_addresses_is() {
        let (slowing, now) = (Slowing::default(), Instant::now());
        for _ in 0..1_000 {
            assert_eq!(slowing.attempt("wang", at("192.0.2.1"), now), Ok(()));
            slowing.succeeded("wang", at("192.0.2.1"));
        }
        let tried = (0..1_000).filter(|i| slowing.attempt(&format!("name{i}"), at("192.0.2.2"), now).is_ok()).count();
        assert_eq!(tried, 20);
        // All of one IPv6 network are one.
        let six = |i: usize| at(&format!("2001:db8::{i:x}"));
        assert_eq!((0..1_000).filter(|&i| slowing.attempt(&format!("n{i}"), six(i), now).is_ok()).count(), 20);
        let four = |i: usize| at(&format!("198.51.{}.{}", i / 256, i % 256));
        assert_eq!((0..1_000).filter(|&i| slowing.attempt("li", four(i), now).is_ok()).count(), 30);
    }

    #[test]
    fn memory_is_bounded() {
        let (slowing, now) = (Slowing::default(), Instant::now());
        for i in 0..MAX_REMEMBERED as u32 {
            let _ = slowing.attempt(&format!("n{i}"), Some(IpAddr::V4((0x0a00_0000 + i).into())), now);
        }
        assert!(slowing.0.lock().unwrap().len() <= MAX_REMEMBERED);
    }
}
