//! How often passwords may be tried: counted for each account, known or not, and for each address. Exactly so many in any
//! minute, which the refilling buckets of `rate_limit` would not promise.

use crate::api::border::address::Address;
use crate::desk::secrets;
use crate::desk::secrets::Hash;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::time::Clock;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Tries of one account in a minute.
const PER_ACCOUNT: usize = 10;
/// Tries from one address in a minute.
const PER_ADDRESS: usize = 30;
/// How long a try counts, in milliseconds.
const MINUTE_MS: i64 = 60_000;
/// Above this many who tried, newcomers share one place: a crowd of addresses can't eat the memory.
const TRIERS_MAX: usize = 100_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Trier {
    Account(Hash),
    Address(Address),
    Crowd,
}

/// The tries of the last minute.
pub struct Attempts {
    clock: Clock,
    tries: Mutex<HashMap<Trier, VecDeque<i64>>>,
}

impl Attempts {
    /// None yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, tries: Mutex::default() }
    }

    /// Counts a try of this account, by its folded address, from there.
    ///
    /// # Errors
    /// `rate_limited` when there were too many already; it is not counted then.
    pub fn admit(&self, account: &str, address: Address) -> Result<()> {
        let now = self.clock.ticks_ms();
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() > TRIERS_MAX {
            tries.retain(|_, times| times.back().is_some_and(|last| now - last < MINUTE_MS));
        }
        let is_full = tries.len() > TRIERS_MAX;
        let known =
            |trier, tries: &HashMap<_, _>| if is_full && !tries.contains_key(&trier) { Trier::Crowd } else { trier };
        let account = known(Trier::Account(secrets::hash(account)), &tries);
        let address = known(Trier::Address(address), &tries);
        let both = [(account, PER_ACCOUNT), (address, PER_ADDRESS)];
        let waits = both.map(|(trier, most)| wait_ms(tries.entry(trier).or_default(), most, now));
        let wait_ms = waits.into_iter().max().unwrap_or(0);
        if wait_ms > 0 {
            let seconds = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1_000);
            let message = format!("Too many attempts: the next one is allowed in {seconds} s.");
            return Err(Error { retry_after_s: Some(seconds), ..Error::new(Code::RateLimited, message) });
        }
        for (trier, _) in both {
            tries.entry(trier).or_default().push_back(now);
        }
        Ok(())
    }
}

/// How long until there are fewer than `most` tries; those that count no more are let go.
fn wait_ms(times: &mut VecDeque<i64>, most: usize, now: i64) -> i64 {
    while times.front().is_some_and(|first| now - first >= MINUTE_MS) {
        times.pop_front();
    }
    let first = times.front().copied().unwrap_or(now);
    if times.len() < most { 0 } else { (first + MINUTE_MS - now).max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn address(number: u8) -> Address {
        let peer = std::net::SocketAddr::from(([10, 0, 0, number], 1));
        Address::of(&TestRequest::default().peer_addr(peer).to_http_request(), &[])
    }

    fn attempts() -> Attempts {
        Attempts::new(Clock::manual("2026-01-15T10:00:00Z".parse().unwrap()))
    }

    #[test]
    fn ten_tries_of_an_account_in_any_minute_from_wherever_they_come() {
        let attempts = attempts();
        for number in 0..10 {
            attempts.clock.advance_ms(1_000);
            attempts.admit("ada@example.com", address(number)).unwrap();
        }
        let refused = attempts.admit("ada@example.com", address(99)).err().unwrap();
        assert_eq!(refused.retry_after_s, Some(51));
        attempts.admit("max@example.com", address(99)).unwrap();
        attempts.clock.advance_ms(50_999);
        assert!(attempts.admit("ada@example.com", address(99)).is_err());
        attempts.clock.advance_ms(1);
        attempts.admit("ada@example.com", address(99)).unwrap();
        assert!(attempts.admit("ada@example.com", address(99)).is_err());
    }

    #[test]
    fn thirty_tries_from_an_address_whatever_the_account_and_what_was_refused_does_not_count() {
        let attempts = attempts();
        for number in 0..30 {
            attempts.admit(&format!("user{number}@example.com"), address(1)).unwrap();
        }
        for _ in 0..100 {
            assert!(attempts.admit("ada@example.com", address(1)).is_err());
        }
        for _ in 0..10 {
            attempts.admit("ada@example.com", address(2)).unwrap();
        }
        attempts.clock.advance_ms(MINUTE_MS);
        attempts.admit("ada@example.com", address(1)).unwrap();
    }
}
