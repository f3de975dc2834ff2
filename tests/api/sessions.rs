//! /v1/sessions, and what a session may do.

use crate::access::ROWS;
use crate::access::Who;
use crate::following::Following;
use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::PASSWORD;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use serde_json::Value;
use serde_json::json;
use std::time::Duration;

/// A change of one's own name, with these headers.
fn rename(who: &Client<'_>, headers: &[(&str, &str)]) -> crate::harness::Answer {
    who.send("PATCH", "/v1/me", headers, Some(json!({"name": "New"}).to_string()))
}

#[test]
fn a_session_is_shown_to_its_user_and_knows_itself() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let (first, second) = (desk.signed_in(&ada), desk.signed_in(&ada));
    desk.signed_in(&desk.agent("max"));
    let sessions = second.get("/v1/sessions");
    assert_eq!(sessions.ids(), ["session_002", "session_001"]);
    assert_eq!(
        sessions.body["data"][0],
        json!({"id": "session_002", "user_agent": "a test's", "address": "203.0.113.7", "created_at": "2026-01-15T10:00:00Z",
            "last_used_at": "2026-01-15T10:00:00Z", "expires_at": "2026-01-29T10:00:00Z", "current": true})
    );
    assert_eq!(sessions.body["data"][1]["current"], false);
    assert!(!sessions.text.contains(first.session.as_ref().unwrap()));
    // A key shows the same, none of which is its own.
    let seen = ada.get("/v1/sessions").ok();
    assert!(seen.as_array().unwrap().iter().all(|session| session["current"] == false));
}

#[test]
fn me_tells_a_session_its_token_and_a_key_none() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let page = desk.signed_in(&ada);
    let me = page.get("/v1/me").ok();
    assert_eq!((&me["api_key"], &me["session"]["id"]), (&Value::Null, &json!("session_001")));
    assert_eq!(me["session"]["expires_at"], "2026-01-29T10:00:00Z");
    let token = me["session"]["csrf_token"].as_str().unwrap();
    assert_eq!(token.len(), 43);
    rename(&page, &[("x-csrf-token", token)]).ok();
    assert_eq!(ada.get("/v1/me").ok()["session"], Value::Null);
}

#[test]
fn what_changes_something_needs_the_token_of_this_very_session() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let (page, other) = (desk.signed_in(&ada), desk.signed_in(&ada));
    let foreign = other.get("/v1/me").ok()["session"]["csrf_token"].as_str().unwrap().to_owned();
    let own = page.get("/v1/me").ok()["session"]["csrf_token"].as_str().unwrap().to_owned();
    for wrong in ["", "x", &foreign, &own[1..], &own.to_lowercase(), page.session.as_ref().unwrap()] {
        rename(&page, &[("x-csrf-token", wrong)]).refused(403, "forbidden");
    }
    let bare = desk.anyone();
    let cookie = format!("commflow_session={}", page.session.as_ref().unwrap());
    let told = rename(&bare, &[("cookie", &cookie)]).refused(403, "forbidden");
    assert!(told["message"].as_str().unwrap().contains("X-CSRF-Token"), "{told}");
    bare.send("GET", "/v1/me", &[("cookie", &cookie)], None).ok();
    rename(&page, &[]).ok();
}

#[test]
fn a_page_of_another_site_changes_nothing_even_with_the_token() {
    let desk = TestApp::new();
    let page = desk.signed_in(&desk.admin());
    let address = desk.server().address.to_string();
    for (name, value) in [
        ("sec-fetch-site", "cross-site".to_owned()),
        ("sec-fetch-site", "same-site".to_owned()),
        ("origin", "null".to_owned()),
        ("origin", "https://evil.example".to_owned()),
        ("origin", format!("http://evil.{address}")),
        ("origin", format!("http://{address}.evil.example")),
        ("origin", "http://127.0.0.1".to_owned()),
        ("origin", "file://".to_owned()),
        ("origin", String::new()),
    ] {
        let told = rename(&page, &[(name, &value)]).refused(403, "forbidden");
        assert!(told["message"].as_str().unwrap().contains("another"), "{name}: {value}: {told}");
    }
    for (name, value) in [
        ("sec-fetch-site", "same-origin".to_owned()),
        ("sec-fetch-site", "none".to_owned()),
        ("origin", format!("http://{address}")),
        // Behind a proxy that ends TLS, the host is the same and the scheme is not.
        ("origin", format!("https://{address}")),
    ] {
        rename(&page, &[(name, &value)]).ok();
    }
}

#[test]
fn a_key_comes_before_the_cookie_and_a_bad_one_is_not_made_up_for() {
    let desk = TestApp::new();
    let (ada, max) = (desk.admin(), desk.agent("max"));
    let page = desk.signed_in(&ada);
    let bearer = format!("Bearer {}", max.key.as_ref().unwrap());
    assert_eq!(page.send("GET", "/v1/me", &[("authorization", &bearer)], None).ok()["id"], json!(max.user));
    for bad in ["Bearer cf_nonsense", "Bearer", "Basic YTpi", ""] {
        page.send("GET", "/v1/me", &[("authorization", bad)], None).refused(401, "unauthorized");
    }
}

#[test]
fn a_cookie_that_is_none_lets_nobody_in() {
    let desk = TestApp::new();
    let page = desk.signed_in(&desk.admin());
    let token = page.session.clone().unwrap();
    for cookie in [
        String::new(),
        "commflow_session=".to_owned(),
        format!("commflow_session={}", &token[1..]),
        format!("commflow_session={token}x"),
        format!("commflow_session={}", token.to_lowercase()),
        format!("commflow_session=\"{}\"", "x".repeat(5_000)),
        format!("session={token}"),
        // That name is for TLS.
        format!("__Host-commflow_session={token}"),
        format!("commflow_session={}", "a".repeat(43)),
    ] {
        desk.anyone().send("GET", "/v1/me", &[("cookie", &cookie)], None).refused(401, "unauthorized");
    }
    desk.anyone().send("GET", "/v1/me", &[("cookie", &format!("a=b; commflow_session={token}"))], None).ok();
}

/// What each route answers to somebody who holds a session that is not, or no more, good for it.
fn all_refused(caller: &Client<'_>, status: u16, code: &str) {
    for row in ROWS.iter().filter(|row| row.who != Who::Public) {
        let answer = caller.send(row.method, &crate::access::asked(row.path, ""), &[], None);
        assert_eq!(answer.status, status, "{} {}: {}", row.method, row.path, answer.text);
        answer.refused(status, code);
    }
}

#[test]
fn a_session_ends_with_its_users_role_or_status_and_when_it_is_ended() {
    let desk = TestApp::new();
    let keeper = desk.admin();
    let changes = [json!({"status": "inactive"}), json!({"role": "agent"})];
    for (number, change) in changes.into_iter().enumerate() {
        let left = desk.user(&format!("Left {number}"), Role::Admin, Scope::Admin);
        let page = desk.signed_in(&left);
        page.get("/v1/me").ok();
        let path = format!("/v1/users/{}", left.user);
        keeper.patch(&path, change).ok();
        all_refused(&page, 401, "unauthorized");
        // And does not come back with what was taken away.
        keeper.patch(&path, json!({"status": "active", "role": "admin"})).ok();
        page.get("/v1/me").refused(401, "unauthorized");
    }
    let page = desk.signed_in(&keeper);
    let id = page.get("/v1/sessions").ids()[0].clone();
    page.delete(&format!("/v1/sessions/{id}")).expect(204);
    all_refused(&page, 401, "unauthorized");
}

#[test]
fn a_promoted_user_signs_in_again() {
    let desk = TestApp::new();
    let (keeper, max) = (desk.admin(), desk.agent("max"));
    let page = desk.signed_in(&max);
    keeper.patch(&format!("/v1/users/{}", max.user), json!({"name": "Max Weber"})).ok();
    page.get("/v1/me").ok();
    keeper.patch(&format!("/v1/users/{}", max.user), json!({"role": "admin"})).ok();
    page.get("/v1/me").refused(401, "unauthorized");
    desk.signed_in(&max).get("/v1/webhooks").expect(200);
}

#[test]
fn only_ones_own_sessions_can_be_ended() {
    let desk = TestApp::new();
    let (ada, max) = (desk.admin(), desk.agent("max"));
    let page = desk.signed_in(&max);
    let mine = desk.signed_in(&ada);
    for id in ["session_001", "session_999", "session_1", "nonsense"] {
        mine.delete(&format!("/v1/sessions/{id}")).refused(404, "not_found");
        ada.delete(&format!("/v1/sessions/{id}")).refused(404, "not_found");
    }
    page.get("/v1/me").ok();
    max.delete("/v1/sessions/session_001").expect(204);
    max.delete("/v1/sessions/session_001").refused(404, "not_found");
    page.get("/v1/me").refused(401, "unauthorized");
    mine.get("/v1/me").ok();
}

#[test]
fn a_session_ends_after_14_days_without_use_and_after_60_in_any_case() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let (idle, busy) = (desk.signed_in(&ada), desk.signed_in(&ada));
    for day in 1..60 {
        desk.advance(DAY);
        busy.get("/v1/me").ok();
        // The clock is turned faster than a busy disk writes.
        let now = desk.now().to_string();
        let is_noted = |session: &Value| session["last_used_at"] == now;
        desk.until("the note", || ada.get("/v1/sessions").ok().as_array().unwrap().iter().any(is_noted));
        if day == 13 {
            assert_eq!(ada.get("/v1/sessions").ids().len(), 2);
        }
    }
    idle.get("/v1/me").refused(401, "unauthorized");
    assert_eq!(ada.get("/v1/sessions").ids(), ["session_002"]);
    desk.advance(DAY - 1);
    busy.get("/v1/me").ok();
    desk.advance(1);
    busy.get("/v1/me").refused(401, "unauthorized");
    assert_eq!(ada.get("/v1/sessions").total(), 0);
}

#[test]
fn the_use_of_a_session_is_noted_once_a_minute() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let page = desk.signed_in(&ada);
    let used = |at: &str| desk.until("the note", || ada.get("/v1/sessions").body["data"][0]["last_used_at"] == at);
    desk.advance(MINUTE - 1);
    page.get("/v1/me").ok();
    assert_eq!(ada.get("/v1/sessions").ok()[0]["last_used_at"], "2026-01-15T10:00:00Z");
    desk.advance(1);
    page.get("/v1/me").ok();
    used("2026-01-15T10:01:00Z");
    assert_eq!(ada.get("/v1/sessions").ok()[0]["expires_at"], "2026-01-29T10:01:00Z");
}

#[test]
fn what_is_done_with_a_session_is_done_by_the_user_without_a_key() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let page = desk.signed_in(&ada);
    desk.new_events();
    page.conversation(json!({}));
    let actor = json!({"type": "user", "id": ada.user, "api_key_id": null});
    assert!(desk.new_event_objects().iter().all(|event| event["actor"] == actor));
}

#[test]
fn a_request_is_repeated_by_whichever_session_of_the_user_but_by_no_key() {
    let desk = TestApp::new();
    let (ada, max) = (desk.admin(), desk.agent("max"));
    let tag = json!({"name": "once"});
    let first = desk.signed_in(&ada).post_once("key", "/v1/tags", tag.clone()).expect(201);
    let again = desk.signed_in(&ada).post_once("key", "/v1/tags", tag.clone()).expect(201);
    assert_eq!((again.header("idempotent-replayed").as_str(), &again.text), ("true", &first.text));
    for other in [&ada, &max, &desk.signed_in(&max)] {
        other.post_once("key", "/v1/tags", tag.clone()).refused(409, "conflict");
    }
}

#[test]
fn all_sessions_of_a_user_share_a_bucket_of_their_own() {
    let desk = TestApp::with(|settings| settings.per_minute = 5);
    let ada = desk.admin();
    let (first, second) = (desk.signed_in(&ada), desk.signed_in(&ada));
    assert_eq!(first.get("/v1/me").header("x-ratelimit-limit"), "1200");
    assert_eq!(second.get("/v1/me").header("x-ratelimit-remaining"), "1198");
    for _ in 0..5 {
        ada.get("/v1/me").ok();
    }
    ada.get("/v1/me").refused(429, "rate_limited");
    assert_eq!(first.get("/v1/me").header("x-ratelimit-remaining"), "1197");
}

#[test]
fn another_password_ends_all_other_sessions() {
    let desk = TestApp::new();
    let (ada, max) = (desk.admin(), desk.agent("max"));
    let (page, other, stranger) = (desk.signed_in(&ada), desk.signed_in(&ada), desk.signed_in(&max));
    let change = |from: &str, to: &str| json!({"current_password": from, "new_password": to});
    page.post("/v1/me/password", change("wrong", "another password"))
        .invalid(&[("current_password", "invalid_format")]);
    page.post("/v1/me/password", change(PASSWORD, "short")).invalid(&[("new_password", "too_short")]);
    page.post("/v1/me/password", change(PASSWORD, &"x".repeat(257))).invalid(&[("new_password", "too_long")]);
    other.get("/v1/me").ok();
    page.post("/v1/me/password", change(PASSWORD, "another password")).expect(204);
    page.get("/v1/me").ok();
    ada.get("/v1/me").ok();
    stranger.get("/v1/me").ok();
    other.get("/v1/me").refused(401, "unauthorized");
    page.post("/v1/me/password", change(PASSWORD, "a third one")).invalid(&[("current_password", "invalid_format")]);
    page.post("/v1/me/password", change("another password", "a third one")).expect(204);
}

#[test]
fn the_streams_of_a_session_end_with_it_and_those_of_others_go_on() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let (page, other) = (desk.signed_in(&ada), desk.signed_in(&ada));
    let mut of_other = Following::open(&desk, &other, "", None);
    let mut of_page = Following::open(&desk, &page, "", None);
    let mut of_key = Following::open(&desk, &ada, "", None);
    page.post("/v1/me/password", json!({"current_password": PASSWORD, "new_password": "another password"})).expect(204);
    assert!(of_other.ends_after() < Duration::from_secs(1));
    page.post("/v1/contacts", json!({"name": "Jane"})).created();
    assert_eq!((of_page.ids(1), of_key.ids(1)), (vec!["event_001".to_owned()], vec!["event_001".to_owned()]));
    page.delete("/v1/sessions/session_001").expect(204);
    assert!(of_page.ends_after() < Duration::from_secs(1));
    page.get("/v1/events/stream").refused(401, "unauthorized");
    ada.post("/v1/contacts", json!({"name": "John"})).created();
    assert_eq!(of_key.ids(1), ["event_002"]);
}

#[test]
fn a_password_is_not_guessed_by_changing_it() {
    let desk = TestApp::new();
    let page = desk.signed_in(&desk.admin());
    let change = json!({"current_password": "wrong", "new_password": "another password"});
    for _ in 0..10 {
        page.post("/v1/me/password", change.clone()).invalid(&[("current_password", "invalid_format")]);
    }
    let refused = page.post("/v1/me/password", change.clone());
    assert_eq!(refused.header("retry-after"), "60");
    refused.refused(429, "rate_limited");
    desk.advance(MINUTE);
    page.post("/v1/me/password", change).invalid(&[("current_password", "invalid_format")]);
}

#[test]
fn a_change_of_the_password_is_repeated_without_harm_and_nothing_is_kept_of_it() {
    let desk = TestApp::new();
    let page = desk.signed_in(&desk.admin());
    let change = json!({"current_password": PASSWORD, "new_password": "another password"});
    page.post_once("key", "/v1/me/password", change.clone()).expect(204);
    desk.advance(HOUR);
    assert_eq!(page.post_once("key", "/v1/me/password", change).expect(204).header("idempotent-replayed"), "true");
    let kept = "SELECT hex(fingerprint) FROM idempotent_answers";
    let kept: String = desk.server().store.read_blocking(|db| Ok(db.query_row(kept, [], |row| row.get(0))?)).unwrap();
    assert_eq!(kept, "0".repeat(64));
}
