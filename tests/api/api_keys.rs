//! /v1/api_keys, and what a key opens

use crate::contacts::files_with;
use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use commflow::store::tx::Actor;
use serde_json::Value;
use serde_json::json;

#[test]
fn a_new_key_is_shown_once() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let answer = ada.post("/v1/api_keys", json!({"name": "Zapier"})).expect(201);
    assert_eq!(answer.header("location"), "/v1/api_keys/key_002");
    let mut made = answer.body["data"].clone();
    let key = made["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("cf_") && key.len() > 40, "{key}");
    made.as_object_mut().unwrap().remove("key");
    assert_eq!(
        made,
        json!({"id": "key_002", "name": "Zapier", "user_id": ada.user, "hint": &key[key.len() - 4..],
            "scopes": ["read", "write", "admin"], "plan": null, "rate_limit": null, "expires_at": null,
            "last_used_at": null, "created_at": "2026-01-15T10:00:00Z"})
    );
    assert_eq!(ada.get("/v1/api_keys/key_002").ok(), made);
    assert_eq!(ada.get("/v1/api_keys").ok()[0], made);
    desk.with_key(&key).get("/v1/me").ok();
    ada.post_once("k-1", "/v1/api_keys", json!({"name": "Once"})).created();
    ada.post_once("k-1", "/v1/api_keys", json!({"name": "Once"})).refused(409, "already_issued");
}

#[test]
fn only_a_hash_of_a_key_is_stored() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let new = json!({"name": "namemarker"});
    let key = ada.post_once("k-1", "/v1/api_keys", new).created()["key"].as_str().unwrap().to_owned();
    desk.with_key(&key).post("/v1/contacts", json!({"name": "Jane"})).created();
    assert_ne!(files_with(&desk, "namemarker"), Vec::<String>::new());
    assert_eq!(files_with(&desk, &key), Vec::<String>::new());
    assert_eq!(files_with(&desk, key.strip_prefix("cf_").unwrap()), Vec::<String>::new());
}

#[test]
fn a_revoked_key_stops_working_at_once() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let key = ada.post("/v1/api_keys", json!({"name": "Zapier"})).created()["key"].as_str().unwrap().to_owned();
    let zapier = desk.with_key(&key);
    zapier.get("/v1/contacts").expect(200);
    ada.delete("/v1/api_keys/key_002").expect(204);
    let refused = zapier.get("/v1/contacts");
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    refused.refused(401, "unauthorized");
    ada.delete("/v1/api_keys/key_002").refused(404, "not_found");
    ada.get("/v1/api_keys/key_002").refused(404, "not_found");
    assert_eq!(ada.get("/v1/api_keys").ids(), ["key_001"]);
}

#[test]
fn a_key_stops_working_when_it_expires() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let made = ada.post("/v1/api_keys", json!({"name": "A day", "expires_at": "2026-01-16T10:00:00Z"})).created();
    assert_eq!(made["expires_at"], "2026-01-16T10:00:00Z");
    let key = desk.with_key(made["key"].as_str().unwrap());
    desk.advance(DAY - 1);
    key.get("/v1/me").ok();
    desk.advance(1);
    key.get("/v1/me").refused(401, "unauthorized");
    let now = json!({"name": "Too late", "expires_at": "2026-01-16T10:00:00Z"});
    ada.post("/v1/api_keys", now).invalid(&[("expires_at", "out_of_range")]);
}

#[test]
fn an_inactive_users_keys_stop_at_once_and_work_again_with_him() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let sarah = desk.agent("sarah");
    let other = desk.with_key(&desk.key_of(&sarah.user, Scope::Read, None));
    let path = format!("/v1/users/{}", sarah.user);
    for key in [&sarah, &other] {
        key.get("/v1/me").ok();
    }
    ada.patch(&path, json!({"status": "inactive"})).ok();
    for key in [&sarah, &other] {
        key.get("/v1/me").refused(401, "unauthorized");
    }
    ada.patch(&path, json!({"status": "active"})).ok();
    for key in [&sarah, &other] {
        key.get("/v1/me").ok();
    }
}

#[test]
fn a_demoted_admins_key_opens_no_more_than_an_agents() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let second = desk.user("Second", Role::Admin, Scope::Admin);
    second.get("/v1/api_keys").expect(200);
    ada.patch(&format!("/v1/users/{}", second.user), json!({"role": "agent"})).ok();
    second.get("/v1/api_keys").refused(403, "forbidden");
    second.get("/v1/contacts").expect(200);
}

#[test]
fn when_a_key_was_last_used_is_written_down_at_most_once_a_minute() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let key = ada.post("/v1/api_keys", json!({"name": "Zapier"})).created()["key"].as_str().unwrap().to_owned();
    let last_used = || {
        // It is noted by a write that nobody waits for: one that comes after it has seen it.
        desk.server().store.write_blocking(Actor::SYSTEM, |_| Ok(())).unwrap();
        ada.get("/v1/api_keys/key_002").ok()["last_used_at"].clone()
    };
    assert_eq!(last_used(), Value::Null);
    let used_after = |seconds: i64| {
        desk.advance(seconds);
        desk.with_key(&key).get("/v1/contacts").expect(200);
        last_used()
    };
    assert_eq!(used_after(5), "2026-01-15T10:00:05Z");
    assert_eq!(used_after(59), "2026-01-15T10:00:05Z");
    assert_eq!(used_after(1), "2026-01-15T10:01:05Z");
    assert_eq!(used_after(HOUR), "2026-01-15T11:01:05Z");
}

#[test]
fn a_key_has_all_scopes_of_its_users_role_unless_it_says_otherwise() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let sarah = desk.agent("sarah").user;
    let make = |more: Value| {
        let mut new = json!({"name": "A key"});
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ada.post("/v1/api_keys", new)
    };
    let scopes = |more: Value| make(more).created()["scopes"].clone();
    assert_eq!(scopes(json!({})), json!(["read", "write", "admin"]));
    assert_eq!(scopes(json!({"user_id": sarah})), json!(["read", "write"]));
    assert_eq!(scopes(json!({"scopes": ["read"]})), json!(["read"]));
    assert_eq!(scopes(json!({"scopes": ["write", "read"]})), json!(["read", "write"]));
    make(json!({"scopes": []})).invalid(&[("scopes", "too_short")]);
    make(json!({"scopes": ["read", "root"]})).invalid(&[("scopes[1]", "not_in_enum")]);
}

#[test]
fn a_key_opens_what_its_scope_and_its_users_role_both_allow() {
    let desk = TestApp::new();
    let new = || json!({"name": "Jane"});
    let reader = desk.user("Reader", Role::Admin, Scope::Read);
    reader.get("/v1/contacts").expect(200);
    reader.post("/v1/contacts", new()).refused(403, "forbidden");
    reader.post("/v1/users", json!({"email": "x@x.io", "name": "X"})).refused(403, "forbidden");
    let writer = desk.user("Writer", Role::Admin, Scope::Write);
    writer.post("/v1/contacts", new()).created();
    writer.post("/v1/users", json!({"email": "x@x.io", "name": "X"})).refused(403, "forbidden");
    let agent = desk.user("Agent", Role::Agent, Scope::Admin);
    agent.post("/v1/contacts", new()).created();
    agent.get("/v1/api_keys").refused(403, "forbidden");
    agent.get("/v1/api_keys/key_001").refused(403, "forbidden");
    agent.post("/v1/api_keys", json!({"name": "More"})).refused(403, "forbidden");
    agent.delete("/v1/api_keys/key_001").refused(403, "forbidden");
}

#[test]
fn a_key_may_have_a_plan_or_a_number_of_its_own() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let limit = |more: Value| {
        let mut new = json!({"name": "A key"});
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let key = ada.post("/v1/api_keys", new).created();
        assert!(more.as_object().unwrap().iter().all(|(field, value)| key[field] == *value), "{key}");
        desk.with_key(key["key"].as_str().unwrap()).get("/v1/me").header("x-ratelimit-limit")
    };
    assert_eq!(limit(json!({"plan": "starter"})), "60");
    assert_eq!(limit(json!({"plan": "professional"})), "300");
    assert_eq!(limit(json!({"plan": "business"})), "1000");
    assert_eq!(limit(json!({"rate_limit": 7})), "7");
    // To JSON, it is the same number.
    assert_eq!(ada.post("/v1/api_keys", json!({"name": "A key", "rate_limit": 7.0})).created()["rate_limit"], 7);
    for broken in [json!(7.5), json!(1e300)] {
        ada.post("/v1/api_keys", json!({"name": "A key", "rate_limit": broken})).refused(422, "validation_failed");
    }
    ada.post("/v1/api_keys", json!({"plan": "gold", "rate_limit": "many", "expires_at": "soon"})).invalid(&[
        ("name", "required"),
        ("plan", "not_in_enum"),
        ("rate_limit", "invalid_format"),
        ("expires_at", "invalid_format"),
    ]);
    let broken = json!({"name": "A key", "user_id": "user_999", "rate_limit": 0, "expires_at": "2020-01-01"});
    ada.post("/v1/api_keys", broken).invalid(&[
        ("user_id", "unknown_id"),
        ("rate_limit", "out_of_range"),
        ("expires_at", "out_of_range"),
    ]);
}

#[test]
fn without_a_good_key_nothing_opens() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let key = ada.key.clone().unwrap();
    let with = |header: &str| desk.anyone().send("GET", "/v1/me", &[("authorization", header)], None);
    with(&format!("Bearer {key}")).ok();
    with(&format!("bearer {key}")).ok();
    let wrong = [String::new(), key.clone(), format!("Basic {key}"), format!("Bearer {key}x"), "Bearer cf_".to_owned()];
    for header in wrong {
        let refused = with(&header);
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        refused.refused(401, "unauthorized");
    }
    desk.anyone().get("/v1/me").refused(401, "unauthorized");
    desk.anyone().get(&format!("/v1/me?key={key}")).refused(401, "unauthorized");
}
