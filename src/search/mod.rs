//! Search: a tantivy index beside the store, derived from the change feed. May import `types`, `store`, `work` and `desk`.
//!
//! - The [`indexer`] is a worker: it follows the feed, or builds the index anew, and commits with a note ([`index::Note`]) that
//!   says how far it is. The index can be deleted at any time: it is made again.
//! - A search waits until the indexer has passed what was written before it ([`state`]), asks the index ([`planner`], [`hits`]),
//!   and reads the rows of what it found from the store ([`answer`]).
//! - What is indexed of which row stands in [`documents`] and [`schema`], what a word is in [`text`], and how a query is read
//!   in [`query`].

pub mod answer;
pub mod bare;
pub mod best;
pub mod card;
pub mod check;
pub mod directory;
pub mod dirty;
pub mod documents;
pub mod filters;
pub mod highlight;
pub mod highlights;
pub mod hits;
pub mod index;
pub mod indexer;
pub mod lens;
pub mod long;
pub mod merging;
pub mod names;
pub mod people;
pub mod plan;
pub mod planner;
pub mod query;
pub mod rebuild;
pub mod schema;
pub mod state;
pub mod steady;
pub mod terms;
pub mod text;
pub mod tokenizers;
pub mod trees;
pub mod view;
pub mod writing;

use crate::search::answer::Lists;
use crate::search::best::Best;
use crate::search::card::Views;
use crate::search::highlight::Marker;
use crate::search::indexer::Indexer;
use crate::search::names::Tags;
use crate::search::planner::Planner;
use crate::search::query::Query;
use crate::search::state::Phase;
use crate::search::state::Shared;
use crate::search::view::View;
use crate::store::Store;
use crate::types::Result;
use crate::types::time::Clock;
use crate::types::time::Time;
use crate::work;
use crate::work::Ringer;
use crate::work::Running;
use rusqlite::Connection;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// The one way to search. Cheap to clone.
#[derive(Clone)]
pub struct Search {
    store: Store,
    shared: Arc<Shared>,
    ringer: Ringer,
    patience: Duration,
    tags: Arc<Tags>,
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// In the query language.
    pub text: String,
    /// In these lists.
    pub views: Views,
    /// So many objects at most, over all lists.
    pub limit: usize,
    /// Who asks.
    pub caller: i64,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchAnswer)]
pub struct Answer {
    /// The best of it.
    pub data: Lists,
    /// What there is to say of it.
    pub meta: Meta,
}

/// What there is to say of what was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchMeta)]
pub struct Meta {
    /// How many objects match, each in every list that it shows up in.
    pub total_results: usize,
    /// What was written last may be missing.
    pub stale: bool,
    /// Nothing matched as it was written: words were tried with one typo.
    pub typos: bool,
    /// The query was too long: its end was not looked at.
    pub shortened: bool,
}

impl Search {
    /// Starts the indexer of a store. A search will wait for it so long.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start(store: &Store, clock: Clock, patience: Duration) -> Result<(Self, Running)> {
        let shared = Arc::new(Shared::default());
        let folder = index::folder(store.path().parent().unwrap_or_else(|| Path::new(".")));
        let running = work::run(Indexer::new(store.clone(), folder, shared.clone()), clock)?;
        let ringer = running.ringer();
        Ok((Self { store: store.clone(), shared, ringer, patience, tags: Arc::default() }, running))
    }

    /// Where the index stands.
    pub fn phase(&self) -> Phase {
        self.shared.phase()
    }

    /// Waits until all that was written before can be found, but not for ever; whether it can.
    pub async fn catch_up(&self) -> bool {
        let head = self.store.head();
        if self.shared.is_at(head) {
            return true;
        }
        self.ringer.ring();
        self.shared.reach(head, self.patience).await
    }

    /// Waits until what was erased before has left the index's files, for a while: writing a large index anew takes longer, and
    /// goes on without being waited for.
    pub async fn erase(&self) {
        // An index that is being built, or can't be had, is not waited for: the erasure is on its way to it.
        if self.phase() != Phase::Ready {
            return;
        }
        self.ringer.ring();
        if !self.shared.erase(self.store.head(), 2 * self.patience).await {
            tracing::warn!("erased words are still being taken out of the search index's files");
        }
    }

    /// Looks for something.
    ///
    /// # Errors
    /// `unavailable` while there is no index; those of the store.
    pub async fn find(&self, wanted: Wanted, now: Time) -> Result<Answer> {
        let stale = !self.catch_up().await;
        let view = self.shared.view()?;
        let tags = self.tags.clone();
        self.store.read(move |db| find(db, &view, &tags, &wanted, stale, now)).await
    }

    /// The numbers of the contacts in whose names or addresses each of these words begins one.
    ///
    /// # Errors
    /// `unavailable` while there is no index.
    pub async fn contacts(&self, words: Vec<String>) -> Result<Vec<i64>> {
        self.catch_up().await;
        let view = self.shared.view()?;
        self.store.read(move |_| people::find(&view, &words)).await
    }
}

fn find(db: &Connection, view: &View, tags: &Tags, wanted: &Wanted, stale: bool, now: Time) -> Result<Answer> {
    let query = query::parse(&wanted.text);
    let mut best = matches(db, view, tags, wanted, &query, false)?;
    let mut typos = false;
    if best.total == 0 && !query.required.is_empty() {
        best = matches(db, view, tags, wanted, &query, true)?;
        typos = best.total > 0;
    }
    let mut total = best.total;
    let marker = Marker::new(&query, typos);
    let data = answer::lists(db, &best.sorted(), &marker, wanted.limit, &mut total, now)?;
    Ok(Answer { data, meta: Meta { total_results: total, stale, typos, shortened: query.shortened } })
}

fn matches(db: &Connection, view: &View, tags: &Tags, wanted: &Wanted, query: &Query, typos: bool) -> Result<Best> {
    if query.is_empty() {
        return Ok(Best::new(0));
    }
    let View { searcher, fields, .. } = view;
    let tags = tags.all(db)?;
    let planner = Planner { db, searcher, fields, tags: &tags, caller: wanted.caller, typos };
    hits::find(view, &planner.plan(query, wanted.views)?, wanted.limit)
}
