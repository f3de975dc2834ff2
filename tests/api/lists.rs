//! What holds for every list: its parameters, pages, totals, and rows that are whole.

use crate::harness::BEGINNING;
use crate::harness::Client;
use crate::harness::HOUR;
use crate::harness::TestApp;
use crate::harness::details;
use commflow::types::time::Time;
use serde_json::json;

/// Each list, and where its rows have a page of their own.
const LISTS: [(&str, &str); 11] = [
    ("/v1/conversations", "/v1/conversations"),
    ("/v1/conversations/conv_001/messages", "/v1/conversations/conv_001/messages"),
    ("/v1/contacts", "/v1/contacts"),
    ("/v1/tickets", "/v1/tickets"),
    ("/v1/users", "/v1/users"),
    ("/v1/teams", "/v1/teams"),
    ("/v1/teams/team_001/members", "/v1/users"),
    ("/v1/tags", "/v1/tags"),
    ("/v1/inboxes", "/v1/inboxes"),
    ("/v1/webhooks", "/v1/webhooks"),
    ("/v1/api_keys", "/v1/api_keys"),
];

/// A workspace with three rows and more in every list; gives an admin.
fn workspace(desk: &TestApp) -> Client<'_> {
    let ada = desk.admin();
    ada.post("/v1/teams", json!({"name": "Support"})).created();
    for (number, name) in ["max", "Ben", "ada"].iter().enumerate() {
        let user = desk.agent(name).user;
        ada.post("/v1/teams/team_001/members", json!({"user_id": user})).created();
        ada.post("/v1/teams", json!({"name": name})).created();
        ada.post("/v1/inboxes", json!({"name": name})).created();
        ada.post("/v1/webhooks", json!({"url": "https://yourapp.com/webhook", "events": ["*"]})).created();
        let contact = json!({"email": format!("{number}@example.com")});
        ada.ticket(json!({"contact": contact, "tags": [name], "assignee_id": user, "priority": "high"}));
        ada.message("conv_001", "reply", "Hello");
    }
    ada
}

#[test]
fn a_page_has_25_rows_unless_asked_otherwise_and_at_most_100() {
    let desk = TestApp::new();
    let ada = workspace(&desk);
    for (list, _) in LISTS {
        let answer = ada.get(list).expect(200);
        let meta = &answer.body["meta"];
        assert_eq!((&meta["current_page"], &meta["per_page"]), (&json!(1), &json!(25)), "{list}");
        assert_eq!(meta.as_object().unwrap().len(), 3, "{list}");
        assert_eq!(usize::try_from(answer.total()).unwrap(), answer.ids().len(), "{list}");
        assert_eq!(answer.next(), None, "{list}");
        assert_eq!(ada.get(&format!("{list}?per_page=100")).ids(), answer.ids(), "{list}");
        for bad in ["per_page=101", "per_page=0", "per_page=-1", "per_page=all", "per_page=", "page=0", "page=1.5"] {
            let error = ada.get(&format!("{list}?{bad}")).refused(400, "invalid_parameter");
            assert_eq!(details(&error)[0].0, bad.split_once('=').unwrap().0);
        }
        let error = ada.get(&format!("{list}?per_page=101")).refused(400, "invalid_parameter");
        assert!(error["message"].as_str().unwrap().contains("100"), "{error}");
    }
}

#[test]
fn the_26th_row_stands_on_the_second_page() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for number in 0..26 {
        sarah.post("/v1/tags", json!({"name": format!("tag {number:02}")})).created();
    }
    let first = sarah.get("/v1/tags");
    assert_eq!((first.ids().len(), first.total()), (25, 26));
    let second = sarah.get("/v1/tags?page=2");
    assert_eq!((second.ids(), second.total()), (vec!["tag_026".to_owned()], 26));
    assert_eq!(second.body["meta"]["current_page"], 2);
    assert_eq!(sarah.get(&first.next().unwrap()).body, second.body);
    let beyond = sarah.get("/v1/tags?page=3");
    assert_eq!((beyond.ids(), beyond.total()), (Vec::new(), 26));
}

#[test]
fn following_the_link_or_counting_pages_meets_every_row_once() {
    let desk = TestApp::new();
    let ada = workspace(&desk);
    for (list, _) in LISTS {
        let all = ada.get(list).ids();
        assert!(all.len() >= 3, "{list}");
        let (mut linked, mut next) = (Vec::new(), Some(format!("{list}?per_page=1")));
        while let Some(path) = next {
            let page = ada.get(&path);
            assert_eq!(usize::try_from(page.total()).unwrap(), all.len(), "{path}");
            linked.extend(page.ids());
            next = page.next();
        }
        assert_eq!(linked, all, "{list}");
        let counted: Vec<_> =
            (1..=all.len()).flat_map(|page| ada.get(&format!("{list}?per_page=1&page={page}")).ids()).collect();
        assert_eq!(counted, all, "{list}");
    }
}

#[test]
fn the_link_keeps_the_filters_and_the_order() {
    let desk = TestApp::new();
    let ada = workspace(&desk);
    ada.conversation(json!({"priority": "low"}));
    let first = ada.get("/v1/conversations?priority=high&sort=created_at&per_page=2");
    assert_eq!(first.ids(), ["conv_001", "conv_002"]);
    let second = ada.get(&first.next().unwrap());
    assert_eq!((second.ids(), second.total()), (vec!["conv_003".to_owned()], 3));
    assert_eq!(second.next(), None);
}

#[test]
fn a_list_shows_each_row_as_the_single_get_does() {
    let desk = TestApp::new();
    let ada = workspace(&desk);
    for (list, single) in LISTS {
        for row in ada.get(list).ok().as_array().unwrap() {
            assert_eq!(ada.get(&format!("{single}/{}", row["id"].as_str().unwrap())).ok(), *row, "{list}");
        }
    }
}

/// Every parameter that the reference lists, with every value that it names.
const PARAMETERS: [(&str, &[&str]); 5] = [
    (
        "/v1/conversations",
        &[
            "status=open",
            "status=pending",
            "status=closed",
            "assignee=user_001",
            "channel=email",
            "channel=chat",
            "channel=form",
            "team=none",
            "tag=billing",
            "waiting=true",
            "waiting=false",
            "created_after=2026-01-15T10:30:00Z",
            "created_before=2026-01-15T10:30:00Z",
            "page=1",
            "per_page=100",
        ],
    ),
    ("/v1/conversations/conv_001/messages", &["type=comment", "type=note", "type=reply", "page=1", "per_page=100"]),
    (
        "/v1/contacts",
        &["email=john@example.com", "q=john", "created_after=2026-01-15T10:30:00Z", "page=1", "per_page=100"],
    ),
    (
        "/v1/tickets",
        &[
            "status=open",
            "status=pending",
            "status=resolved",
            "status=closed",
            "priority=urgent",
            "priority=high",
            "priority=normal",
            "priority=low",
            "assignee=user_001",
            "inbox=inbox_001",
            "team=team_001",
            "tag=billing",
            "sla_status=on_track",
            "sla_status=warning",
            "sla_status=breached",
        ],
    ),
    ("/v1/users", &["role=admin", "role=agent", "status=active", "status=inactive"]),
];

#[test]
fn a_list_takes_every_parameter_of_the_reference_alone_and_together_and_no_other() {
    let desk = TestApp::new();
    let ada = workspace(&desk);
    for (list, parameters) in PARAMETERS {
        for parameter in parameters {
            ada.get(&format!("{list}?{parameter}")).expect(200);
            let (name, _) = parameter.split_once('=').unwrap();
            let error = ada.get(&format!("{list}?{name}s=x")).refused(400, "invalid_parameter");
            assert!(error["message"].as_str().unwrap().contains(&format!("`{name}`")), "{error}");
            if !["q", "tag"].contains(&name) {
                let error = ada.get(&format!("{list}?{name}=no+such+value")).refused(400, "invalid_parameter");
                assert_eq!(details(&error)[0].0, name);
            }
        }
        let mut together: Vec<&str> = Vec::new();
        for parameter in parameters {
            let name = parameter.split('=').next();
            if together.iter().all(|other| other.split('=').next() != name) {
                together.push(parameter);
            }
        }
        ada.get(&format!("{list}?{}", together.join("&"))).expect(200);
    }
}

#[test]
fn all_broken_parameters_are_named_at_once() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let error = ada
        .get("/v1/tickets?status=done&per_page=500&assignee=bob&created_after=now&inbox=1&colour=red")
        .refused(400, "invalid_parameter");
    let mut named: Vec<_> = details(&error).into_iter().map(|(field, _)| field).collect();
    named.sort();
    assert_eq!(named, ["assignee", "colour", "created_after", "inbox", "per_page", "status"]);
}

#[test]
fn a_client_goes_on_with_updated_after_from_the_last_row_it_saw() {
    let desk = TestApp::new();
    let ada = workspace(&desk);
    let changes = [
        ("/v1/conversations", json!({"subject": "Changed"})),
        ("/v1/contacts", json!({"name": "Changed"})),
        ("/v1/tickets", json!({"subject": "Changed again"})),
        ("/v1/users", json!({"name": "Changed"})),
        ("/v1/teams", json!({"name": "Changed"})),
        ("/v1/tags", json!({"name": "changed"})),
        ("/v1/webhooks", json!({"description": "Changed"})),
    ];
    for (list, change) in changes {
        desk.advance(HOUR);
        let since = |time: Time, more: &str| ada.get(&format!("{list}?updated_after={time}{more}"));
        let beginning: Time = BEGINNING.parse().unwrap();
        let before = since(beginning, "").ids();
        ada.patch(&format!("{list}/{}", before[0]), change).ok();
        // Inclusive, and what changed last comes last, over all pages.
        let after = since(desk.now(), "");
        assert_eq!((after.ids(), after.total()), (before[..1].to_vec(), 1), "{list}");
        let first = since(beginning, "&per_page=2");
        assert_eq!(first.ids(), before[1..3], "{list}");
        let rest = ada.get(&first.next().unwrap());
        assert_eq!(rest.ids().last(), before.first(), "{list}");
        assert_eq!(rest.total(), i64::try_from(before.len()).unwrap(), "{list}");
        assert_eq!(since(beginning, "&sort=-updated_at").ids().first(), before.first(), "{list}");
        desk.advance(HOUR);
        assert_eq!(since(desk.now(), "").ids(), Vec::<String>::new(), "{list}");
        ada.get(&format!("{list}?updated_after=lately")).refused(400, "invalid_parameter");
    }
}
