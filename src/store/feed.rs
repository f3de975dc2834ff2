//! The change feed: one table that is outbox, stream and audit log at once. Events are appended in the same transaction
//! as the change they tell of, by the one writer, so their ids appear in order and never below one already read.

use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::event::Actor;
use crate::types::event::ActorKind;
use crate::types::event::EventKind;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt::Display;
use utoipa::ToSchema;

/// A piece of the feed holds at most so many events,
const PIECE_EVENTS: usize = 256;
/// so many bytes of them, or else one event,
const PIECE_BYTES: usize = 256 * 1_024;
/// and is looked for among so many, so that no read is long however few of them are asked for.
const PIECE_SPAN: i64 = 4_096;

/// How long events are kept, in seconds.
pub const KEPT_S: i64 = 30 * 24 * 3600;

/// An event as every exit shows it: the feed, the stream, a webhook's delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// Grows with each event.
    pub id: EventId,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When.
    pub created_at: Time,
    /// Who caused it.
    pub actor: EventActor,
    /// Each field that changed, as `[old, new]`; `null` where nothing was before.
    #[schema(value_type = Option<Object>)]
    pub changes: Option<Box<RawValue>>,
    /// Shared by the events of one bulk request.
    pub bulk_id: Option<String>,
    /// History brought in from elsewhere.
    pub imported: bool,
    /// The full object after it.
    #[schema(value_type = Object)]
    pub data: Box<RawValue>,
}

impl Kind for Event {
    const PREFIX: &'static str = "event";
}

/// The id of an event.
pub type EventId = Id<Event>;

/// Who caused an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventActor {
    /// A user, or CommFlow itself.
    #[serde(rename = "type")]
    pub kind: ActorKind,
    /// The user's id.
    pub id: Option<String>,
    /// The key that was used.
    pub api_key_id: Option<String>,
}

/// What an event is about.
pub struct About {
    /// The object's id as the API writes it.
    pub subject: String,
    /// Whose data the event holds, for erasure.
    pub contact: Option<i64>,
}

impl About {
    /// The object of this id.
    pub fn new(subject: impl Display, contact: Option<i64>) -> Self {
        Self { subject: subject.to_string(), contact }
    }
}

/// What an event says, as JSON, and who says it when.
pub(super) struct Entry<'a> {
    pub changes: Option<String>,
    pub data: String,
    pub actor: Actor,
    pub at: Time,
    pub bulk: Option<&'a str>,
    pub imported: bool,
}

/// Appends one event.
pub(super) fn append(db: &Connection, kind: EventKind, about: &About, entry: &Entry) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO events (type, subject, contact_id, actor_type, actor_id, api_key_id, bulk_id, imported, created_at, changes, data)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        kind,
        about.subject,
        about.contact,
        entry.actor.kind,
        entry.actor.user,
        entry.actor.api_key,
        entry.bulk,
        entry.imported,
        entry.at,
        entry.changes,
        entry.data
    ])?;
    Ok(())
}

/// Each field that differs, as `[old, new]`. `updated_at` differs always, and says nothing.
///
/// # Errors
/// When one of the two can't be written as JSON.
pub fn changes<T: Serialize>(old: &T, new: &T) -> Result<Map<String, Value>> {
    let (Value::Object(mut old), Value::Object(new)) = (serde_json::to_value(old)?, serde_json::to_value(new)?) else {
        return Ok(Map::new());
    };
    let mut changes = Map::new();
    for (field, now) in new {
        let before = old.remove(&field).unwrap_or(Value::Null);
        if before != now && field != "updated_at" {
            changes.insert(field, Value::Array(vec![before, now]));
        }
    }
    Ok(changes)
}

/// Which part of the feed is asked for.
#[derive(Debug, Clone, Default)]
pub struct FeedFilter {
    /// Only events after this one.
    pub after: Option<EventId>,
    /// Only these; empty: all.
    pub kinds: Vec<EventKind>,
}

/// Reads on in the feed, oldest first: at most `limit` events after skipping `offset`, and how many there are in all.
///
/// # Errors
/// `cursor_expired` when events after the cursor have already been removed: never a silent gap.
pub fn read(db: &Connection, filter: &FeedFilter, offset: i64, limit: i64) -> Result<(Vec<Event>, i64)> {
    let (first, last) = ends(db)?;
    if let Some(after) = filter.after {
        assert_kept(after, first)?;
    }
    let after = filter.after.map_or(first - 1, Id::row);
    let (kinds, total) = if filter.kinds.is_empty() {
        // Nothing but the oldest end is ever removed, and rolled-back ids are taken again: the ids have no gaps.
        (None, (last - after).max(0))
    } else {
        let kinds = serde_json::to_string(&filter.kinds)?;
        let total = db
            .prepare_cached("SELECT count(*) FROM events WHERE type IN (SELECT value FROM json_each(?1)) AND id > ?2")?
            .query_row(params![kinds, after], |row| row.get(0))?;
        (Some(kinds), total)
    };
    let mut statement = db.prepare_cached(sql(filter.kinds.len()))?;
    let rows = statement.query_map(params![kinds, after, offset, limit], from_row)?;
    Ok((rows.collect::<rusqlite::Result<_>>()?, total))
}

/// One event; none if there is no such event, or it is no longer kept.
///
/// # Errors
/// Those of SQLite.
pub fn get(db: &Connection, id: i64) -> Result<Option<Event>> {
    Ok(db.prepare_cached("SELECT * FROM events WHERE id = ?1")?.query_row([id], from_row).optional()?)
}

fn assert_kept(after: EventId, first: i64) -> Result<()> {
    if after.row() >= first - 1 {
        return Ok(());
    }
    let first = Id::<Event>::from_row(first);
    let message =
        format!("The feed no longer reaches back to {after}. The oldest event is {first}; take a full copy again.");
    Err(Error::new(Code::CursorExpired, message))
}

/// Where somebody begins who follows the feed: after this event, or at its newest end.
///
/// # Errors
/// `cursor_expired` when events after it have already been removed, and when there is no such event yet: then it is of
/// another feed than this one, such as one that was there before a backup was restored.
pub fn begin(db: &Connection, after: Option<EventId>) -> Result<EventId> {
    let (first, last) = ends(db)?;
    let last = Id::from_row(last);
    let Some(after) = after else { return Ok(last) };
    assert_kept(after, first)?;
    if after > last {
        let message = format!(
            "There is no {after} yet: the newest event is {last}. Was a backup restored? Take a full copy again."
        );
        return Err(Error::new(Code::CursorExpired, message));
    }
    Ok(after)
}

/// A piece of the feed.
#[derive(Debug)]
pub struct Piece {
    /// Oldest first.
    pub events: Vec<Event>,
    /// The number of the event that it reaches to: up to there, no other was asked for.
    pub reaches: i64,
}

/// Reads on in the feed after the event of this number: a piece of bounded length, of these kinds; of all for none. At the
/// newest end it is empty.
///
/// # Errors
/// As [`read`].
pub fn follow(db: &Connection, after: i64, kinds: &[EventKind]) -> Result<Piece> {
    let (first, last) = ends(db)?;
    assert_kept(Id::from_row(after), first)?;
    // What is there up to `last` stays as it is, whatever is appended meanwhile.
    let until = last.min(after.saturating_add(PIECE_SPAN));
    let kinds = if kinds.is_empty() { None } else { Some(serde_json::to_string(kinds)?) };
    let mut piece = Piece { events: Vec::new(), reaches: until.max(after) };
    let mut bytes = 0;
    let mut statement = db.prepare_cached(FOLLOW)?;
    let mut rows = statement.query(params![after, until, kinds])?;
    while let Some(row) = rows.next()? {
        let event = from_row(row)?;
        bytes += event.data.get().len() + event.changes.as_ref().map_or(0, |changes| changes.get().len());
        let reaches = event.id.row();
        piece.events.push(event);
        if piece.events.len() >= PIECE_EVENTS || bytes >= PIECE_BYTES {
            piece.reaches = reaches;
            break;
        }
    }
    Ok(piece)
}

/// The SQL of [`follow`], for the test of its plan.
pub const FOLLOW: &str = "SELECT * FROM events WHERE id > ?1 AND id <= ?2
    AND (?3 IS NULL OR type IN (SELECT value FROM json_each(?3))) ORDER BY id";

/// The SQL of a part of the feed of so many types (0: all), for the test of its plan.
pub fn sql(kinds: usize) -> &'static str {
    match kinds {
        0 => "SELECT * FROM events WHERE id > ?2 AND ?1 IS NULL ORDER BY id LIMIT ?4 OFFSET ?3",
        1 => "SELECT * FROM events WHERE type = ?1 ->> 0 AND id > ?2 ORDER BY id LIMIT ?4 OFFSET ?3",
        // The unary plus keeps SQLite on the order of ids, so that it needs no sorting.
        _ => {
            "SELECT * FROM events WHERE id > ?2 AND +type IN (SELECT value FROM json_each(?1)) ORDER BY id LIMIT ?4 OFFSET ?3"
        }
    }
}

/// The oldest and the newest event's number; the newest is one less where there is none.
///
/// # Errors
/// Those of SQLite.
pub fn ends(db: &Connection) -> Result<(i64, i64)> {
    let newest = newest(db)?;
    let oldest = db.prepare_cached("SELECT id FROM events ORDER BY id LIMIT 1")?.query_row([], |row| row.get(0));
    Ok((oldest.optional()?.unwrap_or(newest + 1), newest))
}

/// The newest event's number, also if it is removed already; 0 before the first.
///
/// # Errors
/// Those of SQLite.
pub fn newest(db: &Connection) -> Result<i64> {
    let newest = db
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'events'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(newest.unwrap_or(0))
}

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<Event> {
    let raw = |text: String| {
        RawValue::from_string(text)
            .map_err(|cause| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(cause)))
    };
    Ok(Event {
        id: row.get("id")?,
        kind: row.get("type")?,
        created_at: row.get("created_at")?,
        actor: EventActor {
            kind: row.get("actor_type")?,
            id: row.get::<_, Option<i64>>("actor_id")?.map(|id| format!("user_{id:03}")),
            api_key_id: row.get::<_, Option<i64>>("api_key_id")?.map(|id| format!("key_{id:03}")),
        },
        changes: row.get::<_, Option<String>>("changes")?.map(raw).transpose()?,
        bulk_id: row.get("bulk_id")?,
        imported: row.get("imported")?,
        data: raw(row.get("data")?)?,
    })
}

/// Removes up to `most` of the oldest events that are older than [`KEPT_S`]; says how many.
///
/// # Errors
/// Those of SQLite.
pub fn remove_expired(db: &Connection, now: Time, most: i64) -> Result<usize> {
    let removed = db
        .prepare_cached(
            // Nothing but a prefix may go, even if the machine's clock was once set back: else the ids had gaps.
            "DELETE FROM events WHERE id < ifnull(
                (SELECT min(id) FROM (SELECT id, created_at FROM events ORDER BY id LIMIT ?2) WHERE created_at >= ?1),
                (SELECT id + ?2 FROM events ORDER BY id LIMIT 1))",
        )?
        .execute(params![now.plus(-KEPT_S), most])?;
    Ok(removed)
}
