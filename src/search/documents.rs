//! From rows to documents: what is indexed of a contact and of a thread. The indexer, a rebuild and `commflow check` all read
//! it here, so that they can't disagree.

use crate::desk::contacts::Contact;
use crate::desk::contacts::DELETED_NAME;
use crate::desk::threads::ConversationId;
use crate::desk::threads::row;
use crate::desk::threads::row::Thread;
use crate::search::card::Card;
use crate::search::card::Views;
use crate::search::query::FilterField;
use crate::search::query::ObjectId;
use crate::search::schema::BLOCK_MESSAGES;
use crate::search::schema::Fact;
use crate::search::schema::Fields;
use crate::search::schema::Key;
use crate::search::schema::Owner;
use crate::search::text;
use crate::search::tokenizers;
use crate::types::Result;
use crate::types::email::Email;
use crate::types::text::Line;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::params;
use sha2::Digest;
use sha2::Sha256;
use tantivy::TantivyDocument;

/// The assignee of what nobody looks after, as a fact.
pub const NOBODY: &str = "none";

/// A document before it is tantivy's.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Which one it is.
    pub key: Key,
    /// The numbers of the thread's tags.
    pub tags: Vec<i64>,
    card: Card,
    ticket: i64,
    time: i64,
    title: Vec<String>,
    text: Vec<String>,
    facts: Vec<String>,
}

impl Entry {
    fn new(key: Key, card: Card, time: Time) -> Self {
        Self {
            key,
            card,
            time: time.unix(),
            tags: Vec::new(),
            ticket: 0,
            title: Vec::new(),
            text: Vec::new(),
            facts: vec![Fact::Owner(key.owner()).to_string(), Fact::Key(key).to_string()],
        }
    }

    fn know(&mut self, fact: Fact) {
        self.facts.push(fact.to_string());
    }

    /// A text that weighs more than others.
    fn titled(&mut self, text: &str) {
        self.title.push(text.to_owned());
        self.text.push(text.to_owned());
    }

    /// A person's name or address.
    fn person(&mut self, name: Option<&str>, email: Option<&str>) {
        for text in name.into_iter().chain(email) {
            self.text.push(text.to_owned());
            for token in text::tokens(text) {
                self.know(Fact::Who(&token.word));
                tokenizers::edges(&token.word).for_each(|edge| self.know(Fact::WhoEdge(edge)));
            }
        }
        if let Some(email) = email {
            self.know(Fact::Address(&text::fold(email)));
        }
    }

    /// The fingerprint of all that is indexed but the tags, which can go while nobody changes the thread.
    pub fn print(&self) -> u64 {
        let mut hash = Sha256::new();
        for number in [self.key.0, self.card.packed(), self.ticket.unsigned_abs(), self.time.unsigned_abs()] {
            hash.update(number.to_le_bytes());
        }
        for list in [&self.title, &self.text, &self.facts] {
            hash.update(list.len().to_le_bytes());
            for text in list {
                hash.update(text.len().to_le_bytes());
                hash.update(text);
            }
        }
        let digest: [u8; 32] = hash.finalize().into();
        digest.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
    }

    /// Its place among the documents of its key: a ticket that says more than its thread has a second one.
    pub fn place(&self) -> (Key, bool) {
        (self.key, self.card.second)
    }

    /// As tantivy takes it.
    pub fn document(&self, fields: &Fields) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        self.title.iter().for_each(|text| document.add_text(fields.title, text));
        for text in &self.text {
            document.add_text(fields.text, text);
            document.add_text(fields.edges, text);
        }
        self.facts.iter().for_each(|fact| document.add_text(fields.facts, fact));
        for &tag in &self.tags {
            document.add_text(fields.facts, Fact::Tag(tag).to_string());
            document.add_u64(fields.tags, tag.unsigned_abs());
        }
        document.add_u64(fields.owner, self.key.owner().0);
        document.add_u64(fields.key, self.key.0);
        document.add_u64(fields.ticket, self.ticket.unsigned_abs());
        document.add_u64(fields.card, self.card.packed());
        document.add_i64(fields.time, self.time);
        document.add_u64(fields.print, self.print());
        document
    }
}

/// The document of a contact.
pub fn contact(contact: &Contact) -> Entry {
    let views = Views { contact: true, ..Views::NONE };
    let card = Card { views, ..Card::default() };
    let mut entry = Entry::new(Key::new(Owner::contact(contact.id.row()), 0), card, contact.updated_at);
    let name = contact.name.as_ref().map(Line::as_str);
    entry.title.extend(name.map(str::to_owned));
    entry.person(name, contact.email.as_ref().map(Email::as_str));
    contact.other_emails.iter().for_each(|email| entry.person(None, Some(email.as_str())));
    if let Some(phone) = &contact.phone {
        entry.text.push(phone.to_string());
        // However it is written, it is found by its digits in a row.
        entry.text.push(phone.as_str().chars().filter(char::is_ascii_digit).collect());
    }
    entry.text.extend(contact.company.as_ref().map(Line::to_string));
    entry.text.extend(contact.custom_fields.texts().map(|(_, text)| text));
    entry.know(Fact::Is("contact"));
    entry.know(Fact::Id(ObjectId::Contact(contact.id.row())));
    entry
}

/// The first document of a thread, and the second of one whose ticket says more than the thread does.
///
/// # Errors
/// Those of SQLite.
pub fn thread(db: &Connection, thread: &Thread) -> Result<Vec<Entry>> {
    let owner = Owner::thread(thread.id.row());
    let has_ticket = thread.ticket.is_some();
    let long = thread.messages.total() > BLOCK_MESSAGES;
    let views = Views { contact: false, conversation: true, ticket: has_ticket };
    let ticket_status = thread.ticket.as_ref().map(|ticket| ticket.status);
    let card = Card { views, conversation: Some(thread.status()), ticket: ticket_status, long, second: false };
    let mut entry = Entry::new(Key::new(owner, 0), card, thread.last_message_at.unwrap_or(thread.created_at));
    entry.ticket = thread.ticket.as_ref().map_or(0, |ticket| ticket.id.row());
    entry.tags = tags(db, thread.id)?;
    facts(&mut entry, thread, long);
    entry.titled(thread.subject.as_str());
    // An erased contact has no address, and the name that stands in his place is not his.
    let erased = thread.contact.email.is_none() && thread.contact.name.as_deref() == Some(DELETED_NAME);
    if !erased {
        entry.person(thread.contact.name.as_deref(), thread.contact.email.as_deref());
    }
    let messages = bodies(db, thread.id, 0)?;
    let description = thread.ticket.as_ref().and_then(|ticket| ticket.description.as_ref());
    // Most descriptions are the first comment as well: then one document serves both views.
    let own = description.map(ToString::to_string).filter(|description| !messages.contains(description));
    entry.text.extend(messages);
    let Some(description) = own else { return Ok(vec![entry]) };
    let only = |conversation, ticket| Views { contact: false, conversation, ticket };
    let mut second = entry.clone();
    second.text.push(description);
    second.card = Card { views: only(false, true), second: true, ..card };
    entry.card = Card { views: only(true, false), ..card };
    Ok(vec![entry, second])
}

/// A further document of a long thread: one block of its messages, from 1. None where the thread has no such block.
///
/// # Errors
/// Those of SQLite.
pub fn block(db: &Connection, id: ConversationId, block: i64) -> Result<Option<Entry>> {
    let messages = bodies(db, id, block)?;
    if messages.is_empty() {
        return Ok(None);
    }
    // What else there is to know of the thread stands in its first document.
    let views = Views { contact: false, conversation: true, ticket: true };
    let card = Card { views, long: true, ..Card::default() };
    let mut entry = Entry::new(Key::new(Owner::thread(id.row()), block), card, Time::from_unix(0));
    entry.text = messages;
    entry.know(Fact::Long);
    Ok(Some(entry))
}

/// How many blocks a thread of so many messages has, the first included.
pub fn blocks(messages: i64) -> i64 {
    (messages - 1).max(0) / BLOCK_MESSAGES + 1
}

/// How many contacts and threads there are, from the kept counters.
///
/// # Errors
/// Those of SQLite.
pub fn objects(db: &Connection) -> Result<u64> {
    let count = "SELECT (SELECT n FROM row_counts WHERE name = 'contacts') + (SELECT ifnull(sum(n), 0) FROM conversation_counts)";
    let objects: i64 = db.query_row(count, [], |row| row.get(0))?;
    Ok(objects.unsigned_abs())
}

/// All documents of a thread.
///
/// # Errors
/// `not_found`; those of SQLite.
pub fn whole_thread(db: &Connection, id: ConversationId) -> Result<Vec<Entry>> {
    let row = row::get(db, id)?;
    let mut all = thread(db, &row)?;
    for number in 1..blocks(row.messages.total()) {
        all.extend(block(db, id, number)?);
    }
    Ok(all)
}

/// What a thread can be looked up and filtered by.
fn facts(entry: &mut Entry, thread: &Thread, long: bool) {
    entry.know(Fact::Is("conversation"));
    entry.know(Fact::Id(ObjectId::Conversation(thread.id.row())));
    entry.know(Fact::Filter(FilterField::Status, thread.status().as_str()));
    entry.know(Fact::Filter(FilterField::Priority, thread.priority().as_str()));
    entry.know(Fact::Filter(FilterField::Channel, thread.channel.as_str()));
    let assignee = thread.assignee.as_ref().map_or_else(|| NOBODY.to_owned(), |user| user.id.row().to_string());
    entry.know(Fact::Filter(FilterField::Assignee, &assignee));
    entry.know(Fact::Contact(thread.contact.id.row()));
    if let Some(ticket) = &thread.ticket {
        entry.know(Fact::Is("ticket"));
        entry.know(Fact::Id(ObjectId::Ticket(ticket.id.row())));
        entry.know(Fact::Filter(FilterField::Inbox, &ticket.inbox.row().to_string()));
        // Where it is the conversation's, it is said twice, which does no harm.
        entry.know(Fact::Filter(FilterField::Status, ticket.status.as_str()));
    }
    if long {
        entry.know(Fact::Long);
        entry.know(Fact::Head);
    }
}

fn tags(db: &Connection, id: ConversationId) -> Result<Vec<i64>> {
    let mut select = db.prepare_cached("SELECT tag_id FROM thread_tags WHERE thread_id = ?1 ORDER BY tag_id")?;
    let tags = select.query_map([id], |row| row.get(0))?;
    Ok(tags.collect::<rusqlite::Result<_>>()?)
}

/// The texts of a block of messages, in the order in which a thread shows them.
fn bodies(db: &Connection, id: ConversationId, block: i64) -> Result<Vec<String>> {
    let mut select =
        db.prepare_cached("SELECT body FROM messages WHERE thread_id = ?1 ORDER BY created_at, id LIMIT ?2 OFFSET ?3")?;
    let bodies = select.query_map(params![id, BLOCK_MESSAGES, block * BLOCK_MESSAGES], |row| row.get(0))?;
    Ok(bodies.collect::<rusqlite::Result<_>>()?)
}
