//! Any text as a query, any text as what is searched: the parser, the words and the snippets stay within their bounds.

#![no_main]

use commflow::search::highlight::Marker;
use commflow::search::highlight::SNIPPET_CHARS;
use commflow::search::query::PARTS_MAX;
use commflow::search::query::Query;
use commflow::search::query::parse;
use commflow::search::text::WORD_MAX_CHARS;
use commflow::search::text::fold;
use commflow::search::text::tokens;

// The query, a NUL, the text. Without a NUL, the text is the query.
libfuzzer_sys::fuzz_target!(|input: &str| {
    let (asked, text) = input.split_once('\0').unwrap_or((input, input));
    let query = parse(asked);
    check_query(&query);
    check_words(text);
    check_snippets(&query, text);
});

fn check_query(query: &Query) {
    assert!(query.required.len() + query.excluded.len() + query.filters.len() <= PARTS_MAX);
    for part in query.required.iter().chain(&query.excluded) {
        assert!((1..=PARTS_MAX).contains(&part.words.len()));
        for word in &part.words {
            assert!(!word.is_empty() && word.chars().count() <= WORD_MAX_CHARS);
            assert_eq!(fold(word), *word);
        }
    }
    assert!(query.required.iter().filter(|part| part.by_prefix).count() <= 1);
    assert!(query.excluded.iter().all(|part| !part.by_prefix));
    assert!(query.filters.iter().all(|filter| !filter.value.trim().is_empty()));
}

fn check_words(text: &str) {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded);
    let mut end = 0;
    for token in tokens(text) {
        assert!(end <= token.from && token.from < token.to);
        end = token.to;
        let stretch = text.get(token.from..token.to).expect("a token stands between characters");
        assert_eq!(fold(stretch).chars().take(WORD_MAX_CHARS).collect::<String>(), token.word);
        assert!(!token.word.is_empty());
    }
}

fn check_snippets(query: &Query, text: &str) {
    for typos in [false, true] {
        let Some(snippet) = Marker::new(query, typos).snippet(text) else { continue };
        assert!(snippet.parts != 0 && u64::from(snippet.parts) < 1 << query.required.len());
        let plain = snippet.html.replace("<em>", "").replace("</em>", "");
        assert!(!plain.contains(['<', '>', '"', '\'']));
        let shown = plain.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
        let shown = shown.replace("&quot;", "\"").replace("&#39;", "'");
        assert!(!shown.contains(char::is_control));
        assert!(shown.chars().count() <= SNIPPET_CHARS + 2);
    }
}
