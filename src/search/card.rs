//! A document's card: what decides, in a few bits, in which lists it shows up and under which status. A thread has two views,
//! and each has its own status, so a filter by status is asked of the card and not of the index alone.

use crate::desk::threads::ConversationStatus;
use crate::desk::threads::TicketStatus;

/// In which lists a document may show up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Views {
    /// Among the contacts.
    pub contact: bool,
    /// Among the conversations.
    pub conversation: bool,
    /// Among the tickets.
    pub ticket: bool,
}

impl Views {
    /// All three.
    pub const ALL: Self = Self { contact: true, conversation: true, ticket: true };
    /// None.
    pub const NONE: Self = Self { contact: false, conversation: false, ticket: false };

    /// What both have.
    pub fn and(self, other: Self) -> Self {
        Self {
            contact: self.contact && other.contact,
            conversation: self.conversation && other.conversation,
            ticket: self.ticket && other.ticket,
        }
    }

    /// What either has.
    pub fn or(self, other: Self) -> Self {
        Self {
            contact: self.contact || other.contact,
            conversation: self.conversation || other.conversation,
            ticket: self.ticket || other.ticket,
        }
    }

    /// What the other has not.
    pub fn without(self, other: Self) -> Self {
        let not = Self { contact: !other.contact, conversation: !other.conversation, ticket: !other.ticket };
        self.and(not)
    }

    /// How many lists that are.
    pub fn count(self) -> usize {
        usize::from(self.contact) + usize::from(self.conversation) + usize::from(self.ticket)
    }
}

/// What a document's card says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Card {
    /// In which lists it may show up.
    pub views: Views,
    /// Where a thread stands as a conversation.
    pub conversation: Option<ConversationStatus>,
    /// Where it stands as a ticket.
    pub ticket: Option<TicketStatus>,
    /// One of several documents of a long thread.
    pub long: bool,
    /// The second document of a thread whose ticket says more than the thread does.
    pub second: bool,
}

impl Card {
    /// As the index keeps it.
    pub fn packed(self) -> u64 {
        let bit = |is: bool, place: u32| u64::from(is) << place;
        let place = |place: Option<usize>| place.map_or(0, |place| place as u64 + 1);
        let conversation = self.conversation.map(|status| status as usize);
        let ticket = self.ticket.map(|status| status as usize);
        bit(self.views.contact, 0)
            | bit(self.views.conversation, 1)
            | bit(self.views.ticket, 2)
            | bit(self.long, 3)
            | bit(self.second, 4)
            | place(conversation) << 5
            | place(ticket) << 8
    }

    /// What [`Card::packed`] made.
    pub fn unpacked(bits: u64) -> Self {
        let bit = |place: u32| bits >> place & 1 == 1;
        let place = |shift: u32| usize::try_from(bits >> shift & 7).ok()?.checked_sub(1);
        Self {
            views: Views { contact: bit(0), conversation: bit(1), ticket: bit(2) },
            conversation: place(5).and_then(|place| ConversationStatus::ALL.get(place).copied()),
            ticket: place(8).and_then(|place| TicketStatus::ALL.get(place).copied()),
            long: bit(3),
            second: bit(4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_reads_as_it_was_written() {
        let conversations = ConversationStatus::ALL.iter().copied().map(Some).chain([None]);
        for conversation in conversations {
            for ticket in TicketStatus::ALL.iter().copied().map(Some).chain([None]) {
                for bits in 0..32_u8 {
                    let bit = |place: u8| bits >> place & 1 == 1;
                    let views = Views { contact: bit(0), conversation: bit(1), ticket: bit(2) };
                    let card = Card { views, conversation, ticket, long: bit(3), second: bit(4) };
                    assert_eq!(Card::unpacked(card.packed()), card);
                }
            }
        }
    }
}
