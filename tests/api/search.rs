//! /v1/search: what was written is found, in the lists and shape that are promised.

use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::HOUR;
use crate::harness::TestApp;
use crate::harness::id;
use serde_json::Value;
use serde_json::json;

/// The ids in one of the three lists.
pub fn ids_in(answer: &Answer, list: &str) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["data"][list].as_array().unwrap().iter().map(|hit| id(hit).to_owned()).collect()
}

/// What a search answers, the query not being encoded yet.
pub fn search(who: &Client<'_>, text: &str) -> Answer {
    let query: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    who.get(&format!("/v1/search?q={query}"))
}

/// All ids that a search finds, list after list.
pub fn found(who: &Client<'_>, text: &str) -> Vec<String> {
    let answer = search(who, text);
    let lists = ["conversations", "contacts", "tickets"].map(|list| ids_in(&answer, list));
    let found = lists.concat();
    assert_eq!(answer.body["meta"]["total_results"], found.len(), "{text}: {}", answer.text);
    assert_eq!(answer.body["meta"]["stale"], false, "{text}");
    found
}

#[test]
fn all_that_was_written_is_found_at_once_in_the_usual_shape() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ticket = sarah.ticket(json!({"subject": "Refund for order", "description": "The kettle broke.",
        "contact": {"email": "mia@example.com", "name": "Mia Brook"}}));
    let answer = search(&sarah, "kettle");
    assert_eq!(ids_in(&answer, "tickets"), ["ticket_001"]);
    assert_eq!(ids_in(&answer, "conversations"), ["conv_001"]);
    assert_eq!(ids_in(&answer, "contacts"), Vec::<String>::new());
    assert_eq!(answer.body["meta"], json!({"total_results": 2, "stale": false, "typos": false, "shortened": false}));
    let hit = &answer.body["data"]["tickets"][0];
    for (field, value) in ticket.as_object().unwrap() {
        assert_eq!(&hit[field], value, "{field}");
    }
    assert!(hit["score"].as_f64().unwrap() > 0.0);
    assert_eq!(
        hit["highlights"],
        json!([{"field": "description", "snippet": "The <em>kettle</em> broke.", "message_id": null}])
    );
    let highlights = &answer.body["data"]["conversations"][0]["highlights"];
    assert_eq!(highlights[0]["field"], "message");
    assert_eq!(highlights[0]["message_id"], "msg_001");

    // Every message counts, notes too, each as soon as it is answered.
    sarah.message("conv_001", "note", "A difficult zebra.");
    assert_eq!(found(&sarah, "zebra"), ["conv_001", "ticket_001"]);
    sarah.patch("/v1/tickets/ticket_001", json!({"subject": "Replacement"})).ok();
    assert_eq!(found(&sarah, "refund"), Vec::<String>::new());
    assert_eq!(found(&sarah, "replacement"), ["conv_001", "ticket_001"]);
}

#[test]
fn the_words_of_a_thread_may_stand_in_different_places_of_it() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let contact = json!({"email": "john@acme.com", "name": "John Doe"});
    sarah.conversation(json!({"subject": "Invoice 4711", "contact": contact}));
    sarah.message("conv_001", "reply", "Which month?");
    sarah.message("conv_001", "comment", "The one of October.");
    assert_eq!(found(&sarah, "invoice john october"), ["conv_001"]);
    assert_eq!(found(&sarah, "invoice john november"), Vec::<String>::new());
    assert_eq!(found(&sarah, "acme invoice"), ["conv_001"]);
}

#[test]
fn contacts_are_found_by_all_that_is_known_of_them() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let jane = json!({"email": "jane.smith@tech.example", "name": "Jané Smith", "phone": "+1 (234) 567-890",
        "company": "Tech Corp", "custom_fields": {"plan": "enterprise", "seats": 4711, "vip": true}});
    sarah.post("/v1/contacts", jane).created();
    for query in
        ["jane", "SMITH", "jané", "jane.smith@tech.example", "tech corp", "enterprise", "4711", "1234567890", "567-890"]
    {
        assert_eq!(found(&sarah, query), ["contact_001"], "{query}");
    }
    let hit = &search(&sarah, "enterprise").body["data"]["contacts"][0];
    assert_eq!(hit["highlights"][0]["field"], "custom_fields.plan");
    sarah.patch("/v1/contacts/contact_001", json!({"company": null})).ok();
    assert_eq!(found(&sarah, "corp"), Vec::<String>::new());
}

#[test]
fn a_description_of_its_own_is_the_tickets_alone() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"subject": "Kettle"}));
    let new = json!({"conversation_id": "conv_001", "description": "Serial number ninetynine"});
    sarah.post("/v1/tickets", new).created();
    assert_eq!(found(&sarah, "ninetynine"), ["ticket_001"]);
    assert_eq!(found(&sarah, "kettle ninetynine"), ["ticket_001"]);
    assert_eq!(found(&sarah, "kettle"), ["conv_001", "ticket_001"]);
}

#[test]
fn an_id_finds_what_it_is_of() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({}));
    sarah.ticket(json!({"subject": "As in ticket_001"}));
    let answer = search(&sarah, "ticket_001");
    assert_eq!(ids_in(&answer, "tickets"), ["ticket_001", "ticket_002"], "the one of this id stands first");
    assert_eq!(ids_in(&answer, "conversations"), ["conv_002"]);
    assert_eq!(found(&sarah, "TICKET_2"), ["ticket_002"]);
    assert_eq!(found(&sarah, "conv_001"), ["conv_001"]);
    assert_eq!(found(&sarah, "contact_001"), ["contact_001"]);
    assert_eq!(found(&sarah, "ticket_003"), Vec::<String>::new());
}

#[test]
fn tags_are_found_by_their_names_of_today() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"tags": ["Late delivery"]}));
    assert_eq!(found(&sarah, "late"), ["conv_001"]);
    assert_eq!(found(&sarah, "\"late delivery\""), ["conv_001"]);
    sarah.patch("/v1/tags/tag_001", json!({"name": "Overdue"})).ok();
    assert_eq!(found(&sarah, "late"), Vec::<String>::new());
    assert_eq!(found(&sarah, "overdue"), ["conv_001"]);
    assert_eq!(found(&sarah, "tag:overdue"), ["conv_001"]);
    let hit = &search(&sarah, "overdue").body["data"]["conversations"][0];
    assert_eq!(hit["highlights"], json!([{"field": "tags", "snippet": "<em>Overdue</em>", "message_id": null}]));
    sarah.delete("/v1/tags/tag_001").expect(204);
    assert_eq!(found(&sarah, "overdue"), Vec::<String>::new());
}

#[test]
fn a_contacts_new_name_finds_the_threads() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"contact": {"email": "john@example.com", "name": "John Doe"}}));
    sarah.patch("/v1/contacts/contact_001", json!({"name": "Johannes Reh"})).ok();
    assert_eq!(found(&sarah, "johannes"), ["conv_001", "contact_001", "ticket_001"]);
    assert_eq!(found(&sarah, "doe"), Vec::<String>::new());
}

#[test]
fn what_was_erased_is_not_found_and_not_in_the_files() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (name, text) in [("Marker Seventhree", "firstsecret"), ("Other", "kept")] {
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "-"));
        sarah.ticket(json!({"subject": format!("subject {text}"), "description": text, "contact": {"email": email, "name": name}}));
    }
    assert_eq!(found(&sarah, "seventhree firstsecret"), ["conv_001", "ticket_001"]);
    assert!(!crate::contacts::files_with(&desk, "seventhree").is_empty(), "the index holds the name");
    sarah.delete("/v1/contacts/contact_001?erase=messages").expect(204);
    assert_eq!(found(&sarah, "seventhree"), Vec::<String>::new());
    assert_eq!(found(&sarah, "firstsecret"), Vec::<String>::new());
    for word in ["seventhree", "Seventhree", "firstsecret"] {
        assert_eq!(crate::contacts::files_with(&desk, word), Vec::<String>::new(), "{word}");
    }
    assert_eq!(found(&sarah, "kept"), ["conv_002", "ticket_002"]);
}

#[test]
fn the_limit_bounds_all_lists_together_and_the_total_counts_all() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for number in 0..6 {
        sarah.ticket(json!({"subject": format!("Kettle {number}")}));
        desk.advance(HOUR);
    }
    let answer = sarah.get("/v1/search?q=kettle&limit=4");
    assert_eq!(answer.body["meta"]["total_results"], 12);
    let shown = ids_in(&answer, "tickets").len() + ids_in(&answer, "conversations").len();
    assert_eq!(shown, 4);
    let answer = sarah.get("/v1/search?q=kettle&limit=4&type=ticket");
    assert_eq!(answer.body["meta"]["total_results"], 6);
    // Of equals, the newest first.
    assert_eq!(ids_in(&answer, "tickets"), ["ticket_006", "ticket_005", "ticket_004", "ticket_003"]);
    assert_eq!(answer.body["data"]["contacts"], json!([]));
}

#[test]
fn what_can_be_asked_is_said_in_the_errors() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (path, field, rule) in [
        ("/v1/search", "q", "required"),
        ("/v1/search?q=", "q", "required"),
        ("/v1/search?q=%20%09", "q", "required"),
        ("/v1/search?q=a&limit=0", "limit", "out_of_range"),
        ("/v1/search?q=a&limit=101", "limit", "out_of_range"),
        ("/v1/search?q=a&type=user", "type", "not_in_enum"),
        ("/v1/search?q=a&typ=ticket", "typ", "unknown_field"),
    ] {
        let error = sarah.get(path).refused(400, "invalid_parameter");
        assert_eq!(crate::harness::details(&error), [(field.to_owned(), rule.to_owned())], "{path}");
    }
}

#[test]
fn highlights_show_what_was_written_as_text_and_never_as_markup() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let hostile = "<script>alert(1)</script> & \"quoted\" kettle <img onerror='x'>";
    sarah.conversation(json!({"subject": hostile}));
    let hit = search(&sarah, "kettle alert").body["data"]["conversations"][0].clone();
    let snippet = hit["highlights"][0]["snippet"].as_str().unwrap();
    assert!(snippet.contains("<em>kettle</em>") && snippet.contains("<em>alert</em>"), "{snippet}");
    let plain = snippet.replace("<em>", "").replace("</em>", "");
    assert!(!plain.contains(['<', '>', '"', '\'']), "{snippet}");
    assert!(plain.contains("&lt;script&gt;"), "{snippet}");
}

#[test]
fn a_long_thread_is_found_by_words_far_apart() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ticket = sarah.ticket(json!({"subject": "Longlived", "description": "alphaword", "tags": ["saga"]}));
    let thread = ticket["conversation_id"].as_str().unwrap();
    for number in 1..150 {
        let text = match number {
            70 => "betaword in the second block".to_owned(),
            140 => "gammaword in the third".to_owned(),
            number => format!("message {number}"),
        };
        sarah.message(thread, "comment", &text);
    }
    let both = ["conv_001", "ticket_001"];
    for query in [
        "alphaword",
        "betaword",
        "gammaword",
        "alphaword betaword gammaword",
        "longlived gammaword",
        "saga betaword",
        "\"second block\"",
        "betaword status:open",
        "gamma",
        "\"message 99\"",
        "from:john gammaword",
    ] {
        assert_eq!(found(&sarah, query), both, "{query}");
    }
    for query in [
        "betaword -gammaword",
        "alphaword deltaword",
        "betaword status:closed",
        "\"message 200\"",
        "\"block gammaword\"",
    ] {
        assert_eq!(found(&sarah, query), Vec::<String>::new(), "{query}");
    }
    assert_eq!(found(&sarah, "betaword type:ticket"), ["ticket_001"]);
    let hit: Value = search(&sarah, "gammaword betaword").body["data"]["tickets"][0].clone();
    let shown: Vec<_> = hit["highlights"].as_array().unwrap().iter().map(|one| one["message_id"].clone()).collect();
    assert_eq!(shown, [json!("msg_071"), json!("msg_141")]);
    sarah.patch("/v1/tickets/ticket_001", json!({"status": "closed"})).ok();
    assert_eq!(found(&sarah, "betaword status:closed"), both);
    sarah.delete("/v1/contacts/contact_001?erase=messages").expect(204);
    assert_eq!(found(&sarah, "betaword"), Vec::<String>::new());
}

#[test]
fn what_history_brings_into_the_middle_of_a_long_thread_is_found() {
    let desk = TestApp::new();
    let sarah = desk.admin();
    sarah.conversation(json!({}));
    for number in 1..130 {
        desk.advance(1);
        sarah.message("conv_001", "comment", &format!("word{number}"));
    }
    assert_eq!(found(&sarah, "word65 word128"), ["conv_001"]);
    let old = json!({"body": "fromthepast", "type": "comment", "imported": true, "created_at": "2026-01-15T10:00:30Z"});
    sarah.post("/v1/conversations/conv_001/messages", old).created();
    assert_eq!(found(&sarah, "fromthepast word64 word65"), ["conv_001"]);
}
