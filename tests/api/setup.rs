//! /setup/{token}

use crate::browser::Browser;
use crate::harness::HOUR;
use crate::harness::TestApp;
use commflow::desk::secrets;
use commflow::desk::setup;
use commflow::store::tx::Actor;
use serde_json::json;

const FIELDS: [(&str, &str); 4] = [
    ("workspace", "Larkfield"),
    ("name", "Ada Lovelace"),
    ("email", "ada@larkfield.example"),
    ("password", "a good horse"),
];

/// A link as a start makes it: its path, if there is one.
fn offered(desk: &TestApp) -> Option<String> {
    let token = secrets::generate("").unwrap();
    let path = format!("/setup/{token}");
    let is_offered = desk.server().store.write_blocking(Actor::SYSTEM, move |tx| setup::offer(tx, &token)).unwrap();
    is_offered.then_some(path)
}

fn is_dead(desk: &TestApp, path: &str) -> bool {
    let browser = Browser::new(desk);
    let page = browser.open(path);
    if page.status == 200 {
        return false;
    }
    for page in [page, browser.fill(path, &FIELDS)] {
        assert!(page.expect(404).text.contains("does not work any more"));
    }
    true
}

#[test]
fn the_link_of_a_first_start_makes_the_first_admin_who_is_in_at_once() {
    let desk = TestApp::new();
    let path = offered(&desk).unwrap();
    let browser = Browser::new(&desk);
    let page = browser.open(&path).expect(200);
    assert!(page.text.contains(&format!("action=\"{path}\"")), "{}", page.text);
    assert_eq!(page.header("referrer-policy"), "strict-origin");
    assert_eq!(browser.fill(&path, &FIELDS).expect(303).header("location"), "/");
    let me = browser.send("GET", "/v1/me", &[], None).ok();
    assert_eq!(
        (&me["name"], &me["email"], &me["role"], &me["sign_in"]),
        (&json!("Ada Lovelace"), &json!("ada@larkfield.example"), &json!("admin"), &json!("password"))
    );
    assert_eq!(browser.send("GET", "/v1/workspace", &[], None).ok()["name"], "Larkfield");
    Browser::new(&desk).sign_in("ada@larkfield.example", "a good horse").expect(303);
    // It has done its work.
    assert!(is_dead(&desk, &path));
    assert_eq!(offered(&desk), None);
}

#[test]
fn a_link_works_for_an_hour_and_a_new_start_makes_a_new_one() {
    let desk = TestApp::new();
    let first = offered(&desk).unwrap();
    desk.advance(HOUR - 1);
    Browser::new(&desk).open(&first).expect(200);
    desk.advance(1);
    assert!(is_dead(&desk, &first));
    let second = offered(&desk).unwrap();
    let third = offered(&desk).unwrap();
    assert!(is_dead(&desk, &first) && is_dead(&desk, &second));
    Browser::new(&desk).fill(&third, &FIELDS).expect(303);
}

#[test]
fn a_link_is_dead_as_soon_as_there_is_an_admin_however_that_came_about() {
    let desk = TestApp::new();
    let path = offered(&desk).unwrap();
    desk.agent("max");
    Browser::new(&desk).open(&path).expect(200);
    let ada = desk.admin();
    assert!(is_dead(&desk, &path));
    assert_eq!(ada.get("/v1/users").total(), 2);
    assert_eq!(desk.server().passwords_handled(), 0);
}

#[test]
fn no_other_token_makes_an_admin() {
    let desk = TestApp::new();
    for path in ["/setup/x", &format!("/setup/{}", "a".repeat(43)), "/setup/%00", "/setup/%20"] {
        assert!(is_dead(&desk, path), "before there is a link: {path}");
    }
    let path = offered(&desk).unwrap();
    for other in [&path[..path.len() - 1], &format!("{path}x"), &path.to_lowercase(), "/setup/x", "/setup/%00"] {
        assert!(is_dead(&desk, other), "{other}");
    }
    Browser::new(&desk).open("/setup/").expect(404);
    assert!(!is_dead(&desk, &path));
}

#[test]
fn all_faults_are_shown_at_their_fields_and_all_but_the_password_is_kept() {
    let desk = TestApp::new();
    let path = offered(&desk).unwrap();
    let browser = Browser::new(&desk);
    let fields = [("workspace", " "), ("name", "\"><script>"), ("email", "no address"), ("password", "short")];
    let page = browser.fill(&path, &fields).expect(422);
    for (name, is_wrong) in [("workspace", true), ("name", false), ("email", true), ("password", true)] {
        assert_eq!(page.text.contains(&format!("id=\"{name}-fault\"")), is_wrong, "{name}: {}", page.text);
    }
    assert!(
        page.text.contains("value=\"no address\"") && page.text.contains("&quot;&gt;&lt;script&gt;"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("short") && !page.text.contains("<script"), "{}", page.text);
    browser.fill(&path, &[]).expect(422);
    let long = "x".repeat(300);
    browser
        .fill(&path, &[("workspace", "W"), ("name", &long), ("email", "a@b.example"), ("password", &long)])
        .expect(422);
    assert_eq!(browser.user(), None);
    // An address that another user has.
    desk.agent("max");
    let taken = [("workspace", "W"), ("name", "Max"), ("email", "MAX@company.com"), ("password", "a good horse")];
    let page = browser.fill(&path, &taken).expect(422);
    assert!(page.text.contains("id=\"email-fault\""), "{}", page.text);
    browser.fill(&path, &FIELDS).expect(303);
}

#[test]
fn of_many_who_hold_the_link_one_becomes_the_admin() {
    let desk = TestApp::new();
    let path = offered(&desk).unwrap();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let (desk, path) = (&desk, &path);
        let tries: Vec<_> =
            (0..8).map(|_| scope.spawn(move || Browser::new(desk).fill(path, &FIELDS).status)).collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 7, "{statuses:?}");
}

#[test]
fn a_form_of_another_site_makes_no_admin() {
    let desk = TestApp::new();
    let path = offered(&desk).unwrap();
    Browser::new(&desk).fill_from("cross-site", &path, &FIELDS).expect(403);
    assert!(!is_dead(&desk, &path));
}
