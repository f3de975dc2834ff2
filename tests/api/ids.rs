//! Ids: what becomes of those that are unknown, and of those that are none.

use crate::harness::Client;
use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;

/// One of each; gives an admin.
fn workspace(desk: &TestApp) -> Client<'_> {
    let ada = desk.admin();
    ada.ticket(json!({"tags": ["vip"]}));
    ada.post("/v1/teams", json!({"name": "Support"})).created();
    ada
}

/// Paths with an id in them, and the prefix of that id.
const PATHS: [(&str, &str); 11] = [
    ("/v1/conversations/{}", "conv"),
    ("/v1/conversations/{}/messages", "conv"),
    ("/v1/conversations/conv_001/messages/{}", "msg"),
    ("/v1/contacts/{}", "contact"),
    ("/v1/tickets/{}", "ticket"),
    ("/v1/users/{}", "user"),
    ("/v1/teams/{}", "team"),
    ("/v1/teams/{}/members", "team"),
    ("/v1/tags/{}", "tag"),
    ("/v1/inboxes/{}", "inbox"),
    ("/v1/api_keys/{}", "key"),
];

#[test]
fn an_id_in_a_path_that_is_unknown_or_not_of_the_form_is_not_found() {
    let desk = TestApp::new();
    let ada = workspace(&desk);
    for (path, prefix) in PATHS {
        ada.get(&path.replace("{}", &format!("{prefix}_001"))).expect(200);
        let wrong = ["1", "_001", "other_001", "%20", "none"].map(str::to_owned);
        let spelled = ["999", "1", "0001", "-01", "", "99999999999999999999"].map(|end| format!("{prefix}_{end}"));
        for id in wrong.iter().chain(&spelled) {
            ada.get(&path.replace("{}", id)).refused(404, "not_found");
        }
    }
}

#[test]
fn an_unknown_id_in_a_body_is_told_of_and_so_is_one_that_is_not_of_the_form() {
    let desk = TestApp::new();
    let ada = workspace(&desk);
    let conversation = |field: &str, value: Value| {
        let mut new = json!({"subject": "Hello", "contact": {"email": "j@x.io"}, "message": {"body": "Hi"}});
        new[field] = value;
        ada.post("/v1/conversations", new)
    };
    let ticket = |field: &str, value: Value| {
        let mut new = json!({"subject": "Hello", "description": "Hi", "contact": {"email": "j@x.io"}});
        new[field] = value;
        ada.post("/v1/tickets", new)
    };
    for (id, rule) in [("999", "unknown_id"), ("1", "invalid_format")] {
        let user = format!("user_{id}");
        conversation("assignee_id", json!(user)).invalid(&[("assignee_id", rule)]);
        ticket("assignee_id", json!(user)).invalid(&[("assignee_id", rule)]);
        ticket("inbox_id", json!(format!("inbox_{id}"))).invalid(&[("inbox_id", rule)]);
        ada.post("/v1/tickets", json!({"conversation_id": format!("conv_{id}")})).invalid(&[("conversation_id", rule)]);
        for path in ["/v1/conversations/conv_001", "/v1/tickets/ticket_001"] {
            ada.patch(path, json!({"assignee_id": user})).invalid(&[("assignee_id", rule)]);
        }
        ada.post("/v1/teams/team_001/members", json!({"user_id": user})).invalid(&[("user_id", rule)]);
        ada.post("/v1/api_keys", json!({"name": "A key", "user_id": user})).invalid(&[("user_id", rule)]);
        let contact = json!({"id": format!("contact_{id}")});
        conversation("contact", contact.clone()).invalid(&[("contact.id", rule)]);
        ticket("contact", contact).invalid(&[("contact.id", rule)]);
    }
}

#[test]
fn a_filter_by_an_unknown_id_finds_nothing_and_by_none_at_all_is_refused() {
    let desk = TestApp::new();
    let ada = workspace(&desk);
    let filters = [
        ("/v1/conversations?assignee=", "user"),
        ("/v1/conversations?contact=", "contact"),
        ("/v1/tickets?assignee=", "user"),
        ("/v1/tickets?inbox=", "inbox"),
    ];
    for (filter, prefix) in filters {
        for unknown in ["999", "000"] {
            let answer = ada.get(&format!("{filter}{prefix}_{unknown}"));
            assert_eq!((answer.ids(), answer.total()), (Vec::new(), 0), "{filter}{prefix}_{unknown}");
        }
        for wrong in ["1", "", "other_001"] {
            ada.get(&format!("{filter}{wrong}")).refused(400, "invalid_parameter");
        }
    }
}

#[test]
fn what_was_created_stands_where_its_location_says() {
    let desk = TestApp::new();
    let ada = workspace(&desk);
    let new = [
        ("/v1/conversations", json!({"subject": "Hello", "contact": {"email": "j@x.io"}, "message": {"body": "Hi"}})),
        ("/v1/conversations/conv_001/messages", json!({"body": "Hello"})),
        ("/v1/contacts", json!({"name": "Jane"})),
        ("/v1/tickets", json!({"subject": "Hello", "description": "Hi", "contact": {"email": "j@x.io"}})),
        ("/v1/users", json!({"name": "Jane", "email": "jane@company.com"})),
        ("/v1/teams", json!({"name": "Sales"})),
        ("/v1/tags", json!({"name": "billing"})),
        ("/v1/inboxes", json!({"name": "Sales"})),
        ("/v1/webhooks", json!({"url": "https://yourapp.com/webhook", "events": ["*"]})),
        ("/v1/api_keys", json!({"name": "Zapier"})),
    ];
    for (path, body) in new {
        let made = ada.post(path, body).expect(201);
        let mut shown = made.body["data"].clone();
        shown
            .as_object_mut()
            .unwrap()
            .retain(|field, _| !["secret", "signing_secret", "key"].contains(&field.as_str()));
        let location = made.header("location");
        assert_eq!(location, format!("{path}/{}", shown["id"].as_str().unwrap()));
        assert_eq!(ada.get(&location).ok(), shown);
    }
}
