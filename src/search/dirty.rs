//! Which documents are behind the store: what the events after a given one were about. It is told what to look at again, never
//! what to write, so that reading the same events twice does no harm.

use crate::search::documents;
use crate::search::schema::BLOCK_MESSAGES;
use crate::types::Result;
use crate::types::event::EventKind;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use std::collections::BTreeSet;

/// Events that are looked at in one go.
pub const EVENTS_MAX: i64 = 2_000;

/// Documents to be made again.
#[derive(Debug, Default)]
pub struct Dirty {
    /// These contacts.
    pub contacts: BTreeSet<i64>,
    /// The first documents of these threads.
    pub threads: BTreeSet<i64>,
    /// These blocks of long threads, as thread and number.
    pub blocks: BTreeSet<(i64, i64)>,
    /// All documents of these threads.
    pub whole: BTreeSet<i64>,
    /// Something was erased.
    pub erased: bool,
    /// The last event that was looked at.
    pub last: i64,
}

/// An event, as far as it matters here.
struct Happened {
    id: i64,
    kind: EventKind,
    number: i64,
    /// Whether a name or an address is another now.
    renamed: bool,
    /// Whether what it was about may stand nowhere any more.
    erased: bool,
}

/// What the next events after `event` were about, up to [`EVENTS_MAX`] of them.
///
/// # Errors
/// Those of SQLite.
pub fn after(db: &Connection, event: i64) -> Result<Dirty> {
    let mut dirty = Dirty { last: event, ..Dirty::default() };
    let mut select = db.prepare_cached(
        "SELECT id, type, CAST(substr(subject, instr(subject, '_') + 1) AS INTEGER),
            type = 'contact.updated' AND ifnull(changes -> '$.name', changes -> '$.email') IS NOT NULL,
            type = 'contact.deleted' AND (changes -> '$.merged_into') IS NULL
         FROM events WHERE id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let rows = select.query_map(params![event, EVENTS_MAX], |row| {
        Ok(Happened {
            id: row.get(0)?,
            kind: row.get(1)?,
            number: row.get(2)?,
            renamed: row.get(3)?,
            erased: row.get(4)?,
        })
    })?;
    for row in rows {
        let happened = row?;
        dirty.last = happened.id;
        dirty.add(db, &happened)?;
    }
    Ok(dirty)
}

impl Dirty {
    fn add(&mut self, db: &Connection, happened: &Happened) -> Result<()> {
        let number = happened.number;
        match happened.kind {
            EventKind::ContactCreated | EventKind::ContactUpdated => {
                self.contacts.insert(number);
                if happened.renamed {
                    self.threads.extend(threads_of(db, number)?);
                }
            }
            EventKind::ContactDeleted => {
                self.contacts.insert(number);
                self.whole.extend(threads_of(db, number)?);
                self.erased |= happened.erased;
            }
            EventKind::ConversationCreated | EventKind::ConversationUpdated => {
                self.threads.insert(number);
            }
            EventKind::ConversationDeleted => {
                self.whole.insert(number);
                self.erased = true;
            }
            EventKind::TicketCreated | EventKind::TicketUpdated => {
                let select = "SELECT id FROM threads WHERE ticket_id = ?1";
                let thread: Option<i64> =
                    db.prepare_cached(select)?.query_row([number], |row| row.get(0)).optional()?;
                self.threads.extend(thread);
            }
            EventKind::MessageCreated => self.add_message(db, number)?,
            // Its conversation's event says the same.
            EventKind::TicketDeleted => {}
            // They follow from time alone, which is not indexed.
            EventKind::TicketSlaWarning | EventKind::TicketSlaBreached => {}
        }
        Ok(())
    }

    /// The first document of its thread, and from its own block on all that it may have pushed along: most often it is the
    /// last message, and pushes none.
    fn add_message(&mut self, db: &Connection, number: i64) -> Result<()> {
        let place = db
            .prepare_cached(
                "SELECT m.thread_id, t.comments_count + t.replies_count + t.notes_count,
                    (SELECT count(*) FROM messages later
                     WHERE later.thread_id = m.thread_id AND (later.created_at, later.id) > (m.created_at, m.id))
                 FROM messages m JOIN threads t ON t.id = m.thread_id WHERE m.id = ?1",
            )?
            .query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        // Erased since: the event of that stands further on.
        let Some((thread, messages, later)): Option<(i64, i64, i64)> = place else { return Ok(()) };
        self.threads.insert(thread);
        let own = (messages - 1 - later).max(0) / BLOCK_MESSAGES;
        self.blocks.extend((own.max(1)..documents::blocks(messages)).map(|block| (thread, block)));
        Ok(())
    }

    /// Whether anything of this thread is to be made again.
    pub fn holds_thread(&self, number: i64) -> bool {
        self.threads.contains(&number) || self.whole.contains(&number)
    }
}

fn threads_of(db: &Connection, contact: i64) -> Result<Vec<i64>> {
    let mut select = db.prepare_cached("SELECT id FROM threads WHERE contact_id = ?1")?;
    let threads = select.query_map([contact], |row| row.get(0))?;
    Ok(threads.collect::<rusqlite::Result<_>>()?)
}
