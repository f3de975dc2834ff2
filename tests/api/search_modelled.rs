//! Random workspaces and random queries: the index must find exactly what a look at every object finds (`search_by_hand.rs`).

use crate::harness::Client;
use crate::harness::TestApp;
use crate::lives::PRIORITIES;
use crate::lives::STATUSES;
use crate::search::ids_in;
use crate::search_by_hand::Seen;
use crate::search_lives;
use crate::search_lives::WORDS;
use crate::search_lives::Workspace;
use commflow::search::query;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::sample::select;
use serde_json::json;
use std::collections::BTreeSet;

/// A piece of a query.
#[derive(Debug, Clone)]
enum Piece {
    Word(&'static str),
    /// So many words of a text that there is, the last cut after so many characters.
    Typed(Index, Index, usize, Option<usize>),
    /// A word of a text that there is, but for a letter.
    Mistyped(Index, Index, Index),
    /// So many words of a text that there is, in quotes.
    Phrase(Index, Index, usize),
    Filter(&'static str, &'static str),
}

fn piece() -> impl Strategy<Value = Piece> {
    let place = || (any::<Index>(), any::<Index>());
    let of = |field: &'static str, values: &[&'static str]| {
        select(values.to_vec()).prop_map(move |value| Piece::Filter(field, value))
    };
    let from = [
        "mia",
        "mi",
        "\"mia stone\"",
        "mia@acme.example",
        "mi@acme.example",
        "mia@acme",
        "kai@x.example",
        "größe",
        "東",
        "contact_001",
        "contact_002",
        "deleted",
        "*",
    ];
    let filter = prop_oneof![
        of("status", &STATUSES),
        of("priority", &PRIORITIES),
        of("channel", &["api", "email"]),
        of("tag", &["late", "LATE", "\"late delivery\"", "grosse", "東京", "vip", "unknown"]),
        of("assignee", &["me", "none", "user_001", "user_002", "user_009", "bridge", "mia", "ad", "nobody", "*"]),
        of("from", &from),
        of("inbox", &["inbox_001", "inbox_002", "inbox_009", "ord", "desk", "*"]),
        of("type", &["conversation", "contacts", "ticket"]),
    ];
    prop_oneof![
        3 => select(WORDS.split(' ').collect::<Vec<_>>()).prop_map(Piece::Word),
        4 => (place(), 1..3_usize, weighted(0.6, 1..5_usize)).prop_map(|((text, at), count, cut)| Piece::Typed(text, at, count, cut)),
        1 => (place(), any::<Index>()).prop_map(|((text, at), letter)| Piece::Mistyped(text, at, letter)),
        2 => (place(), 1..4_usize).prop_map(|((text, at), count)| Piece::Phrase(text, at, count)),
        4 => filter,
    ]
}

/// A query's pieces, each wanted or not, and the type that is asked for.
type Question = (Vec<(Piece, bool)>, Option<&'static str>);

fn question() -> impl Strategy<Value = Question> {
    let pieces = vec((piece(), prop::bool::weighted(0.2)), 1..4);
    (pieces, weighted(0.15, select(vec!["conversation", "contact", "ticket"])))
}

/// A query as it is typed.
fn typed(pieces: &[(Piece, bool)], seen: &Seen) -> String {
    let texts: Vec<&Vec<String>> =
        seen.objects.iter().flat_map(|object| &object.texts).filter(|text| !text.is_empty()).collect();
    let run = |text: &Index, at: &Index, count: usize| {
        let text = text.get(&texts);
        let at = at.index(text.len());
        text[at..text.len().min(at + count)].join(" ")
    };
    let shown = |piece: &Piece| match piece {
        Piece::Word(word) => (*word).to_owned(),
        Piece::Phrase(text, at, count) => format!("\"{}\"", run(text, at, *count)),
        Piece::Filter(field, value) => format!("{field}:{value}"),
        Piece::Mistyped(text, at, letter) => {
            let mut letters: Vec<char> = run(text, at, 1).chars().collect();
            *letter.get_mut(&mut letters) = 'x';
            letters.iter().collect()
        }
        Piece::Typed(text, at, count, cut) => {
            let words = run(text, at, *count);
            let last = words.rsplit(' ').next().unwrap_or_default();
            let gone = cut.map_or(0, |cut| last.chars().skip(cut).map(char::len_utf8).sum());
            words[..words.len() - gone].to_owned()
        }
    };
    let pieces = pieces.iter().map(|(piece, excluded)| format!("{}{}", if *excluded { "-" } else { "" }, shown(piece)));
    pieces.collect::<Vec<_>>().join(" ")
}

/// Asks one question, and looks whether the answer is right.
fn ask(ada: &Client<'_>, seen: &Seen, (pieces, kind): &Question) -> Result<(), TestCaseError> {
    let text = typed(pieces, seen);
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let by_type = kind.map_or(String::new(), |kind| format!("&type={kind}"));
    let answer = ada.get(&format!("/v1/search?q={encoded}&limit=100{by_type}"));
    let lists = ["conversations", "contacts", "tickets"].map(|list| ids_in(&answer, list)).concat();
    let found: BTreeSet<String> = lists.iter().cloned().collect();
    prop_assert_eq!(found.len(), lists.len(), "{}: something is found twice", text);
    let meta = &answer.body["meta"];
    prop_assert_eq!(&meta["total_results"], found.len(), "{}: {}", text, &answer.text);
    prop_assert_eq!((&meta["stale"], &meta["shortened"]), (&json!(false), &json!(false)), "{}", text);
    let query = query::parse(&text);
    let expected = seen.find(&query, *kind);
    if meta["typos"] == true {
        prop_assert_eq!(expected, BTreeSet::new(), "{}: words were tried with typos though some match", text);
        prop_assert!(!found.is_empty() && !query.required.is_empty(), "{}", text);
        // What is excluded and what narrows is never taken for a typo.
        let strict = query::Query { required: Vec::new(), ..query };
        let all = if strict.is_empty() { found.clone() } else { seen.find(&strict, *kind) };
        prop_assert!(found.is_subset(&all), "{}: {:?}", text, found.difference(&all));
    } else {
        prop_assert_eq!(found, expected, "{} {}", text, by_type);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_search_finds_exactly_what_a_look_at_everything_finds(
        rounds in vec((vec(search_lives::step(), 8..20), vec(question(), 40)), 3),
    ) {
        let desk = TestApp::new();
        let workspace = Workspace::new(&desk);
        for (steps, questions) in &rounds {
            steps.iter().for_each(|step| workspace.step(step));
            let seen = Seen::by(&workspace.ada);
            prop_assert!(seen.objects.len() <= 100, "a limit of 100 shows all of it");
            for question in questions {
                ask(&workspace.ada, &seen, question)?;
            }
        }
    }
}
