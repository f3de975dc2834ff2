//! Where an object matches: the stretches of its texts that show all that was asked for, in the order in which a person reads
//! them. Messages are read only for what the rest does not show.

use crate::desk::contacts::Contact;
use crate::desk::threads::message::MessageId;
use crate::desk::threads::row::Thread;
use crate::search::best::Hit;
use crate::search::highlight::Marker;
use crate::search::schema::BLOCK_MESSAGES;
use crate::types::Result;
use crate::types::id::Id;
use rusqlite::Connection;
use rusqlite::params;
use serde::Serialize;
use utoipa::ToSchema;

/// Stretches that are shown of an object at most.
const MOST: usize = 4;
/// Bytes of messages that are read for them at most, of each object.
const READ_MAX: usize = 256 * 1024;

/// A stretch that matches.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Highlight {
    /// The field, as in `contact.name`; `message` for what was written.
    field: String,
    /// The matches in `<em>`, everything else escaped.
    snippet: String,
    /// The message that it stands in.
    message_id: Option<MessageId>,
}

/// What is gathered of an object.
struct Gathered<'a> {
    marker: &'a Marker,
    highlights: Vec<Highlight>,
    /// Which parts of the query are shown already, as bits.
    shown: u32,
}

impl<'a> Gathered<'a> {
    fn new(marker: &'a Marker) -> Self {
        Self { marker, highlights: Vec::new(), shown: 0 }
    }

    fn is_enough(&self) -> bool {
        self.highlights.len() >= MOST || self.shown == self.marker.parts()
    }

    /// A text that is looked at; it is shown if it shows something that none before it did.
    fn look(&mut self, field: &str, text: &str, message: Option<i64>) {
        if self.is_enough() || !self.marker.may_show(text, !self.shown) {
            return;
        }
        let Some(snippet) = self.marker.snippet(text) else { return };
        if snippet.parts & !self.shown != 0 {
            self.shown |= snippet.parts;
            let message_id = message.map(Id::from_row);
            self.highlights.push(Highlight { field: field.to_owned(), snippet: snippet.html, message_id });
        }
    }
}

/// Where a contact matches.
pub fn of_contact(marker: &Marker, contact: &Contact) -> Vec<Highlight> {
    let mut gathered = Gathered::new(marker);
    let fields = [
        ("name", contact.name.as_ref().map(ToString::to_string)),
        ("email", contact.email.as_ref().map(ToString::to_string)),
        ("company", contact.company.as_ref().map(ToString::to_string)),
        ("phone", contact.phone.as_ref().map(ToString::to_string)),
    ];
    for (field, text) in fields {
        gathered.look(field, text.as_deref().unwrap_or_default(), None);
    }
    for (name, text) in contact.custom_fields.texts() {
        gathered.look(&format!("custom_fields.{name}"), &text, None);
    }
    gathered.highlights
}

/// Where a thread matches, seen as a ticket or as a conversation.
///
/// # Errors
/// Those of SQLite.
pub fn of_thread(
    db: &Connection,
    marker: &Marker,
    thread: &Thread,
    hit: &Hit,
    as_ticket: bool,
) -> Result<Vec<Highlight>> {
    let mut gathered = Gathered::new(marker);
    gathered.look("subject", thread.subject.as_str(), None);
    gathered.look("contact.name", thread.contact.name.as_deref().unwrap_or_default(), None);
    gathered.look("contact.email", thread.contact.email.as_deref().unwrap_or_default(), None);
    thread.tags.iter().for_each(|tag| gathered.look("tags", tag.as_str(), None));
    if let Some(ticket) = thread.ticket.as_ref().filter(|_| as_ticket) {
        gathered.look("description", ticket.description.as_ref().map_or("", |text| text.as_str()), None);
    }
    let blocks: &[i64] = if hit.blocks.is_empty() { &[0] } else { &hit.blocks };
    for block in blocks {
        messages(db, thread, *block, &mut gathered)?;
    }
    Ok(gathered.highlights)
}

fn messages(db: &Connection, thread: &Thread, block: i64, gathered: &mut Gathered) -> Result<()> {
    if gathered.is_enough() {
        return Ok(());
    }
    let mut select = db.prepare_cached(
        "SELECT id, body FROM messages WHERE thread_id = ?1 ORDER BY created_at, id LIMIT ?2 OFFSET ?3",
    )?;
    let mut rows = select.query(params![thread.id, BLOCK_MESSAGES, block * BLOCK_MESSAGES])?;
    let mut read = 0;
    while let Some(row) = rows.next()? {
        let body = row.get_ref(1)?.as_str().unwrap_or_default();
        gathered.look("message", body, row.get(0)?);
        read += body.len();
        if gathered.is_enough() || read > READ_MAX {
            break;
        }
    }
    Ok(())
}
