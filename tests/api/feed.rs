//! /v1/events: what happened, in order, whole, and never twice.

use crate::access::furnish;
use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::TestApp;
use commflow::desk::sweep;
use commflow::store::tx::Actor;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

fn number(event: &Value) -> i64 {
    event["id"].as_str().unwrap().strip_prefix("event_").unwrap().parse().unwrap()
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// One look at the feed after an event.
fn look(caller: &Client<'_>, after: i64, rest: &str) -> Vec<Value> {
    let answer = caller.get(&format!("/v1/events?after=event_{after:03}&{rest}")).expect(200);
    answer.body["data"].as_array().unwrap().clone()
}

/// Removes what has outlived its time.
fn sweep(desk: &TestApp) {
    while desk.server().store.write_blocking(Actor::SYSTEM, sweep::sweep).unwrap() {}
}

#[test]
fn an_event_tells_what_happened_to_what_when_and_by_whom() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let key = sarah.get("/v1/me").ok()["api_key"]["id"].clone();
    sarah.ticket(json!({"contact": {"email": "john@example.com"}}));
    desk.advance(60);
    let ticket = sarah
        .patch(
            "/v1/tickets/ticket_001",
            json!({"status": "pending", "priority": "high", "tags": ["billing"], "assignee_id": sarah.user}),
        )
        .ok();
    let events = look(&sarah, 0, "per_page=100");
    assert_eq!(
        types(&events),
        [
            "contact.created",
            "conversation.created",
            "message.created",
            "ticket.created",
            "conversation.updated",
            "ticket.updated"
        ]
    );
    assert_eq!(events.iter().map(number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let keys: BTreeSet<&str> = events[5].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "type", "created_at", "actor", "changes", "bulk_id", "imported", "data"].into());
    for event in &events {
        assert_eq!(event["actor"], json!({"type": "user", "id": sarah.user, "api_key_id": key}));
        assert_eq!((&event["bulk_id"], &event["imported"]), (&json!(null), &json!(false)));
    }
    for (event, at) in events.iter().zip(["10:00", "10:00", "10:00", "10:00", "10:01", "10:01"]) {
        assert_eq!(event["created_at"], format!("2026-01-15T{at}:00Z"));
    }
    assert!(events[..4].iter().all(|event| event["changes"].is_null()));
    assert_eq!(events[5]["data"], ticket);
    let changes = &events[5]["changes"];
    assert_eq!(changes["status"], json!(["open", "pending"]));
    assert_eq!(changes["priority"], json!(["normal", "high"]));
    assert_eq!(changes["tags"], json!([[], ["billing"]]));
    assert_eq!(changes["assignee"], json!([null, {"id": sarah.user, "name": "sarah"}]));
    let changed: BTreeSet<&str> = changes.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(changed, ["status", "priority", "tags", "assignee", "sla"].into());
}

#[test]
fn the_feed_is_read_on_from_where_one_was() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    assert_eq!(sarah.get("/v1/events").total(), 0);
    for number in 1..=7 {
        sarah.post("/v1/contacts", json!({"name": format!("Contact {number}")})).created();
    }
    let mut seen = Vec::new();
    let mut page = sarah.get("/v1/events?per_page=3");
    assert_eq!(page.body["meta"], json!({"current_page": 1, "per_page": 3, "total_count": 7}));
    loop {
        seen.extend(page.body["data"].as_array().unwrap().iter().map(number));
        let Some(next) = page.next() else { break };
        page = sarah.get(&next);
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7]);
    let after = sarah.get("/v1/events?after=event_005");
    assert_eq!((after.ids(), after.total()), (vec!["event_006".to_owned(), "event_007".to_owned()], 2));
    assert_eq!(sarah.get("/v1/events?after=event_007").total(), 0);
    assert_eq!(sarah.get("/v1/events?after=event_000").total(), 7);
    assert_eq!(sarah.get("/v1/events?per_page=3&page=3").ids(), ["event_007"]);
    for wrong in [
        "after=7",
        "after=event_7",
        "after=contact_001",
        "after=",
        "since=event_001",
        "types=nonsense",
        "types=",
        "page=0",
    ] {
        sarah.get(&format!("/v1/events?{wrong}")).refused(400, "invalid_parameter");
    }
}

#[test]
fn of_the_feed_one_may_want_some_types_alone() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for number in 1..=3 {
        sarah.ticket(json!({"contact": {"email": format!("c{number}@x.io")}}));
    }
    let only = sarah.get("/v1/events?types=ticket.created&per_page=2");
    assert_eq!((only.ids(), only.total()), (vec!["event_004".to_owned(), "event_008".to_owned()], 3));
    let rest = sarah.get(&only.next().unwrap());
    assert_eq!((rest.ids(), rest.next()), (vec!["event_012".to_owned()], None));
    let two = sarah.get("/v1/events?types=ticket.created,contact.created&after=event_004");
    assert_eq!(two.ids(), ["event_005", "event_008", "event_009", "event_012"]);
    assert_eq!(two.total(), 4);
    assert_eq!(sarah.get("/v1/events?types=contact.deleted").total(), 0);
}

#[test]
fn what_was_refused_or_changed_nothing_is_not_in_the_feed() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let before = admin.get("/v1/events").total();
    admin.post("/v1/contacts", json!({"email": "JOHN@example.com"})).refused(409, "conflict");
    // The new contact of a ticket that is refused for another reason is not there either.
    let half = json!({"subject": "S", "description": "D", "contact": {"email": "half@x.io"}, "inbox_id": "inbox_999"});
    admin.post("/v1/tickets", half).refused(422, "validation_failed");
    admin.patch("/v1/tickets/ticket_001", json!({"assignee_id": "user_999"})).refused(422, "validation_failed");
    admin.patch("/v1/tickets/ticket_001", json!({"status": "open"})).ok();
    let bulk = json!({"ids": ["ticket_001", "ticket_999"], "update": {"priority": "low"}});
    admin.post("/v1/tickets/bulk?dry_run=true", bulk).expect(200);
    assert_eq!(admin.get("/v1/events").total(), before);
    assert_eq!(admin.get("/v1/contacts?email=half@x.io").total(), 0);
}

#[test]
fn refusals_among_many_writes_leave_no_gap_and_no_event() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let done: usize = std::thread::scope(|scope| {
        let write = |thread: usize| {
            let agent = &agent;
            move || {
                (0..30)
                    .filter(|turn| {
                        // Each address is wanted by two threads; one in three bodies is refused by a rule.
                        let email = format!("c{}@x.io", (thread % 3) * 100 + turn);
                        let body = if turn % 3 == 0 {
                            json!({"email": email, "phone": "none"})
                        } else {
                            json!({"email": email})
                        };
                        agent.post("/v1/contacts", body).status == 201
                    })
                    .count()
            }
        };
        let threads: Vec<_> = (0..6).map(|thread| scope.spawn(write(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(done, 60);
    let events = desk.new_event_objects();
    assert_eq!(events.iter().map(number).collect::<Vec<_>>(), (1..=60).collect::<Vec<_>>());
    let emails: BTreeSet<&str> = events.iter().map(|event| event["data"]["email"].as_str().unwrap()).collect();
    assert_eq!(emails.len(), 60);
    assert_eq!(agent.get("/v1/contacts").total(), 60);
}

#[test]
fn a_reader_sees_each_event_exactly_once_while_many_write() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let running = AtomicBool::new(true);
    let seen: Vec<i64> = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = Vec::new();
            loop {
                // Asked before the look: what was written until then must be in it.
                let goes_on = running.load(Ordering::SeqCst);
                let after = seen.last().copied().unwrap_or(0);
                let events = look(&agent, after, "per_page=7");
                if events.is_empty() && !goes_on {
                    return seen;
                }
                seen.extend(events.iter().map(number));
            }
        });
        let writers: Vec<_> = (0..6)
            .map(|thread| {
                let agent = &agent;
                scope.spawn(move || {
                    for turn in 0..20 {
                        agent.ticket(json!({"contact": {"email": format!("c{thread}-{turn}@x.io")}}));
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        running.store(false, Ordering::SeqCst);
        reader.join().unwrap()
    });
    assert_eq!(seen, (1..=6 * 20 * 4).collect::<Vec<_>>());
}

#[test]
fn who_was_away_too_long_is_told_so_and_never_misses_something_silently() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    for day in 0..5 {
        agent.post("/v1/contacts", json!({"name": format!("Day {day}")})).created();
        desk.advance(DAY);
    }
    // 30 days and a second after the second event: two are gone.
    desk.advance(26 * DAY + 1);
    sweep(&desk);
    assert_eq!(agent.get("/v1/events").ids(), ["event_003", "event_004", "event_005"]);
    assert_eq!(agent.get("/v1/events").total(), 3);
    for query in
        ["after=event_001", "after=event_000", "after=event_001&types=contact.created", "after=event_001&page=2"]
    {
        let error = agent.get(&format!("/v1/events?{query}")).refused(410, "cursor_expired");
        assert!(error["message"].as_str().unwrap().contains("event_003"), "{error}");
    }
    // Who had seen the last of those that are gone has missed nothing.
    assert_eq!(agent.get("/v1/events?after=event_002").ids(), ["event_003", "event_004", "event_005"]);
    // When all are gone, it still shows who missed some.
    desk.advance(40 * DAY);
    sweep(&desk);
    assert_eq!(agent.get("/v1/events").total(), 0);
    agent.get("/v1/events?after=event_004").refused(410, "cursor_expired");
    assert_eq!(agent.get("/v1/events?after=event_005").total(), 0);
    agent.post("/v1/contacts", json!({"name": "back"})).created();
    assert_eq!(agent.get("/v1/events?after=event_005").ids(), ["event_006"]);
}

#[test]
fn an_event_is_kept_for_thirty_days_to_the_second() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    agent.post("/v1/contacts", json!({"name": "x"})).created();
    desk.advance(30 * DAY);
    sweep(&desk);
    assert_eq!(agent.get("/v1/events").ids(), ["event_001"]);
    desk.advance(1);
    sweep(&desk);
    assert_eq!(agent.get("/v1/events").total(), 0);
}

#[test]
fn the_feed_goes_on_after_a_restart() {
    let mut desk = TestApp::new();
    let key = desk.agent("agent").key.unwrap();
    desk.with_key(&key).post("/v1/contacts", json!({"name": "before"})).created();
    desk.restart();
    desk.with_key(&key).post("/v1/contacts", json!({"name": "after"})).created();
    assert_eq!(desk.with_key(&key).get("/v1/events").ids(), ["event_001", "event_002"]);
    desk.advance(40 * DAY);
    sweep(&desk);
    desk.restart();
    desk.with_key(&key).get("/v1/events?after=event_001").refused(410, "cursor_expired");
    desk.with_key(&key).post("/v1/contacts", json!({"name": "later"})).created();
    assert_eq!(desk.with_key(&key).get("/v1/events").ids(), ["event_003"]);
}

#[test]
fn one_bulk_request_is_one_thing_to_the_feed() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    for number in 0..3 {
        agent.ticket(json!({"contact": {"email": format!("c{number}@x.io")}}));
    }
    desk.new_events();
    let bulk =
        |ids: &[&str]| agent.post("/v1/tickets/bulk", json!({"ids": ids, "update": {"status": "pending"}})).expect(200);
    bulk(&["ticket_001", "ticket_002"]);
    bulk(&["ticket_003", "ticket_001"]);
    let events = desk.new_event_objects();
    let subjects: Vec<&str> = events.iter().map(|event| event["data"]["id"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["conv_001", "ticket_001", "conv_002", "ticket_002", "conv_003", "ticket_003"]);
    let bulks: BTreeSet<&str> = events.iter().map(|event| event["bulk_id"].as_str().unwrap()).collect();
    assert_eq!(bulks.len(), 2);
    assert!(events[..4].iter().all(|event| event["bulk_id"] == events[0]["bulk_id"]));
}
