//! Teams that look after conversations and tickets

use crate::harness::Client;
use crate::harness::TestApp;
use commflow::store::tx::Actor;
use serde_json::Value;
use serde_json::json;

fn with_teams(desk: &TestApp) -> Client<'_> {
    let ada = desk.admin();
    ada.post("/v1/teams", json!({"name": "Billing"})).created();
    ada.post("/v1/teams", json!({"name": "Second line"})).created();
    ada
}

#[test]
fn a_thread_is_given_to_a_team_from_either_view_and_both_show_it() {
    let desk = TestApp::new();
    let ada = with_teams(&desk);
    let (billing, second) =
        (json!({"id": "team_001", "name": "Billing"}), json!({"id": "team_002", "name": "Second line"}));
    assert_eq!(ada.conversation(json!({"team_id": "team_001"}))["team"], billing);
    assert_eq!(ada.ticket(json!({"team_id": "team_002"}))["team"], second);
    assert_eq!(ada.conversation(json!({})).get("team"), Some(&Value::Null));
    desk.new_events();
    let ticket = ada.post("/v1/tickets", json!({"conversation_id": "conv_001", "team_id": "team_002"})).created();
    assert_eq!(ticket["team"], second);
    assert_eq!(ada.patch("/v1/tickets/ticket_002", json!({"team_id": "team_001"})).ok()["team"], billing);
    assert_eq!(ada.get("/v1/conversations/conv_001").ok()["team"], billing);
    let event = desk.new_event_objects().pop().unwrap();
    assert_eq!((&event["type"], &event["changes"]), (&json!("ticket.updated"), &json!({"team": [second, billing]})));
    assert_eq!(ada.patch("/v1/conversations/conv_001", json!({"team_id": null})).ok()["team"], Value::Null);
    let bulk = json!({"ids": ["ticket_001", "ticket_002"], "update": {"team_id": "team_001"}});
    assert_eq!(ada.post("/v1/tickets/bulk", bulk).expect(200).body["meta"]["updated_count"], 2);
    assert_eq!(ada.get("/v1/tickets?team=team_001").ids(), ["ticket_002", "ticket_001"]);
    ada.patch("/v1/teams/team_001", json!({"name": "Money"})).ok();
    assert_eq!(ada.get("/v1/tickets/ticket_001").ok()["team"]["name"], "Money");
}

#[test]
fn threads_are_listed_by_their_team() {
    let desk = TestApp::new();
    let ada = with_teams(&desk);
    for given in
        [json!({"team_id": "team_001"}), json!({"team_id": "team_002"}), json!({}), json!({"team_id": "team_001"})]
    {
        ada.ticket(given);
    }
    ada.patch("/v1/tickets/ticket_001", json!({"status": "pending"})).ok();
    for (query, expected) in [
        ("team=team_001", vec!["004", "001"]),
        ("team=team_002", vec!["002"]),
        ("team=none", vec!["003"]),
        ("team=team_999", vec![]),
        ("team=team_000", vec![]),
        ("team=team_001&status=open", vec!["004"]),
        ("team=team_001&assignee=none&status=pending", vec!["001"]),
    ] {
        for (path, prefix) in [("tickets", "ticket"), ("conversations", "conv")] {
            let answer = ada.get(&format!("/v1/{path}?{query}"));
            let ids: Vec<String> = expected.iter().map(|number| format!("{prefix}_{number}")).collect();
            assert_eq!((answer.ids(), answer.total()), (ids, i64::try_from(expected.len()).unwrap()), "{path} {query}");
        }
    }
    assert_eq!(ada.get("/v1/tickets?team=team_001&sla_status=on_track").total(), 2);
    ada.get("/v1/tickets?team=me").refused(400, "invalid_parameter");
}

#[test]
fn a_team_that_is_deleted_leaves_its_threads_and_all_hear_of_it() {
    let desk = TestApp::new();
    let ada = with_teams(&desk);
    ada.ticket(json!({"team_id": "team_001"}));
    ada.conversation(json!({"team_id": "team_001"}));
    ada.conversation(json!({"team_id": "team_002"}));
    desk.new_events();
    let wrong = ada.send("DELETE", "/v1/teams/team_001", &[("if-match", "\"v9\"")], None);
    wrong.refused(412, "precondition_failed");
    assert_eq!(desk.new_events(), Vec::<String>::new());
    ada.delete("/v1/teams/team_001").expect(204);
    assert_eq!(desk.new_events(), ["conversation.updated", "ticket.updated", "conversation.updated"]);
    assert_eq!(ada.get("/v1/tickets/ticket_001").ok()["team"], Value::Null);
    assert_eq!(ada.get("/v1/conversations?team=none").total(), 2);
    let history = ada.get("/v1/conversations/conv_002/history").ok();
    assert_eq!(history[1]["changes"], json!({"team": [{"id": "team_001", "name": "Billing"}, null]}));
    assert_eq!(ada.get("/v1/conversations/conv_003").ok()["team"]["id"], "team_002");
}

#[test]
fn a_team_of_very_many_threads_is_deleted_piece_by_piece() {
    let desk = TestApp::new();
    let ada = with_teams(&desk);
    ada.conversation(json!({"team_id": "team_001"}));
    let more = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 600)
        INSERT INTO threads (subject, status, priority, channel, contact_id, created_at, updated_at, team_id)
        SELECT 'More', 'closed', 2, 'api', 1, i, i, 1 FROM n";
    desk.server().store.write_blocking(Actor::SYSTEM, move |tx| Ok(tx.execute(more, [])?)).unwrap();
    ada.delete("/v1/teams/team_001").expect(204);
    assert_eq!(ada.get("/v1/conversations?team=none").total(), 601);
}
