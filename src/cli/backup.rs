//! `commflow backup`: the whole store in one file, as it is at this instant, beside a running server too.

use crate::cli::DataDir;
use crate::cli::Failure;
use crate::store::connection;
use crate::store::part;
use crate::store::part::Part;
use crate::types::error::Error;
use clap::Args;
use indicatif::HumanBytes;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

/// Copies the whole store into a file; a server may run beside it, and goes on.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  commflow backup monday.db
  commflow backup --data-dir /srv/commflow /backup/commflow.db --force")]
pub struct Backup {
    #[command(flatten)]
    data: DataDir,
    /// Where the copy goes.
    file: PathBuf,
    /// Replace the file if there is one.
    #[arg(long)]
    force: bool,
}

impl Backup {
    /// Runs the command.
    ///
    /// # Errors
    /// When there is no store or it is damaged, the file is there already, or it can't be written.
    pub fn run(self) -> Result<(), Failure> {
        let store = self.data.existing()?;
        self.check_target()?;
        let begun = Instant::now();
        let _held = connection::share(&self.data.data_dir)?;
        let mut source = Connection::open_with_flags(&store, connection::reading_flags()).map_err(Error::from)?;
        connection::set_up_reading(&mut source).map_err(Error::from)?;
        let copy = Part::begin(part::beside(&self.file, ".part"))?;
        let bar = bar("copying");
        let faults = copy.fill(&source, |done, total| show(&bar, done, total))?;
        bar.finish_and_clear();
        if let Some(fault) = faults.first() {
            let fault = on_one_line(fault);
            let message = format!("The store is damaged, so this is no backup. Look: commflow check ({fault})");
            return Err(Failure::new(Failure::DATA, message));
        }
        let size = HumanBytes(copy.size()?);
        copy.put(&self.file)?;
        println!("Backed up {size} to {} in {:.1} s.", self.file.display(), begun.elapsed().as_secs_f64());
        Ok(())
    }

    /// A file that is there is not overwritten unasked, and no file of the store itself ever.
    fn check_target(&self) -> Result<(), Failure> {
        let file = &self.file;
        let refused = |why: &str| Err(Failure::new(Failure::USAGE, format!("{} {why}", file.display())));
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let Ok(folder) = fs::canonicalize(folder) else { return refused("can't be made: there is no such folder.") };
        if fs::canonicalize(&self.data.data_dir).is_ok_and(|own| own == folder) {
            return refused("would lie in the store's own folder, and be lost with it. Take another place.");
        }
        if file.is_dir() {
            return refused("is a folder. Name a file in it.");
        }
        if file.exists() && !self.force {
            return refused("is there already. Take another name, or replace it: --force");
        }
        Ok(())
    }
}

/// Shows how far a copy is, to a person.
pub(super) fn bar(verb: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} [{bar:40}] {bytes} of {total_bytes}, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_prefix(verb)
}

/// So many bytes are done, of so many.
pub(super) fn show(bar: &ProgressBar, done: u64, total: u64) {
    bar.set_length(total);
    bar.set_position(done);
}

/// SQLite tells of a fault in several lines.
pub(super) fn on_one_line(fault: &str) -> String {
    fault.split_whitespace().collect::<Vec<_>>().join(" ")
}
