//! What is kept once for the whole workspace, by name.

use crate::store::tx::Tx;
use crate::types::Result;
use rusqlite::Connection;
use rusqlite::OptionalExtension;

/// The setting of this name, if there is one.
///
/// # Errors
/// Those of SQLite.
pub fn get(db: &Connection, name: &str) -> Result<Option<String>> {
    let value = db.prepare_cached("SELECT value FROM settings WHERE name = ?1")?.query_row([name], |row| row.get(0));
    Ok(value.optional()?)
}

/// The setting of this name, as a number.
///
/// # Errors
/// Those of SQLite.
pub fn number(db: &Connection, name: &str) -> Result<Option<i64>> {
    Ok(get(db, name)?.and_then(|text| text.parse().ok()))
}

/// Sets one.
///
/// # Errors
/// Those of SQLite.
pub fn set(tx: &Tx, name: &str, value: &str) -> Result<()> {
    tx.prepare_cached("INSERT INTO settings VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")?
        .execute([name, value])?;
    Ok(())
}

/// Removes one.
///
/// # Errors
/// Those of SQLite.
pub fn remove(tx: &Tx, name: &str) -> Result<()> {
    tx.prepare_cached("DELETE FROM settings WHERE name = ?1")?.execute([name])?;
    Ok(())
}
