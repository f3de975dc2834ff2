//! What matches: counted exactly, and the best of it kept. Most objects are one document; the words of a long thread may stand
//! in different ones, so those few are looked at word by word.

use crate::search::card::Views;
use crate::search::documents::LONG;
use crate::search::index::unavailable;
use crate::search::lens::Lens;
use crate::search::long;
use crate::search::plan::Plan;
use crate::search::schema::Owner;
use crate::search::view::Columns;
use crate::search::view::View;
use crate::types::Result;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use tantivy::DocId;
use tantivy::Score;
use tantivy::SegmentOrdinal;
use tantivy::SegmentReader;
use tantivy::collector::Collector;
use tantivy::collector::SegmentCollector;
use tantivy::query::AllQuery;
use tantivy::query::BooleanQuery;
use tantivy::query::ConstScoreQuery;
use tantivy::query::Occur;
use tantivy::query::Query;

/// Scores that differ by less are equal: sums of the same weights differ by the order in which they were added.
const SCORE_STEPS: f32 = 256.0;

/// The place of a match: the better the score, the newer, the higher its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    score: i64,
    time: i64,
    owner: Owner,
}

/// An object that matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    rank: Rank,
    /// How well it matches.
    pub score: Score,
    /// The lists in which it shows up.
    pub views: Views,
    /// The blocks of a long thread in which something matches; none: it has but one.
    pub blocks: Vec<i64>,
}

impl Hit {
    /// A match.
    pub fn new(owner: Owner, score: Score, time: i64, views: Views, blocks: Vec<i64>) -> Self {
        let rank = Rank { score: (score * SCORE_STEPS).round() as i64, time, owner };
        Self { rank, score, views, blocks }
    }

    /// The thread or contact.
    pub fn owner(&self) -> Owner {
        self.rank.owner
    }
}

impl Eq for Hit {}
impl PartialOrd for Hit {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Hit {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let second = |hit: &Self| hit.views.ticket;
        self.rank.cmp(&other.rank).then(second(self).cmp(&second(other)))
    }
}

/// The best matches so far, and how many there were.
#[derive(Debug)]
pub struct Best {
    heap: BinaryHeap<Reverse<Hit>>,
    most: usize,
    /// Objects that match, each in every list that it shows up in.
    pub total: usize,
}

impl Best {
    /// Nothing yet; of at most so many.
    pub fn new(most: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(most + 1), most, total: 0 }
    }

    /// Whether a match of this score may still be among the best.
    fn may_take(&self, score: Score) -> bool {
        let least = self.heap.peek().filter(|_| self.heap.len() >= self.most);
        least.is_none_or(|Reverse(least)| (score * SCORE_STEPS).round() as i64 >= least.rank.score)
    }

    /// One more match.
    pub fn take(&mut self, hit: Hit) {
        self.heap.push(Reverse(hit));
        if self.heap.len() > self.most {
            self.heap.pop();
        }
    }

    /// The best first.
    pub fn sorted(self) -> Vec<Hit> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse(hit)| hit).collect()
    }
}

/// Looks for what matches a plan; at most `limit` of it.
///
/// # Errors
/// When the index can't be read.
pub fn find(view: &View, plan: &Plan, limit: usize) -> Result<Best> {
    let mut best = Best::new(limit);
    let collector = Matches { view, lens: &plan.lens, most: limit };
    for segment in view.searcher.search(&tree(plan), &collector).map_err(unavailable)? {
        best.total += segment.total;
        segment.heap.into_iter().for_each(|Reverse(hit)| best.take(hit));
    }
    if view.searcher.doc_freq(&view.fields.fact(LONG)).map_err(unavailable)? > 0 {
        long::find(view, plan, &mut best)?;
    }
    Ok(best)
}

/// The whole plan as one tree, for objects that are one document.
pub fn tree(plan: &Plan) -> BooleanQuery {
    let mut clauses = filters(plan);
    for part in &plan.parts {
        clauses.push((Occur::Must, part.matching.box_clone()));
        clauses.extend(part.bonus.as_ref().map(|bonus| (Occur::Should, bonus.box_clone())));
    }
    clauses.extend(plan.excluded.iter().map(|part| (Occur::MustNot, part.box_clone())));
    if !clauses.iter().any(|(occur, _)| *occur == Occur::Must) {
        clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0))));
    }
    BooleanQuery::new(clauses)
}

/// The filters of a plan.
pub fn filters(plan: &Plan) -> Vec<(Occur, Box<dyn Query>)> {
    let wanted = plan.filters.iter().map(|filter| (Occur::Must, filter.box_clone()));
    wanted.chain(plan.excluded_filters.iter().map(|filter| (Occur::MustNot, filter.box_clone()))).collect()
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
