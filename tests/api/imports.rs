//! `imported: true`: history brought in from elsewhere.

use crate::harness::Client;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use serde_json::Value;
use serde_json::json;

const MESSAGES: &str = "/v1/conversations/conv_001/messages";

fn import(who: &Client, kind: &str, at: &str) -> Value {
    who.post(MESSAGES, json!({"body": "…", "type": kind, "imported": true, "created_at": at})).created()
}

#[test]
fn bringing_in_history_needs_an_admin_with_the_scope_admin() {
    let desk = TestApp::new();
    let past = json!({"subject": "Old", "contact": {"email": "j@x.io"}, "message": {"body": "Hi"}, "imported": true,
        "created_at": "2020-05-01T12:00:00Z"});
    let message = json!({"body": "Hi", "imported": true, "created_at": "2020-05-01T12:00:00Z"});
    let admin = desk.admin();
    admin.conversation(json!({}));
    let ticket = json!({"subject": "Old", "description": "Hi", "contact": {"email": "j@x.io"}, "imported": true,
        "created_at": "2020-05-01T12:00:00Z"});
    let agent = desk.user("Agent", Role::Agent, Scope::Admin);
    let narrow = desk.user("Narrow", Role::Admin, Scope::Write);
    for who in [agent, narrow] {
        who.post("/v1/conversations", past.clone()).refused(403, "forbidden");
        who.post(MESSAGES, message.clone()).refused(403, "forbidden");
        who.post("/v1/tickets", ticket.clone()).refused(403, "forbidden");
    }
    admin.post("/v1/conversations", past).created();
    admin.post(MESSAGES, message).created();
    admin.post("/v1/tickets", ticket).created();
}

#[test]
fn an_imported_conversation_began_when_it_says_and_its_events_are_marked() {
    let desk = TestApp::new();
    let admin = desk.admin();
    admin.conversation(json!({}));
    desk.new_events();
    let past = json!({"subject": "Old", "contact": {"email": "old@example.com"}, "message": {"body": "Hi"}, "imported": true,
        "created_at": "2020-05-01T14:00:00+02:00"});
    let old = admin.post("/v1/conversations", past).created();
    for field in ["created_at", "last_message_at", "waiting_since"] {
        assert_eq!(old[field], "2020-05-01T12:00:00Z", "{field}");
    }
    let first = admin.get("/v1/conversations/conv_002/messages").ok()[0].clone();
    assert_eq!(first["created_at"], "2020-05-01T12:00:00Z");
    assert_eq!(first["imported"], true);
    assert_eq!(admin.get("/v1/conversations").ids(), ["conv_001", "conv_002"]);
    let events = desk.new_event_objects();
    let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["contact.created", "conversation.created", "message.created"]);
    assert!(events.iter().all(|event| event["imported"] == true), "{events:?}");
    assert!(events.iter().all(|event| event["created_at"] == "2026-01-15T10:00:00Z"), "{events:?}");
}

#[test]
fn the_past_must_be_named_and_be_the_past() {
    let desk = TestApp::new();
    let admin = desk.admin();
    admin.conversation(json!({}));
    let new = json!({"subject": "Old", "contact": {"email": "j@x.io"}, "message": {"body": "Hi"}});
    for (path, new) in [("/v1/conversations", new), (MESSAGES, json!({"body": "Hi"}))] {
        let with = |more: Value| {
            let mut new = new.clone();
            new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            admin.post(path, new)
        };
        with(json!({"imported": true})).invalid(&[("created_at", "required")]);
        with(json!({"imported": true, "created_at": "2026-01-15T10:00:01Z"}))
            .invalid(&[("created_at", "out_of_range")]);
        with(json!({"created_at": "2020-05-01T12:00:00Z"})).invalid(&[("created_at", "invalid_format")]);
        with(json!({"imported": true, "created_at": "long ago"})).invalid(&[("created_at", "invalid_format")]);
        with(json!({"imported": true, "created_at": "2020-05-01"})).created();
    }
}

#[test]
fn imported_messages_stand_where_they_belong_however_late_they_come_in() {
    let desk = TestApp::new();
    let admin = desk.admin();
    admin
        .post(
            "/v1/conversations",
            json!({"subject": "Old", "contact": {"email": "j@x.io"}, "message": {"body": "Hi"},
        "imported": true, "created_at": "2020-05-01T10:00:00Z"}),
        )
        .created();
    let waiting = || admin.get("/v1/conversations/conv_001").ok()["waiting_since"].clone();
    import(&admin, "reply", "2020-05-01T12:00:00Z");
    assert_eq!(waiting(), Value::Null);
    import(&admin, "comment", "2020-05-01T14:00:00Z");
    assert_eq!(waiting(), "2020-05-01T14:00:00Z");
    // Answered long since: the reply of noon came after it.
    import(&admin, "comment", "2020-05-01T11:00:00Z");
    assert_eq!(waiting(), "2020-05-01T14:00:00Z");
    assert_eq!(admin.get(MESSAGES).ids(), ["msg_001", "msg_004", "msg_002", "msg_003"]);
    let conversation = admin.get("/v1/conversations/conv_001").ok();
    assert_eq!(conversation["last_message_at"], "2020-05-01T14:00:00Z");
    assert_eq!(conversation["messages_count"], 4);
}

#[test]
fn history_moves_no_sla_and_no_status() {
    let desk = TestApp::new();
    let admin = desk.admin();
    let old = admin.ticket(json!({"imported": true, "created_at": "2020-05-01T10:00:00Z"}));
    assert_eq!(old["sla"]["status"], "on_track");
    assert_eq!(old["sla"]["first_response_due"], Value::Null);
    assert_eq!(old["sla"]["resolution_due"], Value::Null);
    assert_eq!(old["created_at"], "2020-05-01T10:00:00Z");
    // A running clock is not answered by what was said elsewhere.
    let running = admin.ticket(json!({"conversation_id": null}));
    let messages = format!("/v1/conversations/{}/messages", running["conversation_id"].as_str().unwrap());
    let reply = json!({"body": "…", "type": "reply", "imported": true, "created_at": "2026-01-15T09:59:00Z"});
    admin.post(&messages, reply).created();
    assert_eq!(admin.get("/v1/tickets/ticket_002").ok()["sla"], running["sla"]);

    admin.patch("/v1/conversations/conv_001", json!({"status": "closed"})).ok();
    desk.new_events();
    import(&admin, "comment", "2020-05-02T10:00:00Z");
    assert_eq!(admin.get("/v1/conversations/conv_001").ok()["status"], "closed");
    assert_eq!(desk.new_events(), ["message.created"]);
    let with_status = json!({"body": "…", "imported": true, "created_at": "2020-05-03", "status": "open"});
    admin.post(MESSAGES, with_status).invalid(&[("status", "invalid_format")]);
}
