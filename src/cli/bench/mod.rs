//! `commflow bench`: measures this build on this machine, beside bare yardsticks in the same run.
//!
//! For each size a workspace is made ([`workspace`]), a server started on it and a bare one beside it ([`child`],
//! [`yardstick`]), and both are asked in turn over keep-alive connections ([`load`], [`measures`]). What was seen is
//! [`report`]. All of it happens on loopback, in a folder that is removed afterwards. [`search`] does the same for the search,
//! [`streams`] for many idle event streams, [`deliveries`] for webhooks, and [`files`] for a large file.

mod child;
mod deliveries;
mod figures;
mod files;
mod load;
mod measures;
mod receiver;
mod report;
mod run;
mod search;
mod streams;
mod workspace;
mod yardstick;

use crate::cli::Failure;
use crate::types::error::Error;
use child::Child;
use clap::Args;
use clap::Subcommand;
use load::Load;
use load::Samples;
use measures::MEASURES;
use measures::Measure;
use measures::Scene;
use measures::Side;
use report::Report;
use report::Row;
use report::Size;
use run::Scratch;
use run::Stop;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use workspace::Plan;
use workspace::texts::Sentences;

/// Each measurement is taken in two halves, in turn with the others: a machine that slows down meanwhile slows all.
const ROUNDS: u32 = 2;
/// Before each half, not counted.
const WARM_UP: Duration = Duration::from_millis(700);
/// What `--quick` measures.
const QUICK: (u32, u32) = (10_000, 2);

/// Measures this build on this machine.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    before_help = "Examples:
  commflow bench --quick
  commflow bench --tickets 10000,1000000 --dir /var/tmp
  commflow bench --json > figures.json
  commflow bench search --quick
  commflow bench streams
  commflow bench deliveries
  commflow bench files"
)]
pub struct Bench {
    /// How many tickets the workspaces hold.
    #[arg(long, value_delimiter = ',', default_value = "10000,1000000", value_name = "N,…",
        value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    tickets: Vec<u32>,
    /// How long each measurement takes.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=60))]
    seconds: u32,
    /// Connections that are kept busy at once.
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    connections: u32,
    /// The same seed makes the same workspace and asks for the same things.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Ten thousand tickets, and short measurements.
    #[arg(long, conflicts_with_all = ["tickets", "seconds"])]
    quick: bool,
    /// Where the workspaces are made; the disk there counts [default: the system's folder for temporary files].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Take this measurement alone, and its yardstick.
    #[arg(long, value_name = "MEASUREMENT", value_parser = MEASURES.map(|measure| measure.name))]
    only: Option<String>,
    /// Leave the workspaces where they were made.
    #[arg(long)]
    keep: bool,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Be the bare server beside the one that is measured.
    #[arg(long, hide = true, requires = "dir")]
    yardstick: Option<SocketAddr>,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What else can be measured.
#[derive(Debug, Subcommand)]
enum Part {
    /// Measure the search, beside the bare index and SQLite's FTS5.
    Search(search::Search),
    /// Measure many idle event streams: memory, and how soon an event reaches all of them.
    Streams(streams::Streams),
    /// Measure the delivery of webhooks: how many, how soon, and what a receiver costs those who write.
    Deliveries(deliveries::Deliveries),
    /// Measure a large file, in and out, beside a plain copy.
    Files(files::Files),
}

/// A parser of clap, for a part of a second too.
fn seconds(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.1..=60.0).contains(number));
    number.ok_or_else(|| "must be a number from 0.1 to 60".to_owned())
}

impl Bench {
    /// Runs the command.
    ///
    /// # Errors
    /// When the folder can't be used, or one of the two servers fails.
    pub fn run(mut self) -> Result<(), Failure> {
        match self.part {
            Some(Part::Search(search)) => return search.run(),
            Some(Part::Streams(streams)) => return streams.run(),
            Some(Part::Deliveries(deliveries)) => return deliveries.run(),
            Some(Part::Files(files)) => return files.run(),
            None => {}
        }
        if let (Some(address), Some(directory)) = (self.yardstick, &self.dir) {
            return yardstick::serve(address, directory);
        }
        if self.quick {
            (self.tickets, self.seconds) = (vec![QUICK.0], QUICK.1);
        }
        let stop = Stop::watch()?;
        let scratch = Scratch::new(self.dir.as_deref(), self.keep)?;
        let mut report = Report::new(&scratch.path, self.connections, self.seconds, self.seed);
        if !self.json {
            print!("{}", report.heading());
        }
        for &tickets in &self.tickets {
            let size = self.measure(&scratch.path, tickets, &stop)?;
            if !self.json {
                print!("{size}");
            }
            report.sizes.push(size);
        }
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report).map_err(Error::from)?);
        } else {
            print!("{}", report.comparison());
        }
        Ok(())
    }

    /// Makes a workspace of this size and measures both servers on it.
    fn measure(&self, scratch: &Path, tickets: u32, stop: &Stop) -> Result<Size, Failure> {
        let directory = scratch.join(format!("tickets-{tickets}"));
        let bar = run::bar(u64::from(tickets), "making {len} tickets [{bar:40}] {percent} %");
        let contacts = (tickets / 10).max(1);
        let plan = Plan { tickets, contacts, keys: self.connections, seed: self.seed, texts: &Sentences };
        let made = workspace::make(&directory, &plan, |done| {
            bar.set_position(done);
            stop.go_on()
        });
        bar.finish_and_clear();
        let made = made?;
        let product = Child::serve(&directory)?;
        let bare = Child::yardstick(&directory, &["bench"])?;
        let scene = Arc::new(Scene { tickets, contacts, keys: made.keys });
        let measured = |measure: &Measure, load: &Load| -> Result<Samples, Failure> {
            let (scene, write) = (scene.clone(), measure.request);
            let server = if measure.side == Side::Bare { &bare } else { &product };
            let samples = server.ask(load, measure.name, move |who, dice, out| write(&scene, who, dice, out));
            stop.go_on()?;
            samples
        };
        // A few requests, for a server that has never answered has not opened all that it needs.
        let greeting = Load { connections: 1, warm_up: Duration::ZERO, lasting: Duration::from_millis(50), seed: 0 };
        let measures: Vec<&Measure> = MEASURES.iter().filter(|measure| self.is_wanted(measure)).collect();
        for measure in &measures {
            measured(measure, &greeting)?;
        }
        std::thread::sleep(Duration::from_millis(500));
        let at_rest = product.memory();
        let mut rows: Vec<Row> = measures.iter().map(|measure| Row::new(measure)).collect();
        let bar = run::bar(u64::from(ROUNDS) * rows.len() as u64, "{msg} [{bar:40}] {pos}/{len}");
        let lasting = Duration::from_secs(u64::from(self.seconds)) / ROUNDS;
        for round in 0..ROUNDS {
            for (measure, row) in measures.iter().zip(&mut rows) {
                bar.set_message(row.name);
                let seed = self.seed.wrapping_add(u64::from(round));
                let load = Load { connections: self.connections, warm_up: WARM_UP, lasting, seed };
                row.add(measured(measure, &load)?);
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        let after_load = product.memory();
        Ok(Size::new(tickets, made.took, made.bytes, at_rest, after_load, rows))
    }

    /// All, or the one named and its yardstick.
    fn is_wanted(&self, measure: &Measure) -> bool {
        let Some(only) = self.only.as_deref() else { return true };
        let yardstick = MEASURES.iter().find(|one| one.name == only).and_then(|one| one.aim);
        measure.name == only || yardstick.is_some_and(|(name, _)| measure.name == name)
    }
}
