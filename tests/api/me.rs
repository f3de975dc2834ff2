//! /v1/me

use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;

#[test]
fn me_is_the_user_behind_the_key_and_the_key() {
    let desk = TestApp::new();
    desk.admin();
    let sarah = desk.agent("Sarah Chen");
    let me = sarah.get("/v1/me").ok();
    let user = sarah.get("/v1/users/user_002").ok();
    for (field, value) in user.as_object().unwrap() {
        assert_eq!(me[field], *value, "{field}");
    }
    assert_eq!(me["name"], "Sarah Chen");
    assert_eq!(me["api_key"]["id"], "key_002");
    assert_eq!(me["api_key"]["scopes"], json!(["read", "write"]));
    let answer = sarah.get("/v1/me");
    assert!(!answer.text.contains(sarah.key.as_ref().unwrap()), "{}", answer.text);
}

#[test]
fn two_callers_are_two_people() {
    let desk = TestApp::new();
    let (sarah, max) = (desk.agent("sarah"), desk.agent("max"));
    assert_eq!(sarah.get("/v1/me").ok()["id"], json!(sarah.user));
    assert_eq!(max.get("/v1/me").ok()["id"], json!(max.user));
}

#[test]
fn users_change_what_is_theirs_and_nothing_else() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let sarah = desk.agent("Sarah Chen");
    let me = sarah.get("/v1/me").ok();
    assert_eq!((&me["language"], &me["preferences"]), (&Value::Null, &json!({})));
    let preferences =
        json!({"density": "compact", "views": [{"name": "<b>", "filters": {"status": "open"}}], "n": 1.5});
    let change =
        json!({"name": "Sarah C.", "avatar_url": "https://x.io/s.png", "language": "de", "preferences": preferences});
    let changed = sarah.patch("/v1/me", change).ok();
    assert_eq!(
        (&changed["name"], &changed["language"], &changed["preferences"]),
        (&json!("Sarah C."), &json!("de"), &preferences)
    );
    assert_eq!(ada.get("/v1/users/user_002").ok()["avatar_url"], "https://x.io/s.png");
    // Preferences are replaced, not merged.
    let other = sarah.patch("/v1/me", json!({"preferences": {"a": null}, "language": null})).ok();
    assert_eq!((&other["preferences"], &other["language"]), (&json!({"a": null}), &Value::Null));
    sarah.patch("/v1/me", json!({"role": "admin", "email": "x@x.io", "status": "active", "version": 1})).invalid(&[
        ("role", "unknown_field"),
        ("email", "unknown_field"),
        ("status", "unknown_field"),
        ("version", "unknown_field"),
    ]);
}

#[test]
fn preferences_are_an_object_of_at_most_8_kib() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let of = |length: usize| json!({"preferences": {"a": "x".repeat(length)}});
    sarah.patch("/v1/me", of(8 * 1_024 - 8)).ok();
    sarah.patch("/v1/me", of(8 * 1_024 - 7)).invalid(&[("preferences", "too_long")]);
    sarah.patch("/v1/me", json!({"preferences": []})).invalid(&[("preferences", "invalid_format")]);
    sarah.patch("/v1/me", json!({"preferences": null})).invalid(&[("preferences", "required")]);
    sarah.patch("/v1/me", json!({"language": "fr"})).invalid(&[("language", "not_in_enum")]);
}
