//! Receivers that fail: what is tried again when, what is held, and what passes.

use crate::deliveries::HOOK;
use crate::deliveries::LOG;
use crate::deliveries::contact;
use crate::deliveries::desk;
use crate::deliveries::dripping;
use crate::deliveries::hook;
use crate::deliveries::raw;
use crate::deliveries::signed;
use crate::deliveries::until_logged;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use crate::receiver::Received;
use crate::receiver::Receiver;
use crate::receiver::Reply;
use commflow::desk::webhooks::TargetRule;
use serde_json::Value;
use serde_json::json;
use std::io::Read;
use std::net::TcpListener;
use std::time::Duration;

/// For each object, the ids of its events as they first arrived must grow.
fn assert_in_order(received: &[Received]) {
    let mut last: std::collections::HashMap<&str, i64> = std::collections::HashMap::new();
    for one in received {
        let number: i64 = one.id()["event_".len()..].parse().unwrap();
        let before = last.insert(one.object(), number).unwrap_or(0);
        assert!(before <= number, "event {number} of {} came after {before}", one.object());
    }
}

/// No answer, until the other side goes away.
fn silent() -> Reply {
    Reply::By(Box::new(|stream| drop(stream.read(&mut [0]))))
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
