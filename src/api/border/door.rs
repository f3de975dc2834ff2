//! The door: where passwords are verified and made. Few tries, a few at a time, and not on the threads that speak HTTP.

use crate::api::border::address::Address;
use crate::api::border::attempts::Attempts;
use crate::desk::passwords;
use crate::desk::passwords::Password;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Clock;
use actix_web::web;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use tokio::sync::Semaphore;

/// Who may wait for a turn: each takes 19 MiB for some tens of milliseconds, one after the other.
const QUEUE: usize = 32;

/// Where passwords are verified and made. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    attempts: Arc<Attempts>,
    /// Those who have their turn, and those who wait.
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    turns_taken: Arc<AtomicU64>,
}

impl Door {
    /// With one turn at a time for each two cores.
    pub fn new(clock: Clock) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let turns = cores.div_ceil(2);
        Self {
            attempts: Arc::new(Attempts::new(clock)),
            places: Arc::new(Semaphore::new(turns + QUEUE)),
            turns: Arc::new(Semaphore::new(turns)),
            turns_taken: Arc::default(),
        }
    }

    /// Whether this is the password of an account, of which `stored` is kept. An account that there is not, or that has no
    /// password, costs the same time.
    ///
    /// # Errors
    /// `rate_limited` after too many tries; `unavailable` when too many wait.
    pub async fn verify(&self, account: &str, from: Address, given: String, stored: Option<String>) -> Result<bool> {
        self.attempts.admit(account, from)?;
        self.take_turn(move || passwords::verify(&given, stored.as_deref())).await
    }

    /// What is stored of a new password.
    ///
    /// # Errors
    /// `unavailable` when too many wait.
    pub async fn hash(&self, password: Password) -> Result<String> {
        self.take_turn(move || passwords::hash(&password)).await?
    }

    /// How often a password was verified or made.
    pub fn turns_taken(&self) -> u64 {
        self.turns_taken.load(Ordering::Relaxed)
    }

    async fn take_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let is_full = |_| Error::unavailable("Too many people sign in at this moment: please try again.");
        let place = self.places.clone().try_acquire_owned().map_err(is_full)?;
        let turn = self.turns.clone().acquire_owned().await.map_err(Error::internal)?;
        self.turns_taken.fetch_add(1, Ordering::Relaxed);
        let done = web::block(move || {
            // Held by the work itself: one who goes away must not make room while it goes on.
            let _held = (place, turn);
            work()
        });
        done.await.map_err(Error::internal)
    }
}
