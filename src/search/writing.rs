//! Writing the index: documents in the place of those that they follow on, and commits that carry their [`Note`].

use crate::desk::contacts;
use crate::desk::threads::ConversationId;
use crate::desk::threads::row;
use crate::search::dirty::Dirty;
use crate::search::documents;
use crate::search::documents::Entry;
use crate::search::index::Note;
use crate::search::index::Opened;
use crate::search::index::unavailable;
use crate::search::merging::Bounded;
use crate::search::schema::Fact;
use crate::search::schema::Key;
use crate::search::schema::Owner;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::id::Id;
use futures_util::FutureExt;
use rusqlite::Connection;
use std::collections::HashSet;
use std::time::Duration;
use tantivy::FutureResult;
use tantivy::IndexWriter;
use tantivy::SegmentMeta;
use tantivy::TantivyError;
use tantivy::index::SegmentId;
use tantivy::indexer::IndexWriterOptions;

/// Bytes that documents may take in memory before they are written out.
const BUDGET: usize = 15_000_000;
/// Between two looks while segments are written anew.
const ERASING_PAUSE: Duration = Duration::from_millis(10);
/// The same after one of them could not be.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);

/// The one writer of an index.
pub struct Writing {
    /// The index.
    pub opened: Opened,
    /// What the last commit said.
    pub note: Note,
    writer: IndexWriter,
    /// Segments whose files may still hold erased words.
    erasing: HashSet<SegmentId>,
    /// Those of them that are being written anew.
    rewriting: Vec<(SegmentId, FutureResult<Option<SegmentMeta>>)>,
    /// One of them was gone when that was done: a merge from before the erasure has put its words elsewhere.
    once_more: bool,
}

fn failed(cause: TantivyError) -> crate::types::error::Error {
    unavailable(cause)
}

impl Writing {
    /// Takes the index for this writer alone.
    ///
    /// # Errors
    /// When another one has it, or there is no thread to be had.
    pub fn begin(opened: Opened, note: Note) -> Result<Self> {
        let options =
            IndexWriterOptions::builder().num_worker_threads(1).num_merge_threads(1).memory_budget_per_thread(BUDGET);
        let writer: IndexWriter = opened.index.writer_with_options(options.build()).map_err(failed)?;
        writer.set_merge_policy(Box::new(Bounded::default()));
        let mut writing =
            Self { opened, note, writer, erasing: HashSet::new(), rewriting: Vec::new(), once_more: false };
        // A writer numbers its first operation like the commit before it. Were that a deletion, a merge that begins with that
        // commit (tantivy 0.27) could pass it over: so the first one is of nothing.
        writing.forget(Key(u64::MAX));
        if writing.note.erasing {
            writing.erasing = writing.segments_with_deletions()?;
        }
        Ok(writing)
    }

    /// Adds a document that the index does not hold.
    ///
    /// # Errors
    /// When the index can't be written.
    pub fn add(&self, entry: &Entry) -> Result<()> {
        self.writer.add_document(entry.document(&self.opened.fields)).map(drop).map_err(failed)
    }

    /// Makes all again that is behind the store, as it is in `db` now.
    ///
    /// # Errors
    /// Those of SQLite; when the index can't be written.
    pub fn refresh(&self, db: &Connection, dirty: &Dirty) -> Result<()> {
        for &number in &dirty.contacts {
            self.forget(Key::new(Owner::contact(number), 0));
            if let Some(contact) = found(contacts::get(db, Id::from_row(number)))? {
                self.add(&documents::contact(&contact))?;
            }
        }
        for &number in &dirty.whole {
            self.writer.delete_term(self.opened.fields.fact(Fact::Owner(Owner::thread(number))));
            let entries = found(documents::whole_thread(db, Id::from_row(number)))?;
            entries.iter().flatten().try_for_each(|entry| self.add(entry))?;
        }
        for &number in dirty.threads.difference(&dirty.whole) {
            self.forget(Key::new(Owner::thread(number), 0));
            if let Some(thread) = found(row::get(db, Id::from_row(number)))? {
                documents::thread(db, &thread)?.iter().try_for_each(|entry| self.add(entry))?;
            }
        }
        for &(number, block) in dirty.blocks.iter().filter(|(number, _)| !dirty.whole.contains(number)) {
            self.forget(Key::new(Owner::thread(number), block));
            let id: ConversationId = Id::from_row(number);
            documents::block(db, id, block)?.iter().try_for_each(|entry| self.add(entry))?;
        }
        Ok(())
    }

    fn forget(&self, key: Key) {
        self.writer.delete_term(self.opened.fields.fact(Fact::Key(key)));
    }

    /// Commits with this note, and lets readers see it. With `erased`, something was erased since the last commit: where it lies
    /// now is known from here on, whatever is replaced while it is being written anew.
    ///
    /// # Errors
    /// When the index can't be written.
    pub fn commit(&mut self, note: Note, erased: bool) -> Result<()> {
        let payload = serde_json::to_string(&note)?;
        let mut prepared = self.writer.prepare_commit().map_err(failed)?;
        prepared.set_payload(&payload);
        prepared.commit().map_err(failed)?;
        self.opened.reader.reload().map_err(failed)?;
        if erased {
            self.erasing.extend(self.segments_with_deletions()?);
        }
        self.note = note;
        Ok(())
    }

    /// Lets readers see what merges have done meanwhile, so that the files from before can go.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn reload(&self) -> Result<()> {
        self.opened.reader.reload().map_err(failed)
    }

    /// Goes on writing anew what still holds erased words: after which pause to look again, none once no file holds any.
    ///
    /// # Errors
    /// When the index can't be written.
    pub fn go_on_erasing(&mut self) -> Result<Option<Duration>> {
        self.rewriting.retain_mut(|(_, rewritten)| match rewritten.now_or_never() {
            None => true,
            Some(done) => {
                self.once_more |= done.is_err();
                false
            }
        });
        let now: HashSet<SegmentId> = self.opened.index.searchable_segment_ids().map_err(failed)?.into_iter().collect();
        self.erasing.retain(|segment| now.contains(segment));
        if self.erasing.is_empty() && self.rewriting.is_empty() {
            if std::mem::take(&mut self.once_more) {
                self.erasing = self.segments_with_deletions()?;
                return Ok(Some(AFTER_REFUSAL));
            }
            self.reload()?;
            self.writer.garbage_collect_files().wait().map_err(failed)?;
            return Ok(None);
        }
        for segment in self.erasing.clone() {
            if !self.rewriting.iter().any(|(other, _)| *other == segment) {
                self.rewriting.push((segment, self.writer.merge(&[segment])));
            }
        }
        Ok(Some(if self.once_more { AFTER_REFUSAL } else { ERASING_PAUSE }))
    }

    fn segments_with_deletions(&self) -> Result<HashSet<SegmentId>> {
        let metas = self.opened.index.searchable_segment_metas().map_err(failed)?;
        Ok(metas.iter().filter(|meta| meta.has_deletes()).map(|meta| meta.id()).collect())
    }
}

/// What may have been erased since it was told of.
fn found<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Ok(row) => Ok(Some(row)),
        Err(error) if error.code == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
