//! Deliveries: what happens reaches the receivers of webhooks, whatever they do.

use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use crate::receiver::Received;
use crate::receiver::Receiver;
use crate::receiver::Reply;
use commflow::desk::webhooks::TargetRule;
use commflow::types::signature;
use serde_json::Value;
use serde_json::json;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

const HOOK: &str = "/v1/webhooks/webhook_001";
const LOG: &str = "/v1/webhooks/webhook_001/deliveries";

/// A desk whose webhooks may go to this machine.
fn desk() -> TestApp {
    TestApp::with(|settings| settings.webhook_targets = TargetRule::Loopback)
}

fn hook(ada: &Client, url: &str, events: &[&str]) -> Value {
    ada.post("/v1/webhooks", json!({"url": url, "events": events})).created()
}

/// An answer of exactly these bytes.
fn raw(bytes: Vec<u8>) -> Reply {
    Reply::By(Box::new(move |stream| drop(stream.write_all(&bytes))))
}

/// An answer of these bytes, and then one more now and then, without end.
fn dripping(bytes: Vec<u8>) -> Reply {
    Reply::By(Box::new(move |stream| {
        let mut all_is_well = stream.write_all(&bytes).is_ok();
        while all_is_well {
            std::thread::sleep(Duration::from_millis(20));
            all_is_well = stream.write_all(b"x").is_ok();
        }
    }))
}

/// No answer, until the other side goes away.
fn silent() -> Reply {
    Reply::By(Box::new(|stream| drop(stream.read(&mut [0]))))
}

/// A new contact of this name.
fn contact(ada: &Client, name: &str) -> String {
    ada.post("/v1/contacts", json!({"name": name})).created()["id"].as_str().unwrap().to_owned()
}

/// Waits until the log of the first webhook says this of its deliveries, the oldest first: status and attempts.
fn until_logged(desk: &TestApp, ada: &Client, expected: &[(&str, i64)]) {
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

fn signed(received: &Received, secret: &str) -> String {
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
fn a_failed_delivery_is_sent_again_under_the_same_id_and_signed_anew() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    let secret = hook(&ada, &receiver.url("/"), &["*"])["secret"].clone();
    receiver.answer(500);
    contact(&ada, "Jane");
    until_logged(&desk, &ada, &[("waiting", 1)]);
    let row = ada.get(LOG).ok()[0].clone();
    let next = row["next_attempt_at"].as_str().unwrap();
    assert!(("2026-01-15T10:00:05Z"..="2026-01-15T10:00:06Z").contains(&next), "{next}");
    assert_eq!(row["status_code"], 500);
    desk.advance(4);
    receiver.answer(204);
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(receiver.received().len(), 1, "it was sent too early");
    desk.advance(2);
    let received = receiver.wait_for(2);
    assert_eq!(received[0].id(), received[1].id());
    assert_eq!(received[0].bytes, received[1].bytes);
    assert_ne!(received[0].header("webhook-timestamp"), received[1].header("webhook-timestamp"));
    assert_eq!(received[1].header("webhook-signature"), signed(&received[1], secret.as_str().unwrap()));
    until_logged(&desk, &ada, &[("delivered", 2)]);
}

#[test]
fn what_a_healthy_receiver_rejects_retries_alone() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["contact.*"]);
    let id = contact(&ada, "Jane");
    receiver.wait_for(1);
    receiver.behave(|received| Reply::Status(if received.body["data"]["name"] == "Poison" { 422 } else { 200 }));
    ada.patch(&format!("/v1/contacts/{id}"), json!({"name": "Poison"})).ok();
    receiver.wait_for(2);
    ada.patch(&format!("/v1/contacts/{id}"), json!({"name": "Jane again"})).ok();
    contact(&ada, "Max");
    // Even its own object's next event passes: `id` grows, so a receiver can drop what is stale.
    until_logged(&desk, &ada, &[("delivered", 1), ("waiting", 1), ("delivered", 1), ("delivered", 1)]);
    desk.advance(6);
    until_logged(&desk, &ada, &[("delivered", 1), ("waiting", 2), ("delivered", 1), ("delivered", 1)]);
    receiver.answer(200);
    desk.advance(6 * MINUTE);
    until_logged(&desk, &ada, &[("delivered", 1), ("delivered", 3), ("delivered", 1), ("delivered", 1)]);
}

#[test]
fn an_event_that_breaks_its_receiver_holds_up_no_other() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["contact.*"]);
    receiver.behave(|received| Reply::Status(if received.body["data"]["name"] == "Poison" { 500 } else { 200 }));
    contact(&ada, "Poison");
    until_logged(&desk, &ada, &[("waiting", 1)]);
    let others = ["Jane", "Max", "Ida"].map(|name| contact(&ada, name));
    until_logged(&desk, &ada, &[("waiting", 1), ("delivered", 1), ("delivered", 1), ("delivered", 1)]);
    // Its own next try is as little trouble.
    desk.advance(6);
    until_logged(&desk, &ada, &[("waiting", 2), ("delivered", 1), ("delivered", 1), ("delivered", 1)]);
    ada.patch(&format!("/v1/contacts/{}", others[0]), json!({"name": "Jane M."})).ok();
    until_logged(
        &desk,
        &ada,
        &[("waiting", 2), ("delivered", 1), ("delivered", 1), ("delivered", 1), ("delivered", 1)],
    );
}

/// For each object, the ids of its events as they first arrived must grow.
fn assert_in_order(received: &[Received]) {
    let mut last: std::collections::HashMap<&str, i64> = std::collections::HashMap::new();
    for one in received {
        let number: i64 = one.id()["event_".len()..].parse().unwrap();
        let before = last.insert(one.object(), number).unwrap_or(0);
        assert!(before <= number, "event {number} of {} came after {before}", one.object());
    }
}

#[test]
fn a_receiver_that_is_down_gets_everything_in_order_once_it_is_back() {
    let desk = desk();
    let ada = desk.admin();
    // Nobody listens there yet.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    hook(&ada, &format!("http://{address}/"), &["contact.*"]);
    let ids: Vec<String> = ["Jane", "Max", "Ida"].map(|name| contact(&ada, name)).into();
    for round in 0..4 {
        for id in &ids {
            ada.patch(&format!("/v1/contacts/{id}"), json!({"company": format!("Acme {round}")})).ok();
        }
    }
    desk.until("a failure", || ada.get(HOOK).ok()["health"]["consecutive_failures"].as_i64() >= Some(2));
    let row = ada.get(&format!("{LOG}?sort=created_at")).ok()[0].clone();
    assert!(row["error"].as_str().is_some_and(|error| error.contains("refused")), "{row}");
    let down_for = 2 * MINUTE;
    for _ in 0..down_for / 10 {
        desk.advance(10);
        std::thread::sleep(Duration::from_millis(10));
    }
    let receiver = Receiver::on(TcpListener::bind(address).unwrap());
    // Within a minute and a little, whatever the schedule of each delivery would be by now.
    desk.advance(72);
    let received = receiver.wait_for(15);
    assert_in_order(&received);
    desk.until("the log", || ada.get(&format!("{LOG}?status=delivered")).total() == 15);
    assert_eq!(receiver.received().len(), 15, "nothing came twice");
    assert_eq!(ada.get(HOOK).ok()["health"]["consecutive_failures"], 0);
}

#[test]
fn a_receiver_that_has_moved_is_asked_at_once() {
    let (desk, old, new) = (desk(), Receiver::new(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &old.url("/"), &["*"]);
    old.answer(502);
    for name in ["Jane", "Max", "Ida"] {
        contact(&ada, name);
    }
    desk.until("two failures", || ada.get(HOOK).ok()["health"]["consecutive_failures"].as_i64() >= Some(2));
    ada.patch(HOOK, json!({"url": new.url("/")})).ok();
    new.wait_for(3);
    desk.until("the log", || ada.get(&format!("{LOG}?status=delivered")).total() == 3);
}

#[test]
fn a_receiver_that_asks_for_a_pause_gets_it() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["*"]);
    receiver.behave(|_| raw(b"HTTP/1.1 429 Slow\r\nRetry-After: 60\r\nContent-Length: 4\r\n\r\nslow".to_vec()));
    contact(&ada, "Jane");
    until_logged(&desk, &ada, &[("waiting", 1)]);
    assert_eq!(ada.get(LOG).ok()[0]["response_body"], "slow");
    receiver.answer(200);
    contact(&ada, "Max");
    desk.advance(50);
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(receiver.received().len(), 1, "it was not left alone");
    desk.advance(25);
    receiver.wait_for(3);
    until_logged(&desk, &ada, &[("delivered", 2), ("delivered", 1)]);
}

#[test]
fn a_receiver_that_is_gone_is_sent_nothing_more() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["*"]);
    receiver.answer(503);
    contact(&ada, "Jane");
    until_logged(&desk, &ada, &[("waiting", 1)]);
    receiver.answer(410);
    contact(&ada, "Max");
    until_logged(&desk, &ada, &[("cancelled", 1), ("failed", 1)]);
    let off = ada.get(HOOK).ok();
    assert_eq!(off["active"], false);
    assert!(off["disabled_reason"].as_str().is_some_and(|reason| reason.contains("410")), "{off}");
    contact(&ada, "Ida");
    receiver.answer(200);
    // Turned on again, it gets what happens from then on.
    let on = ada.patch(HOOK, json!({"active": true})).ok();
    assert_eq!(on["disabled_reason"], Value::Null);
    contact(&ada, "Eve");
    until_logged(&desk, &ada, &[("cancelled", 1), ("failed", 1), ("delivered", 1)]);
    assert_eq!(receiver.received().last().unwrap().body["data"]["name"], "Eve");
}

#[test]
fn a_webhook_at_which_nothing_arrives_for_five_days_goes_off() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["*"]);
    receiver.answer(500);
    contact(&ada, "Jane");
    let is_on = || ada.get(HOOK).ok()["active"] == true;
    let failures = || ada.get(HOOK).ok()["health"]["consecutive_failures"].as_i64().unwrap();
    let mut hours = 0;
    while is_on() && hours < 200 {
        let (before, attempts) = (failures(), receiver.received().len());
        if ada.get(&format!("{LOG}?status=waiting")).total() == 0 {
            contact(&ada, "Another");
        }
        desk.advance(HOUR);
        hours += 1;
        std::thread::sleep(Duration::from_millis(20));
        desk.until("the note", || failures() >= before + (receiver.received().len() - attempts) as i64);
    }
    assert!((120..=160).contains(&hours), "it went off after {hours} hours");
    let off = ada.get(HOOK).ok();
    assert_eq!(off["disabled_reason"], "Nothing has arrived for 5 days.");
}

#[test]
fn a_delivery_runs_out_of_tries_and_its_webhook_stays_on() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    hook(&ada, &receiver.url("/"), &["*"]);
    receiver.behave(|received| Reply::Status(if received.body["data"]["name"] == "Poison" { 400 } else { 200 }));
    contact(&ada, "Poison");
    let pauses = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    for (tries, pause) in (1..).zip(pauses) {
        until_logged(&desk, &ada, &[("waiting", tries)]);
        desk.advance(pause - 1);
        std::thread::sleep(Duration::from_millis(10));
        assert_eq!(receiver.received().len(), usize::try_from(tries).unwrap(), "too early after {tries}");
        desk.advance(pause / 5 + 2);
    }
    until_logged(&desk, &ada, &[("failed", 10)]);
    contact(&ada, "Jane");
    until_logged(&desk, &ada, &[("failed", 10), ("delivered", 1)]);
    assert_eq!(ada.get(HOOK).ok()["active"], true);
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
fn receivers_that_never_end_are_ended() {
    let desk = TestApp::with(|settings| {
        settings.webhook_targets = TargetRule::Loopback;
        settings.patience.receiver = Duration::from_millis(300);
    });
    let ada = desk.admin();
    let receiver = Receiver::new();
    hook(&ada, &receiver.url("/"), &["*"]);
    let drip = |bytes: &[u8]| {
        let bytes = bytes.to_vec();
        receiver.behave(move |_| dripping(bytes.clone()));
        let told = ada.post(&format!("{HOOK}/test"), json!({})).ok();
        assert!(told["duration_ms"].as_i64().is_some_and(|duration| duration < 5_000), "{told}");
        told
    };
    // A head that never ends, one of endless fields, and one that is no HTTP.
    assert_eq!(drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")["delivered"], false);
    assert_eq!(drip(format!("HTTP/1.1 200 OK\r\n{}", "X-Many: 1\r\n".repeat(10_000)).as_bytes())["delivered"], false);
    assert_eq!(drip(b"SSH-2.0-OpenSSH_9.9\r\n")["delivered"], false);
    // The status is what counts: a body that never ends takes nothing back.
    let told = drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nffffff\r\n");
    assert_eq!(told["delivered"], true);
    assert!(told["response_body"].as_str().unwrap().starts_with("hello"));
    receiver.behave(|_| silent());
    let told = ada.post(&format!("{HOOK}/test"), json!({})).ok();
    assert_eq!((&told["delivered"], &told["status_code"]), (&json!(false), &Value::Null));
    assert_eq!(told["error"], "no answer within 0.3 seconds");
}

#[test]
fn what_waits_outlasts_a_restart() {
    let (mut desk, receiver) = (desk(), Receiver::new());
    let key = desk.admin().key.unwrap();
    receiver.answer(500);
    {
        let ada = desk.with_key(&key);
        hook(&ada, &receiver.url("/"), &["*"]);
        contact(&ada, "Jane");
        contact(&ada, "Max");
        desk.until("two failures", || ada.get(&format!("{LOG}?status=waiting")).ok()[0]["attempts"] == 1);
    }
    let before = receiver.received().len();
    receiver.answer(200);
    desk.restart();
    // A receiver at which nothing arrived is asked at the start, and once it answers, nothing has to wait.
    desk.advance(6);
    let received = receiver.wait_for(before + 2);
    let mut ids: Vec<&str> = received[before..].iter().map(Received::id).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["event_001", "event_002"]);
    desk.until("the log", || desk.with_key(&key).get(&format!("{LOG}?status=delivered")).total() == 2);
    desk.restart();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(receiver.received().len(), before + 2, "what arrived is not sent again");
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
fn half_of_a_hundred_receivers_never_answer_and_nobody_waits_for_them() {
    let (desk, receiver) = (desk(), Receiver::new());
    let ada = desk.admin();
    receiver.behave(|received| match received.path.starts_with("/hang") {
        true => silent(),
        false => Reply::Status(200),
    });
    for number in 0..50 {
        hook(&ada, &receiver.url(&format!("/hang/{number}")), &["*"]);
        hook(&ada, &receiver.url(&format!("/ok/{number}")), &["*"]);
    }
    for number in 0..20 {
        contact(&ada, &format!("Contact {number}"));
    }
    let arrived = || receiver.received().iter().filter(|one| one.path.starts_with("/ok")).count();
    desk.until("1,000 deliveries", || arrived() == 1_000);
    let hanging = receiver.received().iter().filter(|one| one.path.starts_with("/hang")).count();
    assert_eq!(hanging, 50, "one request each, until it is answered");
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
