//! Messages with files: how they come in, where they show, and what becomes of them.

use crate::contacts::files_with;
use crate::files::comes_to;
use crate::files::noise;
use crate::files::rows;
use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::TestApp;
use crate::harness::file;
use crate::harness::path_of;
use crate::harness::text;
use serde_json::Value;
use serde_json::json;

const MESSAGES: &str = "/v1/conversations/conv_001/messages";

fn names(message: &Value) -> Vec<String> {
    let all = message["attachments"].as_array().unwrap().iter();
    all.map(|file| file["name"].as_str().unwrap().to_owned()).collect()
}

/// The files of a message as they stand in `/v1/files`.
fn each_file(caller: &Client<'_>, message: &Value) -> Vec<Value> {
    let all = message["attachments"].as_array().unwrap().iter();
    all.map(|file| caller.get(&format!("/v1/files/{}", file["id"].as_str().unwrap())).ok()).collect()
}

#[test]
fn a_message_comes_with_its_files() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    desk.new_events();
    let big = noise(700 * 1_024);
    let answer = sarah.post_form(
        MESSAGES,
        &[
            file("attachments[]", "one.txt", "text/plain", b"one"),
            text("body", "See the files"),
            file("attachments[]", "two.bin", "", &big),
            text("type", "reply"),
            file("attachments", "drei.txt", "text/plain", b"drei"),
            file("attachments[]", "", "application/octet-stream", b""),
            text("status", "pending"),
        ],
    );
    assert_eq!(answer.header("location"), format!("{MESSAGES}/msg_002"));
    let message = answer.created();
    assert_eq!((&message["body"], &message["type"]), (&json!("See the files"), &json!("reply")));
    assert_eq!(names(&message), ["one.txt", "two.bin", "drei.txt"]);
    assert_eq!(message["attachments"], json!(each_file(&sarah, &message)));
    assert_eq!(message["attachments"][1]["message_id"], "msg_002");
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["status"], "pending");
    let link = path_of(message["attachments"][1]["url"].as_str().unwrap());
    assert!(desk.anyone().get(&link).bytes == big);
    // The same at every exit.
    assert_eq!(sarah.get(MESSAGES).ok()[1], message);
    assert_eq!(sarah.get(&format!("{MESSAGES}/msg_002")).ok(), message);
    assert_eq!(desk.new_event_objects()[0]["data"], message);
    let export = sarah.get("/v1/contacts/contact_001/export").ok();
    assert_eq!(export["conversations"][0]["messages"][1], message);
    assert_eq!(sarah.get(MESSAGES).ok()[0]["attachments"], json!([]));
    // Links are signed anew on each read.
    desk.advance(2 * DAY);
    desk.anyone().get(&link).refused(404, "not_found");
    let link = path_of(sarah.get(MESSAGES).ok()[1]["attachments"][1]["url"].as_str().unwrap());
    desk.anyone().get(&link).expect(200);
}

#[test]
fn files_uploaded_before_go_with_a_message_once() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let ids: Vec<String> =
        (0..12).map(|n| sarah.upload(&format!("{n}.txt"), "", b"x")["id"].as_str().unwrap().to_owned()).collect();
    let first = json!({"message": {"attachment_ids": [ids[0]]}});
    assert_eq!(names(&sarah.get(&conversation_of(&sarah, first)).ok()[0]), ["0.txt"]);
    let message = sarah.post(MESSAGES, json!({"attachment_ids": [ids[2], ids[1]], "type": "note"})).created();
    assert_eq!((names(&message), &message["body"]), (vec!["2.txt".to_owned(), "1.txt".to_owned()], &json!("")));
    let ticket = sarah.ticket(json!({"attachment_ids": [ids[3]]}));
    let path = format!("/v1/conversations/{}/messages", ticket["conversation_id"].as_str().unwrap());
    assert_eq!(names(&sarah.get(&path).ok()[0]), ["3.txt"]);

    let refused = |ids: Value, faults: &[(&str, &str)]| {
        sarah.post(MESSAGES, json!({"body": "x", "attachment_ids": ids})).invalid(faults);
    };
    refused(
        json!([ids[4], "file_999", ids[1]]),
        &[("attachment_ids[1]", "unknown_id"), ("attachment_ids[2]", "taken")],
    );
    refused(json!([ids[4], ids[4]]), &[("attachment_ids[1]", "invalid_format")]);
    refused(json!(["msg_001"]), &[("attachment_ids[0]", "invalid_format")]);
    refused(json!(ids[0]), &[("attachment_ids", "invalid_format")]);
    refused(json!(&ids[..11]), &[("attachment_ids", "too_long")]);
    let new = json!({"subject": "S", "contact": {"email": "a@x.io"}, "message": {"attachment_ids": ["file_999"]}});
    sarah.post("/v1/conversations", new).invalid(&[("message.attachment_ids[0]", "unknown_id")]);
    let new = json!({"subject": "S", "contact": {"email": "a@x.io"}, "message": {"attachment_ids": []}});
    sarah.post("/v1/conversations", new).invalid(&[("message.body", "required")]);
    let new = json!({"subject": "S", "description": "D", "contact": {"email": "a@x.io"}, "attachment_ids": [ids[0]]});
    sarah.post("/v1/tickets", new).invalid(&[("attachment_ids[0]", "taken")]);
    let new = json!({"conversation_id": "conv_001", "attachment_ids": [ids[4]]});
    sarah.post("/v1/tickets", new).invalid(&[("attachment_ids", "invalid_format")]);
    assert_eq!(sarah.get("/v1/files/file_005").ok()["message_id"], Value::Null);
    // The message counts as a change of the file.
    let before = sarah.get("/v1/files/file_005").header("etag");
    sarah.post(MESSAGES, json!({"body": "", "attachment_ids": [ids[4]]})).created();
    let stale = sarah.send("DELETE", "/v1/files/file_005", &[("if-match", &before)], None);
    stale.refused(412, "precondition_failed");
}

/// A conversation begun so; the path of its messages.
fn conversation_of(caller: &Client<'_>, given: Value) -> String {
    format!("/v1/conversations/{}/messages", caller.conversation(given)["id"].as_str().unwrap())
}

#[test]
fn a_body_is_required_unless_files_go_with_it() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    let one = file("attachments[]", "a.txt", "", b"a");
    assert_eq!(sarah.post_form(MESSAGES, &[one]).created()["body"], "");
    assert_eq!(sarah.post_form(MESSAGES, &[text("body", ""), one]).created()["body"], "");
    assert_eq!(sarah.post_form(MESSAGES, &[text("body", "without files")]).created()["attachments"], json!([]));
    let left = rows(&desk);
    sarah.post_form(MESSAGES, &[]).invalid(&[("body", "required")]);
    sarah.post_form(MESSAGES, &[text("type", "letter")]).invalid(&[("body", "required"), ("type", "not_in_enum")]);
    sarah.post_form(MESSAGES, &[text("body", " \n "), one]).invalid(&[("body", "too_short")]);
    let long = "é".repeat(100_001);
    sarah.post_form(MESSAGES, &[text("body", &long), one]).invalid(&[("body", "too_long")]);
    sarah.post_form(MESSAGES, &[one, text("typ", "note")]).invalid(&[("typ", "unknown_field")]);
    sarah.post_form(MESSAGES, &[text("body", "a"), text("body", "b")]).invalid(&[("body", "invalid_format")]);
    sarah.post_form(MESSAGES, &[text("attachments[]", "a.txt")]).invalid(&[("attachments[]", "invalid_format")]);
    sarah.post_form(MESSAGES, &[one; 11]).invalid(&[("attachments[]", "too_long")]);
    sarah.post(MESSAGES, json!({"attachment_ids": null, "type": "x"})).refused(422, "validation_failed");
    comes_to(&desk, left);
    assert_eq!(sarah.post_form(MESSAGES, &[one; 10]).created()["attachments"].as_array().unwrap().len(), 10);
    let media = [("content-type", "text/plain")];
    sarah.send("POST", MESSAGES, &media, Some("{}".to_owned())).refused(415, "unsupported_media_type");
}

#[test]
fn message_files_and_ticket_appear_together_or_not_at_all() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    sarah.delete("/v1/contacts/contact_001").expect(204);
    desk.new_events();
    let one = file("attachments[]", "a.txt", "", b"a");
    sarah.post_form(MESSAGES, &[text("body", "x"), text("type", "comment"), one]).refused(409, "conflict");
    comes_to(&desk, (0, 0));
    assert_eq!(desk.new_events(), Vec::<String>::new());
    assert_eq!(sarah.get(MESSAGES).total(), 1);
}

#[test]
fn a_comment_to_a_ticket_closed_long_ago_takes_its_files_along() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({}));
    sarah.patch("/v1/tickets/ticket_001", json!({"status": "closed"})).ok();
    desk.advance(15 * DAY);
    let answer = sarah.post_form(MESSAGES, &[text("type", "comment"), file("attachments[]", "a.txt", "", b"a")]);
    assert_eq!(answer.header("location"), "/v1/conversations/conv_002/messages/msg_002");
    assert_eq!(names(&answer.created()), ["a.txt"]);
    assert_eq!(sarah.get("/v1/tickets/ticket_002").ok()["follow_up_of"], "ticket_001");
    assert_eq!(sarah.get("/v1/files/file_001").ok()["message_id"], "msg_002");
}

#[test]
fn a_message_tells_of_a_file_that_was_deleted() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    let parts = [file("attachments[]", "a.txt", "", b"a"), file("attachments[]", "b.txt", "", b"b")];
    let message = sarah.post_form(MESSAGES, &parts).created();
    let path = format!("{MESSAGES}/msg_002");
    let etag = sarah.get(&path).header("etag");
    sarah.delete("/v1/files/file_001").expect(204);
    sarah.get("/v1/files/file_001").refused(404, "not_found");
    desk.anyone().get(&path_of(message["attachments"][0]["url"].as_str().unwrap())).refused(404, "not_found");
    let read = sarah.get(&path);
    assert_ne!(read.header("etag"), etag);
    let left = read.ok()["attachments"].clone();
    assert_eq!(left[0], json!({"id": "file_001", "name": "a.txt", "deleted": true}));
    assert_eq!(left[1], message["attachments"][1]);
    assert_eq!(rows(&desk), (2, 1));
}

#[test]
fn the_same_message_again_is_written_once() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    let parts = [text("body", "x"), file("attachments[]", "a.txt", "", b"a")];
    let send = |parts: &[crate::harness::Part<'_>]| sarah.post_form_with(MESSAGES, &[("idempotency-key", "k")], parts);
    let first = send(&parts).expect(201);
    let again = send(&parts).expect(201);
    assert_eq!((again.header("idempotent-replayed"), &again.text), ("true".to_owned(), &first.text));
    send(&[text("body", "y"), parts[1]]).invalid(&[("Idempotency-Key", "taken")]);
    send(&parts[..1]).invalid(&[("Idempotency-Key", "taken")]);
    assert_eq!(sarah.get(MESSAGES).total(), 2);
    comes_to(&desk, (1, 1));
}

#[test]
fn an_erasure_of_what_a_person_wrote_reaches_the_files() {
    for (query, reaches) in [("", false), ("?erase=messages", true)] {
        let desk = TestApp::new();
        let sarah = desk.agent("sarah");
        sarah.conversation(json!({}));
        let mut bytes = noise(5 << 20);
        let marker = "a-marker-inside-of-it";
        let at = bytes.len() - 1_000;
        bytes[at..at + marker.len()].copy_from_slice(marker.as_bytes());
        let once = [("idempotency-key", "k")];
        let uploaded =
            sarah.post_form_with("/v1/files", &once, &[file("file", "a-marker-uploaded.bin", "", &bytes)]).created();
        let comment = json!({"type": "comment", "body": "a-marker-of-words", "attachment_ids": [uploaded["id"]]});
        sarah.post_once("m", MESSAGES, comment).created();
        let parts =
            [text("type", "comment"), text("body", "x"), file("attachments[]", "a-marker-sent.bin", "", &bytes)];
        sarah.post_form_with(MESSAGES, &[("idempotency-key", "f")], &parts).created();
        sarah.delete("/v1/files/file_002").expect(204);
        sarah
            .post_form(MESSAGES, &[text("body", "x"), file("attachments[]", "from-the-team.txt", "", b"a reply's")])
            .created();
        desk.index_faults();
        sarah.delete(&format!("/v1/contacts/contact_001{query}")).expect(204);
        for needle in ["a-marker-inside-of-it", "a-marker-uploaded", "a-marker-sent", "a-marker-of-words"] {
            assert_eq!(files_with(&desk, needle).is_empty(), reaches, "{needle} after {query:?}");
        }
        assert!(!files_with(&desk, "from-the-team.txt").is_empty());
        assert_eq!(rows(&desk), if reaches { (1, 1) } else { (3, 21) });
        sarah.get("/v1/files/file_003").ok();
        assert_eq!(sarah.get("/v1/files/file_001").status, if reaches { 404 } else { 200 });
    }
}
