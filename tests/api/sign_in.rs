//! /sign-in and /sign-out

use crate::browser::Browser;
use crate::harness::MINUTE;
use crate::harness::PASSWORD;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use commflow::store::tx::Actor;
use commflow::store::tx::Tx;
use serde_json::json;

const ADA: &str = "ada.admin@company.com";

#[test]
fn who_shows_the_password_is_in_and_led_on() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let browser = Browser::new(&desk);
    let page = browser.open("/sign-in").expect(200);
    assert!(page.text.contains("<form method=\"post\" action=\"/sign-in\""), "{}", page.text);
    let entered = browser.sign_in(" Ada.Admin@COMPANY.com ", PASSWORD).expect(303);
    assert_eq!(entered.header("location"), "/");
    assert_eq!(browser.user(), Some(ada.user.clone()));
    assert_eq!(browser.open("/sign-in").expect(303).header("location"), "/");
    let sessions = ada.get("/v1/sessions").ok();
    assert_eq!((&sessions[0]["address"], sessions.as_array().unwrap().len()), (&json!("127.0.0.1"), 1));
}

#[test]
fn a_cookie_is_for_this_host_alone_and_for_no_script() {
    let desk = TestApp::new();
    desk.admin();
    let browser = Browser::new(&desk);
    let set = browser.sign_in(ADA, PASSWORD).header("set-cookie");
    let (pair, attributes) = set.split_once("; ").unwrap();
    assert!(pair.starts_with("commflow_session=") && pair.len() == "commflow_session=".len() + 43, "{set}");
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Path=/; Max-Age=5184000");
    let out = browser.fill("/sign-out", &[]).expect(303);
    assert_eq!(out.header("set-cookie"), "commflow_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
}

#[test]
fn over_tls_the_cookie_goes_over_nothing_else() {
    let secure = "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=5184000";
    let signed_in = |desk: &TestApp, headers: &[(&'static str, &str)]| {
        desk.admin();
        let mut browser = Browser::new(desk);
        browser.headers.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let set = browser.sign_in(ADA, PASSWORD).expect(303).header("set-cookie");
        assert!(browser.user().is_some(), "{set}");
        set
    };
    let desk = TestApp::with(|settings| settings.public_url = Some("https://desk.example.com".to_owned()));
    let set = signed_in(&desk, &[]);
    assert!(set.starts_with("__Host-commflow_session=") && set.ends_with(secure), "{set}");
    let desk = TestApp::with(|settings| settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]);
    let set = signed_in(&desk, &[("x-forwarded-proto", "https"), ("x-forwarded-for", "203.0.113.9")]);
    assert!(set.starts_with("__Host-commflow_session=") && set.ends_with(secure), "{set}");
    // Whom nobody trusts says what he likes.
    let set = signed_in(&TestApp::new(), &[("x-forwarded-proto", "https")]);
    assert!(set.starts_with("commflow_session=") && !set.contains("Secure"), "{set}");
}

#[test]
fn nothing_is_told_about_which_half_was_wrong() {
    let desk = TestApp::new();
    desk.admin();
    let (inactive, nameless) = (desk.agent("inactive"), desk.user("Nameless", Role::Agent, Scope::Read));
    desk.deactivate(&inactive.user);
    let forget = "UPDATE users SET password_hash = NULL WHERE id = 3";
    desk.server().store.write_blocking(Actor::SYSTEM, move |tx: &Tx| Ok(tx.execute(forget, [])?)).unwrap();
    assert_eq!(nameless.user, "user_003");
    let browser = Browser::new(&desk);
    let mut pages = Vec::new();
    for (email, password) in [
        (ADA, "wrong"),
        (ADA, "correct horse battery stapl"),
        ("nobody@company.com", PASSWORD),
        ("inactive@company.com", PASSWORD),
        ("nameless@company.com", PASSWORD),
        ("nameless@company.com", "no password"),
        ("no address", PASSWORD),
        (ADA, &"x".repeat(10_000)),
    ] {
        let before = desk.server().passwords_handled();
        let page = browser.sign_in(email, password).expect(401);
        assert_eq!(desk.server().passwords_handled(), before + 1, "{email} costs as much as any other");
        assert!(!page.text.contains(password), "{email}");
        assert_eq!(page.header("www-authenticate"), "Bearer");
        pages.push(page.text.replace(email, "somebody"));
        assert_eq!(browser.user(), None);
    }
    assert!(pages.iter().all(|page| *page == pages[0] && page.contains("do not match")), "{pages:#?}");
}

#[test]
fn what_is_left_empty_is_told_at_its_field_and_what_was_typed_is_kept() {
    let desk = TestApp::new();
    desk.admin();
    let browser = Browser::new(&desk);
    let fields = [("email", ADA), ("password", ""), ("next", "/tickets?status=open")];
    let page = browser.fill("/sign-in", &fields).expect(422);
    assert!(page.text.contains("id=\"password-fault\"") && !page.text.contains("id=\"email-fault\""), "{}", page.text);
    assert!(page.text.contains(&format!("value=\"{ADA}\"")) && page.text.contains("value=\"/tickets?status=open\""));
    let page = browser.fill("/sign-in", &[]).expect(422);
    assert!(page.text.contains("id=\"password-fault\"") && page.text.contains("id=\"email-fault\""), "{}", page.text);
    assert_eq!(desk.server().passwords_handled(), 0);
}

#[test]
fn what_is_typed_is_shown_as_text() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.patch("/v1/workspace", json!({"name": "<script>alert(1)</script>"})).ok();
    let browser = Browser::new(&desk);
    let typed = "\"><img src=x onerror=alert(1)>\u{202e}";
    for page in [browser.sign_in(typed, "wrong").expect(401), browser.open("/nonsense")] {
        assert!(page.text.contains("&lt;script&gt;") && !page.text.contains("<script"), "{}", page.text);
        assert!(!page.text.contains("<img") && !page.text.contains("<b>"), "{}", page.text);
    }
}

#[test]
fn a_page_runs_nothing_and_sends_its_forms_here_alone() {
    let desk = TestApp::new();
    desk.admin();
    let page = Browser::new(&desk).open("/sign-in");
    let policy = page.header("content-security-policy");
    for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("cache-control"), "private, no-store");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert!(!page.text.contains("<script") && !page.text.contains(" style="), "{}", page.text);
}

#[test]
fn a_session_is_a_new_one_each_time_and_the_one_before_ends() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let browser = Browser::new(&desk);
    // One that somebody else has planted.
    let planted = format!("commflow_session={}", "a".repeat(43));
    browser.cookie.replace(Some(planted.clone()));
    browser.sign_in(ADA, PASSWORD).expect(303);
    let first = browser.cookie.borrow().clone().unwrap();
    assert_ne!(first, planted);
    browser.sign_in(ADA, PASSWORD).expect(303);
    assert_ne!(*browser.cookie.borrow(), Some(first.clone()));
    desk.anyone().send("GET", "/v1/me", &[("cookie", &first)], None).refused(401, "unauthorized");
    assert_eq!(ada.get("/v1/sessions").total(), 1);
}

#[test]
fn who_signs_out_is_out_whatever_the_browser_keeps() {
    let desk = TestApp::new();
    desk.admin();
    let browser = Browser::new(&desk);
    browser.sign_in(ADA, PASSWORD).expect(303);
    let cookie = browser.cookie.borrow().clone().unwrap();
    assert_eq!(browser.fill("/sign-out", &[]).expect(303).header("location"), "/sign-in");
    assert_eq!(*browser.cookie.borrow(), None);
    desk.anyone().send("GET", "/v1/me", &[("cookie", &cookie)], None).refused(401, "unauthorized");
    browser.fill("/sign-out", &[]).expect(303);
}

#[test]
fn forms_of_other_sites_are_refused() {
    let desk = TestApp::new();
    desk.admin();
    let browser = Browser::new(&desk);
    let fields = [("email", ADA), ("password", PASSWORD)];
    for site in ["cross-site", "same-site", "nonsense", ""] {
        let page = browser.fill_from(site, "/sign-in", &fields).expect(403);
        assert!(page.text.contains("another site"), "{}", page.text);
    }
    let media = ("content-type", "application/x-www-form-urlencoded");
    let body = || Some("email=ada.admin%40company.com&password=correct+horse+battery+staple".to_owned());
    for origin in ["null", "https://evil.example", "http://127.0.0.1"] {
        browser.send("POST", "/sign-in", &[media, ("origin", origin)], body()).expect(403);
    }
    assert_eq!((browser.user(), desk.server().passwords_handled()), (None, 0));
    browser.fill_from("none", "/sign-in", &fields).expect(303);
    for site in ["cross-site", "same-site"] {
        browser.fill_from(site, "/sign-out", &[]).expect(403);
    }
    assert!(browser.user().is_some());
    let own = format!("http://{}", desk.server().address);
    browser.send("POST", "/sign-in", &[media, ("origin", &own)], body()).expect(303);
}

#[test]
fn only_small_plain_forms_are_taken() {
    let desk = TestApp::new();
    desk.admin();
    let browser = Browser::new(&desk);
    let json = Some(json!({"email": ADA, "password": PASSWORD}).to_string());
    browser.send("POST", "/sign-in", &[("content-type", "application/json")], json).expect(415);
    browser.send("POST", "/sign-in", &[("content-type", "text/plain")], Some("email=a".to_owned())).expect(415);
    browser.fill("/sign-in", &[("email", &"x".repeat(16 * 1_024))]).expect(413);
    browser.send("PUT", "/sign-in", &[], None).expect(405);
}

#[test]
fn nobody_is_led_to_another_server() {
    let desk = TestApp::new();
    desk.admin();
    let browser = Browser::new(&desk);
    let led = |next: &str| {
        let fields = [("email", ADA), ("password", PASSWORD), ("next", next)];
        let to = browser.fill("/sign-in", &fields).expect(303).header("location");
        let page = browser.open(&format!("/sign-in?{}", serialized(next))).expect(303).header("location");
        assert_eq!(page, to);
        desk.advance(MINUTE);
        to
    };
    assert_eq!(led("/tickets/ticket_001?a=b"), "/tickets/ticket_001?a=b");
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ] {
        assert_eq!(led(next), "/", "{next}");
    }
}

fn serialized(next: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish()
}

#[test]
fn an_account_takes_ten_tries_a_minute_known_or_not() {
    let desk = TestApp::new();
    desk.admin();
    let browser = Browser::new(&desk);
    for email in [ADA, "nobody@company.com"] {
        for _ in 0..10 {
            browser.sign_in(email, "wrong").expect(401);
        }
        let before = desk.server().passwords_handled();
        // Not even with the right one, in whichever case the address is written.
        let page = browser.sign_in(&email.to_uppercase(), PASSWORD).expect(429);
        assert_eq!(page.header("retry-after"), "60");
        assert!(page.text.contains("role=\"alert\"") && page.text.contains("60"), "{}", page.text);
        assert_eq!(desk.server().passwords_handled(), before, "it never reached the door");
    }
    desk.advance(MINUTE - 1);
    browser.sign_in(ADA, PASSWORD).expect(429);
    desk.advance(1);
    browser.sign_in(ADA, PASSWORD).expect(303);
}

#[test]
fn an_address_takes_thirty_tries_a_minute_whatever_the_account() {
    let desk = TestApp::with(|settings| settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]);
    desk.admin();
    let mut browser = Browser::new(&desk);
    browser.headers.push(("x-forwarded-for", "203.0.113.9".to_owned()));
    for number in 0..30 {
        browser.sign_in(&format!("user{number}@company.com"), "wrong").expect(401);
    }
    browser.sign_in(ADA, PASSWORD).expect(429);
    browser.headers.last_mut().unwrap().1 = "203.0.113.10".to_owned();
    browser.sign_in(ADA, PASSWORD).expect(303);
}

#[test]
fn a_crowd_at_the_door_waits_a_little_or_comes_again() {
    let desk = TestApp::with(|settings| settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]);
    desk.admin();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..120)
            .map(|number| {
                let desk = &desk;
                scope.spawn(move || {
                    let mut browser = Browser::new(desk);
                    browser.headers.push(("x-forwarded-for", format!("203.0.113.{number}")));
                    browser.sign_in(&format!("user{number}@company.com"), "wrong").status
                })
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let count = |status: u16| statuses.iter().filter(|one| **one == status).count();
    assert_eq!(count(401) + count(503), 120, "{statuses:?}");
    assert!(count(401) >= 33 && count(503) > 0, "{statuses:?}");
    desk.forgive_faults();
    Browser::new(&desk).sign_in(ADA, PASSWORD).expect(303);
}

#[test]
fn a_password_kept_in_an_older_way_is_kept_in_the_one_of_today_from_then_on() {
    let desk = TestApp::new();
    desk.admin();
    let kept = || -> String {
        let select = "SELECT password_hash FROM users WHERE id = 1";
        desk.server().store.read_blocking(|db| Ok(db.query_row(select, [], |row| row.get(0))?)).unwrap()
    };
    assert!(kept().contains("m=8,t=1"), "{}", kept());
    let browser = Browser::new(&desk);
    browser.sign_in(ADA, "wrong").expect(401);
    assert!(kept().contains("m=8,t=1"), "{}", kept());
    browser.sign_in(ADA, PASSWORD).expect(303);
    let now = kept();
    assert!(now.contains("m=19456,t=2"), "{now}");
    browser.sign_in(ADA, PASSWORD).expect(303);
    assert_eq!(kept(), now);
}

#[test]
fn where_there_is_no_admin_the_page_says_where_the_link_is() {
    let desk = TestApp::new();
    let browser = Browser::new(&desk);
    assert_eq!(browser.open("/").expect(303).header("location"), "/sign-in");
    let page = browser.open("/sign-in").expect(200);
    assert!(page.text.contains("terminal") && !page.text.contains("<form"), "{}", page.text);
}

#[test]
fn pages_speak_the_readers_language() {
    let desk = TestApp::new();
    desk.admin();
    let mut browser = Browser::new(&desk);
    browser.headers.push(("accept-language", "de-DE,de;q=0.9,en;q=0.5".to_owned()));
    let page = browser.open("/sign-in").expect(200);
    assert!(page.text.contains("<html lang=\"de\">") && page.text.contains("Passwort"), "{}", page.text);
    assert!(browser.sign_in(ADA, "wrong").expect(401).text.contains("passen nicht zusammen"));
    assert!(browser.open("/nonsense").expect(404).text.contains("Diese Seite gibt es nicht."));
}

#[test]
fn a_person_is_told_of_errors_by_a_page_and_a_program_is_not() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let browser = Browser::new(&desk);
    let page = browser.open("/nonsense").expect(404);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text.contains(&page.header("x-request-id")), "{}", page.text);
    assert_eq!(
        browser.send("DELETE", "/nonsense", &[], None).expect(404).header("content-type"),
        "text/html; charset=utf-8"
    );
    for accept in ["", "*/*", "application/json", "application/json, text/html;q=0.5"] {
        ada.send("GET", "/nonsense", &[("accept", accept)], None).refused(404, "not_found");
    }
    // Below /v1, everybody gets the one shape.
    for path in ["/v1", "/v1/nonsense", "/v1/tickets/ticket_999"] {
        ada.send("GET", path, &[("accept", "text/html")], None).refused(404, "not_found");
    }
    browser.send("GET", "/v1/me", &[], None).refused(401, "unauthorized");
}
