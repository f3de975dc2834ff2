//! What happened to a thread beside its messages, for ever: one row for each write that changed something of it.
//!
//! The change feed tells the same for a month, and of everything. Values of custom fields are not repeated here: they may be
//! personal, and nobody would look for them in a history.

use crate::desk::inboxes::InboxId;
use crate::desk::teams::TeamRef;
use crate::desk::threads::ConversationId;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::desk::threads::TicketStatus;
use crate::desk::threads::row;
use crate::desk::threads::row::Thread;
use crate::desk::users::UserId;
use crate::desk::users::UserRef;
use crate::store::feed;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::custom_fields::CustomFields;
use crate::types::event::ActorKind;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::Line;
use crate::types::text::TagName;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::params;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A change of a thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadChange {
    /// `change_001`.
    pub id: Id<ThreadChange>,
    /// The thread that changed.
    pub conversation_id: ConversationId,
    /// Who changed it.
    pub actor: ChangeActor,
    /// Each field that changed, as `[old, new]`: `subject`, `status`, `ticket_status`, `priority`, `assignee`, `team`,
    /// `tags`, `inbox_id`. Of `custom_fields` only that they changed, as `[null, null]`. The first change of a thread is
    /// its beginning: nothing was before.
    #[schema(value_type = Object)]
    pub changes: Box<RawValue>,
    /// When.
    pub created_at: Time,
}

impl Kind for ThreadChange {
    const PREFIX: &'static str = "change";
}

/// Who changed a thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeActor {
    /// A user, or CommFlow itself.
    #[serde(rename = "type")]
    pub kind: ActorKind,
    /// The user's id.
    pub id: Option<UserId>,
    /// The user's name.
    pub name: Option<String>,
}

/// What of a thread its history tells.
#[derive(Serialize)]
struct Told<'a> {
    subject: &'a Line,
    status: ConversationStatus,
    ticket_status: Option<TicketStatus>,
    priority: Priority,
    assignee: &'a Option<UserRef>,
    team: &'a Option<TeamRef>,
    tags: &'a [TagName],
    inbox_id: Option<InboxId>,
    custom_fields: &'a CustomFields,
}

impl<'a> Told<'a> {
    fn of(thread: &'a Thread) -> Self {
        let ticket = thread.ticket.as_ref();
        Self {
            subject: &thread.subject,
            status: thread.status(),
            ticket_status: ticket.map(|ticket| ticket.status),
            priority: thread.priority(),
            assignee: &thread.assignee,
            team: &thread.team,
            tags: &thread.tags,
            inbox_id: ticket.map(|ticket| ticket.inbox),
            custom_fields: &thread.custom_fields,
        }
    }
}

/// Writes down how a thread began.
///
/// # Errors
/// Those of SQLite.
pub fn begin(tx: &Tx, thread: &Thread) -> Result<()> {
    let mut changes = feed::changes(&json!({}), &serde_json::to_value(Told::of(thread))?)?;
    changes.retain(|_, change| change.get(1).is_some_and(|value| *value != json!([]) && *value != json!({})));
    insert(tx, thread, changes, thread.created_at)
}

/// Writes down what has changed about a thread; nothing if its history tells nothing of it.
///
/// # Errors
/// Those of SQLite.
pub fn write(tx: &Tx, old: &Thread, new: &Thread) -> Result<()> {
    let changes = feed::changes(&Told::of(old), &Told::of(new))?;
    if changes.is_empty() { Ok(()) } else { insert(tx, new, changes, tx.now) }
}

fn insert(tx: &Tx, thread: &Thread, mut changes: serde_json::Map<String, Value>, at: Time) -> Result<()> {
    if let Some(values) = changes.get_mut("custom_fields") {
        *values = json!([null, null]);
    }
    tx.prepare_cached(
        "INSERT INTO thread_changes (thread_id, actor_type, actor_id, created_at, changes) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![thread.id, tx.actor.kind, tx.actor.user, at, Value::Object(changes).to_string()])?;
    Ok(())
}

/// Puts `word` in the place of all subjects in the histories of a contact's threads.
///
/// # Errors
/// Those of SQLite.
pub fn erase_subjects(tx: &Tx, contact: i64, word: &str) -> Result<()> {
    tx.prepare_cached(
        "UPDATE thread_changes SET changes = json_set(changes, '$.subject',
            json_array(CASE WHEN changes ->> '$.subject[0]' IS NOT NULL THEN ?2 END, ?2))
         WHERE thread_id IN (SELECT id FROM threads WHERE contact_id = ?1) AND changes -> '$.subject' IS NOT NULL",
    )?
    .execute(params![contact, word])?;
    Ok(())
}

/// The changes of a thread, oldest first.
///
/// # Errors
/// `not_found` when there is no such conversation.
pub fn list(db: &Connection, id: ConversationId, order: Order, paging: &Paging) -> Result<Page<ThreadChange>> {
    row::get(db, id)?;
    let list = query(id, order);
    let total = list.count(db)?;
    list.page(db, paging, total, |number| get(db, number))
}

/// The list behind [`list`], for the test of its plans.
pub fn query(id: ConversationId, order: Order) -> List {
    List::of("thread_changes", "id", order).filter("thread_id = ?", &Some(id))
}

fn get(db: &Connection, number: i64) -> Result<ThreadChange> {
    let (mut change, changes) = db
        .prepare_cached(
            "SELECT h.id, h.thread_id, h.actor_type, h.actor_id, u.name, h.created_at, h.changes
             FROM thread_changes h LEFT JOIN users u ON u.id = h.actor_id WHERE h.id = ?1",
        )?
        .query_row([number], |row| {
            let change = ThreadChange {
                id: row.get(0)?,
                conversation_id: row.get(1)?,
                actor: ChangeActor { kind: row.get(2)?, id: row.get(3)?, name: row.get(4)? },
                changes: RawValue::NULL.to_owned(),
                created_at: row.get(5)?,
            };
            Ok((change, row.get(6)?))
        })?;
    change.changes = RawValue::from_string(changes)?;
    Ok(change)
}
