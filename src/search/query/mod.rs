//! What is typed into a search, read by a parser that cannot fail: what it does not understand, it takes as words.
//!
//! All words must match, the last one by its beginning; `"a phrase"` stands as it is; `-word` must not match;
//! `field:value` narrows.

mod chunks;
mod draft;

use crate::choice;
use crate::search::query::chunks::Chunks;
use crate::search::query::draft::Draft;

/// The most words, phrases and filters of a query, and the most words of a phrase. What is beyond is left out.
pub const PARTS_MAX: usize = 32;
/// The most characters that are read.
pub const TEXT_MAX_CHARS: usize = 2_000;

/// A query, understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// What must match, each of it, in the order typed.
    pub required: Vec<Part>,
    /// What must not match.
    pub excluded: Vec<Part>,
    /// What narrows.
    pub filters: Vec<Filter>,
    /// Whether something was left out, for it was beyond a bound.
    pub shortened: bool,
}

impl Query {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.required.is_empty() && self.excluded.is_empty() && self.filters.is_empty()
    }
}

/// Words that stand side by side: one word, a phrase in quotes, or what punctuation joins (`john@example.com`, `ORD-2024-1`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The words, folded: at least one, at most [`PARTS_MAX`].
    pub words: Vec<String>,
    /// Whether the last word may be the beginning of one.
    pub by_prefix: bool,
    /// Whether it stood in quotes: then it is meant as it is written, and not tried with a typo.
    pub quoted: bool,
    /// An address of e-mail as it was typed without quotes, folded, with its punctuation.
    pub exact: Option<String>,
    /// The object whose id this is. It is text as well, for people write ids in messages.
    pub id: Option<ObjectId>,
}

/// An object that a query names by its id, in any case and with any number of zeros: `conv_042`, `Ticket_42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectId {
    /// A conversation's row.
    Conversation(i64),
    /// A ticket's row.
    Ticket(i64),
    /// A contact's row.
    Contact(i64),
}

/// A condition on a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The field.
    pub field: FilterField,
    /// Its value: of a status, a priority, a channel or a type one of their words (types in the singular), else as given,
    /// without quotes and space around it. Never empty.
    pub value: String,
    /// Whether it must have another value.
    pub excluded: bool,
}

choice! {
    /// The fields a query can narrow by.
    FilterField {
        /// Where a conversation or a ticket stands.
        Status "status",
        /// How much it matters.
        Priority "priority",
        /// How it came in.
        Channel "channel",
        /// A tag on it.
        Tag "tag",
        /// Who has it.
        Assignee "assignee",
        /// Who wrote.
        From "from",
        /// The inbox it is in.
        Inbox "inbox",
        /// Whether conversations, contacts or tickets are looked for.
        Type "type",
    }
}

/// Understands a query.
pub fn parse(text: &str) -> Query {
    let end = text.char_indices().nth(TEXT_MAX_CHARS).map_or(text.len(), |(at, _)| at);
    let (read, beyond) = text.split_at(end);
    let mut draft = Draft::default();
    Chunks::of(read).for_each(|chunk| draft.add(chunk));
    let mut query = draft.finish();
    query.shortened |= !beyond.trim().is_empty();
    query
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::text::fold;
    use crate::search::text::tokens;
    use proptest::prelude::*;

    /// A query on one line: parts in their order (`*` by their beginning, `@` an address, `#` an id), `-` before what is
    /// excluded, `=` in filters, `…` where it was shortened.
    fn shown(text: &str) -> String {
        let query = parse(text);
        let part = |part: &Part| {
            let id = part.id.map_or(String::new(), |id| format!("#{id:?}"));
            let exact = part.exact.as_deref().map_or(String::new(), |exact| format!("@{exact}"));
            format!("{}{}{exact}{id}", part.words.join("+"), if part.by_prefix { "*" } else { "" })
        };
        let required = query.required.iter().map(part);
        let excluded = query.excluded.iter().map(|excluded| format!("-{}", part(excluded)));
        let filters = query
            .filters
            .iter()
            .map(|filter| format!("{}{}={}", if filter.excluded { "-" } else { "" }, filter.field, filter.value));
        let shortened = query.shortened.then(|| "…".to_owned());
        required.chain(excluded).chain(filters).chain(shortened).collect::<Vec<_>>().join(" ")
    }

    fn check(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(shown(text), *expected, "{text}");
        }
    }

    #[test]
    fn words_are_all_required_and_the_last_one_may_be_a_beginning() {
        check(&[
            ("", ""),
            (" \u{3000}\t", ""),
            ("Hello", "hello*"),
            ("Größe der\u{3000}Schuhe", "grosse der schuhe*"),
            ("can't", "can+t*"),
            ("ORD-2024-1 2024-11-03", "ord+2024+1 2024+11+03*"),
            ("refund -late status:open", "refund* -late status=open"),
            ("refund \"not yet\"", "refund* not+yet"),
            ("東京", "東+京"),
            ("order 東京", "order 東+京"),
            ("東京 tower", "東+京 tower*"),
            ("iPhoneを", "iphone+を"),
            ("買うiPhon", "買+う+iphon*"),
        ]);
    }

    #[test]
    fn quotes_hold_a_phrase() {
        check(&[
            ("\"late delivery\"", "late+delivery"),
            ("“late delivery” „zu spät“ «trop tard»", "late+delivery zu+spat trop+tard"),
            ("\"never closed", "never+closed"),
            ("5\"disk", "5* disk"),
            ("5\"disk\"drive", "5 disk drive*"),
            ("\"one\"-two", "one two*"),
            ("\"\" \" \" word", "word*"),
            ("say \"", "say*"),
            ("\"john@example.com\"", "john+example+com"),
        ]);
    }

    #[test]
    fn a_minus_excludes() {
        check(&[
            ("-spam", "-spam"),
            ("order -\"free gift\" -spam", "order* -free+gift -spam"),
            ("-status:open -tag:\"two words\"", "-status=open -tag=two words"),
            ("- spam", "spam*"),
            ("--spam", "spam*"),
            ("well-known", "well+known*"),
            ("a - b", "a b*"),
            ("-", ""),
            ("-status:foo", "-status+foo"),
            ("-spam -spam", "-spam"),
        ]);
    }

    #[test]
    fn a_known_field_with_a_value_is_a_filter() {
        check(&[
            ("status:open PRIORITY:Urgent channel:EMAIL", "status=open priority=urgent channel=email"),
            ("type:tickets type:Contact", "type=ticket type=contact"),
            ("tag:\"  Two Words \" tag:“drei”", "tag=Two Words tag=drei"),
            ("from:John@Example.com assignee:me inbox:Sales", "from=John@Example.com assignee=me inbox=Sales"),
            ("status:\"open\"", "status=open"),
            ("tag:a:b", "tag=a:b"),
            ("tag:a tag:a -tag:a", "tag=a -tag=a"),
            ("tag:\"never closed", "tag=never closed"),
            ("tag:x\"y\"", "y tag=x"),
        ]);
    }

    #[test]
    fn odd_syntax_is_words() {
        check(&[
            ("status:foo", "status+foo*"),
            ("status:\"foo bar\"", "status+foo+bar"),
            ("type:s type:ticketss", "type+s type+ticketss*"),
            ("tag: red", "tag red*"),
            ("tag:\"\" red", "tag red*"),
            ("tag:", "tag*"),
            ("color:red", "color+red*"),
            ("https://example.com/a?b=c", "https+example+com+a+b+c*"),
            (":", ""),
            ("*** ?? () [ ] {}", ""),
            ("+must wild* AND (this OR NOT that)", "must wild and this or not that*"),
            ("\u{301} \u{ad}", ""),
        ]);
    }

    #[test]
    fn an_id_is_known_in_any_spelling() {
        check(&[
            ("conv_042", "conv+042*#Conversation(42)"),
            ("CONTACT_789 Ticket_000042", "contact+789#Contact(789) ticket+000042*#Ticket(42)"),
            ("(ticket_42, -ticket_43", "ticket+42*#Ticket(42) -ticket+43#Ticket(43)"),
            (
                "ticket_0 ticket_9999999999999999999 ticket_ ticket_+4",
                "ticket+0 ticket+9999999999999999999 ticket ticket+4*",
            ),
            ("user_1 ticket_1a", "user+1 ticket+1a*"),
            ("ticket_٤٢", "ticket+42*"),
        ]);
    }

    #[test]
    fn an_address_is_kept_whole_as_well() {
        check(&[
            ("John@Example.com", "john+example+com*@john@example.com"),
            ("<jörg@example.com>, -a@b.example", "jorg+example+com*@jorg@example.com -a+b+example@a@b.example"),
            ("a.b+c@x-y.example now", "a+b+c+x+y+example@a.b+c@x-y.example now*"),
            ("@", ""),
        ]);
    }

    #[test]
    fn what_is_asked_twice_is_kept_once() {
        check(&[
            ("foo bar FOO", "foo bar"),
            ("foo \"foo\"", "foo"),
            ("\"foo\" foo", "foo"),
            ("foo foo bar", "foo bar*"),
            ("ticket-42 ticket_42 x", "ticket+42#Ticket(42) x*"),
            ("foo -foo", "foo* -foo"),
        ]);
    }

    #[test]
    fn what_is_beyond_the_bounds_is_left_out() {
        let many: Vec<String> = (0..40).map(|number| format!("w{number}")).collect();
        let query = parse(&many.join(" "));
        assert_eq!((query.required.len(), query.shortened), (PARTS_MAX, true));
        assert!(query.required.iter().all(|part| !part.by_prefix));
        let query = parse(&many.join("."));
        assert_eq!((query.required.len(), query.required[0].words.len(), query.shortened), (1, PARTS_MAX, true));
        assert!(!query.required[0].by_prefix);
        assert!(!parse(&vec!["same"; 100].join(" ")).shortened);
        let long = "a".repeat(TEXT_MAX_CHARS);
        assert!(!parse(&format!("{long}  ")).shortened);
        assert_eq!(parse(&format!("{long} b")), Query { shortened: true, ..parse(&long) });
    }

    fn hostile() -> impl Strategy<Value = String> {
        let pieces = "\" “ ” « : - -- + * ? ( ) @ . _ ' | \\ AND OR status: tag: type: from: open tickets foo Bar ß 東 京 ที่ ticket_ 042 ½ \
            \u{301} \u{ad} \0";
        let mut pieces: Vec<&str> = pieces.split(' ').collect();
        pieces.extend([" ", "\n", "\u{3000}"]);
        let piece = prop_oneof![8 => proptest::sample::select(pieces).prop_map(str::to_owned), 1 => any::<String>()];
        proptest::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_text_is_a_query_within_the_bounds(text in prop_oneof![any::<String>(), hostile()]) {
            let query = parse(&text);
            prop_assert!(query.required.len() + query.excluded.len() + query.filters.len() <= PARTS_MAX);
            for part in query.required.iter().chain(&query.excluded) {
                prop_assert!((1..=PARTS_MAX).contains(&part.words.len()));
                prop_assert!(part.words.iter().all(|word| !word.is_empty() && fold(word) == *word));
            }
            let beginnings: Vec<_> = query.required.iter().filter(|part| part.by_prefix).collect();
            prop_assert!(beginnings.len() <= 1);
            prop_assert!(query.excluded.iter().all(|part| !part.by_prefix));
            prop_assert!(query.filters.iter().all(|filter| !filter.value.trim().is_empty()));
        }

        #[test]
        fn no_word_is_lost(text in hostile()) {
            let query = parse(&text);
            let parts = query.required.iter().chain(&query.excluded);
            let mut kept: Vec<String> = parts.flat_map(|part| part.words.clone()).collect();
            for Filter { field, value, .. } in &query.filters {
                kept.extend(tokens(&format!("{field} {value} {value}s")).map(|token| token.word));
            }
            for token in tokens(&text) {
                prop_assert!(query.shortened || kept.contains(&token.word), "{} of {text:?}", token.word);
            }
        }

        #[test]
        fn plain_words_stay_in_their_order(words in proptest::collection::hash_set("[a-z]{1,9}", 1..PARTS_MAX)) {
            let words: Vec<String> = words.into_iter().collect();
            let query = parse(&words.join(" "));
            let expected: Vec<Part> = words.iter().enumerate().map(|(place, word)| Part {
                words: vec![word.clone()], quoted: false,
                by_prefix: place + 1 == words.len(), exact: None, id: None,
            }).collect();
            prop_assert_eq!(query, Query { required: expected, ..Query::default() });
        }
    }
}
