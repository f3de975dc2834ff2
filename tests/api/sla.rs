//! The SLA of tickets, as `sla` shows it and GET /v1/tickets/{id}/sla tells it. Everything here moves by itself.

use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use crate::harness::id;
use serde_json::Value;
use serde_json::json;

const TICKET: &str = "/v1/tickets/ticket_001";
const NOTHING_DUE: Value = Value::Null;

/// `sla` of the first ticket.
fn sla(client: &Client) -> Value {
    client.get(TICKET).ok()["sla"].clone()
}

fn status(client: &Client) -> String {
    sla(client)["status"].as_str().unwrap().to_owned()
}

/// The first ticket takes this status.
fn turn(client: &Client, status: &str) {
    client.patch(TICKET, json!({"status": status})).ok();
}

fn prioritise(client: &Client, priority: &str) {
    client.patch(TICKET, json!({"priority": priority})).ok();
}

fn story(client: &Client) -> Value {
    client.get(&format!("{TICKET}/sla")).ok()
}

/// The stretches of one target, each as `state from to`, with times of the first day without their date.
fn stretches(story: &Value, target: &str) -> Vec<String> {
    let all = story["stretches"].as_array().unwrap().iter();
    let time = |value: &Value| value.as_str().unwrap_or("now").replace("2026-01-15T", "").replace(":00Z", "");
    all.filter(|one| one["target"] == target)
        .map(|one| format!("{} {} {}", one["state"].as_str().unwrap(), time(&one["from"]), time(&one["to"])))
        .collect()
}

#[test]
fn the_references_high_ticket_of_ten_is_due_at_two() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ticket = sarah.ticket(json!({"priority": "high"}));
    let whole = json!({"status": "on_track", "first_response_due": "2026-01-15T14:00:00Z", "first_responded_at": null,
        "resolution_due": "2026-01-16T10:00:00Z", "paused": false});
    assert_eq!(ticket["sla"], whole);
    assert_eq!(sla(&sarah), whole);
    assert_eq!(
        story(&sarah),
        json!({"status": "on_track", "priority": "high",
            "first_response": {"target_seconds": 14_400, "used_seconds": 0, "due": "2026-01-15T14:00:00Z", "met_at": null,
                "missed": false},
            "resolution": {"target_seconds": 86_400, "used_seconds": 0, "due": "2026-01-16T10:00:00Z", "met_at": null,
                "missed": false},
            "stretches": [
                {"target": "first_response", "state": "running", "from": "2026-01-15T10:00:00Z", "to": null,
                    "due": "2026-01-15T14:00:00Z", "reason": "The customer wrote."},
                {"target": "resolution", "state": "running", "from": "2026-01-15T10:00:00Z", "to": null,
                    "due": "2026-01-16T10:00:00Z", "reason": "The customer wrote."}]})
    );
    sarah.get("/v1/tickets/ticket_002/sla").refused(404, "not_found");
}

#[test]
fn each_priority_has_its_targets() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (priority, response, resolution) in [
        ("urgent", "2026-01-15T11:00:00Z", "2026-01-15T18:00:00Z"),
        ("high", "2026-01-15T14:00:00Z", "2026-01-16T10:00:00Z"),
        ("normal", "2026-01-15T18:00:00Z", "2026-01-18T10:00:00Z"),
        ("low", "2026-01-16T10:00:00Z", "2026-01-22T10:00:00Z"),
    ] {
        let sla = sarah.ticket(json!({"priority": priority}))["sla"].clone();
        assert_eq!((&sla["first_response_due"], &sla["resolution_due"]), (&json!(response), &json!(resolution)));
    }
}

#[test]
fn a_warning_comes_when_exactly_a_quarter_is_left_and_the_breach_a_second_after_the_due_time() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    let found = |status: &str| sarah.get(&format!("/v1/tickets?sla_status={status}")).total();
    for (seconds, expected) in
        [(3 * HOUR - 1, "on_track"), (1, "warning"), (HOUR, "warning"), (1, "breached"), (900 * DAY, "breached")]
    {
        desk.advance(seconds);
        assert_eq!(status(&sarah), expected, "at {}", desk.now());
        assert_eq!(story(&sarah)["status"], expected);
        for one in ["on_track", "warning", "breached"] {
            assert_eq!(found(one), i64::from(one == expected), "{one} at {}", desk.now());
        }
    }
    let told = story(&sarah);
    assert_eq!(stretches(&told, "first_response"), ["running 10:00 now", "missed 14:00 14:00"]);
    assert_eq!((&told["first_response"]["missed"], &told["resolution"]["missed"]), (&json!(true), &json!(true)));
}

#[test]
fn the_resolution_warns_and_is_missed_by_the_same_rule() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    sarah.message("conv_001", "reply", "Looking into it.");
    for (seconds, expected) in
        [(18 * HOUR - 1, "on_track"), (1, "warning"), (6 * HOUR, "warning"), (1, "breached"), (DAY, "breached")]
    {
        desk.advance(seconds);
        assert_eq!(status(&sarah), expected, "at {}", desk.now());
    }
    let told = story(&sarah);
    assert_eq!(stretches(&told, "first_response"), ["running 10:00 10:00", "met 10:00 10:00"]);
    assert_eq!(told["resolution"]["used_seconds"], 2 * DAY + 1);
}

#[test]
fn a_reply_in_time_meets_the_first_response() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    desk.advance(4 * HOUR);
    assert_eq!(status(&sarah), "warning");
    sarah.message("conv_001", "reply", "Looking into it.");
    let met = json!({"status": "on_track", "first_response_due": "2026-01-15T14:00:00Z",
        "first_responded_at": "2026-01-15T14:00:00Z", "resolution_due": "2026-01-16T10:00:00Z", "paused": false});
    assert_eq!(sla(&sarah), met);
    // Later words of either side change nothing about it.
    desk.advance(HOUR);
    sarah.message("conv_001", "comment", "And?");
    sarah.message("conv_001", "reply", "Still looking.");
    assert_eq!(sla(&sarah), met);
    let told = story(&sarah);
    assert_eq!(stretches(&told, "first_response"), ["running 10:00 14:00", "met 14:00 14:00"]);
    assert_eq!(told["stretches"][2]["reason"], "A user replied in time.");
    let summary = json!({"target_seconds": 14_400, "used_seconds": 14_400, "due": "2026-01-15T14:00:00Z",
        "met_at": "2026-01-15T14:00:00Z", "missed": false});
    assert_eq!(told["first_response"], summary);
}

#[test]
fn a_target_that_was_met_late_stays_breached() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    desk.advance(5 * HOUR);
    sarah.message("conv_001", "reply", "Sorry for the delay.");
    assert_eq!(
        sla(&sarah),
        json!({"status": "breached", "first_response_due": "2026-01-15T14:00:00Z",
            "first_responded_at": "2026-01-15T15:00:00Z", "resolution_due": "2026-01-16T10:00:00Z", "paused": false})
    );
    turn(&sarah, "resolved");
    assert_eq!(status(&sarah), "breached");
    prioritise(&sarah, "low");
    desk.advance(DAY);
    turn(&sarah, "open");
    assert_eq!(status(&sarah), "breached", "a target that was met is not computed again");
    let told = story(&sarah);
    assert_eq!(stretches(&told, "first_response"), ["running 10:00 15:00", "missed 14:00 14:00", "missed 15:00 15:00"]);
    assert_eq!(
        (&told["first_response"]["met_at"], &told["first_response"]["missed"]),
        (&json!("2026-01-15T15:00:00Z"), &json!(true))
    );
}

#[test]
fn neither_a_note_nor_another_comment_is_a_response() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let before = sarah.ticket(json!({"priority": "high"}))["sla"].clone();
    desk.advance(2 * HOUR);
    for kind in ["note", "comment"] {
        sarah.message("conv_001", kind, "Anybody there?");
        assert_eq!(sla(&sarah), before, "after a {kind}");
    }
}

#[test]
fn the_resolution_stands_still_while_pending_and_goes_on_with_the_time_used() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    sarah.message("conv_001", "reply", "Which browser?");
    desk.advance(6 * HOUR);
    turn(&sarah, "pending");
    let paused = json!({"status": "on_track", "first_response_due": "2026-01-15T14:00:00Z",
        "first_responded_at": "2026-01-15T10:00:00Z", "resolution_due": NOTHING_DUE, "paused": true});
    assert_eq!(sla(&sarah), paused);
    desk.advance(3 * DAY);
    assert_eq!(sla(&sarah), paused, "time alone changes nothing");
    assert_eq!(story(&sarah)["resolution"]["used_seconds"], 6 * HOUR);
    // The customer's answer sets it going again: six of its hours are used.
    sarah.message("conv_001", "comment", "Firefox.");
    assert_eq!(
        (&sla(&sarah)["resolution_due"], &sla(&sarah)["paused"]),
        (&json!("2026-01-19T10:00:00Z"), &json!(false))
    );
    desk.advance(12 * HOUR - 1);
    assert_eq!(status(&sarah), "on_track");
    desk.advance(1);
    assert_eq!(status(&sarah), "warning");
    let told = story(&sarah);
    let expected = ["running 10:00 16:00", "paused 16:00 2026-01-18T16:00", "running 2026-01-18T16:00 now"];
    assert_eq!(stretches(&told, "resolution"), expected);
    let reasons: Vec<&Value> = told["stretches"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["target"] == "resolution")
        .map(|one| &one["reason"])
        .collect();
    assert_eq!(
        reasons,
        ["The customer wrote.", "The thread waits for the customer (pending).", "The thread was opened again."]
    );
}

#[test]
fn the_first_response_is_awaited_while_pending_too() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "urgent"}));
    turn(&sarah, "pending");
    assert_eq!(sla(&sarah)["first_response_due"], "2026-01-15T11:00:00Z");
    desk.advance(45 * MINUTE);
    assert_eq!(status(&sarah), "warning");
    desk.advance(15 * MINUTE + 1);
    assert_eq!(status(&sarah), "breached");
}

#[test]
fn a_ticket_resolved_in_time_is_on_track_for_good() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "urgent"}));
    sarah.message("conv_001", "reply", "Here you are.");
    desk.advance(8 * HOUR);
    assert_eq!(status(&sarah), "warning");
    turn(&sarah, "resolved");
    let done = json!({"status": "on_track", "first_response_due": "2026-01-15T11:00:00Z",
        "first_responded_at": "2026-01-15T10:00:00Z", "resolution_due": NOTHING_DUE, "paused": true});
    assert_eq!(sla(&sarah), done);
    turn(&sarah, "closed");
    desk.advance(90 * DAY);
    assert_eq!(sla(&sarah), done);
    let told = story(&sarah);
    assert_eq!(stretches(&told, "resolution"), ["running 10:00 18:00", "met 18:00 18:00", "paused 18:00 now"]);
    let summary = json!({"target_seconds": 28_800, "used_seconds": 28_800, "due": null, "met_at": "2026-01-15T18:00:00Z",
        "missed": false});
    assert_eq!(told["resolution"], summary);
}

#[test]
fn a_ticket_resolved_late_stays_breached() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "urgent"}));
    sarah.message("conv_001", "reply", "Looking.");
    desk.advance(8 * HOUR + MINUTE);
    turn(&sarah, "resolved");
    assert_eq!(status(&sarah), "breached");
    let told = story(&sarah);
    assert_eq!(
        stretches(&told, "resolution"),
        ["running 10:00 18:01", "missed 18:00 18:00", "missed 18:01 18:01", "paused 18:01 now"]
    );
    assert_eq!(
        (&told["resolution"]["met_at"], &told["resolution"]["missed"]),
        (&json!("2026-01-15T18:01:00Z"), &json!(true))
    );
    assert_eq!(sarah.get("/v1/tickets?sla_status=breached&status=resolved").total(), 1);
}

#[test]
fn a_reopened_ticket_goes_on_with_the_time_that_it_had_used() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "urgent"}));
    sarah.message("conv_001", "reply", "Here you are.");
    desk.advance(5 * HOUR);
    turn(&sarah, "resolved");
    desk.advance(2 * DAY);
    turn(&sarah, "open");
    assert_eq!(
        (&sla(&sarah)["resolution_due"], &sla(&sarah)["status"]),
        (&json!("2026-01-17T18:00:00Z"), &json!("on_track"))
    );
    desk.advance(3 * HOUR + 1);
    assert_eq!(status(&sarah), "breached");
    assert_eq!(story(&sarah)["resolution"]["met_at"], Value::Null, "it is open again");
}

#[test]
fn a_change_of_priority_computes_again_what_is_not_met_yet() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"priority": "high"}));
    desk.advance(5 * HOUR);
    assert_eq!(status(&sarah), "breached");
    let dues = |sla: &Value| (sla["first_response_due"].clone(), sla["resolution_due"].clone());
    prioritise(&sarah, "low");
    let low = (json!("2026-01-16T10:00:00Z"), json!("2026-01-22T10:00:00Z"));
    assert_eq!((status(&sarah).as_str(), dues(&sla(&sarah))), ("on_track", low), "a breach that nobody met is lifted");
    prioritise(&sarah, "urgent");
    let urgent = (json!("2026-01-15T11:00:00Z"), json!("2026-01-15T18:00:00Z"));
    assert_eq!((status(&sarah).as_str(), dues(&sla(&sarah))), ("breached", urgent));
    prioritise(&sarah, "normal");
    sarah.message("conv_001", "reply", "Within eight hours.");
    prioritise(&sarah, "urgent");
    let met = (json!("2026-01-15T18:00:00Z"), json!("2026-01-15T18:00:00Z"));
    assert_eq!((status(&sarah).as_str(), dues(&sla(&sarah))), ("on_track", met), "what was met is left alone");
    assert!(story(&sarah).to_string().contains("The priority became low."));
}

#[test]
fn a_thread_that_a_user_opened_has_no_targets_until_the_customer_writes() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let conversation = sarah
        .conversation(json!({"priority": "high", "message": {"type": "reply", "body": "Your contract ends soon."}}));
    let ticket = sarah.post("/v1/tickets", json!({"conversation_id": id(&conversation)})).created();
    let nothing = json!({"status": "on_track", "first_response_due": null, "first_responded_at": null,
        "resolution_due": null, "paused": false});
    assert_eq!(ticket["sla"], nothing);
    desk.advance(30 * DAY);
    sarah.message("conv_001", "reply", "Did you read this?");
    assert_eq!(sla(&sarah), nothing);
    assert_eq!(story(&sarah)["stretches"], json!([]));
    sarah.message("conv_001", "comment", "I do now.");
    assert_eq!(
        sla(&sarah),
        json!({"status": "on_track", "first_response_due": "2026-02-14T14:00:00Z", "first_responded_at": null,
            "resolution_due": "2026-02-15T10:00:00Z", "paused": false})
    );
}
