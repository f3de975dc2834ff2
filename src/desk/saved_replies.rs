//! Saved replies: what is answered again and again, with places for what differs each time.

pub mod places;

use crate::desk::contacts::DELETED_NAME;
use crate::desk::saved_replies::places::Place;
use crate::desk::saved_replies::places::Template;
use crate::desk::threads::ConversationId;
use crate::desk::threads::row;
use crate::desk::users;
use crate::desk::users::UserId;
use crate::desk::users::UserRef;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::Line;
use crate::types::text::fold;
use crate::types::time::Time;
use deserr::Deserr;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::ToSchema;

/// A saved reply as every exit shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SavedReply {
    /// `saved_reply_001`.
    pub id: SavedReplyId,
    /// Unique without regard to case.
    pub name: Line,
    /// The text, with its places.
    pub body: Template,
    /// Who made it.
    pub created_by: Option<UserRef>,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Kind for SavedReply {
    const PREFIX: &'static str = "saved_reply";
}

/// The id of a saved reply.
pub type SavedReplyId = Id<SavedReply>;

/// What it takes to save a reply.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewSavedReply {
    /// Must not be another one's.
    pub name: Line,
    /// The text. It may have places for `{{contact.name}}`, `{{contact.first_name}}`, `{{contact.email}}`, `{{agent.name}}`,
    /// `{{agent.first_name}}`, `{{conversation.id}}`, `{{conversation.subject}}` and `{{ticket.id}}`; what stands after a
    /// bar is for where there is no such thing: `{{contact.first_name|there}}`.
    pub body: Template,
}

/// What may change about a saved reply.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct SavedReplyPatch {
    /// Must not be another one's.
    #[deserr(default)]
    pub name: Given<Line>,
    /// The text, with its places.
    #[deserr(default)]
    pub body: Given<Template>,
}

/// A saved reply with its places filled.
#[derive(Debug, Serialize, ToSchema)]
pub struct RenderedReply {
    /// The text.
    pub body: String,
}

const BY_ID: &str = "SELECT r.id, r.name, r.body, r.created_by, u.name, r.created_at, r.updated_at, r.version
    FROM saved_replies r LEFT JOIN users u ON u.id = r.created_by WHERE r.id = ?1";

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<SavedReply> {
    let (by, by_name): (Option<UserId>, Option<String>) = (row.get(3)?, row.get(4)?);
    Ok(SavedReply {
        id: row.get(0)?,
        name: row.get(1)?,
        body: row.get(2)?,
        created_by: by.zip(by_name).map(|(id, name)| UserRef { id, name }),
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
        version: row.get(7)?,
    })
}

/// The saved reply of this id.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: SavedReplyId) -> Result<SavedReply> {
    db.prepare_cached(BY_ID)?.query_row([id], from_row).optional()?.ok_or_else(|| Error::not_found(id))
}

/// The words of a text, folded.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What a reply is found by: each of its words behind a space.
fn findable(name: &Line, body: &Template) -> String {
    let all = [name.as_str(), body.as_str()].map(words).concat();
    all.iter().map(|word| format!(" {word}")).collect()
}

/// Saved replies by name; with `sought`, those in whose name or text each of these begins a word.
///
/// # Errors
/// Those of SQLite.
pub fn list(db: &Connection, sought: &[String], order: Order, paging: &Paging) -> Result<Page<SavedReply>> {
    let list = List::of("saved_replies", "id", order).since_of_few(paging);
    let list = sought.iter().fold(list, |list, word| list.filter("instr(words, ?) > 0", &Some(format!(" {word}"))));
    let total = list.count(db)?;
    list.page(db, paging, total, |row| get(db, Id::from_row(row)))
}

/// Saves a reply.
///
/// # Errors
/// `conflict` when the name is another one's.
pub fn create(tx: &Tx, new: &NewSavedReply, caller: UserId) -> Result<SavedReply> {
    refuse_taken(tx, &new.name, None)?;
    tx.prepare_cached(
        "INSERT INTO saved_replies (name, name_key, body, words, created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )?
    .execute(params![
        new.name,
        fold(new.name.as_str()),
        new.body,
        findable(&new.name, &new.body),
        caller,
        tx.now
    ])?;
    get(tx, Id::from_row(tx.last_insert_rowid()))
}

/// Changes a saved reply.
///
/// # Errors
/// `conflict` when the name is another one's.
pub fn update(tx: &Tx, id: SavedReplyId, patch: SavedReplyPatch) -> Result<SavedReply> {
    let old = get(tx, id)?;
    let new =
        SavedReply { name: patch.name.or(old.name.clone()), body: patch.body.or(old.body.clone()), ..old.clone() };
    if new == old {
        return Ok(old);
    }
    refuse_taken(tx, &new.name, Some(id))?;
    tx.prepare_cached(
        "UPDATE saved_replies SET name = ?2, name_key = ?3, body = ?4, words = ?5, updated_at = ?6, version = version + 1
         WHERE id = ?1",
    )?
    .execute(params![id, new.name, fold(new.name.as_str()), new.body, findable(&new.name, &new.body), tx.now])?;
    get(tx, id)
}

/// Removes a saved reply; what was answered with it stays.
///
/// # Errors
/// `not_found`.
pub fn delete(tx: &Tx, id: SavedReplyId) -> Result<()> {
    get(tx, id)?;
    tx.prepare_cached("DELETE FROM saved_replies WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// A saved reply with its places filled for this caller, who answers in this conversation.
///
/// # Errors
/// `not_found`, of the reply or the conversation.
pub fn rendered(
    db: &Connection,
    id: SavedReplyId,
    conversation: Option<ConversationId>,
    caller: UserId,
) -> Result<RenderedReply> {
    let reply = get(db, id)?;
    let agent = users::get(db, caller)?.name.to_string();
    let thread = conversation.map(|id| row::get(db, id)).transpose()?;
    let name = thread.as_ref().and_then(|thread| thread.contact.name.clone()).filter(|name| name != DELETED_NAME);
    let value = |place| match place {
        Place::ContactName => name.clone(),
        Place::ContactFirstName => first_word(name.as_deref()?),
        Place::ContactEmail => thread.as_ref()?.contact.email.clone(),
        Place::AgentName => Some(agent.clone()),
        Place::AgentFirstName => first_word(&agent),
        Place::ConversationId => Some(thread.as_ref()?.id.to_string()),
        Place::ConversationSubject => Some(thread.as_ref()?.subject.to_string()),
        Place::TicketId => Some(thread.as_ref()?.ticket.as_ref()?.id.to_string()),
    };
    Ok(RenderedReply { body: reply.body.filled(value) })
}

fn first_word(name: &str) -> Option<String> {
    name.split_whitespace().next().map(str::to_owned)
}

fn refuse_taken(tx: &Tx, name: &Line, but: Option<SavedReplyId>) -> Result<()> {
    let holder: Option<SavedReplyId> = tx
        .prepare_cached("SELECT id FROM saved_replies WHERE name_key = ?1")?
        .query_row([fold(name.as_str())], |row| row.get(0))
        .optional()?;
    match holder {
        Some(holder) if Some(holder) != but => {
            Err(Error::taken("name", "A saved reply of this name exists already.", holder))
        }
        _ => Ok(()),
    }
}
