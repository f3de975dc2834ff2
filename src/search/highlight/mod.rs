//! What is shown of a match: a stretch of the text with what matched in `<em>`, and all else escaped for HTML.

mod page;
mod window;

pub use crate::search::highlight::page::escape;

use crate::search::highlight::page::Page;
use crate::search::highlight::page::is_dropped;
use crate::search::highlight::window::best_window;
use crate::search::highlight::window::with_surroundings;
use crate::search::query::PARTS_MAX;
use crate::search::query::Part;
use crate::search::query::Query;
use crate::search::text::Token;
use crate::search::text::tokens;

/// About how many characters of a text are shown.
pub const SNIPPET_CHARS: usize = 160;

/// How much of a text is looked through, in bytes.
const LOOKED_THROUGH: usize = 64 * 1024;
/// The most matches that are weighed: a text may be one word over and over.
const MATCHES_MAX: usize = 4_096;
/// The fewest characters of a word that may hold a typo.
const TYPO_MIN_CHARS: usize = 4;

/// Finds what a query matches in a text, and shows it.
#[derive(Debug, Clone)]
pub struct Marker {
    parts: Vec<Part>,
    typos: bool,
}

/// The best stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The stretch, escaped, with its matches in `<em>`, and `…` where it was cut.
    pub html: String,
    /// Which of the query's required parts are in it: the lowest bit stands for the first.
    pub parts: u32,
}

impl Marker {
    /// Finds what the query requires; with `typos`, a word of four characters or more also where one of them is wrong,
    /// missing, too many or changed with the next.
    pub fn new(query: &Query, typos: bool) -> Self {
        Self { parts: query.required.iter().take(PARTS_MAX).cloned().collect(), typos }
    }

    /// All that there is to find: a bit for each of the query's required parts.
    pub fn parts(&self) -> u32 {
        (0..self.parts.len()).fold(0, |bits, part| bits | 1 << part)
    }

    /// Whether there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether a text may show any of these parts, given as bits: a look that is quick and sure of a no. Most texts that are
    /// looked at are plain ASCII without the word, and need not be taken apart for it.
    pub fn may_show(&self, text: &str, wanted: u32) -> bool {
        if self.typos || !text.is_ascii() {
            return true;
        }
        let wanted = self.parts.iter().enumerate().filter(|(place, _)| wanted >> place & 1 == 1);
        wanted.filter_map(|(_, part)| part.words.first()).any(|word| holds(text.as_bytes(), word.as_bytes()))
    }

    /// The stretch with the most of the query's parts, then with the most matches, then the first. Nothing where nothing
    /// matches.
    pub fn snippet(&self, text: &str) -> Option<Snippet> {
        let head = text.get(..text.floor_char_boundary(LOOKED_THROUGH)).unwrap_or(text);
        let matches = self.matches(head);
        let core = best_window(head, &matches)?;
        let (from, to) = with_surroundings(head, core);
        let within: Vec<&Match> =
            matches.iter().filter(|found| (found.from >= from && found.to <= to) || found.is_all_of(core)).collect();
        let parts = within.iter().fold(0, |bits, found| bits | 1_u32.checked_shl(found.part).unwrap_or(0));
        let mut page = Page::default();
        page.mark(head, (from, to), &within);
        let is_cut = |rest: &str| rest.chars().any(|c| !c.is_whitespace() && !is_dropped(c));
        let before = if is_cut(head.get(..from)?) { "…" } else { "" };
        let after = if is_cut(text.get(to..)?) { "…" } else { "" };
        Some(Snippet { html: format!("{before}{}{after}", page.html.trim_end()), parts })
    }

    /// Where the parts are, in the order of their first characters.
    fn matches(&self, text: &str) -> Vec<Match> {
        let mut found = Vec::new();
        let mut begun = Vec::new();
        if self.is_empty() {
            return found;
        }
        for token in tokens(text) {
            self.take(&token, &mut begun, &mut found);
            if found.len() >= MATCHES_MAX {
                break;
            }
        }
        found.sort_by_key(|found| found.from);
        found
    }

    /// Goes on with the phrases begun before this token, and begins those that begin with it.
    fn take(&self, token: &Token, begun: &mut Vec<Begun>, found: &mut Vec<Match>) {
        let starts = (0_u32..).zip(&self.parts).map(|(part, _)| Begun { part, from: token.from, words: 0 });
        begun.extend(starts);
        begun.retain_mut(|phrase| {
            let part = usize::try_from(phrase.part).ok().and_then(|place| self.parts.get(place));
            let Some(part) = part.filter(|part| self.fits(part, phrase.words, &token.word)) else { return false };
            phrase.words += 1;
            let is_whole = phrase.words == part.words.len();
            if is_whole {
                found.push(Match { part: phrase.part, from: phrase.from, to: token.to });
            }
            !is_whole
        });
    }

    /// Whether a word of a text is the word of a part at this place.
    fn fits(&self, part: &Part, place: usize, word: &str) -> bool {
        let Some(sought) = part.words.get(place) else { return false };
        let by_prefix = part.by_prefix && place + 1 == part.words.len();
        if word == sought || (by_prefix && word.starts_with(sought.as_str())) {
            return true;
        }
        self.typos && !part.quoted && part.words.len() == 1 && is_like(sought, word, by_prefix)
    }
}

/// A part, found. Its place is in bytes.
#[derive(Debug, Clone, Copy)]
struct Match {
    part: u32,
    from: usize,
    to: usize,
}

impl Match {
    /// A phrase longer than a snippet is shown as far as it goes.
    fn is_all_of(&self, core: (usize, usize)) -> bool {
        (self.from, self.to) == core
    }
}

/// A part of which the first words were found.
struct Begun {
    part: u32,
    from: usize,
    words: usize,
}

/// Whether a word is the one sought but for one typo; `by_prefix`, whether it begins so.
fn is_like(sought: &str, word: &str, by_prefix: bool) -> bool {
    let length = sought.chars().count();
    if length < TYPO_MIN_CHARS || !begin_alike(sought, word) {
        return false;
    }
    let is_near = |word: &str| strsim::osa_distance(sought, word) <= 1;
    let word_length = word.chars().count();
    if !by_prefix {
        return word_length.abs_diff(length) <= 1 && is_near(word);
    }
    // All of the word or a beginning of it.
    (length - 1..=length + 1).filter(|&kept| kept <= word_length).any(|kept| {
        let end = word.char_indices().nth(kept).map_or(word.len(), |(at, _)| at);
        word.get(..end).is_some_and(is_near)
    })
}

/// A quick look that tells most words apart: after one edit, one of the first two characters is still among them.
fn begin_alike(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.chars(), other.chars());
    let (first, second) = (one.next(), one.next());
    let (third, fourth) = (other.next(), other.next());
    first == third || first == fourth || second == third || second == fourth
}

/// Whether these bytes hold a word in lower case, however its letters are written there.
fn holds(text: &[u8], word: &[u8]) -> bool {
    let Some(&first) = word.first() else { return false };
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), text)
        .any(|at| text.get(at..at + word.len()).is_some_and(|stretch| stretch.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::highlight::page::shown;
    use crate::search::query::parse;
    use proptest::prelude::*;

    fn html(query: &str, text: &str) -> String {
        Marker::new(&parse(query), false).snippet(text).map_or_else(String::new, |snippet| snippet.html)
    }

    fn with_typo(query: &str, text: &str) -> String {
        Marker::new(&parse(query), true).snippet(text).map_or_else(String::new, |snippet| snippet.html)
    }

    fn unescape(html: &str) -> String {
        let plain = html.replace("<em>", "").replace("</em>", "");
        let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
        plain.replace("&amp;", "&")
    }

    fn normalised(text: &str) -> String {
        let mut spaced = false;
        text.chars().filter_map(|character| shown(character, &mut spaced)).collect()
    }

    #[test]
    fn what_is_hostile_is_escaped() {
        let cases = [
            ("alert", "<script>alert(1)</script>", "&lt;script&gt;<em>alert</em>(1)&lt;/script&gt;"),
            ("img", "\"><img onerror='x()'>", "&quot;&gt;&lt;<em>img</em> onerror=&#39;x()&#39;&gt;"),
            ("amp", "a &amp; b", "a &amp;<em>amp</em>; b"),
            ("em", "<em>not ours</em>", "&lt;<em>em</em>&gt;not ours&lt;/<em>em</em>&gt;"),
            ("order", "\u{202e}my\u{2066} order\u{0}\u{7f}\u{1b}[31m", "my <em>order</em>[31m"),
        ];
        for (query, text, expected) in cases {
            assert_eq!(html(query, text), expected);
        }
        assert_eq!(escape("<a href=\"x\">&amp;'"), "&lt;a href=&quot;x&quot;&gt;&amp;amp;&#39;");
    }

    #[test]
    fn matches_are_marked_as_they_are_written() {
        let cases = [
            ("grosse", "Die Größe passt", "Die <em>Größe</em> passt"),
            ("ref", "My refund, please", "My <em>refund</em>, please"),
            ("ref now", "My refund ref now", "My refund <em>ref</em> <em>now</em>"),
            ("\"not yet\"", "yet not here, not\n yet", "yet not here, <em>not yet</em>"),
            ("john@exam", "Mail John@Example.com!", "Mail <em>John@Example</em>.com!"),
            ("\"a a b\"", "a a a b", "a <em>a a b</em>"),
            ("東京", "私は東京都に住む", "私は<em>東京</em>都に住む"),
            ("都 東京", "東京都", "<em>東京都</em>"),
            ("서울", "서울에서", "<em>서울</em>에서"),
            ("ครับ", "สวัสดีครับ", "สวัสดี<em>ครับ</em>"),
            ("שלום", "אמר שָׁלוֹם לכולם", "אמר <em>שָׁלוֹם</em> לכולם"),
            ("محمد", "\u{200f}السيد مُحَمَّد هنا", "السيد <em>مُحَمَّد</em> هنا"),
            ("order \"order 5\"", "order 5", "<em>order 5</em>"),
            ("ticket_042", "see ticket_042", "see <em>ticket_042</em>"),
        ];
        for (query, text, expected) in cases {
            assert_eq!(html(query, text), expected);
        }
    }

    #[test]
    fn nothing_is_shown_where_nothing_matches() {
        for (query, text) in [("refund", ""), ("refund", "fund"), ("-spam", "spam"), ("", "text"), ("\"a b\"", "a c b")]
        {
            assert_eq!(html(query, text), "", "{query}");
        }
        assert!(Marker::new(&parse("-spam status:open"), true).is_empty());
        assert!(!Marker::new(&parse("spam"), false).is_empty());
    }

    #[test]
    fn one_typo_is_forgiven_in_words_of_four_characters() {
        let found = [
            ("refnud now", "a refund now", "a <em>refund</em> <em>now</em>"),
            ("refund now", "a refnd now", "a <em>refnd</em> <em>now</em>"),
            ("efund now", "a refund now", "a <em>refund</em> <em>now</em>"),
            ("refunt now", "a refund now", "a <em>refund</em> <em>now</em>"),
            ("delver", "deliveries", "<em>deliveries</em>"),
            ("größse x", "Größe x", "<em>Größe</em> <em>x</em>"),
        ];
        for (query, text, expected) in found {
            assert_eq!(with_typo(query, text), expected);
        }
        let missed = [("teh x", "the"), ("refnud x", "refunds"), ("reunf", "refund"), ("delvery x", "deliveries")];
        for (query, text) in missed {
            assert_eq!(with_typo(query, text), "", "{query}");
        }
        assert_eq!(html("refnud", "refund"), "");
    }

    #[test]
    fn the_stretch_with_most_parts_is_shown_cut_between_words() {
        let text = format!("late {} late refund {} late late late", "lorem ipsum ".repeat(30), "dolor sit ".repeat(30));
        let snippet = Marker::new(&parse("refund missing late"), false).snippet(&text).unwrap();
        assert_eq!(snippet.parts, 0b101);
        assert!(snippet.html.contains("ipsum <em>late</em> <em>refund</em> dolor"), "{}", snippet.html);
        let words = snippet.html.replace(['…'], "").replace("<em>", "").replace("</em>", "");
        assert!(words.split(' ').all(|word| "lorem ipsum dolor sit late refund".contains(word)), "{words}");
        assert!(snippet.html.starts_with('…') && snippet.html.ends_with('…'));
        assert!((SNIPPET_CHARS - 30..=SNIPPET_CHARS).contains(&words.chars().count()), "{words}");
    }

    #[test]
    fn a_snippet_begins_and_ends_with_the_text_where_it_can() {
        assert_eq!(html("one", "  one\t\r\n two  "), "<em>one</em> two");
        let at_start = html("one", &format!("zero one {}", "word ".repeat(100)));
        assert!(at_start.starts_with("zero <em>one</em> word") && at_start.ends_with("word…"));
        assert!(at_start.len() > SNIPPET_CHARS - 10);
        let at_end = html("one", &format!("{} one end", "word ".repeat(100)));
        assert!(at_end.starts_with("…word") && at_end.ends_with("<em>one</em> end"));
        assert!(at_end.len() > SNIPPET_CHARS - 10);
    }

    #[test]
    fn what_has_no_spaces_is_cut_as_well() {
        let long = "x".repeat(1_000);
        assert_eq!(html("\"y\"", &format!("{long} y")), "…<em>y</em>");
        let prefix = html("xxx", &long);
        assert_eq!(prefix, format!("<em>{}</em>…", "x".repeat(SNIPPET_CHARS)));
        let kana = html("京", &"あ".repeat(500).replacen("あああ", "あ京あ", 1));
        assert_eq!(unescape(&kana).chars().count(), SNIPPET_CHARS + 1);
        let phrase = html(&format!("\"{}\"", "lengthy ".repeat(30)), &"lengthy ".repeat(40));
        assert!(phrase.starts_with("<em>lengthy lengthy") && phrase.ends_with("lengthy</em>…"), "{phrase}");
    }

    #[test]
    fn what_is_far_down_is_not_looked_for() {
        let text = format!("{}refund", "ä ".repeat(LOOKED_THROUGH / 3));
        assert_eq!(html("refund", &text), "");
        assert!(html("refund", &format!("refund {text}")).ends_with("ä…"));
    }

    /// Text and queries of few pieces, so that they meet.
    fn pieces(count: usize) -> impl Strategy<Value = String> {
        let few = "a ab abc abcd abdc refund Größe 東 京 東京 ที่ < > & \" ' &lt; <em> … - . \u{202e} \u{0} \u{301} \u{ad} ß İ 🎉 status:";
        let mut few: Vec<&str> = few.split(' ').collect();
        few.extend([" ", " ", " ", "  ", "\n", "\u{3000}"]);
        let piece = prop_oneof![9 => proptest::sample::select(few).prop_map(str::to_owned), 1 => any::<String>()];
        proptest::collection::vec(piece, 0..count).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_snippet_is_a_stretch_of_the_text(text in pieces(300), query in pieces(8), typos: bool) {
            let query = parse(&query);
            let marker = Marker::new(&query, typos);
            let Some(snippet) = marker.snippet(&text) else { return Ok(()) };
            prop_assert!(marker.may_show(&text, snippet.parts), "what is shown was said not to be there");
            let plain = unescape(&snippet.html);
            let head = plain.strip_prefix('…').unwrap_or(&plain);
            let tail = plain.strip_suffix('…').unwrap_or(&plain);
            let both = head.strip_suffix('…').unwrap_or(head);
            let whole = normalised(&text);
            prop_assert!([plain.as_str(), head, tail, both].iter().any(|part| whole.contains(part)), "{plain:?} of {whole:?}");
            prop_assert!(plain.chars().count() <= SNIPPET_CHARS + 2);
            prop_assert!(!plain.contains(is_dropped));
            prop_assert!(snippet.html.matches("<em>").count() == snippet.html.matches("</em>").count());
            prop_assert!(snippet.html.contains("<em>") && !snippet.html.contains("<em></em>"));
            prop_assert!(snippet.parts != 0);
            prop_assert!(u64::from(snippet.parts) < 1 << query.required.len());
        }

        #[test]
        fn every_word_of_a_text_is_found_in_it(text in pieces(40), place: proptest::sample::Index) {
            let all: Vec<Token> = tokens(&text).collect();
            if !all.is_empty() {
                let token = place.get(&all);
                let word = text.get(token.from..token.to).unwrap();
                let snippet = Marker::new(&parse(word), false).snippet(&text);
                prop_assert_eq!(snippet.map(|snippet| snippet.parts), Some(1));
            }
        }
    }
}
