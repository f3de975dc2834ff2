//! /v1/users

use crate::harness::HOUR;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use serde_json::Value;
use serde_json::json;

#[test]
fn a_new_user_is_shown_whole() {
    let desk = TestApp::new();
    let ada = desk.admin();
    desk.new_events();
    let new = json!({"email": "sarah@company.com", "name": "Sarah Chen", "role": "admin", "avatar_url": "https://x.io/s.png"});
    let answer = ada.post("/v1/users", new).expect(201);
    assert_eq!(answer.header("location"), "/v1/users/user_002");
    let user = &answer.body["data"];
    assert_eq!(
        *user,
        json!({"id": "user_002", "email": "sarah@company.com", "name": "Sarah Chen", "role": "admin", "status": "active",
            "avatar_url": "https://x.io/s.png", "sign_in": "none", "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"})
    );
    assert_eq!(ada.get("/v1/users/user_002").ok(), *user);
    assert_eq!(ada.get("/v1/users").ok()[1], *user);
    let least = ada.post("/v1/users", json!({"email": "max@company.com", "name": "Max"})).created();
    assert_eq!(least["role"], "agent");
    assert_eq!(least.get("avatar_url"), Some(&Value::Null));
}

#[test]
fn all_broken_fields_of_a_new_user_are_named_at_once() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.post("/v1/users", json!({})).invalid(&[("email", "required"), ("name", "required")]);
    ada.post("/v1/users", json!({"email": "x", "name": " ", "role": "boss", "avatar_url": "me.png", "password": "1"}))
        .invalid(&[
            ("email", "invalid_format"),
            ("name", "too_short"),
            ("role", "not_in_enum"),
            ("avatar_url", "invalid_format"),
            ("password", "unknown_field"),
        ]);
}

#[test]
fn a_users_address_is_unique_without_regard_to_case() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let sarah = desk.agent("sarah");
    let error = ada.post("/v1/users", json!({"email": "SARAH@company.com", "name": "Sarah"})).refused(409, "conflict");
    assert_eq!(error["details"][0]["field"], "email");
    assert_eq!(error["details"][0]["existing_id"], json!(sarah.user));
    ada.patch("/v1/users/user_001", json!({"email": "Sarah@Company.com"})).refused(409, "conflict");
    assert_eq!(
        ada.patch("/v1/users/user_002", json!({"email": "Sarah@Company.com"})).ok()["email"],
        "Sarah@Company.com"
    );
}

#[test]
fn users_come_by_name_whatever_its_case_and_ties_break_by_id() {
    let desk = TestApp::new();
    let ada = desk.admin();
    for (name, email) in [("sarah", "s1@x.io"), ("Max", "m@x.io"), ("Sarah", "s2@x.io"), ("sarah", "s3@x.io")] {
        ada.post("/v1/users", json!({"name": name, "email": email})).created();
    }
    assert_eq!(ada.get("/v1/users").ids(), ["user_001", "user_003", "user_002", "user_004", "user_005"]);
    assert_eq!(ada.get("/v1/users?sort=-name").ids(), ["user_005", "user_004", "user_002", "user_003", "user_001"]);
    assert_eq!(
        ada.get("/v1/users?sort=-created_at").ids(),
        ["user_005", "user_004", "user_003", "user_002", "user_001"]
    );
}

#[test]
fn users_are_filtered_by_role_and_status() {
    let desk = TestApp::new();
    let ada = desk.admin();
    desk.agent("max");
    let gone = desk.agent("zoe").user;
    desk.deactivate(&gone);
    let found = |query: &str| {
        let answer = ada.get(&format!("/v1/users?{query}"));
        assert_eq!(answer.total(), i64::try_from(answer.ids().len()).unwrap());
        answer.ids()
    };
    assert_eq!(found("role=admin"), ["user_001"]);
    assert_eq!(found("role=agent"), ["user_002", "user_003"]);
    assert_eq!(found("status=inactive"), ["user_003"]);
    assert_eq!(found("role=agent&status=active"), ["user_002"]);
    assert_eq!(found("role=admin&status=inactive"), Vec::<String>::new());
    for broken in ["role=boss", "status=asleep", "name=max"] {
        ada.get(&format!("/v1/users?{broken}")).refused(400, "invalid_parameter");
    }
}

#[test]
fn a_changed_name_is_shown_wherever_the_user_is_named() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"assignee_id": sarah.user}));
    sarah.message("conv_001", "reply", "Hello");
    desk.advance(HOUR);
    let changed = ada.patch("/v1/users/user_002", json!({"name": "Sarah Chen", "avatar_url": null})).ok();
    assert_eq!(changed["updated_at"], "2026-01-15T11:00:00Z");
    assert_eq!(sarah.get("/v1/conversations/conv_001").ok()["assignee"]["name"], "Sarah Chen");
    assert_eq!(sarah.get("/v1/conversations/conv_001/messages").ok()[1]["author"]["name"], "Sarah Chen");
    desk.advance(HOUR);
    assert_eq!(ada.patch("/v1/users/user_002", json!({"name": "Sarah Chen"})).ok(), changed);
    ada.patch("/v1/users/user_002", json!({"name": null, "role": null, "status": null, "email": null})).invalid(&[
        ("name", "required"),
        ("role", "required"),
        ("status", "required"),
        ("email", "required"),
    ]);
}

#[test]
fn the_last_active_admin_cant_be_demoted_or_deactivated() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let second = desk.user("Second", Role::Admin, Scope::Admin);
    let path = |user: &str| format!("/v1/users/{user}");
    // Of two, either may go.
    ada.patch(&path(&second.user), json!({"status": "inactive"})).ok();
    for change in
        [json!({"role": "agent"}), json!({"status": "inactive"}), json!({"role": "agent", "status": "inactive"})]
    {
        ada.patch(&path(&ada.user), change).refused(409, "conflict");
    }
    let unchanged = ada.get(&path(&ada.user)).ok();
    assert_eq!((&unchanged["role"], &unchanged["status"]), (&json!("admin"), &json!("active")));
    // An inactive admin does not count; made active, he does.
    ada.patch(&path(&second.user), json!({"status": "active"})).ok();
    ada.patch(&path(&ada.user), json!({"role": "agent"})).ok();
    second.patch(&path(&second.user), json!({"role": "agent"})).refused(409, "conflict");
}

#[test]
fn an_agent_may_see_the_team_but_not_change_it() {
    let desk = TestApp::new();
    let sarah = desk.user("Sarah", Role::Agent, Scope::Admin);
    sarah.get("/v1/users").expect(200);
    sarah.get(&format!("/v1/users/{}", sarah.user)).ok();
    sarah.post("/v1/users", json!({"email": "x@x.io", "name": "X"})).refused(403, "forbidden");
    sarah.patch(&format!("/v1/users/{}", sarah.user), json!({"role": "admin"})).refused(403, "forbidden");
    assert_eq!(sarah.get("/v1/users").total(), 1);
}

#[test]
fn a_user_that_does_not_exist_is_not_found() {
    let desk = TestApp::new();
    let ada = desk.admin();
    for user in ["user_999", "user_1", "ada", "team_001"] {
        ada.get(&format!("/v1/users/{user}")).refused(404, "not_found");
        ada.patch(&format!("/v1/users/{user}"), json!({"name": "X"})).refused(404, "not_found");
    }
}
