//! When a delivery that failed is tried again, and when it is given up.

use std::time::Duration;

/// Seconds after each try; together about a day.
const AFTER: [u64; 11] = [1, 5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800];
/// What an address asks for is heeded up to this.
const MAX_ASKED: Duration = Duration::from_secs(3_600);

/// How long to wait after so many tries; `None` to give up. `random` is spread over all of its range: waits are up to a fifth
/// longer or shorter, so that not all come back at once.
pub fn wait(tries: i64, asked: Option<Duration>, random: u32) -> Option<Duration> {
    let tried = usize::try_from(tries).ok()?.checked_sub(1)?;
    let seconds = *AFTER.get(tried)? as f64;
    let factor = 0.8 + 0.4 * (f64::from(random) / f64::from(u32::MAX));
    let wait = Duration::from_secs_f64(seconds * factor);
    Some(asked.map_or(wait, |asked| wait.max(asked.min(MAX_ASKED))))
}

/// How long a whole webhook rests after so many failures in a row: a few are nothing, then longer and longer.
pub fn rest(failures: u32) -> Duration {
    match failures {
        0..8 => Duration::ZERO,
        _ => Duration::from_secs(1 << (failures - 7).min(6)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_and_longer_for_a_day_and_then_no_more() {
        let seconds = |tries, random| wait(tries, None, random).map(|wait| wait.as_secs_f64());
        assert_eq!((seconds(1, 0), seconds(1, u32::MAX)), (Some(0.8), Some(1.2)));
        assert_eq!((seconds(0, 0), seconds(12, 0), seconds(-1, 0)), (None, None, None));
        let all: f64 = (1..=11).map(|tries| seconds(tries, u32::MAX / 2).unwrap()).sum();
        assert!((23.0..25.0).contains(&(all / 3_600.0)), "{all}");
        let asked = |seconds| wait(1, Some(Duration::from_secs(seconds)), 0);
        assert_eq!(asked(0), Some(Duration::from_millis(800)));
        assert_eq!((asked(60), asked(86_400)), (Some(Duration::from_secs(60)), Some(MAX_ASKED)));
        assert_eq!((rest(7), rest(8), rest(100)), (Duration::ZERO, Duration::from_secs(2), Duration::from_secs(64)));
    }
}
