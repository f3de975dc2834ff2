//! Search: a tantivy index beside the store, derived from the change feed. May import `types`, `store`, `work` and `desk`.

pub mod highlight;
pub mod query;
pub mod text;
