//! Does the index say what the store says? Every document is compared by its fingerprint, both ways. What the index has not
//! taken up yet is left out: the server, or its next start, is about to.

use crate::desk::contacts;
use crate::search::card::Card;
use crate::search::dirty;
use crate::search::dirty::Dirty;
use crate::search::documents;
use crate::search::documents::Entry;
use crate::search::folder;
use crate::search::index::Note;
use crate::search::index::Opened;
use crate::search::index::Trouble;
use crate::search::index::unavailable;
use crate::search::schema::Key;
use crate::store::check::Fault;
use crate::types::Result;
use crate::types::id::Id;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::path::Path;

/// How often an index that can't be read is opened before that is believed.
const TRIES: u32 = 3;
/// Differences that are told one by one; of more, the number alone.
const TOLD_MAX: usize = 20;

/// A document's place, and what is kept of it.
type Indexed = HashMap<(Key, bool), (u64, Vec<i64>)>;

/// An index that was opened to be compared. It has to be opened before the store's state is taken: it may be behind it, but
/// not ahead.
pub struct Candidate {
    opened: Opened,
    note: Note,
}

/// What there is to compare.
pub enum Found {
    /// An index.
    Index(Box<Candidate>),
    /// None, or one that the next start makes anew: the reason.
    Nothing(String),
}

/// Opens the index of a data directory and reads through its files.
///
/// # Errors
/// When the index can't be had.
pub fn open(data_dir: &Path) -> Result<Found> {
    if !folder(data_dir).exists() {
        return Ok(Found::Nothing("there is no search index yet".to_owned()));
    }
    let mut tries = TRIES;
    loop {
        match Opened::open_verified(&folder(data_dir)) {
            Ok((opened, note)) => return Ok(Found::Index(Box::new(Candidate { opened, note }))),
            Err(Trouble::Later(error)) => return Err(error),
            // A server beside us may have taken a file away while it was being opened.
            Err(Trouble::Useless(_)) if tries > 1 => tries -= 1,
            Err(Trouble::Useless(why)) => return Ok(Found::Nothing(why)),
        }
    }
}

impl Candidate {
    /// Where the index and the store differ, or why it will be made anew.
    ///
    /// # Errors
    /// When one of the two can't be read.
    pub fn compare(&self, db: &Connection) -> Result<std::result::Result<Vec<Fault>, &'static str>> {
        if let Some(why) = self.note.is_useless(db)? {
            return Ok(Err(why));
        }
        let pending = self.pending(db)?;
        let tags: BTreeSet<i64> = numbers(db, "SELECT id FROM tags")?.into_iter().collect();
        let (indexed, doubled) = self.indexed()?;
        let mut comparison = Comparison { indexed, pending, tags, faults: Vec::new(), more: 0 };
        doubled.into_iter().for_each(|key| comparison.fault(key, "is in the search index twice"));
        for number in numbers(db, "SELECT id FROM contacts")? {
            comparison.look(&documents::contact(&contacts::get(db, Id::from_row(number))?));
        }
        for number in numbers(db, "SELECT id FROM threads")? {
            documents::whole_thread(db, Id::from_row(number))?.iter().for_each(|entry| comparison.look(entry));
        }
        Ok(Ok(comparison.ended()))
    }

    /// What the index has still to take up.
    fn pending(&self, db: &Connection) -> Result<Dirty> {
        let mut all = Dirty { last: self.note.event, ..Dirty::default() };
        loop {
            let more = dirty::after(db, all.last)?;
            if more.last == all.last {
                return Ok(all);
            }
            all.last = more.last;
            all.contacts.extend(more.contacts);
            all.threads.extend(more.threads);
            all.whole.extend(more.whole);
        }
    }

    /// What the index holds, and the documents that it holds twice.
    fn indexed(&self) -> Result<(Indexed, Vec<Key>)> {
        let (mut all, mut doubled) = (Indexed::new(), Vec::new());
        for segment in self.opened.reader.searcher().segment_readers() {
            let columns = segment.fast_fields();
            let read = |name| columns.u64(name).map_err(unavailable);
            let (key, card, print, tags) = (read("key")?, read("card")?, read("print")?, read("tags")?);
            for document in segment.doc_ids_alive() {
                let (Some(key), Some(card), Some(print)) =
                    (key.first(document), card.first(document), print.first(document))
                else {
                    continue;
                };
                let tags = tags.values_for_doc(document).filter_map(|tag| i64::try_from(tag).ok()).collect();
                let place = (Key(key), Card::unpacked(card).second);
                if all.insert(place, (print, tags)).is_some() {
                    doubled.push(place.0);
                }
            }
        }
        Ok((all, doubled))
    }
}

/// A comparison under way.
struct Comparison {
    indexed: Indexed,
    pending: Dirty,
    tags: BTreeSet<i64>,
    faults: Vec<Fault>,
    more: usize,
}

impl Comparison {
    fn look(&mut self, entry: &Entry) {
        let found = self.indexed.remove(&entry.place());
        if self.is_pending(entry.key) {
            return;
        }
        match found {
            None => self.fault(entry.key, "is not in the search index"),
            Some((print, tags)) => {
                // A tag that is gone can't be asked for: nothing needs to be indexed anew for it.
                let tags: Vec<i64> = tags.into_iter().filter(|tag| self.tags.contains(tag)).collect();
                if print != entry.print() || tags != entry.tags {
                    self.fault(entry.key, "is another in the search index");
                }
            }
        }
    }

    fn is_pending(&self, key: Key) -> bool {
        let owner = key.owner();
        match owner.is_contact() {
            true => self.pending.contacts.contains(&owner.number()),
            false => self.pending.holds_thread(owner.number()),
        }
    }

    fn fault(&mut self, key: Key, what: &str) {
        let owner = key.owner();
        let kind = if owner.is_contact() { "contact" } else { "thread" };
        if self.faults.len() < TOLD_MAX {
            self.faults.push(format!("{kind} {} (block {}) {what}", owner.number(), key.block()));
        } else {
            self.more += 1;
        }
    }

    fn ended(mut self) -> Vec<Fault> {
        let left: Vec<Key> = self.indexed.keys().map(|(key, _)| *key).filter(|key| !self.is_pending(*key)).collect();
        left.into_iter().for_each(|key| self.fault(key, "is in the search index alone"));
        if self.more > 0 {
            self.faults.push(format!("{} more documents differ between store and search index", self.more));
        }
        self.faults
    }
}

fn numbers(db: &Connection, sql: &'static str) -> Result<Vec<i64>> {
    let mut select = db.prepare(sql)?;
    let numbers = select.query_map([], |row| row.get(0))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}
