//! What a view asks: the texts that the query of its list would hold, checked by the very parsers of that list.

use crate::choice;
use crate::described;
use crate::desk::conversations;
use crate::desk::conversations::ConversationFilter;
use crate::desk::tickets;
use crate::desk::tickets::TicketFilter;
use crate::desk::users::UserId;
use crate::store::list::Order;
use crate::stored_as_word;
use crate::text_input;
use crate::types::Result;
use crate::types::asked::Asked;
use crate::types::error::Detail;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::field::Invalid;
use crate::types::field::path;
use crate::types::field::unknown_field;
use crate::types::schema;
use crate::types::time::Time;
use deserr::Deserr;
use deserr::IntoValue;
use deserr::Map;
use deserr::ValuePointerRef;
use rusqlite::Connection;
use rusqlite::types::FromSql;
use rusqlite::types::FromSqlError;
use rusqlite::types::FromSqlResult;
use rusqlite::types::ToSqlOutput;
use rusqlite::types::ValueRef;
use serde::Serialize;
use std::collections::BTreeMap;
use std::str::FromStr;
use utoipa::IntoParams;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::RefOr;
use utoipa::openapi::Schema;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::schema::AnyOfBuilder;

choice! {
    /// Which list a view shows a part of.
    ViewKind {
        /// That of conversations.
        Conversation "conversation",
        /// That of tickets.
        Ticket "ticket",
    }
}
stored_as_word!(ViewKind);

/// What the list is filtered by: its query parameters, by name, as texts.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ViewFilter(BTreeMap<String, String>);

described!(ViewFilter = of_parameters(););

/// The parameters of both lists, of which each takes its own.
fn of_parameters() -> ObjectBuilder {
    let both = [ConversationFilter::into_params(|| None), TicketFilter::into_params(|| None)];
    let mut properties: BTreeMap<String, (String, Vec<RefOr<Schema>>)> = BTreeMap::new();
    for Parameter { name, schema, description, .. } in both.into_iter().flatten() {
        let (_, known) = properties.entry(name).or_insert_with(|| (description.unwrap_or_default(), Vec::new()));
        known.extend(schema.filter(|schema| !known.contains(schema)));
    }
    let none = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
    properties.into_iter().fold(none, |object, (name, (text, schemas))| {
        let schema = match <[_; 1]>::try_from(schemas) {
            Ok([only]) => only,
            Err(several) => several.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item).into(),
        };
        object.property(name, explained(schema, text))
    })
}

fn explained(mut schema: RefOr<Schema>, text: String) -> RefOr<Schema> {
    match &mut schema {
        RefOr::Ref(reference) => reference.description = text,
        RefOr::T(Schema::Object(object)) => object.description = Some(text),
        RefOr::T(Schema::OneOf(one)) => one.description = Some(text),
        RefOr::T(Schema::AnyOf(any)) => any.description = Some(text),
        RefOr::T(_) => {}
    }
    schema
}

impl Deserr<Invalid> for ViewFilter {
    fn deserialize_from_value<V: IntoValue>(value: deserr::Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        let deserr::Value::Map(map) = value else {
            return Err(Invalid(vec![Refused::new(Rule::InvalidFormat, "must be an object of texts").at(path(at))]));
        };
        let mut texts = BTreeMap::new();
        let mut faults = Vec::new();
        for (name, value) in map.into_iter() {
            match Option::<String>::deserialize_from_value(value.into_value(), at.push_key(&name)) {
                // What is null is as what is not there.
                Ok(text) => texts.extend(text.map(|text| (name, text))),
                Err(Invalid(details)) => faults.extend(details),
            }
        }
        if faults.is_empty() { Ok(Self(texts)) } else { Err(Invalid(faults)) }
    }
}

impl rusqlite::ToSql for ViewFilter {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(&self.0);
        let text = text.map_err(|cause| rusqlite::Error::ToSqlConversionFailure(Box::new(cause)))?;
        Ok(text.into())
    }
}

impl FromSql for ViewFilter {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(|cause| FromSqlError::Other(Box::new(cause)))
    }
}

/// What the list is sorted by, as its query says it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ViewSort(String);

described! {
    ViewSort = {
        // Tickets are sorted by some of them.
        let names = conversations::COLUMNS.iter().map(|(name, _)| *name);
        let both: Vec<String> = names.flat_map(|name| [name.to_owned(), format!("-{name}")]).collect();
        schema::words(both.iter().map(String::as_str))
    };
}
text_input!(ViewSort);

impl FromStr for ViewSort {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        // Which list it is of, and so what it may be, is to be seen.
        Ok(Self(text.to_owned()))
    }
}

impl rusqlite::ToSql for ViewSort {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for ViewSort {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        String::column_result(value).map(Self)
    }
}

/// Takes the texts of a filter one by one.
struct Taking<'a> {
    filter: &'a ViewFilter,
    known: Vec<String>,
    faults: Vec<Detail>,
}

impl Asked for Taking<'_> {
    fn take<T: FromStr<Err = Refused>>(&mut self, name: &str) -> Option<T> {
        self.known.push(name.to_owned());
        let text = self.filter.0.get(name)?;
        text.parse().map_err(|refused: Refused| self.faults.push(refused.at(format!("filter.{name}")))).ok()
    }
}

/// What is asked of a list.
pub enum Question {
    /// Of conversations.
    Conversations(ConversationFilter, Order),
    /// Of tickets.
    Tickets(TicketFilter, Order),
}

impl Question {
    /// The question that a view asks.
    ///
    /// # Errors
    /// 422 with all of `filter` and `sort` that the list would not take.
    pub fn of(kind: ViewKind, filter: &ViewFilter, sort: Option<&ViewSort>) -> Result<Self> {
        let mut taking = Taking { filter, known: Vec::new(), faults: Vec::new() };
        let question = match kind {
            ViewKind::Conversation => {
                let asked = ConversationFilter::asked(&mut taking);
                Self::Conversations(asked, taking.order(sort, &conversations::COLUMNS))
            }
            ViewKind::Ticket => {
                let asked = TicketFilter::asked(&mut taking);
                Self::Tickets(asked, taking.order(sort, &tickets::COLUMNS))
            }
        };
        let known: Vec<&str> = taking.known.iter().map(String::as_str).collect();
        let strangers = filter.0.keys().filter(|name| !known.contains(&name.as_str()));
        let unknown = strangers.map(|name| {
            let short: String = name.chars().take(64).collect();
            unknown_field(name, &known).at(format!("filter.{short}"))
        });
        taking.faults.extend(unknown);
        if taking.faults.is_empty() { Ok(question) } else { Err(Error::invalid(taking.faults)) }
    }

    /// How many rows the list has for this caller.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn total(&self, db: &Connection, caller: UserId, now: Time) -> Result<i64> {
        match self {
            Self::Conversations(filter, order) => conversations::total(db, filter, caller, *order),
            Self::Tickets(filter, order) => tickets::total(db, filter, caller, *order, now),
        }
    }
}

impl Taking<'_> {
    fn order(&mut self, sort: Option<&ViewSort>, columns: &[(&str, &'static str)]) -> Order {
        let default = Order { column: columns.first().map_or("id", |(_, column)| column), descending: true };
        let order = sort.map(|sort| Order::parse(&sort.0, columns));
        order.transpose().map_err(|refused| self.faults.push(refused.at("sort"))).ok().flatten().unwrap_or(default)
    }
}
