//! Contacts by the beginnings of words in their names and addresses: all of them, for a list that orders and pages them.

use crate::search::index::unavailable;
use crate::search::terms;
use crate::search::view::Columns;
use crate::search::view::View;
use crate::types::Result;
use std::sync::Arc;
use tantivy::DocId;
use tantivy::Score;
use tantivy::SegmentOrdinal;
use tantivy::SegmentReader;
use tantivy::collector::Collector;
use tantivy::collector::SegmentCollector;
use tantivy::query::BooleanQuery;
use tantivy::query::Query;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;

/// The numbers of the contacts that have, for each of these words, one in name or address that begins so.
///
/// # Errors
/// When the index can't be read.
pub fn find(view: &View, words: &[String]) -> Result<Vec<i64>> {
    let fields = &view.fields;
    let is_contact = TermQuery::new(fields.fact("is:contact"), IndexRecordOption::Basic);
    let mut all: Vec<Box<dyn Query>> = vec![Box::new(is_contact)];
    all.extend(words.iter().map(|word| terms::begins(fields.who, word)));
    view.searcher.search(&BooleanQuery::intersection(all), &Numbers { view }).map_err(unavailable)
}

/// Takes the numbers of all that matches.
struct Numbers<'a> {
    view: &'a View,
}

struct SegmentNumbers {
    columns: Arc<Columns>,
    numbers: Vec<i64>,
}

impl Collector for Numbers<'_> {
    type Fruit = Vec<i64>;
    type Child = SegmentNumbers;

    fn for_segment(&self, segment: SegmentOrdinal, _: &SegmentReader) -> tantivy::Result<SegmentNumbers> {
        Ok(SegmentNumbers { columns: self.view.columns(segment)?, numbers: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Vec<i64>>) -> tantivy::Result<Vec<i64>> {
        Ok(segments.concat())
    }
}

impl SegmentCollector for SegmentNumbers {
    type Fruit = Vec<i64>;

    fn collect(&mut self, document: DocId, _: Score) {
        self.numbers.push(self.columns.owner(document).number());
    }

    fn harvest(self) -> Vec<i64> {
        self.numbers
    }
}
