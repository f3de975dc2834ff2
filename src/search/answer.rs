//! What is answered: the rows behind the best matches as they are now, with the places that match.

use crate::desk::contacts;
use crate::desk::contacts::Contact;
use crate::desk::threads::row;
use crate::desk::threads::view::Conversation;
use crate::desk::threads::view::Ticket;
use crate::search::best::Hit;
use crate::search::highlight::Marker;
use crate::search::highlights;
use crate::search::highlights::Highlight;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::time::Time;
use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

/// A match, in the object's usual shape.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hit)]
pub struct Shown<T> {
    #[serde(flatten)]
    object: T,
    /// How well it matches; comparable within one answer.
    score: f32,
    /// Where it matches.
    highlights: Vec<Highlight>,
}

/// The three lists, each the best first.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = SearchLists)]
pub struct Lists {
    /// Conversations that match.
    conversations: Vec<Shown<Conversation>>,
    /// Contacts that match.
    contacts: Vec<Shown<Contact>>,
    /// Tickets that match.
    tickets: Vec<Shown<Ticket>>,
}

impl Lists {
    /// How many objects they show together.
    fn len(&self) -> usize {
        self.conversations.len() + self.contacts.len() + self.tickets.len()
    }
}

/// Reads the rows behind the matches, up to `limit` over all three lists. What is gone since is left out, and taken off the
/// total.
///
/// # Errors
/// Those of SQLite.
pub fn lists(
    db: &Connection,
    hits: &[Hit],
    marker: &Marker,
    limit: usize,
    total: &mut usize,
    now: Time,
) -> Result<Lists> {
    let mut lists = Lists::default();
    for hit in hits.iter().take(limit) {
        if lists.len() >= limit {
            break;
        }
        let shown = if hit.owner().is_contact() {
            contact(db, hit, marker, &mut lists)
        } else {
            thread(db, hit, marker, limit, &mut lists, now)
        };
        match shown {
            Ok(()) => {}
            Err(error) if error.code == Code::NotFound => *total = total.saturating_sub(hit.views.count()),
            Err(error) => return Err(error),
        }
    }
    Ok(lists)
}

fn contact(db: &Connection, hit: &Hit, marker: &Marker, lists: &mut Lists) -> Result<()> {
    let object = contacts::get(db, hit.owner().id())?;
    let highlights = highlights::of_contact(marker, &object);
    lists.contacts.push(Shown { object, score: hit.score, highlights });
    Ok(())
}

fn thread(db: &Connection, hit: &Hit, marker: &Marker, limit: usize, lists: &mut Lists, now: Time) -> Result<()> {
    let thread = row::get(db, hit.owner().id())?;
    let ticket = if hit.views.ticket { Ticket::of(&thread, now) } else { None };
    if let Some(object) = ticket {
        let highlights = highlights::of_thread(db, marker, &thread, hit, true)?;
        lists.tickets.push(Shown { object, score: hit.score, highlights });
    }
    if hit.views.conversation && lists.len() < limit {
        let highlights = highlights::of_thread(db, marker, &thread, hit, false)?;
        lists.conversations.push(Shown { object: Conversation::from(thread), score: hit.score, highlights });
    }
    Ok(())
}
