//! SLA alarms: `ticket.sla_warning` and `ticket.sla_breached`, told once for each target and due date.
//!
//! A ticket's row says when it is next to be looked at (`sla_alarm_at`, kept by whoever saves its clock); what was told is
//! noted in `sla_told`. The worker sleeps until the next of these instants. What fell due while the server was down is told
//! at its start; a due date that moves takes its alarms along.

use crate::choice;
use crate::desk::sla::Clock;
use crate::desk::threads::ConversationId;
use crate::desk::threads::row;
use crate::desk::threads::view::Ticket;
use crate::store::Store;
use crate::store::tx::About;
use crate::store::tx::Actor;
use crate::store::tx::Tx;
use crate::stored_as_word;
use crate::types::Result;
use crate::types::event::EventKind;
use crate::types::time::Time;
use crate::work::Next;
use crate::work::Worker;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde_json::json;
use std::time::Duration;

/// Tickets that are looked at in one step: a step must not hold up the writer.
const MOST_AT_ONCE: i64 = 100;
/// Between two looks when no clock runs: it is rung whenever something happens.
const PAUSE: Duration = Duration::from_secs(60);

choice! {
    /// What a ticket has to reach in time.
    Target {
        /// A first answer.
        FirstResponse "first_response",
        /// An end.
        Resolution "resolution",
    }
}
stored_as_word!(Target);

/// An instant at which something is to be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alarm {
    /// Of which target.
    pub target: Target,
    /// [`EventKind::TicketSlaWarning`] or [`EventKind::TicketSlaBreached`].
    pub kind: EventKind,
    /// When.
    pub at: Time,
    /// When the target is due: an alarm is told once for each.
    pub due: Time,
}

/// All alarms of a clock, if nothing else happens to it; those that lie behind, too. A target that does not run has none.
pub fn alarms(clock: &Clock) -> Vec<Alarm> {
    let response = clock.response_awaited_until().zip(clock.response_from);
    let response = response.map(|(due, from)| (Target::FirstResponse, due, due.since(from)));
    let resolution = clock.resolution_due().map(|due| (Target::Resolution, due, clock.resolution_target));
    let both = response.into_iter().chain(resolution);
    both.flat_map(|(target, due, length)| {
        // The same instants as the status's: a warning from the last quarter on, a breach after the due date.
        let warning = Alarm { target, kind: EventKind::TicketSlaWarning, at: due.plus(-length / 4), due };
        [warning, Alarm { kind: EventKind::TicketSlaBreached, at: due.plus(1), ..warning }]
    })
    .collect()
}

/// When a ticket with this clock is next to be looked at; what was told of it already does not count.
pub fn first(clock: &Clock) -> Option<Time> {
    alarms(clock).iter().map(|alarm| alarm.at).min()
}

/// The worker.
pub struct Alarms {
    /// Where it looks.
    pub store: Store,
}

impl Worker for Alarms {
    fn name(&self) -> &'static str {
        "SLA alarms"
    }

    fn step(&mut self, now: Time) -> Result<Next> {
        let next = self.store.read_blocking(next)?;
        match next {
            None => Ok(Next::After(PAUSE)),
            Some(time) if time > now => Ok(Next::At(time)),
            Some(_) => {
                self.store.write_blocking(Actor::SYSTEM, move |tx| tell(&tx.at(now, Actor::SYSTEM)))?;
                Ok(Next::Now)
            }
        }
    }
}

/// The next instant at which a ticket is to be looked at.
///
/// # Errors
/// Those of SQLite.
pub fn next(db: &Connection) -> Result<Option<Time>> {
    let next = db.prepare_cached(NEXT)?.query_row([], |row| row.get(0)).optional()?;
    Ok(next)
}

/// The SQL of [`next`], for the test of its plan.
pub const NEXT: &str = "SELECT sla_alarm_at FROM threads WHERE sla_alarm_at IS NOT NULL ORDER BY sla_alarm_at LIMIT 1";

/// Tells what has fallen due of some tickets.
///
/// # Errors
/// Those of SQLite.
pub fn tell(tx: &Tx) -> Result<()> {
    let mut select =
        tx.prepare_cached("SELECT id FROM threads WHERE sla_alarm_at <= ?1 ORDER BY sla_alarm_at, id LIMIT ?2")?;
    let due = select.query_map(params![tx.now, MOST_AT_ONCE], |row| row.get(0))?;
    due.collect::<rusqlite::Result<Vec<ConversationId>>>()?.into_iter().try_for_each(|id| tell_of(tx, id))
}

fn tell_of(tx: &Tx, id: ConversationId) -> Result<()> {
    let thread = row::get(tx, id)?;
    let Some(ticket) = Ticket::of(&thread, tx.now) else { return set_next(tx, id, None) };
    let mut alarms = alarms(&thread.clock);
    alarms.sort_by_key(|alarm| alarm.at);
    for alarm in alarms.iter().filter(|alarm| alarm.at <= tx.now) {
        if note(tx, id, alarm)? {
            let about = About::new(ticket.id, Some(thread.contact.id.row()));
            tx.tell(alarm.kind, about, &json!({ format!("sla.{}", alarm.target): changed(alarm.kind) }), &ticket)?;
        }
    }
    set_next(tx, id, alarms.iter().map(|alarm| alarm.at).find(|at| *at > tx.now))
}

/// Whether nothing was told of it yet.
fn note(tx: &Tx, id: ConversationId, alarm: &Alarm) -> Result<bool> {
    let noted = tx.prepare_cached("INSERT OR IGNORE INTO sla_told VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        id,
        alarm.target,
        alarm.kind,
        alarm.due
    ])?;
    Ok(noted > 0)
}

fn set_next(tx: &Tx, id: ConversationId, at: Option<Time>) -> Result<()> {
    tx.prepare_cached("UPDATE threads SET sla_alarm_at = ?2 WHERE id = ?1")?.execute(params![id, at])?;
    Ok(())
}

/// How a target stood before and after an alarm.
fn changed(kind: EventKind) -> [&'static str; 2] {
    match kind {
        EventKind::TicketSlaWarning => ["on_track", "warning"],
        _ => ["warning", "breached"],
    }
}
