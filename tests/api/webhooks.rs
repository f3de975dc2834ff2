//! /v1/webhooks: what is configured. What is delivered is another story.

use crate::harness::HOUR;
use crate::harness::TestApp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use commflow::desk::webhooks::TargetRule;
use serde_json::Value;
use serde_json::json;

const HOOK: &str = "/v1/webhooks/webhook_001";

fn new_webhook() -> Value {
    json!({"url": "https://yourapp.com/webhook", "events": ["ticket.created", "message.created"]})
}

#[test]
fn a_new_webhook_shows_its_secret_once() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let mut new = new_webhook();
    new["secret"] = json!("your_webhook_secret");
    let answer = ada.post("/v1/webhooks", new).expect(201);
    assert_eq!(answer.header("location"), HOOK);
    let mut made = answer.body["data"].clone();
    assert_eq!(made["secret"], "your_webhook_secret");
    // The form that the Standard Webhooks libraries take.
    assert_eq!(made["signing_secret"], "whsec_eW91cl93ZWJob29rX3NlY3JldA==");
    made.as_object_mut().unwrap().retain(|field, _| !field.contains("secret"));
    assert_eq!(
        made,
        json!({"id": "webhook_001", "url": "https://yourapp.com/webhook", "events": ["ticket.created", "message.created"],
            "active": true, "description": null, "disabled_reason": null,
            "health": {"last_success_at": null, "last_failure_at": null, "consecutive_failures": 0},
            "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"})
    );
    assert_eq!(ada.get(HOOK).ok(), made);
    assert_eq!(ada.get("/v1/webhooks").ok(), json!([made]));
    let patched = ada.patch(HOOK, json!({"description": "Relay"})).expect(200);
    assert!(!patched.text.contains("secret"), "{}", patched.text);
}

#[test]
fn a_secret_that_is_not_given_is_generated_and_each_time_another() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let secret = || {
        let made = ada.post("/v1/webhooks", new_webhook()).created();
        assert_eq!(made["secret"], made["signing_secret"]);
        made["secret"].as_str().unwrap().to_owned()
    };
    let (one, other) = (secret(), secret());
    assert_ne!(one, other);
    let bytes = STANDARD.decode(one.strip_prefix("whsec_").unwrap()).unwrap();
    assert!((24..=64).contains(&bytes.len()), "Standard Webhooks asks for 24 to 64 bytes, not {}", bytes.len());
}

#[test]
fn a_secret_in_standard_form_is_taken_as_it_is() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let with = |secret: &str| {
        let mut new = new_webhook();
        new["secret"] = json!(secret);
        ada.post("/v1/webhooks", new)
    };
    let made = with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").created();
    assert_eq!(made["signing_secret"], "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    for bad in ["whsec_not base64", "whsec_%%%%", "", "short", "with a space", "é-accented-secret"] {
        with(bad).invalid(&[("secret", "invalid_format")]);
    }
}

#[test]
fn a_rotated_secret_is_new_and_shown_once() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let made = ada.post("/v1/webhooks", new_webhook()).created();
    desk.advance(HOUR);
    let rotated = ada.post(&format!("{HOOK}/rotate_secret"), json!({})).ok();
    assert_ne!(rotated["secret"], made["secret"]);
    assert_eq!(rotated["signing_secret"], rotated["secret"]);
    assert_eq!(rotated["id"], "webhook_001");
    assert_eq!(rotated["updated_at"], "2026-01-15T11:00:00Z");
    assert!(!ada.get(HOOK).text.contains(rotated["secret"].as_str().unwrap()));
    ada.post("/v1/webhooks/webhook_999/rotate_secret", json!({})).refused(404, "not_found");
}

#[test]
fn a_secret_is_not_shown_again_to_who_repeats_the_request() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.post_once("k-1", "/v1/webhooks", new_webhook()).created();
    ada.post_once("k-1", "/v1/webhooks", new_webhook()).refused(409, "already_issued");
    assert_eq!(ada.get("/v1/webhooks").total(), 1);
    let rotate = || ada.send("POST", &format!("{HOOK}/rotate_secret"), &[("idempotency-key", "k-2")], None);
    rotate().expect(200);
    rotate().refused(409, "already_issued");
}

#[test]
fn a_webhook_takes_every_known_event_and_no_other() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let with =
        |events: Value| ada.post("/v1/webhooks", json!({"url": "https://yourapp.com/webhook", "events": events}));
    let known = json!([
        "conversation.created",
        "conversation.updated",
        "conversation.deleted",
        "message.created",
        "message.created.comment",
        "message.created.reply",
        "message.created.note",
        "contact.created",
        "contact.updated",
        "contact.deleted",
        "ticket.created",
        "ticket.updated",
        "ticket.deleted",
        "ticket.sla_warning",
        "ticket.sla_breached",
        "ticket.*",
        "*"
    ]);
    assert_eq!(with(known.clone()).created()["events"], known);
    let unknown = json!(["ticket.created", "ticket.solved", "webhook.test", "TICKET.*", "conv*"]);
    with(unknown).invalid(&[
        ("events[1]", "not_in_enum"),
        ("events[2]", "not_in_enum"),
        ("events[3]", "not_in_enum"),
        ("events[4]", "not_in_enum"),
    ]);
    with(json!([])).invalid(&[("events", "too_short")]);
    with(json!("*")).invalid(&[("events", "invalid_format")]);
    ada.patch(HOOK, json!({"events": ["ticket.solved"]})).invalid(&[("events[0]", "not_in_enum")]);
    ada.patch(HOOK, json!({"events": []})).invalid(&[("events", "too_short")]);
    ada.post("/v1/webhooks", json!({})).invalid(&[("url", "required"), ("events", "required")]);
}

#[test]
fn a_patch_changes_a_webhook_and_its_secret_by_rotation_alone() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.post("/v1/webhooks", new_webhook()).created();
    let before = ada.get(HOOK);
    desk.advance(HOUR);
    let same = ada.patch(HOOK, json!({"active": true, "url": "https://yourapp.com/webhook"})).expect(200);
    assert_eq!((&same.body, same.header("etag")), (&before.body, before.header("etag")));
    let patch = json!({"url": "https://other.com/", "events": ["*"], "active": false, "description": "Paused"});
    let after = ada.patch(HOOK, patch.clone()).ok();
    for (field, value) in patch.as_object().unwrap() {
        assert_eq!(after[field], *value, "{field}");
    }
    assert_eq!(after["updated_at"], "2026-01-15T11:00:00Z");
    assert_eq!(ada.get(HOOK).ok(), after);
    assert_eq!(ada.patch(HOOK, json!({"description": null})).ok()["description"], Value::Null);
    ada.patch(HOOK, json!({"secret": "another_secret"})).invalid(&[("secret", "unknown_field")]);
    ada.patch(HOOK, json!({"url": null, "events": null, "active": null})).invalid(&[
        ("url", "required"),
        ("events", "required"),
        ("active", "required"),
    ]);
}

const LOOPBACK: [&str; 3] = ["http://localhost:3000/hook", "http://127.0.0.1/hook", "http://[::1]:9000/"];
const PRIVATE: [&str; 5] = [
    "http://10.1.2.3/hook",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://[fe80::1]/",
    "http://[fd00::1]/hook",
];

/// Whether a webhook may be sent there, by creation and by change alike.
fn taken(rule: TargetRule, url: &str) -> bool {
    let desk = TestApp::with(|settings| settings.webhook_targets = rule);
    let ada = desk.admin();
    ada.post("/v1/webhooks", new_webhook()).created();
    let changed = ada.patch(HOOK, json!({"url": url}));
    let made = ada.post("/v1/webhooks", json!({"url": url, "events": ["*"]}));
    if made.status == 201 {
        assert_eq!(changed.ok()["url"], url);
        return true;
    }
    made.invalid(&[("url", "invalid_format")]);
    changed.invalid(&[("url", "invalid_format")]);
    assert_eq!(ada.get("/v1/webhooks").total(), 1);
    false
}

#[test]
fn targets_inside_private_networks_are_refused_unless_the_setting_says_otherwise() {
    for url in LOOPBACK {
        assert!(!taken(TargetRule::Public, url), "{url}");
        assert!(taken(TargetRule::Loopback, url), "{url}");
        assert!(taken(TargetRule::Any, url), "{url}");
    }
    for url in PRIVATE {
        assert!(!taken(TargetRule::Public, url), "{url}");
        assert!(!taken(TargetRule::Loopback, url), "{url}");
        assert!(taken(TargetRule::Any, url), "{url}");
    }
    let none = ["yourapp.com/webhook", "ftp://yourapp.com/", "https://", "https://user:word@yourapp.com/"];
    // What browsers would mend, and other programs would not.
    let not_encoded =
        ["https://yourapp.com/über", "https://your app.com/", "https://yourapp.com/a b", "https:\\\\yourapp.com/"];
    for no_address in none.into_iter().chain(not_encoded) {
        assert!(!taken(TargetRule::Any, no_address), "{no_address}");
    }
}

#[test]
fn webhooks_come_newest_first_and_a_deleted_one_is_gone() {
    let desk = TestApp::new();
    let ada = desk.admin();
    for _ in 0..3 {
        ada.post("/v1/webhooks", new_webhook()).created();
    }
    assert_eq!(ada.get("/v1/webhooks").ids(), ["webhook_003", "webhook_002", "webhook_001"]);
    assert_eq!(ada.get("/v1/webhooks?sort=created_at").ids(), ["webhook_001", "webhook_002", "webhook_003"]);
    ada.delete("/v1/webhooks/webhook_002").expect(204);
    assert_eq!(ada.get("/v1/webhooks").ids(), ["webhook_003", "webhook_001"]);
    for gone in ["webhook_002", "webhook_999", "hook"] {
        let path = format!("/v1/webhooks/{gone}");
        ada.get(&path).refused(404, "not_found");
        ada.patch(&path, json!({"active": false})).refused(404, "not_found");
        ada.delete(&path).refused(404, "not_found");
    }
}

#[test]
fn an_agent_has_no_business_with_webhooks() {
    let desk = TestApp::new();
    desk.admin().post("/v1/webhooks", new_webhook()).created();
    let sarah = desk.user("Sarah", Role::Agent, Scope::Admin);
    sarah.get("/v1/webhooks").refused(403, "forbidden");
    sarah.get(HOOK).refused(403, "forbidden");
    sarah.post("/v1/webhooks", new_webhook()).refused(403, "forbidden");
    sarah.patch(HOOK, json!({"active": false})).refused(403, "forbidden");
    sarah.post(&format!("{HOOK}/rotate_secret"), json!({})).refused(403, "forbidden");
    sarah.delete(HOOK).refused(403, "forbidden");
}
