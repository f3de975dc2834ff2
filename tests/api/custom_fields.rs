//! `custom_fields`, the same on everything that has them.

use crate::harness::Client;
use crate::harness::TestApp;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// One of each, without custom fields.
const ALL: [&str; 3] = ["/v1/conversations/conv_001", "/v1/tickets/ticket_001", "/v1/contacts/contact_001"];

fn with_one_of_each<'a>(desk: &'a TestApp) -> Client<'a> {
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    sarah.ticket(json!({}));
    sarah
}

fn keys(count: usize) -> Value {
    (0..count).map(|number| (format!("key_{number}"), json!(number))).collect::<Map<_, _>>().into()
}

#[test]
fn a_patch_merges_custom_fields_and_null_removes_a_key() {
    let desk = TestApp::new();
    let sarah = with_one_of_each(&desk);
    for path in ALL {
        let patch = |fields: Value| sarah.patch(path, json!({"custom_fields": fields})).ok()["custom_fields"].clone();
        let all = json!({"text": "12345", "whole": 3, "less": -7, "part": 0.5, "yes": true, "empty": ""});
        assert_eq!(patch(all.clone()), all);
        desk.new_events();
        assert_eq!(patch(json!({})), all);
        assert_eq!(patch(json!({"unknown": null})), all);
        assert_eq!(desk.new_events(), Vec::<String>::new());
        let merged = json!({"text": "new", "whole": 3, "less": -7, "part": 0.5, "empty": "", "more": false});
        assert_eq!(patch(json!({"text": "new", "yes": null, "more": false})), merged);
        assert_eq!(sarah.get(path).ok()["custom_fields"], merged);
        let events = desk.new_event_objects();
        assert_eq!(events[0]["changes"]["custom_fields"], json!([all, merged]));
    }
}

#[test]
fn null_on_create_is_a_key_that_was_never_there() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let fields = json!({"plan": "free", "none": null});
    assert_eq!(sarah.conversation(json!({"custom_fields": fields}))["custom_fields"], json!({"plan": "free"}));
    let contact = sarah.post("/v1/contacts", json!({"name": "Jane", "custom_fields": fields})).created();
    assert_eq!(contact["custom_fields"], json!({"plan": "free"}));
}

#[test]
fn there_are_at_most_50_keys_also_after_merging() {
    let desk = TestApp::new();
    let sarah = with_one_of_each(&desk);
    for path in ALL {
        let patch = |fields: Value| sarah.patch(path, json!({"custom_fields": fields}));
        patch(keys(51)).invalid(&[("custom_fields", "too_long")]);
        assert_eq!(patch(keys(50)).ok()["custom_fields"].as_object().unwrap().len(), 50);
        patch(json!({"one_more": 1})).invalid(&[("custom_fields", "too_long")]);
        patch(json!({"one_more": 1, "key_7": null})).ok();
    }
    let new = json!({"name": "Jane", "custom_fields": keys(51)});
    sarah.post("/v1/contacts", new).invalid(&[("custom_fields", "too_long")]);
}

#[test]
fn a_key_has_1_to_64_characters_and_a_text_at_most_4_kib() {
    let desk = TestApp::new();
    let sarah = with_one_of_each(&desk);
    let (longest, too_long) = ("é".repeat(64), "é".repeat(65));
    for path in ALL {
        let patch = |key: &str, value: Value| sarah.patch(path, json!({"custom_fields": {key: value}}));
        patch("k", json!("é".repeat(2_048))).ok();
        patch(&longest, json!(1)).ok();
        patch("k", json!("é".repeat(2_049))).invalid(&[("custom_fields.k", "too_long")]);
        patch(&too_long, json!(1)).invalid(&[(&format!("custom_fields.{longest}"), "invalid_format")]);
        patch("", json!(1)).invalid(&[("custom_fields.", "invalid_format")]);
    }
}

#[test]
fn values_are_never_nested() {
    let desk = TestApp::new();
    let sarah = with_one_of_each(&desk);
    for path in ALL {
        let patch = |fields: Value| sarah.patch(path, json!({"custom_fields": fields}));
        patch(json!({"map": {"a": 1}, "list": [1], "fine": 1}))
            .invalid(&[("custom_fields.map", "invalid_format"), ("custom_fields.list", "invalid_format")]);
        patch(json!([])).invalid(&[("custom_fields", "invalid_format")]);
        assert_eq!(sarah.get(path).ok()["custom_fields"], json!({}));
    }
}
