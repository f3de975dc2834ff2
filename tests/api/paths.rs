//! Paths, queries and headers in odd spellings.

use crate::access::ROWS;
use crate::access::asked;
use crate::access::furnish;
use crate::harness::TestApp;
use crate::harness::details;
use crate::wire::Wire;
use serde_json::json;

#[test]
fn an_id_has_one_spelling_and_every_other_is_not_found() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    admin.get("/v1/contacts/contact_001").ok();
    for id in [
        "contact_1",
        "contact_01",
        "contact_0001",
        "contact_+1",
        "contact_-1",
        "contact_001%20",
        "%20contact_001",
        "contact_",
        "contact",
        "_001",
        "001",
        "CONTACT_001",
        "Contact_001",
        "contact-001",
        "contact_001%00",
        "contact_0x1",
        "contact_1e0",
        "contact_%D9%A1",
        "contact_99999999999999999999",
        "contact_9223372036854775807",
        "contact_9223372036854775808",
        "contact_-9223372036854775808",
        "contact_000",
        "ticket_001",
        "user_001",
        "conv_001",
        "null",
        "undefined",
        "*",
        "..",
        "%2e%2e",
        "contact_001;x=1",
        "contact_001%2F",
        "%00",
        "%FF",
        "%",
        "%zz",
        "contact_001%252F",
        "'%20OR%201=1--",
        "%E2%80%AEcontact_001",
    ] {
        for (method, path) in [("GET", format!("/v1/contacts/{id}")), ("DELETE", format!("/v1/contacts/{id}"))] {
            let mut wire = Wire::to(&desk);
            let key = admin.key.as_deref().unwrap();
            wire.send(format!("{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n"));
            let answer = wire.response().unwrap();
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
            assert_eq!(answer.refused(404), "not_found");
        }
    }
    assert_eq!(admin.get("/v1/contacts").total(), 2);
}

#[test]
fn the_second_id_of_a_path_is_held_to_the_same() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    admin.get("/v1/conversations/conv_001/messages/msg_001").ok();
    for path in [
        "conv_001/messages/msg_1",
        "conv_001/messages/conv_001",
        "conv_001/messages/msg_999",
        "conv_001/messages/msg_002",
        "conv_002/messages/msg_001",
        "conv_999/messages/msg_001",
        "conv_1/messages/msg_001",
        "conv_001/messages/",
        "conv_001/message",
        "conv_999/messages",
    ] {
        admin.get(&format!("/v1/conversations/{path}")).refused(404, "not_found");
    }
    for path in [
        "team_001/members/user_1",
        "team_001/members/team_001",
        "team_001/members/user_002",
        "team_999/members/user_001",
    ] {
        admin.delete(&format!("/v1/teams/{path}")).refused(404, "not_found");
    }
    assert_eq!(admin.get("/v1/teams/team_001").ok()["members_count"], 1);
}

#[test]
fn a_path_that_is_almost_right_is_not_found() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    for path in [
        "/v1",
        "/v1/",
        "/v1/contacts/",
        "//v1/contacts",
        "/v1//contacts",
        "/V1/contacts",
        "/v1/Contacts",
        "/v1/contact",
        "/v2/contacts",
        "/contact",
        "/v1/contacts/contact_001/",
        "/v1/contacts/contact_001/nonsense",
        "/v1/contacts.json",
        "/v1/contacts%3Fpage=1",
        "/v1/./contacts",
        "/v1/x/../contacts",
        "/v1/contacts;a=b",
        "/v1/contacts%00",
        "/v1/tickets/ticket_001/sla/",
        "/v1/tickets/nonsense/sla",
        "/.env",
        "/v1/..%2f..%2fetc/passwd",
    ] {
        let mut wire = Wire::to(&desk);
        let key = admin.key.as_deref().unwrap();
        wire.send(format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n"));
        let answer = wire.response().unwrap();
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert_eq!(answer.refused(404), "not_found");
    }
    // Percent-encoding of what needs none is the same path.
    assert_eq!(admin.get("/v1/%63ontacts/contact_00%31").ok()["id"], "contact_001");
}

#[test]
fn a_very_long_address_is_answered_like_any_other() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let long = "x".repeat(20_000);
    admin.get(&format!("/v1/contacts/{long}")).refused(404, "not_found");
    admin.get(&format!("/v1/{long}")).refused(404, "not_found");
    admin.get(&format!("/v1/contacts?q={long}")).refused(400, "invalid_parameter");
    admin.get(&format!("/v1/contacts?email={long}@x.io")).refused(400, "invalid_parameter");
    let error = admin.get(&format!("/v1/contacts?{long}=1")).refused(400, "invalid_parameter");
    assert!(error.to_string().len() < 2_000, "{error}");
    let many = "page=1&".repeat(5_000);
    admin.get(&format!("/v1/contacts?{many}")).refused(400, "invalid_parameter");
    let types = ["ticket.created"; 500].join(",");
    admin.get(&format!("/v1/events?types={types}")).expect(200);
    let words = "a+".repeat(120);
    assert_eq!(admin.get(&format!("/v1/contacts?q={words}")).total(), 0);
}

#[test]
fn odd_headers_do_no_harm() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let key = admin.key.clone().unwrap();
    let bearer = format!("authorization: Bearer {key}");
    let status = |method: &str, path: &str, headers: &str, body: &str| {
        let mut wire = Wire::to(&desk);
        wire.send(format!("{method} {path} HTTP/1.1\r\n{headers}\r\ncontent-length: {}\r\n\r\n{body}", body.len()));
        wire.response().unwrap().status
    };
    for (headers, expected) in [
        (format!("host: x\r\n{bearer}\r\nAUTHORIZATION: nonsense"), 200),
        (format!("host: x\r\nauthorization: nonsense\r\n{bearer}"), 401),
        (format!("host: x\r\n{bearer}\r\nx-forwarded-for: nonsense, ,, 1.2.3.4.5"), 200),
        (format!("host: x\r\n{bearer}\r\nx-request-id: \u{e9}"), 200),
        (format!("host: x\r\n{bearer}\r\nif-none-match: \u{e9}"), 200),
        (format!("host: x\r\n{bearer}\r\naccept: text/html\r\naccept-encoding: nonsense;q=2"), 200),
        (format!("host: x\r\n{bearer}\r\nrange: bytes=0-1"), 200),
        (format!("host: x\r\n{bearer}\r\nif-modified-since: nonsense"), 200),
        (format!("host: x\r\n{bearer}\r\nx-http-method-override: DELETE"), 200),
        (format!("host: x\r\n{bearer}\r\ncookie: {}", "a=b; ".repeat(500)), 200),
        (format!("host: ../../etc\r\n{bearer}"), 200),
        (format!("host: x\r\n{}: nonsense\r\n{bearer}", "x".repeat(2_000)), 200),
    ] {
        assert_eq!(status("GET", "/v1/contacts/contact_001", &headers, ""), expected, "{headers}");
    }
    // A GET with a body is a GET.
    assert_eq!(status("GET", "/v1/contacts", &format!("host: x\r\n{bearer}"), "{\"name\": \"x\"}"), 200);
    assert_eq!(admin.get("/v1/contacts").total(), 2);
    admin.get("/v1/contacts/contact_001").ok();
    assert_eq!(admin.post("/v1/contacts", json!({"name": "x"})).created()["id"], "contact_003");
}

#[test]
fn a_link_leads_on_whatever_the_query_held() {
    let desk = TestApp::new();
    let admin = desk.admin();
    for number in 0..3 {
        admin
            .post("/v1/contacts", json!({"name": format!("Zoë {number} & Co"), "email": format!("zoe+{number}@x.io")}))
            .created();
    }
    let first = admin.get("/v1/contacts?q=zo%C3%AB+co&per_page=2&sort=name");
    assert_eq!(first.ids().len(), 2);
    let second = admin.get(&first.next().unwrap());
    assert_eq!(second.ids(), ["contact_003"]);
    assert_eq!(second.next(), None);
}

#[test]
fn a_route_takes_its_own_parameters_and_no_other() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    for route in commflow::api::routes().table().routes.iter().filter(|route| route.path.starts_with("/v1/")) {
        let row = ROWS.iter().find(|row| row.path == route.path && row.method == route.method.as_str()).unwrap();
        let ask = |query: &str| {
            let body = (!row.body.is_empty()).then(|| row.body.to_owned());
            admin.send(row.method, &asked(row.path, query), &[], body)
        };
        let error = ask("nonsense=1").refused(400, "invalid_parameter");
        assert_eq!(
            details(&error),
            [("nonsense".to_owned(), "unknown_field".to_owned())],
            "{} {}",
            row.method,
            row.path
        );
        for known in route.query() {
            // Twice is never right, and shows that it is known.
            let error = ask(&format!("{known}=1&{known}=1")).refused(400, "invalid_parameter");
            assert_eq!(
                details(&error),
                [(known.to_owned(), "invalid_format".to_owned())],
                "{} {}",
                row.method,
                row.path
            );
        }
    }
}
