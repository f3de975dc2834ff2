//! The two views of a thread: as a conversation, and as a ticket.

use crate::desk::contacts::ContactRef;
use crate::desk::inboxes::InboxId;
use crate::desk::sla::Sla;
use crate::desk::teams::TeamRef;
use crate::desk::threads::Channel;
use crate::desk::threads::ConversationId;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::desk::threads::TicketId;
use crate::desk::threads::TicketStatus;
use crate::desk::threads::row::Thread;
use crate::desk::users::UserRef;
use crate::types::custom_fields::CustomFields;
use crate::types::text::Body;
use crate::types::text::Line;
use crate::types::text::TagName;
use crate::types::time::Time;
use serde::Serialize;
use utoipa::ToSchema;

/// A conversation as every exit shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Conversation {
    /// `conv_001`.
    pub id: ConversationId,
    /// What it is about.
    pub subject: Line,
    /// Where it stands.
    pub status: ConversationStatus,
    /// How much it matters.
    pub priority: Priority,
    /// How it came in.
    pub channel: Channel,
    /// Who looks after it.
    pub assignee: Option<UserRef>,
    /// The team that looks after it.
    pub team: Option<TeamRef>,
    /// Whom it is with.
    pub contact: ContactRef,
    /// In the order given.
    pub tags: Vec<TagName>,
    /// What else is known.
    pub custom_fields: CustomFields,
    /// The ticket that this is the thread of.
    pub ticket_id: Option<TicketId>,
    /// The oldest comment that no reply has answered yet.
    pub waiting_since: Option<Time>,
    /// When somebody last wrote.
    pub last_message_at: Option<Time>,
    /// When it was closed; `null` while it is not.
    pub closed_at: Option<Time>,
    /// Comments, replies and notes.
    pub messages_count: i64,
    /// How often it was opened again after having been closed.
    pub reopened_count: i64,
    /// When it began.
    pub created_at: Time,
    /// When something about it last changed, messages included.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Conversation {
    /// The thread, seen as a conversation.
    pub fn of(thread: &Thread) -> Self {
        Self::from(thread.clone())
    }
}

impl From<Thread> for Conversation {
    fn from(thread: Thread) -> Self {
        Self {
            id: thread.id,
            status: thread.status(),
            priority: thread.priority(),
            subject: thread.subject,
            channel: thread.channel,
            assignee: thread.assignee,
            team: thread.team,
            contact: thread.contact,
            tags: thread.tags,
            custom_fields: thread.custom_fields,
            ticket_id: thread.ticket.as_ref().map(|ticket| ticket.id),
            waiting_since: thread.waiting_since,
            last_message_at: thread.last_message_at,
            closed_at: thread.closed_at,
            messages_count: thread.messages.total(),
            reopened_count: thread.reopened_count,
            created_at: thread.created_at,
            updated_at: thread.updated_at,
            version: thread.version,
        }
    }
}

/// A ticket as every exit shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Ticket {
    /// `ticket_001`.
    pub id: TicketId,
    /// What it is about.
    pub subject: Line,
    /// What it is about, at length.
    pub description: Option<Body>,
    /// Where it stands.
    pub status: TicketStatus,
    /// How much it matters.
    pub priority: Priority,
    /// How it stands against its targets, at the moment of reading.
    pub sla: Sla,
    /// How it came in.
    pub channel: Channel,
    /// Where it arrived.
    pub inbox_id: InboxId,
    /// Who looks after it.
    pub assignee: Option<UserRef>,
    /// The team that looks after it.
    pub team: Option<TeamRef>,
    /// Whom it is with.
    pub contact: ContactRef,
    /// In the order given.
    pub tags: Vec<TagName>,
    /// What else is known.
    pub custom_fields: CustomFields,
    /// The ticket's thread.
    pub conversation_id: ConversationId,
    /// The closed ticket that this one takes up again.
    pub follow_up_of: Option<TicketId>,
    /// When it was last solved; `null` while it is not.
    pub resolved_at: Option<Time>,
    /// When it was last done with; `null` while it is not.
    pub closed_at: Option<Time>,
    /// How often it was opened again after having been solved.
    pub reopened_count: i64,
    /// When the thread became a ticket.
    pub created_at: Time,
    /// When something about it last changed, messages included.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Ticket {
    /// The thread, seen as a ticket at `now`; none if it isn't one.
    pub fn of(thread: &Thread, now: Time) -> Option<Self> {
        thread.ticket.as_ref()?;
        Self::from(thread.clone(), now)
    }

    /// As [`Ticket::of`], of a thread that is not needed any more.
    pub fn from(thread: Thread, now: Time) -> Option<Self> {
        let sla = Sla::of(&thread.clock, now);
        let priority = thread.priority();
        let ticket = thread.ticket?;
        Some(Self {
            id: ticket.id,
            subject: thread.subject,
            description: ticket.description,
            status: ticket.status,
            priority,
            sla,
            channel: thread.channel,
            inbox_id: ticket.inbox,
            assignee: thread.assignee,
            team: thread.team,
            contact: thread.contact,
            tags: thread.tags,
            custom_fields: thread.custom_fields,
            conversation_id: thread.id,
            follow_up_of: ticket.follow_up_of,
            resolved_at: ticket.resolved_at,
            closed_at: ticket.closed_at,
            reopened_count: thread.reopened_count,
            created_at: ticket.created_at,
            updated_at: thread.updated_at,
            version: thread.version,
        })
    }
}
