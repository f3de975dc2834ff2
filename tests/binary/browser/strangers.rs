//! What strangers write is shown, and does nothing; and nothing leaves for elsewhere.

use crate::browser::stage::Browser;
use crate::browser::stage::DESK;
use crate::browser::stage::Stage;
use serde_json::json;

/// Each would set `window.caught`, or break out of where it stands.
const HOSTILE: [&str; 6] = [
    "<script>window.caught=1</script>",
    "\"><img src=x onerror=window.caught=1>",
    "'><svg onload=window.caught=1>",
    "javascript:window.caught=1",
    "\u{202e}txet desrever\u{202c} {{contact.name}} ${window.caught=1}",
    "</title></textarea></style><iframe srcdoc='<script>parent.caught=1</script>'>",
];

const PAGES: [&str; 8] = [
    "/conversations",
    "/tickets",
    "/contacts",
    "/search?q=x",
    "/reports",
    "/settings/tags",
    "/settings/users",
    "/settings/webhooks",
];

#[test]
fn hostile_texts_in_every_field_are_shown_as_texts_everywhere() {
    let Some(stage) = Stage::new() else { return };
    let mut caller = stage.ada();
    for (number, text) in HOSTILE.iter().enumerate() {
        let contact = json!({"email": format!("h{number}@x.example"), "name": text, "company": text, "custom_fields": {"note": text}});
        let contact = caller.post("/v1/contacts", &contact).data(201);
        let name: String = text.chars().take(50).collect();
        let new = json!({"subject": text, "description": text, "contact": {"id": contact["id"]}, "tags": [name.trim()], "custom_fields": {"field": text}});
        let ticket = caller.post("/v1/tickets", &new).data(201);
        let path = format!("/v1/conversations/{}/messages", ticket["conversation_id"].as_str().unwrap());
        for kind in ["comment", "reply", "note"] {
            caller.post(&path, &json!({"body": text, "type": kind})).data(201);
        }
        caller.post("/v1/teams", &json!({"name": text, "description": text})).data(201);
        caller.post("/v1/saved_replies", &json!({"name": text, "body": "plain"})).data(201);
    }
    let ada = stage.signed_in("ada@company.com", DESK);
    for page in PAGES
        .iter()
        .map(|page| (*page).to_owned())
        .chain(["/tickets/ticket_001".to_owned(), "/contacts/contact_001".to_owned()])
    {
        ada.go(&page);
        ada.see("main h1");
        untouched(&ada, &page);
    }
    ada.go("/tickets/ticket_001");
    ada.read("[data-test=subject]", HOSTILE[0]);
    ada.read("[data-test=message]", HOSTILE[0]);
    ada.click("[data-test=find]");
    ada.fill(".palette input", "script");
    ada.see(".palette .item");
    untouched(&ada, "the palette");
}

fn untouched(browser: &Browser, page: &str) {
    let caught = browser.script("window.caught ?? null");
    assert!(caught.is_null(), "a text ran on {page}");
    let made =
        browser.script("document.querySelectorAll('img[src=x], iframe, [onload], [onerror], main script').length");
    assert_eq!(made, json!(0), "a text became elements on {page}");
}

#[test]
fn nothing_leaves_for_another_origin() {
    let Some(stage) = Stage::new() else { return };
    let id = stage.conversation(
        "Grace Hopper",
        "See https://elsewhere.example/x",
        "And http://elsewhere.example/y.png too.",
    );
    let ada = stage.signed_in("ada@company.com", DESK);
    for page in PAGES.iter().copied().chain([format!("/conversations/{id}").as_str()]) {
        ada.go(page);
        ada.see("main h1");
        let asked = ada.script("performance.getEntriesByType('resource').map((one) => new URL(one.name).origin).filter((origin) => origin !== location.origin)");
        assert_eq!(asked, json!([]), "{page}");
    }
}
