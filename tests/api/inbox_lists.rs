//! The lists that an inbox is made of: by tag, by the last message, and by who waits

use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::TestApp;
use crate::harness::id;
use crate::lives::read_through;
use serde_json::Value;
use serde_json::json;

#[test]
fn threads_are_listed_by_a_tag_without_regard_to_case() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for tags in [json!(["billing", "vip"]), json!(["vip"]), json!([]), json!(["Billing"])] {
        sarah.ticket(json!({"tags": tags}));
    }
    sarah.patch("/v1/tickets/ticket_001", json!({"status": "closed"})).ok();
    for (query, expected) in [
        ("tag=billing", vec!["004", "001"]),
        ("tag=BILLING&sort=created_at", vec!["001", "004"]),
        ("tag=vip&status=open", vec!["002"]),
        ("tag=vip&priority=low", vec![]),
        ("tag=no+such+tag", vec![]),
    ] {
        for (path, prefix) in [("tickets", "ticket"), ("conversations", "conv")] {
            let answer = sarah.get(&format!("/v1/{path}?{query}"));
            let ids: Vec<String> = expected.iter().map(|number| format!("{prefix}_{number}")).collect();
            assert_eq!((answer.ids(), answer.total()), (ids, i64::try_from(expected.len()).unwrap()), "{path} {query}");
        }
    }
    assert_eq!(sarah.get("/v1/tickets?tag=billing&sla_status=on_track").total(), 2);
    sarah.get("/v1/tickets?tag=").refused(400, "invalid_parameter");
    // Renamed or removed, it is found as it is then.
    sarah.patch("/v1/tags/tag_001", json!({"name": "invoices"})).ok();
    assert_eq!(sarah.get("/v1/tickets?tag=invoices").total(), 2);
    assert_eq!(sarah.get("/v1/tickets?tag=billing").total(), 0);
    sarah.delete("/v1/tags/tag_002").expect(204);
    assert_eq!(sarah.get("/v1/tickets?tag=vip").total(), 0);
}

#[test]
fn conversations_are_sorted_by_their_last_message_and_one_without_any_stands_where_it_began() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for email in ["one@example.com", "two@example.com", "three@example.com"] {
        sarah.conversation(json!({"contact": {"email": email}}));
        desk.advance(HOUR);
    }
    sarah.message("conv_001", "note", "Later than all");
    let order = |query: &str| sarah.get(&format!("/v1/conversations?{query}")).ids();
    assert_eq!(order("sort=-last_message_at"), ["conv_001", "conv_003", "conv_002"]);
    assert_eq!(order("sort=last_message_at&status=open"), ["conv_002", "conv_003", "conv_001"]);
    desk.advance(DAY);
    sarah.delete("/v1/contacts/contact_003?erase=messages").expect(204);
    assert_eq!(sarah.get("/v1/conversations/conv_003").ok()["last_message_at"], Value::Null);
    assert_eq!(order("sort=-last_message_at"), ["conv_001", "conv_003", "conv_002"]);
    let paged = |sort: &str| read_through(&sarah, &format!("/v1/conversations?per_page=1&sort={sort}"));
    let ids: Vec<String> = paged("-last_message_at").iter().map(|row| id(row).to_owned()).collect();
    assert_eq!(ids, ["conv_001", "conv_003", "conv_002"]);
    assert_eq!(paged("last_message_at&status=open").len(), 3);
}

#[test]
fn those_that_wait_are_listed_and_sorted_by_how_long_they_do() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for _ in 0..4 {
        sarah.conversation(json!({}));
    }
    for conversation in ["conv_001", "conv_003", "conv_004"] {
        sarah.message(conversation, "reply", "Here you are");
    }
    desk.advance(HOUR);
    sarah.message("conv_003", "comment", "Thank you, but…");
    sarah.message("conv_001", "note", "He is happy");
    let found = |query: &str| {
        let answer = sarah.get(&format!("/v1/conversations?{query}"));
        assert_eq!(answer.total(), i64::try_from(answer.ids().len()).unwrap(), "{query}");
        answer.ids()
    };
    assert_eq!(found("waiting=true"), ["conv_003", "conv_002"]);
    assert_eq!(found("waiting=true&sort=waiting_since"), ["conv_002", "conv_003"]);
    assert_eq!(found("waiting=false"), ["conv_004", "conv_001"]);
    assert_eq!(found("waiting=true&status=closed"), Vec::<String>::new());
    assert_eq!(found("sort=waiting_since"), ["conv_002", "conv_003", "conv_001", "conv_004"]);
    let rows = read_through(&sarah, "/v1/conversations?per_page=1&sort=-waiting_since");
    let ids: Vec<&str> = rows.iter().map(id).collect();
    assert_eq!(ids, ["conv_004", "conv_001", "conv_003", "conv_002"]);
    sarah.get("/v1/conversations?waiting=yes").refused(400, "invalid_parameter");
    sarah.get("/v1/tickets?waiting=true").refused(400, "invalid_parameter");
}
