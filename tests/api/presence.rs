//! /v1/conversations/{conversation_id}/presence: who looks at a conversation, and who writes there

use crate::following::Following;
use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;

const PRESENCE: &str = "/v1/conversations/conv_001/presence";

fn put(who: &Client<'_>, state: &str) -> Answer {
    who.send("PUT", PRESENCE, &[], Some(json!({"state": state}).to_string()))
}

/// Who does what, by name.
fn people(presence: &Value) -> Vec<(String, String)> {
    let people = presence["people"].as_array().unwrap();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    people.iter().map(|one| (word(&one["user"]["name"]), word(&one["state"]))).collect()
}

fn are(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, state)| ((*name).to_owned(), (*state).to_owned())).collect()
}

#[test]
fn who_says_so_is_there_until_he_leaves_or_is_not_heard_of() {
    let desk = TestApp::new();
    let (sarah, max) = (desk.agent("Sarah"), desk.agent("Max"));
    sarah.conversation(json!({}));
    assert_eq!(sarah.get(PRESENCE).ok(), json!({"conversation_id": "conv_001", "people": []}));
    let there = put(&sarah, "viewing").ok();
    let in_it =
        json!({"user": {"id": sarah.user, "name": "Sarah"}, "state": "viewing", "since": "2026-01-15T10:00:00Z"});
    assert_eq!(there, json!({"conversation_id": "conv_001", "people": [in_it]}));
    desk.advance(20);
    assert_eq!(people(&put(&max, "typing").ok()), are(&[("Sarah", "viewing"), ("Max", "typing")]));
    // Said again, it is as old as it was.
    assert_eq!(put(&sarah, "viewing").ok()["people"][0], in_it);
    desk.advance(30);
    assert_eq!(people(&put(&sarah, "typing").ok()), are(&[("Sarah", "typing"), ("Max", "typing")]));
    desk.advance(14);
    assert_eq!(people(&max.get(PRESENCE).ok()).len(), 2);
    desk.advance(1);
    assert_eq!(people(&max.get(PRESENCE).ok()), are(&[("Sarah", "typing")]));
    assert_eq!(people(&put(&sarah, "gone").ok()), are(&[]));
    assert_eq!(people(&put(&sarah, "gone").ok()), are(&[]));
}

#[test]
fn it_is_of_a_conversation_that_there_is_and_in_one_of_the_known_words() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    put(&sarah, "asleep").invalid(&[("state", "not_in_enum")]);
    sarah.send("PUT", PRESENCE, &[], Some("{}".to_owned())).invalid(&[("state", "required")]);
    let elsewhere = "/v1/conversations/conv_999/presence";
    sarah.get(elsewhere).refused(404, "not_found");
    sarah.send("PUT", elsewhere, &[], Some(json!({"state": "typing"}).to_string())).refused(404, "not_found");
    // Nothing of it is kept, and nothing told in the feed.
    desk.new_events();
    put(&sarah, "typing").ok();
    assert_eq!(desk.new_events(), Vec::<String>::new());
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["updated_at"], "2026-01-15T10:00:00Z");
}

#[test]
fn streams_that_asked_are_told_who_comes_types_and_goes_and_others_are_not() {
    let desk = TestApp::new();
    let (sarah, max) = (desk.agent("Sarah"), desk.agent("Max"));
    sarah.conversation(json!({}));
    put(&sarah, "viewing").ok();
    let mut asked = Following::open(&desk, &max, "?presence=true", None);
    let mut other = Following::open(&desk, &max, "?presence=false", None);
    let begun = desk.new_events().len();
    put(&max, "viewing").ok();
    put(&max, "viewing").ok();
    put(&max, "typing").ok();
    let told = [asked.event(), asked.event()];
    assert!(told.iter().all(|frame| frame.event == "presence" && frame.id.is_none()));
    assert_eq!(people(&told[0].data), are(&[("Sarah", "viewing"), ("Max", "viewing")]));
    assert_eq!(people(&told[1].data), are(&[("Sarah", "viewing"), ("Max", "typing")]));
    assert_eq!(told[1].data, max.get(PRESENCE).ok());
    // Events go on as if nothing had been between them.
    sarah.message("conv_001", "note", "Mine");
    let event = asked.event();
    assert_eq!((event.event.as_str(), event.id), ("message.created", Some(format!("event_{:03}", begun + 1))));
    // Nobody is heard of any more: the stream tells of it by itself.
    desk.advance(45);
    assert_eq!(people(&asked.event().data), are(&[]));
    asked.assert_quiet();
    assert_eq!(other.event().event, "message.created");
    other.assert_quiet();
    max.get("/v1/events/stream?presence=maybe").refused(400, "invalid_parameter");
}
