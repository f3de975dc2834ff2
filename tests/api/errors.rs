//! Every row of the contract's table of errors, from outside: one shape for all, and nothing of the inside in any.

use crate::access::furnish;
use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::TestApp;
use crate::harness::details;
use crate::wire::Wire;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use commflow::types::error::Code;
use serde_json::json;
use std::collections::BTreeSet;

/// What no error may show: SQL, paths and code.
const INSIDE: [&str; 12] = [
    "sqlite",
    "rusqlite",
    "SELECT ",
    "INSERT ",
    "UNIQUE",
    "constraint",
    ".rs:",
    "src/",
    "/tmp",
    "commflow.db",
    "panicked",
    "Err(",
];

/// The code of an error in the one shape that gives nothing away.
fn code(answer: &Answer) -> String {
    let error = &answer.body["error"];
    let keys: BTreeSet<&str> = error.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["code", "message", "details", "request_id"]), "{}", answer.text);
    assert_eq!(answer.body.as_object().unwrap().len(), 1);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(error["request_id"], answer.header("x-request-id"));
    assert_ne!(answer.header("x-request-id"), "");
    assert_ne!(error["message"], "");
    for detail in error["details"].as_array().unwrap() {
        assert!(["field", "code", "message"].iter().all(|key| detail[key].is_string()), "{detail}");
    }
    for word in INSIDE {
        assert!(!answer.text.contains(word), "`{word}` in {}", answer.text);
    }
    let code = error["code"].as_str().unwrap();
    let known = Code::ALL.iter().find(|known| known.as_str() == code).unwrap();
    assert_eq!(known.status(), answer.status);
    code.to_owned()
}

/// A request for each row of the table that one caller can bring about alone.
fn each_error(desk: &TestApp, admin: &Client<'_>, agent: &Client<'_>) -> Vec<(&'static str, Answer)> {
    let json = |path: &str, text: &str| admin.send("POST", path, &[], Some(text.to_owned()));
    admin.post_once("k", "/v1/webhooks", json!({"url": "https://example.com/", "events": ["*"]})).created();
    let starter = admin.post("/v1/api_keys", json!({"name": "slow", "rate_limit": 1})).created();
    let slow = desk.with_key(starter["key"].as_str().unwrap());
    slow.get("/v1/me").ok();
    vec![
        ("malformed_json", json("/v1/contacts", "{\"name\": ")),
        ("invalid_parameter", admin.get("/v1/contacts?per_page=101")),
        ("unauthorized", desk.anyone().get("/v1/contacts")),
        ("forbidden", agent.get("/v1/webhooks")),
        ("not_found", admin.get("/v1/contacts/contact_999")),
        ("not_found", admin.get("/v1/nonsense")),
        ("not_found", admin.get("/nonsense")),
        ("not_found", admin.get("/nonsense/deeper")),
        ("method_not_allowed", admin.delete("/v1/conversations/conv_001")),
        ("conflict", json("/v1/contacts", r#"{"email": "john@example.com"}"#)),
        (
            "already_issued",
            admin.post_once("k", "/v1/webhooks", json!({"url": "https://example.com/", "events": ["*"]})),
        ),
        ("precondition_failed", admin.send("DELETE", "/v1/contacts/contact_001", &[("if-match", "\"v9\"")], None)),
        ("too_large", json("/v1/contacts", &format!("{{\"name\": \"{}\"}}", "x".repeat(2 << 20)))),
        (
            "unsupported_media_type",
            admin.send("POST", "/v1/contacts", &[("content-type", "text/plain")], Some("{}".to_owned())),
        ),
        ("validation_failed", json("/v1/contacts", "{}")),
        ("rate_limited", slow.get("/v1/me")),
    ]
}

#[test]
fn every_error_has_the_one_shape_and_shows_nothing_of_the_inside() {
    let desk = TestApp::new();
    let keeper = furnish(&desk);
    let agent = desk.agent("agent");
    for (expected, answer) in each_error(&desk, &keeper, &agent) {
        assert_eq!(code(&answer), expected);
    }
}

#[test]
fn the_callers_own_request_id_comes_back_if_it_is_sane() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let ask = |id: &str, path: &str| admin.send("GET", path, &[("x-request-id", id)], None).header("x-request-id");
    for path in
        ["/v1/me", "/v1/contacts/contact_999", "/v1/nonsense", "/healthz", "/nonsense", "/v1/contacts?nonsense=1"]
    {
        for id in ["a", "req-1_2.3", &"x".repeat(64)] {
            assert_eq!(ask(id, path), id);
        }
        for id in ["", "with space", "quote\"", "semi;colon", "<b>", "tab\tin", &"x".repeat(65)] {
            let given = ask(id, path);
            assert!(given.len() == 32 && given.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}: {given}");
        }
        assert_ne!(admin.get(path).header("x-request-id"), admin.get(path).header("x-request-id"));
    }
    let nobody = desk.anyone().send("GET", "/v1/me", &[("x-request-id", "mine")], None);
    assert_eq!(nobody.refused(401, "unauthorized")["request_id"], "mine");
    let refused = admin.send("DELETE", "/v1/me", &[("x-request-id", "mine")], None);
    assert_eq!(refused.refused(405, "method_not_allowed")["request_id"], "mine");
    let slow = admin.post("/v1/api_keys", json!({"name": "slow", "rate_limit": 1})).created();
    let slow = desk.with_key(slow["key"].as_str().unwrap());
    slow.get("/v1/me").ok();
    let refused = slow.send("GET", "/v1/me", &[("x-request-id", "mine")], None);
    assert_eq!(refused.refused(429, "rate_limited")["request_id"], "mine");
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let table = commflow::api::routes().table();
    let methods = ["GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "TRACE"];
    for path in table.routes.iter().map(|route| route.path).collect::<BTreeSet<_>>() {
        let taken: BTreeSet<String> =
            table.routes.iter().filter(|route| route.path == path).map(|route| route.method.to_string()).collect();
        for method in methods.iter().filter(|method| !taken.contains(**method)) {
            let answer = admin.send(method, &crate::access::filled(path), &[], None);
            let told: BTreeSet<String> = answer.header("allow").split(", ").map(str::to_owned).collect();
            assert_eq!(told, taken, "{method} {path}");
            assert_eq!(code(&answer), "method_not_allowed");
        }
    }
}

#[test]
fn a_query_that_is_wrong_names_every_parameter_at_fault() {
    let desk = TestApp::new();
    let admin = desk.admin();
    let told = |query: &str| details(&admin.get(&format!("/v1/tickets?{query}")).refused(400, "invalid_parameter"));
    for (query, field, rule) in [
        ("page=0", "page", "out_of_range"),
        ("page=-1", "page", "out_of_range"),
        ("page=1.5", "page", "invalid_format"),
        ("page=", "page", "invalid_format"),
        ("page=1e400", "page", "invalid_format"),
        ("page=%201", "page", "invalid_format"),
        ("page=99999999999999999999", "page", "out_of_range"),
        ("page=-99999999999999999999", "page", "out_of_range"),
        ("page=9223372036854775807", "page", "out_of_range"),
        ("page=9223372036854775808", "page", "out_of_range"),
        ("per_page=101", "per_page", "out_of_range"),
        ("per_page=0", "per_page", "out_of_range"),
        ("per_page=one", "per_page", "invalid_format"),
        ("status=solved", "status", "not_in_enum"),
        ("status=OPEN", "status", "not_in_enum"),
        ("status=", "status", "not_in_enum"),
        ("sla_status=late", "sla_status", "not_in_enum"),
        ("created_after=yesterday", "created_after", "invalid_format"),
        ("created_after=2026-02-30", "created_after", "invalid_format"),
        ("created_after=2025-02-29T00:00:00Z", "created_after", "invalid_format"),
        ("created_after=2026-01-15T25:00:00Z", "created_after", "invalid_format"),
        ("created_after=2026-13-01", "created_after", "invalid_format"),
        ("created_after=2026-01-15T10:00:00", "created_after", "invalid_format"),
        ("created_before=99999-01-01", "created_before", "invalid_format"),
        ("sort=nonsense", "sort", "not_in_enum"),
        ("sort=--created_at", "sort", "not_in_enum"),
        ("cursor=nonsense", "cursor", "invalid_format"),
        ("cursor=n1.%C3%A9", "cursor", "invalid_format"),
        ("cursor=t%C3%A9%C3%A9.1", "cursor", "invalid_format"),
        ("status=open&status=open", "status", "invalid_format"),
        ("page=1&page=2", "page", "invalid_format"),
        ("asignee=me", "asignee", "unknown_field"),
        ("Status=open", "Status", "unknown_field"),
        ("=", "", "unknown_field"),
        ("status%00=open", "status\0", "unknown_field"),
    ] {
        assert_eq!(told(query), [(field.to_owned(), rule.to_owned())], "{query}");
    }
    let all: BTreeSet<String> =
        told("page=0&per_page=1000&status=solved&stauts=open").into_iter().map(|(field, _)| field).collect();
    assert_eq!(all, ["page", "per_page", "status", "stauts"].map(str::to_owned).into());
    let error = admin.get("/v1/tickets?per_page=101").refused(400, "invalid_parameter");
    assert!(error["message"].as_str().unwrap().contains("100"), "{error}");
    let error = admin.get("/v1/tickets?asignee=me").refused(400, "invalid_parameter");
    assert!(error["message"].as_str().unwrap().contains("`assignee`"), "{error}");
    let error = admin.get("/v1/me?verbose=1").refused(400, "invalid_parameter");
    assert_eq!(details(&error), [("verbose".to_owned(), "unknown_field".to_owned())]);
    // What says nothing is no fault, and a page far beyond the end is empty.
    assert_eq!(admin.get("/v1/tickets?").total(), 0);
    assert_eq!(admin.get("/v1/tickets?&&").total(), 0);
    assert_eq!(admin.get("/v1/tickets?page=1000000000&per_page=100").ids(), Vec::<String>::new());
}

#[test]
fn of_two_who_want_one_address_at_once_one_gets_it() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    desk.new_events();
    for round in 0..5 {
        let body = json!({"email": format!("race-{round}@example.com")});
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..8).map(|_| scope.spawn(|| agent.post("/v1/contacts", body.clone()))).collect();
            racers
                .into_iter()
                .map(|racer| racer.join().unwrap())
                .map(|answer| {
                    if answer.status == 409 {
                        assert_eq!(code(&answer), "conflict");
                        let id = format!("contact_{:03}", round + 1);
                        assert_eq!(answer.body["error"]["details"][0]["existing_id"], id);
                    }
                    answer.status
                })
                .collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
    }
    assert_eq!(desk.new_events(), ["contact.created"; 5]);
}

#[test]
fn the_last_active_admin_stays_one() {
    let desk = TestApp::new();
    let admin = desk.admin();
    let other = desk.user("Other", Role::Admin, Scope::Admin);
    admin.patch(&format!("/v1/users/{}", other.user), json!({"status": "inactive"})).ok();
    let own = format!("/v1/users/{}", admin.user);
    let before = admin.get(&own).ok();
    for patch in
        [json!({"role": "agent"}), json!({"status": "inactive"}), json!({"role": "agent", "status": "inactive"})]
    {
        admin.patch(&own, patch).refused(409, "conflict");
    }
    assert_eq!(admin.get(&own).ok(), before);
    // Of two who demote each other at once, one stays.
    admin.patch(&format!("/v1/users/{}", other.user), json!({"status": "active"})).ok();
    let demote =
        |who: &Client<'_>, whom: &str| who.patch(&format!("/v1/users/{whom}"), json!({"role": "agent"})).status;
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| demote(&admin, &other.user));
        (demote(&other, &admin.user), first.join().unwrap())
    });
    assert!([first, second].contains(&200), "{first} {second}");
    let admins = admin.get("/v1/users?role=admin&status=active").total();
    assert_eq!(admins, 1);
}

#[test]
fn an_error_of_the_server_itself_tells_only_that_there_was_one() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let broken = rusqlite::Connection::open(desk.server().store.path()).unwrap();
    broken.execute_batch("ALTER TABLE tags RENAME TO tags_away").unwrap();
    let answer = admin.get("/v1/tags");
    broken.execute_batch("ALTER TABLE tags_away RENAME TO tags").unwrap();
    assert_eq!((answer.status, code(&answer).as_str()), (500, "internal"));
    desk.forgive_faults();
    assert_eq!(admin.get("/v1/tags").total(), 1);
}

#[test]
fn a_request_that_is_not_http_is_refused_and_hurts_nobody() {
    let desk = TestApp::new();
    let admin = desk.admin();
    for garbage in [
        "nonsense\r\n\r\n",
        "GET /v1/me\r\n\r\n",
        "GET /v1/me HTTP/9.9\r\n\r\n",
        "G\0T /v1/me HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET /v1/me HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
        "GET /v1/me HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        "POST /v1/contacts HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n{}",
        "POST /v1/contacts HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n{}",
        "\u{16}\u{3}\u{1}\u{2}",
    ] {
        let mut wire = Wire::to(&desk);
        let answer = wire.send(garbage).shut().response();
        assert!(answer.as_ref().is_none_or(|answer| answer.status == 400), "{garbage:?}: {answer:?}");
        assert!(wire.is_closed());
    }
    admin.get("/v1/me").ok();
}

#[test]
fn the_words_of_the_table_and_their_statuses_are_the_contracts() {
    let table: Vec<(&str, u16)> = Code::ALL.iter().map(|code| (code.as_str(), code.status())).collect();
    for row in [
        ("malformed_json", 400),
        ("invalid_parameter", 400),
        ("unauthorized", 401),
        ("forbidden", 403),
        ("not_found", 404),
        ("method_not_allowed", 405),
        ("conflict", 409),
        ("already_issued", 409),
        ("cursor_expired", 410),
        ("precondition_failed", 412),
        ("too_large", 413),
        ("unsupported_media_type", 415),
        ("validation_failed", 422),
        ("rate_limited", 429),
        ("unavailable", 503),
    ] {
        assert!(table.contains(&row), "{row:?}");
    }
    let words: BTreeSet<&str> = table.iter().map(|(word, _)| *word).collect();
    assert_eq!(words.len(), table.len());
}
