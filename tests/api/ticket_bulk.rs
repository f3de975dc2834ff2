//! POST /v1/tickets/bulk

use crate::harness::DAY;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use crate::harness::id;
use serde_json::Value;
use serde_json::json;

const BULK: &str = "/v1/tickets/bulk";

#[test]
fn a_bulk_change_applies_what_it_can_and_tells_of_the_rest() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for tag in ["old", "older"] {
        sarah.ticket(json!({"tags": [tag]}));
    }
    desk.advance(MINUTE);
    desk.new_events();
    let bulk = json!({"ids": ["ticket_001", "ticket_002", "ticket_001", "ticket_999", "conv_001"],
        "update": {"status": "closed", "tags": ["resolved"]}});
    let answer = sarah.post(BULK, bulk).expect(200);
    assert_eq!(answer.body["data"]["updated"], json!(["ticket_001", "ticket_002"]));
    assert_eq!(answer.body["meta"], json!({"updated_count": 2, "failed_count": 2}));
    let failed = answer.body["data"]["failed"].as_array().unwrap();
    for (failure, missing) in failed.iter().zip(["ticket_999", "conv_001"]) {
        assert_eq!((&failure["id"], &failure["code"]), (&json!(missing), &json!("not_found")));
        assert!(!failure["message"].as_str().unwrap().is_empty());
    }
    assert!(answer.body["data"].get("changes").is_none(), "only a dry run tells what would change");
    for number in ["ticket_001", "ticket_002"] {
        let ticket = sarah.get(&format!("/v1/tickets/{number}")).ok();
        assert_eq!((&ticket["status"], &ticket["tags"]), (&json!("closed"), &json!(["resolved"])));
        assert_eq!(ticket["updated_at"], json!(desk.now()));
    }
    // Every changed object has its own event, and all share one `bulk_id`.
    let events = desk.new_event_objects();
    let told: Vec<&Value> = events.iter().map(|event| &event["type"]).collect();
    assert_eq!(told, ["conversation.updated", "ticket.updated", "conversation.updated", "ticket.updated"]);
    assert!(events[0]["bulk_id"].is_string());
    assert!(events.iter().all(|event| event["bulk_id"] == events[0]["bulk_id"]));
    sarah.post(BULK, json!({"ids": ["ticket_001"], "update": {"status": "open"}})).expect(200);
    assert_ne!(desk.new_event_objects()[0]["bulk_id"], events[0]["bulk_id"], "another request, another id");
}

#[test]
fn a_bulk_change_of_tags_replaces_them_while_add_tags_and_remove_tags_change_them() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({"tags": ["a", "b"]}));
    sarah.ticket(json!({"tags": ["c"]}));
    let bulk =
        |update: Value| sarah.post(BULK, json!({"ids": ["ticket_001", "ticket_002"], "update": update})).expect(200);
    let tags = || [1, 2].map(|number| sarah.get(&format!("/v1/tickets/ticket_00{number}")).ok()["tags"].clone());
    bulk(json!({"add_tags": ["vip", "B"], "remove_tags": ["a"]}));
    assert_eq!(tags(), [json!(["b", "vip"]), json!(["c", "vip", "b"])]);
    bulk(json!({"tags": ["only"]}));
    assert_eq!(tags(), [json!(["only"]), json!(["only"])]);
    bulk(json!({"tags": []}));
    assert_eq!(tags(), [json!([]), json!([])]);
    let counts: Vec<Value> =
        sarah.get("/v1/tags").body["data"].as_array().unwrap().iter().map(|tag| tag["count"].clone()).collect();
    assert_eq!(counts, [0, 0, 0, 0, 0]);
    sarah
        .post(BULK, json!({"ids": ["ticket_001"], "update": {"tags": ["x"], "add_tags": ["y"]}}))
        .invalid(&[("update.tags", "invalid_format")]);
}

#[test]
fn a_bulk_change_takes_all_that_a_patch_takes() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let inbox = desk.admin().post("/v1/inboxes", json!({"name": "Second line"})).created();
    sarah.ticket(json!({"custom_fields": {"kept": 1, "gone": 2}, "assignee_id": sarah.user}));
    let twin = sarah.ticket(json!({"custom_fields": {"kept": 1, "gone": 2}, "assignee_id": sarah.user}));
    let update = json!({"subject": "One subject", "status": "pending", "priority": "urgent", "assignee_id": null,
        "inbox_id": id(&inbox), "add_tags": ["vip"], "custom_fields": {"gone": null, "new": "x"}});
    sarah.post(BULK, json!({"ids": ["ticket_001"], "update": update})).expect(200);
    let patched = sarah.patch(&format!("/v1/tickets/{}", id(&twin)), update).ok();
    let mut changed = sarah.get("/v1/tickets/ticket_001").ok();
    for field in ["id", "conversation_id"] {
        changed[field] = patched[field].clone();
    }
    assert_eq!(changed, patched);
}

#[test]
fn a_dry_run_tells_what_would_change_and_changes_nothing_at_all() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({}));
    sarah.ticket(json!({"tags": ["brand-new"], "priority": "high"}));
    sarah.patch("/v1/tickets/ticket_002", json!({"status": "closed"})).ok();
    desk.advance(MINUTE);
    desk.new_events();
    let everything = || {
        let paths =
            ["/v1/tickets", "/v1/conversations", "/v1/tags", "/v1/tickets/ticket_001/sla", "/v1/events?per_page=100"];
        paths.map(|path| sarah.get(path).text)
    };
    let etags = || ["ticket_001", "ticket_002"].map(|one| sarah.get(&format!("/v1/tickets/{one}")).header("etag"));
    let (before, tags_before) = (everything(), etags());
    let bulk = json!({"ids": ["ticket_001", "ticket_002", "ticket_003"],
        "update": {"status": "closed", "tags": ["brand-new", "newer"], "priority": "high"}});
    let answer = sarah.post(&format!("{BULK}?dry_run=true"), bulk.clone()).expect(200);
    assert_eq!(answer.body["meta"], json!({"updated_count": 2, "failed_count": 1}));
    let changes = &answer.body["data"]["changes"];
    assert_eq!(changes["ticket_001"]["status"], json!(["open", "closed"]));
    assert_eq!(changes["ticket_001"]["priority"], json!(["normal", "high"]));
    assert_eq!(changes["ticket_001"]["tags"], json!([[], ["brand-new", "newer"]]));
    assert_eq!(changes["ticket_002"], json!({"tags": [["brand-new"], ["brand-new", "newer"]]}));
    assert!(changes.get("ticket_003").is_none());
    assert_eq!(desk.new_events(), Vec::<String>::new());
    assert_eq!(everything(), before);
    assert_eq!(etags(), tags_before);
    // What it told comes true when it is meant, and the ids of tags have no gap.
    let real = sarah.post(&format!("{BULK}?dry_run=false"), bulk).expect(200);
    assert_eq!(real.body["data"]["updated"], answer.body["data"]["updated"]);
    assert_eq!(real.body["data"]["failed"], answer.body["data"]["failed"]);
    let told = desk.new_event_objects();
    let of = |subject: &str| {
        let event = told.iter().find(|event| event["type"] == "ticket.updated" && event["data"]["id"] == subject);
        event.unwrap()["changes"].clone()
    };
    assert_eq!(json!({"ticket_001": of("ticket_001"), "ticket_002": of("ticket_002")}), *changes);
    let names = sarah.get("/v1/tags?sort=name").body["data"].clone();
    assert_eq!((&names[0]["id"], &names[1]["id"]), (&json!("tag_001"), &json!("tag_002")));
    let odd =
        sarah.post(&format!("{BULK}?dry_run=maybe"), json!({"ids": ["ticket_001"], "update": {"status": "open"}}));
    odd.refused(400, "invalid_parameter");
}

#[test]
fn an_update_that_is_invalid_in_itself_changes_nothing() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({}));
    let gone = desk.agent("gone");
    desk.deactivate(&gone.user);
    let before = sarah.get("/v1/tickets/ticket_001").text;
    desk.new_events();
    let bulk = |update: Value| sarah.post(BULK, json!({"ids": ["ticket_001", "ticket_999"], "update": update}));
    bulk(json!({"status": "solved", "asignee_id": null}))
        .invalid(&[("update.status", "not_in_enum"), ("update.asignee_id", "unknown_field")]);
    let inactive = bulk(json!({"assignee_id": gone.user, "add_tags": ["x"]})).refused(422, "validation_failed");
    assert_eq!(inactive["details"][0]["field"], "update.assignee_id");
    bulk(json!({"assignee_id": "user_999", "inbox_id": "inbox_999"}))
        .invalid(&[("update.assignee_id", "unknown_id"), ("update.inbox_id", "unknown_id")]);
    bulk(json!({"priority": null})).invalid(&[("update.priority", "required")]);
    sarah.post(BULK, json!({"ids": ["ticket_001"]})).invalid(&[("update", "required")]);
    sarah.post(BULK, json!({"update": {}})).invalid(&[("ids", "required")]);
    assert_eq!(sarah.get("/v1/tickets/ticket_001").text, before);
    assert_eq!(sarah.get("/v1/tags").total(), 0);
    assert_eq!(desk.new_events(), Vec::<String>::new());
}

#[test]
fn a_bulk_change_takes_one_to_a_thousand_ids() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({}));
    let ids = |number: usize| (1..=number).map(|one| format!("ticket_{one:03}")).collect::<Vec<_>>();
    let bulk = |number| sarah.post(BULK, json!({"ids": ids(number), "update": {"status": "pending"}}));
    bulk(0).invalid(&[("ids", "too_short")]);
    bulk(1_001).invalid(&[("ids", "too_long")]);
    assert_eq!(sarah.get("/v1/tickets/ticket_001").ok()["status"], "open");
    assert_eq!(bulk(1_000).expect(200).body["meta"], json!({"updated_count": 1, "failed_count": 999}));
}

#[test]
fn a_ticket_that_refuses_the_change_fails_alone() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let many: Vec<String> = (1..=50).map(|number| format!("tag {number}")).collect();
    sarah.ticket(json!({"tags": many}));
    sarah.ticket(json!({}));
    desk.advance(DAY);
    desk.new_events();
    let bulk = json!({"ids": ["ticket_001", "ticket_002"], "update": {"add_tags": ["one more"], "priority": "low"}});
    let answer = sarah.post(BULK, bulk).expect(200);
    assert_eq!(answer.body["data"]["updated"], json!(["ticket_002"]));
    assert_eq!(answer.body["data"]["failed"][0]["code"], "validation_failed");
    assert_eq!(sarah.get("/v1/tickets/ticket_001").ok()["priority"], "normal");
    assert_eq!(desk.new_events(), ["conversation.updated", "ticket.updated"]);
}

#[test]
fn a_bulk_change_that_was_answered_is_not_done_twice() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.ticket(json!({}));
    let bulk = json!({"ids": ["ticket_001"], "update": {"status": "closed"}});
    let first = sarah.post_once("bulk-1", BULK, bulk.clone()).expect(200);
    sarah.patch("/v1/tickets/ticket_001", json!({"status": "open"})).ok();
    let again = sarah.post_once("bulk-1", BULK, bulk).expect(200);
    assert_eq!((again.header("idempotent-replayed"), again.text), ("true".to_owned(), first.text));
    assert_eq!(sarah.get("/v1/tickets/ticket_001").ok()["status"], "open");
}
