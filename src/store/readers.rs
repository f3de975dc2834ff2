//! The readers: a few threads that take reads from one queue, each with a connection of the pool.
//!
//! They are as many as the pool has connections, so nobody waits inside it, and a crowd of requests costs no threads: the
//! runtime's own pool for blocking work grew to dozens, each with pages of its own. A thread that is done takes the next read
//! without going to sleep.

use crate::store::connection;
use crate::types::Result;
use crate::types::error::Error;
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;
use tokio::sync::oneshot;

/// A read that takes longer is interrupted: it would hold back the WAL.
const READ_DEADLINE: Duration = Duration::from_secs(5);
/// How long a read waits for its turn.
const READ_PATIENCE: Duration = Duration::from_secs(2);
/// Reads that may wait. One more is refused with 503.
const QUEUE_MAX: usize = 4_096;
/// SQLite's virtual machine looks at the clock after this many instructions.
const INSTRUCTIONS_BETWEEN_LOOKS: i32 = 20_000;

type Job = Box<dyn FnOnce() + Send>;

/// The handle to the readers. Dropped, it lets them finish what has queued.
pub struct Readers {
    pool: r2d2::Pool<SqliteConnectionManager>,
    queue: Arc<Queue>,
}

impl Readers {
    /// Starts `count` threads that read the file at `path`.
    pub(super) fn start(path: &Path, count: u32) -> Result<Self> {
        let manager = SqliteConnectionManager::file(path)
            .with_flags(connection::reading_flags())
            .with_init(connection::set_up_reading);
        let pool = r2d2::Pool::builder()
            .max_size(count)
            .min_idle(Some(1))
            .idle_timeout(None)
            .max_lifetime(None)
            .test_on_check_out(false)
            .connection_timeout(READ_PATIENCE)
            .build(manager)
            .map_err(Error::internal)?;
        let readers = Self { pool, queue: Arc::default() };
        for _ in 0..count {
            let queue = readers.queue.clone();
            let work = move || {
                while let Some(job) = queue.next() {
                    job();
                }
            };
            std::thread::Builder::new().name("reader".to_owned()).spawn(work).map_err(Error::internal)?;
        }
        Ok(readers)
    }

    /// Runs `read` on one of the threads.
    pub(super) async fn read<T, F>(&self, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let (reply, mut answer) = oneshot::channel();
        let begun = Arc::new(AtomicBool::new(false));
        let (pool, begins) = (self.pool.clone(), begun.clone());
        self.queue.add(Box::new(move || {
            begins.store(true, Ordering::Release);
            // Nobody waits any more for a read whose caller has gone away.
            if !reply.is_closed() {
                let done = catch_unwind(AssertUnwindSafe(|| run(&pool, read)));
                drop(reply.send(done.unwrap_or_else(|_| Err(Error::internal("a read panicked")))));
            }
        }))?;
        let done = match tokio::time::timeout(READ_PATIENCE, &mut answer).await {
            Ok(done) => done,
            Err(_) if begun.load(Ordering::Acquire) => answer.await,
            Err(_) => return Err(Error::unavailable("Too many reads are waiting; please try again.")),
        };
        done.map_err(|_| Error::unavailable("The server is stopping."))?
    }

    /// Runs `read` on this thread.
    pub(super) fn read_blocking<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        run(&self.pool, read)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Runs `read` in one read transaction.
fn run<T>(pool: &r2d2::Pool<SqliteConnectionManager>, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let connection = pool.get().map_err(|_| Error::unavailable("The store has no reader free; please try again."))?;
    let deadline = Instant::now() + READ_DEADLINE;
    connection.progress_handler(INSTRUCTIONS_BETWEEN_LOOKS, Some(move || Instant::now() > deadline))?;
    // Dropped at the end, which ends the transaction: a connection never goes back to the pool inside one.
    let transaction = connection.unchecked_transaction()?;
    let result = read(&transaction);
    transaction.finish()?;
    result
}

/// Reads that wait for a thread, first come first served.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Queue {
    fn add(&self, job: Job) -> Result<()> {
        let mut waiting = self.lock();
        if waiting.jobs.len() >= QUEUE_MAX {
            return Err(Error::unavailable("Too many reads are waiting; please try again."));
        }
        waiting.jobs.push_back(job);
        drop(waiting);
        self.more.notify_one();
        Ok(())
    }

    /// The next read, once there is one; none when no more will come.
    fn next(&self) -> Option<Job> {
        let empty = |waiting: &mut Waiting| waiting.jobs.is_empty() && !waiting.closed;
        let waiting = self.more.wait_while(self.lock(), empty);
        waiting.unwrap_or_else(PoisonError::into_inner).jobs.pop_front()
    }

    fn close(&self) {
        self.lock().closed = true;
        self.more.notify_all();
    }

    /// No code that may panic runs while it is held.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
