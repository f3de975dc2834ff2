//! Safe retries: a POST with an `Idempotency-Key` is done once, however often it comes.

use crate::access::furnish;
use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use commflow::desk::sweep;
use commflow::store::tx::Actor;
use serde_json::json;
use std::sync::mpsc::channel;
use std::time::Duration;

fn raw(caller: &Client<'_>, key: &str, path: &str, text: &str) -> Answer {
    caller.send("POST", path, &[("idempotency-key", key)], Some(text.to_owned()))
}

/// Removes what has outlived its time.
fn sweep(desk: &TestApp) {
    while desk.server().store.write_blocking(Actor::SYSTEM, sweep::sweep).unwrap() {}
}

/// All that is kept of answers, as text.
fn kept(desk: &TestApp) -> Vec<String> {
    let look = |db: &rusqlite::Connection| {
        let mut select = db.prepare("SELECT concat_ws(' ', target, key, hex(fingerprint), status, location, etag, body) FROM idempotent_answers")?;
        Ok(select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?)
    };
    desk.server().store.read_blocking(look).unwrap()
}

fn is_replay_of(replay: &Answer, first: &Answer) {
    assert_eq!((replay.status, &replay.text), (first.status, &first.text));
    for header in ["location", "etag", "content-type"] {
        assert_eq!(replay.header(header), first.header(header), "{header}");
    }
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_eq!(replay.header("idempotent-replayed"), "true");
}

#[test]
fn the_same_request_again_is_answered_the_same_and_done_once() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    for (number, (path, body)) in [
        ("/v1/contacts", json!({"email": "once@example.com", "name": "Once", "custom_fields": {"a": 1, "b": 2}})),
        ("/v1/conversations", json!({"subject": "S", "contact": {"email": "s@x.io"}, "message": {"body": "B"}})),
        ("/v1/conversations/conv_001/messages", json!({"body": "only once"})),
        ("/v1/tickets", json!({"subject": "S", "description": "D", "contact": {"email": "s@x.io"}})),
        ("/v1/users", json!({"email": "u@x.io", "name": "U"})),
        ("/v1/teams", json!({"name": "T"})),
        ("/v1/teams/team_001/members", json!({"user_id": "user_002"})),
        ("/v1/tags", json!({"name": "t"})),
        ("/v1/inboxes", json!({"name": "I"})),
        ("/v1/tickets/bulk", json!({"ids": ["ticket_001"], "update": {"priority": "low"}})),
        ("/v1/contacts/bulk", json!({"ids": ["contact_001"], "update": {"company": "Acme"}})),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("key-{number}");
        let first = admin.post_once(&key, path, body.clone());
        assert!(matches!(first.status, 200 | 201), "{path}: {}", first.text);
        desk.new_events();
        desk.advance(60);
        for _ in 0..2 {
            is_replay_of(&admin.post_once(&key, path, body.clone()), &first);
        }
        assert_eq!(desk.new_events(), Vec::<String>::new(), "{path}");
    }
    // The answer of then, whatever became of the object since.
    let first = admin.post_once("then", "/v1/tags", json!({"name": "then"}));
    let path = first.header("location");
    admin.patch(&path, json!({"name": "now"})).ok();
    is_replay_of(&admin.post_once("then", "/v1/tags", json!({"name": "then"})), &first);
    admin.delete(&path).expect(204);
    is_replay_of(&admin.post_once("then", "/v1/tags", json!({"name": "then"})), &first);
}

#[test]
fn spacing_and_order_make_no_other_request() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let first = raw(&agent, "k", "/v1/contacts", r#"{"name":"Zoë","custom_fields":{"a":1,"b":"x"}}"#);
    for same in [
        "{ \"name\" : \"Zoë\" ,\n\t\"custom_fields\" : { \"a\" : 1 , \"b\" : \"x\" } }\n",
        r#"{"custom_fields":{"b":"x","a":1},"name":"Zo\u00eb"}"#,
    ] {
        is_replay_of(&raw(&agent, "k", "/v1/contacts", same), &first);
    }
    let json = "application/json; charset=utf-8";
    let again = agent.send(
        "POST",
        "/v1/contacts",
        &[("idempotency-key", "k"), ("content-type", json)],
        Some(r#"{"name":"Zoë","custom_fields":{"a":1,"b":"x"}}"#.to_owned()),
    );
    is_replay_of(&again, &first);
    assert_eq!(agent.get("/v1/contacts").total(), 1);
}

#[test]
fn another_request_under_the_same_key_is_refused() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    agent.post_once("k", "/v1/contacts", json!({"name": "first"})).created();
    for other in [
        json!({"name": "second"}),
        json!({"name": "first", "company": "Acme"}),
        json!({"name": "first", "company": null}),
    ] {
        agent.post_once("k", "/v1/contacts", other).invalid(&[("Idempotency-Key", "taken")]);
    }
    assert_eq!(agent.get("/v1/contacts").total(), 1);
}

#[test]
fn a_dry_run_does_not_stand_in_for_the_real_thing() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let bulk = |name: &str| json!({"ids": ["contact_001"], "update": {"company": name}});
    let dry = admin.post_once("k", "/v1/contacts/bulk?dry_run=true", bulk("Acme")).expect(200);
    assert_eq!(admin.post_once("k", "/v1/contacts/bulk?dry_run=true", bulk("Acme")).text, dry.text);
    assert_eq!(kept(&desk), Vec::<String>::new());
    let real = admin.post_once("k", "/v1/contacts/bulk?dry_run=false", bulk("Acme")).expect(200);
    assert_eq!(real.header("idempotent-replayed"), "");
    assert_eq!(admin.get("/v1/contacts/contact_001").ok()["company"], "Acme");
    is_replay_of(&admin.post_once("k", "/v1/contacts/bulk", bulk("Acme")), &real);
    // Nor does the real thing stand in for a dry run.
    let dry = admin.post_once("k", "/v1/contacts/bulk?dry_run=true", bulk("Other")).expect(200);
    assert_eq!(dry.body["data"]["changes"]["contact_001"]["company"], json!(["Acme", "Other"]));
    assert_eq!(admin.get("/v1/contacts/contact_001").ok()["company"], "Acme");
}

#[test]
fn a_key_is_the_credentials_and_the_paths_own() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let her_other_key = desk.with_key(&desk.key_of(&sarah.user, Scope::Write, None));
    let bob = desk.agent("bob");
    let ids: Vec<String> = [&sarah, &her_other_key, &bob]
        .iter()
        .map(|caller| caller.post_once("k", "/v1/contacts", json!({"name": "x"})).created()["id"].to_string())
        .collect();
    assert_eq!(ids, ["\"contact_001\"", "\"contact_002\"", "\"contact_003\""]);
    sarah.post_once("k", "/v1/tags", json!({"name": "x"})).created();
    for number in 1..=2 {
        sarah.conversation(json!({}));
        let path = format!("/v1/conversations/conv_{number:03}/messages");
        assert_eq!(sarah.post_once("k", &path, json!({"body": "x"})).expect(201).header("idempotent-replayed"), "");
    }
    // Keys are compared as they are.
    sarah.post_once("K", "/v1/contacts", json!({"name": "y"})).created();
}

#[test]
fn an_error_is_not_kept_for_nothing_happened() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    admin.post_once("k", "/v1/contacts", json!({"email": "nonsense"})).refused(422, "validation_failed");
    admin.post_once("k", "/v1/contacts", json!({"email": "john@example.com"})).refused(409, "conflict");
    raw(&admin, "k", "/v1/contacts", "nonsense").refused(400, "malformed_json");
    admin.post_once("k", "/v1/conversations/conv_009/messages", json!({"body": "x"})).refused(404, "not_found");
    desk.agent("agent").post_once("k", "/v1/teams", json!({"name": "x"})).refused(403, "forbidden");
    assert_eq!(kept(&desk), Vec::<String>::new());
    let first = admin.post_once("k", "/v1/contacts", json!({"email": "good@example.com"}));
    is_replay_of(&admin.post_once("k", "/v1/contacts", json!({"email": "good@example.com"})), &first);
    // Of two parts of one request, neither stays if the second fails.
    let body =
        json!({"subject": "S", "description": "D", "contact": {"email": "half@x.io"}, "assignee_id": "user_999"});
    admin.post_once("k-2", "/v1/tickets", body).refused(422, "validation_failed");
    assert_eq!(admin.get("/v1/contacts?email=half@x.io").total(), 0);
}

#[test]
fn an_answer_is_kept_for_a_day() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let first = agent.post_once("k", "/v1/contacts", json!({"name": "x"}));
    desk.advance(DAY - 1);
    sweep(&desk);
    is_replay_of(&agent.post_once("k", "/v1/contacts", json!({"name": "x"})), &first);
    desk.advance(1);
    sweep(&desk);
    assert_eq!(kept(&desk), Vec::<String>::new());
    let second = agent.post_once("k", "/v1/contacts", json!({"name": "x"})).expect(201);
    assert_eq!(second.body["data"]["id"], "contact_002");
    assert_eq!(second.header("idempotent-replayed"), "");
}

#[test]
fn an_answer_survives_a_restart() {
    let mut desk = TestApp::new();
    let key = desk.agent("agent").key.unwrap();
    let first = desk.with_key(&key).post_once("k", "/v1/contacts", json!({"name": "x"}));
    desk.restart();
    is_replay_of(&desk.with_key(&key).post_once("k", "/v1/contacts", json!({"name": "x"})), &first);
    assert_eq!(desk.with_key(&key).get("/v1/contacts").total(), 1);
}

#[test]
fn a_key_is_of_visible_characters() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let long = "k".repeat(255);
    for key in ["k", "8f14e45f-ceea-467f-a0d7-f3b3c1e1c1c1", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", &long] {
        agent.post_once(key, "/v1/contacts", json!({"name": "x"})).created();
    }
    for key in ["", "two words", "tab\tin", "ümlaut", &format!("{long}k")] {
        let error = agent.post_once(key, "/v1/contacts", json!({"name": "x"})).refused(400, "invalid_parameter");
        assert_eq!(error["details"][0]["field"], "Idempotency-Key", "{key:?}");
    }
    assert_eq!(agent.get("/v1/contacts").total(), 4);
}

#[test]
fn of_many_at_once_one_is_done_and_the_others_hear_of_it_or_wait() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    desk.new_events();
    for round in 0..5 {
        let key = format!("race-{round}");
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        agent.post_once(&key, "/v1/contacts", json!({"name": "x", "email": format!("{key}@x.io")}))
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let done: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        let first = done.iter().find(|answer| answer.header("idempotent-replayed").is_empty()).unwrap();
        for other in done.iter().filter(|answer| !std::ptr::eq(**answer, *first)) {
            is_replay_of(other, first);
        }
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!((answer.status, &answer.body["error"]["code"]), (409, &json!("conflict")), "{}", answer.text);
        }
    }
    assert_eq!(desk.new_events(), ["contact.created"; 5]);
}

#[test]
fn while_the_first_is_running_the_second_is_told_to_wait() {
    let desk = TestApp::new();
    let agent = desk.agent("agent");
    let (resume, stopped) = channel::<()>();
    let (tell, heard) = channel();
    std::thread::scope(|scope| {
        // Dropped with this scope, so that the writer goes on even if the test fails.
        let resume = resume;
        // The writer stands still, so both must wait; one of them waits for nothing.
        let store = desk.server().store.clone();
        let stand_still = move || store.write_blocking(Actor::SYSTEM, move |_| Ok(stopped.recv().is_ok())).unwrap();
        scope.spawn(stand_still);
        for _ in 0..2 {
            let (tell, agent) = (tell.clone(), &agent);
            scope.spawn(move || tell.send(agent.post_once("k", "/v1/contacts", json!({"name": "x"}))).unwrap());
        }
        heard.recv_timeout(Duration::from_secs(10)).unwrap().refused(409, "conflict");
        resume.send(()).unwrap();
        let first = heard.recv().unwrap();
        assert_eq!(first.status, 201);
        is_replay_of(&agent.post_once("k", "/v1/contacts", json!({"name": "x"})), &first);
    });
    assert_eq!(agent.get("/v1/contacts").total(), 1);
}

#[test]
fn a_secret_is_shown_once_and_kept_in_no_answer() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    let hook = json!({"url": "https://example.com/b", "events": ["*"], "secret": "a_secret_of_mine"});
    let mut secrets = Vec::new();
    for (path, body) in [
        ("/v1/api_keys", json!({"name": "relay"})),
        ("/v1/webhooks", hook),
        ("/v1/webhooks", json!({"url": "https://example.com/c", "events": ["*"]})),
        ("/v1/webhooks/webhook_001/rotate_secret", json!({})),
    ] {
        let key = format!("key-{}", secrets.len());
        let first = admin.post_once(&key, path, body.clone());
        assert!(matches!(first.status, 200 | 201), "{path}: {}", first.text);
        let shown =
            ["key", "secret", "signing_secret"].map(|field| first.body["data"][field].as_str().map(str::to_owned));
        secrets.extend(shown.into_iter().flatten());
        let counts = ["/v1/api_keys", "/v1/webhooks"].map(|list| admin.get(list).total());
        let tag = admin.get("/v1/webhooks/webhook_001").header("etag");
        for _ in 0..2 {
            let again = admin.post_once(&key, path, body.clone());
            assert!(secrets.iter().all(|secret| !again.text.contains(secret.as_str())));
            again.refused(409, "already_issued");
        }
        admin.post_once(&key, path, json!({"name": "other"})).expect(if path.ends_with("secret") { 409 } else { 422 });
        assert_eq!(["/v1/api_keys", "/v1/webhooks"].map(|list| admin.get(list).total()), counts);
        assert_eq!(admin.get("/v1/webhooks/webhook_001").header("etag"), tag);
    }
    let kept = kept(&desk);
    assert_eq!((secrets.len(), kept.len()), (7, 4));
    for secret in &secrets {
        assert!(kept.iter().all(|answer| !answer.contains(secret.as_str())), "{secret} is kept");
    }
    // Of an API key there is nothing but a hash, anywhere.
    assert_eq!(crate::contacts::files_with(&desk, &secrets[0]), Vec::<String>::new());
}
