//! `commflow bench search`: measures the search of this build on this machine.
//!
//! A workspace of made-up words is made, and its texts are put into a table of FTS5 too ([`fts`]). A server is started on it,
//! which builds its index ([`indexing`]). Then queries of each kind ([`queries`]) are asked of the server, and of the bare
//! index and of FTS5 beside it ([`yardstick`]), in turn; and at last, how soon is found what is written meanwhile
//! ([`freshness`]). What was seen is [`report`].

mod freshness;
mod fts;
mod indexing;
mod queries;
mod report;
mod sides;
mod yardstick;

use crate::cli::Failure;
use crate::cli::bench::child::Child;
use crate::cli::bench::figures::Setting;
use crate::cli::bench::measures::Scene;
use crate::cli::bench::run::Scratch;
use crate::cli::bench::run::Stop;
use crate::cli::bench::run::bar;
use crate::cli::bench::workspace;
use crate::cli::bench::workspace::Plan;
use crate::cli::bench::workspace::vocabulary::Vocabulary;
use crate::types::error::Error;
use clap::Args;
use fastrand::Rng;
use freshness::Extent;
use queries::Source;
use report::Built;
use report::Held;
use report::Report;
use sides::Sides;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A page of hits.
const HITS: usize = 20;
/// What `--quick` measures.
const QUICK: (u32, f64) = (20_000, 1.0);
/// For each second of a measurement, so many probes for what is new, and so long a time of writing.
const PROBES_PER_SECOND: f64 = 50.0;
const WRITING_PER_SECOND: f64 = 2.5;

/// Measures the search of this build, beside the bare index and SQLite's FTS5.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  commflow bench search --quick
  commflow bench search --documents 1000000 --dir /var/tmp
  commflow bench search --json > figures.json")]
pub struct Search {
    /// How many documents there are: a tenth are contacts, the others tickets.
    #[arg(long, default_value_t = 1_000_000, value_name = "N", value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    documents: u32,
    /// How long each measurement takes.
    #[arg(long, default_value_t = 4.0, value_name = "N", value_parser = crate::cli::bench::seconds)]
    seconds: f64,
    /// Connections that are kept busy at once.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    connections: u32,
    /// The same seed makes the same workspace and asks for the same things.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Twenty thousand documents, and short measurements.
    #[arg(long, conflicts_with_all = ["documents", "seconds"])]
    quick: bool,
    /// Where the workspace is made; the disk there counts [default: the system's folder for temporary files].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Leave the workspace where it was made.
    #[arg(long)]
    keep: bool,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Be the bare server beside the one that is measured.
    #[arg(long, hide = true, requires = "dir")]
    yardstick: Option<SocketAddr>,
}

impl Search {
    /// Runs the command.
    ///
    /// # Errors
    /// When the folder can't be used, or one of the servers fails.
    pub fn run(mut self) -> Result<(), Failure> {
        if let (Some(address), Some(directory)) = (self.yardstick, &self.dir) {
            return yardstick::serve(address, directory);
        }
        if self.quick {
            (self.documents, self.seconds) = QUICK;
        }
        let stop = Stop::watch()?;
        let scratch = Scratch::new(self.dir.as_deref(), self.keep)?;
        let setting = Setting::new(&scratch.path, self.connections);
        if !self.json {
            print!("{}", setting.heading(format_args!("{} s", self.seconds), self.seed));
        }
        let report = self.measure(&scratch.path.join("search"), setting, &stop)?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report).map_err(Error::from)?);
        } else {
            print!("{report}");
        }
        Ok(())
    }

    fn measure(&self, directory: &Path, setting: Setting, stop: &Stop) -> Result<Report, Failure> {
        let (seed, seconds) = (self.seed, self.seconds);
        let vocabulary = Vocabulary::new(seed);
        let contacts = self.documents / 10;
        let tickets = self.documents - contacts;
        let plan = Plan { tickets, contacts, keys: self.connections, seed, texts: &vocabulary };
        let making = bar(u64::from(tickets), "making {len} tickets [{bar:40}] {percent} %");
        let made = told(&making, stop, |tick| workspace::make(directory, &plan, tick))?;
        let filling = bar(u64::from(self.documents), "FTS5 indexes {len} documents [{bar:40}] {percent} %");
        let fts5 = told(&filling, stop, |tick| fts::build(directory, &plan, tick))?;
        let mut dice = Rng::with_seed(seed);
        let source = Source::new(directory, &vocabulary, &mut dice)?;
        let (product, index, indexing) = indexing::start(directory, u64::from(self.documents), stop)?;
        let bare = Child::yardstick(directory, &["bench", "search"])?;
        let scene = Arc::new(Scene { tickets, contacts, keys: made.keys });
        let lasting = Duration::from_secs_f64(seconds);
        let sides =
            Sides { product: &product, bare: &bare, scene: &scene, connections: self.connections, lasting, seed };
        let watch = product.watch();
        let kinds = sides.measure(&source, &mut dice, stop)?;
        let searching = watch.peak();
        let watch = product.watch();
        let idle = (seconds * PROBES_PER_SECOND) as u32;
        let extent = Extent { idle, writing: lasting.mul_f64(WRITING_PER_SECOND) };
        let fresh = freshness::measure(product.address, &scene, extent, seed, stop)?;
        let memory = Held { indexing, searching, writing: watch.peak(), afterwards: product.memory() };
        let workspace = Built::new(u64::from(self.documents), made.took, made.bytes);
        Ok(Report { setting, seconds, seed, contacts, tickets, workspace, index, fts5, kinds, fresh, memory })
    }
}

/// Does something that tells how far it is, which a bar shows, and which may be stopped.
fn told<T>(
    bar: &indicatif::ProgressBar,
    stop: &Stop,
    work: impl FnOnce(&mut dyn FnMut(u64) -> Result<(), Failure>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let done = work(&mut |done| {
        bar.set_position(done);
        stop.go_on()
    });
    bar.finish_and_clear();
    done
}
