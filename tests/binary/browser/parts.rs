//! The other parts of the page: contacts, search, settings, reports.

use crate::browser::stage::DESK;
use crate::browser::stage::ENTER;
use crate::browser::stage::PASSWORD;
use crate::browser::stage::Stage;
use serde_json::json;

#[test]
fn search_finds_as_one_types_and_shows_where() {
    let Some(stage) = Stage::new() else { return };
    stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    stage.conversation("Alan Turing", "It never halts", "Or does it?");
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.see("main h1");
    ada.keys("/");
    ada.see("[data-test=search-field]");
    ada.fill("[data-test=search-field]", "rela");
    ada.read("[data-test=hit]", "A moth in the relay");
    ada.read("[data-test=hit] mark", "relay");
    assert_eq!(ada.texts("[data-test=hit]").len(), 1);
    ada.keys(ENTER);
    ada.keys(ENTER);
    ada.read("[data-test=subject]", "A moth in the relay");
}

#[test]
fn a_contact_is_made_changed_and_merged() {
    let Some(stage) = Stage::new() else { return };
    stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let other = json!({"email": "grace@navy.example", "name": "G. Hopper", "phone": "+1 555 0100"});
    let other = stage.ada().post("/v1/contacts", &other).data(201)["id"].as_str().unwrap().to_owned();
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.go(&format!("/contacts/{other}"));
    ada.read("main", "grace@navy.example");
    ada.click("[data-test=contact-merge]");
    ada.choose("Grace Hopper");
    ada.picture("merge");
    ada.click("[data-test=go]");
    ada.gone(".ask");
    let found = stage.ada().get("/v1/contacts?email=grace@navy.example").body;
    assert_eq!(found["data"][0]["name"], json!("G. Hopper"), "{found}");
    assert_eq!(found["data"][0]["other_emails"], json!(["grace.hopper@customer.example"]), "{found}");
}

#[test]
fn a_colleague_is_invited_and_comes_in() {
    let Some(stage) = Stage::new() else { return };
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.go("/settings/users");
    ada.click("[data-test=add]");
    ada.fill("[data-test=field-name]", "Grace Hopper");
    ada.fill("[data-test=field-email]", "grace@company.com");
    ada.click("[data-test=go]");
    ada.see("[data-test=secret]");
    let link = ada.script("document.querySelector('[data-test=secret]').value").as_str().unwrap().to_owned();
    ada.picture("invitation");
    let grace = stage.browser(DESK);
    grace.go(&link);
    grace.fill("input[name=password]", PASSWORD);
    grace.click("button[type=submit]");
    grace.see("app-frame");
    grace.read("[data-test=self]", "Grace Hopper");
    grace.go("/settings/users");
    grace.read("main", "admins");
}

#[test]
fn an_api_key_is_made_and_works_and_a_tag_changes_its_name() {
    let Some(stage) = Stage::new() else { return };
    stage.ada().post("/v1/tags", &json!({"name": "biling"})).data(201);
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.go("/settings/api-keys");
    ada.click("[data-test=add]");
    ada.fill("[data-test=field-name]", "nightly sync");
    ada.click("[data-test=go]");
    ada.see("[data-test=secret]");
    let key = ada.script("document.querySelector('[data-test=secret]').value").as_str().unwrap().to_owned();
    let me = stage.served.client(&key).get("/v1/me").data(200);
    assert_eq!(me["api_key"]["name"], json!("nightly sync"));
    ada.go("/settings/tags");
    ada.click("[data-test=edit]");
    ada.fill("[data-test=field-name]", "billing");
    ada.click("[data-test=go]");
    ada.read("main .things", "billing");
    assert_eq!(stage.ada().get("/v1/tags").body["data"][0]["name"], json!("billing"));
}

#[test]
fn reports_show_what_happened() {
    let Some(stage) = Stage::new() else { return };
    let id = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    stage.conversation("Alan Turing", "It never halts", "Or does it?");
    let reply = json!({"body": "Take it out.", "status": "closed"});
    stage.ada().post(&format!("/v1/conversations/{id}/messages"), &reply).data(201);
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.go("/reports");
    ada.read("[data-test=total-new]", "2");
    ada.read("[data-test=total-closed]", "1");
    ada.see("[data-test=day-chart] svg");
    ada.read("[data-test=by_agent]", "Ada Lovelace");
    ada.click("[data-test=span-days_7]");
    assert!(ada.place().contains("from="), "{}", ada.place());
}

#[test]
fn a_conversation_is_begun_and_a_view_saved() {
    let Some(stage) = Stage::new() else { return };
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.click("[data-test=new]");
    ada.fill("[data-test=new-to]", "grace@navy.example");
    ada.keys(ENTER);
    ada.fill("[data-test=field-subject]", "Your relay");
    ada.fill("[data-test=field-body]", "We have found a moth.");
    ada.click("[data-test=go]");
    ada.read("[data-test=subject]", "Your relay");
    ada.read("[data-test=message]", "We have found a moth.");
    ada.go("/conversations?priority=normal&status=open");
    ada.see("[data-test=row]");
    ada.click("[data-test=save-view]");
    ada.fill(".ask input", "Calm ones");
    ada.click("[data-test=go]");
    ada.read("side-bar", "Calm ones");
}

#[test]
fn the_page_speaks_german_to_who_wants_it() {
    let Some(stage) = Stage::new() else { return };
    let ada = stage.signed_in("ada@company.com", crate::browser::stage::Shape { language: "de", ..DESK });
    ada.read("side-bar", "Einstellungen");
    ada.go("/settings/profile");
    ada.see("main h1");
    ada.picture("german");
}
