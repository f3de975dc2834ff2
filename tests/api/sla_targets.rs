//! What is promised for each priority can be set, and counts for what comes afterwards.

use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;

const PATH: &str = "/v1/sla_targets";

fn promise(first_response_s: i64, resolution_s: i64) -> Value {
    json!({"first_response_s": first_response_s, "resolution_s": resolution_s})
}

#[test]
fn without_settings_the_targets_are_those_of_the_contract() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let told = json!({
        "urgent": promise(HOUR, 8 * HOUR), "high": promise(4 * HOUR, 24 * HOUR),
        "normal": promise(8 * HOUR, 72 * HOUR), "low": promise(24 * HOUR, 168 * HOUR),
    });
    assert_eq!(agent.get(PATH).ok(), told);
}

#[test]
fn a_change_names_what_it_changes_and_nobody_overtakes_another() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let etag = ada.get(PATH).expect(200).header("etag");
    let changed =
        ada.patch(PATH, json!({"urgent": {"first_response_s": 600}, "low": {"resolution_s": 31_536_000}})).ok();
    assert_eq!(changed["urgent"], promise(600, 8 * HOUR));
    assert_eq!(changed["low"], promise(24 * HOUR, 31_536_000));
    assert_eq!(changed["high"], promise(4 * HOUR, 24 * HOUR));
    assert_eq!(ada.get(PATH).ok(), changed);
    let late = ada.send("PATCH", PATH, &[("if-match", &etag)], Some(json!({"low": {}}).to_string()));
    late.refused(412, "precondition_failed");
    let etag = ada.get(PATH).expect(200).header("etag");
    ada.patch(PATH, json!({"urgent": {"first_response_s": 600}})).ok();
    assert_eq!(ada.get(PATH).expect(200).header("etag"), etag);
}

#[test]
fn a_target_is_of_a_minute_to_a_year() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.patch(
        PATH,
        json!({"urgent": {"first_response_s": 59, "resolution_s": 31_536_001}, "high": {"resolution_s": 1.5}}),
    )
    .invalid(&[
        ("urgent.first_response_s", "out_of_range"),
        ("urgent.resolution_s", "out_of_range"),
        ("high.resolution_s", "invalid_format"),
    ]);
    ada.patch(PATH, json!({"medium": {}, "low": {"resolution": 60}}))
        .invalid(&[("medium", "unknown_field"), ("low.resolution", "unknown_field")]);
    ada.patch(PATH, json!({"low": {"resolution_s": 60.0}})).ok();
}

#[test]
fn new_targets_count_for_tickets_that_come_or_change_priority_afterwards() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.ticket(json!({"priority": "urgent"}));
    ada.ticket(json!({"priority": "high"}));
    ada.patch(PATH, json!({"urgent": promise(600, HOUR), "normal": promise(120, 240)})).ok();
    ada.ticket(json!({"priority": "urgent"}));
    let sla = |number: i64| ada.get(&format!("/v1/tickets/ticket_00{number}")).ok()["sla"].clone();
    let due = |number: i64| [sla(number)["first_response_due"].clone(), sla(number)["resolution_due"].clone()];
    assert_eq!(due(1), ["2026-01-15T11:00:00Z", "2026-01-15T18:00:00Z"]);
    assert_eq!(due(2), ["2026-01-15T14:00:00Z", "2026-01-16T10:00:00Z"]);
    assert_eq!(due(3), ["2026-01-15T10:10:00Z", "2026-01-15T11:00:00Z"]);
    desk.advance(MINUTE);
    ada.patch("/v1/tickets/ticket_002", json!({"priority": "urgent"})).ok();
    assert_eq!(due(2), ["2026-01-15T10:10:00Z", "2026-01-15T11:00:00Z"]);
    // A quarter of the time is left, and then none.
    desk.advance(7 * MINUTE);
    assert_eq!((sla(1)["status"].clone(), sla(3)["status"].clone()), (json!("on_track"), json!("warning")));
    desk.advance(3 * MINUTE);
    assert_eq!(sla(3)["status"], "breached");
    let story = ada.get("/v1/tickets/ticket_003/sla").ok();
    assert_eq!(
        (&story["first_response"]["target_seconds"], &story["resolution"]["target_seconds"]),
        (&json!(600), &json!(HOUR))
    );
    // Whatever happens to the ticket, it keeps what was promised.
    ada.patch(PATH, json!({"urgent": promise(60, 60)})).ok();
    ada.patch("/v1/tickets/ticket_003", json!({"status": "pending"})).ok();
    ada.patch("/v1/tickets/ticket_003", json!({"status": "resolved"})).ok();
    desk.advance(10 * MINUTE);
    ada.patch("/v1/tickets/ticket_003", json!({"status": "open"})).ok();
    assert_eq!(due(3), ["2026-01-15T10:10:00Z", "2026-01-15T11:10:00Z"]);
    // Back to what CommFlow itself promises: nothing has to be kept with the thread.
    ada.patch(PATH, json!({"normal": promise(8 * HOUR, 72 * HOUR)})).ok();
    ada.patch("/v1/tickets/ticket_003", json!({"priority": "normal"})).ok();
    assert_eq!(due(3), ["2026-01-15T18:00:00Z", "2026-01-18T10:10:00Z"]);
}

#[test]
fn the_targets_outlive_a_restart() {
    let mut desk = TestApp::new();
    let ada = desk.admin();
    let changed = ada.patch(PATH, json!({"high": promise(90, 900)})).ok();
    let key = ada.key.clone().unwrap();
    desk.restart();
    assert_eq!(desk.with_key(&key).get(PATH).ok(), changed);
}
