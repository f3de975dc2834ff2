//! How a connection to the file is opened: files that only their owner may read, and settings read back.

use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;
use std::fs;
use std::fs::File;
use std::fs::TryLockError;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// Older SQLite can lose committed pages of the WAL (sqlite.org/wal.html, "the WAL-reset bug").
const OLDEST_SQLITE: i32 = 3_051_003;
/// Composed filters make many statements; SQLite's own default of 16 would throw them out all the time.
const STATEMENTS_KEPT: usize = 256;
/// After a checkpoint the WAL is cut to this size, in bytes.
pub const WAL_KEPT_BYTES: i64 = 16 * 1024 * 1024;

/// Makes the directory (0700) where it is missing.
///
/// # Errors
/// With a sentence that says why it can't be made.
pub fn prepare_directory(directory: &Path) -> Result<()> {
    if !directory.exists() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(told(directory))?;
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700)).map_err(told(directory))?;
    }
    Ok(())
}

/// Makes the directory and the file (0600) where they are missing. SQLite gives the WAL the file's mode.
///
/// # Errors
/// With a sentence that says which of the two can't be made, and why.
pub fn prepare_files(directory: &Path) -> Result<PathBuf> {
    prepare_directory(directory)?;
    let path = directory.join(super::FILE_NAME);
    if !path.exists() {
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(told(&path))?;
    }
    Ok(path)
}

/// Holds the directory together with others who have its store open. Until it is dropped, nobody has it [`alone`].
///
/// # Errors
/// `conflict` while its store is being replaced.
pub fn share(directory: &Path) -> Result<File> {
    let folder = File::open(directory).map_err(told(directory))?;
    match folder.try_lock_shared() {
        Ok(()) => Ok(folder),
        Err(TryLockError::WouldBlock) => Err(Error::conflict(format!(
            "A backup is being restored into {}. Wait until it is done.",
            directory.display()
        ))),
        Err(TryLockError::Error(cause)) => Err(told(directory)(cause)),
    }
}

/// Holds the directory alone: its store is going to be replaced. Until this is dropped, nobody can open it.
///
/// # Errors
/// `conflict` while anybody has it open.
pub fn alone(directory: &Path) -> Result<File> {
    let folder = File::open(directory).map_err(told(directory))?;
    match folder.try_lock() {
        Ok(()) => Ok(folder),
        Err(TryLockError::WouldBlock) => Err(Error::conflict(format!(
            "Another command has the store in {} open. Wait until it is done.",
            directory.display()
        ))),
        Err(TryLockError::Error(cause)) => Err(told(directory)(cause)),
    }
}

/// A sentence about a file that can't be used.
pub fn told(path: &Path) -> impl Fn(io::Error) -> Error {
    let path = path.display().to_string();
    move |cause| Error::new(Code::Unavailable, format!("{path} can't be used: {cause}."))
}

/// Opens the writer's connection.
///
/// # Errors
/// When the file can't be opened, or a setting does not read back as it was set.
pub fn open_writing(path: &Path) -> Result<Connection> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(Error::internal(format!("SQLite {} is too old", rusqlite::version())));
    }
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    set_up(&connection)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    assert_settings(&connection)?;
    Ok(connection)
}

/// How the pool opens its connections. No mutex: a connection is used by one thread at a time.
pub fn reading_flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Sets up a connection of the pool; it can read only.
///
/// # Errors
/// When a setting does not read back as it was set.
pub fn set_up_reading(connection: &mut Connection) -> rusqlite::Result<()> {
    set_up(connection)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "query_only", "on")?;
    match connection.pragma_query_value(None, "query_only", |row| row.get(0))? {
        1_i64 => Ok(()),
        _ => Err(rusqlite::Error::InvalidQuery),
    }
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    connection.pragma_update(None, "secure_delete", "on")?;
    connection.pragma_update(None, "trusted_schema", "off")?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // Else each newly bound `LIMIT ?` has its statement planned anew: a third of the time that a page's keys took.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(())
}

/// SQLite ignores what it does not understand: so every setting that a promise rests on is read back.
fn assert_settings(connection: &Connection) -> Result<()> {
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let all_set = journal == "wal"
        && number("synchronous")? == 2
        && number("foreign_keys")? == 1
        && number("secure_delete")? == 1
        && number("trusted_schema")? == 0
        && number("wal_autocheckpoint")? == 0;
    if all_set { Ok(()) } else { Err(Error::internal("a setting of SQLite did not take hold")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_did_not_take_hold_is_noticed() {
        let connection = Connection::open_in_memory().unwrap();
        assert!(assert_settings(&connection).is_err());
    }
}
