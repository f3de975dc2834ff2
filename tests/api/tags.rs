//! /v1/tags, and the tags of threads

use crate::harness::Client;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;

/// Every tag's name and count, as the list shows them.
fn counts(who: &Client) -> Vec<(String, i64)> {
    let tags = who.get("/v1/tags?per_page=100").ok();
    let all = tags.as_array().unwrap().iter();
    all.map(|tag| (tag["name"].as_str().unwrap().to_owned(), tag["count"].as_i64().unwrap())).collect()
}

fn count(name: &str, count: i64) -> (String, i64) {
    (name.to_owned(), count)
}

#[test]
fn a_new_tag_is_shown_whole() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let answer = sarah.post("/v1/tags", json!({"name": "  new-feature ", "color": "#3B82F6"})).expect(201);
    assert_eq!(answer.header("location"), "/v1/tags/tag_001");
    let tag = &answer.body["data"];
    assert_eq!(
        *tag,
        json!({"id": "tag_001", "name": "new-feature", "color": "#3b82f6", "count": 0,
            "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"})
    );
    assert_eq!(sarah.get("/v1/tags/tag_001").ok(), *tag);
    assert_eq!(sarah.get("/v1/tags").ok(), json!([tag]));
    // A colour that is not given is made up.
    let color = sarah.post("/v1/tags", json!({"name": "billing"})).created()["color"].clone();
    assert!(color.as_str().unwrap().starts_with('#'), "{color}");
}

#[test]
fn a_tags_name_has_1_to_50_characters_and_is_unique_without_regard_to_case() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let make = |name: &str| sarah.post("/v1/tags", json!({"name": name}));
    make(&"é".repeat(50)).created();
    make(&"é".repeat(51)).invalid(&[("name", "too_long")]);
    make("   ").invalid(&[("name", "too_short")]);
    sarah.post("/v1/tags", json!({"color": "green"})).invalid(&[("name", "required"), ("color", "invalid_format")]);
    make("Billing").created();
    let error = make(" bILLING ").refused(409, "conflict");
    assert_eq!(error["details"][0]["field"], "name");
    assert_eq!(error["details"][0]["code"], "taken");
    assert_eq!(error["details"][0]["existing_id"], "tag_002");
    make("Über").created();
    make("über").refused(409, "conflict");
    sarah.patch("/v1/tags/tag_001", json!({"name": "billing"})).refused(409, "conflict");
    assert_eq!(sarah.patch("/v1/tags/tag_002", json!({"name": "billing"})).ok()["name"], "billing");
}

#[test]
fn tags_come_by_name_whatever_its_case() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for name in ["urgent", "Billing", "vip", "access"] {
        sarah.post("/v1/tags", json!({"name": name})).created();
    }
    sarah.conversation(json!({"tags": ["vip"]}));
    assert_eq!(sarah.get("/v1/tags").ids(), ["tag_004", "tag_002", "tag_001", "tag_003"]);
    assert_eq!(sarah.get("/v1/tags?sort=-name").ids(), ["tag_003", "tag_001", "tag_002", "tag_004"]);
    assert_eq!(sarah.get("/v1/tags?sort=-count").ids(), ["tag_003", "tag_004", "tag_002", "tag_001"]);
}

#[test]
fn the_tags_of_a_new_thread_are_created_where_they_are_unknown() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.post("/v1/tags", json!({"name": "Billing", "color": "#000000"})).created();
    let conversation = sarah.conversation(json!({"tags": [" billing", "support ", "SUPPORT", "Billing"]}));
    // Known ones keep their spelling, and none is carried twice.
    assert_eq!(conversation["tags"], json!(["Billing", "support"]));
    assert_eq!(counts(&sarah), [count("Billing", 1), count("support", 1)]);
    assert_eq!(sarah.get("/v1/tags/tag_001").ok()["color"], "#000000");
    let error = sarah.patch("/v1/conversations/conv_001", json!({"tags": ["ok", " ", "é".repeat(51)]}));
    error.invalid(&[("tags[1]", "too_short"), ("tags[2]", "too_long")]);
    let fifty = |tags: usize| sarah.patch("/v1/conversations/conv_001", json!({"tags": vec!["again"; tags]}));
    assert_eq!(fifty(50).ok()["tags"], json!(["again"]));
    fifty(51).invalid(&[("tags", "too_long")]);
}

#[test]
fn tags_in_a_patch_are_the_whole_new_list() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"tags": ["one", "two"]}));
    let replace = |tags: Value| sarah.patch("/v1/conversations/conv_001", json!({"tags": tags})).ok()["tags"].clone();
    assert_eq!(replace(json!(["three", "ONE"])), json!(["three", "one"]));
    assert_eq!(replace(json!(["one", "three"])), json!(["one", "three"]));
    assert_eq!(replace(json!([])), json!([]));
    assert_eq!(counts(&sarah), [count("one", 0), count("three", 0), count("two", 0)]);
}

#[test]
fn add_tags_and_remove_tags_change_the_list_instead() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"tags": ["one", "two"]}));
    desk.new_events();
    let patch = |body: Value| sarah.patch("/v1/conversations/conv_001", body);
    assert_eq!(patch(json!({"add_tags": [" three", "ONE"]})).ok()["tags"], json!(["one", "two", "three"]));
    assert_eq!(patch(json!({"remove_tags": ["TWO ", "unknown"]})).ok()["tags"], json!(["one", "three"]));
    let both = patch(json!({"add_tags": ["four"], "remove_tags": ["one"]})).ok();
    assert_eq!(both["tags"], json!(["three", "four"]));
    let events = desk.new_event_objects();
    assert_eq!(events.len(), 3);
    assert_eq!(events[2]["changes"], json!({"tags": [["one", "three"], ["three", "four"]]}));
    // What is there already, or not there, changes nothing.
    patch(json!({"add_tags": ["Three"], "remove_tags": ["one"]})).ok();
    assert_eq!(desk.new_events(), Vec::<String>::new());
    assert_eq!(counts(&sarah), [count("four", 1), count("one", 0), count("three", 1), count("two", 0)]);
}

#[test]
fn the_whole_list_and_a_change_to_it_cant_both_be_meant() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"tags": ["one"]}));
    for path in ["/v1/conversations/conv_001", "/v1/tickets/ticket_001"] {
        for change in [json!({"tags": ["two"], "add_tags": ["three"]}), json!({"tags": [], "remove_tags": ["one"]})] {
            sarah.patch(path, change).invalid(&[("tags", "invalid_format")]);
        }
        assert_eq!(sarah.get(path).ok()["tags"], json!(["one"]));
    }
    assert_eq!(counts(&sarah), [count("one", 1)]);
}

#[test]
fn a_tags_count_counts_threads_a_ticket_and_its_conversation_once() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"tags": ["billing"]}));
    assert_eq!(counts(&sarah), [count("billing", 1)]);
    sarah.conversation(json!({"tags": ["billing", "vip"]}));
    assert_eq!(counts(&sarah), [count("billing", 2), count("vip", 1)]);
    sarah.post("/v1/tickets", json!({"conversation_id": "conv_002"})).created();
    assert_eq!(counts(&sarah), [count("billing", 2), count("vip", 1)]);
    sarah.patch("/v1/tickets/ticket_001", json!({"remove_tags": ["billing"]})).ok();
    assert_eq!(counts(&sarah), [count("billing", 1), count("vip", 1)]);
}

#[test]
fn a_renamed_tag_is_shown_by_every_thread_at_once() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"tags": ["bug"]}));
    desk.advance(HOUR);
    let renamed = sarah.patch("/v1/tags/tag_001", json!({"name": "defect"})).ok();
    assert_eq!(renamed["count"], 1);
    assert_eq!(renamed["updated_at"], "2026-01-15T11:00:00Z");
    assert_eq!(sarah.get("/v1/tickets/ticket_001").ok()["tags"], json!(["defect"]));
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["tags"], json!(["defect"]));
    desk.advance(MINUTE);
    assert_eq!(sarah.patch("/v1/tags/tag_001", json!({"name": "defect"})).ok(), renamed);
    sarah.patch("/v1/tags/tag_001", json!({"name": null})).invalid(&[("name", "required")]);
}

#[test]
fn a_deleted_tag_is_gone_from_every_thread() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"tags": ["bug", "vip"]}));
    sarah.delete("/v1/tags/tag_001").expect(204);
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["tags"], json!(["vip"]));
    sarah.get("/v1/tags/tag_001").refused(404, "not_found");
    sarah.delete("/v1/tags/tag_001").refused(404, "not_found");
    sarah.patch("/v1/tags/vip", json!({"name": "x"})).refused(404, "not_found");
    // The name is free again, and ids are never used twice.
    assert_eq!(sarah.post("/v1/tags", json!({"name": "bug"})).created()["id"], "tag_003");
}
