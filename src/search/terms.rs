//! What a word begins: found in the index's own list of words, within bounds.

use crate::search::index::unavailable;
use crate::search::tokenizers::EDGE_MARK;
use crate::search::tokenizers::EDGE_MAX_CHARS;
use crate::types::Result;
use std::collections::BTreeSet;
use std::ops::Bound;
use tantivy::Searcher;
use tantivy::Term;
use tantivy::query::InvertedIndexRangeQuery;
use tantivy::query::Query;
use tantivy::query::TermQuery;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

/// Up to so many words are each weighed by itself.
const FEW: usize = 16;
/// Words of a segment that are looked through at most. In a workspace of a million documents, four characters begin some
/// thousands.
const BEGUN_MAX: u64 = 50_000;

/// Whether a word is so short that the index keeps what it begins under the word itself.
pub fn edge(word: &str) -> bool {
    word.chars().count() <= EDGE_MAX_CHARS
}

/// The documents with a word that begins so, in a field that keeps short beginnings among its words.
pub fn begins(field: Field, word: &str) -> Box<dyn Query> {
    if !edge(word) {
        return begun(field, word);
    }
    let edge = Term::from_field_text(field, &format!("{EDGE_MARK}{word}"));
    Box::new(TermQuery::new(edge, IndexRecordOption::Basic))
}

/// The documents with a word that begins so.
pub fn begun(field: Field, word: &str) -> Box<dyn Query> {
    let (from, to) = bounds(field, word);
    let mut query = InvertedIndexRangeQuery::new(Bound::Included(from), to.map_or(Bound::Unbounded, Bound::Excluded));
    query.limit(BEGUN_MAX);
    Box::new(query)
}

/// The words that begin so, if they are few.
///
/// # Errors
/// When the index can't be read.
pub fn few_begun(searcher: &Searcher, field: Field, word: &str) -> Result<Option<Vec<Term>>> {
    let (from, to) = bounds(field, word);
    let mut few = BTreeSet::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field).map_err(unavailable)?;
        let range = index.terms().range().ge(from.serialized_value_bytes());
        let range = if let Some(to) = &to { range.lt(to.serialized_value_bytes()) } else { range };
        let mut stream = range.into_stream().map_err(unavailable)?;
        while stream.advance() {
            few.insert(stream.key().to_vec());
            if few.len() > FEW {
                return Ok(None);
            }
        }
    }
    let words = few.iter().filter_map(|word| std::str::from_utf8(word).ok());
    Ok(Some(words.map(|word| Term::from_field_text(field, word)).collect()))
}

/// From the word to the first that no longer begins so.
fn bounds(field: Field, word: &str) -> (Term, Option<Term>) {
    let mut next: Vec<char> = word.chars().collect();
    let mut to = None;
    while let Some(last) = next.pop() {
        // Past the surrogates, which are no characters.
        let after = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(after) = after {
            next.push(after);
            to = Some(Term::from_field_text(field, &next.iter().collect::<String>()));
            break;
        }
    }
    (Term::from_field_text(field, word), to)
}
