//! The search index from outside: `reindex`, `check`, and a store that was brought here without one.

use crate::harness::Client;
use crate::harness::Desk;
use crate::harness::Served;
use rusqlite::Connection;
use serde_json::json;
use std::fs;
use std::time::Duration;
use std::time::Instant;

/// A server with thirty tickets, a caller, and the caller's key.
fn furnished(desk: &Desk) -> (Served, Client, String) {
    let key = desk.admin_key();
    let served = desk.serve(&[]);
    let mut client = served.client(&key);
    for number in 0..30 {
        let body = json!({"subject": format!("Kettle {number}"), "description": "It leaks.",
            "contact": {"email": format!("c{number}@example.com")}});
        client.post("/v1/tickets", &body).data(201);
    }
    (served, client, key)
}

/// How many objects are found, as soon as the index can be asked.
fn total(client: &mut Client, word: &str) -> u64 {
    let begun = Instant::now();
    loop {
        let answer = client.get(&format!("/v1/search?q={word}"));
        if answer.status == 200 {
            return answer.body["meta"]["total_results"].as_u64().unwrap();
        }
        assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{answer:?}");
        assert!(begun.elapsed() < Duration::from_secs(30), "{answer:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn reindex_makes_the_index_anew_beside_a_server_and_without_one() {
    let desk = Desk::new();
    let (served, mut client, key) = furnished(&desk);
    assert_eq!(total(&mut client, "kettle"), 60);
    assert!(desk.run(&["reindex"]).fine().out.starts_with("Indexed 60 contacts and threads in"));
    assert_eq!(total(&mut client, "kettle"), 60);
    assert_eq!(desk.run(&["check", "--json"]).fine().out, "[]\n");
    served.stop();

    let before = fs::read(desk.data("index/meta.json")).unwrap();
    assert!(desk.run(&["reindex"]).fine().out.starts_with("Indexed 60 contacts and threads in"));
    assert_ne!(fs::read(desk.data("index/meta.json")).unwrap(), before);
    assert_eq!(desk.run(&["check", "--json"]).fine().out, "[]\n");
    let served = desk.serve(&[]);
    assert_eq!(total(&mut served.client(&key), "kettle"), 60);
}

#[test]
fn reindex_without_a_store_says_how_to_start_one() {
    let desk = Desk::new();
    desk.run(&["reindex"]).failed(4, "Start one: commflow serve");
    assert!(!desk.data("").exists(), "looking makes nothing");
}

#[test]
fn check_names_what_the_index_says_otherwise() {
    let desk = Desk::new();
    let (served, mut client, _) = furnished(&desk);
    assert_eq!(total(&mut client, "kettle"), 60);
    served.stop();
    assert_eq!(desk.run(&["check", "--json"]).fine().out, "[]\n");
    // Behind the back of the change feed.
    let db = Connection::open(desk.store()).unwrap();
    db.execute("UPDATE threads SET subject = 'Teapot' WHERE id = 7", []).unwrap();
    db.execute("INSERT INTO contacts (name, created_at, updated_at) VALUES ('Nobody', 0, 0)", []).unwrap();
    db.execute("DELETE FROM contacts WHERE id = 3", []).unwrap();
    drop(db);
    let told = desk.run(&["check"]).failed(4, "4 faults were found.").out;
    for fault in [
        "thread 7 (block 0) is another in the search index",
        "thread 3 (block 0) is another in the search index",
        "contact 31 (block 0) is not in the search index",
        "contact 3 (block 0) is in the search index alone",
    ] {
        assert!(told.contains(fault), "{told}");
    }
    desk.run(&["reindex"]).fine();
    assert_eq!(desk.run(&["check", "--json"]).fine().out, "[]\n");
}

#[test]
fn a_store_without_an_index_is_whole_and_gets_one_at_the_next_start() {
    let desk = Desk::new();
    let (served, _, key) = furnished(&desk);
    served.stop();
    fs::remove_dir_all(desk.data("index")).unwrap();
    let checked = desk.run(&["check"]).fine();
    assert!(checked.err.contains("there is no search index yet"), "{checked:?}");
    let served = desk.serve(&[]);
    let mut client = served.client(&key);
    assert_eq!(total(&mut client, "kettle"), 60);
    assert_eq!(client.get("/healthz").body["search"]["status"], "ready");
    assert_eq!(desk.run(&["check", "--json"]).fine().out, "[]\n");
}
