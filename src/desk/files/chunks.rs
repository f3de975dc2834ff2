//! The bytes of files: in chunks of 256 KiB, each a row with a checksum of its own. They come and go by small writes, one
//! chunk or a few at a time, so that nobody waits long for the writer.

use crate::desk::files::FileId;
use crate::desk::files::hexadecimal;
use crate::desk::files::names::FileName;
use crate::desk::files::names::Folder;
use crate::store::Store;
use crate::store::check::Fault;
use crate::store::tx::Actor;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::id::Id;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use sha2::Digest;
use sha2::Sha256;

/// Bytes in each chunk of a file but the last.
pub const CHUNK: usize = 256 * 1024;
/// Chunks removed in one write.
const CLEARED_AT_ONCE: usize = 16;
/// An upload that has not come to its end after so many seconds never will: far longer than one may take.
const UPLOAD_ENDS_WITHIN_S: i64 = 3_600;

/// What became of an upload, once all of its bytes have arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The row that its chunks belong to.
    pub id: FileId,
    /// What it is called.
    pub name: FileName,
    /// What it is.
    pub mime_type: String,
    /// In bytes.
    pub size: i64,
    /// Of all its bytes.
    pub sha256: [u8; 32],
}

/// A row for a file whose bytes are about to arrive. It says nothing of the file yet: what breaks off leaves no name behind.
///
/// # Errors
/// Those of SQLite.
pub fn begin(tx: &Tx) -> Result<FileId> {
    tx.prepare_cached(
        "INSERT INTO files (state, name, mime_type, size, created_at) VALUES ('pending', '', '', 0, ?1)",
    )?
    .execute([tx.now])?;
    Ok(Id::from_row(tx.last_insert_rowid()))
}

/// Adds the chunk of this number, counted from 0.
///
/// # Errors
/// `unavailable` when the upload was given up meanwhile; those of SQLite.
pub fn add(tx: &Tx, id: FileId, number: i64, sha256: &[u8; 32], bytes: &[u8]) -> Result<()> {
    let added = tx
        .prepare_cached(
            "INSERT INTO file_chunks (file_id, number, sha256, bytes)
             SELECT id, ?2, ?3, ?4 FROM files WHERE id = ?1 AND state = 'pending'",
        )?
        .execute(params![id, number, sha256, bytes])?;
    if added == 1 { Ok(()) } else { Err(given_up()) }
}

/// Makes a file of an upload that has come to its end.
///
/// # Errors
/// `unavailable` when it was given up meanwhile; those of SQLite.
pub fn keep(tx: &Tx, arrived: &Arrived, folder: Option<&Folder>) -> Result<()> {
    let kept = tx
        .prepare_cached(
            "UPDATE files SET state = 'ready', name = ?2, folder = ?3, mime_type = ?4, size = ?5, sha256 = ?6, created_at = ?7
             WHERE id = ?1 AND state = 'pending'",
        )?
        .execute(params![
            arrived.id,
            arrived.name,
            folder,
            arrived.mime_type,
            arrived.size,
            arrived.sha256,
            tx.now
        ])?;
    if kept == 1 { Ok(()) } else { Err(given_up()) }
}

fn given_up() -> Error {
    Error::unavailable("The upload was given up, for it took too long; please try again.")
}

/// The chunk of this number of a file that is ready, held against its checksum.
///
/// # Errors
/// `not_found` when the file was deleted; `internal` when the chunk is not what it was.
pub fn read(db: &Connection, id: FileId, number: i64) -> Result<Vec<u8>> {
    let found = db
        .prepare_cached(
            "SELECT c.sha256, c.bytes FROM file_chunks c JOIN files f ON f.id = c.file_id
             WHERE c.file_id = ?1 AND c.number = ?2 AND f.state = 'ready'",
        )?
        .query_row(params![id, number], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))
        .optional()?;
    let (sha256, bytes) = found.ok_or_else(|| Error::not_found(id))?;
    if Sha256::digest(&bytes).as_slice() != sha256 {
        return Err(Error::internal(format!("chunk {number} of {id} is not what it was")));
    }
    Ok(bytes)
}

/// Gives up uploads that are still pending, and has their bytes cleared, by writes that nobody waits for. For any thread.
/// What can't be queued now is left to the sweep.
pub fn give_up_later(store: &Store, ids: Vec<FileId>) {
    let again = store.clone();
    store.write_later(Actor::SYSTEM, move |tx| {
        for id in &ids {
            tx.prepare_cached("UPDATE files SET state = 'doomed' WHERE id = ?1 AND state = 'pending'")?
                .execute([id])?;
        }
        clear_later(tx, ids, again)
    });
}

fn clear_later(tx: &Tx, mut ids: Vec<FileId>, store: Store) -> Result<()> {
    let Some(id) = ids.last().copied() else { return Ok(()) };
    if !clear_of(tx, id)? {
        ids.pop();
    }
    let again = store.clone();
    store.write_later(Actor::SYSTEM, move |tx| clear_later(tx, ids, again));
    Ok(())
}

/// Gives up every upload: at the start of the server, whoever sent one is gone.
///
/// # Errors
/// Those of SQLite.
pub fn give_up_all(tx: &Tx) -> Result<()> {
    tx.execute("UPDATE files SET state = 'doomed' WHERE state = 'pending'", [])?;
    Ok(())
}

/// Gives up uploads that should have ended long ago.
///
/// # Errors
/// Those of SQLite.
pub fn give_up_old(tx: &Tx) -> Result<()> {
    tx.prepare_cached("UPDATE files SET state = 'doomed' WHERE state = 'pending' AND created_at < ?1")?
        .execute([tx.now.plus(-UPLOAD_ENDS_WITHIN_S)])?;
    Ok(())
}

/// Clears some bytes of what is doomed, [`CLEARED_AT_ONCE`] chunks at most; whether there was any. A file without bytes goes
/// itself, unless a message still tells of it.
///
/// # Errors
/// Those of SQLite.
pub fn clear(tx: &Tx) -> Result<bool> {
    let doomed: Option<FileId> = tx
        .prepare_cached("SELECT id FROM files WHERE state = 'doomed' ORDER BY created_at LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(id) = doomed else { return Ok(false) };
    if !clear_of(tx, id)? {
        tx.erased();
    }
    Ok(true)
}

/// Clears some bytes of one doomed file; whether there is more to clear of it.
fn clear_of(tx: &Tx, id: FileId) -> Result<bool> {
    let most = i64::try_from(CLEARED_AT_ONCE).unwrap_or(i64::MAX);
    let cleared = tx
        .prepare_cached(
            "DELETE FROM file_chunks WHERE file_id = ?1 AND EXISTS (SELECT 1 FROM files WHERE id = ?1 AND state = 'doomed')
                AND number IN (SELECT number FROM file_chunks WHERE file_id = ?1 ORDER BY number LIMIT ?2)",
        )?
        .execute(params![id, most])?;
    if cleared == CLEARED_AT_ONCE {
        return Ok(true);
    }
    tx.prepare_cached("DELETE FROM files WHERE id = ?1 AND state = 'doomed' AND message_id IS NULL")?.execute([id])?;
    tx.prepare_cached(
        "UPDATE files SET state = 'deleted', size = 0, mime_type = '' WHERE id = ?1 AND state = 'doomed'",
    )?
    .execute([id])?;
    Ok(false)
}

/// Clears all bytes of these files, which are doomed, write by write.
///
/// # Errors
/// Those of the store: what is left is left to the sweep.
pub async fn clear_all(store: &Store, ids: Vec<FileId>) -> Result<()> {
    let step = |id| {
        move |tx: &Tx| {
            let more = clear_of(tx, id)?;
            if !more {
                // What the API says is deleted is deleted in the WAL as well.
                tx.erased();
            }
            Ok(more)
        }
    };
    for id in ids {
        while store.write(Actor::SYSTEM, step(id)).await? {}
    }
    Ok(())
}

/// What is wrong with files and their bytes: each chunk is held against its checksum, and all of them against the file's.
///
/// # Errors
/// Those of SQLite.
pub fn check(db: &Connection) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let mut select = db.prepare("SELECT id, state, size, sha256 FROM files ORDER BY id")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (id, state, size): (FileId, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let kept: Option<Vec<u8>> = row.get(3)?;
        let found = Sum::of(db, id, &mut faults)?;
        match state.as_str() {
            "ready" if found.size != size => {
                faults.push(format!("{id} has {} bytes, and should have {size}", found.size))
            }
            "ready" if kept.as_deref() != Some(&found.sha256) => {
                let kept = hexadecimal(&kept.unwrap_or_default());
                faults.push(format!("{id} is not what it was: its checksum is no longer {kept}"));
            }
            "deleted" if found.chunks > 0 => faults.push(format!("{id} is deleted, and its bytes are still there")),
            _ => {}
        }
    }
    Ok(faults)
}

/// What the chunks of a file come to.
struct Sum {
    chunks: i64,
    size: i64,
    sha256: [u8; 32],
}

impl Sum {
    fn of(db: &Connection, id: FileId, faults: &mut Vec<Fault>) -> Result<Self> {
        let mut select =
            db.prepare_cached("SELECT number, sha256, bytes FROM file_chunks WHERE file_id = ?1 ORDER BY number")?;
        let mut rows = select.query([id])?;
        let mut hash = Sha256::new();
        let (mut chunks, mut size, mut is_full) = (0, 0, true);
        while let Some(row) = rows.next()? {
            let (number, kept): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let bytes = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
            if number != chunks || !is_full || bytes.is_empty() || bytes.len() > CHUNK {
                faults.push(format!("chunk {number} of {id} does not stand where it should"));
            }
            if Sha256::digest(bytes).as_slice() != kept {
                faults.push(format!("chunk {number} of {id} is not what it was"));
            }
            hash.update(bytes);
            chunks += 1;
            size += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            is_full = bytes.len() == CHUNK;
        }
        Ok(Self { chunks, size, sha256: hash.finalize().into() })
    }
}
