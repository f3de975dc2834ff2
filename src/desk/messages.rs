//! Messages: comments, replies and notes in a thread. They can't be edited.

use crate::described;
use crate::desk::contacts;
use crate::desk::contacts::DELETED_NAME;
use crate::desk::files::AttachmentIds;
use crate::desk::threads::ConversationId;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::begin;
use crate::desk::threads::begin::First;
use crate::desk::threads::begin::Moment;
use crate::desk::threads::begin::NewTicketPart;
use crate::desk::threads::change;
use crate::desk::threads::change::NewStatus;
use crate::desk::threads::history;
use crate::desk::threads::marks;
use crate::desk::threads::message;
pub use crate::desk::threads::message::Message;
use crate::desk::threads::message::MessageId;
pub use crate::desk::threads::message::MessageType;
use crate::desk::threads::message::Written;
use crate::desk::threads::row;
use crate::desk::threads::row::NewThread;
use crate::desk::threads::row::Thread;
use crate::desk::threads::save;
use crate::desk::threads::view::Conversation;
use crate::desk::users;
use crate::desk::users::UserStatus;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::custom_fields::CustomFields;
use crate::types::error::Error;
use crate::types::error::Faults;
use crate::types::error::Rule;
use crate::types::event::EventKind;
use crate::types::field::Invalid;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::Body;
use crate::types::text::BodyOrNothing;
use crate::types::time::Time;
use deserr::Deserr;
use deserr::IntoValue;
use deserr::Value;
use deserr::ValuePointerRef;
use rusqlite::Connection;
use rusqlite::params;
use utoipa::ToSchema;

/// A comment to a ticket that has been closed for longer, in seconds, starts a new ticket: two weeks.
pub const REOPENS_WITHIN_S: i64 = 14 * 24 * 3_600;

/// What it takes to write a message.
#[derive(Debug, Clone)]
pub struct NewMessage(Given);

described!(NewMessage as Given);

impl Deserr<Invalid> for NewMessage {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        message::parse_written(value, at).map(Self)
    }
}

impl NewMessage {
    /// Whether it is history from elsewhere.
    pub fn is_imported(&self) -> bool {
        self.0.imported
    }
}

#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
#[schema(as = NewMessage)]
struct Given {
    /// What is written; may be left out where there are attachments.
    #[deserr(default)]
    #[schema(value_type = Option<BodyOrNothing>)]
    body: Option<Body>,
    /// `reply` if not said. A `comment` is the contact's: integrations bring in with it what a customer wrote.
    #[deserr(rename = "type", default = MessageType::Reply)]
    #[schema(rename = "type", required = false)]
    kind: MessageType,
    /// Where the thread stands afterwards: reply and close in one call.
    #[deserr(default)]
    status: Option<ConversationStatus>,
    /// History from elsewhere: no SLA, no notification, and `created_at` lies in the past.
    #[deserr(default)]
    #[schema(required = false)]
    imported: bool,
    /// Only with `imported`.
    #[deserr(default)]
    created_at: Option<Time>,
    /// Files that were uploaded before, and go with it.
    #[deserr(default)]
    #[schema(required = false)]
    attachment_ids: AttachmentIds,
    /// The newest message that the author has seen: refused with 409 if there is a newer one in the thread by now.
    #[deserr(default)]
    last_seen_message_id: Option<MessageId>,
}

/// The messages of a thread, oldest first.
///
/// # Errors
/// `not_found` when there is no such conversation.
pub fn list(
    db: &Connection,
    id: ConversationId,
    kind: Option<MessageType>,
    order: Order,
    paging: &Paging,
    now: Time,
) -> Result<Page<Message>> {
    let counts = row::get(db, id)?.messages;
    let total = match kind {
        None => counts.total(),
        Some(MessageType::Comment) => counts.comments,
        Some(MessageType::Reply) => counts.replies,
        Some(MessageType::Note) => counts.notes,
    };
    query(id, kind, order).page(db, paging, total, |number| message::get(db, number, now))
}

/// The list behind [`list`], for the test of its plans.
pub fn query(id: ConversationId, kind: Option<MessageType>, order: Order) -> List {
    List::of("messages", "id", order).filter("thread_id = ?", &Some(id)).filter("type = ?", &kind)
}

/// Whether there is such a conversation.
///
/// # Errors
/// `not_found` when there is none.
pub fn check_conversation(db: &Connection, id: ConversationId) -> Result<()> {
    row::get(db, id).map(drop)
}

/// One message of a thread.
///
/// # Errors
/// `not_found` when the thread has no such message.
pub fn get(db: &Connection, id: ConversationId, message: MessageId, now: Time) -> Result<Message> {
    let stands: bool = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM messages WHERE id = ?1 AND thread_id = ?2)")?
        .query_row(params![message, id], |row| row.get(0))?;
    if stands { message::get(db, message.row(), now) } else { Err(Error::not_found(message)) }
}

/// Writes a message into a thread; a comment may reopen it, or start a new one (see [`REOPENS_WITHIN_S`]).
///
/// # Errors
/// `not_found`; `conflict` for a comment of an erased contact, and where the author has missed a message; 422 with all the fields at fault.
pub fn create(tx: &Tx, id: ConversationId, NewMessage(new): NewMessage) -> Result<Message> {
    let old = row::get(tx, id)?;
    let mut faults = Faults::default();
    let moment = faults.gather(Moment::new(tx.now, new.imported, new.created_at))?;
    if new.imported && new.status.is_some() {
        faults.add("status", Rule::InvalidFormat, "can't be changed by what is brought in");
    }
    faults.gather(new.attachment_ids.check(tx))?;
    faults.check()?;
    let Some(moment) = moment else { return Err(Error::invalid(Vec::new())) };
    if let Some(seen) = new.last_seen_message_id {
        refuse_outdated(tx, id, seen)?;
    }
    if new.kind == MessageType::Comment && old.contact.name.as_deref() == Some(DELETED_NAME) {
        contacts::get(tx, old.contact.id).map_err(|_| {
            Error::conflict("The contact of this conversation was erased: nothing more can come from there.")
        })?;
    }
    if new.kind == MessageType::Comment && !moment.imported && is_long_closed(&old, tx.now) {
        let body = new.body.unwrap_or_else(Body::empty);
        let first = First { kind: MessageType::Comment, body, attachments: new.attachment_ids };
        return follow_up(tx, &old, first, moment);
    }
    let mut thread = old.clone();
    let mut marks = Vec::new();
    begin::count_in(&mut thread, &mut marks, new.kind, moment, tx.now);
    if new.kind == MessageType::Comment && !moment.imported && thread.status() != ConversationStatus::Open {
        change::turn(&mut thread, &mut marks, NewStatus::Conversation(ConversationStatus::Open), tx.now);
        release_from_inactive(tx, &mut thread)?;
    }
    if let Some(status) = new.status {
        change::turn(&mut thread, &mut marks, NewStatus::Conversation(status), tx.now);
    }
    let written = Written {
        kind: new.kind,
        body: new.body.unwrap_or_else(Body::empty),
        attachments: new.attachment_ids,
        imported: moment.imported,
        created_at: moment.at,
    };
    let message = message::insert(tx, &thread, written)?;
    if moment.imported {
        thread.waiting_since = waiting_since(tx, id)?;
    }
    save::save(tx, &old, &mut thread)?;
    marks::write(tx, &thread, &marks, tx.now)?;
    tell(&tx.importing(moment.imported), &old, &thread)?;
    Ok(message)
}

/// What was written while the author did not look may change the answer.
fn refuse_outdated(tx: &Tx, id: ConversationId, seen: MessageId) -> Result<()> {
    let newest: Option<MessageId> =
        tx.prepare_cached("SELECT max(id) FROM messages WHERE thread_id = ?1")?.query_row([id], |row| row.get(0))?;
    match newest.filter(|newest| *newest > seen) {
        Some(newest) => {
            let message = "There is a newer message in this conversation: look at it before you write.";
            Err(Error::outdated("last_seen_message_id", message, newest))
        }
        None => Ok(()),
    }
}

/// `message.created` says that there is one more message. The views have an event of their own only for what else changed.
fn tell(tx: &Tx, old: &Thread, new: &Thread) -> Result<()> {
    if (old.status(), &old.assignee) != (new.status(), &new.assignee) {
        let (before, after) = (Conversation::of(old), Conversation::of(new));
        tx.emit(EventKind::ConversationUpdated, change::about(new), Some(&before), &after)?;
        history::write(tx, old, new)?;
    }
    change::tell_ticket(tx, old, new)
}

fn is_long_closed(thread: &Thread, now: Time) -> bool {
    let closed_at = thread.ticket.as_ref().and_then(|ticket| ticket.closed_at);
    closed_at.is_some_and(|closed_at| now.since(closed_at) > REOPENS_WITHIN_S)
}

/// A new ticket that takes up a closed one, with the comment as its first.
fn follow_up(tx: &Tx, old: &Thread, first: First, moment: Moment) -> Result<Message> {
    let Some(ticket) = &old.ticket else { return Err(Error::not_found("ticket")) };
    let new = NewThread {
        subject: old.subject.clone(),
        channel: old.channel,
        priority: old.priority(),
        contact: contacts::get(tx, old.contact.id)?,
        assignee: None,
        team: old.team.clone(),
        custom_fields: CustomFields::default(),
        created_at: tx.now,
    };
    let description = Some(first.body.clone()).filter(|body| !body.as_str().is_empty());
    let part = NewTicketPart { inbox: ticket.inbox, follow_up_of: Some(ticket.id), description };
    begin::begin(tx, new, Vec::new(), first, Some(part), moment).map(|(_, message)| message)
}

/// A thread that comes back must not lie with somebody who is no longer there.
fn release_from_inactive(tx: &Tx, thread: &mut Thread) -> Result<()> {
    if let Some(assignee) = &thread.assignee
        && users::get(tx, assignee.id)?.status == UserStatus::Inactive
    {
        thread.assignee = None;
    }
    Ok(())
}

/// The oldest comment after the last reply, where messages did not come in the order in which they were written.
fn waiting_since(db: &Connection, id: ConversationId) -> Result<Option<Time>> {
    let since = db
        .prepare_cached(
            "SELECT min(created_at) FROM messages WHERE thread_id = ?1 AND type = 'comment' AND (created_at, id) >
                (SELECT ifnull(max(created_at), -1 << 60), ifnull(max(id), 0) FROM
                    (SELECT created_at, id FROM messages WHERE thread_id = ?1 AND type = 'reply' ORDER BY created_at DESC, id DESC LIMIT 1))",
        )?
        .query_row([id], |row| row.get(0))?;
    Ok(since)
}
