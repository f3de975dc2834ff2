//! A day at the inbox: reading, answering, noting, passing on, closing.

use crate::browser::stage::DESK;
use crate::browser::stage::Stage;
use serde_json::json;

const CONTROL_ENTER: &str = "\u{e009}\u{e007}\u{e000}";
const ESCAPE: &str = "\u{e00c}";

#[test]
fn a_reply_with_a_file_is_read_written_taken_back_and_sent() {
    let Some(stage) = Stage::new() else { return };
    let id = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.click("[data-test=view-open]");
    ada.read("[data-test=row]", "Grace Hopper");
    ada.keys("j");
    ada.read("[data-test=message]", "It does not start any more.");
    ada.keys("r");
    ada.keys("Please take it out.");
    let file = stage.desk.folder().join("relay.txt");
    std::fs::write(&file, "where the moth was").unwrap();
    ada.give_file("[data-test=file]", &file);
    ada.read(".composer .file", "relay.txt");
    ada.click("[data-test=body]");
    ada.keys(CONTROL_ENTER);
    ada.read("[data-test=outgoing]", "Please take it out.");
    ada.keys(ESCAPE);
    ada.keys("u");
    ada.gone("[data-test=outgoing]");
    ada.holds("document.querySelector('[data-test=body]').value === 'Please take it out.'");
    ada.click("[data-test=send]");
    ada.click("[data-test=send-now]");
    ada.gone("[data-test=outgoing]");
    ada.read("[data-test=message] [data-test=attachment]", "relay.txt");
    let messages = stage.ada().get(&format!("/v1/conversations/{id}/messages")).body;
    assert_eq!(messages["meta"]["total_count"], json!(2), "{messages}");
    assert_eq!(messages["data"][1]["author"]["name"], json!("Ada Lovelace"));
}
