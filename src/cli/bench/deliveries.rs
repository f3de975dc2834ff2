//! `commflow bench deliveries`: how fast webhooks are delivered to a receiver on this machine, how soon after the API's answer,
//! and what a receiver costs those who write.

use crate::cli::Failure;
use crate::cli::bench::child::Child;
use crate::cli::bench::figures::Figures;
use crate::cli::bench::figures::Setting;
use crate::cli::bench::load::Client;
use crate::cli::bench::load::Load;
use crate::cli::bench::measures::Scene;
use crate::cli::bench::measures::post;
use crate::cli::bench::measures::post_message;
use crate::cli::bench::receiver::Receiver;
use crate::cli::bench::run::Run;
use crate::cli::bench::run::Stop;
use crate::cli::bench::workspace;
use crate::cli::bench::workspace::Plan;
use crate::cli::bench::workspace::texts::Sentences;
use crate::types::error::Error;
use clap::Args;
use serde::Serialize;
use std::fmt;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use tokio::runtime::Runtime;

/// A receiver that is back is asked within a minute and a fifth; then the queue takes its time.
const PATIENCE: Duration = Duration::from_secs(180);
/// Between two writes whose delivery is timed.
const BETWEEN_WRITES: Duration = Duration::from_millis(5);
/// Between two looks whether a delivery has come: not so often that the machine is busy with it.
const LOOK: Duration = Duration::from_micros(200);
/// Webhooks that never answer, and as many that do.
const CROWD: usize = 50;
/// Before anything is counted.
const WARM_UP: Duration = Duration::from_millis(500);

/// Measures the delivery of webhooks.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  commflow bench deliveries
  commflow bench deliveries --seconds 1 --json")]
pub struct Deliveries {
    /// How long each measurement takes.
    #[arg(long, default_value_t = 4.0, value_name = "N", value_parser = crate::cli::bench::seconds)]
    seconds: f64,
    /// Connections that write at once.
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    connections: u32,
    #[command(flatten)]
    run: Run,
}

/// What was seen.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    setting: Setting,
    /// POST message without a webhook, with one that is down, and with one that takes everything.
    writes: [Figures; 3],
    /// What had queued while the receiver was down.
    queued: usize,
    deliveries_per_s: f64,
    /// From the API's answer to the receiver's request.
    latency_ms: Spread,
    /// One write after the other: with one webhook, and with a hundred more of which half never answer.
    alone_ms: Spread,
    crowd_ms: Spread,
    /// From the API's answer until all of those that answer were asked.
    crowd_delivered_ms: Spread,
}

/// How long things took, in milliseconds.
#[derive(Debug, Serialize)]
struct Spread {
    p50: f64,
    p99: f64,
    of: usize,
}

impl Spread {
    fn of(mut taken: Vec<Duration>) -> Self {
        taken.sort_unstable();
        let at = |share: f64| {
            let place = ((taken.len() as f64 * share) as usize).min(taken.len().saturating_sub(1));
            taken.get(place).map_or(0.0, |taken| taken.as_secs_f64() * 1e3)
        };
        Self { p50: at(0.50), p99: at(0.99), of: taken.len() }
    }
}

/// What was seen of single writes: how long each took, and how long after it the receivers were asked.
struct Single {
    taken: Vec<Duration>,
    delivered: Vec<Duration>,
}

impl Deliveries {
    /// Runs the command.
    ///
    /// # Errors
    /// When the folder can't be used, or the server fails.
    pub fn run(self) -> Result<(), Failure> {
        self.run.measure(self.connections, format_args!("{} s", self.seconds), |scratch, setting, stop| {
            self.measure(&scratch.join("deliveries"), setting, stop)
        })
    }

    fn measure(&self, directory: &Path, setting: Setting, stop: &Stop) -> Result<Report, Failure> {
        let plan = Plan { tickets: 1_000, contacts: 100, keys: self.connections, seed: 1, texts: &Sentences };
        let made = workspace::make(directory, &plan, |_| stop.go_on())?;
        let scene = Arc::new(Scene { tickets: plan.tickets, contacts: plan.contacts, keys: made.keys });
        let server = Child::serve(directory)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        let without = self.write(&server, &scene)?;
        stop.go_on()?;
        let receiver = Receiver::start().map_err(told)?;
        receiver.answer(503);
        let hook = format!(r#"{{"url":"http://{}/","events":["message.created"]}}"#, receiver.address);
        send(&runtime, &server, &scene, "/v1/webhooks", &hook)?;
        let down = self.write(&server, &scene)?;
        stop.go_on()?;
        let (queued, deliveries_per_s) = drain(&receiver, stop)?;
        let single = self.single(&runtime, &server, &scene, &receiver, 1, stop)?;
        let up = self.write(&server, &scene)?;
        quiet(&receiver, stop)?;
        for number in 0..CROWD {
            for path in ["hang", "take"] {
                let url = format!("http://{}/{path}/{number}", receiver.address);
                let hook = format!(r#"{{"url":"{url}","events":["message.created"]}}"#);
                send(&runtime, &server, &scene, "/v1/webhooks", &hook)?;
            }
        }
        let crowd = self.single(&runtime, &server, &scene, &receiver, 1 + CROWD, stop)?;
        Ok(Report {
            setting,
            writes: [without, down, up],
            queued,
            deliveries_per_s,
            latency_ms: Spread::of(single.delivered),
            alone_ms: Spread::of(single.taken),
            crowd_ms: Spread::of(crowd.taken),
            crowd_delivered_ms: Spread::of(crowd.delivered),
        })
    }

    /// All connections write messages.
    fn write(&self, server: &Child, scene: &Arc<Scene>) -> Result<Figures, Failure> {
        let lasting = Duration::from_secs_f64(self.seconds);
        let load = Load { connections: self.connections, warm_up: WARM_UP, lasting, seed: 1 };
        let scene = scene.clone();
        let samples = server.ask(&load, "POST", move |who, dice, out| post_message(&scene, who, dice, out))?;
        Ok(Figures::of(samples))
    }

    /// One write after the other, each once so many receivers were asked about the one before.
    fn single(
        &self,
        runtime: &Runtime,
        server: &Child,
        scene: &Scene,
        receiver: &Receiver,
        receivers: usize,
        stop: &Stop,
    ) -> Result<Single, Failure> {
        let mut single = Single { taken: Vec::new(), delivered: Vec::new() };
        runtime.block_on(async {
            let mut client = Client::new(server.address, 1).await.map_err(told)?;
            let begun = Instant::now();
            while begun.elapsed().as_secs_f64() < self.seconds {
                stop.go_on()?;
                let wanted = receiver.taken() + receivers;
                let mut request = Vec::new();
                post_message(scene, 0, &mut client.dice, &mut request);
                let asked = Instant::now();
                let status = client.send(&request).await.map_err(told)?;
                let answered = Instant::now();
                if status != 201 {
                    return Err(told(format!("a message was answered with {status}")));
                }
                single.taken.push(answered - asked);
                while receiver.taken() < wanted {
                    if answered.elapsed() > PATIENCE {
                        return Err(told("a delivery does not arrive"));
                    }
                    tokio::time::sleep(LOOK).await;
                }
                let last = receiver.last().map_or(Duration::ZERO, |at| at.saturating_duration_since(answered));
                single.delivered.push(last);
                tokio::time::sleep(BETWEEN_WRITES).await;
            }
            Ok(())
        })?;
        Ok(single)
    }
}

/// Waits until nothing has come for a while.
fn quiet(receiver: &Receiver, stop: &Stop) -> Result<(), Failure> {
    let (mut seen, mut since) = (receiver.taken(), Instant::now());
    while since.elapsed() < Duration::from_secs(1) {
        stop.go_on()?;
        if receiver.taken() != seen {
            (seen, since) = (receiver.taken(), Instant::now());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// The receiver is back: how much had queued, and how fast it arrives.
fn drain(receiver: &Receiver, stop: &Stop) -> Result<(usize, f64), Failure> {
    receiver.answer(200);
    let begun = Instant::now();
    let (mut seen, mut since) = (0, Instant::now());
    // Over when nothing has come for a while.
    while seen == 0 || since.elapsed() < Duration::from_secs(2) {
        stop.go_on()?;
        if begun.elapsed() > PATIENCE {
            return Err(told("the queue does not arrive"));
        }
        if receiver.taken() != seen {
            (seen, since) = (receiver.taken(), Instant::now());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let lasted = receiver.first().zip(receiver.last()).map_or(Duration::ZERO, |(first, last)| last - first);
    Ok((seen, seen as f64 / lasted.as_secs_f64().max(f64::EPSILON)))
}

fn send(runtime: &Runtime, server: &Child, scene: &Scene, path: &str, body: &str) -> Result<(), Failure> {
    let mut request = Vec::new();
    post(&mut request, Some(scene), 0, format_args!("{path}"), body);
    let status =
        runtime.block_on(async { Client::new(server.address, 1).await?.send(&request).await }).map_err(told)?;
    if status == 201 { Ok(()) } else { Err(told(format!("{path} was answered with {status}"))) }
}

fn told(cause: impl Display) -> Failure {
    Failure::new(Failure::DATA, format!("deliveries: {cause}"))
}

impl Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n{:<32}{}", "POST message", Figures::HEADING)?;
        for (name, figures) in
            ["no webhook", "a receiver that is down", "a receiver that takes all"].iter().zip(&self.writes)
        {
            writeln!(out, "{name:<32}{figures}{}", figures.complaint())?;
        }
        writeln!(
            out,
            "\n{} queued while the receiver was down, then {:.0} deliveries/s",
            self.queued, self.deliveries_per_s
        )?;
        let Spread { p50, p99, of } = &self.latency_ms;
        writeln!(out, "from the API's answer to the receiver's request: p50 {p50:.2} ms, p99 {p99:.2} ms, of {of}")?;
        writeln!(out, "\none write after the other: p50 {:.2} ms, p99 {:.2} ms", self.alone_ms.p50, self.alone_ms.p99)?;
        let (crowd, delivered) = (&self.crowd_ms, &self.crowd_delivered_ms);
        writeln!(
            out,
            "with {} webhooks more, of which half never answer: p50 {:.2} ms, p99 {:.2} ms",
            2 * CROWD,
            crowd.p50,
            crowd.p99
        )?;
        writeln!(
            out,
            "the last of those that answer was asked: p50 {:.2} ms, p99 {:.2} ms after the API's answer, of {}",
            delivered.p50, delivered.p99, delivered.of
        )
    }
}
