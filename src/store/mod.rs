//! The store: one SQLite file, many readers, one writer. Knows no resource; may import `types` only.
//!
//! - [`Store::read`] runs a closure on a read-only connection of the pool, inside one read transaction.
//! - [`Store::write`] hands a closure to the writer thread ([`writer`]) and answers once its commit is on disk.
//!
//! Both run off the threads that speak HTTP.

pub mod answers;
pub mod check;
pub mod connection;
pub mod feed;
pub mod list;
pub mod migrate;
pub mod part;
pub mod readers;
pub mod restore;
pub mod snapshot;
pub mod tx;
pub mod writer;

use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Clock;
use readers::Readers;
use rusqlite::Connection;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use tx::Actor;
use tx::Tx;
use writer::Writer;

/// The name of the one file, in the data directory.
pub const FILE_NAME: &str = "commflow.db";

/// The one way to the data. Cheap to clone; when the last clone is gone, the writer finishes its queue and stops.
#[derive(Clone)]
pub struct Store {
    readers: Arc<Readers>,
    writer: Arc<Writer>,
    path: PathBuf,
    /// As long as anybody has the store open, it is not replaced.
    _held: Arc<File>,
}

impl Store {
    /// Opens the store in `directory`, makes it if there is none, and brings it to this version's schema.
    ///
    /// # Errors
    /// When the directory can't be used, the file is newer than this program, or SQLite is not set up as it must be.
    pub fn open(directory: &Path, readers: u32, clock: Clock) -> Result<Self> {
        let path = connection::prepare_files(directory)?;
        let held = connection::share(directory)?;
        migrate::refuse_newer(&path)?;
        let mut writing = connection::open_writing(&path)?;
        migrate::to_latest(&mut writing)?;
        Ok(Self {
            readers: Arc::new(Readers::start(&path, readers)?),
            writer: Arc::new(Writer::start(writing, clock)?),
            path,
            _held: Arc::new(held),
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `read` on a read-only connection, in one read transaction, off this thread.
    ///
    /// # Errors
    /// Those of `read`; `unavailable` when no reader is free in time or the read takes too long.
    pub async fn read<T, F>(&self, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.readers.read(read).await
    }

    /// [`Store::read`] for callers with a thread of their own.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.readers.read_blocking(read)
    }

    /// Runs `write` in the writer's transaction, and answers once that is on disk.
    ///
    /// # Errors
    /// Those of `write`, which then has changed nothing; `unavailable` when the queue is full or the disk refuses.
    pub async fn write<T, F>(&self, actor: Actor, write: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx) -> Result<T> + Send + 'static,
    {
        self.writer.submit(actor, write)?.await.map_err(|_| Error::unavailable("The server is stopping."))?
    }

    /// [`Store::write`] for callers with a thread of their own.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T, F>(&self, actor: Actor, write: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx) -> Result<T> + Send + 'static,
    {
        self.writer.submit(actor, write)?.blocking_recv().map_err(|_| Error::unavailable("The server is stopping."))?
    }

    /// Queues a write that nobody waits for; it is dropped when the queue is full.
    pub fn write_later<F>(&self, actor: Actor, write: F)
    where
        F: FnOnce(&Tx) -> Result<()> + Send + 'static,
    {
        drop(self.writer.submit(actor, write));
    }

    /// The number of the newest event that is on disk. What was answered is not beyond it.
    pub fn head(&self) -> i64 {
        self.writer.head()
    }

    /// Has `listener` called whenever the feed has grown, or users or keys have changed, here or in another process. It is
    /// called on the writer's thread, and must not wait for anything.
    pub fn listen(&self, listener: impl Fn() + Send + 'static) {
        self.writer.listen(Box::new(listener));
    }

    /// A connection of its own for someone who reads much and often: he waits for none of the pool, and nobody for him.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn open_reading(&self) -> Result<Connection> {
        let mut connection = Connection::open_with_flags(&self.path, connection::reading_flags())?;
        connection::set_up_reading(&mut connection)?;
        Ok(connection)
    }

    /// Grows whenever users or keys changed, here or in another process: what was remembered of them is to be read again.
    pub fn credentials_epoch(&self) -> u64 {
        self.writer.credentials_epoch().load(Ordering::Acquire)
    }

    /// Grows whenever something was erased, here or perhaps in another process: before anybody is told that it is, what is
    /// remembered of older events is void.
    pub fn erasures(&self) -> u64 {
        self.writer.erasures().load(Ordering::Acquire)
    }

    /// Waits until the writer has finished its queue, and stops it, whoever else holds the store. For the end of the process.
    pub fn close(self) {
        self.writer.stop();
    }
}

/// A number that grows, shared between threads.
pub(crate) type Epoch = Arc<AtomicU64>;
