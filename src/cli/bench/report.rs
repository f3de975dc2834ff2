//! What was seen, as a table and as JSON.

use crate::cli::bench::child::Memory;
use crate::cli::bench::figures::Figures;
use crate::cli::bench::figures::Setting;
use crate::cli::bench::figures::mib;
use crate::cli::bench::figures::missed;
use crate::cli::bench::load::Samples;
use crate::cli::bench::measures::Measure;
use serde::Serialize;
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// Of the figures of the smallest workspace, the largest is to keep this share.
const KEPT_AIM: f64 = 0.9;
/// At rest.
const MEMORY_AIM_MIB: f64 = 40.0;

/// A run.
#[derive(Debug, Serialize)]
pub struct Report {
    #[serde(flatten)]
    setting: Setting,
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
    #[serde(flatten)]
    figures: Figures,
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
            figures: Figures::default(),
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
}

impl Size {
    /// Sums up what was seen.
    pub fn new(tickets: u32, made_in: Duration, bytes: u64, rest: Memory, loaded: Memory, mut rows: Vec<Row>) -> Self {
        rows.iter_mut().for_each(|row| row.figures = Figures::of(std::mem::take(&mut row.samples)));
        let rates: Vec<_> = rows.iter().map(|row| (row.name, row.figures.requests_per_s)).collect();
        for row in &mut rows {
            let yardstick = rates.iter().find(|(name, _)| Some(*name) == row.yardstick);
            row.ratio = yardstick.map(|(_, rate)| row.figures.requests_per_s / rate);
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
        writeln!(out, "{:<24}{}   against", "", Figures::HEADING)?;
        for row in &self.rows {
            write!(out, "{:<24}{}", row.name, row.figures)?;
            if let (Some(yardstick), Some(ratio), Some(aim)) = (row.yardstick, row.ratio, row.aim) {
                write!(out, "   {ratio:.2} x {yardstick} (aim {aim}{})", missed(ratio >= aim))?;
            }
            writeln!(out, "{}", row.figures.complaint())?;
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

impl Report {
    /// Nothing measured yet.
    pub fn new(directory: &Path, connections: u32, seconds: u32, seed: u64) -> Self {
        Self { setting: Setting::new(directory, connections), seconds, seed, sizes: Vec::new() }
    }

    /// What stands above the tables.
    pub fn heading(&self) -> String {
        self.setting.heading(format_args!("{} s", self.seconds), self.seed)
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
            let kept = large.figures.requests_per_s / small.figures.requests_per_s.max(f64::EPSILON);
            let verdict = if small.aim.is_some() { missed(kept >= KEPT_AIM) } else { "" };
            lines.push_str(&format!("{:<24}{kept:>11.2}{verdict}\n", small.name));
        }
        lines
    }
}
