//! Writes the rows of contacts and tickets.

use crate::cli::Failure;
use crate::cli::bench::measures::address;
use crate::cli::bench::workspace::Plan;
use crate::cli::bench::workspace::TAGS;
use crate::cli::bench::workspace::USERS;
use crate::cli::bench::workspace::texts;
use crate::cli::bench::workspace::texts::Texts;
use crate::desk::sla;
use crate::desk::sla::Mark;
use crate::desk::sla::targets::Promise;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::desk::threads::TicketStatus;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Time;
use fastrand::Rng;
use rusqlite::Connection;
use rusqlite::params;

const DAY: i64 = 24 * 3_600;
/// How far back the oldest ticket lies.
const SPAN: i64 = 730 * DAY;
/// Rows between two commits.
const BATCH: u32 = 5_000;

/// Writes rows.
pub struct Filler<'texts> {
    db: Connection,
    dice: Rng,
    now: i64,
    tickets: u32,
    contacts: u32,
    texts: &'texts dyn Texts,
}

/// What happened to a ticket.
struct Life {
    priority: Priority,
    status: TicketStatus,
    begun: Time,
    replied: Option<Time>,
    turned: Option<Time>,
    marks: Vec<(Time, Mark)>,
    notes: u32,
}

impl<'texts> Filler<'texts> {
    /// Writes into `db`, by this plan.
    pub fn new(db: Connection, plan: &Plan<'texts>, now: i64) -> Self {
        let Plan { tickets, contacts, seed, texts, .. } = *plan;
        Self { db, dice: Rng::with_seed(seed), now, tickets, contacts, texts }
    }

    /// Writes the rows from 1 to `count`, and tells after each batch of them.
    pub fn in_batches(
        &mut self,
        count: u32,
        row: impl Fn(&mut Self, u32) -> Result<()>,
        mut tick: impl FnMut(u32) -> std::result::Result<(), Failure>,
    ) -> std::result::Result<(), Failure> {
        let mut next = 1;
        while next <= count {
            let last = count.min(next + BATCH - 1);
            self.db.execute_batch("BEGIN").map_err(Error::from)?;
            (next..=last).try_for_each(|number| row(self, number))?;
            self.db.execute_batch("COMMIT").map_err(Error::from)?;
            tick(last)?;
            next = last + 1;
        }
        Ok(())
    }

    /// A contact.
    pub fn contact(&mut self, number: u32) -> Result<()> {
        let (email, name) = (address(number), texts::name(&mut self.dice));
        let company = self.texts.company(&mut self.dice);
        let created = self.now - SPAN + SPAN * i64::from(number) / i64::from(self.contacts) - DAY;
        self.db
            .prepare_cached(
                "INSERT INTO contacts (email, email_key, name, company, created_at, updated_at) VALUES (?1, ?1, ?2, ?3, ?4, ?4)",
            )?
            .execute(params![email, name, company, created])?;
        Ok(())
    }

    /// A ticket, its messages and what else hangs on it.
    pub fn ticket(&mut self, number: u32) -> Result<()> {
        let life = self.life(number);
        let (contact, user) = (self.dice.u32(1..=self.contacts), self.dice.u32(1..=USERS));
        let description = self.texts.body(&mut self.dice);
        self.thread(number, &life, contact, user, &description)?;
        self.message(number, "comment", contact, life.begun, &description)?;
        // The notes are as old as the last of the others, so that the order by time stays that of the thread.
        let last = life.replied.unwrap_or(life.begun);
        let others = life.replied.map(|_| "reply").into_iter().chain((0..life.notes).map(|_| "note"));
        for kind in others {
            let body = self.texts.body(&mut self.dice);
            self.message(number, kind, user, last, &body)?;
        }
        let mut insert =
            self.db.prepare_cached("INSERT INTO sla_marks (thread_id, number, at, mark) VALUES (?1, ?2, ?3, ?4)")?;
        for (at, (time, mark)) in (0_i64..).zip(&life.marks) {
            insert.execute(params![number, at, time, mark.to_string()])?;
        }
        // A third of them.
        let tag = self.dice.usize(1..=3 * TAGS.len()) as i64;
        if tag <= TAGS.len() as i64 {
            self.db
                .prepare_cached("INSERT INTO thread_tags (thread_id, tag_id, position) VALUES (?1, ?2, 0)")?
                .execute(params![number, tag])?;
        }
        Ok(())
    }

    fn message(&self, thread: u32, kind: &str, author: u32, at: Time, body: &str) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO messages (thread_id, type, author_id, created_at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![thread, kind, author, at, body])?;
        Ok(())
    }

    /// Most are done with; those of the last two weeks are what the team works on.
    fn life(&mut self, number: u32) -> Life {
        let age = SPAN - SPAN * i64::from(number) / i64::from(self.tickets);
        let (open, pending) = if age < 14 * DAY { (60, 85) } else { (1, 2) };
        let status = match self.dice.u32(0..100) {
            roll if roll < open => TicketStatus::Open,
            roll if roll < pending => TicketStatus::Pending,
            roll if roll % 5 == 0 => TicketStatus::Resolved,
            _ => TicketStatus::Closed,
        };
        let priority = match self.dice.u32(0..100) {
            0..20 => Priority::Low,
            20..75 => Priority::Normal,
            75..93 => Priority::High,
            _ => Priority::Urgent,
        };
        let later = |seconds: i64| Time::from_unix(self.now.min(self.now - age + seconds));
        let begun = later(0);
        let (answer, end) = (self.dice.i64(300..6 * 3_600), self.dice.i64(6 * 3_600..4 * DAY));
        let replied = (status != TicketStatus::Open || answer % 2 == 0).then(|| later(answer));
        let turned = (status != TicketStatus::Open).then(|| later(end));
        let mut marks = vec![(begun, Mark::Created(priority, Promise::own(priority))), (begun, Mark::Comment)];
        marks.extend(replied.map(|at| (at, Mark::Reply)));
        marks.extend(turned.map(|at| (at, Mark::Status(status.for_conversation()))));
        Life { priority, status, begun, replied, turned, marks, notes: self.texts.notes(&mut self.dice) }
    }

    fn thread(&mut self, number: u32, life: &Life, contact: u32, user: u32, description: &str) -> Result<()> {
        let Some(clock) = sla::replay(&life.marks) else { return Ok(()) };
        let instants = clock.instants();
        let status = life.status.for_conversation();
        let done = life.turned.filter(|_| status == ConversationStatus::Closed);
        let waiting = if life.replied.is_none() { Some(life.begun) } else { None };
        let last_message = life.replied.unwrap_or(life.begun);
        let mut insert = self.db.prepare_cached(
            "INSERT INTO threads (subject, status, priority, channel, contact_id, assignee_id, waiting_since, last_message_at,
                closed_at, comments_count, replies_count, notes_count, created_at, updated_at, ticket_id, ticket_status, ticket_created_at,
                inbox_id, resolved_at, ticket_closed_at, sla_started_at, response_from, response_due, responded_at,
                resolution_target, resolution_used, running_since, sla_marks, sla_settled, sla_breach_at, sla_warning_at,
                description)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10, ?29, ?11, ?12, ?13, ?14, ?11, ?15, ?9, ?16, ?17, ?18, ?19, ?20,
                ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28)",
        )?;
        insert.execute(params![
            self.texts.subject(number, &mut self.dice),
            status,
            life.priority,
            ["email", "chat", "form", "api"].get(contact as usize % 4),
            contact,
            (life.replied.is_some() || contact.is_multiple_of(2)).then_some(user),
            waiting,
            last_message,
            done,
            life.replied.is_some(),
            life.begun,
            life.turned.unwrap_or(last_message),
            number,
            life.status,
            1 + user % 3,
            done.filter(|_| life.status == TicketStatus::Closed),
            clock.started_at,
            clock.response_from,
            clock.response_due,
            clock.responded_at,
            clock.resolution_target,
            clock.resolution_used,
            clock.running_since,
            life.marks.len() as i64,
            instants.settled.map(sla::SlaStatus::as_str),
            instants.breach_at,
            instants.warning_at,
            description,
            life.notes
        ])?;
        Ok(())
    }
}
