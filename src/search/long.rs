//! Long threads: each is several documents, and each word may match in another one. So each word is looked for by itself among
//! the documents of long threads, and those threads are kept in which all are found.

use crate::search::card::Card;
use crate::search::card::Views;
use crate::search::documents::HEAD;
use crate::search::documents::LONG;
use crate::search::hits;
use crate::search::hits::Best;
use crate::search::hits::Hit;
use crate::search::index::unavailable;
use crate::search::lens::Lens;
use crate::search::plan::Plan;
use crate::search::schema::Owner;
use crate::search::view::Columns;
use crate::search::view::View;
use crate::types::Result;
use std::collections::HashMap;
use std::sync::Arc;
use tantivy::DocId;
use tantivy::Score;
use tantivy::SegmentOrdinal;
use tantivy::SegmentReader;
use tantivy::collector::Collector;
use tantivy::collector::SegmentCollector;
use tantivy::query::BooleanQuery;
use tantivy::query::ConstScoreQuery;
use tantivy::query::Occur;
use tantivy::query::Query;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;

/// A thread in which something matches.
#[derive(Debug, Clone, Default)]
struct Found {
    score: Score,
    time: i64,
    views: Views,
    /// Where it matches best.
    block: i64,
}

/// Adds the long threads that match a plan.
///
/// # Errors
/// When the index can't be read.
pub fn find(view: &View, plan: &Plan, best: &mut Best) -> Result<()> {
    let ask = |fact: &str, clauses: Vec<(Occur, Box<dyn Query>)>, lens: Option<&Lens>| {
        let fact = TermQuery::new(view.fields.fact(fact), IndexRecordOption::Basic);
        let only: Box<dyn Query> = Box::new(ConstScoreQuery::new(Box::new(fact), 0.0));
        let tree = BooleanQuery::new(clauses.into_iter().chain([(Occur::Must, only)]).collect());
        view.searcher.search(&tree, &Threads { view, lens: lens.cloned() }).map_err(unavailable)
    };
    let heads = ask(HEAD, hits::filters(plan), Some(&plan.lens))?;
    let mut threads: HashMap<Owner, (Found, Vec<i64>)> = heads
        .into_iter()
        .filter(|(_, head)| head.views != Views::NONE)
        .map(|(owner, head)| (owner, (head, vec![])))
        .collect();
    for part in &plan.parts {
        let mut clauses = vec![(Occur::Must, part.matching.box_clone())];
        clauses.extend(part.bonus.as_ref().map(|bonus| (Occur::Should, bonus.box_clone())));
        let found = ask(LONG, clauses, None)?;
        threads.retain(|owner, (thread, blocks)| {
            let Some(matched) = found.get(owner) else { return false };
            thread.score += matched.score;
            thread.views = thread.views.and(matched.views);
            blocks.push(matched.block);
            thread.views != Views::NONE
        });
    }
    for part in &plan.excluded {
        let found = ask(LONG, vec![(Occur::Must, part.box_clone())], None)?;
        threads.retain(|owner, (thread, _)| {
            thread.views = found.get(owner).map_or(thread.views, |matched| thread.views.without(matched.views));
            thread.views != Views::NONE
        });
    }
    for (owner, (thread, mut blocks)) in threads {
        blocks.sort_unstable();
        blocks.dedup();
        best.total += thread.views.count();
        best.take(Hit::new(owner, thread.score, thread.time, thread.views, blocks));
    }
    Ok(())
}

/// Takes what matches, by thread.
struct Threads<'a> {
    view: &'a View,
    /// For first documents: which of their views are wanted.
    lens: Option<Lens>,
}

struct SegmentThreads {
    columns: Arc<Columns>,
    lens: Option<Lens>,
    found: HashMap<Owner, Found>,
}

fn add(found: &mut HashMap<Owner, Found>, owner: Owner, one: Found) {
    let thread = found.entry(owner).or_insert_with(|| one.clone());
    thread.views = thread.views.or(one.views);
    thread.time = thread.time.max(one.time);
    if one.score > thread.score {
        (thread.score, thread.block) = (one.score, one.block);
    }
}

impl Collector for Threads<'_> {
    type Fruit = HashMap<Owner, Found>;
    type Child = SegmentThreads;

    fn for_segment(&self, segment: SegmentOrdinal, _: &SegmentReader) -> tantivy::Result<SegmentThreads> {
        let columns = self.view.columns(segment)?;
        Ok(SegmentThreads { columns, lens: self.lens.clone(), found: HashMap::new() })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<HashMap<Owner, Found>>) -> tantivy::Result<HashMap<Owner, Found>> {
        let mut all = HashMap::new();
        segments.into_iter().flatten().for_each(|(owner, one)| add(&mut all, owner, one));
        Ok(all)
    }
}

impl SegmentCollector for SegmentThreads {
    type Fruit = HashMap<Owner, Found>;

    fn collect(&mut self, document: DocId, score: Score) {
        let card: Card = self.columns.card(document);
        let views = self.lens.as_ref().map_or(card.views, |lens| self.columns.views(lens, card, document));
        let key = self.columns.key(document);
        let one = Found { score, time: self.columns.time(document), views, block: key.block() };
        add(&mut self.found, key.owner(), one);
    }

    fn harvest(self) -> HashMap<Owner, Found> {
        self.found
    }
}
