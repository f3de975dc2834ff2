//! Delivery: what the change feed tells reaches the receivers of webhooks. May import `types`, `store`, `work` and `desk`.
//!
//! - The [`dispatcher`] is a worker: it follows the feed from its cursor, puts each event into the queue of every webhook that
//!   wants it, and sends what is due. A kill at any instant leads back to the queue on disk: what was sent and not noted is sent
//!   again, under the same `webhook-id`.
//! - A [`lane`] is what is known of one receiver: what is under way there, whether it is up, and what may be sent next.
//! - The [`courier`] makes the requests, on a thread of its own: no receiver can be felt by the API.
//! - How long to wait before the next try stands in [`schedule`], what an answer means in [`verdict`], and which addresses are
//!   connected to in [`names`].

pub mod courier;
pub mod dispatcher;
pub mod lane;
pub mod names;
pub mod schedule;
pub mod verdict;

use crate::delivery::courier::Courier;
use crate::delivery::courier::Thread;
use crate::delivery::dispatcher::Dispatcher;
use crate::desk::webhooks::TargetRule;
use crate::store::Store;
use crate::types::Result;
use crate::types::time::Clock;
use crate::work;
use crate::work::Ringer;
use crate::work::Running;
use std::time::Duration;

/// The delivery of a server that runs.
pub struct Delivery {
    /// Makes single requests.
    pub courier: Courier,
    dispatcher: Running,
    thread: Thread,
}

impl Delivery {
    /// Starts to deliver what the store's feed tells, to where `targets` allows. A receiver is waited for with `patience`.
    ///
    /// # Errors
    /// When there is no thread to be had, or the HTTP client can't be set up.
    pub fn start(store: &Store, clock: Clock, targets: TargetRule, patience: Duration) -> Result<Self> {
        let (courier, thread) = Courier::start(targets, names::system(), patience)?;
        let sender = courier.clone();
        let dispatcher = work::run_rung(|ringer| Dispatcher::new(store.clone(), sender, ringer), clock)?;
        let ringer = dispatcher.ringer();
        store.listen(move || ringer.ring());
        Ok(Self { courier, dispatcher, thread })
    }

    /// What has the dispatcher look at once.
    pub fn ringer(&self) -> Ringer {
        self.dispatcher.ringer()
    }

    /// Waits a moment for what is under way, and ends.
    pub fn stop(self) {
        self.dispatcher.stop();
        self.thread.stop();
    }
}
