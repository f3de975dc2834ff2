//! `ETag`, `If-None-Match` and `If-Match`: nothing is sent twice, and no change is lost.

use crate::access::furnish;
use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;

fn tag(answer: &Answer) -> String {
    answer.header("etag")
}

fn unless(caller: &Client<'_>, path: &str, tags: &str) -> Answer {
    caller.send("GET", path, &[("if-none-match", tags)], None)
}

fn patch_if(caller: &Client<'_>, path: &str, tags: &str, patch: &Value) -> Answer {
    caller.send("PATCH", path, &[("if-match", tags)], Some(patch.to_string()))
}

/// What can be changed, and two changes of it.
fn changeable() -> Vec<(&'static str, Value, Value)> {
    let named = |one: &str, other: &str| (json!({"name": one}), json!({"name": other}));
    let mut all = vec![
        ("/v1/conversations/conv_001", json!({"subject": "one"}), json!({"subject": "two"})),
        ("/v1/tickets/ticket_001", json!({"subject": "three"}), json!({"subject": "four"})),
        ("/v1/webhooks/webhook_001", json!({"description": "one"}), json!({"description": "two"})),
    ];
    for path in [
        "/v1/contacts/contact_001",
        "/v1/users/user_001",
        "/v1/teams/team_001",
        "/v1/tags/tag_001",
        "/v1/inboxes/inbox_001",
    ] {
        let (one, other) = named("one", "two");
        all.push((path, one, other));
    }
    all
}

#[test]
fn who_has_it_already_is_told_so_in_a_few_bytes() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let unchanging = ["/v1/conversations/conv_001/messages/msg_001", "/v1/api_keys/key_001"];
    for path in changeable().iter().map(|(path, ..)| *path).chain(unchanging) {
        let first = admin.get(path).expect(200);
        let etag = tag(&first);
        assert!(etag.starts_with('"') && etag.ends_with('"'), "{path}: {etag}");
        for tags in [
            etag.clone(),
            format!("W/{etag}"),
            format!("\"x\", {etag}"),
            format!("\"x\",W/{etag} , \"y\""),
            "*".to_owned(),
        ] {
            let answer = unless(&admin, path, &tags);
            assert_eq!((answer.status, answer.text.as_str()), (304, ""), "{path}: {tags}");
            assert_eq!(tag(&answer), etag);
            assert_ne!(answer.header("x-request-id"), "");
            assert_ne!(answer.header("x-ratelimit-limit"), "");
            assert_eq!(answer.header("cache-control"), first.header("cache-control"));
        }
        for tags in ["\"x\"", "", "nonsense", etag.trim_matches('"'), &etag.to_uppercase(), "W/*", "\"*\""] {
            assert_eq!(unless(&admin, path, tags).ok(), first.body["data"], "{path}: {tags}");
        }
    }
    // Two lines of a header are one list.
    let etag = tag(&admin.get("/v1/contacts/contact_001"));
    let two = [("if-none-match", "\"x\""), ("if-none-match", etag.as_str())];
    admin.send("GET", "/v1/contacts/contact_001", &two, None).expect(304);
    unless(&admin, "/v1/contacts/contact_999", "*").refused(404, "not_found");
}

#[test]
fn a_change_that_rests_on_what_is_no_more_is_refused() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    for (path, one, other) in changeable() {
        let before = tag(&admin.get(path));
        let first = patch_if(&admin, path, &before, &one).expect(200);
        let after = tag(&first);
        assert_ne!(after, before);
        assert_eq!(after, tag(&admin.get(path)), "{path}");
        desk.new_events();
        for tags in [
            before.clone(),
            format!("\"x\", {before}"),
            "\"x\"".to_owned(),
            "nonsense".to_owned(),
            String::new(),
            format!("W/{after}"),
        ] {
            patch_if(&admin, path, &tags, &other).refused(412, "precondition_failed");
        }
        assert_eq!(tag(&admin.get(path)), after);
        assert_eq!(desk.new_events(), Vec::<String>::new());
        patch_if(&admin, path, &format!("{before}, {after}"), &other).expect(200);
        patch_if(&admin, path, "*", &one).expect(200);
        let nowhere = path.replace("_001", "_999");
        patch_if(&admin, &nowhere, "*", &one).refused(404, "not_found");
    }
}

#[test]
fn what_someone_else_changed_is_not_deleted_unseen() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    for path in ["/v1/contacts/contact_001", "/v1/teams/team_001", "/v1/tags/tag_001", "/v1/webhooks/webhook_001"] {
        let seen = tag(&admin.get(path));
        let patch = if path.contains("webhook") { json!({"active": false}) } else { json!({"name": "changed"}) };
        let now = tag(&admin.patch(path, patch));
        let delete = |tags: &str| admin.send("DELETE", path, &[("if-match", tags)], None);
        delete(&seen).refused(412, "precondition_failed");
        delete(&format!("W/{now}")).refused(412, "precondition_failed");
        admin.get(path).expect(200);
        delete(&now).expect(204);
        delete("*").refused(404, "not_found");
    }
}

#[test]
fn a_change_of_nothing_keeps_the_tag() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    for (path, one, _) in changeable() {
        let first = admin.patch(path, one.clone());
        desk.advance(1);
        desk.new_events();
        for patch in [&one, &json!({})] {
            let again = admin.patch(path, patch.clone()).expect(200);
            assert_eq!(tag(&again), tag(&first), "{path}");
            assert_eq!(again.body["data"]["updated_at"], first.body["data"]["updated_at"]);
        }
        assert_eq!(desk.new_events(), Vec::<String>::new());
        unless(&admin, path, &tag(&first)).expect(304);
    }
}

#[test]
fn no_change_is_lost_when_many_count_one_up() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    for path in ["/v1/contacts/contact_001", "/v1/tickets/ticket_001"] {
        admin.patch(path, json!({"custom_fields": {"n": 0}})).ok();
        let counted = || {
            let seen = admin.get(path).expect(200);
            let next = seen.body["data"]["custom_fields"]["n"].as_i64().unwrap() + 1;
            let answer = patch_if(&admin, path, &tag(&seen), &json!({"custom_fields": {"n": next}}));
            assert!(matches!(answer.status, 200 | 412), "{}", answer.text);
            i64::from(answer.status == 200)
        };
        let succeeded: i64 = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| (0..25).map(|_| counted()).sum::<i64>())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert!(succeeded > 0);
        assert_eq!(admin.get(path).ok()["custom_fields"]["n"], succeeded);
    }
}

#[test]
fn a_thread_shows_the_new_name_of_whom_it_names() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    admin.patch("/v1/tickets/ticket_001", json!({"assignee_id": "user_001"})).ok();
    let paths = ["/v1/conversations/conv_001", "/v1/tickets/ticket_001"];
    let mut message = tag(&admin.get("/v1/conversations/conv_001/messages/msg_001"));
    let mut tags = paths.map(|path| tag(&admin.get(path)));
    for (renamed, patch, shown) in [
        ("/v1/contacts/contact_001", json!({"name": "Jonathan"}), "Jonathan"),
        ("/v1/contacts/contact_001", json!({"email": "jonathan@example.com"}), "jonathan@example.com"),
        ("/v1/users/user_001", json!({"name": "Spare No More"}), "Spare No More"),
        ("/v1/tags/tag_001", json!({"name": "invoices"}), "invoices"),
    ] {
        admin.patch(renamed, patch).ok();
        for (path, etag) in paths.iter().zip(&mut tags) {
            let answer = unless(&admin, path, etag).expect(200);
            assert!(answer.text.contains(shown), "{path}: {}", answer.text);
            // Nobody changed the thread itself: what rests on it is no conflict.
            patch_if(&admin, path, etag, &json!({})).expect(200);
            *etag = tag(&answer);
            unless(&admin, path, etag).expect(304);
        }
        if shown == "Jonathan" {
            let answer = unless(&admin, "/v1/conversations/conv_001/messages/msg_001", &message).expect(200);
            assert_eq!(answer.body["data"]["author"]["name"], shown);
            message = tag(&answer);
        }
    }
    admin.delete("/v1/tags/tag_001").expect(204);
    assert_eq!(unless(&admin, paths[0], &tags[0]).ok()["tags"], json!([]));
    let etag = tag(&admin.get(paths[0]));
    admin.delete("/v1/contacts/contact_001").expect(204);
    assert_eq!(unless(&admin, paths[0], &etag).ok()["contact"]["name"], "Deleted contact");
    assert_eq!(
        unless(&admin, "/v1/conversations/conv_001/messages/msg_001", &message).ok()["author"]["name"],
        "Deleted contact"
    );
}

#[test]
fn what_moves_with_time_alone_is_never_stale_and_never_a_conflict() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    agent.ticket(json!({"priority": "urgent"}));
    let path = "/v1/tickets/ticket_001";
    let (first, conversation) = (agent.get(path), tag(&agent.get("/v1/conversations/conv_001")));
    unless(&agent, path, &tag(&first)).expect(304);
    desk.advance(50 * MINUTE);
    let later = unless(&agent, path, &tag(&first)).expect(200);
    assert_eq!(later.body["data"]["sla"]["status"], "warning");
    unless(&agent, path, &tag(&later)).expect(304);
    desk.advance(HOUR);
    let last = unless(&agent, path, &tag(&later)).expect(200);
    assert_eq!(last.body["data"]["sla"]["status"], "breached");
    unless(&agent, "/v1/conversations/conv_001", &conversation).expect(304);
    patch_if(&agent, path, &tag(&first), &json!({"subject": "still the same"})).expect(200);
    patch_if(&agent, path, &tag(&last), &json!({"subject": "not any more"})).refused(412, "precondition_failed");
}

#[test]
fn either_view_of_a_thread_knows_of_a_change_through_the_other() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    agent.ticket(json!({}));
    let (ticket, conversation) = ("/v1/tickets/ticket_001", "/v1/conversations/conv_001");
    for (through, seen) in [(ticket, conversation), (conversation, ticket)] {
        let etag = tag(&agent.get(seen));
        agent.patch(through, json!({"subject": format!("through {through}")})).ok();
        patch_if(&agent, seen, &etag, &json!({"priority": "low"})).refused(412, "precondition_failed");
        unless(&agent, seen, &etag).expect(200);
    }
    // A message is a change of the thread.
    let etag = tag(&agent.get(ticket));
    agent.message("conv_001", "reply", "Hello");
    patch_if(&agent, ticket, &etag, &json!({"status": "closed"})).refused(412, "precondition_failed");
}

#[test]
fn what_a_post_answers_can_be_built_upon() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let created = agent.post("/v1/contacts", json!({"name": "x"})).expect(201);
    assert_eq!(tag(&created), tag(&agent.get("/v1/contacts/contact_001")));
    patch_if(&agent, "/v1/contacts/contact_001", &tag(&created), &json!({"name": "y"})).expect(200);
}
