//! Pages: by number, and along `Link` while others write.

use crate::harness::Client;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use crate::harness::id;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;

const PRIORITIES: [&str; 4] = ["low", "urgent", "normal", "high"];

/// This many tickets; three come at a time, so that the order has ties.
fn tickets(desk: &TestApp, client: &Client, number: usize) -> Vec<String> {
    let make = |at: usize| {
        if at.is_multiple_of(3) {
            desk.advance(MINUTE);
        }
        id(&client.ticket(json!({"priority": PRIORITIES[at % 4]}))).to_owned()
    };
    (0..number).map(make).collect()
}

fn ids(client: &Client, path: &str) -> Vec<String> {
    client.get(path).ids()
}

/// The ids along the `Link`s; `meanwhile` happens between two pages.
fn walk(client: &Client, path: &str, mut meanwhile: impl FnMut(usize)) -> Vec<String> {
    let mut seen = Vec::new();
    let mut next = Some(path.to_owned());
    let mut pages = 0;
    while let Some(path) = next {
        assert!(pages < 200, "the walk does not end");
        let page = client.get(&path).expect(200);
        seen.extend(page.ids());
        next = page.next();
        pages += 1;
        meanwhile(pages);
    }
    seen
}

#[test]
fn a_walk_sees_each_ticket_exactly_once_while_others_create_close_and_reassign() {
    for order in ["", "&sort=created_at", "&sort=-priority", "&sort=priority"] {
        let desk = TestApp::new();
        let (sarah, tom) = (desk.agent("sarah"), desk.agent("tom"));
        let first = tickets(&desk, &sarah, 17);
        let seen = walk(&sarah, &format!("/v1/tickets?per_page=3{order}"), |page| {
            if page > 8 {
                return;
            }
            desk.advance(MINUTE);
            tom.ticket(json!({"priority": PRIORITIES[page % 4]}));
            let change = json!({"status": "closed", "assignee_id": tom.user});
            for at in [2 * page - 2, 2 * page - 1, 17 - page] {
                tom.patch(&format!("/v1/tickets/{}", first[at.min(16)]), change.clone()).ok();
            }
        });
        let mut old: Vec<&String> = seen.iter().filter(|ticket| first.contains(ticket)).collect();
        old.sort();
        assert_eq!(old, first.iter().collect::<Vec<_>>(), "in the order {order}: {seen:?}");
        let distinct: BTreeSet<&String> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "no ticket comes twice, a new one neither: {seen:?}");
    }
}

#[test]
fn a_walk_of_one_status_sees_each_that_keeps_it_exactly_once() {
    let desk = TestApp::new();
    let (sarah, tom) = (desk.agent("sarah"), desk.agent("tom"));
    let first = tickets(&desk, &sarah, 16);
    let leaving: Vec<String> = first.iter().step_by(3).cloned().collect();
    let seen = walk(&sarah, "/v1/tickets?status=open&per_page=3", |page| {
        if let Some(ticket) = leaving.get(page) {
            tom.patch(&format!("/v1/tickets/{ticket}"), json!({"status": "closed"})).ok();
        }
    });
    for ticket in &first {
        let times = seen.iter().filter(|one| *one == ticket).count();
        assert!(times == 1 || (times == 0 && leaving.contains(ticket)), "{ticket} came {times} times: {seen:?}");
    }
}

#[test]
fn reading_in_the_order_of_changes_misses_nothing_though_what_changes_moves() {
    // A row that changes moves to the end of `updated_at`: it is met again there, with what it became. None is missed.
    let desk = TestApp::new();
    let (sarah, tom) = (desk.agent("sarah"), desk.agent("tom"));
    let first = tickets(&desk, &sarah, 15);
    let mut known: std::collections::BTreeMap<String, Value> = std::collections::BTreeMap::new();
    let mut next = Some("/v1/tickets?updated_after=2020-01-01&per_page=4".to_owned());
    let mut pages = 0;
    while let Some(path) = next {
        let page = sarah.get(&path).expect(200);
        known.extend(page.body["data"].as_array().unwrap().iter().map(|row| (id(row).to_owned(), row.clone())));
        next = page.next();
        pages += 1;
        if pages < 6 {
            desk.advance(MINUTE);
            for at in [pages, 14 - pages] {
                tom.patch(&format!("/v1/tickets/{}", first[at]), json!({"subject": format!("Change {pages}")})).ok();
            }
        }
    }
    for ticket in &first {
        assert_eq!(known[ticket], sarah.get(&format!("/v1/tickets/{ticket}")).ok(), "the copy is up to date");
    }
}

#[test]
fn the_latest_changes_first_shows_what_nobody_touches_exactly_once() {
    // What is changed meanwhile jumps to the front, behind the reader: a walk in this order promises the others alone.
    let desk = TestApp::new();
    let (sarah, tom) = (desk.agent("sarah"), desk.agent("tom"));
    let first = tickets(&desk, &sarah, 15);
    let seen = walk(&sarah, "/v1/tickets?sort=-updated_at&per_page=4", |page| {
        desk.advance(MINUTE);
        tom.patch(&format!("/v1/tickets/{}", first[page]), json!({"status": "pending"})).ok();
    });
    for ticket in first.iter().skip(6) {
        assert_eq!(seen.iter().filter(|one| *one == ticket).count(), 1, "{ticket}: {seen:?}");
    }
}

#[test]
fn pages_by_number_are_slices_of_the_whole_list() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    tickets(&desk, &sarah, 23);
    for number in [2, 5, 7, 11, 20] {
        sarah.patch(&format!("/v1/tickets/ticket_{number:03}"), json!({"status": "resolved"})).ok();
    }
    desk.advance(6 * HOUR);
    for list in [
        "/v1/tickets?",
        "/v1/tickets?sort=created_at",
        "/v1/tickets?sort=-priority",
        "/v1/tickets?sort=updated_at",
        "/v1/tickets?status=open",
        "/v1/tickets?sla_status=on_track",
        "/v1/tickets?sla_status=breached&sort=priority",
        "/v1/conversations?",
        "/v1/conversations?sort=-priority",
        "/v1/conversations?assignee=none",
    ] {
        let whole = ids(&sarah, &format!("{list}&per_page=100"));
        assert!(whole.len() > 4, "{list}: {whole:?}");
        for per_page in [1, 4, 5, 23] {
            let pages: Vec<&[String]> = whole.chunks(per_page).collect();
            for (number, slice) in pages.iter().enumerate() {
                let path = format!("{list}&per_page={per_page}&page={}", number + 1);
                let page = sarah.get(&path).expect(200);
                assert_eq!(page.ids(), *slice, "{path}");
                assert_eq!(page.next().is_some(), number + 1 < pages.len(), "{path}");
                let meta = json!({"current_page": number + 1, "per_page": per_page, "total_count": whole.len()});
                assert_eq!(page.body["meta"], meta, "{path}");
            }
            assert_eq!(walk(&sarah, &format!("{list}&per_page={per_page}"), |_| {}), whole, "{list}");
        }
    }
}

#[test]
fn a_page_past_the_end_is_empty() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    tickets(&desk, &sarah, 3);
    for path in [
        "/v1/tickets?page=2",
        "/v1/tickets?page=4&per_page=1",
        "/v1/tickets?page=1000000000&per_page=100",
        "/v1/tickets?page=2&sla_status=on_track",
        "/v1/conversations?page=99",
        "/v1/contacts?page=3",
        "/v1/conversations/conv_001/messages?page=2",
        "/v1/tags?page=2",
        "/v1/users?page=2",
    ] {
        let page = sarah.get(path);
        assert_eq!(page.ids(), Vec::<String>::new(), "{path}");
        assert_eq!(page.next(), None, "{path}");
        assert!(page.body["meta"]["current_page"].as_i64().unwrap() > 1);
    }
    assert_eq!(sarah.get("/v1/tickets?page=9").total(), 3, "the total is told all the same");
}

#[test]
fn the_bounds_of_pages_are_named_and_not_bent() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    assert_eq!(sarah.get("/v1/tickets").body["meta"]["per_page"], 25);
    assert_eq!(sarah.get("/v1/tickets?per_page=100").body["meta"]["per_page"], 100);
    for (parameter, word, bound) in [
        ("per_page", "101", "100"),
        ("per_page", "0", "1 to 100"),
        ("per_page", "-1", "1 to 100"),
        ("per_page", "99999999999999999999", "1 to 100"),
        ("per_page", "ten", "1 to 100"),
        ("per_page", "", "1 to 100"),
        ("page", "0", "1 to 1000000000"),
        ("page", "1000000001", "1 to 1000000000"),
        ("page", "1.5", "1 to 1000000000"),
        ("cursor", "nonsense", "`Link`"),
        ("cursor", "n1", "`Link`"),
        ("cursor", "t4.1", "`Link`"),
    ] {
        for list in ["tickets", "conversations", "contacts", "tags"] {
            let error = sarah.get(&format!("/v1/{list}?{parameter}={word}")).refused(400, "invalid_parameter");
            assert_eq!(error["details"][0]["field"], parameter);
            assert!(error["details"][0]["message"].as_str().unwrap().contains(bound), "{error}");
        }
    }
    // A cursor of another list or order is still a place: it may find nothing, and breaks nothing.
    tickets(&desk, &sarah, 2);
    for cursor in ["t61.1", "n-9223372036854775808.9223372036854775807", "n5.-1", "t.0"] {
        for list in ["tickets?sort=priority", "tickets?sla_status=on_track", "contacts?sort=name", "tags?sort=name"] {
            sarah.get(&format!("/v1/{list}&cursor={cursor}")).expect(200);
        }
    }
}

#[test]
fn contacts_are_walked_by_name_whatever_is_known_of_them() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for contact in [
        json!({"name": "zoë"}),
        json!({"name": "Ann"}),
        json!({"name": "ann"}),
        json!({"email": "Bob@x.io"}),
        json!({"phone": "+1 234"}),
        json!({"phone": "+1 234"}),
        json!({"name": "Ärne"}),
        json!({"name": "bob"}),
    ] {
        sarah.post("/v1/contacts", contact).created();
    }
    for sort in ["name", "-name"] {
        let whole = ids(&sarah, &format!("/v1/contacts?sort={sort}"));
        assert_eq!(whole.len(), 8);
        for per_page in [1, 3] {
            assert_eq!(walk(&sarah, &format!("/v1/contacts?sort={sort}&per_page={per_page}"), |_| {}), whole);
        }
    }
}
