//! Words, as they are indexed and as they are looked for: how a text is parted into them, and what of a spelling is let go.
//!
//! Both sides go through the same door, so a word is found however it was typed: with or without its accents, in capitals,
//! in full width.

use std::iter::once;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most characters a word keeps. A longer one is cut, in the index and in the query alike, so its beginning finds it.
pub const WORD_MAX_CHARS: usize = 64;

/// A word, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The word, folded and cut.
    pub word: String,
    /// The first byte of it in the text.
    pub from: usize,
    /// The byte after its last.
    pub to: usize,
}

/// The words of a text, in order.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// The iterator of [`tokens`]. It holds one word at a time, however long the text.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let (from, to) = self.stretch()?;
            self.at = to;
            let word = word(self.text.get(from..to)?);
            // Of a stretch of marks alone nothing is left.
            if !word.is_empty() {
                return Some(Token { word, from, to });
            }
        }
    }
}

impl Tokens<'_> {
    /// Where the next word stands.
    fn stretch(&self) -> Option<(usize, usize)> {
        let rest = self.text.get(self.at..)?;
        let mut characters = rest.char_indices();
        let (start, first) = characters.find(|&(_, character)| begins(character))?;
        let alone = stands_alone(first);
        let mut before = first;
        for (at, character) in characters {
            let joins = !alone && begins(character) && !stands_alone(character);
            if !joins && !clings(before, character) {
                return Some((self.at + start, self.at + at));
            }
            before = character;
        }
        Some((self.at + start, self.text.len()))
    }
}

/// Whether one word goes on from the character `before` to the one `after` it, so that a cut between them would harm it.
pub fn are_joined(before: char, after: char) -> bool {
    let within = |character| begins(character) && !stands_alone(character);
    clings(before, after) || (within(after) && (within(before) || clings(' ', before)))
}

/// Whether a word can begin with this character.
fn begins(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    match character {
        // These two are letters to Unicode, and apostrophes to those who type them.
        '\u{2bb}' | '\u{2bc}' => false,
        // The radicals of Han are symbols to Unicode, and what some documents hold in place of their characters.
        '\u{2e80}'..='\u{2fd5}' => true,
        _ => character.is_alphanumeric(),
    }
}

/// Whether a character is a word of its own: in scripts written without spaces, and in Korean, whose words carry endings.
/// There a word is found as a run of adjacent characters, wherever it stands among others.
pub fn stands_alone(character: char) -> bool {
    matches!(character,
        // Thai and Lao.
        '\u{e00}'..='\u{eff}'
        // Myanmar, and the parts of Hangul syllables.
        | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}'
        // Khmer.
        | '\u{1780}'..='\u{17ff}'
        // Radicals of Han; kana, bopomofo and Hangul letters; Han.
        | '\u{2e80}'..='\u{2fd5}' | '\u{3005}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        // Hangul, Myanmar, Hangul syllables.
        | '\u{a960}'..='\u{a97f}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}' | '\u{ac00}'..='\u{d7ff}'
        // Han for the sake of older encodings; kana and Hangul of half width.
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}'
        // Rare kana, rare Han.
        | '\u{1aff0}'..='\u{1b16f}' | '\u{20000}'..='\u{3ffff}'
    )
}

/// Whether a character belongs to the one before it, whatever that is: marks, and what is invisible within a word.
fn clings(before: char, character: char) -> bool {
    if character < '\u{ad}' {
        return false;
    }
    match character {
        // A soft hyphen, and joiners of width zero.
        '\u{ad}' | '\u{200d}' | '\u{2060}' => true,
        // Vowels and endings of a Hangul syllable written in parts, and the voicing marks of half width.
        '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7ff}' | '\u{ff9e}' | '\u{ff9f}' => true,
        // A vowel of Thai and of Lao that is written behind its consonant, whole and in its two parts.
        '\u{e33}' | '\u{eb3}' => true,
        '\u{e32}' => before == '\u{e4d}',
        '\u{eb2}' => before == '\u{ecd}',
        // Kana, Han and Hangul, so frequent that the long look below is saved.
        '\u{30a1}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => false,
        _ => is_combining_mark(character),
    }
}

/// The word that a stretch of text is.
fn word(stretch: &str) -> String {
    if stretch.is_ascii() {
        return stretch.get(..WORD_MAX_CHARS).unwrap_or(stretch).to_ascii_lowercase();
    }
    let simple: Option<String> = stretch.chars().map(simple).take(WORD_MAX_CHARS).collect();
    simple.unwrap_or_else(|| folded(stretch).take(WORD_MAX_CHARS).collect())
}

/// What spellings of the same words share: no accents, no capitals, no forms of width or style; `ß` is `ss`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { folded(text).collect() }
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    // Composing again at the end puts what is left in one order, and Hangul and voiced kana into one character.
    text.nfkd().filter(|&character| !is_let_go(character)).flat_map(char::to_lowercase).flat_map(plain).nfc()
}

/// What a frequent character folds to, if all around it are as simple: what most words are made of takes no long way.
fn simple(character: char) -> Option<char> {
    match character {
        'a'..='z' | '0'..='9' => Some(character),
        'A'..='Z' => Some(character.to_ascii_lowercase()),
        'À'..='Å' | 'à'..='å' => Some('a'),
        'È'..='Ë' | 'è'..='ë' => Some('e'),
        'Ì'..='Ï' | 'ì'..='ï' => Some('i'),
        'Ò'..='Ö' | 'ò'..='ö' => Some('o'),
        'Ù'..='Ü' | 'ù'..='ü' => Some('u'),
        'Ç' | 'ç' => Some('c'),
        'Ñ' | 'ñ' => Some('n'),
        'Й' | 'й' => Some('и'),
        'а'..='я' => Some(character),
        'А'..='Я' => char::from_u32(u32::from(character) + 32),
        // Kana, Han and Hangul syllables.
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fc}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => {
            Some(character)
        }
        // Thai, but for the marks whose order may need mending.
        '\u{e01}'..='\u{e32}' | '\u{e34}'..='\u{e37}' | '\u{e40}'..='\u{e4b}' => Some(character),
        _ => None,
    }
}

/// Whether a fold leaves this character out. The voicing marks of kana stay: they make another letter.
fn is_let_go(character: char) -> bool {
    if character < '\u{ad}' {
        return false;
    }
    matches!(character,
        // A soft hyphen, joiners, fillers, and what chooses among the shapes of a character.
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180d}' | '\u{180f}'
        | '\u{200d}' | '\u{2060}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}'
        // Accents of Latin, Greek and Cyrillic, and those around a character.
        | '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}'
        // Hebrew points and accents.
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        // Arabic: what lengthens a line, vowel marks, marks of recitation.
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}'
        | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
    )
}

/// The plain spelling of a small letter that does not come apart by itself.
fn plain(letter: char) -> impl Iterator<Item = char> {
    let (first, second) = match letter {
        letter if letter.is_ascii() => (letter, None),
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ø' => ('o', None),
        'đ' | 'ð' => ('d', None),
        'ħ' => ('h', None),
        'ı' => ('i', None),
        'ł' => ('l', None),
        'ŧ' => ('t', None),
        'ŋ' => ('n', None),
        'ĸ' => ('k', None),
        // The sigma that ends a word.
        'ς' => ('σ', None),
        // The Persian forms of two letters, and yeh without its dots: which is typed depends on the keyboard.
        '\u{6a9}' => ('\u{643}', None),
        '\u{649}' | '\u{6cc}' => ('\u{64a}', None),
        '\u{660}'..='\u{669}' => (digit(letter, '\u{660}'), None),
        '\u{6f0}'..='\u{6f9}' => (digit(letter, '\u{6f0}'), None),
        '\u{966}'..='\u{96f}' => (digit(letter, '\u{966}'), None),
        other => (other, None),
    };
    once(first).chain(second)
}

/// The digit as a European one, given the zero of its script.
fn digit(character: char, zero: char) -> char {
    char::from_digit(u32::from(character) - u32::from(zero), 10).unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).map(|token| token.word).collect()
    }

    /// Text of what is hard: marks, joiners, scripts of every kind, parts of syllables, and any character at all.
    fn hard_text() -> impl Strategy<Value = String> {
        let alphabet = "aZß9é_-'@. \u{301}\u{345}\u{34f}\u{5b0}\u{64e}\u{640}\u{654}\u{ad}\u{200d}\u{fe0f}\u{20e3}東か\u{3099}ガｶﾞー\
            한\u{1100}\u{1161}\u{11a8}ㄱㅋทีำ\u{e4d}\u{e32}ກ\u{eb3}ស\u{17d2}ရ\u{1039}İıſﬁΣςǅ½Ⅷ⑴ﷺ\u{1d400}\u{f900}\u{2f00}\u{3164}\u{ffa0}🎉";
        let characters: Vec<char> = alphabet.chars().collect();
        let character = prop_oneof![4 => proptest::sample::select(characters), 1 => any::<char>()];
        proptest::collection::vec(character, 0..40).prop_map(String::from_iter)
    }

    #[test]
    fn a_fold_lets_go_of_what_spellings_differ_in() {
        let cases = [
            ("Über", "uber"),
            ("Straße STRASSE ẞ", "strasse strasse ss"),
            ("İstanbul ıstanbul", "istanbul istanbul"),
            ("ﬁne", "fine"),
            ("ＡＢＣ１２３", "abc123"),
            ("Łódź Ørsted Đorđe", "lodz orsted dorde"),
            ("Æon Œuvre Þór", "aeon oeuvre thor"),
            ("ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ σισυφοσ"),
            ("Ёлка", "елка"),
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد مـحـمـد", "محمد محمد"),
            ("٤٢ ۴۲ ४२", "42 42 42"),
            ("e\u{301}te\u{301}", "ete"),
            ("ｶﾞ か\u{3099}", "ガ が"),
            ("서울 \u{1109}\u{1165}", "서울 서"),
            ("葛\u{e0100}", "葛"),
            ("co\u{ad}operate", "cooperate"),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded, "{text}");
        }
        assert_ne!(fold("が"), fold("か"));
        assert_ne!(fold("ぱ"), fold("は"));
    }

    #[test]
    fn punctuation_and_space_part_words() {
        assert_eq!(words("Hello, wörld!\n ticket_042"), ["hello", "world", "ticket", "042"]);
        assert_eq!(words("john@example.com can't п\u{2bc}ять"), ["john", "example", "com", "can", "t", "п", "ять"]);
        assert_eq!(words(" *** — \u{301} 🎉 "), Vec::<String>::new());
    }

    #[test]
    fn characters_of_scripts_without_spaces_are_words_of_their_own() {
        assert_eq!(words("東京都2024年"), ["東", "京", "都", "2024", "年"]);
        assert_eq!(words("ラーメン ﾗｰﾒﾝ"), ["ラ", "ー", "メ", "ン", "ラ", "ー", "メ", "ン"]);
        assert_eq!(words("ガ ｶﾞ カ\u{3099}"), ["ガ", "ガ", "ガ"]);
        assert_eq!(words("서울에서 ㅋㅋ"), ["서", "울", "에", "서", "\u{110f}", "\u{110f}"]);
        assert_eq!(words("\u{1109}\u{1165}\u{110b}\u{116e}\u{11af}"), ["서", "울"]);
        assert_eq!(words("ที่นี่"), ["ที่", "นี่"]);
        assert_eq!(words("น้ำ"), words("น\u{e49}\u{e4d}\u{e32}"));
        assert_eq!(words("iPhoneを買う"), ["iphone", "を", "買", "う"]);
        assert_eq!(words("⽇本"), words("日本"));
    }

    #[test]
    fn a_long_word_is_cut_and_its_place_is_not() {
        let text = format!("{} é{}", "a".repeat(100), "b".repeat(100_000));
        let all: Vec<Token> = tokens(&text).collect();
        assert_eq!(all.iter().map(|token| token.word.len()).collect::<Vec<_>>(), [WORD_MAX_CHARS; 2]);
        assert_eq!(all.last().map(|token| (token.from, token.to)), Some((101, text.len())));
    }

    #[test]
    fn every_character_folds_to_what_folds_to_itself() {
        for character in '\0'..=char::MAX {
            let folded = fold(character.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&folded), folded, "U+{:04X}", u32::from(character));
            if let Some(simple) = simple(character) {
                assert_eq!(simple.to_string(), folded, "U+{:04X}", u32::from(character));
            }
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in prop_oneof![hard_text(), any::<String>()]) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn tokens_stand_in_order_and_are_what_their_place_folds_to(text in prop_oneof![hard_text(), any::<String>()]) {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert!(end <= token.from && token.from < token.to);
                end = token.to;
                let stretch = text.get(token.from..token.to).unwrap();
                prop_assert_eq!(fold(stretch).chars().take(WORD_MAX_CHARS).collect::<String>(), token.word.as_str());
                prop_assert!(!token.word.is_empty());
                prop_assert_eq!(fold(&token.word), token.word);
            }
        }

        #[test]
        fn nothing_is_between_words_that_could_be_one(text in hard_text()) {
            let mut between = text.clone();
            tokens(&text).for_each(|token| between.replace_range(token.from..token.to, &" ".repeat(token.to - token.from)));
            prop_assert_eq!(tokens(&between).count(), 0);
            prop_assert!(!between.contains(|character: char| character.is_ascii_alphanumeric()));
        }

        #[test]
        fn a_cut_between_words_joins_nothing(text in hard_text()) {
            for token in tokens(&text) {
                let inside = text.get(token.from..token.to).unwrap();
                for (before, after) in inside.chars().zip(inside.chars().skip(1)) {
                    prop_assert!(are_joined(before, after));
                }
            }
        }
    }
}
