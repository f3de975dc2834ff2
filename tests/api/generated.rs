//! Requests that nobody thought of: each route with its own good body, bent at random. Whatever comes, the answer is one of
//! those that are promised, and what was refused has not happened.

use crate::access::ROWS;
use crate::access::Row;
use crate::access::Who;
use crate::access::asked;
use crate::access::furnish;
use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::TestApp;
use commflow::types::error::Code;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::sample::select;
use proptest::test_runner::Config;
use proptest::test_runner::RngAlgorithm;
use proptest::test_runner::TestRng;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use serde_json::json;

/// Texts that some field somewhere may not have been made for.
#[rustfmt::skip]
const ODD_TEXTS: &[&str] = &[
    "", " ", "\0", "\u{7f}", "\u{202e}", "\u{feff}", "\u{10ffff}", "ﷺ", "é", "e\u{301}", "'; DROP TABLE contacts;--", "%00", "\\", "\"", "<script>",
    "../../etc", "open", "OPEN", "closed", "resolved", "comment", "note", "admin", "inactive", "contact_001", "contact_002", "user_001", "user_002",
    "ticket_001", "conv_001", "conv_002", "inbox_001", "contact_99999999999999999999", "2026-01-15", "2026-02-30", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z", "john@example.com", "JOHN@EXAMPLE.COM", "a@b", "@", "ticket.created", "*", "https://example.com/", "http://127.0.0.1/",
    "http://[::1]/", "#abcdef", "starter", "+1 234", "nonsense",
];

/// Names that fields have, here or elsewhere.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "contact", "status", "priority", "assignee_id", "tags", "add_tags", "remove_tags", "custom_fields", "imported", "created_at", "conversation_id",
    "inbox_id", "ids", "update", "role", "email", "scopes", "events", "active", "", "nonsense", "subject\0",
];

/// Values that some field somewhere may not have been made for.
fn odd_values() -> Vec<Value> {
    let numbers = [json!(0), json!(-1), json!(1.5), json!(i64::MAX), json!(u64::MAX), json!(i64::MIN), json!(1e300)];
    let others = [json!(null), json!(true), json!({}), json!([]), json!([null]), json!({"": ""}), json!([["deep"]])];
    let lists = [json!({"id": "contact_001"}), json!(vec!["tag"; 60]), json!(["contact_002", "ticket_001"])];
    let texts = ODD_TEXTS.iter().map(|text| json!(text));
    let long = [255, 256, 1_001, 5_000, 100_001].map(|length| json!("x".repeat(length)));
    numbers.into_iter().chain(others).chain(lists).chain(texts).chain(long).collect()
}

/// What is done to a body: at a place, counted along all of them.
#[derive(Debug, Clone)]
enum Bend {
    Replace(usize, Value),
    Remove(usize),
    Rename(usize, String),
    Add(String, Value),
}

fn bends() -> impl Strategy<Value = Vec<Bend>> {
    let name = select(NAMES).prop_map(str::to_owned);
    let value = select(odd_values());
    let place = any::<proptest::sample::Index>().prop_map(|index| index.index(1_000));
    let bend = (0..4_u8, place, name, value).prop_map(|(what, place, name, value)| match what {
        0 => Bend::Replace(place, value),
        1 => Bend::Remove(place),
        2 => Bend::Rename(place, name),
        _ => Bend::Add(name, value),
    });
    proptest::collection::vec(bend, 0..4)
}

/// The paths of all values inside a body.
fn places(value: &Value, path: &str, all: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in inside {
        let path = format!("{path}/{key}");
        places(value, &path, all);
        all.push(path);
    }
}

fn bend(body: &mut Value, bend: &Bend) {
    let mut all = Vec::new();
    places(body, "", &mut all);
    let (Bend::Replace(at, _) | Bend::Remove(at) | Bend::Rename(at, _)) = bend else {
        if let (Bend::Add(name, value), Some(map)) = (bend, body.as_object_mut()) {
            map.insert(name.clone(), value.clone());
        }
        return;
    };
    if all.is_empty() {
        return;
    }
    let path = &all[at % all.len()];
    if let Bend::Replace(_, value) = bend {
        *body.pointer_mut(path).unwrap() = value.clone();
        return;
    }
    let (parent, key) = path.rsplit_once('/').unwrap();
    if let Some(map) = body.pointer_mut(parent).unwrap().as_object_mut() {
        let removed = map.remove(&key.replace("~1", "/").replace("~0", "~"));
        if let (Bend::Rename(_, name), Some(value)) = (bend, removed) {
            map.insert(name.clone(), value);
        }
    }
}

/// A query of the route's own parameters, and others, with odd values.
fn query_of(known: &[&str], picks: &[(usize, Value)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let strangers = ["nonsense", "page", ""];
    for (pick, value) in picks {
        let names: Vec<&str> = known.iter().chain(&strangers).copied().collect();
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        query.append_pair(names[pick % names.len()], &text.chars().take(5_000).collect::<String>());
    }
    query.finish()
}

/// Holds an answer against the promised shapes.
fn check(answer: &Answer, what: &str) {
    assert!(answer.status < 500, "{what}: {}", answer.text);
    assert_ne!(answer.header("x-request-id"), "", "{what}");
    if answer.status == 200 && what.starts_with("GET /v1/events/stream") {
        assert_eq!(answer.header("content-type"), "text/event-stream", "{what}");
        return;
    }
    if answer.status == 204 {
        assert_eq!(answer.text, "", "{what}");
        return;
    }
    if answer.status == 200 && what.starts_with("GET /v1/reports/overview.csv") {
        assert!(answer.header("content-type").starts_with("text/csv"), "{what}");
        return;
    }
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    if answer.status < 300 {
        let data = &answer.body["data"];
        let is_page = data.is_array() && answer.body["meta"]["total_count"].is_i64();
        let is_bulk =
            data["updated"].is_array() && data["failed"].is_array() && answer.body["meta"]["updated_count"].is_i64();
        let is_object = data.is_object() && answer.body.as_object().unwrap().len() == 1;
        let is_search = ["conversations", "contacts", "tickets"].iter().all(|list| data[list].is_array())
            && answer.body["meta"]["total_results"].is_i64();
        assert!(is_page || is_bulk || is_object || is_search, "{what}: {}", answer.text);
        return;
    }
    let error = &answer.body["error"];
    let code = error["code"].as_str().unwrap_or_else(|| panic!("{what}: {}", answer.text));
    let known = Code::ALL.iter().find(|known| known.as_str() == code).unwrap();
    assert_eq!(known.status(), answer.status, "{what}");
    assert_eq!(error["request_id"], answer.header("x-request-id"));
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{what}");
    let needs_details = ["validation_failed", "invalid_parameter"].contains(&code);
    let is_object = error["details"].as_array().is_some_and(|details| !details.is_empty());
    assert!(is_object || !needs_details, "{what}: {}", answer.text);
}

fn try_one(desk: &TestApp, admin: &Client<'_>, row: &Row, bends: &[Bend], query: &str) {
    desk.new_events();
    let path = asked(row.path, query);
    let body = (!row.body.is_empty()).then(|| {
        let mut body: Value = serde_json::from_str(row.body).unwrap();
        bends.iter().for_each(|one| bend(&mut body, one));
        body.to_string()
    });
    let what =
        format!("{} {path} {}", row.method, body.as_deref().unwrap_or("").chars().take(2_000).collect::<String>());
    let answer = admin.send(row.method, &path, &[], body);
    check(&answer, &what);
    let events = desk.new_events();
    assert!(answer.status < 300 || events.is_empty(), "{what}: refused, but {events:?}");
    assert!(row.method != "GET" || events.is_empty(), "{what}: {events:?}");
}

#[test]
fn whatever_is_asked_is_answered_as_promised_and_leaves_the_store_whole() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let table = commflow::api::routes().table();
    // A whole store, and weeks of work: they take nothing that could be bent.
    let takes_long = |row: &Row| ["/v1/backup", "/v1/demo"].contains(&row.path);
    let is_tried = |row: &&Row| row.method != "DELETE" && row.who != Who::Public && !row.is_form() && !takes_long(row);
    let rows: Vec<&Row> = ROWS.iter().filter(is_tried).collect();
    let config = Config { cases: 1_500, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let pick = any::<proptest::sample::Index>().prop_map(|index| index.index(1_000));
    let picks = proptest::collection::vec((pick, select(odd_values())), 0..3);
    let strategy = (0..rows.len(), bends(), picks, proptest::bool::weighted(0.2));
    let outcome = runner.run(&strategy, |(row, bends, picks, asks)| {
        let row = rows[row];
        let route = table.routes.iter().find(|route| route.path == row.path && route.method == *row.method).unwrap();
        // A body is bent alone most of the time: a wrong query would be refused before it is looked at.
        let query = if row.method == "GET" || asks {
            query_of(&route.query().collect::<Vec<_>>(), &picks)
        } else {
            String::new()
        };
        try_one(&desk, &admin, row, &bends, &query);
        Ok(())
    });
    outcome.unwrap();
}
