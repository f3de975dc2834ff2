//! Slow, stubborn and broken clients: each is given up in time, and nobody else notices.

use crate::harness::Client;
use crate::harness::TestApp;
use crate::wire::Wire;
use serde_json::json;
use std::time::Duration;
use std::time::Instant;

/// A server that loses patience soon.
fn hasty() -> TestApp {
    TestApp::with(|settings| {
        settings.patience.head = Duration::from_millis(500);
        settings.patience.body = Duration::from_millis(500);
        settings.patience.reader = Duration::from_millis(500);
    })
}

fn head(caller: &Client<'_>, method: &str, path: &str) -> String {
    let key = caller.key.as_deref().unwrap();
    format!("{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n")
}

/// Sends a byte every now and then until the server has had enough; whether it ever has.
fn drip(wire: &mut Wire, bytes: &[u8]) -> bool {
    let begun = Instant::now();
    let mut bytes = bytes.iter().cycle();
    while begun.elapsed() < Duration::from_secs(15) {
        if wire.is_closed_after(Duration::from_millis(100)) || wire.try_send([*bytes.next().unwrap()]).is_err() {
            return true;
        }
    }
    false
}

#[test]
fn a_head_that_drips_is_given_up() {
    let desk = hasty();
    let agent = desk.agent("agent");
    let mut wire = Wire::to(&desk);
    wire.send("GET /v1/me HTTP/1.1\r\nx-long: ");
    assert!(drip(&mut wire, b"x"));
    agent.get("/v1/me").ok();
}

#[test]
fn a_connection_on_which_nothing_is_asked_is_given_up() {
    let desk = hasty();
    assert!(Wire::to(&desk).is_closed());
    let mut wire = Wire::to(&desk);
    assert!(wire.send("GET /v1/me HT").is_closed());
}

#[test]
fn a_second_request_may_come_in_pieces() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let request = head(&agent, "GET", "/v1/me") + "\r\n";
    let mut wire = Wire::to(&desk);
    for _ in 0..3 {
        let (first, rest) = request.split_at(20);
        wire.send(first);
        assert!(!wire.is_closed_after(Duration::from_millis(50)));
        wire.send(rest);
        assert_eq!(wire.response().unwrap().status, 200);
    }
}

#[test]
fn a_body_that_does_not_come_is_given_up() {
    let desk = hasty();
    let agent = desk.agent("agent");
    for beginning in [
        "content-length: 100\r\n\r\n",
        "content-length: 100\r\n\r\n{\"name\": ",
        "transfer-encoding: chunked\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n5\r\n{\"nam",
    ] {
        let mut wire = Wire::to(&desk);
        wire.send(head(&agent, "POST", "/v1/contacts") + beginning);
        let answer = wire.response().unwrap();
        assert_eq!(answer.refused(408), "request_timeout");
        assert!(wire.is_closed());
    }
    assert_eq!(agent.get("/v1/contacts").total(), 0);
}

#[test]
fn a_body_that_drips_is_given_up() {
    let desk = hasty();
    let agent = desk.agent("agent");
    let mut wire = Wire::to(&desk);
    wire.send(head(&agent, "POST", "/v1/contacts") + "content-length: 100000\r\n\r\n{");
    assert!(drip(&mut wire, b" "));
}

#[test]
fn a_body_without_end_is_not_read_on_after_its_answer() {
    let desk = hasty();
    let chunk = format!("2000\r\n{}\r\n", "x".repeat(0x2000));
    let stranger = "POST /v1/contacts HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    let agent = desk.agent("agent");
    let known = head(&agent, "POST", "/v1/contacts") + "transfer-encoding: chunked\r\n\r\n";
    let lost = head(&agent, "POST", "/v1/nonsense") + "transfer-encoding: chunked\r\n\r\n";
    for (request, status) in [(stranger, 401), (known, 413), (lost, 404)] {
        let mut wire = Wire::to(&desk);
        wire.send(request);
        for _ in 0..140 {
            wire.send(&chunk);
        }
        wire.response().unwrap().refused(status);
        assert!(drip(&mut wire, chunk.as_bytes()));
    }
}

#[test]
fn a_chunked_body_that_was_read_leaves_the_connection_open() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let mut wire = Wire::to(&desk);
    for (body, status) in [
        ("d\r\n{\"name\": \"x\"}\r\n0\r\n\r\n", 201),
        ("2\r\n{}\r\n0\r\n\r\n", 422),
        ("d\r\n{\"name\": \"y\"}\r\n0\r\n\r\n", 201),
    ] {
        wire.send(head(&agent, "POST", "/v1/contacts") + "transfer-encoding: chunked\r\n\r\n" + body);
        assert_eq!(wire.response().unwrap().status, status);
    }
}

#[test]
fn a_client_that_never_takes_its_answers_is_dropped() {
    let desk = hasty();
    let agent = desk.agent("agent");
    for number in 0..60 {
        agent
            .post(
                "/v1/contacts",
                json!({"name": "x".repeat(250), "company": "y".repeat(250), "phone": number.to_string()}),
            )
            .created();
    }
    let mut wire = Wire::to(&desk);
    let request = head(&agent, "GET", "/v1/contacts?per_page=100") + "\r\n";
    let begun = Instant::now();
    let mut sent = 0;
    // It asks and asks; at some point it is neither answered nor heard any more, and then the connection breaks.
    let broke = loop {
        match wire.try_send(&request) {
            Ok(()) => sent += 1,
            Err(kind) => break kind,
        }
    };
    assert!(
        matches!(
            broke,
            std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe | std::io::ErrorKind::TimedOut
        ),
        "{broke:?} after {sent} requests"
    );
    assert!(begun.elapsed() < Duration::from_secs(18), "only the client's own patience ended it");
    agent.get("/v1/me").ok();
}

#[test]
fn others_are_served_while_slow_ones_are_waited_for() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let mut slow: Vec<Wire> = (0..200).map(|_| Wire::to(&desk)).collect();
    for (number, wire) in slow.iter_mut().enumerate() {
        if number % 2 == 0 {
            wire.send("GET /v1/me HTTP/1.1\r\nhost:");
        } else {
            wire.send(head(&agent, "POST", "/v1/contacts") + "content-length: 14\r\n\r\n{\"name\": ");
        }
    }
    let begun = Instant::now();
    for number in 0..50 {
        agent.post("/v1/contacts", json!({"name": format!("fast {number}")})).created();
        agent.get("/v1/contacts").expect(200);
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    // Those who were only slow are served as well.
    for wire in slow.iter_mut().skip(1).step_by(2) {
        wire.send("\"ok\"}");
        assert_eq!(wire.response().unwrap().status, 201);
    }
    assert_eq!(agent.get("/v1/contacts").total(), 150);
}

#[test]
fn requests_that_come_all_at_once_are_answered_in_order() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let mut wire = Wire::to(&desk);
    let requests: String = (0..20)
        .map(|number| {
            let body = format!("{{\"name\": \"c{number}\"}}");
            head(&agent, "POST", "/v1/contacts") + &format!("content-length: {}\r\n\r\n{body}", body.len())
        })
        .collect();
    wire.send(requests);
    for number in 0..20 {
        let answer = wire.response().unwrap();
        assert!(answer.status == 201 && answer.body.contains(&format!("\"c{number}\"")), "{answer:?}");
    }
}

#[test]
fn garbage_behind_a_request_is_no_request() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let mut wire = Wire::to(&desk);
    wire.send(head(&agent, "GET", "/v1/me") + "\r\n\u{0}\u{1}garbage\r\n\r\nDELETE / nonsense\r\n\r\n");
    assert_eq!(wire.response().unwrap().status, 200);
    assert!(wire.response().is_none_or(|answer| answer.status == 400));
    assert!(wire.is_closed());
    // A body longer than announced is not read as part of it, nor is the rest obeyed.
    let mut wire = Wire::to(&desk);
    let body = "{\"name\": \"x\"}";
    wire.send(
        head(&agent, "POST", "/v1/contacts")
            + &format!("content-length: {}\r\n\r\n{body}trailing garbage\r\n\r\n", body.len()),
    );
    assert_eq!(wire.response().unwrap().status, 201);
    assert!(wire.is_closed());
    assert_eq!(agent.get("/v1/contacts").total(), 1);
}

#[test]
fn a_huge_head_is_refused() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let long = head(&agent, "GET", "/v1/me") + &format!("x-long: {}\r\n\r\n", "x".repeat(1 << 20));
    let many: String = (0..5_000).map(|number| format!("x-{number}: 1\r\n")).collect();
    let many = head(&agent, "GET", "/v1/me") + &many + "\r\n";
    let path = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(1 << 20));
    for request in [long, many, path] {
        let mut wire = Wire::to(&desk);
        let answer = wire.send(request).response();
        assert!(answer.as_ref().is_none_or(|answer| (400..500).contains(&answer.status)), "{answer:?}");
        assert!(wire.is_closed());
    }
    agent.get("/v1/me").ok();
}

#[test]
fn chunks_are_put_together_and_bad_framing_is_refused() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let send = |framing: &str| {
        let mut wire = Wire::to(&desk);
        wire.send(head(&agent, "POST", "/v1/contacts") + framing).shut();
        wire.response()
    };
    let chunked = "transfer-encoding: chunked\r\n\r\n";
    for whole in [
        "d\r\n{\"name\": \"x\"}\r\n0\r\n\r\n",
        "5\r\n{\"nam\r\n8\r\ne\": \"x\"}\r\n0\r\n\r\n",
        "00d;note=1\r\n{\"name\": \"x\"}\r\n0\r\n\r\n",
    ] {
        let answer = send(&format!("{chunked}{whole}")).unwrap();
        assert_eq!(answer.status, 201, "{whole}: {}", answer.body);
    }
    for broken in [
        "nonsense\r\n{\"name\": \"x\"}\r\n0\r\n\r\n",
        "-1\r\n{\"name\": \"x\"}\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n{\"name\": \"x\"}\r\n0\r\n\r\n",
        "ffffffffffffffff\r\n{\"name\": \"x\"}",
        "5\r\n{\"name\": \"x\"}\r\n0\r\n\r\n",
        "d\r\n{\"name\": \"x\"}",
        "d\r\n{\"name\": \"x\"}\r\n",
        "ff\r\n{\"name\": \"x\"}\r\n0\r\n\r\n",
    ] {
        let answer = send(&format!("{chunked}{broken}"));
        assert!(answer.as_ref().is_none_or(|answer| (400..500).contains(&answer.status)), "{broken:?}: {answer:?}");
    }
    // Two lengths, or a length and chunks: whoever stands in front might read it differently.
    for smuggled in [
        "content-length: 13\r\ncontent-length: 14\r\n\r\n{\"name\": \"x\"}",
        "content-length: 4\r\ntransfer-encoding: chunked\r\n\r\nd\r\n{\"name\": \"x\"}\r\n0\r\n\r\n",
        "transfer-encoding: chunked, identity\r\n\r\nd\r\n{\"name\": \"x\"}\r\n0\r\n\r\n",
        "transfer-encoding: nonsense\r\n\r\nd\r\n{\"name\": \"x\"}\r\n0\r\n\r\n",
        "content-length: +13\r\n\r\n{\"name\": \"x\"}",
        "content-length: 0x0d\r\n\r\n{\"name\": \"x\"}",
    ] {
        let answer = send(smuggled);
        assert!(answer.as_ref().is_none_or(|answer| (400..500).contains(&answer.status)), "{smuggled:?}: {answer:?}");
    }
    assert_eq!(agent.get("/v1/contacts").total(), 3);
}

#[test]
fn a_body_that_breaks_off_has_no_effect() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let mut wire = Wire::to(&desk);
    wire.send(head(&agent, "POST", "/v1/contacts") + "content-length: 100\r\n\r\n{\"name\": \"x\"}").shut();
    let answer = wire.response();
    assert!(answer.as_ref().is_none_or(|answer| answer.status == 400), "{answer:?}");
    for _ in 0..20 {
        Wire::to(&desk).send(head(&agent, "POST", "/v1/contacts") + "content-length: 100\r\n\r\n{");
    }
    assert_eq!(agent.get("/v1/contacts").total(), 0);
}

#[test]
fn who_asks_whether_to_go_on_is_told_to() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let mut wire = Wire::to(&desk);
    wire.send(head(&agent, "POST", "/v1/contacts") + "expect: 100-continue\r\ncontent-length: 13\r\n\r\n");
    assert_eq!(wire.response().unwrap().status, 100);
    wire.send("{\"name\": \"x\"}");
    assert_eq!(wire.response().unwrap().status, 201);
}
