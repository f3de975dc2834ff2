//! /v1/conversations

use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use crate::harness::id;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

const NOTHING: Vec<String> = Vec::new();

#[test]
fn a_new_conversation_is_shown_whole_and_told_of() {
    let desk = TestApp::new();
    let sarah = desk.agent("Sarah Chen");
    let new = json!({"subject": "New support request", "contact": {"email": "customer@example.com", "name": "Jane Smith"},
        "message": {"body": "I need help with my account.", "type": "comment"}, "channel": "email", "priority": "high",
        "tags": ["support"], "assignee_id": sarah.user, "custom_fields": {"account_id": "12345"}});
    let answer = sarah.post("/v1/conversations", new).expect(201);
    assert_eq!(answer.header("location"), "/v1/conversations/conv_001");
    let conversation = &answer.body["data"];
    assert_eq!(
        *conversation,
        json!({"id": "conv_001", "subject": "New support request", "status": "open", "priority": "high", "channel": "email",
            "assignee": {"id": sarah.user, "name": "Sarah Chen"}, "team": null,
            "contact": {"id": "contact_001", "name": "Jane Smith", "email": "customer@example.com"},
            "tags": ["support"], "custom_fields": {"account_id": "12345"}, "ticket_id": null,
            "waiting_since": "2026-01-15T10:00:00Z", "last_message_at": "2026-01-15T10:00:00Z", "closed_at": null,
            "messages_count": 1, "reopened_count": 0,
            "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"})
    );
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok(), *conversation);
    assert_eq!(sarah.get("/v1/conversations").ok(), json!([conversation]));
    let events = desk.new_event_objects();
    let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["contact.created", "conversation.created", "message.created"]);
    assert_eq!(events[1]["data"], *conversation);
    assert!(events.iter().all(|event| event["actor"]["id"] == json!(sarah.user)));
}

#[test]
fn what_is_not_said_has_its_default_and_nothing_is_left_out() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let least = json!({"subject": "Hello", "contact": {"email": "john@example.com"}, "message": {"body": "Hi"}});
    let conversation = sarah.post("/v1/conversations", least).created();
    assert_eq!(conversation["status"], "open");
    assert_eq!(conversation["channel"], "api");
    assert_eq!(conversation["priority"], "normal");
    assert_eq!(conversation["tags"], json!([]));
    assert_eq!(conversation["custom_fields"], json!({}));
    assert_eq!(conversation.get("assignee"), Some(&Value::Null));
    assert_eq!(conversation["contact"].get("name"), Some(&Value::Null));
    assert_eq!(sarah.get("/v1/conversations/conv_001/messages").ok()[0]["type"], "comment");
}

#[test]
fn subject_contact_and_first_message_are_required() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.post("/v1/conversations", json!({})).invalid(&[
        ("subject", "required"),
        ("contact", "required"),
        ("message", "required"),
    ]);
    sarah
        .post("/v1/conversations", json!({"subject": "Hello", "contact": {}, "message": {}}))
        .invalid(&[("message.body", "required")]);
    let no_contact = json!({"subject": "Hello", "contact": {"name": "Jane"}, "message": {"body": "Hi"}});
    sarah.post("/v1/conversations", no_contact).invalid(&[("contact.email", "required")]);
}

#[test]
fn all_broken_fields_of_a_new_conversation_are_named_at_once_and_nothing_is_kept() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let broken = json!({"subject": "", "status": "open", "channel": "fax", "priority": "asap", "contact": {"email": "nonsense"},
        "message": {"body": "", "type": "letter"}, "tags": [""], "assignee_id": "bob", "custom_fields": {"deep": [1]}});
    sarah.post("/v1/conversations", broken).invalid(&[
        ("subject", "too_short"),
        ("status", "unknown_field"),
        ("channel", "not_in_enum"),
        ("priority", "not_in_enum"),
        ("contact.email", "invalid_format"),
        ("message.body", "too_short"),
        ("message.type", "not_in_enum"),
        ("tags[0]", "too_short"),
        ("assignee_id", "invalid_format"),
        ("custom_fields.deep", "invalid_format"),
    ]);
    // What only the store can tell is told at once too, and a contact that was new is not left behind.
    let unknown = json!({"subject": "Hello", "contact": {"id": "contact_009"}, "message": {"body": "Hi"}, "assignee_id": "user_009"});
    sarah.post("/v1/conversations", unknown).invalid(&[("contact.id", "unknown_id"), ("assignee_id", "unknown_id")]);
    let half = json!({"subject": "Hello", "contact": {"email": "new@example.com"}, "message": {"body": "Hi"}, "assignee_id": "user_009"});
    sarah.post("/v1/conversations", half).invalid(&[("assignee_id", "unknown_id")]);
    assert_eq!(sarah.get("/v1/conversations").total() + sarah.get("/v1/contacts").total(), 0);
    assert_eq!(desk.new_events(), NOTHING);
}

#[test]
fn a_contact_is_found_by_address_without_regard_to_case_and_the_name_filled_in_only_where_it_was_empty() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.post("/v1/contacts", json!({"email": "Jane@Example.com"})).created();
    desk.new_events();
    let with = |contact: Value| sarah.conversation(json!({"contact": contact}))["contact"].clone();
    let jane = json!({"id": "contact_001", "name": "Jane Smith", "email": "Jane@Example.com"});
    assert_eq!(with(json!({"email": "JANE@example.com", "name": "Jane Smith"})), jane);
    assert_eq!(desk.new_events(), ["contact.updated", "conversation.created", "message.created"]);
    assert_eq!(sarah.get("/v1/contacts/contact_001").ok()["name"], "Jane Smith");

    assert_eq!(with(json!({"email": "jane@example.com", "name": "Somebody Else"})), jane);
    assert_eq!(with(json!({"email": "jane@example.com"})), jane);
    assert_eq!(desk.new_events(), ["conversation.created", "message.created"].repeat(2));
    assert_eq!(sarah.get("/v1/contacts").total(), 1);
    assert_eq!(with(json!({"email": "john@example.com"}))["id"], "contact_002");
}

#[test]
fn a_contact_named_by_id_must_exist_and_have_the_address_given() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.post("/v1/contacts", json!({"email": "jane@example.com"})).created();
    sarah.post("/v1/contacts", json!({"name": "No Address"})).created();
    let with = |contact: Value| {
        let new = json!({"subject": "Hello", "contact": contact, "message": {"body": "Hi"}});
        sarah.post("/v1/conversations", new)
    };
    assert_eq!(with(json!({"id": "contact_001"})).created()["contact"]["email"], "jane@example.com");
    with(json!({"id": "contact_001", "email": "JANE@example.com"})).created();
    assert_eq!(with(json!({"id": "contact_002"})).created()["contact"]["name"], "No Address");
    with(json!({"id": "contact_001", "email": "john@example.com"})).invalid(&[("contact.email", "invalid_format")]);
    with(json!({"id": "contact_002", "email": "jane@example.com"})).invalid(&[("contact.email", "invalid_format")]);
    with(json!({"id": "contact_009"})).invalid(&[("contact.id", "unknown_id")]);
    with(json!({"id": "user_001"})).invalid(&[("contact.id", "invalid_format")]);
    assert_eq!(sarah.get("/v1/contacts").total(), 2);
}

#[test]
fn a_patch_changes_what_it_names_and_tells_of_old_and_new() {
    let desk = TestApp::new();
    let sarah = desk.agent("Sarah Chen");
    let before = sarah.conversation(json!({"tags": ["billing"]}));
    desk.advance(75 * MINUTE);
    desk.new_events();
    let patch =
        json!({"status": "pending", "priority": "high", "assignee_id": sarah.user, "tags": ["billing", "escalated"]});
    let after = sarah.patch("/v1/conversations/conv_001", patch).ok();
    assert_eq!(after["status"], "pending");
    assert_eq!(after["priority"], "high");
    assert_eq!(after["assignee"], json!({"id": sarah.user, "name": "Sarah Chen"}));
    assert_eq!(after["tags"], json!(["billing", "escalated"]));
    assert_eq!(after["subject"], before["subject"]);
    assert_eq!(after["updated_at"], "2026-01-15T11:15:00Z");
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok(), after);
    let events = desk.new_event_objects();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["type"], "conversation.updated");
    assert_eq!(events[0]["data"], after);
    assert_eq!(
        events[0]["changes"],
        json!({"status": ["open", "pending"], "priority": ["normal", "high"],
            "assignee": [null, {"id": sarah.user, "name": "Sarah Chen"}], "tags": [["billing"], ["billing", "escalated"]]})
    );
}

#[test]
fn a_patch_of_a_conversation_that_changes_nothing_leaves_no_trace() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"tags": ["billing"], "custom_fields": {"plan": "free"}}));
    let before = sarah.get("/v1/conversations/conv_001");
    desk.advance(MINUTE);
    desk.new_events();
    let same = json!({"status": "open", "priority": "normal", "assignee_id": null, "tags": ["Billing"],
        "custom_fields": {"plan": "free", "none": null}, "subject": "Need help with billing"});
    for patch in [same, json!({})] {
        let after = sarah.patch("/v1/conversations/conv_001", patch).expect(200);
        assert_eq!(after.body, before.body);
        assert_eq!(after.header("etag"), before.header("etag"));
    }
    assert_eq!(desk.new_events(), NOTHING);
}

#[test]
fn null_clears_the_assignee_and_is_refused_where_a_field_cant_be_null() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"assignee_id": sarah.user}));
    assert_eq!(sarah.patch("/v1/conversations/conv_001", json!({"assignee_id": null})).ok()["assignee"], Value::Null);
    sarah
        .patch("/v1/conversations/conv_001", json!({"subject": null, "status": null, "priority": null, "tags": null}))
        .invalid(&[("subject", "required"), ("status", "required"), ("priority", "required"), ("tags", "required")]);
    let error = sarah
        .patch("/v1/conversations/conv_001", json!({"asignee_id": sarah.user}))
        .invalid(&[("asignee_id", "unknown_field")]);
    assert!(error["details"][0]["message"].as_str().unwrap().contains("`assignee_id`"), "{error}");
}

#[test]
fn nobody_inactive_or_unknown_can_be_assigned() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let gone = desk.agent("gone").user;
    desk.deactivate(&gone);
    sarah.conversation(json!({}));
    let begin = |assignee: &str| {
        let new = json!({"subject": "Hello", "contact": {"email": "j@x.io"}, "message": {"body": "Hi"}, "assignee_id": assignee});
        sarah.post("/v1/conversations", new)
    };
    let assign = |assignee: &str| sarah.patch("/v1/conversations/conv_001", json!({"assignee_id": assignee}));
    for refused in [begin(&gone), assign(&gone)] {
        let error = refused.invalid(&[("assignee_id", "invalid_format")]);
        assert!(error["message"].as_str().unwrap().contains("inactive"), "{error}");
    }
    for refused in [begin("user_009"), assign("user_009")] {
        refused.invalid(&[("assignee_id", "unknown_id")]);
    }
    for refused in [begin("me"), assign("me")] {
        refused.invalid(&[("assignee_id", "invalid_format")]);
    }
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["assignee"], Value::Null);
}

#[test]
fn what_only_the_store_can_tell_of_a_patch_is_told_at_once_too() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let fifty = |name: &str| (0..50).map(|number| (format!("{name}{number}"), json!(number))).collect::<Map<_, _>>();
    let tags: Vec<String> = fifty("tag").keys().cloned().collect();
    sarah.conversation(json!({"custom_fields": fifty("key"), "tags": tags}));
    let patch = json!({"assignee_id": "user_999", "custom_fields": {"one_more": 1}, "add_tags": ["one more"]});
    sarah.patch("/v1/conversations/conv_001", patch).invalid(&[
        ("assignee_id", "unknown_id"),
        ("custom_fields", "too_long"),
        ("add_tags", "too_long"),
    ]);
}

#[test]
fn closing_is_remembered_until_the_conversation_is_opened_again() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    let turn = |status: &str| {
        desk.advance(HOUR);
        sarah.patch("/v1/conversations/conv_001", json!({"status": status})).ok()
    };
    let closed = turn("closed");
    assert_eq!(closed["closed_at"], "2026-01-15T11:00:00Z");
    assert_eq!(closed["reopened_count"], 0);
    assert_eq!(turn("closed")["closed_at"], "2026-01-15T11:00:00Z");
    let reopened = turn("open");
    assert_eq!(reopened["closed_at"], Value::Null);
    assert_eq!(reopened["reopened_count"], 1);
    assert_eq!(turn("pending")["reopened_count"], 1);
    sarah.patch("/v1/conversations/conv_001", json!({"status": "resolved"})).invalid(&[("status", "not_in_enum")]);
}

#[test]
fn conversations_are_filtered_by_assignee_me_and_none() {
    let desk = TestApp::new();
    let (sarah, max) = (desk.agent("sarah"), desk.agent("max"));
    sarah.conversation(json!({"assignee_id": sarah.user}));
    sarah.conversation(json!({"assignee_id": max.user}));
    sarah.conversation(json!({}));
    let found = |who: &Client, assignee: &str| {
        let answer = who.get(&format!("/v1/conversations?assignee={assignee}"));
        assert_eq!(answer.total(), i64::try_from(answer.ids().len()).unwrap());
        answer.ids()
    };
    assert_eq!(found(&sarah, &sarah.user), ["conv_001"]);
    assert_eq!(found(&sarah, "me"), ["conv_001"]);
    assert_eq!(found(&max, "me"), ["conv_002"]);
    assert_eq!(found(&sarah, "none"), ["conv_003"]);
    assert_eq!(found(&sarah, "user_999"), NOTHING);
    assert_eq!(found(&sarah, "user_000"), NOTHING);
    let error = sarah.get("/v1/conversations?assignee=sarah").refused(400, "invalid_parameter");
    assert_eq!(error["details"][0]["field"], "assignee");
    // Who takes it over takes it out of the other's list.
    sarah.patch("/v1/conversations/conv_001", json!({"assignee_id": max.user})).ok();
    assert_eq!(found(&sarah, "me"), NOTHING);
    assert_eq!(found(&max, "me"), ["conv_002", "conv_001"]);
}

#[test]
fn conversations_are_filtered_by_any_mix_of_what_they_are() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"channel": "email", "priority": "urgent"}));
    sarah.conversation(json!({"channel": "chat", "priority": "low", "contact": {"email": "jane@example.com"}}));
    sarah.conversation(json!({"channel": "email", "priority": "low"}));
    sarah.patch("/v1/conversations/conv_003", json!({"status": "closed"})).ok();
    let found = |query: &str| {
        let answer = sarah.get(&format!("/v1/conversations?{query}"));
        assert_eq!(answer.total(), i64::try_from(answer.ids().len()).unwrap(), "{query}");
        answer.ids()
    };
    assert_eq!(found("status=open"), ["conv_002", "conv_001"]);
    assert_eq!(found("status=closed"), ["conv_003"]);
    assert_eq!(found("status=pending"), NOTHING);
    assert_eq!(found("channel=email"), ["conv_003", "conv_001"]);
    assert_eq!(found("priority=low"), ["conv_003", "conv_002"]);
    assert_eq!(found("contact=contact_001"), ["conv_003", "conv_001"]);
    assert_eq!(found("contact=contact_999"), NOTHING);
    assert_eq!(found("channel=email&priority=low&status=closed&assignee=none"), ["conv_003"]);
    assert_eq!(found("channel=email&contact=contact_002"), NOTHING);
    for broken in
        ["status=resolved", "channel=fax", "priority=asap", "contact=7", "stauts=open", "status=open&status=closed"]
    {
        sarah.get(&format!("/v1/conversations?{broken}")).refused(400, "invalid_parameter");
    }
}

#[test]
fn conversations_are_filtered_by_when_they_began_and_last_changed() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for _ in 0..3 {
        sarah.conversation(json!({}));
        desk.advance(DAY);
    }
    let found = |query: &str| sarah.get(&format!("/v1/conversations?{query}")).ids();
    // Both ends are exclusive, any offset is taken, and a bare date is midnight.
    assert_eq!(found("created_after=2026-01-15T10:00:00Z"), ["conv_003", "conv_002"]);
    assert_eq!(found("created_before=2026-01-17T10:00:00Z"), ["conv_002", "conv_001"]);
    assert_eq!(found("created_after=2026-01-16T11:00:00%2B01:00"), ["conv_003"]);
    assert_eq!(found("created_after=2026-01-16&created_before=2026-01-17"), ["conv_002"]);
    sarah.patch("/v1/conversations/conv_001", json!({"priority": "high"})).ok();
    // Inclusive, in the order of changes: a client resumes from the last row it saw.
    assert_eq!(found("updated_after=2026-01-17T10:00:00Z"), ["conv_003", "conv_001"]);
    sarah.get("/v1/conversations?created_after=yesterday").refused(400, "invalid_parameter");
}

#[test]
fn conversations_come_newest_first_unless_sorted_otherwise_and_ties_break_by_id() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"priority": "normal"}));
    sarah.conversation(json!({"priority": "urgent"}));
    desk.advance(HOUR);
    sarah.conversation(json!({"priority": "low"}));
    sarah.conversation(json!({"priority": "high"}));
    desk.advance(HOUR);
    sarah.patch("/v1/conversations/conv_001", json!({"subject": "Changed last"})).ok();
    let sorted = |sort: &str| sarah.get(&format!("/v1/conversations?sort={sort}")).ids();
    assert_eq!(sarah.get("/v1/conversations").ids(), ["conv_004", "conv_003", "conv_002", "conv_001"]);
    assert_eq!(sorted("-created_at"), ["conv_004", "conv_003", "conv_002", "conv_001"]);
    assert_eq!(sorted("created_at"), ["conv_001", "conv_002", "conv_003", "conv_004"]);
    assert_eq!(sorted("updated_at"), ["conv_002", "conv_003", "conv_004", "conv_001"]);
    assert_eq!(sorted("-updated_at"), ["conv_001", "conv_004", "conv_003", "conv_002"]);
    assert_eq!(sorted("-priority"), ["conv_002", "conv_004", "conv_001", "conv_003"]);
    assert_eq!(sorted("priority"), ["conv_003", "conv_001", "conv_004", "conv_002"]);
    let error = sarah.get("/v1/conversations?sort=subject").refused(400, "invalid_parameter");
    assert_eq!(error["details"][0]["field"], "sort");
}

#[test]
fn a_conversation_that_does_not_exist_is_not_found_however_its_id_is_spelled() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    assert_eq!(id(&sarah.conversation(json!({}))), "conv_001");
    for path in ["conv_999", "conv_1", "conv_0001", "1", "ticket_001", "CONV_001", "conv_"] {
        let path = format!("/v1/conversations/{path}");
        sarah.get(&path).refused(404, "not_found");
        sarah.patch(&path, json!({"status": "closed"})).refused(404, "not_found");
    }
    sarah.delete("/v1/conversations/conv_001").refused(405, "method_not_allowed");
}
