//! Everything held on a person, as one document.

use crate::desk::aliases;
use crate::desk::contacts;
use crate::desk::contacts::Contact;
use crate::desk::contacts::ContactId;
use crate::desk::threads::ConversationId;
use crate::desk::threads::message;
use crate::desk::threads::message::Message;
use crate::desk::threads::view::Conversation;
use crate::desk::threads::view::Ticket;
use crate::desk::tickets;
use crate::store::feed::EventId;
use crate::types::Result;
use crate::types::time::Time;
use rusqlite::Connection;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// `GET /v1/contacts/{id}/export`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    /// When it was made.
    pub exported_at: Time,
    /// The person.
    pub contact: Contact,
    /// Every thread with the person, with its messages; internal notes too, for they are held on the person.
    pub conversations: Vec<ExportedThread>,
    /// What the change feed still says of the person.
    pub events: Vec<ExportedEvent>,
}

/// A thread with its messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedThread {
    /// The conversation.
    #[serde(flatten)]
    pub conversation: Conversation,
    /// Its ticket.
    pub ticket: Option<Ticket>,
    /// Its messages, oldest first.
    pub messages: Vec<Message>,
}

/// What an event says of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedEvent {
    /// `event_001`.
    pub id: EventId,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub created_at: Time,
    /// What changed.
    #[schema(value_type = Option<Object>)]
    pub changes: Option<Box<RawValue>>,
}

/// Gathers everything, in the caller's read transaction.
///
/// # Errors
/// `not_found`; `conflict` when the contact was merged into another.
pub fn export(db: &Connection, id: ContactId, now: Time) -> Result<Export> {
    let contact = contacts::known(db, id)?;
    let mut select = db.prepare_cached("SELECT id FROM threads WHERE contact_id = ?1 ORDER BY created_at, id")?;
    let threads = select.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<Vec<ConversationId>>>()?;
    let conversations = threads.into_iter().map(|thread| exported(db, thread, now)).collect::<Result<_>>()?;
    Ok(Export { exported_at: now, contact, conversations, events: events(db, id)? })
}

fn exported(db: &Connection, id: ConversationId, now: Time) -> Result<ExportedThread> {
    let (conversation, ticket) = tickets::of_thread(db, id, now)?;
    let mut select = db.prepare_cached("SELECT id FROM messages WHERE thread_id = ?1 ORDER BY created_at, id")?;
    let numbers = select.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    let messages = numbers.into_iter().map(|number| message::get(db, number, now)).collect::<Result<_>>()?;
    Ok(ExportedThread { conversation, ticket, messages })
}

/// Those of contacts that were merged into this one, too.
fn events(db: &Connection, id: ContactId) -> Result<Vec<ExportedEvent>> {
    let ids = serde_json::to_string(&aliases::all_of(db, id.row())?)?;
    let mut select = db.prepare_cached(
        "SELECT id, type, created_at, changes FROM events WHERE contact_id IN (SELECT value FROM json_each(?1)) ORDER BY id",
    )?;
    let rows = select.query_map([ids], |row| {
        let changes: Option<String> = row.get(3)?;
        Ok(ExportedEvent {
            id: row.get(0)?,
            kind: row.get(1)?,
            created_at: row.get(2)?,
            changes: changes.and_then(|text| RawValue::from_string(text).ok()),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
