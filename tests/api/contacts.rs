//! /v1/contacts

use crate::harness::Answer;
use crate::harness::DAY;
use crate::harness::TestApp;
use crate::harness::id;
use serde_json::Value;
use serde_json::json;

#[test]
fn a_new_contact_is_shown_whole_and_told_of() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let new = json!({"email": "newcontact@example.com", "name": "Jane Smith", "phone": "+1987654321", "company": "Tech Corp",
        "custom_fields": {"plan": "professional", "referral_source": "website"}});
    let contact = sarah.post("/v1/contacts", new).created();
    assert_eq!(
        contact,
        json!({"id": "contact_001", "email": "newcontact@example.com", "other_emails": [], "name": "Jane Smith",
            "phone": "+1987654321", "company": "Tech Corp", "custom_fields": {"plan": "professional", "referral_source": "website"},
            "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"})
    );
    assert_eq!(sarah.get("/v1/contacts/contact_001").ok(), contact);
    let events = desk.new_event_objects();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["type"], "contact.created");
    assert_eq!(events[0]["actor"]["id"], json!(sarah.user));
    assert_eq!(events[0]["data"], contact);
}

#[test]
fn at_least_one_of_email_phone_and_name_is_required() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.post("/v1/contacts", json!({"company": "Tech Corp"})).invalid(&[("email", "required")]);
    let only_a_name = sarah.post("/v1/contacts", json!({"name": "Jane"})).created();
    sarah.patch("/v1/contacts/contact_001", json!({"name": null})).invalid(&[("email", "required")]);
    assert_eq!(sarah.get("/v1/contacts/contact_001").ok(), only_a_name);
}

#[test]
fn an_address_is_unique_without_regard_to_case() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let jane = sarah.post("/v1/contacts", json!({"email": "Jane@Example.com"})).created();
    assert_eq!(jane["email"], "Jane@Example.com");
    let error = sarah.post("/v1/contacts", json!({"email": "jane@example.COM"})).refused(409, "conflict");
    assert_eq!(error["details"][0]["field"], "email");
    assert_eq!(error["details"][0]["code"], "taken");
    assert_eq!(error["details"][0]["existing_id"], "contact_001");
    assert_eq!(sarah.get("/v1/contacts?email=JANE@example.com").ids(), ["contact_001"]);
}

#[test]
fn a_patch_changes_what_it_names_clears_what_is_null_and_merges_custom_fields() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let new = json!({"email": "j@x.io", "name": "Jane", "company": "Tech Corp", "custom_fields": {"plan": "free", "seats": 3}});
    sarah.post("/v1/contacts", new).created();
    desk.advance(60);
    desk.new_events();
    let patch = json!({"name": "Jane M. Smith", "company": null, "custom_fields": {"plan": "enterprise", "seats": null, "vip": true}});
    let changed = sarah.patch("/v1/contacts/contact_001", patch).ok();
    assert_eq!(changed["name"], "Jane M. Smith");
    assert_eq!(changed["company"], Value::Null);
    assert_eq!(changed["custom_fields"], json!({"plan": "enterprise", "vip": true}));
    assert_eq!(changed["updated_at"], "2026-01-15T10:01:00Z");
    let events = desk.new_event_objects();
    assert_eq!(events[0]["changes"]["name"], json!(["Jane", "Jane M. Smith"]));
    assert_eq!(events[0]["changes"]["company"], json!(["Tech Corp", null]));
}

#[test]
fn a_patch_that_changes_nothing_leaves_no_trace() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.post("/v1/contacts", json!({"email": "j@x.io", "name": "Jane"})).created();
    let before = sarah.get("/v1/contacts/contact_001");
    desk.advance(60);
    desk.new_events();
    let after =
        sarah.patch("/v1/contacts/contact_001", json!({"name": "Jane", "custom_fields": {"none": null}})).expect(200);
    assert_eq!(after.body, before.body);
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(desk.new_events(), Vec::<String>::new());
}

#[test]
fn all_broken_fields_are_named_at_once() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let broken =
        json!({"email": "nonsense", "name": "", "phone": "call me", "fax": "1", "custom_fields": {"deep": {"er": 1}}});
    let error = sarah.post("/v1/contacts", broken).invalid(&[
        ("email", "invalid_format"),
        ("name", "too_short"),
        ("phone", "invalid_format"),
        ("fax", "unknown_field"),
        ("custom_fields.deep", "invalid_format"),
    ]);
    assert!(error["message"].as_str().unwrap().contains("more fields are listed"));
    assert_eq!(desk.new_events(), Vec::<String>::new());
}

#[test]
fn a_mistyped_field_is_answered_with_the_nearest_known_one() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let error = sarah
        .post("/v1/contacts", json!({"email": "j@x.io", "compny": "Tech Corp"}))
        .invalid(&[("compny", "unknown_field")]);
    assert!(error["details"][0]["message"].as_str().unwrap().contains("`company`"), "{error}");
}

fn erased_traces(answer: &Answer, needle: &str) -> bool {
    answer.text.contains(needle)
}

#[test]
fn erasing_a_contact_leaves_the_threads_without_the_person() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ticket = sarah.ticket(json!({"contact": {"email": "marker-7f3a@example.com", "name": "Marker Seventhree"}}));
    let conversation = ticket["conversation_id"].as_str().unwrap();
    sarah.message(conversation, "reply", "Looking into it.");
    let once = json!({"email": "other-marker@example.com", "name": "Marker Other"});
    sarah.post_once("k-1", "/v1/contacts", once.clone()).created();
    sarah.delete("/v1/contacts/contact_001").expect(204);
    sarah.delete("/v1/contacts/contact_002").expect(204);

    sarah.get("/v1/contacts/contact_001").refused(404, "not_found");
    sarah.delete("/v1/contacts/contact_001").refused(404, "not_found");
    let gone = json!({"id": "contact_001", "name": "Deleted contact", "email": null});
    assert_eq!(sarah.get("/v1/tickets/ticket_001").ok()["contact"], gone);
    assert_eq!(sarah.get(&format!("/v1/conversations/{conversation}")).ok()["contact"], gone);
    let messages = sarah.get(&format!("/v1/conversations/{conversation}/messages"));
    assert_eq!(messages.total(), 2);
    assert_eq!(messages.body["data"][0]["author"]["name"], "Deleted contact");

    // Neither the feed nor a stored answer remembers; the deletion itself carries the id alone.
    let feed = sarah.get("/v1/events?per_page=100");
    assert!(
        !erased_traces(&feed, "marker-7f3a")
            && !erased_traces(&feed, "Seventhree")
            && !erased_traces(&feed, "other-marker")
    );
    let replayed = sarah.post_once("k-1", "/v1/contacts", once).expect(201);
    assert!(!erased_traces(&replayed, "other-marker"), "{}", replayed.text);
    let events = desk.new_event_objects();
    let deleted = events.iter().find(|event| event["type"] == "contact.deleted").unwrap();
    assert_eq!(deleted["data"], json!({"id": "contact_001"}));
    // The address is free again.
    let again = sarah.post("/v1/contacts", json!({"email": "marker-7f3a@example.com"})).created();
    assert_eq!(id(&again), "contact_003");
    sarah.delete("/v1/contacts/contact_003").expect(204);
    assert_eq!(files_with(&desk, "marker-7f3a"), Vec::<String>::new());
    assert_eq!(files_with(&desk, "Seventhree"), Vec::<String>::new());
    assert_eq!(files_with(&desk, "other-marker"), Vec::<String>::new());
}

#[test]
fn erasing_messages_too_leaves_none_of_the_contacts_words() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ticket = sarah.ticket(json!({"subject": "subjectmarker", "description": "descriptionmarker and more"}));
    let conversation = ticket["conversation_id"].as_str().unwrap();
    sarah.message(conversation, "comment", "commentmarker");
    sarah.message(conversation, "reply", "our own words stay");
    sarah.delete("/v1/contacts/contact_001?erase=messages").expect(204);
    let messages = sarah.get(&format!("/v1/conversations/{conversation}/messages"));
    assert_eq!(messages.total(), 1);
    assert_eq!(messages.body["data"][0]["body"], "our own words stay");
    for marker in ["subjectmarker", "descriptionmarker", "commentmarker"] {
        assert_eq!(files_with(&desk, marker), Vec::<String>::new(), "{marker}");
    }
    sarah.delete("/v1/contacts/contact_001?erase=everything").refused(400, "invalid_parameter");
}

/// The files of the data directory, WAL included, that hold these bytes.
pub fn files_with(desk: &TestApp, needle: &str) -> Vec<String> {
    let holds = |path: &std::path::Path| {
        std::fs::read(path).unwrap().windows(needle.len()).any(|bytes| bytes == needle.as_bytes())
    };
    let mut folders = vec![desk.data_dir().to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if holds(&path) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn an_export_is_everything_held_on_the_person() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ticket = sarah.ticket(json!({"contact": {"email": "john@example.com", "name": "John Doe"}}));
    sarah.message(ticket["conversation_id"].as_str().unwrap(), "note", "a difficult one");
    sarah.conversation(json!({"contact": {"email": "jane@example.com"}}));
    let export = sarah.get("/v1/contacts/contact_001/export").ok();
    assert_eq!(export["contact"]["email"], "john@example.com");
    assert_eq!(export["conversations"].as_array().unwrap().len(), 1);
    assert_eq!(export["conversations"][0]["ticket"]["id"], "ticket_001");
    let bodies: Vec<_> =
        export["conversations"][0]["messages"].as_array().unwrap().iter().map(|one| one["body"].clone()).collect();
    assert_eq!(bodies, [json!("Help"), json!("a difficult one")]);
    sarah.get("/v1/contacts/contact_099/export").refused(404, "not_found");
}

#[test]
fn contacts_are_found_by_the_beginnings_of_words_in_name_and_address() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (name, email) in
        [("John Doe", "john@acme.com"), ("Joanna Smith", "jo@tech.io"), ("Ännchen Müller", "anna@acme.com")]
    {
        sarah.post("/v1/contacts", json!({"name": name, "email": email})).created();
    }
    let found = |q: &str| sarah.get(&format!("/v1/contacts?q={q}")).ids();
    assert_eq!(found("jo"), ["contact_002", "contact_001"]);
    assert_eq!(found("jo+acme"), ["contact_001"]);
    assert_eq!(found("ACME"), ["contact_003", "contact_001"]);
    assert_eq!(found("%C3%A4nn"), ["contact_003"]);
    assert_eq!(found("oanna"), Vec::<String>::new());
    assert_eq!(sarah.get("/v1/contacts?q=jo").total(), 2);
    sarah.get("/v1/contacts?q=").refused(400, "invalid_parameter");
}

#[test]
fn contacts_are_filtered_by_when_they_came() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for number in 1..=3 {
        sarah.post("/v1/contacts", json!({"name": format!("Contact {number}")})).created();
        desk.advance(DAY);
    }
    // Both ends are exclusive, and a bare date is midnight.
    assert_eq!(sarah.get("/v1/contacts?created_after=2026-01-15T10:00:00Z").ids(), ["contact_003", "contact_002"]);
    assert_eq!(sarah.get("/v1/contacts?created_before=2026-01-16").ids(), ["contact_001"]);
    assert_eq!(sarah.get("/v1/contacts?created_after=2026-01-16T11:00:00%2B01:00").ids(), ["contact_003"]);
    // `updated_after` is inclusive, and read in the order of changes.
    sarah.patch("/v1/contacts/contact_001", json!({"name": "Changed"})).ok();
    assert_eq!(sarah.get("/v1/contacts?updated_after=2026-01-17T10:00:00Z").ids(), ["contact_003", "contact_001"]);
}

#[test]
fn a_bulk_change_applies_what_it_can_and_tells_of_the_rest() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for name in ["one", "two"] {
        sarah.post("/v1/contacts", json!({"name": name})).created();
    }
    desk.new_events();
    let bulk = json!({"ids": ["contact_001", "contact_002", "contact_001", "contact_777", "ticket_001"],
        "update": {"custom_fields": {"segment": "enterprise"}}});
    let answer = sarah.post("/v1/contacts/bulk", bulk).expect(200);
    assert_eq!(answer.body["data"]["updated"], json!(["contact_001", "contact_002"]));
    assert_eq!(answer.body["meta"], json!({"updated_count": 2, "failed_count": 2}));
    assert_eq!(answer.body["data"]["failed"][0]["code"], "not_found");
    let events = desk.new_event_objects();
    assert_eq!(events.len(), 2);
    assert!(events[0]["bulk_id"].is_string());
    assert_eq!(events[0]["bulk_id"], events[1]["bulk_id"]);
    // Of two that want the same address, one gets it.
    let bulk = json!({"ids": ["contact_001", "contact_002"], "update": {"email": "same@example.com"}});
    let answer = sarah.post("/v1/contacts/bulk", bulk).expect(200);
    assert_eq!(answer.body["data"]["updated"], json!(["contact_001"]));
    assert_eq!(answer.body["data"]["failed"][0]["code"], "conflict");
    sarah.post("/v1/contacts/bulk", json!({"ids": [], "update": {}})).invalid(&[("ids", "too_short")]);
    sarah
        .post("/v1/contacts/bulk", json!({"ids": ["contact_001"], "update": {"nam": "x"}}))
        .invalid(&[("update.nam", "unknown_field")]);
}

#[test]
fn a_changed_address_must_be_free_too() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for email in ["jane@example.com", "john@example.com"] {
        sarah.post("/v1/contacts", json!({"email": email})).created();
    }
    let error = sarah.patch("/v1/contacts/contact_002", json!({"email": "JANE@example.com"})).refused(409, "conflict");
    assert_eq!(error["details"][0]["existing_id"], "contact_001");
    let own = sarah.patch("/v1/contacts/contact_002", json!({"email": "John@Example.com"})).ok();
    assert_eq!(own["email"], "John@Example.com");
}

#[test]
fn all_that_only_the_store_can_tell_of_a_patch_is_told_at_once() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let fields = |name: &str| (0..50).map(|key| (format!("{name}{key}"), json!(key))).collect::<Value>();
    sarah.post("/v1/contacts", json!({"name": "Jane", "custom_fields": fields("a")})).created();
    let broken = json!({"name": null, "custom_fields": fields("b")});
    sarah.patch("/v1/contacts/contact_001", broken).invalid(&[("email", "required"), ("custom_fields", "too_long")]);
}

#[test]
fn contacts_come_newest_first_unless_sorted_otherwise() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (name, email) in [(Some("Mia"), "m@x.io"), (Some("anna"), "a@x.io"), (None, "b@x.io"), (Some("Anna"), "c@x.io")]
    {
        sarah.post("/v1/contacts", json!({"name": name, "email": email})).created();
    }
    let sorted = |sort: &str| sarah.get(&format!("/v1/contacts?sort={sort}")).ids();
    assert_eq!(sarah.get("/v1/contacts").ids(), ["contact_004", "contact_003", "contact_002", "contact_001"]);
    assert_eq!(sorted("created_at"), ["contact_001", "contact_002", "contact_003", "contact_004"]);
    assert_eq!(sorted("name"), ["contact_002", "contact_004", "contact_003", "contact_001"]);
    assert_eq!(sorted("-name"), ["contact_001", "contact_003", "contact_004", "contact_002"]);
}

#[test]
fn a_dry_run_tells_what_a_bulk_change_would_do_and_does_nothing() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for name in ["one", "two"] {
        sarah.post("/v1/contacts", json!({"name": name})).created();
    }
    desk.new_events();
    let bulk = json!({"ids": ["contact_001", "contact_002", "contact_777"], "update": {"name": "two"}});
    let dry = sarah.post("/v1/contacts/bulk?dry_run=true", bulk.clone()).expect(200);
    assert_eq!(dry.body["data"]["changes"]["contact_001"], json!({"name": ["one", "two"]}));
    assert_eq!(sarah.get("/v1/contacts/contact_001").ok()["name"], "one");
    assert_eq!(desk.new_events(), Vec::<String>::new());
    let real = sarah.post("/v1/contacts/bulk", bulk).expect(200);
    for part in ["updated", "failed"] {
        assert_eq!(real.body["data"][part], dry.body["data"][part]);
    }
    assert_eq!(real.body["meta"], dry.body["meta"]);
    assert_eq!(desk.new_events(), ["contact.updated"]);
}
