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
