//! Numbered migrations from `data/migrations`, forward only, each in a transaction of its own.

use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;
use rusqlite_migration::M;
use rusqlite_migration::Migrations;
use std::path::Path;
use std::sync::LazyLock;

/// One row a migration; its number is its place here, kept in SQLite's `user_version`.
static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| {
    Migrations::new(vec![
        M::up(include_str!("../../data/migrations/0001_the_desk.sql")),
        M::up(include_str!("../../data/migrations/0002_search.sql")),
        M::up(include_str!("../../data/migrations/0003_files_and_deliveries.sql")),
        M::up(include_str!("../../data/migrations/0004_sign_in.sql")),
        M::up(include_str!("../../data/migrations/0005_inbox.sql")),
        M::up(include_str!("../../data/migrations/0006_reports.sql")),
    ])
});

/// The number of the newest schema that this program knows.
const LATEST: i64 = 6;

/// Brings the file to the newest schema.
///
/// # Errors
/// When a migration fails; its file is then as it was before.
pub fn to_latest(connection: &mut Connection) -> Result<()> {
    MIGRATIONS.to_latest(connection).map_err(Error::internal)
}

/// Looks before anything is set up, on a connection that leaves file and log as they are: they are not ours to change.
///
/// # Errors
/// A file of a newer program is refused.
pub fn refuse_newer(path: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    refuse_newer_than_this(&connection, "The store")
}

/// The same of a connection that is open already; `what` is how the file is called.
///
/// # Errors
/// As [`refuse_newer`].
pub fn refuse_newer_than_this(connection: &Connection, what: &str) -> Result<()> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > LATEST {
        let message = format!(
            "{what} was written by a newer CommFlow (schema {found}; this one knows {LATEST}). Use that version or a newer one."
        );
        return Err(Error::new(Code::Unavailable, message));
    }
    Ok(())
}
