//! Filters of a query: `field:value`, and what each comes to.

use crate::desk::contacts::ContactId;
use crate::search::card::Views;
use crate::search::documents::NOBODY;
use crate::search::index::unavailable;
use crate::search::names;
use crate::search::plan::Plan;
use crate::search::planner::Planner;
use crate::search::query::Filter;
use crate::search::query::FilterField;
use crate::search::schema::Fact;
use crate::search::terms;
use crate::search::text;
use crate::search::trees::any;
use crate::search::trees::term;
use crate::search::trees::worth;
use crate::types::Result;
use tantivy::Term;
use tantivy::collector::Count;
use tantivy::query::BooleanQuery;
use tantivy::query::Query as Tree;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;

impl Planner<'_> {
    /// All filters of one field. A thread can have many tags: all must fit. Of what it can have but one of, one must.
    pub(super) fn filter(&self, field: FilterField, filters: &[Filter], plan: &mut Plan) -> Result<()> {
        let of_field =
            |excluded: bool| filters.iter().filter(move |one| one.field == field && one.excluded == excluded);
        let (wanted, excluded): (Vec<_>, Vec<_>) = (of_field(false).collect(), of_field(true).collect());
        match field {
            FilterField::Status => {
                plan.lens.filter_by_status(&values(&wanted), &values(&excluded));
                if !wanted.is_empty() {
                    plan.filters.push(self.facts(wanted.iter().map(|one| Fact::Filter(field, &one.value))));
                }
                return Ok(());
            }
            FilterField::Type => {
                let (wanted, excluded) = (views(&values(&wanted)), views(&values(&excluded)));
                let wanted = if wanted == Views::NONE { Views::ALL } else { wanted };
                plan.lens.views = plan.lens.views.and(wanted).without(excluded);
                return Ok(());
            }
            FilterField::Inbox if !wanted.is_empty() => {
                // Only tickets stand in an inbox.
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
        let (field, value) = (filter.field, filter.value.as_str());
        let numbers = |numbers: Vec<String>| self.facts(numbers.iter().map(|number| Fact::Filter(field, number)));
        Ok(match field {
            FilterField::Tag => self.facts(names::tags(self.tags, value).into_iter().map(Fact::Tag)),
            FilterField::Assignee => {
                let users = names::assignees(self.db, value, self.caller)?.into_iter();
                numbers(users.map(|user| user.map_or_else(|| NOBODY.to_owned(), |number| number.to_string())).collect())
            }
            FilterField::Inbox => {
                numbers(names::inboxes(self.db, value)?.into_iter().map(|inbox| inbox.to_string()).collect())
            }
            FilterField::From => self.from(value)?,
            field => self.facts([Fact::Filter(field, value)]),
        })
    }

    /// Threads with a contact: by id, by address, or by the beginnings of words of name and address.
    fn from(&self, value: &str) -> Result<Box<dyn Tree>> {
        if let Ok(id) = value.to_ascii_lowercase().parse::<ContactId>() {
            return Ok(self.facts([Fact::Contact(id.row())]));
        }
        let (words, address) = (names::words(value), text::fold(value));
        if words.is_empty() {
            return Ok(any(Vec::new()));
        }
        let address = self.fields.fact(Fact::Address(&address));
        let has_address = value.contains('@') && self.finds(&address)?;
        let mut all = match has_address {
            true => vec![worth(term(address), 0.0)],
            false => words.iter().map(|word| worth(terms::who(self.fields, word), 0.0)).collect(),
        };
        all.push(self.facts([Fact::Is("conversation")]));
        Ok(Box::new(BooleanQuery::intersection(all)))
    }

    /// Whether any document has this term now. A term's own count goes on counting those that were replaced.
    fn finds(&self, term: &Term) -> Result<bool> {
        let query = TermQuery::new(term.clone(), IndexRecordOption::Basic);
        Ok(self.searcher.search(&query, &Count).map_err(unavailable)? > 0)
    }
}

fn values<'a>(filters: &[&'a Filter]) -> Vec<&'a str> {
    filters.iter().map(|one| one.value.as_str()).collect()
}

fn views(lists: &[&str]) -> Views {
    let has = |list: &str| lists.contains(&list);
    Views { contact: has("contact"), conversation: has("conversation"), ticket: has("ticket") }
}
