//! A lane: what is known of one receiver, and what may be sent there next. No SQL, no clock, no network.
//!
//! - Order is kept for each object: of its waiting deliveries only the first is a candidate, and none while one is under way.
//! - A lane begins with one request at a time, and earns more by its answers: receivers that never answer hold few places.
//! - One failure makes a receiver suspect: it gets one request at a time. If the next one, of another object, arrives, the
//!   first is at fault: it retries alone, and others pass. Two failures in a row, and the receiver is down: its queue is held,
//!   and tried now and then with what is due, or, while nobody answers at all, with the first of it.
//! - When a receiver that was down answers, all that waited is due at once.

use crate::delivery::schedule;
use crate::delivery::verdict::Receipt;
use crate::delivery::verdict::Verdict;
use crate::desk::deliveries::Attempted;
use crate::desk::deliveries::DeliveryStatus;
use crate::desk::deliveries::Waiting;
use crate::desk::receivers::Receiver;
use crate::types::time::Time;
use std::collections::HashMap;
use std::collections::HashSet;

/// Requests that may be under way to one receiver.
pub const WIDEST: usize = 8;

/// What is known of one receiver.
pub struct Lane {
    /// Who it is.
    pub receiver: Receiver,
    under_way: HashMap<i64, UnderWay>,
    /// How many requests may be under way.
    width: usize,
    trouble: Option<Trouble>,
    /// Since when nothing has arrived.
    failing_since: Option<Time>,
    /// The delivery that was last sent to see whether the receiver is back.
    probed: i64,
    /// Its queue is to be looked at.
    pub to_look: bool,
    /// Its queue is to be looked at from this time on.
    pub look_at: Option<Time>,
}

/// An attempt that has not been answered yet.
struct UnderWay {
    waiting: Waiting,
    alone: bool,
    sent_at: Time,
    /// Attempts are numbered in the order in which they began.
    number: u64,
}

/// The receiver did not take what was sent last.
struct Trouble {
    /// Attempts in a row.
    failures: u32,
    /// The delivery of the last of them.
    culprit: i64,
    /// Attempts up to this one say nothing of what came after the failure.
    until: u64,
    /// It did answer something.
    answered: bool,
    /// It is left alone until then.
    not_before: Option<Time>,
}

impl Trouble {
    fn is_outage(&self) -> bool {
        self.failures >= 2
    }
}

/// A delivery that is to be sent now.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Which it is.
    pub waiting: Waiting,
    /// It retries by itself.
    pub alone: bool,
}

/// What an attempt's answer changes.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The delivery itself.
    pub attempted: Attempted,
    /// The receiver is back: what waited for it is due now.
    pub release: bool,
    /// This other delivery is at fault, not the receiver.
    pub set_alone: Option<i64>,
    /// The webhook is to be turned off, for this reason.
    pub turn_off: Option<String>,
}

impl Judged {
    /// There is nothing to send any more: the event is no longer kept.
    pub fn hopeless(chosen: &Chosen, now: Time) -> Self {
        let attempted = Attempted {
            id: chosen.waiting.id,
            status: DeliveryStatus::Failed,
            alone: chosen.alone,
            step: chosen.waiting.step,
            next: None,
            at: now,
            status_code: None,
            duration_ms: 0,
            response_body: None,
            error: Some("The event is no longer kept.".to_owned()),
        };
        Self { attempted, release: false, set_alone: None, turn_off: None }
    }
}

impl Lane {
    /// The lane of a receiver of which nothing is under way. One at which nothing arrived before a restart is asked at once.
    pub fn new(receiver: Receiver) -> Self {
        let down = Trouble { failures: 2, culprit: 0, until: 0, answered: false, not_before: None };
        Self {
            under_way: HashMap::new(),
            width: 1,
            trouble: receiver.failing_since.map(|_| down),
            failing_since: receiver.failing_since,
            probed: 0,
            to_look: true,
            look_at: None,
            receiver,
        }
    }

    /// The same lane, of a receiver that was changed. One that is elsewhere now is asked at once.
    pub fn renew(self, receiver: Receiver) -> Self {
        let has_moved = receiver.url != self.receiver.url;
        let trouble = self.trouble.map(|trouble| match has_moved {
            true => Trouble { not_before: None, answered: false, ..trouble },
            false => trouble,
        });
        Self { receiver, trouble, to_look: true, ..self }
    }

    /// Requests under way.
    pub fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// Until when the receiver is left alone.
    pub fn hold(&self, now: Time) -> Option<Time> {
        self.trouble.as_ref().and_then(|trouble| trouble.not_before).filter(|time| now < *time)
    }

    /// How many more requests may begin, as far as the receiver goes.
    pub fn room(&self, now: Time) -> usize {
        match &self.trouble {
            Some(_) if self.hold(now).is_some() => 0,
            Some(_) => 1_usize.saturating_sub(self.under_way.len()),
            None => self.width.saturating_sub(self.under_way.len()),
        }
    }

    /// Whether its queue is to be looked at now.
    pub fn is_due(&self, now: Time) -> bool {
        self.to_look || self.look_at.is_some_and(|time| time <= now)
    }

    /// It is looked at again when the receiver is no longer left alone.
    pub fn wait_until(&mut self, time: Time) {
        (self.to_look, self.look_at) = (false, Some(time));
    }

    /// Of the head of the queue, and of those that retry by themselves, what is to be sent now: `room` at most.
    pub fn choose(&mut self, queue: &[Waiting], alone: &[Waiting], room: usize, now: Time) -> Vec<Chosen> {
        self.to_look = false;
        self.look_at = None;
        let heads = self.heads(queue);
        let alone = alone.iter().filter(|waiting| !self.under_way.contains_key(&waiting.id));
        let is_down = self.trouble.as_ref().is_some_and(Trouble::is_outage);
        let others: Vec<&Waiting> = if is_down { Vec::new() } else { alone.collect() };
        let due = heads.iter().filter(|waiting| waiting.due <= now);
        let mut chosen: Vec<Chosen> = match &self.trouble {
            Some(trouble) if trouble.is_outage() => self.probe(trouble, queue, &heads, now).into_iter().collect(),
            _ => due.map(|waiting| Chosen { waiting: (*waiting).clone(), alone: false }).collect(),
        };
        let due = others.iter().filter(|waiting| waiting.due <= now);
        chosen.extend(due.map(|waiting| Chosen { waiting: (*waiting).clone(), alone: true }));
        chosen.truncate(room);
        if is_down {
            self.probed = chosen.first().map_or(self.probed, |first| first.waiting.id);
        }
        self.look_at = heads.iter().chain(&others).map(|waiting| waiting.due).filter(|due| *due > now).min();
        chosen
    }

    /// The first delivery of each object of which none is under way.
    fn heads<'q>(&self, queue: &'q [Waiting]) -> Vec<&'q Waiting> {
        let mut taken: HashSet<&str> = HashSet::new();
        let busy: HashSet<&str> = self.under_way.values().map(|one| one.waiting.subject.as_str()).collect();
        queue.iter().filter(|one| taken.insert(&one.subject) && !busy.contains(one.subject.as_str())).collect()
    }

    /// What is sent to see whether a receiver is back: for each object of which something is due, in its turn, the first that
    /// waits. Where nobody answers at all, the first of the queue may go ahead of its time.
    fn probe(&self, trouble: &Trouble, queue: &[Waiting], heads: &[&Waiting], now: Time) -> Option<Chosen> {
        let due: HashSet<&str> = queue.iter().filter(|one| one.due <= now).map(|one| one.subject.as_str()).collect();
        let due = || heads.iter().filter(|waiting| due.contains(waiting.subject.as_str()));
        let next = due().find(|waiting| waiting.id > self.probed).or_else(|| due().next());
        let next = next.or_else(|| heads.first().filter(|_| !trouble.answered));
        next.map(|waiting| Chosen { waiting: (*waiting).clone(), alone: false })
    }

    /// Notes that a delivery was sent, as the attempt of this number.
    pub fn note_sent(&mut self, chosen: Chosen, number: u64, now: Time) {
        let Chosen { waiting, alone } = chosen;
        self.under_way.insert(waiting.id, UnderWay { waiting, alone, sent_at: now, number });
    }

    /// What an answer changes; none if nothing was under way under this number. `started` attempts have begun so far.
    pub fn judge(&mut self, delivery: i64, receipt: Receipt, started: u64, now: Time, chance: i64) -> Option<Judged> {
        let one = self.under_way.remove(&delivery)?;
        self.to_look = true;
        let verdict = receipt.verdict();
        let mut judged = Judged {
            attempted: Attempted {
                id: delivery,
                status: DeliveryStatus::Waiting,
                alone: one.alone,
                step: one.waiting.step,
                next: Some(one.waiting.due),
                at: one.sent_at,
                status_code: receipt.status,
                duration_ms: receipt.duration_ms,
                response_body: receipt.body,
                error: receipt.error,
            },
            release: false,
            set_alone: None,
            turn_off: None,
        };
        match verdict {
            Verdict::Delivered => {
                judged.attempted.status = DeliveryStatus::Delivered;
                judged.attempted.next = None;
                self.failing_since = None;
                self.is_up(&one, &mut judged);
            }
            Verdict::Rejected => {
                judged.attempted.alone = true;
                self.is_up(&one, &mut judged);
                self.retry(&one, &mut judged, None, now, chance);
            }
            Verdict::Outage { answered, retry_after_s } => {
                self.has_failed(&one, answered, retry_after_s, started, now, chance);
                // Sent ahead of its time to see whether the receiver is back: no try of its own was spent.
                if one.waiting.due <= one.sent_at {
                    self.retry(&one, &mut judged, retry_after_s, now, chance);
                }
            }
            Verdict::Gone => {
                (judged.attempted.status, judged.attempted.next) = (DeliveryStatus::Failed, None);
                judged.turn_off = Some("The receiver answered 410 Gone: it wants nothing more.".to_owned());
            }
        }
        self.give_up_if_hopeless(&mut judged, verdict, now);
        Some(judged)
    }

    /// It answered as one that is up. What began before the trouble says nothing of what came after it.
    fn is_up(&mut self, one: &UnderWay, judged: &mut Judged) {
        if let Some(trouble) = &self.trouble {
            if one.number <= trouble.until {
                return;
            }
            judged.release = trouble.is_outage();
            judged.set_alone =
                Some(trouble.culprit).filter(|culprit| !trouble.is_outage() && *culprit != one.waiting.id);
            self.trouble = None;
        }
        self.width = (self.width * 2).min(WIDEST);
    }

    fn has_failed(
        &mut self,
        one: &UnderWay,
        answered: bool,
        wish_s: Option<i64>,
        started: u64,
        now: Time,
        chance: i64,
    ) {
        self.width = 1;
        if one.alone && answered {
            // Known to be at fault itself.
            return;
        }
        let failures = self.trouble.as_ref().map_or(0, |trouble| trouble.failures).saturating_add(1);
        let down_s = self.failing_since.map_or(0, |since| now.since(since));
        let not_before = match failures {
            1 => wish_s.map(|seconds| now.plus(seconds)),
            _ => Some(schedule::next_probe(failures, down_s, now, wish_s, chance)),
        };
        self.trouble = Some(Trouble { failures, culprit: one.waiting.id, until: started, answered, not_before });
    }

    fn retry(&self, one: &UnderWay, judged: &mut Judged, wish_s: Option<i64>, now: Time, chance: i64) {
        judged.attempted.next = schedule::next_try(one.waiting.step, now, wish_s, chance);
        match judged.attempted.next {
            Some(_) => judged.attempted.step += 1,
            None => judged.attempted.status = DeliveryStatus::Failed,
        }
    }

    fn give_up_if_hopeless(&mut self, judged: &mut Judged, verdict: Verdict, now: Time) {
        if verdict == Verdict::Delivered {
            return;
        }
        let since = *self.failing_since.get_or_insert(now);
        if now.since(since) >= schedule::GIVEN_UP_AFTER_S && judged.turn_off.is_none() {
            judged.turn_off = Some("Nothing has arrived for 5 days.".to_owned());
        }
    }
}
