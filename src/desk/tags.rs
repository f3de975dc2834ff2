//! Tags: words on threads.

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
use crate::types::text::Color;
use crate::types::text::TagName;
use crate::types::text::fold;
use crate::types::time::Time;
use deserr::Deserr;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::ToSchema;

/// A tag as every exit shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Tag {
    /// `tag_001`.
    pub id: TagId,
    /// Unique without regard to case.
    pub name: TagName,
    /// `#rrggbb`.
    pub color: Color,
    /// Threads that carry it; a ticket and its conversation are one.
    pub count: i64,
    /// When it was first used or made.
    pub created_at: Time,
    /// When its name or colour last changed.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Kind for Tag {
    const PREFIX: &'static str = "tag";
}

/// The id of a tag.
pub type TagId = Id<Tag>;

/// What it takes to make a tag.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewTag {
    /// Must not be another tag's.
    pub name: TagName,
    /// One that follows from the name if not said.
    #[deserr(default)]
    pub color: Option<Color>,
}

/// What may change about a tag.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct TagPatch {
    /// Must not be another tag's.
    #[deserr(default)]
    pub name: Given<TagName>,
    /// `#rrggbb`.
    #[deserr(default)]
    pub color: Given<Color>,
}

const BY_ID: &str = "SELECT id, name, color, count, created_at, updated_at, version FROM tags WHERE id = ?1";

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<Tag> {
    Ok(Tag {
        id: row.get(0)?,
        name: row.get(1)?,
        color: row.get(2)?,
        count: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
        version: row.get(6)?,
    })
}

/// The tag of this id.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: TagId) -> Result<Tag> {
    db.prepare_cached(BY_ID)?.query_row([id], from_row).optional()?.ok_or_else(|| Error::not_found(id))
}

/// Tags by name.
///
/// # Errors
/// Those of SQLite.
pub fn list(db: &Connection, order: Order, paging: &Paging) -> Result<Page<Tag>> {
    let list = List::of("tags", "id", order).since_of_few(paging);
    let total = list.count(db)?;
    list.page(db, paging, total, |row| get(db, Id::from_row(row)))
}

/// Makes a tag.
///
/// # Errors
/// `conflict` when the name is another tag's.
pub fn create(tx: &Tx, new: NewTag) -> Result<Tag> {
    refuse_taken(tx, &new.name, None)?;
    let id = insert(tx, &new.name, new.color)?;
    get(tx, id)
}

/// Changes a tag: every thread that carries it shows it at once.
///
/// # Errors
/// `conflict` when the name is another tag's.
pub fn update(tx: &Tx, id: TagId, patch: TagPatch) -> Result<Tag> {
    let old = get(tx, id)?;
    let new = Tag { name: patch.name.or(old.name.clone()), color: patch.color.or(old.color.clone()), ..old.clone() };
    if new == old {
        return Ok(old);
    }
    refuse_taken(tx, &new.name, Some(id))?;
    tx.prepare_cached(
        "UPDATE tags SET name = ?2, name_key = ?3, color = ?4, updated_at = ?5, version = version + 1 WHERE id = ?1",
    )?
    .execute(params![id, new.name, fold(new.name.as_str()), new.color, tx.now])?;
    get(tx, id)
}

/// Removes a tag, from every thread too.
///
/// # Errors
/// `not_found`.
pub fn delete(tx: &Tx, id: TagId) -> Result<()> {
    get(tx, id)?;
    tx.prepare_cached("DELETE FROM thread_tags WHERE tag_id = ?1")?.execute([id])?;
    tx.prepare_cached("DELETE FROM tags WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// The tags of these names, made where there are none.
///
/// # Errors
/// Those of SQLite.
pub fn find_or_create(tx: &Tx, names: &[TagName]) -> Result<Vec<TagId>> {
    names
        .iter()
        .map(|name| match by_name(tx, name)? {
            Some(id) => Ok(id),
            None => insert(tx, name, None),
        })
        .collect()
}

fn insert(tx: &Tx, name: &TagName, color: Option<Color>) -> Result<TagId> {
    let key = fold(name.as_str());
    let color = color.map_or_else(|| color_of(&key).to_owned(), |color| color.to_string());
    tx.prepare_cached("INSERT INTO tags (name, name_key, color, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)")?
        .execute(params![name, key, color, tx.now])?;
    Ok(Id::from_row(tx.last_insert_rowid()))
}

fn by_name(db: &Connection, name: &TagName) -> Result<Option<TagId>> {
    let found = db
        .prepare_cached("SELECT id FROM tags WHERE name_key = ?1")?
        .query_row([fold(name.as_str())], |row| row.get(0))
        .optional()?;
    Ok(found)
}

fn refuse_taken(tx: &Tx, name: &TagName, but: Option<TagId>) -> Result<()> {
    match by_name(tx, name)? {
        Some(holder) if Some(holder) != but => Err(Error::taken("name", "A tag of this name exists already.", holder)),
        _ => Ok(()),
    }
}

const COLORS: [&str; 10] =
    ["#10b981", "#ef4444", "#3b82f6", "#f59e0b", "#8b5cf6", "#ec4899", "#14b8a6", "#f97316", "#6366f1", "#84cc16"];

/// A colour that follows from the name, so that a tag looks the same wherever it is first used.
fn color_of(key: &str) -> &'static str {
    let sum = key.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    COLORS.get(sum % COLORS.len()).copied().unwrap_or("#10b981")
}
