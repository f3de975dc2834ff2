//! /v1/inboxes

use crate::harness::HOUR;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use serde_json::Value;
use serde_json::json;

#[test]
fn there_is_an_inbox_from_the_start_and_tickets_go_there() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    assert_eq!(sarah.get("/v1/inboxes").ids(), ["inbox_001"]);
    assert_eq!(sarah.get("/v1/inboxes/inbox_001").ok()["name"], "Support");
    assert_eq!(sarah.ticket(json!({}))["inbox_id"], "inbox_001");
}

#[test]
fn a_new_inbox_is_shown_whole() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let answer = ada.post("/v1/inboxes", json!({"name": "Billing", "description": "Invoices"})).expect(201);
    assert_eq!(answer.header("location"), "/v1/inboxes/inbox_002");
    let inbox = &answer.body["data"];
    assert_eq!(
        *inbox,
        json!({"id": "inbox_002", "name": "Billing", "description": "Invoices",
            "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"})
    );
    assert_eq!(ada.get("/v1/inboxes/inbox_002").ok(), *inbox);
    assert_eq!(ada.get("/v1/inboxes").ok()[0], *inbox);
    ada.post("/v1/inboxes", json!({"name": "", "color": "red"}))
        .invalid(&[("name", "too_short"), ("color", "unknown_field")]);
}

#[test]
fn inboxes_have_names_of_their_own() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let error = ada.post("/v1/inboxes", json!({"name": "SUPPORT"})).refused(409, "conflict");
    assert_eq!(error["details"][0]["field"], "name");
    assert_eq!(error["details"][0]["existing_id"], "inbox_001");
    ada.post("/v1/inboxes", json!({"name": "Billing"})).created();
    ada.patch("/v1/inboxes/inbox_002", json!({"name": "support"})).refused(409, "conflict");
    assert_eq!(ada.get("/v1/inboxes?sort=name").ids(), ["inbox_002", "inbox_001"]);
    assert_eq!(ada.get("/v1/inboxes?sort=-name").ids(), ["inbox_001", "inbox_002"]);
}

#[test]
fn a_patch_changes_an_inbox() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let before = ada.post("/v1/inboxes", json!({"name": "Billing", "description": "Invoices"})).created();
    desk.advance(HOUR);
    assert_eq!(ada.patch("/v1/inboxes/inbox_002", json!({"description": "Invoices"})).ok(), before);
    let after = ada.patch("/v1/inboxes/inbox_002", json!({"name": "Finance", "description": null})).ok();
    assert_eq!((&after["name"], &after["description"]), (&json!("Finance"), &Value::Null));
    assert_eq!(after["updated_at"], "2026-01-15T11:00:00Z");
    ada.patch("/v1/inboxes/inbox_002", json!({"name": null})).invalid(&[("name", "required")]);
    for unknown in ["inbox_999", "billing"] {
        ada.get(&format!("/v1/inboxes/{unknown}")).refused(404, "not_found");
        ada.patch(&format!("/v1/inboxes/{unknown}"), json!({"name": "X"})).refused(404, "not_found");
    }
}

#[test]
fn an_agent_may_see_inboxes_but_not_change_them() {
    let desk = TestApp::new();
    let sarah = desk.user("Sarah", Role::Agent, Scope::Admin);
    sarah.post("/v1/inboxes", json!({"name": "Mine"})).refused(403, "forbidden");
    sarah.patch("/v1/inboxes/inbox_001", json!({"name": "Mine"})).refused(403, "forbidden");
    assert_eq!(sarah.get("/v1/inboxes").ok()[0]["name"], "Support");
}
