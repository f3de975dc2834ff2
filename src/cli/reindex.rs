//! `commflow reindex`: makes the search index anew. A server that runs on the same folder is asked to; without one, it is made
//! right here.

use crate::app;
use crate::cli::DataDir;
use crate::cli::Failure;
use crate::search::documents;
use crate::search::rebuild;
use crate::search::state::Phase;
use crate::store::tx::Actor;
use crate::types::error::Code;
use crate::types::time::Clock;
use clap::Args;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use std::time::Duration;
use std::time::Instant;

/// Between two looks at what a server does.
const LOOK: Duration = Duration::from_millis(200);
/// A server that has not begun after this long does not keep the index at all.
const BEGIN_PATIENCE: Duration = Duration::from_secs(30);

/// Makes the search index anew; a server may run beside it, and then does it.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  commflow reindex
  commflow reindex --data-dir /srv/commflow")]
pub struct Reindex {
    #[command(flatten)]
    data: DataDir,
}

impl Reindex {
    /// Runs the command.
    ///
    /// # Errors
    /// When there is no store, or the index can't be written.
    pub fn run(self) -> Result<(), Failure> {
        let data_dir = &self.data.data_dir;
        self.data.existing()?;
        let begun = Instant::now();
        let lock = match app::lock(data_dir) {
            Ok(lock) => Some(lock),
            Err(error) if error.code == Code::Conflict => None,
            Err(error) => return Err(error.into()),
        };
        let store = self.data.open()?;
        let generation = store.write_blocking(Actor::SYSTEM, rebuild::ask)?;
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("indexing [{bar:40}] {pos}/{len}, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        match lock {
            Some(_) => rebuild::run(&store, Clock::System.now(), |phase| show(&bar, phase))?,
            None => self.follow(generation, &bar)?,
        }
        bar.finish_and_clear();
        let total = store.read_blocking(documents::objects)?;
        println!("Indexed {total} contacts and threads in {:.1} s.", begun.elapsed().as_secs_f64());
        Ok(())
    }

    /// Watches the server that does it.
    fn follow(&self, generation: i64, bar: &ProgressBar) -> Result<(), Failure> {
        let begun = Instant::now();
        let mut has_begun = false;
        loop {
            match rebuild::progress(&self.data.data_dir, generation) {
                Phase::Ready => return Ok(()),
                Phase::Unavailable if begun.elapsed() > BEGIN_PATIENCE && !has_begun => {
                    let message = "The server does not begin. The new index is asked for, and made at its next start.";
                    return Err(Failure::new(Failure::DATA, message));
                }
                phase => {
                    has_begun |= phase != Phase::Unavailable;
                    show(bar, phase);
                }
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// Shows how far it is.
fn show(bar: &ProgressBar, phase: Phase) {
    if let Phase::Building { done, total } = phase {
        bar.set_length(total);
        bar.set_position(done);
    }
}
