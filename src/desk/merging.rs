//! Merging two contacts that are one person: the threads of the one move to the other, and its number and addresses go on
//! standing for the survivor. All of it is one write: a crash leaves both contacts as they were, or one.

use crate::desk::aliases;
use crate::desk::contacts;
use crate::desk::contacts::Contact;
use crate::desk::contacts::ContactId;
use crate::desk::contacts::ContactRef;
use crate::desk::threads::ConversationId;
use crate::desk::threads::change;
use crate::desk::threads::row::Reading;
use crate::desk::threads::view::Conversation;
use crate::desk::threads::view::Ticket;
use crate::store::feed;
use crate::store::tx::About;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::error::Rule;
use crate::types::event::EventKind;
use crate::types::field::Invalid;
use deserr::Deserr;
use rusqlite::params;
use serde_json::json;
use utoipa::ToSchema;

/// Which contact another is merged into.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ContactMerge {
    /// The contact that survives.
    pub into: ContactId,
}

/// Merges a contact into another, and gives the survivor. What is empty there is filled in; nothing of it is replaced.
///
/// # Errors
/// `not_found`; `conflict` when the contact was merged before; 422 when it can't be merged into that one.
pub fn merge(tx: &Tx, id: ContactId, into: ContactId) -> Result<Contact> {
    let gone = contacts::known(tx, id)?;
    let survivor = survivor(tx, id, into)?;
    let filled = filled(&survivor, &gone)?;
    aliases::merge(tx, id.row(), into.row())?;
    tx.prepare_cached("DELETE FROM contacts WHERE id = ?1")?.execute([id])?;
    if let Some(email) = gone.email.as_ref().filter(|email| Some(*email) != filled.email.as_ref()) {
        aliases::keep(tx, into.row(), email)?;
    }
    let merged = contacts::write(tx, &filled)?;
    tx.prepare_cached("UPDATE idempotent_answers SET contact_id = ?2 WHERE contact_id = ?1")?.execute([id, into])?;
    let changes = json!({"merged_into": [null, into]});
    tx.tell(EventKind::ContactDeleted, About::new(id, None), &changes, &json!({"id": id}))?;
    let mut changes = feed::changes(&survivor, &merged)?;
    changes.insert("merged_from".to_owned(), json!([null, id]));
    tx.tell(EventKind::ContactUpdated, contacts::about(&merged), &changes.into(), &merged)?;
    move_threads(tx, &gone, &merged)?;
    Ok(merged)
}

/// The contact that is to survive.
fn survivor(tx: &Tx, id: ContactId, into: ContactId) -> Result<Contact> {
    let refused = |rule, message: String| Err(Error::invalid_field("into", rule, message));
    if id == into {
        return refused(Rule::InvalidFormat, "a contact can't be merged into itself".to_owned());
    }
    match contacts::known(tx, into) {
        Err(error) if error.code == Code::NotFound => refused(Rule::UnknownId, format!("there is no contact {into}")),
        Err(error) if error.code == Code::Conflict => refused(Rule::InvalidFormat, error.message),
        found => found,
    }
}

fn filled(survivor: &Contact, gone: &Contact) -> Result<Contact> {
    let custom_fields = survivor.custom_fields.filled(&gone.custom_fields);
    Ok(Contact {
        email: survivor.email.clone().or(gone.email.clone()),
        name: survivor.name.clone().or(gone.name.clone()),
        phone: survivor.phone.clone().or(gone.phone.clone()),
        company: survivor.company.clone().or(gone.company.clone()),
        custom_fields: custom_fields.map_err(|refused| {
            let message = format!("its custom fields and those of the other {}", refused.message);
            Error::invalid_field("into", refused.rule, message)
        })?,
        ..survivor.clone()
    })
}

/// Threads and the messages in them name the survivor from now on. Events and answers of before keep the old number, and are
/// found by it when the survivor is erased: to write them all anew would take far longer.
fn move_threads(tx: &Tx, gone: &Contact, survivor: &Contact) -> Result<()> {
    let threads = {
        let mut select = tx.prepare_cached("SELECT id FROM threads WHERE contact_id = ?1 ORDER BY id")?;
        select.query_map([gone.id], |row| row.get(0))?.collect::<rusqlite::Result<Vec<ConversationId>>>()?
    };
    tx.prepare_cached(
        "UPDATE messages SET author_id = ?2
         WHERE type = 'comment' AND author_id = ?1 AND thread_id IN (SELECT id FROM threads WHERE contact_id = ?1)",
    )?
    .execute([gone.id, survivor.id])?;
    tx.prepare_cached(
        "UPDATE threads SET contact_id = ?2, version = version + 1, updated_at = ?3 WHERE contact_id = ?1",
    )?
    .execute(params![gone.id, survivor.id, tx.now])?;
    // The same for all of them: to compare each with what it was takes twice as long.
    let changes = json!({"contact": [named(gone), named(survivor)]});
    let mut reading = Reading::conversations(tx)?;
    for id in threads {
        let thread = reading.get(id)?;
        tx.tell(EventKind::ConversationUpdated, change::about(&thread), &changes, &Conversation::of(&thread))?;
        if let Some(ticket) = Ticket::from(thread, tx.now) {
            let about = About::new(ticket.id, Some(survivor.id.row()));
            tx.tell(EventKind::TicketUpdated, about, &changes, &ticket)?;
        }
    }
    Ok(())
}

/// A contact as threads name him.
fn named(contact: &Contact) -> ContactRef {
    ContactRef {
        id: contact.id,
        name: contact.name.as_ref().map(ToString::to_string),
        email: contact.email.as_ref().map(ToString::to_string),
    }
}
