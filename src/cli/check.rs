//! `commflow check`: is the store whole, and does what is kept twice agree?

use crate::cli::DataDir;
use crate::cli::Failure;
use crate::desk::check;
use crate::search;
use crate::search::check::Found;
use crate::store;
use crate::store::check::Fault;
use crate::types::error::Error;
use clap::Args;
use rusqlite::Connection;
use std::path::Path;

/// Looks whether the store is whole; a server may run beside it.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  commflow check
  commflow check --full --json")]
pub struct Check {
    #[command(flatten)]
    data: DataDir,
    /// Compare every index with its table too: slower.
    #[arg(long)]
    full: bool,
    /// Print the faults as a JSON array.
    #[arg(long)]
    json: bool,
}

impl Check {
    /// Runs the command.
    ///
    /// # Errors
    /// When a fault was found, or the store can't be read.
    pub fn run(self) -> Result<(), Failure> {
        let path = self.data.existing()?;
        let _held = store::connection::share(&self.data.data_dir)?;
        let faults = look(&path, self.full);
        if self.json {
            println!("{}", serde_json::to_string(&faults).map_err(Error::from)?);
        } else {
            faults.iter().for_each(|fault| println!("FAULT  {fault}"));
        }
        match faults.len() {
            0 if self.json => Ok(()),
            0 => {
                println!("OK: the file is whole, and all counters, clocks, events, files and the search index agree.");
                Ok(())
            }
            1 => Err(Failure::new(Failure::DATA, "1 fault was found.")),
            count => Err(Failure::new(Failure::DATA, format!("{count} faults were found."))),
        }
    }
}

/// A file that can't be read is at fault as well: what was found until then is told all the same.
fn look(path: &Path, full: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Err(error) = look_into(path, full, &mut faults) {
        let why = error.cause.map_or(error.message, |cause| cause.to_string());
        faults.push(format!("the file can't be read: {why}"));
    }
    faults
}

fn look_into(path: &Path, full: bool, faults: &mut Vec<Fault>) -> Result<(), Error> {
    // A connection of its own: the pool's readers are interrupted after seconds, and this may take longer.
    let mut db = Connection::open_with_flags(path, store::connection::reading_flags())?;
    store::connection::set_up_reading(&mut db)?;
    // The index first: it may be behind the store, but not ahead of it.
    let index = search::check::open(path.parent().unwrap_or_else(|| Path::new(".")))?;
    // One read transaction: all is compared at one instant.
    db.execute_batch("BEGIN")?;
    faults.extend(store::check::structure(&db, full)?);
    faults.extend(check::agreements(&db)?);
    let made_anew = match index {
        Found::Nothing(why) => Some(why),
        Found::Index(candidate) => match candidate.compare(&db)? {
            Ok(differences) => {
                faults.extend(differences);
                None
            }
            Err(why) => Some(why.to_owned()),
        },
    };
    if let Some(why) = made_anew {
        tracing::warn!(why, "the search index was not compared: the next start makes it anew");
    }
    Ok(())
}
