//! What a body or a filter may name: objects that exist, of the right kind, and only by those who may.

use crate::access::furnish;
use crate::harness::TestApp;
use crate::harness::details;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use serde_json::Value;
use serde_json::json;

/// A place in a body that names another object: method, path, the body without it, the place, and a prefix of its ids.
const REFERENCES: &[(&str, &str, &str, &str, &str)] = &[
    ("POST", "/v1/conversations", r#"{"subject": "S", "message": {"body": "B"}}"#, "contact.id", "contact"),
    (
        "POST",
        "/v1/conversations",
        r#"{"subject": "S", "message": {"body": "B"}, "contact": {"email": "a@x.io"}}"#,
        "assignee_id",
        "user",
    ),
    ("PATCH", "/v1/conversations/conv_001", "{}", "assignee_id", "user"),
    (
        "POST",
        "/v1/conversations",
        r#"{"subject": "S", "message": {"body": "B"}, "contact": {"email": "a@x.io"}}"#,
        "team_id",
        "team",
    ),
    ("PATCH", "/v1/conversations/conv_001", "{}", "team_id", "team"),
    ("POST", "/v1/tickets", r#"{"subject": "S", "description": "D"}"#, "contact.id", "contact"),
    (
        "POST",
        "/v1/tickets",
        r#"{"subject": "S", "description": "D", "contact": {"email": "a@x.io"}}"#,
        "team_id",
        "team",
    ),
    (
        "POST",
        "/v1/tickets",
        r#"{"subject": "S", "description": "D", "contact": {"email": "a@x.io"}}"#,
        "assignee_id",
        "user",
    ),
    (
        "POST",
        "/v1/tickets",
        r#"{"subject": "S", "description": "D", "contact": {"email": "a@x.io"}}"#,
        "inbox_id",
        "inbox",
    ),
    ("POST", "/v1/tickets", "{}", "conversation_id", "conv"),
    ("PATCH", "/v1/tickets/ticket_001", "{}", "assignee_id", "user"),
    ("PATCH", "/v1/tickets/ticket_001", "{}", "inbox_id", "inbox"),
    ("PATCH", "/v1/tickets/ticket_001", "{}", "team_id", "team"),
    ("POST", "/v1/tickets/bulk", r#"{"ids": ["ticket_001"], "update": {}}"#, "update.assignee_id", "user"),
    ("POST", "/v1/tickets/bulk", r#"{"ids": ["ticket_001"], "update": {}}"#, "update.inbox_id", "inbox"),
    ("POST", "/v1/tickets/bulk", r#"{"ids": ["ticket_001"], "update": {}}"#, "update.team_id", "team"),
    ("POST", "/v1/teams/team_001/members", "{}", "user_id", "user"),
    ("POST", "/v1/api_keys", r#"{"name": "N"}"#, "user_id", "user"),
];

/// The body with `value` at the place.
fn with(body: &str, place: &str, value: Value) -> Value {
    let mut body: Value = serde_json::from_str(body).unwrap();
    match place.split_once('.') {
        Some((outer, inner)) => body[outer][inner] = value,
        None => body[place] = value,
    }
    body
}

#[test]
fn a_body_names_only_what_exists_and_is_of_the_right_kind() {
    let desk = TestApp::new();
    let keeper = furnish(&desk);
    desk.new_events();
    for (method, path, body, place, kind) in REFERENCES {
        let other = if *kind == "user" { "contact_001" } else { "user_001" };
        let beyond = format!("{kind}_99999999999999999999");
        for (value, rule) in [
            (json!(format!("{kind}_999")), "unknown_id"),
            (json!(format!("{kind}_9223372036854775807")), "unknown_id"),
            (json!(format!("{kind}_000")), "unknown_id"),
            (json!(beyond), "invalid_format"),
            (json!(format!("{kind}_1")), "invalid_format"),
            (json!(format!("{kind}_-01")), "invalid_format"),
            (json!(format!(" {kind}_001")), "invalid_format"),
            (json!(format!("{kind}_001'--")), "invalid_format"),
            (json!(other), "invalid_format"),
            (json!("nonsense"), "invalid_format"),
            (json!(""), "invalid_format"),
            (json!(1), "invalid_format"),
            (json!(["user_001"]), "invalid_format"),
            (json!({"id": "user_001"}), "invalid_format"),
        ] {
            let answer = keeper.send(method, path, &[], Some(with(body, place, value.clone()).to_string()));
            assert_eq!(answer.status, 422, "{method} {path}, {place}: {value}: {}", answer.text);
            let told = details(&answer.refused(422, "validation_failed"));
            assert_eq!(told, [((*place).to_owned(), rule.to_owned())], "{method} {path}, {place}: {value}");
        }
    }
    assert_eq!(desk.new_events(), Vec::<String>::new());
}

#[test]
fn a_thread_is_with_somebody_who_can_be_told() {
    let desk = TestApp::new();
    let keeper = furnish(&desk);
    let conversation = |contact: Value| {
        keeper.post("/v1/conversations", json!({"subject": "S", "message": {"body": "B"}, "contact": contact}))
    };
    let ticket =
        |contact: Value| keeper.post("/v1/tickets", json!({"subject": "S", "description": "D", "contact": contact}));
    for (contact, field, rule) in [
        (json!({}), "contact.email", "required"),
        (json!({"name": "Jane"}), "contact.email", "required"),
        (json!({"email": "nonsense"}), "contact.email", "invalid_format"),
        (json!({"email": 5}), "contact.email", "invalid_format"),
        (json!({"id": "contact_001", "email": "second@example.com"}), "contact.email", "invalid_format"),
        (json!({"id": "contact_001", "email": "nobody@example.com"}), "contact.email", "invalid_format"),
        (json!({"emial": "a@x.io"}), "contact.emial", "unknown_field"),
        (json!("contact_001"), "contact", "invalid_format"),
    ] {
        for answer in [conversation(contact.clone()), ticket(contact.clone())] {
            let told = details(&answer.refused(422, "validation_failed"));
            assert!(told.contains(&(field.to_owned(), rule.to_owned())), "{contact}: {told:?}");
        }
    }
    conversation(json!({"id": "contact_001", "email": "JOHN@example.com"})).created();
}

#[test]
fn of_a_bulk_request_the_ids_that_name_nothing_fail_alone() {
    let desk = TestApp::new();
    let keeper = furnish(&desk);
    for (path, kind, other) in
        [("/v1/tickets/bulk", "ticket", "contact_001"), ("/v1/contacts/bulk", "contact", "ticket_001")]
    {
        let bad = [
            format!("{kind}_999"),
            other.to_owned(),
            "nonsense".to_owned(),
            String::new(),
            format!("{kind}_1"),
            "conv_001".to_owned(),
        ];
        let mut ids = vec![format!("{kind}_001")];
        ids.extend(bad.clone());
        let answer = keeper.post(path, json!({"ids": ids, "update": {"custom_fields": {"n": 1}}})).expect(200);
        assert_eq!(answer.body["data"]["updated"], json!([format!("{kind}_001")]));
        assert_eq!(answer.body["meta"], json!({"updated_count": 1, "failed_count": bad.len()}));
        let failed: Vec<_> = answer.body["data"]["failed"].as_array().unwrap().clone();
        for (entry, id) in failed.iter().zip(&bad) {
            assert_eq!((&entry["id"], &entry["code"]), (&json!(id), &json!("not_found")));
        }
        keeper
            .post(path, json!({"ids": [format!("{kind}_001"), 5], "update": {}}))
            .invalid(&[("ids[1]", "invalid_format")]);
        keeper.post(path, json!({"ids": "all", "update": {}})).invalid(&[("ids", "invalid_format")]);
        keeper.post(path, json!({"update": {}})).invalid(&[("ids", "required")]);
        keeper.post(path, json!({"ids": [format!("{kind}_001")]})).invalid(&[("update", "required")]);
    }
}

#[test]
fn a_filter_by_what_does_not_exist_finds_nothing_and_by_nonsense_is_refused() {
    let desk = TestApp::new();
    let keeper = furnish(&desk);
    for (path, kind) in [
        ("/v1/conversations?assignee=", "user"),
        ("/v1/conversations?contact=", "contact"),
        ("/v1/tickets?assignee=", "user"),
        ("/v1/tickets?inbox=", "inbox"),
    ] {
        let none = keeper.get(&format!("{path}{kind}_999"));
        assert_eq!(none.total(), 0);
        assert_eq!(none.ids(), Vec::<String>::new());
        for nonsense in ["", "1", "team_001", "nonsense", "user_1", "%00"] {
            let error = keeper.get(&format!("{path}{nonsense}")).refused(400, "invalid_parameter");
            let field = path.split(['?', '=']).nth(1).unwrap();
            assert_eq!(details(&error)[0].0, field);
        }
    }
}

#[test]
fn history_is_brought_in_by_admins_alone() {
    let desk = TestApp::new();
    furnish(&desk);
    let at = "2025-01-01T00:00:00Z";
    let requests = [
        ("/v1/conversations", json!({"subject": "S", "message": {"body": "B"}, "contact": {"email": "a@x.io"}})),
        ("/v1/tickets", json!({"subject": "S", "description": "D", "contact": {"email": "a@x.io"}})),
        ("/v1/conversations/conv_001/messages", json!({"body": "B", "type": "comment"})),
    ];
    let callers = [
        (desk.user("Agent Write", Role::Agent, Scope::Write), 403),
        (desk.user("Agent Admin", Role::Agent, Scope::Admin), 403),
        (desk.user("Admin Write", Role::Admin, Scope::Write), 403),
        (desk.user("Admin Admin", Role::Admin, Scope::Admin), 201),
    ];
    desk.new_events();
    for (path, body) in requests {
        for (caller, status) in &callers {
            let mut body = body.clone();
            body["imported"] = json!(true);
            body["created_at"] = json!(at);
            let answer = caller.post(path, body).expect(*status);
            if *status == 403 {
                answer.refused(403, "forbidden");
                assert_eq!(desk.new_events(), Vec::<String>::new());
            } else {
                assert_eq!(answer.body["data"]["created_at"], at);
                assert!(desk.new_event_objects().iter().any(|event| event["imported"] == true));
            }
        }
        // Without the word, nobody chooses when things happened.
        let mut body = body.clone();
        body["created_at"] = json!(at);
        callers[0].0.post(path, body).invalid(&[("created_at", "invalid_format")]);
    }
}
