//! Receivers: webhooks as those see them who send there. What is configured about them stands in
//! [`webhooks`](crate::desk::webhooks).

use crate::desk::webhooks::EventPattern;
use crate::desk::webhooks::WebhookId;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::event::EventKind;
use crate::types::signature;
use crate::types::text::WebAddress;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

/// A webhook as far as it takes to send something there.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// Which it is.
    pub id: WebhookId,
    /// Where it is.
    pub url: WebAddress,
    /// What it wants.
    pub events: Vec<EventPattern>,
    /// Nothing up to this event.
    pub events_after: i64,
    /// What signs: after a rotation, for a while, two.
    pub secrets: Vec<String>,
    /// From when on the first of them signs alone.
    pub one_secret_from: Option<Time>,
    /// Since when nothing has arrived, though something was sent.
    pub failing_since: Option<Time>,
}

impl Receiver {
    /// Whether it wants an event of this kind; of a message, also its type is known.
    pub fn wants(&self, kind: EventKind, message_type: Option<&str>) -> bool {
        self.events.iter().any(|pattern| pattern.matches(kind, message_type))
    }

    /// The bytes that sign at this moment, the newest secret's first.
    pub fn keys(&self, now: Time) -> Vec<Vec<u8>> {
        let count = if self.one_secret_from.is_some_and(|from| now < from) { 2 } else { 1 };
        self.secrets.iter().take(count).map(|secret| signature::key_bytes(secret)).collect()
    }
}

const RECEIVER: &str =
    "SELECT id, url, events, events_after, secret, previous_secret, previous_secret_until, failing_since FROM webhooks";

fn receiver_from_row(row: &rusqlite::Row) -> rusqlite::Result<Receiver> {
    let secrets: [Option<String>; 2] = [row.get(4)?, row.get(5)?];
    Ok(Receiver {
        id: row.get(0)?,
        url: row.get(1)?,
        events: EventPattern::stored(&row.get::<_, String>(2)?),
        events_after: row.get(3)?,
        secrets: secrets.into_iter().flatten().collect(),
        one_secret_from: row.get(6)?,
        failing_since: row.get(7)?,
    })
}

/// One receiver, whether it is on or off.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: WebhookId) -> Result<Receiver> {
    let found =
        db.prepare_cached(&format!("{RECEIVER} WHERE id = ?1"))?.query_row([id], receiver_from_row).optional()?;
    found.ok_or_else(|| Error::not_found(id))
}

/// All receivers that are on.
///
/// # Errors
/// Those of SQLite.
pub fn all(db: &Connection) -> Result<Vec<Receiver>> {
    let mut select = db.prepare_cached(&format!("{RECEIVER} WHERE active ORDER BY id"))?;
    let rows = select.query_map([], receiver_from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Ids and versions of all webhooks: whoever knows the receivers has to read them again when these differ.
///
/// # Errors
/// Those of SQLite.
pub fn versions(db: &Connection) -> Result<Vec<(i64, i64)>> {
    let mut select = db.prepare_cached("SELECT id, version FROM webhooks ORDER BY id")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Turns a webhook off by CommFlow itself.
///
/// # Errors
/// Those of SQLite.
pub fn turn_off(tx: &Tx, id: WebhookId, reason: &str) -> Result<()> {
    tx.prepare_cached(
        "UPDATE webhooks SET active = 0, disabled_reason = ?2, updated_at = ?3, version = version + 1 WHERE id = ?1 AND active",
    )?
    .execute(params![id, reason, tx.now])?;
    Ok(())
}

/// Notes that a delivery arrived.
///
/// # Errors
/// Those of SQLite.
pub fn note_success(tx: &Tx, id: WebhookId) -> Result<()> {
    tx.prepare_cached(
        "UPDATE webhooks SET last_success_at = ?2, consecutive_failures = 0, failing_since = NULL WHERE id = ?1",
    )?
    .execute(params![id, tx.now])?;
    Ok(())
}

/// Notes that so many in a row did not arrive.
///
/// # Errors
/// Those of SQLite.
pub fn note_failures(tx: &Tx, id: WebhookId, count: i64) -> Result<()> {
    tx.prepare_cached(
        "UPDATE webhooks SET last_failure_at = ?2, consecutive_failures = consecutive_failures + ?3,
            failing_since = ifnull(failing_since, ?2) WHERE id = ?1",
    )?
    .execute(params![id, tx.now, count])?;
    Ok(())
}
