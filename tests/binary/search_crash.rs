//! kill -9 while all write, search and erase: afterwards the index says what the store says, and no file holds what was erased.

use crate::harness::Client;
use crate::harness::Desk;
use crate::harness::Outcome;
use crate::harness::Served;
use fastrand::Rng;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// How often; `CYCLES=50` for more.
const CYCLES: u32 = 8;
const WRITERS: usize = 4;
/// Milliseconds after which the kill comes.
const INSTANTS: std::ops::RangeInclusive<u64> = 50..=900;
/// Nothing that is waited for takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn after_kill_9_under_load_the_index_says_what_the_store_says() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = number("SEED").unwrap_or_else(|| fastrand::u64(..));
    let cycles = number("CYCLES").unwrap_or(u64::from(CYCLES));
    eprintln!("again with SEED={seed} CYCLES={cycles}");
    let mut rng = Rng::with_seed(seed);
    let desk = Desk::new();
    let key = desk.admin_key();
    let mut served = serve(&desk);
    let mut answered = 0;
    for cycle in 1..=cycles {
        let instant = Duration::from_millis(rng.u64(INSTANTS));
        let (written, erased) = run(&served, &key, cycle, instant, &mut rng);
        drop(served);
        served = serve(&desk);
        let mut client = served.client(&key);
        for (word, objects) in &written {
            assert_eq!(total(&mut client, word), *objects, "{word} was answered");
        }
        for word in &erased {
            assert_eq!(total(&mut client, word), 0, "{word} was erased");
        }
        let checked = desk.run(&["check", "--json"]).fine();
        assert_eq!((checked.out.as_str(), checked.err.as_str()), ("[]\n", ""), "cycle {cycle}");
        until_no_file_holds(&desk.data(""), &erased);
        answered += written.len() + erased.len();
        eprintln!("cycle {cycle}: killed after {instant:?}, {} words written, {} erased", written.len(), erased.len());
    }
    assert!(answered > 0, "there was no load");
}

fn serve(desk: &Desk) -> Served {
    desk.serve(&["--rate-limit", "1000000"])
}

/// How many objects hold a word, as soon as the index can be asked.
fn total(client: &mut Client, word: &str) -> u64 {
    let begun = Instant::now();
    loop {
        // In quotes: the word itself, and not what it begins.
        let answer = client.get(&format!("/v1/search?q=%22{word}%22"));
        if answer.status == 200 && answer.body["meta"]["stale"] == false {
            return answer.body["meta"]["total_results"].as_u64().unwrap();
        }
        assert!(begun.elapsed() < PATIENCE, "{answer:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

type Words = (Vec<(String, u64)>, Vec<String>);

/// All write until the server is killed: which words were answered, with how many objects, and which ones were erased.
fn run(served: &Served, key: &str, cycle: u64, instant: Duration, rng: &mut Rng) -> Words {
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|number| {
                let (client, rng) = (served.client(key), Rng::with_seed(rng.u64(..)));
                scope.spawn(move || write(client, rng, &format!("c{cycle}w{number}")))
            })
            .collect();
        let eraser = {
            let client = served.client(key);
            scope.spawn(move || erase(client, &format!("c{cycle}e")))
        };
        std::thread::sleep(instant);
        served.kill();
        let written = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        (written, eraser.join().unwrap())
    })
}

fn data(outcome: Outcome) -> Option<Value> {
    match outcome {
        Outcome::Answered(answer) if (200..300).contains(&answer.status) => Some(answer.body["data"].clone()),
        Outcome::Answered(answer) => panic!("{answer:?}"),
        Outcome::Unanswered | Outcome::Torn(_) => None,
    }
}

/// Tickets, messages, changes and searches, one after the other, each with a word of its own.
fn write(mut client: Client, mut rng: Rng, name: &str) -> Vec<(String, u64)> {
    let mut words = Vec::new();
    let mut thread = String::new();
    let email = format!("{name}@example.com");
    for step in 0.. {
        let word = format!("{name}s{step}");
        let kind = if thread.is_empty() { 0 } else { rng.u8(0..8) };
        let (method, path, body) = match kind {
            0 => {
                let body = json!({"subject": word, "description": "Help", "contact": {"email": email}});
                ("POST", "/v1/tickets".to_owned(), Some(body))
            }
            1..6 => {
                ("POST", format!("/v1/conversations/{thread}/messages"), Some(json!({"body": word, "type": "note"})))
            }
            6 => ("PATCH", format!("/v1/conversations/{thread}"), Some(json!({"add_tags": [word]}))),
            _ => ("GET", format!("/v1/search?q={name}"), None),
        };
        let Some(answer) = data(client.ask(method, &path, &[], body.as_ref())) else { return words };
        if kind == 0 {
            thread = answer["conversation_id"].as_str().unwrap().to_owned();
        }
        if method != "GET" {
            words.push((word, 2));
        }
    }
    words
}

/// People who come and are erased again, with all that they wrote.
fn erase(mut client: Client, name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for step in 0.. {
        let word = format!("{name}s{step}");
        let contact = json!({"email": format!("{word}@example.com"), "name": word});
        let body = json!({"subject": word, "description": word, "contact": contact});
        let Some(ticket) = data(client.ask("POST", "/v1/tickets", &[], Some(&body))) else { return words };
        // So that the index holds it.
        if data(client.ask("GET", &format!("/v1/search?q={word}"), &[], None)).is_none() {
            return words;
        }
        let path = format!("/v1/contacts/{}?erase=messages", ticket["contact"]["id"].as_str().unwrap());
        if data(client.ask("DELETE", &path, &[], None)).is_none() {
            return words;
        }
        words.push(word);
    }
    words
}

/// What was under way when the kill came is finished by the next start, soon.
fn until_no_file_holds(folder: &Path, words: &[String]) {
    let begun = Instant::now();
    loop {
        let left: Vec<_> = words.iter().filter(|word| holds(folder, word)).collect();
        if left.is_empty() {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{left:?} can still be read in a file");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn holds(folder: &Path, word: &str) -> bool {
    // The word alone: another that begins with it stands elsewhere.
    let is_it = |bytes: &[u8]| {
        bytes
            .windows(word.len() + 1)
            .any(|window| window.starts_with(word.as_bytes()) && !window[word.len()].is_ascii_digit())
    };
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| match path.is_dir() {
        true => holds(&path, word),
        // One that is gone meanwhile holds nothing.
        false => fs::read(&path).is_ok_and(|bytes| is_it(&bytes)),
    })
}
