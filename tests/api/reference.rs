//! The examples of the API reference: requests as they stand there, and answers that show all that they show.

use crate::harness::Client;
use crate::harness::HOUR;
use crate::harness::TestApp;
use crate::harness::file;
use crate::harness::text;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use commflow::store::tx::Actor;
use commflow::types::time::Time;
use serde_json::Value;
use serde_json::json;

/// What `actual` lacks of what `example` shows: every key must be there, with a value of the same type. Times must be
/// times, and ids be of the same prefix.
fn lacks(example: &Value, actual: &Value, at: &str) -> Vec<String> {
    // A signature in a link may end in "_0" too: the prefix of an id is made of letters alone.
    let is_id = |(name, digits): &(&str, &str)| {
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && digits.parse::<i64>().is_ok()
    };
    let prefix = |text: &str| text.rsplit_once('_').filter(is_id).map(|(name, _)| name.to_owned());
    let agree = match (example, actual) {
        (Value::Object(example), Value::Object(actual)) => {
            let missing = |key: &String| vec![format!("{at}.{key} is missing")];
            let look = |(key, value): (&String, &Value)| {
                actual.get(key).map_or_else(|| missing(key), |actual| lacks(value, actual, &format!("{at}.{key}")))
            };
            return example.iter().flat_map(look).collect();
        }
        (Value::Array(example), Value::Array(actual)) if actual.len() >= example.len() => {
            let pairs = example.iter().zip(actual).enumerate();
            return pairs
                .flat_map(|(place, (example, actual))| lacks(example, actual, &format!("{at}[{place}]")))
                .collect();
        }
        (Value::String(example), Value::String(actual)) => {
            prefix(example) == prefix(actual) && example.parse::<Time>().is_ok() == actual.parse::<Time>().is_ok()
        }
        (Value::Number(_), Value::Number(_)) | (Value::Bool(_), Value::Bool(_)) | (Value::Null, Value::Null) => true,
        _ => false,
    };
    if agree { Vec::new() } else { vec![format!("{at} is {actual}, in the example {example}")] }
}

/// Checks that the answer shows all that the example shows.
fn shows(actual: &Value, example: Value) {
    assert_eq!(lacks(&example, actual, ""), Vec::<String>::new(), "{actual}");
}

#[test]
fn an_answer_that_lacks_something_would_be_noticed() {
    let example = json!({"id": "conv_123", "at": "2026-01-15T10:30:00Z", "n": 1, "who": {"name": "Jo"}, "tags": ["a"]});
    assert_eq!(lacks(&example, &example, ""), Vec::<String>::new());
    let wrong = [
        ("id", json!("contact_123")),
        ("id", Value::Null),
        ("at", json!("yesterday")),
        ("n", json!("1")),
        ("who", json!({"id": "user_001"})),
        ("tags", json!([])),
        ("tags", json!([1])),
    ];
    for (field, value) in wrong {
        let mut actual = example.clone();
        actual[field] = value.clone();
        assert_eq!(lacks(&example, &actual, "").len(), 1, "{field}: {value}");
    }
    let link = |signature: &str| json!({"url": format!("https://files.commflow.io/file_001?signature={signature}")});
    assert_eq!(lacks(&link("..."), &link("rhl2Cm_0"), ""), Vec::<String>::new());
    assert_eq!(lacks(&example, &json!({}), "").len(), 5);
}

/// Lets the next row of a table have this number, so that requests can name the ids of the reference.
pub fn count_from(desk: &TestApp, table: &'static str, number: i64) {
    let count = move |tx: &commflow::store::tx::Tx| {
        tx.execute("DELETE FROM sqlite_sequence WHERE name = ?1", [table])?;
        tx.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", (table, number - 1))?;
        Ok(())
    };
    desk.server().store.write_blocking(Actor::SYSTEM, count).unwrap();
}

/// The workspace that the reference speaks of; gives Sarah Chen, `user_456`, an admin.
fn workspace(desk: &TestApp) -> Client<'_> {
    count_from(desk, "users", 456);
    let sarah = desk.user("Sarah Chen", Role::Admin, Scope::Admin);
    count_from(desk, "users", 789);
    desk.agent("Max Weber");
    count_from(desk, "contacts", 789);
    let john = json!({"email": "john@example.com", "name": "John Doe", "phone": "+1234567890", "company": "Acme Inc",
        "custom_fields": {"plan": "enterprise", "account_id": "12345"}});
    sarah.post("/v1/contacts", john).created();
    count_from(desk, "threads", 123);
    sarah.conversation(
        json!({"channel": "email", "tags": ["billing", "urgent"], "custom_fields": {"account_id": "12345"}}),
    );
    desk.advance(HOUR);
    sarah.patch("/v1/conversations/conv_123", json!({"assignee_id": "user_456"})).ok();
    sarah
}

#[test]
fn conversations_are_read_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = workspace(&desk);
    let list = sarah.get("/v1/conversations").expect(200);
    shows(
        &list.body,
        json!({"data": [{"id": "conv_123", "subject": "Need help with billing", "status": "open", "channel": "email",
            "assignee": {"id": "user_456", "name": "Sarah Chen"},
            "contact": {"id": "contact_789", "name": "John Doe", "email": "john@example.com"},
            "created_at": "2026-01-15T10:30:00Z", "updated_at": "2026-01-15T11:45:00Z"}],
            "meta": {"current_page": 1, "per_page": 25, "total_count": 150}}),
    );
    let one = sarah.get("/v1/conversations/conv_123").expect(200);
    shows(
        &one.body,
        json!({"data": {"id": "conv_123", "subject": "Need help with billing", "status": "open", "priority": "normal",
            "channel": "email", "assignee": {"id": "user_456", "name": "Sarah Chen"},
            "contact": {"id": "contact_789", "name": "John Doe", "email": "john@example.com"}, "tags": ["billing", "urgent"],
            "custom_fields": {"account_id": "12345"},
            "created_at": "2026-01-15T10:30:00Z", "updated_at": "2026-01-15T11:45:00Z"}}),
    );
    assert_eq!(one.body["data"]["id"], "conv_123");
    assert_eq!(one.body["data"]["contact"]["id"], "contact_789");
}

#[test]
fn conversations_are_written_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = workspace(&desk);
    let new = json!({
        "subject": "New support request",
        "contact": {"email": "customer@example.com", "name": "Jane Smith"},
        "message": {"body": "I need help with my account.", "type": "comment"},
        "channel": "api",
        "priority": "normal",
        "tags": ["support"]
    });
    let created = sarah.post("/v1/conversations", new).expect(201);
    shows(
        &created.body,
        json!({"data": {"id": "conv_124", "subject": "New support request", "status": "open", "created_at": "2026-01-15T12:00:00Z"}}),
    );
    assert_eq!(created.body["data"]["id"], "conv_124");
    let patch =
        json!({"status": "pending", "priority": "high", "assignee_id": "user_456", "tags": ["billing", "escalated"]});
    let changed = sarah.patch("/v1/conversations/conv_124", patch).ok();
    assert_eq!((&changed["status"], &changed["priority"]), (&json!("pending"), &json!("high")));
    assert_eq!(changed["assignee"], json!({"id": "user_456", "name": "Sarah Chen"}));
    assert_eq!(changed["tags"], json!(["billing", "escalated"]));
}

#[test]
fn messages_are_read_and_written_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = workspace(&desk);
    let path = "/v1/conversations/conv_123/messages";
    let reply = json!({"body": "Thanks for reaching out! I'll look into this.", "type": "reply"});
    let written = sarah.post(path, reply).created();
    assert_eq!(written["body"], "Thanks for reaching out! I'll look into this.");
    shows(
        &sarah.get(path).expect(200).body,
        json!({"data": [
            {"id": "msg_001", "body": "I need help with my account.", "type": "comment",
                "author": {"type": "contact", "id": "contact_789", "name": "John Doe"}, "attachments": [],
                "created_at": "2026-01-15T10:30:00Z"},
            {"id": "msg_002", "body": "I'd be happy to help! Can you provide your account ID?", "type": "reply",
                "author": {"type": "user", "id": "user_456", "name": "Sarah Chen"}, "created_at": "2026-01-15T10:35:00Z"}]}),
    );
    assert_eq!(sarah.post(path, json!({"body": "Internal", "type": "note"})).created()["type"], "note");
}

#[test]
fn contacts_are_read_and_written_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = workspace(&desk);
    let example = json!({"id": "contact_789", "email": "john@example.com", "name": "John Doe", "phone": "+1234567890",
        "company": "Acme Inc", "custom_fields": {"plan": "enterprise", "account_id": "12345"},
        "created_at": "2026-01-10T08:00:00Z"});
    shows(&sarah.get("/v1/contacts").expect(200).body, json!({"data": [example]}));
    shows(&sarah.get("/v1/contacts/contact_789").ok(), example.clone());
    let new = json!({
        "email": "newcontact@example.com",
        "name": "Jane Smith",
        "phone": "+1987654321",
        "company": "Tech Corp",
        "custom_fields": {"plan": "professional", "referral_source": "website"}
    });
    let created = sarah.post("/v1/contacts", new.clone()).created();
    assert!(new.as_object().unwrap().iter().all(|(field, value)| created[field] == *value), "{created}");
    let patch = json!({"name": "Jane M. Smith", "company": "Tech Corp Inc", "custom_fields": {"plan": "enterprise"}});
    let changed = sarah.patch("/v1/contacts/contact_790", patch).ok();
    assert_eq!((&changed["name"], &changed["company"]), (&json!("Jane M. Smith"), &json!("Tech Corp Inc")));
    assert_eq!(changed["custom_fields"], json!({"plan": "enterprise", "referral_source": "website"}));
    sarah.delete("/v1/contacts/contact_790").expect(204);
}

#[test]
fn tickets_are_read_and_written_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = workspace(&desk);
    let new = json!({
        "subject": "Bug report: Login issue",
        "description": "Users are unable to log in since the last update.",
        "priority": "high",
        "contact": {"email": "reporter@example.com"},
        "tags": ["bug", "login"]
    });
    let created = sarah.post("/v1/tickets", new).created();
    assert_eq!(created["id"], "ticket_001");
    assert_eq!(created["tags"], json!(["bug", "login"]));
    sarah.patch("/v1/tickets/ticket_001", json!({"assignee_id": "user_456"})).ok();
    let example = json!({"id": "ticket_001", "subject": "Cannot access my account", "status": "open", "priority": "high",
        "sla": {"status": "on_track", "first_response_due": "2026-01-15T14:00:00Z"},
        "assignee": {"id": "user_456", "name": "Sarah Chen"}, "contact": {"id": "contact_789", "email": "john@example.com"},
        "created_at": "2026-01-15T10:00:00Z"});
    shows(&sarah.get("/v1/tickets").expect(200).body, json!({"data": [example]}));
    shows(&sarah.get("/v1/tickets/ticket_001").ok(), example);
    let patch = json!({"status": "resolved", "priority": "normal", "assignee_id": "user_789"});
    let changed = sarah.patch("/v1/tickets/ticket_001", patch).ok();
    assert_eq!((&changed["status"], &changed["priority"]), (&json!("resolved"), &json!("normal")));
    assert_eq!(changed["assignee"]["id"], "user_789");
}

#[test]
fn a_high_ticket_of_ten_o_clock_is_due_at_two() {
    let desk = TestApp::new();
    let ticket = desk.agent("sarah").ticket(json!({"priority": "high"}));
    assert_eq!(ticket["created_at"], "2026-01-15T10:00:00Z");
    assert_eq!(ticket["sla"]["status"], "on_track");
    assert_eq!(ticket["sla"]["first_response_due"], "2026-01-15T14:00:00Z");
}

#[test]
fn users_and_teams_are_read_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = workspace(&desk);
    sarah.patch("/v1/users/user_456", json!({"avatar_url": "https://x.io/s.png"})).ok();
    let user = json!({"id": "user_456", "email": "sarah@company.com", "name": "Sarah Chen", "role": "admin",
        "status": "active", "avatar_url": "https://...", "created_at": "2025-06-01T00:00:00Z"});
    shows(&sarah.get("/v1/users?sort=-name").expect(200).body, json!({"data": [user]}));
    shows(&sarah.get("/v1/users/user_456").ok(), user.clone());
    shows(&sarah.get("/v1/me").ok(), user.clone());
    sarah.post("/v1/teams", json!({"name": "Support Team", "description": "Customer support"})).created();
    sarah.post("/v1/teams/team_001/members", json!({"user_id": "user_456"})).created();
    let team = json!({"id": "team_001", "name": "Support Team", "description": "Customer support", "members_count": 5,
        "created_at": "2025-01-01T00:00:00Z"});
    shows(&sarah.get("/v1/teams").expect(200).body, json!({"data": [team]}));
    shows(&sarah.get("/v1/teams/team_001").ok(), team);
    shows(&sarah.get("/v1/teams/team_001/members").expect(200).body, json!({"data": [user]}));
}

#[test]
fn tags_are_read_and_written_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = workspace(&desk);
    shows(
        &sarah.get("/v1/tags").expect(200).body,
        json!({"data": [{"id": "tag_001", "name": "billing", "color": "#10b981", "count": 42},
            {"id": "tag_002", "name": "urgent", "color": "#ef4444", "count": 15}]}),
    );
    let created = sarah.post("/v1/tags", json!({"name": "new-feature", "color": "#3b82f6"})).created();
    assert_eq!((&created["name"], &created["color"]), (&json!("new-feature"), &json!("#3b82f6")));
}

#[test]
fn webhooks_are_read_and_written_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = workspace(&desk);
    let new = json!({
        "url": "https://yourapp.com/webhook",
        "events": ["ticket.created", "ticket.updated", "message.created"],
        "secret": "your_webhook_secret"
    });
    let created = sarah.post("/v1/webhooks", new.clone()).created();
    assert!(new.as_object().unwrap().iter().all(|(field, value)| created[field] == *value), "{created}");
    assert_eq!(sarah.get("/v1/webhooks").ids(), ["webhook_001"]);
    assert_eq!(sarah.patch("/v1/webhooks/webhook_001", json!({"active": false})).ok()["active"], false);
    sarah.delete("/v1/webhooks/webhook_001").expect(204);
}

#[test]
fn bulk_updates_are_written_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for email in ["one@example.com", "two@example.com", "three@example.com"] {
        sarah.ticket(json!({"contact": {"email": email}}));
    }
    let tickets = json!({"ids": ["ticket_001", "ticket_002", "ticket_003"],
        "update": {"status": "closed", "tags": ["resolved"]}});
    let answer = sarah.post("/v1/tickets/bulk", tickets).expect(200);
    assert_eq!(answer.body["data"]["updated"], json!(["ticket_001", "ticket_002", "ticket_003"]));
    let changed = sarah.get("/v1/tickets/ticket_002").ok();
    assert_eq!((&changed["status"], &changed["tags"]), (&json!("closed"), &json!(["resolved"])));
    let contacts =
        json!({"ids": ["contact_001", "contact_002"], "update": {"custom_fields": {"segment": "enterprise"}}});
    let answer = sarah.post("/v1/contacts/bulk", contacts).expect(200);
    assert_eq!(answer.body["data"]["updated"], json!(["contact_001", "contact_002"]));
    assert_eq!(sarah.get("/v1/contacts/contact_002").ok()["custom_fields"], json!({"segment": "enterprise"}));
}

#[test]
fn files_are_uploaded_read_and_deleted_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = workspace(&desk);
    let bytes = [&b"%PDF-1.7\n"[..], &[b' '; 102_391]].concat();
    let parts = [file("file", "document.pdf", "application/pdf", &bytes), text("folder", "invoices")];
    let example = json!({"id": "file_001", "name": "document.pdf", "size": 102_400, "mime_type": "application/pdf",
        "url": "https://files.commflow.io/...", "created_at": "2026-01-15T12:00:00Z"});
    let created = sarah.post_form("/v1/files", &parts).created();
    shows(&created, example.clone());
    assert_eq!((&created["size"], &created["mime_type"]), (&example["size"], &example["mime_type"]));
    shows(&sarah.get("/v1/files/file_001").ok(), example);
    sarah.delete("/v1/files/file_001").expect(204);
}

#[test]
fn a_message_with_attachments_is_written_as_in_the_reference() {
    let desk = TestApp::new();
    let sarah = workspace(&desk);
    let parts = [text("body", "Message text"), text("type", "reply"), file("attachments[]", "a.txt", "", b"a")];
    let message = sarah.post_form("/v1/conversations/conv_123/messages", &parts).created();
    assert_eq!((&message["body"], &message["type"]), (&json!("Message text"), &json!("reply")));
    assert_eq!(message["attachments"][0]["name"], "a.txt");
}

#[test]
fn rate_limit_headers_are_in_all_responses_as_in_the_reference() {
    let desk = TestApp::new();
    let ada = desk.admin();
    for (plan, limit) in [("starter", 60), ("professional", 300), ("business", 1_000)] {
        let key = ada.post("/v1/api_keys", json!({"name": plan, "plan": plan})).created();
        let key = desk.with_key(key["key"].as_str().unwrap());
        for (spent, path) in ["/v1/contacts", "/v1/contacts/contact_999", "/v1/contacts?per_page=0"].iter().enumerate()
        {
            let answer = key.get(path);
            let number = |name: &str| answer.header(name).parse::<usize>().unwrap();
            assert_eq!(number("x-ratelimit-limit"), limit);
            assert_eq!(number("x-ratelimit-remaining"), limit - spent - 1);
            assert!(number("x-ratelimit-reset") > 1_705_320_600);
        }
    }
}

#[test]
fn search_everything() {
    let desk = TestApp::new();
    let sarah = desk.user("Sarah Chen", Role::Agent, Scope::Write);
    sarah.ticket(
        json!({"subject": "A billing issue", "contact": {"email": "billing@issue.example", "name": "Billing Issue"}}),
    );
    let example = json!({
        "data": {
            "conversations": [{"id": "conv_123", "subject": "Need help with billing", "status": "open"}],
            "contacts": [{"id": "contact_789", "email": "john@example.com", "name": "John Doe"}],
            "tickets": [{"id": "ticket_001", "subject": "Cannot access my account", "status": "open"}],
        },
        "meta": {"total_results": 45},
    });
    shows(&sarah.get("/v1/search?q=billing+issue").expect(200).body, example);
    let one = sarah.get("/v1/search?q=billing+issue&type=ticket&limit=1").expect(200);
    assert_eq!(one.body["meta"]["total_results"], 1);
    assert_eq!(one.body["data"]["conversations"], json!([]));
}
