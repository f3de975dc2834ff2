//! /v1/workspace

use crate::harness::HOUR;
use crate::harness::TestApp;
use serde_json::json;

#[test]
fn a_workspace_has_a_name_that_admins_give_it() {
    let desk = TestApp::new();
    let (ada, max) = (desk.admin(), desk.agent("max"));
    let unnamed = max.get("/v1/workspace").ok();
    assert_eq!(
        (&unnamed["name"], &unnamed["software_version"]),
        (&json!("CommFlow"), &json!(env!("CARGO_PKG_VERSION")))
    );
    desk.advance(HOUR);
    let first = ada.patch("/v1/workspace", json!({"name": " Larkfield "}));
    let named = first.body["data"].clone();
    assert_eq!((&named["name"], &named["updated_at"]), (&json!("Larkfield"), &json!("2026-01-15T11:00:00Z")));
    assert_eq!(named["created_at"], unnamed["created_at"]);
    assert_eq!(max.get("/v1/workspace").ok(), named);
    // What changes nothing leaves it as it is; who was slower is told.
    desk.advance(HOUR);
    let again = ada.patch("/v1/workspace", json!({"name": "Larkfield"}));
    assert_eq!(again.header("etag"), first.header("etag"));
    let stale = ada.patch("/v1/workspace", json!({"name": "Other"})).header("etag");
    ada.patch("/v1/workspace", json!({"name": "Larkfield"})).ok();
    let late = json!({"name": "Late"}).to_string();
    ada.send("PATCH", "/v1/workspace", &[("if-match", &stale)], Some(late)).refused(412, "precondition_failed");
}

#[test]
fn a_name_is_one_line_and_nothing_else_is_taken() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.patch("/v1/workspace", json!({"name": null})).invalid(&[("name", "required")]);
    ada.patch("/v1/workspace", json!({"name": " "})).invalid(&[("name", "too_short")]);
    ada.patch("/v1/workspace", json!({"name": "a\nb", "colour": "red"}))
        .invalid(&[("name", "invalid_format"), ("colour", "unknown_field")]);
    desk.agent("max").patch("/v1/workspace", json!({"name": "Mine"})).refused(403, "forbidden");
}
