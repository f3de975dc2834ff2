//! A server as a process of its own, of this very program: so that its memory can be read.

use crate::cli::Failure;
use crate::cli::bench::load;
use crate::cli::bench::load::Load;
use crate::cli::bench::load::Samples;
use fastrand::Rng;
use serde::Serialize;
use std::fs;
use std::fs::File;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

/// How long a server may take to start.
const START_PATIENCE: Duration = Duration::from_secs(20);

/// How often a server's memory is looked at.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// How Linux counts the time of processes: in hundredths of a second, whatever the kernel's own clock.
const MS_PER_TICK: u64 = 10;

/// A server that runs until this is dropped.
pub struct Child {
    /// Where it listens.
    pub address: SocketAddr,
    process: process::Child,
    log: PathBuf,
}

/// What a process holds in memory, in KiB.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Memory {
    /// All of it, with the pages of the program's own file.
    pub resident_kib: u64,
    /// What belongs to it alone.
    pub anonymous_kib: u64,
}

impl Child {
    /// The server that is measured.
    pub fn serve(directory: &Path) -> Result<Self, Failure> {
        Self::serve_with(directory, &[])
    }

    /// The same, with more flags.
    pub fn serve_with(directory: &Path, flags: &[&str]) -> Result<Self, Failure> {
        Self::start(directory, "serve", |command, address| {
            command.args(["serve"]).args(flags).args([
                "--rate-limit",
                "1000000",
                "--log",
                "error",
                "--listen",
                &address,
            ]);
            command.arg("--data-dir").arg(directory);
        })
    }

    /// The bare server beside it, which this command is with `--yardstick`.
    pub fn yardstick(directory: &Path, command: &[&str]) -> Result<Self, Failure> {
        Self::start(directory, "yardstick", |process, address| {
            process.args(command).args(["--log", "error", "--yardstick", &address]);
            process.arg("--dir").arg(directory);
        })
    }

    fn start(directory: &Path, name: &str, arguments: impl FnOnce(&mut Command, String)) -> Result<Self, Failure> {
        let told = |cause: std::io::Error| Failure::new(Failure::DATA, format!("{name} can't be started: {cause}."));
        // A port that is free now: the listener is gone before the server takes it.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(told)?;
        let log = directory.join(format!("{name}.log"));
        let mut command = Command::new(std::env::current_exe().map_err(told)?);
        arguments(&mut command, address.to_string());
        // Neither the variables nor the configuration file of whoever measures may change what is measured.
        std::env::vars_os().map(|(name, _)| name).filter(|name| is_ours(name)).for_each(|name| {
            command.env_remove(name);
        });
        command.current_dir(directory).stdin(Stdio::null()).stdout(Stdio::null());
        let process = command.stderr(File::create(&log).map_err(told)?).spawn().map_err(told)?;
        let mut child = Self { address, process, log };
        child.wait()?;
        Ok(child)
    }

    fn wait(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if !matches!(self.process.try_wait(), Ok(None)) || begun.elapsed() > START_PATIENCE {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                return Err(Failure::new(Failure::DATA, format!("The server to be measured did not start. {log}")));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Asks it, and counts what that takes of the processors.
    pub fn ask<F>(&self, load: &Load, what: &str, write: F) -> Result<Samples, Failure>
    where
        F: Fn(usize, &mut Rng, &mut Vec<u8>) + Send + Sync + 'static,
    {
        let before = self.cpu();
        let samples = load::run(load, self.address, write);
        let samples = samples.map_err(|cause| Failure::new(Failure::DATA, format!("{what}: {cause}")))?;
        Ok(Samples { cpu: self.cpu().saturating_sub(before), ..samples })
    }

    /// What it has used of the processors so far.
    fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        // The program's name, which may hold anything, ends with the last bracket; user and system time follow.
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let ticks: u64 =
            after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * MS_PER_TICK)
    }

    /// What it holds in memory.
    pub fn memory(&self) -> Memory {
        Memory::of(self.process.id())
    }

    /// Looks again and again at what it holds in memory, from now on.
    pub fn watch(&self) -> Watch {
        let (process, done) = (self.process.id(), Arc::new(AtomicBool::new(false)));
        let told = done.clone();
        let look = move || {
            let mut peak = Memory::default();
            while !told.load(Ordering::Relaxed) {
                peak = peak.most(Memory::of(process));
                std::thread::sleep(BETWEEN_LOOKS);
            }
            peak
        };
        Watch { done, looks: std::thread::spawn(look) }
    }
}

/// A thread that looks at a server's memory.
pub struct Watch {
    done: Arc<AtomicBool>,
    looks: JoinHandle<Memory>,
}

impl Watch {
    /// The most that was seen.
    pub fn peak(self) -> Memory {
        self.done.store(true, Ordering::Relaxed);
        self.looks.join().unwrap_or_default()
    }
}

impl Memory {
    /// The greater of both, each for itself.
    pub fn most(self, other: Self) -> Self {
        Self {
            resident_kib: self.resident_kib.max(other.resident_kib),
            anonymous_kib: self.anonymous_kib.max(other.anonymous_kib),
        }
    }

    /// That of this process; nothing where the system does not say.
    fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
        };
        Self { resident_kib: field("VmRSS"), anonymous_kib: field("RssAnon") }
    }
}

fn is_ours(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("COMMFLOW_"))
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
