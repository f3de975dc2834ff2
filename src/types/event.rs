//! The kinds of events, and who caused one.

use crate::choice;
use crate::stored_as_word;

choice! {
    /// What happened: the `type` of an event in the change feed, on the stream and in webhooks.
    EventKind {
        /// A conversation came into being.
        ConversationCreated "conversation.created",
        /// Something about a conversation changed.
        ConversationUpdated "conversation.updated",
        /// A conversation was removed with the demo.
        ConversationDeleted "conversation.deleted",
        /// A comment, reply or note was written.
        MessageCreated "message.created",
        /// A contact came into being.
        ContactCreated "contact.created",
        /// Something about a contact changed.
        ContactUpdated "contact.updated",
        /// A contact was erased.
        ContactDeleted "contact.deleted",
        /// A ticket came into being.
        TicketCreated "ticket.created",
        /// Something about a ticket changed.
        TicketUpdated "ticket.updated",
        /// A ticket was removed with the demo.
        TicketDeleted "ticket.deleted",
        /// A quarter of a running target's time is left.
        TicketSlaWarning "ticket.sla_warning",
        /// A target was missed.
        TicketSlaBreached "ticket.sla_breached",
    }
}
stored_as_word!(EventKind);

choice! {
    /// Which sort of actor caused an event.
    ActorKind {
        /// A user, through an API key or the web inbox.
        User "user",
        /// CommFlow itself: a timer, the command line.
        System "system",
    }
}
stored_as_word!(ActorKind);

/// Who causes a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Actor {
    /// A user, or CommFlow itself.
    pub kind: ActorKind,
    /// The user's number.
    pub user: Option<i64>,
    /// The number of the API key that was used.
    pub api_key: Option<i64>,
}

impl Actor {
    /// CommFlow itself: a timer, the command line.
    pub const SYSTEM: Actor = Actor { kind: ActorKind::System, user: None, api_key: None };

    /// A user, by API key if there is one.
    pub fn user(user: i64, api_key: Option<i64>) -> Self {
        Self { kind: ActorKind::User, user: Some(user), api_key }
    }
}
