//! What is searched for: six kinds of queries, as people type them, and the same in the words of FTS5.

use crate::cli::bench::workspace::vocabulary::Vocabulary;
use crate::store;
use crate::types::Result;
use fastrand::Rng;
use rusqlite::Connection;
use serde::Serialize;
use std::ops::RangeInclusive;
use std::path::Path;
use url::form_urlencoded;

/// How many queries of a kind there are; they are asked again and again.
const POOL: usize = 1_000;
/// Neither what is in every text nor what is nowhere: the ranks of words that one searches for alone.
const RANKS: RangeInclusive<usize> = 100..=3_000;
/// Together with another, a word may be more frequent.
const RANKS_OF_TWO: RangeInclusive<usize> = 50..=1_000;
/// So many letters of a word are typed, where not all are.
const PREFIX: usize = 4;
/// A shorter word is not looked for with a typo.
const LONG_ENOUGH: usize = 6;

/// A kind of query.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A word.
    OneWord,
    /// Two words, which both must be there.
    TwoWords,
    /// Two words that stand beside each other.
    Phrase,
    /// The first letters of a word.
    Prefix,
    /// A word, in what is open.
    FilterAndWord,
    /// A word with a letter that is wrong.
    Typo,
}

/// A query, encoded for a URL.
pub struct Query {
    /// For CommFlow's search, and for the bare index.
    pub ours: String,
    /// The parameters for FTS5; none where that can't do it.
    pub fts: Option<String>,
}

/// What queries are drawn from.
pub struct Source<'run> {
    vocabulary: &'run Vocabulary,
    bodies: Vec<String>,
}

impl<'run> Source<'run> {
    /// The words, and some of the messages of the workspace in `directory`.
    ///
    /// # Errors
    /// Those of the store.
    pub fn new(directory: &Path, vocabulary: &'run Vocabulary, dice: &mut Rng) -> Result<Self> {
        let db = Connection::open(directory.join(store::FILE_NAME))?;
        let messages: i64 = db.query_row("SELECT max(id) FROM messages", [], |row| row.get(0))?;
        let mut body = db.prepare("SELECT body FROM messages WHERE id = ?1")?;
        let bodies = (0..POOL).map(|_| body.query_row([dice.i64(1..=messages)], |row| row.get(0)));
        Ok(Self { vocabulary, bodies: bodies.collect::<rusqlite::Result<_>>()? })
    }
}

impl Kind {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 6] =
        [Self::OneWord, Self::TwoWords, Self::Phrase, Self::Prefix, Self::FilterAndWord, Self::Typo];

    /// What the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneWord => "one word",
            Self::TwoWords => "two words",
            Self::Phrase => "a phrase",
            Self::Prefix => "a prefix",
            Self::FilterAndWord => "filter and word",
            Self::Typo => "a typo",
        }
    }

    /// Whether FTS5 can do it.
    pub fn is_known_to_fts5(self) -> bool {
        self != Self::Typo
    }

    /// Queries of this kind.
    pub fn pool(self, source: &Source, dice: &mut Rng) -> Vec<Query> {
        (0..POOL).map(|_| self.draw(source, dice)).collect()
    }

    /// The last word may go on, unless it stands in quotes.
    fn draw(self, source: &Source, dice: &mut Rng) -> Query {
        let vocabulary = source.vocabulary;
        match self {
            Self::OneWord => {
                let word = vocabulary.ranked(RANKS, dice);
                Query::new(word, Some(format!("{word}*")))
            }
            Self::TwoWords => {
                let (one, other) = (vocabulary.ranked(RANKS_OF_TWO, dice), vocabulary.ranked(RANKS_OF_TWO, dice));
                Query::new(&format!("{one} {other}"), Some(format!("{one} {other}*")))
            }
            Self::Phrase => {
                let phrase = format!("\"{}\"", neighbours(dice.choice(&source.bodies).map_or("", |body| body), dice));
                Query::new(&phrase, Some(phrase.clone()))
            }
            Self::Prefix => {
                let prefix = long(vocabulary, PREFIX + 1, dice).get(..PREFIX).unwrap_or_default();
                Query::new(prefix, Some(format!("{prefix}*")))
            }
            Self::FilterAndWord => {
                let word = vocabulary.ranked(RANKS, dice);
                let query = Query::new(&format!("status:open {word}"), Some(format!("{word}*")));
                Query { fts: query.fts.map(|fts| format!("{fts}&status=open")), ..query }
            }
            Self::Typo => Query::new(&mistyped(vocabulary, dice), None),
        }
    }
}

impl Query {
    fn new(ours: &str, fts: Option<String>) -> Self {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        Self { ours: format!("q={}", encoded(ours)), fts: fts.map(|fts| format!("q={}", encoded(&fts))) }
    }
}

/// Two words that stand beside each other in this text.
fn neighbours(text: &str, dice: &mut Rng) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let pairs: Vec<&[&str]> = words.windows(2).collect();
    dice.choice(&pairs).map(|pair| pair.join(" ")).unwrap_or_default()
}

/// A word of at least so many letters.
fn long<'run>(vocabulary: &'run Vocabulary, letters: usize, dice: &mut Rng) -> &'run str {
    loop {
        let word = vocabulary.ranked(RANKS, dice);
        if word.len() >= letters {
            return word;
        }
    }
}

/// A word with one letter changed, so that no word begins like it.
fn mistyped(vocabulary: &Vocabulary, dice: &mut Rng) -> String {
    loop {
        let word = long(vocabulary, LONG_ENOUGH, dice);
        let (at, letter) = (dice.usize(1..word.len()), dice.lowercase());
        let change = |(place, right)| if place == at { letter } else { right };
        let wrong: String = word.chars().enumerate().map(change).collect();
        if !vocabulary.has_prefix(&wrong) {
            return wrong;
        }
    }
}
