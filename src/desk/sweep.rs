//! Removes what has outlived its time: events and settled deliveries after 30 days, answers to idempotent requests after a
//! day, sessions when they expire, and the bytes of files that are deleted or never came to their end.

use crate::desk::deliveries;
use crate::desk::files::chunks;
use crate::desk::sessions;
use crate::store::Store;
use crate::store::feed;
use crate::store::tx::Actor;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::time::Time;
use crate::work::Next;
use crate::work::Worker;
use rusqlite::params;

/// How long an answer is kept for a repeated request, in seconds.
pub const ANSWERS_KEPT_S: i64 = 24 * 3_600;
/// Rows removed in one step: a step must not hold up the writer.
const MOST_AT_ONCE: i64 = 500;
/// Seconds between two looks when there is nothing to do.
const PAUSE_S: i64 = 15 * 60;

/// The worker.
pub struct Sweep {
    /// Where it sweeps.
    pub store: Store,
}

impl Worker for Sweep {
    fn name(&self) -> &'static str {
        "sweep"
    }

    fn step(&mut self, now: Time) -> Result<Next> {
        let removed = self.store.write_blocking(Actor::SYSTEM, sweep)?;
        Ok(if removed { Next::Now } else { Next::At(now.plus(PAUSE_S)) })
    }
}

/// Removes some of what has outlived its time; whether there was any.
///
/// # Errors
/// Those of SQLite.
pub fn sweep(tx: &Tx) -> Result<bool> {
    let events = feed::remove_expired(tx, tx.now, MOST_AT_ONCE)?;
    let answers = tx
        .prepare_cached(
            "DELETE FROM idempotent_answers WHERE (credential, target, key) IN
                (SELECT credential, target, key FROM idempotent_answers WHERE created_at <= ?1 ORDER BY created_at LIMIT ?2)",
        )?
        .execute(params![tx.now.plus(-ANSWERS_KEPT_S), MOST_AT_ONCE])?;
    let deliveries = deliveries::remove_expired(tx, MOST_AT_ONCE)?;
    let sessions = sessions::remove_expired(tx, MOST_AT_ONCE)?;
    chunks::give_up_old(tx)?;
    let files = chunks::clear(tx)?;
    Ok(events + answers + deliveries + sessions > 0 || files)
}
