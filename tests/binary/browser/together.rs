//! Two at one thread, and what comes while one looks on.

use crate::browser::stage::DESK;
use crate::browser::stage::Stage;
use serde_json::json;

#[test]
fn what_comes_in_is_seen_at_once() {
    let Some(stage) = Stage::new() else { return };
    let ada = stage.signed_in("ada@company.com", DESK);
    ada.click("[data-test=view-open]");
    ada.see("[data-test=first-steps]");
    let id = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    ada.read("[data-test=row]", "A moth in the relay");
    ada.read("[data-test=view-open] .count", "1");
    ada.click("[data-test=row] a");
    ada.see("[data-test=message]");
    let more = json!({"body": "Now it smells.", "type": "comment"});
    stage.ada().post(&format!("/v1/conversations/{id}/messages"), &more).data(201);
    ada.read("[data-test=message]", "Now it smells.");
}

#[test]
fn two_on_one_thread_see_each_other_and_a_reply_is_held_back_if_the_thread_has_changed() {
    let Some(stage) = Stage::new() else { return };
    let id = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let ada = stage.signed_in("ada@company.com", DESK);
    let ben = stage.signed_in("ben@company.com", DESK);
    for browser in [&ada, &ben] {
        browser.go(&format!("/conversations/{id}"));
        browser.see("[data-test=message]");
    }
    ada.read("[data-test=presence]", "Ben Okri is looking");
    ben.fill("[data-test=body]", "I have a look.");
    ada.read("[data-test=presence]", "Ben Okri is writing");
    ada.picture("two");
    // Both answer: what Ada has sent, Ben has not read.
    ada.fill("[data-test=body]", "Take it out.");
    ben.click("[data-test=send]");
    ada.click("[data-test=send]");
    ada.click("[data-test=send-now]");
    ada.gone("[data-test=outgoing]");
    ben.click("[data-test=send-now]");
    ben.read("[data-test=outgoing]", "the thread has changed");
    ben.read("[data-test=message]", "Take it out.");
    assert_eq!(stage.messages(&id), ["It does not start any more.", "Take it out."]);
    ben.picture("held-back");
    ben.click("[data-test=send-anyway]");
    ben.gone("[data-test=outgoing]");
    ada.read("[data-test=message]", "I have a look.");
    assert_eq!(stage.messages(&id).len(), 3);
    // Who leaves is gone.
    ben.go("/contacts");
    ada.gone("[data-test=presence]");
}

#[test]
fn what_is_typed_and_sent_outlives_the_server() {
    let Some(mut stage) = Stage::new() else { return };
    let id = stage.conversation("Grace Hopper", "A moth in the relay", "It does not start any more.");
    let ada = stage.reading(&id);
    stage.kill();
    ada.fill("[data-test=body]", "Sent while nobody was there.");
    ada.click("[data-test=send]");
    ada.click("[data-test=send-now]");
    ada.read("[data-test=outgoing]", "can't be reached");
    ada.fill("[data-test=body]", "Typed while nobody was there.");
    stage.serve_again();
    ada.gone("[data-test=outgoing]");
    ada.read("[data-test=message]", "Sent while nobody was there.");
    ada.holds("document.querySelector('[data-test=body]').value === 'Typed while nobody was there.'");
    assert_eq!(stage.messages(&id), ["It does not start any more.", "Sent while nobody was there."]);
    // The stream has come back, too.
    let more = json!({"body": "And after.", "type": "comment"});
    stage.ada().post(&format!("/v1/conversations/{id}/messages"), &more).data(201);
    ada.read("[data-test=message]", "And after.");
}
