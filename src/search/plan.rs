//! From a query to what tantivy is asked: a tree that is built by hand, bounded in every direction. No text of a person goes
//! to a parser of tantivy's.

use crate::search::card::Views;
use crate::search::lens::Lens;
use crate::search::names;
use crate::search::names::Named;
use crate::search::query::Filter;
use crate::search::query::FilterField;
use crate::search::query::ObjectId;
use crate::search::query::Part;
use crate::search::query::Query;
use crate::search::schema::Fields;
use crate::search::schema::Owner;
use crate::search::terms;
use crate::search::text;
use crate::types::Result;
use rusqlite::Connection;
use tantivy::Searcher;
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

/// Words of so many characters or more are tried with one typo.
const TYPO_MIN_CHARS: usize = 4;
/// What may end a phrase, where its last word is only begun.
const PHRASE_ENDS_MAX: u32 = 1_000;
/// What a match is worth, beside a word's own weight (BM25, mostly from 1 to 10). A subject or a name counts as so much more.
const TITLE_BOOST: f32 = 2.0;
const TAG_SCORE: f32 = 3.0;
const TITLE_BEGUN_SCORE: f32 = 1.0;
const BEGUN_SCORE: f32 = 0.5;
const TYPO_SCORE: f32 = 0.3;
const ADDRESS_SCORE: f32 = 100.0;
const ID_SCORE: f32 = 1_000.0;

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
            excluded: query.excluded.iter().map(|part| Ok(self.clause(part)?.matching)).collect::<Result<Vec<_>>>()?,
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

    fn clause(&self, part: &Part) -> Result<Clause> {
        let Fields { text, title, exact, tags, .. } = *self.fields;
        let (mut alternatives, mut bonuses) = match part.words.as_slice() {
            [word] => (self.word(text, word, part)?, self.title(word, part)?),
            words => {
                let bonus: Box<dyn Tree> = Box::new(PhraseQuery::new(all(title, words)));
                (vec![phrase(text, words, part.by_prefix)], vec![boosted(bonus, TITLE_BOOST)])
            }
        };
        for tag in self.tags.iter().filter(|tag| names::holds(&tag.words, &part.words, part.by_prefix)) {
            alternatives.push(worth(term(Term::from_field_u64(tags, tag.number.unsigned_abs())), TAG_SCORE));
        }
        if let Some(address) = &part.exact {
            alternatives.push(worth(term(Term::from_field_text(exact, address)), ADDRESS_SCORE));
        }
        alternatives.extend(part.id.map(|id| worth(term(self.named(id)), ID_SCORE)));
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
        if let Some(few) = terms::few_begun(self.searcher, field, word)? {
            return Ok(few.into_iter().map(weighed).collect());
        }
        let begun = match terms::edge(word) {
            true => term(Term::from_field_text(self.fields.edges, word)),
            false => terms::begun(field, word),
        };
        Ok(vec![weighed(own), worth(begun, BEGUN_SCORE)])
    }

    /// The same in a subject or a name.
    fn title(&self, word: &str, part: &Part) -> Result<Vec<Box<dyn Tree>>> {
        let field = self.fields.title;
        let mut bonuses = vec![boosted(weighed(Term::from_field_text(field, word)), TITLE_BOOST)];
        if self.tries_typo(word, part) {
            bonuses.push(worth(fuzzy(field, word, part.by_prefix), TITLE_BEGUN_SCORE));
        } else if part.by_prefix {
            bonuses.push(worth(terms::begun(field, word), TITLE_BEGUN_SCORE));
        }
        Ok(bonuses)
    }

    fn tries_typo(&self, word: &str, part: &Part) -> bool {
        self.typos && !part.quoted && is_long(word)
    }

    fn named(&self, id: ObjectId) -> Term {
        match id {
            ObjectId::Conversation(number) => self.fields.of_owner(Owner::thread(number)),
            ObjectId::Contact(number) => self.fields.of_owner(Owner::contact(number)),
            ObjectId::Ticket(number) => Term::from_field_u64(self.fields.ticket, number.unsigned_abs()),
        }
    }

    fn kinds(&self, views: Views) -> Box<dyn Tree> {
        let kinds = [(views.contact, "contact"), (views.conversation, "conversation"), (views.ticket, "ticket")];
        self.facts(kinds.iter().filter(|(wanted, _)| *wanted).map(|(_, kind)| format!("is:{kind}")))
    }

    fn facts(&self, facts: impl IntoIterator<Item = String>) -> Box<dyn Tree> {
        worth(any(facts.into_iter().map(|fact| term(self.fields.fact(&fact))).collect()), 0.0)
    }

    /// All filters of one field. A thread can have many tags: all must fit. Of what it can have but one of, one must.
    fn filter(&self, field: FilterField, filters: &[Filter], plan: &mut Plan) -> Result<()> {
        let of_field =
            |excluded: bool| filters.iter().filter(move |one| one.field == field && one.excluded == excluded);
        let (wanted, excluded): (Vec<_>, Vec<_>) = (of_field(false).collect(), of_field(true).collect());
        let values = |filters: &[&Filter]| filters.iter().map(|one| one.value.clone()).collect::<Vec<_>>();
        match field {
            FilterField::Status => {
                plan.lens.statuses = (!wanted.is_empty()).then(|| values(&wanted));
                plan.lens.not_statuses = values(&excluded);
                if !wanted.is_empty() {
                    plan.filters.push(self.facts(wanted.iter().map(|one| format!("status:{}", one.value))));
                }
                return Ok(());
            }
            FilterField::Type => {
                if !wanted.is_empty() {
                    plan.lens.views = plan.lens.views.and(views(&values(&wanted)));
                }
                let unwanted = views(&values(&excluded));
                plan.lens.views = plan.lens.views.and(Views {
                    contact: !unwanted.contact,
                    conversation: !unwanted.conversation,
                    ticket: !unwanted.ticket,
                });
                return Ok(());
            }
            // Only tickets stand in an inbox.
            FilterField::Inbox if !wanted.is_empty() => {
                plan.lens.views = plan.lens.views.and(Views { ticket: true, ..Views::NONE });
            }
            _ => {}
        }
        let trees = |filters: &[&Filter]| filters.iter().map(|one| self.filtered(one)).collect::<Result<Vec<_>>>();
        match field {
            FilterField::Tag => plan.filters.extend(trees(&wanted)?),
            _ if !wanted.is_empty() => plan.filters.push(any(trees(&wanted)?)),
            _ => {}
        }
        plan.excluded_filters.extend(trees(&excluded)?);
        Ok(())
    }

    fn filtered(&self, filter: &Filter) -> Result<Box<dyn Tree>> {
        let value = filter.value.as_str();
        Ok(match filter.field {
            FilterField::Tag => {
                let tags = names::tags(self.tags, value).into_iter();
                let terms = tags.map(|tag| term(Term::from_field_u64(self.fields.tags, tag.unsigned_abs())));
                worth(any(terms.collect()), 0.0)
            }
            FilterField::Assignee => {
                let users = names::assignees(self.db, value, self.caller)?.into_iter();
                self.facts(users.map(|user| match user {
                    Some(number) => format!("assignee:{number}"),
                    None => "assignee:none".to_owned(),
                }))
            }
            FilterField::Inbox => {
                self.facts(names::inboxes(self.db, value)?.into_iter().map(|inbox| format!("inbox:{inbox}")))
            }
            FilterField::From => self.from(value),
            field => self.facts([format!("{field}:{value}")]),
        })
    }

    /// Threads with a contact: by id, by address, or by the beginnings of words of name and address.
    fn from(&self, value: &str) -> Box<dyn Tree> {
        if let Ok(id) = value.to_ascii_lowercase().parse::<crate::types::id::Id<crate::desk::contacts::Contact>>() {
            return self.facts([format!("contact:{}", id.row())]);
        }
        let words = names::words(value);
        if words.is_empty() {
            return any(Vec::new());
        }
        let threads = self.facts(["is:conversation".to_owned()]);
        let address = Term::from_field_text(self.fields.exact, &text::fold(value));
        let has_address = value.contains('@') && self.searcher.doc_freq(&address).is_ok_and(|count| count > 0);
        let mut all = match has_address {
            true => vec![worth(term(address), 0.0)],
            false => words.iter().map(|word| worth(terms::begins(self.fields.who, word), 0.0)).collect(),
        };
        all.push(threads);
        Box::new(BooleanQuery::intersection(all))
    }
}

fn views(names: &[String]) -> Views {
    let has = |name: &str| names.iter().any(|one| one == name);
    Views { contact: has("contact"), conversation: has("conversation"), ticket: has("ticket") }
}

fn is_long(word: &str) -> bool {
    word.chars().count() >= TYPO_MIN_CHARS && !word.chars().all(|character| character.is_ascii_digit())
}

fn all(field: Field, words: &[String]) -> Vec<Term> {
    words.iter().map(|word| Term::from_field_text(field, word)).collect()
}

fn phrase(field: Field, words: &[String], by_prefix: bool) -> Box<dyn Tree> {
    if !by_prefix {
        return Box::new(PhraseQuery::new(all(field, words)));
    }
    let mut phrase = PhrasePrefixQuery::new(all(field, words));
    phrase.set_max_expansions(PHRASE_ENDS_MAX);
    Box::new(phrase)
}

fn fuzzy(field: Field, word: &str, by_prefix: bool) -> Box<dyn Tree> {
    let term = Term::from_field_text(field, word);
    Box::new(if by_prefix { FuzzyTermQuery::new_prefix(term, 1, true) } else { FuzzyTermQuery::new(term, 1, true) })
}

/// A term that is worth nothing by itself.
fn term(term: Term) -> Box<dyn Tree> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// A term that is worth the more the rarer it is.
fn weighed(term: Term) -> Box<dyn Tree> {
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

fn worth(tree: Box<dyn Tree>, score: f32) -> Box<dyn Tree> {
    Box::new(ConstScoreQuery::new(tree, score))
}

fn boosted(tree: Box<dyn Tree>, boost: f32) -> Box<dyn Tree> {
    Box::new(BoostQuery::new(tree, boost))
}

/// Any of them; none, where there are none.
fn any(mut trees: Vec<Box<dyn Tree>>) -> Box<dyn Tree> {
    match trees.len() {
        1 => trees.remove(0),
        _ => Box::new(BooleanQuery::union(trees)),
    }
}
