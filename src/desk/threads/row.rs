//! A thread's row, read with all that both of its views show.

use crate::desk::contacts::Contact;
use crate::desk::contacts::ContactRef;
use crate::desk::contacts::DELETED_NAME;
use crate::desk::inboxes::InboxId;
use crate::desk::sla;
use crate::desk::sla::targets::Promise;
use crate::desk::teams::TeamId;
use crate::desk::teams::TeamRef;
use crate::desk::threads::Channel;
use crate::desk::threads::ConversationId;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::desk::threads::TicketId;
use crate::desk::threads::TicketStatus;
use crate::desk::users::UserId;
use crate::desk::users::UserRef;
use crate::types::Result;
use crate::types::custom_fields::CustomFields;
use crate::types::error::Error;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::text::Body;
use crate::types::text::Line;
use crate::types::text::TagName;
use crate::types::time::Time;
use rusqlite::CachedStatement;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::types::FromSql;

/// The part of a thread that makes it a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketPart {
    /// The ticket's own number.
    pub id: TicketId,
    /// Where it stands.
    pub status: TicketStatus,
    /// When the thread became a ticket.
    pub created_at: Time,
    /// Where it arrived.
    pub inbox: InboxId,
    /// The closed ticket that this one takes up again.
    pub follow_up_of: Option<TicketId>,
    /// When it was last solved.
    pub resolved_at: Option<Time>,
    /// When it was last done with.
    pub closed_at: Option<Time>,
    /// What it is about, at length.
    pub description: Option<Body>,
}

/// How many messages of each type a thread holds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MessageCounts {
    /// By the contact.
    pub comments: i64,
    /// By users, visible to the customer.
    pub replies: i64,
    /// By users, for the team.
    pub notes: i64,
}

impl MessageCounts {
    /// All of them.
    pub fn total(self) -> i64 {
        self.comments + self.replies + self.notes
    }
}

/// A thread with all that both of its views show.
#[derive(Debug, Clone, PartialEq)]
pub struct Thread {
    /// The conversation's number.
    pub id: ConversationId,
    /// What it is about.
    pub subject: Line,
    /// How it came in.
    pub channel: Channel,
    /// Whom it is with.
    pub contact: ContactRef,
    /// Who looks after it.
    pub assignee: Option<UserRef>,
    /// The team that looks after it.
    pub team: Option<TeamRef>,
    /// Its tags, in the order given.
    pub tags: Vec<TagName>,
    /// What else is known.
    pub custom_fields: CustomFields,
    /// The oldest comment that no reply has answered yet.
    pub waiting_since: Option<Time>,
    /// When somebody last wrote.
    pub last_message_at: Option<Time>,
    /// When it was last closed.
    pub closed_at: Option<Time>,
    /// How often it was opened again after having been closed.
    pub reopened_count: i64,
    /// How many messages it holds.
    pub messages: MessageCounts,
    /// When it began.
    pub created_at: Time,
    /// When something about it last changed.
    pub updated_at: Time,
    /// Grows with each change.
    pub version: i64,
    /// What makes it a ticket.
    pub ticket: Option<TicketPart>,
    /// Its SLA clock, with its status and priority.
    pub clock: sla::Clock,
    /// Marks of the clock so far.
    pub marks: i64,
}

impl Thread {
    /// Where it stands.
    pub fn status(&self) -> ConversationStatus {
        self.clock.status
    }

    /// How much it matters.
    pub fn priority(&self) -> Priority {
        self.clock.priority
    }
}

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT t.id, t.subject, t.channel, t.contact_id, c.name, c.email, c.id IS NULL, t.assignee_id, u.name, t.team_id, e.name,
             (SELECT group_concat(name, char(31)) FROM
                (SELECT g.name FROM thread_tags tt JOIN tags g ON g.id = tt.tag_id WHERE tt.thread_id = t.id ORDER BY tt.position)),
             t.custom_fields, t.waiting_since, t.last_message_at, t.closed_at, t.reopened_count,
             t.comments_count, t.replies_count, t.notes_count, t.created_at, t.updated_at, t.version,
             t.status, t.priority, t.sla_started_at, t.response_from, t.response_due, t.responded_at,
             t.resolution_target, t.resolution_used, t.running_since, t.sla_promise, t.sla_marks,
             t.ticket_id, t.ticket_status, t.ticket_created_at, t.inbox_id, t.follow_up_of, t.resolved_at, t.ticket_closed_at,
             t.description
             FROM threads t LEFT JOIN contacts c ON c.id = t.contact_id LEFT JOIN users u ON u.id = t.assignee_id
             LEFT JOIN teams e ON e.id = t.team_id WHERE ",
            $condition
        )
    };
}

/// The SQL of [`get`], for the test of its plan.
pub const BY_ID: &str = select!("t.id = ?1");
/// The SQL of [`get_by_ticket`], for the test of its plan.
pub const BY_TICKET: &str = select!("t.ticket_id = ?1");

/// The thread behind a conversation.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: ConversationId) -> Result<Thread> {
    Reading::conversations(db)?.get(id)
}

/// The thread behind a ticket.
///
/// # Errors
/// `not_found`.
pub fn get_by_ticket(db: &Connection, id: TicketId) -> Result<Thread> {
    Reading::tickets(db)?.get(id)
}

/// Reads many threads by one kind of id.
pub struct Reading<'a> {
    statement: CachedStatement<'a>,
}

impl<'a> Reading<'a> {
    /// By the conversation's id.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn conversations(db: &'a Connection) -> Result<Self> {
        Ok(Self { statement: db.prepare_cached(BY_ID)? })
    }

    /// By the ticket's id.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn tickets(db: &'a Connection) -> Result<Self> {
        Ok(Self { statement: db.prepare_cached(BY_TICKET)? })
    }

    /// The thread of this id.
    ///
    /// # Errors
    /// `not_found`.
    pub fn get<K: Kind>(&mut self, id: Id<K>) -> Result<Thread> {
        self.statement.query_row([id], from_row).optional()?.ok_or_else(|| Error::not_found(id))
    }
}

/// Takes a row's columns one after the other.
struct Columns<'a, 'b>(&'a rusqlite::Row<'b>, usize);

impl Columns<'_, '_> {
    fn next<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        self.1 += 1;
        self.0.get(self.1 - 1)
    }
}

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<Thread> {
    let columns = &mut Columns(row, 0);
    let (id, subject, channel) = (columns.next()?, columns.next()?, columns.next()?);
    let contact = contact_ref(columns)?;
    let (assignee, team) = (assignee_ref(columns)?, team_ref(columns)?);
    let tags = tag_names(columns.next()?);
    Ok(Thread {
        id,
        subject,
        channel,
        contact,
        assignee,
        team,
        tags,
        custom_fields: columns.next()?,
        waiting_since: columns.next()?,
        last_message_at: columns.next()?,
        closed_at: columns.next()?,
        reopened_count: columns.next()?,
        messages: MessageCounts { comments: columns.next()?, replies: columns.next()?, notes: columns.next()? },
        created_at: columns.next()?,
        updated_at: columns.next()?,
        version: columns.next()?,
        clock: clock(columns)?,
        marks: columns.next()?,
        ticket: ticket_part(columns)?,
    })
}

fn clock(columns: &mut Columns) -> rusqlite::Result<sla::Clock> {
    let (status, priority) = (columns.next()?, columns.next()?);
    Ok(sla::Clock {
        status,
        priority,
        started_at: columns.next()?,
        response_from: columns.next()?,
        response_due: columns.next()?,
        responded_at: columns.next()?,
        resolution_target: columns.next()?,
        resolution_used: columns.next()?,
        running_since: columns.next()?,
        promise: columns.next::<Option<Promise>>()?.unwrap_or_else(|| Promise::own(priority)),
    })
}

fn contact_ref(columns: &mut Columns) -> rusqlite::Result<ContactRef> {
    let id = columns.next()?;
    let (name, email): (Option<String>, Option<String>) = (columns.next()?, columns.next()?);
    let erased: bool = columns.next()?;
    Ok(ContactRef { id, name: if erased { Some(DELETED_NAME.to_owned()) } else { name }, email })
}

fn assignee_ref(columns: &mut Columns) -> rusqlite::Result<Option<UserRef>> {
    let id: Option<UserId> = columns.next()?;
    let name: Option<String> = columns.next()?;
    Ok(id.zip(name).map(|(id, name)| UserRef { id, name }))
}

fn team_ref(columns: &mut Columns) -> rusqlite::Result<Option<TeamRef>> {
    let id: Option<TeamId> = columns.next()?;
    let name: Option<String> = columns.next()?;
    Ok(id.zip(name).map(|(id, name)| TeamRef { id, name }))
}

/// Names hold no control characters, so that one can part them.
fn tag_names(joined: Option<String>) -> Vec<TagName> {
    let Some(joined) = joined else { return Vec::new() };
    joined.split('\u{1f}').filter_map(|name| name.parse().ok()).collect()
}

fn ticket_part(columns: &mut Columns) -> rusqlite::Result<Option<TicketPart>> {
    let id: Option<TicketId> = columns.next()?;
    let Some(id) = id else { return Ok(None) };
    Ok(Some(TicketPart {
        id,
        status: columns.next()?,
        created_at: columns.next()?,
        inbox: columns.next()?,
        follow_up_of: columns.next()?,
        resolved_at: columns.next()?,
        closed_at: columns.next()?,
        description: columns.next()?,
    }))
}

/// What it takes to begin a thread.
pub struct NewThread {
    /// What it is about.
    pub subject: Line,
    /// How it came in.
    pub channel: Channel,
    /// How much it matters.
    pub priority: Priority,
    /// Whom it is with.
    pub contact: Contact,
    /// Who looks after it.
    pub assignee: Option<UserRef>,
    /// The team that looks after it.
    pub team: Option<TeamRef>,
    /// What else is known.
    pub custom_fields: CustomFields,
    /// When it began, if it is brought in from elsewhere.
    pub created_at: Time,
}

impl NewThread {
    /// The thread, open and empty, before it has a row.
    pub fn begin(self, now: Time) -> Thread {
        let contact = ContactRef {
            id: self.contact.id,
            name: self.contact.name.as_ref().map(ToString::to_string),
            email: self.contact.email.as_ref().map(ToString::to_string),
        };
        Thread {
            id: Id::from_row(0),
            subject: self.subject,
            channel: self.channel,
            contact,
            assignee: self.assignee,
            team: self.team,
            tags: Vec::new(),
            custom_fields: self.custom_fields,
            waiting_since: None,
            last_message_at: None,
            closed_at: None,
            reopened_count: 0,
            messages: MessageCounts::default(),
            created_at: self.created_at,
            updated_at: now,
            version: 1,
            ticket: None,
            clock: sla::Clock::new(self.priority, Promise::own(self.priority)),
            marks: 0,
        }
    }
}
