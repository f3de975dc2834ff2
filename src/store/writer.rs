//! The one writer: a thread that owns the only writing connection and commits many requests' transactions together.
//!
//! It takes what has queued, runs each job in a savepoint inside one `BEGIN IMMEDIATE`, commits once, and only then answers
//! all of them. While one group is being synced, the next one gathers: there is no timer. Only this thread checkpoints.

use crate::store::Epoch;
use crate::store::feed;
use crate::store::tx::Actor;
use crate::store::tx::Effects;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::time::Clock;
use rusqlite::Connection;
use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::TrySendError;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;
use tokio::sync::oneshot;

/// Jobs that may wait. One more is refused with 503.
const QUEUE_MAX: usize = 1_024;
/// Jobs that share a commit.
const GROUP_MAX: usize = 256;
/// How often the idle writer looks whether another process wrote.
const IDLE_LOOK: Duration = Duration::from_millis(100);
/// Frames of 4 KiB in the WAL after which it is checkpointed, without waiting for anyone.
const CHECKPOINT_FRAMES: i64 = 1_024;
/// Frames after which the writer waits for the readers to leave the WAL, so that it can begin anew.
const RESTART_FRAMES: i64 = 8 * CHECKPOINT_FRAMES;
/// Frames after which it waits for them after each group: writes that are held up make the WAL no longer.
const URGENT_FRAMES: i64 = 12 * CHECKPOINT_FRAMES;
/// How long it waits for them. Readers are interrupted after seconds, so the next try or the one after will do.
const RESTART_PATIENCE: Duration = Duration::from_millis(250);
/// Between two such waits, where the first was in vain.
const RESTART_PAUSE: Duration = Duration::from_secs(2);
/// A job that takes longer is named in the log, for it holds up everybody.
const SLOW_JOB: Duration = Duration::from_millis(50);
/// The exit code after a disk fault at commit (sysexits.h, `EX_IOERR`).
const EXIT_IO_FAULT: i32 = 74;

/// The number of the newest event, shared between threads.
type Head = Arc<AtomicI64>;

/// Those who want to know that the feed has grown, or that users or keys have changed.
type Listeners = Arc<Mutex<Vec<Box<dyn Fn() + Send>>>>;

/// The handle to the writer's thread.
pub struct Writer {
    /// None once it was told to stop.
    queue: Mutex<Option<SyncSender<Box<dyn Job>>>>,
    credentials: Epoch,
    erasures: Epoch,
    head: Head,
    listeners: Listeners,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread, which owns `connection` from now on.
    pub(super) fn start(connection: Connection, clock: Clock) -> Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE_MAX);
        let (credentials, erasures) = (Epoch::default(), Epoch::default());
        let head = Head::new(AtomicI64::new(feed::newest(&connection)?));
        let listeners = Listeners::default();
        let worker = Thread {
            connection,
            clock,
            listeners: listeners.clone(),
            credentials: credentials.clone(),
            erasures: erasures.clone(),
            head: head.clone(),
            seen_version: None,
            restart_not_before: Instant::now(),
        };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || worker.run(&jobs))
            .map_err(Error::internal)?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            credentials,
            erasures,
            head,
            listeners,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Queues a job; the answer comes once its commit is on disk.
    pub(super) fn submit<T, F>(&self, actor: Actor, write: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&Tx) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Call { actor, write: Some(write), result: None, reply });
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref().map(|queue| queue.try_send(job)) {
            Some(Ok(())) => Ok(answer),
            Some(Err(TrySendError::Full(_))) => {
                Err(Error::unavailable("Too many writes are waiting; please try again."))
            }
            Some(Err(TrySendError::Disconnected(_))) | None => Err(Error::unavailable("The server is stopping.")),
        }
    }

    pub(super) fn credentials_epoch(&self) -> &Epoch {
        &self.credentials
    }

    pub(super) fn erasures(&self) -> &Epoch {
        &self.erasures
    }

    /// The number of the newest event that is on disk.
    pub(super) fn head(&self) -> i64 {
        self.head.load(Ordering::Acquire)
    }

    /// Has `listener` called, on the writer's thread, whenever the feed has grown, or users or keys have changed.
    pub(super) fn listen(&self, listener: Box<dyn Fn() + Send>) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// Lets the thread finish its queue, and waits for it. What comes later is refused.
    pub(super) fn stop(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(thread.map(JoinHandle::join));
    }
}

/// One request's write, whatever its answer's type.
trait Job: Send {
    fn actor(&self) -> Actor;
    /// Runs it; `false`: it failed, and its savepoint is to be rolled back.
    fn run(&mut self, tx: &Tx) -> bool;
    /// Tells the caller, with `failure` in place of the result where the commit did not happen.
    fn answer(self: Box<Self>, failure: Option<Error>);
}

struct Call<F, T> {
    actor: Actor,
    write: Option<F>,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<F, T> Job for Call<F, T>
where
    T: Send,
    F: FnOnce(&Tx) -> Result<T> + Send,
{
    fn actor(&self) -> Actor {
        self.actor
    }

    fn run(&mut self, tx: &Tx) -> bool {
        let Some(write) = self.write.take() else { return false };
        let result =
            catch_unwind(AssertUnwindSafe(|| write(tx))).unwrap_or_else(|_| Err(Error::internal("a write panicked")));
        let went_well = result.is_ok();
        self.result = Some(result);
        went_well
    }

    fn answer(self: Box<Self>, failure: Option<Error>) {
        let result = match (failure, self.result) {
            // A refusal may rest on rows of the same group: it stands only if they do.
            (None, Some(done)) => done,
            (Some(failure), _) => Err(failure),
            (None, None) => Err(Error::internal("a write was never run")),
        };
        // A caller who has gone away does not mind.
        drop(self.reply.send(result));
    }
}

struct Thread {
    connection: Connection,
    clock: Clock,
    credentials: Epoch,
    erasures: Epoch,
    head: Head,
    listeners: Listeners,
    /// `PRAGMA data_version` as it was: it changes when another process commits, never by this connection.
    seen_version: Option<i64>,
    restart_not_before: Instant,
}

impl Thread {
    fn run(mut self, jobs: &Receiver<Box<dyn Job>>) {
        loop {
            match jobs.recv_timeout(IDLE_LOOK) {
                Ok(first) => {
                    let mut group = vec![first];
                    group.extend(jobs.try_iter().take(GROUP_MAX - 1));
                    self.work_off(group);
                }
                Err(RecvTimeoutError::Timeout) => self.look_around(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // The last page of the WAL goes into the file; should that fail, the next start does it.
        drop(self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)", RESTART_PATIENCE));
    }

    /// Commits a group, and answers after that.
    fn work_off(&mut self, mut group: Vec<Box<dyn Job>>) {
        self.look_around();
        let effects = Cell::default();
        let outcome = self.commit(&mut group, &effects);
        let effects = effects.get();
        if effects.credentials {
            self.credentials.fetch_add(1, Ordering::AcqRel);
        }
        match outcome {
            Ok(()) => {
                let grown = self.note_head();
                if effects.erasure {
                    self.erasures.fetch_add(1, Ordering::AcqRel);
                    // Before the answer: what the API says is erased is erased in the WAL as well.
                    drop(self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)", 4 * RESTART_PATIENCE));
                }
                group.into_iter().for_each(|job| job.answer(None));
                if grown || effects.credentials {
                    self.tell_listeners();
                }
                self.tend_wal();
            }
            Err(cause) => {
                let fatal = is_failed_sync(&cause);
                tracing::error!(%cause, "a group of {} writes was not committed", group.len());
                let told = Error::from(cause);
                for job in group {
                    let mut failure = Error::new(told.code, told.message.clone());
                    failure.retry_after_s = told.retry_after_s;
                    job.answer(Some(failure));
                }
                if fatal {
                    // After a failed sync the kernel may hold pages for clean that never reached the disk: asking again
                    // would be believed wrongly (Rebello et al., USENIX ATC 2020). A restart recovers from the WAL.
                    // What could not even be written (quota, limit) was rolled back, and may be tried again.
                    tracing::error!("the disk failed while syncing: stopping, so that recovery decides what is kept");
                    std::process::exit(EXIT_IO_FAULT);
                }
            }
        }
    }

    /// Runs each job in a savepoint of one transaction, and commits.
    fn commit(&self, group: &mut [Box<dyn Job>], effects: &Cell<Effects>) -> rusqlite::Result<()> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let done = self.run_each(group, effects).and_then(|()| self.connection.prepare_cached("COMMIT")?.execute([]));
        if done.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        done.map(drop)
    }

    fn run_each(&self, group: &mut [Box<dyn Job>], effects: &Cell<Effects>) -> rusqlite::Result<()> {
        for job in group {
            self.connection.prepare_cached("SAVEPOINT job")?.execute([])?;
            let begun = Instant::now();
            let went_well = job.run(&Tx::new(&self.connection, self.clock.now(), job.actor(), effects));
            if begun.elapsed() > SLOW_JOB && !effects.get().long {
                tracing::warn!(milliseconds = begun.elapsed().as_millis(), "a write was slow");
            }
            if self.connection.is_autocommit() {
                // SQLite itself rolled everything back (full disk, I/O fault, no memory): nobody in this group may hear
                // a yes.
                return Err(rusqlite::Error::SqliteFailure(
                    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL),
                    Some("the whole transaction was rolled back".to_owned()),
                ));
            }
            let end = if went_well { "RELEASE job" } else { "ROLLBACK TO job" };
            self.connection.prepare_cached(end)?.execute([])?;
            if !went_well {
                self.connection.prepare_cached("RELEASE job")?.execute([])?;
            }
        }
        Ok(())
    }

    /// Has another process written? Then nothing that is remembered of users, keys and events counts.
    fn look_around(&mut self) {
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut pragma| pragma.query_row([], |row| row.get(0)))
            .ok();
        if version != self.seen_version {
            self.seen_version = version;
            self.credentials.fetch_add(1, Ordering::AcqRel);
            self.erasures.fetch_add(1, Ordering::AcqRel);
            self.note_head();
            self.tell_listeners();
        }
    }

    fn tell_listeners(&self) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|listener| listener());
    }

    /// What follows from the feed is to follow as far as this: noted before anybody is answered. Whether there is more.
    fn note_head(&self) -> bool {
        feed::newest(&self.connection).is_ok_and(|newest| self.head.swap(newest, Ordering::AcqRel) != newest)
    }

    /// Keeps the WAL short: copies it into the file without waiting, and once it is long, waits a moment for readers.
    fn tend_wal(&mut self) {
        let Ok((frames, copied)) = self.checkpoint("PRAGMA wal_checkpoint(NOOP)", Duration::ZERO) else { return };
        let is_time = frames > URGENT_FRAMES || Instant::now() > self.restart_not_before;
        if frames > RESTART_FRAMES && is_time {
            // Only a wait in vain is paid for with a pause: the next thousands of writes may come within it.
            if self
                .checkpoint("PRAGMA wal_checkpoint(TRUNCATE)", RESTART_PATIENCE)
                .map_or(true, |(frames, _)| frames > 0)
            {
                self.restart_not_before = Instant::now() + RESTART_PAUSE;
            }
        } else if frames - copied > CHECKPOINT_FRAMES {
            drop(self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)", Duration::ZERO));
        }
    }

    /// Checkpoints; the frames that the WAL holds, and how many of them have been copied into the file.
    fn checkpoint(&self, pragma: &str, patience: Duration) -> Result<(i64, i64)> {
        self.connection.busy_timeout(patience)?;
        let frames = self.connection.query_row(pragma, [], |row| Ok((row.get(1)?, row.get(2)?)));
        self.connection.busy_timeout(Duration::from_secs(5))?;
        frames.map_err(|cause| Error { cause: Some(Box::new(cause)), ..Error::new(Code::Unavailable, "no checkpoint") })
    }
}

fn is_failed_sync(cause: &rusqlite::Error) -> bool {
    let failures = [rusqlite::ffi::SQLITE_IOERR_FSYNC, rusqlite::ffi::SQLITE_IOERR_DIR_FSYNC];
    cause.sqlite_error().is_some_and(|error| failures.contains(&error.extended_code))
}
