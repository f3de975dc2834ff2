//! How a thread begins: with its first message, and as a ticket from the start where that is what it is.

use crate::desk::files::AttachmentIds;
use crate::desk::inboxes::InboxId;
use crate::desk::sla::Mark;
use crate::desk::sla::targets;
use crate::desk::threads::TicketId;
use crate::desk::threads::TicketStatus;
use crate::desk::threads::change;
use crate::desk::threads::history;
use crate::desk::threads::marks;
use crate::desk::threads::message;
use crate::desk::threads::message::Message;
use crate::desk::threads::message::MessageType;
use crate::desk::threads::message::Written;
use crate::desk::threads::removal;
use crate::desk::threads::row;
use crate::desk::threads::row::NewThread;
use crate::desk::threads::row::Thread;
use crate::desk::threads::row::TicketPart;
use crate::desk::threads::save;
use crate::desk::threads::view::Conversation;
use crate::desk::threads::view::Ticket;
use crate::store::tx::About;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::error::Rule;
use crate::types::event::EventKind;
use crate::types::id::Id;
use crate::types::text::Body;
use crate::types::text::TagName;
use crate::types::time::Time;
use rusqlite::Connection;

/// What makes the new thread a ticket.
pub struct NewTicketPart {
    /// Where it arrives.
    pub inbox: InboxId,
    /// The closed ticket that it takes up again.
    pub follow_up_of: Option<TicketId>,
    /// What it is about, at length.
    pub description: Option<Body>,
}

impl NewTicketPart {
    /// The part of a thread that becomes a ticket at `created_at`.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn numbered(self, db: &Connection, status: TicketStatus, created_at: Time) -> Result<TicketPart> {
        let done = matches!(status, TicketStatus::Resolved | TicketStatus::Closed);
        Ok(TicketPart {
            id: next_number(db)?,
            status,
            created_at,
            inbox: self.inbox,
            follow_up_of: self.follow_up_of,
            resolved_at: done.then_some(created_at),
            closed_at: None,
            description: self.description,
        })
    }
}

/// One more than the highest number ever used: that in use, unless a ticket with a higher one was removed.
fn next_number(db: &Connection) -> Result<TicketId> {
    let highest: i64 = db
        .prepare_cached(
            "SELECT max(ifnull((SELECT max(ticket_id) FROM threads), 0),
                ifnull((SELECT CAST(value AS INTEGER) FROM settings WHERE name = ?1), 0))",
        )?
        .query_row([removal::HIGHEST_TICKET], |row| row.get(0))?;
    Ok(Id::from_row(highest + 1))
}

/// When a thread or message happened, and whether it is brought in from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// When it happened.
    pub at: Time,
    /// Brought in: no SLA, no notification, events marked.
    pub imported: bool,
}

impl Moment {
    /// Now, or the past instant of something imported.
    ///
    /// # Errors
    /// 422 on `created_at`: missing from an import, given without one, or in the future.
    pub fn new(now: Time, imported: bool, created_at: Option<Time>) -> Result<Self> {
        let fault = |rule, message: &str| Err(Error::invalid_field("created_at", rule, message));
        match (imported, created_at) {
            (false, None) => Ok(Self { at: now, imported }),
            (true, Some(at)) if at <= now => Ok(Self { at, imported }),
            (true, Some(_)) => fault(Rule::OutOfRange, "must lie in the past"),
            (true, None) => fault(Rule::Required, "is required with `imported`"),
            (false, Some(_)) => fault(Rule::InvalidFormat, "is taken only with `imported: true`"),
        }
    }
}

/// A thread's first message.
pub struct First {
    /// Who wrote it, and for whom.
    pub kind: MessageType,
    /// What was written.
    pub body: Body,
    /// Files that go with it, checked before.
    pub attachments: AttachmentIds,
}

/// Begins a thread. Its events: `conversation.created`, `message.created`, and `ticket.created` for a ticket.
///
/// # Errors
/// Those of SQLite.
pub fn begin(
    tx: &Tx,
    new: NewThread,
    tags: Vec<TagName>,
    first: First,
    ticket: Option<NewTicketPart>,
    moment: Moment,
) -> Result<(Thread, Message)> {
    let mut thread = new.begin(tx.now);
    let mut marks = Vec::new();
    thread.tags = tags;
    thread.ticket = ticket.map(|part| part.numbered(tx, TicketStatus::Open, moment.at)).transpose()?;
    // It starts no clock: what is brought in needs it as well, for marks that come later follow from it.
    let priority = thread.priority();
    let promise = targets::get(tx)?.promise(priority);
    marks::apply(&mut thread, &mut marks, Mark::Created(priority, promise), tx.now);
    count_in(&mut thread, &mut marks, first.kind, moment, tx.now);
    save::insert(tx, &mut thread)?;
    marks::write(tx, &thread, &marks, tx.now)?;
    if !thread.tags.is_empty() {
        change::set_tags(tx, &thread)?;
        // Read again: a tag may have been known in another spelling.
        thread = row::get(tx, thread.id)?;
    }
    history::begin(tx, &thread)?;
    let tx = &tx.importing(moment.imported);
    tx.emit(EventKind::ConversationCreated, change::about(&thread), None, &Conversation::of(&thread))?;
    let written = Written {
        kind: first.kind,
        body: first.body,
        attachments: first.attachments,
        imported: moment.imported,
        created_at: moment.at,
    };
    let message = message::insert(tx, &thread, written)?;
    if let Some(ticket) = Ticket::of(&thread, tx.now) {
        let about = About::new(ticket.id, Some(thread.contact.id.row()));
        tx.emit(EventKind::TicketCreated, about, None, &ticket)?;
    }
    Ok((thread, message))
}

/// What a message does to its thread's counters and clock. A mark that moves nothing is not kept.
pub fn count_in(thread: &mut Thread, marks: &mut Vec<Mark>, kind: MessageType, moment: Moment, now: Time) {
    let (counter, mark) = match kind {
        MessageType::Comment => (&mut thread.messages.comments, Some(Mark::Comment)),
        MessageType::Reply => (&mut thread.messages.replies, Some(Mark::Reply)),
        MessageType::Note => (&mut thread.messages.notes, None),
    };
    *counter += 1;
    thread.last_message_at = thread.last_message_at.max(Some(moment.at));
    if let Some(mark) = mark.filter(|_| !moment.imported) {
        let mut moved = thread.clock.clone();
        moved.apply(mark, now);
        if moved != thread.clock {
            marks::apply(thread, marks, mark, now);
        }
    }
    match kind {
        MessageType::Comment => thread.waiting_since = thread.waiting_since.or(Some(moment.at)),
        MessageType::Reply => thread.waiting_since = None,
        MessageType::Note => {}
    }
}
