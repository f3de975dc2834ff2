//! A search as tantivy is asked: a tree that is built by hand, bounded in every direction. No text of a person goes to a parser
//! of tantivy's.

use crate::search::lens::Lens;
use tantivy::query::AllQuery;
use tantivy::query::BooleanQuery;
use tantivy::query::ConstScoreQuery;
use tantivy::query::Occur;
use tantivy::query::Query as Tree;

/// What must match, and what is better if it does.
pub struct Clause {
    /// Must match.
    pub matching: Box<dyn Tree>,
    /// Is worth more.
    pub bonus: Option<Box<dyn Tree>>,
}

/// A search, as tantivy is asked.
pub struct Plan {
    /// The words and phrases.
    pub parts: Vec<Clause>,
    /// What must not match.
    pub excluded: Vec<Box<dyn Tree>>,
    /// Filters: each must match, and is worth nothing.
    pub filters: Vec<Box<dyn Tree>>,
    /// Filters that must not match.
    pub excluded_filters: Vec<Box<dyn Tree>>,
    /// Which views are wanted.
    pub lens: Lens,
}

/// Trees, and whether each must match, must not, or is better if it does.
pub type Clauses = Vec<(Occur, Box<dyn Tree>)>;

impl Clause {
    /// As it stands in a tree.
    pub fn clauses(&self) -> Clauses {
        let bonus = self.bonus.iter().map(|bonus| (Occur::Should, bonus.box_clone()));
        [(Occur::Must, self.matching.box_clone())].into_iter().chain(bonus).collect()
    }
}

impl Plan {
    /// The whole plan as one tree, for objects that are one document.
    pub fn tree(&self) -> BooleanQuery {
        let mut clauses = self.filters();
        clauses.extend(self.parts.iter().flat_map(Clause::clauses));
        clauses.extend(self.excluded.iter().map(|part| (Occur::MustNot, part.box_clone())));
        if !clauses.iter().any(|(occur, _)| *occur == Occur::Must) {
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0))));
        }
        BooleanQuery::new(clauses)
    }

    /// The filters alone.
    pub fn filters(&self) -> Clauses {
        let wanted = self.filters.iter().map(|filter| (Occur::Must, filter.box_clone()));
        wanted.chain(self.excluded_filters.iter().map(|filter| (Occur::MustNot, filter.box_clone()))).collect()
    }
}
