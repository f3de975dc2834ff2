//! The index on disk: opened, made, looked over; and the note that each commit carries, which says what it is an index of.

use crate::search::directory::Unsynced;
use crate::search::schema;
use crate::search::schema::Fields;
use crate::search::schema::VERSION;
use crate::store::feed;
use crate::types::Result;
use crate::types::error::Error;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use serde::Deserialize;
use serde::Serialize;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use tantivy::Index;
use tantivy::IndexReader;
use tantivy::IndexSettings;
use tantivy::ReloadPolicy;
use tantivy::TantivyError;
use tantivy::directory::error::OpenDirectoryError;
use tantivy::directory::error::OpenReadError;

/// The folder, in the data directory.
pub const FOLDER: &str = "index";

/// The note that each commit carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Which store it is an index of.
    pub store: String,
    /// [`VERSION`].
    pub version: u32,
    /// How often the store had asked for a new index: it wants one that says as much.
    pub generation: i64,
    /// The last event that it knows.
    pub event: i64,
    /// What that event looks like: in a restored backup, its number may be another's.
    pub mark: Option<String>,
    /// Something was erased, and its bytes may still lie in the index's files.
    pub erasing: bool,
    /// While it is being built: documents so far, and in all.
    pub building: Option<(u64, u64)>,
}

impl Note {
    /// The note of an index that has seen all of the store as it is.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn of(db: &Connection) -> Result<Self> {
        let event = feed::newest(db)?;
        let store = db.query_row("SELECT value FROM settings WHERE name = 'store_id'", [], |row| row.get(0))?;
        Ok(Self {
            store,
            version: VERSION,
            generation: generation(db)?,
            event,
            mark: mark(db, event)?,
            erasing: false,
            building: None,
        })
    }

    /// The same index, brought up to a later event; `erased`: with erasures on the way.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn up_to(&self, db: &Connection, event: i64, erased: bool) -> Result<Self> {
        Ok(Self { event, mark: mark(db, event)?, erasing: self.erasing || erased, ..self.clone() })
    }

    /// What keeps an index with this note from being brought up to date with the store: it must be made anew.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn is_useless(&self, db: &Connection) -> Result<Option<&'static str>> {
        let now = Self::of(db)?;
        let oldest = feed::ends(db)?.0;
        Ok(if self.store != now.store {
            Some("it belongs to another store")
        } else if self.version != now.version {
            Some("it was made by another version")
        } else if self.generation != now.generation {
            Some("a new one is asked for")
        } else if self.building.is_some() {
            Some("it was never finished")
        } else if self.event > now.event || mark(db, self.event)?.is_some_and(|mark| Some(mark) != self.mark) {
            Some("the store was restored from a backup")
        } else if self.event < oldest - 1 {
            Some("the change feed no longer reaches back to it")
        } else {
            None
        })
    }
}

/// How often a new index was asked for.
///
/// # Errors
/// Those of SQLite.
pub fn generation(db: &Connection) -> Result<i64> {
    let select = "SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'search_generation'";
    Ok(db.prepare_cached(select)?.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// What an event looks like; none for one that is gone.
fn mark(db: &Connection, event: i64) -> Result<Option<String>> {
    let select = "SELECT type || ' ' || subject || ' ' || created_at FROM events WHERE id = ?1";
    Ok(db.prepare_cached(select)?.query_row([event], |row| row.get(0)).optional()?)
}

/// An index that is open.
#[derive(Clone)]
pub struct Opened {
    /// The index.
    pub index: Index,
    /// Its fields.
    pub fields: Fields,
    /// What reads it.
    pub reader: IndexReader,
}

/// Why an index could not be opened.
#[derive(Debug)]
pub enum Trouble {
    /// It is missing or damaged: it has to be made anew.
    Useless(String),
    /// It can't be had now. It may well be whole, and must not be touched.
    Later(Error),
}

impl From<TantivyError> for Trouble {
    fn from(cause: TantivyError) -> Self {
        let is_damage = match &cause {
            TantivyError::OpenDirectoryError(cause) => matches!(cause, OpenDirectoryError::DoesNotExist(_)),
            TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. }) => is_damaged(io_error.kind()),
            TantivyError::IoError(cause) => is_damaged(cause.kind()),
            TantivyError::OpenReadError(_)
            | TantivyError::DataCorruption(_)
            | TantivyError::IncompatibleIndex(_)
            | TantivyError::SchemaError(_)
            | TantivyError::DeserializeError(_)
            | TantivyError::FieldNotFound(_) => true,
            _ => false,
        };
        if is_damage { Self::Useless(cause.to_string()) } else { Self::Later(unavailable(cause)) }
    }
}

/// A file that is too short or makes no sense; not one that can't be reached.
fn is_damaged(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::NotFound | ErrorKind::InvalidInput)
}

/// What a request hears of a fault of the index.
pub fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let message = "Searching is not possible at the moment; please try again.";
    Error { cause: Some(cause.into()), ..Error::unavailable(message) }
}

impl Opened {
    /// Opens the index in `folder`, and the note of its last commit.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn open(folder: &Path) -> Result<(Self, Note), Trouble> {
        guarded(|| {
            let index = Index::open(Unsynced::open(folder).map_err(TantivyError::from)?)?;
            let (schema, fields) = schema::schema();
            if index.schema() != schema {
                return Err(Trouble::Useless("its fields are others".to_owned()));
            }
            let note = note(&index)?;
            Ok((Self::on(index, fields)?, note))
        })
    }

    /// Opens the index, and reads through all of its files.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn open_verified(folder: &Path) -> Result<(Self, Note), Trouble> {
        let (opened, note) = Self::open(folder)?;
        let damaged = guarded(|| Ok(opened.index.validate_checksum()?))?;
        match damaged.iter().next() {
            None => Ok((opened, note)),
            Some(file) => Err(Trouble::Useless(format!("{} is damaged", file.display()))),
        }
    }

    /// Makes an empty index in the place of what is there.
    ///
    /// # Errors
    /// When the folder can't be used.
    pub fn make(folder: &Path) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(unavailable)?;
        }
        fs::DirBuilder::new().mode(0o700).create(folder).map_err(unavailable)?;
        let (schema, fields) = schema::schema();
        let directory = Unsynced::open(folder).map_err(unavailable)?;
        let index = Index::create(directory, schema, IndexSettings::default()).map_err(unavailable)?;
        Self::on(index, fields).map_err(unavailable)
    }

    fn on(index: Index, fields: Fields) -> tantivy::Result<Self> {
        schema::register(&index);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, fields, reader })
    }
}

fn note(index: &Index) -> Result<Note, Trouble> {
    let payload = index.load_metas()?.payload;
    let note = payload.and_then(|payload| serde_json::from_str(&payload).ok());
    note.ok_or_else(|| Trouble::Useless("it says nothing of itself".to_owned()))
}

/// Reading a damaged file may end in a panic: that is damage too.
fn guarded<T>(read: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(Trouble::Useless("it can't be read".to_owned())))
}
