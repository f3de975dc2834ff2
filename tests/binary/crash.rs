//! kill -9: what was answered is there, what was not is there wholly or not at all.

use crate::harness::Desk;
use crate::harness::Served;
use crate::ledger::Feed;
use crate::ledger::Writer;
use fastrand::Rng;
use serde_json::json;
use std::sync::mpsc::channel;
use std::time::Duration;
use std::time::Instant;

const CYCLES: u32 = 20;
const WRITERS: usize = 6;
/// Milliseconds after which the kill may come.
const INSTANTS: std::ops::RangeInclusive<u64> = 30..=300;

#[test]
fn what_was_answered_survives_kill_9_under_parallel_writes() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    eprintln!("again with SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let desk = Desk::new();
    let key = desk.admin_key();
    let mut writers: Vec<Writer> = (0..WRITERS).map(|number| Writer::new(number, rng.u64(..))).collect();
    let mut feed = Feed::default();
    let mut served = serve(&desk);
    for cycle in 1..=CYCLES {
        let instant = Duration::from_millis(rng.u64(INSTANTS));
        // Every third kill comes at its instant, whatever is going on; the others right after the next answer, for that
        // is when a writer that answers too early has not committed yet.
        run(&served, &key, &mut writers, instant, !cycle.is_multiple_of(3));
        drop(served);
        served = serve(&desk);
        let mut client = served.client(&key);
        for writer in &mut writers {
            writer.verify(&mut client, &mut feed);
        }
        if cycle.is_multiple_of(5) {
            desk.assert_whole();
        }
        eprintln!(
            "cycle {cycle}: killed after {instant:?}, {} answers",
            writers.iter().map(|one| one.count).sum::<usize>()
        );
    }
    let mut client = served.client(&key);
    writers.iter().for_each(|writer| writer.verify_all(&mut client));
    assert!(writers.iter().all(|writer| writer.count > 0), "there was no load");
}

fn serve(desk: &Desk) -> Served {
    desk.serve(&["--rate-limit", "1000000"])
}

/// All write until the server is killed.
fn run(served: &Served, key: &str, writers: &mut [Writer], instant: Duration, after_an_answer: bool) {
    let due = Instant::now() + instant;
    let (alive, ended) = channel::<()>();
    std::thread::scope(|scope| {
        for writer in writers {
            let (client, alive) = (served.client(key), alive.clone());
            scope.spawn(move || {
                writer.write(client, &|| {
                    if after_an_answer && Instant::now() >= due {
                        served.kill();
                    }
                });
                drop(alive);
            });
        }
        drop(alive);
        if !after_an_answer {
            // Nothing is ever sent: this waits for the instant.
            assert!(ended.recv_timeout(instant).is_err());
            served.kill();
        }
    });
}

#[test]
fn a_merge_that_kill_9_interrupts_has_happened_wholly_or_not_at_all() {
    let desk = Desk::new();
    let key = desk.admin_key();
    let mut rng = Rng::new();
    let (mut merged, mut served) = (0, serve(&desk));
    for _ in 0..8 {
        let mut client = served.client(&key);
        let [gone, into] = ["gone", "into"].map(|name| {
            client.post("/v1/contacts", &json!({"name": name})).data(201)["id"].as_str().unwrap().to_owned()
        });
        for _ in 0..40 {
            let new = json!({"subject": "Help", "contact": {"id": gone}, "description": "It broke."});
            client.post("/v1/tickets", &new).data(201);
        }
        let instant = Duration::from_millis(rng.u64(0..=40));
        std::thread::scope(|scope| {
            let merge = format!("/v1/contacts/{gone}/merge");
            let into = json!({"into": into});
            scope.spawn(move || drop(client.ask("POST", &merge, &[], Some(&into))));
            std::thread::sleep(instant);
            served.kill();
        });
        drop(served);
        served = serve(&desk);
        let mut client = served.client(&key);
        let is_merged = client.get(&format!("/v1/contacts/{gone}")).status == 301;
        let holder = if is_merged { &into } else { &gone };
        let threads = client.get("/v1/tickets?per_page=100&sort=-created_at").body["data"].clone();
        let theirs =
            threads.as_array().unwrap().iter().filter(|ticket| ticket["contact"]["id"] == holder.as_str()).count();
        assert_eq!(theirs, 40, "after {instant:?}, merged: {is_merged}");
        merged += i32::from(is_merged);
    }
    served.stop();
    eprintln!("{merged} of 8 had happened");
    desk.assert_whole();
}
