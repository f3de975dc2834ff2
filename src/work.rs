//! Background work: one idea of it. A worker is told nothing; it looks at the store, does one bounded thing, and says when
//! to look again. So a crash, a missed wake-up and a restart all lead to the same place, and tests step it by hand.

use crate::types::Result;
use crate::types::time::Clock;
use crate::types::time::Time;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::Sender;
use std::sync::mpsc::channel;
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

/// When a worker wants to look again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// There is more to do.
    Now,
    /// At this time.
    At(Time),
}

/// A worker on its own thread.
pub struct Running {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Running {
    /// Lets the worker finish its step, and waits for it.
    pub fn stop(self) {
        drop(self.stop);
        drop(self.thread.join());
    }
}

/// Runs a worker until it is stopped.
///
/// # Errors
/// When there is no thread to be had.
pub fn run(mut worker: impl Worker, clock: Clock) -> Result<Running> {
    let (stop, stopped) = channel::<()>();
    let body = move || {
        loop {
            let pause = match catch_unwind(AssertUnwindSafe(|| worker.step(clock.now()))) {
                Ok(Ok(Next::Now)) => Duration::ZERO,
                Ok(Ok(Next::At(time))) => {
                    let seconds = u64::try_from(time.since(clock.now())).unwrap_or(0);
                    Duration::from_secs(seconds.max(1)).min(LONGEST_SLEEP)
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, worker = worker.name(), "a step failed");
                    AFTER_ERROR
                }
                Err(_) => {
                    tracing::error!(worker = worker.name(), "a step panicked");
                    AFTER_ERROR
                }
            };
            if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new()
        .name("worker".to_owned())
        .spawn(body)
        .map_err(crate::types::error::Error::internal)?;
    Ok(Running { stop, thread })
}
