//! A thread's row, inserted and saved.

use crate::desk::sla;
use crate::desk::sla::alarms;
use crate::desk::sla::targets::Promise;
use crate::desk::threads::row::Thread;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::id::Id;
use crate::types::time::Time;
use rusqlite::ToSql;
use rusqlite::params;

/// Gives a thread its row and its number.
///
/// # Errors
/// Those of SQLite.
pub fn insert(tx: &Tx, thread: &mut Thread) -> Result<()> {
    let SlaColumns { settled, breach_at, warning_at, alarm_at } = SlaColumns::of(thread);
    let (clock, ticket) = (&thread.clock, thread.ticket.as_ref());
    tx.prepare_cached(
        "INSERT INTO threads (subject, status, priority, channel, contact_id, assignee_id, custom_fields, waiting_since,
            last_message_at, closed_at, reopened_count, comments_count, replies_count, notes_count, created_at, updated_at,
            ticket_id, ticket_status, ticket_created_at, inbox_id, follow_up_of, resolved_at, ticket_closed_at,
            sla_started_at, response_from, response_due, responded_at, resolution_target, resolution_used, running_since,
            sla_marks, sla_settled, sla_breach_at, sla_warning_at, sla_alarm_at, description, team_id, sla_promise)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
            ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38)",
    )?
    .execute(params![
        thread.subject,
        clock.status,
        clock.priority,
        thread.channel,
        thread.contact.id,
        thread.assignee.as_ref().map(|user| user.id),
        thread.custom_fields,
        thread.waiting_since,
        thread.last_message_at,
        thread.closed_at,
        thread.reopened_count,
        thread.messages.comments,
        thread.messages.replies,
        thread.messages.notes,
        thread.created_at,
        thread.updated_at,
        ticket.map(|ticket| ticket.id),
        ticket.map(|ticket| ticket.status),
        ticket.map(|ticket| ticket.created_at),
        ticket.map(|ticket| ticket.inbox),
        ticket.and_then(|ticket| ticket.follow_up_of),
        ticket.and_then(|ticket| ticket.resolved_at),
        ticket.and_then(|ticket| ticket.closed_at),
        clock.started_at,
        clock.response_from,
        clock.response_due,
        clock.responded_at,
        clock.resolution_target,
        clock.resolution_used,
        clock.running_since,
        thread.marks,
        settled,
        breach_at,
        warning_at,
        alarm_at,
        ticket.and_then(|ticket| ticket.description.as_ref()),
        thread.team.as_ref().map(|team| team.id),
        promise(thread),
    ])?;
    thread.id = Id::from_row(tx.last_insert_rowid());
    Ok(())
}

/// Saves what has changed about a thread since it was `old`: at `tx.now`, with its next version. A column that is set is
/// taken out of each of its indexes and put in again, whatever it held before: so those that are the same are left alone.
///
/// # Errors
/// Those of SQLite.
pub fn save(tx: &Tx, old: &Thread, thread: &mut Thread) -> Result<()> {
    thread.version += 1;
    thread.updated_at = tx.now;
    let mut changes = Changes { old, new: thread, columns: Vec::new(), values: vec![Box::new(thread.id)] };
    changes.shared();
    changes.ticket();
    changes.clock();
    let set: Vec<String> = (2..).zip(changes.columns).map(|(at, column)| format!("{column} = ?{at}")).collect();
    tx.prepare_cached(&format!("UPDATE threads SET {} WHERE id = ?1", set.join(", ")))?
        .execute(rusqlite::params_from_iter(changes.values))?;
    Ok(())
}

/// The columns that differ between two states of a thread, and what they are to hold.
struct Changes<'a> {
    old: &'a Thread,
    new: &'a Thread,
    columns: Vec<&'static str>,
    values: Vec<Box<dyn ToSql + 'a>>,
}

impl<'a> Changes<'a> {
    fn column<T: ToSql + PartialEq + 'a>(&mut self, name: &'static str, of: impl Fn(&'a Thread) -> T) {
        let value = of(self.new);
        if value != of(self.old) {
            self.columns.push(name);
            self.values.push(Box::new(value));
        }
    }

    fn shared(&mut self) {
        self.column("subject", |thread| &thread.subject);
        self.column("status", Thread::status);
        self.column("priority", Thread::priority);
        self.column("assignee_id", |thread| thread.assignee.as_ref().map(|user| user.id));
        self.column("team_id", |thread| thread.team.as_ref().map(|team| team.id));
        self.column("custom_fields", |thread| &thread.custom_fields);
        self.column("waiting_since", |thread| thread.waiting_since);
        self.column("last_message_at", |thread| thread.last_message_at);
        self.column("closed_at", |thread| thread.closed_at);
        self.column("reopened_count", |thread| thread.reopened_count);
        self.column("comments_count", |thread| thread.messages.comments);
        self.column("replies_count", |thread| thread.messages.replies);
        self.column("notes_count", |thread| thread.messages.notes);
        self.column("updated_at", |thread| thread.updated_at);
        self.column("version", |thread| thread.version);
    }

    fn ticket(&mut self) {
        let ticket = |thread: &'a Thread| thread.ticket.as_ref();
        self.column("ticket_id", |thread| Some(ticket(thread)?.id));
        self.column("ticket_status", |thread| Some(ticket(thread)?.status));
        self.column("ticket_created_at", |thread| Some(ticket(thread)?.created_at));
        self.column("inbox_id", |thread| Some(ticket(thread)?.inbox));
        self.column("follow_up_of", |thread| ticket(thread)?.follow_up_of);
        self.column("resolved_at", |thread| ticket(thread)?.resolved_at);
        self.column("ticket_closed_at", |thread| ticket(thread)?.closed_at);
        self.column("description", |thread| ticket(thread)?.description.as_ref());
    }

    fn clock(&mut self) {
        self.column("sla_started_at", |thread| thread.clock.started_at);
        self.column("response_from", |thread| thread.clock.response_from);
        self.column("response_due", |thread| thread.clock.response_due);
        self.column("responded_at", |thread| thread.clock.responded_at);
        self.column("resolution_target", |thread| thread.clock.resolution_target);
        self.column("resolution_used", |thread| thread.clock.resolution_used);
        self.column("running_since", |thread| thread.clock.running_since);
        self.column("sla_promise", promise);
        self.column("sla_marks", |thread| thread.marks);
        self.column("sla_settled", |thread| SlaColumns::of(thread).settled);
        self.column("sla_breach_at", |thread| SlaColumns::of(thread).breach_at);
        self.column("sla_warning_at", |thread| SlaColumns::of(thread).warning_at);
        // Told already or not: the worker that tells looks, and sets the next.
        self.column("sla_alarm_at", |thread| SlaColumns::of(thread).alarm_at);
    }
}

/// What was promised, where it is not CommFlow's own.
fn promise(thread: &Thread) -> Option<Promise> {
    Some(thread.clock.promise).filter(|promise| *promise != Promise::own(thread.priority()))
}

/// What the SLA of a thread comes down to, as SQL compares it.
struct SlaColumns {
    settled: Option<&'static str>,
    breach_at: Option<Time>,
    warning_at: Option<Time>,
    alarm_at: Option<Time>,
}

impl SlaColumns {
    fn of(thread: &Thread) -> Self {
        let instants = thread.clock.instants();
        Self {
            settled: instants.settled.map(sla::SlaStatus::as_str),
            breach_at: instants.breach_at,
            warning_at: instants.warning_at,
            alarm_at: thread.ticket.as_ref().and_then(|_| alarms::first(&thread.clock)),
        }
    }
}
