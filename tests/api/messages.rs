//! /v1/conversations/{conversation_id}/messages

use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use crate::harness::file;
use crate::harness::text;
use serde_json::Value;
use serde_json::json;

const MESSAGES: &str = "/v1/conversations/conv_001/messages";

#[test]
fn a_message_is_a_users_reply_unless_it_says_otherwise() {
    let desk = TestApp::new();
    let sarah = desk.agent("Sarah Chen");
    sarah.conversation(json!({}));
    desk.advance(5 * MINUTE);
    desk.new_events();
    let answer = sarah.post(MESSAGES, json!({"body": "I'd be happy to help!"})).expect(201);
    assert_eq!(answer.header("location"), "/v1/conversations/conv_001/messages/msg_002");
    let message = &answer.body["data"];
    assert_eq!(
        *message,
        json!({"id": "msg_002", "conversation_id": "conv_001", "body": "I'd be happy to help!", "type": "reply",
            "author": {"type": "user", "id": sarah.user, "name": "Sarah Chen"}, "attachments": [], "imported": false,
            "created_at": "2026-01-15T10:05:00Z"})
    );
    assert_eq!(sarah.get(&answer.header("location")).ok(), *message);
    assert_eq!(sarah.get(MESSAGES).ok()[1], *message);
    let events = desk.new_event_objects();
    assert_eq!(events[0]["type"], "message.created");
    assert_eq!(events[0]["data"], *message);
    assert_eq!(events[0]["changes"], Value::Null);
}

#[test]
fn a_comment_is_authored_by_the_conversations_contact_whoever_brings_it_in() {
    let desk = TestApp::new();
    let sarah = desk.agent("Sarah Chen");
    sarah.conversation(json!({}));
    let john = json!({"type": "contact", "id": "contact_001", "name": "John Doe"});
    assert_eq!(sarah.message("conv_001", "comment", "One more thing")["author"], john);
    assert_eq!(sarah.message("conv_001", "note", "Be patient")["author"]["id"], json!(sarah.user));
    let authors = sarah.get(MESSAGES).ok();
    assert_eq!(authors[0]["author"], john);
    assert_eq!(authors[2]["author"]["name"], "Sarah Chen");
}

#[test]
fn messages_come_oldest_first_and_can_be_filtered_by_type() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    sarah.conversation(json!({}));
    for kind in ["reply", "note", "comment", "reply"] {
        sarah.message("conv_001", kind, "…");
    }
    let found = |query: &str| {
        let answer = sarah.get(&format!("{MESSAGES}?{query}"));
        (answer.ids().join(" "), answer.total())
    };
    let of = |ids: &str, total: i64| (ids.to_owned(), total);
    assert_eq!(found(""), of("msg_001 msg_003 msg_004 msg_005 msg_006", 5));
    assert_eq!(found("sort=-created_at"), of("msg_006 msg_005 msg_004 msg_003 msg_001", 5));
    assert_eq!(found("type=comment"), of("msg_001 msg_005", 2));
    assert_eq!(found("type=reply"), of("msg_003 msg_006", 2));
    assert_eq!(found("type=note"), of("msg_004", 1));
    assert_eq!(found("type=reply&per_page=1&page=2"), of("msg_006", 2));
    let error = sarah.get(&format!("{MESSAGES}?type=letter")).refused(400, "invalid_parameter");
    assert_eq!(error["details"][0]["field"], "type");
}

#[test]
fn a_comment_reopens_a_closed_or_pending_conversation() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    for status in ["closed", "pending"] {
        sarah.patch("/v1/conversations/conv_001", json!({"status": status})).ok();
        desk.new_events();
        sarah.message("conv_001", "comment", "Still broken");
        let reopened = sarah.get("/v1/conversations/conv_001").ok();
        assert_eq!(reopened["status"], "open");
        assert_eq!(reopened["closed_at"], Value::Null);
        let events = desk.new_event_objects();
        let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["message.created", "conversation.updated"]);
        assert_eq!(events[1]["changes"]["status"], json!([status, "open"]));
    }
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["reopened_count"], 1);
}

#[test]
fn a_reply_or_note_leaves_the_status_alone() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    for status in ["open", "pending", "closed"] {
        sarah.patch("/v1/conversations/conv_001", json!({"status": status})).ok();
        desk.new_events();
        for kind in ["reply", "note"] {
            sarah.message("conv_001", kind, "…");
            assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["status"], status);
        }
        assert_eq!(desk.new_events(), ["message.created", "message.created"]);
    }
}

#[test]
fn a_message_that_carries_a_status_replies_and_closes_in_one_call() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    let status = || sarah.get("/v1/conversations/conv_001").ok()["status"].clone();
    desk.advance(HOUR);
    desk.new_events();
    sarah.post(MESSAGES, json!({"body": "Done!", "status": "closed"})).created();
    let closed = sarah.get("/v1/conversations/conv_001").ok();
    assert_eq!(closed["status"], "closed");
    assert_eq!(closed["closed_at"], "2026-01-15T11:00:00Z");
    assert_eq!(closed["waiting_since"], Value::Null);
    assert_eq!(desk.new_events(), ["message.created", "conversation.updated"]);
    sarah.post(MESSAGES, json!({"body": "Wait", "type": "note", "status": "pending"})).created();
    assert_eq!(status(), "pending");
    // What is asked for wins over the reopening.
    sarah.post(MESSAGES, json!({"body": "Thanks!", "type": "comment", "status": "closed"})).created();
    assert_eq!(status(), "closed");
    sarah.post(MESSAGES, json!({"body": "…", "status": "resolved"})).invalid(&[("status", "not_in_enum")]);
    assert_eq!(sarah.get(MESSAGES).total(), 4);
}

#[test]
fn a_conversation_that_comes_back_does_not_lie_with_somebody_who_is_gone() {
    let desk = TestApp::new();
    let (sarah, max) = (desk.agent("sarah"), desk.agent("max"));
    for assignee in [&max.user, &sarah.user] {
        sarah.conversation(json!({"assignee_id": assignee}));
    }
    for conversation in ["conv_001", "conv_002"] {
        sarah.patch(&format!("/v1/conversations/{conversation}"), json!({"status": "closed"})).ok();
    }
    desk.deactivate(&max.user);
    sarah.message("conv_001", "note", "Max has left.");
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["assignee"]["id"], json!(max.user));
    desk.new_events();
    sarah.message("conv_001", "comment", "It is back");
    sarah.message("conv_002", "comment", "It is back");
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["assignee"], Value::Null);
    assert_eq!(sarah.get("/v1/conversations/conv_002").ok()["assignee"]["id"], json!(sarah.user));
    let events = desk.new_event_objects();
    assert_eq!(events[1]["changes"]["assignee"], json!([{"id": max.user, "name": "max"}, null]));
    assert_eq!(sarah.get("/v1/conversations?assignee=none").ids(), ["conv_001"]);
}

#[test]
fn a_conversation_waits_since_the_oldest_comment_that_no_reply_has_answered() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"message": {"body": "Good morning", "type": "reply"}}));
    let after = |kind: &str| {
        desk.advance(HOUR);
        sarah.message("conv_001", kind, "…");
        let conversation = sarah.get("/v1/conversations/conv_001").ok();
        (conversation["waiting_since"].clone(), conversation["last_message_at"].clone())
    };
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["waiting_since"], Value::Null);
    assert_eq!(after("comment"), (json!("2026-01-15T11:00:00Z"), json!("2026-01-15T11:00:00Z")));
    assert_eq!(after("comment"), (json!("2026-01-15T11:00:00Z"), json!("2026-01-15T12:00:00Z")));
    assert_eq!(after("note"), (json!("2026-01-15T11:00:00Z"), json!("2026-01-15T13:00:00Z")));
    assert_eq!(after("reply"), (Value::Null, json!("2026-01-15T14:00:00Z")));
    assert_eq!(after("note"), (Value::Null, json!("2026-01-15T15:00:00Z")));
    assert_eq!(after("comment"), (json!("2026-01-15T16:00:00Z"), json!("2026-01-15T16:00:00Z")));
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["messages_count"], 7);
}

#[test]
fn a_body_has_1_to_100_000_characters() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    let say = |body: Value| sarah.post(MESSAGES, json!({"body": body}));
    say(json!("x")).created();
    // Characters, not bytes.
    let longest = "é".repeat(100_000);
    assert_eq!(say(json!(longest)).created()["body"], json!(longest));
    say(json!("é".repeat(100_001))).invalid(&[("body", "too_long")]);
    say(json!("")).invalid(&[("body", "too_short")]);
    say(json!(" \n ")).invalid(&[("body", "too_short")]);
    say(Value::Null).invalid(&[("body", "required")]);
    say(json!(7)).invalid(&[("body", "invalid_format")]);
    sarah.post(MESSAGES, json!({"type": "letter"})).invalid(&[("body", "required"), ("type", "not_in_enum")]);
    let lines = "Dear John,\n\n\tas promised.\r\n";
    assert_eq!(say(json!(lines)).created()["body"], lines);
}

#[test]
fn messages_cant_be_edited() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    let path = format!("{MESSAGES}/msg_001");
    sarah.patch(&path, json!({"body": "Never said that"})).refused(405, "method_not_allowed");
    sarah.delete(&path).refused(405, "method_not_allowed");
    assert_eq!(sarah.get(&path).ok()["body"], "I need help with my account.");
}

#[test]
fn a_message_stands_in_its_own_conversation_alone() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    sarah.conversation(json!({}));
    sarah.get("/v1/conversations/conv_002/messages/msg_002").ok();
    for path in
        ["conv_001/messages/msg_002", "conv_001/messages/msg_999", "conv_001/messages/2", "conv_999/messages/msg_001"]
    {
        sarah.get(&format!("/v1/conversations/{path}")).refused(404, "not_found");
    }
    for conversation in ["conv_999", "7"] {
        let path = format!("/v1/conversations/{conversation}/messages");
        sarah.get(&path).refused(404, "not_found");
        sarah.post(&path, json!({"body": "Hello?"})).refused(404, "not_found");
    }
}

#[test]
fn a_reply_that_has_missed_a_message_is_refused_and_names_the_newest() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    sarah.conversation(json!({}));
    let reply = |seen: &str| sarah.post(MESSAGES, json!({"body": "Here you are", "last_seen_message_id": seen}));
    // Of another conversation, the newest says nothing of this one.
    assert_eq!(reply("msg_001").created()["id"], "msg_003");
    sarah.message("conv_001", "note", "Wait, I know him");
    desk.new_events();
    let missed = reply("msg_003");
    let error = missed.refused(409, "conflict");
    assert_eq!(
        (&error["details"][0]["field"], &error["details"][0]["code"], &error["details"][0]["existing_id"]),
        (&json!("last_seen_message_id"), &json!("outdated"), &json!("msg_004"))
    );
    let form = |seen: &str| {
        let parts = [
            text("body", "With a file"),
            text("last_seen_message_id", seen),
            file("attachments[]", "a.txt", "text/plain", b"Hello"),
        ];
        sarah.post_form(MESSAGES, &parts)
    };
    form("msg_001").refused(409, "conflict");
    assert_eq!((sarah.get(MESSAGES).total(), desk.new_events()), (3, Vec::<String>::new()));
    assert_eq!(form("msg_004").created()["id"], "msg_005");
    reply("msg_005").created();
    reply("nonsense").invalid(&[("last_seen_message_id", "invalid_format")]);
}

#[test]
fn nothing_more_can_come_from_a_contact_who_was_erased() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    sarah.delete("/v1/contacts/contact_001").expect(204);
    sarah.post(MESSAGES, json!({"body": "…", "type": "comment"})).refused(409, "conflict");
    sarah.message("conv_001", "note", "Closed for good");
}
