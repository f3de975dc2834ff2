//! What every run needs: a folder of its own, a way to be stopped, and a bar to look at.

use crate::cli::Failure;
use crate::cli::bench::figures::Setting;
use crate::types::error::Error;
use clap::Args;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use serde::Serialize;
use std::fmt::Display;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;

/// The folder that everything happens in; removed at the end, also when the end is a failure.
pub struct Scratch {
    /// Where it is.
    pub path: PathBuf,
    keep: bool,
}

impl Scratch {
    /// A new folder in `parent`, or where the system keeps temporary files.
    pub fn new(parent: Option<&Path>, keep: bool) -> Result<Self, Failure> {
        let parent = parent.map_or_else(std::env::temp_dir, Path::to_owned);
        let path = parent.join(format!("commflow-bench-{:016x}", fastrand::u64(..)));
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        // The servers run in a folder of their own, from which a relative path would lead elsewhere.
        let path = made
            .and_then(|()| path.canonicalize())
            .map_err(|cause| Failure::new(Failure::DATA, format!("{} can't be made: {cause}.", path.display())))?;
        Ok(Self { path, keep })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.keep {
            eprintln!("Kept: {}", self.path.display());
        } else {
            drop(fs::remove_dir_all(&self.path));
        }
    }
}

/// Whether somebody has stopped the run.
#[derive(Clone)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ctrl-C and SIGTERM end the run in order: the servers are stopped, and the folder is removed.
    pub fn watch() -> Result<Self, Failure> {
        let stopped = Arc::new(AtomicBool::new(false));
        let told = stopped.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        let (mut interrupt, mut terminate) = {
            let _inside = runtime.enter();
            (
                signal(SignalKind::interrupt()).map_err(Error::internal)?,
                signal(SignalKind::terminate()).map_err(Error::internal)?,
            )
        };
        std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            });
            told.store(true, Ordering::Relaxed);
        });
        Ok(Self(stopped))
    }

    /// Fails once the run is stopped.
    pub fn go_on(&self) -> Result<(), Failure> {
        if self.0.load(Ordering::Relaxed) { Err(Failure::new(Failure::USAGE, "Stopped.")) } else { Ok(()) }
    }
}

/// What a measurement of its own is told beside what it measures.
#[derive(Debug, Args)]
pub struct Run {
    /// Where the workspace is made; the disk there counts [default: the system's folder for temporary files].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

impl Run {
    /// Measures in a folder of its own, over so many connections, `each` long; prints what was seen, as a table or as JSON.
    pub fn measure<R: Serialize + Display>(
        &self,
        connections: u32,
        each: impl Display,
        work: impl FnOnce(&Path, Setting, &Stop) -> Result<R, Failure>,
    ) -> Result<(), Failure> {
        let stop = Stop::watch()?;
        let scratch = Scratch::new(self.dir.as_deref(), false)?;
        let setting = Setting::new(&scratch.path, connections);
        if !self.json {
            print!("{}", setting.heading(each, 1));
        }
        let report = work(&scratch.path, setting, &stop)?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report).map_err(Error::from)?);
        } else {
            print!("{report}");
        }
        Ok(())
    }
}

/// A bar on standard error, where that is a terminal.
pub fn bar(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}
