//! Two contacts that are one person are made one.

use crate::contacts::files_with;
use crate::harness::Client;
use crate::harness::TestApp;
use crate::harness::id;
use serde_json::Value;
use serde_json::json;

fn contact(sarah: &Client, given: Value) -> String {
    id(&sarah.post("/v1/contacts", given).created()).to_owned()
}

fn merge(sarah: &Client, gone: &str, into: &str) -> Value {
    sarah.post(&format!("/v1/contacts/{gone}/merge"), json!({"into": into})).ok()
}

#[test]
fn the_survivor_takes_over_threads_and_what_was_empty_is_filled_in() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let gone = json!({"email": "Jon@Work.example", "name": "Jon", "phone": "+1 234", "company": "Acme",
        "custom_fields": {"plan": "free", "seat": 4}});
    let (gone, into) = (
        contact(&sarah, gone),
        contact(&sarah, json!({"email": "john@home.example", "name": "John Doe", "custom_fields": {"plan": "paid"}})),
    );
    sarah.conversation(json!({"contact": {"id": into}}));
    let moved = sarah.ticket(json!({"contact": {"id": gone}}));
    desk.new_events();
    desk.advance(60);
    let survivor = merge(&sarah, &gone, &into);
    assert_eq!(survivor, sarah.get(&format!("/v1/contacts/{into}")).ok());
    assert_eq!(
        [&survivor["email"], &survivor["name"], &survivor["phone"], &survivor["company"], &survivor["updated_at"]],
        ["john@home.example", "John Doe", "+1 234", "Acme", "2026-01-15T10:01:00Z"]
    );
    assert_eq!(survivor["other_emails"], json!(["Jon@Work.example"]));
    assert_eq!(survivor["custom_fields"], json!({"plan": "paid", "seat": 4}));

    let named = json!({"id": into, "name": "John Doe", "email": "john@home.example"});
    assert_eq!(sarah.get("/v1/tickets/ticket_001").ok()["contact"], named);
    let thread = format!("/v1/conversations/{}", moved["conversation_id"].as_str().unwrap());
    assert_eq!(sarah.get(&thread).ok()["contact"], named);
    let author = &sarah.get(&format!("{thread}/messages")).body["data"][0]["author"];
    assert_eq!(*author, json!({"type": "contact", "id": into, "name": "John Doe"}));
    assert_eq!(sarah.get(&format!("/v1/conversations?contact={into}")).total(), 2);
    assert_eq!(sarah.get(&format!("/v1/conversations?contact={gone}")).total(), 2);
    assert_eq!(sarah.get("/v1/contacts").ids(), [into.as_str()]);

    let events = desk.new_event_objects();
    let told: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(told, ["contact.deleted", "contact.updated", "conversation.updated", "ticket.updated"]);
    assert_eq!(
        [&events[0]["data"], &events[0]["changes"]],
        [&json!({"id": gone}), &json!({"merged_into": [null, into]})]
    );
    assert_eq!(events[1]["changes"]["merged_from"], json!([null, gone]));
    assert_eq!(events[1]["changes"]["phone"], json!([null, "+1 234"]));
    for event in &events[2..] {
        assert_eq!(event["changes"]["contact"][0]["id"], gone.as_str());
        assert_eq!(event["changes"]["contact"][1], named);
    }
}

#[test]
fn the_old_address_finds_the_survivor() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let gone = contact(&sarah, json!({"email": "jon@work.example"}));
    let into = contact(&sarah, json!({"email": "john@home.example", "name": "John"}));
    merge(&sarah, &gone, &into);
    for (given, found) in [
        (json!({"email": "JON@work.example"}), &into),
        (json!({"id": gone}), &into),
        (json!({"id": into, "email": "jon@work.example"}), &into),
    ] {
        assert_eq!(sarah.conversation(json!({"contact": given}))["contact"]["id"], found.as_str());
    }
    for email in ["jon@work.example", "John@home.example"] {
        assert_eq!(sarah.get(&format!("/v1/contacts?email={email}")).ids(), [into.as_str()]);
        let taken = sarah.post("/v1/contacts", json!({"email": email})).refused(409, "conflict");
        assert_eq!(taken["details"][0]["existing_id"], into.as_str());
    }
    assert_eq!(sarah.get("/v1/contacts?q=work").ids(), [into.as_str()]);
    // Made the contact's own, it is no longer one beside it, and what was its own is free.
    let own = sarah.patch(&format!("/v1/contacts/{into}"), json!({"email": "jon@work.example"})).ok();
    assert_eq!((&own["email"], &own["other_emails"]), (&json!("jon@work.example"), &json!([])));
    contact(&sarah, json!({"email": "john@home.example"}));
}

#[test]
fn an_address_goes_to_a_survivor_who_has_none() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let gone = contact(&sarah, json!({"email": "jon@work.example"}));
    let into = contact(&sarah, json!({"name": "John"}));
    let survivor = merge(&sarah, &gone, &into);
    assert_eq!((&survivor["email"], &survivor["other_emails"]), (&json!("jon@work.example"), &json!([])));
}

#[test]
fn the_old_id_leads_to_the_survivor_through_any_chain() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for number in 1..=3 {
        contact(&sarah, json!({"name": format!("John {number}"), "email": format!("john.{number}@x.io")}));
    }
    merge(&sarah, "contact_001", "contact_002");
    let survivor = merge(&sarah, "contact_002", "contact_003");
    assert_eq!(survivor["other_emails"], json!(["john.1@x.io", "john.2@x.io"]));
    for gone in ["contact_001", "contact_002"] {
        let path = format!("/v1/contacts/{gone}");
        let moved = sarah.get(&path).expect(301);
        assert_eq!((moved.header("location"), moved.text.as_str()), ("/v1/contacts/contact_003".to_owned(), ""));
        for refused in [
            sarah.patch(&path, json!({"name": "J"})),
            sarah.delete(&path),
            sarah.get(&format!("{path}/export")),
            sarah.post(&format!("{path}/merge"), json!({"into": "contact_003"})),
        ] {
            let error = refused.refused(409, "conflict");
            assert_eq!(error["details"][0]["existing_id"], "contact_003");
        }
        sarah.post("/v1/contacts/contact_003/merge", json!({"into": gone})).invalid(&[("into", "invalid_format")]);
    }
    let bulk = sarah.post("/v1/contacts/bulk", json!({"ids": ["contact_001"], "update": {"name": "J"}}));
    assert_eq!(bulk.expect(200).body["data"]["failed"][0]["code"], "conflict");
}

#[test]
fn what_can_not_be_merged_is_refused() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let fields = |name: &str| (0..26).map(|key| (format!("{name}{key}"), json!(key))).collect::<Value>();
    contact(&sarah, json!({"name": "A", "custom_fields": fields("a")}));
    contact(&sarah, json!({"name": "B", "custom_fields": fields("b")}));
    desk.new_events();
    let path = "/v1/contacts/contact_001/merge";
    sarah.post(path, json!({"into": "contact_001"})).invalid(&[("into", "invalid_format")]);
    sarah.post(path, json!({"into": "contact_099"})).invalid(&[("into", "unknown_id")]);
    sarah.post(path, json!({"into": "contact_002"})).invalid(&[("into", "too_long")]);
    sarah.post(path, json!({})).invalid(&[("into", "required")]);
    sarah.post("/v1/contacts/contact_099/merge", json!({"into": "contact_001"})).refused(404, "not_found");
    assert_eq!(desk.new_events(), Vec::<String>::new());
}

#[test]
fn a_merge_that_is_asked_for_twice_is_done_once() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let gone = contact(&sarah, json!({"name": "A"}));
    let into = contact(&sarah, json!({"name": "B"}));
    let path = format!("/v1/contacts/{gone}/merge");
    let first = sarah.post_once("k-1", &path, json!({"into": into})).expect(200);
    let second = sarah.post_once("k-1", &path, json!({"into": into})).expect(200);
    assert_eq!((second.header("idempotent-replayed").as_str(), &second.body), ("true", &first.body));
}

#[test]
fn erasing_the_survivor_erases_all_that_was_merged_into_it() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let once = json!({"email": "firstmarker@example.com", "name": "Firstname Marker", "phone": "+99 5550123"});
    let first = id(&sarah.post_once("k-1", "/v1/contacts", once.clone()).created()).to_owned();
    let ticket = sarah.ticket(json!({"contact": {"id": first}}));
    sarah.message(ticket["conversation_id"].as_str().unwrap(), "comment", "Still nothing.");
    let second = contact(&sarah, json!({"email": "secondmarker@example.com", "name": "Secondname"}));
    let survivor = contact(&sarah, json!({"name": "Survivorname"}));
    merge(&sarah, &first, &second);
    merge(&sarah, &second, &survivor);
    let export = sarah.get(&format!("/v1/contacts/{survivor}/export")).ok();
    assert_eq!(export["contact"]["other_emails"], json!(["firstmarker@example.com"]));
    let told = export["events"].as_array().unwrap();
    assert_eq!(told.iter().filter(|event| event["type"] == "contact.created").count(), 3);
    let stale = sarah.delete(&format!("/v1/contacts/{first}"));
    stale.refused(409, "conflict");
    sarah.delete(&format!("/v1/contacts/{survivor}")).expect(204);

    for gone in [&first, &second, &survivor] {
        sarah.get(&format!("/v1/contacts/{gone}")).refused(404, "not_found");
    }
    let named = json!({"id": survivor, "name": "Deleted contact", "email": null});
    assert_eq!(sarah.get("/v1/tickets/ticket_001").ok()["contact"], named);
    let replayed = sarah.post_once("k-1", "/v1/contacts", once).expect(201);
    assert!(!replayed.text.contains("marker"), "{}", replayed.text);
    for marker in ["firstmarker", "Firstname", "5550123", "secondmarker", "Secondname", "Survivorname"] {
        assert_eq!(files_with(&desk, marker), Vec::<String>::new(), "{marker}");
    }
    contact(&sarah, json!({"email": "firstmarker@example.com"}));
}
