//! SLA alarms: a warning and a breach are told once for each target and due date, at their instant.

use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;

/// The alarms in the feed, oldest first: what is told of which ticket and target.
fn told(who: &Client) -> Vec<String> {
    let events = who.get("/v1/events?types=ticket.sla_warning,ticket.sla_breached&per_page=100").ok();
    let name = |event: &Value| {
        let kind = event["type"].as_str().unwrap().trim_start_matches("ticket.sla_");
        let (target, _) = event["changes"].as_object().unwrap().iter().next().unwrap();
        format!("{} {} {kind}", event["data"]["id"].as_str().unwrap(), target.trim_start_matches("sla."))
    };
    events.as_array().unwrap().iter().map(name).collect()
}

/// Turns the clock to where nothing may be told, and then to where this is.
fn at(desk: &TestApp, who: &Client, seconds: i64, expected: &[&str]) {
    let before = told(who);
    desk.advance(seconds - 1);
    std::thread::sleep(std::time::Duration::from_millis(30));
    assert_eq!(told(who), before, "too early");
    desk.advance(1);
    desk.until("the alarm", || told(who).len() == before.len() + expected.len());
    assert_eq!(told(who)[before.len()..], *expected);
}

#[test]
fn a_ticket_that_nobody_answers_is_warned_of_and_then_breached() {
    let desk = TestApp::with_alarms();
    let sarah = desk.agent("sarah");
    let ticket = sarah.ticket(json!({"priority": "high"}));
    let version = sarah.get("/v1/tickets/ticket_001").header("etag").split('.').next().map(str::to_owned);
    at(&desk, &sarah, 3 * HOUR, &["ticket_001 first_response warning"]);
    at(&desk, &sarah, HOUR + 1, &["ticket_001 first_response breached"]);
    at(&desk, &sarah, 14 * HOUR - 1, &["ticket_001 resolution warning"]);
    at(&desk, &sarah, 6 * HOUR + 1, &["ticket_001 resolution breached"]);
    desk.advance(20 * DAY);
    std::thread::sleep(std::time::Duration::from_millis(30));
    assert_eq!(told(&sarah).len(), 4, "each once");
    let now = sarah.get("/v1/tickets/ticket_001").expect(200);
    assert_eq!(now.header("etag").split('.').next().map(str::to_owned), version, "an alarm changes no ticket");
    assert_eq!(now.body["data"]["updated_at"], ticket["updated_at"]);
}

#[test]
fn an_alarm_says_what_changed_by_whom_and_the_whole_ticket() {
    let desk = TestApp::with_alarms();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    at(&desk, &sarah, 3 * HOUR, &["ticket_001 first_response warning"]);
    let event = sarah.get("/v1/events?types=ticket.sla_warning").ok()[0].clone();
    assert_eq!(event["created_at"], "2026-01-15T13:00:00Z");
    assert_eq!(event["actor"], json!({"type": "system", "id": null, "api_key_id": null}));
    assert_eq!(event["changes"], json!({"sla.first_response": ["on_track", "warning"]}));
    assert_eq!(event["data"], sarah.get("/v1/tickets/ticket_001").ok());
    assert_eq!(event["data"]["sla"]["status"], "warning");
}

#[test]
fn what_is_answered_paused_or_closed_in_time_is_not_told_of() {
    let desk = TestApp::with_alarms();
    let sarah = desk.agent("sarah");
    for _ in 0..3 {
        sarah.ticket(json!({"priority": "urgent"}));
    }
    sarah.message("conv_001", "reply", "On it");
    sarah.patch("/v1/tickets/ticket_002", json!({"status": "pending"})).ok();
    sarah.patch("/v1/tickets/ticket_003", json!({"status": "closed"})).ok();
    // Paused, the resolution clock stands; the customer waits for a first answer all the same.
    at(&desk, &sarah, 45 * MINUTE, &["ticket_002 first_response warning"]);
    sarah.message("conv_002", "reply", "On it, too");
    at(&desk, &sarah, 5 * HOUR + 15 * MINUTE, &["ticket_001 resolution warning"]);
    sarah.patch("/v1/tickets/ticket_001", json!({"status": "resolved"})).ok();
    desk.advance(DAY);
    std::thread::sleep(std::time::Duration::from_millis(30));
    assert_eq!(told(&sarah).len(), 2);
}

#[test]
fn a_due_date_that_moves_takes_its_alarms_along() {
    let desk = TestApp::with_alarms();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    at(&desk, &sarah, 3 * HOUR, &["ticket_001 first_response warning"]);
    // More time: the breach of before never comes, and the new due date has a warning of its own.
    sarah.patch("/v1/tickets/ticket_001", json!({"priority": "low"})).ok();
    at(&desk, &sarah, 15 * HOUR, &["ticket_001 first_response warning"]);
    // Less time: both are over at once.
    sarah.patch("/v1/tickets/ticket_001", json!({"priority": "urgent"})).ok();
    desk.until("the alarms", || told(&sarah).len() == 6);
    let all = ["first_response warning", "resolution warning", "first_response breached", "resolution breached"];
    let mut last = told(&sarah)[2..].to_vec();
    last.sort();
    let mut expected = all.map(|one| format!("ticket_001 {one}")).to_vec();
    expected.sort();
    assert_eq!(last, expected);
    // Back again to a due date that was told of: not twice.
    sarah.patch("/v1/tickets/ticket_001", json!({"priority": "low"})).ok();
    std::thread::sleep(std::time::Duration::from_millis(30));
    assert_eq!(told(&sarah).len(), 6);
}

#[test]
fn what_falls_due_while_the_server_is_down_is_told_at_its_start() {
    let mut desk = TestApp::with_alarms();
    let key = desk.agent("sarah").key.unwrap();
    desk.with_key(&key).ticket(json!({"priority": "urgent"}));
    let clock = desk.clock();
    desk.restart_after(|| clock.advance_ms(2 * HOUR * 1_000));
    desk.until("the alarms", || told(&desk.with_key(&key)).len() == 2);
    let told_of = ["ticket_001 first_response warning", "ticket_001 first_response breached"];
    assert_eq!(told(&desk.with_key(&key)), told_of);
    desk.restart();
    std::thread::sleep(std::time::Duration::from_millis(30));
    assert_eq!(told(&desk.with_key(&key)), told_of, "and not again at the next");
}

#[test]
fn a_conversation_has_alarms_from_when_it_becomes_a_ticket() {
    let desk = TestApp::with_alarms();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"priority": "urgent"}));
    desk.advance(2 * HOUR);
    std::thread::sleep(std::time::Duration::from_millis(30));
    assert!(told(&sarah).is_empty());
    let new = json!({"subject": "Help", "conversation_id": "conv_001"});
    sarah.post("/v1/tickets", new).created();
    desk.until("the alarms", || told(&sarah).len() == 2);
}

#[test]
fn more_alarms_at_one_instant_than_a_step_takes_are_all_told() {
    let desk = TestApp::with_alarms();
    let sarah = desk.agent("sarah");
    for _ in 0..120 {
        sarah.ticket(json!({"priority": "urgent"}));
    }
    desk.advance(45 * MINUTE);
    let total = || sarah.get("/v1/events?types=ticket.sla_warning").total();
    desk.until("the alarms", || total() == 120);
    std::thread::sleep(std::time::Duration::from_millis(30));
    assert_eq!(total(), 120);
}

#[test]
fn the_next_alarm_is_found_along_its_index() {
    let desk = TestApp::new();
    let plan: String = desk
        .server()
        .store
        .read_blocking(|db| {
            let sql = format!("EXPLAIN QUERY PLAN {}", commflow::desk::sla::alarms::NEXT);
            Ok(db.query_row(&sql, [], |row| row.get(3))?)
        })
        .unwrap();
    assert!(plan.contains("sla_alarms") && !plan.contains("TEMP B-TREE"), "{plan}");
}
