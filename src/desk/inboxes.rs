//! Inboxes: where tickets arrive.

use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::error::Rule;
use crate::types::field::Field;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::Line;
use crate::types::text::Remark;
use crate::types::text::fold;
use crate::types::time::Time;
use deserr::Deserr;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::ToSchema;

/// An inbox as every exit shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Inbox {
    /// `inbox_001`.
    pub id: InboxId,
    /// Unique without regard to case.
    pub name: Line,
    /// What arrives there.
    pub description: Option<Remark>,
    /// When it was made.
    pub created_at: Time,
    /// When something about it last changed.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Kind for Inbox {
    const PREFIX: &'static str = "inbox";
}

/// The id of an inbox.
pub type InboxId = Id<Inbox>;

/// What it takes to make an inbox.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewInbox {
    /// Must not be another inbox's.
    pub name: Line,
    /// What arrives there.
    #[deserr(default)]
    pub description: Option<Remark>,
}

/// What may change about an inbox.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct InboxPatch {
    /// Must not be another inbox's.
    #[deserr(default)]
    pub name: Given<Line>,
    /// What arrives there.
    #[deserr(default)]
    pub description: Field<Remark>,
}

const BY_ID: &str = "SELECT id, name, description, created_at, updated_at, version FROM inboxes WHERE id = ?1";

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<Inbox> {
    Ok(Inbox {
        id: row.get(0)?,
        name: row.get(1)?,
        description: row.get(2)?,
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
        version: row.get(5)?,
    })
}

/// The inbox of this id.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: InboxId) -> Result<Inbox> {
    db.prepare_cached(BY_ID)?.query_row([id], from_row).optional()?.ok_or_else(|| Error::not_found(id))
}

/// Inboxes by name.
///
/// # Errors
/// Those of SQLite.
pub fn list(db: &Connection, order: Order, paging: &Paging) -> Result<Page<Inbox>> {
    let list = List::of("inboxes", "id", order).since_of_few(paging);
    let total = list.count(db)?;
    list.page(db, paging, total, |row| get(db, Id::from_row(row)))
}

/// Makes an inbox.
///
/// # Errors
/// `conflict` when the name is another inbox's.
pub fn create(tx: &Tx, new: NewInbox) -> Result<Inbox> {
    refuse_taken(tx, &new.name, None)?;
    tx.prepare_cached(
        "INSERT INTO inboxes (name, name_key, description, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)",
    )?
    .execute(params![new.name, fold(new.name.as_str()), new.description, tx.now])?;
    get(tx, Id::from_row(tx.last_insert_rowid()))
}

/// Changes an inbox.
///
/// # Errors
/// `conflict` when the name is another inbox's.
pub fn update(tx: &Tx, id: InboxId, patch: InboxPatch) -> Result<Inbox> {
    let old = get(tx, id)?;
    let new = Inbox {
        name: patch.name.or(old.name.clone()),
        description: patch.description.or(old.description.clone()),
        ..old.clone()
    };
    if new == old {
        return Ok(old);
    }
    refuse_taken(tx, &new.name, Some(id))?;
    tx.prepare_cached(
        "UPDATE inboxes SET name = ?2, name_key = ?3, description = ?4, updated_at = ?5, version = version + 1 WHERE id = ?1",
    )?
    .execute(params![id, new.name, fold(new.name.as_str()), new.description, tx.now])?;
    get(tx, id)
}

/// The inbox that a ticket goes to: the one named, else the first.
///
/// # Errors
/// 422 on `inbox_id` when there is no such inbox.
pub fn for_ticket(db: &Connection, named: Option<InboxId>) -> Result<InboxId> {
    let found = match named {
        Some(id) => {
            db.prepare_cached("SELECT id FROM inboxes WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()?
        }
        None => db.prepare_cached("SELECT min(id) FROM inboxes")?.query_row([], |row| row.get(0))?,
    };
    found.ok_or_else(|| Error::invalid_field("inbox_id", Rule::UnknownId, "there is no such inbox"))
}

fn refuse_taken(tx: &Tx, name: &Line, but: Option<InboxId>) -> Result<()> {
    let holder: Option<InboxId> = tx
        .prepare_cached("SELECT id FROM inboxes WHERE name_key = ?1")?
        .query_row([fold(name.as_str())], |row| row.get(0))
        .optional()?;
    match holder {
        Some(holder) if Some(holder) != but => {
            Err(Error::taken("name", "An inbox of this name exists already.", holder))
        }
        _ => Ok(()),
    }
}
