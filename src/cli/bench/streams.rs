//! `commflow bench streams`: what many idle event streams cost the server of this build, and how soon an event reaches all.
//!
//! One task a stream reads what comes, and looks only for what it waits for; all of them run on one thread of this process,
//! for client and server share the machine.

use crate::cli::Failure;
use crate::cli::bench::child::Child;
use crate::cli::bench::child::Memory;
use crate::cli::bench::figures::Figures;
use crate::cli::bench::figures::Setting;
use crate::cli::bench::figures::mib;
use crate::cli::bench::figures::missed;
use crate::cli::bench::load::Client;
use crate::cli::bench::load::Load;
use crate::cli::bench::measures::Scene;
use crate::cli::bench::measures::get;
use crate::cli::bench::measures::post;
use crate::cli::bench::run::Run;
use crate::cli::bench::run::Stop;
use crate::cli::bench::run::bar;
use crate::cli::bench::workspace;
use crate::cli::bench::workspace::Plan;
use crate::cli::bench::workspace::texts::Sentences;
use crate::types::error::Error;
use actix_web::rt::net::TcpStream;
use clap::Args;
use serde::Serialize;
use std::fmt;
use std::io;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Descriptors that this process needs besides those of its streams.
const DESCRIPTORS_KEPT: u64 = 128;
/// Streams that are being opened at once.
const OPENING: usize = 64;
/// Nothing of all this takes longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Before memory is looked at, so that what opening took is over.
const SETTLING: Duration = Duration::from_secs(2);
/// Events that are sent to all, one after the other.
const EVENTS: usize = 5;
/// All streams together may take this much memory,
const MEMORY_AIM_MIB: f64 = 300.0;
/// an event may take this long to the last of them,
const EVENT_AIM_MS: f64 = 2_000.0;
/// and all but one in a hundred other requests.
const GET_AIM_MS: f64 = 10.0;

/// Measures many idle event streams.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  commflow bench streams
  commflow bench streams --count 1000 --seconds 1
  commflow bench streams --json > figures.json")]
pub struct Streams {
    /// How many streams are opened.
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=60_000))]
    count: u32,
    /// How long other requests are measured meanwhile.
    #[arg(long, default_value_t = 4.0, value_name = "N", value_parser = crate::cli::bench::seconds)]
    seconds: f64,
    #[command(flatten)]
    run: Run,
}

/// What was seen.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    setting: Setting,
    count: u32,
    opened_in_s: f64,
    memory_before: Memory,
    memory_open: Memory,
    memory_after: Memory,
    kib_per_stream: f64,
    /// From before the request that makes it until it has reached the last stream.
    event_to_all_ms: Vec<f64>,
    get: Figures,
}

impl Streams {
    /// Runs the command.
    ///
    /// # Errors
    /// When there are too few descriptors, or the server fails.
    pub fn run(self) -> Result<(), Failure> {
        self.raise_limit()?;
        self.run.measure(1, format_args!("{} s", self.seconds), |scratch, setting, stop| {
            self.measure(&scratch.join("streams"), setting, stop)
        })
    }

    /// Each stream takes a descriptor of this process; and one of the server, which inherits the limit.
    fn raise_limit(&self) -> Result<(), Failure> {
        let needed = u64::from(self.count) + DESCRIPTORS_KEPT;
        let allowed = rlimit::increase_nofile_limit(needed).map_err(Error::internal)?;
        if allowed >= needed {
            return Ok(());
        }
        let message = format!(
            "{} streams take {needed} descriptors, and this process may have {allowed}. Raise the limit (ulimit -n {needed}), \
             or measure fewer: --count {}",
            self.count,
            allowed.saturating_sub(DESCRIPTORS_KEPT).max(1)
        );
        Err(Failure::new(Failure::USAGE, message))
    }

    fn measure(&self, directory: &Path, setting: Setting, stop: &Stop) -> Result<Report, Failure> {
        let plan = Plan { tickets: 1_000, contacts: 100, keys: 1, seed: 1, texts: &Sentences };
        let made = workspace::make(directory, &plan, |_| stop.go_on())?;
        let scene = Arc::new(Scene { tickets: plan.tickets, contacts: plan.contacts, keys: made.keys });
        let server = Child::serve(directory)?;
        let lasting = Duration::from_secs_f64(self.seconds);
        // A server that has never answered has not opened all that it needs.
        ask(&server, &scene, Duration::from_millis(50))?;
        std::thread::sleep(Duration::from_millis(500));
        let memory_before = server.memory();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        let begun = Instant::now();
        let streams = Open::all(&runtime, server.address, &scene, self.count, stop)?;
        let opened_in_s = begun.elapsed().as_secs_f64();
        std::thread::sleep(SETTLING);
        let memory_open = server.memory();
        let get = ask(&server, &scene, lasting)?;
        let event_to_all_ms = streams.send_events(&runtime, server.address, &scene, stop)?;
        let memory_after = server.memory();
        let grown = memory_open.resident_kib.saturating_sub(memory_before.resident_kib);
        let kib_per_stream = grown as f64 / f64::from(self.count);
        Ok(Report {
            setting,
            count: self.count,
            opened_in_s,
            memory_before,
            memory_open,
            memory_after,
            kib_per_stream,
            event_to_all_ms,
            get,
        })
    }
}

/// Asks for tickets over one connection.
fn ask(server: &Child, scene: &Arc<Scene>, lasting: Duration) -> Result<Figures, Failure> {
    let load = Load { connections: 1, warm_up: Duration::ZERO, lasting, seed: 1 };
    let scene = scene.clone();
    let samples = server.ask(&load, "GET", move |who, dice, out| {
        get(out, Some(&scene), who, format_args!("/v1/tickets/ticket_{:03}", dice.u32(1..=scene.tickets)));
    });
    Ok(Figures::of(samples?))
}

/// Streams that are open.
struct Open {
    count: usize,
    /// Says when an event has reached another of them.
    arrivals: UnboundedReceiver<io::Result<()>>,
}

fn told(cause: impl fmt::Display) -> Failure {
    Failure::new(Failure::DATA, format!("event streams: {cause}"))
}

impl Open {
    fn all(
        runtime: &Runtime,
        address: SocketAddr,
        scene: &Arc<Scene>,
        count: u32,
        stop: &Stop,
    ) -> Result<Self, Failure> {
        let mut request = Vec::new();
        get(&mut request, Some(scene), 0, format_args!("/v1/events/stream?types=contact.created"));
        let request: Arc<[u8]> = request.into();
        let (arrived, arrivals) = unbounded_channel();
        let opening = bar(u64::from(count), "opening {len} streams [{bar:40}] {percent} %");
        let opened = runtime.block_on(async {
            let mut under_way = JoinSet::new();
            for _ in 0..count {
                stop.go_on()?;
                if under_way.len() >= OPENING {
                    finish(&mut under_way, &arrived).await?;
                    opening.inc(1);
                }
                let request = request.clone();
                under_way.spawn(async move { timeout(PATIENCE, open(address, &request)).await });
            }
            while !under_way.is_empty() {
                finish(&mut under_way, &arrived).await?;
                opening.inc(1);
            }
            Ok(())
        });
        opening.finish_and_clear();
        opened.map(|()| Self { count: count as usize, arrivals })
    }

    /// Sends an event after the other; how long each took to the last stream.
    fn send_events(
        mut self,
        runtime: &Runtime,
        address: SocketAddr,
        scene: &Arc<Scene>,
        stop: &Stop,
    ) -> Result<Vec<f64>, Failure> {
        runtime.block_on(async {
            let mut client = Client::new(address, 1).await.map_err(told)?;
            let mut taken = Vec::new();
            for number in 0..EVENTS {
                stop.go_on()?;
                let mut request = Vec::new();
                let body = format!(r#"{{"name":"Nora New","email":"nora.{number}@customer.example"}}"#);
                post(&mut request, Some(scene), 0, format_args!("/v1/contacts"), &body);
                let begun = Instant::now();
                let status = client.send(&request).await.map_err(told)?;
                if status != 201 {
                    return Err(told(format!("a contact was answered with {status}")));
                }
                for _ in 0..self.count {
                    let arrival = timeout(PATIENCE, self.arrivals.recv()).await.map_err(told)?;
                    arrival.unwrap_or_else(|| Err(ErrorKind::UnexpectedEof.into())).map_err(told)?;
                }
                taken.push(begun.elapsed().as_secs_f64() * 1e3);
            }
            Ok(taken)
        })
    }
}

type Opened = Result<io::Result<TcpStream>, tokio::time::error::Elapsed>;

/// Waits for one of those under way, and has it followed.
async fn finish(under_way: &mut JoinSet<Opened>, arrived: &UnboundedSender<io::Result<()>>) -> Result<(), Failure> {
    let Some(done) = under_way.join_next().await else { return Ok(()) };
    let stream = done.map_err(told)?.map_err(told)?.map_err(told)?;
    tokio::spawn(follow(stream, arrived.clone()));
    Ok(())
}

/// Opens a stream, and waits until it says where it begins.
async fn open(address: SocketAddr, mut request: &[u8]) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    while !request.is_empty() {
        stream.writable().await?;
        match stream.try_write(request) {
            Ok(written) => request = request.get(written..).unwrap_or_default(),
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => {}
            Err(cause) => return Err(cause),
        }
    }
    let mut head = Vec::new();
    while memchr::memmem::find(&head, b"\nid: event_").is_none() {
        let mut chunk = [0; 1_024];
        let read = read(&stream, &mut chunk).await?;
        head.extend_from_slice(chunk.get(..read).unwrap_or_default());
        if head.starts_with(b"HTTP/1.1 ") && !head.starts_with(b"HTTP/1.1 200") {
            return Err(io::Error::other(String::from_utf8_lossy(&head).into_owned()));
        }
    }
    Ok(stream)
}

/// Waits for bytes; none at the end.
async fn read(stream: &TcpStream, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        stream.readable().await?;
        match stream.try_read(chunk) {
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => {}
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            done => return done,
        }
    }
}

/// Tells of each event that arrives, until nobody wants to know.
async fn follow(stream: TcpStream, arrived: UnboundedSender<io::Result<()>>) {
    let mut text = Vec::new();
    loop {
        let mut chunk = [0; 2_048];
        match read(&stream, &mut chunk).await {
            Ok(read) => text.extend_from_slice(chunk.get(..read).unwrap_or_default()),
            // Nobody may be left to hear it.
            Err(cause) => return drop(arrived.send(Err(cause))),
        }
        while let Some(end) = end_of_event(&text) {
            text.drain(..end);
            if arrived.send(Ok(())).is_err() {
                return;
            }
        }
    }
}

/// Where the first event ends, once it is there as a whole.
fn end_of_event(text: &[u8]) -> Option<usize> {
    let data = memchr::memmem::find(text, b"data: {")?;
    Some(data + memchr::memmem::find(text.get(data..)?, b"\n\n")? + 2)
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, open, after) = (self.memory_before, self.memory_open, self.memory_after);
        let grown = mib(open.resident_kib) - mib(before.resident_kib);
        writeln!(out, "\n{} streams, opened in {:.1} s", self.count, self.opened_in_s)?;
        writeln!(
            out,
            "memory {:.1} MiB before, {:.1} with all of them open, {:.1} after the events: {grown:.1} more, {:.1} KiB a stream (aim {MEMORY_AIM_MIB} MiB{})",
            mib(before.resident_kib),
            mib(open.resident_kib),
            mib(after.resident_kib),
            self.kib_per_stream,
            missed(mib(open.resident_kib) <= MEMORY_AIM_MIB)
        )?;
        let slowest = self.event_to_all_ms.iter().copied().fold(0.0, f64::max);
        let each: Vec<String> = self.event_to_all_ms.iter().map(|taken| format!("{taken:.0}")).collect();
        let verdict = missed(slowest <= EVENT_AIM_MS);
        writeln!(out, "one event to all: {} ms (aim {EVENT_AIM_MS}{verdict})", each.join(", "))?;
        writeln!(out, "\n{:<24}{}", "", Figures::HEADING)?;
        let verdict = missed(self.get.p99_ms <= GET_AIM_MS);
        writeln!(out, "{:<24}{}   p99 aim {GET_AIM_MS}{verdict}{}", "GET one ticket", self.get, self.get.complaint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_arrived_when_it_is_there_as_a_whole() {
        assert_eq!(end_of_event(b": heartbeat\nid: event_001\n\ndata: {\"id\": 1"), None);
        assert_eq!(end_of_event(b"\n\ndata: {}\n\nid: event_002"), Some(12));
    }
}
