//! Erasure of a person: from the rows, the change feed, stored answers, and, by `secure_delete` and a checkpoint that the
//! writer makes before it answers, from SQLite's free pages and its WAL.

use crate::desk::aliases;
use crate::desk::contacts;
use crate::desk::contacts::ContactId;
use crate::desk::contacts::DELETED_NAME;
use crate::desk::deliveries;
use crate::desk::files;
use crate::desk::files::FileId;
use crate::desk::threads::history;
use crate::store::tx::About;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::event::EventKind;
use crate::types::id::Id;
use rusqlite::params;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

/// What a thread is called whose first words were erased.
const DELETED_SUBJECT: &str = "Deleted conversation";

/// What a file is called that was erased.
const DELETED_FILE: &str = "Deleted file";

/// What is left of an erased contact in the feed.
#[derive(Serialize)]
struct Gone {
    id: ContactId,
}

/// How much is erased.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// The person; threads and messages stay, without the name.
    Person,
    /// What the person wrote, too.
    PersonAndMessages,
}

/// Who is erased, and how much.
struct Person {
    extent: Extent,
    /// The contact, and those that were merged into it.
    ids: Vec<ContactId>,
}

/// Erases a contact, and those that were merged into it. The address is free again; `contact.deleted` carries the id alone. Gives the files that went with what
/// the person wrote: their bytes are to be cleared by [`files::chunks::clear_all`], for they may be too many for one write.
///
/// # Errors
/// `not_found`, also when the contact was erased before; `conflict` when it was merged into another.
pub fn erase(tx: &Tx, id: ContactId, extent: Extent) -> Result<Vec<FileId>> {
    contacts::known(tx, id)?;
    let person = Person { extent, ids: aliases::all_of(tx, id.row())?.into_iter().map(Id::from_row).collect() };
    let mut doomed = Vec::new();
    if extent == Extent::PersonAndMessages {
        doomed = files::erase_of_contact(tx, id.row())?;
        blank_uploads(tx, &doomed)?;
        erase_messages(tx, id)?;
    }
    for one in &person.ids {
        deliveries::forget_answers(tx, one.row())?;
        rewrite_events(tx, *one, &person)?;
    }
    rewrite_answers(tx, id, &person)?;
    aliases::forget(tx, id.row())?;
    tx.prepare_cached("DELETE FROM contacts WHERE id = ?1")?.execute([id])?;
    // Both views show another name now: their ETags and `updated_after` must tell.
    tx.prepare_cached("UPDATE threads SET version = version + 1, updated_at = ?2 WHERE contact_id = ?1")?
        .execute(params![id, tx.now])?;
    tx.emit(EventKind::ContactDeleted, About::new(id, None), None, &Gone { id })?;
    tx.erased();
    Ok(doomed)
}

/// The answers to uploads name their files, too; whose they would be was not known then.
fn blank_uploads(tx: &Tx, ids: &[FileId]) -> Result<()> {
    let mut blank =
        tx.prepare_cached("UPDATE idempotent_answers SET body = ?2 WHERE location = ?1 AND body IS NOT NULL")?;
    for id in ids {
        let body = json!({"data": {"id": id, "name": DELETED_FILE, "deleted": true}});
        blank.execute(params![format!("/v1/files/{id}"), body.to_string()])?;
    }
    Ok(())
}

fn erase_messages(tx: &Tx, id: ContactId) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM messages WHERE type = 'comment' AND thread_id IN (SELECT id FROM threads WHERE contact_id = ?1)",
    )?
    .execute([id])?;
    tx.prepare_cached(
        "UPDATE threads SET comments_count = 0, waiting_since = NULL, subject = ?2,
            description = CASE WHEN description IS NULL THEN NULL ELSE ?2 END, custom_fields = '{}',
            last_message_at = (SELECT max(created_at) FROM messages m WHERE m.thread_id = threads.id)
         WHERE contact_id = ?1",
    )?
    .execute(params![id, DELETED_SUBJECT])?;
    history::erase_subjects(tx, id.row(), DELETED_SUBJECT)
}

fn rewrite_events(tx: &Tx, id: ContactId, person: &Person) -> Result<()> {
    let mut select = tx.prepare_cached("SELECT id, type, changes, data FROM events WHERE contact_id = ?1")?;
    let mut rewrite =
        tx.prepare_cached("UPDATE events SET changes = ?2, data = ?3, contact_id = NULL WHERE id = ?1")?;
    let mut rows = select.query([id])?;
    let mut found: Vec<(i64, EventKind, Option<String>, String)> = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    }
    for (number, kind, changes, data) in found {
        let (changes, data) = match kind {
            EventKind::ContactCreated | EventKind::ContactUpdated | EventKind::ContactDeleted => {
                (None, json!({"id": id}).to_string())
            }
            _ => (changes.map(|text| person.scrub(&text)).transpose()?, person.scrub(&data)?),
        };
        rewrite.execute(params![number, changes, data])?;
    }
    Ok(())
}

fn rewrite_answers(tx: &Tx, id: ContactId, person: &Person) -> Result<()> {
    let mut select =
        tx.prepare_cached("SELECT credential, target, key, body FROM idempotent_answers WHERE contact_id = ?1")?;
    let mut rewrite = tx.prepare_cached(
        "UPDATE idempotent_answers SET body = ?4, contact_id = NULL WHERE credential = ?1 AND target = ?2 AND key = ?3",
    )?;
    let mut rows = select.query([id])?;
    let mut found: Vec<(i64, String, String, Option<String>)> = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    }
    for (api_key, target, key, body) in found {
        let body = body.map(|text| person.scrub(&text)).transpose()?;
        rewrite.execute(params![api_key, target, key, body])?;
    }
    Ok(())
}

impl Person {
    /// Takes the person out of an object as it was told: wherever the contact stands, nothing but the id is left.
    fn scrub(&self, text: &str) -> Result<String> {
        let mut value: Value = serde_json::from_str(text)?;
        self.scrub_value(&mut value);
        Ok(value.to_string())
    }

    fn scrub_value(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.scrub_value(item)),
            Value::Object(object) => {
                if self.is(object.get("id")) {
                    // The contact himself, as an object of his own, as the contact of a thread, or as the author of a comment.
                    object.iter_mut().for_each(|(field, value)| scrub_field(field, value));
                    return;
                }
                if self.extent == Extent::PersonAndMessages {
                    scrub_words(object);
                }
                object.values_mut().for_each(|item| self.scrub_value(item));
            }
            _ => {}
        }
    }

    fn is(&self, id: Option<&Value>) -> bool {
        let id = id.and_then(Value::as_str).and_then(|text| text.parse().ok());
        id.is_some_and(|id: ContactId| self.ids.contains(&id))
    }
}

/// A field of a contact, without the person.
fn scrub_field(field: &str, value: &mut Value) {
    *value = match field {
        "id" | "type" | "created_at" | "updated_at" => return,
        "name" => DELETED_NAME.into(),
        "custom_fields" => json!({}),
        "other_emails" => json!([]),
        _ => Value::Null,
    };
}

/// What the person wrote: a comment's text and files, a thread's subject and description, and what was noted of the thread.
fn scrub_words(object: &mut serde_json::Map<String, Value>) {
    let comment = object.get("type").and_then(Value::as_str) == Some("comment");
    for (field, value) in object.iter_mut() {
        let blank = match field.as_str() {
            "body" if comment => Value::from(""),
            "subject" | "description" if !value.is_null() => Value::from(DELETED_SUBJECT),
            "custom_fields" => json!({}),
            "attachments" if comment => json!([]),
            _ => continue,
        };
        *value = blank;
    }
}
