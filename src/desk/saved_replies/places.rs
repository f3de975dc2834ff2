//! The places in a saved reply: `{{contact.first_name}}`, or `{{contact.first_name|there}}` with what stands there where the
//! value is missing. What is no place is text.

use crate::choice;
use crate::described;
use crate::text_input;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::text::Body;
use rusqlite::types::FromSql;
use rusqlite::types::FromSqlResult;
use rusqlite::types::ToSqlOutput;
use rusqlite::types::ValueRef;
use serde::Serialize;
use std::str::FromStr;

choice! {
    /// What may stand in a place.
    Place {
        /// The contact's name.
        ContactName "contact.name",
        /// The first word of it.
        ContactFirstName "contact.first_name",
        /// The contact's address.
        ContactEmail "contact.email",
        /// The name of who answers.
        AgentName "agent.name",
        /// The first word of it.
        AgentFirstName "agent.first_name",
        /// The conversation's id.
        ConversationId "conversation.id",
        /// What the conversation is about.
        ConversationSubject "conversation.subject",
        /// The id of the conversation's ticket.
        TicketId "ticket.id",
    }
}

/// The text of a saved reply, all places of which are known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Template(Body);

described!(Template as Body);
text_input!(Template);

impl FromStr for Template {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let body = text.parse()?;
        for piece in pieces(text) {
            if let Piece::Place { name, .. } = piece {
                name.parse::<Place>().map_err(|refused| {
                    let short: String = name.chars().take(64).collect();
                    Refused::new(Rule::NotInEnum, format!("what stands in `{{{{{short}}}}}` {}", refused.message))
                })?;
            }
        }
        Ok(Self(body))
    }
}

impl rusqlite::ToSql for Template {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for Template {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Body::column_result(value).map(Self)
    }
}

impl Template {
    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The text with its places filled.
    pub fn filled(&self, value: impl Fn(Place) -> Option<String>) -> String {
        let fill = |piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Place { name, otherwise } => {
                name.parse().ok().and_then(&value).unwrap_or_else(|| otherwise.to_owned())
            }
        };
        pieces(self.as_str()).map(fill).collect()
    }
}

/// A piece of a text.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    Place { name: &'a str, otherwise: &'a str },
}

/// The pieces of a text, in order.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let place = rest.strip_prefix("{{").and_then(|inner| inner.split_once("}}"));
        if let Some((inner, after)) = place {
            rest = after;
            let (name, otherwise) = inner.split_once('|').unwrap_or((inner, ""));
            return Some(Piece::Place { name: name.trim(), otherwise: otherwise.trim() });
        }
        // Up to the next pair of brackets; if this is one that is never closed, up to the one after.
        let skipped = rest.chars().next()?.len_utf8();
        let end = rest.get(skipped..).and_then(|later| later.find("{{")).map_or(rest.len(), |at| at + skipped);
        let (text, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(Piece::Text(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let template: Template = text.parse().unwrap_or_else(|refused| panic!("{refused:?}"));
        template.filled(|place| (place == Place::ContactName).then(|| "Ann {{agent.name}}".to_owned()))
    }

    #[test]
    fn a_place_is_filled_once_or_holds_what_stands_after_the_bar() {
        for (text, expected) in [
            ("Hello", "Hello"),
            ("Hello {{contact.name}}!", "Hello Ann {{agent.name}}!"),
            ("{{ contact.name }}{{contact.name|x}}", "Ann {{agent.name}}Ann {{agent.name}}"),
            ("Hello {{ticket.id|there}}, {{ticket.id}}.", "Hello there, ."),
            ("{{ticket.id| a | b }}", "a | b"),
            ("{ {{ {{{ö {{", "{ {{ {{{ö {{"),
            ("}} {{contact.name", "}} {{contact.name"),
        ] {
            assert_eq!(filled(text), expected, "{text}");
        }
    }

    #[test]
    fn a_place_that_is_not_known_is_refused_and_the_known_ones_are_named() {
        for text in ["{{contact.phone}}", "{{}}", "{{{contact.name}}}", "{{|x}}", "{{ {{contact.name}}"] {
            let refused = text.parse::<Template>().map(drop).unwrap_err();
            assert_eq!(refused.rule, Rule::NotInEnum, "{text}");
            assert!(refused.message.contains("`contact.first_name`"), "{refused:?}");
        }
    }
}
