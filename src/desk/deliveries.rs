//! Deliveries: which event is to reach which webhook, and what became of it. How they are sent is the matter of `delivery`.

use crate::choice;
use crate::desk::webhooks;
use crate::desk::webhooks::WebhookId;
use crate::store::feed::EventId;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::stored_as_word;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::event::EventKind;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;

/// How long the log keeps what is settled, in seconds.
pub const KEPT_S: i64 = 30 * 24 * 3_600;
/// Settled deliveries that the log of a webhook keeps at most.
pub const KEPT_ROWS: i64 = 10_000;

choice! {
    /// Where a delivery stands.
    DeliveryStatus {
        /// To be sent, or sent again.
        Waiting "waiting",
        /// The receiver took it.
        Delivered "delivered",
        /// All tries were in vain.
        Failed "failed",
        /// The webhook was turned off before it arrived.
        Cancelled "cancelled",
    }
}
stored_as_word!(DeliveryStatus);

/// A delivery as every exit shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Delivery {
    /// `delivery_001`.
    pub id: DeliveryId,
    /// Where it goes.
    pub webhook_id: WebhookId,
    /// What it tells of; the `webhook-id` of every attempt.
    pub event_id: EventId,
    /// The event's type.
    pub event_type: EventKind,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// How often it was sent.
    pub attempts: i64,
    /// When it is sent next, if its receiver is up; `null` once it is settled.
    pub next_attempt_at: Option<Time>,
    /// When it was last sent.
    pub last_attempt_at: Option<Time>,
    /// What the receiver answered last.
    pub status_code: Option<i64>,
    /// How long that took, in milliseconds.
    pub duration_ms: Option<i64>,
    /// The beginning of the answer: 4 KiB at most.
    pub response_body: Option<String>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// The delivery that this one repeats.
    pub redelivery_of: Option<DeliveryId>,
    /// When it was put into the queue.
    pub created_at: Time,
}

impl Kind for Delivery {
    const PREFIX: &'static str = "delivery";
}

/// The id of a delivery.
pub type DeliveryId = Id<Delivery>;

const BY_ID: &str = "SELECT id, webhook_id, event_id, event_type, state, attempts, next_attempt_at, last_attempt_at,
    status_code, duration_ms, response_body, error, redelivery_of, created_at FROM deliveries WHERE id = ?1 AND webhook_id = ?2";

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: row.get(0)?,
        webhook_id: row.get(1)?,
        event_id: row.get(2)?,
        event_type: row.get(3)?,
        status: row.get(4)?,
        attempts: row.get(5)?,
        next_attempt_at: row.get(6)?,
        last_attempt_at: row.get(7)?,
        status_code: row.get(8)?,
        duration_ms: row.get(9)?,
        response_body: row.get(10)?,
        error: row.get(11)?,
        redelivery_of: row.get(12)?,
        created_at: row.get(13)?,
    })
}

/// One delivery of a webhook.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, webhook: WebhookId, id: DeliveryId) -> Result<Delivery> {
    webhooks::get(db, webhook)?;
    let found = db.prepare_cached(BY_ID)?.query_row(params![id, webhook], from_row).optional()?;
    found.ok_or_else(|| Error::not_found(id))
}

/// Which deliveries of a webhook are asked for.
#[derive(Debug, Clone, Default, IntoParams)]
pub struct Filter {
    /// Those that stand so.
    pub status: Option<DeliveryStatus>,
    /// Those of this event.
    pub event: Option<EventId>,
}

/// The log of a webhook.
///
/// # Errors
/// `not_found` when there is no such webhook.
pub fn list(
    db: &Connection,
    webhook: WebhookId,
    filter: &Filter,
    order: Order,
    paging: &Paging,
) -> Result<Page<Delivery>> {
    webhooks::get(db, webhook)?;
    let list = query(webhook, filter, order);
    let total = list.count(db)?;
    list.page(db, paging, total, |row| Ok(db.prepare_cached(BY_ID)?.query_row(params![row, webhook], from_row)?))
}

/// The list behind [`list`], for the test of its plans.
pub fn query(webhook: WebhookId, filter: &Filter, order: Order) -> List {
    List::of("deliveries", "id", order)
        .filter("webhook_id = ?", &Some(webhook))
        .filter("state = ?", &filter.status)
        .filter("event_id = ?", &filter.event)
}

/// Sends an event to a webhook once more, as a delivery of its own with the same `webhook-id`.
///
/// # Errors
/// `not_found`; `conflict` when the webhook is off, the delivery is still waiting, or its event is no longer kept.
pub fn redeliver(tx: &Tx, webhook: WebhookId, id: DeliveryId) -> Result<Delivery> {
    let old = get(tx, webhook, id)?;
    if !webhooks::get(tx, webhook)?.active {
        return Err(Error::conflict("This webhook is off: turn it on first (`active`: true)."));
    }
    if old.status == DeliveryStatus::Waiting {
        return Err(Error::conflict("This delivery is still waiting: it will be sent by itself."));
    }
    let kept: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM events WHERE id = ?1)")?
        .query_row([old.event_id], |row| row.get(0))?;
    if !kept {
        return Err(Error::conflict(format!("{} is over 30 days old, and no longer kept.", old.event_id)));
    }
    tx.prepare_cached(
        "INSERT INTO deliveries (webhook_id, event_id, event_type, subject, state, next_attempt_at, redelivery_of, created_at)
         SELECT webhook_id, event_id, event_type, subject, 'waiting', ?2, id, ?2 FROM deliveries WHERE id = ?1",
    )?
    .execute(params![id, tx.now])?;
    get(tx, webhook, Id::from_row(tx.last_insert_rowid()))
}

/// An event, as far as it takes to know who wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The event's number.
    pub event: i64,
    /// What happened.
    pub kind: EventKind,
    /// The object's id.
    pub subject: String,
    /// Of a message: comment, reply or note.
    pub message_type: Option<String>,
}

/// Reads on in the feed after one event and up to another, at most `limit` events.
///
/// # Errors
/// Those of SQLite.
pub fn hear(db: &Connection, after: i64, up_to: i64, limit: i64) -> Result<Vec<Heard>> {
    let mut select = db.prepare_cached(
        "SELECT id, type, subject, CASE type WHEN 'message.created' THEN data ->> 'type' END FROM events
         WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3",
    )?;
    let rows = select.query_map([after, up_to, limit], |row| {
        Ok(Heard { event: row.get(0)?, kind: row.get(1)?, subject: row.get(2)?, message_type: row.get(3)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const CURSOR: &str = "deliveries_after";

/// Events up to this one have their deliveries.
///
/// # Errors
/// Those of SQLite.
pub fn cursor(db: &Connection) -> Result<i64> {
    let text: Option<String> = db
        .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
        .query_row([CURSOR], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Puts events into the queues of webhooks, due at `due`, and notes in the same transaction how far that goes; says how many
/// deliveries that makes.
///
/// # Errors
/// Those of SQLite.
pub fn plan(tx: &Tx, wanted: &[(WebhookId, Heard)], cursor: i64, due: Time) -> Result<usize> {
    // A webhook may have been removed or turned off since it was read.
    let mut insert = tx.prepare_cached(
        "INSERT INTO deliveries (webhook_id, event_id, event_type, subject, state, next_attempt_at, created_at)
         SELECT id, ?2, ?3, ?4, 'waiting', ?5, ?5 FROM webhooks WHERE id = ?1 AND active AND events_after < ?2",
    )?;
    let mut count = 0;
    for (webhook, heard) in wanted {
        count += insert.execute(params![webhook, heard.event, heard.kind, heard.subject, due])?;
    }
    tx.prepare_cached("INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")?
        .execute(params![CURSOR, cursor.to_string()])?;
    Ok(count)
}

/// A delivery that waits, as far as it takes to choose it.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The delivery's number.
    pub id: i64,
    /// The event's number.
    pub event: i64,
    /// The object's id: order is kept for each.
    pub subject: String,
    /// Its place in the schedule of retries.
    pub step: i64,
    /// When it is due.
    pub due: Time,
}

const WAITING: &str = "SELECT id, event_id, subject, step, next_attempt_at FROM deliveries";

fn waiting(db: &Connection, rest: &str, values: impl rusqlite::Params) -> Result<Vec<Waiting>> {
    let mut select = db.prepare_cached(&format!("{WAITING} {rest}"))?;
    let rows = select.query_map(values, |row| {
        Ok(Waiting { id: row.get(0)?, event: row.get(1)?, subject: row.get(2)?, step: row.get(3)?, due: row.get(4)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The head of a webhook's queue, in order.
///
/// # Errors
/// Those of SQLite.
pub fn queue(db: &Connection, webhook: WebhookId, limit: usize) -> Result<Vec<Waiting>> {
    waiting(db, QUEUE, params![webhook, i64::try_from(limit).unwrap_or(i64::MAX)])
}

/// The rest of the SQL of [`queue`].
pub const QUEUE: &str = "WHERE webhook_id = ?1 AND state = 'waiting' AND alone = 0 ORDER BY id LIMIT ?2";
/// The rest of the SQL of [`alone`].
pub const ALONE: &str = "WHERE webhook_id = ?1 AND state = 'waiting' AND alone = 1 ORDER BY next_attempt_at LIMIT ?2";

/// Those of a webhook that retry by themselves, the first that is due first.
///
/// # Errors
/// Those of SQLite.
pub fn alone(db: &Connection, webhook: WebhookId, limit: usize) -> Result<Vec<Waiting>> {
    waiting(db, ALONE, params![webhook, i64::try_from(limit).unwrap_or(i64::MAX)])
}

/// The number of the newest delivery: it has grown when somebody else put one into a queue.
///
/// # Errors
/// Those of SQLite.
pub fn newest(db: &Connection) -> Result<i64> {
    let newest = db
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(newest.unwrap_or(0))
}

/// What an attempt came to, and what becomes of its delivery.
#[derive(Debug, Clone)]
pub struct Attempted {
    /// The delivery's number.
    pub id: i64,
    /// Where it stands now.
    pub status: DeliveryStatus,
    /// It retries by itself from now on.
    pub alone: bool,
    /// Its place in the schedule of retries.
    pub step: i64,
    /// When it is sent next.
    pub next: Option<Time>,
    /// When it was sent.
    pub at: Time,
    /// What was answered.
    pub status_code: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The beginning of the answer.
    pub response_body: Option<String>,
    /// Why there was no answer.
    pub error: Option<String>,
}

/// Notes an attempt. One that was cancelled meanwhile stays so, unless it arrived.
///
/// # Errors
/// Those of SQLite.
pub fn record(tx: &Tx, attempted: &Attempted) -> Result<()> {
    tx.prepare_cached(
        "UPDATE deliveries SET state = ?2, alone = ?3, attempts = attempts + 1, step = ?4, next_attempt_at = ?5, last_attempt_at = ?6,
            status_code = ?7, duration_ms = ?8, response_body = ?9, error = ?10
         WHERE id = ?1 AND (state = 'waiting' OR ?2 = 'delivered')",
    )?
    .execute(params![
        attempted.id,
        attempted.status,
        attempted.alone,
        attempted.step,
        attempted.next,
        attempted.at,
        attempted.status_code,
        attempted.duration_ms,
        attempted.response_body,
        attempted.error,
    ])?;
    Ok(())
}

/// The receiver is healthy but for this one, which retries by itself from now on.
///
/// # Errors
/// Those of SQLite.
pub fn set_alone(tx: &Tx, id: i64) -> Result<()> {
    tx.prepare_cached("UPDATE deliveries SET alone = 1 WHERE id = ?1 AND state = 'waiting'")?.execute([id])?;
    Ok(())
}

/// The receiver is back: what waited for it is due at `due`.
///
/// # Errors
/// Those of SQLite.
pub fn release(tx: &Tx, webhook: WebhookId, due: Time) -> Result<()> {
    tx.prepare_cached(
        "UPDATE deliveries SET next_attempt_at = ?2 WHERE webhook_id = ?1 AND state = 'waiting' AND alone = 0 AND next_attempt_at > ?2",
    )?
    .execute(params![webhook, due])?;
    Ok(())
}

/// Cancels what waits for webhooks that are off, and removes what belonged to those that are gone: at most `most` rows of each.
/// Whether there was any.
///
/// # Errors
/// Those of SQLite.
pub fn tidy(tx: &Tx, most: i64) -> Result<bool> {
    let cancelled = tx
        .prepare_cached(
            "UPDATE deliveries SET state = 'cancelled', next_attempt_at = NULL WHERE id IN
                (SELECT d.id FROM webhooks w JOIN deliveries d ON d.webhook_id = w.id AND d.state = 'waiting' WHERE NOT w.active LIMIT ?1)",
        )?
        .execute([most])?;
    // From one webhook's number to the next, not from row to row.
    let removed = tx
        .prepare_cached(
            "WITH RECURSIVE each (webhook) AS (
                SELECT min(webhook_id) FROM deliveries
                UNION ALL
                SELECT (SELECT min(webhook_id) FROM deliveries WHERE webhook_id > webhook) FROM each WHERE webhook IS NOT NULL
             )
             DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE webhook_id =
                (SELECT webhook FROM each WHERE webhook NOT IN (SELECT id FROM webhooks) LIMIT 1) LIMIT ?1)",
        )?
        .execute([most])?;
    Ok(cancelled + removed > 0)
}

/// Takes out of the log of a webhook what is beyond [`KEPT_ROWS`]: at most `most` rows.
///
/// # Errors
/// Those of SQLite.
pub fn trim(tx: &Tx, webhook: WebhookId, most: i64) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE webhook_id = ?1 AND state <> 'waiting'
            ORDER BY id DESC LIMIT ?3 OFFSET ?2)",
    )?
    .execute(params![webhook, KEPT_ROWS, most])?;
    Ok(())
}

/// Takes up to `most` settled deliveries out of the logs that are older than [`KEPT_S`]; says how many.
///
/// # Errors
/// Those of SQLite.
pub fn remove_expired(tx: &Tx, most: i64) -> Result<usize> {
    // Ids grow with time, and nothing waits for so long: what is too old stands in front.
    let removed = tx
        .prepare_cached(
            "DELETE FROM deliveries WHERE state <> 'waiting' AND id IN
                (SELECT id FROM (SELECT id, created_at FROM deliveries ORDER BY id LIMIT ?2) WHERE created_at < ?1)",
        )?
        .execute(params![tx.now.plus(-KEPT_S), most])?;
    Ok(removed)
}

/// What receivers answered to events of a contact may repeat what was in them.
///
/// # Errors
/// Those of SQLite.
pub fn forget_answers(tx: &Tx, contact: i64) -> Result<()> {
    tx.prepare_cached(
        "UPDATE deliveries SET response_body = NULL, error = NULL WHERE event_id IN (SELECT id FROM events WHERE contact_id = ?1)",
    )?
    .execute([contact])?;
    Ok(())
}
