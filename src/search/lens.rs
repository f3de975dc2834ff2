//! Which views of a document a search wants: by type, by status, and by the ids that it names.

use crate::desk::threads::ConversationStatus;
use crate::desk::threads::TicketStatus;
use crate::search::card::Card;
use crate::search::card::Views;
use crate::search::query::ObjectId;
use crate::search::schema::Owner;

/// The statuses that are wanted.
#[derive(Debug, Clone)]
struct Statuses {
    /// Whether what has none is wanted.
    none: bool,
    conversations: Vec<ConversationStatus>,
    tickets: Vec<TicketStatus>,
}

/// What to look through.
#[derive(Debug, Clone)]
pub struct Lens {
    /// The lists that are wanted.
    pub views: Views,
    /// The statuses that are wanted; none: all, and contacts, which have none.
    statuses: Option<Statuses>,
    /// The ids that are named: a thread that is named by one of them is shown as what the id is of.
    pub ids: Vec<ObjectId>,
}

impl Lens {
    /// All of it.
    pub fn new(views: Views) -> Self {
        Self { views, statuses: None, ids: Vec::new() }
    }

    /// Only those of the statuses of either view that are wanted, if any is, and none that is not.
    pub fn filter_by_status(&mut self, wanted: &[&str], unwanted: &[&str]) {
        if !(wanted.is_empty() && unwanted.is_empty()) {
            let passes = |status: &str| (wanted.is_empty() || wanted.contains(&status)) && !unwanted.contains(&status);
            self.statuses = Some(Statuses {
                none: wanted.is_empty(),
                conversations: ConversationStatus::ALL.iter().copied().filter(|one| passes(one.as_str())).collect(),
                tickets: TicketStatus::ALL.iter().copied().filter(|one| passes(one.as_str())).collect(),
            });
        }
    }

    /// The views of a document that are wanted.
    pub fn views(&self, card: Card) -> Views {
        let views = self.views.and(card.views);
        let Some(statuses) = &self.statuses else { return views };
        views.and(Views {
            contact: statuses.none,
            conversation: card.conversation.is_some_and(|status| statuses.conversations.contains(&status)),
            ticket: card.ticket.is_some_and(|status| statuses.tickets.contains(&status)),
        })
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
