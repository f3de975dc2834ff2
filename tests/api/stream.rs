//! /v1/events/stream: the change feed as server-sent events

use crate::following::Following;
use crate::following::PATIENCE;
use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::TestApp;
use crate::harness::details;
use crate::harness::id;
use commflow::desk::api_keys::Scope;
use commflow::desk::sweep;
use commflow::store::tx::Actor;
use serde_json::Value;
use serde_json::json;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

fn numbered(range: std::ops::RangeInclusive<i64>) -> Vec<String> {
    range.map(|number| format!("event_{number:03}")).collect()
}

fn contact(who: &Client<'_>) -> Value {
    who.post("/v1/contacts", json!({"name": "Jane"})).created()
}

/// A server whose streams show signs of life all the time.
fn lively() -> TestApp {
    TestApp::with(|settings| settings.patience.heartbeat = Duration::from_millis(100))
}

#[test]
fn what_happens_is_told_at_once_in_the_shape_of_the_feed() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    contact(&sarah);
    let mut stream = Following::open(&desk, &sarah, "", None);
    // At once, before anything happens: where it begins.
    assert_eq!(stream.frame_within(PATIENCE).unwrap().id, None);
    assert_eq!(stream.frame_within(PATIENCE).unwrap().id.as_deref(), Some("event_001"));
    sarah.ticket(json!({}));
    let told: Vec<_> = (0..4).map(|_| stream.event()).collect();
    let listed = sarah.get("/v1/events?after=event_001").ok();
    for (frame, event) in told.iter().zip(listed.as_array().unwrap()) {
        assert_eq!(
            (frame.id.as_deref(), &frame.event),
            (event["id"].as_str(), &event["type"].as_str().unwrap().to_owned())
        );
        assert_eq!(frame.data, *event);
    }
    stream.assert_quiet();
}

#[test]
fn a_stream_says_what_proxies_and_clients_have_to_know_and_costs_one_request() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let before: i64 = sarah.get("/v1/me").header("x-ratelimit-remaining").parse().unwrap();
    let answer = sarah.get("/v1/events/stream").expect(200);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("x-accel-buffering"), "no");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert_eq!(answer.header("content-encoding"), "");
    assert_eq!(answer.header("x-ratelimit-remaining"), (before - 1).to_string());
    sarah.post("/v1/events/stream", json!({})).refused(405, "method_not_allowed");
    sarah.get("/v1/events/streams").refused(404, "not_found");
    desk.anyone().get("/v1/events/stream").refused(401, "unauthorized");
}

#[test]
fn a_stream_goes_on_where_it_broke_off_also_after_a_restart() {
    let mut desk = TestApp::new();
    let key = desk.agent("sarah").key.unwrap();
    let open =
        |desk: &TestApp, query: &str, last: Option<&str>| Following::open(desk, &desk.with_key(&key), query, last);
    for _ in 0..5 {
        contact(&desk.with_key(&key));
    }
    assert_eq!(open(&desk, "", Some("event_002")).ids(3), numbered(3..=5));
    assert_eq!(open(&desk, "?after=event_003", None).ids(2), numbered(4..=5));
    assert_eq!(open(&desk, "?after=event_000", Some("event_004")).ids(1), ["event_005"], "the header wins");
    assert_eq!(open(&desk, "", Some("event_000")).ids(5), numbered(1..=5));
    let mut stream = open(&desk, "", None);
    contact(&desk.with_key(&key));
    assert_eq!(stream.ids(1), ["event_006"]);
    desk.restart();
    assert!(stream.ends_after() < PATIENCE);
    for _ in 0..3 {
        contact(&desk.with_key(&key));
    }
    let mut stream = open(&desk, "", Some("event_006"));
    assert_eq!(stream.ids(3), numbered(7..=9));
    contact(&desk.with_key(&key));
    assert_eq!(stream.ids(1), ["event_010"]);
    stream.assert_quiet();
}

#[test]
fn thousands_of_events_are_caught_up_with_while_more_come() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    // More than one piece of the feed, and more than the tail holds.
    let make = |from: i64, to: i64| {
        let write = move |tx: &commflow::store::tx::Tx| {
            for number in from..=to {
                let about = commflow::store::tx::About::new("contact_001", None);
                let kind = commflow::types::event::EventKind::ContactUpdated;
                tx.emit(kind, about, None::<&Value>, &json!({"number": number}))?;
            }
            Ok(())
        };
        desk.server().store.write_blocking(Actor::SYSTEM, write).unwrap();
    };
    make(1, 5_000);
    let mut behind = Following::open(&desk, &sarah, "", Some("event_000"));
    let mut ahead = Following::open(&desk, &sarah, "", None);
    for from in (5_001..=6_500).step_by(50) {
        make(from, from + 49);
    }
    assert_eq!(behind.ids(6_500), numbered(1..=6_500));
    assert_eq!(ahead.ids(1_500), numbered(5_001..=6_500));
    let mut rare = Following::open(&desk, &sarah, "?types=contact.created,ticket.*", Some("event_000"));
    contact(&sarah);
    assert_eq!(rare.ids(1), ["event_6501"]);
}

#[test]
fn a_stream_tells_only_what_was_asked_for_and_its_cursor_moves_on_all_the_same() {
    let desk = lively();
    let sarah = desk.agent("sarah");
    let open = |types: &str| Following::open(&desk, &sarah, &format!("?types={types}"), None);
    let mut streams = ["message.created", "ticket.*,contact.created", "*"].map(open);
    sarah.ticket(json!({}));
    sarah.patch("/v1/tickets/ticket_001", json!({"priority": "low"})).ok();
    let mut told = |at: usize, count| (0..count).map(|_| streams[at].event().event).collect::<Vec<_>>();
    assert_eq!(told(0, 1), ["message.created"]);
    assert_eq!(told(1, 3), ["contact.created", "ticket.created", "ticket.updated"]);
    assert_eq!(told(2, 6).len(), 6);
    // A heartbeat names the newest event, of whatever kind it is.
    let begun = Instant::now();
    loop {
        let frame = streams[0].frame_within(PATIENCE).unwrap();
        assert!(frame.comment.is_some() && frame.event.is_empty(), "{frame:?}");
        if frame.id.as_deref() == Some("event_006") {
            break;
        }
        assert!(begun.elapsed() < PATIENCE);
    }
    let refused = sarah.get("/v1/events/stream?types=webhook.*").refused(400, "invalid_parameter");
    assert_eq!(details(&refused), [("types".to_owned(), "not_in_enum".to_owned())]);
}

#[test]
fn an_idle_stream_shows_that_it_lives() {
    let desk = lively();
    let sarah = desk.agent("sarah");
    contact(&sarah);
    let mut stream = Following::open(&desk, &sarah, "", None);
    stream.frame_within(PATIENCE);
    stream.frame_within(PATIENCE);
    for _ in 0..3 {
        let beat = stream.frame_within(PATIENCE).unwrap();
        assert_eq!((beat.comment.as_deref(), beat.id.as_deref()), (Some("heartbeat"), Some("event_001")));
    }
}

#[test]
fn a_stream_ends_when_its_key_is_revoked_and_others_go_on() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let made = ada.post("/v1/api_keys", json!({"name": "Zapier"})).created();
    let zapier = desk.with_key(made["key"].as_str().unwrap());
    let mut ended: Vec<Following> = (0..3).map(|_| Following::open(&desk, &zapier, "", None)).collect();
    let mut going_on = Following::open(&desk, &ada, "", None);
    ada.delete(&format!("/v1/api_keys/{}", id(&made))).expect(204);
    for stream in &mut ended {
        assert!(stream.ends_after() < Duration::from_secs(1));
    }
    contact(&ada);
    assert_eq!(going_on.ids(1), ["event_001"]);
    zapier.get("/v1/events/stream").refused(401, "unauthorized");
}

#[test]
fn a_stream_ends_with_its_user_and_may_begin_again_with_him() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let sarah = desk.agent("sarah");
    let path = format!("/v1/users/{}", sarah.user);
    let mut stream = Following::open(&desk, &sarah, "", None);
    ada.patch(&path, json!({"status": "inactive"})).ok();
    assert!(stream.ends_after() < Duration::from_secs(1));
    sarah.get("/v1/events/stream").refused(401, "unauthorized");
    ada.patch(&path, json!({"status": "active"})).ok();
    let mut stream = Following::open(&desk, &sarah, "", None);
    contact(&ada);
    assert_eq!(stream.ids(1), ["event_001"]);
}

#[test]
fn a_stream_ends_when_another_process_takes_the_key_back() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let mut stream = Following::open(&desk, &sarah, "", None);
    let other = rusqlite::Connection::open(desk.server().store.path()).unwrap();
    other.execute("UPDATE api_keys SET revoked_at = 1 WHERE id = 1", []).unwrap();
    assert!(stream.ends_after() < Duration::from_secs(1));
}

#[test]
fn a_stream_ends_when_its_key_expires() {
    let desk = lively();
    let sarah = desk.agent("sarah");
    let key = desk.key_of(&sarah.user, Scope::Read, Some(desk.now().plus(HOUR)));
    let mut stream = Following::open(&desk, &desk.with_key(&key), "", None);
    desk.advance(HOUR - 1);
    contact(&sarah);
    assert_eq!(stream.ids(1), ["event_001"]);
    desk.advance(1);
    assert!(stream.ends_after() < Duration::from_secs(1));
}

#[test]
fn a_cursor_that_is_of_no_use_is_refused_before_anything_is_streamed() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ask = |query: &str, last: &str| {
        let headers: &[(&str, &str)] = if last.is_empty() { &[] } else { &[("last-event-id", last)] };
        sarah.send("GET", &format!("/v1/events/stream{query}"), headers, None)
    };
    for broken in ["7", "event_1", "contact_001", "event_-01", "nonsense"] {
        let error = ask("", broken).refused(400, "invalid_parameter");
        assert_eq!(details(&error), [("Last-Event-ID".to_owned(), "invalid_format".to_owned())]);
        let error = ask(&format!("?after={broken}"), "").refused(400, "invalid_parameter");
        assert_eq!(details(&error), [("after".to_owned(), "invalid_format".to_owned())]);
    }
    for _ in 0..4 {
        contact(&sarah);
    }
    // Of a feed that went further than this one: a backup was restored.
    for (query, last) in [("?after=event_005", ""), ("", "event_999")] {
        ask(query, last).refused(410, "cursor_expired");
    }
    assert_eq!(sarah.get("/v1/events?after=event_999").ids(), Vec::<String>::new());
    desk.advance(31 * DAY);
    contact(&sarah);
    desk.server().store.write_blocking(Actor::SYSTEM, sweep::sweep).unwrap();
    let error = ask("", "event_003").refused(410, "cursor_expired");
    assert!(error["message"].as_str().unwrap().contains("event_005"), "{error}");
    ask("?after=event_003", "").refused(410, "cursor_expired");
    assert_eq!(Following::open(&desk, &sarah, "", Some("event_004")).ids(1), ["event_005"]);
}

#[test]
fn as_many_streams_are_open_as_there_are_places_for() {
    let desk = TestApp::with(|settings| {
        settings.streams_max = 3;
        // Who has gone away is noticed when he is sent something.
        settings.patience.heartbeat = Duration::from_millis(100);
    });
    let sarah = desk.agent("sarah");
    let mut open: Vec<Following> = (0..3).map(|_| Following::open(&desk, &sarah, "", None)).collect();
    let refused = sarah.get("/v1/events/stream");
    assert_eq!(refused.header("retry-after"), "10");
    refused.refused(503, "unavailable");
    desk.forgive_faults();
    contact(&sarah);
    assert!(open.iter_mut().all(|stream| stream.ids(1) == ["event_001"]));
    open.pop();
    let begun = Instant::now();
    let key = sarah.key.as_deref().unwrap();
    while Following::try_open(desk.server().address, key, "", None).is_err() {
        assert!(begun.elapsed() < PATIENCE, "the place is not free again");
    }
}

#[test]
fn what_was_erased_is_in_no_stream_any_more() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let mut live = Following::open(&desk, &sarah, "", None);
    sarah.post("/v1/contacts", json!({"name": "Namemarker", "email": "mailmarker@example.com"})).created();
    contact(&sarah);
    assert_eq!(live.ids(2), numbered(1..=2));
    for round in 0..20 {
        let email = format!("mailmarker{round}@example.com");
        let made = sarah.post("/v1/contacts", json!({"name": "Namemarker", "email": email})).created();
        let created = live.event();
        sarah.delete(&format!("/v1/contacts/{}", id(&made))).expect(204);
        // From just before it was made, right after the answer.
        let number = created.data["id"].as_str().unwrap().strip_prefix("event_").unwrap().parse::<i64>().unwrap();
        let mut again = Following::open(&desk, &sarah, "", Some(&format!("event_{:03}", number - 1)));
        let told = [again.event(), again.event()];
        assert_eq!([&told[0].event, &told[1].event], ["contact.created", "contact.deleted"]);
        assert!(!format!("{told:?}").contains("marker"), "{told:?}");
        assert_eq!(live.event().event, "contact.deleted");
    }
}

#[test]
fn who_stops_reading_is_dropped_in_time_and_resumes_without_loss() {
    let desk = TestApp::with(|settings| settings.patience.reader = Duration::from_millis(500));
    let sarah = desk.agent("sarah");
    let mut stuck = Following::open(&desk, &sarah, "", None);
    let body = "x".repeat(100_000);
    sarah.conversation(json!({}));
    let seen = stuck.ids(3);
    // More than the socket's buffers take, and more than the tail holds.
    for _ in 0..400 {
        sarah.message("conv_001", "note", &body);
    }
    // It takes nothing, and its place becomes free.
    let begun = Instant::now();
    while desk.server().streams_open() > 0 {
        assert!(begun.elapsed() < PATIENCE, "it is not dropped");
        std::thread::sleep(Duration::from_millis(50));
    }
    stuck.ends_after();
    let mut last = seen[2].clone();
    while let Some(frame) = stuck.frame_within(Duration::ZERO) {
        last = frame.id.unwrap_or(last);
    }
    let number = |id: &str| id.strip_prefix("event_").unwrap().parse::<i64>().unwrap();
    let newest = sarah.get("/v1/events").total();
    let mut again = Following::open(&desk, &sarah, "", Some(&last));
    let missed = usize::try_from(newest - number(&last)).unwrap();
    assert!(missed > 0, "it has seen all of them");
    assert_eq!(again.ids(missed), numbered(number(&last) + 1..=newest));
}

/// Follows the stream over one connection after the other, until it has seen so many events.
fn follow(desk: &TestApp, key: &str, dice: &mut fastrand::Rng, done: &AtomicBool) -> Vec<String> {
    let mut seen = Vec::new();
    let mut last = "event_000".to_owned();
    loop {
        let is_last = done.load(Ordering::SeqCst);
        let mut stream = Following::try_open(desk.server().address, key, "", Some(&last)).unwrap();
        let count = dice.usize(1..200);
        for _ in 0..count {
            let Some(frame) = stream.frame_within(Duration::from_millis(300)) else {
                if is_last {
                    return seen;
                }
                break;
            };
            last = frame.id.unwrap_or(last);
            if !frame.event.is_empty() {
                seen.push(last.clone());
            }
        }
    }
}

#[test]
fn readers_that_come_and_go_see_what_many_write_once_and_in_order() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let key = sarah.key.clone().unwrap();
    let done = AtomicBool::new(false);
    let all = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4)
            .map(|seed| {
                let (desk, key, done) = (&desk, &key, &done);
                scope.spawn(move || follow(desk, key, &mut fastrand::Rng::with_seed(seed), done))
            })
            .collect();
        let writers: Vec<_> = (0..4)
            .map(|_| {
                let (desk, key) = (&desk, &key);
                scope.spawn(move || (0..100).for_each(|_| drop(contact(&desk.with_key(key)))))
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::SeqCst);
        readers.into_iter().map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
    });
    for seen in all {
        assert_eq!(seen, numbered(1..=400));
    }
}
