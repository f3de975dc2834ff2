//! When to try again. Pure: time and chance are handed in.

use crate::types::time::Time;

/// Seconds before each further try of a delivery (Standard Webhooks 1.0, "Deliverability and reliability").
const STEPS_S: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// A receiver that asks for a longer pause is not heard further than this, in seconds.
const LONGEST_WISH_S: i64 = 86_400;
/// A receiver that is down is tried again after this many seconds, doubled with each failure.
const FIRST_PROBE_S: i64 = 5;
/// The longest pause between two such tries in the first hour, and after it.
const LONGEST_PROBE_S: (i64, i64) = (60, 300);
/// A webhook at which nothing has arrived for so long is turned off, in seconds.
pub const GIVEN_UP_AFTER_S: i64 = 5 * 86_400;

/// When a delivery is tried again that has failed at this step; none: that was the last try. `chance` is between 0 and 1,000, and
/// spreads what failed together over a fifth of the pause. A receiver's own wish (`Retry-After`, in seconds) only lengthens it.
pub fn next_try(step: i64, now: Time, wish_s: Option<i64>, chance: i64) -> Option<Time> {
    let pause = usize::try_from(step).ok().and_then(|step| STEPS_S.get(step))?;
    let pause = (*pause).max(wish_s.unwrap_or(0).min(LONGEST_WISH_S));
    Some(now.plus(spread(pause, chance)))
}

/// When a receiver is tried again that has failed this often in a row, and been down for `down_s` seconds.
pub fn next_probe(failures: u32, down_s: i64, now: Time, wish_s: Option<i64>, chance: i64) -> Time {
    let longest = if down_s < 3_600 { LONGEST_PROBE_S.0 } else { LONGEST_PROBE_S.1 };
    let pause = FIRST_PROBE_S.saturating_mul(1 << failures.saturating_sub(2).min(10)).min(longest);
    now.plus(spread(pause.max(wish_s.unwrap_or(0).min(LONGEST_WISH_S)), chance))
}

fn spread(pause: i64, chance: i64) -> i64 {
    pause + pause * chance.clamp(0, 1_000) / 5_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Time {
        Time::from_unix(seconds)
    }

    #[test]
    fn a_delivery_is_tried_ten_times_over_three_days() {
        let mut now = at(0);
        let mut tries = 1;
        while let Some(next) = next_try(tries - 1, now, None, 0) {
            (now, tries) = (next, tries + 1);
        }
        assert_eq!((tries, now), (10, at(272_105)));
    }

    proptest! {
        #[test]
        fn no_try_comes_early_and_none_much_too_late(step in 0_i64..9, wish in 0_i64..200_000, chance in 0_i64..=1_000) {
            let pause = next_try(step, at(0), Some(wish), chance).map(Time::unix);
            let least = STEPS_S[usize::try_from(step).unwrap()].max(wish.min(LONGEST_WISH_S));
            prop_assert!(pause.is_some_and(|pause| pause >= least && pause <= least + least / 5 + 1));
        }

        #[test]
        fn a_receiver_that_is_down_is_asked_often_enough(failures in 2_u32..10_000, down in 0_i64..500_000, chance in 0_i64..=1_000) {
            let pause = next_probe(failures, down, at(0), None, chance).unix();
            prop_assert!((5..=360).contains(&pause) && (down >= 3_600 || pause <= 72));
        }
    }
}
