//! /v1/conversations/{conversation_id}/history: what happened to a thread beside its messages

use crate::harness::DAY;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;

const HISTORY: &str = "/v1/conversations/conv_001/history";

/// What each row tells.
fn changes(rows: &Value) -> Vec<Value> {
    rows.as_array().unwrap().iter().map(|row| row["changes"].clone()).collect()
}

#[test]
fn each_write_that_changes_a_thread_is_one_row_and_the_first_is_its_beginning() {
    let desk = TestApp::new();
    let sarah = desk.agent("Sarah");
    let ada = desk.admin();
    ada.post("/v1/teams", json!({"name": "Billing"})).created();
    sarah.conversation(json!({"tags": ["billing"], "priority": "high"}));
    desk.advance(MINUTE);
    let patch = json!({"priority": "urgent", "assignee_id": ada.user, "team_id": "team_001", "tags": ["Billing", "vip"],
        "status": "pending", "subject": "Invoice", "custom_fields": {"iban": "DE02 1203"}});
    ada.patch("/v1/conversations/conv_001", patch).ok();
    let answer = sarah.get(HISTORY);
    assert_eq!(answer.total(), 2);
    let by = |user: &str, name: &str| json!({"type": "user", "id": user, "name": name});
    let expected = json!([
        {"id": "change_001", "conversation_id": "conv_001", "actor": by(&sarah.user, "Sarah"),
         "changes": {"subject": [null, "Need help with billing"], "status": [null, "open"], "priority": [null, "high"],
            "tags": [null, ["billing"]]},
         "created_at": "2026-01-15T10:00:00Z"},
        {"id": "change_002", "conversation_id": "conv_001", "actor": by(&ada.user, "Ada Admin"),
         "changes": {"subject": ["Need help with billing", "Invoice"], "status": ["open", "pending"],
            "priority": ["high", "urgent"], "assignee": [null, {"id": ada.user, "name": "Ada Admin"}],
            "team": [null, {"id": "team_001", "name": "Billing"}], "tags": [["billing"], ["billing", "vip"]],
            "custom_fields": [null, null]},
         "created_at": "2026-01-15T10:01:00Z"}
    ]);
    assert_eq!(answer.ok(), expected);
    assert!(!sarah.get(HISTORY).text.contains("DE02"));
    sarah.get("/v1/conversations/conv_999/history").refused(404, "not_found");
}

#[test]
fn what_changes_nothing_and_what_is_only_said_leaves_no_row() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    for kind in ["reply", "note", "comment"] {
        sarah.message("conv_001", kind, "Hello");
    }
    sarah.patch("/v1/conversations/conv_001", json!({"priority": "normal", "status": "open"})).ok();
    assert_eq!(sarah.get(HISTORY).total(), 1);
    let close = json!({"body": "Done", "status": "closed"});
    sarah.post("/v1/conversations/conv_001/messages", close).created();
    sarah.message("conv_001", "comment", "Not quite");
    let told = changes(&sarah.get(HISTORY).ok());
    assert_eq!(told[1..], [json!({"status": ["open", "closed"]}), json!({"status": ["closed", "open"]})]);
}

#[test]
fn a_ticket_s_changes_stand_in_the_history_of_its_conversation_those_made_in_bulk_too() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    desk.admin().post("/v1/inboxes", json!({"name": "Sales"})).created();
    sarah.conversation(json!({}));
    // What is said of it as it becomes a ticket is the same change.
    let ticket = json!({"conversation_id": "conv_001", "priority": "high", "tags": ["bug"]});
    sarah.post("/v1/tickets", ticket).created();
    sarah.ticket(json!({}));
    sarah.patch("/v1/tickets/ticket_001", json!({"status": "resolved"})).ok();
    let bulk = |query: &str| {
        let update = json!({"inbox_id": "inbox_002", "status": "closed"});
        let body = json!({"ids": ["ticket_001", "ticket_002"], "update": update});
        sarah.post(&format!("/v1/tickets/bulk{query}"), body).expect(200);
    };
    bulk("?dry_run=true");
    bulk("");
    assert_eq!(
        changes(&sarah.get(HISTORY).ok())[1..],
        [
            json!({"ticket_status": [null, "open"], "inbox_id": [null, "inbox_001"], "priority": ["normal", "high"],
                "tags": [[], ["bug"]]}),
            json!({"status": ["open", "closed"], "ticket_status": ["open", "resolved"]}),
            json!({"ticket_status": ["resolved", "closed"], "inbox_id": ["inbox_001", "inbox_002"]}),
        ]
    );
    let other = changes(&sarah.get("/v1/conversations/conv_002/history").ok());
    assert_eq!((other.len(), &other[0]["ticket_status"]), (2, &json!([null, "open"])));
}

#[test]
fn what_was_brought_in_began_when_it_did_and_the_history_outlives_the_change_feed() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.conversation(json!({"imported": true, "created_at": "2024-05-01T08:00:00Z"}));
    assert_eq!(ada.get(HISTORY).ok()[0]["created_at"], "2024-05-01T08:00:00Z");
    ada.patch("/v1/conversations/conv_001", json!({"priority": "low"})).ok();
    desk.advance(400 * DAY);
    ada.patch("/v1/conversations/conv_001", json!({"priority": "high"})).ok();
    let told = ada.get(&format!("{HISTORY}?sort=-created_at&per_page=2"));
    assert_eq!(told.ids(), ["change_003", "change_002"]);
    assert!(told.header("link").contains("page=2"));
}

#[test]
fn an_erasure_reaches_the_subjects_of_the_history_as_it_does_those_of_threads() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let begin = |email: &str| {
        let conversation = sarah.conversation(json!({"contact": {"email": email}, "subject": "John is ill"}));
        let path = format!("/v1/conversations/{}", conversation["id"].as_str().unwrap());
        sarah.patch(&path, json!({"subject": "John is well", "priority": "low"})).ok();
        path
    };
    let paths = ["john@example.com", "jane@example.com", "other@example.com"].map(begin);
    sarah.delete("/v1/contacts/contact_001?erase=messages").expect(204);
    sarah.delete("/v1/contacts/contact_002").expect(204);
    let told = paths.map(|path| changes(&sarah.get(&format!("{path}/history")).ok()));
    assert_eq!(told[0][0]["subject"], json!([null, "Deleted conversation"]));
    assert_eq!(
        told[0][1],
        json!({"subject": ["Deleted conversation", "Deleted conversation"], "priority": ["normal", "low"]})
    );
    // Only the person was erased: the thread's words stay.
    assert_eq!(told[1][1]["subject"], json!(["John is ill", "John is well"]));
    assert_eq!(told[2][1]["subject"], json!(["John is ill", "John is well"]));
}
