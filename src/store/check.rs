//! Is the file whole? What `commflow check` asks of SQLite, and of the totals that triggers keep.

use crate::types::Result;
use rusqlite::Connection;

/// A fault that was found: what, and the numbers that show it.
pub type Fault = String;

/// Checks of SQLite's own structure; with `full`, every index against its table.
///
/// # Errors
/// When the file can't be read at all.
pub fn structure(db: &Connection, full: bool) -> Result<Vec<Fault>> {
    let pragma = if full { "PRAGMA integrity_check" } else { "PRAGMA quick_check" };
    let mut statement = db.prepare(pragma)?;
    let lines = statement.query_map([], |row| row.get(0))?;
    // A broken file may end the look: what was found until then is told all the same.
    let told =
        |line: rusqlite::Result<Fault>| line.unwrap_or_else(|cause| format!("the file can't be read on: {cause}"));
    let mut faults: Vec<Fault> = lines.map(told).collect();
    faults.retain(|line| line != "ok");
    // In a broken file, rows can't be followed.
    if faults.is_empty() {
        faults = texts(
            db,
            "SELECT 'a row of ' || \"table\" || ' refers to nothing in ' || parent FROM pragma_foreign_key_check",
        )?;
    }
    Ok(faults)
}

/// Runs a query that returns a line of text for each fault.
///
/// # Errors
/// Those of SQLite.
pub fn texts(db: &Connection, sql: &str) -> Result<Vec<Fault>> {
    let mut statement = db.prepare(sql)?;
    let lines = statement.query_map([], |row| row.get(0))?;
    Ok(lines.collect::<rusqlite::Result<_>>()?)
}
