//! Removes a thread with all that hangs on it, and with what the feed told of it. Only the demo's threads are ever removed.

use crate::desk::files;
use crate::desk::threads::ConversationId;
use crate::desk::threads::TicketId;
use crate::desk::threads::row;
use crate::store::tx::About;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::event::EventKind;
use rusqlite::params;
use serde_json::json;

/// The row of `settings` that keeps numbers of tickets from being used twice.
pub const HIGHEST_TICKET: &str = "highest_ticket";

/// Removes a thread. Its events: `conversation.deleted`, and `ticket.deleted` for a ticket, with the id alone.
///
/// # Errors
/// `not_found`; those of SQLite.
pub fn remove(tx: &Tx, id: ConversationId) -> Result<()> {
    let thread = row::get(tx, id)?;
    let ticket = thread.ticket.map(|part| part.id);
    forget_events(tx, id, ticket)?;
    files::erase_of_thread(tx, id.row())?;
    for sql in [
        "DELETE FROM messages WHERE thread_id = ?1",
        "DELETE FROM thread_tags WHERE thread_id = ?1",
        "DELETE FROM sla_marks WHERE thread_id = ?1",
        "DELETE FROM sla_told WHERE thread_id = ?1",
        "DELETE FROM thread_changes WHERE thread_id = ?1",
        "DELETE FROM threads WHERE id = ?1",
    ] {
        tx.prepare_cached(sql)?.execute([id])?;
    }
    tx.emit(EventKind::ConversationDeleted, About::new(id, None), None, &json!({"id": id}))?;
    let Some(ticket) = ticket else { return Ok(()) };
    tx.prepare_cached(
        "INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
         WHERE CAST(value AS INTEGER) < CAST(excluded.value AS INTEGER)",
    )?
    .execute(params![HIGHEST_TICKET, ticket.row().to_string()])?;
    tx.emit(EventKind::TicketDeleted, About::new(ticket, None), None, &json!({"id": ticket}))
}

/// Leaves of the thread's events the ids alone, and has none of them delivered any more. The feed keeps them, for its ids have
/// no gaps.
fn forget_events(tx: &Tx, id: ConversationId, ticket: Option<TicketId>) -> Result<()> {
    let mut subjects = vec![id.to_string()];
    subjects.extend(ticket.map(|ticket| ticket.to_string()));
    {
        let mut select = tx.prepare_cached("SELECT id FROM messages WHERE thread_id = ?1")?;
        let mut rows = select.query([id])?;
        while let Some(row) = rows.next()? {
            subjects.push(format!("msg_{:03}", row.get::<_, i64>(0)?));
        }
    }
    let subjects = serde_json::to_string(&subjects)?;
    for sql in [
        "DELETE FROM deliveries WHERE event_id IN (SELECT id FROM events WHERE {theirs})",
        "UPDATE events SET changes = NULL, data = json_object('id', subject), contact_id = NULL WHERE {theirs}",
    ] {
        // Under the contact's number, or under that of one who was merged into it.
        let theirs = "contact_id IN (SELECT contact_id FROM threads WHERE id = ?1
                UNION ALL SELECT m.id FROM threads t JOIN merged_contacts m ON m.into_id = t.contact_id WHERE t.id = ?1)
            AND subject IN (SELECT value FROM json_each(?2))";
        tx.prepare_cached(&sql.replace("{theirs}", theirs))?.execute(params![id, subjects])?;
    }
    Ok(())
}
