//! Chunks of a query: what stands between white space, or in quotes.

use crate::search::query::FilterField;

/// What closes or opens a phrase: it need not be of a pair.
const QUOTES: [char; 6] = ['"', '“', '”', '„', '«', '»'];

/// A word, a phrase, or what has the look of a filter.
pub struct Chunk<'a> {
    /// All of it but a leading minus and the quotes of a phrase.
    pub text: &'a str,
    /// Whether a minus led it.
    pub excluded: bool,
    /// Whether it is in quotes, or ends in them: then it is complete.
    pub quoted: bool,
    /// The field and the value, where it has the look of a filter.
    pub filter: Option<(FilterField, &'a str)>,
}

/// Reads chunk after chunk.
pub struct Chunks<'a> {
    rest: &'a str,
    /// Whether the rest begins the text. Behind a phrase, a minus without a space before it is a hyphen.
    is_parted: bool,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let start = self.rest.trim_start();
        if start.is_empty() {
            return None;
        }
        let is_parted = self.is_parted || start.len() < self.rest.len();
        let unsigned = start.strip_prefix('-').filter(|rest| is_parted && !rest.starts_with(is_no_operand));
        let body = unsigned.unwrap_or(start);
        let chunk = Chunk { excluded: unsigned.is_some(), text: body, quoted: false, filter: None };
        Some(match body.strip_prefix(QUOTES) {
            Some(inner) => Chunk { text: self.up_to_quote(inner), quoted: true, ..chunk },
            None => self.unquoted(chunk),
        })
    }
}

impl<'a> Chunks<'a> {
    /// The chunks of a text.
    pub fn of(text: &'a str) -> Self {
        Self { rest: text, is_parted: true }
    }

    /// What stands before the next quote, or the end: there every phrase closes.
    fn up_to_quote(&mut self, inner: &'a str) -> &'a str {
        let (phrase, rest) = inner.split_once(QUOTES).unwrap_or((inner, ""));
        self.rest = rest;
        self.is_parted = false;
        phrase
    }

    /// A chunk that quotes do not open. They may hold the value of a filter.
    fn unquoted(&mut self, chunk: Chunk<'a>) -> Chunk<'a> {
        let end = chunk.text.find(|c: char| c.is_whitespace() || QUOTES.contains(&c)).unwrap_or(chunk.text.len());
        let (text, rest) = chunk.text.split_at(end);
        self.rest = rest;
        self.is_parted = false;
        let Some((name, value)) = text.split_once(':') else { return Chunk { text, ..chunk } };
        let Ok(field) = name.to_ascii_lowercase().parse::<FilterField>() else { return Chunk { text, ..chunk } };
        match rest.strip_prefix(QUOTES).filter(|_| value.is_empty()) {
            Some(inner) => {
                let value = self.up_to_quote(inner).trim();
                let length = chunk.text.len() - self.rest.len();
                let text = chunk.text.get(..length).unwrap_or(text);
                Chunk { text, quoted: true, filter: Some((field, value)), ..chunk }
            }
            None => Chunk { text, filter: Some((field, value)), ..chunk },
        }
    }
}

/// Whether a minus before this excludes nothing.
fn is_no_operand(after: char) -> bool {
    after.is_whitespace() || after == '-'
}
