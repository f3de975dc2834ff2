//! The examples of the API's document (`data/openapi/examples.json`): each call is made in the workspace that they speak of, and
//! must be answered as it stands there.
//!
//! `COMMFLOW_RECORD=1 cargo test --test api examples` writes the answers down anew. Look at what changed.

use crate::contract::DOCUMENT;
use crate::harness;
use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use crate::harness::file;
use crate::harness::text;
use crate::receiver::Receiver;
use crate::reference::count_from;
use commflow::api::border::context::Settings;
use commflow::api::border::table::PAGES;
use commflow::api::openapi::calls::Body;
use commflow::api::openapi::calls::Call;
use commflow::api::openapi::calls::Part;
use commflow::api::openapi::calls::calls;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use commflow::desk::webhooks::TargetRule;
use commflow::store::tx::Actor;
use commflow::store::tx::Tx;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// A PDF of 102,400 bytes, as in the API reference.
pub fn document_pdf() -> Vec<u8> {
    [&b"%PDF-1.7\n"[..], &[b' '; 102_391]].concat()
}

/// What a server of this workspace is started with: its webhooks go to receivers on this machine.
pub fn settings(settings: &mut Settings) {
    settings.webhook_targets = TargetRule::Loopback;
}

/// The workspace of the examples: the ids are those of the API reference. Gives Sarah Chen, an admin.
pub fn furnish<'a>(desk: &'a TestApp, receiver: &Receiver) -> Client<'a> {
    // The workspace, its first inbox and the standard views came with the migrations, whose clock is the machine's.
    let begun = ["inboxes", "views"].map(|table| format!("UPDATE {table} SET created_at = ?1, updated_at = ?1"));
    let set = move |tx: &Tx| {
        begun.iter().try_for_each(|sql| tx.execute(sql, [tx.now]).map(drop))?;
        tx.execute("UPDATE settings SET value = ?1 WHERE name = 'workspace_created_at'", [tx.now])?;
        Ok(())
    };
    desk.server().store.write_blocking(Actor::SYSTEM, set).unwrap();
    count_from(desk, "users", 456);
    let sarah = desk.user("Sarah Chen", Role::Admin, Scope::Admin);
    desk.signed_in(&sarah);
    count_from(desk, "users", 789);
    desk.agent("Max Weber");
    sarah.post("/v1/teams", json!({"name": "Support Team", "description": "Customer support"})).created();
    sarah.post("/v1/teams/team_001/members", json!({"user_id": "user_456"})).created();
    for (name, color) in [("billing", "#10b981"), ("urgent", "#ef4444")] {
        sarah.post("/v1/tags", json!({"name": name, "color": color})).created();
    }
    for (name, email) in [("Ada Okafor", "ada@example.com"), ("Luis Romero", "luis@example.com")] {
        sarah.post("/v1/contacts", json!({"name": name, "email": email})).created();
    }
    count_from(desk, "contacts", 789);
    let john = json!({"email": "john@example.com", "name": "John Doe", "phone": "+1234567890", "company": "Acme Inc",
        "custom_fields": {"plan": "enterprise", "account_id": "12345"}});
    sarah.post("/v1/contacts", john).created();
    sarah.post_form("/v1/files", &[file("file", "document.pdf", "application/pdf", &document_pdf())]).created();
    count_from(desk, "threads", 123);
    let first = json!({"subject": "Need help with billing", "contact": {"id": "contact_789"}, "channel": "email",
        "message": {"body": "There is an issue with my last invoice: billing charged me twice.", "type": "comment"},
        "tags": ["billing", "urgent"], "custom_fields": {"account_id": "12345"}, "assignee_id": "user_456"});
    sarah.post("/v1/conversations", first).created();
    desk.advance(5 * MINUTE);
    let reply = json!({"body": "I'd be happy to help! Can you provide your account ID?", "type": "reply"});
    sarah.post("/v1/conversations/conv_123/messages", reply).created();
    desk.advance(HOUR);
    count_from(desk, "threads", 130);
    for (subject, contact) in [
        ("Cannot access my account", "contact_789"),
        ("The export stops half-way", "contact_001"),
        ("Two invoices for one month", "contact_002"),
    ] {
        let ticket = json!({"subject": subject, "description": "It worked yesterday.", "priority": "high",
            "contact": {"id": contact}, "assignee_id": "user_456"});
        sarah.post("/v1/tickets", ticket).created();
    }
    count_from(desk, "threads", 140);
    sarah.post("/v1/api_keys", json!({"name": "Reports", "scopes": ["read"]})).created();
    let webhook =
        json!({"url": receiver.url("/webhook"), "events": ["ticket.updated"], "secret": "your_webhook_secret"});
    sarah.post("/v1/webhooks", webhook).created();
    sarah.patch("/v1/tickets/ticket_001", json!({"add_tags": ["urgent"]})).ok();
    sarah.post("/v1/contacts", json!({"name": "J. Doe", "email": "j.doe@acme.example"})).created();
    let greeting = json!({"name": "Which account?",
        "body": "Hello {{contact.first_name|there}},\n\nwhich account is this about?\n\n{{agent.first_name}}"});
    sarah.post("/v1/saved_replies", greeting).created();
    desk.until("the delivery", || {
        sarah.get("/v1/webhooks/webhook_001/deliveries/delivery_001").body["data"]["status"] == "delivered"
    });
    desk.until("the index", || desk.anyone().get("/healthz").body["search"]["status"] == "ready");
    sarah
}

/// The calls in an order in which each finds what it needs: first those that look, last those that delete, and what lies in
/// something else before that.
pub fn in_order(mut calls: Vec<Call>) -> Vec<Call> {
    let turn = |call: &Call| {
        ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"].iter().position(|method| *method == call.method)
    };
    // With the password, sessions end.
    let ends_all = |call: &Call| call.operation == "changePassword";
    calls.sort_by_key(|call| (ends_all(call), turn(call), std::cmp::Reverse(call.path.matches('/').count())));
    calls
}

/// The call. Links to files are signed by each server, so one that follows such a link takes that which it gets here.
pub fn with_link(call: &Call, sarah: &Client) -> Call {
    let mut call = call.clone();
    if call.path.starts_with("/files/") {
        let link = sarah.get("/v1/files/file_001").ok()["url"].as_str().unwrap().to_owned();
        call.query = url::Url::parse(&link).unwrap().query_pairs().into_owned().collect();
    }
    call
}

fn sent<'a>(part: &'a Part, bytes: &'a [u8]) -> harness::Part<'a> {
    if part.is_file {
        return file(&part.name, &part.value, "application/pdf", bytes);
    }
    text(&part.name, &part.value)
}

fn make(call: &Call, sarah: &Client) -> Answer {
    let target = with_link(call, sarah).target();
    match &call.body {
        None => sarah.send(call.method, &target, &[], None),
        Some(Body::Json(body)) => sarah.send(call.method, &target, &[], Some(body.to_string())),
        Some(Body::Form(parts)) => {
            let bytes = document_pdf();
            sarah.post_form(&target, &parts.iter().map(|part| sent(part, &bytes)).collect::<Vec<_>>())
        }
    }
}

/// The answer as the document shows it: without what is different each time.
fn settled(value: &Value, receiver: &str, server: &str) -> Value {
    match value {
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let settled = match name.as_str() {
                    "key" if value.is_string() => json!("cf_3efSixf1oRNJTgmcejQChu4miDWatE4QD4oMN6rZVqB"),
                    "hint" => json!("ZVqB"),
                    "signing_secret" | "secret" if value.as_str().is_some_and(|text| text.starts_with("whsec_")) => {
                        json!("whsec_eW91cl93ZWJob29rX3NlY3JldF9vZl8zMl9ieXRlcw==")
                    }
                    "duration_ms" if value.is_number() => json!(12),
                    "score" => json!(1.5),
                    "url" if value.as_str().is_some_and(|url| url.starts_with(receiver)) => {
                        json!("https://yourapp.com/webhook")
                    }
                    "url" if value.as_str().is_some_and(|url| url.starts_with(&format!("{server}/invitations"))) => {
                        json!("http://127.0.0.1:8080/invitations/3efSixf1oRNJTgmcejQChu4miDWatE4QD4oMN6rZVqB")
                    }
                    "url" if value.as_str().is_some_and(|url| url.starts_with(server)) => {
                        let path = value.as_str().unwrap().trim_start_matches(server);
                        let (path, _) = path.split_once("signature=").unwrap_or((path, ""));
                        json!(format!(
                            "http://127.0.0.1:8080{path}signature=rhl2CmOCFIuOh8S8OBS_nvonrkmFUrosoTCdNoReS_0"
                        ))
                    }
                    _ => settled(value, receiver, server),
                };
                (name.clone(), settled)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        Value::Array(items) => items.iter().map(|item| settled(item, receiver, server)).collect(),
        other => other.clone(),
    }
}

fn book() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/openapi/examples.json")
}

#[test]
fn every_example_is_answered_as_the_document_shows() {
    let desk = TestApp::with(settings);
    let receiver = Receiver::new();
    let sarah = furnish(&desk, &receiver);
    let server = format!("http://{}", desk.server().address);
    let mut book: Value = serde_json::from_str(&std::fs::read_to_string(book()).unwrap()).unwrap();
    let mut faults = BTreeMap::new();
    for call in in_order(calls(&DOCUMENT)) {
        let answer = make(&call, &sarah);
        let entry = &mut book[&call.operation][&call.example];
        let place = format!("{} {}", call.operation, call.example);
        if json!(answer.status) != entry["status"] {
            faults.insert(place, format!("answered {} {}", answer.status, answer.text));
            continue;
        }
        if entry["unrecorded"] == true {
            continue;
        }
        let shown = settled(&answer.body, &receiver.url("/"), &server);
        if !shown.is_null() && shown != entry["answer"] {
            faults.insert(place, format!("answered {shown}, but the document shows {}", entry["answer"]));
            entry["answer"] = shown;
        }
    }
    if std::env::var("COMMFLOW_RECORD").is_ok() {
        let text = serde_json::to_string_pretty(&book).unwrap();
        std::fs::write(self::book(), format!("{text}\n")).unwrap();
        eprintln!("written down: {:#?}", faults.keys());
        return;
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The path that a link leads to, after a call and its answer.
fn led(link: &Value, call: &Call, answer: &Value) -> String {
    let target = operation(&link["operationId"]);
    let origin = operation(&json!(call.operation));
    let values: Vec<(&str, &str)> = origin.split('/').zip(call.path.split('/')).collect();
    let value = |expression: &str| match expression.strip_prefix("$request.path.") {
        Some(name) => values.iter().find(|(own, _)| *own == format!("{{{name}}}")).unwrap().1.to_owned(),
        None => {
            let pointer = expression.strip_prefix("$response.body#").unwrap();
            answer.pointer(pointer).unwrap().as_str().unwrap().to_owned()
        }
    };
    let parameters = link["parameters"].as_object().unwrap().iter();
    parameters.fold(target.to_owned(), |path, (name, expression)| {
        path.replace(&format!("{{{name}}}"), &value(expression.as_str().unwrap()))
    })
}

/// The path of an operation, as it stands in the document.
fn operation(id: &Value) -> &'static str {
    let paths = DOCUMENT["paths"].as_object().unwrap().iter();
    let has_it = |item: &Value| item.as_object().unwrap().values().any(|operation| operation["operationId"] == *id);
    paths.filter(|(_, item)| has_it(item)).map(|(path, _)| path.as_str()).next().unwrap()
}

#[test]
fn the_links_of_an_answer_lead_to_the_object_that_was_answered() {
    let desk = TestApp::with(settings);
    let sarah = furnish(&desk, &Receiver::new());
    let mut followed = 0;
    for call in in_order(calls(&DOCUMENT)).into_iter().filter(|call| call.method != "DELETE") {
        let answer = make(&call, &sarah).body;
        let path = operation(&json!(call.operation));
        let response = &DOCUMENT["paths"][path][call.method.to_ascii_lowercase()]["responses"][call.status.to_string()];
        for (name, link) in response["links"].as_object().into_iter().flatten() {
            let led = led(link, &call, &answer);
            let is_read = DOCUMENT["paths"][operation(&link["operationId"])]["get"]["operationId"] == *name;
            if is_read {
                assert_eq!(sarah.get(&led).status, 200, "{} leads by {name} to {led}", call.operation);
            }
            followed += 1;
        }
    }
    assert!(followed > 80, "{followed}");
}

#[test]
fn every_operation_has_an_example() {
    let book: Value = serde_json::from_str(&std::fs::read_to_string(book()).unwrap()).unwrap();
    let known: Vec<&String> = book.as_object().unwrap().keys().collect();
    let table = commflow::api::routes().table();
    let (mut operations, mut shown): (Vec<&str>, Vec<&str>) = (
        table.routes.iter().filter(|route| route.section != PAGES).map(|route| route.id).collect(),
        known.iter().map(|id| id.as_str()).collect(),
    );
    operations.sort_unstable();
    shown.sort_unstable();
    assert_eq!(operations, shown);
    let called: Vec<Call> = calls(&DOCUMENT);
    let examples: usize = book.as_object().unwrap().values().map(|all| all.as_object().unwrap().len()).sum();
    assert_eq!(called.len(), examples);
}
