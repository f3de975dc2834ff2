//! /v1/tickets: how they come into being, and how they change with their conversation. Their lists are `ticket_lists.rs`,
//! bulk changes `ticket_bulk.rs`, their clock `sla.rs`.

use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use crate::harness::id;
use serde_json::Value;
use serde_json::json;

const STATUSES: [&str; 4] = ["open", "pending", "resolved", "closed"];

fn thread_of(ticket: &Value) -> String {
    format!("/v1/conversations/{}", ticket["conversation_id"].as_str().unwrap())
}

fn is_done(status: &str) -> bool {
    matches!(status, "resolved" | "closed")
}

/// Both views of a ticket's thread.
fn views(client: &Client, ticket: &Value) -> (Value, Value) {
    (client.get(&format!("/v1/tickets/{}", id(ticket))).ok(), client.get(&thread_of(ticket)).ok())
}

#[test]
fn a_new_ticket_begins_a_conversation_whose_first_comment_is_its_description() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let new = json!({"subject": "Bug report: Login issue", "description": "Users are unable to log in since the last update.",
        "priority": "high", "contact": {"email": "reporter@example.com"}, "tags": ["bug", "login"]});
    let answer = sarah.post("/v1/tickets", new).expect(201);
    assert_eq!(answer.header("location"), "/v1/tickets/ticket_001");
    let ticket = answer.body["data"].clone();
    let contact = json!({"id": "contact_001", "name": null, "email": "reporter@example.com"});
    let whole = json!({"id": "ticket_001", "subject": "Bug report: Login issue",
        "description": "Users are unable to log in since the last update.", "status": "open", "priority": "high",
        "sla": {"status": "on_track", "first_response_due": "2026-01-15T14:00:00Z", "first_responded_at": null,
            "resolution_due": "2026-01-16T10:00:00Z", "paused": false},
        "channel": "api", "inbox_id": "inbox_001", "assignee": null, "team": null, "contact": contact,
        "tags": ["bug", "login"],
        "custom_fields": {}, "conversation_id": "conv_001", "follow_up_of": null, "resolved_at": null, "closed_at": null,
        "reopened_count": 0, "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"});
    assert_eq!(ticket, whole);
    assert_eq!(sarah.get("/v1/tickets/ticket_001").ok(), whole);
    assert_eq!(sarah.get("/v1/tickets").body["data"], json!([whole]));
    let messages = sarah.get("/v1/conversations/conv_001/messages");
    assert_eq!(messages.total(), 1);
    assert_eq!(messages.body["data"][0]["type"], "comment");
    assert_eq!(messages.body["data"][0]["body"], ticket["description"]);
    assert_eq!(messages.body["data"][0]["author"]["id"], "contact_001");
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["ticket_id"], "ticket_001");
    assert_eq!(desk.new_events(), ["contact.created", "conversation.created", "message.created", "ticket.created"]);
}

#[test]
fn a_given_conversation_becomes_the_tickets_thread_with_all_that_it_holds() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({}));
    let conversation = sarah.conversation(json!({"priority": "low", "channel": "chat", "tags": ["billing"]}));
    desk.advance(HOUR);
    desk.new_events();
    let ticket = sarah.post("/v1/tickets", json!({"conversation_id": id(&conversation)})).created();
    assert_eq!(id(&ticket), "ticket_002");
    for field in ["subject", "priority", "channel", "contact", "tags", "custom_fields", "assignee"] {
        assert_eq!(ticket[field], conversation[field], "{field}");
    }
    assert_eq!(ticket["conversation_id"], conversation["id"]);
    assert_eq!(ticket["description"], Value::Null);
    assert_eq!(ticket["created_at"], "2026-01-15T11:00:00Z");
    // The customer has waited since the conversation began.
    assert_eq!(ticket["sla"]["first_response_due"], "2026-01-16T10:00:00Z");
    let after = sarah.get(&thread_of(&ticket)).ok();
    assert_eq!((&after["ticket_id"], &after["messages_count"]), (&json!("ticket_002"), &json!(1)));
    assert_eq!(desk.new_events(), ["conversation.updated", "ticket.created"]);
}

#[test]
fn what_is_said_of_a_ticket_made_of_a_conversation_is_said_of_both() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let inbox = desk.admin().post("/v1/inboxes", json!({"name": "Second line"})).created();
    let conversation = sarah.conversation(json!({"tags": ["old"], "custom_fields": {"kept": 1, "gone": 2}}));
    let new = json!({"conversation_id": id(&conversation), "subject": "Refund", "description": "The whole tale",
        "priority": "urgent", "tags": ["refund"], "assignee_id": sarah.user, "inbox_id": id(&inbox),
        "custom_fields": {"gone": null, "new": true}});
    let ticket = sarah.post("/v1/tickets", new).created();
    assert_eq!((&ticket["description"], &ticket["inbox_id"]), (&json!("The whole tale"), &inbox["id"]));
    let (ticket, conversation) = views(&sarah, &ticket);
    for view in [&ticket, &conversation] {
        assert_eq!(view["subject"], "Refund");
        assert_eq!(view["priority"], "urgent");
        assert_eq!(view["tags"], json!(["refund"]));
        assert_eq!(view["assignee"]["id"], json!(sarah.user));
        assert_eq!(view["custom_fields"], json!({"kept": 1, "new": true}));
    }
}

#[test]
fn a_closed_conversation_becomes_a_resolved_ticket_and_a_pending_one_a_pending_ticket() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (status, expected) in [("open", "open"), ("pending", "pending"), ("closed", "resolved")] {
        let conversation = sarah.conversation(json!({}));
        sarah.patch(&format!("/v1/conversations/{}", id(&conversation)), json!({"status": status})).ok();
        let ticket = sarah.post("/v1/tickets", json!({"conversation_id": id(&conversation)})).created();
        assert_eq!(ticket["status"], expected);
        assert_eq!(ticket["resolved_at"].is_string(), expected == "resolved");
        assert_eq!(ticket["closed_at"], Value::Null);
    }
}

#[test]
fn a_conversation_that_has_a_ticket_takes_no_second_one() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ticket = sarah.ticket(json!({}));
    let before = sarah.get("/v1/tickets/ticket_001");
    desk.new_events();
    let again = json!({"conversation_id": ticket["conversation_id"], "subject": "Another"});
    let error = sarah.post("/v1/tickets", again).refused(409, "conflict");
    assert_eq!(error["details"][0]["field"], "conversation_id");
    assert_eq!(error["details"][0]["code"], "taken");
    assert_eq!(error["details"][0]["existing_id"], "ticket_001");
    assert_eq!(sarah.get("/v1/tickets/ticket_001").text, before.text);
    assert_eq!(desk.new_events(), Vec::<String>::new());
}

#[test]
fn a_conversation_that_there_is_not_can_become_no_ticket() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let of = |conversation: &str| sarah.post("/v1/tickets", json!({"conversation_id": conversation}));
    of("conv_001").invalid(&[("conversation_id", "unknown_id")]);
    of("ticket_001").invalid(&[("conversation_id", "invalid_format")]);
    of("conv_1").invalid(&[("conversation_id", "invalid_format")]);
    assert_eq!(sarah.get("/v1/tickets").total(), 0);
}

#[test]
fn what_is_the_conversations_own_cant_be_given_beside_it() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let conversation = ada.conversation(json!({}));
    let new = json!({"conversation_id": id(&conversation), "contact": {"email": "other@example.com"}, "channel": "chat",
        "imported": true, "created_at": "2026-01-01", "inbox_id": "inbox_777", "assignee_id": "user_777"});
    ada.post("/v1/tickets", new).invalid(&[
        ("contact", "invalid_format"),
        ("channel", "invalid_format"),
        ("imported", "invalid_format"),
        ("created_at", "invalid_format"),
        ("inbox_id", "unknown_id"),
        ("assignee_id", "unknown_id"),
    ]);
    assert_eq!(ada.get("/v1/tickets").total(), 0);
    assert_eq!(ada.get("/v1/contacts").total(), 1, "nobody was made on the way");
}

#[test]
fn a_ticket_without_a_conversation_needs_a_subject_a_description_and_a_contact() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.post("/v1/tickets", json!({})).invalid(&[
        ("subject", "required"),
        ("description", "required"),
        ("contact", "required"),
    ]);
    let broken = json!({"subject": " ", "description": "", "priority": "asap", "contact": {"email": "x"},
        "asignee_id": "user_001", "inbox_id": "inbox_1"});
    let error = sarah.post("/v1/tickets", broken).invalid(&[
        ("subject", "too_short"),
        ("description", "too_short"),
        ("priority", "not_in_enum"),
        ("contact.email", "invalid_format"),
        ("asignee_id", "unknown_field"),
        ("inbox_id", "invalid_format"),
    ]);
    assert!(error.to_string().contains("`assignee_id`"), "{error}");
    let inactive = desk.agent("gone");
    desk.deactivate(&inactive.user);
    let new = json!({"subject": "S", "description": "D", "contact": {"email": "new@example.com"},
        "assignee_id": inactive.user, "inbox_id": "inbox_099"});
    let faults = sarah.post("/v1/tickets", new).refused(422, "validation_failed");
    assert_eq!(faults["details"].as_array().unwrap().len(), 2, "{faults}");
    assert_eq!(sarah.get("/v1/contacts").total(), 0, "nobody was made on the way");
}

#[test]
fn what_changes_on_either_view_changes_on_both() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ticket = sarah.ticket(json!({}));
    let change = |name: &str, status: &str| {
        json!({"status": status, "priority": "urgent", "subject": name, "tags": [name], "assignee_id": sarah.user,
            "custom_fields": {name: true}})
    };
    let patches = [
        (format!("/v1/tickets/{}", id(&ticket)), change("by ticket", "pending")),
        (thread_of(&ticket), change("by conversation", "open")),
    ];
    for (path, patch) in patches {
        desk.advance(MINUTE);
        desk.new_events();
        sarah.patch(&path, patch.clone()).ok();
        let (ticket, conversation) = views(&sarah, &ticket);
        for field in ["status", "priority", "subject", "tags"] {
            assert_eq!(ticket[field], patch[field], "{path}");
        }
        for field in ["status", "priority", "subject", "tags", "assignee", "contact", "custom_fields", "updated_at"] {
            assert_eq!(ticket[field], conversation[field], "{path}: {field}");
        }
        assert_eq!(ticket["assignee"]["id"], json!(sarah.user));
        assert_eq!(ticket["updated_at"], json!(desk.now()));
        let events = desk.new_event_objects();
        assert_eq!(events.len(), 2);
        assert_eq!((&events[0]["type"], &events[0]["data"]), (&json!("conversation.updated"), &conversation));
        assert_eq!((&events[1]["type"], &events[1]["data"]), (&json!("ticket.updated"), &ticket));
        assert_eq!(events[1]["changes"]["tags"][1], patch["tags"]);
    }
    let (ticket, _) = views(&sarah, &ticket);
    assert_eq!(ticket["custom_fields"], json!({"by ticket": true, "by conversation": true}));
}

#[test]
fn any_status_may_follow_any_other_and_both_views_agree() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (from, to) in STATUSES.iter().flat_map(|from| STATUSES.map(|to| (*from, to))) {
        let ticket = sarah.ticket(json!({}));
        let path = format!("/v1/tickets/{}", id(&ticket));
        let before = sarah.patch(&path, json!({"status": from})).ok();
        desk.advance(MINUTE);
        let now = json!(desk.now());
        sarah.patch(&path, json!({"status": to})).ok();
        let (ticket, conversation) = views(&sarah, &ticket);
        let story = format!("{from} to {to}");
        assert_eq!(ticket["status"], to, "{story}");
        assert_eq!(conversation["status"], if is_done(to) { "closed" } else { to }, "{story}");
        let resolved = match (is_done(from), is_done(to)) {
            (true, true) => before["resolved_at"].clone(),
            (false, true) => now.clone(),
            (_, false) => Value::Null,
        };
        assert_eq!(ticket["resolved_at"], resolved, "{story}");
        assert_eq!(conversation["closed_at"], resolved, "{story}");
        let closed = match (from, to) {
            ("closed", "closed") => before["closed_at"].clone(),
            (_, "closed") => now,
            _ => Value::Null,
        };
        assert_eq!(ticket["closed_at"], closed, "{story}");
        let reopened = i64::from(is_done(from) && !is_done(to));
        assert_eq!(ticket["reopened_count"], reopened, "{story}");
        assert_eq!(conversation["reopened_count"], reopened, "{story}");
    }
}

#[test]
fn closing_the_conversation_resolves_the_ticket_and_leaves_a_closed_one_closed() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for from in STATUSES {
        let ticket = sarah.ticket(json!({}));
        sarah.patch(&format!("/v1/tickets/{}", id(&ticket)), json!({"status": from})).ok();
        sarah.patch(&thread_of(&ticket), json!({"status": "closed"})).ok();
        assert_eq!(views(&sarah, &ticket).0["status"], if from == "closed" { "closed" } else { "resolved" });
        sarah.patch(&thread_of(&ticket), json!({"status": "open"})).ok();
        let (ticket, _) = views(&sarah, &ticket);
        assert_eq!((&ticket["status"], &ticket["reopened_count"]), (&json!("open"), &json!(1)));
        assert_eq!((&ticket["resolved_at"], &ticket["closed_at"]), (&Value::Null, &Value::Null));
    }
}

#[test]
fn a_patch_of_a_ticket_that_changes_nothing_leaves_no_trace() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"tags": ["Billing"], "custom_fields": {"plan": "free"}, "assignee_id": sarah.user}));
    let before = sarah.get("/v1/tickets/ticket_001");
    desk.advance(MINUTE);
    desk.new_events();
    let same = json!({"subject": "No login", "status": "open", "priority": "normal", "tags": ["billing"],
        "assignee_id": sarah.user, "inbox_id": "inbox_001", "custom_fields": {"plan": "free", "none": null}});
    for patch in [json!({}), same, json!({"add_tags": ["BILLING"], "remove_tags": ["unknown"]})] {
        let after = sarah.patch("/v1/tickets/ticket_001", patch).expect(200);
        assert_eq!((after.text.clone(), after.header("etag")), (before.text.clone(), before.header("etag")));
    }
    assert_eq!(desk.new_events(), Vec::<String>::new());
    assert_eq!(sarah.get("/v1/tags").total(), 1);
}

#[test]
fn a_comment_reopens_a_resolved_ticket_however_late() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let gone = desk.agent("gone");
    let ticket = sarah.ticket(json!({"assignee_id": gone.user}));
    sarah.patch("/v1/tickets/ticket_001", json!({"status": "resolved"})).ok();
    desk.deactivate(&gone.user);
    desk.advance(400 * DAY);
    sarah.message(ticket["conversation_id"].as_str().unwrap(), "comment", "It is back.");
    let (ticket, conversation) = views(&sarah, &ticket);
    assert_eq!((&ticket["status"], &conversation["status"]), (&json!("open"), &json!("open")));
    assert_eq!((&ticket["resolved_at"], &ticket["reopened_count"]), (&Value::Null, &json!(1)));
    assert_eq!(ticket["assignee"], Value::Null, "a ticket must not come back to somebody who is not there");
    assert_eq!(sarah.get("/v1/tickets").total(), 1);
}

#[test]
fn a_comment_reopens_a_closed_ticket_within_fourteen_days() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ticket = sarah.ticket(json!({}));
    sarah.patch("/v1/tickets/ticket_001", json!({"status": "closed"})).ok();
    desk.advance(14 * DAY);
    sarah.message("conv_001", "comment", "It is back.");
    let (ticket, _) = views(&sarah, &ticket);
    assert_eq!((&ticket["status"], &ticket["closed_at"]), (&json!("open"), &Value::Null));
    assert_eq!((&ticket["resolved_at"], &ticket["reopened_count"]), (&Value::Null, &json!(1)));
}

#[test]
fn a_comment_to_a_ticket_closed_longer_ago_starts_a_new_ticket_that_follows_it_up() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ada = desk.admin();
    let inbox = ada.post("/v1/inboxes", json!({"name": "Second line"})).created();
    let team = ada.post("/v1/teams", json!({"name": "Nights"})).created();
    let (inbox, team) = (id(&inbox), id(&team));
    let old = sarah.ticket(json!({"priority": "high", "inbox_id": inbox, "team_id": team, "assignee_id": sarah.user}));
    let old = sarah.patch(&format!("/v1/tickets/{}", id(&old)), json!({"status": "closed"})).ok();
    desk.advance(14 * DAY + 1);
    desk.new_events();
    let answer =
        sarah.post("/v1/conversations/conv_001/messages", json!({"type": "comment", "body": "Again!"})).expect(201);
    let message = answer.body["data"].clone();
    assert_eq!(message["conversation_id"], "conv_002");
    assert_eq!(sarah.get(&answer.header("location")).ok(), message, "the Location names where the message stands");
    let (new, conversation) = views(&sarah, &json!({"id": "ticket_002", "conversation_id": "conv_002"}));
    assert_eq!(new["follow_up_of"], old["id"]);
    for field in ["subject", "contact", "priority", "inbox_id", "channel", "team"] {
        assert_eq!(new[field], old[field], "{field}");
    }
    assert_eq!(
        (&new["status"], &new["description"], &new["assignee"]),
        (&json!("open"), &json!("Again!"), &Value::Null)
    );
    assert_eq!((&conversation["messages_count"], &conversation["ticket_id"]), (&json!(1), &json!("ticket_002")));
    assert_eq!(views(&sarah, &old).0, old, "the old ticket stays as it was");
    assert_eq!(sarah.get("/v1/conversations/conv_001/messages").total(), 1);
    assert_eq!(desk.new_events(), ["conversation.created", "message.created", "ticket.created"]);
    // A reply or a note still goes to the old thread, and leaves it closed.
    for kind in ["reply", "note"] {
        assert_eq!(sarah.message("conv_001", kind, "For the record.")["conversation_id"], "conv_001");
    }
    assert_eq!(views(&sarah, &old).0["status"], "closed");
}

#[test]
fn a_ticket_arrives_in_the_first_inbox_unless_told_and_can_be_moved() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let inbox = desk.admin().post("/v1/inboxes", json!({"name": "A line that sorts first"})).created();
    assert_eq!(sarah.ticket(json!({}))["inbox_id"], "inbox_001");
    assert_eq!(sarah.ticket(json!({"inbox_id": id(&inbox)}))["inbox_id"], inbox["id"]);
    desk.new_events();
    let moved = sarah.patch("/v1/tickets/ticket_001", json!({"inbox_id": id(&inbox)})).ok();
    assert_eq!(moved["inbox_id"], inbox["id"]);
    assert_eq!(desk.new_events(), ["ticket.updated"], "a conversation has no inbox");
    sarah.patch("/v1/tickets/ticket_001", json!({"inbox_id": "inbox_099"})).invalid(&[("inbox_id", "unknown_id")]);
    sarah.patch("/v1/tickets/ticket_001", json!({"inbox_id": null})).invalid(&[("inbox_id", "required")]);
    sarah.patch("/v1/tickets/ticket_099", json!({"status": "open"})).refused(404, "not_found");
    sarah.get("/v1/tickets/1").refused(404, "not_found");
}

#[test]
fn tickets_brought_in_keep_their_date_and_only_an_admin_may_bring_them() {
    let desk = TestApp::new();
    let (ada, sarah) = (desk.admin(), desk.agent("sarah"));
    let new = json!({"subject": "Old", "description": "Long ago", "priority": "urgent", "contact": {"email": "old@example.com"},
        "imported": true, "created_at": "2020-02-29T12:00:00+01:00"});
    sarah.post("/v1/tickets", new.clone()).refused(403, "forbidden");
    let ticket = ada.post("/v1/tickets", new).created();
    assert_eq!(ticket["created_at"], "2020-02-29T11:00:00Z");
    assert_eq!(ticket["sla"]["status"], "on_track");
    assert_eq!((&ticket["sla"]["first_response_due"], &ticket["sla"]["resolution_due"]), (&Value::Null, &Value::Null));
    assert!(
        desk.new_event_objects().iter().all(|event| event["type"] == "contact.created" || event["imported"] == true)
    );
    // What the customer writes from now on counts, at the priority that was brought in.
    let commented = ada.message("conv_001", "comment", "Hello again");
    assert_eq!(commented["conversation_id"], "conv_001");
    assert_eq!(views(&ada, &ticket).0["sla"]["first_response_due"], "2026-01-15T11:00:00Z");
}
