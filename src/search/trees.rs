//! The trees that a plan is made of, as tantivy has them.

use tantivy::Term;
use tantivy::query::BooleanQuery;
use tantivy::query::BoostQuery;
use tantivy::query::ConstScoreQuery;
use tantivy::query::FuzzyTermQuery;
use tantivy::query::PhrasePrefixQuery;
use tantivy::query::PhraseQuery;
use tantivy::query::Query as Tree;
use tantivy::query::TermQuery;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

/// What may end a phrase, where its last word is only begun.
const PHRASE_ENDS_MAX: u32 = 1_000;

/// Words, as terms of a field.
pub fn all(field: Field, words: &[String]) -> Vec<Term> {
    words.iter().map(|word| Term::from_field_text(field, word)).collect()
}

/// Words side by side, the last of them only begun where `by_prefix`.
pub fn phrase(field: Field, words: &[String], by_prefix: bool) -> Box<dyn Tree> {
    if !by_prefix {
        return Box::new(PhraseQuery::new(all(field, words)));
    }
    let mut phrase = PhrasePrefixQuery::new(all(field, words));
    phrase.set_max_expansions(PHRASE_ENDS_MAX);
    Box::new(phrase)
}

/// A word with at most one typo, or one that begins like that.
pub fn fuzzy(field: Field, word: &str, by_prefix: bool) -> Box<dyn Tree> {
    let term = Term::from_field_text(field, word);
    Box::new(if by_prefix { FuzzyTermQuery::new_prefix(term, 1, true) } else { FuzzyTermQuery::new(term, 1, true) })
}

/// A term that is worth nothing by itself.
pub fn term(term: Term) -> Box<dyn Tree> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// A term that is worth the more the rarer it is.
pub fn weighed(term: Term) -> Box<dyn Tree> {
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

/// A tree that is worth so much, whatever it finds.
pub fn worth(tree: Box<dyn Tree>, score: f32) -> Box<dyn Tree> {
    Box::new(ConstScoreQuery::new(tree, score))
}

/// A tree that is worth so many times as much.
pub fn boosted(tree: Box<dyn Tree>, boost: f32) -> Box<dyn Tree> {
    Box::new(BoostQuery::new(tree, boost))
}

/// Any of them; none, where there are none.
pub fn any(mut trees: Vec<Box<dyn Tree>>) -> Box<dyn Tree> {
    match trees.len() {
        1 => trees.remove(0),
        _ => Box::new(BooleanQuery::union(trees)),
    }
}
