//! `commflow restore`: a backup takes the place of the store. Nobody else may have the folder meanwhile.

use crate::app;
use crate::cli::DataDir;
use crate::cli::Failure;
use crate::cli::backup::bar;
use crate::cli::backup::on_one_line;
use crate::cli::backup::show;
use crate::search;
use crate::store::connection;
use crate::store::part::Part;
use crate::store::restore;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::time::Clock;
use clap::Args;
use indicatif::HumanBytes;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

/// Puts a backup in the place of the store. Stop the server first.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  commflow restore monday.db
  commflow restore monday.db --data-dir ./rehearsal
  commflow restore monday.db --force")]
pub struct Restore {
    #[command(flatten)]
    data: DataDir,
    /// The backup.
    file: PathBuf,
    /// Do so if there is a store already, which is then kept beside the new one.
    #[arg(long)]
    force: bool,
}

impl Restore {
    /// Runs the command.
    ///
    /// # Errors
    /// When the backup can't be used, there is a store already, or the folder is in use.
    pub fn run(self) -> Result<(), Failure> {
        let (file, directory) = (&self.file, &self.data.data_dir);
        if !file.is_file() {
            return Err(Failure::new(Failure::USAGE, format!("There is no file {}.", file.display())));
        }
        let begun = Instant::now();
        let backup = restore::open(file)?;
        let _lock = app::lock(directory).map_err(|error| in_use(error, directory))?;
        let _alone = connection::alone(directory)?;
        if restore::has_store(directory) && !self.force {
            let message = format!("There is a store in {}. Put the backup in its place: --force", directory.display());
            return Err(Failure::new(Failure::DATA, message));
        }
        let copy = Part::begin(directory.join(restore::PART_NAME))?;
        copy.give_to_owner_of(directory)?;
        let bar = bar("restoring");
        let faults = copy.fill(&backup, |done, total| show(&bar, done, total))?;
        bar.finish_and_clear();
        if let Some(fault) = faults.first() {
            let message = format!("{} is damaged, and was not restored: {}", file.display(), on_one_line(fault));
            return Err(Failure::new(Failure::DATA, message));
        }
        drop(backup);
        let size = HumanBytes(copy.size()?);
        // Derived, and of another day than the backup: the next start makes it anew.
        remove_index(directory)?;
        let kept = restore::replace(directory, copy, Clock::System.now())?;
        println!("Restored {size} from {} in {:.1} s.{}", file.display(), begun.elapsed().as_secs_f64(), told(kept));
        Ok(())
    }
}

fn told(kept: Option<PathBuf>) -> String {
    kept.map_or_else(String::new, |kept| format!(" The old store is kept as {}.", kept.display()))
}

fn in_use(error: Error, directory: &Path) -> Error {
    if error.code != Code::Conflict {
        return error;
    }
    Error::conflict(format!("A server has {} open. Stop it first, and restore then.", directory.display()))
}

fn remove_index(directory: &Path) -> Result<(), Failure> {
    let folder = search::index::folder(directory);
    match fs::remove_dir_all(&folder) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(connection::told(&folder)(cause).into()),
        _ => Ok(()),
    }
}
