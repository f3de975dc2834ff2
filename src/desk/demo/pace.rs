//! How a thread goes on: who answers after how long, what is assigned, what waits and what is closed.

use crate::desk::demo::data::Template;
use crate::desk::demo::data::Voice;
use crate::desk::sla::targets::Promise;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::desk::threads::TicketStatus;
use crate::types::time::Time;
use fastrand::Rng;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// One thing that happens to a thread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum What {
    /// The contact becomes known.
    Meet,
    /// The first message is written.
    Begin,
    /// The thread becomes a ticket.
    Track,
    /// Its agent takes it.
    Take,
    /// It turns out to matter more.
    Raise(Priority),
    /// The message of this number is written; the thread may stand elsewhere after it.
    Say(usize, Option<ConversationStatus>),
    /// It stands elsewhere, and nobody wrote.
    Turn(TicketStatus),
}

/// How far a thread has come by now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stage {
    /// To its end.
    Settled,
    /// The customer is to act: so many messages were written, the last by an agent.
    Pending(usize),
    /// The team is to act: so many messages were written, the last by the customer or a colleague.
    Ongoing(usize),
    /// Nobody has answered: so many per cent of the time to the first response are used up.
    Unanswered(i64),
}

/// What happens to a thread, each at its seconds after the beginning.
#[derive(Debug, Default)]
pub struct Course {
    /// What happens, in order.
    pub steps: Vec<(i64, What)>,
    /// When it has come to its stage; what follows may lie ahead.
    pub length: i64,
    at: i64,
}

impl Course {
    fn after(&mut self, seconds: i64, what: What) {
        self.at += seconds;
        self.steps.push((self.at, what));
    }
}

impl Course {
    /// The same course begun at that time, with what would happen at night put off to the morning, and all that follows
    /// with it. First answers are not: somebody is on duty.
    pub fn by_day(&self, rng: &mut Rng, begun: Time) -> Self {
        let mut shifted = Self { length: self.length, ..Self::default() };
        let (mut shift, mut before, mut on_duty) = (0, 0, false);
        for (at, what) in &self.steps {
            let hour = begun.plus(at + shift).unix() / HOUR % 24;
            let night = if hour < 6 { 6 - hour } else { 30 - hour };
            on_duty |= *what == What::Take;
            if !on_duty && at - before > HOUR && !(6..22).contains(&hour) {
                shift += night * HOUR + rng.i64(0..2 * HOUR);
                // What settles the thread moves with it.
                shifted.length = self.length + shift;
            }
            on_duty &= !matches!(what, What::Say(..));
            before = *at;
            shifted.steps.push((at + shift, *what));
        }
        shifted
    }
}

/// Thinks up the course of a thread.
pub fn course(rng: &mut Rng, template: &Template, stage: Stage, ticket: bool) -> Course {
    let mut course = Course::default();
    let by_agent = template.voice(0) == Some(Voice::Agent);
    // Some tickets are tickets from the first word; others an agent makes of a conversation.
    let tracked_later = ticket && (by_agent || rng.u8(..100) < 30);
    course.after(0, if ticket && !tracked_later { What::Track } else { What::Begin });
    if tracked_later && by_agent {
        course.after(20, What::Track);
    }
    let shown = match stage {
        Stage::Settled => template.messages.len(),
        Stage::Pending(shown) | Stage::Ongoing(shown) => shown,
        Stage::Unanswered(share) => {
            course.length = Promise::own(template.rank()).first_response_s * share / 100;
            wait_for_answer(rng, &mut course, tracked_later);
            return course;
        }
    };
    let mut answered = by_agent;
    for number in 1..shown {
        let (before, voice) = (template.voice(number - 1), template.voice(number));
        let mut wait = pause(rng, template, before, voice, answered);
        if number + 1 == template.messages.len() && voice == Some(Voice::Customer) && template.needs_days() {
            wait = rng.i64(22 * HOUR..60 * HOUR);
        }
        if voice == Some(Voice::Agent) && !answered {
            answered = true;
            wait -= take(rng, &mut course, template, wait / 2, tracked_later);
        }
        let status = if voice == Some(Voice::Agent) { after_reply(rng, template, number, shown, stage) } else { None };
        course.after(wait.max(5), What::Say(number, status));
    }
    finish(rng, &mut course, template, stage, ticket);
    course
}

/// Half of what nobody has answered has somebody to answer it, at least.
fn wait_for_answer(rng: &mut Rng, course: &mut Course, tracked_later: bool) {
    if tracked_later {
        course.after(course.length / 5, What::Track);
    }
    if rng.bool() {
        course.after(course.length / 4, What::Take);
    }
}

/// An agent takes the thread, and looks how much it matters; how long that took.
fn take(rng: &mut Rng, course: &mut Course, template: &Template, wait: i64, track: bool) -> i64 {
    let begun = course.at;
    course.after(wait, What::Take);
    if track {
        course.after(rng.i64(5..40), What::Track);
    }
    if rng.u8(..100) < 6 && template.rank() != Priority::Urgent {
        course.after(rng.i64(5..30), What::Raise(if rng.bool() { Priority::High } else { Priority::Urgent }));
    }
    course.at - begun
}

/// Seconds until the next message.
fn pause(rng: &mut Rng, template: &Template, before: Option<Voice>, voice: Option<Voice>, answered: bool) -> i64 {
    let hurry = matches!(template.rank(), Priority::Urgent);
    let chat = template.is_chat();
    let (least, most) = match (voice, before) {
        (Some(Voice::Agent), _) if !answered => return first_response(rng, template),
        (Some(Voice::Note), _) => (MINUTE, 15 * MINUTE),
        (Some(Voice::Agent), Some(Voice::Customer)) if chat => (20, 4 * MINUTE),
        (Some(Voice::Agent), Some(Voice::Customer)) if hurry => (4 * MINUTE, 25 * MINUTE),
        (Some(Voice::Agent), Some(Voice::Customer)) => (15 * MINUTE, 6 * HOUR),
        (Some(Voice::Agent), _) if chat => (MINUTE, 30 * MINUTE),
        (Some(Voice::Agent), _) if hurry => (15 * MINUTE, 90 * MINUTE),
        (Some(Voice::Agent), _) => (HOUR, 20 * HOUR),
        _ if chat => (15, 5 * MINUTE),
        _ if hurry => (5 * MINUTE, 2 * HOUR),
        (_, Some(Voice::Customer)) => (10 * MINUTE, 4 * HOUR),
        _ => (20 * MINUTE, 28 * HOUR),
    };
    mostly_less(rng, least, most)
}

/// Most first responses come in time, one in ten does not.
fn first_response(rng: &mut Rng, template: &Template) -> i64 {
    let target = Promise::own(template.rank()).first_response_s;
    if template.is_chat() {
        mostly_less(rng, 20, 12 * MINUTE)
    } else if rng.u8(..10) == 0 {
        target * rng.i64(105..230) / 100
    } else {
        mostly_less(rng, target / 40, target * 7 / 10)
    }
}

/// Where a thread stands after a reply: mostly the customer is to act.
fn after_reply(
    rng: &mut Rng,
    template: &Template,
    number: usize,
    shown: usize,
    stage: Stage,
) -> Option<ConversationStatus> {
    let chance = rng.u8(..100);
    if number + 1 == shown {
        let closes = stage == Stage::Settled && chance < 65;
        return Some(if closes { ConversationStatus::Closed } else { ConversationStatus::Pending });
    }
    match (template.voice(number + 1), chance) {
        (Some(Voice::Customer), 0..86) => Some(ConversationStatus::Pending),
        (Some(Voice::Customer), 86..94) => Some(ConversationStatus::Closed),
        _ => None,
    }
}

/// What is done when all is said.
fn finish(rng: &mut Rng, course: &mut Course, template: &Template, stage: Stage, ticket: bool) {
    course.length = course.at;
    if stage != Stage::Settled {
        return;
    }
    match course.steps.last() {
        Some((_, What::Say(_, Some(ConversationStatus::Closed)))) => {}
        // The customer says nothing more.
        Some((_, What::Say(_, Some(ConversationStatus::Pending)))) => {
            course.after(rng.i64(2 * DAY..3 * DAY), What::Turn(TicketStatus::Resolved));
        }
        Some((_, What::Begin | What::Track)) => {
            course.after(rng.i64(HOUR..5 * HOUR), What::Take);
            course.after(rng.i64(MINUTE..HOUR), What::Turn(TicketStatus::Resolved));
        }
        // A colleague's note names what is still to be done.
        Some((_, What::Say(number, _))) if template.voice(*number) == Some(Voice::Note) => {
            course.after(rng.i64(DAY..3 * DAY), What::Turn(TicketStatus::Resolved));
        }
        _ => {
            let wait = mostly_less(rng, 10 * MINUTE, 20 * HOUR);
            course.after(wait, What::Turn(TicketStatus::Resolved));
        }
    }
    course.length = course.at;
    if ticket && rng.u8(..100) < 60 {
        course.after(rng.i64(DAY..5 * DAY), What::Turn(TicketStatus::Closed));
    }
}

/// A number between the two, more often a low one.
pub fn mostly_less(rng: &mut Rng, least: i64, most: i64) -> i64 {
    let (one, other) = (rng.i64(least..=most), rng.i64(least..=most));
    one.min(other)
}
