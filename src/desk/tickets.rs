//! Tickets: threads that are tracked, with an inbox, a description and an SLA.

use crate::desk::bulk;
use crate::desk::bulk::Ids;
use crate::desk::bulk::Outcome;
use crate::desk::contacts;
use crate::desk::contacts::ContactGiven;
use crate::desk::files::AttachmentIds;
use crate::desk::inboxes;
use crate::desk::inboxes::InboxId;
use crate::desk::sla;
use crate::desk::sla::SlaStatus;
use crate::desk::sla::story;
use crate::desk::sla::story::Story;
use crate::desk::teams;
use crate::desk::teams::TeamId;
use crate::desk::threads::AssigneeFilter;
use crate::desk::threads::Channel;
use crate::desk::threads::ConversationId;
use crate::desk::threads::Priority;
use crate::desk::threads::TAGGED;
use crate::desk::threads::TagList;
use crate::desk::threads::TeamFilter;
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
use crate::desk::threads::counts;
use crate::desk::threads::counts::TicketValues;
use crate::desk::threads::marks;
use crate::desk::threads::message::MessageType;
use crate::desk::threads::row;
use crate::desk::threads::row::NewThread;
use crate::desk::threads::row::Thread;
use crate::desk::threads::view::Conversation;
pub use crate::desk::threads::view::Ticket;
use crate::desk::users;
use crate::desk::users::UserId;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::About;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::asked::Asked;
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
use crate::types::id::Id;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::Body;
use crate::types::text::Line;
use crate::types::text::TagName;
use crate::types::text::fold;
use crate::types::time::Time;
use deserr::Deserr;
use rusqlite::Connection;
use utoipa::IntoParams;
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

/// Which tickets a list shows.
#[derive(Debug, Clone, Default, IntoParams)]
pub struct TicketFilter {
    /// Where they stand.
    pub status: Option<TicketStatus>,
    /// How much they matter.
    pub priority: Option<Priority>,
    /// Who looks after them.
    #[param(inline)]
    pub assignee: Option<AssigneeFilter>,
    /// Which team looks after them.
    #[param(inline)]
    pub team: Option<TeamFilter>,
    /// Where they arrived.
    pub inbox: Option<InboxId>,
    /// How they stand against their targets at the moment of reading.
    pub sla_status: Option<SlaStatus>,
    /// A tag that they carry, by its name.
    pub tag: Option<TagName>,
    /// Made after this instant.
    pub created_after: Option<Time>,
    /// Made before this instant.
    pub created_before: Option<Time>,
}

impl TicketFilter {
    /// The filter that these texts make.
    pub fn asked(by: &mut impl Asked) -> Self {
        Self {
            status: by.take("status"),
            priority: by.take("priority"),
            assignee: by.take("assignee"),
            team: by.take("team"),
            inbox: by.take("inbox"),
            sla_status: by.take("sla_status"),
            tag: by.take("tag"),
            created_after: by.take("created_after"),
            created_before: by.take("created_before"),
        }
    }

    /// Whether the kept counters know of all that it asks.
    fn is_counted(&self) -> bool {
        let Self { team, tag, created_after, created_before, .. } = self;
        team.is_none() && tag.is_none() && created_after.is_none() && created_before.is_none()
    }
}

/// What tickets may be sorted by, and how.
pub const COLUMNS: [(&str, &str); 3] =
    [("created_at", "ticket_created_at"), ("updated_at", "updated_at"), ("priority", "priority")];

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

/// Tickets, newest first unless ordered otherwise.
///
/// # Errors
/// Those of SQLite.
pub fn list(
    db: &Connection,
    filter: &TicketFilter,
    caller: UserId,
    order: Order,
    paging: &Paging,
    now: Time,
) -> Result<Page<Ticket>> {
    let list = query(filter, caller, order, now).since(paging, "tickets_by_update");
    let total = if paging.updated_after.is_some() { list.count(db)? } else { total(db, filter, caller, order, now)? };
    let mut reading = row::Reading::tickets(db)?;
    list.page(db, paging, total, |number| view(reading.get(TicketId::from_row(number))?, now))
}

/// How many tickets there are, by the kept counters. For `sla_status`, they tell of the settled tickets, and those whose clock
/// runs are looked at one by one along an index that holds no others: as many as the team has open. Spans of time, teams and
/// tags are counted along their index.
///
/// # Errors
/// Those of SQLite.
pub fn total(db: &Connection, filter: &TicketFilter, caller: UserId, order: Order, now: Time) -> Result<i64> {
    let values = TicketValues {
        status: filter.status,
        assignee: filter.assignee.map(|assignee| assignee.number(caller)),
        priority: filter.priority,
        inbox: filter.inbox.map(Id::row),
    };
    match filter.sla_status {
        None if filter.is_counted() => counts::tickets(db, values, None),
        Some(status @ (SlaStatus::OnTrack | SlaStatus::Breached)) if filter.is_counted() => {
            let moving = equalities(filter, caller, order).one_of(&moving(status), now);
            Ok(counts::tickets(db, values, Some(status))? + moving.count(db)?)
        }
        _ => query(filter, caller, order, now).count(db),
    }
}

/// The list behind [`list`], for the test of its plans.
pub fn query(filter: &TicketFilter, caller: UserId, order: Order, now: Time) -> List {
    let list = equalities(filter, caller, order);
    match filter.sla_status {
        None => list,
        Some(SlaStatus::OnTrack) => list.one_of(&["sla_settled = 'on_track' AND ? IS NOT NULL", sla::IS_ON_TRACK], now),
        Some(SlaStatus::Breached) => {
            list.one_of(&["sla_settled = 'breached' AND ? IS NOT NULL", sla::IS_BREACHED], now)
        }
        Some(SlaStatus::Warning) => list.one_of(&[sla::IS_WARNING], now),
    }
}

fn moving(status: SlaStatus) -> [&'static str; 1] {
    match status {
        SlaStatus::OnTrack => [sla::IS_ON_TRACK],
        SlaStatus::Warning => [sla::IS_WARNING],
        SlaStatus::Breached => [sla::IS_BREACHED],
    }
}

fn equalities(filter: &TicketFilter, caller: UserId, order: Order) -> List {
    let list = List::of("threads", "ticket_id", order)
        .only("ticket_id IS NOT NULL")
        .filter("ticket_status = ?", &filter.status)
        .filter("priority = ?", &filter.priority)
        .filter("inbox_id = ?", &filter.inbox)
        .filter("ticket_created_at > ?", &filter.created_after)
        .filter("ticket_created_at < ?", &filter.created_before)
        .filter("assignee_id IS ?", &filter.assignee.map(|assignee| assignee.user(caller)))
        .filter("team_id IS ?", &filter.team.map(TeamFilter::team))
        .filter(TAGGED, &filter.tag.as_ref().map(|tag| fold(tag.as_str())));
    // The tickets whose clock runs are few, whatever else is asked; and so are those of a tag.
    match (filter.sla_status, &filter.tag) {
        (Some(_), _) => list.along("tickets_by_sla"),
        (None, Some(_)) => list.by_key(),
        (None, None) => list,
    }
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
