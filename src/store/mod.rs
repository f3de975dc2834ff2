//! The store: one SQLite file, many readers, one writer. Knows no resource; may import `types` only.
//!
//! - [`Store::read`] runs a closure on a read-only connection of the pool, inside one read transaction.
//! - [`Store::write`] hands a closure to the writer thread ([`writer`]) and answers once its commit is on disk.
//!
//! Both run off the threads that speak HTTP. Deviates from `r2d2`'s habit in one way: nobody waits inside the pool; a
//! semaphore of the pool's size is awaited instead, so a crowd of readers costs no threads.

pub mod answers;
pub mod check;
pub mod connection;
pub mod feed;
pub mod list;
pub mod migrate;
pub mod tx;
pub mod writer;

use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Clock;
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::Connection;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;
use tokio::sync::Semaphore;
use tx::Actor;
use tx::Tx;
use writer::Writer;

/// The name of the one file, in the data directory.
pub const FILE_NAME: &str = "commflow.db";
/// A read that takes longer is interrupted: it would hold back the WAL.
const READ_DEADLINE: Duration = Duration::from_secs(5);
/// How long a read waits for its turn.
const READ_PATIENCE: Duration = Duration::from_secs(2);
/// SQLite's virtual machine looks at the clock after this many instructions.
const INSTRUCTIONS_BETWEEN_LOOKS: i32 = 20_000;

/// The one way to the data. Cheap to clone; when the last clone is gone, the writer finishes its queue and stops.
#[derive(Clone)]
pub struct Store {
    readers: r2d2::Pool<SqliteConnectionManager>,
    turns: Arc<Semaphore>,
    writer: Arc<Writer>,
    path: PathBuf,
}

impl Store {
    /// Opens the store in `directory`, makes it if there is none, and brings it to this version's schema.
    ///
    /// # Errors
    /// When the directory can't be used, the file is newer than this program, or SQLite is not set up as it must be.
    pub fn open(directory: &Path, readers: u32, clock: Clock) -> Result<Self> {
        let path = connection::prepare_files(directory)?;
        migrate::refuse_newer(&path)?;
        let mut writing = connection::open_writing(&path)?;
        migrate::to_latest(&mut writing)?;
        let manager = SqliteConnectionManager::file(&path)
            .with_flags(connection::reading_flags())
            .with_init(connection::set_up_reading);
        let readers = r2d2::Pool::builder()
            .max_size(readers)
            .min_idle(Some(1))
            .idle_timeout(None)
            .max_lifetime(None)
            .test_on_check_out(false)
            .connection_timeout(READ_PATIENCE)
            .build(manager)
            .map_err(Error::internal)?;
        Ok(Self {
            turns: Arc::new(Semaphore::new(usize::try_from(readers.max_size()).unwrap_or(1))),
            readers,
            writer: Arc::new(Writer::start(writing, clock)?),
            path,
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
        let turn = tokio::time::timeout(READ_PATIENCE, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| Error::unavailable("Too many reads are waiting; please try again."))?
            .map_err(Error::internal)?;
        let store = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let result = store.read_blocking(read);
            drop(turn);
            result
        });
        done.await.map_err(Error::internal)?
    }

    /// [`Store::read`] for callers with a thread of their own.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let connection =
            self.readers.get().map_err(|_| Error::unavailable("The store has no reader free; please try again."))?;
        let deadline = Instant::now() + READ_DEADLINE;
        connection.progress_handler(INSTRUCTIONS_BETWEEN_LOOKS, Some(move || Instant::now() > deadline))?;
        // Dropped at the end, which ends the transaction: a connection never goes back to the pool inside one.
        let transaction = connection.unchecked_transaction()?;
        let result = read(&transaction);
        transaction.finish()?;
        result
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

    /// Grows whenever users or keys changed, here or in another process: what was remembered of them is to be read again.
    pub fn credentials_epoch(&self) -> u64 {
        self.writer.credentials_epoch().load(Ordering::Acquire)
    }

    /// Waits until the writer has finished its queue, and stops it, whoever else holds the store. For the end of the process.
    pub fn close(self) {
        self.writer.stop();
    }
}

/// A number that grows, shared between threads.
pub(crate) type Epoch = Arc<AtomicU64>;
