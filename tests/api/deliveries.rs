//! Deliveries: what happens reaches the receivers of webhooks, whatever they do.

use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::TestApp;
use crate::receiver::Received;
use crate::receiver::Receiver;
use crate::receiver::Reply;
use commflow::desk::webhooks::TargetRule;
use commflow::types::signature;
use serde_json::Value;
use serde_json::json;
use std::io::Write;
use std::time::Duration;

pub const HOOK: &str = "/v1/webhooks/webhook_001";
pub const LOG: &str = "/v1/webhooks/webhook_001/deliveries";

/// A desk whose webhooks may go to this machine.
pub fn desk() -> TestApp {
    TestApp::with(|settings| settings.webhook_targets = TargetRule::Loopback)
}

pub fn hook(ada: &Client, url: &str, events: &[&str]) -> Value {
    ada.post("/v1/webhooks", json!({"url": url, "events": events})).created()
}

/// An answer of exactly these bytes.
pub fn raw(bytes: Vec<u8>) -> Reply {
    Reply::By(Box::new(move |stream| drop(stream.write_all(&bytes))))
}

/// An answer of these bytes, and then one more now and then, without end.
pub fn dripping(bytes: Vec<u8>) -> Reply {
    Reply::By(Box::new(move |stream| {
        let mut all_is_well = stream.write_all(&bytes).is_ok();
        while all_is_well {
            std::thread::sleep(Duration::from_millis(20));
            all_is_well = stream.write_all(b"x").is_ok();
        }
    }))
}

/// A new contact of this name.
pub fn contact(ada: &Client, name: &str) -> String {
    ada.post("/v1/contacts", json!({"name": name})).created()["id"].as_str().unwrap().to_owned()
}

/// Waits until the log of the first webhook says this of its deliveries, the oldest first: status and attempts.
pub fn until_logged(desk: &TestApp, ada: &Client, expected: &[(&str, i64)]) {
    let expected: Vec<Value> = expected.iter().map(|(status, attempts)| json!([status, attempts])).collect();
    let mut last = Value::Null;
    let begun = std::time::Instant::now();
    desk.until("the log", || {
        last = ada.get(&format!("{LOG}?sort=created_at&per_page=100")).ok();
        let rows = last.as_array().unwrap().iter();
        let same = rows.map(|row| json!([row["status"], row["attempts"]])).collect::<Vec<_>>() == expected;
        assert!(begun.elapsed() < Duration::from_secs(15), "{expected:?} was awaited, the log says {last:#}");
        same
    });
}

pub fn signed(received: &Received, secret: &str) -> String {
    let timestamp = received.header("webhook-timestamp").parse().unwrap();
    signature::sign(&signature::key_bytes(secret), received.id(), timestamp, &received.bytes)
}

#[test]
fn an_event_reaches_its_receiver_signed_and_whole() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    let made = hook(&ada, &receiver.url("/hook?team=7"), &["contact.created"]);
    let jane = ada.post("/v1/contacts", json!({"name": "Jane", "email": "jane@example.com"})).created();
    let received = receiver.wait_for(1).remove(0);
    assert_eq!(received.path, "/hook?team=7");
    assert_eq!(received.header("content-type"), "application/json");
    assert_eq!(received.header("user-agent"), concat!("CommFlow/", env!("CARGO_PKG_VERSION")));
    assert_eq!(received.id(), "event_001");
    assert_eq!(received.header("webhook-timestamp"), desk.now().unix().to_string());
    assert_eq!(received.header("webhook-signature"), signed(&received, made["secret"].as_str().unwrap()));
    assert_eq!(received.body["data"], jane);
    assert_eq!(received.body, ada.get("/v1/events").ok()[0], "the feed says the same");
    until_logged(&desk, &ada, &[("delivered", 1)]);
    let mut row = ada.get(LOG).ok()[0].clone();
    assert!(row["duration_ms"].take().as_i64().is_some_and(|duration| duration >= 0));
    assert_eq!(
        row,
        json!({"id": "delivery_001", "webhook_id": "webhook_001", "event_id": "event_001", "event_type": "contact.created",
            "status": "delivered", "attempts": 1, "next_attempt_at": null, "last_attempt_at": "2026-01-15T10:00:00Z",
            "status_code": 200, "duration_ms": null, "response_body": null, "error": null, "redelivery_of": null,
            "created_at": "2026-01-15T10:00:00Z"})
    );
    let health = ada.get(HOOK).ok()["health"].clone();
    assert_eq!(
        health,
        json!({"last_success_at": "2026-01-15T10:00:00Z", "last_failure_at": null, "consecutive_failures": 0})
    );
}

#[test]
fn a_webhook_gets_what_it_asks_for_and_nothing_from_before_it_was_made() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    ada.conversation(json!({}));
    hook(&ada, &receiver.url("/replies"), &["message.created.reply"]);
    hook(&ada, &receiver.url("/tickets"), &["ticket.*"]);
    hook(&ada, &receiver.url("/all"), &["*"]);
    hook(&ada, &receiver.url("/off"), &["*"]);
    ada.patch("/v1/webhooks/webhook_004", json!({"active": false})).ok();
    ada.message("conv_001", "note", "For us alone");
    ada.message("conv_001", "reply", "For the customer");
    ada.ticket(json!({}));
    let told = |path: &str| {
        let all = receiver.received().into_iter().filter(|one| one.path == path);
        let mut told: Vec<(i64, String)> =
            all.map(|one| (one.id()[6..].parse().unwrap(), one.body["type"].as_str().unwrap().to_owned())).collect();
        told.sort();
        told.into_iter().map(|(_, kind)| kind).collect::<Vec<_>>()
    };
    let tail = ["message.created", "message.created", "conversation.created", "message.created", "ticket.created"];
    desk.until("all events", || told("/all").len() == tail.len());
    desk.until("the ticket", || told("/tickets").len() == 1);
    assert_eq!(told("/all"), tail);
    assert_eq!(told("/tickets"), ["ticket.created"]);
    assert_eq!(told("/replies"), ["message.created"]);
    assert_eq!(receiver.received().iter().find(|one| one.path == "/replies").unwrap().body["data"]["type"], "reply");
    assert!(told("/off").is_empty());
}

#[test]
fn a_redirect_is_not_followed_and_counts_as_a_rejection() {
    let (desk, receiver, elsewhere) = (desk(), Receiver::new(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["*"]);
    let target = elsewhere.url("/secret");
    receiver.behave(move |_| {
        raw(format!("HTTP/1.1 307 There\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n").into_bytes())
    });
    contact(&ada, "Jane");
    until_logged(&desk, &ada, &[("waiting", 1)]);
    assert_eq!(ada.get(LOG).ok()[0]["status_code"], 307);
    assert!(elsewhere.received().is_empty());
}

#[test]
fn after_a_rotation_both_secrets_sign_for_a_day() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    let old = hook(&ada, &receiver.url("/"), &["*"])["secret"].as_str().unwrap().to_owned();
    let rotated = ada.post(&format!("{HOOK}/rotate_secret"), json!({})).ok();
    let new = rotated["secret"].as_str().unwrap();
    contact(&ada, "Jane");
    let first = receiver.wait_for(1).remove(0);
    assert_eq!(first.header("webhook-signature"), format!("{} {}", signed(&first, new), signed(&first, &old)));
    desk.advance(DAY);
    contact(&ada, "Max");
    let second = receiver.wait_for(2).remove(1);
    assert_eq!(second.header("webhook-signature"), signed(&second, new));
}

#[test]
fn a_test_is_sent_at_once_and_told() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    let made = hook(&ada, &receiver.url("/"), &["ticket.created"]);
    ada.patch(HOOK, json!({"active": false})).ok();
    receiver.behave(|_| raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\nthanks".to_vec()));
    let told = ada.post(&format!("{HOOK}/test"), json!({})).ok();
    assert_eq!((&told["delivered"], &told["status_code"]), (&json!(true), &json!(200)));
    assert_eq!((&told["response_body"], &told["error"]), (&json!("thanks"), &Value::Null));
    assert!(told["duration_ms"].is_i64());
    let received = receiver.wait_for(1).remove(0);
    assert_eq!(received.body["type"], "webhook.test");
    assert_eq!(received.body["id"], received.id());
    assert_eq!(received.body["data"]["id"], "webhook_001");
    assert_eq!(received.body["actor"]["id"], json!(ada.user));
    assert_eq!(received.header("webhook-signature"), signed(&received, made["secret"].as_str().unwrap()));
    assert!(!String::from_utf8(received.bytes).unwrap().contains("whsec_"), "the secret is no one's business");
    receiver.answer(500);
    let told = ada.post(&format!("{HOOK}/test"), json!({})).ok();
    assert_eq!((&told["delivered"], &told["status_code"]), (&json!(false), &json!(500)));
    ada.post("/v1/webhooks/webhook_999/test", json!({})).refused(404, "not_found");
    assert_eq!(ada.get(LOG).total(), 0, "a test is no delivery");
}

#[test]
fn a_repeated_test_is_not_sent_twice() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["*"]);
    let test = || ada.post_once("once", &format!("{HOOK}/test"), json!({})).expect(200);
    let (first, second) = (test(), test());
    assert_eq!(first.text, second.text);
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(receiver.received().len(), 1);
}

#[test]
fn a_settled_delivery_is_sent_again_when_asked_for() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["*"]);
    contact(&ada, "Jane");
    until_logged(&desk, &ada, &[("delivered", 1)]);
    let again = || ada.post(&format!("{LOG}/delivery_001/redeliver"), json!({}));
    let answer = again().expect(201);
    assert_eq!(answer.header("location"), format!("{LOG}/delivery_002"));
    assert_eq!(answer.body["data"]["redelivery_of"], "delivery_001");
    let received = receiver.wait_for(2);
    assert_eq!((received[0].id(), &received[0].bytes), (received[1].id(), &received[1].bytes));
    until_logged(&desk, &ada, &[("delivered", 1), ("delivered", 1)]);
    assert_eq!(ada.get(&format!("{LOG}/delivery_002")).ok()["event_id"], "event_001");
    assert_eq!(ada.get(&format!("{LOG}?event=event_001")).total(), 2);
    assert_eq!(ada.get(&format!("{LOG}?status=failed")).total(), 0);
    ada.post(&format!("{LOG}/delivery_999/redeliver"), json!({})).refused(404, "not_found");
    receiver.answer(500);
    contact(&ada, "Max");
    until_logged(&desk, &ada, &[("delivered", 1), ("delivered", 1), ("waiting", 1)]);
    ada.post(&format!("{LOG}/delivery_003/redeliver"), json!({})).refused(409, "conflict");
    ada.patch(HOOK, json!({"active": false})).ok();
    again().refused(409, "conflict");
}

#[test]
fn a_redelivery_of_what_is_no_longer_kept_is_refused() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["*"]);
    contact(&ada, "Jane");
    until_logged(&desk, &ada, &[("delivered", 1)]);
    let store = &desk.server().store;
    let gone = |tx: &commflow::store::tx::Tx| Ok(tx.execute("DELETE FROM events", [])?);
    store.write_blocking(commflow::store::tx::Actor::SYSTEM, gone).unwrap();
    ada.post(&format!("{LOG}/delivery_001/redeliver"), json!({})).refused(409, "conflict");
}

#[test]
fn of_an_answer_four_kibibytes_are_kept() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["*"]);
    receiver.behave(|_| {
        let mut answer = format!("HTTP/1.1 400 No\r\nContent-Length: {}\r\n\r\n", 50 << 20).into_bytes();
        answer.extend("é\0".repeat(100_000).bytes());
        dripping(answer)
    });
    contact(&ada, "Jane");
    until_logged(&desk, &ada, &[("waiting", 1)]);
    let kept = ada.get(LOG).ok()[0]["response_body"].as_str().unwrap().to_owned();
    assert!(kept.starts_with("é\u{fffd}é") && kept.chars().count() <= 4_096, "{} characters", kept.chars().count());
}

#[test]
fn an_erased_contact_is_not_in_what_waits_nor_in_what_was_answered() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["contact.*"]);
    receiver.behave(|received| {
        let echo = String::from_utf8_lossy(&received.bytes).into_owned();
        raw(format!("HTTP/1.1 500 No\r\nContent-Length: {}\r\n\r\n{echo}", echo.len()).into_bytes())
    });
    let id = contact(&ada, "Xanthippe");
    until_logged(&desk, &ada, &[("waiting", 1)]);
    assert!(ada.get(LOG).text.contains("Xanthippe"));
    ada.delete(&format!("/v1/contacts/{id}")).expect(204);
    assert!(!ada.get(LOG).text.contains("Xanthippe"));
    receiver.answer(200);
    desk.advance(6);
    let received = receiver.wait_for(3);
    let later = received[1..].iter().map(|one| String::from_utf8_lossy(&one.bytes).into_owned());
    for body in later {
        assert!(!body.contains("Xanthippe"), "{body}");
    }
}

#[test]
fn a_long_queue_goes_step_by_step_when_its_webhook_goes_off_or_away() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    receiver.answer(503);
    hook(&ada, &receiver.url("/"), &["ticket.created"]);
    let store = &desk.server().store;
    let fill = |tx: &commflow::store::tx::Tx| {
        Ok(tx.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3500)
             INSERT INTO deliveries (webhook_id, event_id, event_type, subject, state, next_attempt_at, created_at)
             SELECT 1, 1, 'contact.created', 'contact_001', 'waiting', ?1 + 86400, ?1 FROM n",
            [tx.now],
        )?)
    };
    store.write_blocking(commflow::store::tx::Actor::SYSTEM, fill).unwrap();
    ada.patch(HOOK, json!({"active": false})).ok();
    desk.until("the end of the queue", || ada.get(&format!("{LOG}?status=cancelled")).total() == 3_500);
    ada.delete(HOOK).expect(204);
    let left = |db: &rusqlite::Connection| -> commflow::types::Result<i64> {
        Ok(db.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0))?)
    };
    desk.until("nothing left", || store.read_blocking(left).unwrap() == 0);
}

#[test]
fn the_log_keeps_what_is_settled_for_thirty_days_and_ten_thousand_rows() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["*"]);
    let store = &desk.server().store;
    let fill = |tx: &commflow::store::tx::Tx| {
        Ok(tx.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)
             INSERT INTO deliveries (webhook_id, event_id, event_type, subject, state, attempts, created_at)
             SELECT 1, 1, 'contact.created', 'contact_001', 'delivered', 1, ?1 FROM n",
            [tx.now],
        )?)
    };
    store.write_blocking(commflow::store::tx::Actor::SYSTEM, fill).unwrap();
    for number in 0..260 {
        contact(&ada, &format!("Contact {number}"));
    }
    receiver.wait_for(260);
    desk.until("the trimming", || (10_000..10_260).contains(&ada.get(LOG).total()));
    desk.advance(31 * DAY);
    while store.write_blocking(commflow::store::tx::Actor::SYSTEM, commflow::desk::sweep::sweep).unwrap() {}
    assert_eq!(ada.get(LOG).total(), 0);
}
