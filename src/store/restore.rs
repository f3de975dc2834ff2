//! The way back: a copy takes the place of a store. Whoever calls has the folder for himself.

use crate::store::FILE_NAME;
use crate::store::connection;
use crate::store::connection::told;
use crate::store::migrate;
use crate::store::part::BESIDE;
use crate::store::part::Part;
use crate::store::part::beside;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OpenFlags;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Where the copy is written before it takes the store's place.
pub const PART_NAME: &str = "commflow.db.restoring";

/// Opens a backup to be read, if it is one, and not from a newer program. Nothing is written beside it.
///
/// # Errors
/// `unavailable`, with a sentence that says why it can't be restored.
pub fn open(file: &Path) -> Result<Connection> {
    let refused = |why: &str| Error::new(Code::Unavailable, format!("{} {why}", file.display()));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let has_log = fs::metadata(beside(file, "-wal")).is_ok_and(|log| log.len() > 0);
    let whole = fs::canonicalize(file).map_err(told(file))?;
    let mut url = url::Url::from_file_path(whole).map_err(|()| refused("is no path that can be used."))?;
    if !has_log {
        // A log would be looked for, and made.
        url.set_query(Some("immutable=1"));
    }
    let look = || -> rusqlite::Result<(Connection, i64)> {
        let connection = Connection::open_with_flags(url.as_str(), flags)?;
        let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('settings', 'users', 'events')";
        let tables = connection.query_row(tables, [], |row| row.get(0))?;
        Ok((connection, tables))
    };
    match look() {
        Ok((connection, 3)) => {
            migrate::refuse_newer_than_this(&connection, &file.display().to_string())?;
            Ok(connection)
        }
        Ok(_) => Err(refused("is no store of CommFlow.")),
        Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            Err(refused("is no store of CommFlow."))
        }
        Err(cause) => Err(refused(&format!("can't be read: {cause}."))),
    }
}

/// Whether there is a store in this folder.
pub fn has_store(directory: &Path) -> bool {
    fs::metadata(directory.join(FILE_NAME)).is_ok_and(|file| file.len() > 0)
}

/// Puts a copy in the place of the store in this folder. An old store is kept beside it; where that is.
///
/// Interrupted, it leaves the old store or the new one: between the two is one rename.
///
/// # Errors
/// `conflict` when something has the old store open; `unavailable` when the folder can't be written.
pub fn replace(directory: &Path, copy: Part, now: Time) -> Result<Option<PathBuf>> {
    let store = directory.join(FILE_NAME);
    let kept = if has_store(directory) { Some(keep(&store, now)?) } else { None };
    for end in BESIDE {
        // A log of the old store would be taken for one of the new.
        drop(fs::remove_file(beside(&store, end)));
    }
    copy.put(&store)?;
    Ok(kept)
}

/// Gives the old store a second name. It is one file then, unless it is damaged: its log is kept with it in that case.
fn keep(store: &Path, now: Time) -> Result<PathBuf> {
    let stamp = now.to_string().replace(':', "");
    let names =
        (1..).map(|count| if count == 1 { format!(".before-{stamp}") } else { format!(".before-{stamp}-{count}") });
    let kept = names.map(|name| beside(store, name)).find(|name| !name.exists());
    let kept = kept.ok_or_else(|| Error::conflict("There are too many old stores."))?;
    let link = |from: &Path, to: &Path| fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop));
    match settle(store) {
        Ok(()) => {}
        Err(error) if error.code == Code::Conflict => return Err(error),
        Err(error) => {
            tracing::warn!(%error, "the old store is damaged, and kept as it is");
            let log = beside(store, "-wal");
            if log.exists() {
                link(&log, &beside(&kept, "-wal")).map_err(told(&log))?;
            }
        }
    }
    link(store, &kept).map_err(told(&kept))?;
    Ok(kept)
}

/// Takes the log into the file, and does without from then on: SQLite lets that happen only where nobody else has it open.
fn settle(store: &Path) -> Result<()> {
    let connection = connection::open_writing(store)?;
    let busy = || Error::conflict("Another program has the store open. End it first.");
    let mode = connection.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get::<_, String>(0));
    match mode {
        Ok(mode) if mode == "delete" => Ok(()),
        Err(cause)
            if !matches!(cause.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) =>
        {
            Err(cause.into())
        }
        _ => Err(busy()),
    }
}
