//! The SLA where tickets are closed without a reply, and what of it shows in ETags and counters.

use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;

const TICKET: &str = "/v1/tickets/ticket_001";

fn sla(client: &Client) -> Value {
    client.get(TICKET).ok()["sla"].clone()
}

fn patch(client: &Client, patch: Value) -> Value {
    client.patch(TICKET, patch).ok()["sla"].clone()
}

fn total(client: &Client, status: &str) -> i64 {
    client.get(&format!("/v1/tickets?sla_status={status}")).total()
}

#[test]
fn closing_without_a_reply_ends_the_wait_for_one() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    desk.advance(HOUR);
    let closed = patch(&sarah, json!({"status": "resolved"}));
    let ended = json!({"status": "on_track", "first_response_due": null, "first_responded_at": null,
        "resolution_due": null, "paused": true});
    assert_eq!(closed, ended);
    desk.advance(30 * DAY);
    assert_eq!(sla(&sarah), ended, "spam that was closed at once is no breach a month later");
    let story = sarah.get(&format!("{TICKET}/sla")).ok();
    assert!(story.to_string().contains("The thread was closed without a reply."), "{story}");
    // Reopened by the customer, the wait begins with what was written now; the resolution goes on.
    sarah.message("conv_001", "comment", "Hello?");
    let now = desk.now();
    assert_eq!(
        sla(&sarah),
        json!({"status": "on_track", "first_response_due": now.plus(4 * HOUR), "first_responded_at": null,
            "resolution_due": now.plus(23 * HOUR), "paused": false})
    );
}

#[test]
fn a_ticket_closed_without_a_reply_and_opened_again_by_the_team_is_due_as_it_was() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    patch(&sarah, json!({"status": "closed"}));
    desk.advance(HOUR);
    assert_eq!(patch(&sarah, json!({"status": "open"}))["first_response_due"], "2026-01-15T14:00:00Z");
    patch(&sarah, json!({"status": "closed"}));
    desk.advance(DAY);
    assert_eq!(sla(&sarah)["status"], "on_track");
    assert_eq!(patch(&sarah, json!({"status": "open"}))["status"], "breached");
}

#[test]
fn a_ticket_closed_after_the_first_response_was_missed_stays_breached() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    desk.advance(4 * HOUR + 1);
    let closed = patch(&sarah, json!({"status": "closed"}));
    assert_eq!(
        (&closed["status"], &closed["first_response_due"]),
        (&json!("breached"), &json!("2026-01-15T14:00:00Z"))
    );
    desk.advance(HOUR);
    let story = sarah.get(&format!("{TICKET}/sla")).ok();
    let told = story["stretches"].as_array().unwrap().iter().filter(|one| one["target"] == "first_response");
    let told: Vec<_> = told.map(|one| (one["state"].clone(), one["to"].clone())).collect();
    let until = json!("2026-01-15T14:00:01Z");
    assert_eq!(told, [(json!("running"), until), (json!("missed"), json!("2026-01-15T14:00:00Z"))]);
    sarah.message("conv_001", "reply", "Too late.");
    assert_eq!((&sla(&sarah)["status"], total(&sarah, "breached")), (&json!("breached"), 1));
}

#[test]
fn nothing_about_a_closed_ticket_changes_by_itself() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    desk.advance(4 * HOUR + 1);
    patch(&sarah, json!({"status": "closed"}));
    // The longer target lifts the breach, and a closed ticket runs into no other.
    let lifted = patch(&sarah, json!({"priority": "low"}));
    assert_eq!((&lifted["status"], &lifted["first_response_due"]), (&json!("on_track"), &Value::Null));
    let etag = sarah.get(TICKET).header("etag");
    desk.advance(900 * DAY);
    assert_eq!(sla(&sarah), lifted);
    assert_eq!(sarah.get(TICKET).header("etag"), etag);
    assert_eq!(total(&sarah, "on_track"), 1);
}

#[test]
fn the_clocks_that_run_are_those_of_tickets_that_are_not_done() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (number, status) in [(1, "open"), (2, "pending"), (3, "resolved"), (4, "closed")] {
        sarah.ticket(json!({"priority": "urgent"}));
        desk.advance(2 * HOUR);
        sarah.patch(&format!("/v1/tickets/ticket_00{number}"), json!({"status": status})).ok();
    }
    let running = desk.server().store.read_blocking(|db| {
        let sql = "SELECT group_concat(ticket_id) FROM threads WHERE sla_settled IS NULL";
        Ok(db.query_row(sql, [], |row| row.get::<_, String>(0))?)
    });
    assert_eq!(running.unwrap(), "1,2", "what is settled is a counter, and costs a list nothing");
    assert_eq!(total(&sarah, "breached"), 4);
}

#[test]
fn an_etag_moves_with_the_sla_and_if_match_looks_at_the_version_alone() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    let etag = || sarah.get(TICKET).header("etag");
    let known = |tag: &str| sarah.send("GET", TICKET, &[("if-none-match", tag)], None).status;
    let mut tags = vec![etag()];
    assert_eq!(known(&tags[0]), 304);
    for (seconds, status) in [(3 * HOUR, "warning"), (HOUR + 1, "breached")] {
        desk.advance(seconds);
        assert_eq!(known(tags.last().unwrap()), 200, "a 304 would hide that the ticket is {status}");
        assert!(etag().contains(status), "{}", etag());
        tags.push(etag());
        desk.advance(MINUTE);
        assert_eq!(known(tags.last().unwrap()), 304);
    }
    let change = |tag: &str, subject: &str| {
        sarah.send("PATCH", TICKET, &[("if-match", tag)], Some(json!({"subject": subject}).to_string()))
    };
    // The tag of hours ago still names this version: nobody was faster.
    change(&tags[0], "First").expect(200);
    change(&tags[2], "Second").refused(412, "precondition_failed");
    change(&etag(), "Second").expect(200);
    sarah.message("conv_001", "note", "Somebody was here.");
    let before = etag();
    sarah.message("conv_001", "reply", "Somebody replied.");
    change(&before, "Third").refused(412, "precondition_failed");
}
