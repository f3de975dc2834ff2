//! /v1/events: the change feed

use crate::harness::Client;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;

/// Follows `Link` from `path` to the end; the ids on the way.
fn walked(who: &Client, path: &str) -> Vec<String> {
    let (mut ids, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        let page = who.get(&path);
        ids.extend(page.ids());
        next = page.next();
    }
    ids
}

fn numbered(range: std::ops::RangeInclusive<i64>) -> Vec<String> {
    range.map(|number| format!("event_{number:03}")).collect()
}

#[test]
fn an_event_tells_what_happened_when_by_whom_and_the_whole_object() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let key = sarah.get("/v1/me").ok()["api_key"]["id"].clone();
    let created = sarah.post("/v1/contacts", json!({"name": "Jane"})).created();
    desk.advance(MINUTE);
    let changed = sarah.patch("/v1/contacts/contact_001", json!({"name": "Jane M. Smith"})).ok();
    let actor = json!({"type": "user", "id": sarah.user, "api_key_id": key});
    let answer = sarah.get("/v1/events").expect(200);
    assert_eq!(
        answer.body,
        json!({
            "data": [
                {"id": "event_001", "type": "contact.created", "created_at": "2026-01-15T10:00:00Z", "actor": actor,
                    "changes": null, "bulk_id": null, "imported": false, "data": created},
                {"id": "event_002", "type": "contact.updated", "created_at": "2026-01-15T10:01:00Z", "actor": actor,
                    "changes": {"name": ["Jane", "Jane M. Smith"]}, "bulk_id": null, "imported": false, "data": changed},
            ],
            "meta": {"current_page": 1, "per_page": 25, "total_count": 2},
        })
    );
    assert_eq!(answer.next(), None);
}

#[test]
fn an_event_names_the_key_that_was_used() {
    let desk = TestApp::new();
    let (sarah, max) = (desk.agent("sarah"), desk.agent("max"));
    for who in [&sarah, &max] {
        who.post("/v1/contacts", json!({"name": "Jane"})).created();
    }
    let events = sarah.get("/v1/events").ok();
    assert_eq!(events[0]["actor"], json!({"type": "user", "id": "user_001", "api_key_id": "key_001"}));
    assert_eq!(events[1]["actor"], json!({"type": "user", "id": "user_002", "api_key_id": "key_002"}));
}

#[test]
fn events_come_oldest_first_and_after_the_one_that_was_seen_last() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for number in 0..7 {
        sarah.post("/v1/contacts", json!({"name": format!("Contact {number}")})).created();
    }
    assert_eq!(sarah.get("/v1/events").ids(), numbered(1..=7));
    let after = sarah.get("/v1/events?after=event_005");
    assert_eq!((after.ids(), after.total()), (numbered(6..=7), 2));
    assert_eq!(sarah.get("/v1/events?after=event_007").ids(), Vec::<String>::new());
    assert_eq!(sarah.get("/v1/events?per_page=3&page=2").ids(), numbered(4..=6));
    for broken in ["after=7", "after=contact_001", "per_page=101", "page=0", "sort=id", "before=event_003"] {
        sarah.get(&format!("/v1/events?{broken}")).refused(400, "invalid_parameter");
    }
}

#[test]
fn following_the_link_meets_every_event_once_also_those_that_come_meanwhile() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let make = || sarah.post("/v1/contacts", json!({"name": "Jane"})).created();
    for _ in 0..5 {
        make();
    }
    assert_eq!(walked(&sarah, "/v1/events?per_page=2"), numbered(1..=5));
    let first = sarah.get("/v1/events?per_page=2");
    make();
    assert_eq!(walked(&sarah, &first.next().unwrap()), numbered(3..=6));
    sarah.conversation(json!({}));
    assert_eq!(walked(&sarah, "/v1/events?types=contact.created&per_page=2"), numbered(1..=7));
}

#[test]
fn events_are_filtered_by_type() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    sarah.message("conv_001", "reply", "Hello");
    sarah.patch("/v1/conversations/conv_001", json!({"status": "closed"})).ok();
    let found = |types: &str| {
        let answer = sarah.get(&format!("/v1/events?types={types}"));
        let events = answer.body["data"].as_array().unwrap().clone();
        assert_eq!(answer.total(), i64::try_from(events.len()).unwrap());
        events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("message.created"), ["message.created", "message.created"]);
    assert_eq!(
        found("conversation.updated,contact.created,%20conversation.created"),
        ["contact.created", "conversation.created", "conversation.updated"]
    );
    assert_eq!(found("ticket.created"), Vec::<String>::new());
    assert_eq!(sarah.get("/v1/events?types=message.created&after=event_003").ids(), ["event_004"]);
    let error = sarah.get("/v1/events?types=message.created,message.sent").refused(400, "invalid_parameter");
    assert_eq!(error["details"][0]["field"], "types");
}

#[test]
fn what_a_ticket_does_is_told_for_both_of_its_views() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({}));
    assert_eq!(desk.new_events(), ["contact.created", "conversation.created", "message.created", "ticket.created"]);
    sarah.patch("/v1/conversations/conv_001", json!({"priority": "high"})).ok();
    let events = desk.new_event_objects();
    let told: Vec<(&Value, &Value)> = events.iter().map(|event| (&event["type"], &event["data"]["id"])).collect();
    let (conversation, ticket) = (json!("conv_001"), json!("ticket_001"));
    assert_eq!(told, [(&json!("conversation.updated"), &conversation), (&json!("ticket.updated"), &ticket)]);
}

#[test]
fn what_is_refused_is_not_told() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.post("/v1/contacts", json!({"email": "nonsense"})).expect(422);
    sarah.patch("/v1/contacts/contact_001", json!({"name": "X"})).expect(404);
    assert_eq!(sarah.get("/v1/events").total(), 0);
}
