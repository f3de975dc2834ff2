//! Who may ask how often: governor's GCRA, one limiter for each size of quota, one bucket for each key or address.

use crate::api::border::address::Address;
use crate::types::time::Clock;
use governor::Quota;
use governor::RateLimiter;
use governor::middleware::StateInformationMiddleware;
use governor::middleware::StateSnapshot;
use governor::state::keyed::DashMapStateStore;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::RwLock;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often buckets that are full again are let go, in milliseconds.
const SWEEP_EVERY_MS: i64 = 30_000;
/// Above this many buckets in one limiter, strangers share one: a crowd of addresses can't eat the memory.
const BUCKETS_MAX: usize = 1_000_000;

/// Requests a minute of all sessions of a user: twenty a second are more than a page of ours ever needs.
pub const SESSIONS_PER_MINUTE: u32 = 1_200;

/// Whose bucket a request draws on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// An API key's.
    Key(i64),
    /// That of all sessions of a user: the page in the browser and an API key never starve each other.
    Sessions(i64),
    /// The client address's, before authentication succeeds.
    Address(Address),
    /// That of all strangers, when there are too many.
    Crowd,
}

/// What the `X-RateLimit-…` headers say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests a minute.
    pub limit: u32,
    /// Requests left at once.
    pub remaining: u32,
    /// Unix seconds when the bucket is full again.
    pub reset: i64,
    /// Whole seconds until the next request is allowed; none if this one is.
    pub retry_after_s: Option<u64>,
}

/// The time as governor counts it.
#[derive(Clone)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Duration;
    fn now(&self) -> Duration {
        ticks(&self.0)
    }
}

fn ticks(clock: &Clock) -> Duration {
    Duration::from_millis(u64::try_from(clock.ticks_ms()).unwrap_or(0))
}

type Limiter = RateLimiter<Bucket, DashMapStateStore<Bucket>, Ticks, StateInformationMiddleware>;

/// All limiters, by their quota.
pub struct Limiters {
    clock: Clock,
    by_quota: RwLock<HashMap<NonZeroU32, Arc<Limiter>>>,
    swept_at_ms: AtomicI64,
}

impl Limiters {
    /// No bucket yet.
    pub fn new(clock: Clock) -> Self {
        Self { swept_at_ms: AtomicI64::new(clock.ticks_ms()), clock, by_quota: RwLock::default() }
    }

    /// Takes one request out of a bucket of `per_minute`, or tells how long to wait.
    pub fn take(&self, bucket: Bucket, per_minute: u32) -> Rate {
        let quota = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let limiter = self.of(quota);
        self.sweep();
        let stranger = matches!(bucket, Bucket::Address(_));
        let bucket = if stranger && limiter.len() > BUCKETS_MAX { Bucket::Crowd } else { bucket };
        let now_ms = self.clock.now_ms();
        match limiter.check_key(&bucket) {
            Ok(snapshot) => allowed(&snapshot, quota, now_ms),
            Err(refusal) => refused(refusal.wait_time_from(ticks(&self.clock)), quota, now_ms),
        }
    }

    /// Buckets that are kept: the test that they are let go counts them.
    #[cfg(test)]
    fn buckets(&self) -> usize {
        self.by_quota.read().map_or(0, |limiters| limiters.values().map(|limiter| limiter.len()).sum())
    }

    fn of(&self, quota: NonZeroU32) -> Arc<Limiter> {
        if let Some(limiter) = self.by_quota.read().ok().and_then(|all| all.get(&quota).cloned()) {
            return limiter;
        }
        let make = || {
            let limiter: Limiter =
                RateLimiter::new(Quota::per_minute(quota), DashMapStateStore::default(), Ticks(self.clock.clone()));
            Arc::new(limiter)
        };
        match self.by_quota.write() {
            Ok(mut all) => all.entry(quota).or_insert_with(make).clone(),
            Err(_) => make(),
        }
    }

    fn sweep(&self) {
        let (now, before) = (self.clock.ticks_ms(), self.swept_at_ms.load(Ordering::Relaxed));
        let due = now - before >= SWEEP_EVERY_MS;
        if due && self.swept_at_ms.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            // Of every quota: one that nobody uses any more would keep its buckets for ever.
            let all: Vec<_> = self.by_quota.read().map(|all| all.values().cloned().collect()).unwrap_or_default();
            for limiter in all {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
        }
    }
}

fn allowed(snapshot: &StateSnapshot, quota: NonZeroU32, now_ms: i64) -> Rate {
    let remaining = snapshot.remaining_burst_capacity();
    let missing = i64::from(quota.get().saturating_sub(remaining));
    Rate { limit: quota.get(), remaining, reset: full_at(now_ms, missing, quota), retry_after_s: None }
}

fn refused(wait: Duration, quota: NonZeroU32, now_ms: i64) -> Rate {
    let wait_ms = i64::try_from(wait.as_micros().div_ceil(1_000)).unwrap_or(i64::MAX);
    // Rounded up: who waits as long as he is told must not be refused again.
    let wait_s = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1_000).max(1);
    let missing = i64::from(quota.get()) - 1;
    Rate {
        limit: quota.get(),
        remaining: 0,
        reset: full_at(now_ms + wait_ms, missing, quota),
        retry_after_s: Some(wait_s),
    }
}

/// When `missing` requests will have been refilled, in Unix seconds, rounded up.
fn full_at(from_ms: i64, missing: i64, quota: NonZeroU32) -> i64 {
    let refill_ms = missing * 60_000 / i64::from(quota.get());
    (from_ms + refill_ms + 999).div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::manual("2026-01-15T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn full_buckets_are_let_go_whatever_quota_is_asked_next() {
        let clock = clock();
        let limiters = Limiters::new(clock.clone());
        for key in 0..100 {
            limiters.take(Bucket::Key(key), 60);
            limiters.take(Bucket::Key(key), 300);
        }
        assert_eq!(limiters.buckets(), 200);
        clock.advance_ms(SWEEP_EVERY_MS - 1);
        limiters.take(Bucket::Key(0), 1_000);
        assert_eq!(limiters.buckets(), 201);
        clock.advance_ms(60_000);
        limiters.take(Bucket::Key(0), 1_000);
        assert_eq!(limiters.buckets(), 1);
    }

    #[test]
    fn a_bucket_that_is_not_full_is_kept() {
        let clock = clock();
        let limiters = Limiters::new(clock.clone());
        for _ in 0..60 {
            limiters.take(Bucket::Key(1), 60);
        }
        clock.advance_ms(SWEEP_EVERY_MS);
        limiters.take(Bucket::Key(2), 60);
        let rate = limiters.take(Bucket::Key(1), 60);
        assert_eq!(rate.remaining, 29);
    }
}
