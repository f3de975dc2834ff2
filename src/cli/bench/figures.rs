//! The figures of one measurement, and the machine that they were taken on.

use crate::cli::bench::load::Samples;
use serde::Serialize;
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What was seen in one measurement.
#[derive(Debug, Default, Serialize)]
pub struct Figures {
    /// Requests that were answered well, in a second.
    pub requests_per_s: f64,
    /// Half of them took no longer.
    pub p50_ms: f64,
    /// All but one in a hundred took no longer.
    pub p99_ms: f64,
    /// What a request takes of the server's processors.
    cpu_us: f64,
    requests: usize,
    errors: usize,
    first_error: Option<String>,
}

impl Figures {
    /// What stands above them in a table.
    pub const HEADING: &'static str = " requests/s   p50 ms   p99 ms   CPU us";

    /// Sums up what was seen.
    pub fn of(samples: Samples) -> Self {
        let Samples { mut taken, lasted, asked, cpu, errors, first_error } = samples;
        taken.sort_unstable();
        let at = |share: f64| taken.get(((taken.len() as f64 * share) as usize).min(taken.len().saturating_sub(1)));
        let ms = |taken: Option<&Duration>| taken.map_or(0.0, |taken| taken.as_secs_f64() * 1e3);
        Self {
            requests_per_s: taken.len() as f64 / lasted.as_secs_f64().max(f64::EPSILON),
            p50_ms: ms(at(0.50)),
            p99_ms: ms(at(0.99)),
            cpu_us: cpu.as_secs_f64() * 1e6 / f64::from(asked.max(1)),
            requests: taken.len(),
            errors,
            first_error,
        }
    }

    /// What went wrong, for the end of a line of the table.
    pub fn complaint(&self) -> String {
        let told = |error: &String| format!("   {} ERRORS, the first: {}", self.errors, error.escape_debug());
        self.first_error.as_ref().map(told).unwrap_or_default()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests_per_s, p50_ms, p99_ms, cpu_us, .. } = self;
        write!(out, "{requests_per_s:>11.0}{p50_ms:>9.2}{p99_ms:>9.2}{cpu_us:>9.0}")
    }
}

/// The build, the machine and the way of asking.
#[derive(Debug, Serialize)]
pub struct Setting {
    version: &'static str,
    optimised: bool,
    cores: usize,
    directory: String,
    file_system: String,
    connections: u32,
}

impl Setting {
    /// This build on this machine, with the workspaces in `directory`.
    pub fn new(directory: &Path, connections: u32) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            optimised: !cfg!(debug_assertions),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            directory: directory.display().to_string(),
            file_system: file_system(directory),
            connections,
        }
    }

    /// What stands above the tables.
    pub fn heading(&self, each: impl fmt::Display, seed: u64) -> String {
        let Self { version, cores, directory, file_system, connections, .. } = self;
        let mut heading = format!(
            "CommFlow {version} on {cores} cores, {file_system} at {directory}\n\
             {connections} connections, {each} for each measurement, seed {seed}; client and server share the machine\n"
        );
        if !self.optimised {
            heading.push_str("NOTE: this build is not optimised. Take one made with: cargo build --release\n");
        }
        if file_system == "tmpfs" {
            heading.push_str("NOTE: a commit costs nothing on tmpfs. Take a folder on a disk: --dir\n");
        }
        heading
    }
}

/// KiB as MiB.
pub fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// What a table says behind an aim.
pub fn missed(met: bool) -> &'static str {
    if met { "" } else { ", MISSED" }
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
