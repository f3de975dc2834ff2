//! Files: what was uploaded, kept in the store itself, in chunks, and carried by at most one message.
//!
//! A file is `pending` while its bytes arrive, `ready` once it counts, `doomed` once its bytes have to go, which they do step
//! by step ([`chunks`]), and `deleted` where a message still says that it was there.

pub mod chunks;
pub mod kinds;
pub mod links;
pub mod names;

use crate::described;
use crate::desk::files::links::Links;
use crate::desk::files::names::FileName;
use crate::desk::files::names::Folder;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Detail;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::field::Invalid;
use crate::types::field::path;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::time::Time;
use deserr::Deserr;
use deserr::IntoValue;
use deserr::Value;
use deserr::ValuePointerRef;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use std::collections::HashSet;
use utoipa::PartialSchema;
use utoipa::ToSchema;
use utoipa::openapi::ArrayBuilder;

/// Most files that one message carries.
pub const ATTACHMENTS_MAX: usize = 10;

/// A file as every exit shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct File {
    /// `file_001`.
    pub id: FileId,
    /// What it is called.
    pub name: FileName,
    /// Where it is said to lie.
    pub folder: Option<Folder>,
    /// In bytes.
    pub size: i64,
    /// What it is: by its bytes, where they tell, else by its name and what was claimed.
    pub mime_type: String,
    /// Of all its bytes, in hexadecimal digits.
    pub sha256: String,
    /// A link to its bytes that works without a key, for a day.
    pub url: String,
    /// The message that carries it.
    pub message_id: Option<String>,
    /// When it was uploaded.
    pub created_at: Time,
}

impl Kind for File {
    const PREFIX: &'static str = "file";
}

/// The id of a file.
pub type FileId = Id<File>;

/// A file as the message shows it that carries it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Attachment {
    /// It is there.
    File(File),
    /// It was deleted.
    Deleted {
        /// `file_001`.
        id: FileId,
        /// What it was called.
        name: FileName,
        /// Always true.
        deleted: bool,
    },
}

/// At most [`ATTACHMENTS_MAX`] files that were uploaded before, each once.
#[derive(Debug, Clone, Default)]
pub struct AttachmentIds(pub Vec<FileId>);

described! {
    AttachmentIds = ArrayBuilder::new().items(FileId::schema()).max_items(Some(ATTACHMENTS_MAX)).unique_items(true);
}

impl Deserr<Invalid> for AttachmentIds {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        let ids: Vec<FileId> = Deserr::deserialize_from_value(value, at)?;
        if ids.len() > ATTACHMENTS_MAX {
            let refused = Refused::new(Rule::TooLong, format!("can't hold over {ATTACHMENTS_MAX} files"));
            return Err(Invalid(vec![refused.at(path(at))]));
        }
        let mut seen = HashSet::new();
        let again = |(place, id): (usize, &FileId)| {
            let refused = || Refused::new(Rule::InvalidFormat, "stands here twice");
            (!seen.insert(*id)).then(|| refused().at(format!("{}[{place}]", path(at))))
        };
        let faults: Vec<Detail> = ids.iter().enumerate().filter_map(again).collect();
        if faults.is_empty() { Ok(Self(ids)) } else { Err(Invalid(faults)) }
    }
}

impl AttachmentIds {
    /// Checks that each is a file that no message carries yet.
    ///
    /// # Errors
    /// 422 with each that is not, at `attachment_ids[…]`.
    pub fn check(&self, db: &Connection) -> Result<()> {
        let mut faults = Vec::new();
        for (place, id) in self.0.iter().enumerate() {
            let refused = match holder(db, *id)? {
                None => Refused::new(Rule::UnknownId, format!("there is no file {id}")),
                Some(Some(message)) => Refused::new(Rule::Taken, format!("goes with msg_{message:03} already")),
                Some(None) => continue,
            };
            faults.push(refused.at(format!("attachment_ids[{place}]")));
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
    }
}

/// The number of the message that carries a file; none inside where there is none, none at all where there is no such file.
fn holder(db: &Connection, id: FileId) -> Result<Option<Option<i64>>> {
    let holder = db
        .prepare_cached("SELECT message_id FROM files WHERE id = ?1 AND state = 'ready'")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(holder)
}

/// The file of this id.
///
/// # Errors
/// `not_found`, also when it was deleted.
pub fn get(db: &Connection, id: FileId, now: Time) -> Result<File> {
    find(db, id, now)?.ok_or_else(|| Error::not_found(id))
}

/// The file of this id, if there is one that was not deleted.
///
/// # Errors
/// Those of SQLite.
pub fn find(db: &Connection, id: FileId, now: Time) -> Result<Option<File>> {
    let links = Links::read(db)?;
    let found = db
        .prepare_cached(
            "SELECT id, state, name, folder, size, mime_type, sha256, message_id, created_at FROM files
             WHERE id = ?1 AND state = 'ready'",
        )?
        .query_row([id], from_row)
        .optional()?;
    found.map(|row| row.shown(&links, now)).transpose()
}

/// The files that a message carries, in their order.
///
/// # Errors
/// Those of SQLite.
pub fn of_message(db: &Connection, message: i64, now: Time) -> Result<Vec<Attachment>> {
    let links = Links::read(db)?;
    let mut select = db.prepare_cached(
        "SELECT id, state, name, folder, size, mime_type, sha256, message_id, created_at FROM files
         WHERE message_id = ?1 ORDER BY position",
    )?;
    let rows = select.query_map([message], from_row)?.collect::<rusqlite::Result<Vec<Row>>>()?;
    let shown = |row: Row| match row.state.as_str() {
        "ready" => row.shown(&links, now).map(Attachment::File),
        _ => Ok(Attachment::Deleted { id: row.id, name: row.name, deleted: true }),
    };
    rows.into_iter().map(shown).collect()
}

struct Row {
    id: FileId,
    state: String,
    name: FileName,
    folder: Option<Folder>,
    size: i64,
    mime_type: String,
    sha256: Option<Vec<u8>>,
    message: Option<i64>,
    created_at: Time,
}

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get(0)?,
        state: row.get(1)?,
        name: row.get(2)?,
        folder: row.get(3)?,
        size: row.get(4)?,
        mime_type: row.get(5)?,
        sha256: row.get(6)?,
        message: row.get(7)?,
        created_at: row.get(8)?,
    })
}

impl Row {
    fn shown(self, links: &Links, now: Time) -> Result<File> {
        Ok(File {
            url: links.url(self.id, now)?,
            id: self.id,
            name: self.name,
            folder: self.folder,
            size: self.size,
            mime_type: self.mime_type,
            sha256: hexadecimal(&self.sha256.unwrap_or_default()),
            message_id: self.message.map(|number| format!("msg_{number:03}")),
            created_at: self.created_at,
        })
    }
}

/// Two digits a byte.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Has a message carry these files, which were checked before ([`AttachmentIds::check`]); gives them as it shows them.
///
/// # Errors
/// Those of SQLite.
pub fn attach(tx: &Tx, message: i64, ids: &AttachmentIds) -> Result<Vec<Attachment>> {
    if ids.0.is_empty() {
        return Ok(Vec::new());
    }
    let mut update =
        tx.prepare_cached("UPDATE files SET message_id = ?2, position = ?3 WHERE id = ?1 AND state = 'ready'")?;
    for (position, id) in (0_i64..).zip(&ids.0) {
        update.execute(params![id, message, position])?;
    }
    of_message(tx, message, tx.now)
}

/// Deletes a file: from now on there is none of this id, though its bytes are still to be cleared.
///
/// # Errors
/// `not_found`.
pub fn delete(tx: &Tx, id: FileId) -> Result<()> {
    let changed = tx
        .prepare_cached(
            "UPDATE files SET state = 'doomed', sha256 = NULL, folder = NULL WHERE id = ?1 AND state = 'ready'",
        )?
        .execute([id])?;
    if changed == 1 { Ok(()) } else { Err(Error::not_found(id)) }
}

/// Deletes the files of a thread's messages. Their bytes are left to the sweep.
///
/// # Errors
/// Those of SQLite.
pub fn erase_of_thread(tx: &Tx, thread: i64) -> Result<()> {
    tx.prepare_cached(
        "UPDATE files SET state = 'doomed', name = '', folder = NULL, sha256 = NULL, message_id = NULL
         WHERE message_id IN (SELECT id FROM messages WHERE thread_id = ?1)",
    )?
    .execute([thread])?;
    Ok(())
}

/// Deletes the files of a contact's comments, their names too; gives their ids. Their bytes are still to be cleared.
///
/// # Errors
/// Those of SQLite.
pub fn erase_of_contact(tx: &Tx, contact: i64) -> Result<Vec<FileId>> {
    let mut update = tx.prepare_cached(
        "UPDATE files SET state = 'doomed', name = '', folder = NULL, sha256 = NULL, message_id = NULL
         WHERE message_id IN (SELECT m.id FROM threads t JOIN messages m ON m.thread_id = t.id
            WHERE t.contact_id = ?1 AND m.type = 'comment')
         RETURNING id",
    )?;
    let ids = update.query_map([contact], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}
