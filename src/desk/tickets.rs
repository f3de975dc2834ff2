//! Tickets: threads that are tracked, with an inbox, a description and an SLA.

pub mod list;

use crate::desk::bulk;
use crate::desk::bulk::Ids;
use crate::desk::bulk::Outcome;
use crate::desk::contacts;
use crate::desk::contacts::ContactGiven;
use crate::desk::files::AttachmentIds;
use crate::desk::inboxes;
use crate::desk::inboxes::InboxId;
use crate::desk::sla::story;
use crate::desk::sla::story::Story;
use crate::desk::teams;
use crate::desk::teams::TeamId;
use crate::desk::threads::Channel;
use crate::desk::threads::ConversationId;
use crate::desk::threads::Priority;
use crate::desk::threads::TagList;
pub use crate::desk::threads::TicketId;
pub use crate::desk::threads::TicketStatus;
use crate::desk::threads::begin;
use crate::desk::threads::begin::First;
use crate::desk::threads::begin::Moment;
use crate::desk::threads::begin::NewTicketPart;
use crate::desk::threads::change;
use crate::desk::threads::change::NewStatus;
use crate::desk::threads::change::TagChange;
use crate::desk::threads::change::ThreadPatch;
use crate::desk::threads::marks;
use crate::desk::threads::message::MessageType;
use crate::desk::threads::row;
use crate::desk::threads::row::NewThread;
use crate::desk::threads::row::Thread;
use crate::desk::threads::view::Conversation;
pub use crate::desk::threads::view::Ticket;
pub use crate::desk::tickets::list::COLUMNS;
pub use crate::desk::tickets::list::TicketFilter;
pub use crate::desk::tickets::list::list;
pub use crate::desk::tickets::list::query;
pub use crate::desk::tickets::list::total;
use crate::desk::users;
use crate::desk::users::UserId;
use crate::store::tx::About;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::custom_fields::CustomFields;
use crate::types::custom_fields::CustomFieldsPatch;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::error::Faults;
use crate::types::error::Rule;
use crate::types::event::EventKind;
use crate::types::field::Field;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::text::Body;
use crate::types::text::Line;
use crate::types::time::Time;
use deserr::Deserr;
use rusqlite::Connection;
use utoipa::ToSchema;

/// What it takes to make a ticket: of a conversation that there is, or with a new one.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewTicket {
    /// What it is about. Required without `conversation_id`; with it, the conversation's if not said.
    #[deserr(default)]
    pub subject: Option<Line>,
    /// What it is about, at length: the first comment of the new conversation. Required without `conversation_id`.
    #[deserr(default)]
    pub description: Option<Body>,
    /// `normal` if not said; with `conversation_id`, the conversation's.
    #[deserr(default)]
    pub priority: Given<Priority>,
    /// Whom it is with. Required without `conversation_id`, not taken with it.
    #[deserr(default)]
    pub contact: Option<ContactGiven>,
    /// The conversation that becomes the ticket's.
    #[deserr(default)]
    pub conversation_id: Option<ConversationId>,
    /// The first inbox if not said.
    #[deserr(default)]
    pub inbox_id: Option<InboxId>,
    /// `api` if not said; not taken with `conversation_id`.
    #[deserr(default)]
    pub channel: Option<Channel>,
    /// Unknown tags are created.
    #[deserr(default)]
    pub tags: Given<TagList>,
    /// Nobody if not said.
    #[deserr(default)]
    pub assignee_id: Option<UserId>,
    /// None if not said; with `conversation_id`, the conversation's.
    #[deserr(default)]
    pub team_id: Option<TeamId>,
    /// What else is known.
    #[deserr(default)]
    pub custom_fields: Given<CustomFieldsPatch>,
    /// History from elsewhere: no SLA, no notification, and `created_at` lies in the past.
    #[deserr(default)]
    #[schema(required = false)]
    pub imported: bool,
    /// Only with `imported`.
    #[deserr(default)]
    pub created_at: Option<Time>,
    /// Files that were uploaded before, and go with the first comment; not taken with `conversation_id`.
    #[deserr(default)]
    #[schema(required = false)]
    pub attachment_ids: AttachmentIds,
}

/// What may change about a ticket.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct TicketPatch {
    /// What it is about.
    #[deserr(default)]
    pub subject: Given<Line>,
    /// Where it stands; any status may follow any other.
    #[deserr(default)]
    pub status: Given<TicketStatus>,
    /// How much it matters; recomputes the targets not yet met.
    #[deserr(default)]
    pub priority: Given<Priority>,
    /// Who looks after it; `null`: nobody.
    #[deserr(default)]
    pub assignee_id: Field<UserId>,
    /// The team that looks after it; `null`: none.
    #[deserr(default)]
    pub team_id: Field<TeamId>,
    /// Where it belongs.
    #[deserr(default)]
    pub inbox_id: Given<InboxId>,
    /// The whole new list.
    #[deserr(default)]
    pub tags: Given<TagList>,
    /// These as well.
    #[deserr(default)]
    #[schema(required = false)]
    pub add_tags: TagList,
    /// These no longer.
    #[deserr(default)]
    #[schema(required = false)]
    pub remove_tags: TagList,
    /// Merged into what is known; `null` removes a key.
    #[deserr(default)]
    pub custom_fields: Given<CustomFieldsPatch>,
}

impl From<TicketPatch> for ThreadPatch {
    fn from(patch: TicketPatch) -> Self {
        Self {
            subject: patch.subject,
            status: patch.status.0.map(NewStatus::Ticket),
            priority: patch.priority,
            assignee_id: patch.assignee_id,
            team_id: patch.team_id,
            tags: TagChange { tags: patch.tags, add: patch.add_tags, remove: patch.remove_tags },
            custom_fields: patch.custom_fields,
            inbox_id: patch.inbox_id,
        }
    }
}

/// The ticket of this id, as it stands at `now`.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: TicketId, now: Time) -> Result<Ticket> {
    view(row::get_by_ticket(db, id)?, now)
}

fn view(thread: Thread, now: Time) -> Result<Ticket> {
    Ticket::from(thread, now).ok_or_else(|| Error::not_found("ticket"))
}

/// Makes a ticket.
///
/// # Errors
/// `conflict` when the conversation has a ticket already; 422 with all the fields at fault.
pub fn create(tx: &Tx, new: NewTicket) -> Result<Ticket> {
    match new.conversation_id {
        Some(id) => of_conversation(tx, id, new),
        None => with_new_conversation(tx, new),
    }
}

fn of_conversation(tx: &Tx, id: ConversationId, new: NewTicket) -> Result<Ticket> {
    let mut faults = Faults::default();
    for (given, field) in [
        (new.contact.is_some(), "contact"),
        (new.channel.is_some(), "channel"),
        (new.imported, "imported"),
        (new.created_at.is_some(), "created_at"),
    ] {
        if given {
            faults.add(
                field,
                Rule::InvalidFormat,
                "is the conversation's, and can't be given beside `conversation_id`",
            );
        }
    }
    if !new.attachment_ids.0.is_empty() {
        faults.add(
            "attachment_ids",
            Rule::InvalidFormat,
            "can't be given beside `conversation_id`: no comment is written that could carry them",
        );
    }
    let thread = row::get(tx, id).map_err(|error| match error.code {
        Code::NotFound => {
            Error::invalid_field("conversation_id", Rule::UnknownId, format!("there is no conversation {id}"))
        }
        _ => error,
    });
    let thread = faults.gather(thread)?;
    let inbox = faults.gather(inboxes::for_ticket(tx, new.inbox_id))?;
    let patch = ThreadPatch {
        subject: Given(new.subject),
        priority: new.priority,
        assignee_id: new.assignee_id.map_or(Field::Absent, Field::Set),
        team_id: new.team_id.map_or(Field::Absent, Field::Set),
        tags: TagChange { tags: new.tags, ..TagChange::default() },
        custom_fields: new.custom_fields,
        ..ThreadPatch::default()
    };
    faults.gather(patch.check(tx))?;
    faults.check()?;
    let (Some(thread), Some(inbox)) = (thread, inbox) else { return Err(Error::invalid(Vec::new())) };
    if let Some(ticket) = &thread.ticket {
        return Err(Error::taken("conversation_id", "The conversation has a ticket already.", ticket.id));
    }
    let part = NewTicketPart { inbox, follow_up_of: None, description: new.description };
    let mut with_ticket = thread.clone();
    with_ticket.ticket = Some(part.numbered(tx, thread.status().for_ticket(None), tx.now)?);
    let ticket = view(change::change_further(tx, &thread, with_ticket, &patch)?, tx.now)?;
    tx.emit(EventKind::TicketCreated, About::new(ticket.id, Some(ticket.contact.id.row())), None, &ticket)?;
    Ok(ticket)
}

fn with_new_conversation(tx: &Tx, new: NewTicket) -> Result<Ticket> {
    let mut faults = Faults::default();
    let required = |faults: &mut Faults, given: bool, field| {
        if !given {
            faults.add(field, Rule::Required, "is required, unless there is a `conversation_id`");
        }
    };
    required(&mut faults, new.subject.is_some(), "subject");
    required(&mut faults, new.description.is_some(), "description");
    required(&mut faults, new.contact.is_some(), "contact");
    let moment = faults.gather(Moment::new(tx.now, new.imported, new.created_at))?;
    let assignee = faults.gather(new.assignee_id.map(|id| users::assignable(tx, id)).transpose())?;
    let team = faults.gather(new.team_id.map(|id| teams::for_thread(tx, id)).transpose())?;
    let inbox = faults.gather(inboxes::for_ticket(tx, new.inbox_id))?;
    let custom_fields = CustomFields::default().merged(&new.custom_fields.0.unwrap_or_default());
    let custom_fields =
        faults.gather(custom_fields.map_err(|refused| Error::invalid(vec![refused.at("custom_fields")])))?;
    let contact = match &new.contact {
        Some(given) => faults.gather(contacts::find_or_create(&tx.importing(new.imported), given))?,
        None => None,
    };
    faults.gather(new.attachment_ids.check(tx))?;
    faults.check()?;
    let (Some(subject), Some(description), Some(contact)) = (new.subject, new.description, contact) else {
        return Err(Error::invalid(Vec::new()));
    };
    let (Some(moment), Some(assignee), Some(team), Some(inbox), Some(custom_fields)) =
        (moment, assignee, team, inbox, custom_fields)
    else {
        return Err(Error::invalid(Vec::new()));
    };
    let thread = NewThread {
        subject,
        channel: new.channel.unwrap_or(Channel::Api),
        priority: new.priority.or(Priority::Normal),
        contact,
        assignee,
        team,
        custom_fields,
        created_at: moment.at,
    };
    let first = First { kind: MessageType::Comment, body: description.clone(), attachments: new.attachment_ids };
    let part = NewTicketPart { inbox, follow_up_of: None, description: Some(description) };
    let (thread, _) = begin::begin(tx, thread, new.tags.0.unwrap_or_default().0, first, Some(part), moment)?;
    view(thread, tx.now)
}

/// Changes a ticket, and with it its conversation.
///
/// # Errors
/// `not_found`; 422 with all the fields at fault.
pub fn update(tx: &Tx, id: TicketId, patch: TicketPatch) -> Result<Ticket> {
    let old = row::get_by_ticket(tx, id)?;
    view(change::change(tx, &old, &patch.into())?, tx.now)
}

/// The story of a ticket's SLA: each stretch running, paused, met or missed, and why.
///
/// # Errors
/// `not_found`.
pub fn sla_story(db: &Connection, id: TicketId, now: Time) -> Result<Story> {
    let thread = row::get_by_ticket(db, id)?;
    Ok(story::story(&marks::read(db, thread.id)?, now))
}

/// Both views of a ticket's thread, for an export.
///
/// # Errors
/// `not_found`.
pub fn of_thread(db: &Connection, id: ConversationId, now: Time) -> Result<(Conversation, Option<Ticket>)> {
    let thread = row::get(db, id)?;
    Ok((Conversation::of(&thread), Ticket::of(&thread, now)))
}

/// A bulk change of tickets.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct BulkTickets {
    /// 1 to 1,000 tickets.
    pub ids: Ids,
    /// What PATCH takes, with the same meaning: `tags` replaces every listed ticket's tags.
    pub update: TicketPatch,
}

/// Changes many tickets.
///
/// # Errors
/// 422 when the change is invalid in itself: then nothing is changed.
pub fn bulk_update(tx: &Tx, bulk: BulkTickets, dry_run: bool) -> Result<Outcome> {
    let patch: ThreadPatch = bulk.update.into();
    patch.check(tx).map_err(|error| error.within("update"))?;
    bulk::apply(tx, &bulk.ids, dry_run, |tx, id| {
        let old = row::get_by_ticket(tx, id)?;
        let new = change::change(tx, &old, &patch)?;
        Ok((view(old, tx.now)?, view(new, tx.now)?))
    })
}
