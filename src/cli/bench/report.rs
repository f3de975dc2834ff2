//! What was seen, as a table and as JSON.

use crate::cli::bench::child::Memory;
use crate::cli::bench::load::Samples;
use crate::cli::bench::measures::Measure;
use serde::Serialize;
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Of the figures of the smallest workspace, the largest is to keep this share.
const KEPT_AIM: f64 = 0.9;
/// At rest.
const MEMORY_AIM_MIB: f64 = 40.0;

/// A run.
#[derive(Debug, Serialize)]
pub struct Report {
    version: &'static str,
    optimised: bool,
    cores: usize,
    directory: String,
    file_system: String,
    connections: u32,
    seconds: u32,
    seed: u64,
    /// What was seen at each size.
    pub sizes: Vec<Size>,
}

/// What was seen at one size.
#[derive(Debug, Serialize)]
pub struct Size {
    tickets: u32,
    made_in_s: f64,
    file_mib: f64,
    memory_at_rest: Memory,
    memory_after_load: Memory,
    rows: Vec<Row>,
}

/// What was seen in one measurement.
#[derive(Debug, Serialize)]
pub struct Row {
    /// What was measured.
    pub name: &'static str,
    requests_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    /// What a request takes of the server's processors.
    cpu_us: f64,
    requests: usize,
    errors: usize,
    first_error: Option<String>,
    yardstick: Option<&'static str>,
    ratio: Option<f64>,
    aim: Option<f64>,
    #[serde(skip)]
    samples: Samples,
}

impl Row {
    /// Nothing seen yet.
    pub fn new(measure: &Measure) -> Self {
        Self {
            name: measure.name,
            requests_per_s: 0.0,
            p50_ms: 0.0,
            p99_ms: 0.0,
            cpu_us: 0.0,
            requests: 0,
            errors: 0,
            first_error: None,
            yardstick: measure.aim.map(|(yardstick, _)| yardstick),
            ratio: None,
            aim: measure.aim.map(|(_, aim)| aim),
            samples: Samples::default(),
        }
    }

    /// More of it.
    pub fn add(&mut self, samples: Samples) {
        self.samples.add(samples);
    }

    fn sum_up(&mut self) {
        let Samples { mut taken, lasted, asked, cpu, errors, first_error } = std::mem::take(&mut self.samples);
        taken.sort_unstable();
        let at = |share: f64| taken.get(((taken.len() as f64 * share) as usize).min(taken.len().saturating_sub(1)));
        let ms = |taken: Option<&Duration>| taken.map_or(0.0, |taken| taken.as_secs_f64() * 1e3);
        (self.p50_ms, self.p99_ms) = (ms(at(0.50)), ms(at(0.99)));
        self.requests_per_s = taken.len() as f64 / lasted.as_secs_f64().max(f64::EPSILON);
        self.cpu_us = cpu.as_secs_f64() * 1e6 / f64::from(asked.max(1));
        (self.requests, self.errors, self.first_error) = (taken.len(), errors, first_error);
    }
}

impl Size {
    /// Sums up what was seen.
    pub fn new(tickets: u32, made_in: Duration, bytes: u64, rest: Memory, loaded: Memory, mut rows: Vec<Row>) -> Self {
        rows.iter_mut().for_each(Row::sum_up);
        let rates: Vec<_> = rows.iter().map(|row| (row.name, row.requests_per_s)).collect();
        for row in &mut rows {
            let yardstick = rates.iter().find(|(name, _)| Some(*name) == row.yardstick);
            row.ratio = yardstick.map(|(_, rate)| row.requests_per_s / rate);
        }
        Self {
            tickets,
            made_in_s: made_in.as_secs_f64(),
            file_mib: bytes as f64 / f64::from(1 << 20),
            memory_at_rest: rest,
            memory_after_load: loaded,
            rows,
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n{} tickets, {:.0} MiB, made in {:.1} s", self.tickets, self.file_mib, self.made_in_s)?;
        writeln!(out, "{:<24}{:>11}{:>9}{:>9}{:>9}   against", "", "requests/s", "p50 ms", "p99 ms", "CPU us")?;
        for row in &self.rows {
            let Row { name, requests_per_s, p50_ms, p99_ms, cpu_us, .. } = row;
            write!(out, "{name:<24}{requests_per_s:>11.0}{p50_ms:>9.2}{p99_ms:>9.2}{cpu_us:>9.0}")?;
            if let (Some(yardstick), Some(ratio), Some(aim)) = (row.yardstick, row.ratio, row.aim) {
                write!(out, "   {ratio:.2} x {yardstick} (aim {aim}{})", missed(ratio >= aim))?;
            }
            if let Some(error) = &row.first_error {
                write!(out, "   {} ERRORS, the first: {}", row.errors, error.escape_debug())?;
            }
            writeln!(out)?;
        }
        let rest = mib(self.memory_at_rest.resident_kib);
        writeln!(
            out,
            "memory at rest {rest:.1} MiB, {:.1} of it its own (aim {MEMORY_AIM_MIB}{}); after the load {:.1} MiB, {:.1} its own",
            mib(self.memory_at_rest.anonymous_kib),
            missed(rest <= MEMORY_AIM_MIB),
            mib(self.memory_after_load.resident_kib),
            mib(self.memory_after_load.anonymous_kib)
        )
    }
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn missed(met: bool) -> &'static str {
    if met { "" } else { ", MISSED" }
}

impl Report {
    /// Nothing measured yet.
    pub fn new(directory: &Path, connections: u32, seconds: u32, seed: u64) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            optimised: !cfg!(debug_assertions),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            directory: directory.display().to_string(),
            file_system: file_system(directory),
            connections,
            seconds,
            seed,
            sizes: Vec::new(),
        }
    }

    /// What stands above the tables.
    pub fn heading(&self) -> String {
        let Self { version, cores, directory, file_system, connections, seconds, seed, .. } = self;
        let mut heading = format!(
            "CommFlow {version} on {cores} cores, {file_system} at {directory}\n\
             {connections} connections, {seconds} s for each measurement, seed {seed}; client and server share the machine\n"
        );
        if !self.optimised {
            heading.push_str("NOTE: this build is not optimised. Take one made with: cargo build --release\n");
        }
        if file_system == "tmpfs" {
            heading.push_str("NOTE: a commit costs nothing on tmpfs. Take a folder on a disk: --dir\n");
        }
        heading
    }

    /// The largest workspace against the smallest.
    pub fn comparison(&self) -> String {
        let by_size = |size: &&Size| size.tickets;
        let (Some(least), Some(most)) = (self.sizes.iter().min_by_key(by_size), self.sizes.iter().max_by_key(by_size))
        else {
            return String::new();
        };
        if least.tickets == most.tickets {
            return String::new();
        }
        let mut lines = format!("\n{} tickets against {} (aim {KEPT_AIM})\n", most.tickets, least.tickets);
        for (small, large) in least.rows.iter().zip(&most.rows) {
            let kept = large.requests_per_s / small.requests_per_s.max(f64::EPSILON);
            let verdict = if small.aim.is_some() { missed(kept >= KEPT_AIM) } else { "" };
            lines.push_str(&format!("{:<24}{kept:>11.2}{verdict}\n", small.name));
        }
        lines
    }
}

/// The file system that holds a folder: that of the longest mount point above it.
fn file_system(directory: &Path) -> String {
    let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let above = fields.filter_map(|fields| match fields[..] {
        [_, point, kind, ..] if directory.starts_with(point) => Some((point.len(), kind.to_owned())),
        _ => None,
    });
    above.max_by_key(|(length, _)| *length).map_or_else(|| "a disk".to_owned(), |(_, kind)| kind)
}
