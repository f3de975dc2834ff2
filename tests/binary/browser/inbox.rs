//! A day at the inbox: reading, answering, noting, passing on, closing.

use crate::browser::stage::CONTROL_ENTER;
use crate::browser::stage::DESK;
use crate::browser::stage::ENTER;
use crate::browser::stage::ESCAPE;
use crate::browser::stage::PHONE;
use crate::browser::stage::Stage;
use serde_json::json;

#[test]
fn a_reply_with_a_file_is_written_taken_back_and_sent() {
    let Some(stage) = Stage::new() else { return };
    let id = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.click("[data-test=view-open]");
    ada.read("[data-test=row]", "Grace Hopper");
    ada.keys("j");
    ada.read("[data-test=message]", "It does not start any more.");
    ada.keys("r");
    ada.holds("document.activeElement.matches('[data-test=body]')");
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
    ada.read(".composer .file", "relay.txt");
    assert_eq!(stage.messages(&id), ["It does not start any more."], "it was taken back");
    ada.click("[data-test=send]");
    ada.click("[data-test=send-now]");
    ada.gone("[data-test=outgoing]");
    assert_eq!(ada.script("document.querySelectorAll('.toast').length"), json!(0), "what is sent can't be taken back");
    ada.read("[data-test=message] [data-test=attachment]", "relay.txt");
    assert_eq!(stage.messages(&id), ["It does not start any more.", "Please take it out."]);
}

#[test]
fn files_are_dropped_and_pasted_and_taken_off_again() {
    let Some(stage) = Stage::new() else { return };
    let id = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let ada = stage.reading(&id);
    let give = "const files = new DataTransfer(); files.items.add(new File(['a moth'], arguments[1], {type: 'text/plain'}));
        const event = arguments[0] === 'drop' ? new DragEvent('drop', {dataTransfer: files, bubbles: true, cancelable: true})
            : new ClipboardEvent('paste', {clipboardData: files, bubbles: true, cancelable: true});
        document.querySelector('[data-test=body]').dispatchEvent(event);";
    ada.ask(give, &[json!("drop"), json!("dropped.txt")]);
    ada.read(".composer .file", "dropped.txt");
    ada.ask(give, &[json!("paste"), json!("pasted.txt")]);
    ada.read(".composer .file", "pasted.txt");
    ada.click(".composer .file button");
    ada.holds("document.querySelectorAll('.composer .file').length === 1");
    ada.click("[data-test=send]");
    ada.click("[data-test=send-now]");
    ada.read("[data-test=message] [data-test=attachment]", "pasted.txt");
}

#[test]
fn a_note_is_no_reply_and_drafts_stay_with_their_thread() {
    let Some(stage) = Stage::new() else { return };
    let first = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let second = stage.conversation("Alan Turing", "It never halts", "Or does it?");
    let ada = stage.reading(&first);
    ada.fill("[data-test=body]", "A draft of a reply");
    ada.click("[data-test=to-note]");
    ada.read(".composer .only", "Only your team");
    ada.fill("[data-test=body]", "She is a rear admiral.");
    ada.go(&format!("/conversations/{second}"));
    ada.read("[data-test=subject]", "It never halts");
    ada.holds("document.querySelector('[data-test=body]').value === ''");
    ada.go(&format!("/conversations/{first}"));
    ada.holds("document.querySelector('[data-test=body]').value === 'She is a rear admiral.'");
    ada.click("[data-test=send]");
    ada.read(".message.note", "She is a rear admiral.");
    ada.read(".message.note .badge", "only your team sees this");
    ada.click("[data-test=to-reply]");
    ada.holds("document.querySelector('[data-test=body]').value === 'A draft of a reply'");
    let written = stage.ada().get(&format!("/v1/conversations/{first}/messages")).body["data"][1].clone();
    assert_eq!((&written["type"], &written["body"]), (&json!("note"), &json!("She is a rear admiral.")));
}

#[test]
fn a_thread_is_assigned_tagged_raised_closed_and_opened_again_by_keys() {
    let Some(stage) = Stage::new() else { return };
    let id = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let ada = stage.reading(&id);
    ada.keys("a");
    ada.choose("Ben");
    ada.read("[data-test=set-assignee]", "Ben Okri");
    ada.read("[data-test=change]", "assigned this to Ben Okri");
    ada.keys("i");
    ada.read("[data-test=set-assignee]", "Ada Lovelace");
    ada.keys("u");
    ada.read("[data-test=set-assignee]", "Ben Okri");
    ada.keys("p");
    ada.choose("Urgent");
    ada.read("[data-test=set-priority]", "Urgent");
    ada.read("[data-test=change]", "set priority to urgent");
    ada.keys("t");
    ada.choose("hardware");
    ada.keys(ESCAPE);
    ada.read("[data-test=set-tags]", "hardware");
    ada.keys("e");
    ada.read("[data-test=set-status]", "Closed");
    stage.holds(&id, "status", &json!("closed"));
    ada.keys("u");
    ada.read("[data-test=set-status]", "Open");
    stage.holds(&id, "status", &json!("open"));
    ada.click("[data-test=add-field]");
    ada.fill("[data-test=field-name]", "machine");
    ada.fill("[data-test=field-value]", "Mark II");
    ada.click("[data-test=go]");
    stage.holds(&id, "custom_fields", &json!({"machine": "Mark II"}));
    let object = stage.ada().get(&format!("/v1/conversations/{id}")).data(200);
    assert_eq!((&object["priority"], &object["tags"]), (&json!("urgent"), &json!(["hardware"])));
}

#[test]
fn a_reply_and_its_close_are_one_stroke() {
    let Some(stage) = Stage::new() else { return };
    let id = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let ada = stage.reading(&id);
    ada.fill("[data-test=body]", "It is out now.");
    ada.click("[data-test=send-close]");
    ada.click("[data-test=send-now]");
    stage.holds(&id, "status", &json!("closed"));
    assert_eq!(stage.messages(&id), ["It does not start any more.", "It is out now."]);
}

#[test]
fn everything_is_reached_by_the_palette_and_the_keys_are_on_a_sheet() {
    let Some(stage) = Stage::new() else { return };
    stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.click("[data-test=find]");
    ada.fill(".palette input", "moth");
    ada.read(".palette .item", "A moth in the relay");
    ada.keys(ENTER);
    ada.read("[data-test=subject]", "A moth in the relay");
    ada.keys("?");
    for words in ["Reply", "Next thread", "Undo"] {
        ada.read(".palette .item", words);
    }
    ada.keys(ESCAPE);
    ada.gone(".palette");
    ada.keys("gc");
    ada.see("contacts-page");
    // Who dictates turns single keys off.
    ada.click("[data-test=find]");
    ada.choose("Turn single keys off");
    ada.keys("gi");
    ada.see("contacts-page");
}

#[test]
fn many_threads_change_after_a_rehearsal_and_are_taken_back() {
    let Some(stage) = Stage::new() else { return };
    let ids: Vec<String> = ["Ann", "Bea", "Cy"].iter().map(|name| stage.conversation(name, "Hello", "Hi.")).collect();
    stage
        .ada()
        .send("PATCH", &format!("/v1/conversations/{}", ids[0]), &[], Some(&json!({"priority": "low"})))
        .data(200);
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.click("[data-test=view-open]");
    ada.holds("document.querySelectorAll('[data-test=row]').length === 3");
    ada.script("document.querySelectorAll('[data-test=row] input').forEach((box) => box.click())");
    ada.click("[data-test=bulk-priority]");
    ada.choose("Urgent");
    ada.read(".ask", "Change 3 threads?");
    ada.picture("bulk");
    stage.holds(&ids[1], "priority", &json!("normal"));
    ada.click("[data-test=go]");
    for id in &ids {
        stage.holds(id, "priority", &json!("urgent"));
    }
    ada.click(".toast button");
    for (id, before) in ids.iter().zip(["low", "normal", "normal"]) {
        stage.holds(id, "priority", &json!(before));
    }
}

#[test]
fn the_inbox_fits_into_a_phone() {
    let Some(stage) = Stage::new() else { return };
    stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let ada = stage.signed_in("ada@company.com", PHONE);
    ada.click(".for-menu");
    ada.click("[data-test=view-open]");
    ada.click("[data-test=row] a");
    ada.read("[data-test=message]", "It does not start any more.");
    ada.gone("thread-list");
    ada.holds("document.documentElement.scrollWidth <= 360");
    ada.picture("phone");
    ada.click("a.back");
    ada.see("[data-test=row]");
}
