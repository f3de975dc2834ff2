//! What matches: counted exactly, and the best of it kept. Most objects are one document; the words of a long thread may stand
//! in different ones, so those few are looked at word by word.

use crate::search::best::Best;
use crate::search::best::Hit;
use crate::search::card::Views;
use crate::search::index::unavailable;
use crate::search::lens::Lens;
use crate::search::long;
use crate::search::plan::Plan;
use crate::search::schema::Fact;
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

/// Looks for what matches a plan; at most `limit` of it.
///
/// # Errors
/// When the index can't be read.
pub fn find(view: &View, plan: &Plan, limit: usize) -> Result<Best> {
    let mut best = Best::new(limit);
    let collector = Matches { view, lens: &plan.lens, most: limit };
    for segment in view.searcher.search(&plan.tree(), &collector).map_err(unavailable)? {
        best.add(segment);
    }
    if view.searcher.doc_freq(&view.fields.fact(Fact::Long)).map_err(unavailable)? > 0 {
        long::find(view, plan, &mut best)?;
    }
    Ok(best)
}

/// Takes what matches in single documents.
struct Matches<'a> {
    view: &'a View,
    lens: &'a Lens,
    most: usize,
}

struct SegmentMatches {
    columns: Arc<Columns>,
    lens: Lens,
    best: Best,
}

impl Collector for Matches<'_> {
    type Fruit = Vec<Best>;
    type Child = SegmentMatches;

    fn for_segment(&self, segment: SegmentOrdinal, _: &SegmentReader) -> tantivy::Result<SegmentMatches> {
        let columns = self.view.columns(segment)?;
        Ok(SegmentMatches { columns, lens: self.lens.clone(), best: Best::new(self.most) })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Best>) -> tantivy::Result<Vec<Best>> {
        Ok(segments)
    }
}

impl SegmentCollector for SegmentMatches {
    type Fruit = Best;

    fn collect(&mut self, document: DocId, score: Score) {
        let card = self.columns.card(document);
        if card.long {
            return;
        }
        let views = self.columns.views(&self.lens, card, document);
        self.best.total += views.count();
        if views != Views::NONE && self.best.may_take(score) {
            let (owner, time) = (self.columns.owner(document), self.columns.time(document));
            self.best.take(Hit::new(owner, score, time, views, Vec::new()));
        }
    }

    fn harvest(self) -> Best {
        self.best
    }
}
