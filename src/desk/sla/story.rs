//! The story of a ticket's SLA: the marks of its clock, told again as stretches of time, each with its reason.

use crate::choice;
use crate::desk::sla::Clock;
use crate::desk::sla::Mark;
use crate::desk::sla::SlaStatus;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::types::time::Time;
use serde::Serialize;
use utoipa::ToSchema;

choice! {
    /// A promise with a time.
    Target {
        /// The first reply.
        FirstResponse "first_response",
        /// The end of the matter.
        Resolution "resolution",
    }
}

choice! {
    /// What a stretch of time was for a target.
    StretchState {
        /// The clock ran.
        Running "running",
        /// The clock stood.
        Paused "paused",
        /// The target was met in time.
        Met "met",
        /// The target was missed.
        Missed "missed",
        /// The target ended, neither met nor missed.
        Ended "ended",
    }
}

/// One stretch of the story.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SlaStretch)]
pub struct Stretch {
    /// Of which target.
    pub target: Target,
    /// What it was.
    pub state: StretchState,
    /// From when.
    pub from: Time,
    /// Until when; `null`: it goes on. A target that was met or missed is so at one instant.
    pub to: Option<Time>,
    /// When the target was due in this stretch.
    pub due: Option<Time>,
    /// Why it began, in a sentence.
    pub reason: String,
}

/// A target, summed up.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SlaTarget)]
pub struct TargetSummary {
    /// Seconds allowed.
    pub target_seconds: i64,
    /// Seconds used so far.
    pub used_seconds: i64,
    /// When it is or was due.
    pub due: Option<Time>,
    /// When it was met.
    pub met_at: Option<Time>,
    /// Whether it was missed, also when met late.
    pub missed: bool,
}

/// `GET /v1/tickets/{id}/sla`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SlaStory)]
pub struct Story {
    /// How the ticket stands now.
    pub status: SlaStatus,
    /// The ticket's priority, from which the targets follow.
    pub priority: Priority,
    /// The first response.
    pub first_response: TargetSummary,
    /// The resolution.
    pub resolution: TargetSummary,
    /// Each stretch running, paused, met or missed, and why; in order of time.
    pub stretches: Vec<Stretch>,
}

/// Tells what the marks did to both targets, up to `now`.
pub fn story(marks: &[(Time, Mark)], now: Time) -> Story {
    let mut teller = Teller { clock: Clock::unborn(), stretches: Vec::new() };
    for (at, mark) in marks {
        teller.tell_misses(*at);
        let before = teller.clock.clone();
        teller.clock.apply(*mark, *at);
        teller.tell_response(&before, *mark, *at);
        teller.tell_resolution(&before, *mark, *at);
    }
    teller.tell_misses(now);
    teller.stretches.sort_by_key(|stretch| stretch.from);
    let clock = &teller.clock;
    let response_used = clock.response_from.map_or(0, |from| clock.responded_at.unwrap_or(now).since(from).max(0));
    let resolution_used = clock.resolution_used + clock.running_since.map_or(0, |since| now.since(since).max(0));
    let response_missed = clock.response_due.is_some_and(|due| clock.responded_at.unwrap_or(now) > due);
    Story {
        status: clock.instants().status(now),
        priority: clock.priority,
        first_response: TargetSummary {
            target_seconds: clock.response_due.zip(clock.response_from).map_or(0, |(due, from)| due.since(from)),
            used_seconds: if clock.response_due.is_some() { response_used } else { 0 },
            due: clock.response_due,
            met_at: clock.responded_at,
            missed: response_missed,
        },
        resolution: TargetSummary {
            target_seconds: clock.resolution_target,
            used_seconds: resolution_used,
            due: clock.resolution_due(),
            // What stands on a closed thread stands since it was closed.
            met_at: teller
                .stretches
                .iter()
                .rev()
                .find(|one| one.is(Target::Resolution, StretchState::Paused))
                .map(|one| one.from)
                .filter(|_| clock.status == ConversationStatus::Closed),
            missed: resolution_used > clock.resolution_target,
        },
        stretches: teller.stretches,
    }
}

impl Stretch {
    fn is(&self, target: Target, state: StretchState) -> bool {
        self.target == target && self.state == state
    }
}

struct Teller {
    clock: Clock,
    stretches: Vec<Stretch>,
}

impl Teller {
    fn add(&mut self, target: Target, state: StretchState, from: Time, due: Option<Time>, reason: impl Into<String>) {
        let instant = matches!(state, StretchState::Met | StretchState::Missed | StretchState::Ended);
        let to = instant.then_some(from);
        self.stretches.push(Stretch { target, state, from, to, due, reason: reason.into() });
    }

    /// Ends what goes on for a target.
    fn close(&mut self, target: Target, at: Time) {
        for open in self.stretches.iter_mut().filter(|one| one.target == target && one.to.is_none()) {
            open.to = Some(at);
        }
    }

    /// Tells of due instants that passed before `until`.
    fn tell_misses(&mut self, until: Time) {
        let due = [
            (Target::FirstResponse, self.clock.response_due.filter(|_| self.clock.responded_at.is_none())),
            (Target::Resolution, self.clock.resolution_due()),
        ];
        for (target, due) in due.into_iter().filter_map(|(target, due)| Some((target, due?))) {
            let told = self.stretches.iter().any(|one| one.is(target, StretchState::Missed) && one.due == Some(due));
            if until > due && !told {
                self.add(target, StretchState::Missed, due, Some(due), "The time was up.");
            }
        }
    }

    fn tell_response(&mut self, before: &Clock, mark: Mark, at: Time) {
        let target = Target::FirstResponse;
        let due = self.clock.response_due;
        let answered = before.responded_at.is_none() && self.clock.responded_at.is_some();
        let state = |clock: &Clock| (clock.response_awaited_until(), clock.response_due);
        if !answered && state(before) == state(&self.clock) {
            return;
        }
        self.close(target, at);
        let late = due.is_some_and(|due| at > due);
        let (state, due, reason) = match (answered, self.clock.response_awaited_until(), due) {
            (true, _, Some(due)) if late => (StretchState::Missed, Some(due), "A user replied, but late.".to_owned()),
            (true, _, Some(due)) => (StretchState::Met, Some(due), "A user replied in time.".to_owned()),
            (true, _, None) => (StretchState::Ended, None, "A user replied after the target had ended.".to_owned()),
            (false, Some(due), _) => (StretchState::Running, Some(due), reason_of(mark)),
            // Missed before it was closed: that is told already.
            (false, None, Some(_)) => return,
            (false, None, None) if matches!(mark, Mark::Status(_)) => {
                (StretchState::Ended, before.response_due, "The thread was closed without a reply.".to_owned())
            }
            (false, None, None) => (StretchState::Ended, before.response_due, reason_of(mark)),
        };
        self.add(target, state, at, due, reason);
    }

    fn tell_resolution(&mut self, before: &Clock, mark: Mark, at: Time) {
        let target = Target::Resolution;
        let state = |clock: &Clock| clock.started_at.map(|_| (clock.status, clock.resolution_target));
        if state(before) == state(&self.clock) || self.clock.started_at.is_none() {
            return;
        }
        self.close(target, at);
        let due = self.clock.resolution_due();
        match self.clock.status {
            ConversationStatus::Open => self.add(target, StretchState::Running, at, due, reason_of(mark)),
            ConversationStatus::Pending => self.add(target, StretchState::Paused, at, due, reason_of(mark)),
            ConversationStatus::Closed => {
                let late = self.clock.resolution_used > self.clock.resolution_target;
                let state = if late { StretchState::Missed } else { StretchState::Met };
                let reason = if late { "The thread was closed, but late." } else { "The thread was closed in time." };
                self.add(target, state, at, before.resolution_due(), reason);
                self.add(target, StretchState::Paused, at, None, reason_of(mark));
            }
        }
    }
}

fn reason_of(mark: Mark) -> String {
    match mark {
        Mark::Created(..) => "The thread came into being.".to_owned(),
        Mark::Comment => "The customer wrote.".to_owned(),
        Mark::Reply => "A user replied.".to_owned(),
        Mark::Status(ConversationStatus::Open) => "The thread was opened again.".to_owned(),
        Mark::Status(ConversationStatus::Pending) => "The thread waits for the customer (pending).".to_owned(),
        Mark::Status(ConversationStatus::Closed) => "The thread was closed.".to_owned(),
        Mark::Priority(priority, _) => format!("The priority became {priority}."),
    }
}
