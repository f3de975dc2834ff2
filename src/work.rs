//! Background work: one idea of it. A worker is told nothing; it looks at the store, does one bounded thing, and says when
//! to look again. So a crash, a missed wake-up and a restart all lead to the same place, and tests step it by hand.

use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Clock;
use crate::types::time::Time;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

/// Longest sleep between two looks: the machine may have been suspended, or its clock set.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// Pause after a step that failed.
const AFTER_ERROR: Duration = Duration::from_secs(10);

/// Something that is done in the background.
pub trait Worker: Send + 'static {
    /// What the log calls it.
    fn name(&self) -> &'static str;
    /// One bounded step.
    ///
    /// # Errors
    /// Are logged; the next step comes after a pause.
    fn step(&mut self, now: Time) -> Result<Next>;
}

/// When a worker wants to look again. It looks sooner when somebody rings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// There is more to do.
    Now,
    /// At this time.
    At(Time),
    /// After this pause.
    After(Duration),
}

/// A worker on its own thread.
pub struct Running {
    ringer: Ringer,
    thread: JoinHandle<()>,
}

/// Wakes a worker. Cheap to clone, and to use: a ring that nobody has heard yet is not repeated.
#[derive(Clone)]
pub struct Ringer {
    bell: SyncSender<()>,
    stopped: Arc<AtomicBool>,
}

impl Ringer {
    /// Has the worker look now.
    pub fn ring(&self) {
        // Full: it has been rung already.
        let _ = self.bell.try_send(());
    }
}

impl Running {
    /// What wakes the worker.
    pub fn ringer(&self) -> Ringer {
        self.ringer.clone()
    }

    /// Lets the worker finish its step, and waits for it.
    pub fn stop(self) {
        self.ringer.stopped.store(true, Ordering::Release);
        self.ringer.ring();
        drop(self.thread.join());
    }
}

/// Runs a worker until it is stopped.
///
/// # Errors
/// When there is no thread to be had.
pub fn run(worker: impl Worker, clock: Clock) -> Result<Running> {
    run_rung(|_| worker, clock)
}

/// As [`run`], for a worker that hands out what wakes it.
///
/// # Errors
/// When there is no thread to be had.
pub fn run_rung<W: Worker>(make: impl FnOnce(Ringer) -> W, clock: Clock) -> Result<Running> {
    // One place: a second ring before the worker has heard the first says nothing more.
    let (bell, rung) = sync_channel::<()>(1);
    let stopped = Arc::new(AtomicBool::new(false));
    let ringer = Ringer { bell, stopped: stopped.clone() };
    let mut worker = make(ringer.clone());
    let body = move || {
        while !stopped.load(Ordering::Acquire) {
            let pause = match catch_unwind(AssertUnwindSafe(|| worker.step(clock.now()))) {
                Ok(Ok(Next::Now)) => Duration::ZERO,
                Ok(Ok(Next::At(time))) => {
                    let seconds = u64::try_from(time.since(clock.now())).unwrap_or(0);
                    Duration::from_secs(seconds.max(1)).min(LONGEST_SLEEP)
                }
                Ok(Ok(Next::After(pause))) => pause.min(LONGEST_SLEEP),
                Ok(Err(error)) => {
                    tracing::warn!(%error, worker = worker.name(), "a step failed");
                    AFTER_ERROR
                }
                Err(_) => {
                    tracing::error!(worker = worker.name(), "a step panicked");
                    AFTER_ERROR
                }
            };
            // Rung or not, it is time to look again; unless nobody is left who could ring, or stop it.
            if rung.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().name("worker".to_owned()).spawn(body).map_err(Error::internal)?;
    Ok(Running { ringer, thread })
}
