//! What chunks come to: parts and filters, each kept once, and no more than the bounds allow.

use crate::desk::threads::Channel;
use crate::desk::threads::Priority;
use crate::desk::threads::TicketStatus;
use crate::search::query::Filter;
use crate::search::query::FilterField;
use crate::search::query::ObjectId;
use crate::search::query::PARTS_MAX;
use crate::search::query::Part;
use crate::search::query::Query;
use crate::search::query::chunks::Chunk;
use crate::search::text::fold;
use crate::search::text::stands_alone;
use crate::search::text::tokens;

/// What stands around an address that was copied out of a text.
const AROUND_ADDRESS: [char; 15] = ['<', '>', '(', ')', '[', ']', '{', '}', ',', ';', ':', '.', '!', '?', '\''];

/// A query while it is read.
#[derive(Default)]
pub struct Draft {
    query: Query,
    /// The place of the part that may be being typed still: the last that is required and has no quotes.
    typed: Option<usize>,
}

impl Draft {
    /// Takes what a chunk asks for.
    pub fn add(&mut self, chunk: Chunk<'_>) {
        let filter = chunk.filter.and_then(|(field, value)| {
            known_value(field, value).map(|value| Filter { field, value, excluded: chunk.excluded })
        });
        match filter {
            Some(filter) => self.add_filter(filter),
            None => self.add_part(&chunk),
        }
    }

    fn add_filter(&mut self, filter: Filter) {
        if !self.query.filters.contains(&filter) && self.has_room() {
            self.query.filters.push(filter);
        }
    }

    fn add_part(&mut self, chunk: &Chunk<'_>) {
        let mut rest = tokens(chunk.text).map(|token| token.word);
        let words: Vec<String> = rest.by_ref().take(PARTS_MAX).collect();
        if words.is_empty() {
            return;
        }
        let is_whole = rest.next().is_none();
        self.query.shortened |= !is_whole;
        let exact = address(chunk.text).filter(|_| !chunk.quoted && is_whole);
        let part = Part { words, by_prefix: false, quoted: chunk.quoted, exact, id: object_id(chunk.text) };
        if chunk.excluded {
            self.exclude(part);
        } else {
            self.require(part, !chunk.quoted, is_whole);
        }
    }

    fn exclude(&mut self, part: Part) {
        if !self.query.excluded.iter().any(|known| known.words == part.words) && self.has_room() {
            self.query.excluded.push(part);
        }
    }

    fn require(&mut self, part: Part, is_typed: bool, is_whole: bool) {
        let known = self.query.required.iter().position(|known| known.words == part.words);
        if is_typed {
            self.typed = None;
        }
        if let Some(place) = known {
            // Words that must match as they are need not match by their beginning as well.
            self.typed = self.typed.filter(|&typed| typed != place);
            if let Some(known) = self.query.required.get_mut(place) {
                known.exact = known.exact.take().or(part.exact);
                known.id = known.id.or(part.id);
                known.quoted |= part.quoted;
            }
        } else if self.has_room() {
            let ends_in_letters = part.words.last().is_some_and(|word| !word.starts_with(stands_alone));
            if is_typed && is_whole && ends_in_letters {
                self.typed = Some(self.query.required.len());
            }
            self.query.required.push(part);
        }
    }

    /// Whether another part fits. If not, the query is short of it.
    fn has_room(&mut self) -> bool {
        let query = &mut self.query;
        let has_room = query.required.len() + query.excluded.len() + query.filters.len() < PARTS_MAX;
        query.shortened |= !has_room;
        has_room
    }

    /// The query, now that its end is known.
    pub fn finish(mut self) -> Query {
        let typed = self.typed.and_then(|place| self.query.required.get_mut(place));
        if let Some(part) = typed {
            part.by_prefix = true;
        }
        self.query
    }
}

/// The value as it is compared, or nothing where the field can't have it.
fn known_value(field: FilterField, value: &str) -> Option<String> {
    let lower = value.to_lowercase();
    match field {
        FilterField::Status => lower.parse::<TicketStatus>().is_ok().then_some(lower),
        FilterField::Priority => lower.parse::<Priority>().is_ok().then_some(lower),
        FilterField::Channel => lower.parse::<Channel>().is_ok().then_some(lower),
        FilterField::Type => {
            let singular = lower.strip_suffix('s').unwrap_or(&lower);
            ["conversation", "contact", "ticket"].contains(&singular).then(|| singular.to_owned())
        }
        FilterField::Tag | FilterField::Assignee | FilterField::From | FilterField::Inbox => {
            (!value.is_empty()).then(|| value.to_owned())
        }
    }
}

/// An address of e-mail, as far as a search can tell.
fn address(text: &str) -> Option<String> {
    let folded = fold(text.trim_matches(AROUND_ADDRESS));
    folded.contains('@').then_some(folded)
}

/// The object whose id a chunk is, be it in a sentence.
fn object_id(text: &str) -> Option<ObjectId> {
    let (kind, digits) = text.trim_matches(|c: char| !c.is_alphanumeric()).split_once('_')?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let row = digits.parse().ok().filter(|&row| row > 0)?;
    match kind.to_ascii_lowercase().as_str() {
        "conv" => Some(ObjectId::Conversation(row)),
        "ticket" => Some(ObjectId::Ticket(row)),
        "contact" => Some(ObjectId::Contact(row)),
        _ => None,
    }
}
