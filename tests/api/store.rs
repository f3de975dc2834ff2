//! What the store promises to the server that it lives in: one writer for all, answers after the commit, readers that see one
//! instant, a log that stays short, and a full disk that does no harm.

use crate::harness::TestApp;
use commflow::store::Store;
use commflow::store::tx::Actor;
use commflow::store::tx::Tx;
use commflow::types::Result;
use commflow::types::error::Code;
use commflow::types::error::Error;
use futures_util::future::join;
use futures_util::future::join_all;
use rusqlite::Connection;
use serde_json::json;
use std::future::Future;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::Sender;
use std::sync::mpsc::channel;
use std::time::Duration;
use std::time::Instant;

const MIB: u64 = 1_024 * 1_024;

/// Runs a future on this thread.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// A write that adds a setting of this name: the smallest row there is.
fn add(tx: &Tx, name: &str) -> Result<()> {
    tx.execute("INSERT INTO settings VALUES (?1, '')", [name])?;
    Ok(())
}

fn names(db: &Connection) -> Vec<String> {
    let mut select = db.prepare("SELECT name FROM settings WHERE name LIKE 'test-%' ORDER BY name").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(rusqlite::Result::unwrap).collect()
}

/// Holds the writer inside a write until the sender is used or dropped; returns once it stands there.
fn hold_up(store: &Store) -> Sender<()> {
    let (go_on, wait) = channel();
    let (standing, stands) = channel();
    store.write_later(Actor::SYSTEM, move |_| {
        standing.send(()).unwrap();
        wait.recv().unwrap_or_default();
        Ok(())
    });
    stands.recv().unwrap();
    go_on
}

/// Does all of these writes in one group; what each was answered.
fn at_once<F>(store: &Store, writes: Vec<F>) -> Vec<Result<()>>
where
    F: FnOnce(&Tx) -> Result<()> + Send + 'static,
{
    let go_on = hold_up(store);
    let queued = writes.into_iter().map(|write| store.write(Actor::SYSTEM, write));
    // All of them are polled, and so queued, before the writer may go on.
    run(join(join_all(queued), async { go_on.send(()).unwrap() })).0
}

fn log_of(desk: &TestApp) -> PathBuf {
    desk.data_dir().join("commflow.db-wal")
}

/// Commits in the log: frames of its present generation that carry the size of the file.
fn commits(desk: &TestApp) -> usize {
    let bytes = std::fs::read(log_of(desk)).unwrap();
    let salt = &bytes[16..24];
    let frames = bytes[32..].chunks_exact(24 + 4_096).take_while(|frame| &frame[8..16] == salt);
    frames.filter(|frame| frame[4..8] != [0; 4]).count()
}

#[test]
fn writes_that_come_together_share_a_commit_and_one_that_fails_is_undone_alone() {
    let desk = TestApp::new();
    let store = &desk.server().store;
    let write = |number: u32| {
        move |tx: &Tx| {
            add(tx, &format!("test-{number:02}"))?;
            if number == 7 { Err(Error::conflict("no")) } else { Ok(()) }
        }
    };
    let before = commits(&desk);
    let answers = at_once(store, (0..20).map(write).collect());
    assert_eq!(commits(&desk) - before, 1, "the write in front changed nothing, and the others share one commit");
    let failed: Vec<_> = answers.iter().enumerate().filter(|(_, answer)| answer.is_err()).map(|(at, _)| at).collect();
    assert_eq!(failed, [7]);
    let expected: Vec<String> = (0..20).filter(|at| *at != 7).map(|at| format!("test-{at:02}")).collect();
    assert_eq!(store.read_blocking(|db| Ok(names(db))).unwrap(), expected);
}

#[test]
fn a_write_that_panics_is_a_fault_of_ours_and_harms_nobody_else() {
    let desk = TestApp::new();
    let store = &desk.server().store;
    let write = |number: u32| {
        move |tx: &Tx| {
            add(tx, &format!("test-{number}"))?;
            assert!(number != 1, "a write that panics, as it was meant to");
            Ok(())
        }
    };
    let answers = at_once(store, (0..3).map(write).collect());
    let codes: Vec<_> = answers.iter().map(|answer| answer.as_ref().err().map(|error| error.code)).collect();
    assert_eq!(codes, [None, Some(Code::Internal), None]);
    assert_eq!(store.read_blocking(|db| Ok(names(db))).unwrap(), ["test-0", "test-2"]);
    assert_eq!(desk.agent("sarah").post("/v1/contacts", json!({"name": "Jane"})).created()["name"], "Jane");
}

#[test]
fn a_refusal_that_rests_on_a_row_of_its_own_group_is_told_once_that_row_is_kept() {
    let desk = TestApp::new();
    let store = &desk.server().store;
    let same = |_| |tx: &Tx| add(tx, "test-same");
    let answers = at_once(store, (0..3).map(same).collect());
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(store.read_blocking(|db| Ok(names(db))).unwrap(), ["test-same"]);
}

#[test]
fn a_full_queue_is_answered_with_503_and_when_to_come_again_while_reads_go_on() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    // Known from now on, and its use written down.
    sarah.get("/v1/me").ok();
    let store = &desk.server().store;
    let go_on = hold_up(store);
    for number in 0..1_024 {
        store.write_later(Actor::SYSTEM, move |tx| add(tx, &format!("test-{number:04}")));
    }
    let answer = sarah.post("/v1/contacts", json!({"name": "Too much"}));
    assert_eq!(answer.header("retry-after"), "1");
    answer.refused(503, "unavailable");
    sarah.get("/v1/contacts").expect(200);
    desk.forgive_faults();
    go_on.send(()).unwrap();
    // What had its place in the queue is done, in order; what had none left no trace.
    let contact = loop {
        let answer = sarah.post("/v1/contacts", json!({"name": "Later"}));
        match answer.status {
            503 => desk.forgive_faults(),
            _ => break answer.created(),
        }
    };
    assert_eq!(contact["id"], "contact_001");
    assert_eq!(store.read_blocking(|db| Ok(names(db).len())).unwrap(), 1_024);
}

#[test]
fn what_was_answered_is_there_for_everyone() {
    let desk = TestApp::new();
    let store = &desk.server().store;
    let elsewhere = Connection::open(store.path()).unwrap();
    std::thread::scope(|scope| {
        // Others write at the same time, so that there are groups.
        for other in 0..3 {
            scope.spawn(move || {
                for number in 0..100 {
                    store.write_blocking(Actor::SYSTEM, move |tx| add(tx, &format!("other-{other}-{number}"))).unwrap();
                }
            });
        }
        for number in 0..100 {
            let name = format!("test-{number:03}");
            let written = name.clone();
            store.write_blocking(Actor::SYSTEM, move |tx| add(tx, &written)).unwrap();
            let is_there = elsewhere.query_row("SELECT 1 FROM settings WHERE name = ?1", [&name], |_| Ok(())).is_ok();
            assert!(is_there, "{name} was answered before its commit");
        }
    });
}

#[test]
fn a_reader_sees_one_instant_however_long_it_looks() {
    let desk = TestApp::new();
    let store = &desk.server().store;
    let looked = store.read_blocking(|db| {
        let before = names(db);
        store.write_blocking(Actor::SYSTEM, |tx| add(tx, "test-later")).unwrap();
        Ok((before, names(db)))
    });
    assert_eq!(looked.unwrap(), (Vec::new(), Vec::new()));
    assert_eq!(store.read_blocking(|db| Ok(names(db))).unwrap(), ["test-later"]);
}

#[test]
fn a_reader_can_t_write() {
    let desk = TestApp::new();
    let written = desk.server().store.read_blocking(|db| Ok(db.execute("DELETE FROM settings", [])?));
    assert_eq!(written.unwrap_err().code, Code::Unavailable);
}

#[test]
fn a_read_that_takes_too_long_is_interrupted_and_the_next_one_is_not() {
    let desk = TestApp::new();
    let store = &desk.server().store;
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let begun = Instant::now();
    std::thread::scope(|scope| {
        // As many as there are readers: each must be fit for use afterwards.
        for _ in 0..2 {
            scope.spawn(|| {
                let read = store.read_blocking(|db| Ok(db.query_row(endless, [], |row| row.get::<_, i64>(0))?));
                let error = read.unwrap_err();
                assert_eq!((error.code, error.retry_after_s), (Code::Unavailable, Some(1)));
            });
        }
    });
    assert!(begun.elapsed() < Duration::from_secs(8), "interrupted after {:?}", begun.elapsed());
    let sarah = desk.agent("sarah");
    for _ in 0..4 {
        sarah.get("/v1/contacts").expect(200);
    }
}

/// Writes a MiB that needs new pages, and takes it away again.
fn churn(store: &Store) {
    let write = |tx: &Tx| {
        tx.execute("INSERT INTO settings VALUES ('big', hex(randomblob(524288)))", [])?;
        tx.execute("DELETE FROM settings WHERE name = 'big'", [])?;
        Ok(())
    };
    store.write_blocking(Actor::SYSTEM, write).unwrap();
}

/// Looks at the store in one read transaction after the other, each this long, until it is told to stop.
fn look_slowly(store: &Store, each: Duration, stop: &Receiver<()>) {
    let db = Connection::open(store.path()).unwrap();
    loop {
        db.execute_batch("BEGIN; SELECT * FROM settings").unwrap();
        let is_over = stop.recv_timeout(each) != Err(RecvTimeoutError::Timeout);
        db.execute_batch("COMMIT").unwrap();
        if is_over {
            return;
        }
    }
}

#[test]
fn the_log_stays_bounded_though_there_is_always_somebody_who_reads_slowly() {
    let desk = TestApp::new();
    let store = &desk.server().store;
    let length = || std::fs::metadata(log_of(&desk)).unwrap().len();
    let mut longest = 0;
    std::thread::scope(|scope| {
        let mut stops = Vec::new();
        for milliseconds in [20, 35, 50] {
            let (stop, stopped) = channel();
            stops.push(stop);
            scope.spawn(move || look_slowly(store, Duration::from_millis(milliseconds), &stopped));
        }
        for _ in 0..100 {
            churn(store);
            longest = longest.max(length());
        }
        drop(stops);
    });
    assert!(longest <= 64 * MIB, "the log was {longest} bytes long");
    assert!(longest > 16 * MIB, "the readers held nothing back");
}

#[test]
fn a_log_that_one_reader_held_open_is_cut_once_he_is_gone() {
    let desk = TestApp::new();
    let store = &desk.server().store;
    let length = || std::fs::metadata(log_of(&desk)).unwrap().len();
    let reader = Connection::open(store.path()).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM settings").unwrap();
    for _ in 0..20 {
        churn(store);
    }
    assert!(length() > 17 * MIB, "the reader held nothing back");
    drop(reader);
    // The first write after him copies the log into the file, the second begins it anew.
    churn(store);
    churn(store);
    assert!(length() <= 17 * MIB, "the log is still {} bytes long", length());
}

/// Sets how many pages the file may have: beyond, SQLite says what it says of a full disk.
fn limit_pages(store: &Store, more: impl Fn(i64) -> i64 + Send + 'static) {
    let limit = move |tx: &Tx| {
        let pages: i64 = tx.pragma_query_value(None, "page_count", |row| row.get(0))?;
        Ok(tx.query_row(&format!("PRAGMA max_page_count = {}", more(pages)), [], |_| Ok(()))?)
    };
    store.write_blocking(Actor::SYSTEM, limit).unwrap();
}

#[test]
fn on_a_full_disk_writes_are_refused_whole_reads_go_on_and_with_space_all_goes_on() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let first = sarah.ticket(json!({}));
    desk.new_events();
    let store = &desk.server().store;
    limit_pages(store, |pages| pages + 3);
    let long = json!({"subject": "Long", "description": "x".repeat(100_000), "contact": {"email": "new@example.com"}});
    for _ in 0..3 {
        let answer = sarah.post_once("once", "/v1/tickets", long.clone());
        assert_eq!(answer.header("retry-after"), "1");
        answer.refused(503, "unavailable");
    }
    desk.forgive_faults();
    assert_eq!(sarah.get("/v1/tickets/ticket_001").ok(), first);
    assert_eq!([sarah.get("/v1/tickets").total(), sarah.get("/v1/conversations").total()], [1, 1]);
    assert_eq!(sarah.get("/v1/contacts?email=new@example.com").ids(), Vec::<String>::new());
    assert_eq!(desk.new_events(), Vec::<String>::new());
    desk.anyone().get("/healthz").expect(200);
    limit_pages(store, |_| 1_000_000);
    let done = sarah.post_once("once", "/v1/tickets", long).expect(201);
    assert_eq!((done.header("idempotent-replayed"), &done.body["data"]["id"]), (String::new(), &json!("ticket_002")));
}

#[test]
fn on_a_full_disk_nobody_in_a_group_hears_a_yes_that_is_not_kept() {
    let desk = TestApp::new();
    let store = &desk.server().store;
    limit_pages(store, |pages| pages + 40);
    let write = |number: u32| {
        move |tx: &Tx| {
            add(tx, &format!("test-{number:02}"))?;
            let size = if number == 5 { 4 << 20 } else { 10 };
            tx.execute("INSERT INTO settings VALUES (?1, hex(randomblob(?2)))", (format!("filler-{number}"), size))?;
            Ok(())
        }
    };
    let answers = at_once(store, (0..10).map(write).collect());
    let kept: Vec<String> = (0..10).filter(|at| answers[*at].is_ok()).map(|at| format!("test-{at:02}")).collect();
    assert_eq!(store.read_blocking(|db| Ok(names(db))).unwrap(), kept);
    assert_eq!(answers[5].as_ref().unwrap_err().code, Code::Unavailable);
    assert!(answers.iter().flat_map(|answer| answer.as_ref().err()).all(|error| error.retry_after_s == Some(1)));
    // Where the file has room for them, they are taken.
    store.write_blocking(Actor::SYSTEM, |tx| add(tx, "test-small")).unwrap();
}

#[test]
fn what_was_queued_is_done_before_the_store_stops_and_what_comes_later_is_refused() {
    let mut desk = TestApp::new();
    let store = desk.server().store.clone();
    // Long enough that a stop that does not wait is seen.
    let slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000000) SELECT count(*) FROM n";
    store.write_later(Actor::SYSTEM, move |tx| Ok(tx.query_row(slow, [], |_| Ok(()))?));
    for number in 0..200 {
        store.write_later(Actor::SYSTEM, move |tx| add(tx, &format!("test-{number:03}")));
    }
    desk.restart();
    assert_eq!(desk.server().store.read_blocking(|db| Ok(names(db).len())).unwrap(), 200);
    let late = store.write_blocking(Actor::SYSTEM, |tx| add(tx, "test-late"));
    assert_eq!(late.unwrap_err().code, Code::Unavailable);
}
