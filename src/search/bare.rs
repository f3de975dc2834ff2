//! The bare index: what tantivy alone takes for a query, as `commflow bench search` measures it. No rows, no highlights.

use crate::search::card::Views;
use crate::search::folder;
use crate::search::hits;
use crate::search::index::Opened;
use crate::search::index::Trouble;
use crate::search::index::unavailable;
use crate::search::names::Tags;
use crate::search::plan::Planner;
use crate::search::query;
use crate::search::view::View;
use crate::types::Result;
use crate::types::error::Error;
use rusqlite::Connection;
use std::path::Path;
use tantivy::collector::Count;
use tantivy::collector::TopDocs;

/// An index that is read and never written, beside the server that writes it.
pub struct Bare {
    view: View,
    tags: Tags,
}

impl Bare {
    /// The index of a data directory.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn open(data_dir: &Path) -> Result<Self> {
        let told = |trouble| match trouble {
            Trouble::Useless(why) => Error::internal(why),
            Trouble::Later(error) => error,
        };
        let (opened, _) = Opened::open(&folder(data_dir)).map_err(told)?;
        Ok(Self { view: View::of(&opened).map_err(unavailable)?, tags: Tags::default() })
    }

    /// How much matches a query, its best `limit` picked out as well: the very tree that a search is made of.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn ask(&self, db: &Connection, text: &str, limit: usize) -> Result<usize> {
        let View { searcher, fields, .. } = &self.view;
        let ask = |typos| {
            let tags = self.tags.all(db)?;
            let planner = Planner { db, searcher, fields, tags: &tags, caller: 0, typos };
            let tree = hits::tree(&planner.plan(&query::parse(text), Views::ALL)?);
            let top = TopDocs::with_limit(limit).order_by_score();
            searcher.search(&tree, &(Count, top)).map(|(count, _)| count).map_err(unavailable)
        };
        match ask(false)? {
            0 => ask(true),
            count => Ok(count),
        }
    }
}
