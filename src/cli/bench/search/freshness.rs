//! How soon a search finds what has just been written: each probe writes a word that nobody has written before, and looks for
//! it at once.

use crate::cli::Failure;
use crate::cli::bench::load::Client;
use crate::cli::bench::load::Samples;
use crate::cli::bench::measures::Scene;
use crate::cli::bench::measures::get;
use crate::cli::bench::measures::post;
use crate::cli::bench::measures::post_message;
use crate::cli::bench::run::Stop;
use crate::cli::bench::search::HITS;
use crate::cli::bench::search::report::Fresh;
use crate::types::error::Error;
use fastrand::Rng;
use serde_json::Value;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// Between two probes: the server is idle again.
const PAUSE: Duration = Duration::from_millis(50);
/// Writers beside the probes, and how often each of them writes: 100 times in a second together.
const WRITERS: u32 = 4;
const BETWEEN_WRITES: Duration = Duration::from_millis(40);
/// So many letters at random are written by nobody else, and are no misspelling of another such word.
const LETTERS: usize = 14;

/// How many probes, or for how long.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Probes on an idle server.
    pub idle: u32,
    /// How long it is written to.
    pub writing: Duration,
}

/// On an idle server, and on one that is written to.
pub fn measure(
    address: SocketAddr,
    scene: &Arc<Scene>,
    extent: Extent,
    seed: u64,
    stop: &Stop,
) -> Result<[Fresh; 2], Failure> {
    let told = |cause: io::Error| Failure::new(Failure::DATA, format!("freshness: {cause}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
    runtime.block_on(async {
        let mut probe = Client::new(address, seed).await.map_err(told)?;
        let mut idle = Samples::default();
        for _ in 0..extent.idle {
            stop.go_on()?;
            tokio::time::sleep(PAUSE).await;
            search_fresh(&mut probe, scene, &mut idle).await.map_err(told)?;
        }
        let (begun, mut busy, mut writers) = (Instant::now(), Samples::default(), JoinSet::new());
        for number in 0..WRITERS {
            let client = Client::new(address, seed.wrapping_add(u64::from(number) + 1)).await.map_err(told)?;
            writers.spawn(write(
                client,
                scene.clone(),
                begun + BETWEEN_WRITES * number / WRITERS,
                begun + extent.writing,
            ));
        }
        while begun.elapsed() < extent.writing {
            stop.go_on()?;
            search_fresh(&mut probe, scene, &mut busy).await.map_err(told)?;
        }
        let mut written = 0;
        while let Some(one) = writers.join_next().await {
            written += one.map_err(io::Error::other).and_then(|one| one).map_err(told)?;
        }
        let per_s = f64::from(written) / begun.elapsed().as_secs_f64();
        Ok([Fresh::idle(idle), Fresh::under_writes(busy, per_s)])
    })
}

/// Writes messages at a steady pace; how many.
async fn write(mut client: Client, scene: Arc<Scene>, from: Instant, until: Instant) -> io::Result<u32> {
    let mut pace = tokio::time::interval_at(from.into(), BETWEEN_WRITES);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut request, mut written) = (Vec::new(), 0);
    loop {
        let now = pace.tick().await;
        if now.into_std() >= until {
            return Ok(written);
        }
        request.clear();
        post_message(&scene, 0, &mut client.dice, &mut request);
        match client.send(&request).await? {
            201 => written += 1,
            status => return Err(io::Error::other(format!("a message was answered with {status}"))),
        }
    }
}

/// Writes a contact or a message with a new word, and looks for it. What counts is how long the search takes; one that does
/// not find it is an error.
async fn search_fresh(client: &mut Client, scene: &Scene, samples: &mut Samples) -> io::Result<()> {
    let word: String = (0..LETTERS).map(|_| client.dice.lowercase()).collect();
    let mut request = Vec::new();
    let expected = write_word(scene, &word, &mut client.dice, &mut request);
    let status = client.send(&request).await?;
    let written = client.body().to_vec();
    if status != 201 {
        return Err(io::Error::other(String::from_utf8_lossy(&written).into_owned()));
    }
    let id = expected.or_else(|| id_of(&written)).unwrap_or_default();
    request.clear();
    get(&mut request, Some(scene), 0, format_args!("/v1/search?q={word}&limit={HITS}"));
    let begun = Instant::now();
    let status = client.send(&request).await?;
    let taken = begun.elapsed();
    samples.asked += 1;
    if status == 200 && holds(client.body(), &id) {
        samples.taken.push(taken);
    } else {
        samples.errors += 1;
        samples.first_error.get_or_insert_with(|| String::from_utf8_lossy(client.body()).into_owned());
    }
    Ok(())
}

/// A contact or a message, as likely; the id of the conversation that a message stands in.
fn write_word(scene: &Scene, word: &str, dice: &mut Rng, request: &mut Vec<u8>) -> Option<String> {
    if dice.bool() {
        post(request, Some(scene), 0, format_args!("/v1/contacts"), &format!(r#"{{"name":"{word}"}}"#));
        return None;
    }
    let id = format!("conv_{:03}", dice.u32(1..=scene.tickets));
    let path = format_args!("/v1/conversations/{id}/messages");
    post(request, Some(scene), 0, path, &format!(r#"{{"body":"It is {word}."}}"#));
    Some(id)
}

fn id_of(answer: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    answer.pointer("/data/id").and_then(Value::as_str).map(str::to_owned)
}

/// Whether a search found this, and not in an index that it knows to be behind.
fn holds(answer: &[u8], id: &str) -> bool {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let lists = answer.get("data").and_then(Value::as_object).into_iter().flatten();
    let mut hits = lists.filter_map(|(_, list)| list.as_array()).flatten();
    let stale = answer.pointer("/meta/stale") == Some(&Value::Bool(true));
    !stale && hits.any(|hit| hit.get("id").and_then(Value::as_str) == Some(id))
}
