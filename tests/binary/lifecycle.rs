//! Start, health, and the ways to stop: nobody's answer is torn, and nothing that was answered is lost.

use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::Desk;
use crate::harness::Outcome;
use crate::harness::Served;
use serde_json::json;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::sync::mpsc::channel;
use std::time::Duration;
use std::time::Instant;

const WRITERS: usize = 6;

/// What one writer got: subjects of what was answered and of what was not, each with its last path.
#[derive(Default)]
struct Got {
    answered: Vec<(String, String)>,
    unanswered: Vec<String>,
}

fn write(number: usize, mut client: Client, count: &AtomicUsize, enough: &Sender<()>) -> Got {
    let mut got = Got::default();
    loop {
        let subject = format!("w{number}-{}", got.answered.len());
        let ticket = json!({"subject": subject, "description": "x".repeat(20_000), "contact": {"email": "j@x.io"}});
        match client.ask("POST", "/v1/tickets", &[], Some(&ticket)) {
            Outcome::Answered(answer) => {
                assert_eq!(answer.status, 201, "{answer:?}");
                got.answered.push((subject, answer.header("location").to_owned()));
                if count.fetch_add(1, Ordering::SeqCst) == 60 {
                    enough.send(()).unwrap();
                }
            }
            Outcome::Unanswered => {
                got.unanswered.push(subject);
                return got;
            }
            Outcome::Torn(bytes) => panic!("torn after {} bytes: {}", bytes.len(), String::from_utf8_lossy(&bytes)),
        }
    }
}

/// Stops a server under load by this signal, and compares what was answered with what is there.
fn stops_cleanly_on(signal: &str) {
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = desk.serve(&["--rate-limit", "1000000"]);
    let (count, (enough, loaded)) = (AtomicUsize::new(0), channel());
    // Somebody who is connected and says nothing must hold up nobody.
    let mut idle = served.client(&key);
    assert_eq!(idle.get("/v1/me").status, 200);
    let (got, took) = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|number| {
                let (client, count, enough) = (served.client(&key), &count, enough.clone());
                scope.spawn(move || write(number, client, count, &enough))
            })
            .collect();
        loaded.recv().unwrap();
        let begun = Instant::now();
        served.signal(signal);
        let (status, said) = served.ended();
        assert_eq!(status.code(), Some(0), "{said:?}");
        let got: Vec<Got> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        (got, begun.elapsed())
    });
    assert!(took < Duration::from_secs(10), "it took {took:?}");
    let log = std::fs::metadata(desk.data("commflow.db-wal")).map_or(0, |log| log.len());
    assert_eq!(log, 0, "the log was not written back");
    let served = desk.serve(&[]);
    let mut ada = served.client(&key);
    for (subject, path) in got.iter().flat_map(|got| &got.answered) {
        assert_eq!(ada.get(path).data(200)["subject"], *subject);
    }
    // Who got no answer was not let in: nothing was done behind anyone's back.
    let answered: usize = got.iter().map(|got| got.answered.len()).sum();
    let total = ada.get("/v1/tickets").body["meta"]["total_count"].clone();
    let unanswered: Vec<_> = got.iter().flat_map(|got| &got.unanswered).collect();
    assert_eq!(total, answered, "some of {unanswered:?} were done");
    desk.assert_whole();
}

#[test]
fn sigterm_under_load_tears_no_answer_and_loses_none() {
    stops_cleanly_on("TERM");
}

#[test]
fn sigint_under_load_tears_no_answer_and_loses_none() {
    stops_cleanly_on("INT");
}

#[test]
fn open_streams_hold_up_no_stop() {
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = desk.serve(&[]);
    let open = || {
        let mut stream = TcpStream::connect(served.address).unwrap();
        let request = format!("GET /v1/events/stream HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {key}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        stream
    };
    let streams = [open(), open(), open()];
    let begun = Instant::now();
    served.stop();
    assert!(begun.elapsed() < Duration::from_secs(2), "it took {:?}", begun.elapsed());
    for mut stream in streams {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        // It ends as it should, and is not torn.
        assert!(rest.ends_with("\r\n0\r\n\r\n"), "{rest}");
    }
}

#[test]
fn a_server_is_healthy_as_soon_as_it_says_where_it_is() {
    let desk = Desk::new();
    let served = desk.serve(&[]);
    let health: Answer = served.client("").get("/healthz");
    assert_eq!((health.status, &health.body["status"]), (200, &json!("ok")));
    served.kill();
    served.ended();
    let served = desk.serve(&[]);
    assert_eq!(served.client("").get("/healthz").status, 200);
}

/// The time from the start of the process to the first answer, of the best of three.
fn start_up(desk: &Desk) -> Duration {
    let once = || {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let begun = Instant::now();
        let served = Served::start(desk.command(&["serve", "--listen", &free.to_string()]));
        assert_eq!(served.client("").get("/healthz").status, 200);
        let took = begun.elapsed();
        served.kill();
        served.ended();
        took
    };
    (0..3).map(|_| once()).min().unwrap()
}

#[test]
fn a_start_takes_less_than_two_seconds_after_a_kill_too() {
    let empty = (0..3).map(|_| start_up(&Desk::new())).min().unwrap();
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = desk.serve(&["--rate-limit", "1000000"]);
    let mut ada = served.client(&key);
    for number in 0..50 {
        let ticket =
            json!({"subject": format!("{number}"), "description": "x".repeat(100_000), "contact": {"email": "j@x.io"}});
        assert_eq!(ada.post("/v1/tickets", &ticket).status, 201);
    }
    served.kill();
    served.ended();
    let after_a_kill = start_up(&desk);
    eprintln!("to the first answer: {empty:?} on an empty folder, {after_a_kill:?} after a kill");
    assert!(empty.max(after_a_kill) < Duration::from_secs(2));
}

/// A server whose files may not grow beyond this many blocks of 512 bytes, until it is let.
fn limited(desk: &Desk, blocks: u32) -> Served {
    let limit = format!("trap '' XFSZ; ulimit -S -f {blocks}");
    Served::start(desk.command_after(&limit, &["serve", "--listen", "127.0.0.1:0", "--rate-limit", "1000000"]))
}

#[test]
fn where_files_can_t_grow_writes_wait_and_reads_go_on() {
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = limited(&desk, 8 * 1_024 * 2);
    let mut ada = served.client(&key);
    let ticket = json!({"subject": "Long", "description": "x".repeat(100_000), "contact": {"email": "j@x.io"}});
    let mut answered = 0;
    let refused = loop {
        let answer = ada.post("/v1/tickets", &ticket);
        match answer.status {
            201 => answered += 1,
            _ => break answer,
        }
        assert!(answered < 1_000, "the limit has no effect");
    };
    for refused in [refused, ada.post("/v1/tickets", &ticket)] {
        assert_eq!((refused.status, &refused.body["error"]["code"]), (503, &json!("unavailable")));
        assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    }
    let list = ada.get("/v1/tickets");
    assert_eq!((list.status, &list.body["meta"]["total_count"]), (200, &json!(answered)));
    assert_eq!(ada.get("/healthz").status, 200);
    let process = served.id().to_string();
    let limit_lifted = Command::new("prlimit").args(["--pid", &process, "--fsize=unlimited"]).status().unwrap();
    assert!(limit_lifted.success());
    assert_eq!(ada.post("/v1/tickets", &ticket).status, 201);
    assert_eq!(ada.get("/v1/tickets").body["meta"]["total_count"], answered + 1);
    served.stop();
    desk.assert_whole();
}
