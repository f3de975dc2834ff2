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
/// Words, and after a `^` their first one, two and three characters.
pub const WHO: &str = "who";
/// How many characters the longest edge has.
pub const EDGE_MAX_CHARS: usize = 3;
/// What stands before an edge that stands among words. No word holds it.
pub const EDGE_MARK: char = '^';

/// Makes the tokenizers known to an index.
pub fn register(known: &TokenizerManager) {
    known.register(WORDS, Words { words: true, edges: None });
    known.register(EDGES, Words { words: false, edges: Some("") });
    known.register(WHO, Words { words: true, edges: Some("^") });
}

/// Gives words, edges, or both.
#[derive(Clone)]
struct Words {
    words: bool,
    /// What stands before each edge; none: no edges.
    edges: Option<&'static str>,
}

struct Stream<'a> {
    tokens: text::Tokens<'a>,
    kinds: Words,
    /// The word that edges are still to be given of, and how many characters the next one has.
    rest: Option<(String, usize)>,
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Box<dyn TokenStream + 'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        let token = Token { position: usize::MAX, ..Token::default() };
        Box::new(Stream { tokens: text::tokens(text), kinds: self.clone(), rest: None, token })
    }
}

impl Stream<'_> {
    /// The next edge of the word under way.
    fn edge(&mut self) -> bool {
        let (Some(mark), Some((word, chars))) = (self.kinds.edges, &mut self.rest) else { return false };
        let end = word.char_indices().nth(*chars - 1).map(|(at, character)| at + character.len_utf8());
        let Some(edge) = end.and_then(|end| word.get(..end)).filter(|_| *chars <= EDGE_MAX_CHARS) else { return false };
        *chars += 1;
        self.token.text.clear();
        self.token.text.push_str(mark);
        self.token.text.push_str(edge);
        true
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            if self.edge() {
                return true;
            }
            let Some(text::Token { word, from, to }) = self.tokens.next() else { return false };
            self.token.position = self.token.position.wrapping_add(1);
            (self.token.offset_from, self.token.offset_to) = (from, to);
            if self.kinds.words {
                self.token.text.clear();
                self.token.text.push_str(&word);
            }
            self.rest = self.kinds.edges.map(|_| (word, 1));
            if self.kinds.words {
                return true;
            }
        }
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

    fn given(kinds: Words, text: &str) -> Vec<String> {
        let mut tokenizer = kinds;
        let mut stream = tokenizer.token_stream(text);
        let mut all = Vec::new();
        while stream.advance() {
            all.push(format!("{}@{}", stream.token().text, stream.token().position));
        }
        all
    }

    #[test]
    fn words_and_their_beginnings_stand_at_the_place_of_the_word() {
        assert_eq!(given(Words { words: true, edges: None }, "To Ärger"), ["to@0", "arger@1"]);
        assert_eq!(given(Words { words: false, edges: Some("") }, "To Ärger"), ["t@0", "to@0", "a@1", "ar@1", "arg@1"]);
        assert_eq!(given(Words { words: true, edges: Some("^") }, "Jo"), ["jo@0", "^j@0", "^jo@0"]);
    }
}
