//! /v1/saved_replies: what is answered again and again

use crate::harness::Client;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use serde_json::Value;
use serde_json::json;

fn saved(who: &Client<'_>, name: &str, body: &str) -> Value {
    who.post("/v1/saved_replies", json!({"name": name, "body": body})).created()
}

#[test]
fn a_reply_is_saved_changed_and_removed() {
    let desk = TestApp::new();
    let sarah = desk.agent("Sarah");
    let answer =
        sarah.post("/v1/saved_replies", json!({"name": "Greeting", "body": "Hello {{contact.name|there}},\n"}));
    assert_eq!(answer.header("location"), "/v1/saved_replies/saved_reply_001");
    assert_eq!(
        answer.created(),
        json!({"id": "saved_reply_001", "name": "Greeting", "body": "Hello {{contact.name|there}},\n",
            "created_by": {"id": sarah.user, "name": "Sarah"},
            "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"})
    );
    let taken = sarah.post("/v1/saved_replies", json!({"name": "GREETING", "body": "Hi"})).refused(409, "conflict");
    assert_eq!(taken["details"][0]["existing_id"], "saved_reply_001");
    desk.advance(1);
    let path = "/v1/saved_replies/saved_reply_001";
    let other = desk.agent("Max").patch(path, json!({"name": "greeting"})).ok();
    assert_eq!((&other["created_by"]["name"], &other["updated_at"]), (&json!("Sarah"), &json!("2026-01-15T10:00:01Z")));
    assert_eq!(sarah.patch(path, json!({})).ok(), other);
    sarah.delete(path).expect(204);
    sarah.get(path).refused(404, "not_found");
    saved(&sarah, "Greeting", "Hi");
    desk.user("Reader", Role::Agent, Scope::Read).post("/v1/saved_replies", json!({})).refused(403, "forbidden");
}

#[test]
fn a_place_that_is_not_known_is_refused_and_the_known_ones_are_named() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let broken = json!({"name": " ", "body": "Dear {{contact.nme}}"});
    let error = sarah.post("/v1/saved_replies", broken).invalid(&[("name", "too_short"), ("body", "not_in_enum")]);
    let message = error["details"][1]["message"].as_str().unwrap();
    assert!(
        message.contains("{{contact.nme}}") && message.contains("`contact.name`, `contact.first_name`"),
        "{message}"
    );
    saved(&sarah, "Odd", "A {single} one stays what it is, and so does one that is never closed: {{ {");
    let path = "/v1/saved_replies/saved_reply_001";
    sarah.patch(path, json!({"body": "{{agent}}"})).invalid(&[("body", "not_in_enum")]);
    sarah.patch(path, json!({"body": "x".repeat(100_001)})).invalid(&[("body", "too_long")]);
    sarah.patch(path, json!({"body": ""})).invalid(&[("body", "too_short")]);
}

#[test]
fn a_reply_is_filled_in_for_who_asks_and_the_conversation_that_it_answers() {
    let desk = TestApp::new();
    let sarah = desk.agent("Sarah Chen");
    let all = "{{contact.first_name|there}}/{{contact.name}}/{{contact.email|no address}}/{{agent.name}}/{{agent.first_name}}/\
        {{conversation.id}}/{{conversation.subject}}/{{ticket.id|no ticket}}";
    saved(&sarah, "All", all);
    let rendered = |who: &Client, query: &str| {
        who.get(&format!("/v1/saved_replies/saved_reply_001/rendered{query}")).ok()["body"].as_str().unwrap().to_owned()
    };
    sarah.ticket(
        json!({"subject": "Bill {{agent.name}}", "contact": {"name": "John M. Doe", "email": "john@example.com"}}),
    );
    sarah.conversation(json!({"contact": {"email": "jane@example.com"}}));
    assert_eq!(
        rendered(&sarah, "?conversation=conv_001"),
        "John/John M. Doe/john@example.com/Sarah Chen/Sarah/conv_001/Bill {{agent.name}}/ticket_001"
    );
    assert_eq!(
        rendered(&desk.agent("Max"), "?conversation=conv_002"),
        "there//jane@example.com/Max/Max/conv_002/Need help with billing/no ticket"
    );
    assert_eq!(rendered(&sarah, ""), "there//no address/Sarah Chen/Sarah///no ticket");
    // Nobody is to be called by the word that stands for who was erased.
    sarah.delete("/v1/contacts/contact_001").expect(204);
    assert!(rendered(&sarah, "?conversation=conv_001").starts_with("there//no address/"));
    for path in ["saved_reply_999/rendered?conversation=conv_001", "saved_reply_001/rendered?conversation=conv_999"] {
        sarah.get(&format!("/v1/saved_replies/{path}")).refused(404, "not_found");
    }
    sarah.get("/v1/saved_replies/saved_reply_001/rendered?conversation=1").refused(400, "invalid_parameter");
}

#[test]
fn replies_are_listed_by_name_and_found_by_the_beginnings_of_their_words() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    saved(&sarah, "refund", "We pay it back within five days.");
    saved(&sarah, "Äpfel", "Wir zahlen in fünf Tagen zurück.");
    saved(&sarah, "Back soon", "I am out. {{contact.first_name}}");
    let found =
        |query: &str| sarah.get(&format!("/v1/saved_replies?{query}")).ids().join(" ").replace("saved_reply_00", "");
    assert_eq!(found(""), "3 1 2");
    assert_eq!(found("sort=-created_at"), "3 2 1");
    assert_eq!(found("q=back"), "3 1");
    assert_eq!(found("q=BA+pay"), "1");
    assert_eq!(found("q=%C3%A4pf"), "2");
    assert_eq!(found("q=ZUR%C3%9C"), "2");
    assert_eq!(found("q=ack"), "");
    sarah.get("/v1/saved_replies?q=%25").refused(400, "invalid_parameter");
    sarah.patch("/v1/saved_replies/saved_reply_001", json!({"body": "No."})).ok();
    assert_eq!(found("q=pay"), "");
    assert_eq!(sarah.get("/v1/saved_replies?q=back&per_page=1").total(), 1);
}
