//! Demo data comes beside what there is, and goes again with nothing else.

use crate::contacts::files_with;
use crate::harness::Client;
use crate::harness::TestApp;
use crate::harness::id;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

const LISTS: [&str; 7] = ["conversations", "tickets", "contacts", "users", "teams", "inboxes", "tags"];

/// How many there are of each sort.
fn counts(ada: &Client) -> BTreeMap<&'static str, i64> {
    LISTS.iter().map(|list| (*list, ada.get(&format!("/v1/{list}")).total())).collect()
}

/// The first of a list that is the demo's: with this in it.
fn first(ada: &Client, path: &str) -> Value {
    ada.get(path).expect(200).body["data"][0].clone()
}

#[test]
fn what_is_added_can_be_removed_and_what_others_made_stays() {
    let desk = TestApp::new();
    let (ada, max) = (desk.admin(), desk.agent("Max"));
    // One has the name that a tag of the demo has, too.
    max.ticket(json!({"subject": "My own matter", "tags": ["billing"], "contact": {"email": "own@customer.example"}}));
    assert_eq!(ada.get("/v1/demo").ok(), json!({"present": false}));
    ada.delete("/v1/demo").refused(409, "conflict");
    let before = counts(&ada);
    let added = ada.post_once("k-1", "/v1/demo", json!({})).expect(201);
    assert_eq!((added.header("location").as_str(), &added.body["data"]), ("/v1/demo", &json!({"present": true})));
    assert_eq!(ada.post_once("k-1", "/v1/demo", json!({})).expect(201).header("idempotent-replayed"), "true");
    ada.post("/v1/demo", json!({})).refused(409, "conflict");
    let with = counts(&ada);
    assert_eq!((with["conversations"], with["contacts"], with["users"]), (1_201, 401, 14));
    assert_eq!(ada.get("/v1/users?status=active").total(), 2, "nobody of the demo is active");
    assert_eq!(desk.store_faults(), Vec::<String>::new());

    // People go on working, in its threads and with its contacts.
    let theirs = first(&ada, "/v1/conversations?assignee=none&status=open&sort=created_at");
    ada.message(id(&theirs), "reply", "Written into a thread of the demo: wordmarker.");
    let file = ada.upload("marker.txt", "text/plain", b"bytesmarker");
    let path = format!("/v1/conversations/{}/messages", id(&theirs));
    ada.post(&path, json!({"body": "And a file.", "type": "note", "attachment_ids": [file["id"]]})).created();
    let contact = theirs["contact"]["id"].as_str().unwrap();
    let kept = max.ticket(json!({"subject": "Kept", "contact": {"id": contact}, "tags": ["refund"]}));
    let theirs = id(&theirs).to_owned();
    let colleague = ada.get("/v1/users?status=inactive").ids()[0].clone();
    ada.patch(&format!("/v1/users/{colleague}"), json!({"status": "active"})).ok();
    ada.patch("/v1/tickets/ticket_001", json!({"assignee_id": colleague})).ok();
    ada.patch(&format!("/v1/users/{colleague}"), json!({"status": "inactive"})).ok();
    desk.new_event_objects();

    ada.delete("/v1/demo").expect(204);
    assert_eq!(ada.get("/v1/demo").ok(), json!({"present": false}));
    assert_eq!(desk.store_faults(), Vec::<String>::new());
    let after = counts(&ada);
    assert_eq!(after["conversations"], before["conversations"] + 1);
    assert_eq!(after["tickets"], before["tickets"] + 1);
    assert_eq!(after["tags"], before["tags"] + 1, "a tag that is in use stays");
    for list in ["contacts", "users", "teams", "inboxes"] {
        assert_eq!(after[list], before[list], "{list}");
    }
    let gone = json!({"id": contact, "name": "Deleted contact", "email": null});
    let kept_path = format!("/v1/tickets/{}", id(&kept));
    assert_eq!(ada.get(&kept_path).ok()["contact"], gone);
    assert_eq!(ada.get("/v1/tickets/ticket_001").ok()["assignee"], Value::Null);
    assert_eq!(ada.get("/v1/tickets/ticket_001").ok()["contact"]["email"], "own@customer.example");
    ada.get(&format!("/v1/conversations/{theirs}")).refused(404, "not_found");
    ada.get(&format!("/v1/files/{}", id(&file))).refused(404, "not_found");
    assert_eq!(ada.get("/v1/search?q=wordmarker").expect(200).body["meta"]["total_results"], 0);
    assert!(!ada.get("/v1/events?per_page=100").text.contains("wordmarker"));
    desk.until("the words leave the index", || files_with(&desk, "wordmarker").is_empty());
    desk.advance(60);
    desk.until("the bytes of the file are cleared", || files_with(&desk, "bytesmarker").is_empty());
    // No number is used twice.
    let next = max.ticket(json!({"subject": "Next"}));
    assert!(id(&next) > id(&kept), "{} after {}", id(&next), id(&kept));
    // And once more.
    ada.post("/v1/demo", json!({})).created();
    ada.delete("/v1/demo").expect(204);
    assert_eq!(counts(&ada)["contacts"], before["contacts"] + 1, "the one of the next ticket");
}

#[test]
fn others_write_while_the_demo_comes_and_goes() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let key = ada.key.clone().unwrap();
    for method in ["POST", "DELETE"] {
        let longest = std::thread::scope(|scope| {
            let (desk, key) = (&desk, &key);
            let demo = scope.spawn(move || desk.with_key(key).send(method, "/v1/demo", &[], None).status);
            let mut longest = Duration::ZERO;
            while !demo.is_finished() {
                let begun = Instant::now();
                ada.post("/v1/contacts", json!({"name": "Meanwhile"})).created();
                longest = longest.max(begun.elapsed());
            }
            assert_eq!(demo.join().unwrap(), if method == "POST" { 201 } else { 204 });
            longest
        });
        eprintln!("{method}: the longest write beside it took {longest:?}");
        assert!(longest < Duration::from_secs(5), "{method}: {longest:?}");
    }
}
