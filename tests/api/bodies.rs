//! What comes in as a body: JSON, whole, of a sane size and depth, and nothing in it that a field can't hold.

use crate::access::furnish;
use crate::harness::Client;
use crate::harness::TestApp;
use crate::harness::details;
use crate::wire::Wire;
use serde_json::Value;
use serde_json::json;

fn post(caller: &Client<'_>, text: impl Into<Vec<u8>>) -> crate::harness::Answer {
    caller.send_bytes("POST", "/v1/contacts", &[], Some(text.into()))
}

#[test]
fn what_is_not_json_is_malformed() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let good = "{\"name\": \"x\"}";
    for text in [
        "",
        " ",
        "nonsense",
        "{",
        "{\"name\"}",
        "{\"name\": }",
        "{\"name\": 'x'}",
        "{name: \"x\"}",
        "{\"name\": \"x\",}",
        "{\"name\": \"x\"} trailing",
        "{\"name\": \"x\"}{\"name\": \"y\"}",
        "// note\n{\"name\": \"x\"}",
        "{\"name\": NaN}",
        "{\"name\": \"line\nbreak\"}",
        "{\"name\": \"\\x\"}",
        "{\"name\": \"\\ud800\"}",
        "{\"name\": tru}",
        "{\"custom_fields\": {\"n\": 1e400}}",
        "{\"custom_fields\": {\"n\": 01}}",
        "{\"custom_fields\": {\"n\": -}}",
        "\u{feff}{\"name\": \"x\"}",
        "name=x&email=y",
    ] {
        let answer = post(&agent, text);
        assert_eq!(answer.status, 400, "{text:?}: {}", answer.text);
        answer.refused(400, "malformed_json");
    }
    for bytes in [
        &b"{\"name\": \"\xff\"}"[..],
        b"\xff\xfe{\0}\0",
        b"{\"name\": \"\xed\xa0\x80\"}",
        b"\0",
        b"{\"name\": \"x\0\"}",
    ] {
        post(&agent, bytes).refused(400, "malformed_json");
    }
    assert_eq!(agent.get("/v1/contacts").total(), 0);
    post(&agent, good).created();
}

#[test]
fn json_that_is_no_object_breaks_a_rule() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    for text in ["[]", "[{\"name\": \"x\"}]", "\"name\"", "5", "null", "true", "1.5"] {
        post(&agent, text).refused(422, "validation_failed");
    }
}

#[test]
fn depth_has_an_end_long_before_the_stack_does() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let nested = |open: &str, close: &str, levels: usize| {
        format!("{{\"custom_fields\": {}1{}}}", open.repeat(levels - 1), close.repeat(levels - 1))
    };
    post(&agent, nested("[", "]", 64)).invalid(&[("custom_fields", "invalid_format")]);
    for levels in [65, 10_000, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\": ", "}")] {
            post(&agent, nested(open, close, levels)).refused(400, "malformed_json");
        }
        post(&agent, "[".repeat(levels)).refused(400, "malformed_json");
        post(&agent, "{\"a\":".repeat(levels)).refused(400, "malformed_json");
    }
    // Brackets in a text are only text.
    post(&agent, json!({"name": "[".repeat(200)}).to_string()).created();
    post(&agent, json!({"name": "\\\"[[".repeat(50)}).to_string()).created();
}

#[test]
fn a_body_over_a_mebibyte_is_refused_announced_or_not() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let key = agent.key.clone().unwrap();
    let of_length = |bytes: usize| format!("{{\"name\": \"x\"{}}}", " ".repeat(bytes - 13));
    post(&agent, of_length(1 << 20)).created();
    post(&agent, of_length((1 << 20) + 1)).refused(413, "too_large");
    post(&agent, of_length(2 << 20)).refused(413, "too_large");
    let head = format!(
        "POST /v1/contacts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n"
    );
    // Announced: refused before a byte of it was sent.
    let mut wire = Wire::to(&desk);
    wire.send(format!("{head}content-length: 2097152\r\n\r\n"));
    assert_eq!(wire.response().unwrap().refused(413), "too_large");
    // In chunks: refused once it is too much, without an end in sight.
    let mut wire = Wire::to(&desk);
    wire.send(format!("{head}transfer-encoding: chunked\r\n\r\n"));
    for _ in 0..129 {
        wire.send(format!("2000\r\n{}\r\n", "x".repeat(0x2000)));
    }
    assert_eq!(wire.response().unwrap().refused(413), "too_large");
    assert_eq!(agent.get("/v1/contacts").total(), 1);
}

#[test]
fn only_plain_json_is_taken() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let with =
        |headers: &[(&str, &str)]| agent.send("POST", "/v1/contacts", headers, Some("{\"name\": \"x\"}".to_owned()));
    for media in
        ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"]
    {
        with(&[("content-type", media)]).created();
    }
    for media in [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "json",
        "",
        "multipart/form-data; boundary=x",
        "application/xml",
    ] {
        with(&[("content-type", media)]).refused(415, "unsupported_media_type");
    }
    for encoding in ["gzip", "br", "deflate", "gzip, identity", "nonsense"] {
        with(&[("content-type", "application/json"), ("content-encoding", encoding)])
            .refused(415, "unsupported_media_type");
    }
    let key = agent.key.clone().unwrap();
    let mut wire = Wire::to(&desk);
    wire.send(format!(
        "POST /v1/contacts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: 2\r\n\r\n{{}}"
    ));
    assert_eq!(wire.response().unwrap().refused(415), "unsupported_media_type");
}

#[test]
fn a_text_field_holds_no_control_characters() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    desk.new_events();
    let lines: &[(&str, &str, Value, &str)] = &[
        ("POST", "/v1/contacts", json!({"name": "x"}), "name"),
        ("POST", "/v1/contacts", json!({"name": "x"}), "company"),
        ("POST", "/v1/contacts", json!({"name": "x"}), "phone"),
        ("POST", "/v1/contacts", json!({"name": "x"}), "email"),
        ("PATCH", "/v1/contacts/contact_001", json!({}), "name"),
        ("PATCH", "/v1/conversations/conv_001", json!({}), "subject"),
        ("PATCH", "/v1/tickets/ticket_001", json!({}), "subject"),
        ("POST", "/v1/tickets", json!({"description": "d", "contact": {"name": "x", "email": "x@x.io"}}), "subject"),
        ("POST", "/v1/users", json!({"email": "u@x.io"}), "name"),
        ("PATCH", "/v1/users/user_001", json!({}), "avatar_url"),
        ("POST", "/v1/teams", json!({}), "name"),
        ("POST", "/v1/tags", json!({}), "name"),
        ("POST", "/v1/tags", json!({"name": "t"}), "color"),
        ("POST", "/v1/inboxes", json!({}), "name"),
        ("POST", "/v1/api_keys", json!({}), "name"),
        ("POST", "/v1/webhooks", json!({"events": ["*"]}), "url"),
        ("POST", "/v1/webhooks", json!({"events": ["*"], "url": "https://example.com/"}), "secret"),
    ];
    let bodies: &[(&str, &str, Value, &str)] = &[
        ("POST", "/v1/conversations/conv_001/messages", json!({}), "body"),
        ("POST", "/v1/tickets", json!({"subject": "s", "contact": {"email": "x@x.io"}}), "description"),
        ("POST", "/v1/teams", json!({"name": "t"}), "description"),
        ("POST", "/v1/inboxes", json!({"name": "i"}), "description"),
        ("PATCH", "/v1/webhooks/webhook_001", json!({}), "description"),
    ];
    let refuses = |(method, path, body, field): &(&str, &str, Value, &str), text: String| {
        let mut body = body.clone();
        body[*field] = json!(text);
        let error = admin.send(method, path, &[], Some(body.to_string())).refused(422, "validation_failed");
        assert_eq!(details(&error)[0].0, *field, "{method} {path}: {text:?}");
    };
    for row in lines {
        for control in ["\0", "\u{1}", "\n", "\r\n", "\t", "\u{1b}[2J", "\u{7f}", "\u{85}"] {
            refuses(row, format!("a{control}b"));
        }
    }
    for row in bodies {
        for control in ["\0", "\u{1}", "\u{8}", "\u{1b}[2J", "\u{7f}", "\u{9b}"] {
            refuses(row, format!("a{control}b"));
        }
        for empty in ["", " \n\t "] {
            refuses(row, empty.to_owned());
        }
    }
    for key in ["nul\0", "", &"k".repeat(65)] {
        let error = admin.post("/v1/contacts", json!({"name": "x", "custom_fields": {key: 1}}));
        error.refused(422, "validation_failed");
    }
    admin
        .post("/v1/contacts", json!({"name": "x", "custom_fields": {"k": "nul\0"}}))
        .invalid(&[("custom_fields.k", "invalid_format")]);
    admin
        .post("/v1/contacts", json!({"name": "x", "custom_fields": {"k": "x".repeat(4_097)}}))
        .invalid(&[("custom_fields.k", "too_long")]);
    assert_eq!(desk.new_events(), Vec::<String>::new());
    let message = admin.message("conv_001", "note", "two\nlines\tand a tab\r\n");
    assert_eq!(message["body"], "two\nlines\tand a tab\r\n");
}

#[test]
fn numbers_that_overflow_are_refused_where_a_whole_number_is_meant_and_kept_as_they_are_elsewhere() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    for limit in ["0", "-1", "1000001", "9223372036854775807", "9223372036854775808", "1e30", "1.5", "\"60\"", "true"] {
        let body = format!("{{\"name\": \"k\", \"rate_limit\": {limit}}}");
        let error = admin.send("POST", "/v1/api_keys", &[], Some(body)).refused(422, "validation_failed");
        assert_eq!(details(&error)[0].0, "rate_limit", "{limit}");
    }
    for number in ["9223372036854775807", "18446744073709551615", "-9223372036854775808", "0", "1.5", "1e300", "-0.0"] {
        let body = format!("{{\"custom_fields\": {{\"n\": {number}}}}}");
        let contact = admin.send("PATCH", "/v1/contacts/contact_001", &[], Some(body)).ok();
        let number: Value = serde_json::from_str(number).unwrap();
        assert_eq!(contact["custom_fields"]["n"], number);
        assert_eq!(admin.get("/v1/contacts/contact_001").ok(), contact);
    }
}

#[test]
fn a_date_that_does_not_exist_is_refused() {
    let desk = TestApp::new();
    let admin = desk.admin();
    for date in [
        "2027-02-29",
        "2027-02-30T00:00:00Z",
        "2027-13-01",
        "2027-00-10",
        "2027-06-31T10:00:00+02:00",
        "2027-01-01T24:00:00Z",
        "2027-01-01T10:60:00Z",
        "2027-01-01T10:00:00",
        "2027-01-01 10:00",
        "10000-01-01",
        "99999-12-31T23:59:59Z",
        "-0001-01-01",
        "0000-01-01T00:00:00+23:59",
        "tomorrow",
        "",
        "9999-12-31T23:59:59-01:00",
        "1893456000",
    ] {
        admin
            .post("/v1/api_keys", json!({"name": "k", "expires_at": date}))
            .invalid(&[("expires_at", "invalid_format")]);
    }
    for date in ["2028-02-29", "2027-06-30T23:59:60Z", "2027-01-01T10:00:00.999999+14:00", "9999-12-31T23:59:59Z"] {
        admin.post("/v1/api_keys", json!({"name": "k", "expires_at": date})).created();
    }
}

#[test]
fn of_a_key_that_stands_twice_the_last_counts() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let contact = post(&agent, "{\"name\": \"first\", \"name\": \"second\"}").created();
    assert_eq!(contact["name"], "second");
    let error = post(&agent, "{\"name\": \"first\", \"name\": 5}").refused(422, "validation_failed");
    assert_eq!(details(&error), [("name".to_owned(), "invalid_format".to_owned())]);
}

#[test]
fn a_mistyped_field_is_told_the_nearest_one_wherever_it_stands() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    for (method, path, body, field, nearest) in [
        ("PATCH", "/v1/conversations/conv_001", json!({"asignee_id": "user_001"}), "asignee_id", "assignee_id"),
        ("PATCH", "/v1/tickets/ticket_001", json!({"priorty": "low"}), "priorty", "priority"),
        ("POST", "/v1/conversations/conv_001/messages", json!({"body": "b", "typ": "note"}), "typ", "type"),
        (
            "POST",
            "/v1/tickets/bulk",
            json!({"ids": ["ticket_001"], "update": {"statsu": "open"}}),
            "update.statsu",
            "status",
        ),
        ("PATCH", "/v1/users/user_001", json!({"rol": "agent"}), "rol", "role"),
        ("PATCH", "/v1/webhooks/webhook_001", json!({"event": ["*"]}), "event", "events"),
        ("PATCH", "/v1/tags/tag_001", json!({"colour": "#000000"}), "colour", "color"),
    ] {
        let error = admin.send(method, path, &[], Some(body.to_string())).invalid(&[(field, "unknown_field")]);
        assert!(error["message"].as_str().unwrap().contains(&format!("`{nearest}`")), "{error}");
    }
    // A long name is cut short in the answer.
    let error = admin.patch("/v1/tags/tag_001", json!({"x".repeat(5_000): 1})).refused(422, "validation_failed");
    assert!(error.to_string().len() < 1_000, "{error}");
    // What the server itself decides can't be sent either.
    for field in ["id", "created_at", "updated_at", "version"] {
        admin.patch("/v1/contacts/contact_001", json!({field: "x"})).invalid(&[(field, "unknown_field")]);
    }
}
