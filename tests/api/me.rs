//! /v1/me

use crate::harness::TestApp;
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
