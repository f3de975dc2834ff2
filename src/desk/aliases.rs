//! Whom numbers and addresses stand for: what is left of contacts that were merged into others are these, and they stand for
//! the survivor.

use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::email::Email;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

/// Whether a contact holds an address, as its own or from one that was merged into it; `?` is the folded address.
pub const HOLDS_ADDRESS: &str = "id = (SELECT id FROM contacts WHERE email_key = ?
    UNION ALL SELECT contact_id FROM contact_addresses WHERE email_key = ?)";

/// Whether a thread is with a contact, or with the one that it was merged into; `?` is its number.
pub const IS_WITH: &str = "contact_id = ifnull((SELECT into_id FROM merged_contacts WHERE id = ?), ?)";

/// The number of the contact that holds an address.
///
/// # Errors
/// Those of SQLite.
pub fn holder(db: &Connection, email: &Email) -> Result<Option<i64>> {
    let key = email.key();
    let holder = db
        .prepare_cached(&format!("SELECT id FROM contacts WHERE {HOLDS_ADDRESS}"))?
        .query_row([&key, &key], |row| row.get(0))
        .optional()?;
    Ok(holder)
}

/// The number of the contact that this one was merged into, if it was.
///
/// # Errors
/// Those of SQLite.
pub fn survivor(db: &Connection, contact: i64) -> Result<Option<i64>> {
    let survivor = db
        .prepare_cached("SELECT into_id FROM merged_contacts WHERE id = ?1")?
        .query_row([contact], |row| row.get(0))
        .optional()?;
    Ok(survivor)
}

/// The contact itself and all that were merged into it: what is kept of any of them is kept of the person.
///
/// # Errors
/// Those of SQLite.
pub fn all_of(db: &Connection, contact: i64) -> Result<Vec<i64>> {
    let mut select = db.prepare_cached("SELECT ?1 UNION ALL SELECT id FROM merged_contacts WHERE into_id = ?1")?;
    let numbers = select.query_map([contact], |row| row.get(0))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}

/// Notes that one contact was merged into another, and with it all that were merged into it before.
///
/// # Errors
/// Those of SQLite.
pub fn merge(tx: &Tx, contact: i64, into: i64) -> Result<()> {
    for sql in [
        "UPDATE merged_contacts SET into_id = ?2 WHERE into_id = ?1",
        "UPDATE contact_addresses SET contact_id = ?2 WHERE contact_id = ?1",
        "INSERT INTO merged_contacts (id, into_id) VALUES (?1, ?2)",
    ] {
        tx.prepare_cached(sql)?.execute([contact, into])?;
    }
    Ok(())
}

/// Keeps an address beside the contact's own.
///
/// # Errors
/// Those of SQLite.
pub fn keep(tx: &Tx, contact: i64, email: &Email) -> Result<()> {
    tx.prepare_cached("INSERT INTO contact_addresses (email_key, email, contact_id) VALUES (?1, ?2, ?3)")?
        .execute(params![email.key(), email, contact])?;
    Ok(())
}

/// An address is the contact's own now, and no longer one beside it.
///
/// # Errors
/// Those of SQLite.
pub fn promote(tx: &Tx, contact: i64, email: &Email) -> Result<()> {
    tx.prepare_cached("DELETE FROM contact_addresses WHERE email_key = ?1 AND contact_id = ?2")?
        .execute(params![email.key(), contact])?;
    Ok(())
}

/// Forgets that others were merged into this contact. Their addresses go with the contact's row.
///
/// # Errors
/// Those of SQLite.
pub fn forget(tx: &Tx, contact: i64) -> Result<()> {
    tx.prepare_cached("DELETE FROM merged_contacts WHERE into_id = ?1")?.execute([contact])?;
    Ok(())
}
