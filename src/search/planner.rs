//! From a query to a plan: what each word is worth where. Filters are in [`filters`](crate::search::filters).

use crate::search::card::Views;
use crate::search::lens::Lens;
use crate::search::names;
use crate::search::names::Named;
use crate::search::plan::Clause;
use crate::search::plan::Plan;
use crate::search::query::FilterField;
use crate::search::query::Part;
use crate::search::query::Query;
use crate::search::schema::Fact;
use crate::search::schema::Fields;
use crate::search::steady::Steady;
use crate::search::terms;
use crate::search::trees::all;
use crate::search::trees::any;
use crate::search::trees::boosted;
use crate::search::trees::fuzzy;
use crate::search::trees::phrase;
use crate::search::trees::term;
use crate::search::trees::weighed;
use crate::search::trees::worth;
use crate::types::Result;
use rusqlite::Connection;
use tantivy::Searcher;
use tantivy::Term;
use tantivy::query::PhraseQuery;
use tantivy::query::Query as Tree;
use tantivy::schema::Field;

/// Words of so many characters or more are tried with one typo.
const TYPO_MIN_CHARS: usize = 4;
/// Words of a segment's titles that are looked through for what a word begins: it decides on the order alone.
const TITLE_BEGUN_MAX: u64 = 1_000;
/// What a match is worth, beside a word's own weight (BM25, mostly from 1 to 10). A subject or a name counts as so much more.
const TITLE_BOOST: f32 = 2.0;
/// A word that is only begun counts as so much of the very word.
const BEGUN_BOOST: f32 = 0.5;
/// Somebody chose the tag to say what it is about: more than a word in a text does, and less than a subject.
const TAG_SCORE: f32 = 8.0;
const TITLE_BEGUN_SCORE: f32 = 1.0;
const BEGUN_SCORE: f32 = 0.5;
const TYPO_SCORE: f32 = 0.3;
const ADDRESS_SCORE: f32 = 100.0;
const ID_SCORE: f32 = 1_000.0;

/// What a plan is made with.
pub struct Planner<'a> {
    /// The store: names are looked up in it.
    pub db: &'a Connection,
    /// The index: what a word begins is looked up in it.
    pub searcher: &'a Searcher,
    /// Its fields.
    pub fields: &'a Fields,
    /// All tags.
    pub tags: &'a [Named],
    /// Who asks: `assignee:me`.
    pub caller: i64,
    /// Try words with one typo.
    pub typos: bool,
}

impl Planner<'_> {
    /// The plan of a query that wants these lists.
    ///
    /// # Errors
    /// Those of SQLite; when the index can't be read.
    pub fn plan(&self, query: &Query, views: Views) -> Result<Plan> {
        let mut plan = Plan {
            parts: query.required.iter().map(|part| self.clause(part)).collect::<Result<_>>()?,
            excluded: query.excluded.iter().map(|part| self.unwanted(part)).collect::<Result<_>>()?,
            filters: Vec::new(),
            excluded_filters: Vec::new(),
            lens: Lens::new(views),
        };
        plan.lens.ids = query.required.iter().filter_map(|part| part.id).collect();
        for field in FilterField::ALL {
            self.filter(*field, &query.filters, &mut plan)?;
        }
        if plan.lens.views != Views::ALL {
            plan.filters.push(self.kinds(plan.lens.views));
        }
        Ok(plan)
    }

    /// What must not match: as it is written, for a typo must not exclude what nobody named.
    fn unwanted(&self, part: &Part) -> Result<Box<dyn Tree>> {
        let matching = Self { typos: false, ..*self }.clause(part)?.matching;
        Ok(if part.words.len() > 1 { Box::new(Steady(matching)) } else { matching })
    }

    fn clause(&self, part: &Part) -> Result<Clause> {
        let Fields { text, title, .. } = *self.fields;
        let (mut alternatives, mut bonuses) = match part.words.as_slice() {
            [word] => (self.word(text, word, part)?, self.title(word, part)?),
            words => {
                let bonus: Box<dyn Tree> = Box::new(PhraseQuery::new(all(title, words)));
                (vec![phrase(text, words, part.by_prefix)], vec![boosted(bonus, TITLE_BOOST)])
            }
        };
        for tag in self.tags.iter().filter(|tag| names::holds(&tag.words, &part.words, part.by_prefix)) {
            alternatives.push(worth(self.fact(Fact::Tag(tag.number)), TAG_SCORE));
        }
        if let Some(address) = &part.exact {
            alternatives.push(worth(self.fact(Fact::Address(address)), ADDRESS_SCORE));
        }
        alternatives.extend(part.id.map(|id| worth(self.fact(Fact::Id(id)), ID_SCORE)));
        Ok(Clause {
            matching: any(alternatives),
            bonus: (!bonuses.is_empty()).then(|| any(std::mem::take(&mut bonuses))),
        })
    }

    /// A word of the text: itself, and what it begins or what it may have been meant to be.
    fn word(&self, field: Field, word: &str, part: &Part) -> Result<Vec<Box<dyn Tree>>> {
        let own = Term::from_field_text(field, word);
        if self.tries_typo(word, part) {
            return Ok(vec![weighed(own), worth(fuzzy(field, word, part.by_prefix), TYPO_SCORE)]);
        }
        if !part.by_prefix {
            return Ok(vec![weighed(own)]);
        }
        if let Some(few) = self.few_begun(field, word)? {
            return Ok(few);
        }
        let begun = match terms::edge(word) {
            true => term(Term::from_field_text(self.fields.edges, word)),
            false => terms::begun(field, word, terms::BEGUN_MAX),
        };
        Ok(vec![weighed(own), worth(begun, BEGUN_SCORE)])
    }

    /// The words that this one begins, itself among them, if they are few.
    fn few_begun(&self, field: Field, word: &str) -> Result<Option<Vec<Box<dyn Tree>>>> {
        let own = Term::from_field_text(field, word);
        let weigh = |term: Term| if term == own { weighed(term) } else { boosted(weighed(term), BEGUN_BOOST) };
        Ok(terms::few_begun(self.searcher, field, word)?.map(|few| few.into_iter().map(weigh).collect()))
    }

    /// The same in a subject or a name.
    fn title(&self, word: &str, part: &Part) -> Result<Vec<Box<dyn Tree>>> {
        let field = self.fields.title;
        if part.by_prefix
            && !self.tries_typo(word, part)
            && let Some(few) = self.few_begun(field, word)?
        {
            return Ok(few.into_iter().map(|tree| boosted(tree, TITLE_BOOST)).collect());
        }
        let mut bonuses = vec![boosted(weighed(Term::from_field_text(field, word)), TITLE_BOOST)];
        if self.tries_typo(word, part) {
            bonuses.push(worth(fuzzy(field, word, part.by_prefix), TITLE_BEGUN_SCORE));
        } else if part.by_prefix {
            bonuses.push(worth(terms::begun(field, word, TITLE_BEGUN_MAX), TITLE_BEGUN_SCORE));
        }
        Ok(bonuses)
    }

    fn tries_typo(&self, word: &str, part: &Part) -> bool {
        self.typos && !part.quoted && is_long(word)
    }

    pub(super) fn fact(&self, fact: Fact) -> Box<dyn Tree> {
        term(self.fields.fact(fact))
    }

    /// One of these facts, which is worth nothing by itself.
    pub(super) fn facts<'a>(&self, facts: impl IntoIterator<Item = Fact<'a>>) -> Box<dyn Tree> {
        worth(any(facts.into_iter().map(|fact| self.fact(fact)).collect()), 0.0)
    }

    fn kinds(&self, views: Views) -> Box<dyn Tree> {
        let kinds = [(views.contact, "contact"), (views.conversation, "conversation"), (views.ticket, "ticket")];
        self.facts(kinds.iter().filter(|(wanted, _)| *wanted).map(|(_, list)| Fact::Is(list)))
    }
}

fn is_long(word: &str) -> bool {
    word.chars().count() >= TYPO_MIN_CHARS && !word.chars().all(|character| character.is_ascii_digit())
}
