//! Coming in: the first admin by the link, everybody by address and password, and out again.

use crate::browser::stage::DESK;
use crate::browser::stage::PASSWORD;
use crate::browser::stage::Stage;

#[test]
fn the_first_admin_comes_in_by_the_link_that_the_server_prints() {
    let Some(stage) = Stage::empty() else { return };
    let greeting = stage.served.greeting.join("\n");
    let link = greeting.split_whitespace().find(|word| word.contains("/setup/")).expect("a link to set up").to_owned();
    let ada = stage.browser(DESK);
    ada.go(&link);
    ada.picture("setup");
    ada.fill("input[name=workspace]", "Larkfield");
    ada.fill("input[name=name]", "Ada Lovelace");
    ada.fill("input[name=email]", "ada@company.com");
    ada.fill("input[name=password]", PASSWORD);
    ada.click("button[type=submit]");
    ada.see("app-frame");
    ada.read("side-bar .workspace", "Larkfield");
    ada.picture("first-steps");
    // The link has done its work.
    let stranger = stage.browser(DESK);
    stranger.go(&link);
    assert!(stranger.texts("input[name=workspace]").is_empty(), "the link works twice");
}

#[test]
fn one_signs_in_and_out_and_comes_back_to_where_one_was() {
    let Some(stage) = Stage::new() else { return };
    let id = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let ada = stage.browser(DESK);
    ada.go(&format!("/conversations/{id}"));
    ada.see("input[name=password]");
    ada.picture("sign-in");
    ada.sign_in("ada@company.com", "wrong horse battery");
    ada.see("[role=alert]");
    ada.sign_in("ada@company.com", PASSWORD);
    ada.read("[data-test=subject]", "A moth in the relay");
    ada.click("[data-test=self]");
    ada.fill(".palette input", "sign out");
    ada.keys("\u{e007}");
    ada.see("input[name=password]");
    ada.go("/");
    assert!(ada.place().starts_with("/sign-in"), "{}", ada.place());
}
