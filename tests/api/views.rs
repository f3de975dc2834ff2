//! /v1/views: filters of lists, kept under a name

use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::TestApp;
use crate::harness::id;
use crate::lives::read_through;
use serde_json::Value;
use serde_json::json;

/// Views by name, with how many rows each has.
fn counts(who: &Client<'_>) -> Vec<(String, i64)> {
    let views = who.get("/v1/views").ok();
    let views = views.as_array().unwrap().iter();
    views.map(|view| (view["name"].as_str().unwrap().to_owned(), view["count"].as_i64().unwrap())).collect()
}

#[test]
fn every_workspace_begins_with_the_views_of_an_inbox_each_with_its_number() {
    let desk = TestApp::new();
    let (sarah, max) = (desk.agent("sarah"), desk.agent("max"));
    sarah.conversation(json!({"assignee_id": sarah.user}));
    sarah.conversation(json!({"assignee_id": max.user}));
    sarah.conversation(json!({}));
    sarah.message("conv_002", "reply", "Here you are");
    sarah.post("/v1/conversations/conv_003/messages", json!({"body": "Which?", "status": "pending"})).created();
    sarah.ticket(json!({"priority": "urgent"}));
    desk.advance(DAY);
    let named = |counts: [i64; 7]| -> Vec<(String, i64)> {
        let names = ["Mine", "Unassigned", "Open", "Waiting", "Pending", "Closed", "SLA breached"];
        names.iter().map(|name| (*name).to_owned()).zip(counts).collect()
    };
    assert_eq!(counts(&sarah), named([1, 1, 3, 2, 1, 0, 1]));
    assert_eq!(counts(&desk.agent("zoe")), named([0, 1, 3, 2, 1, 0, 1]));
    let mine = sarah.get("/v1/views/view_001").ok();
    for (field, value) in [
        ("id", json!("view_001")),
        ("kind", json!("conversation")),
        ("filter", json!({"status": "open", "assignee": "me"})),
        ("sort", json!("-last_message_at")),
        ("shared", json!(true)),
        ("owner", json!(null)),
        ("standard", json!("mine")),
        ("position", json!(1)),
    ] {
        assert_eq!(mine[field], value);
    }
    // What a view holds is what its list takes, and finds as many.
    for view in sarah.get("/v1/views").ok().as_array().unwrap() {
        let filter = view["filter"].as_object().unwrap().iter();
        let sort = view["sort"].as_str().map(|sort| format!("sort={sort}"));
        let query: Vec<String> =
            filter.map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).chain(sort).collect();
        let path = format!("/v1/{}s?{}", view["kind"].as_str().unwrap(), query.join("&"));
        assert_eq!(json!(read_through(&sarah, &path).len()), view["count"], "{path}");
    }
}

#[test]
fn a_view_is_its_owner_s_alone_until_it_is_shared() {
    let desk = TestApp::new();
    let (sarah, max, ada) = (desk.agent("Sarah"), desk.agent("max"), desk.admin());
    let new = json!({"name": "Billing, urgent", "kind": "ticket", "filter": {"tag": "billing", "priority": "urgent"}});
    let answer = sarah.post("/v1/views", new).expect(201);
    assert_eq!(answer.header("location"), "/v1/views/view_008");
    let view = answer.body["data"].clone();
    assert_eq!(
        view,
        json!({"id": "view_008", "name": "Billing, urgent", "kind": "ticket",
            "filter": {"priority": "urgent", "tag": "billing"}, "sort": null, "shared": false,
            "owner": {"id": sarah.user, "name": "Sarah"}, "standard": null, "position": 8, "count": 0,
            "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"})
    );
    for other in [&max, &ada] {
        other.get("/v1/views/view_008").refused(404, "not_found");
        other.patch("/v1/views/view_008", json!({"name": "Mine"})).refused(404, "not_found");
        other.delete("/v1/views/view_008").refused(404, "not_found");
        assert_eq!(other.get("/v1/views").total(), 7);
    }
    sarah.ticket(json!({"tags": ["billing"], "priority": "urgent"}));
    let shared = sarah.patch("/v1/views/view_008", json!({"shared": true, "position": 0})).ok();
    assert_eq!((&shared["count"], &shared["position"]), (&json!(1), &json!(0)));
    assert_eq!(max.get("/v1/views").ids()[0], "view_008");
    max.patch("/v1/views/view_008", json!({"name": "Mine"})).refused(403, "forbidden");
    max.delete("/v1/views/view_008").refused(403, "forbidden");
    assert_eq!(ada.patch("/v1/views/view_008", json!({"name": "Billing"})).ok()["name"], "Billing");
    // An admin takes it back: to its owner.
    assert_eq!(ada.patch("/v1/views/view_008", json!({"shared": false})).ok()["owner"]["name"], "Sarah");
    ada.get("/v1/views/view_008").refused(404, "not_found");
    sarah.delete("/v1/views/view_008").expect(204);
    sarah.get("/v1/views/view_008").refused(404, "not_found");
}

#[test]
fn a_standard_view_that_is_renamed_is_one_like_others() {
    let desk = TestApp::new();
    let (sarah, ada) = (desk.agent("sarah"), desk.admin());
    sarah.patch("/v1/views/view_003", json!({"name": "All"})).refused(403, "forbidden");
    let standard = |patch: Value| ada.patch("/v1/views/view_003", patch).ok()["standard"].clone();
    assert_eq!(standard(json!({"position": 9, "filter": {"status": "open", "channel": "email"}})), "open");
    assert_eq!(standard(json!({"name": "Open"})), "open");
    assert_eq!(standard(json!({"name": "Letters"})), Value::Null);
    assert_eq!(standard(json!({"name": "Open"})), Value::Null);
    assert_eq!(sarah.get("/v1/views").ids().last().unwrap(), "view_003");
    assert_eq!(ada.patch("/v1/views/view_006", json!({"shared": false})).ok()["owner"]["id"], json!(ada.user));
    ada.delete("/v1/views/view_007").expect(204);
    assert_eq!(sarah.get("/v1/views").total(), 5);
}

#[test]
fn a_view_takes_what_its_list_takes_and_nothing_else() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let make = |kind: &str, filter: Value, sort: Value| {
        let view = json!({"name": "A view", "kind": kind, "filter": filter, "sort": sort});
        sarah.post("/v1/views", view)
    };
    let none = json!(null);
    let broken = json!({"status": "resolved", "inbox": "inbox_001", "team": "mine", "tag": "", "waiting": "yes", "colour": "red"});
    make("conversation", broken, json!("subject")).invalid(&[
        ("filter.status", "not_in_enum"),
        ("filter.inbox", "unknown_field"),
        ("filter.team", "invalid_format"),
        ("filter.tag", "too_short"),
        ("filter.waiting", "not_in_enum"),
        ("filter.colour", "unknown_field"),
        ("sort", "not_in_enum"),
    ]);
    make("ticket", json!({"waiting": "true"}), json!("last_message_at"))
        .invalid(&[("filter.waiting", "unknown_field"), ("sort", "not_in_enum")]);
    make("ticket", json!({"priority": 2}), none.clone()).invalid(&[("filter.priority", "invalid_format")]);
    make("contact", json!({}), none.clone()).invalid(&[("kind", "not_in_enum")]);
    let all = json!({"status": "open", "assignee": "none", "team": "team_001", "channel": "email", "priority": "low",
        "contact": "contact_001", "tag": "VIP", "waiting": "false", "created_after": "2026-01-01T00:00:00Z"});
    assert_eq!(make("conversation", all.clone(), json!("-waiting_since")).created()["filter"], all);
    let all = json!({"status": "resolved", "assignee": "me", "team": "none", "inbox": "inbox_001", "priority": "low",
        "sla_status": "warning", "tag": "VIP", "created_before": "2026-01-01T00:00:00Z"});
    assert_eq!(make("ticket", all.clone(), json!("priority")).created()["filter"], all);
    assert_eq!(make("ticket", json!({"tag": null}), none).created()["filter"], json!({}));
    let patch = |patch: Value| sarah.patch("/v1/views/view_009", patch);
    patch(json!({"filter": {"channel": "email"}})).invalid(&[("filter.channel", "unknown_field")]);
    patch(json!({"sort": "waiting_since"})).invalid(&[("sort", "not_in_enum")]);
    patch(json!({"kind": "conversation"})).invalid(&[("kind", "unknown_field")]);
    patch(json!({"position": -1})).invalid(&[("position", "out_of_range")]);
    assert_eq!(patch(json!({"filter": {}, "sort": null})).ok()["filter"], json!({}));
}

#[test]
fn views_come_by_position_and_name_or_as_asked() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (name, position) in [("beta", 50), ("Alpha", 50), ("Last", 1_000_000), ("First", 0)] {
        let view = json!({"name": name, "kind": "ticket", "position": position});
        sarah.post("/v1/views", view).created();
    }
    // Behind all others there is no place left: beside the last.
    sarah.post("/v1/views", json!({"name": "later", "kind": "ticket"})).created();
    let names = |query: &str| -> Vec<String> {
        let rows = read_through(&sarah, &format!("/v1/views?per_page=3&{query}"));
        let own = rows.iter().filter(|row| row["owner"] != Value::Null);
        own.map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(""), ["First", "Alpha", "beta", "Last", "later"]);
    assert_eq!(names("sort=name"), ["Alpha", "beta", "First", "Last", "later"]);
    assert_eq!(id(&sarah.get("/v1/views").ok()[0]), "view_011");
    let view = sarah.get("/v1/views/view_008").expect(200);
    let stale = [("if-match", "\"v9\"")];
    sarah.send("PATCH", "/v1/views/view_008", &stale, Some("{}".to_owned())).refused(412, "precondition_failed");
    let tag = view.header("etag");
    sarah.send("GET", "/v1/views/view_008", &[("if-none-match", &tag)], None).expect(304);
    sarah.ticket(json!({}));
    // Its number is another: the client has not got it yet.
    sarah.send("GET", "/v1/views/view_008", &[("if-none-match", &tag)], None).expect(200);
}
