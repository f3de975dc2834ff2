//! The yardstick that needs no search of its own: SQLite's FTS5 over the very same texts, in a file beside the store's.

use crate::cli::Failure;
use crate::cli::bench::search::report::Built;
use crate::cli::bench::workspace::Plan;
use crate::cli::bench::yardstick::Pool;
use crate::cli::bench::yardstick::READERS;
use crate::store;
use crate::types::error::Error;
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::Connection;
use rusqlite::params;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Rows between two commits.
const BATCH: u32 = 10_000;
/// As an index of a million documents deserves it: its file is mapped into memory as that of tantivy is, and what is being
/// built may take some of it too.
const MAPPED_BYTES: i64 = 16 << 30;
const BUILDING_BYTES: i64 = 64 << 20;
const FILE_NAME: &str = "fts.db";
const TABLE: &str = "CREATE VIRTUAL TABLE texts USING fts5 (title, people, body, content = '', prefix = '2 3 4')";
/// A contact stands under its number below zero.
const CONTACTS: &str = "INSERT INTO texts (rowid, title, people, body)
    SELECT -id, name, email, company FROM desk.contacts WHERE id BETWEEN ?1 AND ?2";
/// A word that nobody looks for parts the messages: no phrase reaches from one into the next.
const THREADS: &str = "INSERT INTO texts (rowid, title, people, body)
    SELECT t.id, t.subject, c.name || ' ' || c.email,
        (SELECT group_concat(m.body, ' 0 ') FROM desk.messages m WHERE m.thread_id = t.id)
    FROM desk.threads t JOIN desk.contacts c ON c.id = t.contact_id WHERE t.id BETWEEN ?1 AND ?2";
const BEST: &str = "SELECT rowid FROM texts WHERE texts MATCH ?1 ORDER BY rank LIMIT ?2";
const COUNT: &str = "SELECT count(*) FROM texts WHERE texts MATCH ?1";
const BEST_OF_STATUS: &str = "SELECT t.id FROM texts JOIN desk.threads t ON t.id = texts.rowid
    WHERE texts MATCH ?1 AND t.status = ?3 ORDER BY rank LIMIT ?2";
const COUNT_OF_STATUS: &str = "SELECT count(*) FROM texts JOIN desk.threads t ON t.id = texts.rowid
    WHERE texts MATCH ?1 AND t.status = ?2";

/// Puts the texts of the workspace in `directory` into a table; `tick` hears how many there are so far, and may end it.
pub fn build(
    directory: &Path,
    plan: &Plan,
    mut tick: impl FnMut(u64) -> Result<(), Failure>,
) -> Result<Built, Failure> {
    let begun = Instant::now();
    let path = directory.join(FILE_NAME);
    let mut db = Connection::open(&path).map_err(Error::from)?;
    set_up(&mut db, directory).map_err(Error::from)?;
    let prepare = || {
        db.pragma_update(None, "journal_mode", "off")?;
        db.pragma_update(None, "synchronous", "off")?;
        db.execute_batch(TABLE)?;
        db.execute("INSERT INTO texts (texts, rank) VALUES ('hashsize', ?1)", [BUILDING_BYTES])
    };
    prepare().map_err(Error::from)?;
    let mut done = 0;
    for (sql, count) in [(CONTACTS, plan.contacts), (THREADS, plan.tickets)] {
        for first in (1..=count).step_by(BATCH as usize) {
            let last = count.min(first + BATCH - 1);
            db.execute(sql, params![first, last]).map_err(Error::from)?;
            done += u64::from(last - first + 1);
            tick(done)?;
        }
    }
    drop(db);
    let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
    Ok(Built::new(done, begun.elapsed(), bytes))
}

/// Connections that search the table.
pub fn pool(directory: &Path) -> Result<Pool, Error> {
    let store = directory.to_owned();
    let manager = SqliteConnectionManager::file(directory.join(FILE_NAME)).with_init(move |db| set_up(db, &store));
    r2d2::Pool::builder().max_size(READERS).build(manager).map_err(Error::internal)
}

/// How many rows match, once the best of them are found.
pub fn search(db: &Connection, words: &str, status: Option<&str>, limit: i64) -> rusqlite::Result<i64> {
    let Some(status) = status else {
        best(db, BEST, params![words, limit])?;
        return db.prepare_cached(COUNT)?.query_row([words], |row| row.get(0));
    };
    best(db, BEST_OF_STATUS, params![words, limit, status])?;
    db.prepare_cached(COUNT_OF_STATUS)?.query_row([words, status], |row| row.get(0))
}

fn best(db: &Connection, sql: &str, values: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<i64>> {
    db.prepare_cached(sql)?.query_map(values, |row| row.get(0))?.collect()
}

fn set_up(db: &mut Connection, directory: &Path) -> rusqlite::Result<()> {
    db.execute("ATTACH ?1 AS desk", [directory.join(store::FILE_NAME).to_string_lossy()])?;
    db.pragma_update(None, "mmap_size", MAPPED_BYTES)
}
