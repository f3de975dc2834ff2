//! What is typed into a search, read by a parser that cannot fail: what it does not understand, it takes as words.
//!
//! All words must match, the last one by its beginning; `"a phrase"` stands as it is; `-word` must not match;
//! `field:value` narrows.

use crate::choice;
use crate::desk::threads::Channel;
use crate::desk::threads::Priority;
use crate::desk::threads::TicketStatus;
use crate::search::text::fold;
use crate::search::text::stands_alone;
use crate::search::text::tokens;

/// The most words, phrases and filters of a query, and the most words of a phrase. What is beyond is left out.
pub const PARTS_MAX: usize = 32;
/// The most characters that are read.
pub const TEXT_MAX_CHARS: usize = 2_000;

/// What closes or opens a phrase: it need not be of a pair.
const QUOTES: [char; 6] = ['"', '“', '”', '„', '«', '»'];
/// What stands around an address that was copied out of a text.
const AROUND_ADDRESS: [char; 15] = ['<', '>', '(', ')', '[', ']', '{', '}', ',', ';', ':', '.', '!', '?', '\''];

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
    Chunks { rest: read, is_parted: true }.for_each(|chunk| draft.add(chunk));
    let mut query = draft.finish();
    query.shortened |= !beyond.trim().is_empty();
    query
}

/// What stands between white space, or in quotes.
struct Chunk<'a> {
    /// All of it but a leading minus and the quotes of a phrase.
    text: &'a str,
    /// Whether a minus led it.
    excluded: bool,
    /// Whether it is in quotes, or ends in them: then it is complete.
    quoted: bool,
    /// The field and the value, where it has the look of a filter.
    filter: Option<(FilterField, &'a str)>,
}

/// Reads chunk after chunk.
struct Chunks<'a> {
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

/// A query while it is read.
#[derive(Default)]
struct Draft {
    query: Query,
    /// The place of the part that may be being typed still: the last that is required and has no quotes.
    typed: Option<usize>,
}

impl Draft {
    fn add(&mut self, chunk: Chunk<'_>) {
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
        let part = Part { words, by_prefix: false, exact, id: object_id(chunk.text) };
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

    fn finish(mut self) -> Query {
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

#[cfg(test)]
mod tests {
    use super::*;
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
                words: vec![word.clone()], by_prefix: place + 1 == words.len(), exact: None, id: None,
            }).collect();
            prop_assert_eq!(query, Query { required: expected, ..Query::default() });
        }
    }
}
