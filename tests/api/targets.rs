//! Where webhooks may go: nothing is connected to that the rule does not allow, however it is spelled, and whatever a name
//! stands for at the moment of the connection.

use crate::harness::TestApp;
use crate::receiver::Receiver;
use commflow::delivery::courier::Courier;
use commflow::delivery::courier::Letter;
use commflow::delivery::names::Lookup;
use commflow::delivery::names::system;
use commflow::delivery::verdict::Receipt;
use commflow::desk::webhooks::TargetRule;
use commflow::types::time::Time;
use serde_json::json;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Spellings of addresses inside, without scheme and port.
fn inside() -> Vec<String> {
    let lines = include_str!("targets.txt").lines().filter(|line| !line.starts_with('#'));
    let mut all: Vec<String> = lines.map(str::to_owned).collect();
    all.extend(["127.0.0.1", "10.0.0.1", "[::1]", "169.254.169.254"].map(|host| format!("user@{host}")));
    all.extend(["127.0.0.1", "10.0.0.1"].map(|host| format!("example.com@{host}")));
    all.extend(["127.0.0.1:80", "10.0.0.1:443", "[::1]:8080", "127.0.0.1:0"].map(str::to_owned));
    all
}

#[test]
fn an_address_inside_is_refused_in_every_spelling() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let all = inside();
    assert!(all.len() >= 120, "{} spellings", all.len());
    for (host, scheme) in all.iter().flat_map(|host| [(host, "http"), (host, "https"), (host, "HTTP")]) {
        let url = format!("{scheme}://{host}/hook");
        let answer = ada.post("/v1/webhooks", json!({"url": url, "events": ["*"]}));
        assert_eq!(answer.status, 422, "{url} was answered {}", answer.text);
    }
    for url in ["file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "http://", "//example.com", ""] {
        ada.post("/v1/webhooks", json!({"url": url, "events": ["*"]})).expect(422);
    }
}

#[test]
fn what_was_saved_under_a_wider_rule_is_refused_when_it_is_used() {
    let mut desk = TestApp::with(|settings| settings.webhook_targets = TargetRule::Any);
    let receiver = Receiver::new();
    let key = desk.admin().key.unwrap();
    desk.with_key(&key).post("/v1/webhooks", json!({"url": receiver.url("/"), "events": ["*"]})).created();
    desk.with_key(&key).post("/v1/webhooks/webhook_001/test", json!({})).ok();
    assert_eq!(receiver.received().len(), 1);
    desk.settings(|settings| settings.webhook_targets = TargetRule::Public);
    desk.restart();
    let told = desk.with_key(&key).post("/v1/webhooks/webhook_001/test", json!({})).ok();
    assert_eq!(told["delivered"], false);
    assert!(told["error"].as_str().unwrap().contains("private network"), "{told}");
    assert_eq!(receiver.received().len(), 1, "nothing was connected to");
}

/// A courier whose names are found so, and what it brings back from this URL.
pub fn brought(rule: TargetRule, lookup: Lookup, url: &str) -> Receipt {
    let (courier, thread) = Courier::start(rule, lookup, Duration::from_secs(2)).unwrap();
    let letter = Letter {
        url: url.parse().unwrap(),
        id: "event_001".to_owned(),
        at: Time::from_unix(1_768_471_200),
        keys: vec![b"secret".to_vec()],
        body: b"{}".as_slice().into(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let receipt = runtime.block_on(courier.deliver(letter)).unwrap();
    thread.stop();
    receipt
}

/// A lookup that gives these answers in turn, the last one for ever.
fn answers(answers: &'static [&'static [&'static str]]) -> Lookup {
    let asked = AtomicUsize::new(0);
    Arc::new(move |_| {
        let turn = asked.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        Ok(answers[turn].iter().map(|text| text.parse::<IpAddr>().unwrap()).collect())
    })
}

#[test]
fn a_name_is_held_to_the_address_that_it_stands_for_at_the_connection() {
    let receiver = Receiver::new();
    let url = format!("http://rebinding.example.com:{}/", receiver.address.port());
    // It was public when somebody looked; each connection looks again.
    let inside: [&'static [&'static [&'static str]]; 5] = [
        &[&["127.0.0.1"]],
        &[&["93.184.216.34", "127.0.0.1"]],
        &[&["127.0.0.1", "93.184.216.34"]],
        &[&["::ffff:127.0.0.1"]],
        &[&["::1"]],
    ];
    for addresses in inside {
        let receipt = brought(TargetRule::Public, answers(addresses), &url);
        assert_eq!(receipt.status, None);
        assert!(receipt.error.as_ref().is_some_and(|error| error.contains("may not go to")), "{receipt:?}");
    }
    let private = brought(TargetRule::Loopback, answers(&[&["10.0.0.1"]]), &url);
    assert!(private.error.is_some_and(|error| error.contains("10.0.0.1")));
    assert!(receiver.received().is_empty());
    // Where this machine is allowed, the name leads there.
    assert_eq!(brought(TargetRule::Loopback, answers(&[&["127.0.0.1"]]), &url).status, Some(200));
    assert_eq!(receiver.received().len(), 1);
    assert_eq!(receiver.received()[0].header("host"), format!("rebinding.example.com:{}", receiver.address.port()));
}

#[test]
fn a_name_that_is_not_found_is_no_way_in() {
    let receiver = Receiver::new();
    let url = format!("http://nowhere.example.com:{}/", receiver.address.port());
    let failing: Lookup = Arc::new(|_| Err(std::io::Error::other("no such name")));
    let receipt = brought(TargetRule::Any, failing, &url);
    assert!(receipt.error.is_some_and(|error| error.contains("no such name")));
    let receipt = brought(TargetRule::Any, answers(&[&[]]), &url);
    assert!(receipt.error.is_some_and(|error| error.contains("no address")));
    // The system's own lookup, of a name that every machine has.
    let url = format!("http://localhost:{}/", receiver.address.port());
    assert_eq!(brought(TargetRule::Loopback, system(), &url).status, Some(200));
    assert!(brought(TargetRule::Public, system(), &url).error.is_some());
    assert_eq!(receiver.received().len(), 1);
}

#[test]
fn no_proxy_of_the_environment_is_asked() {
    // The proxy's variables are read when a client is made; the test's own process may not be changed for it.
    let receiver = Receiver::new();
    let proxy = Receiver::new();
    let told = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "targets::a_letter_is_brought_to_where_it_is_addressed", "--nocapture"])
        .env("HTTP_PROXY", proxy.url("/"))
        .env("http_proxy", proxy.url("/"))
        .env("ALL_PROXY", proxy.url("/"))
        .env("RECEIVER", receiver.url("/"))
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
    assert_eq!((receiver.received().len(), proxy.received().len()), (1, 0));
}

#[test]
fn a_letter_is_brought_to_where_it_is_addressed() {
    let own = Receiver::new();
    let url = std::env::var("RECEIVER").unwrap_or_else(|_| own.url("/"));
    assert_eq!(brought(TargetRule::Loopback, system(), &url).status, Some(200));
}
