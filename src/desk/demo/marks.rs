//! Which rows the demo has made.

use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::id::Id;
use crate::types::id::Kind;
use rusqlite::Connection;
use rusqlite::params;

/// What the demo makes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Made {
    /// Users.
    User,
    /// Teams.
    Team,
    /// Inboxes.
    Inbox,
    /// Tags.
    Tag,
    /// Contacts.
    Contact,
    /// Threads, with all that is in them.
    Thread,
}

impl Made {
    fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Team => "team",
            Self::Inbox => "inbox",
            Self::Tag => "tag",
            Self::Contact => "contact",
            Self::Thread => "thread",
        }
    }
}

/// Whether there is anything of the demo.
///
/// # Errors
/// Those of SQLite.
pub fn any(db: &Connection) -> Result<bool> {
    Ok(db.prepare_cached("SELECT EXISTS (SELECT 1 FROM demo_rows)")?.query_row([], |row| row.get(0))?)
}

/// Notes that a row is the demo's.
///
/// # Errors
/// Those of SQLite.
pub fn note(tx: &Tx, made: Made, number: i64) -> Result<()> {
    tx.prepare_cached("INSERT INTO demo_rows (kind, id) VALUES (?1, ?2)")?.execute(params![made.as_str(), number])?;
    Ok(())
}

/// Notes what was made. What was there before, under the same name or address, is used, and is not the demo's.
///
/// # Errors
/// Those of the making.
pub fn made<K: Kind>(tx: &Tx, made: Made, result: Result<Id<K>>) -> Result<Id<K>> {
    match result {
        Ok(id) => note(tx, made, id.row()).map(|()| id),
        Err(error) if error.code == Code::Conflict => {
            let known = error.details.iter().find_map(|detail| detail.existing_id.as_ref()?.parse().ok());
            known.ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// Some of what was made, in the order of their numbers, at most `most`.
///
/// # Errors
/// Those of SQLite.
pub fn some(db: &Connection, made: Made, most: usize) -> Result<Vec<i64>> {
    let mut select = db.prepare_cached("SELECT id FROM demo_rows WHERE kind = ?1 ORDER BY id LIMIT ?2")?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let numbers = select.query_map(params![made.as_str(), most], |row| row.get(0))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}

/// Forgets a row: it is gone, or is to stay.
///
/// # Errors
/// Those of SQLite.
pub fn forget(tx: &Tx, made: Made, number: i64) -> Result<()> {
    tx.prepare_cached("DELETE FROM demo_rows WHERE kind = ?1 AND id = ?2")?.execute(params![made.as_str(), number])?;
    Ok(())
}
