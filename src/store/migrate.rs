//! Numbered migrations from `data/migrations`, forward only, each in a transaction of its own.

use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use rusqlite::Connection;
use rusqlite_migration::M;
use rusqlite_migration::Migrations;
use std::sync::LazyLock;

/// One row a migration; its number is its place here, kept in SQLite's `user_version`.
static MIGRATIONS: LazyLock<Migrations<'static>> =
    LazyLock::new(|| Migrations::new(vec![M::up(include_str!("../../data/migrations/0001_the_desk.sql"))]));

/// The number of the newest schema that this program knows.
const LATEST: i64 = 1;

/// Brings the file to the newest schema.
///
/// # Errors
/// A file of a newer program is refused, and left as it is.
pub fn to_latest(connection: &mut Connection) -> Result<()> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > LATEST {
        let message = format!(
            "The store was written by a newer CommFlow (schema {found}; this one knows {LATEST}). Use that version or a newer one."
        );
        return Err(Error::new(Code::Unavailable, message));
    }
    MIGRATIONS.to_latest(connection).map_err(Error::internal)
}
