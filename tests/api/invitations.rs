//! /v1/users/{user_id}/invitation, and /invitations/{token}

use crate::browser::Browser;
use crate::harness::DAY;
use crate::harness::PASSWORD;
use crate::harness::TestApp;
use crate::harness::path_of;
use serde_json::Value;
use serde_json::json;

/// The path of a link that an admin makes for a user.
fn invited(ada: &crate::harness::Client<'_>, user: &str) -> String {
    let made = ada.post(&format!("/v1/users/{user}/invitation"), Value::Null).expect(201);
    path_of(made.body["data"]["url"].as_str().unwrap())
}

fn is_dead(desk: &TestApp, path: &str) -> bool {
    let page = Browser::new(desk).open(path);
    if page.status == 200 {
        return false;
    }
    for page in [page, Browser::new(desk).fill(path, &[("password", "a good horse")])] {
        assert!(page.expect(404).text.contains("does not work any more"));
    }
    true
}

#[test]
fn a_new_colleague_sets_a_password_with_a_link_and_is_in() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let max = ada.post("/v1/users", json!({"email": "max@company.com", "name": "Max <b>Weber</b>"})).created();
    assert_eq!(max["sign_in"], "none");
    let made = ada.send("POST", "/v1/users/user_002/invitation", &[], None).expect(201);
    let invitation = &made.body["data"];
    assert_eq!(
        (&invitation["user_id"], &invitation["expires_at"]),
        (&json!("user_002"), &json!("2026-01-18T10:00:00Z"))
    );
    let url = invitation["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("http://{}/invitations/", desk.server().address)), "{url}");
    assert_eq!(made.header("location"), "/v1/users/user_002");
    assert_eq!(ada.get("/v1/users/user_002").ok()["sign_in"], "invited");
    let (path, browser) = (path_of(url), Browser::new(&desk));
    let page = browser.open(&path).expect(200);
    assert!(
        page.text.contains("Max &lt;b&gt;Weber&lt;/b&gt;") && page.text.contains("max@company.com"),
        "{}",
        page.text
    );
    let page = browser.fill(&path, &[("password", "short")]).expect(422);
    assert!(page.text.contains("id=\"password-fault\"") && !page.text.contains("short"), "{}", page.text);
    assert_eq!(browser.fill(&path, &[("password", "a good horse")]).expect(303).header("location"), "/");
    assert_eq!(browser.user().as_deref(), Some("user_002"));
    assert_eq!(ada.get("/v1/users/user_002").ok()["sign_in"], "password");
    assert!(is_dead(&desk, &path), "it works once");
    Browser::new(&desk).sign_in("max@company.com", "a good horse").expect(303);
}

#[test]
fn a_link_sets_a_new_password_where_the_old_one_is_forgotten_and_ends_what_it_opened() {
    let desk = TestApp::new();
    let (ada, max) = (desk.admin(), desk.agent("max"));
    let thief = desk.signed_in(&max);
    let path = invited(&ada, &max.user);
    thief.get("/v1/me").ok();
    assert_eq!(ada.get("/v1/users/user_002").ok()["sign_in"], "password");
    let browser = Browser::new(&desk);
    browser.fill(&path, &[("password", "a good horse")]).expect(303);
    thief.get("/v1/me").refused(401, "unauthorized");
    assert_eq!(browser.user(), Some(max.user));
    browser.sign_in("max@company.com", PASSWORD).expect(401);
}

#[test]
fn a_link_works_for_three_days_and_a_new_one_voids_it() {
    let desk = TestApp::new();
    let (ada, max) = (desk.admin(), desk.agent("max"));
    let (first, second) = (invited(&ada, &max.user), invited(&ada, &max.user));
    assert!(is_dead(&desk, &first));
    desk.advance(3 * DAY - 1);
    Browser::new(&desk).open(&second).expect(200);
    desk.advance(1);
    assert!(is_dead(&desk, &second));
    let third = invited(&ada, &max.user);
    desk.deactivate(&max.user);
    assert!(is_dead(&desk, &third), "of an inactive user");
    for path in ["/invitations/x", &format!("/invitations/{}", "a".repeat(43)), "/invitations/%00"] {
        assert!(is_dead(&desk, path), "{path}");
    }
    assert_eq!(desk.server().passwords_handled(), 0);
}

#[test]
fn only_admins_invite_and_only_who_may_come_in() {
    let desk = TestApp::new();
    let (ada, max) = (desk.admin(), desk.agent("max"));
    max.post("/v1/users/user_001/invitation", Value::Null).refused(403, "forbidden");
    ada.post("/v1/users/user_999/invitation", Value::Null).refused(404, "not_found");
    desk.deactivate(&max.user);
    ada.post("/v1/users/user_002/invitation", Value::Null).refused(409, "conflict");
}

#[test]
fn a_link_is_shown_once_and_kept_nowhere() {
    let desk = TestApp::new();
    let (ada, max) = (desk.admin(), desk.agent("max"));
    let path = format!("/v1/users/{}/invitation", max.user);
    let first = ada.post_once("key", &path, Value::Null).expect(201);
    ada.post_once("key", &path, Value::Null).refused(409, "already_issued");
    let token = first.body["data"]["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let file = std::fs::read(desk.server().store.path()).unwrap();
    let log = std::fs::read(desk.data_dir().join("commflow.db-wal")).unwrap();
    for bytes in [file, log] {
        assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
    }
    assert!(!is_dead(&desk, &format!("/invitations/{token}")));
}
