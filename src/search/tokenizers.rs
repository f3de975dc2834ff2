//! How tantivy gets its tokens: the words of [`text`], or their first characters.

use crate::search::text;
use tantivy::tokenizer::Token;
use tantivy::tokenizer::TokenStream;
use tantivy::tokenizer::Tokenizer;
use tantivy::tokenizer::TokenizerManager;

/// Words.
pub const WORDS: &str = "words";
/// The first one, two and three characters of words.
pub const EDGES: &str = "edges";
/// How many characters the longest edge has.
pub const EDGE_MAX_CHARS: usize = 3;

/// Makes the tokenizers known to an index.
pub fn register(known: &TokenizerManager) {
    known.register(WORDS, Words);
    known.register(EDGES, Edges);
}

/// The first one, two and three characters of a word.
pub fn edges(word: &str) -> impl Iterator<Item = &str> {
    let ends = word.char_indices().map(|(at, character)| at + character.len_utf8()).take(EDGE_MAX_CHARS);
    ends.filter_map(|end| word.get(..end))
}

/// Gives words.
#[derive(Clone)]
struct Words;

/// Gives the beginnings of words.
#[derive(Clone)]
struct Edges;

struct Stream<'a> {
    tokens: text::Tokens<'a>,
    /// For beginnings: the word under way, and how many characters the next one has.
    edges: Option<(String, usize)>,
    token: Token,
}

impl<'a> Stream<'a> {
    fn new(text: &'a str, of_edges: bool) -> Self {
        let token = Token { position: usize::MAX, ..Token::default() };
        let edges = of_edges.then(|| (String::new(), EDGE_MAX_CHARS + 1));
        Self { tokens: text::tokens(text), edges, token }
    }

    /// The next beginning of the word under way.
    fn edge(&mut self) -> bool {
        let Some((word, chars)) = self.edges.as_mut().filter(|(_, chars)| *chars <= EDGE_MAX_CHARS) else {
            return false;
        };
        let Some((at, character)) = word.char_indices().nth(*chars - 1) else { return false };
        *chars += 1;
        self.token.text.clear();
        self.token.text.push_str(word.get(..at + character.len_utf8()).unwrap_or_default());
        true
    }
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream::new(text, false)
    }
}

impl Tokenizer for Edges {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream::new(text, true)
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        if self.edge() {
            return true;
        }
        let Some(text::Token { word, from, to }) = self.tokens.next() else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        (self.token.offset_from, self.token.offset_to) = (from, to);
        if let Some(edges) = &mut self.edges {
            *edges = (word, 1);
            return self.edge();
        }
        self.token.text = word;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(tokenizer: &mut impl Tokenizer, text: &str) -> Vec<String> {
        let mut stream = tokenizer.token_stream(text);
        let mut all = Vec::new();
        while stream.advance() {
            all.push(format!("{}@{}", stream.token().text, stream.token().position));
        }
        all
    }

    #[test]
    fn words_and_their_beginnings_stand_at_the_place_of_the_word() {
        assert_eq!(given(&mut Words, "To Ärger"), ["to@0", "arger@1"]);
        assert_eq!(given(&mut Edges, "To Ärger"), ["t@0", "to@0", "a@1", "ar@1", "arg@1"]);
    }
}
