//! /v1/teams

use crate::harness::HOUR;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use serde_json::Value;
use serde_json::json;

#[test]
fn a_new_team_is_shown_whole() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let answer = ada.post("/v1/teams", json!({"name": "Support Team", "description": "Customer support"})).expect(201);
    assert_eq!(answer.header("location"), "/v1/teams/team_001");
    let team = &answer.body["data"];
    assert_eq!(
        *team,
        json!({"id": "team_001", "name": "Support Team", "description": "Customer support", "members_count": 0,
            "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"})
    );
    assert_eq!(ada.get("/v1/teams/team_001").ok(), *team);
    assert_eq!(ada.get("/v1/teams").ok(), json!([team]));
    let least = ada.post("/v1/teams", json!({"name": "Sales"})).created();
    assert_eq!(least.get("description"), Some(&Value::Null));
    ada.post("/v1/teams", json!({"nam": "X"})).invalid(&[("name", "required"), ("nam", "unknown_field")]);
}

#[test]
fn teams_come_by_name_and_no_two_have_the_same() {
    let desk = TestApp::new();
    let ada = desk.admin();
    for name in ["support", "Billing", "Sales"] {
        ada.post("/v1/teams", json!({"name": name})).created();
    }
    assert_eq!(ada.get("/v1/teams").ids(), ["team_002", "team_003", "team_001"]);
    assert_eq!(ada.get("/v1/teams?sort=-name").ids(), ["team_001", "team_003", "team_002"]);
    assert_eq!(ada.get("/v1/teams?sort=-created_at").ids(), ["team_003", "team_002", "team_001"]);
    let error = ada.post("/v1/teams", json!({"name": " SUPPORT"})).refused(409, "conflict");
    assert_eq!(error["details"][0]["existing_id"], "team_001");
    ada.patch("/v1/teams/team_002", json!({"name": "support"})).refused(409, "conflict");
}

#[test]
fn a_patch_changes_a_team() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let before = ada.post("/v1/teams", json!({"name": "Support", "description": "Customers"})).created();
    desk.advance(HOUR);
    assert_eq!(ada.patch("/v1/teams/team_001", json!({"name": "Support"})).ok(), before);
    let after = ada.patch("/v1/teams/team_001", json!({"name": "Care", "description": null})).ok();
    assert_eq!((&after["name"], &after["description"]), (&json!("Care"), &Value::Null));
    assert_eq!(after["updated_at"], "2026-01-15T11:00:00Z");
    ada.patch("/v1/teams/team_001", json!({"name": null})).invalid(&[("name", "required")]);
}

#[test]
fn a_team_lists_its_members_by_name_and_counts_the_active_ones() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let (zoe, max) = (desk.agent("Zoe").user, desk.agent("max").user);
    ada.post("/v1/teams", json!({"name": "Support"})).created();
    let join = |user: &str| ada.post("/v1/teams/team_001/members", json!({"user_id": user}));
    let zoe_whole = ada.get(&format!("/v1/users/{zoe}")).ok();
    assert_eq!(join(&zoe).created(), zoe_whole);
    join(&max).created();
    // Who is in it already is in it once.
    join(&max).created();
    let members = ada.get("/v1/teams/team_001/members");
    assert_eq!(members.ids(), [max.clone(), zoe.clone()]);
    assert_eq!(members.total(), 2);
    assert_eq!(members.body["data"][1], zoe_whole);
    let members_count = || ada.get("/v1/teams/team_001").ok()["members_count"].clone();
    assert_eq!(members_count(), 2);
    desk.deactivate(&max);
    assert_eq!(members_count(), 1);
    assert_eq!(ada.get("/v1/teams/team_001/members").total(), 2);
    ada.delete(&format!("/v1/teams/team_001/members/{zoe}")).expect(204);
    assert_eq!(members_count(), 0);
    ada.delete(&format!("/v1/teams/team_001/members/{zoe}")).refused(404, "not_found");
    ada.get(&format!("/v1/users/{zoe}")).ok();
}

#[test]
fn only_users_that_exist_join_teams_that_exist() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.post("/v1/teams", json!({"name": "Support"})).created();
    let join = |team: &str, user: &str| ada.post(&format!("/v1/teams/{team}/members"), json!({"user_id": user}));
    join("team_001", "user_999").invalid(&[("user_id", "unknown_id")]);
    join("team_001", "max").invalid(&[("user_id", "invalid_format")]);
    join("team_999", &ada.user).refused(404, "not_found");
    ada.get("/v1/teams/team_999/members").refused(404, "not_found");
    ada.get("/v1/teams/support").refused(404, "not_found");
}

#[test]
fn a_deleted_team_leaves_its_members_behind() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.post("/v1/teams", json!({"name": "Support"})).created();
    ada.post("/v1/teams/team_001/members", json!({"user_id": ada.user})).created();
    ada.delete("/v1/teams/team_001").expect(204);
    ada.get("/v1/teams/team_001").refused(404, "not_found");
    ada.delete("/v1/teams/team_001").refused(404, "not_found");
    assert_eq!(ada.get("/v1/users").total(), 1);
    assert_eq!(ada.post("/v1/teams", json!({"name": "Support"})).created()["id"], "team_002");
}

#[test]
fn an_agent_may_see_teams_but_not_change_them() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.post("/v1/teams", json!({"name": "Support"})).created();
    ada.post("/v1/teams/team_001/members", json!({"user_id": ada.user})).created();
    let sarah = desk.user("Sarah", Role::Agent, Scope::Admin);
    for path in ["/v1/teams", "/v1/teams/team_001", "/v1/teams/team_001/members"] {
        sarah.get(path).expect(200);
    }
    sarah.post("/v1/teams", json!({"name": "Mine"})).refused(403, "forbidden");
    sarah.patch("/v1/teams/team_001", json!({"name": "Mine"})).refused(403, "forbidden");
    sarah.delete("/v1/teams/team_001").refused(403, "forbidden");
    sarah.post("/v1/teams/team_001/members", json!({"user_id": sarah.user})).refused(403, "forbidden");
    sarah.delete(&format!("/v1/teams/team_001/members/{}", ada.user)).refused(403, "forbidden");
}
