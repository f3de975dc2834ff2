//! Who may ask how often, and what every answer tells of it.

use crate::access::furnish;
use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use serde_json::Value;
use serde_json::json;

fn number(answer: &Answer, header: &str) -> i64 {
    let value = answer.header(header);
    value.parse().unwrap_or_else(|_| panic!("`{header}: {value}` on {} {}", answer.status, answer.text))
}

fn limit(answer: &Answer) -> i64 {
    number(answer, "x-ratelimit-limit")
}

fn remaining(answer: &Answer) -> i64 {
    number(answer, "x-ratelimit-remaining")
}

fn reset(answer: &Answer) -> i64 {
    number(answer, "x-ratelimit-reset")
}

/// A caller whose key has a limit of its own.
fn limited<'a>(desk: &'a TestApp, admin: &Client<'_>, plan: Value) -> Client<'a> {
    let mut new = json!({"name": "limited"});
    new.as_object_mut().unwrap().extend(plan.as_object().unwrap().clone());
    desk.with_key(admin.post("/v1/api_keys", new).created()["key"].as_str().unwrap())
}

#[test]
fn every_answer_of_the_api_tells_where_the_caller_stands() {
    let desk = TestApp::with(|settings| settings.per_minute = 300);
    let admin = furnish(&desk);
    let agent = desk.agent("agent");
    let tag = admin.get("/v1/contacts/contact_001").header("etag");
    let big = format!("{{\"name\": \"{}\"}}", "x".repeat(1 << 20));
    let answers = [
        (200, admin.get("/v1/contacts")),
        (201, admin.post("/v1/tags", json!({"name": "new"}))),
        (204, admin.delete("/v1/tags/tag_002")),
        (304, admin.send("GET", "/v1/contacts/contact_001", &[("if-none-match", &tag)], None)),
        (400, admin.get("/v1/contacts?page=0")),
        (400, admin.send("POST", "/v1/contacts", &[], Some("nonsense".to_owned()))),
        (401, desk.anyone().get("/v1/contacts")),
        (404, desk.anyone().get("/v1/nonsense")),
        (403, agent.get("/v1/webhooks")),
        (404, admin.get("/v1/contacts/contact_999")),
        (404, admin.get("/v1/nonsense")),
        (404, admin.get("/v1")),
        (405, admin.delete("/v1/me")),
        (409, admin.post("/v1/contacts", json!({"email": "john@example.com"}))),
        (412, admin.send("PATCH", "/v1/contacts/contact_001", &[("if-match", "\"v9\"")], Some("{}".to_owned()))),
        (413, admin.send("POST", "/v1/contacts", &[], Some(big))),
        (415, admin.send("POST", "/v1/contacts", &[("content-type", "text/plain")], Some("{}".to_owned()))),
        (422, admin.post("/v1/contacts", json!({}))),
    ];
    for (status, answer) in answers {
        let answer = answer.expect(status);
        assert_eq!(limit(&answer), 300);
        assert!((0..300).contains(&remaining(&answer)));
        assert!(reset(&answer) > desk.now().unix());
    }
}

#[test]
fn the_whole_minutes_quota_may_be_used_at_once_and_then_it_comes_back_steadily() {
    let desk = TestApp::new();
    let admin = desk.admin();
    let caller = limited(&desk, &admin, json!({"plan": "starter"}));
    for left in (0..60).rev() {
        let answer = caller.get("/v1/me").expect(200);
        assert_eq!((limit(&answer), remaining(&answer)), (60, left));
        assert_eq!(reset(&answer), desk.now().unix() + 60 - left);
    }
    for _ in 0..3 {
        // To be refused costs nothing.
        let answer = caller.get("/v1/me").expect(429);
        assert_eq!((limit(&answer), remaining(&answer)), (60, 0));
        assert_eq!(reset(&answer), desk.now().unix() + 60);
        assert_eq!(number(&answer, "retry-after"), 1);
        answer.refused(429, "rate_limited");
    }
    // One a second, no more: a minute later as well.
    for _ in 0..5 {
        desk.advance(1);
        caller.get("/v1/me").expect(200);
        caller.get("/v1/me").expect(429);
    }
    desk.advance(10);
    for _ in 0..10 {
        caller.get("/v1/me").expect(200);
    }
    caller.get("/v1/me").expect(429);
    // After a pause of hours there is one quota, not many.
    desk.advance(600 * MINUTE);
    for _ in 0..60 {
        caller.get("/v1/me").expect(200);
    }
    caller.get("/v1/me").expect(429);
}

#[test]
fn who_waits_as_long_as_he_is_told_is_let_in_and_is_not_told_too_much() {
    let desk = TestApp::new();
    let admin = desk.admin();
    for quota in [1, 2, 7, 59, 60, 61, 300] {
        let caller = limited(&desk, &admin, json!({"rate_limit": quota}));
        for round in 0..3 {
            let refused = std::iter::repeat_with(|| caller.get("/v1/me")).find(|answer| answer.status != 200).unwrap();
            let wait = number(&refused.expect(429), "retry-after");
            assert!(wait >= 1 && wait <= (60 + quota - 1) / quota, "{quota}, {round}: {wait}");
            if wait > 1 {
                desk.advance(wait - 1);
                assert_eq!(number(&caller.get("/v1/me").expect(429), "retry-after"), 1);
                desk.advance(1);
            } else {
                desk.advance(1);
            }
            caller.get("/v1/me").expect(200);
        }
    }
}

#[test]
fn the_bucket_is_full_again_when_the_answer_said_so() {
    let desk = TestApp::new();
    let admin = desk.admin();
    for quota in [7, 60, 300, 1_000] {
        let caller = limited(&desk, &admin, json!({"rate_limit": quota}));
        for used in [1, 3, quota] {
            (1..used).for_each(|_| drop(caller.get("/v1/me").expect(200)));
            let last = caller.get("/v1/me").expect(200);
            assert_eq!(remaining(&last), quota - used);
            // Rounded up to whole seconds.
            let after = reset(&last) - desk.now().unix();
            assert_eq!(after, (used * 60 + quota - 1) / quota, "{used} of {quota}");
            desk.advance(after);
            assert_eq!(remaining(&caller.get("/v1/me").expect(200)), quota - 1);
            desk.advance(MINUTE);
        }
        for _ in 0..quota {
            caller.get("/v1/me").expect(200);
        }
        let refused = caller.get("/v1/me").expect(429);
        assert_eq!(reset(&refused), desk.now().unix() + 60);
        desk.advance(60);
        assert_eq!(remaining(&caller.get("/v1/me").expect(200)), quota - 1);
    }
}

#[test]
fn a_key_has_the_servers_limit_or_its_plans_or_its_own() {
    let desk = TestApp::with(|settings| settings.per_minute = 777);
    let admin = desk.admin();
    for (plan, expected) in [
        (json!({}), 777),
        (json!({"plan": null}), 777),
        (json!({"plan": "starter"}), 60),
        (json!({"plan": "professional"}), 300),
        (json!({"plan": "business"}), 1_000),
        (json!({"rate_limit": 5}), 5),
        (json!({"rate_limit": 1_000_000}), 1_000_000),
        (json!({"plan": "starter", "rate_limit": 2_000}), 2_000),
    ] {
        let answer = limited(&desk, &admin, plan.clone()).get("/v1/me").expect(200);
        assert_eq!((limit(&answer), remaining(&answer)), (expected, expected - 1), "{plan}");
    }
    admin.post("/v1/api_keys", json!({"name": "x", "plan": "free"})).invalid(&[("plan", "not_in_enum")]);
}

#[test]
fn each_key_has_a_bucket_of_its_own() {
    let desk = TestApp::with(|settings| settings.per_minute = 5);
    let sarah = desk.agent("sarah");
    let second = desk.with_key(&desk.key_of(&sarah.user, Scope::Write, None));
    let bob = desk.agent("bob");
    for _ in 0..5 {
        sarah.get("/v1/me").expect(200);
    }
    sarah.get("/v1/me").expect(429);
    assert_eq!(remaining(&second.get("/v1/me").expect(200)), 4);
    assert_eq!(remaining(&bob.get("/v1/me").expect(200)), 4);
}

#[test]
fn guessing_keys_never_drains_a_victims_bucket() {
    let desk = TestApp::with(|settings| settings.per_minute = 5);
    let admin = desk.admin();
    let victim = desk.agent("victim");
    let key = victim.key.clone().unwrap();
    let id = victim.get("/v1/me").ok()["api_key"]["id"].as_str().unwrap().to_owned();
    // The guesses draw on the address's bucket: strangers, near misses and revoked keys alike.
    for guess in ["cf_nonsense".to_owned(), key[..45].to_owned(), format!("{key}x"), "nonsense".to_owned()] {
        desk.with_key(&guess).get("/v1/me").expect(401);
    }
    desk.anyone().get("/v1/me").expect(401);
    for guess in ["cf_nonsense", &format!("{key}x")] {
        let answer = desk.with_key(guess).get("/v1/me").expect(429);
        assert_eq!(answer.header("www-authenticate"), "");
        answer.refused(429, "rate_limited");
    }
    assert_eq!(remaining(&victim.get("/v1/me").expect(200)), 3);
    // And a key that was good does not go on drawing on its own bucket.
    desk.advance(MINUTE);
    admin.delete(&format!("/v1/api_keys/{id}")).expect(204);
    for _ in 0..5 {
        victim.get("/v1/me").expect(401);
    }
    victim.get("/v1/me").expect(429);
    admin.get("/v1/me").expect(200);
}

#[test]
fn another_address_counts_only_from_a_trusted_proxy() {
    let ask = |desk: &TestApp, hops: &str| desk.anyone().send("GET", "/v1/me", &[("x-forwarded-for", hops)], None);
    // Nobody is trusted: whatever is told, it is one address.
    let desk = TestApp::with(|settings| settings.per_minute = 3);
    for hops in ["1.1.1.1", "2.2.2.2", "3.3.3.3"] {
        ask(&desk, hops).expect(401);
    }
    ask(&desk, "4.4.4.4").expect(429);

    let desk = TestApp::with(|settings| {
        settings.per_minute = 3;
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
    });
    // Each behind the proxy has a bucket; what a client put in front of the proxy's word is worth nothing.
    for hops in ["1.1.1.1", "9.9.9.9, 1.1.1.1", "8.8.8.8,1.1.1.1, 10.0.0.7"] {
        ask(&desk, hops).expect(401);
    }
    for hops in ["1.1.1.1", "7.7.7.7, 1.1.1.1"] {
        ask(&desk, hops).expect(429);
    }
    assert_eq!(remaining(&ask(&desk, "2.2.2.2").expect(401)), 2);
    // One household of IPv6 is one caller.
    for hops in ["2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::3"] {
        ask(&desk, hops).expect(401);
    }
    ask(&desk, "2001:db8:0:1:a:b:c:d").expect(429);
    ask(&desk, "2001:db8:0:2::1").expect(401);
    // A key's bucket is the key's wherever it comes from.
    let agent = desk.agent("agent");
    for (hops, left) in [("1.1.1.1", 2), ("2.2.2.2", 1), ("3.3.3.3", 0)] {
        let answer = agent.send("GET", "/v1/me", &[("x-forwarded-for", hops)], None);
        assert_eq!(remaining(&answer.expect(200)), left);
    }
    agent.send("GET", "/v1/me", &[("x-forwarded-for", "4.4.4.4")], None).expect(429);
}

#[test]
fn whether_the_server_is_well_may_be_asked_as_often_as_one_likes() {
    let desk = TestApp::with(|settings| settings.per_minute = 1);
    let agent = desk.agent("agent");
    for _ in 0..20 {
        assert_eq!(desk.anyone().get("/healthz").expect(200).header("x-ratelimit-limit"), "");
        agent.get("/healthz").expect(200);
    }
    agent.get("/v1/me").expect(200);
    desk.anyone().get("/v1/me").expect(401);
    assert_eq!(desk.anyone().get("/nonsense").expect(404).header("x-ratelimit-limit"), "");
    desk.anyone().get("/healthz").expect(200);
}

#[test]
fn a_bulk_change_of_a_thousand_costs_one() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let caller = limited(&desk, &admin, json!({"plan": "business"}));
    let ids: Vec<String> = (1..=1_000).map(|number| format!("contact_{number:03}")).collect();
    let answer = caller.post("/v1/contacts/bulk", json!({"ids": ids, "update": {"company": "Acme"}})).expect(200);
    assert_eq!(answer.body["meta"], json!({"updated_count": 2, "failed_count": 998}));
    assert_eq!(remaining(&answer), 999);
}

#[test]
fn what_was_refused_for_haste_has_not_happened() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let caller = limited(&desk, &admin, json!({"rate_limit": 1}));
    caller.get("/v1/me").expect(200);
    desk.new_events();
    caller.post("/v1/contacts", json!({"email": "hasty@example.com"})).refused(429, "rate_limited");
    caller.delete("/v1/contacts/contact_001").refused(429, "rate_limited");
    assert_eq!(desk.new_events(), Vec::<String>::new());
    admin.get("/v1/contacts/contact_001").expect(200);
}
