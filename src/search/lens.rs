//! Which views of a document a search wants: by type, by status, and by the ids that it names.

use crate::desk::threads::ConversationStatus;
use crate::desk::threads::TicketStatus;
use crate::search::card::Card;
use crate::search::card::Views;
use crate::search::query::ObjectId;
use crate::search::schema::Owner;

/// What to look through.
#[derive(Debug, Clone)]
pub struct Lens {
    /// The lists that are wanted.
    pub views: Views,
    /// The statuses that are wanted; none: all.
    pub statuses: Option<Vec<String>>,
    /// The statuses that are not.
    pub not_statuses: Vec<String>,
    /// The ids that are named: a thread that is named by one of them is shown as what the id is of.
    pub ids: Vec<ObjectId>,
}

impl Lens {
    /// All of it.
    pub fn new(views: Views) -> Self {
        Self { views, statuses: None, not_statuses: Vec::new(), ids: Vec::new() }
    }

    /// The views of a document that are wanted.
    pub fn views(&self, card: Card) -> Views {
        let views = self.views.and(card.views);
        if self.statuses.is_none() && self.not_statuses.is_empty() {
            return views;
        }
        let status = |status: Option<&'static str>| {
            let wanted = |all: &Vec<String>| status.is_some_and(|status| all.iter().any(|one| one == status));
            self.statuses.as_ref().is_none_or(wanted) && !wanted(&self.not_statuses)
        };
        let wanted = Views {
            contact: self.statuses.is_none(),
            conversation: status(card.conversation.map(ConversationStatus::as_str)),
            ticket: status(card.ticket.map(TicketStatus::as_str)),
        };
        views.and(wanted)
    }

    /// Those of them that are left where an id names the document.
    pub fn named(&self, views: Views, owner: Owner, ticket: u64) -> Views {
        let mut named = Views::NONE;
        for id in &self.ids {
            match *id {
                ObjectId::Conversation(number) if owner == Owner::thread(number) => named.conversation = true,
                ObjectId::Ticket(number) if ticket == number.unsigned_abs() => named.ticket = true,
                _ => {}
            }
        }
        if named == Views::NONE { views } else { views.and(named) }
    }
}
