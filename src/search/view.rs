//! The index as of one commit: what a search asks. It is made once for each commit, with the columns that are read of every
//! match, for opening them takes longer than many a search.

use crate::search::card::Card;
use crate::search::card::Views;
use crate::search::index::Opened;
use crate::search::lens::Lens;
use crate::search::schema::Fields;
use crate::search::schema::Key;
use crate::search::schema::Owner;
use std::sync::Arc;
use tantivy::DocId;
use tantivy::Searcher;
use tantivy::SegmentOrdinal;
use tantivy::SegmentReader;
use tantivy::TantivyError;
use tantivy::columnar::ColumnValues;

/// What a search asks.
pub struct View {
    /// The index as it was committed.
    pub searcher: Searcher,
    /// Its fields.
    pub fields: Fields,
    columns: Vec<Arc<Columns>>,
}

impl View {
    /// The last commit that the index's reader has loaded.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn of(opened: &Opened) -> tantivy::Result<Self> {
        let searcher = opened.reader.searcher();
        let columns = searcher.segment_readers().iter().map(|segment| Ok(Arc::new(Columns::of(segment)?)));
        let columns = columns.collect::<tantivy::Result<_>>()?;
        Ok(Self { searcher, fields: opened.fields, columns })
    }

    /// What is read of the documents of a segment.
    ///
    /// # Errors
    /// When there is no such segment.
    pub fn columns(&self, segment: SegmentOrdinal) -> tantivy::Result<Arc<Columns>> {
        let columns = self.columns.get(segment as usize).cloned();
        columns.ok_or_else(|| TantivyError::InternalError("a segment without columns".to_owned()))
    }
}

/// What is read of a document that matches.
pub struct Columns {
    card: Arc<dyn ColumnValues<u64>>,
    owner: Arc<dyn ColumnValues<u64>>,
    ticket: Arc<dyn ColumnValues<u64>>,
    time: Arc<dyn ColumnValues<i64>>,
    key: Arc<dyn ColumnValues<u64>>,
}

impl Columns {
    fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        Ok(Self {
            card: columns.column_first_or_default("card")?,
            owner: columns.column_first_or_default("owner")?,
            ticket: columns.column_first_or_default("ticket")?,
            time: columns.column_first_or_default("time")?,
            key: columns.column_first_or_default("key")?,
        })
    }

    /// The document's card.
    pub fn card(&self, document: DocId) -> Card {
        Card::unpacked(self.card.get_val(document))
    }

    /// Whose it is.
    pub fn owner(&self, document: DocId) -> Owner {
        Owner(self.owner.get_val(document))
    }

    /// Which document of its owner it is.
    pub fn key(&self, document: DocId) -> Key {
        Key(self.key.get_val(document))
    }

    /// When it last moved.
    pub fn time(&self, document: DocId) -> i64 {
        self.time.get_val(document)
    }

    /// In which lists a document shows up, if its card says so.
    pub fn views(&self, lens: &Lens, card: Card, document: DocId) -> Views {
        let views = lens.views(card);
        match lens.ids.is_empty() {
            true => views,
            false => lens.named(views, self.owner(document), self.ticket.get_val(document)),
        }
    }
}
