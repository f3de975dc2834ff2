//! The SLA clock of a thread: pure arithmetic over instants, and its twin in SQL.
//!
//! Things that happen to a thread are [`Mark`]s; the clock's state is what remains of them. Since [`Clock::apply`] is the
//! only way to change it, telling the marks again gives the same state: that is how [`story`] explains a ticket's SLA, and
//! how `commflow check` verifies it. The status at a moment is a comparison of stored instants with that moment: no timer
//! has to run for it to be true.
//!
//! - The clock starts at the first comment. First response: the first reply after it.
//! - The resolution clock stands still while the thread is pending or closed, and goes on with the time used so far.
//! - Closing a thread that waits for its first response ends that target as neither met nor missed, unless it was already
//!   missed. Reopening it restores the target; a new comment sets it anew from that comment.
//! - A change of priority recomputes the targets that are not met yet, so it can lift a breach that nobody has met.
//! - Nothing runs on a closed thread: its status no longer changes by itself.

pub mod alarms;
pub mod story;
pub mod targets;

use crate::choice;
use crate::desk::sla::targets::Promise;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::types::time::Time;
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

choice! {
    /// How a ticket stands against its targets.
    SlaStatus {
        /// No target was missed, and none is close.
        OnTrack "on_track",
        /// A quarter or less of a running target's time is left.
        Warning "warning",
        /// A target was missed, also when it was met late.
        Breached "breached",
    }
}

/// What moves the clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mark {
    /// The thread came into being, with this priority and what was promised for it.
    Created(Priority, Promise),
    /// The customer wrote.
    Comment,
    /// A user answered, visibly to the customer.
    Reply,
    /// The thread's status became this.
    Status(ConversationStatus),
    /// The thread's priority became this, and the promise that for it.
    Priority(Priority, Promise),
}

/// The mark as it is stored, with what was promised where that is not CommFlow's own. A priority at the thread's birth and a
/// later one are told apart by their place.
impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created(priority, promise) | Self::Priority(priority, promise) => {
                out.write_str(priority.as_str())?;
                if *promise == Promise::own(*priority) { Ok(()) } else { write!(out, " {promise}") }
            }
            Self::Comment => out.write_str("comment"),
            Self::Reply => out.write_str("reply"),
            Self::Status(status) => out.write_str(status.as_str()),
        }
    }
}

impl Mark {
    /// Reads a mark back; the first of a thread is its birth.
    pub fn parse(text: &str, first: bool) -> Option<Self> {
        match text {
            "comment" => return Some(Self::Comment),
            "reply" => return Some(Self::Reply),
            _ => {}
        }
        if let Ok(status) = text.parse() {
            return Some(Self::Status(status));
        }
        let (priority, promise) = text.split_once(' ').map_or((text, None), |(priority, rest)| (priority, Some(rest)));
        let priority = priority.parse().ok()?;
        let promise = promise.map_or(Some(Promise::own(priority)), |promise| promise.parse().ok())?;
        Some(if first { Self::Created(priority, promise) } else { Self::Priority(priority, promise) })
    }
}

/// The state of a thread's clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// The thread's status.
    pub status: ConversationStatus,
    /// The thread's priority.
    pub priority: Priority,
    /// What was promised when the thread got its priority.
    pub promise: Promise,
    /// The first comment.
    pub started_at: Option<Time>,
    /// From when the time to the first response counts.
    pub response_from: Option<Time>,
    /// When the first response is or was due; none while there is no such target.
    pub response_due: Option<Time>,
    /// When it came.
    pub responded_at: Option<Time>,
    /// Seconds of running time allowed until the resolution; 0 before the clock starts.
    pub resolution_target: i64,
    /// Seconds used up in the stretches that have ended.
    pub resolution_used: i64,
    /// Since when the resolution clock runs; none while it stands.
    pub running_since: Option<Time>,
}

/// What follows from a clock's state, stored beside it so that SQL can compare it with now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Instants {
    /// What can no longer change by itself; none while a target runs.
    pub settled: Option<SlaStatus>,
    /// After this instant the SLA is breached.
    pub breach_at: Option<Time>,
    /// From this instant on there is a warning.
    pub warning_at: Option<Time>,
}

impl Instants {
    /// The status at `now`; [`IS_BREACHED`] and its siblings say the same in SQL.
    pub fn status(self, now: Time) -> SlaStatus {
        if self.breach_at.is_some_and(|breach| now > breach) {
            SlaStatus::Breached
        } else if self.warning_at.is_some_and(|warning| now >= warning) {
            SlaStatus::Warning
        } else {
            SlaStatus::OnTrack
        }
    }
}

/// [`Instants::status`] in SQL, for rows whose status is not settled; `?` is now.
pub const IS_BREACHED: &str = "sla_settled IS NULL AND sla_breach_at < ?";
/// As [`IS_BREACHED`].
pub const IS_WARNING: &str = "sla_settled IS NULL AND ifnull(sla_breach_at >= ?, 1) AND sla_warning_at <= ?";
/// As [`IS_BREACHED`].
pub const IS_ON_TRACK: &str = "sla_settled IS NULL AND ifnull(sla_breach_at >= ?, 1) AND ifnull(sla_warning_at > ?, 1)";

impl Clock {
    /// The clock of a new thread: open, and not started.
    pub fn new(priority: Priority, promise: Promise) -> Self {
        Self {
            status: ConversationStatus::Open,
            priority,
            promise,
            started_at: None,
            response_from: None,
            response_due: None,
            responded_at: None,
            resolution_target: 0,
            resolution_used: 0,
            running_since: None,
        }
    }

    /// What stands there before the first mark, which tells what the clock is.
    pub fn unborn() -> Self {
        Self::new(Priority::Normal, Promise::own(Priority::Normal))
    }

    /// The state after `mark` at `now`.
    pub fn apply(&mut self, mark: Mark, now: Time) {
        match mark {
            Mark::Created(priority, promise) => *self = Self::new(priority, promise),
            Mark::Comment => self.comment(now),
            Mark::Reply if self.started_at.is_some() && self.responded_at.is_none() => self.responded_at = Some(now),
            Mark::Reply => {}
            Mark::Status(status) => self.turn(status, now),
            Mark::Priority(priority, promise) => self.prioritise(priority, promise, now),
        }
    }

    fn comment(&mut self, now: Time) {
        if self.started_at.is_none() {
            self.started_at = Some(now);
            self.resolution_target = self.promise.resolution_s;
            self.running_since = (self.status == ConversationStatus::Open).then_some(now);
        }
        if self.responded_at.is_none() && self.response_due.is_none() {
            self.response_from = Some(now);
            self.response_due = Some(now.plus(self.promise.first_response_s));
        }
    }

    fn turn(&mut self, status: ConversationStatus, now: Time) {
        if status == self.status {
            return;
        }
        let was = std::mem::replace(&mut self.status, status);
        if let Some(since) = self.running_since.take() {
            self.resolution_used += now.since(since).max(0);
        }
        if self.started_at.is_none() {
            return;
        }
        let awaited = self.responded_at.is_none();
        if status == ConversationStatus::Closed && awaited && self.response_due.is_some_and(|due| now <= due) {
            self.response_due = None;
        }
        if was == ConversationStatus::Closed {
            self.resolution_target = self.promise.resolution_s;
            if awaited && self.response_due.is_none() {
                self.response_due = self.response_from.map(|from| from.plus(self.promise.first_response_s));
            }
        }
        if status == ConversationStatus::Open {
            self.running_since = Some(now);
        }
    }

    fn prioritise(&mut self, priority: Priority, promise: Promise, now: Time) {
        self.priority = priority;
        self.promise = promise;
        let closed = self.status == ConversationStatus::Closed;
        if self.responded_at.is_none() && self.response_due.is_some() {
            let due = self.response_from.map(|from| from.plus(promise.first_response_s));
            // Nothing runs on a closed thread: a miss that is lifted there doesn't become a wait.
            self.response_due = due.filter(|due| !closed || now > *due);
        }
        if self.started_at.is_some() && !closed {
            self.resolution_target = promise.resolution_s;
        }
    }

    /// Until when a first response is awaited; none where there is one, and on a closed thread.
    pub fn response_awaited_until(&self) -> Option<Time> {
        self.response_due.filter(|_| self.responded_at.is_none() && self.status != ConversationStatus::Closed)
    }

    /// When the resolution is due; none while the clock stands.
    pub fn resolution_due(&self) -> Option<Time> {
        self.running_since.map(|since| since.plus(self.resolution_target - self.resolution_used))
    }

    /// The instants at which the status changes if nothing else happens.
    pub fn instants(&self) -> Instants {
        let response_runs = self.response_awaited_until().is_some();
        let response_missed = match (self.responded_at, self.response_due) {
            (Some(met), Some(due)) => (met > due).then_some(due),
            (None, due) => due,
            (Some(_), None) => None,
        };
        let overrun = self.resolution_used - self.resolution_target;
        let resolution_missed = match self.resolution_due() {
            Some(due) => Some(due),
            // Missed before it was paused or closed: an instant that lies behind.
            None => self.started_at.filter(|_| overrun > 0).map(|started| started.plus(self.resolution_target)),
        };
        let response_warns = self.response_due.zip(self.response_from).filter(|_| response_runs);
        let response_warning = response_warns.map(|(due, from)| due.plus(-due.since(from) / 4));
        let resolution_warning = self.resolution_due().map(|due| due.plus(-self.resolution_target / 4));
        let breach_at = earliest(response_missed, resolution_missed);
        let settled = match (response_runs || self.running_since.is_some(), breach_at) {
            (true, _) => None,
            (false, Some(_)) => Some(SlaStatus::Breached),
            (false, None) => Some(SlaStatus::OnTrack),
        };
        Instants { settled, breach_at, warning_at: earliest(response_warning, resolution_warning) }
    }
}

fn earliest(one: Option<Time>, other: Option<Time>) -> Option<Time> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// `sla` on a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Sla {
    /// How the ticket stands at the moment of reading.
    pub status: SlaStatus,
    /// When the first response is or was due.
    pub first_response_due: Option<Time>,
    /// When it came.
    pub first_responded_at: Option<Time>,
    /// When the resolution is due; `null` while the clock stands.
    pub resolution_due: Option<Time>,
    /// Whether the resolution clock stands: pending, resolved or closed.
    pub paused: bool,
}

impl Sla {
    /// What a ticket with this clock shows at `now`.
    pub fn of(clock: &Clock, now: Time) -> Self {
        Self {
            status: clock.instants().status(now),
            first_response_due: clock.response_due,
            first_responded_at: clock.responded_at,
            resolution_due: clock.resolution_due(),
            paused: clock.status != ConversationStatus::Open,
        }
    }
}

/// The clock after all these marks.
pub fn replay(marks: &[(Time, Mark)]) -> Option<Clock> {
    let mut clock = None;
    for (at, mark) in marks {
        clock.get_or_insert_with(Clock::unborn).apply(*mark, *at);
    }
    clock
}
