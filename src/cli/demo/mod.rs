//! `serve --demo`: fills an empty store with a workspace that looks as if a team had worked in it for four weeks.
//!
//! [`data`] reads the texts, [`people`] makes up who writes, [`plan`] decides which threads there are and when each began,
//! [`pace`] how each went on, and [`run`] lets all of it happen in order of time, through the same functions as the API.
//! Everything is drawn with one seed: two demos of one moment differ in nothing but their secrets.

pub mod access;
pub mod data;
pub mod pace;
pub mod people;
pub mod plan;
pub mod run;
pub mod words;

pub use crate::cli::demo::access::Access;
use crate::desk::passwords;
use crate::store::Store;
use crate::store::tx::Actor;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Clock;
use rusqlite::Connection;

/// The row of `settings` that says whose work the workspace is.
const MADE_BY: &str = "made_by";
/// What it says for ours.
const DEMO: &str = "demo";

/// What the store was before the demo came.
struct Found {
    users: i64,
    by_demo: bool,
    secret: String,
}

/// Fills the store if it is empty, and tells how to come in. A demo that is there already is kept as it is.
///
/// # Errors
/// `conflict` when the store holds a workspace that is no demo.
pub fn fill(store: &Store, clock: &Clock) -> Result<Access> {
    let found = store.read_blocking(look)?;
    let access = Access::of(&found.secret);
    if found.by_demo {
        return Ok(access);
    }
    if found.users > 0 {
        return Err(Error::conflict(
            "This folder holds a workspace already; --demo fills only an empty one. Leave --demo out, or take another --data-dir.",
        ));
    }
    // Hashing takes its time: not on the writer's thread.
    let hash = passwords::hash(&access.password)?;
    let (key, now) = (access.key.clone(), clock.now());
    store.write_blocking(Actor::SYSTEM, move |tx| {
        tx.takes_long();
        run::run(&tx.at(now, Actor::SYSTEM), hash, key)?;
        tx.prepare_cached("INSERT INTO settings (name, value) VALUES (?1, ?2)")?.execute([MADE_BY, DEMO])?;
        Ok(())
    })?;
    Ok(access)
}

fn look(db: &Connection) -> Result<Found> {
    let mut statement = db.prepare_cached(
        "SELECT (SELECT count(*) FROM users), EXISTS (SELECT 1 FROM settings WHERE name = ?1 AND value = ?2),
            (SELECT value FROM settings WHERE name = 'store_id')",
    )?;
    let found = statement.query_row([MADE_BY, DEMO], |row| {
        Ok(Found { users: row.get(0)?, by_demo: row.get(1)?, secret: row.get(2)? })
    })?;
    Ok(found)
}
