//! kill -9 while webhooks are delivered, and their receiver is down: every event arrives at least once, under its own id, and
//! the log says so.

use crate::harness::Desk;
use crate::harness::Served;
use crate::receiver::Receiver;
use crate::receiver::Reply;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

const CONTACTS: usize = 60;
/// Changes of each contact, in each of the three stretches between kills.
const CHANGES: usize = 4;

fn serve(desk: &Desk) -> Served {
    desk.serve(&["--rate-limit", "1000000"])
}

/// kill -9, and a new start.
fn restarted(served: Served, desk: &Desk) -> Served {
    drop(served);
    serve(desk)
}

fn change(served: &Served, key: &str, round: usize) {
    let mut ada = served.client(key);
    for change in 0..CHANGES {
        for number in 1..=CONTACTS {
            let patch = json!({"company": format!("Acme {round}.{change}")});
            ada.send("PATCH", &format!("/v1/contacts/contact_{number:03}"), &[], Some(&patch)).data(200);
        }
    }
}

/// All pages of a list, oldest first.
fn all(served: &Served, key: &str, path: &str) -> Vec<Value> {
    let mut client = served.client(key);
    let (mut rows, mut page) = (Vec::new(), 1);
    loop {
        let answer = client.get(&format!("{path}per_page=100&page={page}"));
        let found = answer.data(200).as_array().unwrap().clone();
        if found.is_empty() {
            return rows;
        }
        rows.extend(found);
        page += 1;
    }
}

#[test]
fn every_event_arrives_at_least_once_through_an_outage_and_kills() {
    let (desk, receiver) = (Desk::new(), Receiver::new());
    let key = desk.admin_key();
    let mut served = serve(&desk);
    let mut ada = served.client(&key);
    ada.post("/v1/webhooks", &json!({"url": receiver.url("/"), "events": ["contact.*"]})).data(201);
    for number in 1..=CONTACTS {
        ada.post("/v1/contacts", &json!({"name": format!("Contact {number}")})).data(201);
    }
    // Killed while all is well, while the receiver is down, and while it catches up.
    change(&served, &key, 1);
    served = restarted(served, &desk);
    receiver.wait_for(CONTACTS * CHANGES);
    receiver.behave(|_| Reply::By(Box::new(|_| {})));
    change(&served, &key, 2);
    served = restarted(served, &desk);
    change(&served, &key, 3);
    let before = receiver.received().len();
    receiver.answer(204);
    served = restarted(served, &desk);
    receiver.wait_for(before + CONTACTS);
    served = restarted(served, &desk);
    let taken = |receiver: &Receiver| {
        let all = receiver.received().into_iter();
        all.map(|one| one.id().to_owned()).collect::<BTreeSet<_>>()
    };
    let expected: BTreeMap<String, Value> = all(&served, &key, "/v1/events?types=contact.created,contact.updated&")
        .into_iter()
        .map(|event| (event["id"].as_str().unwrap().to_owned(), event))
        .collect();
    assert_eq!(expected.len(), CONTACTS + 3 * CONTACTS * CHANGES);
    let begun = Instant::now();
    let log = || all(&served, &key, "/v1/webhooks/webhook_001/deliveries?sort=created_at&");
    while log().iter().any(|row| row["status"] != "delivered") {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not catch up");
        std::thread::sleep(Duration::from_millis(100));
    }
    let ids = expected.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(taken(&receiver), ids);
    let events: Vec<Value> = log().into_iter().map(|row| row["event_id"].clone()).collect();
    assert_eq!(events.len(), ids.len(), "one delivery for each event");
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for one in receiver.received() {
        // What was under way at a kill may come once more, but nothing comes before what happened before it.
        let number = one.id()["event_".len()..].parse().unwrap();
        let before = last.insert(one.object().to_owned(), number).unwrap_or(0);
        assert!(before <= number, "event {number} of {} came after {before}", one.object());
        assert_eq!(one.body, expected[one.id()], "what arrived is what happened");
    }
    let (came, wanted) = (receiver.received().len(), ids.len());
    eprintln!("{wanted} events, {} of them more than once", came - wanted);
    served.stop();
    desk.assert_whole();
}
